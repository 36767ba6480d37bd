"""Preview, push, receipt, retry and undo of one plan; a retry or an undo is one more of the same below the receipt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import ipywidgets as ipw

from gradetools.errors import PushRunningError
from gradetools.gradebook import Gradebook
from gradetools.journal import open_journal
from gradetools.plan import Decisions, Plan, retried_entries
from gradetools.push import plan_rest, plan_retry, plan_undo, tell_rest
from gradetools.receipt import PushSummary, Receipt, name_retried, note_retry
from gradetools.widgets.look import Html, count, element, join, say
from gradetools.widgets.preview import Preview
from gradetools.widgets.push_panel import PushPanel
from gradetools.widgets.push_run import PushRun
from gradetools.widgets.receipt_panel import ReceiptPanel, tell_never
from gradetools.widgets.step import telling

MakePlan = Callable[[Decisions], Plan]
_LOOK = "look at what it would change, then press the button below"


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
        on_start_below: Callable[[], None] | None = None,
        on_plan: Callable[[Plan], None] | None = None,
    ) -> None:
        self._receipts = receipts
        self._on_end, self._on_below, self._on_plan = on_end, on_below, on_plan
        self._on_start_below = on_start_below
        #: Where what the receipt tells was written; another plan may go elsewhere.
        self._written_to: Gradebook | None = None
        #: Pushes of which something stands, once they are in reach here no more.
        self._earlier: list[str] = []
        self._make: MakePlan | None = None
        self._settles = False
        #: What the title of what was made last says is next.
        self._hint = Html("")
        self._gradebook: Gradebook | None = None
        self.preview = Preview(on_policy=self.remake)
        self.push = PushPanel(receipts, on_end=self._end, on_start=on_start)
        self.receipt = ReceiptPanel(on_undo=self._take_back, on_retry=self._try_again)
        self.view = ipw.VBox([self.preview.view, self.push.view, self.receipt.view])

    @property
    def retries(self) -> list[Writing]:
        """What was tried again, and what was tried again of that: the last one last."""
        return [self.retry, *self.retry.retries] if self.retry is not None else []

    def count_tries(self) -> int:
        """Count the grades that other tries at it wrote, and that can still be taken back."""
        receipts = [one.receipt.receipt for one in self.retries if one.receipt.can_undo]
        return sum(receipt.written for receipt in receipts if receipt is not None)

    def has_tried(self, push_id: str) -> bool:
        """Whether a push is one of the other tries at it."""
        receipts = [one.receipt.receipt for one in self.retries]
        return push_id in [receipt.push_id for receipt in receipts if receipt is not None]

    @property
    def below(self) -> list[Writing]:
        """The undo and the retry, and whatever is below these."""
        first = [one for one in (self.undo, self.retry) if one is not None]
        return [*first, *(each for one in first for each in one.below)]

    @property
    def running(self) -> bool:
        """Whether this push, or anything below it, is under way."""
        return any(one.push.running for one in (self, *self.below))

    def clear(self) -> None:
        """Forget the plan, unless it is being written; what was written before can still be taken back."""
        if not self.push.running:
            self.preview.clear()
            self.push.withdraw()
            if not self.running:
                self._put_aside()

    def _put_aside(self) -> None:
        """Keep in reach what was written last: by this push, or, where nothing of it is left to take back, by another try."""
        wrote = [one for one in self.retries if one.receipt.can_undo]
        last = wrote[-1] if wrote and not self.receipt.can_undo else None
        self.undo = self.retry = None
        if last is not None and last.push.run is not None and last.receipt.receipt is not None:
            self.receipt.show(last.receipt.receipt, last.push.run.folder)
            wrote.remove(last)
        self._earlier += _list_ids(wrote)
        self.receipt.put_aside(retried=bool(wrote))

    def begin(self, make: MakePlan, gradebook: Gradebook, *, note: str = "") -> None:
        """Make a plan, show it, and offer to write it.

        Raises:
            PushRunningError: the plan before is being written.
        """
        if self.push.running:
            raise PushRunningError("A push is under way; wait for it or stop it, then try again.")
        self.clear()
        self._make, self._gradebook, self._settles = make, gradebook, bool(name_retried(note))
        self.remake("stop")
        self.push.note.value = note

    def go_on(self, push_id: str, gradebook: Gradebook) -> None:
        """Show the plan of a push that did not finish, and offer to write what is left of it.

        Raises:
            PushRunningError: the plan before is being written.
            JournalError: there is no such push, it is done, was taken back or forgotten.
            GradebookError: the gradebook cannot be read.
        """
        if self.push.running:
            raise PushRunningError("A push is under way; wait for it or stop it, then try again.")
        plan, rest = plan_rest(push_id, gradebook)
        self.clear()
        self._make, self._gradebook = None, gradebook
        self.preview.show(rest, gradebook)
        told = say("info", tell_rest(push_id, plan, rest))
        self.preview.told.value = join(told, Html(self.preview.told.value))
        # The plan is frozen: what was decided about conflicts was decided.
        self.preview.conflicts.hide()
        self.push.offer(plan, gradebook, resume=push_id, rest=rest)

    def attach(self, run: PushRun) -> None:
        """Show a push that is under way."""
        self._gradebook = run.gradebook
        self.preview.show(run.plan, run.gradebook, running=run.running)
        # How far it is, and Stop, are looked for before what it writes.
        self.view.children = [self.push.view, self.preview.view, self.receipt.view]
        # What is being written is decided.
        self.preview.conflicts.hide()
        self.push.attach(run)

    def remake(self, on_conflict: Decisions) -> None:
        """Make the plan anew, with another way out of conflicts, and offer that one."""
        if self._make is not None and self._gradebook is not None:
            plan = self._make(on_conflict)
            self.preview.show(plan, self._gradebook)
            self.push.offer(plan, self._gradebook, settles=self._settles)
            if self._on_plan is not None:
                self._on_plan(plan)

    def _end(self, run: PushRun) -> None:
        if run.receipt is not None:
            self._written_to = run.gradebook
            self._earlier += _list_ids([self, *self.retries])
            self.undo = self.retry = None
            self.receipt.show(run.receipt, run.folder, earlier=dict.fromkeys(self._earlier))
            if run.receipt.status == "done":
                self.preview.settle(tell_written(run.receipt))
        if self._on_end is not None:
            self._on_end(run)

    def _take_back(self) -> None:
        """Show what taking the push back would change, with everything it needs to be written."""
        receipt, gradebook = self.receipt.receipt, self._written_to
        if receipt is None or gradebook is None:
            return
        with telling(self.receipt.alert):
            made = self._below(
                lambda policy: plan_undo(receipt, gradebook, on_conflict=policy),
                call_undoing(receipt),
            )
            # What a retry wrote is its own to take back, and stays in reach.
            self.retry = self.retry if self.retry and self.retry.receipt.receipt else None
            self.undo = made
            self._place_below(made)

    def _try_again(self) -> None:
        """Show what trying again what failed would change, with everything it needs to be written."""
        receipt, gradebook = self.receipt.receipt, self._written_to
        if receipt is None or gradebook is None:
            return
        with telling(self.receipt.alert):
            made = self._below(
                lambda policy: plan_retry(receipt, gradebook, on_conflict=policy),
                ("trying again", "write it"),
                note=note_retry(receipt.push_id),
            )
            self.retry, self.undo = made, None
            self._place_below(made)

    def _below(self, make: MakePlan, words: tuple[str, str], note: str = "") -> Writing:
        """Make another plan, to be shown below the receipt.

        Raises:
            PushRunningError: the one that is there is being written.
        """
        if self.running or self._written_to is None:
            raise PushRunningError("A push is under way; wait for it or stop it, then try again.")

        def say_next(plan: Plan) -> None:
            if self._on_below is not None:
                self._on_below(tell_next(plan, *words))
            self._say_hint(_tell_hint(plan, words))

        one = Writing(
            self._receipts,
            on_end=self._end_below,
            on_start=self._on_start_below,
            on_below=self._on_below,
            on_start_below=self._on_start_below,
            on_plan=say_next,
        )
        one.begin(make, self._written_to, note=note)
        return one

    def _place_below(self, made: Writing) -> None:
        """Show the retry and the undo below the receipt, each with its title; the view goes to what was just made."""
        of = _call_push(self.receipt.receipt) if self.receipt.receipt else "the push"
        parts = {"Another try at what was not written": self.retry, f"Undo of {of}": self.undo}
        self.receipt.below.children = [
            widget
            for title, one in parts.items()
            if one is not None
            for widget in (_make_title(title, self._hint, fresh=one is made), one.view)
        ]

    def _say_hint(self, hint: Html) -> None:
        """Say in the title of what was made last what is next; nobody who decides something below is taken up to it."""
        for widget in self.receipt.below.children if self._hint else ():
            if isinstance(widget, ipw.HTML) and self._hint in widget.value:
                widget.value = widget.value.replace(self._hint, hint).replace(" gt-fresh", "")
        self._hint = hint

    def _end_below(self, run: PushRun) -> None:
        """After a retry or an undo: say above it what came of it."""
        self._say_hint(Html(""))
        undos = [self.undo, *self.undo.retries] if self.undo is not None else []
        below = [one.push.run for one in (*undos, *self.retries)]
        self.receipt.tries = self.count_tries()
        if run.receipt is not None and run in below:
            undone = self.undo is not None and self.undo.receipt.settled
            self.receipt.follow(run.receipt, whole=undone and run.receipt.ok)
            if self.receipt.taken_back:
                self.preview.retell(say("info", "This was taken back since: see below."))
            elif (
                self.retry
                and run is self.retry.push.run
                and run.receipt.ok
                and self.receipt.rest.ok
            ):
                told = "What was not written at first was settled by another try: see below."
                self.preview.retell(say("good", told))
                self.push.settle()
        elif run.receipt is not None and self.has_tried(run.plan.undo_of):
            self.receipt.follow_below(run.receipt)
        elif run.receipt is not None and run.receipt.ok and self._undid(run.plan.undo_of):
            self.receipt.come_back(run.receipt)
            self.preview.retell(
                say("info", "This was taken back, and brought back since: see below.")
            )
            self._leave_undo_above()
        self._follow_rest()
        if self._on_end is not None:
            self._on_end(run)

    def _undid(self, push_id: str) -> bool:
        """Whether a push is the one that took back what the receipt tells."""
        undo = self.undo.receipt.receipt if self.undo else None
        return undo is not None and undo.push_id == push_id

    def _leave_undo_above(self) -> None:
        """Offer to take back what an undo of the undo brought back where the push is told, and there alone."""
        again = self.undo.undo if self.undo else None
        if again is not None:
            again.receipt.undo.layout.display = "none"

    def _follow_rest(self) -> None:
        """Offer to go on with a push that was stopped as the journal has it: not once it is taken back."""
        receipt, to = self.receipt.receipt, self._written_to
        if receipt is None or to is None or receipt.status == "done":
            return
        with open_journal(to.environment, to.settings.data_dir) as journal:
            self.push.follow(journal.read_summary(receipt.push_id))


def _call_push(push: PushSummary) -> str:
    return (
        "the other try" if name_retried(push.note) else "the undo" if push.undo_of else "the push"
    )


def _list_ids(writings: Sequence[Writing]) -> list[str]:
    """Give the ids of those pushes of which something stands that can be taken back."""
    receipts = [one.receipt.receipt for one in writings if one.receipt.can_undo]
    return [receipt.push_id for receipt in receipts if receipt is not None]


def _make_title(title: str, hint: Html, *, fresh: bool) -> ipw.HTML:
    """Make the title of what is shown below; what was just made says what to do with it, for the step's own line is far above."""
    told = [hint] if fresh else []
    return ipw.HTML(element("div", title, *told, hook=f"gt-below{' gt-fresh' if fresh else ''}"))


