"""The entries of a plan as tasks, line item by line item, each with what is there now.

What others changed since the plan is noticed by reading each line item's results once more, in bulk,
just before its entries are written; because the tasks pass through a short queue, the next item is
read while this one is still being written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import pandas as pd

from gradetools.dialects import Record, parse
from gradetools.errors import NotFoundError
from gradetools.gradebook import Gradebook
from gradetools.plan import WRITES, Plan, is_active, next_ids
from gradetools.push.write import Task


def make_tasks(
    plan: Plan, gradebook: Gradebook, *, only: Collection[int] | None = None
) -> Iterator[Task]:
    """Give the writes of a plan, in groups of one line item, each compared with a fresh list.

    Args:
        plan: what to write.
        gradebook: where the lists are read.
        only: the entries of a resumed push that have no outcome yet, in the order to take them; each is
            to be asked for by id, and the lists only show what others made for the same grade.

    Raises:
        GradebookError: a list cannot be read.
    """
    writes = plan.changes[plan.changes["action"].isin(WRITES)]
    if only is not None:
        yield from _resumed(
            writes.loc[[entry for entry in only if entry in writes.index]], gradebook
        )
        return
    for (class_id, line_item), group in writes.groupby(["class_id", "line_item"], sort=False):
        by_id, by_student = _read_now(gradebook, str(class_id), str(line_item))
        for row in _rows(group):
            task = _with_rivals(_task(*row), by_student)
            yield replace(task, current=by_id.get(task.sourced_id))


def make_task(plan: Plan, entry: int) -> Task:
    """Give one write of a plan again, to verify it."""
    return next(_task(*row) for row in _rows(plan.changes.loc[[entry]]))


def _resumed(writes: pd.DataFrame, gradebook: Gradebook) -> Iterator[Task]:
    """Keep the order that was asked for; what others made meanwhile still shows in the lists alone."""
    known: dict[tuple[str, str], Mapping[str, list[str]]] = {}
    places = zip(writes["class_id"].tolist(), writes["line_item"].tolist(), strict=True)
    for row, place in zip(_rows(writes), places, strict=True):
        if place not in known:
            known[place] = _read_now(gradebook, *place)[1]
        task = _with_rivals(_task(*row), known[place])
        student = str(task.after["student"]["sourcedId"])
        for sourced_id in next_ids(gradebook.environment.name, place[1], student, task.sourced_id):
            if sourced_id in task.rivals and not is_active(task.before):
                # No rival: before it was stopped, this push took the next id for it.
                others = tuple(each for each in task.rivals if each != sourced_id)
                task = replace(task.moved_to(sourced_id, None), rivals=others)
        yield task


def _with_rivals(task: Task, by_student: Mapping[str, list[str]]) -> Task:
    student = str(task.after["student"]["sourcedId"])
    others = (other for other in by_student.get(student, ()) if other != task.sourced_id)
    return replace(task, rivals=tuple(others))


def _read_now(
    gradebook: Gradebook, class_id: str, line_item: str
) -> tuple[Mapping[str, Record], Mapping[str, list[str]]]:
    by_id: dict[str, Record] = {}
    by_student: dict[str, list[str]] = {}
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
            by_student.setdefault(student, []).append(sourced_id)
    return by_id, by_student


def _rows(writes: pd.DataFrame) -> Iterator[tuple[int, str, str | None, str]]:
    names = ("sourced_id", "before", "after")
    yield from zip(writes.index.tolist(), *(writes[name].tolist() for name in names), strict=True)


def _task(entry: int, sourced_id: str, before: str | None, after: str) -> Task:
    return Task(int(entry), sourced_id, parse(before), parse(after) or {})
