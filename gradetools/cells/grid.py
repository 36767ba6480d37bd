"""Cells that arrive one by one, at whatever place, into a table of text that never holds more than it may."""

from __future__ import annotations

from typing import NamedTuple, NoReturn

import pandas as pd

from gradetools.cells.limits import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, refuse_vast
from gradetools.errors import SheetError


class Merged(NamedTuple):
    """Cells that a spreadsheet program shows as one, with the text of the first; lines and positions as in `Cells`.

    Attributes:
        first_line, last_line: its rows.
        first_position, last_position: its columns.
    """

    first_line: int
    first_position: int
    last_line: int
    last_position: int


class Grid:
    """A table that grows with the cells put into it; empty rows and columns at its end never come to be.

    Each column is a list of its own, as the frame will have it; a table of rows would need as much again.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.height = 0
        self.columns: list[list[str]] = []
        self._characters = 0

    def put(self, row: int, column: int, text: str, *, rows: int = 1) -> None:
        """Put a text into a cell, or into several below each other; places count from 0.

        Raises:
            SheetError: the table would become larger than any grade sheet.
        """
        if row + rows > self.height or column >= len(self.columns):
            self._grow(row + rows, column + 1)
        cells = self.columns[column]
        missing = row - len(cells)
        if missing > 0:
            cells.extend([""] * missing)
        if missing >= 0 and rows == 1:
            cells.append(text)
        else:
            cells[row : row + rows] = [text] * rows
        self._characters += len(text) * rows
        if self._characters > MOST_CHARACTERS:
            raise SheetError(
                f"{self.name} holds more than {MOST_CHARACTERS:,} characters, which no grade sheet does:"
                " do not open it, and ask where it comes from."
            )

    def _grow(self, height: int, width: int) -> None:
        if height > MOST_ROWS:
            raise SheetError(
                f"{self.name} has more than {MOST_ROWS:,} rows, the most of a workbook: save it as CSV."
            )
        self.height = max(height, self.height)
        width = max(width, len(self.columns))
        refuse_vast(self.name, self.height, width)
        self.columns += [[] for _ in range(width - len(self.columns))]

    def take_frame(self) -> pd.DataFrame:
        """Give the frame of `Cells`, and forget the cells on the way: they are not held twice."""
        lines = pd.RangeIndex(1, self.height + 1, name="line")
        found = {}
        for position, cells in enumerate(self.columns):
            cells.extend([""] * (self.height - len(cells)))
            found[position] = pd.Series(cells, index=lines, dtype="str")
            cells.clear()
        self.columns.clear()
        return pd.DataFrame(found, index=lines, copy=False)


def refuse_column(name: str, column: int) -> NoReturn:
    """Refuse a column, counted from 0, that no spreadsheet program has.

    Raises:
        SheetError: always.
    """
    raise SheetError(
        f"{name} has a row of {column + 1:,} cells, more than the {MOST_COLUMNS:,} columns that a spreadsheet"
        " program has: open it in one and save it again."
    )
