"""Checks of letters: text scores where the gradebook has points."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradetools.checks.about_columns import Marks, tell_items
from gradetools.checks.facts import Facts
from gradetools.checks.registry import Finding, check
from gradetools.checks.values import Kind

#: So many letters of one column and line item are no slips.
FEW_LETTERS = 3
_TEXT_SCORE = '"textScore":'


@check(
    "letters-for-points",
    "question",
    means=f"A column of letters, at least {FEW_LETTERS} or more than half of what it holds, goes to a line item that has points and no "
    "score scale, and of whose results in the gradebook most have no letter.",
    fix='Write points into the sheet, choose another line item, or answer "accept" to send the letters as text scores.',
    answers=("accept",),
)
def _letters_for_points(facts: Facts) -> Iterator[Finding]:
    letters = _find_letters(facts)
    if not letters.any():
        return
    items, asks = facts.item_columns, facts.entries["asks"].to_numpy()
    counts = np.bincount(items[asks], minlength=items.max() + 1)
    for key, title, high, places in tell_items(facts, letters):
        if len(places) >= FEW_LETTERS or len(places) > counts[items[places[0]]] / 2:
            first = facts.entries.iloc[places[0]]
            are = "letter, {}," if len(places) == 1 else "letters, the first of them {},"
            message = (
                f"{title!r} has {len(places):,} {are.format(first['text'].strip())} and {first['line_item_title']!r} has up to "
                f"{high:g} points and no scale of letters: no points would be sent."
            )
            yield Finding(0, key, message)


def _find_letters(facts: Facts) -> Marks:
    """Say of each entry whether it is a letter without points, for a line item that knows points alone."""
    entries = facts.entries
    columns = [each.means == "text_score" for each in facts.score_columns]
    if not any(columns):
        return np.zeros(len(entries), dtype=bool)
    marked = np.tile(columns, len(facts.students)) & (entries["kind"] == Kind.TOKEN).to_numpy()
    marked &= (entries["text_score"].notna() & entries["score"].isna()).to_numpy()
    marked &= (
        entries["high"].notna() & ~entries["line_item"].isin(_with_letters(facts))
    ).to_numpy()
    letters: Marks = marked & entries["asks"].to_numpy()
    return letters


def _with_letters(facts: Facts) -> list[str]:
    """List the line items that have a score scale, or of whose results most have a text score."""
    items, results = facts.snapshot.line_items, facts.snapshot.results
    there = results["line_item"].isin(facts.entries["line_item"].cat.categories)
    here = results[(there & results["active"].astype(bool)).to_numpy()]
    held = here["record"].astype("str").str.contains(_TEXT_SCORE, regex=False)
    share = held.groupby(here["line_item"]).mean()
    scales = items.loc[(items["score_scale"] != "").to_numpy(), "sourced_id"]
    return [*scales, *share.index[share > 1 / 2]]
