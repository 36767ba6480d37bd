"""Rows of a text that have more cells than its header: one cell was parted, and all after it stands under the wrong column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gradetools.checks.facts import Facts
from gradetools.formats.recognition import header_cells, is_receipt
from gradetools.sheet import Sheet

#: So many rows with a text beyond the header, if they are most, are a column that has no header.
FEW_ROWS = 3
_WHOLE = re.compile(r"[-+]?[0-9]{1,3}")
_DECIMALS = re.compile(r"[0-9]{1,3}(?: ?%)?")
_DIGITS = re.compile(r"[0-9]+")


class Surplus(NamedTuple):
    """A row with more cells than the header, and the numbers that two of its cells may have been."""

    line: int
    cells: int
    header: int
    decimals: tuple[str, ...]


class _Row(NamedTuple):
    """A student row that asks for something, and what stands beyond the columns that have a name."""

    surplus: Surplus
    beyond: tuple[str, ...]
    is_wider: bool


def find_surplus(facts: Facts) -> Iterator[Surplus]:
    """Go through the rows that seem shifted. In a workbook no sign parts cells, so nothing is told of one.

    A text beyond the header in most rows is a column without a name, unless it is the rest of a number; and empty cells at
    the end of a row are common, so they only count where few rows have them and two cells may have been one number.
    """
    sheet = facts.sheet
    titles = header_cells(sheet.cells, sheet.recognition.header_line)
    named = max((n for n, title in enumerate(titles, start=1) if title), default=0)
    if "delimiter" not in sheet.detected or named == len(titles):
        return
    rows = list(_list_rows(facts, named, len(titles)))
    filled = [row for row in rows if any(row.beyond)]
    are_few = len(filled) < FEW_ROWS or 2 * len(filled) <= len(rows)
    may_be_blank = 2 * sum(row.is_wider for row in rows) <= len(rows) or is_receipt(titles)
    for row in rows:
        texts = [text for text in row.beyond if text]
        if not texts:
            told = row.is_wider and may_be_blank and bool(row.surplus.decimals)
        elif row.is_wider:
            told = are_few or all(map(_DIGITS.fullmatch, texts))
        else:
            told = 2 * len(filled) <= len(rows) and bool(row.surplus.decimals)
        if told:
            yield row.surplus


def _list_rows(facts: Facts, named: int, width: int) -> Iterator[_Row]:
    sheet = facts.sheet
    widths = sheet.cells.widths
    header = widths.get(sheet.recognition.header_line, width)
    scores = [sheet.position(each.column) for each in facts.score_columns]
    frame = sheet.student_rows[facts.row_asks]
    for line, found in zip(
        frame.index.tolist(), frame.to_numpy(dtype=object).tolist(), strict=True
    ):
        texts = [text.strip() for text in found]
        last = max((n for n, text in enumerate(texts, start=1) if text), default=0)
        cells = widths.get(line, last)
        decimals = _join_decimals(sheet, texts, scores)
        is_wider = line in widths and cells > header
        surplus = Surplus(line, max(cells, last), min(named, header), decimals)
        yield _Row(surplus, tuple(texts[named:]), is_wider)


def _join_decimals(sheet: Sheet, texts: list[str], scores: list[int]) -> tuple[str, ...]:
    """Give the numbers with a decimal comma that a score and the cell after it may have been."""
    if sheet.detected["delimiter"] != ",":
        return ()
    return tuple(
        f"{texts[place]},{texts[place + 1]}"
        for place in scores
        if place + 1 < len(texts)
        and _WHOLE.fullmatch(texts[place])
        and _DECIMALS.fullmatch(texts[place + 1])
    )
