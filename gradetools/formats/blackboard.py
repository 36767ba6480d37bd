"""Blackboard grade centre: one column per item, `Quiz 1 [Total Pts: 10 Score] |574283`, maximum and id in the header.

Sources of the layout: help.blackboard.com, "Work Offline With Grade Data", and public exports. Calculated
columns say `up to 100`. The download is a CSV with every cell quoted, or an `.xls` that is text parted by tabs. The key
for an upload is `Username`. That the cells of a `Percentage` column count out of 100 is unsourced; their
stated maximum is 100, so that the checks ask wherever the line item's differs.
"""

from __future__ import annotations

import re

from gradetools.cells import Cells
from gradetools.formats.recognition import (
    ColumnDescription,
    Description,
    Recognition,
    find_row,
    header_cells,
    outline,
)

_IDS = ("identifier", "userIds", "sourcedId")
KEYS = {"Username": ("username", "email", "identifier"), "Student ID": _IDS}
TOKENS = {"In Progress": {"inProgress": "true"}, "Needs Grading": {"scoreStatus": "submitted"}}

_ITEM = re.compile(
    r"(?P<title>.*\S)\s*\[Total Pts: (?P<upto>up to )?(?P<maximum>[0-9.,]+)(?P<display>[^\]]*)\]\s*(\|(?P<id>[0-9]+))?"
)
_NAMES = {"Last Name", "First Name"}
_FEEDBACK = "Feedback to Learner"
_OTHERS = {
    "Last Access": "when the student was last there",
    "Availability": "whether the student can enter the course",
    "Child Course ID": "the course that the student came from",
    "Grading Notes": "notes for those who grade",
    "Notes Format": "how the notes are written",
    "Feedback Format": "how the feedback is written",
}


def recognise(cells: Cells) -> Recognition | None:
    """Know a Blackboard export by `[Total Pts: ...]` in its header beside a username or student id."""
    found = find_row(cells, _is_header)
    if found is None:
        return None
    line, header = found
    maxima = {}
    for i, title in enumerate(header):
        if (item := _ITEM.fullmatch(title)) and _means(item) == "score":
            maxima[i] = "100" if item["display"].strip() == "Percentage" else item["maximum"]
    reason = "its header is that of a Blackboard grade centre"
    return Recognition("blackboard", line, outline(cells, line), maxima, 0.95, reason)


def _is_header(header: list[str]) -> bool:
    return not KEYS.keys().isdisjoint(header) and any(map(_ITEM.fullmatch, header))


def _means(item: re.Match[str]) -> str:
    if item["upto"]:
        return "ignored"
    return "text_score" if item["display"].strip() in ("Text", "Letter") else "score"


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what each column of a Blackboard export means."""
    header = header_cells(cells, recognition.header_line)
    columns = [_describe_column(i, title) for i, title in enumerate(header)]
    scores = [column.position for column in columns if column.means in ("score", "text_score")]
    if _FEEDBACK in header and len(scores) == 1:
        place = header.index(_FEEDBACK)
        reason = f"belongs to {header[scores[0]]!r}"
        columns[place] = ColumnDescription(place, "comment", belongs_to=scores[0], reason=reason)
    return Description(tuple(columns), TOKENS)


def _describe_column(position: int, title: str) -> ColumnDescription:
    if title in KEYS:
        return ColumnDescription(
            position, "student", keys=KEYS[title], reason="a key that Blackboard writes"
        )
    if title in _NAMES:
        return ColumnDescription(position, "name", reason="the student's name")
    item = _ITEM.fullmatch(title)
    if item is None:
        reason = _OTHERS.get(title, "it names no item: Blackboard writes [Total Pts: ...] behind")
        return ColumnDescription(position, "ignored", reason=reason)
    if item["upto"]:
        return ColumnDescription(
            position, "ignored", reason='Blackboard computes it: it says "up to"'
        )
    return ColumnDescription(
        position,
        _means(item),
        title=item["title"],
        header_id=item["id"] or "",
        reason=f"the item {item['id']} of Blackboard" if item["id"] else "an item of Blackboard",
    )
