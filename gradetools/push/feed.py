"""The entries of a plan as tasks, line item by line item, each with what is there now.

What others changed since the plan is noticed by reading each line item's results once more, in bulk,
just before its entries are written. The workers do that too, as one piece of work among the others: the
next items are read while this one is still being written, so many that the workers do not run dry, and
no more, for what was read early may change again.
"""

from __future__ import annotations

import math
import random
import threading
from collections import deque
from collections.abc import Collection, Container, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pandas as pd

from gradetools.dialects import Record, parse
from gradetools.errors import NotFoundError
from gradetools.gradebook import Gradebook
from gradetools.plan import WRITES, Plan, is_active, next_ids
from gradetools.push.write import Task

#: Up to so many written entries, every one is read back; beyond, 2 % and at least twenty.
_READ_ALL = 200
#: Of the plan, what a task needs.
_COLUMNS = ("class_id", "line_item", "sourced_id", "before", "after")


class _Now(NamedTuple):
    """What a line item's list showed: sourcedId to record, and student to the records that are active."""

    by_id: Mapping[str, Record]
    by_student: Mapping[str, list[Record]]


@dataclass(frozen=True)
class ListRead:
    """A line item's list to be read, by whoever takes it; those who wait for it wait for ever if nobody does."""

    gradebook: Gradebook
    class_id: str
    line_item: str
    found: Future[_Now] = field(default_factory=Future)

    def run(self) -> None:
        """Read it, and let the waiting know what came of it."""
        try:
            self.found.set_result(_read_now(self.gradebook, self.class_id, self.line_item))
        except Exception as error:  # noqa: BLE001 - raised again where the list is needed
            self.found.set_exception(error)


def make_tasks(
    plan: Plan, gradebook: Gradebook, *, only: Collection[int] | None = None, ahead: int = 32
) -> Iterator[Task | ListRead]:
    """Give the writes of a plan, in groups of one line item, and before each group the reading of its list.

    Args:
        plan: what to write.
        gradebook: where the lists are read.
        only: the entries of a resumed push that have no outcome yet, in the order to take them; each is
            to be asked for by id, and the lists only show what others made for the same grade.
        ahead: how many entries are to be known before their turn; as soon as there are fewer, the next list is read.

    Raises:
        GradebookError: a list cannot be read.
    """
    writes = plan.changes.loc[plan.changes["action"].isin(WRITES), list(_COLUMNS)]
    if only is not None:
        yield from _resumed(
            writes.loc[[entry for entry in only if entry in writes.index]], gradebook
        )
        return
    groups = iter(writes.groupby(["class_id", "line_item"], sort=False))
    waiting: deque[tuple[pd.DataFrame, Future[_Now]]] = deque()
    current: Iterator[Task] = iter(())
    known = 0  # entries that are not given yet, and whose list is read or being read
    while True:
        while known < ahead and (found := next(groups, None)) is not None:
            (class_id, line_item), group = found
            reading = ListRead(gradebook, str(class_id), str(line_item))
            yield reading
            waiting.append((group, reading.found))
            known += len(group)
        if (task := next(current, None)) is not None:
            known -= 1
            yield task
        elif waiting:
            current = _tasks(*waiting.popleft())
        else:
            return


def make_task(plan: Plan, entry: int) -> Task:
    """Give one write of a plan again, to verify it."""
    return next(_task(*row) for row in _rows(plan.changes.loc[[entry]]))


def _tasks(group: pd.DataFrame, reading: Future[_Now]) -> Iterator[Task]:
    now = reading.result()
    for row in _rows(group):
        task = _with_rivals(_task(*row), now)
        yield replace(task, current=now.by_id.get(task.sourced_id)) if now.by_id else task


def _resumed(writes: pd.DataFrame, gradebook: Gradebook) -> Iterator[Task]:
    """Keep the order that was asked for; what others made meanwhile still shows in the lists alone."""
    known: dict[tuple[str, str], _Now] = {}
    places = zip(writes["class_id"].tolist(), writes["line_item"].tolist(), strict=True)
    for row, place in zip(_rows(writes), places, strict=True):
        if place not in known:
            known[place] = _read_now(gradebook, *place)
        task = _with_rivals(_task(*row), known[place])
        student = str(task.after["student"]["sourcedId"])
        for sourced_id in next_ids(gradebook.environment.name, place[1], student, task.sourced_id):
            others = tuple(each for each in task.rivals if each["sourcedId"] != sourced_id)
            if len(others) < len(task.rivals) and not is_active(task.before):
                # No rival: before it was stopped, this push took the next id for it.
                task = replace(task.moved_to(sourced_id, None), rivals=others)
        yield task


def _with_rivals(task: Task, now: _Now) -> Task:
    if not now.by_student:
        return task
    student = str(task.after["student"]["sourcedId"])
    others = now.by_student.get(student, ())
    return replace(
        task, rivals=tuple(each for each in others if each["sourcedId"] != task.sourced_id)
    )


def _read_now(gradebook: Gradebook, class_id: str, line_item: str) -> _Now:
    by_id: dict[str, Record] = {}
    by_student: dict[str, list[Record]] = {}
    try:
        records = gradebook.list_results(class_id, line_item) if class_id else []
    except NotFoundError:
        # The line item is gone; each PUT will say so for its own entry.
        records = []
    for record in records:
        sourced_id = str(record.get("sourcedId"))
        by_id[sourced_id] = record
        if is_active(record):
            student = str((record.get("student") or {}).get("sourcedId"))
            by_student.setdefault(student, []).append(record)
    return _Now(by_id, by_student)


def _rows(writes: pd.DataFrame) -> Iterator[tuple[int, str, str | None, str]]:
    names = ("sourced_id", "before", "after")
    yield from zip(writes.index.tolist(), *(writes[name].tolist() for name in names), strict=True)


def _task(entry: int, sourced_id: str, before: str | None, after: str) -> Task:
    return Task(int(entry), sourced_id, parse(before), parse(after) or {})


def draw_sample(plan: Plan, push_id: str) -> Container[int] | None:
    """Draw the entries that are read back; None for all of them. The same for the same push."""
    writes = plan.changes.index[plan.changes["action"].isin(WRITES)].tolist()
    if len(writes) <= _READ_ALL:
        return None
    share = max(20, math.ceil(0.02 * len(writes)))
    return frozenset(random.Random(push_id).sample(writes, share))  # noqa: S311 - a sample, no secret


class Turns:
    """One iterator for many threads."""

    def __init__(self, tasks: Iterator[Task | ListRead]) -> None:
        self._tasks, self._lock = tasks, threading.Lock()

    def take(self) -> Task | ListRead | None:
        """Give what is to be done next; None when there is nothing left."""
        with self._lock:
            return next(self._tasks, None)
