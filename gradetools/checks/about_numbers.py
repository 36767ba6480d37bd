"""Checks of scores that are written in another way than the rest of their column: shares, percents, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks.about_columns import (
    MANY_POINTS,
    Marks,
    list_numbers,
    name_lines,
    tell_items,
)
from gradetools.checks.about_mixed import list_mixed
from gradetools.checks.facts import Facts
from gradetools.checks.registry import MOST_TOLD, Finding, check
from gradetools.checks.values import Kind, to_points

#: Fewer percents than these do not tell that a number among them was written in another way.
FEW_OTHERS = 5
#: So many percents, none above this share, are shares to which a sign was put.
FEW_SHARES, SMALL_SHARE = 3, 0.01
#: A fraction is looked at on an item of so many points or more.
SOME_POINTS = 10
#: A score written as one of another, perhaps as text: the parts of one that may be a date, and the lower part of any.
_ONE_OF = r"^[\s='\"]*([0-9]{1,2})\s*/\s*([0-9]{1,2})[\s\"]*$"
_BELOW = r"/\s*([0-9]+(?:[.,][0-9]+)?)[\s\"]*$"
_DAYS, _MONTHS = 31, 12


@check(
    "number-among-percents",
    "question",
    means=f"A number without % stands in a column of percents, of at least {FEW_OTHERS}, and would be another score with it.",
    fix='Write the % if that is meant, or answer "accept" if it is points.',
    answers=("accept",),
)
def _number_among_percents(facts: Facts) -> Iterator[Finding]:
    for row in facts.where(_among_percents(facts)):
        message = f"{row.text.strip()} has no %, unlike the other scores of {row.key!r}: it is read as {row.score:g} of {row.high:g} points."
        fix = (
            f'Write {_as_percent(row.score)} if that is meant, or answer "accept" if it is points.'
        )
        yield Finding(row.line, row.key, message, fix)


def _among_percents(facts: Facts) -> Marks:
    """Say of each entry whether it is one of few numbers among percents, and would be another score with a % sign."""
    entries, items, percents = facts.entries, facts.item_columns, _find_percents(facts)
    if not percents.any():
        return percents
    numbers = list_numbers(facts, least=0)
    count = items.max() + 1
    most, few = (np.bincount(items[each], minlength=count) for each in (percents, numbers))
    mixed = (most >= FEW_OTHERS) & (few <= np.maximum(1, most // 10))
    values, low, high = (entries[name].to_numpy() for name in ("value", "low", "high"))
    numbers &= mixed.take(items)
    found = values[numbers]
    other = found != to_points(found / 100, low[numbers], high[numbers])
    # 0.5 is as many points as 0.5% of a hundred; what was meant is half of them.
    numbers[numbers] = _are_fractions(found) | other
    return numbers


def _find_percents(facts: Facts) -> Marks:
    """Say of each entry whether it is written with a % sign."""
    shares: Marks = (facts.entries["kind"] == Kind.SHARE).to_numpy()
    if not shares.any():
        return shares
    text = facts.entries["text"].cat
    signed = text.categories.str.rstrip().str.endswith("%").take(text.codes.to_numpy())
    percents: Marks = shares & np.asarray(signed, dtype=bool)
    return percents


def _as_percent(number: float) -> str:
    """Write a number as the percentage that was most likely meant: 0.5 as 50%, 62 as 62%."""
    return f"{100 * number if 0 < number < 1 else number:g}%"


@check(
    "percents-of-shares",
    "question",
    means=f"All percents of a column, at least {FEW_SHARES}, are at most 1%: shares, perhaps, that were written as percents.",
    fix='Write 0.84% as 84% in the sheet and load it again, or answer "accept" if they are as low as that.',
    answers=("accept",),
)
def _percents_of_shares(facts: Facts) -> Iterator[Finding]:
    percents, items = _find_percents(facts), facts.item_columns
    share = facts.entries["value"].to_numpy()
    outside = np.zeros(items.max(initial=0) + 1, dtype=bool)
    outside[items[percents & ~((share >= 0) & (share <= SMALL_SHARE))]] = True
    for key, title, _, places in tell_items(facts, percents & ~outside.take(items)):
        shown = facts.entries["text"].iloc[places[share[places] > 0]].str.strip()
        if len(places) >= FEW_SHARES and len(shown) > len(places) / 2:
            message = f"All {len(places):,} percents of {title!r} are at most 1%, the first of them {shown.iloc[0]}."
            yield Finding(0, key, message)


@check(
    "fraction-among-scores",
    "warning",
    means=f"Scores of a column are between 0 and 1, of at least {SOME_POINTS} possible points, and those above 1 are mostly "
    f"far higher: shares, perhaps, and not points. More than {MOST_TOLD} of a column are told as one.",
    fix="Write each as a percentage, 0.68 as 68%, if they are shares; nothing, if they are points.",
)
def _fraction_among_scores(facts: Facts) -> Iterator[Finding]:
    numbers, items = list_numbers(facts, least=SOME_POINTS), facts.item_columns
    fractions = numbers & _are_fractions(facts.entries["value"].to_numpy())
    if not fractions.any():
        return
    scored = (facts.entries["score"].notna() & facts.entries["high"].notna()).to_numpy()
    count, scores = (
        np.bincount(items[each], minlength=items.max() + 1) for each in (fractions, scored)
    )
    far_below = fractions & _find_high(facts, count > 0).take(items) & ~_among_percents(facts)
    # Where nearly all are fractions it is asked about.
    values = facts.entries["value"].to_numpy()
    asked = [items[low[0]] for *_, low in list_mixed(facts) if values[low].max() <= 1]
    far_below &= ~np.isin(items, asked)
    few, many = _part_many(facts, far_below)
    for row in facts.where(few):
        item = items[row.Index]
        others = f"the other scores of {row.key!r} are far higher"
        if count[item] > 1:
            others = f"{count[item]} of the {scores[item]} scores of {row.key!r} are such fractions, the others far higher"
        message = (
            f"{row.text.strip()} is read as {row.score:g} of {row.high:g} points, and {others}."
        )
        fix = f"Write {_as_percent(row.score)} if it is a share; nothing, if it is points."
        yield Finding(row.line, row.key, message, fix)
    for key, title, high, places in tell_items(facts, many):
        item = items[places[0]]
        message = (
            f"{count[item]:,} of the {scores[item]:,} scores of {title!r} ({name_lines(facts, places)}) are between 0 and 1, of "
            f"{high:g} possible points, and the others far higher."
        )
        yield Finding(0, key, message)


def _find_high(facts: Facts, wanted: Marks) -> Marks:
    """Say of each number of `item_columns` that is wanted whether its scores above 1 are high, with hardly a low one."""
    score, points = (facts.entries[name].to_numpy() for name in ("score", "high"))
    # A zero stands for what was not handed in, and a 1 may be a whole share.
    others = (score > 1) & (points > 0) & wanted.take(facts.item_columns)
    low = others & (score <= np.maximum(2, points / 10))
    count, lowest = (
        np.bincount(facts.item_columns[each], minlength=len(wanted)) for each in (others, low)
    )
    # Of many points one low score may be a slip itself; of few it shows that low ones are given.
    large = np.zeros(len(wanted), dtype=bool)
    large[facts.item_columns[others]] = points[others] >= MANY_POINTS
    high: Marks = (2 * lowest < count) & (lowest <= np.maximum(large, count / 20))
    return high


@check(
    "fraction-or-date",
    "warning",
    means="A score is written as one of another, such as 5/7, unlike other scores of its column, and may be a date: 5 July, or "
    f"7 May. More than {MOST_TOLD} of a column are told as one.",
    fix="Write the score again if it is a date; nothing, if it is one of another.",
)
def _fraction_or_date(facts: Facts) -> Iterator[Finding]:
    few, many = _part_many(facts, _find_dates(facts))
    for row in facts.where(few):
        message = f"{_tell_date(row.text, row.score)}; if it is a date, correct the cell."
        yield Finding(row.line, row.key, message)
    for key, title, _, places in tell_items(facts, many):
        first = facts.entries.iloc[places[0]]
        message = (
            f"{len(places):,} scores of {title!r} may be dates: {_tell_date(first['text'], first['score'])}. They stand in "
            f"{name_lines(facts, places)}."
        )
        yield Finding(0, key, message)


def _find_dates(facts: Facts) -> Marks:
    """Say of each entry whether it is written as one of another, may be a date, and its column does not tell that it is none."""
    entries, items = facts.entries, facts.item_columns
    marked: Marks = ((entries["kind"] == Kind.SHARE) & entries["score"].notna()).to_numpy(copy=True)
    if not marked.any():
        return marked
    codes, texts = entries["text"].cat.codes.to_numpy(), entries["text"].cat.categories.to_series()
    below = pd.to_numeric(texts.str.extract(_BELOW)[0].str.replace(",", ".")).to_numpy(float)[codes]
    parts = texts.str.extract(_ONE_OF).astype(float).to_numpy()
    dates = ((parts >= 1) & (parts <= _DAYS)).all(axis=1) & (parts.min(axis=1) <= _MONTHS)
    marked &= ~np.isnan(below)
    # Where all have one number below, it is that of the possible points, or of all scores of the column.
    groups = pd.DataFrame({"below": below, "high": entries["high"]})[marked].groupby(items[marked])
    found = groups.agg({"below": ["min", "max", "size"], "high": "max"}).to_numpy()
    least, most, size, high = found.T
    item = np.unique(items[marked])
    scores = np.bincount(items[entries["kind"].isin([Kind.NUMBER, Kind.SHARE])])[item]
    settled = item[(least == most) & ((least == high) | (size == scores))]
    doubtful: Marks = marked & dates.take(codes) & ~np.isin(items, settled)
    return doubtful


def _tell_date(text: str, score: float) -> str:
    found = re.search(_ONE_OF, text)
    one, whole = (int(part) for part in found.groups()) if found else (text, "")
    return f"{text.strip()!r} was read as {one} of {whole}, which is {round(score, 2):g} here"


def _part_many(facts: Facts, marked: Marks) -> tuple[Marks, Marks]:
    """Part the marked entries in those that are told one by one, and those of items with so many that they are told as one."""
    items = facts.item_columns
    counts = np.bincount(items[marked], minlength=items.max(initial=0) + 1)
    many = marked & (counts > MOST_TOLD).take(items)
    return marked & ~many, many


def _are_fractions(numbers: NDArray[np.float64]) -> Marks:
    """Say of each number whether it is above 0 and below 1."""
    fractions: Marks = (numbers > 0) & (numbers < 1)
    return fractions
