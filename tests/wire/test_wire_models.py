"""The models: every field of the contract, none of it lost, and nothing that is no grade."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from wire_desk import find_faults, make_validator

from gradetools.dialects import FIELDS, differences
from gradetools.models import (
    Class,
    LineItem,
    Result,
    ScoreStatus,
    StatusInfo,
    Student,
    new_result_id,
)

FULL: dict[str, Any] = {
    "sourcedId": "r1",
    "status": "active",
    "dateLastModified": "2026-09-18T10:00:00.000Z",
    "metadata": {"xp": 5, "nested": {"nothing": None, "list": [1.5, None]}},
    "lineItem": {"sourcedId": "q1", "href": "https://x/q1", "type": "lineItem"},
    "student": {"sourcedId": "s1"},
    "class": {"sourcedId": "c1"},
    "scoreScale": {"sourcedId": "letters"},
    "scoreStatus": "partially graded",
    "score": 8.5,
    "textScore": "B+",
    "scoreDate": "2026-09-18T00:00:00.000Z",
    "comment": "two\nlines",
    "learningObjectiveSet": [
        {
            "source": "case",
            "learningObjectiveResults": [
                {"learningObjectiveId": "o1", "score": 1, "textScore": "met", "xp": 1}
            ],
        }
    ],
    "inProgress": "true",
    "incomplete": "false",
    "late": "true",
    "missing": "false",
}


def make_result(**fields: Any) -> Result:
    """Make a result with some fields set."""
    return Result(line_item="q1", student="s1", **fields)


def test_every_field_has_its_place() -> None:
    """The model has every field of the standard, under its name in camelCase, and no other."""
    assert {field.alias for field in Result.model_fields.values()} == set(FIELDS)


@pytest.mark.parametrize("dialect", ["timeback", "oneroster"])
def test_every_published_field_has_its_place(shared: Path, dialect: str) -> None:
    """The model has every field that the published schema of either dialect has."""
    schema = make_validator(shared, dialect).schema
    name = schema["$ref"].rpartition("/")[2]
    published = set(schema["components"]["schemas"][name]["properties"])
    assert {field.alias for field in Result.model_fields.values()} == published


def test_a_whole_result_survives() -> None:
    """A result with every field comes out as it went in."""
    assert Result.model_validate(FULL).to_record() == FULL


def test_a_whole_result_is_valid(shared: Path) -> None:
    """A result with every field, as the model writes it, is what Timeback publishes."""
    record = Result.model_validate(FULL).to_record()
    assert find_faults(make_validator(shared, "timeback"), record) == []


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("at the top", {"xp": 5, "deep": {"nothing": None}, "snake_case": "x"}),
        ("in a reference", {"student": {"sourcedId": "s1", "name": "x"}}),
        ("in the metadata", {"metadata": {"a": {"b": None}}}),
    ],
)
def test_unknown_fields_survive(place: str, change: dict[str, Any]) -> None:
    """What the model does not know comes out as it went in, wherever it stands."""
    record = FULL | change
    assert (place, Result.model_validate(record).to_record()) == (place, record)


def test_names_in_python() -> None:
    """In Python a result is written in snake_case, with ids for references."""
    result = Result(
        sourced_id="r1",
        line_item="q1",
        student="s1",
        class_="c1",
        score=1,
        score_status="exempt",
        in_progress=True,
    )
    assert result.to_record() == {
        "sourcedId": "r1",
        "status": "active",
        "lineItem": {"sourcedId": "q1"},
        "student": {"sourcedId": "s1"},
        "class": {"sourcedId": "c1"},
        "scoreStatus": "exempt",
        "score": 1,
        "inProgress": "true",
    }


@pytest.mark.parametrize("flag", ["in_progress", "incomplete", "late", "missing"])
@pytest.mark.parametrize(
    ("given", "written"),
    [(True, "true"), (False, "false"), ("true", "true"), (" TRUE ", "true"), ("False", "false")],
)
def test_flags_are_strings(flag: str, given: object, written: str) -> None:
    """The four flags are the strings that the standard wants, however they are given."""
    assert getattr(make_result(**{flag: given}), flag) == written


def test_unset_is_left_out() -> None:
    """A flag or a field set to None is left out, never written as null."""
    record = make_result(late=None, comment=None, score=None, unheard_of=None).to_record()
    assert sorted(record) == ["lineItem", "status", "student"]


@pytest.mark.parametrize(
    ("given", "score"),
    [
        (0, 0),
        (-1.5, -1.5),
        (100, 100),
        (10**300, 10**300),
        (np.float64(8.5), 8.5),
        (np.int64(8), 8),
        (Decimal("8.5"), 8.5),
        ("8.5", 8.5),
    ],
)
def test_scores(given: object, score: float) -> None:
    """A score is a finite number, of whichever kind, and is written as a JSON number."""
    record = make_result(score=given).to_record()
    assert json.loads(json.dumps(record))["score"] == score


@pytest.mark.parametrize(
    "given",
    [
        *(True, False, np.bool_(1), np.False_),
        *(float("nan"), float("inf"), -float("inf"), "nan", "inf", np.float64("nan"), 1e999),
        *(10**400, "1e999", Decimal("NaN"), "8,5", "", "B", [], {}),
    ],
    ids=repr,
)
@pytest.mark.parametrize("place", ["result", "objective"])
def test_what_is_no_score(given: object, place: str) -> None:
    """Yes and no, NaN, infinity and text are no scores, in a result or in its objectives."""
    objective = {"learningObjectiveId": "o", "score": given}
    listed = [{"source": "case", "learningObjectiveResults": [objective]}]
    fields = {"score": given} if place == "result" else {"learning_objective_set": listed}
    with pytest.raises(ValidationError):
        make_result(**fields)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("2026-09-18", "2026-09-18"),
        ("2026-09-18T10:00:00+02:00", "2026-09-18T10:00:00+02:00"),
        (dt.date(2026, 9, 18), "2026-09-18"),
        (dt.datetime(2026, 9, 18, 10, tzinfo=dt.UTC), "2026-09-18T10:00:00+00:00"),
    ],
)
def test_dates(given: object, written: str) -> None:
    """A date is kept as it was given, as text in ISO 8601."""
    assert make_result(score_date=given).score_date == written


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01", "2027-02-29T10:00:00Z"])
def test_a_day_that_is_none(text: str) -> None:
    """A date that is written well and is none of the calendar's is told as that, and not as badly written."""
    with pytest.raises(ValidationError, match="there is no such day in the calendar"):
        make_result(score_date=text)
    with pytest.raises(
        ValidationError, match=r"a date is written like 2026-10-16, or 2026-10-16 14:30 \(UTC\)"
    ):
        make_result(score_date="16.10.")


