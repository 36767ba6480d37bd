"""One push under way: the button that starts it, its progress, and Stop.

Theory of operation. A `PushPanel` shows one `PushRun`: the one it began, or one that was under way when it was made.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ipywidgets as ipw

from gradetools.errors import PushRunningError
from gradetools.gradebook import Gradebook
from gradetools.plan import Plan
from gradetools.push import PRODUCTION, Progress, check_plan
from gradetools.receipt import PushSummary, Receipt
from gradetools.widgets.look import LABEL, WIDE, Html, count, element, say
from gradetools.widgets.push_run import PushRun
from gradetools.widgets.step import tell_error, telling

_TOO_LATE = "Stop came too late: all of it was sent"


class PushPanel:
    """The button that writes, and what is seen of it while it does.

    Attributes:
        go: starts the push; a second click does nothing.
        stop: ends it after what is in flight.
        confirm: the number of grades, typed; only production asks for it.
        allow_unsafe: shown where many grades would be lowered or removed.
        note: anything to remember about this push.
        bar, told: how far it is.
        alert: why it did not begin, or what ended it.
        run: the push that is shown; None before the first click.
    """

    def __init__(
        self,
        receipts: Path,
        *,
        on_end: Callable[[PushRun], None],
        on_start: Callable[[], None] | None = None,
    ) -> None:
        self.receipts = receipts
        self._on_end, self._on_start = on_end, on_start
        self._offer: tuple[Plan, Gradebook, str | None] | None = None
        #: What was offered of a push that was taken back since, and how the button was called then.
        self._withheld: tuple[Plan, Gradebook, str | None] | None = None
        self._rest = ""
        #: What harm there is in it, in words, and how the button looks that may be pressed.
        self._unsafe, self._able = "", ""
        self.run: PushRun | None = None
        self.confirm = ipw.Text(description="Number of grades", style=LABEL).add_class("gt-confirm")
        self.allow_unsafe = ipw.Checkbox(indent=False, layout=WIDE).add_class("gt-allow-unsafe")
        self.note = ipw.Text(
            description="Note (optional)",
            placeholder="remembered with this push",
            style=LABEL,
            layout=WIDE,
        ).add_class("gt-note")
        self.go = ipw.Button(layout={"width": "max-content"}).add_class("gt-go")
        self.stop = ipw.Button(description="Stop", icon="stop", disabled=True).add_class("gt-stop")
        self.bar = ipw.IntProgress(layout={"width": "auto"})
        self.told, self.alert = ipw.HTML().add_class("gt-progress"), ipw.HTML()
        self.allow_unsafe.observe(lambda _: self._tell_unsafe(), "value")
        self.go.on_click(self._start)
        self.stop.on_click(self._stop)
        buttons = ipw.HBox([self.go, self.stop], layout={"flex_flow": "row wrap"})
        self.view = ipw.VBox(
            [self.confirm, self.allow_unsafe, self.note, buttons, self.bar, self.told, self.alert]
        ).add_class("gt-push")
        self.withdraw()

    def offer(
        self,
        plan: Plan,
        gradebook: Gradebook,
        *,
        resume: str | None = None,
        rest: Plan | None = None,
        settles: bool = False,
    ) -> None:
        """Make the button write this plan, or go on with a push of it of which some grades are left, as `rest` has them.

        One that `settles` what another left open can also be pushed to note that what is there stays.
        """
        if self.running:
            return
        # What was typed and ticked was about another plan; and nobody is asked about that one any more.
        self._unsafe = ""
        self.confirm.value, self.allow_unsafe.value = "", False
        self._offer, self._withheld = (plan, gradebook, resume), None
        name, production = plan.environment.name, plan.environment.name == PRODUCTION
        grades = count(plan.writes, "grade")
        where = f"{'in' if plan.undo_of else 'to'} {name}"
        self.go.description = f"{plan.verb.capitalize()} {grades} {where}"
        self.go.disabled = plan.writes == 0
        stay = int(plan.kept.sum())
        if settles and stay and self.go.disabled:
            them = "it is" if stay == 1 else "they are"
            self.go.description = f"Settle it: leave {count(stay, 'grade')} as {them}"
            self.go.disabled = False
        # What cannot be pressed does not look as if it could.
        self._able = "danger" if production else "primary"
        self.go.button_style = "" if self.go.disabled else self._able
        self.confirm.placeholder = f"production: type {plan.writes} to confirm"
        _show(self.confirm, when=production and plan.writes > 0)
        _show(self.allow_unsafe, when=False)
        for widget in (self.note, self.stop):
            _show(widget, when=True)
        _show(self.bar, when=False)
        self.told.value = "" if plan.writes or not self.go.disabled else tell_nothing(plan)
        self.alert.value = ""
        # What was allowed when a push began is not asked about again.
        self._unsafe = plan.tell_unsafe() if resume is None else ""
        self.allow_unsafe.description = (
            f"I have looked at these {plan.harmed:,} grades, and they are right"
        )
        _show(self.allow_unsafe, when=bool(self._unsafe))
        self._tell_unsafe()
        if resume is not None:
            self.go.description = "Go on with this push"
            if rest is not None:
                self.go.description = _tell_rest(plan, len(rest.changes), writes=rest.writes)
            self.note.layout.display = "none"

    def _tell_unsafe(self) -> None:
        """Let a plan that lowers or removes many grades be written only once somebody said that they have looked."""
        if self._offer is None or not self._unsafe:
            return
        looked = bool(self.allow_unsafe.value)
        self.go.disabled = not looked
        self.go.button_style = self._able if looked else ""
        tick = self.allow_unsafe.description
        ask = f"; look whether the sheet is the right one. If it is, tick “{tick}”, then write."
        self.alert.value = say(
            "info" if looked else "warning", f"{self._unsafe}{'.' if looked else ask}"
        )

    def withdraw(self) -> None:
        """Offer nothing to write."""
        if self.running:
            return
        self._offer = self._withheld = None
        self.go.description, self.go.button_style, self.go.disabled = "Write", "", True
        for widget in (self.confirm, self.allow_unsafe, self.note, self.bar):
            _show(widget, when=False)
        self.told.value = self.alert.value = ""

    @property
    def offers(self) -> bool:
        """Whether there is something that it would write, or begin to write, when it is pressed."""
        return self._offer is not None and not self.rest

    @property
    def rest(self) -> bool:
        """Whether going on with a push that was stopped is offered."""
        return self._offer is not None and self._offer[2] is not None

    @property
    def withheld(self) -> bool:
        """Whether the push that was stopped cannot be gone on with, because it was taken back."""
        return self._withheld is not None

    @property
    def running(self) -> bool:
        """Whether the push that is shown is under way."""
        return self.run is not None and self.run.running

    def attach(self, run: PushRun) -> None:
        """Show a push that is under way."""
        self.run = run
        self._offer = None
        self._show_running()
        run.watch(self._follow)
        if run.ended:
            self._follow(run)

    def wait(self, seconds: float = 60) -> Receipt | None:
        """Wait for the end of the push, and raise what ended it if it did not end well."""
        return None if self.run is None else self.run.wait(seconds)

    def _start(self, _: object) -> None:
        if self._offer is None:
            return
        if self._unsafe and not self.allow_unsafe.value:
            self._tell_unsafe()
            return
        plan, gradebook, resume = self._offer
        typed = self.confirm.value.strip()
        confirm = int(typed) if typed.isdecimal() else None
        agreed, allow_unsafe = plan.fingerprint, bool(self.allow_unsafe.value)
        with telling(self.alert):
            allowed = allow_unsafe or resume is not None
            check_plan(plan, gradebook, agreed=agreed, confirm=confirm, allow_unsafe=allowed)
            run = PushRun(
                plan,
                gradebook,
                self.receipts,
                agreed=agreed,
                confirm=confirm,
                allow_unsafe=allow_unsafe,
                resume=resume,
                note=self.note.value.strip(),
            )
            # Before it begins: one that ends at once makes an offer of its own.
            self.run, self._offer = run, None
            run.watch(self._follow)
            self._show_running()
            if self._on_start is not None:
                self._on_start()
            try:
                run.start()
            except PushRunningError:
                self.offer(plan, gradebook, resume=resume)
                self._on_end(run)
                self.run = None
                raise

    def _stop(self, _: object) -> None:
        if self.running and self.run is not None:
            self.run.stop.set()
            self.stop.disabled = True
            self.stop.description = "Stopping…"
            if self.run.progress is not None:
                told = tell_progress(self.run.progress, stopping=True)
                self.told.value = element("div", told, live="polite")

    def _show_running(self) -> None:
        self.go.disabled, self.stop.disabled, self.stop.description = True, False, "Stop"
        self.bar.value, self.bar.max, self.bar.bar_style = 0, 1, ""
        for widget in (self.bar, self.stop):
            _show(widget, when=True)
        self.told.value = element("div", "Starting…", live="polite")

    def _follow(self, run: PushRun) -> None:
        """Show how far it is; called from the push's thread, at most ten times a second and at its end."""
        if run.progress is not None:
            with self.bar.hold_sync():
                self.bar.max = max(run.progress.total, 1)
                self.bar.value = run.progress.done
        if not run.ended:
            if run.progress is not None:
                told = tell_progress(run.progress, stopping=run.stop.is_set())
                self.told.value = element("div", told, live="polite")
            return
        self.stop.disabled, self.stop.description = True, "Stop"
        self._tell_end(run)
        self._on_end(run)

    def _tell_end(self, run: PushRun) -> None:
        receipt = run.receipt
        if run.error is not None:
            self.alert.value = tell_error(run.error)
        if receipt is None:
            # It never began, so that it may be tried again.
            self.told.value = ""
            self._offer = (run.plan, run.gradebook, run.resume)
            self.go.disabled = False
            return
        sent = run.progress
        all_sent = sent is not None and sent.done == sent.total and not sent.unwritten
        self.bar.bar_style = "success" if receipt.ok or all_sent else "warning"
        late = run.stop.is_set() and receipt.status == "done"
        tell = tell_progress if run.resume is None else _tell_rest_ended
        parts = [tell(run.progress)] if run.progress is not None else []
        self.told.value = " · ".join([*parts, *([_TOO_LATE] if late else [])])
        if receipt.status == "done":
            undone = "Brought back" if receipt.brings_back else "Taken back"
            done = undone if receipt.undo_of else "Written" if receipt.written else "Settled"
            self.go.description = done if receipt.ok else "Ended: the receipt tells what came of it"
            self.go.button_style = ""
            # There is nothing more to be said to it, or to be stopped.
            for widget in (self.confirm, self.note, self.stop):
                _show(widget, when=False)
        else:
            self._offer_rest(run, receipt)

    def settle(self) -> None:
        """Show that what was not written at first was settled by another try."""
        progress = self.run.progress if self.run is not None else None
        if progress is not None:
            self.bar.bar_style = "success"
            self.told.value = f"{progress.done:,} of {progress.total:,}, with the other try"

    def _offer_rest(self, run: PushRun, receipt: Receipt) -> None:
        """Offer to go on with a push that was stopped."""
        self._offer = (run.plan, run.gradebook, receipt.push_id)
        self.go.description = _tell_rest(run.plan, receipt.left, receipt.states["unsent"])
        self.go.disabled = False

    def follow(self, push: PushSummary) -> None:
        """Offer to go on with a push that was stopped only as long as nothing has taken it back."""
        if push.taken_back_by and self._offer is not None and self._offer[2] == push.push_id:
            offered, self._rest = self._offer, self.go.description
            self.withdraw()
            self._withheld = offered
            self.go.description = "Taken back"
            _show(self.stop, when=False)
        elif not push.taken_back_by and self._withheld and self._withheld[2] == push.push_id:
            plan, gradebook, resume = self._withheld
            self.offer(plan, gradebook, resume=resume)
            self.go.description = self._rest


