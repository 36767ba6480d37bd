"""Preview, push, receipt, retry and undo of one plan; a retry or an undo is one more of the same below the receipt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ipywidgets as ipw

from gradetools.errors import PushRunningError
from gradetools.gradebook import Gradebook
from gradetools.journal import open_journal
from gradetools.plan import OnConflict, Plan
from gradetools.push import plan_retry, plan_undo
from gradetools.widgets.look import Html, count, join, say
from gradetools.widgets.preview import Preview
from gradetools.widgets.push_panel import PushPanel, PushRun
from gradetools.widgets.receipt_panel import ReceiptPanel
from gradetools.widgets.step import telling

MakePlan = Callable[[OnConflict], Plan]


class Writing:
    """One plan from preview to receipt.

    Attributes:
        preview, push, receipt: the parts, each with its controls.
        undo: the same for taking the push back; None until Undo was pressed.
        retry: the same for trying again what failed; None until that was pressed.
        view: all parts below one another, for those who do not place them themselves.
    """

    undo: Writing | None = None
    retry: Writing | None = None

    def __init__(
        self,
        receipts: Path,
        *,
        on_end: Callable[[PushRun], None] | None = None,
        on_start: Callable[[], None] | None = None,
        on_below: Callable[[str], None] | None = None,
    ) -> None:
        self._receipts = receipts
        self._on_end, self._on_below = on_end, on_below
        #: Where what the receipt tells was written; another plan may go elsewhere.
        self._written_to: Gradebook | None = None
        self._make: MakePlan | None = None
        self._gradebook: Gradebook | None = None
        self.preview = Preview(on_policy=self.remake)
        self.push = PushPanel(receipts, on_end=self._end, on_start=on_start)
        self.receipt = ReceiptPanel(on_undo=self._take_back, on_retry=self._try_again)
        self.view = ipw.VBox([self.preview.view, self.push.view, self.receipt.view])

    @property
    def running(self) -> bool:
        """Whether this push, its retry or its undo is under way."""
        below = (one for one in (self.undo, self.retry) if one is not None)
        return self.push.running or any(one.running for one in below)

    def clear(self) -> None:
        """Forget the plan, unless it is being written; what was written before can still be taken back."""
        if not self.push.running:
            self.preview.clear()
            self.push.withdraw()
            if not self.running:
                self.undo = self.retry = None
                self.receipt.put_aside()

    def begin(self, make: MakePlan, gradebook: Gradebook, *, note: str = "") -> None:
        """Make a plan, show it, and offer to write it.

        Raises:
            PushRunningError: the plan before is being written.
        """
        if self.push.running:
            raise PushRunningError("A push is under way; wait for it or stop it, then try again.")
        self.clear()
        self._make, self._gradebook = make, gradebook
        self.remake("stop")
        self.push.note.value = note

    def go_on(self, push_id: str, gradebook: Gradebook) -> None:
        """Show the plan of a push that did not finish, and offer to write what is left of it.

        Raises:
            PushRunningError: the plan before is being written.
            JournalError: there is no such push, or it was forgotten.
        """
        if self.push.running:
            raise PushRunningError("A push is under way; wait for it or stop it, then try again.")
        with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
            plan, left = journal.read_plan(push_id), len(journal.unsent(push_id))
        self.clear()
        self._make, self._gradebook = None, gradebook
        self.preview.show(plan, gradebook)
        told = f"This is the whole plan of push {push_id}; {count(left, 'grade')} of it may be missing."
        self.preview.told.value = join(say("info", told), Html(self.preview.told.value))
        # The plan is frozen: what was decided about conflicts was decided.
        self.preview.on_conflict.layout.display = "none"
        self.push.offer(plan, gradebook, resume=push_id, left=left)

    def attach(self, run: PushRun) -> None:
        """Show a push that is under way."""
        self._gradebook = run.gradebook
        self.preview.show(run.plan, run.gradebook)
        self.push.attach(run)

    def remake(self, on_conflict: OnConflict) -> None:
        """Make the plan anew, with another way out of conflicts, and offer that one."""
        if self._make is not None and self._gradebook is not None:
            plan = self._make(on_conflict)
            self.preview.show(plan, self._gradebook)
            self.push.offer(plan, self._gradebook)

    def _end(self, run: PushRun) -> None:
        if run.receipt is not None:
            self._written_to, self.undo, self.retry = run.gradebook, None, None
            self.receipt.show(run.receipt, run.folder)
            if run.receipt.status == "done":
                told = say("info", "This was written; the receipt tells what came of it.")
                self.preview.told.value = join(told, Html(self.preview.told.value))
        if self._on_end is not None:
            self._on_end(run)

    def _take_back(self) -> None:
        """Show what taking the push back would change, with everything it needs to be written."""
        receipt, gradebook = self.receipt.receipt, self._written_to
        if receipt is None or gradebook is None:
            return
        with telling(self.receipt.alert):
            made = self._below(lambda policy: plan_undo(receipt, gradebook, on_conflict=policy))
            self.undo, self.retry = made, None
            self._say_next("look at what taking it back would change, then take it back")

    def _try_again(self) -> None:
        """Show what trying again what failed would change, with everything it needs to be written."""
        receipt, gradebook = self.receipt.receipt, self._written_to
        if receipt is None or gradebook is None:
            return
        with telling(self.receipt.alert):
            made = self._below(
                lambda policy: plan_retry(receipt, gradebook, on_conflict=policy),
                note=f"retry of {receipt.push_id}",
            )
            self.retry, self.undo = made, None
            self._say_next("look at what trying again would change, then write it")

    def _say_next(self, words: str) -> None:
        if self._on_below is not None:
            self._on_below(words)

    def _below(self, make: MakePlan, note: str = "") -> Writing:
        """Show another plan below the receipt.

        Raises:
            PushRunningError: the one that is there is being written.
        """
        if self.running or self._written_to is None:
            raise PushRunningError("A push is under way; wait for it or stop it, then try again.")
        one = Writing(self._receipts, on_end=self._end_below, on_below=self._on_below)
        one.begin(make, self._written_to, note=note)
        self.receipt.below.children = [one.view]
        return one

    def _end_below(self, run: PushRun) -> None:
        """After a retry or an undo: say above it what came of it."""
        below = (one.push.run for one in (self.undo, self.retry) if one is not None)
        if run.receipt is not None and run in below:
            self.receipt.follow(run.receipt)
        if self._on_end is not None:
            self._on_end(run)
