"""Ids in paths: whatever is encoded in one segment stays one id."""

from __future__ import annotations

import http.client
import json
from urllib.parse import quote, urlsplit

import pytest
from sandbox_wire import PREFIX, Record, Wire


def ask_raw(wire: Wire, method: str, path: str, body: object = None) -> tuple[int, Record]:
    """Ask without a client that tidies the path up."""
    where = urlsplit(wire.sandbox.base_url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
    try:
        connection.request(
            method,
            PREFIX.format(service="gradebook") + path,
            body=None if body is None else json.dumps(body),
            headers={"Authorization": str(wire.session.headers["Authorization"])},
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize(
    "sourced_id",
    [
        "a/b",
        "urn:uuid:1",
        "..",
        ".",
        "../lineItems/algebra-quiz-1",
        "a?b#c",
        "50%",
        "%2F",
        "é好🙂",
        "a b+c",
        "a'b\"",
        "{sourcedId}",
    ],
)
def test_any_id_is_one_segment(wire: Wire, result: Record, sourced_id: str) -> None:
    """A result is put and read back under an id with anything in it."""
    path = "results/" + quote(sourced_id, safe="").replace(".", "%2e")
    status, _ = ask_raw(wire, "PUT", path, {"result": result | {"sourcedId": sourced_id}})
    read, body = ask_raw(wire, "GET", path)
    assert (status, read, body["result"]["sourcedId"]) == (201, 200, sourced_id)
    assert wire.sandbox.records("results")[-1]["sourcedId"] == sourced_id
    assert wire.sandbox.requests(method="PUT")[-1].path.endswith(path)


def test_an_unencoded_slash_is_another_path(wire: Wire, result: Record) -> None:
    """An id that was not encoded meets a path that is not there, and nothing is stored."""
    status, _ = ask_raw(wire, "PUT", "results/a/b", {"result": result | {"sourcedId": "a/b"}})
    assert (status, len(wire.sandbox.records("results"))) == (404, 158)


def test_a_known_path_with_another_method(wire: Wire) -> None:
    """PATCH of a result is 405 with the standard's body: the service has none."""
    answer = wire.gradebook("PATCH", "results/x", json={})
    assert (answer.status_code, answer.json()["imsx_codeMajor"]) == (405, "failure")
