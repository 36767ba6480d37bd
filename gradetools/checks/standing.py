"""Whether scores still belong to their students: how each column agrees with the students' standing.

Theory of operation. A student's standing beside a column is the mean of all other columns, each standardised.
A column usually agrees with it, to a degree that the other columns tell. Four stories of a column are weighed as
likelihoods of normal variables with that correlation: the scores follow the standing of their own rows, that of the
row above, that of the row below, or none. A correlation alone could not tell a shifted column of thirty students from an
honest one; two stories about the same rows differ by five standard deviations. A column that was sorted alone needs no
likelihoods where the rows are in another evident order: it is exactly in order, and chance does not do that.

`tests/benchmarks/shuffle.py` measures all of it; the bounds below come from there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

#: Fewer students than these, with a score and a standing, say nothing.
FEW_STUDENTS = 10
#: Beyond so many standard deviations a score counts as if it stood there: a zero for an absence is no landslide.
FARTHEST = 2.5
#: What an agreement is believed to be before any other column was seen, which weighs as much as one column.
USUAL_AGREEMENT = 0.5
#: Fewer other columns than these do not tell what is usual.
FEW_COLUMNS = 3
#: Where columns usually agree less, they have no standing in common, and nothing can be compared.
LEAST_AGREEMENT = 0.2
#: Logarithms of how much likelier one story must be than the other. A shift against the column's own rows; against no
#: agreement at all; the same where little is known of the column; from some row on, with all rows to choose from.
SHIFTED, SHIFTED_NOT_STRAY, SHIFTED_SURELY, SHIFTED_FROM = 4.0, -1.5, 5.0, 10.0
#: Own rows against no agreement: who fits so well where the scores stand has not moved.
NOT_SHIFTED = 3.0
#: A shift that leaves a blank at the end where it began has shown itself already.
SHIFTED_WITH_BLANK = 3.0
#: Rows whose neighbours agree stand in the order of the standing, or of the scores, where every shift seems to fit: from
#: the first on more likelihood is asked for, so much for each, and from the second on there is no telling.
ALIKE, ALIKE_COSTS, IN_ORDER = 0.2, 6.0, 0.65
#: Own rows against no agreement: a sorted column below the first is stray; below the second where rows have another order.
SORTED, SORTED_APART = -4.0, 3.0
#: Standard deviations: at most so far above no agreement, and so far below the usual one.
SHUFFLED_BELOW, SHUFFLED_APART = 1.5, 3.7
#: A sorted column has so many distinct values, and one order in so many would be sorted by chance.
SORTED_VALUES, SORTED_BY_CHANCE = 5, 1e5
#: Scores as alike as if there were fewer than so many values, evenly used: attendance, ticks. They follow nothing.
COARSE = 5.0


@dataclass(frozen=True)
class Stray:
    """A column whose scores seem to belong to other students.

    Attributes:
        column: its position.
        how: "sorted", "shifted" or "shuffled".
        own: how the scores agree with their own students' standing, from -1 to 1; NaN where there is none.
        other: how they agree with that of the students they fit, or how columns usually do.
        rows: of a shift, 1 where the scores stand one row below their students, -1 where one above.
        start: of a shift, the position of the first row that it concerns.
    """

    column: int
    how: Literal["sorted", "shifted", "shuffled"]
    own: float
    other: float
    rows: int = 0
    start: int = 0


def find_strays(
    scores: Floats,
    known: Floats,
    *,
    twins: Sequence[int] = (),
    orders: Sequence[Integers] = (),
    has_other_order: Callable[[int], bool] = lambda _: False,
) -> list[Stray]:
    """Say which columns seem to belong to other students.

    Args:
        scores: persons x columns, NaN for none.
        known: persons x columns, what else is known of the persons.
        twins: for each column of `scores` the column of `known` that is the same line item, or -1.
        orders: for each column the persons in the order in which the sheet has them; by default as they are.
        has_other_order: whether the rows of a column stand in an evident order that is not the scores'; asked rarely.
    """
    standing = _Standing(scores, known, twins)
    found = []
    for column in range(scores.shape[1]):
        order = orders[column] if orders else slice(None)
        expected, sure = standing.usual(column)
        stray = judge(
            scores[order, column],
            standing.beside(column)[order],
            expected,
            sure=sure,
            has_other_order=partial(has_other_order, column),
        )
        if stray:
            found.append(Stray(column, *stray))
    return found


def find_stray_sheet(scores: Floats, known: Floats) -> Stray | None:
    """Say whether a sheet as a whole seems to belong to other students than those whom the gradebook knows.

    Args:
        scores: persons x columns in the order of the rows, NaN for none.
        known: persons x columns, what else is known of the persons.

    Returns:
        A stray with the column -1; None also where there are not two columns each that agree among themselves.
    """
    sides = [_Standing(each, np.empty((len(each), 0)), ()) for each in (scores, known)]
    if min(scores.shape[1], known.shape[1]) < 2:
        return None
    expected = math.sqrt(max(sides[0].agreement, 0.0) * max(sides[1].agreement, 0.0))
    sure = min(scores.shape[1], known.shape[1]) >= FEW_COLUMNS
    stray = judge(sides[0].mean, sides[1].mean, min(max(expected, 0.05), 0.9), sure=sure)
    return Stray(-1, *stray) if stray else None


def judge(
    scores: Floats,
    standing: Floats,
    expected: float,
    *,
    sure: bool,
    has_other_order: Callable[[], bool] = lambda: False,
) -> tuple[Literal["sorted", "shifted", "shuffled"], float, float, int, int] | None:
    """Say which story of one column is true: the fields of a `Stray` after its column, or None.

    Args:
        scores: one for each row, NaN for none.
        standing: one for each row, NaN for none.
        expected: the usual agreement, between 0 and 1.
        sure: whether other columns, and not only habit, say what is usual.
        has_other_order: whether the rows stand in an evident order.
    """
    y, x = standardise(scores), standardise(standing)
    own, count = agree(y, x)
    story = _weigh(y, x, expected)
    alone = story.sum() if count >= FEW_STUDENTS else 0.0
    if alone < SORTED_APART and is_sorted(scores):
        apart = has_other_order()
        if apart or (expected >= LEAST_AGREEMENT and alone < SORTED):
            return "sorted", own if count >= FEW_STUDENTS else math.nan, expected, 0, 0
    if count < FEW_STUDENTS or expected < LEAST_AGREEMENT:
        return None
    alike = max(agree(x, move(x, 1))[0], agree(y, move(y, 1))[0])
    more = ALIKE_COSTS * max(alike - ALIKE, 0.0)
    for rows in (1, -1) if alike < IN_ORDER else ():
        start = _find_shift(y, x, rows, expected, story, more=more, sure=sure)
        if start is not None:
            fits = agree(y[start:], move(x, rows)[start:])[0]
            return "shifted", agree(y[start:], x[start:])[0], fits, rows, start
    deviations = math.sqrt(count - 3)
    z = math.atanh(own) * deviations
    apart = math.atanh(expected) * deviations - z > SHUFFLED_APART
    if z < SHUFFLED_BELOW and apart and sure and not is_coarse(scores):
        return "shuffled", own, expected, 0, 0
    return None


def _find_shift(
    y: Floats, x: Floats, rows: int, expected: float, story: Floats, *, more: float, sure: bool
) -> int | None:
    """Give the first row from which the scores fit the students of the next row better than their own."""
    moved = move(x, rows)
    fits = _weigh(y, moved, expected)
    better = np.where(np.isnan(x + moved), 0.0, fits - story)
    from_here = np.cumsum(better[::-1])[::-1]
    if from_here.max() <= SHIFTED_WITH_BLANK:
        return None
    least = SHIFTED_NOT_STRAY if sure and not is_coarse(y) else SHIFTED_SURELY
    seen = np.flatnonzero(~np.isnan(x))
    blank = bool(np.isnan(y[seen[0] if rows > 0 else seen[-1]]))
    bound = more + (SHIFTED_WITH_BLANK if blank else SHIFTED)
    best = int(from_here.argmax())
    if from_here[0] <= bound and from_here[best] <= more + SHIFTED_FROM:
        return None
    for start in (best, 0) if from_here[best] > from_here[0] + SHIFTED_WITH_BLANK else (0,):
        enough = np.isfinite(y[start:] + moved[start:]).sum() >= FEW_STUDENTS
        if enough and fits[start:].sum() > least and story[start:].sum() < NOT_SHIFTED:
            return start
    return None


class _Standing:
    """The columns side by side, standardised, and the standing of each person beside one of them."""

    def __init__(self, scores: Floats, known: Floats, twins: Sequence[int]) -> None:
        self._width = scores.shape[1]
        z = standardise(np.hstack([scores, known]))
        self._there = ~np.isnan(z)
        self._filled = np.where(self._there, z, 0.0)
        self._twins = twins
        self._total = self._filled.sum(axis=1)
        self._count = self._there.sum(axis=1)
        self._agreements = np.array([agree(z[:, i], self.beside(i))[0] for i in range(z.shape[1])])

    @property
    def agreement(self) -> float:
        """How the columns agree with each other, on average; 0 for none."""
        return float(self._agreements.mean()) if len(self._agreements) else 0.0

    @property
    def mean(self) -> Floats:
        """Each person's mean of all columns; NaN where there are none."""
        return np.where(self._count > 0, self._total / np.maximum(self._count, 1), np.nan)

    def beside(self, column: int) -> Floats:
        """Give each person's mean of the other columns; NaN where there are none."""
        same = self._same(column)
        total = self._total - self._filled[:, same].sum(axis=1)
        count = self._count - self._there[:, same].sum(axis=1)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    def usual(self, column: int) -> tuple[float, bool]:
        """Give the agreement that other columns have, without the most and the least, and whether they are enough."""
        others = np.sort(np.delete(self._agreements, self._same(column)))
        cut = len(others) // 6
        others = others[cut : len(others) - cut]
        # One other column knows no more of what is usual than this one does.
        total = others.sum() if len(others) > 1 else 0.0
        usual = (total + USUAL_AGREEMENT) / (len(others) + 1 if len(others) > 1 else 1)
        return min(max(float(usual), 0.05), 0.9), len(others) >= FEW_COLUMNS

    def _same(self, column: int) -> list[int]:
        twin = self._twins[column] if self._twins and column < self._width else -1
        return [column] if twin < 0 else [column, self._width + twin]


