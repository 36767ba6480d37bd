"""PUT, GET and DELETE of results, Timeback's way."""

from __future__ import annotations

import json

import pytest
from sandbox_wire import Record, Wire, get_faults, get_minor, open_wire

from gradetools.sandbox import Sandbox


def test_put_creates_and_updates(wire: Wire, result: Record) -> None:
    """Create and update are both 201 and echo the record, stamped by the server."""
    created = wire.put(result)
    updated = wire.put(result | {"score": 90})
    assert [created.status_code, updated.status_code] == [201, 201]
    echo = created.json()["result"]
    stamp = echo.pop("dateLastModified")
    assert echo == result
    assert (len(stamp), stamp[-1]) == (24, "Z")
    read = wire.gradebook("GET", "results/new-result")
    assert (read.status_code, read.json()) == (200, updated.json())
    assert len(wire.sandbox.records("results")) == 159


def test_put_replaces_the_whole_record(wire: Wire, result: Record) -> None:
    """A field left out of a PUT is lost."""
    wire.put(result | {"comment": "well done", "metadata": {"a": 1}, "late": "true"})
    wire.put(result)
    kept = wire.gradebook("GET", "results/new-result").json()["result"]
    assert set(kept) == {*result, "dateLastModified"}


def test_put_keeps_every_field(wire: Wire, result: Record) -> None:
    """Every field of a Result comes back as it was sent, and so do unknown ones."""
    full = result | {
        "class": {"sourcedId": "algebra-1"},
        "scoreScale": None,
        "textScore": "B+",
        "comment": "Größer, 好 🙂\nsecond line",
        "metadata": {"deep": {"er": [1, 2.5, None, True]}},
        "learningObjectiveSet": [
            {
                "source": "case",
                "learningObjectiveResults": [{"learningObjectiveId": "a", "score": 1.5}],
            }
        ],
        "inProgress": "false",
        "incomplete": "false",
        "late": "true",
        "missing": "false",
        "unheardOf": {"kept": "yes"},
    }
    echo = wire.put(full).json()["result"]
    echo.pop("dateLastModified")
    assert echo == full


def test_the_server_sets_the_time(wire: Wire, result: Record) -> None:
    """A dateLastModified from outside is overwritten."""
    sent = "2001-01-01T00:00:00.000Z"
    echo = wire.put(result | {"dateLastModified": sent}).json()["result"]
    assert echo["dateLastModified"] > sent


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"status": "gone"}, "result.status"),
        ({"scoreStatus": "Fully graded"}, "result.scoreStatus"),
        ({"scoreStatus": "ext:late"}, "result.scoreStatus"),
        ({"score": "87.5"}, "result.score"),
        ({"score": True}, "result.score"),
        ({"score": int("9" * 400)}, "result.score"),
        ({"scoreDate": "2026-10-16"}, "result.scoreDate"),
        ({"scoreDate": "2026-13-16T00:00:00Z"}, "result.scoreDate"),
        ({"scoreDate": "2026-10-16T00:00:00"}, "result.scoreDate"),
        ({"late": True}, "result.late"),
        ({"late": None}, "result.late"),
        ({"late": "True"}, "result.late"),
        ({"student": "student-001"}, "result.student"),
        ({"student": {}}, "result.student.sourcedId"),
        ({"metadata": []}, "result.metadata"),
        ({"comment": 5}, "result.comment"),
        ({"learningObjectiveSet": [{"source": "case"}]}, "result.learningObjectiveSet[0]"),
        ({"sourcedId": "another"}, "result.sourcedId"),
        ({"class": {"sourcedId": "biology-1"}}, "class.sourcedId"),
        ({"student": {"sourcedId": "student-060"}}, "student.sourcedId"),
    ],
)
def test_a_wrong_field_is_named(still: Wire, result: Record, change: Record, fault: str) -> None:
    """A body that breaks the contract is 422, names the field, and changes nothing."""
    before = still.sandbox.records("results")
    answer = still.gradebook("PUT", "results/new-result", json={"result": result | change})
    assert answer.status_code == 422
    assert [path.startswith(fault) for path in get_faults(answer)] == [True]
    assert get_minor(answer) == "invaliddata"
    assert still.sandbox.records("results") == before


