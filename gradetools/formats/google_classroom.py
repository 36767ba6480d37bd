"""Google Classroom grades: three rows of header, which are titles, dates and points, in any language.

Source of the layout: one public export, in Ukrainian; Google's own page is unsourced. The first three
columns are the names and the email address. As every word is translated, the export is known by its shape alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gradetools.cells import Cells
from gradetools.formats.recognition import (
    FIRST_ROWS,
    OWN_COLUMN,
    ColumnDescription,
    Description,
    Recognition,
    first_rows,
    header_cells,
    outline,
)

KEYS = {"(third column)": ("email", "username")}
TOKENS: dict[str, Mapping[str, object]] = {}

_FIRST_TITLE = 3
_POINTS = re.compile(r"[0-9]+([.,][0-9]+)?")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


def recognise(cells: Cells) -> Recognition | None:
    """Know a Google Classroom export by a row of dates and a row of points between header and email addresses."""
    rows = [(line, row) for line, row in first_rows(cells, FIRST_ROWS) if any(row)][:4]
    if len(rows) < 4 or len(rows[0][1]) <= _FIRST_TITLE:
        return None
    (line, header), (dates_line, dates), (points_line, points), (_, student) = rows
    if not all(header[: _FIRST_TITLE + 1]) or not (_is_label(dates) and _is_label(points)):
        return None
    if not all(_POINTS.fullmatch(text) for text in points[_FIRST_TITLE:] if text):
        return None
    if not _EMAIL.fullmatch(student[_FIRST_TITLE - 1]):
        return None
    roles = outline(cells, line) | {dates_line: "dates", points_line: "points"}
    maxima = {i: text for i, text in enumerate(points) if i >= _FIRST_TITLE and text}
    reason = "rows of dates and of points stand below its header, as Google Classroom writes them"
    return Recognition("google_classroom", line, roles, maxima, 0.9, reason)


def _is_label(row: list[str]) -> bool:
    """Say whether a row is "Date" or "Points" in some language: a word, two blanks, and what it names."""
    first, *others = row[:_FIRST_TITLE]
    return bool(first) and not first[0].isdigit() and not any(others) and any(row[_FIRST_TITLE:])


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what each column of a Google Classroom export means."""
    header = header_cells(cells, recognition.header_line)
    return Description(tuple(_describe_column(i, title) for i, title in enumerate(header)), TOKENS)


def _describe_column(position: int, title: str) -> ColumnDescription:
    if position == _FIRST_TITLE - 1:
        (keys,) = KEYS.values()
        return ColumnDescription(
            position, "student", keys=keys, reason="email addresses stand in it"
        )
    if position < _FIRST_TITLE:
        return ColumnDescription(position, "name", reason="the student's name")
    if not title or title.startswith(OWN_COLUMN):
        return ColumnDescription(position, "ignored", reason="it names no assignment")
    return ColumnDescription(position, "score", title=title, reason="an assignment")
