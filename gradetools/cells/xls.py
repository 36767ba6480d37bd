"""One worksheet of an XLS workbook, by xlrd, which tells number formats."""

from __future__ import annotations

import io
from typing import Any

from gradetools.cells.grid import Grid, Merged
from gradetools.cells.shown import show_stored_number
from gradetools.errors import MissingExtraError, SheetError


def open_xls(content: bytes, name: str) -> Any:  # noqa: ANN401 - xlrd publishes no types
    """Open a workbook; its worksheets are read when they are asked for.

    Raises:
        SheetError: a password locks it.
        MissingExtraError: xlrd is not installed.
    """
    try:
        import xlrd
    except ImportError:
        raise MissingExtraError(f"Reading {name}, an XLS workbook,", "sheets") from None
    try:
        return xlrd.open_workbook(
            file_contents=content,
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
            logfile=io.StringIO(),
        )
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise SheetError(f"{name} is locked with a password: save it without one.") from None
        raise


def read_sheet(book: Any, title: str, name: str) -> tuple[Grid, int, int, list[Merged]]:  # noqa: ANN401 - see above
    """Give the cells of a worksheet, how many rows and columns that hold anything are hidden, and which cells are merged."""
    sheet = book.sheet_by_name(title)
    grid = Grid(name)
    hidden_rows = 0
    for row in range(sheet.nrows):
        filled = False
        for column, cell in enumerate(sheet.row(row)):
            text = _show(book, cell)
            if text:
                grid.put(row, column, text)
                filled = True
        info = sheet.rowinfo_map.get(row)
        hidden_rows += filled and bool(info and info.hidden)
    columns = enumerate(grid.columns)
    hidden = [k for k, cells in columns if cells and _is_hidden(sheet.colinfo_map.get(k))]
    merged = [
        Merged(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells
    ]
    book.unload_sheet(title)
    return grid, hidden_rows, len(hidden), merged


def _is_hidden(info: Any) -> bool:  # noqa: ANN401 - see above
    return bool(info and info.hidden)


def _show(book: Any, cell: Any) -> str:  # noqa: ANN401 - see above
    import xlrd

    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        number_format = _format(book, cell.xf_index)
        return show_stored_number(repr(cell.value), number_format, from_1904=bool(book.datemode))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    return str(cell.value)


def _format(book: Any, style: int | None) -> str:  # noqa: ANN401 - see above
    if style is None or not 0 <= style < len(book.xf_list):
        return ""
    found = book.format_map.get(book.xf_list[style].format_key)
    return str(found.format_str) if found else ""
