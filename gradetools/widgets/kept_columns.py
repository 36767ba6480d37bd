"""Columns of earlier weeks: offered by the header, taken by a click, saved by another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as ipw

from gradetools.columns.saved import keep_columns
from gradetools.gradebook import Gradebook
from gradetools.rehearsal import is_rehearsal
from gradetools.widgets.draft import Draft
from gradetools.widgets.look import WRAP, count, say
from gradetools.widgets.step import telling

_KEPT = say("good", "The columns are saved; they are offered when this header comes again.")
_PUSHED = say(
    "good", "Saved with the push: these columns are offered when this header comes again."
)
#: So many changes are named.
_NAMED = 12


class KeptColumns:
    """The line that offers saved columns, and the button that saves them.

    Attributes:
        offered: what is there, and how the header has changed since.
        use: takes the saved columns, or goes back to the suggestion; out of sight where none are saved.
        save: saves the columns as they are now.
        told: what became of saving.
        view, below: the offer, which stands first, and the saving, which stands last.
    """

    def __init__(self, draft: Draft, *, on_use: Callable[[], None]) -> None:
        self._draft = draft
        self.offered, self.told = ipw.HTML().add_class("gt-offered"), ipw.HTML()
        self.use = ipw.Button(layout={"width": "max-content"}).add_class("gt-use-saved")
        self.save = ipw.Button(description="Save columns for next time", icon="save")
        self.save.add_class("gt-save-columns").layout.width = "max-content"
        self.use.on_click(lambda _: on_use())
        self.save.on_click(self._save)
        self.view = ipw.HBox([self.offered, self.use], layout=WRAP).add_class("gt-line")
        self.below = ipw.HBox([self.save, self.told], layout=WRAP).add_class("gt-line")

    @property
    def offers(self) -> bool:
        """Whether saved columns are offered that say something else than those in use."""
        shown = self._draft.saved is not None and self.use.layout.display is None
        return shown and not self._draft.using_saved

    @property
    def fits(self) -> bool:
        """Whether what is offered was saved for this very header."""
        return self._draft.saved is not None and not self._draft.saved.change

    @property
    def is_next(self) -> bool:
        """Whether to take what is offered is the next thing; its button stands out then."""
        return self.offers and self.fits

    def show(self) -> None:
        """Offer what is saved for the sheet's header, if anything is."""
        saved = self._draft.saved
        self.told.value = ""
        self.view.layout.display = "none" if saved is None else None
        if saved is None:
            return
        changes = self._draft.tell_saved()
        would = _tell_changes(changes)
        if self._draft.using_saved:
            words = f"The columns that {saved.told} are used. {would if changes else ''}"
        elif not changes:
            words = f"Columns that fit {saved.told}; they say the same as what is suggested, so there is nothing to take from them."
        elif saved.change:
            words = (
                f"Columns that nearly fit {saved.told}. Since then: {saved.change}. "
                f"What still fits would be kept, the rest is suggested. {would}"
            )
        else:
            words = f"Columns for this header {saved.told}. {would}"
        offered = changes or self._draft.using_saved
        self.use.layout.display = None if offered else "none"
        self.offered.value = say("info", words)
        self.use.description = (
            "Use the suggestion instead" if self._draft.using_saved else "Use them"
        )
        self.use.button_style = "primary" if self.is_next else ""

    def keep_pushed(self, gradebook: Gradebook) -> None:
        """Save what was pushed, if a person decided anything of it; the rest is suggested again next week."""
        decided = self._draft.decided
        if decided is not None and not is_rehearsal(gradebook.environment.name):
            with telling(self.told):
                keep_columns(decided, gradebook.settings.columns_folder, by="push")
                self.told.value = _PUSHED

    def _save(self, _: object) -> None:
        with telling(self.told):
            self._draft.keep()
            self.told.value = _KEPT


def _tell_changes(changes: Sequence[str]) -> str:
    """Say what taking the saved columns would change."""
    more = f" and {count(len(changes) - _NAMED, 'other thing')}" if len(changes) > _NAMED else ""
    return f"With them: {', '.join(changes[:_NAMED])}{more}."
