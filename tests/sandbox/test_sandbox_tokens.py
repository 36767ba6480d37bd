"""The token endpoint and the bearer tokens."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest
import requests
from sandbox_wire import get_minor

from gradetools.sandbox import Sandbox

FORM = {"grant_type": "client_credentials"}


def ask(sandbox: Sandbox, **options: Any) -> requests.Response:
    """Ask for a token."""
    return requests.post(sandbox.token_url, timeout=10, **options)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Give the module's tests one sandbox."""
    with Sandbox() as running:
        yield running


def test_basic_and_form_both_name_the_client(sandbox: Sandbox) -> None:
    """A token is given to a client named by Basic and to one named in the form."""
    named = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
    basic = ask(sandbox, data=FORM, auth=(sandbox.client_id, sandbox.client_secret))
    form = ask(sandbox, data=FORM | named)
    assert [basic.status_code, form.status_code] == [200, 200]
    for answer in (basic, form):
        assert set(answer.json()) == {"access_token", "expires_in", "token_type"}
        assert (answer.json()["expires_in"], answer.json()["token_type"]) == (3600, "Bearer")
        assert answer.headers["Cache-Control"] == "no-store"
    assert basic.json()["access_token"] != form.json()["access_token"]


def test_basic_is_form_decoded() -> None:
    """Id and secret are form-encoded inside the Basic header (RFC 6749 section 2.3.1)."""
    client_id, secret = "an id:with colon", "p%20+ä/="
    coded = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
    header = {"Authorization": "Basic " + base64.b64encode(coded).decode()}
    with Sandbox(client_id=client_id, client_secret=secret) as sandbox:
        answer = ask(sandbox, data=FORM, headers=header)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("form", "auth", "status", "error"),
    [
        (FORM, ("sandbox", "wrong"), 401, "invalid_client"),
        (FORM, ("", ""), 401, "invalid_client"),
        (FORM, None, 401, "invalid_client"),
        ({"grant_type": "password"}, "good", 400, "unsupported_grant_type"),
        ({"scope": "x"}, "good", 400, "invalid_request"),
        (FORM | {"client_secret": "x"}, "good", 400, "invalid_request"),
        ([("grant_type", "client_credentials")] * 2, "good", 400, "invalid_request"),
    ],
)
def test_token_errors(
    sandbox: Sandbox, form: object, auth: object, status: int, error: str
) -> None:
    """A refused token request says why, in the words of RFC 6749 section 5.2."""
    good = (sandbox.client_id, sandbox.client_secret)
    answer = ask(sandbox, data=form, auth=good if auth == "good" else auth)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers.get("WWW-Authenticate", "").startswith("Basic") is (status == 401)
    assert answer.headers["Cache-Control"] == "no-store"


def test_json_is_no_form() -> None:
    """A token request in JSON is an invalid request."""
    with Sandbox() as sandbox:
        answer = ask(sandbox, json=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_token_expires() -> None:
    """A token is good until its seconds are over, then it is refused with a challenge."""
    now = [100.0]
    with Sandbox(token_seconds=60, clock=lambda: now[0]) as sandbox:
        auth = (sandbox.client_id, sandbox.client_secret)
        token = ask(sandbox, data=FORM, auth=auth).json()["access_token"]
        url = f"{sandbox.base_url}/ims/oneroster/gradebook/v1p2/results/"
        statuses = []
        for now[0] in (159.0, 160.0):
            header = {"Authorization": f"Bearer {token}"}
            answer = requests.get(url, headers=header, timeout=10)
            statuses.append(answer.status_code)
    assert statuses == [200, 401]
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sandbox", error="invalid_token"'


@pytest.mark.parametrize("path", ["/ims/oneroster/gradebook/v1p2/results/", "/nowhere"])
@pytest.mark.parametrize("header", [None, "Bearer made-up", "Basic c2FuZGJveDo="])
def test_nothing_without_a_token(sandbox: Sandbox, path: str, header: str | None) -> None:
    """Every path but the token's answers 401 with the standard's error body."""
    headers = {"Authorization": header} if header else {}
    answer = requests.get(sandbox.base_url + path, headers=headers, timeout=10)
    assert (answer.status_code, get_minor(answer)) == (401, "unauthorisedrequest")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_no_secret_and_no_token_is_kept() -> None:
    """Neither the file nor the log holds a secret, a token or the body of a token request."""
    with Sandbox(client_secret="an-invented-secret") as sandbox:  # noqa: S106 - invented
        auth = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
        token = ask(sandbox, data=FORM | auth).json()["access_token"]
        # To a wrong path, and in a query without a token, it is not kept either.
        requests.post(f"{sandbox.base_url}/auth/token", data=FORM | auth, timeout=10)
        requests.get(f"{sandbox.base_url}/x?access_token={token}", timeout=10)
        url = f"{sandbox.base_url}/ims/oneroster/gradebook/v1p2/results/"
        requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10)
        log = sandbox.requests()
        kept = b"".join(path.read_bytes() for path in sandbox.folder.iterdir())
    assert [entry.client for entry in log] == ["sandbox", "", "", "sandbox"]
    assert b"an-invented-secret" not in kept
    assert token.encode() not in kept
    assert "an-invented-secret" not in repr(sandbox)
