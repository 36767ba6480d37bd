"""Checks of single cells: scores, dates, flags, and two cells that want the same grade."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gradetools.checks.about_columns import Marks, find_above
from gradetools.checks.facts import Facts
from gradetools.checks.registry import Finding, check
from gradetools.checks.values import (
    CLEAR,
    COMMA_ANSWERS,
    DATE_ANSWERS,
    FAR_ABOVE,
    TOKEN_ANSWERS,
    Kind,
    guess_fraction,
)

#: A sentence names so many of the entries for one grade.
MOST_PLACES = 20


@check(
    "duplicate-entry",
    "error",
    means="Two cells hold a grade of one student for one line item, and which of them counts is not said, or cannot be "
    "said because one is blocked or clears the grade.",
    fix="Empty all but one of them, or say in step 3 of the form which of several counts: the best, the latest or the first (--attempts on the command line, with_attempts in Python).",
)
def _duplicate_entry(facts: Facts) -> Iterator[Finding]:
    for group in _attempts(facts, disputed=True):
        message, fix = f"{group.told}.", ""
        if facts.columns.attempts != "refuse":
            hindering = _join_places(itertools.compress(group.places, group.hinders))
            message = f"{group.told}: which counts cannot be said before {hindering} is settled."
            fix = f"Correct or empty {hindering}."
        for line, key in zip(group.line, group.key, strict=True):
            yield Finding(line, key, message, fix)


@check(
    "attempt-chosen",
    "info",
    means="Several cells hold a grade of one student for one line item, and one of them counts, as `Columns.attempts` says.",
    fix="Nothing, if it is the right one.",
)
def _attempt_chosen(facts: Facts) -> Iterator[Finding]:
    how = facts.columns.attempts
    for group in _attempts(facts, disputed=False):
        taken = group.taken.index(True)
        by = " by its date" if group.dated[taken] else " in the sheet" if how != "best" else ""
        message = f"{group.told}; {group.places[taken]} was taken, the {how}{by}."
        yield Finding(group.line[taken], group.key[taken], message)


class _Attempts(NamedTuple):
    """The entries for one grade, in the sheet's order."""

    line: list[int]
    key: list[str]
    student_name: list[str]
    line_item_title: list[str]
    hinders: list[bool]
    dated: list[bool]
    taken: list[bool]

    @property
    def places(self) -> list[str]:
        """Where they stand, such as `line 14 (Quiz 3)`."""
        return [f"line {line} ({key})" for line, key in zip(self.line, self.key, strict=True)]

    @property
    def told(self) -> str:
        """Who has how many grades, for what, and where."""
        whose = (
            f"{self.student_name[0]} has {len(self.line)} grades for {self.line_item_title[0]!r}"
        )
        return f"{whose}: {_join_places(self.places)}"


def _attempts(facts: Facts, *, disputed: bool) -> Iterator[_Attempts]:
    """Go through the grades that several entries ask for, in the order of their first entries."""
    if facts.attempts is None:
        return
    table = facts.attempts[(facts.attempts["disputed"] == disputed).to_numpy()]
    codes, grades = pd.factorize(table["grade"])
    table = table.take(np.argsort(codes, kind="stable"))
    told = facts.entries[["line", "key", "student_name", "line_item_title"]].take(
        table.index.to_numpy()
    )
    columns = [(told if name in told else table)[name].tolist() for name in _Attempts._fields]
    start = 0
    for end in np.cumsum(np.bincount(codes, minlength=len(grades))).tolist():
        yield _Attempts(*(column[start:end] for column in columns))
        start = end


def _join_places(places: Iterable[str]) -> str:
    """Join places with commas; where there are very many, a sentence needs no more than the first."""
    several = list(places)
    left = len(several) - MOST_PLACES
    return ", ".join(several[:MOST_PLACES]) + (f" and {left:,} more" if left > 0 else "")


