"""Where several grades of one student would go to one line item: several rows of theirs, or several columns."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gradetools.columns.by_class import find_named_classes
from gradetools.columns.meanings import Columns
from gradetools.columns.students import tell_lines
from gradetools.sheet import Sheet
from gradetools.snapshot import Snapshot


def list_repeated(
    sheet: Sheet, columns: Columns, matched: pd.DataFrame, snapshot: Snapshot
) -> list[tuple[str, str]]:
    """List who has several rows, and which: `("Ines Example", "lines 11 and 12")`.

    In a sheet that names line items in its rows, it is who has several for one of these: `Ines Example, Quiz 1`. Rows that
    name different classes are of different line items.

    Args:
        sheet: the sheet.
        columns: which of its columns means what.
        matched: `students_matched`.
        snapshot: what the gradebook knows, of which the classes count.
    """
    rows = (sheet.roles == "student").to_numpy()
    table = pd.DataFrame({"student": matched["sourced_id"].astype(str).to_numpy()})
    for each in columns.of("line_item"):
        table[str(each.column)] = sheet.column(each.column)[rows].to_numpy()
    of_class = find_named_classes(sheet, columns, snapshot.classes).to_numpy()
    keys = table.assign(of_class=of_class)
    again = (keys.duplicated(keep=False) & (table["student"] != "")).to_numpy()
    found: dict[tuple[str, ...], tuple[str, list[int]]] = {}
    for key, own, name, line in zip(
        keys[again].itertuples(index=False, name=None),
        table[again].itertuples(index=False, name=None),
        matched["name"][again],
        matched["line"][again].tolist(),
        strict=True,
    ):
        found.setdefault(key, (", ".join(filter(None, (name, *own[1:]))), []))[1].append(line)
    return [(who, tell_lines(lines)) for who, lines in found.values()]


def list_shared(columns: Columns) -> list[tuple[str, Sequence[str]]]:
    """List the line items that several columns of scores go to: title, and the columns in the sheet's order."""
    found: dict[tuple[str, ...], tuple[str, list[str]]] = {}
    for each in columns.score_columns:
        if items := each.line_items or ((each.line_item,) if each.line_item else ()):
            title = each.line_item_title or str(each.column)
            found.setdefault(tuple(items), (title, []))[1].append(str(each.column))
    return [(title, names) for title, names in found.values() if len(names) > 1]
