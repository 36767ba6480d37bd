"""Canvas gradebook export: one column per assignment, named `Title (id)`, points possible in a row of their own.

Source of the layout: `instructure/canvas-lms`, `lib/gradebook_exporter.rb`. A row "Manual Posting"
(older: "Muted") may stand before the points, blanks before "Points Possible"; computed columns are "(read only)"; the
last row may be the teacher's own test student. Computed columns of a grading period name it behind, in parentheses.
Cells of an assignment on a GPA scale are letters.
"""

from __future__ import annotations

import re

import pandas as pd

from gradetools.cells import Cells
from gradetools.formats.recognition import (
    SKIP,
    ColumnDescription,
    Description,
    Recognition,
    find_row,
    first_rows,
    header_cells,
    outline,
)
from gradetools.formats.words import first_students, hold_letters

KEYS = {
    "SIS User ID": ("identifier", "sourcedId", "userIds"),
    "SIS Login ID": ("username", "email"),
    "Integration ID": ("userIds", "identifier", "sourcedId"),
    "ID": ("sourcedId", "userIds"),
}
TOKENS = {"EX": {"scoreStatus": "exempt"}, "N/A": SKIP, "-": SKIP}

_ASSIGNMENT = re.compile(r"(?P<title>.*\S)\s*\((?P<id>[0-9]+)\)")
_COMPUTED = re.compile(
    r"(.* )?((Unposted )?(Current|Final) (Score|Grade|Points)|Override (Score|Grade|Status))( \(.*\))?",
    re.IGNORECASE,
)
_POSTING = {"manual posting", "muted"}
_NAMES = {"Student", "LastName", "FirstName"}


def recognise(cells: Cells) -> Recognition | None:
    """Know a Canvas export by `ID` and `Section` in its header and by its row of points or assignment ids."""
    found = find_row(cells, _is_header)
    if found is None:
        return None
    line, header = found
    roles = outline(cells, line)
    points: list[str] = []
    for below, row in first_rows(cells, 3, after=line):
        if row[0].lower() == "points possible":
            roles[below], points = "points", row
        elif {text.lower() for text in row if text} <= _POSTING and any(row):
            roles[below] = "posting"
    if not points and not any(_ASSIGNMENT.fullmatch(title) for title in header):
        return None
    roles |= _test_students(cells.frame.loc[line + 1 :], header)
    maxima = {i: text for i, text in enumerate(points) if i > 0 and text and text != "(read only)"}
    reason = "its header is that of a Canvas gradebook export"
    return Recognition("canvas", line, roles, maxima, 0.95 if points else 0.8, reason)


def _is_header(row: list[str]) -> bool:
    return {"ID", "Section"} <= set(row) and not _NAMES.isdisjoint(row)


def _test_students(frame: pd.DataFrame, header: list[str]) -> dict[int, str]:
    """Find Canvas's own test student, who has no SIS id."""
    if "Student" in header:
        test = frame[header.index("Student")].str.strip().isin(["Student, Test", "Test Student"])
    elif {"LastName", "FirstName"} <= set(header):
        test = (frame[header.index("LastName")] == "Student") & (
            frame[header.index("FirstName")] == "Test"
        )
    else:
        return {}
    if "SIS User ID" in header:
        test &= frame[header.index("SIS User ID")].str.strip() == ""
    return dict.fromkeys((int(line) for line in frame.index[test]), "test_student")


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what each column of a Canvas export means."""
    header = header_cells(cells, recognition.header_line)
    read_only = {
        position
        for line, role in recognition.roles.items()
        if role == "points"
        for position, text in enumerate(cells.frame.loc[line])
        if text.strip() == "(read only)"
    }
    body = first_students(cells, recognition)
    columns = []
    for i, title in enumerate(header):
        computed = _computed(i, title, recognition, read_only)
        columns.append(_describe_column(i, title, computed, body[i].tolist()))
    return Description(tuple(columns), TOKENS)


def _computed(position: int, title: str, recognition: Recognition, read_only: set[int]) -> str:
    """Say why Canvas, and no teacher, has written a column; "" for any other."""
    if position in read_only:
        return 'Canvas computes it: it is marked "(read only)"'
    # "Final Score (2026)" is of a grading period, unless it has points.
    if _COMPUTED.fullmatch(title) and position not in recognition.maxima:
        return "Canvas computes it from the assignments"
    return ""


def _describe_column(
    position: int, title: str, computed: str, texts: list[str]
) -> ColumnDescription:
    if title in KEYS:
        return ColumnDescription(
            position, "student", keys=KEYS[title], reason="an id that Canvas writes"
        )
    if title in _NAMES:
        return ColumnDescription(position, "name", reason="the student's name")
    if title == "Section":
        return ColumnDescription(position, "section", reason="the student's section")
    if computed:
        return ColumnDescription(position, "ignored", reason=computed)
    if found := _ASSIGNMENT.fullmatch(title):
        return ColumnDescription(
            position,
            "text_score" if hold_letters(texts) else "score",
            title=found["title"],
            header_id=found["id"],
            reason=f"the assignment {found['id']} of Canvas",
        )
    return ColumnDescription(
        position, "ignored", reason="it names no assignment: Canvas writes those as Title (id)"
    )
