"""The import of a sheet, step by step, as a form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipywidgets as ipw

from gradetools.gradebook import Gradebook
from gradetools.plan import Plan, retried_entries
from gradetools.receipt import Receipt
from gradetools.report import find_part
from gradetools.widgets.check_step import CheckStep
from gradetools.widgets.columns_step import ColumnsStep
from gradetools.widgets.corrections import tell_corrections
from gradetools.widgets.draft import Draft
from gradetools.widgets.find_again import Unfinished, find_again, tell_when_older
from gradetools.widgets.keyboard import frame
from gradetools.widgets.look import count
from gradetools.widgets.push_run import PushRun
from gradetools.widgets.sheet_step import SheetStep
from gradetools.widgets.step import Step, telling
from gradetools.widgets.where_step import WhereStep
from gradetools.widgets.writing import Writing, tell_taken_back, tell_undone

#: The steps that stay in sight while something is being written.
_WRITING = ("preview", "push", "receipt")
_AT_WORK = "writing; other cells can run meanwhile"
_NOT_BEGUN = "it did not begin: see why below, then try again"


class ImportForm:
    """Put the grades of a sheet into a gradebook, step by step; show it as the last line of a cell.

    Every control is an attribute of its step, so that a notebook can drive it: `form.where.connect.click()`.
    Nothing is sent anywhere before the first click.

    Args:
        gradebook: where; without it one of the environments is chosen in the form.
        folder: where sheets are looked for, and receipts are kept.
        data_dir: the data folder; by default that of the settings.

    Attributes:
        where, sheet, columns, check: the steps up to the plan.
        preview, push, receipt: the plan, the push of it, and what came of it.
        writing: these three together; `writing.undo` is the same for taking it back.
        unfinished: a push that a dead kernel left half way, to go on with or to leave; out of sight where there is none.
        draft: the library's values behind the form: `draft.sheet`, `draft.checked` and so on.
        steps: every step by its name, for its state in words.
        view: the widget.
    """

    def __init__(
        self,
        gradebook: Gradebook | None = None,
        *,
        folder: str | Path = ".",
        data_dir: str | Path | None = None,
    ) -> None:
        self.draft = Draft()
        self._stale = False
        self._corrected = ipw.HTML().add_class("gt-corrected")
        self.steps: dict[str, Step] = {}
        self.writing = Writing(
            Path(folder) / "receipts",
            on_end=self._end,
            on_start=self._start,
            on_below=lambda words: self.steps["receipt"].open(words),
            on_start_below=lambda: self.steps["receipt"].work(_AT_WORK),
            on_plan=self._tell_plan,
        )
        self.preview, self.push = self.writing.preview, self.writing.push
        self.receipt = self.writing.receipt
        self.unfinished = Unfinished(Path(folder) / "receipts", on_end=self._end)
        self.where = WhereStep(
            gradebook,
            data_dir=data_dir,
            on_done=self._connected,
            on_change=lambda: self._lock_from(1),
        )
        self.sheet = SheetStep(
            self.draft,
            folder=folder,
            on_done=lambda: self.columns.start(),
            on_change=lambda: self._lock_from(2),
        )
        self.columns = ColumnsStep(
            self.draft,
            on_done=lambda: self.check.start(),
            on_change=lambda: self._lock_from(3),
        )
        self.check = CheckStep(
            self.draft,
            folder=folder,
            on_done=self._plan,
            on_change=lambda: self._lock_from(4),
            on_fix=self.columns.show_students,
        )
        self._found = find_again(gradebook, data_dir)
        self._show_steps([tell_when_older("import", gradebook, data_dir), *self._found.views])

    def _show_steps(self, found: list[ipw.Widget]) -> None:
        self.steps = {
            "where": self.where,
            "sheet": self.sheet,
            "columns": self.columns,
            "check": self.check,
            "preview": Step("5. Preview", "preview", waits_for="Check"),
            "push": Step("6. Push", "push", waits_for="Preview"),
            "receipt": Step("7. Receipt", "receipt", waits_for="Push"),
        }
        self.steps["preview"].body.children = [self._corrected, self.preview.view]
        self.steps["push"].body.children = [self.push.view]
        self.steps["receipt"].body.children = [self.receipt.view]
        parts = [self.where.banner, *found, self.unfinished.view]
        self.view = frame("gt-import", [*parts, *(step.view for step in self.steps.values())])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:  # noqa: ANN401 - IPython's own protocol
        """Show the form in a notebook."""
        return self.view._repr_mimebundle_(**kwargs)

    def _connected(self) -> None:
        self.draft.gradebook, self.draft.classes = self.where.gradebook, self.where.classes
        self.unfinished.look(self.draft.gradebook)
        self.sheet.start()

    def _lock_from(self, number: int) -> None:
        """Lock what follows a step; what is being written stays in sight until it is written."""
        self.writing.clear()
        kept = _WRITING if self.push.running else ()
        for name in list(self.steps)[number:]:
            if name not in kept:
                self.steps[name].lock()
        if self.steps:
            self._keep_receipt()

    def _keep_receipt(self) -> None:
        """Let the receipt of the push before stay in sight, until there is another."""
        if self.receipt.receipt is None:
            self.steps["receipt"].lock()
        elif not self.writing.running:
            self.steps["receipt"].open("")
            what = "of which some" if self.receipt.partly else "which"
            self.steps["receipt"].settle(f"of the last push, {what} can still be taken back")

    def _plan(self) -> None:
        # Who presses with a preview in sight wants to see what has changed since.
        if self._stale or self.preview.plan is not None:
            self.draft.look_again()
            self._stale = False
        self.writing.begin(self.draft.plan, self.draft.gradebook)
        self._corrected.value = tell_corrections(self.draft)
        self._keep_receipt()

    def _tell_plan(self, plan: Plan) -> None:
        """Say what is next with a plan."""
        conflicts = plan.counts["conflict"]
        more = f", and decide about {count(conflicts, 'conflict')}" if conflicts else ""
        self.steps["preview"].open(f"look at what would change{more}")
        tick = "tick that you have looked, then write"
        write = tick if plan.tell_unsafe() else "write it, when it is what you want"
        decide = (
            "decide about the conflicts above"
            if conflicts
            else "nothing, for nothing would be written"
        )
        self.steps["push"].open(write if plan.writes else decide)

    def _start(self) -> None:
        self._found.put_away()
        self.steps["preview"].settle("looked at")
        self.steps["push"].work(_AT_WORK)

    def _end(self, run: PushRun) -> None:
        """After a push, this one or its undo: what the gradebook held before no longer holds."""
        self._stale = True
        if run is self.push.run and run.receipt is not None:
            left = run.receipt.unwritten
            told = f"ended, but {count(left, 'entry', 'entries')} not written" if left else "ended"
            self.steps["push"].settle(told, doubt=left > 0)
            self.steps["receipt"].open(_tell_next(run.receipt, run.folder))
            self._tell_rest()
            if run.receipt.status != "done":
                self.steps["receipt"].settle("of what was written so far", doubt=True)
            self.columns.kept.keep_pushed(run.gradebook)
            self.sheet.list_files()
        elif run is self.push.run:
            self.steps["push"].open(_NOT_BEGUN)
        elif run.receipt is None:
            if run in [one.push.run for one in self.writing.below]:
                self.steps["receipt"].open(_NOT_BEGUN)
        elif run.plan.undo_of:
            self._tell_undo(run.receipt)
            self._tell_rest()
        elif run in [one.push.run for one in self.writing.retries]:
            self._tell_try(run.receipt)
        if run is not self.push.run:
            self.sheet.list_files()  # of what is settled or taken back no rest is offered
            self._look_again()

    def _tell_try(self, retry: Receipt) -> None:
        """Say in the step's line what came of another try."""
        left = self.receipt.rest.unwritten
        more = f"; {count(left, 'entry', 'entries')} of the push not written, see below"
        if retry.ok:
            told = f"{_tell_tried(retry)}{more if left else ''}"
            self.steps["receipt"].settle(told, doubt=left > 0)
        else:
            again = count(retry.unwritten, "entry", "entries")
            told = f"{again} of the other try not written: see below why, and try again there"
            self.steps["receipt"].settle(told, doubt=True)

    def _look_again(self) -> None:
        """Show anew what is offered to be written, if anything is: an undo or another try has changed the gradebook since."""
        if not self.push.offers:
            return
        with telling(self.preview.alert):
            self.draft.look_again()
            self._stale = False
            self.writing.remake(self.preview.conflicts.decisions)

    def _tell_rest(self) -> None:
        """Say what is next with a push that was stopped: going on with it, or, once it is taken back, writing the sheet anew."""
        if self.push.withheld:
            anew = "press “Preview the changes” in step 4 to write the sheet anew"
            self.steps["push"].open(f"{anew}; what was written of it is taken back (step 7)")
        elif self.push.rest:
            self.steps["push"].open("go on with it, or take back what was written (step 7)")

    def _tell_undo(self, undo: Receipt) -> None:
        """Say in the step's line what is taken back now, and what of the push or of another try at it still stands."""
        shown, step, tries = self.receipt.receipt, self.steps["receipt"], self.receipt.tries
        if undo.status != "done":
            step.open(tell_undone(undo))
        elif not undo.ok or shown is None:
            step.settle(tell_undone(undo), doubt=True)
        elif undo.undo_of == shown.push_id and tries:
            step.settle(tell_taken_back(undo, tries), doubt=True)
        elif undo.undo_of == shown.push_id:
            never = "" if shown.status == "done" else "; the rest was never sent"
            told = f"{tell_taken_back(undo, 0)}{never}"
            step.settle(told, doubt=undo.states["skipped"] > 0)
        elif self.receipt.taken_back and not tries:
            kept = self.receipt.kept
            left = f", but for {count(kept, 'grade')} left as changed since" if kept else ""
            step.settle(f"taken back, and what was tried again with it{left}", doubt=kept > 0)
        elif self.receipt.can_undo and self.writing.has_tried(undo.undo_of):
            left, them = count(shown.written, "grade"), "it" if shown.written == 1 else "them"
            step.open(f"take back the {left} of the push, too, or keep {them}")
        elif undo.brings_back:
            step.settle("brought back: what the push wrote stands again")
        else:
            step.settle("see below what came of the undo")


