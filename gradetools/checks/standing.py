"""Whether scores still belong to their students: how each column agrees with the students' standing.

Theory of operation. A student's standing beside a column is the mean of all other columns, each standardised.
A column usually agrees with it, to a degree that the other columns tell. Four stories of a column are weighed as
likelihoods of normal variables with that correlation: the scores follow the standing of their own rows, that of the
row above, that of the row below, or none. A correlation alone could not tell a shifted column of thirty students from an
honest one; two stories about the same rows differ by five standard deviations.

How far two stories are apart is known beforehand. Where the standing of a row and of the next differ by d, and the usual
agreement is r, the logarithm of the ratio of their likelihoods has the variance V = r² / (1 - r²) · sum of d², and the mean
-V/2 if the scores are in their rows, V/2 if they are in the next. So the bound follows from how often an honest sheet may
be asked about. Where V is small (few students, columns that hardly agree, rows in the order of standing or scores) the two
cannot be told apart, and nothing is said.

A column that was sorted alone needs no likelihoods where the rows are in another evident order: it is exactly in order,
and chance does not do that.

`tests/benchmarks/shuffle.py` measures all of it; the bounds below come from there.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
How = Literal["sorted", "shifted", "shuffled"]

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
#: Stories that are fewer standard deviations apart are not told apart: own rows and next rows; own rows and none.
APART, APART_FROM_NONE = 3.0, 2.5
#: The share of honest sheets that may be asked about a shift, by the theory above.
RARELY = 0.01
#: Logarithms of how much likelier one story must be than the other. A shift against the column's own rows, at least;
#: the same from some row on, with all rows to choose from, and to be told with that row.
SHIFTED, SHIFTED_FROM, SHIFTED_RATHER_FROM = 3.5, 10.0, 3.0
#: A shift against no agreement: to be told, to be asked about, and to be asked about where little is known of the column.
SHIFTED_PERHAPS, SHIFTED_ASKED, SHIFTED_SURELY = -3.0, -2.0, 5.0
#: Own rows against no agreement: who fits so well where the scores stand has not moved.
NOT_SHIFTED = 4.0
#: Own rows against no agreement: a sorted column below the first is stray; below the second where rows have another order.
SORTED, SORTED_APART = -5.0, 3.0
#: Standard deviations: at most so far above no agreement, and so far below the usual one.
SHUFFLED_BELOW, SHUFFLED_APART = 1.5, 3.7
#: A sorted column has so many distinct values, and one order in so many would be sorted by chance.
SORTED_VALUES, SORTED_BY_CHANCE = 5, 1e4
#: Scores as alike as if there were fewer than so many values, evenly used: attendance, ticks. They follow nothing.
COARSE = 5.0


@dataclass(frozen=True)
class Stray:
    """A column whose scores seem to belong to other students.

    Attributes:
        column: its position, -1 for the sheet as a whole.
        how: "sorted", "shifted" or "shuffled"; a shift that is less likely than no agreement at all is "shuffled".
        own: how the scores agree with their own students' standing, from -1 to 1; NaN where there is none.
        other: how they agree with that of the students they fit, or how columns usually do.
        rows: of a shift, 1 where the scores stand one row below their students, -1 where one above; 0 where nothing speaks for one.
        start: of a shift, the position of the first row that it concerns.
    """

    column: int
    how: How
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
    usual = [standing.usual(column) for column in range(scores.shape[1])]
    stories = _Stories(
        _put_in_order(scores, orders),
        _put_in_order(standing.beside[:, : scores.shape[1]], orders),
        np.array([agreement for agreement, _ in usual]),
        np.array([sure for _, sure in usual], dtype=bool),
    )
    return list(stories.find_strays(has_other_order))


def find_stray_sheet(scores: Floats, known: Floats) -> Stray | None:
    """Say whether a sheet as a whole seems to belong to other students than those whom the gradebook knows.

    Args:
        scores: persons x columns in the order of the rows, NaN for none.
        known: persons x columns, what else is known of the persons.

    Returns:
        A stray with the column -1; None also where there are not two columns each that agree among themselves.
    """
    columns = min(scores.shape[1], known.shape[1])
    if columns < 2:
        return None
    sheet, book = (_Standing(each, np.empty((len(each), 0)), ()) for each in (scores, known))
    usual = _limit(math.sqrt(max(sheet.agreement, 0.0) * max(book.agreement, 0.0)))
    sure = columns >= FEW_COLUMNS
    stories = _Stories(sheet.mean[:, None], book.mean[:, None], np.array([usual]), np.array([sure]))
    found = next(stories.find_strays(lambda _: False), None)
    return dataclasses.replace(found, column=-1) if found else None


@dataclass(frozen=True, eq=False)
class _Stories:
    """Columns in the order of their rows, beside the standing of these rows, and what may be told of them.

    Attributes:
        scores: rows x columns, NaN for none.
        standing: the same.
        usual: for each column the usual agreement, between 0 and 1.
        sure: for each column whether other columns, and not only habit, say what is usual.
    """

    scores: Floats
    standing: Floats
    usual: Floats
    sure: NDArray[np.bool_]

    def find_strays(self, has_other_order: Callable[[int], bool]) -> Iterator[Stray]:
        """Tell the story of each column that strays."""
        shifts = {**self._find_shifts(-1), **self._find_shifts(1)}
        for k, (own, count) in enumerate(zip(*self._own, strict=True)):
            enough = count >= FEW_STUDENTS
            if self._is_sorted_alone(k, has_other_order, enough=enough):
                yield Stray(k, "sorted", float(own) if enough else math.nan, float(self.usual[k]))
            elif k in shifts:
                yield shifts[k]
            elif enough and self._is_shuffled(k):
                yield Stray(k, "shuffled", float(own), float(self.usual[k]))

    @cached_property
    def _y(self) -> Floats:
        return standardise(self.scores)

    @cached_property
    def _x(self) -> Floats:
        return standardise(self.standing)

    @cached_property
    def _own(self) -> tuple[Floats, Integers]:
        """How each column agrees with its own rows, and how many have both."""
        return agree(self._y, self._x)

    @cached_property
    def _story(self) -> Floats:
        """Row by row, how much likelier it is that the scores follow their own students than that they follow nothing."""
        return self._weigh(self._x)

    @property
    def _odds(self) -> Floats:
        square = self.usual**2
        return square / (1 - square)

    def _weigh(self, x: Floats) -> Floats:
        """Give, row by row, the log-likelihood that y follows x, against that it follows nothing; 0 without both."""
        left = 1 - self.usual**2
        story = (self._y**2 - (self._y - self.usual * x) ** 2 / left - np.log(left)) / 2
        return np.where(np.isnan(story), 0.0, story)

    def _is_sorted_alone(
        self, k: int, has_other_order: Callable[[int], bool], *, enough: bool
    ) -> bool:
        alone = self._story[:, k].sum() if enough else 0.0
        if alone >= SORTED_APART or not is_sorted(self.scores[:, k]):
            return False
        apart = math.sqrt(self._odds[k] * self._own[1][k])
        known = apart >= APART_FROM_NONE and self.usual[k] >= LEAST_AGREEMENT
        return (known and alone < SORTED) or has_other_order(k)

    def _is_shuffled(self, k: int) -> bool:
        own, count = (each[k] for each in self._own)
        deviations = math.sqrt(count - 3)
        z = math.atanh(own) * deviations
        apart = math.atanh(self.usual[k]) * deviations
        strange = z < SHUFFLED_BELOW and apart - z > SHUFFLED_APART
        known = bool(self.sure[k]) and self.usual[k] >= LEAST_AGREEMENT
        return strange and known and not is_coarse(self.scores[:, k])

    def _find_shifts(self, rows: int) -> dict[int, Stray]:
        """Find the columns whose scores fit the students of the next row better than their own."""
        # What was moved out at one end often comes in at the other.
        moved = np.roll(self._x, rows, axis=0)
        there = ~np.isnan(self._y + self._x + moved)
        fits = self._weigh(moved)
        gain = np.cumsum(np.where(there, fits - self._story, 0.0)[::-1], axis=0)[::-1]
        apart = self._measure_apart(self._x, rows)
        told_apart = np.minimum(apart, self._measure_apart(self._y, rows)) >= APART
        told_apart &= self.usual >= LEAST_AGREEMENT
        rare = NormalDist().inv_cdf(1 - RARELY / (2 * len(self.usual)))
        least = np.maximum(rare * apart - apart**2 / 2, SHIFTED)
        whole = told_apart & (gain[0] + self._weigh_blank(rows) > least)
        found = {}
        for k in np.flatnonzero(told_apart & (whole | (gain.max(axis=0) > SHIFTED_FROM))).tolist():
            for start in _list_starts(gain[:, k], whole=bool(whole[k])):
                y, x, following = (each[start:, [k]] for each in (self._y, self._x, moved))
                fit = float(fits[start:, k].sum())
                if self._is_shift(k, fit, self._story[start:, k].sum()) and (
                    there[start:, k].sum() >= FEW_STUDENTS
                ):
                    own, other = (float(agree(y, each)[0][0]) for each in (x, following))
                    # What stands above a shift should fit its own rows.
                    likely = self._story[:start, k].sum() + fit > SHIFTED_ASKED
                    how: How = "shifted" if likely else "shuffled"
                    found[k] = Stray(k, how, own, other, rows, start)
                    break
        return found

    def _is_shift(self, k: int, fit: float, story: float) -> bool:
        surely = not self.sure[k] or is_coarse(self.scores[:, k])
        return fit > (SHIFTED_SURELY if surely else SHIFTED_PERHAPS) and story < NOT_SHIFTED

    def _measure_apart(self, values: Floats, rows: int) -> Floats:
        """Give the standard deviations between own rows and the next, as one side of them tells; the last row has none."""
        d = values - np.roll(values, rows, axis=0)
        d[0 if rows > 0 else -1] = np.nan
        both = ~np.isnan(d + self._y + self._x)
        apart: Floats = np.sqrt(self._odds * np.where(both, d**2, 0.0).sum(axis=0))
        return apart

    def _weigh_blank(self, rows: int) -> Floats:
        """Say what a blank tells that stands where a shift by so many rows begins: much where there are few."""
        seen = ~np.isnan(self._x)
        blank = seen & np.isnan(self._y)
        ways = slice(None, None, 1 if rows > 0 else -1)
        first = seen[ways].argmax(axis=0)
        begins = blank[ways][first, np.arange(len(first))]
        rarity = seen.sum(axis=0) / np.maximum(6 * blank.sum(axis=0), 1)
        return np.where(begins, np.log(np.maximum(rarity, 1.0)), 0.0)


def _list_starts(gain: Floats, *, whole: bool) -> list[int]:
    """List the rows from which a column may have been shifted, the likeliest first."""
    best = int(gain.argmax())
    starts = [0] if whole else []
    if gain[best] > SHIFTED_FROM and gain[best] > gain[0] + SHIFTED_RATHER_FROM:
        return [best, *starts]
    return starts or [0]


class _Standing:
    """The columns side by side, standardised, and the standing of each person beside each of them.

    Attributes:
        mean: each person's mean of all columns; NaN where there are none.
        beside: for each column each person's mean of the others, its twin left out; NaN where there are none.
    """

    def __init__(self, scores: Floats, known: Floats, twins: Sequence[int]) -> None:
        z = standardise(np.hstack([scores, known]))
        there = ~np.isnan(z)
        filled = np.where(there, z, 0.0)
        pairs = [(k, scores.shape[1] + twin) for k, twin in enumerate(twins) if twin >= 0]
        self._twins = {**dict(pairs), **{twin: k for k, twin in pairs}}
        mine, theirs = list(self._twins), list(self._twins.values())
        own, owns = filled.copy(), there.astype(int)
        own[:, mine] += filled[:, theirs]
        owns[:, mine] += there[:, theirs]
        total, count = filled.sum(axis=1, keepdims=True), there.sum(axis=1, keepdims=True)
        self.mean = _divide(total, count)[:, 0]
        self.beside = _divide(total - own, count - owns)
        self._agreements = agree(z, self.beside)[0]

    @property
    def agreement(self) -> float:
        """How the columns agree with each other, on average; 0 for none."""
        return float(self._agreements.mean()) if len(self._agreements) else 0.0

    def usual(self, column: int) -> tuple[float, bool]:
        """Give the agreement that other columns have, without the most and the least, and whether they are enough."""
        same = [column, self._twins.get(column, column)]
        others = np.sort(np.delete(self._agreements, same))
        cut = len(others) // 6
        others = others[cut : len(others) - cut]
        # One other column knows no more of what is usual than this one does.
        total = others.sum() if len(others) > 1 else 0.0
        usual = (total + USUAL_AGREEMENT) / (len(others) + 1 if len(others) > 1 else 1)
        return _limit(float(usual)), len(others) >= FEW_COLUMNS


def _limit(agreement: float) -> float:
    return min(max(agreement, 0.05), 0.9)


def _divide(total: Floats, count: Integers) -> Floats:
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _put_in_order(values: Floats, orders: Sequence[Integers]) -> Floats:
    """Put each column of persons into the order of its rows; a column of fewer rows ends in NaN."""
    if not orders:
        return values
    rows = np.full((max(len(order) for order in orders), len(orders)), np.nan)
    for k, order in enumerate(orders):
        rows[: len(order), k] = values[order, k]
    return rows


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


def agree(y: Floats, x: Floats) -> tuple[Floats, Integers]:
    """Give for each column the correlation of the rows that have both, and how many there are."""
    both = ~np.isnan(y + x)
    count = both.sum(axis=0)
    a, b = (np.where(both, each, 0.0) for each in (y, x))
    a, b = (np.where(both, each - each.sum(axis=0) / np.maximum(count, 1), 0.0) for each in (a, b))
    size = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    agreement = (a * b).sum(axis=0) / np.where(size > 0, size, 1.0)
    return np.clip(agreement, -0.999, 0.999), count


def is_sorted(scores: Floats) -> bool:
    """Whether the scores stand in order, up or down, and neither ties nor chance explain it."""
    found = scores[~np.isnan(scores)]
    if (found[:-1] > found[1:]).any() and (found[:-1] < found[1:]).any():
        return False
    counts = np.unique(found, return_counts=True)[1]
    return len(counts) >= SORTED_VALUES and log_orders(counts) > math.log(2 * SORTED_BY_CHANCE)


def log_orders(counts: Integers) -> float:
    """Give the logarithm of how many different orders values have, of which each comes so many times."""
    return math.lgamma(int(counts.sum()) + 1) - sum(math.lgamma(n + 1) for n in counts.tolist())


def is_coarse(scores: Floats) -> bool:
    """Whether most scores are alike, as attendance is."""
    counts = np.unique(scores[~np.isnan(scores)], return_counts=True)[1]
    return bool(counts.sum() ** 2 < COARSE * (counts**2).sum())