@check(
    "score-not-a-number",
    "error",
    means="The cell holds no score: some other text, infinity, yes or no, a damaged date.",
    fix="Correct the cell, or say in step 3 of the form that the text stands for no grade, missing or exempt (--token on the "
    "command line; for a letter or anything else with_token in Python).",
)
def _score_not_a_number(facts: Facts) -> Iterator[Finding]:
    for row in facts.where(facts.entries["kind"] == Kind.TEXT):
        text, message, hint = row.text.strip(), "is not a score", ""
        if fraction := guess_fraction(text):
            message = "is a date, and not a score"
            hint = f"A spreadsheet program may have made it of {fraction}: enter the score again, as text or with a decimal point."
        elif text.upper() == CLEAR:
            hint = f"To take a grade away write {CLEAR} in capitals."
        yield Finding(row.line, row.key, f"{text!r} {message}.", hint)


@check(
    "score-ambiguous",
    "question",
    means="A comma (or dot) may set apart the decimals or the thousands: `1,234`.",
    fix='Answer "decimal" or "thousands" for the column.',
    answers=COMMA_ANSWERS,
)
def _score_ambiguous(facts: Facts) -> Iterator[Finding]:
    for row in facts.where(facts.entries["kind"] == Kind.UNCLEAR):
        message = f"{row.text.strip()} may be a number with decimals or one of thousands."
        yield Finding(row.line, row.key, message, 'Answer "decimal" or "thousands".')


@check(
    "token-unclear",
    "question",
    means="The cell holds a word that stands for one thing here and another there: `ABS`.",
    fix='Answer "no-grade", "missing" or "exempt" for the column.',
    answers=tuple(TOKEN_ANSWERS),
)
def _token_unclear(facts: Facts) -> Iterator[Finding]:
    for row in facts.where(facts.entries["kind"] == Kind.ASKED):
        message = f"{row.text.strip()} may stand for no grade, for missing work or for an excuse."
        yield Finding(row.line, row.key, message, 'Answer "no-grade", "missing" or "exempt".')


@check(
    "no-maximum",
    "error",
    means="A share such as `85%` or `8/10` cannot become points, for the line item has no maximum.",
    fix="Write points, or give the line item a maximum in the gradebook.",
)
def _no_maximum(facts: Facts) -> Iterator[Finding]:
    entries = facts.entries
    scaled = entries["key"].isin(list(facts.columns.scale)) & (entries["kind"] == Kind.NUMBER)
    relative = scaled | (entries["kind"] == Kind.SHARE)
    for row in facts.where(relative & (entries["item"] >= 0) & entries["high"].isna()):
        text = row.text.strip()
        message = f"{text} cannot become points: {row.line_item_title!r} has no maximum."
        yield Finding(row.line, row.key, message, "Write points.")


@check(
    "score-below-minimum",
    "error",
    means="The score is below the lowest that the line item allows.",
    fix="Correct the cell.",
)
def _score_below_minimum(facts: Facts) -> Iterator[Finding]:
    for row in facts.where(facts.entries["score"] < facts.entries["low"]):
        message = f"{row.score:g} is below the minimum {row.low:g} of {row.line_item_title!r}."
        yield Finding(row.line, row.key, message)


@check(
    "score-above-maximum",
    "warning",
    means="The score is above the line item's maximum: extra credit, or a slip.",
    fix="Nothing, if it is extra credit; otherwise correct the cell.",
)
def _score_above_maximum(facts: Facts) -> Iterator[Finding]:
    above = (facts.entries["score"] > facts.entries["high"]).to_numpy()
    for row in facts.where(above & ~_find_far_above(facts)):
        yield Finding(row.line, row.key, _tell_above(row))


@check(
    "score-far-above-maximum",
    "question",
    means=f"The score is at least {FAR_ABOVE} times the line item's maximum, which is far more than extra credit, and the column as a "
    "whole is not asked about.",
    fix='Correct the cell, or look whether the column has the right line item; or answer "accept" if it is as high as that.',
    answers=("accept",),
)
def _score_far_above_maximum(facts: Facts) -> Iterator[Finding]:
    for row in facts.where(_find_far_above(facts)):
        yield Finding(row.line, row.key, f"{_tell_above(row)} That is far more than extra credit.")


