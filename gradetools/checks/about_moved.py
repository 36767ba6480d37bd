"""Check of scores that the gradebook has already, of other students: the sheet has slid since, or what is there had."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gradetools.checks.compared import Compared
from gradetools.checks.facts import Facts
from gradetools.checks.registry import Finding, check
from gradetools.checks.standing import Floats, log_orders

#: So many scores must differ from what the students have, and such a share of these be what their neighbours have.
FEW_MOVED, MOSTLY_MOVED = 6, 0.8
#: So many must differ for the same scores in another order to tell anything, and there must be so many such orders.
FEW_MIXED, FEW_ORDERS = 8, 500


class _Moved(NamedTuple):
    """A column whose scores are those that others have.

    Attributes:
        column: its number among those that are compared.
        number: how many of its scores differ from what their students have.
        rows: 1 where they are those of the students one row above, -1 below; 0 for any others.
    """

    column: int
    number: int
    rows: int


@check(
    "scores-of-others",
    "question",
    means=f"Scores of a column, at least {FEW_MOVED}, are not those that their students have in the gradebook, and are just those "
    f"of the students one row above or below; or at least {FEW_MIXED} are the very scores of these students in another order.",
    fix="Compare a few students with where the scores come from. Put the scores back beside their students and load the sheet "
    'again, or answer "accept" if the sheet is right and the gradebook has them wrong.',
    answers=("accept",),
)
def _scores_of_others(facts: Facts) -> Iterator[Finding]:
    table = facts.compared
    for moved in _find_moved(table) if table else ():
        column = table.columns[moved.column]  # type: ignore[union-attr] # - nothing moved without a table
        title = column.title or column.key
        where = {1: "above", -1: "below"}.get(moved.rows, "")
        whose = f"are those that the gradebook has of the students one line {where}: they look shifted by one row"
        if not where:
            whose = (
                "are the same as the gradebook has of these students, in another order: they look "
                "shuffled or sorted alone"
            )
        message = f"{moved.number:,} scores of {title!r} differ from what their students have, and {whose}."
        yield Finding(0, column.key, message)


def _find_moved(table: Compared) -> Iterator[_Moved]:
    asked = {stray.column for stray in table.strays if stray.how == "shifted"}
    for k, (column, persons, held) in enumerate(
        zip(table.columns, table.orders, table.held, strict=True)
    ):
        moved = None if k in asked else _compare(column.scores, held[persons])
        if moved:
            yield _Moved(k, *moved)


def _compare(scores: Floats, held: Floats) -> tuple[int, int] | None:
    """Say how many scores are those of others, and of whom, as `_Moved` does; None where they are not.

    Args:
        scores: of a column, in the order of its rows.
        held: what the gradebook has of the same students; NaN for nothing, with which nothing can be compared.
    """
    differ = ~np.isnan(scores) & (scores != held)
    for rows in (1, -1):
        beside = np.roll(held, rows)
        beside[0 if rows > 0 else -1] = np.nan
        told = differ & ~np.isnan(beside)
        same = told & (scores == beside)
        mostly = told.sum() >= FEW_MOVED and same.sum() >= MOSTLY_MOVED * told.sum()
        if mostly and _tells(scores[same]):
            return int(same.sum()), rows
    both = differ & ~np.isnan(held)
    new, old = (np.sort(each[both]) for each in (scores, held))
    mixed = both.sum() >= FEW_MIXED and bool((new == old).all())
    return (int(both.sum()), 0) if mixed and _tells(new) else None


def _tells(scores: Floats) -> bool:
    """Whether it would be a wonder if the scores came so by chance."""
    return log_orders(np.unique(scores, return_counts=True)[1]) > math.log(FEW_ORDERS)
