"""One worksheet of an XLSX workbook into rows of text, each cell as a spreadsheet program shows it."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from typing import Any

from gradetools.errors import SheetError


def is_workbook(content: bytes) -> bool:
    """Say whether these bytes are a zip archive that holds a workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def read_workbook(content: bytes, name: str, worksheet: str | None) -> tuple[str, list[list[str]]]:
    """Read the worksheet of that name, or the first that holds anything; formulas give their last values.

    Raises:
        SheetError: the workbook is damaged, or has no such worksheet, or it is empty.
    """
    try:
        names, found = _read(content, worksheet)
    except Exception:  # noqa: BLE001 - a damaged workbook raises whatever the damage happens to hit
        raise SheetError(
            f"{name} cannot be read as an XLSX workbook: open it in a spreadsheet program and save it again."
        ) from None
    if found:
        return found
    there_are = "it has " + ", ".join(repr(each) for each in names)
    if worksheet is None:
        raise SheetError(f"{name} holds no cells ({there_are}): export the sheet again.")
    if worksheet in names:
        raise SheetError(
            f"The worksheet {worksheet!r} of {name} is empty; {there_are}: choose another."
        )
    raise SheetError(f"{name} has no worksheet {worksheet!r}; {there_are}: choose one of them.")


def _read(
    content: bytes, worksheet: str | None
) -> tuple[list[str], tuple[str, list[list[str]]] | None]:
    import openpyxl  # half a second that a CSV need not wait for

    with warnings.catch_warnings():
        # openpyxl warns of drawings and validations that it leaves out; no grade stands in them.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        names = [sheet.title for sheet in book.worksheets]
        for sheet in book.worksheets:
            if worksheet in (None, sheet.title):
                rows = _trim([[_show(cell) for cell in row] for row in sheet.iter_rows()])
                if rows:
                    return names, (sheet.title, rows)
    return names, None


def _trim(rows: list[list[str]]) -> list[list[str]]:
    """Leave out the empty rows and columns at the end, which are but formatted."""
    width = max((i + 1 for row in rows for i, text in enumerate(row) if text), default=0)
    while rows and not any(rows[-1]):
        rows.pop()
    return [row[:width] for row in rows]


def _show(cell: Any) -> str:  # noqa: ANN401 - openpyxl's read-only cells share no class
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _show_number(value, cell.number_format or "")
    if isinstance(value, dt.datetime):
        timed = value.time() != dt.time() or "h" in (cell.number_format or "").lower()
        return value.isoformat(timespec="seconds") if timed else value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _show_number(value: float, number_format: str) -> str:
    if re.fullmatch("0+", number_format) and value == int(value):
        return str(int(value)).zfill(len(number_format))
    if re.fullmatch(r"0(\.0+)?%", number_format):
        return f"{round(value * 100, 10):.15g}%"
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e16):
        return str(int(value))
    # A double has a sixteenth and seventeenth digit that no spreadsheet program shows.
    return f"{value:.15g}"