def test_all_faults_at_once(still: Wire, result: Record) -> None:
    """The published sample request lacks two required fields, and both are named."""
    del result["status"], result["scoreStatus"]
    answer = still.put(result)
    assert (answer.status_code, get_faults(answer)) == (
        422,
        ["result.status", "result.scoreStatus"],
    )


@pytest.mark.parametrize("field", ["lineItem", "student", "class", "scoreScale"])
def test_a_reference_to_nothing_is_404(still: Wire, result: Record, field: str) -> None:
    """A result that names something unknown is refused as unknownobject."""
    answer = still.put(result | {field: {"sourcedId": "nobody"}})
    assert (answer.status_code, get_minor(answer)) == (404, "unknownobject")
    assert get_faults(answer) == [f"{field}.sourcedId"]


def test_a_deleted_line_item_takes_no_results(wire: Wire, result: Record) -> None:
    """A line item that is `tobedeleted` counts as unknown."""
    assert wire.gradebook("DELETE", "lineItems/algebra-midterm").status_code == 204
    assert wire.put(result).status_code == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"result": NaN}', b'{"result": {"score": Infinity}}', b'"\xff"', b"[" * 100_000],
)
def test_what_is_not_json_is_400(still: Wire, body: bytes) -> None:
    """Malformed JSON, NaN and Infinity included, is 400 with the standard's body."""
    answer = still.gradebook("PUT", "results/new-result", data=body)
    assert (answer.status_code, answer.json()["imsx_codeMajor"]) == (400, "failure")


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_an_overflowing_number_is_refused(still: Wire, result: Record, number: str) -> None:
    """A number beyond a float is not kept as infinity."""
    body = json.dumps({"result": result}).replace("87.5", number)
    assert still.gradebook("PUT", "results/new-result", data=body).status_code == 400


def test_half_a_character_is_refused(still: Wire, result: Record) -> None:
    """A lone surrogate cannot be kept, and is refused instead of breaking the server."""
    assert still.put(result | {"comment": "\ud800"}).status_code == 400


@pytest.mark.parametrize("body", [[], {}, {"results": []}, {"result": None}, "result"])
def test_the_wrapper_is_required(still: Wire, body: object) -> None:
    """A body without its wrapper is 422."""
    assert still.gradebook("PUT", "results/new-result", json=body).status_code == 422


def test_extra_credit_is_stored(wire: Wire, result: Record) -> None:
    """A score outside the line item's range is kept."""
    assert wire.put(result | {"score": 110}).json()["result"]["score"] == 110


def test_a_withdrawn_student_can_be_graded(wire: Wire, result: Record) -> None:
    """An enrolment that is `tobedeleted` still makes the student one of the class."""
    assert wire.put(result | {"student": {"sourcedId": "student-030"}}).status_code == 201


def test_delete_is_soft_and_put_revives(wire: Wire, result: Record) -> None:
    """A deleted result can be read, is `tobedeleted`, and a PUT makes it active again."""
    wire.put(result)
    deleted = wire.gradebook("DELETE", "results/new-result")
    read = wire.gradebook("GET", "results/new-result")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (read.status_code, read.json()["result"]["status"]) == (200, "tobedeleted")
    assert wire.put(result).json()["result"]["status"] == "active"
    assert wire.gradebook("DELETE", "results/unknown").status_code == 404


def test_put_can_delete(wire: Wire, result: Record) -> None:
    """A PUT with status `tobedeleted` is the other way to delete."""
    wire.put(result | {"status": "tobedeleted"})
    assert wire.sandbox.records("results")[-1]["status"] == "tobedeleted"


