"""OneRoster CSV: results.csv by itself, or joined with its package's line items; one row per result.

Source of the columns: 1EdTech OneRoster CSV Binding 1.1 and 1.2, results.csv; the joined columns are those of
`cells.package`. A row of a delta file whose status is `tobedeleted` takes a result back and is no grade.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradetools.cells import Cells
from gradetools.formats.recognition import (
    STUDENT_FIELDS,
    ColumnDescription,
    Description,
    Recognition,
    blank_lines,
    first_rows,
    header_cells,
)

#: Whose a result is; the standard knows no other key.
KEYS = {"studentSourcedId": STUDENT_FIELDS[:1]}
TOKENS: Mapping[str, Mapping[str, Any]] = {}

#: What the score's companions are called.
_COMPANIONS = {
    "scoreStatus": "score_status",
    "scoreDate": "score_date",
    "comment": "comment",
    "textScore": "text_score",
    "inProgress": "in_progress",
    "incomplete": "incomplete",
    "late": "late",
    "missing": "missing",
    "resultValueMax": "points",
}
_REFERENCES = {
    "lineItemSourcedId": ColumnDescription(0, "line_item", reason="the line item's id"),
    "studentSourcedId": ColumnDescription(
        0, "student", keys=KEYS["studentSourcedId"], reason="the student's id"
    ),
    "classSourcedId": ColumnDescription(0, "class", reason="the class's id"),
}
_IGNORED = {
    "sourcedId": "the gradebook keeps the id that it has for this grade",
    "status": "it says which rows take a result back; those are no grades",
    "dateLastModified": "the gradebook sets it itself",
    "lineItemTitle": "for people; the line item is found by its id",
    "resultValueMin": "the gradebook's own line item has it",
    "learningObjectives": "learning objectives stay as the gradebook has them",
    "scoreScaleSourcedId": "score scales stay as the gradebook has them",
    "scoreScaleTitle": "score scales stay as the gradebook has them",
}
_REQUIRED = ("lineItemSourcedId", "studentSourcedId", "score")
_SPELLING = {name.lower(): name for name in (*_COMPANIONS, *_REFERENCES, *_IGNORED, "score")}


def recognise(cells: Cells) -> Recognition | None:
    """Know results.csv by the names that the standard gives its columns, in whatever case."""
    header = next((_spelled(row) for _, row in first_rows(cells, 1)), [])
    if not set(_REQUIRED) <= set(header):
        return None
    body = cells.frame.loc[2:]
    roles = {1: "header"} | blank_lines(body)
    if "status" in header:
        status = body[header.index("status")].str.strip().str.lower()
        deleted = body.index[(status == "tobedeleted").to_numpy()]
        roles |= dict.fromkeys((int(line) for line in deleted), "deleted")
    reason = "its columns are those of a OneRoster results.csv"
    return Recognition("oneroster_csv", 1, roles, {}, 0.9, reason)


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what each column means: the standard says it."""
    header = _spelled(header_cells(cells, recognition.header_line))
    score = header.index("score")
    return Description(
        tuple(_describe_column(i, name, score) for i, name in enumerate(header)), TOKENS
    )


def _spelled(header: list[str]) -> list[str]:
    return [_SPELLING.get(name.lower(), name) for name in header]


def _describe_column(position: int, name: str, score: int) -> ColumnDescription:
    if position == score:
        return ColumnDescription(position, "score", reason="the score of the row's line item")
    if name in _REFERENCES:
        found = _REFERENCES[name]
        return ColumnDescription(position, found.means, keys=found.keys, reason=found.reason)
    if name in _COMPANIONS:
        return ColumnDescription(
            position, _COMPANIONS[name], belongs_to=score, reason=f"the result's {name}"
        )
    reason = _IGNORED.get(name, "it is an extension of the standard")
    return ColumnDescription(position, "ignored", reason=reason)
