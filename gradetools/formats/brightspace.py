"""D2L Brightspace grade export: `Quiz 1 Points Grade <Numeric MaxPoints:10 Category:Quizzes>`, `#` before ids.

Sources of the layout: the help page of csulb.edu on D2L, and public exports, where the part in `<>` may be
missing. `#` stands before `OrgDefinedId` and `Username`, so that no spreadsheet program takes them for
numbers; the last column, `End-of-Line Indicator`, holds `#` alone. Final grades and subtotals come as numerator and
denominator, and are computed.
"""

from __future__ import annotations

import re
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

KEYS = {
    "OrgDefinedId": ("identifier", "userIds", "sourcedId"),
    "Username": ("username", "email", "identifier"),
    "Email": ("email", "username"),
}
TOKENS: dict[str, Mapping[str, object]] = {}

_MARK = "#"
_NAMES = {"Last Name", "First Name"}
_END = "End-of-Line Indicator"
_POINTS = re.compile(r"(?P<title>.+) Points Grade( <(?P<about>.*)>)?")
_TEXT = re.compile(r"(?P<title>.+) (Text Grade( <.*>)?|Grade Symbol)")
_MAXIMUM = re.compile(r"\bMaxPoints:(?P<maximum>[0-9.,]+)")
_COMPUTED = re.compile(
    r"((Calculated|Adjusted) Final Grade|.* Subtotal) (Numerator|Denominator|Scheme Symbol)"
    r"|.* Weighted Grade( <.*>)?"
)


def recognise(cells: Cells) -> Recognition | None:
    """Know a Brightspace export by its student keys, and by its last column or "Points Grade" in its header."""
    found = find_row(cells, _is_header)
    if found is None:
        return None
    line, header = found
    maxima = {}
    for i, title in enumerate(header):
        if (points := _POINTS.fullmatch(title)) and (
            stated := _MAXIMUM.search(points["about"] or "")
        ):
            maxima[i] = stated["maximum"]
    reason = "its header is that of a Brightspace grade export"
    return Recognition("brightspace", line, outline(cells, line), maxima, 0.95, reason)


def _is_header(header: list[str]) -> bool:
    items = [title for title in header if _POINTS.fullmatch(title) or _TEXT.fullmatch(title)]
    return not KEYS.keys().isdisjoint(header) and bool(items) and _knows_itself(header, items)


def _knows_itself(header: list[str], items: list[str]) -> bool:
    return _END in header or "OrgDefinedId" in header or any("<" in title for title in items)


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what each column of a Brightspace export means."""
    header = header_cells(cells, recognition.header_line)
    found = {i: points["title"] for i, t in enumerate(header) if (points := _POINTS.fullmatch(t))}
    owners = {title: i for i, title in found.items()}
    columns = (_describe_column(i, title, owners) for i, title in enumerate(header))
    return Description(tuple(columns), TOKENS)


def _describe_column(position: int, title: str, owners: Mapping[str, int]) -> ColumnDescription:
    if title in KEYS:
        reason = "a key that Brightspace writes"
        return ColumnDescription(position, "student", keys=KEYS[title], reason=reason, prefix=_MARK)
    if title in _NAMES:
        return ColumnDescription(position, "name", reason="the student's name")
    if title == _END:
        return ColumnDescription(position, "ignored", reason="it marks the end of each row")
    if _COMPUTED.fullmatch(title):
        return ColumnDescription(position, "ignored", reason="Brightspace computes it")
    if found := _POINTS.fullmatch(title):
        return ColumnDescription(
            position, "score", title=found["title"], reason=f"the points of {found['title']!r}"
        )
    if found := _TEXT.fullmatch(title):
        return _describe_text(position, found["title"], owners)
    return ColumnDescription(
        position, "ignored", title=title, reason='it names no item: "Points Grade" is missing'
    )


def _describe_text(position: int, title: str, owners: Mapping[str, int]) -> ColumnDescription:
    if title in owners:
        return ColumnDescription(
            position, "text_score", belongs_to=owners[title], reason=f"belongs to {title!r}"
        )
    return ColumnDescription(position, "text_score", title=title, reason=f"the text of {title!r}")
