"""What was pushed from this machine: each push, what it did, and what can still be done about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as ipw

from gradetools.errors import JournalError
from gradetools.gradebook import Gradebook
from gradetools.journal import (
    forget_push,
    list_forgettable,
    list_pushes,
    open_journal,
    tell_loss,
)
from gradetools.plan import Plan, retried_entries, written_entries
from gradetools.push import plan_retry, plan_undo
from gradetools.receipt import (
    PushSummary,
    Receipt,
    count_left,
    count_mended,
    find_retries,
    note_retry,
)
from gradetools.rehearsal import reconnect
from gradetools.report import find_receipt
from gradetools.settings import load_settings
from gradetools.snapshot import Environment
from gradetools.widgets.downloads import Downloads
from gradetools.widgets.find_again import find_again, tell_when_older
from gradetools.widgets.grid import Grid
from gradetools.widgets.grid_entries import find_mended, show_entries
from gradetools.widgets.grid_window import ALL
from gradetools.widgets.history_list import (
    label_push,
    shorten_id,
    show_pushes,
    tell_push,
    tell_source,
)
from gradetools.widgets.keyboard import frame
from gradetools.widgets.look import LABEL, WIDE, WRAP, count, element, join, say
from gradetools.widgets.push_run import PushRun
from gradetools.widgets.receipt_panel import tell_came, tell_files
from gradetools.widgets.step import Step, offer, telling
from gradetools.widgets.writing import Writing, call_undoing, tell_next

_HINT = "To see what a push did, double-click its row, press Enter on it, or choose it below."
_NOTHING = (
    "write grades with import_grades.ipynb or upsert_result.ipynb, then press Look again. "
    "Nothing was pushed from this machine yet."
)
#: What can be done about a push, as its buttons are called here.
_OFFERS = {
    "go_on": "go on with it",
    "retry": "try again what failed",
    "undo": "take it back",
    "forget": "forget it",
}


class HistoryForm:
    """Look at what was pushed, go on with it, try again what failed, take it back, or forget it.

    Nothing is asked of any gradebook before one of the buttons is pressed, and nothing is written before its preview was seen.

    Args:
        gradebook: the gradebook of pushes to its environment; others are opened by the settings when they are needed.
        folder: where receipts are kept, in its folder `receipts`.
        data_dir: the data folder; by default the gradebook's, or that of the settings.

    Attributes:
        pushes: what was pushed, newest first, as the form shows it.
        list, push: the pushes in a grid, and the one that is looked at (its id; None for none).
        refresh: looks again.
        told, entries: what one push did: facts, and every entry's end.
        files, downloads: where its receipt's files are, and these where they are here.
        go_on, retry, undo, forget: each shows what it would do; nothing is written or erased by it.
        loss, erase, keep: what forgetting would erase, the button that does, and the one that does not.
        writing: the plan that one of the buttons made, from preview to receipt; None before.
        alert: what did not work.
        view: the widget.
    """

    def __init__(
        self,
        gradebook: Gradebook | None = None,
        *,
        folder: str | Path = ".",
        data_dir: str | Path | None = None,
    ) -> None:
        self._given, self._receipts = gradebook, Path(folder) / "receipts"
        self._own = None if data_dir is None else Path(data_dir)
        self._opened: dict[Environment, Gradebook] = {}
        self.pushes: list[PushSummary] = []
        self.writing: Writing | None = None
        self._receipt: Receipt | None = None
        #: The push that `writing` is about, which need not be the one that is looked at once it is under way.
        self._about = ""
        self._filling = False
        #: What there is to do about the push that is looked at, while nothing is asked.
        self._next = ""
        self.steps = {
            "pushes": Step("1. Pushes", "pushes"),
            "push": Step("2. One push", "one", waits_for="choosing one"),
        }
        self.alert = self.steps["push"].alert
        self._make_list()
        self._make_one()
        parts = [
            tell_when_older("history", gradebook, data_dir),
            *find_again(gradebook, data_dir, ended=False).views,
            *(step.view for step in self.steps.values()),
        ]
        self.view = frame("gt-history", parts)
        self.look()

    def _make_list(self) -> None:
        self.list = Grid(label="What was pushed", hint=_HINT, on_open=self._open)
        self.push = ipw.Dropdown(description="Push", style=LABEL, layout=WIDE)
        self.push.add_class("gt-push-choice").observe(lambda _: self._choose(), "value")
        self.refresh = _button("Look again", "refresh", "gt-refresh", self.look)
        body = [self.list, ipw.HBox([self.push, self.refresh], layout=WRAP)]
        self.steps["pushes"].body.children = body

    def _make_one(self) -> None:
        self.told, self.loss = ipw.HTML().add_class("gt-push-told"), ipw.HTML()
        self.files, self.downloads = ipw.HTML(), Downloads()
        self.entries = Grid(label="What came of each entry")
        self.entries.add_class("gt-entries")
        self.go_on = _button("Go on", "play", "gt-go-on", self._go_on)
        self.retry = _button("Try again", "repeat", "gt-retry", self._retry)
        undo = "Undo: show what that would change"
        self.undo = _button(undo, "undo", "gt-undo", self._undo)
        forget = "Forget: show what that would erase"
        self.forget = _button(forget, "eraser", "gt-forget", self._show_loss)
        self.erase = _button(
            "Erase its grades from this machine", "eraser", "gt-erase", self._erase
        )
        self.erase.button_style = "danger"
        self.keep = _button("Keep them", "times", "gt-keep", self._keep)
        self._below = ipw.VBox()
        self._actions = (self.go_on, self.retry, self.undo, self.forget)
        self._asking = ipw.VBox([self.loss, ipw.HBox([self.erase, self.keep], layout=WRAP)])
        buttons = ipw.HBox(list(self._actions), layout=WRAP)
        files = [self.files, self.downloads]
        body = [self.told, self.entries, *files, buttons, self._asking, self._below]
        self.steps["push"].body.children = body
        self._close()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:  # noqa: ANN401 - IPython's own protocol
        """Show the form in a notebook."""
        return self.view._repr_mimebundle_(**kwargs)

    @property
    def data_dir(self) -> Path:
        """The data folder whose pushes are shown."""
        if self._own is None and self._given is not None:
            return self._given.settings.data_dir
        return self._own or load_settings().data_dir

    def look(self) -> None:
        """List the pushes as the journal has them now; the one that is looked at stays."""
        step, chosen = self.steps["pushes"], self.push.value
        with telling(step.alert):
            self.pushes = list_pushes(self.data_dir)
            shown = show_pushes(self.pushes, chosen)
            self.list.show(shown, view=self.list.view if self.list.view in shown.views else ALL)
            for widget in (self.list, self.push):
                widget.layout.display = None if self.pushes else "none"
            self._filling = True
            labels = [(label_push(each, self.pushes), each.push_id) for each in self.pushes]
            offer(self.push, [("choose a push", None), *labels])
            self.push.value = next((each for _, each in labels if each == chosen), None)
            self._filling = False
            self._show()

    def _open(self, push_id: str) -> None:
        self.push.value = push_id

    def _choose(self) -> None:
        if not self._filling:
            self._close()
            self.list.show(show_pushes(self.pushes, self.push.value))
            self._show()
            self._let(press=not self._busy)
            self._place_writing()

    def _show(self) -> None:
        """Show what the chosen push did, and what can be done about it."""
        step, self._receipt = self.steps["push"], None
        push = next((each for each in self.pushes if each.push_id == self.push.value), None)
        for widget in (self.entries, *self._actions):
            widget.layout.display = "none"
        self.files.value = ""
        self.downloads.show(None)
        if push is None:
            self.told.value = ""
            self.steps["pushes"].open("choose a push" if self.pushes else _NOTHING)
            if not self._busy:
                step.lock()
            return
        self.steps["pushes"].settle(label_push(push, self.pushes))
        step.open("look at what it did")
        with telling(self.alert):
            self._tell_one(push)
            if push.forgotten:
                step.settle("forgotten: only its counts are left")
            else:
                self._show_entries(push)

    def _tell_one(self, push: PushSummary) -> None:
        retries = [tell_came("Tried again", each) for each in find_retries(push, self.pushes)]
        self.told.value = join(*retries, tell_push(push, self.pushes))

    def _show_files(self, push: PushSummary) -> None:
        """Give out the receipt's files where they are in this form's folder, else say where they may be."""
        folder = find_receipt(self._receipts, push.push_id)
        self.downloads.show(folder)
        where = f"in receipts/{push.push_id} of the folder where that was done"
        elsewhere = f"The files of its receipt are not here: whoever pushed it has them, {where}, or where --out said."
        if folder is not None:
            self.files.value = tell_files(folder, self.downloads.left)
        elif push.finished:
            self.files.value = element("div", elsewhere, hook="gt-reason")

    def _show_entries(self, push: PushSummary) -> None:
        with open_journal(push.environment, self.data_dir) as journal:
            receipt, left = journal.read_receipt(push.push_id), len(journal.unsent(push.push_id))
            retries = find_retries(push, self.pushes)
            mended = find_mended(journal.read_receipt(each.push_id) for each in retries)
        self._receipt = receipt
        if push.being_written:  # it has got further since the list was made
            self._tell_one(receipt)
        self.entries.show(show_entries(receipt, mended), view=ALL)
        self._show_files(push)
        failed = len(retried_entries(receipt))
        whole = bool(push.taken_back_by) and not count_left(push, self.pushes)
        are = "is" if left == 1 else "are"
        self.go_on.description = f"Go on: show the {count(left, 'grade')} that {are} left"
        self.retry.description = f"Try {count(failed, 'grade')} again: show what that would change"
        shown = {
            self.entries: receipt.rows > 0,
            self.go_on: push.standing == "unfinished",
            self.retry: failed > count_mended(push, self.pushes)
            and push.standing == "done",  # what is unfinished is gone on with first
            self.undo: len(written_entries(receipt)) > 0 and not push.being_written and not whole,
            self.forget: not push.being_written,
        }
        for widget, when in shown.items():
            widget.layout.display = None if when else "none"
        if push.being_written:
            self.steps["push"].open("wait until it is written, then look again")
            return
        offered = [words for name, words in _OFFERS.items() if shown[getattr(self, name)]]
        if push.taken_back_by and not whole:  # the button stays, for what an undo did not take back
            offered[offered.index(_OFFERS["undo"])] = "take back what is left"
        self._next = f"look at what it did; you can {' or '.join(offered)}"
        if whole:
            self.steps["push"].settle(f"taken back; you can {' or '.join(offered)}")
        else:
            self.steps["push"].open(self._next)

    @property
    def _busy(self) -> bool:
        return self.writing is not None and self.writing.running

    def _close(self) -> None:
        """Put away what one of the buttons has shown."""
        self._asking.layout.display = "none"
        if not self._busy:
            self.writing = None
            self._below.children = []

    def _place_writing(self) -> None:
        """Show what is being written below the push that it is about; below another with a title that says so."""
        if self.writing is not None:
            parts = [self.writing.view]
            if self._about != self.push.value:
                of = f"Of another push, {shorten_id(self._about)}: this is being written"
                parts.insert(0, ipw.HTML(element("div", of, hook="gt-below")))
            self._below.children = parts

    def _begin(
        self, start: Callable[[Writing, Receipt, Gradebook], None], doing: str, then: str
    ) -> None:
        """Open the gradebook of the push, and show a plan for it.

        Args:
            start: makes and shows the plan.
            doing: what that does, as in "trying again".
            then: what there is to do once it was looked at.
        """
        step = self.steps["push"]

        def say_next(plan: Plan) -> None:
            step.open(tell_next(plan, doing, then))

        receipt = self._receipt
        with telling(self.alert):
            if self._busy:
                raise JournalError("A push is under way; wait for it or stop it, then try again.")
            self._close()
            if receipt is not None:
                writing = Writing(
                    self._receipts,
                    on_end=self._end,
                    on_start=self._work,
                    on_start_below=self._work,
                    on_below=step.open,
                    on_plan=say_next,
                )
                start(writing, receipt, self._gradebook(receipt.environment))
                self.writing, self._about = writing, receipt.push_id
                self._place_writing()

    def _gradebook(self, environment: Environment) -> Gradebook:
        if self._given is not None and self._given.environment == environment:
            return self._given
        if environment not in self._opened:
            self._opened[environment] = reconnect(environment, data_dir=self.data_dir)
        return self._opened[environment]

    def _go_on(self) -> None:
        def start(writing: Writing, receipt: Receipt, to: Gradebook) -> None:
            writing.go_on(receipt.push_id, to)  # with the plan that was made then
            self.steps["push"].open("look below at what is left, then write it")

        self._begin(start, "going on", "write it")

    def _retry(self) -> None:
        def start(writing: Writing, receipt: Receipt, to: Gradebook) -> None:
            note = note_retry(receipt.push_id)
            writing.begin(lambda how: plan_retry(receipt, to, on_conflict=how), to, note=note)

        self._begin(start, "trying again", "write it")

    def _undo(self) -> None:
        def start(writing: Writing, receipt: Receipt, to: Gradebook) -> None:
            writing.begin(lambda how: plan_undo(receipt, to, on_conflict=how), to)

        if self._receipt is not None:
            self._begin(start, *call_undoing(self._receipt))

    def _show_loss(self) -> None:
        with telling(self.alert):
            self._close()
            pushes = list_forgettable(self.push.value, self.data_dir)
            told = tell_loss(pushes, find_retries(pushes[0], self.pushes))
            self.loss.value = say("warning", told)
            number = sum(not push.forgotten for push in pushes)
            of = f"the grades of {number} pushes" if number > 1 else "its grades"
            self.erase.description = f"Erase {of} from this machine"
            self._asking.layout.display = None
            self.steps["push"].open("erase them, or keep them")

    def _keep(self) -> None:
        self._close()
        self.steps["push"].open(self._next)

    def _erase(self) -> None:
        with telling(self.alert):
            if self._asking.layout.display is None:
                forget_push(self.push.value, self.data_dir)
                self._close()
                self.look()

    def _work(self) -> None:
        """While something is written, say so, and offer nothing else for the push."""
        self.steps["push"].work("being written, see below")
        self._let(press=False)

    def _let(self, *, press: bool) -> None:
        for button in self._actions:
            button.disabled = not press

    def _end(self, run: PushRun) -> None:
        """After a push: the list has one more, and what was looked at may have been taken back."""
        self._let(press=True)
        if self.writing and run.receipt and run.resume and run.receipt.status == "done":
            self.writing.receipt.point_up()  # it is the push that is shown above
        self.look()
        if run.receipt and self._about != self.push.value:
            # What can be done about one push is not to be pressed below another.
            self.writing = None
            of = f"{tell_source(run.receipt, self.pushes)}, push {run.receipt.push_id}"
            told = f"Meanwhile this has ended: {of}: {run.receipt.tell_states()}."
            kind = "good" if run.receipt.ok else "warning"
            self._below.children = [ipw.HTML(say(kind, f"{told} Choose it above to see more."))]


def _button(description: str, icon: str, hook: str, do: Callable[[], None]) -> ipw.Button:
    button = ipw.Button(description=description, icon=icon, layout={"width": "max-content"})
    button.add_class(hook).on_click(lambda _: do())
    return button
