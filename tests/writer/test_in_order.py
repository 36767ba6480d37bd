"""The order of a push: the plan on disk, then PUTs, their outcomes soon after, the next list meanwhile."""

from __future__ import annotations

import inspect
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from desk import Desk
from faulty_proxy import Asked, Fault, FaultyProxy

import gradetools as gt
from gradetools.gradebook import Gradebook
from gradetools.journal import Outcome, open_journal
from gradetools.plan.merge import to_write
from gradetools.plan.value import make_changes
from gradetools.push.feed import draw_sample
from gradetools.push.progress import Progress, Reporter
from gradetools.snapshot import Environment

SCORES = ("10", "20", "30", "40", "50")


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@contextmanager
def in_the_background(desk: Desk, plan: gt.Plan) -> Iterator[list[gt.Receipt]]:
    """Push in another thread; its receipt is there at the block's end."""
    receipts: list[gt.Receipt] = []
    pushing = threading.Thread(target=lambda: receipts.append(desk.push(plan, workers=1)))
    pushing.start()
    yield receipts
    pushing.join(30)


def lists_read(desk: Desk) -> int:
    """How many lists of a line item's results were read, as the sandbox's own log says."""
    return sum("/lineItems/" in one.path for one in desk.sandbox.requests(method="GET"))


def test_nothing_is_written_before_the_plan_is_on_disk(desk: Desk) -> None:
    """As long as the journal has not taken the plan, lists are read and nothing is sent (P22)."""
    plan, read = desk.plan(desk.sheet("Midterm", *SCORES)), lists_read(desk)
    with open_journal(plan.environment, desk.gradebook.settings.data_dir) as journal:
        path = journal.path
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        with in_the_background(desk, plan) as receipts:
            wait_until(lambda: lists_read(desk) > read)
            time.sleep(0.3)
            assert desk.puts() == 0
            other.execute("ROLLBACK")
    assert (receipts[0].states["created"], desk.puts()) == (5, 5)


def test_outcomes_are_on_disk_while_the_push_goes_on(desk: Desk) -> None:
    """What came of an entry is in the journal a moment later, and not only at the end (P22)."""
    third, go_on = threading.Event(), threading.Event()

    def hold(asked: Asked) -> Fault | None:
        if asked.method == "PUT" and desk.puts() == 2:
            third.set()
            go_on.wait(20)
        return None

    with FaultyProxy(int(desk.sandbox.base_url.rsplit(":", 1)[1]), hold) as proxy:
        settings = desk.gradebook.settings.model_copy(update={"base_url": proxy.base_url})
        desk.gradebook = Gradebook(settings)
        with in_the_background(desk, desk.plan(desk.sheet("Midterm", *SCORES))):
            assert third.wait(20)
            time.sleep(1)
            (push,) = gt.list_pushes(settings.data_dir)
            go_on.set()
    assert (push.states["created"], push.states["unsent"]) == (2, 3)


def test_the_next_list_is_read_while_this_item_is_written(desk: Desk) -> None:
    """The list of the second line item is read before the last entry of the first is written (P7)."""
    rows = [f"{student},{n},{n + 80}" for n, student in enumerate(desk.students, 3)]
    plan = desk.plan(desk.sheet_of("\n".join(["Student ID,Quiz 1,Midterm", *rows]) + "\n"))
    begun = len(desk.sandbox.requests())
    assert desk.push(plan, workers=1).ok
    asked = [f"{one.method} {one.path}" for one in desk.sandbox.requests()[begun:]]
    lists = [place for place, one in enumerate(asked) if "/lineItems/" in one]
    first_item = set(plan.changes.loc[plan.changes["column"] == "Quiz 1", "sourced_id"])
    puts = [
        place
        for place, one in enumerate(asked)
        if one.startswith("PUT") and one.rpartition("/")[2] in first_item
    ]
    assert len(lists) == 2
    assert lists[0] < puts[0] < puts[-1]
    assert lists[1] < puts[-1]


def test_what_is_unknown_is_taken_up_first(desk: Desk) -> None:
    """Of an entry whose outcome stayed unknown a resume asks before it writes the rest (P1)."""
    plan = desk.plan(desk.sheet("Midterm", *SCORES))
    with open_journal(plan.environment, desk.gradebook.settings.data_dir) as journal:
        push_id = journal.begin(plan, client_id="x", note="", now=desk.gradebook.clock())
        journal.record(
            push_id, [Outcome(0, "created"), Outcome(3, "failed", "outcome-unknown", "?")]
        )
        assert journal.unsent(push_id) == [3, 1, 2, 4]


@pytest.mark.parametrize(
    ("writes", "read"), [(1, 1), (200, 200), (201, 20), (1000, 20), (2000, 40)]
)
def test_how_many_are_read_back(writes: int, read: int) -> None:
    """Up to 200 every entry is read back, beyond 2 %, and at least twenty (P9)."""
    columns = {
        name: [""] * writes
        for name in (
            "column", "student", "student_name", "line_item", "line_item_title", "class_id", "reason", "message",
            "sourced_id", "before", "after",
        )
    }  # fmt: skip
    numbers = {"line": [2] * writes, "occurrence": [1] * writes, "action": ["create"] * writes}
    flags = {"lowered": [False] * writes, "cleared": [False] * writes}
    changes = make_changes({**columns, **numbers, **flags}, list(range(writes)))
    plan = gt.Plan(Environment("sandbox", "embedded"), "timeback", changes)
    drawn = draw_sample(plan, "some-push")
    chosen = range(writes) if drawn is None else [n for n in range(writes) if n in drawn]
    assert len(chosen) == read


def test_progress_tells_rate_and_time_left() -> None:
    """Progress has a rate and the seconds that are left, waits included, at most ten times a second (P23)."""
    now, looks = [100.0], list[Progress]()
    reporter = Reporter(looks.append, 10, clock=lambda: now[0])
    for _ in range(4):
        now[0] += 0.06
        reporter.count("created")
        reporter.report(0.0)
    now[0] = 102.0
    reporter.report(3.0, 2)
    reporter.report(0.0, finished=True)
    assert [look.done for look in looks] == [1, 3, 4, 4]
    last = looks[2]
    assert (last.rate, last.eta, last.waiting, last.finished) == (2.0, 6.0, 3.0, False)
    assert (last.repeating, looks[-1].repeating) == (2, 0)
    assert looks[-1].finished


def test_eight_workers_unless_told_otherwise() -> None:
    """A push has eight requests under way unless another number is given (P21)."""
    assert inspect.signature(gt.push_plan).parameters["workers"].default == 8


def test_a_field_that_would_go_is_told() -> None:
    """What the official form forbids, and a PUT would therefore lose, is named in the change (P3)."""
    record = {
        "sourcedId": "r",
        "status": "active",
        "lineItem": {"sourcedId": "i"},
        "student": {"sourcedId": "s"},
        "scoreStatus": "fully graded",
        "score": 3,
        "scoreDate": "2026-09-01",
        "vendorRank": 7,
    }
    change = to_write("update", "r", record, record, dialect="oneroster")
    assert "vendorRank" not in (change.after or {})
    assert "vendorRank" in change.message
