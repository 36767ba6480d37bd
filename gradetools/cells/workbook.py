"""One worksheet of a workbook into cells of text, each as a spreadsheet program shows it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from gradetools.cells.grid import Grid, Merged
from gradetools.cells.ods import TableReader
from gradetools.cells.xls import open_xls, read_sheet
from gradetools.cells.xlsx import SheetReader, open_xlsx
from gradetools.errors import GradetoolsError, SheetError


class _Found(NamedTuple):
    """The worksheet that was read: its name, its cells, and what is to be said of it."""

    title: str
    grid: Grid
    hidden: Sequence[tuple[int, str]] = ()
    uncalculated: Sequence[str] = ()
    merged: Sequence[Merged] = ()


def read_workbook(
    content: bytes, name: str, container: str, worksheet: str | None
) -> tuple[pd.DataFrame, dict[str, str], tuple[str, ...], tuple[Merged, ...]]:
    """Read the worksheet of that name, or the first that holds anything; formulas give their last values.

    Returns:
        The frame of `Cells`; "worksheet", "other worksheets", "hidden" where there is such a thing; the names of
        all worksheets; and the cells that are merged.

    Raises:
        SheetError: the workbook is damaged, or has no such worksheet, or it is empty, or holds formulas
            without values.
        MissingExtraError: for XLS, xlrd is not installed.
    """
    try:
        titles, found = _READERS[container](content, name, worksheet)
    except GradetoolsError:
        raise
    except MemoryError:
        raise SheetError(
            f"{name} needs more memory than there is: save the one worksheet that holds the grades as CSV."
        ) from None
    except Exception:  # noqa: BLE001 - a damaged workbook raises whatever it hits
        raise SheetError(
            f"{name} cannot be read as an {container.upper()} workbook:"
            " open it in a spreadsheet program and save it again."
        ) from None
    if found is not None and found.uncalculated:
        raise SheetError(_why_uncalculated(name, found), worksheets=titles)
    if found is None or not found.grid.height:
        raise SheetError(_why_nothing(name, titles, worksheet), worksheets=titles)
    told = {"worksheet": found.title}
    if others := [title for title in titles if title != found.title]:
        told["other worksheets"] = ", ".join(others)
    if hidden := [_count(count, what) for count, what in found.hidden if count]:
        told["hidden"] = " and ".join(hidden) + ", read like the others"
    return found.grid.take_frame(), told, tuple(titles), tuple(found.merged)


def _read_xlsx(content: bytes, name: str, worksheet: str | None) -> tuple[list[str], _Found | None]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book = open_xlsx(archive)
        known = sorted(book.worksheets, key=lambda one: not one.visible)
        for each in (one for one in known if worksheet in (None, one.title)):
            reader = SheetReader(book, name)
            reader.read(each)
            if reader.grid.height or reader.uncalculated:
                break
        else:
            return [one.title for one in known], None
    hidden = ((reader.hidden_rows, "row"), (reader.hidden_columns, "column"))
    titles = [one.title for one in known]
    return titles, _Found(each.title, reader.grid, hidden, reader.uncalculated, reader.merged)


def _read_ods(content: bytes, name: str, worksheet: str | None) -> tuple[list[str], _Found | None]:
    reader = TableReader(name, worksheet)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = "META-INF/manifest.xml"
        if manifest in archive.namelist() and b"encryption-data" in archive.read(manifest):
            raise SheetError(f"{name} is locked with a password: save it without one.")
        reader.read(archive)
    hidden = ((reader.hidden_rows, "row"),)
    found = _Found(reader.title, reader.grid, hidden, reader.uncalculated, reader.merged)
    return reader.titles, found


def _read_xls(content: bytes, name: str, worksheet: str | None) -> tuple[list[str], _Found | None]:
    book = open_xls(content, name)
    titles = list(book.sheet_names())
    for title in titles:
        if worksheet in (None, title):
            grid, rows, columns, merged = read_sheet(book, title, name)
            if grid.height:
                hidden = ((rows, "row"), (columns, "column"))
                return titles, _Found(title, grid, hidden, merged=merged)
    return titles, None


_READERS: dict[str, Callable[[bytes, str, str | None], tuple[list[str], _Found | None]]] = {
    "xlsx": _read_xlsx,
    "ods": _read_ods,
    "xls": _read_xls,
}


def _why_uncalculated(name: str, found: _Found) -> str:
    """Say where formulas stand without a value; they would read as blank."""
    number, first = len(found.uncalculated), found.uncalculated[0]
    formulas = (
        f"a formula that was never calculated, in {first}"
        if number == 1
        else f"{number:,} formulas that were never calculated, the first in {first}"
    )
    return f"{name} holds {formulas} of {found.title!r}: open it in a spreadsheet program and save it again."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _why_nothing(name: str, titles: Sequence[str], worksheet: str | None) -> str:
    there_are = "it has " + ", ".join(map(repr, titles))
    if worksheet is None:
        return f"{name} holds no cells ({there_are}): export the sheet again."
    if worksheet in titles:
        return f"The worksheet {worksheet!r} of {name} is empty; {there_are}: choose another."
    return f"{name} has no worksheet {worksheet!r}; {there_are}: choose one of them."