def _tell_next(receipt: Receipt, folder: Path | None) -> str:
    """Say what can be done after a push: try again what failed or is disputed, of what something stood in the way correct the file."""
    again = _tell_again(receipt)
    correct = receipt.states["failed"] or receipt.states["blocked"]
    if not again and not correct:
        return "the next sheet, in step 2; or take the push back"
    file = f"correct in {find_part(folder, 'failed')} what was not written and read that file in step 2"
    ways = [again, file if correct else "", "take the push back"]
    return ", or ".join(way for way in ways if way)


def _tell_tried(retry: Receipt) -> str:
    """Say what came of another try that ended well: what was decided to be left is not written."""
    stay = retry.states["skipped"]
    if not stay:
        return "what failed was tried again, and is written"
    are = "is" if stay == 1 else "are"
    wrote = f"{count(retry.written, 'grade')} written, " if retry.written else ""
    return f"tried again: {wrote}{stay:,} {are} left as changed by somebody"


def _tell_again(receipt: Receipt) -> str:
    """Say what of a push can be tried again, and that a conflict is decided then; "" for nothing."""
    states = retried_entries(receipt)["state"].tolist()
    disputed = "what somebody changed, and decide which counts"
    if "failed" in states:
        more = f" and {disputed}" if "conflict" in states else ""
        return f"try again what failed{more}"
    return f"try again {disputed}" if states else ""
