"""Pushes that are there already: under way in this kernel, just ended in it, or left unfinished by one that died."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import ipywidgets as ipw

from gradetools.errors import GradetoolsError, PushRunningError
from gradetools.gradebook import Gradebook
from gradetools.journal import list_pushes, open_journal
from gradetools.receipt import PushSummary
from gradetools.settings import load_settings
from gradetools.widgets.look import WRAP, count, say
from gradetools.widgets.push_run import PushRun, find_ended, find_runs
from gradetools.widgets.step import telling
from gradetools.widgets.writing import Writing

_NEWER = (
    "A newer form of this kind was opened in this notebook since, as when its cell is run again. What is below is older: run "
    "the cell again for what is there now, and for any push that is under way."
)
#: By the kind of form and where its pushes are kept: where the newest says so, once it is not the newest any more.
_NOTICES: dict[tuple[str, Path | None], ipw.HTML] = {}


def tell_when_older(
    kind: str, gradebook: Gradebook | None, data_dir: str | Path | None
) -> ipw.HTML:
    """Give the place in which a form says that it is not the newest of its kind any more; the one before says so now.

    A page that is loaded again shows the form with which the notebook was saved, and the kernel may have a newer one.
    """
    key = kind, _find_data_dir(gradebook, data_dir)
    if key in _NOTICES:
        _NOTICES[key].value = say("warning", _NEWER)
    _NOTICES[key] = ipw.HTML()
    return _NOTICES[key]


class Found:
    """The pushes of this kernel that a form tells of at its top.

    Attributes:
        views: what is shown, one below the other; empty where there is nothing to tell.
    """

    def __init__(self, views: Sequence[ipw.Widget], writings: Sequence[Writing] = ()) -> None:
        self.views, self._writings = list(views), writings

    def put_away(self) -> None:
        """Take it out of sight once there is a later push, unless one is under way; the history has them all."""
        if not any(one.running for one in self._writings):
            for view in self.views:
                view.layout.display = "none"


def find_again(
    gradebook: Gradebook | None, data_dir: str | Path | None, *, ended: bool = True
) -> Found:
    """Show the pushes to a gradebook, or to any, that are under way in this kernel, and tell how the last `ended`.

    Only those that are kept in the form's data folder: a rehearsal's are nobody's business but its own.
    """
    environment = gradebook.environment if gradebook else None
    kept_in = _find_data_dir(gradebook, data_dir)
    views: list[ipw.Widget] = []
    writings: list[Writing] = []
    for run in find_runs(environment, kept_in):
        of = f" of {run.plan.sheet.name}" if run.plan.sheet is not None else ""
        told = ipw.HTML(say("warning", f"A push{of} to {run.plan.environment.name} is under way:"))
        writing = Writing(run.receipts, on_end=partial(_tell_ended, told))
        writing.attach(run)
        writings.append(writing)
        views += [told, writing.view]
    if views or not ended:
        return Found(views, writings)
    last = max(find_ended(environment, kept_in), key=_when, default=None)
    told_last = _tell_end(last) if last is not None else ""
    return Found([ipw.HTML(told_last)] if told_last else [])


def _when(run: PushRun) -> str:
    return run.receipt.push_id if run.receipt else ""  # which begins with the time


def _find_data_dir(gradebook: Gradebook | None, data_dir: str | Path | None) -> Path | None:
    """Give the folder in which a form's pushes are kept; None where the settings cannot tell, which the form says itself."""
    if data_dir is not None:
        return Path(data_dir)
    if gradebook is not None:
        return gradebook.settings.data_dir
    try:
        return load_settings().data_dir
    except GradetoolsError:
        return None


def _tell_ended(told: ipw.HTML, run: PushRun) -> None:
    """Say that a push that was under way is so no longer; its retry and undo say so themselves."""
    if run.receipt is not None and run.plan.undo_of == "":
        told.value = _tell_end(run)


