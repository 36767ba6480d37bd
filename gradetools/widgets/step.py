"""One step of a form: its title, its state in words, what it has to say, and its controls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import ipywidgets as ipw

from gradetools.errors import GradetoolsError
from gradetools.widgets.look import Html, element, join, say


@contextmanager
def telling(alert: ipw.HTML) -> Iterator[None]:
    """Turn whatever goes wrong in the block into one sentence; no traceback reaches an analyst."""
    alert.value = ""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a form is where errors end
        alert.value = tell_error(error)


def tell_error(error: BaseException) -> Html:
    """Say what went wrong and what to do next."""
    if isinstance(error, GradetoolsError):
        return say("error", str(error))
    kind = type(error).__name__
    return say("error", f"This did not work ({kind}), through no fault of yours; tell us about it.")


def offer(choice: ipw.Dropdown, options: Sequence[object]) -> None:
    """Give a dropdown its options and choose the first, which one that was empty does not by itself."""
    choice.options = options
    choice.index = 0 if options else None


class Hold:
    """Keep whatever decides about a push out of use while it is under way, so that it is still the same at its end."""

    def __init__(self, *views: ipw.Widget) -> None:
        self._views = views
        self._held: list[ipw.Widget] = []

    def begin(self) -> None:
        """Disable every control in there that is not disabled already."""
        free = [one for view in self._views for one in _walk(view) if _is_free(one)]
        self._held += free
        for one in free:
            one.disabled = True

    def end(self) -> None:
        """Give back what was disabled by this, and no more."""
        held, self._held = self._held, []
        for one in held:
            one.disabled = False


def _walk(widget: ipw.Widget) -> Iterator[ipw.Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _walk(child)


def _is_free(widget: ipw.Widget) -> bool:
    return widget.has_trait("disabled") and not widget.disabled


class Step:
    """A numbered part of a form, locked until the part before it is done.

    Attributes:
        view: what is shown.
        state: the title and, in words, how far this step is and what to do next.
        alert: what went wrong last, empty when nothing did.
        body: the controls, out of sight while the step is locked.
    """

    def __init__(self, title: str, hook: str, *, waits_for: str = "") -> None:
        self._title = title
        self._waits_for = waits_for
        self.state = ipw.HTML().add_class("gt-state")
        self.alert = ipw.HTML()
        self.body = ipw.VBox()
        self.view = ipw.VBox([self.state, self.body, self.alert])
        self.view.add_class("gt-step").add_class(f"gt-step-{hook}")
        self.lock()

    def lock(self, waits_for: str = "") -> None:
        """Put the step out of reach until what it waits for is done; `waits_for` where that is known more exactly."""
        self.body.layout.display = "none"
        self.alert.value = ""
        waits_for = waits_for or self._waits_for
        self._tell("later", f"○ comes after: {waits_for}" if waits_for else "○")

    def open(self, next_thing: str) -> None:
        """Bring the controls into sight, and say the one thing to do next."""
        self.body.layout.display = None
        self.alert.value = ""
        self._tell("next", f"● next: {next_thing}")

    def settle(self, words: str, *, doubt: bool = False) -> None:
        """Say that the step is done, and what came of it; `doubt` where something of it is left to be wished for."""
        self._tell("doubt" if doubt else "done", f"{'⚠' if doubt else '✔'} {words}")

    def work(self, words: str) -> None:
        """Say what is being done, for as long as it takes."""
        self._tell("next", f"… {words}")

    def _tell(self, hook: str, words: str) -> None:
        title = element("span", self._title, hook="gt-title")
        state = element("span", words, hook=f"gt-{hook}", live="polite")
        self.state.value = join(title, state)
