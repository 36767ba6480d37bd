"""The operating system's own store of secrets: what `gradetools login` keeps there, and settings find again.

Theory of operation. There is one entry per environment, and it remembers for which addresses it was
typed: the token URL, which the secret is sent to, and the base URL, which the token is sent to. Settings that
name another of either find nothing: a `.env` in a folder that somebody sent can have neither sent to an
address of its own. Finding never fails: a machine without such a store, or with a locked one, is a machine
that keeps no secret.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from pydantic import SecretStr

from gradetools.errors import MissingExtraError, SettingsError

#: The name within an entry of the store, which wants one.
_ACCOUNT = "client credentials"


class Credentials(NamedTuple):
    """Who we are to a token server."""

    client_id: str
    client_secret: SecretStr


def find_credentials(env: str, *, base_url: str, token_url: str) -> Credentials | None:
    """Find what is kept for an environment at these addresses; None where nothing is, or no store can be asked."""
    try:
        kept = json.loads(_keyring().get_password(_service(env), _ACCOUNT) or "null")
        if kept is None or (kept["base_url"], kept["token_url"]) != (base_url, token_url):
            return None
        return Credentials(str(kept["client_id"]), SecretStr(str(kept["client_secret"])))
    except Exception:  # noqa: BLE001 - each store fails in its own way, and who has none can do without
        return None


def keep_credentials(env: str, credentials: Credentials, *, base_url: str, token_url: str) -> None:
    """Keep who we are to an environment at these addresses, in the place of what was kept before.

    Raises:
        MissingExtraError: the package that knows the stores is not installed.
        SettingsError: this machine has no store that keeps it.
    """
    keyring = _keyring()
    facts = {"base_url": base_url, "token_url": token_url, "client_id": credentials.client_id}
    kept = False
    try:
        secret = credentials.client_secret.get_secret_value()
        text = json.dumps({**facts, "client_secret": secret})
        keyring.set_password(_service(env), _ACCOUNT, text)
        # There are stores that take everything and keep nothing.
        kept = keyring.get_password(_service(env), _ACCOUNT) == text
    except Exception:  # noqa: BLE001, S110 - each store fails in its own way; told below, free of the secret
        pass
    if not kept:
        raise SettingsError(
            "This machine has no keyring that could be written to; unlock or install one, or put the secret into the "
            "environment."
        )


def forget_credentials(env: str) -> bool:
    """Remove what is kept for an environment, whatever its addresses; say whether there was anything.

    Raises:
        MissingExtraError: the package that knows the stores is not installed.
        SettingsError: it is still there.
    """
    keyring = _keyring()
    try:
        if keyring.get_password(_service(env), _ACCOUNT) is None:
            return False
        keyring.delete_password(_service(env), _ACCOUNT)
    except Exception:  # noqa: BLE001 - each store fails in its own way
        raise SettingsError(
            "The keyring of this machine cannot be used; unlock it and try again."
        ) from None
    return True


def _service(env: str) -> str:
    return f"gradetools {env}"


def _keyring() -> Any:  # noqa: ANN401 - a module
    try:
        import keyring
    except ImportError:
        raise MissingExtraError("The keyring", "keyring") from None
    return keyring
