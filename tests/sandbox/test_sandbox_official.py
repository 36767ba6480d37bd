"""The official dialect, OneRoster 1.2 as 1EdTech has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sandbox_wire import Record, Wire, open_wire

from gradetools.sandbox import Sandbox


def test_put_answers_without_a_body(official: Wire, official_result: Record) -> None:
    """Create and update are 201 and say nothing."""
    answers = [official.put(official_result), official.put(official_result | {"score": 90})]
    assert [(each.status_code, each.content) for each in answers] == [(201, b"")] * 2


def test_references_and_dates(official: Wire, official_result: Record) -> None:
    """References are answered with href, sourcedId and type; a scoreDate is a date."""
    official.put(official_result)
    answer = official.gradebook("GET", "results/new-result").json()["result"]
    assert answer["student"]["href"].startswith(official.sandbox.base_url)
    assert official.session.get(answer["student"]["href"], timeout=10).status_code == 200
    assert (answer["student"]["sourcedId"], answer["student"]["type"]) == ("student-001", "user")
    assert answer["scoreDate"] == "2026-10-16"


def test_one_file_speaks_both_dialects(tmp_path: Path, official_result: Record) -> None:
    """What came in officially is answered Timeback's way when the file is opened so."""
    data = tmp_path / "both.sqlite"
    with open_wire(Sandbox(data=data, dialect="oneroster")) as official:
        official.put(official_result)
    with open_wire(Sandbox(data=data)) as wire:
        answer = wire.gradebook("GET", "results/new-result").json()["result"]
    assert answer["lineItem"] == {"sourcedId": "algebra-midterm"}
    assert answer["scoreDate"] == "2026-10-16T00:00:00.000Z"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"scoreStatus": "ext:late-1.2_x"}, 201),
        ({"scoreStatus": "ext:"}, 422),
        ({"scoreStatus": "ext:late\n"}, 422),
        ({"scoreDate": "2026-10-16T00:00:00.000Z"}, 422),
        ({"score": None}, 422),
        ({"textScore": "B\t+"}, 422),
        ({"unheardOf": 1}, 422),
        ({"lineItem": {"sourcedId": "algebra-midterm"}}, 422),
        ({"dateLastModified": "yesterday"}, 422),
        ({"learningObjectiveSet": []}, 201),
        ({"learningObjectiveSet": [{"source": "case", "learningObjectiveResults": []}]}, 422),
        ({"metadata": {"anything": [1]}}, 201),
    ],
)
def test_the_official_schema_is_strict(
    official: Wire, official_result: Record, change: Record, status: int
) -> None:
    """Unknown fields, nulls and short references are refused, extensions are not."""
    assert official.put(official_result | change).status_code == status


def test_paths_with_and_without_slash(still: Wire, official: Wire) -> None:
    """Timeback's collections are found with the slash only, the official ones either way."""
    statuses = {
        path: (
            still.gradebook("GET", path).status_code,
            official.gradebook("GET", path).status_code,
        )
        for path in ("results", "results/", "lineItems", "lineItems/")
    }
    assert statuses == {
        "results": (404, 200),
        "results/": (200, 200),
        "lineItems": (404, 200),
        "lineItems/": (200, 200),
    }


def test_totals_are_in_the_headers_only(official: Wire) -> None:
    """The official list holds nothing but its records; the total is a header."""
    answer = official.gradebook("GET", "results", params={"limit": 5000})
    assert list(answer.json()) == ["results"]
    assert answer.headers["X-Total-Count"] == str(len(answer.json()["results"]))


def test_there_is_no_single_post(official: Wire, official_result: Record) -> None:
    """The official service creates by PUT, and by POST only in bulk."""
    single = official.gradebook("POST", "results", json={"result": official_result})
    bulk = official.gradebook(
        "POST", "lineItems/algebra-midterm/results", json={"results": [official_result]}
    )
    assert (single.status_code, single.headers["Allow"]) == (405, "GET")
    assert (bulk.status_code, len(bulk.json()["sourcedIdPairs"])) == (201, 1)


def test_the_official_error_has_no_details(official: Wire, official_result: Record) -> None:
    """The official error object is closed: what is wrong stands in its description."""
    body = official.put(official_result | {"late": "maybe"}).json()
    assert set(body) == {
        "imsx_codeMajor",
        "imsx_severity",
        "imsx_description",
        "imsx_CodeMinor",
    }
    assert "result.late" in body["imsx_description"]
