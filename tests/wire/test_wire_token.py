"""The token: asked for as RFC 6749 has it, shared, renewed, and never shown."""

from __future__ import annotations

import base64
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import pytest
from faulty_proxy import Fault, FaultyProxy, Rule
from wire_desk import QUICK, SECRET, FakeTime, Heard, Say, Scripted, find_secrets, serve

from gradetools.errors import AuthError, GradetoolsError, SettingsError, UnreachableError
from gradetools.gradebook import connect
from gradetools.sandbox import Sandbox
from gradetools.transport import Transport


def make_token(**extra: Any) -> Say:
    """Make a token answer."""
    return Say(body={"access_token": "token-x", "token_type": "Bearer", **extra})


def bearers(scripted: Scripted) -> list[str]:
    """List the tokens that requests carried."""
    return [heard.headers["authorization"] for heard in scripted.requests()]


def refuse_token(*bad: str) -> Any:
    """Answer 401 to the bearers named, 200 to others."""
    return lambda heard: Say(
        401 if heard.headers["authorization"].removeprefix("Bearer ") in bad else 200
    )


@pytest.mark.parametrize("client_id", ["sandbox", "id:with colon", "größe%2B"])
@pytest.mark.parametrize("secret", ["plain", "a+b/c:d%e&f=g h", "%2B+%20 +", "pässwörd~*'\"\\"])
def test_any_secret_survives_basic(client_id: str, secret: str) -> None:
    """Id and secret are form-encoded before Basic, so that no character of theirs is lost."""
    with (
        Sandbox(client_id=client_id, client_secret=secret) as sandbox,
        connect(sandbox) as gradebook,
    ):
        assert gradebook.check_connection().endswith(f"with the client id {client_id}.")


def test_the_token_request() -> None:
    """The token is asked for with Basic and the grant type; Timeback is sent no scope."""
    with serve() as scripted:
        Transport(scripted.settings()).request("GET", "/x")
        (asked,) = scripted.token_requests()
    user, _, password = base64.b64decode(asked.headers["authorization"].split()[1]).partition(b":")
    assert (asked.method, user, unquote_plus(password.decode())) == ("POST", b"id", SECRET)
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(asked.body.decode()) == {"grant_type": ["client_credentials"]}


@pytest.mark.parametrize("scope", [None, "one two"])
def test_the_official_dialect_asks_for_scopes(scope: str | None) -> None:
    """The official dialect asks for the v1p2 scopes of an importer, or for those of the settings."""
    with serve() as scripted:
        Transport(scripted.settings(dialect="oneroster", scope=scope)).request("GET", "/x")
        form = parse_qs(scripted.token_requests()[0].body.decode())
    base = "https://purl.imsglobal.org/spec/or/v1p2/scope/"
    names = ["gradebook.createput", "gradebook.readonly", "roster-core.readonly", "roster.readonly"]
    assert form["scope"][0].split() == (scope.split() if scope else [base + name for name in names])


def test_a_token_is_kept() -> None:
    """Many requests one after the other take one token."""
    with serve() as scripted:
        transport = Transport(scripted.settings())
        for _ in range(5):
            transport.request("GET", "/x")
        assert bearers(scripted) == ["Bearer token-1"] * 5


@pytest.mark.parametrize(
    ("expires_in", "good"),
    [
        (3600, 3540),
        ("3600", 3540),
        (90, 45),
        (1, 0.5),
        (None, 240),
        (0, 240),
        (-5, 240),
        ("soon", 240),
        ([], 240),
        (10**400, 240),
        (1e300, 240),
        (True, 0.5),
    ],
)
def test_a_token_is_renewed_early(expires_in: object, good: float) -> None:
    """A token is renewed a minute before its end, or at half its life; nonsense counts as five minutes."""
    passing = FakeTime()
    with serve(tokens=[make_token(expires_in=expires_in)]) as scripted:
        transport = Transport(scripted.settings(), clock=passing.clock)
        counts = []
        for passed in (0.0, good - 0.01, good + 0.01):
            passing.passed = passed
            transport.request("GET", "/x")
            counts.append(len(scripted.token_requests()))
    assert counts == [1, 1, 2]


def test_expires_in_may_be_missing() -> None:
    """A token without `expires_in` is used."""
    with serve(tokens=[make_token()]) as scripted:
        assert Transport(scripted.settings()).request("GET", "/x").status == 200


