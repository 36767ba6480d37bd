"""What becomes of the grades that somebody else has changed: one decision for all of them, or one for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import ipywidgets as ipw

from gradetools.plan import Decisions, OnConflict, Plan
from gradetools.telling import tell_whose
from gradetools.widgets.look import LABEL, WIDE, count

#: So many grades can be decided about one by one.
MOST_SINGLE: Final = 200
_POLICIES: Final[tuple[tuple[str, OnConflict], ...]] = (
    ("decide later: write nothing there now", "stop"),
    ("write over what is there", "ours"),
    ("leave what is there", "theirs"),
)
#: Of one grade, what was decided.
_CALLED: Final[dict[OnConflict, str]] = {
    "stop": "decide later",
    "ours": "write over",
    "theirs": "leave",
}
_ALL: Final = -1


class Conflicts:
    """Decide about the grades of a plan that somebody else has changed.

    Attributes:
        whose: all of them, or one; shown where there are several.
        choice: what becomes of these.
        view: both, out of sight where nobody has changed anything.
    """

    def __init__(self, *, on_decide: Callable[[Decisions], None]) -> None:
        self._on_decide = on_decide
        self._filling = False
        self._general: OnConflict = "stop"
        self._single: dict[int, OnConflict] = {}
        self._entries: list[int] = []
        self.whose = ipw.Dropdown(description="Conflicts of", style=LABEL, layout=WIDE)
        self.whose.add_class("gt-conflicts-of")
        self.choice = ipw.Dropdown(
            options=_POLICIES, description="Conflicts", style=LABEL, layout=WIDE
        ).add_class("gt-on-conflict")
        self.view = ipw.VBox([self.whose, self.choice])
        self.whose.observe(lambda _: self._choose_whose(), "value")
        self.choice.observe(lambda _: self._decide(), "value")
        self.clear()

    def clear(self) -> None:
        """Forget what was decided, and show nothing."""
        self._general, self._single, self._entries = "stop", {}, []
        self._set_choice("stop")
        self._fill_whose([(f"all {count(0, 'grade')}", _ALL)], _ALL)
        self.hide()

    def hide(self) -> None:
        """Show nothing, where there is nothing more to decide."""
        self.view.layout.display = "none"

    def show(self, plan: Plan) -> None:
        """Offer to decide about the grades of a plan that somebody else has changed; what was decided of them stays."""
        rows = plan.changes[plan.disputed.to_numpy()]
        self._entries = [int(entry) for entry in rows.index]
        self._single = {key: how for key, how in self._single.items() if key in self._entries}
        called = [tell_whose(row) for row in rows.head(MOST_SINGLE).to_dict(orient="records")]
        if self._single:
            called = [
                f"{name} ({_CALLED[self._single.get(entry, self._general)]})"
                for name, entry in zip(called, self._entries, strict=False)
            ]
        mixed = ", each as it was decided" if self._single else ""
        every = (f"all {count(len(rows), 'grade')} that changed meanwhile{mixed}", _ALL)
        kept = self.whose.value if self.whose.value in self._entries[:MOST_SINGLE] else _ALL
        self._fill_whose([every, *zip(called, self._entries, strict=False)], kept)
        self.whose.layout.display = None if len(rows) > 1 else "none"
        self.choice.description = "What to do" if len(rows) > 1 else "Conflicts"
        self.view.layout.display = None if len(rows) else "none"

    @property
    def decisions(self) -> Decisions:
        """What was decided: one word for all, or one for each that is shown."""
        if not self._single:
            return self._general
        # What comes to be changed by others while it is written was decided of none of them.
        return {entry: self._single.get(entry, self._general) for entry in self._entries}

    def _fill_whose(self, options: list[tuple[str, int]], chosen: int) -> None:
        self._filling = True
        self.whose.options = options
        self.whose.value = chosen
        self._filling = False

    def _set_choice(self, how: OnConflict) -> None:
        self._filling = True
        self.choice.value = how
        self._filling = False

    def _choose_whose(self) -> None:
        if not self._filling:
            self._set_choice(self._single.get(self.whose.value, self._general))

    def _decide(self) -> None:
        if self._filling:
            return
        how: OnConflict = self.choice.value
        if self.whose.value == _ALL:
            self._general, self._single = how, {}
        else:
            self._single[self.whose.value] = how
        self._on_decide(self.decisions)
