"""Checks of columns whose scores, all together, are far below what they would be points of."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from gradetools.checks.about_columns import EXTRA_CREDIT, MANY_POINTS, tell_items
from gradetools.checks.facts import Facts
from gradetools.checks.registry import Finding, check
from gradetools.checks.values import Kind, guess_full_mark

#: Fewer scores than these may all be low by chance: of a column that is scaled, and of one that is not.
FEW_SCALED, FEW_SCORES = 3, 5
#: Scores that are scaled from less than so many times the maximum may well all be at most that; from so many times, also
#: scores with some extra credit are plainly the line item's points.
FAR_SCALED, VERY_FAR_SCALED = 2, 5
#: On an item of many points, scores of which none is above this share are looked at twice: a tenth, and some extra
#: credit; of many scores somebody's is above a quarter even in a hard exam.
FAR_BELOW = 1 / 8
MANY_SCORES, FAR_BELOW_OF_MANY = 15, 1 / 4
#: With these a zero stands for what was not handed in, or does not count.
_NOT_GIVEN = ("not submitted", "exempt")


class _Group(NamedTuple):
    """The numbers of one column and line item, of which one at least is above zero.

    Attributes:
        key, title: the column, and what to call its scores.
        high, stated: the line item's maximum, and the sheet's own, NaN for none.
        number, positive: how many there are, and how many above zero.
        top: the highest.
        text, score: the first above zero, as it stands and as points.
    """

    key: str
    title: str
    high: float
    stated: float
    number: int
    positive: int
    top: float
    text: str
    score: float


def _list_groups(facts: Facts, *, scaled: bool) -> Iterator[_Group]:
    """Go through the numbers in columns that are scaled or not, by column and line item; a long sheet's column has many."""
    entries, width = facts.entries, len(facts.score_columns)
    wanted = [(str(each.column) in facts.columns.scale) == scaled for each in facts.score_columns]
    if not any(wanted):
        return
    numbers = (entries["kind"] == Kind.NUMBER).to_numpy() & entries["high"].notna().to_numpy()
    places = np.flatnonzero(numbers & np.tile(wanted, len(facts.students)))
    items, values = facts.item_columns[places], entries["value"].to_numpy()[places]
    counts = np.bincount(items)
    top = np.full(len(counts), -np.inf)
    np.maximum.at(top, items, values)
    above = values > 0
    positive = np.bincount(items[above])
    found, first = np.unique(items[above], return_index=True)
    rows: Iterator[Any] = entries.iloc[places[above][first]].itertuples()
    long = bool(facts.columns.of("line_item"))
    groups = [
        _Group(
            row.key, row.line_item_title if long else row.key, row.high, row.stated,
            int(counts[item]), int(positive[item]), float(top[item]), row.text.strip(), row.score,
        )
        for item, row in zip(found.tolist(), rows, strict=True)
    ]  # fmt: skip
    order = np.lexsort((found, found % width))
    yield from (groups[i] for i in order.tolist())


@check(
    "all-within-maximum",
    "question",
    means=f"All scores, at least {FEW_SCALED}, are at most the line item's maximum, and are scaled from at least twice that: a "
    "scale of another sheet, perhaps, that came with kept columns.",
    fix="Press “Put it back” beside the scaling, below the sheet in step 4 of the form (unscaled in Python), scale from another "
    "full mark, or answer "
    '"accept" if they are as low as that.',
    answers=("accept",),
)
def _all_within_maximum(facts: Facts) -> Iterator[Finding]:
    for each in _list_groups(facts, scaled=True):
        scale = facts.columns.scale[each.key]
        # Where the sheet itself says what its scores are of, there is no doubt.
        doubtful = scale >= FAR_SCALED * each.high and each.stated != scale
        extra = EXTRA_CREDIT if scale >= VERY_FAR_SCALED * each.high else 1
        if doubtful and each.number >= FEW_SCALED and each.top <= extra * each.high:
            least = f"{each.high:g}, which is what the line item goes to"
            if each.top > each.high:
                least = f"{each.top:g}, and the line item goes to {each.high:g}"
            message = (
                f"All {each.number:,} scores of {each.title!r} are at most {least}; scaled from {scale:g}, {each.text} "
                f"becomes {each.score:g}."
            )
            yield Finding(0, each.key, message)


@check(
    "all-far-below-maximum",
    "question",
    means=f"No score, of at least {FEW_SCORES}, is above an eighth of the maximum, or of at least {MANY_SCORES}, above a quarter, on an "
    f"item of {MANY_POINTS} points or more: the points of another line item, perhaps, or of another full mark.",
    fix='Choose the other line item, scale the column from its own full mark, or answer "accept" to keep the points.',
    answers=("accept",),
)
def _all_far_below_maximum(facts: Facts) -> Iterator[Finding]:
    for each in _list_groups(facts, scaled=False):
        # Shares have their own question, and so has another maximum; zeros stand for what was not handed in.
        doubtful = each.high >= MANY_POINTS and math.isnan(each.stated) and each.top > 1
        enough = each.number >= FEW_SCORES and each.positive > each.number / 2
        share = FAR_BELOW if each.number < MANY_SCORES else FAR_BELOW_OF_MANY
        if doubtful and enough and each.top <= share * each.high:
            message = f"All {each.number:,} scores of {each.title!r} are at most {each.top:g}, and the line item goes to {each.high:g}."
            fix = (
                f"Scale from {guess_full_mark(each.top)} if that is their full mark, choose the other line item, or answer "
                f'"accept" if they are points of {each.high:g}.'
            )
            yield Finding(0, each.key, message, fix)


@check(
    "all-zero",
    "question",
    means=f"All scores of a column, at least {FEW_SCORES}, are 0, and no status says why: not given yet, perhaps, for some programs fill "
    "such a column with zeros.",
    fix='Ignore the column if its grades are not given yet, or answer "accept" if they are 0.',
    answers=("accept",),
)
def _all_zero(facts: Facts) -> Iterator[Finding]:
    entries, items = facts.entries, facts.item_columns
    score, high = entries["score"].to_numpy(), entries["high"].to_numpy()
    if not (score == 0).any():
        return
    kind, item = entries["kind"].to_numpy(), entries["item"].to_numpy()
    given = ((kind == Kind.NUMBER) | (kind == Kind.SHARE)) & (item >= 0)
    others = np.bincount(items[given & (score != 0)], minlength=items.max(initial=0) + 1)
    zeros = given & (score == 0) & (high != 0) & (others == 0).take(items)
    if not zeros.any():
        return
    zeros &= ~(entries["score_status"].isin(_NOT_GIVEN) | (entries["missing"] == "true")).to_numpy()
    for key, title, _, places in tell_items(facts, zeros):
        if len(places) >= FEW_SCORES:
            yield Finding(0, key, f"All {len(places):,} scores of {title!r} are 0: not given yet?")
