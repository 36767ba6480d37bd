"""Checks of the sheet and its columns as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks.facts import NEVER, Facts
from gradetools.checks.registry import Finding, check
from gradetools.checks.values import Kind, read_number
from gradetools.columns import UNKNOWN, LineItemIndex
from gradetools.formats.recognition import OWN_COLUMN

#: An item of so many points or more on which nobody has more than one point is looked at twice.
MANY_POINTS = 20
FEW_SCORES = 2
#: So few scores above the maximum may well be extra credit.
FEW_ABOVE = 3

Items = NDArray[np.intp]
Values = NDArray[np.float64]
#: Fewer students, or fewer columns with a maximum, than these do not tell that the file is the wrong one.
FEW_STUDENTS, FEW_MAXIMA = 4, 3


@check(
    "wrong-class",
    "question",
    means=f"Of the sheet's students, at least {FEW_STUDENTS}, fewer than half are in the classes of its line items: the wrong "
    "file, the wrong class, or the wrong column of ids.",
    fix='Choose the right file, class or key column, or answer "accept" to go on with those who are found.',
    answers=("accept",),
)
def _wrong_class(facts: Facts) -> Iterator[Finding]:
    if facts.columns.student_column is None:
        return
    asking, text = facts.asking, facts.students["text"].cat
    # Where the line item is unknown, it is enough that the gradebook knows the student.
    known = (asking["student"].cat.categories != "").take(asking["student"].cat.codes)
    here = facts.rows_with(known & (facts.enrolment != NEVER).to_numpy())
    asked = text.categories.take(np.unique(text.codes[facts.row_asks])).drop("", errors="ignore")
    found = text.categories.take(np.unique(text.codes[here])).drop("", errors="ignore")
    if len(asked) >= FEW_STUDENTS and len(found) < len(asked) / 2:
        ids = [each for each in asking["class_id"].unique() if each]
        titles = [facts.snapshot.classes.get(each, each) for each in ids]
        where = " or ".join(titles) if 0 < len(titles) <= 3 else "the classes of its line items"
        count = len(found)
        told = f"Only {count}" if count else "None"
        yield Finding(
            0,
            "",
            f"{told} of {len(asked)} students of this sheet {'is' if count == 1 else 'are'} in {where}; "
            "is it the right file and the right class?",
        )


@check(
    "wrong-maxima",
    "question",
    means=f"Of the score columns that state a maximum, at least {FEW_MAXIMA}, most state another than their line items have: "
    "the wrong file, or the wrong class.",
    fix='Choose the right file or class, scale the columns, or answer "accept" if it is the right one.',
    answers=("accept",),
)
def _wrong_maxima(facts: Facts) -> Iterator[Finding]:
    columns = _stated(facts).groupby(["key", "item"], observed=True)["differs"].any()
    if len(columns) >= FEW_MAXIMA and columns.sum() > len(columns) / 2:
        message = (
            f"{columns.sum()} of {len(columns)} score columns state another maximum than their line items have; "
            "is it the right file and the right class?"
        )
        yield Finding(0, "", message)


def _stated(facts: Facts) -> pd.DataFrame:
    """Give the entries whose maximum both the sheet and the line item say, and whether they differ; scaled ones do not."""
    entries = facts.asking
    both = (entries["stated"].notna() & entries["high"].notna()).to_numpy()
    entries = entries[both]
    scaled = entries["key"].isin(list(facts.columns.scale)).to_numpy()
    return entries.assign(differs=(entries["stated"] != entries["high"]).to_numpy() & ~scaled)


@check(
    "no-student-column",
    "error",
    means="No column says whose the grades are.",
    fix="Choose the column that holds the students' ids, usernames or email addresses.",
)
def _no_student_column(facts: Facts) -> Iterator[Finding]:
    if facts.columns.student_column is None:
        names = ", ".join(repr(str(key)) for key in facts.sheet.header)
        told = f"No column holds the students' ids; the sheet has {names}."
        if facts.columns.of("name"):
            fix = (
                "Add a column of ids, usernames or email addresses; nobody is found by name alone."
            )
        else:
            fix = "Choose one of them."
        yield Finding(0, "", told, fix)


@check(
    "no-score-column",
    "error",
    means="No column holds scores.",
    fix="Choose a score column and its line item.",
)
def _no_score_column(facts: Facts) -> Iterator[Finding]:
    if not facts.score_columns:
        yield Finding(
            0, "", "No column is chosen that holds scores.", "Choose a column and its line item."
        )


@check(
    "column-unmapped",
    "warning",
    means="The sheet has a column that the saved columns do not know; nothing is taken from it.",
    fix="Say what it means, or make the suggestion anew.",
)
def _column_unmapped(facts: Facts) -> Iterator[Finding]:
    known = {meaning.column for meaning in facts.columns.meanings}
    for key in facts.sheet.header:
        own = key.name.startswith(OWN_COLUMN)
        if key not in known and not own and (facts.sheet.column(key) != "").any():
            yield Finding(
                0,
                str(key),
                f"The saved columns do not know {str(key)!r}; nothing is taken from it.",
            )


@check(
    "line-item-unknown",
    "error",
    means="No line item is chosen for a column (or, in a long sheet, a row), or the gradebook does not know it.",
    fix="Choose the line item; it must exist in the gradebook, for line items are never created.",
)
def _line_item_unknown(facts: Facts) -> Iterator[Finding]:
    asking = facts.asking
    unknown = asking[asking["item"].to_numpy() == UNKNOWN]
    if unknown.empty:
        return
    index = LineItemIndex(facts.snapshot.line_items)
    named = next(iter(facts.columns.of("line_item")), None)
    for meaning in facts.score_columns:
        lines = unknown.loc[(unknown["key"] == str(meaning.column)).to_numpy(), "line"]
        if lines.empty:
            continue
        if meaning.line_item or named is None:
            yield _unknown_for_column(str(meaning.column), meaning.line_item, meaning.reason, index)
        else:
            for line, text in facts.sheet.column(named.column)[lines].items():
                found = index.find(text)
                yield Finding(
                    int(str(line)),
                    str(named.column),
                    _sentence(found.reason),
                    _near(index, text),
                )


def _unknown_for_column(column: str, chosen: str, reason: str, index: LineItemIndex) -> Finding:
    if chosen:
        message = f"The gradebook's classes have no line item with the id {chosen!r}."
    elif reason and reason != "chosen by hand":
        message = _sentence(reason)
    else:
        message = f"No line item is chosen for {column!r}."
    return Finding(
        0, column, message, _near(index, column) or "Choose a line item, or ignore the column."
    )


def _near(index: LineItemIndex, name: str) -> str:
    near = index.near(name)
    return f"Perhaps {' or '.join(repr(title) for title in near)}?" if near else ""


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith("?") else ".")


@check(
    "maximum-differs",
    "question",
    means="The sheet's maximum is not the line item's: the wrong column, the wrong class, or another scale.",
    fix='Scale the column from the sheet\'s maximum (`Columns.scaled`), or answer "accept" to keep the points.',
    answers=("accept",),
)
def _maximum_differs(facts: Facts) -> Iterator[Finding]:
    stated = _stated(facts)
    differs = stated[stated["differs"].to_numpy()]
    whole = {str(key) for key, text in facts.sheet.maxima.items() if read_number(text) is not None}
    for key, group in differs.groupby("key", sort=False):
        rows = group.iloc[:1] if key in whole else group
        for row in rows.itertuples():
            message = f"The sheet's maximum for {key!r} is {row.stated:g}, but {row.line_item_title!r} goes up to {row.high:g}."
            fix = f'Scale from {row.stated:g}, or answer "accept" to keep the points as they are.'
            yield Finding(0 if key in whole else int(str(row.line)), str(key), message, fix)


@check(
    "all-at-most-one",
    "question",
    means=f"No score, of at least {FEW_SCORES}, is above 1 on an item of {MANY_POINTS} points or more: shares, perhaps, and not "
    "points.",
    fix='Scale the column from 1, or answer "accept" to keep the points.',
    answers=("accept",),
)
def _all_at_most_one(facts: Facts) -> Iterator[Finding]:
    def are_shares(items: Items, values: Values, _: Values) -> Items:
        outside = np.bincount(items, weights=~((values >= 0) & (values <= 1)))
        positive = np.bincount(items, weights=values > 0)
        enough = np.bincount(items) >= FEW_SCORES
        return np.flatnonzero(enough & (outside == 0) & (positive > 0))

    for key, title, high, count in _find_items(facts, are_shares, least=MANY_POINTS):
        message = f"All {count} scores of {title!r} are at most 1, of {high:g} possible points."
        yield Finding(0, key, message, 'Scale from 1, or answer "accept" if they are points.')


@check(
    "most-above-maximum",
    "question",
    means=f"More than half of the scores, of at least {FEW_ABOVE}, are above the line item's maximum: percents, perhaps, or "
    "the points of another line item.",
    fix='Scale the column from 100, choose another line item, or answer "accept" if it is extra credit.',
    answers=("accept",),
)
def _most_above_maximum(facts: Facts) -> Iterator[Finding]:
    def are_above(items: Items, values: Values, high: Values) -> Items:
        counts, above = np.bincount(items), np.bincount(items, weights=values > high)
        return np.flatnonzero((counts >= FEW_ABOVE) & (above > counts / 2))

    for key, title, high, count in _find_items(facts, are_above, least=0):
        message = f"Most of the {count} scores of {title!r} are above its {high:g} points."
        fix = 'Scale from 100 if they are percents, or answer "accept" if it is extra credit.'
        yield Finding(0, key, message, fix)


def _find_items(
    facts: Facts, choose: Callable[[Items, Values, Values], Items], *, least: float
) -> Iterator[tuple[str, str, float, int]]:
    """Go through the line items that look wrong as a whole, among those of `least` points or more.

    Args:
        facts: what is known.
        choose: gives, of the line items of one column's numbers, those numbers and their maxima, those that look wrong.
        least: points.

    Returns:
        The column, what to call the scores, the maximum, and how many scores there are.
    """
    shape = len(facts.students), len(facts.score_columns)
    kind, high, value, item = (
        facts.entries[name].to_numpy().reshape(shape) for name in ("kind", "high", "value", "item")
    )
    number = (kind == Kind.NUMBER) & (high >= least)
    # In a long sheet the column is that of many line items, each of which is looked at by itself.
    long = bool(facts.columns.of("line_item"))
    for k, column in enumerate(facts.score_columns):
        key, rows = str(column.column), np.flatnonzero(number[:, k])
        if key in facts.columns.scale or not len(rows):
            continue
        items = item[rows, k]
        places = [rows[items == each] for each in choose(items, value[rows, k], high[rows, k])]
        for here in sorted(places, key=lambda place: int(place[0])):
            title = facts.entries["line_item_title"].iloc[here[0] * shape[1] + k]
            yield key, str(title) if long else key, float(high[here[0], k]), len(here)
