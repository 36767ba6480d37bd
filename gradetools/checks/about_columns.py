"""Checks of the sheet and its columns as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks.facts import NEVER, Facts
from gradetools.checks.registry import MOST_TOLD, Finding, check
from gradetools.checks.values import PERCENTS, Kind, guess_full_mark
from gradetools.columns import BY_HAND, NAMELESS, UNKNOWN, LineItemIndex, find_remarks, tell_lines
from gradetools.formats.recognition import OWN_COLUMN

#: An item of so many points or more on which nobody has more than one point is looked at twice.
MANY_POINTS = 20
FEW_SCORES = 2
#: So few scores above the maximum may well be extra credit.
FEW_ABOVE = 3
#: This share of scores above the maximum, one of them above so many times that, is more than extra credit for some.
MANY_ABOVE, EXTRA_CREDIT = 1 / 4, 1.2

#: What to do about a column of scores without a line item.
_CHOOSE = (
    "Choose the line item in step 3 of the form, or ignore the column there (--line-item and --ignore on the command line, "
    "with_meaning in Python)."
)
Marks = NDArray[np.bool_]
Places = NDArray[np.intp]
#: Fewer students, or fewer columns with a maximum, than these do not tell that the file is the wrong one.
FEW_STUDENTS, FEW_MAXIMA = 4, 3


@check(
    "wrong-class",
    "question",
    means=f"Of the sheet's students, at least {FEW_STUDENTS}, fewer than half are in the classes of its line items: the wrong "
    "file, the wrong class, or the wrong column of ids.",
    fix='Choose the right file, class or column of ids, or answer "accept" to go on with those who are found.',
    answers=("accept",),
)
def _wrong_class(facts: Facts) -> Iterator[Finding]:
    if facts.columns.student_column is None:
        return
    # Where the line item is unknown, it is enough that the gradebook knows the student.
    known = (facts.students["sourced_id"] != "").to_numpy()
    asked = _count_ids(facts, facts.row_asks)
    count = _count_ids(facts, known & facts.rows_with(facts.enrolment != NEVER))
    if asked >= FEW_STUDENTS and count < asked / 2:
        ids = [each for each in facts.asking["class_id"].unique() if each]
        titles = [facts.snapshot.classes.get(each, each) for each in ids]
        where = " or ".join(titles) if 0 < len(titles) <= 3 else "the classes of its line items"
        told = f"Only {count}" if count else "None"
        yield Finding(
            0,
            "",
            f"{told} of {asked} students of this sheet {'is' if count == 1 else 'are'} in {where}; "
            "is it the right file and the right class?",
        )


def _count_ids(facts: Facts, rows: Marks) -> int:
    """Count the different ids in some rows of students, without the blank one."""
    text = facts.students["text"].cat
    there = np.zeros(len(text.categories), dtype=bool)
    there[text.codes.to_numpy()[rows]] = True
    return int((there & (text.categories != "")).sum())


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
        told = f"No column is chosen that says whose the grades are; the sheet has {names}."
        fix = (
            'Choose one of them in step 3 of the form, at “Whose grades” (on the command line write "means": "student" for it in '
            "what check --save-columns FILE saves, and give that back with --columns FILE; with_meaning in Python)."
        )
        if facts.columns.of("name"):
            fix += f" {NAMELESS}"
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
    "remarks-not-sent",
    "warning",
    means="A column looks like one of remarks, but names no score column that it could belong to: nothing is taken from it.",
    fix="Choose in step 3 of the form whose comment it is, or ignore it there (--ignore on the command line, with_meaning in Python).",
)
def _remarks_not_sent(facts: Facts) -> Iterator[Finding]:
    for column, count in find_remarks(facts.sheet, facts.columns).items():
        are = "remark in {!r} is" if count == 1 else "remarks in {!r} are"
        told = f"{count:,} {are.format(column)} not sent: the header names no score column that {'it' if count == 1 else 'they'} could belong to."
        yield Finding(0, column, told)


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
    elif reason and reason != BY_HAND:
        message = _sentence(reason)
    else:
        message = f"No line item is chosen for {column!r}."
    return Finding(0, column, message, f"{_near(index, column)} {_CHOOSE}".strip())


def _near(index: LineItemIndex, name: str) -> str:
    near = index.near(name)
    return f"Perhaps {' or '.join(repr(title) for title in near)}?" if near else ""


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith("?") else ".")


@check(
    "maximum-differs",
    "question",
    means="The sheet's maximum, in a row, a column or the heading (`Midterm (out of 80)`), is not the line item's: the wrong "
    "column, the wrong class, or another scale.",
    fix='Scale the column from the sheet\'s maximum (`Columns.scaled`), or answer "accept" to keep the points.',
    answers=("accept",),
)
def _maximum_differs(facts: Facts) -> Iterator[Finding]:
    stated = _stated(facts)
    differs = stated[stated["differs"].to_numpy()]
    by_row = {str(one.belongs_to) for one in facts.columns.of("points") if one.belongs_to}
    for key, group in differs.groupby("key", sort=False):
        # Where all rows say the same, that is told of the column as a whole.
        each = key in by_row and stated.loc[stated["key"] == key, "stated"].nunique() > 1
        for row in (group if each else group.iloc[:1]).itertuples():
            message = f"The sheet's maximum for {key!r} is {row.stated:g}, but {row.line_item_title!r} goes up to {row.high:g}."
            fix = f'Scale from {row.stated:g}, or answer "accept" to keep the points as they are.'
            yield Finding(int(str(row.line)) if each else 0, str(key), message, fix)


@check(
    "all-at-most-one",
    "question",
    means=f"No score, of at least {FEW_SCORES}, is above 1 on an item of {MANY_POINTS} points or more, or of fewer, but more than "
    "2, where most are fractions: shares, perhaps, and not points.",
    fix='Scale the column from 1, or answer "accept" to keep the points.',
    answers=("accept",),
)
def _all_at_most_one(facts: Facts) -> Iterator[Finding]:
    numbers, items = list_numbers(facts, least=2), facts.item_columns
    values = facts.entries["value"].to_numpy()
    outside = np.zeros(items.max(initial=0) + 1, dtype=bool)
    outside[items[numbers & ~((values >= 0) & (values <= 1))]] = True
    for key, title, high, places in tell_items(facts, numbers & ~outside.take(items)):
        found = values[places]
        # On few points a 0 and a 1 are scores as any other.
        shares = ((found > 0) & (found < 1)).sum() > len(found) / 2
        plain = (found > 0).any() if high >= MANY_POINTS else high > 2 and shares
        if len(places) >= FEW_SCORES and plain:
            message = (
                f"All {len(places)} scores of {title!r} are at most 1, of {high:g} possible points."
            )
            yield Finding(0, key, message, 'Scale from 1, or answer "accept" if they are points.')


@check(
    "most-above-maximum",
    "question",
    means=f"More than half of the scores, of at least {FEW_ABOVE}, are above the line item's maximum: percents, perhaps, or "
    "the points of another line item.",
    fix='Scale the column from 100 or another full mark, choose another line item, or answer "accept" if it is extra credit.',
    answers=("accept",),
)
def _most_above_maximum(facts: Facts) -> Iterator[Finding]:
    numbers, items = list_numbers(facts, least=0), facts.item_columns
    above = numbers & (facts.entries["value"] > facts.entries["high"]).to_numpy()
    for key, title, points, places in tell_items(
        facts, numbers & _find_most(items, numbers, above)
    ):
        message = f"Most of the {len(places)} scores of {title!r} are above its {points:g} points."
        full = guess_full_mark(facts.entries["value"].to_numpy()[places].max())
        whose = "they are percents" if full == PERCENTS else "that is their full mark"
        fix = f'Scale from {full} if {whose}, or answer "accept" if it is extra credit.'
        yield Finding(0, key, message, fix)


@check(
    "many-above-maximum",
    "question",
    means=f"A quarter of the scores or more, at least {FEW_ABOVE}, but not most, are above the line item's maximum, and one by more than a "
    "fifth: another full mark, perhaps, and then the other scores are of it, too, or two scales.",
    fix="Scale the column from its own full mark, bring its scores to one full mark in the sheet, choose another line item, or "
    'answer "accept" if it is extra credit.',
    answers=("accept",),
)
def _many_above_maximum(facts: Facts) -> Iterator[Finding]:
    values = facts.entries["value"].to_numpy()
    for key, title, points, places in tell_items(facts, _find_many(facts)):
        found = values[places]
        count, top = (found > points).sum(), found.max()
        message = (
            f"{count:,} of the {len(found):,} scores of {title!r} are above its {points:g} points, up to {top:g}: are the others, too, "
            "points of another full mark?"
        )
        fix = (
            f"Scale from {guess_full_mark(top)} if that is the full mark of all, bring the scores to one full mark in the sheet, or "
            'answer "accept" if it is extra credit.'
        )
        yield Finding(0, key, message, fix)


def find_above(facts: Facts) -> Marks:
    """Say of each entry whether its whole column is asked about for scores above the maximum."""
    above, items = (facts.entries["score"] > facts.entries["high"]).to_numpy(), facts.item_columns
    asked = _find_many(facts)
    for scaled in (False, True):
        numbers = list_numbers(facts, least=0, scaled=scaled)
        asked |= numbers & _find_most(items, numbers, numbers & above)
    return asked


def _find_many(facts: Facts) -> Marks:
    """Say of each number whether its column has many above the maximum, some of them far above, but not most."""
    numbers, items = list_numbers(facts, least=0), facts.item_columns
    values, high = (facts.entries[name].to_numpy() for name in ("value", "high"))
    above = numbers & (values > high) & (high > 0)
    if not above.any():
        return above
    width = items.max(initial=0) + 1
    marked = numbers, above, above & (values > EXTRA_CREDIT * high)
    counts, high_ones, far = (np.bincount(items[each], minlength=width) for each in marked)
    many = (high_ones >= FEW_ABOVE) & (high_ones >= MANY_ABOVE * counts) & (far > 0)
    found: Marks = numbers & (many & (high_ones <= counts / 2)).take(items)
    return found


@check(
    "most-above-scale",
    "question",
    means=f"More than half of the scores, of at least {FEW_ABOVE}, are above the full mark that their column is scaled from: a "
    "scale of another sheet, perhaps, that came with kept columns.",
    fix="Press “Put it back” beside the scaling, below the sheet in step 4 of the form (unscaled in Python), scale from another "
    "full mark, or answer "
    '"accept" if it is extra credit.',
    answers=("accept",),
)
def _most_above_scale(facts: Facts) -> Iterator[Finding]:
    numbers, items = list_numbers(facts, least=0, scaled=True), facts.item_columns
    above = numbers & (facts.entries["score"] > facts.entries["high"]).to_numpy()
    for key, title, points, places in tell_items(
        facts, numbers & _find_most(items, numbers, above)
    ):
        top = facts.columns.scale[key]
        message = f"Most of the {len(places)} scores of {title!r} are above the {top:g} that they are scaled from, to {points:g} points."
        yield Finding(0, key, message)


def _find_most(items: NDArray[np.int64], numbers: Marks, above: Marks) -> Marks:
    """Say of each entry whether more than half of its column and line item's numbers, of `FEW_ABOVE` or more, are above."""
    width = items.max(initial=0) + 1
    counts, high = (np.bincount(items[each], minlength=width) for each in (numbers, above))
    most: Marks = ((counts >= FEW_ABOVE) & (high > counts / 2)).take(items)
    return most


