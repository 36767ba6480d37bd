"""One worksheet of an XLSX workbook, cell by cell as a stream: a million rows need no more than their own texts.

Source of the elements: ECMA-376, part 1, chapter 18 (SpreadsheetML). openpyxl tells which number formats are
dates; its reader makes an object of each cell and of each shared string, and needs several times as long.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from gradetools.cells.grid import Grid, Merged, refuse_column
from gradetools.cells.limits import MOST_COLUMNS, MOST_ROWS
from gradetools.cells.markup import Attributes, collect_elements, resolve_part, stream_xml
from gradetools.cells.shown import show_stored_number, show_value

_RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_RANGE = re.compile(r"([A-Z]+)([1-9][0-9]*):([A-Z]+)([1-9][0-9]*)")


class Worksheet(NamedTuple):
    """A worksheet's name, whether people see it, and its part of the archive."""

    title: str
    visible: bool
    part: str


@dataclass(frozen=True)
class Workbook:
    """What the worksheets of a workbook share."""

    archive: zipfile.ZipFile
    worksheets: tuple[Worksheet, ...]
    formats: Sequence[str]
    strings: Sequence[str]
    from_1904: bool


def open_xlsx(archive: zipfile.ZipFile) -> Workbook:
    """Read what the worksheets share: their names, number formats and strings."""
    base = next(iter(_relations(archive, "", "officeDocument").values()), "xl/workbook.xml")
    found = collect_elements(archive, base, {"sheet", "workbookPr"})
    parts = _relations(archive, base, "worksheet")
    worksheets = []
    for name, each in found:
        part = next((parts[each[key]] for key in _RELATION if each.get(key) in parts), "")
        if name == "sheet" and part:
            worksheets.append(
                Worksheet(each["name"], each.get("state", "visible") == "visible", part)
            )
    styles = next(iter(_relations(archive, base, "styles").values()), "")
    strings = next(iter(_relations(archive, base, "sharedStrings").values()), "")
    return Workbook(
        archive,
        tuple(worksheets),
        _read_formats(archive, styles) if styles else (),
        _read_strings(archive, strings) if strings else (),
        any(
            each.get("date1904", "0") in ("1", "true")
            for name, each in found
            if name == "workbookPr"
        ),
    )


def _relations(archive: zipfile.ZipFile, base: str, kind: str) -> dict[str, str]:
    """Give the parts of one kind that a part names, by the ids that it gives them."""
    part = resolve_part(base, f"_rels/{base.rpartition('/')[2]}.rels")
    if part not in archive.namelist():
        return {}
    return {
        each["Id"]: resolve_part(base, each["Target"])
        for _, each in collect_elements(archive, part, {"Relationship"})
        if each["Type"].rpartition("/")[2] == kind
    }


def _read_formats(archive: zipfile.ZipFile, part: str) -> list[str]:
    """Give the number format of each style that a cell may name."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    own: dict[int, str] = {}
    formats: list[str] = []
    place = ""
    for name, each in collect_elements(
        archive, part, {"numFmt", "xf", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"}
    ):
        if name == "numFmt" and not place:
            own[int(each["numFmtId"])] = each["formatCode"]
        elif name == "xf" and place == "cellXfs":
            known = int(each.get("numFmtId", "0"))
            formats.append(own.get(known) or BUILTIN_FORMATS.get(known, ""))
        elif name != "xf":
            place = name
    return formats


class _Texts:
    """The text of the element that is being read: plain, or in runs of rich text; never its reading aid."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.runs: list[str] = []
        self._aside = False

    def begin(self, _: Attributes) -> None:
        self.parts.clear()

    def end_run(self) -> None:
        if not self._aside:
            self.runs.append("".join(self.parts))

    def begin_aside(self, _: Attributes) -> None:
        self._aside = True

    def end_aside(self) -> None:
        self._aside = False

    def take(self) -> str:
        text = "".join(self.runs)
        self.runs.clear()
        return _unescape(text)