def test_post_allocates_an_id(wire: Wire, result: Record) -> None:
    """A POST keeps the result under an id of the server's, a second one under another."""
    pairs = [
        wire.gradebook("POST", "results/", json={"result": result}).json()["sourcedIdPairs"]
        for _ in range(2)
    ]
    assert [pair["suppliedSourcedId"] for pair in pairs] == ["new-result"] * 2
    allocated = [each["sourcedId"] for each in wire.sandbox.records("results")[-2:]]
    assert [pair["allocatedSourcedId"] for pair in pairs] == allocated
    assert allocated[0] != allocated[1]


def test_bulk_post_is_all_or_nothing(wire: Wire, result: Record) -> None:
    """Results posted to a line item are all kept, or none when one is wrong."""
    path = "lineItems/algebra-midterm/results"
    other = result | {"student": {"sourcedId": "student-002"}}
    good = wire.gradebook("POST", path, json={"results": [result, other]})
    stranger = other | {"student": {"sourcedId": "student-060"}}
    bad = wire.gradebook("POST", path, json={"results": [result, stranger]})
    elsewhere = result | {"lineItem": {"sourcedId": "algebra-quiz-1"}}
    misplaced = wire.gradebook("POST", path, json={"results": [elsewhere]})
    assert [good.status_code, bad.status_code, misplaced.status_code] == [201, 422, 422]
    assert len(good.json()["sourcedIdPairs"]) == 2
    assert len(wire.sandbox.records("results")) == 160


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"class": None}, 201),
        ({"academicSession": "any text"}, 201),
        ({"academicSession": {}}, 201),
        ({"class": {"sourcedId": "biology-1"}}, 422),
        ({"academicSession": {"sourcedId": "spring"}}, 422),
    ],
)
def test_a_posted_result_belongs_where_it_is_posted(
    wire: Wire, result: Record, change: Record, status: int
) -> None:
    """A posted result may leave out what the path names, or say null, but not name something else."""
    path = "classes/algebra-1/academicSessions/autumn-2026/results"
    answer = wire.gradebook("POST", path, json={"results": [result | change]})
    assert answer.status_code == status


def test_put_record_goes_behind_the_back(wire: Wire, result: Record) -> None:
    """What a test puts into the store is answered, unchecked."""
    wire.sandbox.put_record("results", result | {"score": -1, "note": "by hand"})
    read = wire.gradebook("GET", "results/new-result").json()["result"]
    assert (read["score"], read["note"]) == (-1, "by hand")


def test_a_failure_of_the_server_is_500(result: Record) -> None:
    """What goes wrong inside is answered with the standard's body and no traceback."""
    # A line item that lacks its class cannot come over the wire.
    broken = {
        "users": [{"sourcedId": "student-001"}],
        "lineItems": [{"sourcedId": "algebra-midterm"}],
    }
    with open_wire(Sandbox(seed=broken)) as wire:
        answer = wire.put(result)
    assert (answer.status_code, get_minor(answer)) == (500, "internal_server_error")
    assert "Traceback" not in answer.text
    assert "KeyError" not in answer.text


def test_line_items_are_written_likewise(wire: Wire) -> None:
    """A line item is put, checked and replaced as a result is."""
    line_item = next(
        each for each in wire.sandbox.records("lineItems") if each["sourcedId"] == "algebra-quiz-1"
    )
    changed = wire.put(line_item | {"title": "Quiz One", "resultValueMax": 12}, "lineItems")
    upside_down = wire.put(line_item | {"resultValueMin": 20}, "lineItems")
    nowhere = wire.put(line_item | {"category": {"sourcedId": "none"}}, "lineItems")
    del line_item["title"]
    untitled = wire.put(line_item, "lineItems")
    statuses = [each.status_code for each in (changed, upside_down, nowhere, untitled)]
    assert statuses == [201, 422, 404, 422]
    assert changed.json()["lineItem"]["title"] == "Quiz One"
