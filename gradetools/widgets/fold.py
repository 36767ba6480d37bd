"""A part of a form that most people never need: one line that says what is in there, opened by a click."""

from __future__ import annotations

import ipywidgets as ipw


class Fold:
    """Something folded under a line such as `Metadata: 2 fields`.

    Attributes:
        label: what is in there.
        view: the widget; `view.selected_index` is None while it is folded.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self.view = ipw.Accordion(titles=(label,), selected_index=None).add_class("gt-fold")

    @property
    def title(self) -> str:
        """The line as it stands."""
        return str(self.view.get_title(0))

    def hold(self, inside: ipw.Widget) -> ipw.Accordion:
        """Fold a widget, and give what is shown instead."""
        self.view.children = [inside]
        return self.view

    def tell(
        self, number: str, *, changed: bool = False, wrong: bool = False, missing: bool = False
    ) -> None:
        """Say what is in there; what is wrong or still missing must not stay out of sight."""
        more = ", changed here" if changed else ""
        error = "; ✖ something in there is wrong" if wrong else ""
        gap = "; something is still to be filled in" if missing else ""
        self.view.set_title(0, f"{self.label}: {number}{more}{error}{gap}")