@pytest.mark.parametrize("given", ["18.09.2026", "planted", "", 5, "0001-01-01T00:00:00+05:00"])
def test_what_is_no_date(given: object) -> None:
    """What is no date in ISO 8601, or none that the calendar can hold, is refused."""
    with pytest.raises(ValidationError):
        make_result(score_date=given)


@pytest.mark.parametrize(
    "fields",
    [
        {"score_status": "graded"},
        {"score_status": "Fully Graded"},
        {"score_status": "ext:"},
        {"status": "gone"},
        {"late": "yes"},
        {"late": 1},
        {"text_score": "B\t+"},
        {"sourced_id": ""},
        {"class_": ""},
        {"class_": {}},
        {"metadata": []},
        {"learning_objective_set": [{"source": "case"}]},
    ],
    ids=repr,
)
def test_what_the_standard_does_not_know(fields: dict[str, Any]) -> None:
    """A value that the standard has no word for is refused."""
    with pytest.raises(ValidationError):
        make_result(**fields)


def test_score_statuses() -> None:
    """The five statuses are the standard's words; an extension of the official form is kept."""
    words = ["exempt", "fully graded", "not submitted", "partially graded", "submitted"]
    assert [str(status) for status in ScoreStatus] == words
    assert make_result(score_status="ext:late-1.2_x").score_status == "ext:late-1.2_x"


