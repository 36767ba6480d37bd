"""The words that stand for something else than a score, such as `EX`: a table, and a row to add one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import ipywidgets as ipw

from gradetools.checks.values import CLEAR, TOKEN_ANSWERS
from gradetools.columns.tokens import tell_token
from gradetools.widgets.draft import Draft
from gradetools.widgets.look import LABEL, WRAP, count, table

#: So many words are named while the table is folded.
_NAMED = 3
#: What a word can be made to stand for here; the library can set any field.
_MEANINGS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("no grade: nothing is sent", TOKEN_ANSWERS["no-grade"]),
    ("missing", TOKEN_ANSWERS["missing"]),
    ("exempt", TOKEN_ANSWERS["exempt"]),
    ("nothing: it is not understood any more", {}),
)


class TokenTable:
    """What the words in score columns stand for, folded under a line that names some.

    Attributes:
        told: the table.
        word, meaning, add: a word, what it stands for from now on, and the button that says so.
        view: the widget.
    """

    def __init__(
        self, draft: Draft, *, changing: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._draft, self._changing = draft, changing
        self.told = ipw.HTML().add_class("gt-tokens")
        self.word = ipw.Text(description="A word of yours", style=LABEL).add_class("gt-token")
        labels = [label for label, _ in _MEANINGS]
        self.meaning = ipw.Dropdown(options=labels, description="stands for")
        self.meaning.add_class("gt-token-meaning")
        self.add = ipw.Button(description="Add").add_class("gt-add-token")
        self.add.on_click(lambda _: self._add())
        row = ipw.HBox([self.word, self.meaning, self.add], layout=WRAP)
        self.view = ipw.Accordion(children=[ipw.VBox([self.told, row])], selected_index=None)

    def show(self) -> None:
        """Show what is understood now."""
        told = {text: tell_token(fields) for text, fields in self._draft.columns.tokens.items()}
        told |= {CLEAR: "takes the grade away that is there"}
        self.told.value = table(("in the sheet", "stands for"), told.items(), len(told))
        words, more = list(told)[:_NAMED], len(told) - _NAMED
        named = ", ".join(words) + (f" and {count(more, 'other word')}" if more > 0 else "")
        verb = "is" if len(told) == 1 else "are"
        self.view.set_title(0, f"{named} {verb} understood in place of a score")

    def _add(self) -> None:
        if not self.word.value.strip():
            return  # a second click: the field was cleared by the first
        with self._changing():
            fields = dict(_MEANINGS)[self.meaning.value]
            self._draft.columns = self._draft.columns.with_token(self.word.value, fields)
            self.word.value = ""
            self.show()