def list_numbers(facts: Facts, *, least: float, scaled: bool = False) -> Marks:
    """Say of each entry whether it is a number, of a line item of so many points or more, in a column that is `scaled` or not."""
    kinds, high = facts.entries["kind"].to_numpy(), facts.entries["high"].to_numpy()
    numbers: Marks = (kinds == Kind.NUMBER) & (high >= least)
    for k, column in enumerate(facts.score_columns):
        if (str(column.column) in facts.columns.scale) != scaled:
            numbers[k :: len(facts.score_columns)] = False
    return numbers


def tell_items(facts: Facts, marked: Marks) -> Iterator[tuple[str, str, float, Places]]:
    """Go through the line items of the marked entries, each under its column, in the order of column and line.

    Returns:
        The column, what to call the scores, the maximum, and the entries.
    """
    places = np.flatnonzero(marked)
    if not len(places):
        return
    # In a long sheet the column is that of many line items, each of which is looked at by itself.
    long, width = bool(facts.columns.of("line_item")), len(facts.score_columns)
    items = facts.item_columns[places]
    order = np.argsort(items, kind="stable")
    groups = np.split(places[order], np.flatnonzero(np.diff(items[order])) + 1)
    for here in sorted(groups, key=lambda each: (each[0] % width, each[0])):
        entry = facts.entries.iloc[here[0]]
        yield entry["key"], entry["line_item_title"] if long else entry["key"], entry["high"], here


def name_lines(facts: Facts, places: Places) -> str:
    """Name the lines of entries, the first of them where they are many."""
    return tell_lines(facts.entries["line"].iloc[places].tolist(), MOST_TOLD)
