"""What a grid shows of a table: chosen, searched, sorted and cut to a window. Pure; the browser gets only the window.

Theory of operation. A `Table` is a frame and what is to be said of its cells. `arrange` gives the places (positions
in the frame) of the rows to show, in order; it looks at whole columns and takes a fraction of a second for 100,000
rows. `window` turns a few of these places into plain JSON data; only there are cells put into words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Places = NDArray[np.intp]

#: What a mark says: the row's label in the frame's index, the column (`INDEX` for the row as a whole), how serious it
#: is, a few words that stand in the cell, and the sentences that stand in the tooltip.
MARK_COLUMNS = ("row", "column", "kind", "words", "tip")
#: The kinds of marks, the most serious first.
KINDS = ("error", "question", "warning", "corrected", "info")
#: The name of the first column, which shows the frame's index.
INDEX: Final = ""
#: The view that every table has.
ALL: Final = "all rows"

# Columns are so many characters wide at least and at most, as their first rows ask for; who needs more shares the rest.
_NARROW, _BROAD, _WORDY, _LOOKED_AT = 5, 26, 78, 300
# So many cells are put into words to see how wide they are.
_TOLD = 40
# In a narrow window no word is broken that has so many characters, and no line that was put into words.
_WORD, _LINE = 14, 22
# In words a letter is so many times as wide as the digits by which a character is measured, or less.
_LETTER = 0.9


def no_marks() -> pd.DataFrame:
    """Make a table of marks without any."""
    return pd.DataFrame(columns=list(MARK_COLUMNS), dtype=object)


@dataclass(frozen=True, eq=False)
class Table:
    """A frame, and what is to be said of its cells.

    Attributes:
        frame: the cells; the index labels the rows, without repeats, and its name heads the first column.
        marks: DataFrame of MARK_COLUMNS; marks of rows that are not there are left out.
        views: parts of the rows that can be looked at alone, each with one truth value per row.
        editable: the columns whose cells can be changed in place.
        told: columns whose cells are put into words row by row, from the row's label, when they are shown; by what
            the frame holds of them they are only sorted and searched.
        heads: marks of whole columns: (kind, words, tip) by column.
        labelled: whether the first column shows the labels; else it is the frame's first.
        spare: columns that are left out as long as nothing stands in them in any row that is shown.
        measured: the rows by which the columns' widths are guessed, one truth value per row; None for all.
    """

    frame: pd.DataFrame
    marks: pd.DataFrame = field(default_factory=no_marks)
    views: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    editable: frozenset[str] = frozenset()
    told: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    heads: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    labelled: bool = True
    spare: frozenset[str] = frozenset()
    measured: NDArray[np.bool_] | None = None

    def arrange(
        self,
        *,
        view: str = ALL,
        search: str = "",
        sort: str | None = None,
        descending: bool = False,
    ) -> Places:
        """Give the places of the rows to show, in order.

        Args:
            view: ALL, or one of `views`; one that is not there has no rows.
            search: what a row's text must contain, whatever its case.
            sort: a column, or INDEX; None leaves the frame's order.
            descending: whether the largest comes first. Blank cells come last in either case.
        """
        everything = np.ones(len(self.frame), dtype=bool)
        shown = everything if view == ALL else self.views.get(view, ~everything)
        places = np.flatnonzero(shown)
        if search.strip():
            wanted = search.strip().casefold()
            places = places[[wanted in self._searched[place] for place in places]]
        if sort is not None and sort in self._names:
            places = places[np.lexsort(self._ranks(sort, places, descending=descending))]
        return places

    def choose_columns(self, places: Places, *, sort: str | None = None) -> list[str]:
        """Name the columns of these rows that are worth their room: all but the spare ones in which nothing stands."""
        return [
            name
            for name in self._names
            if name not in self.spare or name == sort or (self.frame[name].iloc[places] != "").any()
        ]

    def window(self, places: Places, *, names: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Give rows as plain data: `label`, `texts` by column, and `marks`: (kind, words, tip) by the column's number.

        Args:
            places: of the rows.
            names: the columns, as `choose_columns` gives them; None for all.
        """
        chosen = self._names if names is None else names
        numbers = {self._names.index(name): number for number, name in enumerate(chosen)}
        labels = self.frame.index[places].tolist()
        columns = [self._texts(name, places) for name in chosen]
        return [
            {
                "label": label,
                "texts": list(texts),
                "marks": {
                    numbers[column]: mark
                    for column, mark in self._marks_of(int(place)).items()
                    if column in numbers
                },
            }
            for label, texts, place in zip(labels, zip(*columns, strict=True), places, strict=True)
        ]

    def describe(self, names: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Give the columns as plain data: `name`, `title`, `width` in characters, its longest word's `least`, and so on.

        What is put into words is what one comes for: no other column is wider.

        Args:
            names: the columns, as `choose_columns` gives them; None for all.
        """
        needed = {name: self._needed(name) for name in self._names}
        widest = max((min(each[0], _WORDY) for each in needed.values()), default=0)
        return [
            {
                "name": name,
                "title": self._title(name),
                "width": min(chars, _BROAD),
                "least": word,
                "fills": chars > _BROAD,
                "share": widest if name in self.told else min(chars, _WORDY),
                "editable": name in self.editable,
                "mark": self.heads.get(name),
            }
            for name, (chars, word) in needed.items()
            if names is None or name in names
        ]

    @cached_property
    def _names(self) -> list[str]:
        return [INDEX, *map(str, self.frame)] if self.labelled else list(map(str, self.frame))

    def _title(self, name: str) -> str:
        return name or str(self.frame.index.name or "row")

    @cached_property
    def _searched(self) -> list[str]:
        """The text of each row, as it is searched."""
        columns = (_write(self._column(name).tolist()) for name in self._names)
        return ["\n".join(texts).casefold() for texts in zip(*columns, strict=True)]

    @cached_property
    def _sorted_marks(self) -> tuple[Places, list[tuple[int, str, str, str]]]:
        """Where each mark's row is, in order, and the marks: the most serious of a row first."""
        known = {name: number for number, name in enumerate(self._names)}
        marks = self.marks
        rows = self.frame.index.get_indexer(pd.Index(marks["row"].tolist()))
        columns = marks["column"].map(known).fillna(-1).to_numpy(dtype=np.intp)
        rank = marks["kind"].map({kind: n for n, kind in enumerate(KINDS)}).to_numpy(dtype=np.intp)
        order = np.lexsort((rank, rows))
        order = order[(rows[order] >= 0) & (columns[order] >= 0)]
        texts = (marks[name].to_numpy(dtype=object)[order] for name in ("kind", "words", "tip"))
        return rows[order], list(zip(columns[order].tolist(), *texts, strict=True))

    def _marks_of(self, place: int) -> dict[int, tuple[str, str, str]]:
        """Give a row's marks, one for each cell that has any."""
        rows, marks = self._sorted_marks
        first, last = np.searchsorted(rows, [place, place + 1])
        cells: dict[int, list[tuple[str, str, str]]] = {}
        for column, *mark in marks[first:last]:
            cells.setdefault(column, []).append((mark[0], mark[1], mark[2]))
        return {column: _join(found) for column, found in cells.items()}

    def _column(self, name: str) -> pd.Series:
        return self.frame.index.to_series() if name == INDEX else self.frame[name]

    def _texts(self, name: str, places: Places) -> list[str]:
        if name in self.told:
            return [self.told[name](label) for label in self.frame.index[places].tolist()]
        return _write(self._column(name).iloc[places].tolist())

    def _ranks(self, name: str, places: Places, *, descending: bool) -> list[NDArray[Any]]:
        """Give what rows are sorted by, the last first: numbers, then other text, then what is blank."""
        texts = np.array(_write(self._column(name).iloc[places].tolist()), dtype=object)
        numbers = pd.to_numeric(pd.Series(texts), errors="coerce").to_numpy(dtype=float)
        isnt = np.isnan(numbers)
        codes = np.zeros(len(texts), dtype=np.intp)
        if isnt.any():
            folded = [text.casefold() for text in texts[isnt]]
            codes[isnt] = pd.factorize(np.array(folded, dtype=object), sort=True)[0]
        sign = -1 if descending else 1
        blank = texts == ""
        return [codes * sign, np.where(isnt, 0.0, numbers) * sign, isnt * sign, blank]

    @cached_property
    def _first(self) -> Places:
        """The places of the rows by which widths are guessed."""
        rows = (
            np.arange(len(self.frame)) if self.measured is None else np.flatnonzero(self.measured)
        )
        return rows[:_LOOKED_AT]

    def _needed(self, name: str) -> tuple[int, int]:
        """Guess how many characters a column needs, from its title, its first rows and its first marks, and how many its longest word."""
        told = name in self.told
        first = self._first[:_TOLD] if told else self._first
        lines = [line for text in self._texts(name, first) for line in text.split("\n")]
        marked = self.marks[(self.marks["column"] == name).to_numpy()].head(_LOOKED_AT)
        # In words letters are about as wide as the digits by which a character is measured.
        needed = max(map(len, lines), default=0)
        needed += max((len(words) + 4 for words in marked["words"]), default=0)
        head = len(self._title(name)) + 2
        head += len(self.heads[name][1]) + 4 if name in self.heads else 0
        words = (
            word for text in [self._title(name), *lines, *marked["words"]] for word in text.split()
        )
        # A few wide letters, or bold ones, are wider than as many digits.
        longest = max(map(len, words), default=0) + 2
        if told:
            return max(head, needed, _BROAD + 1), min(math.ceil(needed * _LETTER), _LINE)
        return max(_NARROW, needed, head), min(longest, _WORD)


def _join(found: Sequence[tuple[str, str, str]]) -> tuple[str, str, str]:
    """Make one mark of all that a cell has: the first one's kind and words, everyone's sentences."""
    kind, words, _ = found[0]
    more = f" (+{len(found) - 1})" if len(found) > 1 else ""
    return kind, words + more, "\n".join(tip for _, _, tip in found)


def _write(values: Iterable[Any]) -> list[str]:
    """Write cells as text; what is not there is blank, and whole numbers have no point."""
    return [value if isinstance(value, str) else _tell(value) for value in values]


def _tell(value: Any) -> str:  # noqa: ANN401 - whatever stands in a frame
    if value is None or value != value:  # NaN alone is not equal to itself
        return ""
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