def _tell_hint(plan: Plan, words: tuple[str, str]) -> Html:
    """Say what is next with what is shown below: to press its button only where that can be pressed."""
    decide = plan.counts["conflict"] or not plan.writes
    return element("span", f" next: {tell_next(plan, *words) if decide else _LOOK}", hook="gt-hint")


def tell_written(receipt: Receipt) -> Html:
    """Say in one line what a push came to, where its preview was."""
    wrote = receipt.written
    undone = "brought back" if receipt.brings_back else "taken back"
    done = undone if receipt.undo_of else "written"
    if receipt.ok and not wrote:
        return say("info", "This is settled: nothing had to be written.")
    never = tell_never(receipt.of_others)
    if receipt.ok:
        return say("info", f"This was {done}; the receipt tells what came of it.{never}")
    of = count(receipt.rows - receipt.of_others, "entry", "entries")
    parts = [f"{wrote} of {of} were {done}"] if wrote else []
    if unlike := receipt.not_as_sent:
        parts.append(f"{count(unlike, 'grade')} stored otherwise than sent")
    told = ", ".join(parts) or f"Nothing was {done}"
    why = "why not the others" if wrote else "why"
    return say("warning", f"{told}; the receipt says {why}.{never}")


def tell_undone(undo: Receipt) -> str:
    """Say how far an undo came that did not take all back, and the one thing to do next."""
    again = len(retried_entries(undo))
    if undo.status != "done":
        return f"go on below: {count(undo.left, 'grade')} not taken back yet"
    if not again:
        return "see below what came of the undo"
    grades = count(again, "grade")
    them, stay = ("it", "it as it is") if again == 1 else ("them", "them as they are")
    told = f"taken back, but for {grades}" if undo.written else f"{grades} not taken back"
    decide = " to decide" if undo.states["conflict"] else ""
    return f"{told}: try {them} again below{decide}, or leave {stay}"