@pytest.mark.parametrize("model", [Result, LineItem, Student, Class])
def test_inactive_is_tobedeleted(model: type[Any]) -> None:
    """The word of OneRoster 1.0 is read as the one that took its place."""
    record = {"sourcedId": "x", "title": "x", "lineItem": "q1", "student": "s1"}
    assert model.model_validate(record | {"status": "inactive"}).status == "tobedeleted"


@pytest.mark.parametrize("slip", ["lineitem", "LineItem", "line_item_id", "lineItems"])
def test_a_slip_in_a_name_is_named(slip: str) -> None:
    """Where the line item is missing and a field goes by nearly its name, both names are said."""
    with pytest.raises(ValidationError, match=f"no field '{slip}'; it is called line_item"):
        Result(**{slip: "quiz-1", "student": "student-1"})


def test_an_error_does_not_repeat_what_was_typed() -> None:
    """What is refused may be a grade or a secret: its error does not show it."""
    with pytest.raises(ValidationError) as caught:
        make_result(score="planted", score_date="planted", comment=5, late="planted")
    assert "planted" not in str(caught.value)


def test_a_result_is_not_changed_in_place() -> None:
    """A result is a value: to change it is to make another."""
    result = make_result(score=1)
    with pytest.raises(ValidationError):
        result.score = 2  # type: ignore[misc]  # that is the point
    assert differences(result.to_record(), result.model_copy(update={"score": 2}).to_record()) == [
        "score"
    ]


def test_a_line_item() -> None:
    """A line item has its title, class, range and scale; what else it holds survives."""
    record = {
        "sourcedId": "q1",
        "status": "active",
        "title": "Quiz",
        "class": {"sourcedId": "c1"},
        "scoreScale": {"sourcedId": "letters"},
        "resultValueMin": 0.0,
        "resultValueMax": 10.0,
        "dueDate": "2026-09-18T00:00:00.000Z",
        "academicSession": {"sourcedId": "autumn"},
    }
    item = LineItem.model_validate(record)
    assert (item.title, item.result_value_max, item.class_ and item.class_.sourced_id) == (
        "Quiz",
        10,
        "c1",
    )
    assert item.to_record() == record


def test_a_student_keeps_no_password() -> None:
    """Of a user only what matching needs is kept: no password, and nothing that may hold one."""
    record = {
        "sourcedId": "s1",
        "givenName": "Ada",
        "familyName": "Example",
        "userIds": [{"type": "SIS", "identifier": "0012"}],
        "password": "planted",
        "userProfiles": [{"credentials": [{"password": "planted"}]}],
    }
    student = Student.model_validate(record)
    assert student.user_ids[0].identifier == "0012"
    assert "planted" not in f"{student!r}{student.to_record()}"


def test_an_error_body() -> None:
    """The standard's error body is a model of its own."""
    body = {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": "No.",
        "imsx_CodeMinor": {
            "imsx_codeMinorField": [
                {"imsx_codeMinorFieldName": "a", "imsx_codeMinorFieldValue": "invaliddata"}
            ]
        },
        "imsx_error_details": [{"path": "score"}],
    }
    info = StatusInfo.model_validate(body)
    assert (info.code_major, info.severity, info.sentence()) == (
        "failure",
        "error",
        "No. path: score",
    )
    assert info.to_record() == body


def test_the_id_of_a_new_result() -> None:
    """The same grade of the same environment always gets the same id; any other gets another."""
    given = [
        ("staging", "q1", "s1", 0),
        ("production", "q1", "s1", 0),
        ("staging", "q1s", "1", 0),
        ("staging", "q", "1s1", 0),
        ("staging", "s1", "q1", 0),
        ("staging", "q1", "s1", 1),
        ("staging", "q1", "s11", 0),
    ]
    made = [new_result_id(*each[:3], attempt=each[3]) for each in given]
    assert len(set(made)) == len(given)
    assert made[0] == new_result_id("staging", "q1", "s1")


def test_the_id_of_a_new_result_never_changes() -> None:
    """Another version of this program gives the same id, or every grade would be doubled."""
    assert new_result_id("staging", "q1", "s1") == "ad3150ed-a0a1-5240-8179-0a3ff24d8407"