def ask_together(transport: Transport, count: int = 16) -> list[Exception | None]:
    """Send many requests at the same moment; list the errors."""
    ready = threading.Barrier(count)

    def ask() -> Exception | None:
        ready.wait()
        try:
            transport.request("GET", "/x")
        except GradetoolsError as error:
            return error
        return None

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(ask) for _ in range(count)]]


def slowly(say: Say) -> Any:
    """Answer after a moment, so that others come meanwhile."""

    def answer(_: Heard) -> Say:
        time.sleep(0.3)
        return say

    return answer


def test_many_threads_fetch_one_token() -> None:
    """Sixteen requests at once ask for one token."""
    with serve(tokens=slowly(make_token())) as scripted:
        errors = ask_together(Transport(scripted.settings(), workers=16))
        assert (errors, len(scripted.token_requests())) == ([None] * 16, 1)


def test_many_threads_hear_one_refusal() -> None:
    """Sixteen requests at once with a wrong secret ask once, and all hear what it came to."""
    with serve(tokens=slowly(Say(401, {"error": "invalid_client"}))) as scripted:
        errors = ask_together(Transport(scripted.settings(), workers=16))
        assert [type(error) for error in errors] == [AuthError] * 16
        assert (len(scripted.token_requests()), len(scripted.requests())) == (1, 0)


def test_a_failed_fetch_is_tried_again_later() -> None:
    """What failed for those who waited does not fail for who comes later."""
    with serve(tokens=[Say(401), make_token()]) as scripted:
        transport = Transport(scripted.settings())
        with pytest.raises(AuthError):
            transport.request("GET", "/x")
        assert transport.request("GET", "/x").status == 200


def test_a_refused_token_is_renewed_once() -> None:
    """A 401 is answered with one new token and the same request, body and all."""
    with serve(refuse_token("token-1")) as scripted:
        answer = Transport(scripted.settings()).request("PUT", "/x", body={"a": 1})
        assert (answer.status, bearers(scripted)) == (200, ["Bearer token-1", "Bearer token-2"])
        assert [heard.body for heard in scripted.requests()] == [b'{"a": 1}'] * 2


def test_many_threads_renew_once() -> None:
    """When all workers hear 401 for one token, one of them fetches the next."""
    with serve(refuse_token("token-1")) as scripted:
        errors = ask_together(Transport(scripted.settings(), workers=16))
        assert (errors, len(scripted.token_requests())) == ([None] * 16, 2)


def test_a_second_401_is_the_end() -> None:
    """A 401 to a fresh token stops: two requests, two tokens, one sentence."""
    with serve([Say(401, {"message": "who are you?"})]) as scripted:
        with pytest.raises(
            AuthError, match=r"\(401\): who are you.*client id and secret"
        ) as caught:
            Transport(scripted.settings()).request("GET", "/x")
        assert bearers(scripted) == ["Bearer token-1", "Bearer token-2"]
    assert caught.value.status == 401


def test_a_second_401_after_a_pause_is_the_end() -> None:
    """A 401, a repetition because of a 503, and another 401 are two to the same request."""
    with serve([Say(401), Say(503), Say(401), Say(200)]) as scripted:
        with pytest.raises(AuthError):
            Transport(scripted.settings(), patience=QUICK).request("GET", "/x")
        assert len(scripted.requests()) == 3


def test_403_stops_at_once() -> None:
    """A 403 is not repeated and names the scopes to ask for."""
    with serve([Say(403, {"message": "no"})]) as scripted:
        with pytest.raises(AuthError, match=r"\(403\): no; ask .* gradebook\.createput"):
            Transport(scripted.settings()).request("PUT", "/x", body={})
        assert (len(scripted.requests()), len(scripted.token_requests())) == (1, 1)


@pytest.mark.parametrize(
    ("say", "told"),
    [
        (
            Say(401, {"error": "invalid_client"}),
            "does not accept the client id and secret (401: in",
        ),
        (
            Say(400, {"error": "invalid_client"}),
            "check GRADETOOLS_STAGING_CLIENT_ID and GRADETOOLS",
        ),
        (Say(400, {"error": "invalid_scope"}), "correct GRADETOOLS_STAGING_SCOPE"),
        (
            Say(404, b"<html><title>Nowhere</title>"),
            "(404: Nowhere); check GRADETOOLS_STAGING_TOKEN",
        ),
        (
            Say(302, b"", {"Location": "/login"}),
            "gives no token (302); check GRADETOOLS_STAGING_TOK",
        ),
        (Say(200, b"<html>Please log in</html>"), "gives no token (200); check"),
        (Say(200, {"access_token": ""}), "gives no token"),
        (Say(200, {"access_token": 5}), "gives no token"),
        (Say(200, {"access_token": "a\nb"}), "gives no token"),
        (Say(200, []), "gives no token"),
    ],
)
def test_why_there_is_no_token(say: Say, told: str) -> None:
    """A token server that gives no token is told in one sentence that names what to check."""
    with serve(tokens=[say]) as scripted:
        with pytest.raises(AuthError) as caught:
            Transport(scripted.settings()).request("GET", "/x")
        assert (told in str(caught.value), len(scripted.requests())) == (True, 0)
    assert str(caught.value).startswith("The token server of staging ")


