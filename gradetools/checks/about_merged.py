"""Check of cells that a spreadsheet program shows as one: only the first of them holds what all seem to hold."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from gradetools.checks.facts import Facts
from gradetools.checks.registry import MOST_TOLD, Finding, check
from gradetools.columns import tell_lines
from gradetools.sheet import name_column


class _Block(NamedTuple):
    """Merged cells that stand under score columns in rows of students.

    Attributes:
        first, text: the place of the first cell, as a spreadsheet program calls it, and what is shown.
        rows: which of the rows of `students`.
        columns: which of the score columns.
    """

    first: str
    text: str
    rows: range
    columns: range


@check(
    "merged-cells",
    "warning",
    means="A cell is merged with others in the spreadsheet and seems to hold what the first of them shows, but is blank: nothing is "
    f"sent for it. More than {MOST_TOLD} of a column are told as one.",
    fix="Type the score into each cell that it is meant for; nothing, if it is meant for the first alone.",
)
def _merged_cells(facts: Facts) -> Iterator[Finding]:
    blocks = list(_list_blocks(facts))
    if not blocks:
        return
    width, lines = len(facts.score_columns), facts.students["line"].to_numpy()
    text = facts.entries["text"].cat
    filled = (text.categories.str.strip() != "").take(text.codes.to_numpy())
    blank = ~filled.reshape(len(lines), width)
    for column, meaning in enumerate(facts.score_columns):
        found: dict[int, _Block] = {}
        for block in blocks:
            if column in block.columns:
                rows = np.flatnonzero(blank[block.rows.start : block.rows.stop, column])
                found |= dict.fromkeys((rows + block.rows.start).tolist(), block)
        key = str(meaning.column)
        if len(found) > MOST_TOLD:
            told = tell_lines(lines[list(found)].tolist(), MOST_TOLD)
            message = f"{len(found):,} cells of {key!r} are merged with others that show a text, and are blank: {told}."
            yield Finding(0, key, message)
            continue
        for row, block in found.items():
            message = f"The cell is merged with {block.first}, which shows {block.text!r}, but is blank: nothing is sent for it."
            yield Finding(int(lines[row]), key, message)


def _list_blocks(facts: Facts) -> Iterator[_Block]:
    """Go through what is merged where scores stand. Merged cells never overlap: what claims more than there is is no more read."""
    lines = facts.students["line"].tolist()
    positions = [facts.sheet.position(each.column) for each in facts.score_columns]
    left = len(lines) * len(positions)
    for line, position, last_line, last_position in facts.sheet.cells.merged:
        rows = _find_within(lines, line, last_line)
        columns = _find_within(positions, position, last_position)
        text = _show_text(facts, line, position) if rows and columns else ""
        left -= len(rows) * len(columns)
        if text and left >= 0:
            yield _Block(f"{name_column(position)}{line}", text, rows, columns)


def _find_within(numbers: Sequence[int], first: int, last: int) -> range:
    """Say which of some ascending numbers are from the first to the last."""
    return range(bisect_left(numbers, first), bisect_right(numbers, last))


def _show_text(facts: Facts, line: int, position: int) -> str:
    frame = facts.sheet.cells.frame
    there = line in frame.index and position in frame.columns
    return str(frame.loc[line, position]).strip() if there else ""
