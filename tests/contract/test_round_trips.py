"""Round trips: what the gradebook holds survives a read, an unchanged plan, and a write that changes one field."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

import gradetools as gt
from gradetools.plan import make_result_plan
from gradetools.sandbox import Fault

Record = dict[str, Any]
CLASS, ITEM = "algebra-1", "algebra-midterm"
STUDENTS = [f"student-{number:03d}" for number in range(1, 4)]
DIALECTS = ["timeback", "oneroster"]
COMMENT = "Seen by us, nothing else touched."

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
numbers = (
    st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.floats(width=32, allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
objectives = st.fixed_dictionaries(
    {"learningObjectiveId": lines}, optional={"score": numbers, "textScore": lines}
)
objective_sets = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["case", "unknown", "/state"]),
        "learningObjectiveResults": st.lists(objectives, min_size=1, max_size=2),
    }
)
flags = st.sampled_from(["true", "false"])
scores = st.floats(0, 100) | st.floats(0, 100, width=32) | st.integers(0, 100)
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "metadata": st.dictionaries(texts, values, max_size=3),
    "class": st.just({"sourcedId": CLASS}),
    "scoreScale": st.just({"sourcedId": "letters"}),
    "score": scores,
    "textScore": lines,
    "comment": texts,
    "learningObjectiveSet": st.lists(objective_sets, max_size=2),
    **dict.fromkeys(("inProgress", "incomplete", "late", "missing"), flags),
}
STATUSES = ["exempt", "fully graded", "not submitted", "partially graded", "submitted"]
days = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)).map(dt.date.isoformat)
midnights = days.map(lambda day: f"{day}T00:00:00.000Z")
instants = st.builds(
    lambda day, time: f"{day}T{time.isoformat(timespec='milliseconds')}Z",
    days,
    st.times().map(lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000)),
)


def held_records(dialect: str) -> st.SearchStrategy[list[Record]]:
    """Make what a gradebook of a dialect may hold of three students' grades, unknown fields included."""
    is_open = dialect == "timeback"
    required = {
        "scoreStatus": st.sampled_from(STATUSES if is_open else [*STATUSES, "ext:late_1"]),
        "scoreDate": instants if is_open else midnights,
    }
    optional = dict(COMMON)
    if is_open:
        optional |= {
            "unheardOf": values,
            "x-vendor": st.dictionaries(texts, values, max_size=2),
        }
    one = st.fixed_dictionaries(required, optional=optional)
    return st.lists(one, min_size=len(STUDENTS), max_size=len(STUDENTS)).map(
        lambda all_: [
            {
                "sourcedId": f"held-{student}",
                "status": "active",
                "lineItem": {"sourcedId": ITEM},
                "student": {"sourcedId": student},
                **record,
            }
            for student, record in zip(STUDENTS, all_, strict=True)
        ]
    )


def meaning(record: Record) -> Record:
    """Give what a record means, by reading it here and not by the product: one JSON text for each field.

    1 and 1.0 are one number; every other digit counts. An absent comment is an empty one. When it was changed
    last is no part of it.
    """

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(each) for name, each in value.items()}
        if isinstance(value, list):
            return [plain(each) for each in value]
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value

    said = {name: value for name, value in record.items() if name != "dateLastModified"}
    if not said.get("comment"):
        said.pop("comment", None)
    return {name: json.dumps(plain(value), sort_keys=True) for name, value in said.items()}


@pytest.fixture(scope="module", params=DIALECTS)
def school(request: pytest.FixtureRequest) -> Iterator[tuple[gt.Sandbox, gt.Gradebook]]:
    """Serve the invented school in a dialect, for all the examples of a test."""
    with gt.Sandbox(dialect=request.param) as sandbox, gt.connect(sandbox) as gradebook:
        yield sandbox, gradebook


def hold(sandbox: gt.Sandbox) -> dict[str, Record]:
    """Give what the sandbox holds for the students."""
    return {
        record["student"]["sourcedId"]: record
        for record in sandbox.records("results")
        if record["sourcedId"].startswith("held-")
    }


