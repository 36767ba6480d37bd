"""Checks of what a row says besides its grades: the class it is of, and whose its other ids are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradetools.checks.facts import Facts
from gradetools.checks.registry import Finding, check
from gradetools.columns import (
    IN_NONE,
    IN_SEVERAL,
    StudentIndex,
    find_named_classes,
    find_other_students,
)


@check(
    "keys-disagree",
    "question",
    means="Another column of ids says that the row is somebody else's.",
    fix='Correct the id, choose the other column as the key, or answer "accept" if the key is right.',
    answers=("accept",),
)
def _keys_disagree(facts: Facts) -> Iterator[Finding]:
    students, chosen = facts.snapshot.students, facts.columns.student_column
    other = find_other_students(facts.sheet, facts.columns, students, facts.students)
    if other.empty or chosen is None:
        return
    other = other[other["line"].isin(facts.students["line"][facts.row_asks]).to_numpy()]
    names = StudentIndex(students, "sourcedId").names
    known = facts.students.set_index("line")
    for line, column, text, sourced_id in zip(
        *(other[name] for name in ("line", "column", "text", "other")), strict=True
    ):
        row = known.loc[line]
        message = (
            f"{str(chosen.column)!r} says {row['name']} ({row['text']}), but {column!r} says {names[sourced_id]} "
            f"({text})."
        )
        yield Finding(int(line), str(chosen.column), message)


@check(
    "line-item-unresolved",
    "error",
    means="A title stands for line items of several classes, and the student is in none of them, or in more than one.",
    fix="Name the class in a column of the sheet, or choose one class's line item.",
)
def _line_item_unresolved(facts: Facts) -> Iterator[Finding]:
    asking = facts.asking
    doubtful = asking["item"].isin([IN_SEVERAL, IN_NONE]) & (asking["student"] != "")
    rows = asking[doubtful.to_numpy()]
    if rows.empty:
        return
    named = _named_classes(facts, rows["line"].to_numpy())
    enrolments = facts.snapshot.students.groupby("sourced_id")["class_id"].agg(list)
    for row, said in zip(rows.itertuples(), named, strict=True):
        title = _title(facts, int(str(row.line)), str(row.key))
        own = [_call(facts, each) for each in dict.fromkeys(enrolments[str(row.student)])]
        if said:
            message = f"The row says {_call(facts, said)}, which has no {title!r}."
        elif row.item == IN_SEVERAL:
            message = f"{row.student_name} is in {' and '.join(own)}: whose {title!r} it is, nothing says."
        else:
            message = f"{row.student_name} is in {' and '.join(own)}, which has no {title!r}."
        yield Finding(int(str(row.line)), str(row.key), message)


@check(
    "class-differs",
    "question",
    means="The row names a class, and the line item belongs to another one.",
    fix='Choose the line item of that class, correct the row, or answer "accept" if the line item is right.',
    answers=("accept",),
)
def _class_differs(facts: Facts) -> Iterator[Finding]:
    if not (facts.columns.of("class") or facts.columns.of("section")):
        return
    said = find_named_classes(facts.sheet, facts.columns, facts.snapshot.classes)
    if not (said != "").any():
        return
    asking = facts.asking
    class_id = asking["class_id"].to_numpy(dtype=object)
    named = np.repeat(said.to_numpy(dtype=object), len(facts.score_columns))[asking.index]
    differs = (named != "") & (class_id != "") & (named != class_id)
    for row, said in zip(asking[differs].itertuples(), named[differs], strict=True):
        message = (
            f"The row says {_call(facts, said)}, and {row.line_item_title!r} belongs to "
            f"{_call(facts, str(row.class_id))}."
        )
        yield Finding(int(str(row.line)), str(row.key), message)


def _named_classes(facts: Facts, lines: NDArray[Any]) -> NDArray[np.object_]:
    """Say for each line which class it names itself, "" for none."""
    if not (facts.columns.of("class") or facts.columns.of("section")):
        return np.full(len(lines), "", dtype=object)
    named = find_named_classes(facts.sheet, facts.columns, facts.snapshot.classes)
    return named[lines].to_numpy(dtype=object)


def _title(facts: Facts, line: int, key: str) -> str:
    column = next(iter(facts.columns.of("line_item")), None)
    meaning = facts.columns.meaning(key)
    if column is None or meaning.line_items:
        return meaning.line_item_title or key
    return str(facts.sheet.column(column.column)[line])


def _call(facts: Facts, class_id: str) -> str:
    return facts.snapshot.classes.get(class_id, class_id)
