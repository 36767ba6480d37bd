"""The table of `docs/faults.md`: written from what a walk saw, and compared with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
HEAD = ("fault", "where", "the entry", "the others", "what the analyst is told", "how it goes on")
_UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\bclass-\d+-[AB]-\d+\b")
_JOURNAL = re.compile(r"\bsandbox-[0-9a-f]{8}\.")

Row = tuple[str, ...]


def tell(message: str) -> str:
    """Take out of a sentence what differs from run to run."""
    for pattern, word in ((r"127\.0\.0\.1:\d+", "HOST"), (r"theirs-ID", "ID")):
        message = _JOURNAL.sub("sandbox.", re.sub(pattern, word, _UUID.sub("ID", message)))
    return message.replace("|", "\\|") or "-"


@dataclass
class Page:
    """What was seen, row by row, and what the committed page says."""

    write: bool = False
    seen: dict[Row, Row] = field(default_factory=dict)

    def see(self, row: Row) -> None:
        """Note a row, and compare it with the committed page."""
        self.seen[row[:2]] = row
        if not self.write:
            assert row in read_rows(), "docs/faults.md says something else: --write-table mends it"

    def write_seen(self, order: Iterable[Row]) -> None:
        """Write the page anew, from a walk through everything in one process; `order` is that of the rows."""
        write_rows([self.seen[key] for key in order])


def read_rows() -> list[Row]:
    """Read the rows of the committed page."""
    lines = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].split("\n")
    cells = [line.strip("| ").split(" | ") for line in lines if line.startswith("|")]
    return [tuple(row) for row in cells[2:]]


def write_rows(rows: Iterable[Row]) -> None:
    """Put the rows into the page, between its two marks."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    lines = [f"| {' | '.join(row)} |" for row in (HEAD, ("---",) * len(HEAD), *rows)]
    PAGE.write_text("\n".join([before + BEGIN, *lines, END + after]), encoding="utf-8")
