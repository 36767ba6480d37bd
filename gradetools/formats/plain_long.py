"""A plain sheet with one row per score: a student, a line item, a score, and perhaps more about it."""

from __future__ import annotations

from gradetools.cells import Cells
from gradetools.formats.recognition import (
    ColumnDescription,
    Description,
    Recognition,
    column_names,
    header_cells,
)
from gradetools.formats.words import (
    COMPANIONS,
    TOKENS,
    assign_roles,
    describe_person,
    find_header,
    meaning_of,
)


def recognise(cells: Cells) -> Recognition | None:
    """Know a long sheet by one column of line items and one of scores in its header."""
    line = find_header(cells)
    if line is None:
        return None
    found = [meaning_of(title) for title in header_cells(cells, line)]
    if (
        found.count("line_item") < 1
        or found.count("score") != 1
        or "student" not in found + _persons(found)
    ):
        return None
    roles, _ = assign_roles(cells, line)
    roles = {each: role for each, role in roles.items() if role != "points"}
    return Recognition(
        "plain_long",
        line,
        roles,
        {},
        0.5,
        "it has one row per score: a column of line items and one of scores",
    )


def _persons(found: list[str]) -> list[str]:
    return ["student"] if "name" in found else []


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what each column means, by its header alone."""
    header = column_names(cells, recognition.header_line)
    meanings = [meaning_of(title) for title in header]
    score = meanings.index("score")
    items = [position for position, means in enumerate(meanings) if means == "line_item"]
    columns = []
    for position, title in enumerate(header):
        columns.append(
            describe_person(position, title) or _describe_column(position, title, score, items)
        )
    return Description(tuple(columns), TOKENS)


def _describe_column(position: int, title: str, score: int, items: list[int]) -> ColumnDescription:
    means = meaning_of(title)
    if position == score:
        return ColumnDescription(
            position, "score", reason=f"{title!r} is the score of the row's line item"
        )
    if position in items[1:]:
        return ColumnDescription(
            position, "ignored", reason="another column names the line item already"
        )
    if means in COMPANIONS:
        return ColumnDescription(
            position, means, belongs_to=score, reason="belongs to the row's score"
        )
    if means:
        return ColumnDescription(position, means, reason=f"by its header, {title!r}")
    return ColumnDescription(
        position, "ignored", reason="its header says nothing that a grade needs"
    )