def _tell_end(run: PushRun) -> str:
    """Say how the last push of this notebook ended and what came after it; "" where no journal knows it any more."""
    receipt = run.receipt
    pushes: list[PushSummary] = []
    with suppress(GradetoolsError):  # what is wrong with a journal, the steps of the form say
        pushes = list_pushes(run.gradebook.settings.data_dir)
    ids = [each.push_id for each in pushes]
    if receipt is None or receipt.push_id not in ids:
        return ""
    since = pushes[: ids.index(receipt.push_id)]
    back = pushes[len(since)].taken_back_by
    later = [each for each in since if each.environment == receipt.environment and each.push_id != back]  # fmt: skip
    left = sum(each.standing == "unfinished" for each in later)
    parts = [
        f"The last push from this notebook to {receipt.environment.name}: {receipt.tell_states()}.",
        f"It was taken back since by push {back}." if back else "",
        f"Since then {count(len(later), 'push', 'pushes')} went there from elsewhere on this machine"
        f"{f', {left:,} of them unfinished' if left else ''}."
        if later
        else "",
        f"The notebook history.ipynb shows all of {receipt.push_id}{' and of these' if later else ''}.",
    ]
    return say("good" if receipt.ok and not left else "warning", " ".join(filter(None, parts)))


class Unfinished:
    """Offer to go on with the last push that ended half way, as when a kernel died.

    Attributes:
        told: when it began, from which sheet, and how much is left.
        go_on: shows what is left of it, and the button that writes that; nothing is written by it.
        leave: lets it be; the history still has it.
        alert: why that did not work.
        writing: the push that is gone on with; None before `go_on`.
        push: the push that is offered; None where there is none.
        view: the widget, out of sight where nothing is offered.
    """

    push: PushSummary | None = None
    writing: Writing | None = None

    def __init__(self, receipts: Path, *, on_end: Callable[[PushRun], None] | None = None) -> None:
        self._receipts, self._on_end = receipts, on_end
        self._gradebook: Gradebook | None = None
        self._left_alone: set[str] = set()
        self.told, self.alert, self._below = ipw.HTML(), ipw.HTML(), ipw.VBox()
        self.go_on = ipw.Button(description="Go on: show what is left", icon="play")
        self.leave = ipw.Button(description="Leave it", icon="times")
        self.go_on.layout.width = self.leave.layout.width = "max-content"
        self.go_on.add_class("gt-go-on").on_click(lambda _: self._show())
        self.leave.add_class("gt-leave").on_click(lambda _: self._let_be())
        self._buttons = ipw.HBox([self.go_on, self.leave], layout=WRAP)
        self.view = ipw.VBox([self.told, self._buttons, self.alert, self._below])
        self.view.add_class("gt-unfinished").layout.display = "none"

    def look(self, gradebook: Gradebook) -> None:
        """Look whether a push to a gradebook was left unfinished, unless one is being gone on with here."""
        if self.writing is not None and self.writing.running:
            return
        self._gradebook, self.writing = gradebook, None
        self._below.children = []
        self.alert.value = ""
        with telling(self.alert):
            self._offer(*find_unfinished(gradebook, besides=self._left_alone))

    def _offer(self, push: PushSummary | None, left: int) -> None:
        self.push = push
        self.view.layout.display = "none" if push is None else None
        self._buttons.layout.display = None
        if push is not None:
            of = f" of {push.sheet}" if push.sheet else ""
            self.told.value = say(
                "warning",
                f"Unfinished push{of} from {push.started:%Y-%m-%d %H:%M} UTC by {push.system_user}: "
                f"{count(left, 'grade')} of it may be missing. Go on with it, or leave it: it stays in history.ipynb.",
            )

    def _show(self) -> None:
        if self.push is None or self._gradebook is None:
            return
        with telling(self.alert):
            writing = Writing(self._receipts, on_end=self._end)
            writing.go_on(self.push.push_id, self._gradebook)
            self.writing = writing
            self._below.children = [writing.view]
            self._buttons.layout.display = "none"

    def _end(self, run: PushRun) -> None:
        """After a push: what was unfinished is no longer."""
        receipt, offered = run.receipt, self.push.push_id if self.push else ""
        if receipt is not None and (receipt.push_id, receipt.status) == (offered, "done"):
            told = f"The push from {receipt.started:%Y-%m-%d %H:%M} UTC is finished."
            self.told.value = say("good", told)
        if self._on_end is not None:
            self._on_end(run)

    def _let_be(self) -> None:
        if self.push is not None and self._gradebook is not None:
            self._left_alone.add(self.push.push_id)
            self.look(self._gradebook)


def find_unfinished(gradebook: Gradebook, *, besides: set[str]) -> tuple[PushSummary | None, int]:
    """Find the last push to a gradebook that can be gone on with, and how many of its grades are left.

    There is none while one is under way to it, in whatever program.
    """
    with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
        try:
            with journal.lock():
                pushes = journal.list_pushes()
        except PushRunningError:
            return None, 0
        for push in pushes:
            if push.standing == "unfinished" and push.push_id not in besides:
                return push, len(journal.unsent(push.push_id))
    return None, 0
