"""A choice among many: type a part of the name, then choose."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence

import ipywidgets as ipw
import pandas as pd

from gradetools.widgets.look import LABEL, WRAP, element
from gradetools.widgets.step import offer

#: What the form's script writes behind the text at Enter: a message of its own may come before the last letters, which wait
#: for the kernel's answer to those before them.
_ENTER = "\u2028"


class Picker:
    """A dropdown with a field above all it offers that narrows it down.

    Attributes:
        name: what it chooses, in small letters.
        search: parts of the name or the id, capital or small, with or without accents, in any order.
        choice: those that have them all; its value is an id, "" for none.
        told: what came of a search where one is chosen already, whose name hides it in the list.
    """

    def __init__(self, label: str, hook: str, *, on_change: Callable[[], None]) -> None:
        self.name = label.lower()
        self._all: Sequence[tuple[str, str]] = ()
        self._folded: Sequence[tuple[str, str]] = ()
        self._empty = ""
        self._on_change = on_change
        self._filling = False
        self.choice = ipw.Dropdown(description=label, style=LABEL).add_class(f"gt-{hook}")
        self.search = ipw.Text(placeholder="search by name or id").add_class(f"gt-{hook}-search")
        self.choice.layout.width, self.choice.layout.max_width = "46em", "100%"
        self.search.layout.width = "14em"
        self.told = ipw.HTML().add_class("gt-under")
        parts = [self.choice, self.search, self.told]
        self.view = ipw.HBox(parts, layout=WRAP).add_class("gt-picker")
        self.search.observe(lambda _: self._narrow(), "value")
        self.choice.observe(lambda _: self._changed(), "value")
        self.fill(())

    @property
    def value(self) -> str:
        """The id that is chosen, "" for none."""
        return self.choice.value or ""

    @value.setter
    def value(self, key: str) -> None:
        self.choice.value = key

    def fill(
        self, options: Sequence[tuple[str, str]], *, chosen: str = "", empty: str = ""
    ) -> None:
        """Offer these labels and ids; what is typed already while there were none narrows them down.

        Args:
            options: label and id of each.
            chosen: the id of the one that is chosen.
            empty: what to do where there are none.
        """
        self._filling = True
        self._empty = empty or f"there is no {self.name}"
        if self._all:
            self.search.value = ""
        self._all = options
        self._folded = [(_fold(label), key) for label, key in options]
        self._offer(chosen)
        self._filling = False

    def _narrow(self) -> None:
        typed = self.search.value
        if typed.endswith(_ENTER):
            self.search.value = typed.rstrip(_ENTER)
            self.take_only()
        elif not self._filling:
            self._offer(self.value)

    def _offer(self, kept: str) -> None:
        """Offer what fits the search; what is chosen stays chosen."""
        wanted = _fold(self.search.value.strip())
        found = {*self._find(wanted), kept}
        fitting = [(label, key) for label, key in self._all if key in found]
        filling, self._filling = self._filling, True
        offer(self.choice, [(self._tell_next(wanted), ""), *fitting])
        self.choice.value = kept if kept in dict(self._all).values() else ""
        self._filling = filling
        self._tell_search()

    def _tell_search(self) -> None:
        """Say beside the search what came of it where one is chosen, so that nobody goes on with the one before."""
        wanted = _fold(self.search.value.strip())
        if not (wanted and self.value):
            self.told.value = ""
        elif self.value in (found := self._find(wanted)):
            fit = f"{len(found):,} fit, and one of them" if len(found) > 1 else "1 fits, and it"
            self.told.value = element("span", f"{fit} is chosen", hook="gt-reason", live="polite")
        else:
            told = f"⚠ {self._tell_next(wanted)}. Still chosen: {self.choice.label}"
            self.told.value = element("span", told, hook="gt-doubt", live="polite")

    def _find(self, wanted: str) -> list[str]:
        """Give the ids of those that fit a search: that have it as it stands, or else all its words, in any order."""
        whole = [key for label, key in self._folded if wanted in label]
        # Lists of schools put the family name first, and a comma behind it.
        words = wanted.replace(",", " ").split()
        return whole or [key for label, key in self._folded if all(word in label for word in words)]

    def _tell_next(self, wanted: str) -> str:
        """Say how many fit the search, and what to do."""
        if not self._all:
            return self._empty
        if not wanted:
            return f"choose the {self.name}"
        number = len(self._find(wanted))
        told = {0: "none fits: search for another part of the name", 1: "1 fits: choose it"}
        return told.get(number, f"{number:,} fit: choose one")

    def take_only(self) -> None:
        """Choose the only one that fits the search, as Enter does there, and empty it; where several or none do, nothing."""
        fitting = self._find(_fold(self.search.value.strip()))
        if len(fitting) == 1:
            # What is typed next is another name; emptied before, for a grade may take its time to be read.
            self.search.value = ""
            self.choice.value = fitting[0]

    def _changed(self) -> None:
        self.choice.tooltip = self.choice.label or ""  # whole, where the window cuts it
        self._tell_search()
        if not self._filling:
            self._on_change()


def _fold(text: str) -> str:
    """Give a text without capitals and accents: not every keyboard has an ë."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))


def label_line_items(
    line_items: pd.DataFrame, classes: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """Give each line item's label, `Quiz 1 (0 to 10, quiz-1)`, and its id, to be offered.

    Of several classes (sourcedId to title) it names the class too.
    """
    called = classes if classes and len(classes) > 1 else {}
    columns = ("title", "result_value_min", "result_value_max", "class_id", "sourced_id")
    return [
        (f"{title} ({_range(low, high)}{f'{called[of]}, ' if of in called else ''}{key})", key)
        for title, low, high, of, key in zip(*(line_items[name] for name in columns), strict=True)
    ]


def _range(low: float, high: float) -> str:
    """Write a line item's range, `0 to 100, `; nothing where it has none."""
    return "" if high != high else f"{0 if low != low else low:g} to {high:g}, "