def standardise(values: Floats) -> Floats:
    """Give each column a mean of 0 and a deviation of 1; NaN for none, and for all where they do not differ."""
    there = ~np.isnan(values)
    count = np.maximum(there.sum(axis=0), 1)
    apart = np.where(there, values, 0.0)
    apart = np.where(there, apart - apart.sum(axis=0) / count, np.nan)
    size = np.sqrt(np.where(there, apart**2, 0.0).sum(axis=0) / count)
    size = np.where(
        size > 1e-9 * np.abs(np.where(there, values, 0.0)).max(axis=0, initial=0), size, np.nan
    )
    z: Floats = np.minimum(np.maximum(apart / size, -FARTHEST), FARTHEST)
    return z


def agree(y: Floats, x: Floats) -> tuple[float, int]:
    """Give the correlation of the rows that have both, and how many there are."""
    both = ~np.isnan(y + x)
    a, b = y[both], x[both]
    n = max(len(a), 1)
    a, b = a - a.sum() / n, b - b.sum() / n
    size = math.sqrt(float(a @ a) * float(b @ b))
    return (min(max(float(a @ b) / size, -0.999), 0.999) if size else 0.0), len(a)


def move(values: Floats, rows: int) -> Floats:
    """Move values down by one row (1), or up (-1); the end that nothing moves to is NaN."""
    moved = np.full(len(values), np.nan)
    if rows > 0:
        moved[1:] = values[:-1]
    else:
        moved[:-1] = values[1:]
    return moved


def _weigh(y: Floats, x: Floats, expected: float) -> Floats:
    """Give, row by row, the log-likelihood that y follows x, against that it follows nothing; 0 without both."""
    left = 1 - expected**2
    story = (y**2 - (y - expected * x) ** 2 / left - math.log(left)) / 2
    return np.where(np.isnan(story), 0.0, story)


def is_sorted(scores: Floats) -> bool:
    """Whether the scores stand in order, up or down, and neither ties nor chance explain it."""
    found = scores[~np.isnan(scores)]
    if len(found) < FEW_STUDENTS:
        return False
    if (found[:-1] > found[1:]).any() and (found[:-1] < found[1:]).any():
        return False
    counts = np.unique(found, return_counts=True)[1]
    orders = math.lgamma(len(found) + 1) - sum(math.lgamma(count + 1) for count in counts)
    return len(counts) >= SORTED_VALUES and orders > math.log(2 * SORTED_BY_CHANCE)


def is_coarse(scores: Floats) -> bool:
    """Whether most scores are alike, as attendance is."""
    counts = np.unique(scores[~np.isnan(scores)], return_counts=True)[1]
    return bool(counts.sum() ** 2 < COARSE * (counts**2).sum())
