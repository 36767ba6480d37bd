"""Faults to order: each does what it says, to the requests it was ordered for and no others."""

from __future__ import annotations

import time

import pytest
import requests
from sandbox_wire import Record, Wire, get_minor, get_token, open_wire

from gradetools.sandbox import Fault, Sandbox

RESULTS = "classes/algebra-1/lineItems/algebra-midterm/results"


def listed(wire: Wire) -> list[str]:
    """List the midterm's results by id."""
    body = wire.gradebook("GET", RESULTS, params={"limit": 3000}).json()
    return [record["sourcedId"] for record in body["results"]]


@pytest.mark.parametrize(
    ("status", "minor"),
    [
        (400, "invaliddata"),
        (401, "unauthorisedrequest"),
        (403, "forbidden"),
        (404, "unknownobject"),
        (422, "invaliddata"),
        (429, "server_busy"),
        (500, "internal_server_error"),
        (503, "internal_server_error"),
    ],
)
def test_a_status(wire: Wire, result: Record, status: int, minor: str) -> None:
    """The next request is answered with the status and the standard's body, and changes nothing; then all is well."""
    wire.sandbox.order(Fault(status=status))
    spoiled, well = wire.put(result), wire.put(result)
    assert (spoiled.status_code, get_minor(spoiled), well.status_code) == (status, minor, 201)
    assert [each.status for each in wire.sandbox.requests(method="PUT")] == [status, 201]


def test_retry_after_and_headers(wire: Wire) -> None:
    """A 429 may carry `Retry-After`; any header and body can be ordered."""
    html = b"<html><title>Down</title></html>"
    wire.sandbox.order(
        Fault(status=429, retry_after=2),
        Fault(status=502, body=html, headers={"Content-Type": "text/html", "X-Request-ID": "r1"}),
    )
    busy, down = wire.gradebook("GET", "results/"), wire.gradebook("GET", "results/")
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "2")
    assert (down.status_code, down.content, down.headers["Content-Type"]) == (
        502,
        html,
        "text/html",
    )
    assert down.headers["X-Request-ID"] == "r1"


def test_only_what_it_is_for(wire: Wire, result: Record) -> None:
    """A fault is for a method and a path, after so many requests and for so many; others pass and are not counted."""
    wire.sandbox.order(
        Fault(status=500, method="PUT", path=r"results/new-result$", after=1, times=2)
    )
    other = result | {"sourcedId": "other"}
    statuses = [wire.put(other).status_code, wire.gradebook("GET", "results/").status_code]
    statuses += [wire.put(result).status_code for _ in range(4)]
    assert statuses == [201, 200, 201, 500, 500, 201]


def test_the_first_that_fits_counts(wire: Wire) -> None:
    """Of several orders the first that still has to be filled counts; all can be cancelled."""
    wire.sandbox.order(Fault(status=503), Fault(status=403, times=None))
    statuses = [wire.gradebook("GET", "results/").status_code for _ in range(3)]
    wire.sandbox.cancel_orders()
    statuses.append(wire.gradebook("GET", "results/").status_code)
    assert statuses == [503, 403, 403, 200]


def test_the_query_is_part_of_the_path(wire: Wire) -> None:
    """A fault may be for one page of a list."""
    wire.sandbox.order(Fault(status=500, path=r"offset=5\b"))
    pages = [{"offset": "0"}, {"offset": "5"}, {"offset": "50"}]
    answers = [wire.gradebook("GET", "results/", params=page) for page in pages]
    assert [answer.status_code for answer in answers] == [200, 500, 200]


def test_the_token_endpoint_has_to_be_named(wire: Wire) -> None:
    """Unless it is named, the token endpoint goes right."""
    wire.sandbox.order(Fault(status=500))
    assert get_token(wire.sandbox.base_url)
    wire.sandbox.cancel_orders()
    wire.sandbox.order(Fault(status=503, path="/oauth2/token"))
    answer = requests.post(wire.sandbox.token_url, timeout=10)
    assert (answer.status_code, wire.gradebook("GET", "results/").status_code) == (503, 200)


def test_latency(wire: Wire) -> None:
    """A request can be made to wait; others are answered meanwhile."""
    wire.sandbox.order(Fault(delay=0.3, path=RESULTS))
    began = time.monotonic()
    assert wire.gradebook("GET", RESULTS).status_code == 200
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(
    ("reset", "stored", "status"), [("before", False, 0), ("after", True, 201)]
)
def test_resets(wire: Wire, result: Record, reset: str, stored: bool, status: int) -> None:  # noqa: FBT001 - a column of the table
    """A connection is reset before the gradebook hears of a request, or after it did what was asked; the log tells."""
    wire.sandbox.order(Fault(reset=reset))  # type: ignore[arg-type] # one of the two
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        wire.put(result)
    held = [record["sourcedId"] for record in wire.sandbox.records("results")]
    assert ("new-result" in held) == stored
    assert [each.status for each in wire.sandbox.requests(method="PUT")] == [status]
    assert wire.put(result).status_code == 201


def test_a_lie_forgets(wire: Wire, result: Record) -> None:
    """A write that is forgotten is answered as if it had been kept, also a second one to the same id."""
    wire.put(result | {"score": 1})
    wire.sandbox.order(Fault(lie="forget"))
    answer = wire.put(result)
    assert (answer.status_code, answer.json()["result"]["score"]) == (201, 87.5)
    assert wire.gradebook("GET", "results/new-result").json()["result"]["score"] == 1


def test_a_lie_rounds(wire: Wire, result: Record) -> None:
    """A score that is rounded is answered as it was sent, and kept as a whole number."""
    wire.sandbox.order(Fault(lie="round", times=2))
    assert wire.put(result).json()["result"]["score"] == 87.5
    assert wire.gradebook("GET", "results/new-result").json()["result"]["score"] == 88
    del result["score"]
    assert wire.put(result).status_code == 201


def test_a_score_of_32_bits(wire: Wire, result: Record) -> None:
    """A score may be kept in 32 bits, which is answered only when it is read."""
    wire.sandbox.order(Fault(lie="float32"))
    assert wire.put(result | {"score": 0.1}).json()["result"]["score"] == 0.1
    kept = wire.gradebook("GET", "results/new-result").json()["result"]["score"]
    assert kept == 0.10000000149011612


def test_a_lie_lags(wire: Wire, result: Record) -> None:
    """Lists leave out what was created since, with its total, though it is found by its id; what was there stays."""
    wire.put(result)
    wire.sandbox.order(Fault(lie="lag", path="/classes/", times=None))
    wire.put(result | {"score": 2})
    wire.put(result | {"sourcedId": "later", "student": {"sourcedId": "student-002"}})
    assert listed(wire) == ["new-result"]
    assert wire.gradebook("GET", "results/later").status_code == 200
    wire.sandbox.cancel_orders()
    assert sorted(listed(wire)) == ["later", "new-result"]


def test_faults_from_the_start() -> None:
    """Faults can be ordered with the sandbox, in either dialect."""
    with open_wire(Sandbox(dialect="oneroster", faults=[Fault(status=429)])) as wire:
        answers = [wire.gradebook("GET", "results") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [429, 200]
        assert "imsx_error_details" not in answers[0].json()


def test_a_stopped_sandbox_takes_no_orders() -> None:
    """Faults are ordered of a sandbox that runs."""
    with pytest.raises(RuntimeError, match="not running"):
        Sandbox().order(Fault(status=500))
