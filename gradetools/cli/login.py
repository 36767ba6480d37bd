"""`login`: keep the client id and secret of an environment where the operating system keeps secrets."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape

from gradetools.cli.console import make_console, say_waiting
from gradetools.cli.options import Env
from gradetools.errors import DeclinedError, SettingsError
from gradetools.gradebook import connect
from gradetools.keychain import Credentials, forget_credentials, keep_credentials
from gradetools.settings import Settings, load_settings


def login(
    env: Env = None,
    client_id: Annotated[
        str | None,
        typer.Option(
            "--client-id", metavar="ID", help="By default that of the settings, or asked."
        ),
    ] = None,
    forget: Annotated[
        bool, typer.Option("--forget", metavar="", help="Remove what is kept for this environment.")
    ] = False,
) -> None:
    """Keep client id and secret in this machine's keyring; the secret is typed unseen, or read from stdin."""
    console = make_console(as_json=False)
    settings = load_settings(env)
    if forget:
        found = forget_credentials(settings.env)
        told = "is no longer kept" if found else "was not kept"
        console.print(f"The secret of {escape(settings.env)} {told} in the keyring.")
        return
    if settings.needs_sandbox:
        raise SettingsError(
            "The sandbox on this machine needs no secret; name the environment, such as --env staging."
        )
    asked = settings.model_copy(update=_ask(settings, client_id, console)._asdict())
    with connect(asked, told=say_waiting) as gradebook:
        gradebook.transport.auth.token()  # a secret that does not work is not kept
    kept = Credentials(asked.client_id, asked.client_secret)
    keep_credentials(settings.env, kept, base_url=settings.base_url, token_url=settings.token_url)
    console.print(
        f"Kept in the keyring for {escape(f'{settings.env}, {settings.base_url}')}; a token was given for it."
    )
    if load_settings(env).client_secret != kept.client_secret:
        console.print(
            f"{settings.variable('client secret')} is set to another one and goes before it; take it out of the "
            "environment or .env."
        )


def _ask(settings: Settings, client_id: str | None, console: Console) -> Credentials:
    """Ask for what is lacking; where nobody is at the keyboard the secret is the first line of stdin.

    Raises:
        DeclinedError: nothing was typed.
    """
    client_id = client_id or settings.client_id
    try:
        if sys.stdin.isatty():
            client_id = client_id or console.input("Client id: ")
            # Asked once the echo is off; rich would ask before, and what is typed early would show and be lost.
            secret = getpass.getpass(f"Client secret of {client_id}: ")
        else:
            secret = sys.stdin.readline()
    except (EOFError, KeyboardInterrupt):
        secret = ""
    if not secret.strip() or not client_id.strip():
        raise DeclinedError("Nothing was kept: type the client secret, and give --client-id.")
    return Credentials(client_id.strip(), SecretStr(secret.strip()))