def tell_taken_back(undo: Receipt, tries: int) -> str:
    """Say of a push that was taken back what of it, and of other tries at it, is still there.

    Args:
        undo: which took it back, and left nothing that could be tried again.
        tries: how many grades other tries wrote that were not taken back.
    """
    never, kept = undo.of_others - tries, undo.states["skipped"] - undo.of_others
    parts = [
        f"{count(never, 'grade')} that another push of yours wrote" if never > 0 else "",
        f"{count(kept, 'grade')} left as changed since" if kept else "",
    ]
    left = " and ".join(filter(None, parts))
    told = f"taken back{f', but for {left}' if left else ''}"
    if left and not undo.written:
        told = f"nothing taken back: {left}"
    if not tries:
        return told
    them = "it" if tries == 1 else "them"
    grades = f"{count(tries, 'grade')} of the other try below"
    return f"{told}; {grades} still written: take {them} back, too, or keep {them}"


def call_undoing(receipt: Receipt) -> tuple[str, str]:
    """Give the words for taking a push back, as `tell_next` takes them; of an undo it is said that it is one."""
    what = "the undo" if receipt.undo_of else "it"
    return f"taking {what} back", f"take {what} back"


def tell_next(plan: Plan, doing: str, then: str) -> str:
    """Say the one thing to do with a plan: decide where others changed something, look, and then write."""
    if plan.counts["conflict"]:
        grades = count(plan.counts["conflict"], "grade")
        return f"choose under Conflicts what becomes of {grades} that changed meanwhile"
    stays = plan.kept.any()
    if not plan.writes and stays and doing == "trying again":
        return "settle it below: what is there stays"
    if not plan.writes:
        return f"nothing; see below why {doing} would change nothing"
    return f"look at what {doing} would change, then {then}"
