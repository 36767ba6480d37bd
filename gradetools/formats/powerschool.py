"""PowerSchool, a template of PowerTeacher Pro: one assignment, told in rows of `Label:,value` above the header.

Source of the layout: public files of three repositories, which agree on the order of the rows. The title is
"Assignment Name", the maximum "Points Possible". A "Score Type" of `GRADESCALE` may hold letters. What `ABS` stands
for is asked: an absence may mean no grade, missing work or an excuse.
"""

from __future__ import annotations

from gradetools.cells import Cells
from gradetools.formats.recognition import (
    ASK,
    ColumnDescription,
    Description,
    Recognition,
    find_row,
    first_rows,
    outline,
)
from gradetools.formats.words import TOKENS as PLAIN_TOKENS
from gradetools.formats.words import first_students, hold_scores

KEYS = {"Student Num": ("identifier", "userIds", "sourcedId")}
TOKENS = {"ABS": ASK, "MIS": PLAIN_TOKENS["MIS"], "INC": PLAIN_TOKENS["INC"]}

_HEADER = ["Student Num", "Student Name", "Score"]


def recognise(cells: Cells) -> Recognition | None:
    """Know a template by its header below rows that name the assignment."""
    found = find_row(cells, lambda header: header[:3] == _HEADER)
    if found is None:
        return None
    line, _ = found
    points = _read_labels(cells, line).get("points possible", "")
    maxima = {_HEADER.index("Score"): points} if points else {}
    reason = "its header is that of a PowerTeacher Pro template"
    return Recognition("powerschool", line, outline(cells, line), maxima, 0.95, reason)


def _read_labels(cells: Cells, header_line: int) -> dict[str, str]:
    """Read the rows above the header: label, without its colon and in small letters, to value."""
    rows = (row for line, row in first_rows(cells, header_line) if line < header_line)
    return {row[0].rstrip(":").casefold(): row[1] for row in rows}


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what the three columns of a template mean."""
    labels = _read_labels(cells, recognition.header_line)
    number, name, score = range(len(_HEADER))
    texts = first_students(cells, recognition)[score]
    letters = any(text.strip() for text in texts) and not hold_scores(texts)
    means = "text_score" if letters and labels.get("score type") == "GRADESCALE" else "score"
    title = labels.get("assignment name", "")
    reason = f"the scores of {title!r}, which the rows above name"
    columns = [
        ColumnDescription(
            number, "student", keys=KEYS["Student Num"], reason="a key that PowerSchool writes"
        ),
        ColumnDescription(name, "name", reason="the student's name"),
        ColumnDescription(score, means, title=title, reason=reason),
    ]
    others = (
        ColumnDescription(position, "ignored", reason="a template has no such column")
        for position in range(len(_HEADER), len(cells.frame.columns))
    )
    return Description((*columns, *others), TOKENS)