def test_a_token_server_that_is_down_is_no_wrong_secret() -> None:
    """A token server that answers 503 is asked as often as patience allows, and no secret is blamed."""
    with serve(tokens=[Say(503)]) as scripted:
        transport = Transport(scripted.settings(), patience=QUICK)
        with pytest.raises(UnreachableError, match="does not work just now"):
            transport.request("PUT", "/x", body={})
        assert (len(scripted.token_requests()), scripted.requests()) == (QUICK.attempts, [])


def test_a_token_server_that_hangs_up() -> None:
    """Without an answer the token is asked for as often as patience allows, not its square."""
    with (
        serve() as scripted,
        FaultyProxy(scripted.port, [Rule(fault=Fault(reset="before"))]) as proxy,
    ):
        settings = scripted.settings(token_url=f"{proxy.base_url}/token")
        with pytest.raises(UnreachableError, match="cannot be reached"):
            Transport(settings, patience=QUICK).request("GET", "/x")
        assert len(proxy.log) == QUICK.attempts


@pytest.mark.parametrize("lacking", ["client_id", "client_secret"])
def test_nothing_is_asked_without_id_and_secret(lacking: str) -> None:
    """Without id or secret nothing is sent, and the variables to set are named."""
    with serve() as scripted:
        transport = Transport(scripted.settings(**{lacking: ""}))
        with pytest.raises(SettingsError, match="put GRADETOOLS_STAGING_CLIENT_ID and"):
            transport.request("GET", "/x")
        assert scripted.heard == []


def fail(script: Any, tokens: Any, **settings: Any) -> GradetoolsError:
    """Let a PUT fail, and give the error."""
    with serve(script, tokens) as scripted:
        transport = Transport(scripted.settings(**settings), patience=QUICK)
        with pytest.raises(GradetoolsError) as caught:
            transport.request("PUT", "/x", body={})
    return caught.value


def echo(status: int) -> Any:
    """Answer with everything that was heard, as a careless gateway does."""
    return lambda heard: Say(status, {"message": f"{dict(heard.headers)} {SECRET}"})


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500])
def test_an_echo_of_the_token_is_not_told(status: int) -> None:
    """A gateway that repeats the Authorization header does not make us repeat it."""
    headers = {"x-api-key": "planted-key"}
    error = fail(echo(status), [make_token(expires_in=3600)], headers=headers)
    assert "Bearer ***" in str(error)
    assert find_secrets(error, SECRET, "token-x", "planted-key") == []


@pytest.mark.parametrize("status", [400, 401, 404, 503])
def test_an_echo_of_the_secret_is_not_told(status: int) -> None:
    """A token server that repeats id and secret does not make us repeat them."""
    error = fail([Say()], echo(status))
    assert "Basic ***" in str(error)
    assert find_secrets(error, SECRET) == []


def test_an_error_of_the_network_holds_no_token() -> None:
    """When nobody answers, the error's chain does not lead to the request, which holds the token."""
    with serve() as gone:
        url = gone.base_url
    with serve(tokens=[make_token()]) as scripted:
        transport = Transport(scripted.settings(base_url=url), patience=QUICK)
        with pytest.raises(UnreachableError) as caught:
            transport.request("PUT", "/x", body={})
    assert caught.value.__context__ is None
    assert find_secrets(caught.value, SECRET, "token-x") == []


def test_nothing_shows_the_token() -> None:
    """Neither the transport nor its parts show the token when they are printed."""
    with serve(tokens=[make_token()]) as scripted:
        transport = Transport(scripted.settings())
        answer = transport.request("GET", "/x")
        shown = f"{transport!r} {transport.auth!r} {transport.auth.token()!r} {answer!r}"
        shown += f"{transport.settings!r} {vars(transport.auth)!r}"
    assert [text for text in ("token-x", SECRET) if text in shown] == []
