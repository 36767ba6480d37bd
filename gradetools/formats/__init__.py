"""Known exports: which one a table is, and what its columns mean.

Each module of this package that has a function `recognise` is a format: `recognise(cells)` gives a
`Recognition` or None, `describe(cells, recognition)` a `Description`. Adding a format adds a module and
touches no other file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import ModuleType

from gradetools.cells import Cells
from gradetools.errors import SheetError
from gradetools.formats.recognition import Description, Recognition

__all__ = ["describe", "list_formats", "recognise"]


@cache
def _formats() -> Mapping[str, ModuleType]:
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "recognise")}


def list_formats() -> list[str]:
    """Name the formats that can be recognised."""
    return list(_formats())


def recognise(cells: Cells) -> Recognition:
    """Say which export a table is: of the formats that know it, the most certain one.

    Raises:
        SheetError: the table has no row that could be a header.
    """
    found = [
        known for known in (module.recognise(cells) for module in _formats().values()) if known
    ]
    if not found:
        raise SheetError(
            f"{cells.source} has no header: a grade sheet needs a row that names its columns,"
            " and at least two columns below it."
        )
    best: Recognition = max(found, key=lambda each: each.certainty)
    return best


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what each column of a recognised table means."""
    description: Description = _formats()[recognition.format].describe(cells, recognition)
    return description
