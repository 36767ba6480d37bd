"""An invented gradebook for the tests of reading: made from a few rows, without any server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from gradetools.snapshot import (
    LINE_ITEM_COLUMNS,
    RESULT_COLUMNS,
    STUDENT_COLUMNS,
    Environment,
    Snapshot,
)

CLASS = "algebra-1"


def make_student(sourced_id: str, **fields: Any) -> dict[str, Any]:
    """Make one row of a snapshot's students: an active one of the class, whose other fields are empty."""
    empty = dict.fromkeys(STUDENT_COLUMNS, "")
    return {
        **empty,
        "user_ids": (),
        "class_id": CLASS,
        "active": True,
        "sourced_id": sourced_id,
        **fields,
    }


def make_line_item(
    sourced_id: str, title: str, high: float = 10.0, **fields: Any
) -> dict[str, Any]:
    """Make one row of a snapshot's line items, from 0 to `high`."""
    known = {"sourced_id": sourced_id, "title": title, "class_id": CLASS, "score_scale": ""}
    known["assign_date"] = ""
    return {**known, "result_value_min": 0.0, "result_value_max": high, **fields}


def make_snapshot(
    students: Iterable[Mapping[str, Any]],
    line_items: Iterable[Mapping[str, Any]],
    classes: Mapping[str, str] | None = None,
) -> Snapshot:
    """Make a snapshot without results."""
    return Snapshot(
        environment=Environment("sandbox", "embedded"),
        dialect="timeback",
        taken_at=dt.datetime(2026, 9, 18, 12, tzinfo=dt.UTC),
        time_zone="Europe/Berlin",
        classes=classes or {CLASS: "Algebra 1"},
        students=pd.DataFrame(list(students), columns=list(STUDENT_COLUMNS)),
        line_items=pd.DataFrame(list(line_items), columns=list(LINE_ITEM_COLUMNS)),
        results=pd.DataFrame([], columns=list(RESULT_COLUMNS)),
    )


def write_sheet(folder: Path, text: str, name: str = "grades.csv") -> Path:
    """Write a sheet's text as it stands."""
    path = folder / name
    path.write_bytes(text.encode())
    return path


def write_workbook(folder: Path, worksheets: Mapping[str, Iterable[Iterable[Any]]]) -> Path:
    """Write worksheets of values; text stays text, also where it looks like a formula."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in worksheets.items():
        sheet = book.create_sheet(title)
        for line, row in enumerate(rows, start=1):
            for position, value in enumerate(row, start=1):
                cell = sheet.cell(line, position)
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"
    path = folder / "grades.xlsx"
    book.save(path)
    return path