def upsert(gradebook: gt.Gradebook, snapshot: gt.Snapshot, **wanted: Any) -> gt.Receipt:
    """Plan one grade against a snapshot and push it."""
    plan = make_result_plan(gt.Result(line_item=ITEM, **wanted), snapshot)
    return gt.push_plan(plan, gradebook, agreed=plan.fingerprint, workers=1)


def go_round(sandbox: gt.Sandbox, gradebook: gt.Gradebook, records: list[Record]) -> None:
    """Hold records; read them; plan what they say already; change one comment each; compare what is held."""
    for record in records:
        sandbox.put_record("results", record)
    sent = len(sandbox.requests(method="PUT"))
    snapshot = gradebook.take_snapshot([CLASS])
    for record in records:
        student, score = record["student"]["sourcedId"], record.get("score")
        same = {} if score is None else {"score": score}
        result = gt.Result(
            line_item=ITEM, student=student, comment=record.get("comment") or None, **same
        )
        plan = make_result_plan(result, snapshot)
        assert (plan.counts["unchanged"], plan.writes) == (1, 0)
    held = hold(sandbox)
    for record in records:
        assert meaning(held[record["student"]["sourcedId"]]) == meaning(record)
        receipt = upsert(
            gradebook, snapshot, student=record["student"]["sourcedId"], comment=COMMENT
        )
        assert receipt.states["updated"] == 1
    assert len(sandbox.requests(method="PUT")) - sent == len(records)
    for record in records:
        after = hold(sandbox)[record["student"]["sourcedId"]]
        assert meaning(after) == meaning(record | {"comment": COMMENT})


EXTREME: Record = {
    "scoreDate": "2026-10-16T00:00:00.000Z",
    "scoreStatus": "fully graded",
    "score": 0.1 + 0.2,
    "metadata": {"": [None, {"deep": [1e-300, 2**53 + 1, True]}], "\u202e": "\x00\u2028"},
}


def extreme_records(dialect: str) -> list[Record]:
    """Make records of what is hard to carry over, a null in an unknown field among it where one is allowed."""
    unknown: Record = {"unheardOf": None} if dialect == "timeback" else {}
    return [
        {
            "sourcedId": f"held-{student}",
            "status": "active",
            "lineItem": {"sourcedId": ITEM},
            "student": {"sourcedId": student},
            **EXTREME,
            **unknown,
        }
        for student in STUDENTS
    ]


def survive(school: tuple[gt.Sandbox, gt.Gradebook], examples: int) -> None:
    """Go round with so many examples."""
    sandbox, gradebook = school

    @given(records=held_records(sandbox.dialect))
    @example(records=extreme_records(sandbox.dialect))
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    def check(records: list[Record]) -> None:
        go_round(sandbox, gradebook, records)

    check()


def test_what_is_held_survives(school: tuple[gt.Sandbox, gt.Gradebook]) -> None:
    """Unknown fields, nested metadata and every digit survive a read, an unchanged plan and a write of another field."""
    survive(school, 8)


@pytest.mark.long
def test_what_is_held_survives_for_long(school: tuple[gt.Sandbox, gt.Gradebook]) -> None:
    """The same with many more records."""
    survive(school, 60)


@pytest.mark.parametrize("score", [0.1, 33.333333333333336, 1 / 3, 16_777_217, 99.99])
def test_a_gradebook_of_32_bits(sandbox: gt.Sandbox, score: float) -> None:
    """Where scores are kept in 32 bits a write is no failure, and the same score again is no change."""
    sandbox.order(Fault(lie="float32", method="PUT", times=None))
    with gt.connect(sandbox) as gradebook:
        first = upsert(
            gradebook, gradebook.take_snapshot([CLASS]), student="student-001", score=score
        )
        again = upsert(
            gradebook, gradebook.take_snapshot([CLASS]), student="student-001", score=score
        )
    assert (first.states["created"], again.states["unchanged"]) == (1, 1)
    assert len(sandbox.requests(method="PUT")) == 1
