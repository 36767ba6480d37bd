"""The roster reads, and the invented school behind them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sandbox_wire import Wire, open_wire

from gradetools.sandbox import Sandbox, invented_school


def total(still: Wire, path: str) -> int:
    """Count what a list has."""
    answer = still.rostering(path)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["totalCount"])


def test_the_roster_lists(still: Wire) -> None:
    """Every roster list of the contract answers, each with its own number of records."""
    school = "schools/example-school"
    counts = {
        "classes/": 3,
        "classes/algebra-1/teachers": 1,
        "classes/biology-1/students": 32,
        f"{school}/classes/biology-1/students": 32,
        f"{school}/classes/biology-1/enrollments": 33,
        f"{school}/enrollments": 97,
        "students/": 90,
        "students/student-001/classes": 2,
        "users/": 93,
        "users/teacher-1/classes": 1,
        "enrollments/": 97,
    }
    assert {path: total(still, path) for path in counts} == counts


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("classes/algebra-1", "class"),
        ("students/student-001", "user"),
        ("users/teacher-1", "user"),
        ("enrollments/algebra-1.student-001", "enrollment"),
    ],
)
def test_single_roster_records(still: Wire, path: str, key: str) -> None:
    """One record of the roster comes in its wrapper."""
    answer = still.rostering(path)
    assert list(answer.json()) == [key]
    assert answer.json()[key]["sourcedId"] == path.split("/")[1]


def test_a_teacher_is_no_student(still: Wire) -> None:
    """A user without the role of a student is not found among the students."""
    answer = still.rostering("students/teacher-1")
    assert (answer.status_code, answer.json()["imsx_description"]) == (404, "User not found.")


def test_students_come_under_users(still: Wire) -> None:
    """The students of a class come under the key `users`, and those who left are among them."""
    body = still.rostering("classes/algebra-1/students").json()
    listed = {each["sourcedId"] for each in body["users"]}
    enrolled = still.rostering(
        "schools/example-school/classes/algebra-1/enrollments",
        filter="status='active' AND role='student'",
    ).json()["enrollments"]
    assert listed - {each["user"]["sourcedId"] for each in enrolled} == {"student-030"}


def test_the_official_list_has_only_who_is_there(official: Wire) -> None:
    """In the official dialect those who left are not listed."""
    listed = official.rostering("classes/algebra-1/students").json()["users"]
    assert "student-030" not in {each["sourcedId"] for each in listed}


def test_roster_references_are_spelled_out(still: Wire) -> None:
    """A reference in a roster answer has href, sourcedId and type, and the href leads there."""
    enrollment = still.rostering("enrollments/algebra-1.student-001").json()["enrollment"]
    reference = enrollment["class"]
    assert (reference["sourcedId"], reference["type"]) == ("algebra-1", "class")
    assert still.session.get(reference["href"], timeout=10).json()["class"]["title"] == "Algebra 1"


def test_the_href_of_an_odd_id_leads_there() -> None:
    """An id with a slash is encoded in the address of its record."""
    odd: dict[str, Any] = {
        "orgs": [{"sourcedId": "a/b c"}],
        "classes": [{"sourcedId": "c/1", "title": "C", "school": {"sourcedId": "a/b c"}}],
        "users": [{"sourcedId": "u"}],
        "enrollments": [
            {"sourcedId": "e", "class": {"sourcedId": "c/1"}, "user": {"sourcedId": "u"}}
        ],
    }
    with open_wire(Sandbox(seed=odd)) as wire:
        reference = wire.rostering("enrollments/e").json()["enrollment"]["class"]
        answer = wire.session.get(reference["href"], timeout=10)
    assert answer.json()["class"]["sourcedId"] == "c/1"


def test_a_lean_seed_is_filled_up() -> None:
    """A seed may leave out what every record of its kind has."""
    seed: dict[str, Any] = {
        "classes": [{"sourcedId": "c", "title": "C"}],
        "users": [{"sourcedId": "u", "givenName": "Ada", "familyName": "Example"}],
        "enrollments": [
            {"sourcedId": "e", "class": {"sourcedId": "c"}, "user": {"sourcedId": "u"}}
        ],
    }
    with open_wire(Sandbox(seed=seed)) as lean:
        (student,) = lean.rostering("classes/c/students").json()["users"]
    assert (student["status"], student["enabledUser"], student["roles"]) == ("active", "true", [])


def test_an_unknown_kind_in_a_seed_is_refused() -> None:
    """A seed with a kind that does not exist says which ones do."""
    with pytest.raises(ValueError, match="not grades"):
        Sandbox(seed={"grades": []}).start()


def test_the_school_is_the_same_every_time() -> None:
    """The invented school is made without chance, and nobody shares the made record."""
    first, second = invented_school(), invented_school()
    assert first == second
    first["users"][0]["givenName"] = "Changed"
    assert second["users"][0]["givenName"] == "Ada"


def test_the_school_has_what_is_hard() -> None:
    """The school has a shared name, leading zeros, a withdrawal, and results of every sort."""
    school = invented_school()
    students = [each for each in school["users"] if each["sourcedId"].startswith("student")]
    names = Counter((each["givenName"], each["familyName"]) for each in students)
    enrolled = Counter(
        each["user"]["sourcedId"] for each in school["enrollments"] if each["role"] == "student"
    )
    results = school["results"]
    assert (len(students), len(school["classes"]), len(school["lineItems"])) == (90, 3, 12)
    assert [name for name, count in names.items() if count > 1] == [("Ada", "Example")]
    assert sum(count > 1 for count in enrolled.values()) == 4
    assert all(each["identifier"].startswith("0") for each in students)
    assert len({each["identifier"] for each in students}) == 90
    assert {each["scoreStatus"] for each in results} >= {"fully graded", "exempt", "not submitted"}
    assert sum(each["status"] == "tobedeleted" for each in results) == 1
    for field in ("comment", "metadata", "late", "missing", "learningObjectiveSet", "textScore"):
        assert any(field in each for each in results), field


def test_the_school_hangs_together() -> None:
    """Every result names a line item, and a student who is enrolled in its class, in range."""
    school = invented_school()
    line_items = {each["sourcedId"]: each for each in school["lineItems"]}
    enrolled = {
        (each["class"]["sourcedId"], each["user"]["sourcedId"]) for each in school["enrollments"]
    }
    ids = [each["sourcedId"] for each in school["results"]]
    assert len(ids) == len(set(ids))
    for each in school["results"]:
        line_item = line_items[each["lineItem"]["sourcedId"]]
        assert each["class"] == line_item["class"]
        assert (each["class"]["sourcedId"], each["student"]["sourcedId"]) in enrolled
        assert 0 <= each.get("score", 0) <= line_item["resultValueMax"]
