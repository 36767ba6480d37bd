"""Answers: every form of error body becomes one sentence, and the status decides what it is."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from requests.structures import CaseInsensitiveDict
from wire_desk import Say, serve

from gradetools.answers import Answer, error_for
from gradetools.errors import (
    AuthError,
    BusyError,
    GradebookError,
    NotFoundError,
    RefusedError,
)
from gradetools.transport import Transport

DETAILS = [{"path": "result.score", "message": "is too high"}, {"reason": "no"}]
STANDARD = {
    "imsx_codeMajor": "failure",
    "imsx_severity": "error",
    "imsx_description": "The score is wrong.",
    "imsx_CodeMinor": {
        "imsx_codeMinorField": [
            {
                "imsx_codeMinorFieldName": "TargetEndSystem",
                "imsx_codeMinorFieldValue": "invaliddata",
            }
        ]
    },
}
CODE_ONLY = {name: value for name, value in STANDARD.items() if name != "imsx_description"}
SAYS = [
    (STANDARD, "The score is wrong."),
    ({"imsx_StatusInfo": STANDARD}, "The score is wrong."),
    (CODE_ONLY, "invaliddata"),
    (
        STANDARD | {"imsx_error_details": DETAILS},
        "The score is wrong. path: result.score; message: is too high reason: no",
    ),
    (STANDARD | {"imsx_error_details": None, "imsx_CodeMinor": None}, "The score is wrong."),
    (STANDARD | {"imsx_error_details": "mere text"}, "The score is wrong. mere text"),
    (STANDARD | {"imsx_error_details": [{"score": [1]}]}, "The score is wrong. score: [1]"),
    (STANDARD | {"imsx_CodeMinor": "x", "message": "plain"}, "plain"),
    (STANDARD | {"imsx_CodeMinor": "x"}, "The score is wrong."),
    (CODE_ONLY | {"imsx_CodeMinor": {"imsx_codeMinorField": {}}, "message": "said"}, "said"),
    ({"message": "Forbidden"}, "Forbidden"),
    ({"Message": "User is not authorized"}, "User is not authorized"),
    ({"error": "invalid_client"}, "invalid_client"),
    ({"error": {"code": 7, "message": "inside"}}, "inside"),
    ({"error": "invalid_client", "error_description": "Wrong."}, "Wrong."),
    ({"detail": "Not authenticated"}, "Not authenticated"),
    ({"message": None, "error": 5}, ""),
    ({}, ""),
    (b"", ""),
    (b"{not json", "{not json"),
    (b"\xff\xfe\x00", ""),
    (b'{"message": NaN}', ""),
    (b"[" * 100_000, "[" * 200),
    (b"<html><head><title>502 Bad\n Gateway</title></head><body>x</body>", "502 Bad Gateway"),
    (b"<p>Sorry &amp; <b>goodbye</b></p><script>var a = 1</script>", "Sorry & goodbye"),
    (b"upstream connect error", "upstream connect error"),
    ({"message": "two\nlines\x1b[31m and \u202e"}, "two lines [31m and"),
    ({"message": "long" * 1000}, "long" * 125),
]  # fmt: skip


def make_answer(status: int, body: object = b"", **headers: str) -> Answer:
    """Make an answer; `retry_after` is the header Retry-After."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Answer(status, CaseInsensitiveDict(named), Say(body=body).content())


@pytest.mark.parametrize(("body", "said"), SAYS)
def test_what_an_error_body_says(body: object, said: str) -> None:
    """Bare, wrapped, `message`, `error`, HTML, empty or broken: the sentence in it is found."""
    found = make_answer(422, body).sentence()
    assert found.replace("\ufffd", "").strip() == said


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        (302, RefusedError, "correct the base URL."),
        (400, RefusedError, "correct it, then try again."),
        (401, AuthError, "client id and secret belong together."),
        (403, AuthError, "roster.readonly."),
        (404, NotFoundError, "check the ids and the base URL."),
        (409, RefusedError, "correct it, then try again."),
        (422, RefusedError, "correct it, then try again."),
        (429, BusyError, "try again later, or resume the push."),
        (500, RefusedError, "try again later."),
        (504, RefusedError, "try again later."),
    ],
)
@pytest.mark.parametrize("body", [b"", STANDARD])
def test_the_status_decides(
    status: int, kind: type[GradebookError], advice: str, body: object
) -> None:
    """Each status is one kind of error: one sentence with the status, what was said, and what to do next."""
    error = error_for(make_answer(status, body, x_request_id="r1"))
    assert (type(error), error.status, error.request_id) == (kind, status, "r1")
    assert str(error).endswith(advice)
    assert f"({status})" in str(error)
    assert ("The score is wrong" in str(error)) == (body != b"" and status != 302)


