"""How a value shows itself as the last line of a cell: the same facts as text and as escaped HTML, at most a screenful."""

from __future__ import annotations

import html
import itertools
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

#: A value takes so many lines at most, and a table so many rows and columns.
MOST_LINES: Final = 25
MOST_ROWS: Final = 12
MOST_COLUMNS: Final = 8
#: So many facts stand above the table; with its head, and with what was left out, they fill the screen.
_MOST_FACTS: Final = MOST_LINES - MOST_ROWS - 3
# So many characters of a cell, of a row's last cell (in a page of every cell), and of a line are shown.
_CELL, _LAST, _LINE = 44, 100, 140
# They turn round the reading direction of all that follows them, and so can make a line say something else.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# A name such as `$x$` is a name: MathJax 3 and 2, which JupyterLab and others run over what a cell shows, leave these alone.
_SHOWN = "gt-shown mathjax_ignore tex2jax_ignore"
#: The one state that is a noun, and not how something is.
_SEVERAL: Final = {"conflict": "conflicts"}
_HARMLESS = str.maketrans("\t\r\n", "   ")


class Html(str):
    """Text that is HTML already; everything else is escaped before it is shown."""

    __slots__ = ()


def safe(value: object) -> str:
    """Escape anything for HTML, unless it is `Html`."""
    return value if isinstance(value, Html) else html.escape(str(value))


def join(*parts: object) -> Html:
    """Put pieces one after another, each escaped unless it is `Html`."""
    return Html("".join(safe(part) for part in parts))


def element(name: str, *content: object, **attributes: str) -> Html:
    """Make an element; `hook` is its CSS class, `live` its `aria-live`, and empty attributes are left out."""
    names = {"hook": "class", "live": "aria-live"}
    given = ((names.get(key, key.replace("_", "-")), value) for key, value in attributes.items())
    told = "".join(f' {key}="{safe(value)}"' for key, value in given if value)
    return Html(f"<{name}{told}>{join(*content)}</{name}>")


def shorten(value: object, most: int = _CELL) -> str:
    """Write a value on one line of at most so many characters, without those that would spoil the line.

    Only the beginning of a long text is looked at.
    """
    text = str(value)
    cut = text[: most + 1].translate(_HARMLESS)
    if not cut.isprintable() or not _TURNING.isdisjoint(cut):
        cut = "".join(map(_tame, cut))
    return cut if len(text) <= most else f"{cut[: most - 1].rstrip()}…"


def _tame(character: str) -> str:
    spoils = unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _TURNING
    return "\N{REPLACEMENT CHARACTER}" if spoils else character


def tell_counts(counts: Mapping[str, int], *, nothing: str = "nothing") -> str:
    """Tell what there is of each kind: `30 create, 2 unchanged`; where there is none, `nothing`."""
    told = (
        f"{number:,} {word if number == 1 else _SEVERAL.get(word, word)}"
        for word, number in counts.items()
        if number
    )
    return ", ".join(told) or nothing


def find_first(words: Sequence[str], order: Iterable[str], most: int) -> list[int]:
    """Give the places of the first so many rows, those with the first word of `order` before those with the second."""
    found: list[int] = []
    for wanted in order:
        places = (place for place, word in enumerate(words) if word == wanted)
        found += itertools.islice(places, most - len(found))
    return found


