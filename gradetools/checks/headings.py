"""Reading the full mark that the heading of a column states: `Midterm (out of 80)`, `Quiz 3 /20`, `Essay (40 pts)`."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradetools.checks.values import read_number
from gradetools.sheet import ColumnKey, Sheet

_NUMBER = r"([0-9]+(?:[.,][0-9]+)?)"
_POINTS = r"(?:pts?|points?|marks?|punkte?|pkt)\.?"
#: `out of 80` and `/80` at the end, with or without a bracket or the word for points; and points in a bracket.
_OUT_OF = re.compile(
    rf"(?P<before>\S\s*)[(\[]?\s*(?:\bout of|/)\s*{_NUMBER}\s*(?:{_POINTS})?\s*[)\]]?",
    re.IGNORECASE,
)
_IN_POINTS = re.compile(
    rf"\S\s*\(\s*{_NUMBER}\s*(?:(?P<one_letter>p\.?)|{_POINTS})\s*\)", re.IGNORECASE
)
#: `9/12` is a date, and `Sep/12` may be one.
_DATE = re.compile(r"[0-9]/[0-9]+\W*$")
_BARE = re.compile(r"\S\s*\(([0-9]+)\)")
#: A bare number is a full mark from here on, if it is at least the highest score and at most so many times that; below stand
#: occurrences and attempts, above ids.
_LEAST, _TIMES = 5, 3
_YEARS = range(1900, 2100)
#: The format whose headings end with an id.
_WITH_IDS = "canvas"


class Heading(NamedTuple):
    """The number that a heading ends with, and whether it can be nothing but a full mark."""

    full: float
    is_certain: bool


def read_heading(title: str) -> Heading | None:
    """Read the full mark that a column's heading seems to state; None where it states none.

    `Quiz 3/10` may be a date, `Week 3 (10)` the number of something: they are not certain.
    """
    text = title.strip()
    if found := _find_at_end(_IN_POINTS, text):
        return _make(found[1], is_certain=not found["one_letter"])
    if _DATE.search(text):
        return None
    if found := _find_at_end(_OUT_OF, text):
        before, slashed = found["before"], "/" in found[0]
        apart = not slashed or before != before.strip() or "(" in found[0]
        return _make(found[2], is_certain=apart and not before.strip().isdigit())
    found = _find_at_end(_BARE, text)
    return _make(found[1], is_certain=False) if found else None


def _make(number: str, *, is_certain: bool) -> Heading | None:
    full = read_number(number, "decimal")
    return Heading(full, is_certain) if full else None


def _find_at_end(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Find a pattern where it ends with the text."""
    return next((each for each in pattern.finditer(text) if each.end() == len(text)), None)


def read_stated(sheet: Sheet, key: ColumnKey, numbers: NDArray[np.float64]) -> str:
    """Give the full mark that a sheet states for a whole column, as text: in a row of its own, or else in the heading.

    Args:
        sheet: the sheet.
        key: a score column.
        numbers: its scores that are plain numbers, by which a number in doubt is judged.

    Returns:
        A number as text, which may be written in any way; "" where none is stated.
    """
    if text := sheet.maxima.get(key):
        return text
    heading = read_heading(key.name) if len(numbers) else None
    if heading is None or not (heading.is_certain or _is_plausible(heading.full, numbers, sheet)):
        return ""
    return f"{heading.full:g}"


def _is_plausible(full: float, numbers: NDArray[np.float64], sheet: Sheet) -> bool:
    """Say whether a number in a heading fits the scores below it as their full mark."""
    top = float(numbers.max())
    is_other = sheet.recognition.format == _WITH_IDS or full in _YEARS
    return not is_other and full >= _LEAST and top <= full <= _TIMES * top
