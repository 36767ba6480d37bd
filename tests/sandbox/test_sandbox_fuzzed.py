"""The sandbox held against its own page by schemathesis: no failure, and no answer that the page does not tell."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from sandbox_wire import Wire, open_wire
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from gradetools.sandbox import Sandbox

#: Ids of the invented school, so that not every request ends at a record that is not there.
KNOWN = {
    "classSourcedId": "algebra-1",
    "lineItemSourcedId": "algebra-midterm",
    "studentSourcedId": "student-001",
    "userSourcedId": "student-001",
    "schoolSourcedId": "example-school",
    "academicSessionSourcedId": "autumn-2026",
}


def put_in(case: Any, number: int) -> None:
    """Let every second request name what is there, and write about what is there."""
    if number % 2:
        return
    case.path_parameters = {
        name: KNOWN.get(name, value) for name, value in (case.path_parameters or {}).items()
    }
    record = case.body.get("result") if isinstance(case.body, dict) else None
    if isinstance(record, dict):
        record.update(
            sourcedId=case.path_parameters.get("sourcedId"),
            lineItem={"href": "x", "sourcedId": "algebra-midterm", "type": "lineItem"},
            student={"href": "x", "sourcedId": "student-001", "type": "user"},
        )
        for name in ("class", "scoreScale"):
            record.pop(name, None)


def fuzz(wire: Wire, operation: Any, mode: GenerationMode, examples: int) -> list[int]:
    """Ask one operation many things; give the statuses."""
    statuses: list[int] = []

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples < 10,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            put_in(case, len(statuses))
        answer = case.call(session=wire.session)
        statuses.append(answer.status_code)
        # What fits the schemas may yet be refused: for an id that is not there, or a filter without sense.
        case.validate_response(answer, excluded_checks=[positive_data_acceptance])

    try:
        ask()
    except FailureGroup as found:
        told = "\n".join(f"{one.title}: {one.message}" for one in found.exceptions)
        pytest.fail(f"{operation.label}: {told}", pytrace=False)
    return statuses


def fuzz_everything(dialect: str, examples: int) -> set[int]:
    """Ask every operation of a dialect, also with what its schemas forbid; give the statuses there were."""
    seen: set[int] = set()
    with open_wire(Sandbox(dialect=dialect)) as wire:
        page = schemathesis.openapi.from_url(f"{wire.sandbox.base_url}/openapi.json")
        for found in page.get_all_operations():
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                operation = found.ok()
                if mode is GenerationMode.POSITIVE or operation.body or operation.query:
                    seen.update(fuzz(wire, operation, mode, examples))
    return seen


@pytest.mark.parametrize("dialect", ["timeback", "oneroster"])
def test_no_answer_surprises(dialect: str) -> None:
    """Whatever is asked, no answer is a failure, and each has a status, headers and body that the page tells."""
    assert {200, 201, 400, 404, 422} <= fuzz_everything(dialect, 3)


@pytest.mark.long
@pytest.mark.parametrize("dialect", ["timeback", "oneroster"])
def test_no_answer_surprises_for_long(dialect: str) -> None:
    """The same with many more questions, other ones each time."""
    assert {200, 201, 204, 400, 404, 422} <= fuzz_everything(dialect, 60)
