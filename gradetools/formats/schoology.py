"""Schoology gradebook: a row per student, a column per material, known by `Unique User ID` only.

Source: `uc.powerschool-docs.com`, "Moving student grades from one section to another", says "a row for each
student, material titles as column headers" and that an import matches on `Unique User ID`. The exact header is
unsourced, so every other column is taken as in a plain sheet: by its words and by what stands in it.
"""

from __future__ import annotations

from gradetools.cells import Cells
from gradetools.formats import plain_wide
from gradetools.formats.recognition import Description, Recognition, find_row
from gradetools.formats.words import TOKENS, assign_roles, plain_word, student_fields

_KEY = "Unique User ID"
KEYS = {_KEY: student_fields(plain_word(_KEY))}

__all__ = ["KEYS", "TOKENS", "describe", "recognise"]


def recognise(cells: Cells) -> Recognition | None:
    """Know a Schoology export by a column `Unique User ID`."""
    found = find_row(cells, lambda header: _KEY in header)
    if found is None:
        return None
    line, _ = found
    roles, maxima = assign_roles(cells, line)
    return Recognition("schoology", line, roles, maxima, 0.6, f"its header has {_KEY!r}")


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what each column means, as in a plain sheet."""
    return plain_wide.describe(cells, recognition)
