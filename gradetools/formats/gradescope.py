"""Gradescope: scores of a course, four columns per assignment, or of one assignment with its questions.

Sources of the layout: public exports and `eldridgejm/gradelib`. A course has `HW1`, `HW1 - Max Points`,
`HW1 - Submission Time` and `HW1 - Lateness (H:M:S)`; a single assignment has `Total Score`, `Max Points`, `Status` and
a column per question, and does not say in the file what it is called. A blank score means that nothing
was handed in, or that it is not graded yet. Scores may be above the maximum.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from gradetools.cells import Cells
from gradetools.formats.recognition import (
    ColumnDescription,
    Description,
    Recognition,
    find_row,
    header_cells,
    outline,
)

KEYS = {"SID": ("identifier", "sourcedId", "userIds"), "Email": ("email", "username")}
TOKENS: dict[str, Mapping[str, object]] = {}

_NAMES = {"First Name", "Last Name", "Name"}
_SECTIONS = {"Sections", "section_name"}
_POINTS, _TIME, _LATENESS = "Max Points", "Submission Time", "Lateness (H:M:S)"
_BEHIND = {name: f" - {name}" for name in (_POINTS, _TIME, _LATENESS)}
_TOTAL = "Total Score"


def recognise(cells: Cells) -> Recognition | None:
    """Know a course by columns "X" and "X - Max Points", an assignment by its total and submission id."""
    found = find_row(cells, _is_header)
    if found is None:
        return None
    line, header = found
    roles = outline(cells, line)
    maxima = {}
    for score, title in _scores(header).items():
        points = header.index(_POINTS if title == _TOTAL else title + _BEHIND[_POINTS], score)
        texts = {text.strip() for text in cells.frame.loc[line + 1 :, points]} - {""}
        if len({_number(text) for text in texts}) == 1:
            maxima[score] = min(texts)
    reason = "its header is that of Gradescope's scores"
    return Recognition("gradescope", line, roles, maxima, 0.95, reason)


def _is_header(header: list[str]) -> bool:
    return not KEYS.keys().isdisjoint(header) and bool(_scores(header))


def _scores(header: list[str]) -> dict[int, str]:
    """Find the columns that hold the scores of assignments, and their titles."""
    if {_TOTAL, _POINTS, "Submission ID"} <= set(header):
        return {header.index(_TOTAL): _TOTAL}
    scores = enumerate(header)
    return {i: title for i, title in scores if title + _BEHIND[_POINTS] in header[i:]}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what each column of a Gradescope export means."""
    header = header_cells(cells, recognition.header_line)
    scores = _scores(header)
    columns = (_describe_column(i, title, scores) for i, title in enumerate(header))
    return Description(tuple(columns), TOKENS)


def _describe_column(position: int, title: str, scores: Mapping[int, str]) -> ColumnDescription:
    if title in KEYS:
        return ColumnDescription(
            position, "student", keys=KEYS[title], reason="a key that Gradescope writes"
        )
    if title in _NAMES:
        return ColumnDescription(position, "name", reason="the student's name")
    if title in _SECTIONS:
        return ColumnDescription(position, "section", reason="the student's section")
    if position not in scores:
        return _describe_companion(position, title, scores)
    if title == _TOTAL:
        reason = "the assignment's score; the file does not say what it is called"
        return ColumnDescription(position, "score", reason=reason)
    return ColumnDescription(position, "score", title=title, reason="an assignment")


def _describe_companion(position: int, title: str, scores: Mapping[int, str]) -> ColumnDescription:
    single = _TOTAL in scores.values()
    for name, behind in _BEHIND.items():
        wanted = _TOTAL if single and title == name else title.removesuffix(behind)
        owners = [i for i, known in scores.items() if known == wanted != title]
        if not owners:
            continue
        if name == _TIME:
            reason = f"when {wanted!r} was handed in, which is not when it was scored"
            return ColumnDescription(position, "ignored", reason=reason)
        # Of two assignments with one title, the nearer one to the left.
        owner = max((i for i in owners if i < position), default=owners[0])
        means = "points" if name == _POINTS else "late"
        return ColumnDescription(position, means, belongs_to=owner, reason=f"belongs to {wanted!r}")
    if single:
        reason = "it tells of the submission, or is a part of the total score"
        return ColumnDescription(position, "ignored", reason=reason)
    return ColumnDescription(
        position, "ignored", title=title, reason='it is no assignment: "Max Points" is missing'
    )