def _tell_above(row: Any) -> str:  # noqa: ANN401 - a named tuple of pandas'
    return f"{row.score:g} is above the maximum {row.high:g} of {row.line_item_title!r}."


def _find_far_above(facts: Facts) -> Marks:
    """Say of each score whether it is far above the maximum, unlike its column, which would be asked about as a whole."""
    score, high = (facts.entries[name].to_numpy() for name in ("score", "high"))
    far: Marks = (high > 0) & (score >= FAR_ABOVE * high)
    return far & ~find_above(facts) if far.any() else far


def _misread(facts: Facts, code: str) -> Iterator[tuple[int, str, str]]:
    found = facts.misread[(facts.misread["code"] == code).to_numpy()]
    yield from zip(
        found["line"].tolist(), found["column"].tolist(), found["text"].tolist(), strict=True
    )


@check(
    "date-ambiguous",
    "question",
    means="The day and the month cannot be told apart: `05/06/2026`.",
    fix='Answer "day-first" or "month-first" for the column.',
    answers=tuple(DATE_ANSWERS),
)
def _date_ambiguous(facts: Facts) -> Iterator[Finding]:
    for line, column, text in _misread(facts, "date-ambiguous"):
        message = f"In {text} the day and the month cannot be told apart."
        yield Finding(line, column, message, 'Answer "day-first" or "month-first".')


@check(
    "date-not-a-date",
    "error",
    means="The cell holds no date.",
    fix="Write it as 2026-05-31.",
)
def _date_not_a_date(facts: Facts) -> Iterator[Finding]:
    for line, column, text in _misread(facts, "date-not-a-date"):
        yield Finding(line, column, f"{text!r} is not a date.", "Write it as 2026-05-31.")


@check(
    "status-unknown",
    "error",
    means="The cell holds no score status of OneRoster.",
    fix="Write exempt, fully graded, not submitted, partially graded or submitted.",
)
def _status_unknown(facts: Facts) -> Iterator[Finding]:
    for line, column, text in _misread(facts, "status-unknown"):
        fix = "Write exempt, fully graded, not submitted, partially graded or submitted."
        yield Finding(line, column, f"{text!r} is not a score status.", fix)


@check(
    "flag-unknown",
    "error",
    means="The cell says neither yes nor no.",
    fix="Write true or false.",
)
def _flag_unknown(facts: Facts) -> Iterator[Finding]:
    for line, column, text in _misread(facts, "flag-unknown"):
        yield Finding(line, column, f"{text!r} is neither true nor false.", "Write true or false.")


@check(
    "status-disagrees",
    "question",
    means="Status and grade exclude each other: points and `not submitted`, `fully graded` without a grade, or a letter where "
    "the grade is taken away.",
    fix='Correct the status or the grade, or answer "accept" to send both.',
    answers=("accept",),
)
def _status_disagrees(facts: Facts) -> Iterator[Finding]:
    entries, kind = facts.entries, facts.entries["kind"]
    status, letter = entries["score_status"], entries["text_score"]
    if status.isna().all():
        return
    points = (entries["score"].notna() & (entries["score"] != 0)).to_numpy()
    # A zero, or a letter beside it, may well stand for what was never handed in.
    graded = points | (entries["score"].isna() & letter.notna()).to_numpy()
    emptied = kind.isin([Kind.CLEAR, Kind.TOKEN]).to_numpy() & ~graded & entries["score"].isna()
    disagree = graded & (status == "not submitted").to_numpy()
    disagree |= emptied & status.isin(["fully graded", "partially graded"]).to_numpy()
    places = (entries.loc[disagree, name].tolist() for name in ("line", "key", "text"))
    for line, key, text, letters, word in zip(
        *places, letter[disagree], status[disagree], strict=True
    ):
        beside = f" and {letters}" if letters and letters != text.strip() else ""
        message = f"{text.strip()}{beside} and the status {word!r} exclude each other."
        yield Finding(line, key, message)
