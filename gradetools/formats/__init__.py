"""Known exports: which one a table is, and what its columns mean.

Each module of this package that has a function `recognise` is a format: `recognise(cells)` gives a
`Recognition` or None, `describe(cells, recognition)` a `Description`. Adding a format adds a module and
touches no other file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import ModuleType

from gradetools.cells import Cells
from gradetools.errors import SheetError
from gradetools.formats.recognition import Description, Recognition
from gradetools.formats.words import assign_roles

__all__ = ["describe", "list_formats", "recognise"]


@cache
def _formats() -> Mapping[str, ModuleType]:
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "recognise")}


#: Those whose name does not tell it.
_TOLD = {
    "plain_wide": "a plain table, one row per student",
    "plain_long": "a plain table, one row per score",
    "oneroster_csv": "results of a OneRoster package",
    "powerschool": "an export of PowerSchool",
    "brightspace": "an export of Brightspace (D2L)",
}


def list_formats() -> list[str]:
    """Name the formats that can be recognised."""
    return list(_formats())


def tell_format(name: str) -> str:
    """Say what a format is to who has the sheet: `a plain table, one row per student`, `an export of Canvas`."""
    return _TOLD.get(name) or f"an export of {name.replace('_', ' ').title()}"


def recognise(
    cells: Cells, *, format_name: str | None = None, header_row: int | None = None
) -> Recognition:
    """Say which export a table is: of the formats that know it, the most certain one.

    Args:
        cells: the table.
        format_name: the only format to consider; see `list_formats`.
        header_row: the line of the header; where no export has its header there, the table is a plain one.

    Raises:
        SheetError: the table has no row that could be a header, or is not of that format.
    """
    if format_name is not None and format_name not in _formats():
        known = ", ".join(list_formats())
        raise SheetError(f"There is no format {format_name!r}: choose one of {known}.")
    modules = [_formats()[format_name]] if format_name else list(_formats().values())
    found = [known for module in modules if (known := module.recognise(cells))]
    if header_row is not None:
        found = [known for known in found if known.header_line == header_row]
        found = found or _recognise_below(cells, header_row, modules)
    if not found:
        raise SheetError(_why_none(cells, format_name))
    best: Recognition = max(found, key=lambda each: each.certainty)
    return best


def _recognise_below(cells: Cells, header_row: int, modules: list[ModuleType]) -> list[Recognition]:
    """Recognise a table as if nothing stood above a chosen header; any header will do for a plain table."""
    if header_row not in cells.frame.index:
        raise SheetError(f"{cells.source} has no line {header_row}: choose another header row.")
    frame = cells.frame.copy()
    frame.loc[: header_row - 1] = ""
    below = replace(cells, frame=frame)
    found = [known for module in modules if (known := module.recognise(below))]
    found = [known for known in found if known.header_line == header_row]
    plain = _formats()["plain_wide"]
    if found or plain not in modules:
        return found
    roles, maxima = assign_roles(cells, header_row)
    reason = "below the header that you chose it is a plain table, and not an export of Canvas, Moodle or the like"
    return [Recognition("plain_wide", header_row, roles, maxima, 0.0, reason)]


def _why_none(cells: Cells, format_name: str | None) -> str:
    if format_name:
        return f"{cells.source} is no {format_name} export: leave the format out or choose another."
    return (
        f"{cells.source} has no header: a grade sheet needs a row that names its columns,"
        " and at least two columns below it."
    )


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what each column of a recognised table means."""
    description: Description = _formats()[recognition.format].describe(cells, recognition)
    return description