def test_an_error_that_calls_itself_success() -> None:
    """A 422 whose codeMajor says success is an error."""
    body = STANDARD | {"imsx_codeMajor": "success", "imsx_severity": "status"}
    with (
        serve([Say(422, body)]) as scripted,
        pytest.raises(RefusedError, match="The score is wrong") as caught,
    ):
        Transport(scripted.settings()).request("PUT", "/x", body={})
    assert caught.value.status == 422


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("body", [b"", b"<html>", b"{broken", STANDARD])
def test_any_2xx_is_success(status: int, body: object) -> None:
    """Any 2xx is success: with a body, without one, with one that cannot be read, or that says failure."""
    body = b"" if status == 204 else body
    with serve([Say(status, body)]) as scripted:
        answer = Transport(scripted.settings()).request("PUT", "/x", body={})
    assert (answer.status, answer.body()) == (status, body if isinstance(body, dict) else None)


@pytest.mark.parametrize("name", ["X-Request-ID", "x-amzn-requestid", "X-Amzn-RequestId"])
def test_the_request_id(name: str) -> None:
    """The server's own name for a request is kept, however the header is written."""
    assert Answer(500, CaseInsensitiveDict({name: "r1"}), b"").request_id == "r1"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 1.5 ", 1.5),
        ("0", 0),
        (formatdate(1_000_060, usegmt=True), 60),
        (formatdate(1_000_060, usegmt=True).replace("GMT", "-0000"), 60),
        (formatdate(1_000_060, usegmt=True).replace("GMT", "+0100"), 0),
        (formatdate(999_000, usegmt=True), 0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("\u0663", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
    ],
)
def test_retry_after(header: str, seconds: float | None) -> None:
    """`Retry-After` is read in seconds or as a date, which is GMT where it does not say; else it is None."""
    answer = make_answer(429, retry_after=header)
    assert answer.retry_after(lambda: 1_000_000.0) == seconds


@pytest.mark.parametrize("ahead", [-7200, 7200])
def test_a_date_is_read_by_the_servers_clock(ahead: int) -> None:
    """`Retry-After` as a date is compared with the answer's own `Date`, so that our clock may be wrong."""
    dates = {"retry_after": formatdate(1_000_060, usegmt=True), "date": formatdate(1_000_000)}
    assert make_answer(429, **dates).retry_after(lambda: 1_000_000.0 + ahead) == 60
    dates["date"] = "nonsense"
    assert make_answer(429, **dates).retry_after(lambda: 1_000_050.0) == 10


def test_a_date_without_a_zone_is_gmt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A date that names no zone is in GMT, wherever this machine stands."""
    header = formatdate(1_000_060, usegmt=True).replace("GMT", "-0000")
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        found = make_answer(429, retry_after=header).retry_after(lambda: 1_000_000.0)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found == 60


def test_what_is_no_json_is_null() -> None:
    """NaN and infinity, which some servers write, are read as null, for no JSON could send them back."""
    body = b'{"a": NaN, "b": [Infinity, -Infinity, 1.5]}'
    assert make_answer(200, body).body() == {"a": None, "b": [None, None, 1.5]}


def test_an_answer_does_not_print_its_body() -> None:
    """What came back holds grades or tokens; its repr shows the status alone."""
    assert repr(make_answer(200, {"a": "planted"}, x="planted")) == "Answer(status=200)"
