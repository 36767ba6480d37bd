"""`gradetools login`: the secret is kept where the operating system keeps secrets, and goes only where it was meant."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from command import Run
from file_keyring import LockedKeyring
from planted import SECRET, find_planted, find_planted_files

import gradetools as gt
from gradetools.errors import GradetoolsError
from gradetools.sandbox import Sandbox


@pytest.fixture
def school(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Serve a gradebook whose secret is the planted one, and let `staging` mean it."""
    with Sandbox(client_id="ada", client_secret=SECRET) as sandbox:
        monkeypatch.setenv("GRADETOOLS_STAGING_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("GRADETOOLS_STAGING_TOKEN_URL", sandbox.token_url)
        yield sandbox


def log_in(run: Run, secret: str = SECRET) -> None:
    """Log in to staging as ada, from a script."""
    ended = run("login", "--env", "staging", "--client-id", "ada", stdin=f"{secret}\n")
    assert (ended.code, find_planted(ended.out + ended.err)) == (0, []), ended


def test_a_kept_secret_is_found(run: Run, school: Sandbox, kept: Path) -> None:
    """After a login the settings have client id and secret, and a token is given for them."""
    log_in(run)
    settings = gt.load_settings("staging")
    assert (settings.client_id, settings.client_secret.get_secret_value()) == ("ada", SECRET)
    with gt.connect("staging") as gradebook:
        assert gradebook.list_classes() != []
    assert (len(school.requests()) > 0, find_planted(repr(settings))) == (True, [])
    assert ("ada" in kept.read_text(), "planted+se" in kept.read_text()) == (True, True)


def test_it_is_forgotten(run: Run, school: Sandbox, kept: Path) -> None:  # noqa: ARG001 - staging means it
    """`--forget` removes it, and says so; a second time there is nothing to remove."""
    log_in(run)
    first, second = (run("login", "--env", "staging", "--forget") for _ in range(2))
    assert ("no longer kept" in first.out, "was not kept" in second.out) == (True, True)
    assert gt.load_settings("staging").client_secret.get_secret_value() == ""
    assert find_planted_files([kept.parent]) == {}


def test_each_environment_has_its_own(run: Run, school: Sandbox, kept: Path) -> None:  # noqa: ARG001 - staging means it
    """What is kept for staging is not found for production."""
    log_in(run)
    assert gt.load_settings("production").client_secret.get_secret_value() == ""


@pytest.mark.parametrize("elsewhere", ["BASE_URL", "TOKEN_URL"])
def test_another_address_does_not_get_it(
    run: Run,
    school: Sandbox,
    kept: Path,  # noqa: ARG001 - it has to be there
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    elsewhere: str,
) -> None:
    """A `.env` that sends secret or token of `staging` elsewhere finds no secret."""
    log_in(run)
    monkeypatch.delenv(f"GRADETOOLS_STAGING_{elsewhere}")
    other = f"http://localhost:{school.base_url.rpartition(':')[2]}"
    Path(tmp_path, ".env").write_text(f"GRADETOOLS_STAGING_{elsewhere}={other}", encoding="utf-8")
    settings = gt.load_settings("staging")
    assert getattr(settings, elsewhere.lower()) == other
    assert settings.client_secret.get_secret_value() == ""


def test_another_client_does_not_get_it(
    run: Run,
    school: Sandbox,  # noqa: ARG001 - staging means it
    kept: Path,  # noqa: ARG001 - it has to be there
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A client id of the settings that is another one is not given this one's secret."""
    log_in(run)
    monkeypatch.setenv("GRADETOOLS_STAGING_CLIENT_ID", "grace")
    settings = gt.load_settings("staging")
    assert (settings.client_id, settings.client_secret.get_secret_value()) == ("grace", "")


def test_what_is_set_goes_first(
    run: Run,
    school: Sandbox,  # noqa: ARG001 - staging means it
    kept: Path,  # noqa: ARG001 - it has to be there
) -> None:
    """A secret of the environment goes before the kept one, and `login` says that it is in the way."""
    mine = {"GRADETOOLS_STAGING_CLIENT_SECRET": "mine"}
    ended = run("login", "--env", "staging", "--client-id", "ada", stdin=SECRET, **mine)
    assert (ended.code, "goes before it" in ended.out) == (0, True)


def test_a_wrong_secret_is_not_kept(run: Run, school: Sandbox, kept: Path) -> None:  # noqa: ARG001 - staging means it
    """A secret for which no token is given is exit code 2, and is not kept."""
    ended = run("login", "--env", "staging", "--client-id", "ada", stdin="wrong\n")
    assert (ended.code, "does not accept the client id and secret" in ended.err) == (2, True)
    assert not kept.exists()


@pytest.mark.parametrize("backend", ["null", "locked"])
def test_a_machine_that_keeps_nothing(
    run: Run,
    school: Sandbox,  # noqa: ARG001 - staging means it
    kept: Path,  # noqa: ARG001 - so that the keyring is put back
    backend: str,
) -> None:
    """A store that takes all and keeps nothing, or is locked, is a sentence; settings do without it."""
    from keyring.backends.null import Keyring

    keyring.set_keyring(Keyring() if backend == "null" else LockedKeyring())
    ended = run("login", "--env", "staging", "--client-id", "ada", stdin=SECRET)
    assert (ended.code, "has no keyring that could be written to" in ended.err) == (2, True)
    assert find_planted(ended.out + ended.err) == []
    assert gt.load_settings("staging").client_id == ""


def test_the_error_of_a_store_is_not_repeated(kept: Path) -> None:  # noqa: ARG001 - so that the keyring is put back
    """A store whose error repeats what it was given is not in the chain of ours."""
    from pydantic import SecretStr

    from gradetools.keychain import Credentials, keep_credentials

    keyring.set_keyring(LockedKeyring())
    with pytest.raises(GradetoolsError) as caught:
        keep_credentials(
            "staging",
            Credentials("a", SecretStr(SECRET)),
            base_url="https://x.example.org",
            token_url="https://y.example.org",  # noqa: S106 - an address
        )
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_the_sandbox_needs_none(run: Run, kept: Path) -> None:
    """Logging in to the sandbox of this machine is refused."""
    ended = run("login", stdin="x\n")
    assert (ended.code, "needs no secret" in ended.err, kept.exists()) == (2, True, False)


def test_nothing_typed_keeps_nothing(run: Run, school: Sandbox, kept: Path) -> None:  # noqa: ARG001 - staging means it
    """An empty secret is exit code 2."""
    ended = run("login", "--env", "staging", "--client-id", "ada", stdin="")
    assert (ended.code, kept.exists()) == (2, False)


#: A terminal of its own, for a command that reads what is typed from there.
IN_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


def test_the_secret_is_typed_unseen(school: Sandbox, kept: Path) -> None:  # noqa: ARG001 - staging means it
    """At a terminal the client id shows as it is typed, and the secret does not."""
    variables = {
        **os.environ,
        "PYTHON_KEYRING_BACKEND": "file_keyring.FileKeyring",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    command = [sys.executable, "-m", "gradetools", "login", "--env", "staging"]
    terminal = subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, *command],
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    assert terminal.stdin is not None
    assert terminal.stdout is not None
    shown = b""
    for prompt, answer in (("Client id: ", "ada"), ("Client secret of ada: ", SECRET)):
        while prompt.encode() not in shown:
            shown += terminal.stdout.read(1024) or sys.exit(shown.decode())
        terminal.stdin.write(f"{answer}\n".encode())
    rest, _ = terminal.communicate(timeout=60)
    text = (shown + rest).decode()
    assert (terminal.returncode, find_planted(text)) == (0, []), text
    assert ("ada" in text, "Kept in the keyring" in text) == (True, True)
    assert "ada" in kept.read_text()
