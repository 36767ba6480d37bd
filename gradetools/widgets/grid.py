"""The grid: a table in the browser of which only what is in sight is sent, with marks in its cells, edited in place.

Theory of operation. The kernel keeps the table. The browser sets `view`, `search` and `sort`; the kernel answers with
`page`: how many rows there are, and the first of them. For others, as one scrolls, the browser asks with the message
`{"kind": "rows", "version", "first", "count"}` and gets `{"kind": "rows", "version", "first", "rows"}`; what belongs to
an older page is thrown away. `{"kind": "edit", "label", "column", "text"}` changes a cell and is answered by
`{"kind": "edited"}`; `{"kind": "open", "label"}` asks to see more of a row. Text reaches the page as text only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import pandas as pd
import traitlets

from gradetools.widgets.grid_window import ALL, Places, Table

#: So many rows come with the page, and so many at most with one message.
FIRST_ROWS, MOST_ROWS = 40, 200
_HERE = Path(__file__)


class Grid(anywidget.AnyWidget):
    """A table of any length: scrolled, sorted, searched and edited by mouse or keyboard.

    Args:
        table: what is shown; `show` changes it.
        label: what it is, for those who hear the page.
        hint: a sentence that stands below it until a cell is chosen.
        on_edit: called with the row's label, the column and the new text when a cell was changed; it shows the
            table that comes of it. Without it nothing can be changed.
        on_open: called with a row's label when it is double-clicked, or Enter is pressed on it.

    Attributes:
        view, search: which rows are shown; see `Table.arrange`.
        sort: empty for the table's own order, else a column and "ascending" or "descending".
        table: the table.
    """

    _esm = _HERE.with_suffix(".js")
    _css = _HERE.with_suffix(".css")

    label = traitlets.Unicode().tag(sync=True)
    hint = traitlets.Unicode().tag(sync=True)
    opens = traitlets.Bool().tag(sync=True)
    columns: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    views: traitlets.List[list[Any]] = traitlets.List().tag(sync=True)
    view = traitlets.Unicode(ALL).tag(sync=True)
    search = traitlets.Unicode().tag(sync=True)
    sort = traitlets.List(traitlets.Unicode()).tag(sync=True)
    page: traitlets.Dict[str, Any] = traitlets.Dict({"version": 0}).tag(sync=True)

    def __init__(
        self,
        table: Table | None = None,
        *,
        label: str = "table",
        hint: str = "",
        on_edit: Callable[[Any, str, str], None] | None = None,
        on_open: Callable[[Any], None] | None = None,
    ) -> None:
        super().__init__(label=label, hint=hint, opens=on_open is not None)
        self._on_edit, self._on_open = on_edit, on_open
        self._places: Places = np.arange(0)
        self._names: list[str] = []
        self._filling = False
        self.show(table if table is not None else Table(pd.DataFrame()), view=ALL)
        self.observe(self._choose, ["view", "search", "sort"])
        self.on_msg(self._hear)

    def show(self, table: Table, *, view: str | None = None) -> None:
        """Show another table.

        Args:
            table: the table.
            view: the view to begin with, as for a new sheet; without it everything stays where it is, as after
                a cell was changed.
        """
        self.table = table
        with self.hold_sync():
            if view is not None:
                self._filling = True
                self.view, self.search, self.sort = view, "", []
                self._filling = False
            counts = {ALL: len(table.frame)}
            counts |= {name: int(mask.sum()) for name, mask in table.views.items()}
            counts.setdefault(self.view, 0)  # its last row was mended: it stays, and is empty
            self.views = [[name, f"{name} ({number:,})", number] for name, number in counts.items()]
            self._arrange(kept=view is None)

    def text(self) -> str:
        """Give the first rows as text, cells parted by tabs, with the words of their marks: for tests."""
        rows = ((row["texts"], row["marks"]) for row in self.page["rows"])
        return "\n".join(
            "\t".join(f"{text} {marks[n][1]}" if n in marks else text for n, text in enumerate(texts))
            for texts, marks in rows
        )  # fmt: skip

    def edit_cell(self, label: Any, column: str, text: str) -> None:  # noqa: ANN401 - whatever labels a row
        """Change a cell, as typing into it does; what cannot be changed stays as it is."""
        if self._on_edit and column in self.table.editable and label in self.table.frame.index:
            self._on_edit(label, column, text)

    def open_row(self, label: Any) -> None:  # noqa: ANN401 - whatever labels a row
        """Ask to see more of a row, as a double click does."""
        if self._on_open and label in self.table.frame.index:
            self._on_open(label)

    def _choose(self, _: object) -> None:
        if not self._filling:
            self._arrange(kept=False)

    def _arrange(self, *, kept: bool) -> None:
        """Find the rows to show, and send the first; `kept` leaves what is in sight where it is."""
        column, direction = self.sort if len(self.sort) == 2 else (None, "")
        self._places = self.table.arrange(
            view=self.view,
            search=self.search,
            sort=column,
            descending=direction == "descending",
        )
        self._names = self.table.choose_columns(self._places, sort=column)
        with self.hold_sync():
            self.columns = self.table.describe(self._names)
            self.page = {
                "version": self.page["version"] + 1,
                "kept": kept,
                "total": len(self._places),
                "rows": self.table.window(self._places[:FIRST_ROWS], names=self._names),
            }

    def _hear(self, _: object, message: Mapping[str, Any], __: object) -> None:
        match message:
            case {"kind": "rows", "version": version, "first": int(first), "count": int(count)}:
                if version == self.page["version"]:
                    self._send_rows(max(first, 0), min(count, MOST_ROWS))
            case {"kind": "edit", "label": label, "column": str(column), "text": str(text)}:
                self.edit_cell(label, column, text)
                self.send({"kind": "edited"})
            case {"kind": "open", "label": label}:
                self.open_row(label)

    def _send_rows(self, first: int, count: int) -> None:
        rows = self.table.window(self._places[first : first + count], names=self._names)
        self.send({"kind": "rows", "version": self.page["version"], "first": first, "rows": rows})
