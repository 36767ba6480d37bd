"""One worksheet of a workbook into rows of text, each cell as a spreadsheet program shows it.

XLSX is read by openpyxl, which alone tells number formats; XLS and ODS by python-calamine.
"""

from __future__ import annotations

import io
import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gradetools.cells.limits import MOST_ROWS, refuse_vast
from gradetools.cells.shown import show_value
from gradetools.errors import GradetoolsError, MissingExtraError, SheetError

Rows = list[list[str]]


def read_workbook(
    content: bytes, name: str, container: str, worksheet: str | None
) -> tuple[str, Rows]:
    """Read the worksheet of that name, or the first that holds anything; formulas give their last values.

    Raises:
        SheetError: the workbook is damaged, or has no such worksheet, or it is empty, or holds formulas
            without values.
        MissingExtraError: for XLS and ODS, python-calamine is not installed.
    """
    read = _read_xlsx if container == "xlsx" else _read_others
    try:
        names, found = read(content, name, worksheet)
    except (GradetoolsError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - a damaged workbook raises whatever it hits; calamine panics outside Exception
        kind = container.upper()
        raise SheetError(
            f"{name} cannot be read as an {kind} workbook: open it in a spreadsheet program and save it again."
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


_Found = tuple[list[str], tuple[str, Rows] | None]


def _first_filled(
    names: list[str], worksheet: str | None, rows_of: Callable[[str], Rows]
) -> tuple[str, Rows] | None:
    """Give the worksheet of that name, or the first, that has rows."""
    wanted = [title for title in names if worksheet in (None, title)]
    filled = ((title, rows_of(title)) for title in wanted)
    return next(((title, rows) for title, rows in filled if rows), None)


def _read_xlsx(content: bytes, name: str, worksheet: str | None) -> _Found:
    import openpyxl  # half a second that a CSV need not wait for

    with warnings.catch_warnings():
        # openpyxl warns of drawings and validations that it leaves out; no grade stands in them.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = {sheet.title: sheet for sheet in book.worksheets}

        def rows_of(title: str) -> Rows:
            sheet: Any = sheets[title]
            # The size that a worksheet states may be too small, and hide cells, or far too large.
            sheet.reset_dimensions()
            shown = ([_show(cell) for cell in row] for row in sheet.iter_rows())
            rows = _collect(shown, name)
            if rows:
                _refuse_uncalculated(sheet, name)
            return rows

        return list(sheets), _first_filled(list(sheets), worksheet, rows_of)


def _show(cell: Any) -> str:  # noqa: ANN401 - openpyxl's read-only cells share no class
    return "" if cell.value is None else show_value(cell.value, cell.number_format or "")


def _refuse_uncalculated(sheet: Any, name: str) -> None:  # noqa: ANN401 - see `_show`
    """Refuse formulas without a value, as programs write them that do not calculate; they would read as blank."""
    from openpyxl.xml.functions import iterparse

    places = []
    with sheet._get_source() as source:  # noqa: SLF001 - the cell's XML alone tells "" from no value
        for _, element in iterparse(source):
            kind = element.tag.rpartition("}")[2]
            if kind == "c":
                parts = {part.tag.rpartition("}")[2]: part.text for part in element}
                blank = "v" in parts and element.get("t") == "str"
                if "f" in parts and not parts.get("v") and not blank:
                    places.append(element.get("r", "?"))
            if kind == "row":
                element.clear()
    if places:
        raise SheetError(
            f"{name} holds {len(places)} formulas that were never calculated, the first in {places[0]}"
            f" of {sheet.title!r}: open it in a spreadsheet program and save it again."
        )


def _read_others(content: bytes, name: str, worksheet: str | None) -> _Found:
    try:
        import python_calamine
    except ImportError:
        raise MissingExtraError(f"Reading {name}, an XLS or ODS workbook,", "sheets") from None
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))

    def rows_of(title: str) -> Rows:
        rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        return _collect(([show_value(value) for value in row] for row in rows), name)

    return list(book.sheet_names), _first_filled(list(book.sheet_names), worksheet, rows_of)


def _collect(rows: Iterable[list[str]], name: str) -> Rows:
    """Leave out the empty rows and columns at the end, which are but formatted."""
    kept: Rows = []
    filled = 0
    for row in _bounded(rows, name):
        while row and not row[-1]:
            row.pop()
        kept.append(row)
        filled = len(kept) if row else filled
    del kept[filled:]
    refuse_vast(name, len(kept), max(map(len, kept), default=0))
    return kept


def _bounded(rows: Iterable[list[str]], name: str) -> Iterator[list[str]]:
    numbered = iter(rows)
    yield from itertools.islice(numbered, MOST_ROWS)
    if next(numbered, None) is not None:
        raise SheetError(
            f"{name} has more than {MOST_ROWS:,} rows, the most of a workbook: save it as CSV."
        )