def _tell_rest(
    plan: Plan, left: int, unsent: int | None = None, *, writes: int | None = None
) -> str:
    """Say how many are left of a push, and of those how many would be written, where it was looked at what there is.

    Of those that were sent before and are tried again, as in the receipt, it is said.
    """
    if writes is not None and writes < left:
        some = f"{plan.verb} {writes:,} of" if writes else "nothing to write, settle"
        return f"Go on: {some} the other {count(left, 'grade')}"
    again = 0 if unsent is None else left - unsent
    if again and again == left:
        return f"Go on: {plan.verb} {count(left, 'grade')} again"
    told = f", {again:,} of them again" if again > 0 else ""
    return f"Go on: {plan.verb} the other {count(left, 'grade')}{told}"


def _tell_rest_ended(progress: Progress) -> str:
    """Tell what came of those that were left of a push: `5 that were left: 4 done, 1 not`."""
    done, never = progress.done - progress.unwritten, progress.total - progress.done
    told = [f"{done:,} done", f"{progress.unwritten:,} not" if progress.unwritten else ""]
    told += [f"{never:,} still left" if never else ""]
    were = "was" if progress.total == 1 else "were"
    return f"{progress.total:,} that {were} left: {', '.join(filter(None, told))}"


def tell_nothing(plan: Plan) -> Html:
    """Say why a plan has nothing to write: something stands in the way, or all is there already."""
    if plan.counts["conflict"]:
        return say("warning", "Nothing can be written as it stands. Decide above, under Conflicts.")
    if plan.kept.any():
        return say("info", "Nothing to write: what is there stays.")
    if plan.counts["blocked"]:
        return say("warning", "Nothing can be written as it stands. See above.")
    if plan.undo_of:
        return say("info", "Nothing to take back.")
    return say("info", "Nothing to write: the gradebook has it all.")


def tell_progress(progress: Progress, *, stopping: bool = False) -> str:
    """Tell how far a push is: `34 of 90 · 2 of these with a problem · 12 per second · about 5 s left`."""
    told = [f"{progress.done:,} of {progress.total:,}"]
    told += [f"{progress.unwritten:,} of these with a problem"] if progress.unwritten else []
    if stopping and not progress.finished:
        told.append("stopping: what was under way already is still written")
    elif progress.waiting > 0:
        told.append(f"the gradebook asks to wait, {progress.waiting:.0f} s more")
    elif progress.repeating and not progress.finished:
        failed = count(progress.repeating, "answer")
        told.append(f"{failed} failed just now: the gradebook may be busy; each is tried again")
    elif not progress.finished and not progress.done:
        told.append("waiting for the first answers; what fails is tried again")
    elif not progress.finished:
        slow = progress.rate < 1
        rate = progress.rate * 60 if slow else progress.rate
        told.append(f"{rate:.0f} per {'minute' if slow else 'second'}")
        told += [f"about {progress.eta:.0f} s left"] if progress.eta is not None else []
    return " · ".join(told)


def _show(widget: ipw.Widget, *, when: bool) -> None:
    widget.layout.display = None if when else "none"
