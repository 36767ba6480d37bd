"""Which line was taken for a sheet's header, told to whoever may have named another one."""

from __future__ import annotations

from collections.abc import Sequence

from gradetools.cli.options import Reading
from gradetools.errors import SheetError
from gradetools.formats import recognise
from gradetools.formats.recognition import column_names
from gradetools.sheet import Sheet

#: So many of a header's names show which line it is.
_NAMED = 4


def tell_header(sheet: Sheet, how: Reading) -> str:
    """Say which line was taken for the header, what stands there, and how another is named."""
    line = sheet.recognition.header_line
    told = (
        f"Line {line} was taken for the header ({_list_names([str(key) for key in sheet.header])})"
    )
    if other := tell_other_header(sheet, how):
        return f"{told}, as --header-row says. {other}"
    return f"{told}; --header-row says another."


def tell_other_header(sheet: Sheet, how: Reading) -> str:
    """Say which line would be found to be the header, where --header-row says another; "" where it says none, or the same."""
    if how.header_row is None:
        return ""
    try:
        found = recognise(sheet.cells, format_name=how.format_name).header_line
    except SheetError:
        return ""
    if found == sheet.recognition.header_line:
        return ""
    names = [name for name in column_names(sheet.cells, found) if name]
    return (
        f"Without --header-row {how.header_row} the header is line {found} ({_list_names(names)})."
    )


def _list_names(names: Sequence[str]) -> str:
    more = ", …" if len(names) > _NAMED else ""
    return ", ".join(map(repr, names[:_NAMED])) + more