@dataclass(frozen=True)
class Showing:
    """What a value says of itself.

    Attributes:
        head: one line that stands alone.
        facts: names and texts below it.
        columns, rows: a table of what is looked at first.
        total: how many rows there are in all.
        of: what the rows are, in the plural: "changes".
        most: so many rows are shown.
    """

    head: str
    facts: Sequence[tuple[str, object]] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = ()
    total: int = 0
    of: str = "rows"
    most: int = MOST_ROWS

    def to_text(self) -> str:
        """Write it as plain text, at most MOST_LINES lines."""
        facts = [f"  {name}: {text}" for name, text in self._facts()]
        lines = [shorten(self.head, _LINE), *(shorten(fact, _LINE) for fact in facts)]
        cells = self._cells()
        if len(cells) > 1:
            widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
            lines += ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
        return "\n".join([*lines, *(f"  {more}" for more in self._left_out())])

    def to_html(self) -> Html:
        """Write it as HTML; whatever the value holds is escaped."""
        facts = [element("div", element("b", name), ": ", text) for name, text in self._facts()]
        parts = [element("div", element("b", shorten(self.head, _LINE).strip("<>"))), *facts]
        cells = self._cells(_LAST)  # a page breaks long texts into lines
        if len(cells) > 1:
            head, *body = (
                element("tr", *(_cell(tag, text) for text in row))
                for tag, row in zip(["th", *["td"] * len(cells)], cells, strict=False)
            )
            parts.append(element("table", element("thead", head), element("tbody", *body)))
        parts += [element("div", more) for more in self._left_out()]
        return element("div", *parts, hook=_SHOWN)

    def _facts(self) -> list[tuple[str, str]]:
        told = [(name, shorten(text, _LINE)) for name, text in self.facts if text not in ("", None)]
        return told[:_MOST_FACTS]

    def _cells(self, most_of_one: int = _CELL) -> list[list[str]]:
        """Give the table's head and first rows as short texts; columns in which nothing stands are left out."""
        width = min(len(self.columns), MOST_COLUMNS)
        most = [*[most_of_one] * (width - 1), _LAST]
        rows = [
            ["" if cell is None else shorten(cell, n) for cell, n in zip(row, most, strict=False)]
            for row in self.rows[: self.most]
        ]
        kept = [place for place in range(width) if any(row[place] for row in rows)]
        head = [shorten(name) for name in self.columns[:MOST_COLUMNS]]
        return [[row[place] for place in kept] for row in [head, *rows]] if kept else []

    def _left_out(self) -> list[str]:
        rows = max(self.total, len(self.rows)) - min(len(self.rows), self.most)
        columns = max(len(self.columns) - MOST_COLUMNS, 0)
        counts = [(self.of, rows), ("columns", columns)]
        told = [f"{number:,} more {what}" for what, number in counts if number and self.columns]
        return [f"… and {' and '.join(told)}"] if told else []


def _cell(tag: str, text: str) -> Html:
    return element(tag, text, style="text-align: left; white-space: pre-wrap")


class Shown:
    """A value that shows itself: `repr` and a notebook tell a screenful, `str` its first line."""

    __slots__ = ()

    def _show(self) -> Showing:
        """Say what is shown of it, which must cost next to nothing however much it holds."""
        raise NotImplementedError

    def __str__(self) -> str:
        """Say in one line what it is."""
        return shorten(self._show().head, _LINE)

    def __repr__(self) -> str:
        """Say what it is, at most a screenful."""
        return self._show().to_text()

    def _repr_html_(self) -> str:
        """Show it in a notebook, everything escaped, at most a screenful."""
        return str(self._show().to_html())


_Item = TypeVar("_Item")
#: So many items of a list are shown, which still fit on the screen.
_MOST_ITEMS: Final = 20


class Listed(Shown, list[_Item]):
    """A list like any other, that shows itself as a table: one row for each item.

    Args:
        items: what is in it.
        of: what the items are, one and several: `("class", "classes")`.
        fields: the attributes that are shown.
    """

    def __init__(self, items: Iterable[_Item], of: tuple[str, str], fields: Sequence[str]) -> None:
        super().__init__(items)
        self._of, self._fields = of, tuple(fields)

    def _show(self) -> Showing:
        rows = [[getattr(one, name) for name in self._fields] for one in self[:_MOST_ITEMS]]
        one, several = self._of
        head = f"<{len(self):,} {one if len(self) == 1 else several}>"
        return Showing(head, (), self._fields, rows, len(self), several, _MOST_ITEMS)
