"""Checks of scores that no longer belong to their students; `standing` holds the statistics."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradetools.checks.compared import FEW_ROWS, ComparedColumn, find_same
from gradetools.checks.facts import Facts
from gradetools.checks.registry import Finding, check
from gradetools.checks.standing import Stray

_FIX = (
    "Compare a few students with where the scores come from. Put the scores back beside their students and load the sheet "
    'again, or answer "accept" if they are right: a thing of its own, such as a project, may follow no other scores.'
)


def _tell(facts: Facts, how: str, *, whole: bool | None = None) -> Iterator[Finding]:
    """Give a finding for what strays so: only the sheet as a whole (True), only columns (False), or either."""
    table = facts.compared
    for stray in table.strays if table else ():
        is_whole = stray.column < 0
        if stray.how != how or whole not in (None, is_whole):
            continue
        if is_whole:
            key = facts.columns.student_column
            yield Finding(0, str(key.column) if key else "", _sentence("All scores", stray, 0))
        else:
            column = table.columns[stray.column]  # type: ignore[union-attr] # - there are strays, so there is a table
            line = _line(facts, column, stray)
            scores = f"The scores of {column.title or column.key!r}"
            yield Finding(0, column.key, _sentence(scores, stray, line))


def _line(facts: Facts, column: ComparedColumn, stray: Stray) -> int:
    """Give the line from which the scores stray, 0 for the first."""
    row = column.rows[stray.start]
    return int(facts.students["line"].iloc[row]) if stray.start else 0


def _sentence(scores: str, stray: Stray, line: int) -> str:
    start = f" from line {line} on" if line else ""
    where = "above" if stray.rows > 0 else "below"
    if stray.how == "shifted":
        return (
            f"{scores} look shifted by one row{start}: they are as one would expect of the students one line {where}, "
            "and not of their own."
        )
    if stray.rows:
        return (
            f"{scores} are not as one would expect of their students{start}, and rather so of those one line {where}: "
            "they may be shifted by one row, or shuffled."
        )
    # Where nothing else is known of the students, only the order tells.
    unlike = (
        "" if np.isnan(stray.own) else ", and the high ones are not of those who are good elsewhere"
    )
    if stray.how == "sorted":
        return (
            f"{scores} stand in order, which their students do not{unlike}: they look sorted alone."
        )
    return f"{scores} look shuffled: the high ones are not of those who are good elsewhere."


@check(
    "column-sorted",
    "question",
    means="The scores of a column stand in order and the students do not: the column was sorted without the others.",
    fix=_FIX,
    answers=("accept",),
)
def _column_sorted(facts: Facts) -> Iterator[Finding]:
    yield from _tell(facts, "sorted")


@check(
    "column-shifted",
    "question",
    means="The scores of a column fit the students one row above or below better than their own.",
    fix=_FIX,
    answers=("accept",),
)
def _column_shifted(facts: Facts) -> Iterator[Finding]:
    yield from _tell(facts, "shifted")


@check(
    "column-shuffled",
    "warning",
    means="The scores of a column have nothing to do with what else is known of the students, where other columns do: "
    "shuffled, or a thing of its own.",
    fix="Look whether the scores stand beside their students; nothing, if this column measures something else.",
)
def _column_shuffled(facts: Facts) -> Iterator[Finding]:
    yield from _tell(facts, "shuffled", whole=False)


@check(
    "sheet-shuffled",
    "question",
    means="The scores agree with each other, and those of the gradebook do, but not the ones with the others: the ids were "
    "shuffled, or sorted without the scores.",
    fix=_FIX,
    answers=("accept",),
)
def _sheet_shuffled(facts: Facts) -> Iterator[Finding]:
    yield from _tell(facts, "shuffled", whole=True)


@check(
    "columns-same",
    "warning",
    means=f"Two score columns hold the same scores in all rows, at least {FEW_ROWS}: one was perhaps copied from the other.",
    fix="Compare a few students with where the scores come from; nothing, if both are right.",
)
def _columns_same(facts: Facts) -> Iterator[Finding]:
    for first, second, count in find_same(facts.entries, len(facts.score_columns)):
        one, other = (str(facts.score_columns[k].column) for k in (first, second))
        message = (
            f"{other!r} holds the same {count:,} scores as {one!r}, row by row: one was perhaps "
            "copied from the other."
        )
        yield Finding(0, other, message)
