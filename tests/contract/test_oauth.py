"""Tokens of real OAuth servers, not only of our own: secrets, scopes, and a grade that gets through."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from gateway import open_gateway
from pydantic import SecretStr
from wire_desk import Say, Scripted, serve

import gradetools as gt
from gradetools.errors import AuthError
from gradetools.transport import Transport

HERE = Path(__file__).parent
SECRET = "in vented+/:%&=~'\"\\end"  # noqa: S105 - invented; every letter that a form or a header may spoil
BASE = "https://purl.imsglobal.org/spec/or/v1p2/scope/"
SCOPES = [
    BASE + name
    for name in (
        "gradebook.createput",
        "gradebook.readonly",
        "roster-core.readonly",
        "roster.readonly",
    )
]


@dataclass(frozen=True)
class Issuer:
    """A running token server."""

    token_url: str
    introspect_url: str
    client_id: str

    def introspect(self, token: str) -> dict[str, Any]:
        """Ask what it says of a token, as the client that it knows (RFC 7662)."""
        # RFC 6749 section 2.3.1: both are form-encoded before Basic.
        names = [requests.utils.quote(name, safe="") for name in (self.client_id, SECRET)]
        answer = requests.post(
            self.introspect_url, data={"token": token}, auth=(names[0], names[1]), timeout=30
        )
        return dict(answer.json()) if answer.ok else {}

    def settings(self, base_url: str, **given: Any) -> gt.Settings:
        """Make settings that get their tokens here."""
        facts = {
            "env": "staging",
            "base_url": base_url,
            "token_url": self.token_url,
            "client_id": self.client_id,
            "client_secret": SecretStr(SECRET),
            "scope": " ".join(SCOPES),
        }
        return gt.Settings(**(facts | given))


@contextmanager
def running(*command: str, cwd: Path) -> Iterator[int]:
    """Run a server that prints its port and ends with its standard input."""
    with subprocess.Popen(
        command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.stdin.close()


@contextmanager
def django(folder: Path, client_id: str, *scopes: str) -> Iterator[Issuer]:
    """Run django-oauth-toolkit."""
    script = str(HERE / "django_issuer.py")
    with running(
        sys.executable, script, str(folder), client_id, SECRET, *scopes, cwd=folder
    ) as port:
        base = f"http://127.0.0.1:{port}"
        yield Issuer(f"{base}/token", f"{base}/introspect", client_id)


def upsert_through(issuer: Issuer, sandbox: gt.Sandbox, **given: Any) -> str:
    """Put a grade through a gateway that trusts the issuer; give what was told of the connection."""
    with open_gateway(sandbox, issuer.introspect) as gateway:
        with gt.connect(issuer.settings(gateway.base_url, **given)) as gradebook:
            told = gradebook.check_connection()
            grade = gt.Result(line_item="algebra-midterm", student="student-001", score=87.5)
            receipt = gt.upsert_result(grade, gradebook)
        assert receipt.states["created"] == 1
        assert sandbox.records("results")[-1]["score"] == 87.5
    return told


def test_a_grade_with_a_token_of_django(sandbox: gt.Sandbox, tmp_path: Path) -> None:
    """A token of django-oauth-toolkit, for an id and a secret with every odd letter, writes a grade; a wrong secret does not."""
    with django(tmp_path, "id+/%: é", *SCOPES) as issuer:
        assert upsert_through(issuer, sandbox).endswith("with the client id id+/%: é.")
        settings = issuer.settings(issuer.token_url, client_secret=SecretStr(SECRET[1:]))
        with pytest.raises(AuthError, match="does not accept the client id and secret"):
            Transport(settings).auth.token()
        settings = issuer.settings(issuer.token_url, scope=f"{SCOPES[0]} {BASE}unheard.of")
        with pytest.raises(AuthError, match="does not grant the scopes"):
            Transport(settings).auth.token()
        assert issuer.introspect("invented").get("active", False) is False


@pytest.mark.long
def test_a_grade_with_a_token_of_oidc_provider(sandbox: gt.Sandbox, tmp_path: Path) -> None:
    """The same with oidc-provider, which drops a scope that it does not know instead of refusing it, and says so."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("oidc-provider needs node and npm, which are not on this machine")
    install = ["npm", "install", "--prefix", str(tmp_path), "--no-audit", "--no-fund"]
    done = subprocess.run(
        [*install, "oidc-provider@9"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"npm cannot install oidc-provider: {done.stderr.strip()[-200:]}")
    script = tmp_path / "issuer.mjs"
    script.write_text((HERE / "oidc_issuer.mjs").read_text(encoding="utf-8"), encoding="utf-8")
    with running("node", str(script), "importer", SECRET, *SCOPES, cwd=tmp_path) as port:
        base = f"http://127.0.0.1:{port}"
        issuer = Issuer(f"{base}/token", f"{base}/token/introspection", "importer")
        assert upsert_through(issuer, sandbox).endswith("with the client id importer.")
        transport = Transport(issuer.settings(base, scope=" ".join([*SCOPES, "unheard.of"])))
        transport.auth.token()
        assert transport.auth.lacking == ("unheard.of",)
        settings = issuer.settings(base, client_secret=SecretStr("wrong"))
        with pytest.raises(AuthError, match="does not accept the client id and secret"):
            Transport(settings).auth.token()


@pytest.mark.parametrize("expires_in", [{}, {"expires_in": 0}, {"expires_in": "3600"}])
def test_what_servers_say_of_the_end(expires_in: dict[str, Any], sandbox: gt.Sandbox) -> None:
    """`expires_in` missing, zero or text: the grade is written all the same, with one token."""
    issued = {"access_token": "token-of-theirs", "token_type": "bearer", **expires_in}

    def introspect(token: str) -> dict[str, Any]:
        return {"active": token == "token-of-theirs", "scope": SCOPES[0]}  # noqa: S105 - invented

    with serve(tokens=[Say(body=issued)]) as issuer, open_gateway(sandbox, introspect) as gateway:
        settings = issuer.settings(base_url=gateway.base_url, data_dir=sandbox.folder)
        with gt.connect(settings) as gradebook:
            grade = gt.Result(line_item="algebra-midterm", student="student-001", score=87.5)
            assert gt.upsert_result(grade, gradebook).states["created"] == 1
        assert len(issuer.token_requests()) == 1


def dropping(given: object) -> Scripted:
    """Make a token server's answer that names the scopes it gave."""
    return serve(  # type: ignore[return-value] # its context manager
        [Say(403, {"message": "Forbidden"})],
        [Say(body={"access_token": "token-x", "expires_in": 3600, "scope": given})],
    )


@pytest.mark.parametrize(
    ("given", "lacking"),
    [
        (" ".join(SCOPES), []),
        (" ".join(SCOPES[1:]), ["gradebook.createput"]),
        (f"{SCOPES[0]} {SCOPES[2]}", ["gradebook.readonly", "roster.readonly"]),
        ("", [scope.removeprefix(BASE) for scope in SCOPES]),
        (" ".join([*SCOPES, "more"]), []),
        (None, []),
        (5, []),
    ],
)
def test_a_dropped_scope_is_told(given: object, lacking: list[str]) -> None:
    """A token that lacks a scope we asked for is used; what is then forbidden says which, in one sentence."""
    named = ", ".join(lacking)
    with dropping(given) as scripted:
        transport = Transport(scripted.settings(dialect="oneroster"))
        with pytest.raises(AuthError) as caught:
            transport.request("PUT", "/x", body={})
    because = f", and the token server did not grant {named}; ask its operators for that."
    assert str(caught.value).endswith(because) == bool(lacking)
    assert (len(scripted.requests()), len(scripted.token_requests())) == (1, 1)


def test_a_dropped_scope_is_told_at_once() -> None:
    """Who checks the connection hears of the dropped scope before anything is written."""
    tokens = [Say(body={"access_token": "token-x", "scope": " ".join(SCOPES[1:])})]
    with serve([Say(body={"classes": []})], tokens) as scripted:
        told = gt.connect(scripted.settings(dialect="oneroster")).check_connection()
        assert told == (
            f"Connected to staging at {scripted.base_url} with the client id id, but the token server did not grant "
            "gradebook.createput; ask its operators for that."
        )


def test_no_scope_is_missed_that_was_not_asked_for() -> None:
    """Timeback is asked for no scope, so none can be dropped."""
    with serve(tokens=[Say(body={"access_token": "token-x", "scope": "other"})]) as scripted:
        assert gt.connect(scripted.settings()).check_connection().endswith("with the client id id.")
