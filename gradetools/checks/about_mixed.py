"""Checks of columns whose scores are in two scales, or of which some lost their decimal point."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradetools.checks.about_columns import (
    MANY_POINTS,
    Marks,
    Places,
    list_numbers,
    name_lines,
    tell_items,
)
from gradetools.checks.facts import Facts
from gradetools.checks.registry import MOST_TOLD, Finding, check

#: So many scores above zero, one below the other, or this share of all, are more than a few bad marks; all of them are at most
#: an eighth of the maximum.
FEW_LOW, MANY_LOW, LOW = 5, 1 / 3, 1 / 8
#: The others are more than a quarter of the maximum, and more than so many times the low ones, but for few of them.
FAR_ABOVE, TIMES, FEW_NEAR = 1 / 4, 2, 1 / 10
#: Fewer other scores do not tell what is usual.
FEW_OTHERS = 3
#: A score that lost its point is a tenth; so many others tell that, and hardly one of them is below so many times of it.
TENTH, FEW_SCORES, TIMES_A_SLIP, HARDLY = 10, 5, 3, 1 / 20

#: What to do where nearly all are shares: once all are, the check asks to scale them.
_SHARES = (
    "Correct the few to shares as the others are, 0.68 for 68, and check again: then all can be scaled from 1; or answer "
    '"accept" if they are as low as that.'
)

Numbers = NDArray[np.float64]


@check(
    "two-scales",
    "question",
    means=f"Several scores of a column, at least {FEW_LOW} one below the other or a third of all, are at most an eighth of the maximum, "
    f"and the others far higher, on an item of {MANY_POINTS} points or more: two graders, perhaps, with two full marks. Shares from 0 to 1 are asked "
    f"about where hardly one in {round(1 / FEW_NEAR)} is none, and warned of (`fraction-among-scores`) where more are.",
    fix='Bring the scores to one full mark in the sheet and load it again, or answer "accept" if they are as low as that.',
    answers=("accept",),
)
def _two_scales(facts: Facts) -> Iterator[Finding]:
    for key, title, high, places, low in list_mixed(facts):
        values = facts.entries["value"].to_numpy()
        top, others = values[low].max(), np.setdiff1d(places[values[places] > 0], low)
        few = "the others"
        if len(others) == 1:
            few = f"the other ({values[others[0]]:g}, {name_lines(facts, others)})"
        elif len(others) <= FEW_LOW:
            few = f"the others ({name_lines(facts, others)})"
        message = (
            f"{len(low):,} of the {len(places):,} scores of {title!r} are at most {top:g} ({name_lines(facts, low)}), of "
            f"{high:g} possible points, and {few} far higher: are they of another full mark?"
        )
        yield Finding(0, key, message, _SHARES if top <= 1 else "")


def list_mixed(facts: Facts) -> Iterator[tuple[str, str, float, Places, Places]]:
    """Go through the columns in two scales: column, what to call it, maximum, its scores, and the low ones of them."""
    numbers, items = list_numbers(facts, least=MANY_POINTS), facts.item_columns
    values, high = (facts.entries[name].to_numpy() for name in ("value", "high"))
    low = numbers & (values > 0) & (values <= LOW * high)
    counts = np.bincount(items[low], minlength=items.max(initial=0) + 1)
    for key, title, top, places in tell_items(facts, numbers & (counts >= FEW_LOW).take(items)):
        found = _find_low(values[places], top)
        if len(found):
            yield key, title, top, places, places[found]


def _find_low(values: Numbers, high: float) -> Places:
    """Find the low scores of a column that are in another scale than the others; none where they may well be in one."""
    low = values <= LOW * high
    block = _find_block(values, low)
    several = low & (values > 0)
    # Shares are told by what they are, wherever they stand.
    scattered = not block.any() or values[several].max(initial=0) <= 1
    if scattered and several.sum() >= MANY_LOW * (values > 0).sum():
        block = several
    top, others = values[block].max(initial=0), values[~block & (values > 0)]
    # Shares have their own warning, unless the column is one of shares but for a few.
    shares = top <= 1 and 0 < len(others) <= FEW_NEAR * block.sum()
    if not shares and (top <= 1 or len(others) < FEW_OTHERS):
        return np.empty(0, dtype=np.intp)
    near = (others <= max(FAR_ABOVE * high, TIMES * top)).sum()
    return np.flatnonzero(block & (near <= FEW_NEAR * len(others)))


def _find_block(values: Numbers, low: Marks) -> Marks:
    """Find the low scores one below the other that are most; none where they are few. Zeros stand for what was not handed in."""
    runs = np.cumsum(np.diff(low, prepend=False)) * low
    counts = np.bincount(runs[low & (values > 0)], minlength=1)
    zeros = np.bincount(runs[low & (values <= 0)], minlength=len(counts))[: len(counts)]
    counts = np.where(counts > zeros, counts, 0)
    block: Marks = (runs == counts.argmax()) & low & (values > 0)
    return block if counts.max() >= FEW_LOW else np.zeros(len(values), dtype=bool)


@check(
    "slipped-point",
    "warning",
    means=f"A score with more decimals than most of its column is at most a tenth of the maximum, of {MANY_POINTS} points or more, and "
    f"ten times as much would be as the others: 8.4 for 84. More than {MOST_TOLD} of a column are told as one.",
    fix="Correct the cell if its point slipped; nothing, if it is as low as that.",
)
def _slipped_point(facts: Facts) -> Iterator[Finding]:
    for key, title, high, places in _list_slipped(facts):
        found = facts.entries.iloc[places]
        if len(places) > MOST_TOLD:
            message = (
                f"{len(places):,} scores of {title!r} ({name_lines(facts, places)}) are a tenth of what the others are, of {high:g} "
                f"possible points, the first of them {found['text'].iloc[0].strip()}."
            )
            yield Finding(0, key, message)
            continue
        for line, text, score in zip(found["line"], found["text"], found["score"], strict=True):
            message = (
                f"{text.strip()} of {high:g} points is far below the other scores of {key!r}; {score * TENTH:g} would be as they "
                "are: did its point slip?"
            )
            fix = (
                f"Write {score * TENTH:g} if the point slipped; nothing, if it is {score:g} points."
            )
            yield Finding(line, key, message, fix)


def _list_slipped(facts: Facts) -> Iterator[tuple[str, str, float, Places]]:
    """Go through the columns in which points seem to have slipped: column, what to call it, maximum, and these scores."""
    numbers, items = list_numbers(facts, least=MANY_POINTS), facts.item_columns
    values, high = (facts.entries[name].to_numpy() for name in ("value", "high"))
    few = numbers & (values > 1) & (values <= high / TENTH) & (values % 1 > 0)
    if not few.any():
        return
    counts = np.bincount(items[few], minlength=items.max() + 1)
    asked = {items[places[0]] for *_, places, _ in list_mixed(facts)}
    for key, title, top, places in tell_items(facts, numbers & (counts > 0).take(items)):
        slipped = places[few[places]]
        others = values[places[~few[places] & (values[places] > 0)]]
        enough = len(others) >= max(FEW_SCORES, 2 * len(slipped))
        if not enough or items[places[0]] in asked:
            continue
        found = values[slipped]
        far = others[others > TIMES_A_SLIP * found.max()]
        if len(others) - len(far) <= max(1, HARDLY * len(others)):
            usual = np.median(_count_decimals(others))
            fits = (TENTH * found >= far.min()) & (_count_decimals(found) > usual)
            if fits.any():
                yield key, title, top, slipped[fits]


def _count_decimals(values: Numbers) -> NDArray[np.intp]:
    """Count the decimals of numbers, up to two; 3 where there are more."""
    counts = np.full(len(values), 3, dtype=np.intp)
    for digits in (2, 1, 0):
        counts[np.isclose(values, np.round(values, digits), rtol=0, atol=1e-9)] = digits
    return counts