def _unescape(text: str) -> str:
    """Give the characters that XML has no room for: `_x000D_` is a carriage return (ST_Xstring)."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    # Half a character could not be written anywhere.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _read_strings(archive: zipfile.ZipFile, part: str) -> list[str]:
    strings: list[str] = []
    texts = _Texts()
    start = {"t": texts.begin, "rPh": texts.begin_aside}
    end = {
        "t": texts.end_run,
        "rPh": texts.end_aside,
        "si": lambda: strings.append(texts.take()),
    }
    with archive.open(part) as source:
        stream_xml(source, start=start, end=end, text=texts.parts.append)
    return strings


class SheetReader:
    """The cells of one worksheet, on their way into a grid.

    Attributes:
        grid: what was found.
        uncalculated: the places of formulas without a value, as programs write them that do not calculate.
        hidden_rows, hidden_columns: how many of those that hold anything are hidden.
        merged: the cells that are shown as one.
    """

    def __init__(self, book: Workbook, name: str) -> None:
        self.grid = Grid(name)
        self.uncalculated: list[str] = []
        self.hidden_rows = 0
        self.merged: list[Merged] = []
        self._book = book
        self._texts = _Texts()
        self._hidden: list[range] = []
        self._row, self._column = -1, -1
        self._row_hidden = False
        self._cell: Attributes = {}
        self._value: str | None = None
        self._formula = False

    def read(self, worksheet: Worksheet) -> None:
        """Go through the worksheet. What it says of its own size is not believed."""
        texts = self._texts
        start = {
            "c": self._start_cell, "v": texts.begin, "f": self._start_formula, "row": self._start_row,
            "col": self._start_column, "t": texts.begin, "rPh": texts.begin_aside, "mergeCell": self._start_merged,
        }  # fmt: skip
        end = {
            "c": self._end_cell,
            "v": self._end_value,
            "t": texts.end_run,
            "rPh": texts.end_aside,
        }
        with self._book.archive.open(worksheet.part) as source:
            stream_xml(source, start=start, end=end, text=texts.parts.append)

    @property
    def hidden_columns(self) -> int:
        """How many columns that hold anything are hidden."""
        return sum(
            bool(cells) and any(position in each for each in self._hidden)
            for position, cells in enumerate(self.grid.columns)
        )

    def _start_cell(self, attributes: Attributes) -> None:
        self._cell, self._value, self._formula = attributes, None, False
        self._texts.runs.clear()

    def _start_formula(self, _: Attributes) -> None:
        self._formula = True

    def _start_column(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in ("1", "true"):
            self._hidden.append(range(int(attributes["min"]) - 1, int(attributes["max"])))

    def _start_merged(self, attributes: Attributes) -> None:
        if found := _RANGE.fullmatch(attributes.get("ref", "")):
            left, top, right, bottom = found.groups()
            self.merged.append(Merged(int(top), _position(left), int(bottom), _position(right)))

    def _start_row(self, attributes: Attributes) -> None:
        self._row = int(attributes.get("r", self._row + 2)) - 1
        self._column = -1
        self._row_hidden = attributes.get("hidden") in ("1", "true")
        if self._row < 0:
            raise ValueError("rows are numbered from 1")
        if self._row >= MOST_ROWS:
            self.grid.put(self._row, 0, "")  # refuses it

    def _end_value(self) -> None:
        self._value = "".join(self._texts.parts)

    def _end_cell(self) -> None:
        place = self._cell.get("r")
        column = _position(place.rstrip("0123456789")) if place else self._column + 1
        self._column = column
        if text := self._show(self._cell.get("t", "n")):
            if column >= MOST_COLUMNS:
                refuse_column(self.grid.name, column)
            self.grid.put(self._row, column, text)
            if self._row_hidden:
                self.hidden_rows += 1
                self._row_hidden = False

    def _show(self, kind: str) -> str:
        value = self._value
        if kind == "inlineStr":
            return self._texts.take()
        if not value:
            if self._formula and (value is None or kind != "str"):
                self.uncalculated.append(self._cell.get("r", "?"))
            return ""
        if kind == "s":
            return self._book.strings[int(value)]
        if kind == "n":
            style = int(self._cell.get("s", "0"))
            formats = self._book.formats
            number_format = formats[style] if style < len(formats) else ""
            return show_stored_number(value, number_format, from_1904=self._book.from_1904)
        if kind == "b":
            return "FALSE" if value == "0" else "TRUE"
        if kind == "d":
            return show_value(dt.datetime.fromisoformat(value)) if "T" in value else value
        return _unescape(value)  # the text of a formula, or an error such as #N/A


@lru_cache(maxsize=MOST_COLUMNS)
def _position(letters: str) -> int:
    """Give the position, from 0, of a column that a spreadsheet program calls by these letters."""
    position = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError(f"no column is called {letters!r}")
        position = min(position * 26 + ord(letter) - ord("A") + 1, 2**31)
    return position - 1
