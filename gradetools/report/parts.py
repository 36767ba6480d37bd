"""The rows of a sheet split by how their entries ended, in the sheet's own shape: corrected, they are loaded again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import pandas as pd

from gradetools.cells.defused import is_defusable
from gradetools.formats.recognition import OWN_COLUMN
from gradetools.receipt import GOOD_STATES
from gradetools.sheet import ColumnKey, Sheet

#: What stands in which part of a receipt.
PARTS: Mapping[str, frozenset[str]] = {
    "succeeded": GOOD_STATES,
    "failed": frozenset({"failed", "blocked", "conflict"}),
    "unsent": frozenset({"unsent"}),
}
_TOLD = ("line", "state", "reason", "message", "http_status", "request_id")
#: What no program takes for more than a number.
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?%?")

#: Gives a cell's text as it is to be written.
Shield = Callable[[str], str]


def is_runnable(text: str) -> bool:
    """Whether a spreadsheet program could take a text for a formula; a number is none, whatever its sign."""
    return is_defusable(text) and not _NUMBER.fullmatch(text.strip())


def defuse(text: str) -> str:
    """Put `'` before a cell that a spreadsheet program would run as a formula; numbers are left alone.

    So is one put before a cell that already looks as if it had one, so that reading takes off no more than was put on.
    """
    return f"'{text}" if is_runnable(text) else text


def keep_quote(text: str) -> str:
    """Put `'` before a cell that reading would take one off, and before no other: for cells that nothing runs."""
    bare = text.strip()
    return f"'{text}" if bare.startswith("'") and is_defusable(bare[1:]) else text


def render_part(sheet: Sheet, entries: pd.DataFrame, part: pd.DataFrame) -> str:
    """Write the rows of some entries in the sheet's own shape, as CSV text (`part_rows`).

    Cells are parted by semicolon where the sheet's are: its spreadsheet program expects that, and 5,5 is typed without quotes.
    """
    text = io.StringIO(newline="")
    delimiter = ";" if sheet.detected.get("delimiter") == ";" else ","
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows(part_rows(sheet, entries, part, defuse))
    return text.getvalue()


def part_rows(
    sheet: Sheet, entries: pd.DataFrame, part: pd.DataFrame, shield: Shield
) -> Iterator[list[str]]:
    """Give the rows of some entries in the sheet's own shape.

    Rows above the header and rows that hold no student stay; cells of other entries are blanked, and what belongs
    to them; columns named `gradetools_*` say how each row's entries ended.

    Args:
        sheet: what was pushed.
        entries: all entries of the receipt.
        part: those whose cells are kept.
        shield: what is done to each text so that no program runs it.
    """
    others = _other_cells(sheet, entries, part)
    kept = [place for place, key in enumerate(sheet.header) if not key.name.startswith(OWN_COLUMN)]
    told = _tell_lines(part)
    for _, cells in _rows(sheet.preamble):
        yield [shield(cells[place]) for place in kept]
    names = [shield(sheet.header[place].name) for place in kept]
    yield [*names, *(OWN_COLUMN + name for name in _TOLD)]
    roles = sheet.roles.to_dict()
    for line, cells in _rows(sheet.frame):
        if roles[line] == "student" and line not in told:
            continue
        row = ["" if (line, place) in others else shield(cells[place]) for place in kept]
        yield [*row, *map(shield, told.get(line, [""] * len(_TOLD)))]


def _other_cells(
    sheet: Sheet, entries: pd.DataFrame, part: pd.DataFrame
) -> frozenset[tuple[int, int]]:
    """Give line and position of the cells whose entries are in another part, with the comments and flags beside them."""
    mine = set(zip(part["line"], part["column"], part["occurrence"], strict=True))
    places = {key: place for place, key in enumerate(sheet.header)}
    whole = {place: (place, *sheet.description.beside(place)) for place in places.values()}
    return frozenset(
        (line, place)
        for line, column, occurrence in zip(
            entries["line"], entries["column"], entries["occurrence"], strict=True
        )
        if (line, column, occurrence) not in mine
        for place in whole[places[ColumnKey(column, occurrence)]]
    )


def _tell_lines(part: pd.DataFrame) -> dict[int, list[str]]:
    """Say for each line how its entries ended."""
    lines: dict[int, list[tuple[str, ...]]] = {}
    columns = [[to_text(value) for value in part[name].tolist()] for name in ("column", *_TOLD[1:])]
    for line, *texts in zip(part["line"].tolist(), *columns, strict=True):
        lines.setdefault(line, []).append(tuple(texts))
    return {line: [str(line), *_tell_line(entries)] for line, entries in lines.items()}


def _tell_line(entries: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Give one word where all entries of a line ended alike, else column by column."""
    columns, *told = zip(*entries, strict=True)
    for texts in told:
        pairs = [f"{column}: {text}" for column, text in zip(columns, texts, strict=True) if text]
        yield texts[0] if len(set(texts)) == 1 else "; ".join(pairs)


def to_text(value: object) -> str:
    """Give a value of a table as text, blank where there is none."""
    return "" if value is None or value is pd.NA else str(value)


def _rows(frame: pd.DataFrame) -> Iterator[tuple[int, list[str]]]:
    for line, cells in zip(
        frame.index.tolist(), frame.to_numpy(dtype=object).tolist(), strict=True
    ):
        yield int(line), cells
