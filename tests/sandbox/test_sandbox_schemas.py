"""What the sandbox says, and what it takes, held against the published schemas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from published import mend
from sandbox_wire import Record, Wire

from gradetools.sandbox.contract import find_faults
from gradetools.sandbox.schemas import schema_of

OFFICIAL = "onerosterv1p2gradebookservice_openapi3_v1p0.json"
TIMEBACK = "timeback_schemas_subset.json"

# One field of a result each, right and wrong; a value of None is sent as null.
CHANGES: list[Record] = [
    *({"status": value} for value in ("active", "tobedeleted", "inactive", "", 1, None)),
    *({"scoreStatus": value} for value in ("exempt", "Exempt", "ext:x", "ext:", " ", None)),
    *({"score": value} for value in (0, -1.5, 10**300, "1", True, None, [])),
    *({"textScore": value} for value in ("B+", "", 1, None)),
    *({"comment": value} for value in ("two\nlines", False, None)),
    *({"metadata": value} for value in ({}, {"a": {"b": None}}, [], "x", None)),
    *({"late": value} for value in ("true", "false", True, None, 1)),
    *({"class": value} for value in ({"sourcedId": "algebra-1"}, {}, "algebra-1", None)),
    *({"student": value} for value in ({"sourcedId": 1}, {}, "student-001", None)),
    *({"scoreScale": value} for value in ({"sourcedId": "letters"}, [], None)),
    *({"sourcedId": value} for value in ("", 7, None)),
    *({"scoreDate": value} for value in (5, None)),
    *({"learningObjectiveSet": value} for value in ([], {}, [{}], [1], None)),
    {"learningObjectiveSet": [{"source": "case"}]},
    {"learningObjectiveSet": [{"source": "other", "learningObjectiveResults": []}]},
    *(
        {"learningObjectiveSet": [{"source": "case", "learningObjectiveResults": [value]}]}
        for value in (
            {"learningObjectiveId": "a"},
            {"learningObjectiveId": "a", "score": 1.5, "textScore": "x"},
            {"learningObjectiveId": "a", "score": None},
            {"learningObjectiveId": "a", "textScore": None},
            {"score": 1},
            {},
        )
    ),
    {"unheardOf": 1},
]


def read_timeback(shared: Path) -> dict[str, Record]:
    """Read Timeback's schemas; `nullable`, a word of OpenAPI 3.0, is said in JSON Schema's way."""
    document = json.loads((shared / "contract" / TIMEBACK).read_text(encoding="utf-8"))

    return {name: mend(schema) for name, schema in document["schemas"].items()}  # type: ignore[misc] # mending keeps a dict a dict


def make_validator(schemas: dict[str, Record], name: str) -> Draft202012Validator:
    """Validate against one schema among others that it refers to."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    return Draft202012Validator(schema)


@pytest.fixture
def timeback_schemas(shared: Path) -> dict[str, Record]:
    """Give Timeback's schemas."""
    return read_timeback(shared)


@pytest.fixture
def official_schemas(shared: Path) -> dict[str, Record]:
    """Give the official schemas of the gradebook service."""
    text = (shared / "contract" / OFFICIAL).read_text(encoding="utf-8")
    return dict(json.loads(text)["components"]["schemas"])


@pytest.mark.parametrize(
    ("service", "kind", "name"),
    [
        ("gradebook", "results", "Result"),
        ("gradebook", "lineItems", "LineItem"),
        ("gradebook", "categories", "Category"),
        ("gradebook", "scoreScales", "ScoreScale"),
        ("rostering", "classes", "Class"),
        ("rostering", "users", "User"),
        ("rostering", "enrollments", "Enrollment"),
    ],
)
def test_timeback_answers(
    still: Wire, timeback_schemas: dict[str, Record], service: str, kind: str, name: str
) -> None:
    """Every record of the invented school is answered as Timeback's schema has it."""
    path = f"{kind}/?limit=3000"
    ask = still.rostering if service == "rostering" else lambda path: still.gradebook("GET", path)
    records = ask(path).json()[kind]
    validator = make_validator(timeback_schemas, name)
    wrong = [error.message for record in records for error in validator.iter_errors(record)]
    assert (bool(records), wrong) == (True, [])


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("results", "ResultSetDType"),
        ("lineItems", "LineItemSetDType"),
        ("categories", "CategoriesSetDType"),
        ("scoreScales", "ScoreScaleSetDType"),
    ],
)
def test_official_answers(
    official: Wire, official_schemas: dict[str, Record], kind: str, name: str
) -> None:
    """Every list of the gradebook is answered as the official schema has it."""
    body = official.gradebook("GET", kind, params={"limit": 3000}).json()
    wrong = [error.message for error in make_validator(official_schemas, name).iter_errors(body)]
    assert (bool(body[kind]), wrong) == (True, [])


def test_error_bodies(
    still: Wire, official: Wire, official_schemas: dict[str, Record], result: Record
) -> None:
    """Errors are the official error object; Timeback's has its details besides."""
    validator = make_validator(official_schemas, "imsx_StatusInfoDType")
    for wire in (still, official):
        for answer in (
            wire.put(result | {"late": "maybe"}),
            wire.gradebook("GET", "results/none"),
            wire.gradebook("PATCH", "results/none"),
            wire.gradebook("PUT", "results/none", data=b"{"),
        ):
            body = answer.json()
            if wire is still:
                body.pop("imsx_error_details", None)
            assert [error.message for error in validator.iter_errors(body)] == []


@pytest.mark.parametrize("change", CHANGES, ids=repr)
def test_both_readings_of_timeback_agree(
    timeback_schemas: dict[str, Record], result: Record, change: Record
) -> None:
    """The sandbox's reading refuses what Timeback's schema refuses, and takes what it takes."""
    body = result | change
    published = not list(make_validator(timeback_schemas, "Result").iter_errors(body))
    ours = not list(find_faults(body, schema_of("results", "timeback"), "result"))
    assert ours == published


@pytest.mark.parametrize("change", CHANGES, ids=repr)
def test_both_readings_of_the_standard_agree(
    official_schemas: dict[str, Record], official_result: Record, change: Record
) -> None:
    """The sandbox's reading refuses what the official schema refuses, and takes what it takes."""
    body = official_result | change
    published = not list(make_validator(official_schemas, "ResultDType").iter_errors(body))
    ours = not list(find_faults(body, schema_of("results", "oneroster"), "result"))
    # The published pattern is not anchored, and an empty id is no id.
    stricter = change in ({"sourcedId": ""},)
    assert ours == (published and not stricter)


@pytest.mark.parametrize("field", ["status", "lineItem", "student", "scoreStatus", "scoreDate"])
def test_required_fields_are_required(
    timeback_schemas: dict[str, Record], result: Record, field: str
) -> None:
    """What Timeback requires, the sandbox requires."""
    del result[field]
    assert list(make_validator(timeback_schemas, "Result").iter_errors(result))
    faults = list(find_faults(result, schema_of("results", "timeback"), "result"))
    assert [fault.path for fault in faults] == [f"result.{field}"]
