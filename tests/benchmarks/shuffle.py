"""How often sheets with shuffled scores are noticed, and honest ones flagged, on simulated classes.

Run it as `python tests/benchmarks/shuffle.py [SHEETS]`; it prints the tables of docs/checks.md, the same every time.
Each sheet has twelve columns of one class. The correlation is that between a column and the students' standing,
which is the mean of the other eleven.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable

import numpy as np

from gradetools.checks.standing import Floats, find_strays

SHEETS, COLUMNS, SPOILT, SEED = 500, 12, 4, 90210
CLASSES, CORRELATIONS = (30, 300), (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
#: Of arbitrary shuffles, the shares of the students whose scores change places.
SHARES = (0.25, 0.5, 0.75, 1.0)

Spoil = Callable[[Floats, np.random.Generator], Floats]


def tell(text: str = "") -> None:
    """Write a line."""
    sys.stdout.write(text + "\n")


def find_loading(correlation: float) -> float:
    """Give the correlation with ability that makes a column agree so with the mean of the eleven others."""
    low, high = 0.0, 1.0
    for _ in range(40):
        loading = (low + high) / 2
        square = loading**2
        agreement = loading * math.sqrt((COLUMNS - 1) * square / (1 + (COLUMNS - 2) * square))
        low, high = (loading, high) if agreement < correlation else (low, loading)
    return loading


def make_class(students: int, correlation: float, chance: np.random.Generator) -> Floats:
    """Make the scores of a class, students x columns, in the order of a roster, where ability is random."""
    loading = find_loading(correlation)
    ability = chance.standard_normal((students, 1))
    luck = chance.standard_normal((students, COLUMNS))
    return loading * ability + math.sqrt(1 - loading**2) * luck


def sort_alone(scores: Floats, _: np.random.Generator) -> Floats:
    """Sort one column without the others."""
    return replace(scores, np.sort(scores[:, SPOILT]))


def shift(scores: Floats, chance: np.random.Generator) -> Floats:
    """Move one column by a row, up or down, and leave a blank where it began."""
    rows = chance.choice([-1, 1])
    moved = np.roll(scores[:, SPOILT], rows)
    moved[0 if rows > 0 else -1] = np.nan
    return replace(scores, moved)


def roll(scores: Floats, chance: np.random.Generator) -> Floats:
    """Move one column by a row, and let what falls out come in at the other end."""
    return replace(scores, np.roll(scores[:, SPOILT], chance.choice([-1, 1])))


def shift_half(scores: Floats, chance: np.random.Generator) -> Floats:
    """Move one column by a row from the middle on."""
    column, middle = scores[:, SPOILT].copy(), len(scores) // 2
    column[middle:] = shift(scores[middle:], chance)[:, SPOILT]
    return replace(scores, column)


def shuffle(share: float) -> Spoil:
    """Let a share of the scores of one column change places."""

    def spoil(scores: Floats, chance: np.random.Generator) -> Floats:
        column = scores[:, SPOILT].copy()
        some = chance.choice(len(column), max(2, round(share * len(column))), replace=False)
        column[some] = column[chance.permutation(some)]
        return replace(scores, column)

    return spoil


def replace(scores: Floats, column: Floats) -> Floats:
    """Make the same scores with another column."""
    spoilt = scores.copy()
    spoilt[:, SPOILT] = column
    return spoilt


def round_to(points: int, mean: float, deviation: float) -> Spoil:
    """Give the scores as whole points, from 0 to so many."""
    return lambda scores, _: np.clip(np.round(mean + deviation * scores), 0, points)


def attend(scores: Floats, chance: np.random.Generator) -> Floats:
    """Make one column the lessons that were attended, of twenty, by chance."""
    return replace(scores, chance.binomial(20, 0.93, len(scores)).astype(float))


def leave_blank(scores: Floats, chance: np.random.Generator) -> Floats:
    """Leave one cell in ten blank, and a column empty but for the first half."""
    blank = np.where(chance.random(scores.shape) < 0.1, np.nan, scores)
    blank[len(blank) // 2 :, SPOILT] = np.nan
    return blank


SPOILT_SHEETS: dict[str, Spoil] = {
    "sorted alone": sort_alone,
    "shifted by one, a blank at the end": shift,
    "shifted by one, rolled over": roll,
    "shifted by one from the middle on": shift_half,
    "sorted alone, rows in no order": sort_alone,
    **{f"shuffled, {share:.0%} of the students": shuffle(share) for share in SHARES},
}
HONEST_SHEETS: dict[str, Spoil] = {
    "in the order of a roster": lambda scores, _: scores,
    "sorted by a score column": lambda scores, _: scores[np.argsort(scores[:, SPOILT])],
    "sorted by the total": lambda scores, _: scores[np.argsort(-scores.sum(axis=1))],
    "whole points from 0 to 5": round_to(5, 3.5, 1.2),
    "whole points from 0 to 10, many full marks": round_to(10, 8.0, 2.0),
    "a column of full marks": lambda scores, _: replace(scores, np.full(len(scores), 10.0)),
    "one cell in ten blank, one column half empty": leave_blank,
    "a column of attendance, unrelated": attend,
    "a finely graded column, unrelated": shuffle(1.0),
}
#: These have lost the order of the roster.
REORDERED = (
    "sorted alone, rows in no order",
    "sorted by a score column",
    "sorted by the total",
)


def is_flagged(scores: Floats, *, roster: bool, told: bool) -> bool:
    """Whether something is asked about a sheet, or at least told: a shuffle is only a warning."""
    nothing = np.empty((len(scores), 0))
    strays = find_strays(scores, nothing, has_other_order=lambda _: roster)
    return any(told or stray.how != "shuffled" for stray in strays)


def measure(
    students: int, correlation: float, kind: str, sheets: int, *, told: bool = True
) -> float:
    """Give the share of sheets of a kind that something is told about, or only those that are asked about."""
    spoil, roster = {**SPOILT_SHEETS, **HONEST_SHEETS}[kind], kind not in REORDERED
    chance = np.random.default_rng(SEED)
    made = (spoil(make_class(students, correlation, chance), chance) for _ in range(sheets))
    return sum(is_flagged(scores, roster=roster, told=told) for scores in made) / sheets


def tell_table(title: str, kinds: Iterable[str], sheets: int, *, told: bool) -> None:
    """Write a Markdown table: a row for each class and kind of sheet, in per cent for each correlation."""
    tell(f"| {title} | students | " + " | ".join(f"{each:.1f}" for each in CORRELATIONS) + " |")
    tell("|---|--:|" + "--:|" * len(CORRELATIONS))
    for kind in kinds:
        for students in CLASSES:
            shares = (measure(students, r, kind, sheets, told=told) for r in CORRELATIONS)
            numbers = " | ".join(f"{100 * share:.1f}" for share in shares)
            tell(f"| {kind} | {students} | {numbers} |")
    tell()


def main(sheets: int) -> None:
    """Measure and tell."""
    tell_table("noticed, of 100 spoilt sheets", SPOILT_SHEETS, sheets, told=True)
    tell_table("asked about, of 100 honest sheets", HONEST_SHEETS, sheets, told=False)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SHEETS)
