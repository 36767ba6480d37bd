"""What the sandbox's tests share: running sandboxes, and a result to put into them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sandbox_wire import Record, Wire, open_wire

from gradetools.sandbox import Sandbox


@pytest.fixture
def wire() -> Iterator[Wire]:
    """Give one test a sandbox of its own."""
    with open_wire(Sandbox()) as wire:
        yield wire


@pytest.fixture(scope="module")
def still() -> Iterator[Wire]:
    """Give a module's tests one sandbox, in which none of them changes a record."""
    with open_wire(Sandbox()) as wire:
        yield wire


@pytest.fixture(scope="module")
def official() -> Iterator[Wire]:
    """Give a module's tests one sandbox that speaks the official dialect."""
    with open_wire(Sandbox(dialect="oneroster")) as wire:
        yield wire


@pytest.fixture
def result() -> Record:
    """Make the smallest result with a score that Timeback's schema allows."""
    return {
        "sourcedId": "new-result",
        "status": "active",
        "lineItem": {"sourcedId": "algebra-midterm"},
        "student": {"sourcedId": "student-001"},
        "scoreStatus": "fully graded",
        "scoreDate": "2026-10-16T00:00:00.000Z",
        "score": 87.5,
    }


@pytest.fixture
def official_result(result: Record) -> Record:
    """Make the same result as the official schema wants it."""
    line_item = {"href": "http://127.0.0.1/lineItems/algebra-midterm", "type": "lineItem"}
    student = {"href": "http://127.0.0.1/users/student-001", "type": "user"}
    return result | {
        "dateLastModified": "2026-10-16T00:00:00Z",
        "lineItem": line_item | result["lineItem"],
        "student": student | result["student"],
        "scoreDate": "2026-10-16",
    }
