"""Preview, push, receipt and undo of one plan; an undo is one more of the same below the receipt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ipywidgets as ipw

from gradetools.errors import PushRunningError
from gradetools.gradebook import Gradebook
from gradetools.plan import OnConflict, Plan
from gradetools.push import plan_undo
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
        view: all parts below one another, for those who do not place them themselves.
    """

    undo: Writing | None = None

    def __init__(self, receipts: Path, *, on_end: Callable[[PushRun], None] | None = None) -> None:
        self._receipts = receipts
        self._on_end = on_end
        self._make: MakePlan | None = None
        self._gradebook: Gradebook | None = None
        self.preview = Preview(on_policy=self.remake)
        self.push = PushPanel(receipts, on_end=self._end)
        self.receipt = ReceiptPanel(on_undo=self._take_back)
        self.view = ipw.VBox([self.preview.view, self.push.view, self.receipt.view])

    def clear(self) -> None:
        """Forget the plan, unless it is being written."""
        if not self.push.running:
            self.preview.clear()
            self.push.withdraw()
            self.receipt.clear()
            self.undo = None

    def begin(self, make: MakePlan, gradebook: Gradebook) -> None:
        """Make a plan, show it, and offer to write it.

        Raises:
            PushRunningError: the plan before is being written.
        """
        if self.push.running:
            raise PushRunningError("A push is under way; wait for it or stop it, then try again.")
        self.clear()
        self._make, self._gradebook = make, gradebook
        self.remake("stop")

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
            self.receipt.show(run.receipt, run.folder)
        if self._on_end is not None:
            self._on_end(run)

    def _take_back(self) -> None:
        """Show what taking the push back would change, with everything it needs to be written."""
        receipt, gradebook = self.receipt.receipt, self._gradebook
        if receipt is None or gradebook is None:
            return
        with telling(self.receipt.alert):

            def make(on_conflict: OnConflict) -> Plan:
                return plan_undo(receipt, gradebook, on_conflict=on_conflict)

            undo = Writing(self._receipts, on_end=self._on_end)
            undo.begin(make, gradebook)
            self.undo = undo
            self.receipt.below.children = [undo.view]
