"""One worksheet of an OpenDocument spreadsheet, cell by cell as a stream.

Source of the elements: OASIS OpenDocument 1.3, part 3, chapters 9 and 19. A cell holds its value and beside it the
text that is shown, which is where an id formatted `00000` keeps its zeros.
"""

from __future__ import annotations

import re
import zipfile
from functools import lru_cache

from gradetools.cells.grid import Grid, Merged, refuse_column
from gradetools.cells.limits import MOST_COLUMNS
from gradetools.cells.markup import Attributes, stream_xml
from gradetools.cells.shown import show_duration, show_value

_PREFIX = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT = (f"{_PREFIX}{name}:1.0 " for name in ("office", "table", "text"))
_REPEATED = _TABLE + "number-columns-repeated"
_SPANNED = _TABLE + "number-rows-spanned", _TABLE + "number-columns-spanned"
_TYPE, _VALUE = _OFFICE + "value-type", _OFFICE + "value"
#: What stands in or behind a cell and is not its text.
_ASIDE = {"annotation", "shapes", "frame", "custom-shape", "ruby-text", "note", "tracked-changes"}
_BLANKS = re.compile("[ \t\r\n]+")
_UNEVEN = re.compile("[\0-\2\t\r\n]|  ")
_MARKS = {0: " ", 1: "\t", 2: "\n"}
#: A cell holds no more characters than this.
_MOST_BLANKS = 1 << 15
_ID = re.compile(r"[^0-9,.]?[0-9]+([-/][0-9]+)*")
_TIME = re.compile(r"(?P<sign>-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?")


