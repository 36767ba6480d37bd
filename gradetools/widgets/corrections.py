"""Cells that were corrected in the form: what each said and says now, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as ipw

from gradetools.widgets.draft import Draft
from gradetools.widgets.look import WRAP, Html, count, element, say


class Corrections:
    """The corrected cells, one below the other, each with a button that puts it back.

    Attributes:
        put_back: line and column of a cell to its button.
        view: all of them.
    """

    def __init__(self, *, on_put_back: Callable[[int, str], None]) -> None:
        self._on_put_back = on_put_back
        self.put_back: dict[tuple[int, str], ipw.Button] = {}
        self.view = ipw.VBox().add_class("gt-corrections")

    def show(self, draft: Draft) -> None:
        """Show what was corrected so far."""
        self.put_back = {place: self._offer(*place) for place in draft.corrections}
        told = (
            ipw.HTML(element("div", f"line {line}, {column}: {before!r} → {after!r}"))
            for (line, column), (before, after) in draft.corrections.items()
        )
        rows = zip(told, self.put_back.values(), strict=True)
        self.view.children = [ipw.HBox(row, layout=WRAP).add_class("gt-line") for row in rows]

    def _offer(self, line: int, column: str) -> ipw.Button:
        button = ipw.Button(description="Put it back", icon="undo")
        button.add_class("gt-put-back").on_click(lambda _: self._on_put_back(line, column))
        return button


def tell_corrections(draft: Draft) -> Html:
    """Say how many cells differ from the file; nothing where none does."""
    number = len(draft.corrections)
    if not number:
        return Html("")
    told = count(number, "cell was", "cells were")
    return say("info", f"{told} corrected here; the file itself is unchanged.")
