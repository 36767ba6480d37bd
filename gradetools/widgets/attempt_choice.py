"""Which of several grades of a student counts, where a sheet has several rows or several columns for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import ipywidgets as ipw
import pandas as pd

from gradetools.columns import list_repeated, list_shared
from gradetools.widgets.draft import Draft
from gradetools.widgets.line_item_choice import label_attempts
from gradetools.widgets.look import LABEL, WIDE, count, join, say

#: So many students with several rows are named.
_NAMED = 3


class AttemptChoice:
    """The question, and who makes it one.

    Attributes:
        choice: which of several grades counts.
        told: who has several, or which columns go to one line item.
        view: both; in sight only where something is told, or was chosen before.
        is_open: whether somebody has several rows and it is not said which counts.
    """

    def __init__(
        self, draft: Draft, *, changing: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._draft, self._changing = draft, changing
        self._filling, self._repeats = False, ""
        self.choice = ipw.Dropdown(
            options=label_attempts(()), description="Of several grades", style=LABEL, layout=WIDE
        )
        self.choice.add_class("gt-attempts")
        self.told = ipw.HTML()
        self.view = ipw.VBox([self.told, self.choice])
        self.choice.observe(self._choose, "value")

    @property
    def is_open(self) -> bool:
        """Whether somebody has several rows and it is not said which counts."""
        return bool(self._repeats) and self._draft.columns.attempts == "refuse"

    def label(self) -> None:
        """Offer what is possible now: by what the latest is known follows from what the columns are taken as."""
        self._filling = True
        self.choice.options = label_attempts(self._draft.columns.of("score_date"))
        self.choice.value = self._draft.columns.attempts
        self._filling = False

    def show(self, matched: pd.DataFrame) -> None:
        """Say who has several rows, as the students are `matched` now."""
        columns = self._draft.columns
        repeated = list_repeated(self._draft.sheet, columns, matched, self._draft.snapshot)
        what = "several grades for one line item" if columns.of("line_item") else "several rows"
        who = "; ".join(f"{name} ({lines})" for name, lines in repeated[:_NAMED])
        left = len(repeated) - _NAMED
        more = f"; and {count(left, 'other')}" if left > 0 else ""
        has = "student has" if len(repeated) == 1 else "students have"
        told = f"{len(repeated):,} {has} {what}: {who}{more}."
        self._repeats = told if repeated else ""
        self.tell()

    def tell(self) -> None:
        """Say what asks for a choice, and ask until it is made; nothing where nothing does."""
        said = self._draft.columns.attempts != "refuse"
        ask = " Which of them counts is said below." if said else " Say below which of them counts."
        parts = (
            [say("info" if said else "warning", f"{self._repeats}{ask}")] if self._repeats else []
        )
        for title, names in list_shared(self._draft.columns):
            told = f"{' and '.join(map(repr, names))} go to one line item, {title!r}: where a student has a grade in each, one "
            parts.append(say("info", f"{told}of them counts, and they are not added up.{ask}"))
        self.told.value = join(*parts)
        self.view.layout.display = None if parts or said else "none"

    def _choose(self, change: Mapping[str, Any]) -> None:
        if not self._filling:
            with self._changing():
                self._draft.columns = self._draft.columns.with_attempts(change["new"])
                self.tell()