class TableReader:
    """The cells of one table, on their way into a grid; the first that holds anything, where none is named.

    Attributes:
        titles: of all tables.
        title: of the one that was read, "" for none.
        grid: what was found in it.
        uncalculated: the places of formulas without a value.
        hidden_rows: how many rows that hold anything are hidden.
        merged: the cells that are shown as one.
    """

    def __init__(self, name: str, worksheet: str | None) -> None:
        self.titles: list[str] = []
        self.title = ""
        self.grid = Grid(name)
        self.uncalculated: list[str] = []
        self.hidden_rows = 0
        self.merged: list[Merged] = []
        self._wanted = worksheet
        self._reading = False
        self._depth, self._aside = 0, 0
        self._row, self._rows, self._column = 0, 1, 0
        self._row_hidden = False
        self._found: list[tuple[int, int, str]] = []
        self._cell: Attributes = {}
        self._paragraphs: list[str] = []
        self._pieces: list[str] = []

    def read(self, archive: zipfile.ZipFile) -> None:
        """Go through the workbook."""
        start = {
            "table": self._start_table, "table-row": self._start_row, "table-cell": self._start_cell,
            "covered-table-cell": self._start_cell, "p": self._start_paragraph, "s": self._start_blanks,
            "tab": lambda _: self._pieces.append("\1"), "line-break": lambda _: self._pieces.append("\2"),
            **dict.fromkeys(_ASIDE, self._start_aside),
        }  # fmt: skip
        end = {
            "table": self._end_table, "table-row": self._end_row, "table-cell": self._end_cell,
            "covered-table-cell": self._end_covered, "p": self._end_paragraph,
            **dict.fromkeys(_ASIDE, self._end_aside),
        }  # fmt: skip
        with archive.open("content.xml") as source:
            stream_xml(source, start=start, end=end, text=self._pieces.append)

    def _start_aside(self, _: Attributes) -> None:
        self._aside += 1

    def _end_aside(self) -> None:
        self._aside -= 1
        self._pieces.clear()

    def _start_table(self, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > 1 or self._aside:
            return
        title = attributes.get(_TABLE + "name", "")
        self.titles.append(title)
        self._reading = not self.title if self._wanted is None else title == self._wanted
        self._row = 0

    def _end_table(self) -> None:
        self._depth -= 1
        if self._depth == 0 and self._reading and (self.grid.height or self.uncalculated):
            self.title = self.titles[-1]

    def _start_row(self, attributes: Attributes) -> None:
        if self._depth == 1 and not self._aside:
            self._rows = int(attributes.get(_TABLE + "number-rows-repeated", "1"))
            self._row_hidden = attributes.get(_TABLE + "visibility", "visible") != "visible"
            self._column = 0

    def _end_row(self) -> None:
        if self._depth != 1 or self._aside:
            return
        if self._found:
            # The last cell first: it tells whether all of them have room.
            column, count, _ = self._found[-1]
            self.grid.put(self._row + self._rows - 1, column + count - 1, "")
            for column, count, text in self._found:
                for each in range(column, column + count):
                    self.grid.put(self._row, each, text, rows=self._rows)
            self.hidden_rows += self._rows * self._row_hidden
            self._found.clear()
        self._row += self._rows

    def _start_cell(self, attributes: Attributes) -> None:
        if self._depth == 1 and not self._aside:
            self._cell = attributes
            self._paragraphs.clear()

    def _end_cell(self) -> None:
        if self._depth != 1 or self._aside:
            return
        count = int(self._cell.get(_REPEATED, "1"))
        if self._reading and (text := self._show()):
            if self._column + count > MOST_COLUMNS:
                refuse_column(self.grid.name, self._column + count - 1)
            self._found.append((self._column, count, text))
            self._note_merged()
        self._column += count

    def _note_merged(self) -> None:
        rows, columns = (int(self._cell.get(name, "1")) for name in _SPANNED)
        if rows > 1 or columns > 1:
            line, last = self._row + 1, self._column + columns - 1
            self.merged.append(Merged(line, self._column, line + rows - 1, last))

    def _end_covered(self) -> None:
        """Pass over what a merged cell covers: it is not shown."""
        if self._depth == 1 and not self._aside:
            self._column += int(self._cell.get(_REPEATED, "1"))

    def _start_paragraph(self, _: Attributes) -> None:
        if not self._aside:
            self._pieces.clear()

    def _end_paragraph(self) -> None:
        if not self._aside:
            self._paragraphs.append(_tidy("".join(self._pieces)))

    def _start_blanks(self, attributes: Attributes) -> None:
        count = int(attributes.get(_TEXT + "c", "1"))
        self._pieces.append("\0" * min(count, _MOST_BLANKS))

    def _show(self) -> str:
        kind, shown = self._cell.get(_TYPE, ""), "\n".join(self._paragraphs)
        if kind in ("float", "currency"):
            return _show_number(self._cell[_VALUE], shown)
        if kind == "percentage":
            return show_value(float(self._cell[_VALUE]), "0%")
        if kind == "date":
            return self._cell[_OFFICE + "date-value"].removesuffix("T00:00:00")
        if kind == "time":
            return _show_time(self._cell[_OFFICE + "time-value"])
        if kind == "boolean":
            return self._cell[_OFFICE + "boolean-value"].upper()
        if not kind and not shown and _TABLE + "formula" in self._cell:
            self.uncalculated.append(f"line {self._row + 1}, column {self._column + 1}")
        return self._cell.get(_OFFICE + "string-value", shown)


def _tidy(text: str) -> str:
    """Make one blank of the markup's own, and give the others back, which stand as marks."""
    return _BLANKS.sub(" ", text).translate(_MARKS) if _UNEVEN.search(text) else text


@lru_cache(maxsize=1 << 15)
def _show_number(stored: str, shown: str) -> str:
    """Take the number itself, and the zeros before it where the text shown has them."""
    text = show_value(float(stored))
    if not _ID.fullmatch(shown):
        return text
    digits = re.sub("[^0-9]", "", shown)
    same = (digits.lstrip("0") or "0") == text
    return shown if same and (digits != text or "-" in shown or "/" in shown) else text


def _show_time(value: str) -> str:
    found = _TIME.fullmatch(value)
    if found is None:
        return value
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups()[1:])
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    text = show_duration(-whole if found["sign"] else whole)
    return text.zfill(8) if whole < 24 * 3600 else text
