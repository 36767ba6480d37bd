"""Every answer that the contract knows (section 3), in every form of its body, as the client takes it over real HTTP."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from faulty_proxy import Asked, Fault, FaultyProxy, reply
from wire_desk import QUICK, Say, serve

import gradetools as gt
from gradetools import sandbox as served
from gradetools.errors import AuthError, BusyError, GradebookError, NotFoundError, RefusedError
from gradetools.gradebook import Gradebook

GRADE = gt.Result(
    sourced_id="r1",
    line_item="algebra-midterm",
    student="student-001",
    score=87.5,
    score_status="fully graded",
    score_date="2026-10-16",
)
MINOR = {
    "imsx_codeMinorField": [
        {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": "invaliddata"}
    ]
}
STANDARD: dict[str, Any] = {
    "imsx_codeMajor": "failure",
    "imsx_severity": "error",
    "imsx_description": "It went wrong.",
    "imsx_CodeMinor": MINOR,
}
#: Section 3.2, and what gateways send: name of the form, body, and what a person is told of it.
ERROR_BODIES: dict[str, tuple[Any, str]] = {
    "bare": (STANDARD, "It went wrong"),
    "wrapped": ({"imsx_StatusInfo": STANDARD}, "It went wrong"),
    "details": (STANDARD | {"imsx_error_details": [{"path": "score"}]}, "path: score"),
    "two required fields": (
        {"imsx_codeMajor": "unsupported", "imsx_severity": "warning", "imsx_CodeMinor": MINOR},
        "invaliddata",
    ),
    "codeMajor says success": (
        STANDARD | {"imsx_codeMajor": "success", "imsx_severity": "status"},
        "It went wrong",
    ),
    "message": ({"message": "Forbidden"}, "Forbidden"),
    "error": ({"error": "invalid_request"}, "invalid_request"),
    "HTML": (b"<html><head><title>502 Bad Gateway</title></head></html>", "502 Bad Gateway"),
    "text": (b"upstream connect error", "upstream connect error"),
    "no JSON": (b'{"message": "cut', "cut"),
    "empty": (b"", ""),
}
#: Section 3.1: status, the error it is, and how often it is asked before that is told.
REFUSALS: dict[int, tuple[type[GradebookError], int]] = {
    400: (RefusedError, 1),
    401: (AuthError, 2),
    403: (AuthError, 1),
    404: (NotFoundError, 1),
    409: (RefusedError, 1),
    422: (RefusedError, 1),
    429: (BusyError, QUICK.attempts),
    500: (RefusedError, QUICK.attempts),
    502: (RefusedError, QUICK.attempts),
    503: (RefusedError, QUICK.attempts),
    504: (RefusedError, QUICK.attempts),
}
#: What may stand in a success: the standard's nothing, Timeback's record, and whatever else there is.
SUCCESS_BODIES: dict[str, bytes | None] = {
    "as the server says it": None,
    "empty": b"",
    "null": b"null",
    "HTML": b"<html>Saved.</html>",
    "no JSON": b'{"result": {"score"',
    "an error": b'{"imsx_codeMajor": "failure", "imsx_severity": "error"}',
    "another record": b'{"result": {"sourcedId": "someone-elses", "score": 1}}',
}
SUCCESSES = (200, 201, 202, 204)


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("form", ERROR_BODIES)
def test_a_refusal(status: int, form: str) -> None:
    """The status decides what a refusal is and whether it is asked again; its body, whatever its form, is told in a sentence."""
    (kind, asked), (body, said) = REFUSALS[status], ERROR_BODIES[form]
    with (
        serve([Say(status, body, {"X-Request-ID": "r-1"})]) as scripted,
        Gradebook(scripted.settings(), patience=QUICK) as gradebook,
    ):
        with pytest.raises(GradebookError) as caught:
            gradebook.put_result(GRADE)
        requests = len(scripted.requests())
    error = caught.value
    assert (type(error), error.status, error.request_id, requests) == (kind, status, "r-1", asked)
    assert said in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("status", [400, 401, 403, 422, 429, 500])
@pytest.mark.parametrize("form", ["wrapped", "HTML", "empty"])
def test_a_read_that_is_refused(status: int, form: str) -> None:
    """A read is refused as a write is; only a 404 is an answer: there is no such record."""
    with (
        serve([Say(status, ERROR_BODIES[form][0])]) as scripted,
        Gradebook(scripted.settings(), patience=QUICK) as gradebook,
        pytest.raises(REFUSALS[status][0]),
    ):
        gradebook.get_record("r1")


@pytest.mark.parametrize("form", ERROR_BODIES)
def test_a_read_of_what_is_not_there(form: str) -> None:
    """A 404 to a read by id says that there is none, whatever its body."""
    with (
        serve([Say(404, ERROR_BODIES[form][0])]) as scripted,
        Gradebook(scripted.settings(), patience=QUICK) as gradebook,
    ):
        assert gradebook.get_record("r1") is None


@pytest.mark.parametrize(("status", "form"), [*itertools.product(SUCCESSES, SUCCESS_BODIES)])
def test_a_success(sandbox: gt.Sandbox, status: int, form: str) -> None:
    """Any 2xx is a success, whatever its body: the grade is created, and read by its id where the echo does not say so."""
    body = b"" if status == 204 else SUCCESS_BODIES[form]

    def spoil(asked: Asked) -> Fault | None:
        told = None if body is None else reply(status, body)
        return Fault(instead=told) if asked.method == "PUT" and told is not None else None

    with FaultyProxy(int(sandbox.base_url.rsplit(":", 1)[1]), spoil) as proxy:
        settings = gt.connect(sandbox).settings.model_copy(update={"base_url": proxy.base_url})
        with Gradebook(settings, patience=QUICK) as gradebook:
            wanted = gt.Result(line_item="algebra-midterm", student="student-001", score=87.5)
            receipt = gt.upsert_result(wanted, gradebook)
    log = sandbox.requests()
    put = next(asked for asked in log if asked.method == "PUT")
    read = [asked for asked in log[log.index(put) :] if asked.path == put.path][1:]
    if form == "another record" and status != 204:
        assert receipt.states["created"] + receipt.states["failed"] == 1
    else:
        assert receipt.states["created"] == 1
    assert [asked.method for asked in read][:1] == ["GET"]
    assert sandbox.records("results")[-1]["score"] == 87.5


def test_lists_that_lag(sandbox: gt.Sandbox) -> None:
    """Where lists lag behind a PUT, the grade is verified by its id, and another score for it updates it."""

    def write(gradebook: Gradebook, score: float) -> dict[str, int]:
        grade = gt.Result(line_item="algebra-midterm", student="student-001", score=score)
        receipt = gt.upsert_result(grade, gradebook)
        return {state: count for state, count in receipt.states.items() if count}

    sandbox.order(served.Fault(lie="lag", path="/classes/", times=None))
    with gt.connect(sandbox) as gradebook:
        first = write(gradebook, 87.5)
        assert gradebook.list_results("algebra-1", "algebra-midterm") == []
        lagging = write(gradebook, 90)
        sandbox.cancel_orders()
        caught_up = write(gradebook, 95)
    assert (first, lagging, caught_up) == ({"created": 1}, {"updated": 1}, {"updated": 1})
    held = [
        record["score"]
        for record in sandbox.records("results")
        if record["lineItem"]["sourcedId"] == "algebra-midterm"
    ]
    assert held == [95]
