"""Canvas gradebook export: one column per assignment, named `Title (id)`, points possible in a row of their own.

Source of the layout: `instructure/canvas-lms`, `lib/gradebook_exporter.rb`. A row "Manual Posting"
(older: "Muted") may stand before the points, blanks before "Points Possible"; computed columns are "(read only)"; the
last row may be the teacher's own test student.
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
    blank_lines,
    first_rows,
    header_cells,
)

TOKENS = {"EX": {"scoreStatus": "exempt"}, "N/A": SKIP, "-": SKIP}

_ASSIGNMENT = re.compile(r"(?P<title>.*\S)\s*\((?P<id>[0-9]+)\)")
_COMPUTED = re.compile(
    r"(.* )?((Unposted )?(Current|Final) (Score|Grade|Points)|Override (Score|Grade|Status))",
    re.IGNORECASE,
)
_POSTING = {"manual posting", "muted"}
_STUDENT_KEYS = {
    "SIS User ID": ("identifier", "sourcedId", "userIds"),
    "SIS Login ID": ("username", "email"),
    "Integration ID": ("userIds", "identifier", "sourcedId"),
    "ID": ("sourcedId", "userIds"),
}
_NAMES = {"Student", "LastName", "FirstName"}


def recognise(cells: Cells) -> Recognition | None:
    """Know a Canvas export by `ID` and `Section` in its header and by its row of points or assignment ids."""
    headers = [(line, row) for line, row in first_rows(cells, 5) if _is_header(row)]
    if not headers:
        return None
    line, header = headers[0]
    roles = {int(above): "preamble" for above in cells.frame.index[cells.frame.index < line]}
    roles |= {line: "header"} | blank_lines(cells.frame.loc[line + 1 :])
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
    columns = tuple(_describe_column(i, title, i in read_only) for i, title in enumerate(header))
    return Description(columns, TOKENS)


def _describe_column(position: int, title: str, read_only: bool) -> ColumnDescription:  # noqa: FBT001 - private
    if title in _STUDENT_KEYS:
        return ColumnDescription(
            position, "student", keys=_STUDENT_KEYS[title], reason="an id that Canvas writes"
        )
    if title in _NAMES:
        return ColumnDescription(position, "name", reason="the student's name")
    if title == "Section":
        return ColumnDescription(position, "section", reason="the student's section")
    if read_only:
        return ColumnDescription(
            position, "ignored", reason='Canvas computes it: it is marked "(read only)"'
        )
    if _COMPUTED.fullmatch(title):
        return ColumnDescription(
            position, "ignored", reason="Canvas computes it from the assignments"
        )
    if found := _ASSIGNMENT.fullmatch(title):
        reason = f"the assignment {found['id']} of Canvas"
        return ColumnDescription(
            position, "score", title=found["title"], header_id=found["id"], reason=reason
        )
    return ColumnDescription(
        position, "ignored", reason="it names no assignment: Canvas writes those as Title (id)"
    )
