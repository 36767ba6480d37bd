"""One result as a form: whose, for what, every field, what would change, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipywidgets as ipw
import pandas as pd

from gradetools.dialects import parse
from gradetools.gradebook import Gradebook
from gradetools.journal import open_journal
from gradetools.models import Result
from gradetools.plan import Decisions, Plan, make_result_plan
from gradetools.plan.make import date_text
from gradetools.push import PRODUCTION
from gradetools.push.reread import with_missed
from gradetools.receipt import Receipt
from gradetools.score_scale import ScoreScale
from gradetools.snapshot import Snapshot
from gradetools.widgets.field_kinds import Bounds
from gradetools.widgets.find_again import find_again, tell_when_older
from gradetools.widgets.keyboard import frame
from gradetools.widgets.look import say
from gradetools.widgets.picker import Picker, label_line_items
from gradetools.widgets.push_run import PushRun
from gradetools.widgets.result_fields import ResultFields
from gradetools.widgets.step import Hold, Step, telling
from gradetools.widgets.where_step import WhereStep
from gradetools.widgets.writing import Writing, tell_taken_back, tell_undone

_MEANWHILE = "nothing was written: this grade was changed meanwhile"
_TYPED_LATER = (
    "What you typed in step 3 is not written. Once what is below is done, it is previewed here again; to leave that and go on "
    "here, type on in step 3."
)
_BOTH = "step 3 shows it as it is now; press Try again below to see both"


class ResultForm:
    """Create or change one result; show it as the last line of a cell.

    A field that is left as it stands is left alone in the gradebook; one that is emptied is removed.
    Nothing is sent anywhere before the first click.

    Args:
        gradebook: where; without it one of the environments is chosen in the form.
        folder: where receipts are kept, in its folder `receipts`.
        data_dir: the data folder; by default that of the settings.

    Attributes:
        where: the environment and the connection.
        class_, line_item, student: whose grade for what; each a `Picker`.
        fields: the fields; `fields.inputs["score"].value = "8.5"`.
        preview, push, receipt: what would change, the push of it, and what came of it.
        left: what was typed for a grade that was left for another, and is not written.
        writing: these three together; `writing.undo` is the same for taking it back.
        view: the widget.
    """

    def __init__(
        self,
        gradebook: Gradebook | None = None,
        *,
        folder: str | Path = ".",
        data_dir: str | Path | None = None,
    ) -> None:
        self._snapshot: Snapshot | None = None
        self._scales: list[ScoreScale] = []
        self._last_sent: pd.DataFrame | None = None
        self._called, self._later = "", False
        self.left = ipw.HTML()
        self.whose = Step("2. Which grade", "whose", waits_for="Where")
        self.grade = Step("3. Grade", "grade", waits_for="Which grade")
        self.upsert = Step("4. Preview and write", "upsert", waits_for="Grade")
        self.class_ = Picker("Class", "class", on_change=self._choose_class)
        self.line_item = Picker("Line item", "line-item", on_change=self._choose_grade)
        self.student = Picker("Student", "student", on_change=self._choose_grade)
        self.fields = ResultFields(on_change=self._change)
        self.writing = Writing(
            Path(folder) / "receipts",
            on_end=self._end,
            on_start=self._start,
            on_start_below=self._start,
            on_below=self._show_below,
            on_plan=lambda plan: self.upsert.open(_tell_next(plan)),
        )
        self.preview, self.push = self.writing.preview, self.writing.push
        self.receipt = self.writing.receipt
        self.where = WhereStep(
            gradebook, data_dir=data_dir, on_done=self._connected, on_change=self._disconnect
        )
        pickers = [self.class_, self.line_item, self.student]
        self.whose.body.children = [*(picker.view for picker in pickers), self.left]
        self.grade.body.children = [self.fields.view]
        self.upsert.body.children = [self.writing.view]
        self._hold = Hold(
            self.where.view, self.whose.view, self.grade.view, self.receipt.undo, self.receipt.retry
        )
        steps = (self.where, self.whose, self.grade, self.upsert)
        self._found = find_again(gradebook, data_dir)
        older = tell_when_older("result", gradebook, data_dir)
        parts = [self.where.banner, older, *self._found.views]
        self.view = frame("gt-result", [*parts, *(step.view for step in steps)])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:  # noqa: ANN401 - IPython's own protocol
        """Show the form in a notebook."""
        return self.view._repr_mimebundle_(**kwargs)

    def _disconnect(self) -> None:
        self._snapshot = None
        for step in (self.whose, self.grade):
            step.lock()
        self._forget_plan()

    def _connected(self) -> None:
        classes = [
            (f"{one.title} ({one.sourced_id})", one.sourced_id) for one in self.where.classes
        ]
        self.class_.fill(classes)
        self._offer_nothing()
        self.left.value = ""
        self.whose.open("choose the class, the line item and the student")

    def _offer_nothing(self) -> None:
        for picker in (self.line_item, self.student):
            picker.fill((), empty="choose the class first")

    def _choose_class(self) -> None:
        self._leave()
        with telling(self.whose.alert):
            if not self.class_.value:
                self._offer_nothing()
                self.whose.open("choose the class, the line item and the student")
                return
            snapshot = self._look()
            self.line_item.fill(label_line_items(snapshot.line_items))
            self.student.fill(_people(snapshot))
            self.whose.open("choose the line item and the student")

    def _look(self) -> Snapshot:
        """Read what the gradebook has now, and what we sent last."""
        gradebook = self.where.gradebook
        self._snapshot = snapshot = gradebook.take_snapshot([self.class_.value])
        self._scales = gradebook.list_score_scales(self.class_.value)
        with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
            self._last_sent = journal.last_sent()
        return snapshot

    def _identity(self) -> dict[str, Any]:
        chosen = {"lineItem": self.line_item, "student": self.student}
        return {name: {"sourcedId": picker.value} for name, picker in chosen.items()}

    def _leave(self) -> None:
        """Let go of the grade that was chosen, and say what was typed for it and not written."""
        if typed := self.fields.tell_typed():
            self.left.value = say("warning", f"Not written: {self._called}: {typed}.")
            self.fields.load(None)
        self.grade.lock()
        self._forget_plan()

    def _choose_grade(self) -> None:
        self._leave()
        if not (self.line_item.value and self.student.value):
            lacking = [one.name for one in (self.line_item, self.student) if not one.value]
            self.whose.open(f"choose the {' and the '.join(lacking)}")
            return
        with telling(self.whose.alert):
            self._look()
            self._complete()
            self._load()
            self._called = f"{self.student.choice.label}: {self.line_item.choice.label}"
            self.whose.settle(self._called)

    def _complete(self) -> None:
        """Ask by its id for what we sent of the chosen grade, where a list does not show it yet."""
        if self._snapshot is not None and self._last_sent is not None:
            untouched = self._plan(Result.model_validate(self._identity()), "stop")
            self._snapshot = with_missed(
                self._snapshot, self.where.gradebook, untouched, self._last_sent
            )

    def _there(self) -> dict[str, Any] | None:
        """Give the chosen grade as the gradebook has it; None where it has none."""
        untouched = self._plan(Result.model_validate(self._identity()), "stop").changes.iloc[0]
        before = parse(untouched["before"])
        return before if before and before.get("status", "active") == "active" else None

    def _load(self) -> None:
        """Show what the gradebook has of the chosen grade."""
        there = self._there()
        self.fields.load(there, bounds=self._bounds())
        told = (
            "is there already: change what should change"
            if there
            else "is not there yet: fill it in"
        )
        self.grade.open(f"this grade {told}")

    def _show_below(self, words: str) -> None:
        """While an undo or another try is looked at, which has read the grade anew: show beside the fields what is there now."""
        with telling(self.grade.alert):
            self._look()
            self._load_beside()
        if self.push.offers:
            # One thing is written at a time: what was typed meanwhile is previewed again at its end.
            self.preview.clear()
            self.preview.told.value = say("info", _TYPED_LATER)
            self.push.withdraw()
            self._later = True
        self.upsert.open(words)

    def _show_theirs(self) -> None:
        """Show beside the fields what somebody has changed meanwhile."""
        self._load_beside()
        self.grade.settle(_MEANWHILE, doubt=True)

    def _load_beside(self) -> None:
        """Show what the gradebook has now beside what was typed, which stays, and what that would make of it."""
        self.fields.load(self._there(), bounds=self._bounds(), keep=self.fields.touched)
        result = self.fields.read(self._identity()) if self.fields.touched else None
        if result is not None:
            ours = self._plan(result, "ours")
            self.fields.show_after(parse(ours.changes["after"].iloc[0]) if ours.writes else None)

    def _bounds(self) -> Bounds:
        """Give what the chosen line item wants of its scores."""
        if self._snapshot is None:
            raise RuntimeError("a class comes first")
        items = self._snapshot.line_items
        one = items[(items["sourced_id"] == self.line_item.value).to_numpy()].iloc[0]
        low, high = float(one["result_value_min"]), float(one["result_value_max"])
        today = date_text(None, self._snapshot)
        return Bounds(low, high, one["score_scale"], self._scales, today, one["assign_date"])

    def _plan(self, result: Result, on_conflict: Decisions) -> Plan:
        if self._snapshot is None:
            raise RuntimeError("a class comes first")
        return make_result_plan(
            result,
            self._snapshot,
            last_sent=self._last_sent,
            on_conflict=on_conflict,
            score_scale=self.fields.scale,
        )

    def _change(self) -> None:
        """After each change of a field: say what is wrong with it, or what it would do."""
        with telling(self.grade.alert):
            result = self.fields.read(self._identity())
            touched = self.fields.touched
            if result is None or not touched:
                self._forget_plan(self.fields.tell_next())
                self.fields.show_after(self._after())
                self.grade.open(self.fields.tell_next() or "change what should change")
                return
            self._later = False
            self.writing.begin(lambda policy: self._plan(result, policy), self.where.gradebook)
            self.fields.show_after(self._after())
            if self._changes_nothing():
                self._forget_plan()
                self.grade.open("that is what is there already: change what should change")
                return
            plan = self.preview.plan
            stuck = plan is not None and bool(plan.counts["blocked"])
            why = ", which cannot be written: see step 4" if stuck else ""
            self.grade.settle(f"changes {self.fields.tell_touched()}{why}", doubt=stuck)

    def _after(self) -> dict[str, Any] | None:
        """Give the record that would be, of what is right; None where nothing would be written."""
        plan = self.preview.plan
        if plan is None or not plan.writes:
            plan = self._plan(self.fields.read_sound(self._identity()), "stop")
        return parse(plan.changes["after"].iloc[0]) if plan.writes else None

    def _changes_nothing(self) -> bool:
        plan = self.preview.plan
        return plan is not None and bool(plan.counts["unchanged"])

    def _forget_plan(self, missing: str = "") -> None:
        """Withdraw what was to be written, and say what is missing for it; the last push stays in reach."""
        if not self.push.running:
            self.writing.clear()
            if self.receipt.receipt is None:
                self.upsert.lock(f"Grade ({missing})" if missing else "")
            elif not self.writing.running and missing:
                self.upsert.open(f"{missing}; the last push can still be taken back")
            elif not self.writing.running:
                self.upsert.settle("nothing new to write; the last push can still be taken back")

    def _start(self) -> None:
        """While something is written the grade is not left or changed: what it ends with is shown in its fields."""
        self._hold.begin()
        self._found.put_away()
        self.upsert.work("writing; another grade can be chosen at its end")

    def _end(self, run: PushRun) -> None:
        """After a push, this one or its undo: show what the gradebook has now; what was typed and not written stays."""
        self._hold.end()
        receipt = run.receipt
        if receipt is None:
            self.upsert.open("it did not begin: see why below, then try again")
            return
        with telling(self.grade.alert):
            self._look()
            if receipt.ok and not self._later:
                self._load()
                there = self._there() is not None
                now = "is as the gradebook has it now" if there else "is not there any more"
                self.grade.settle(f"this grade {now}")
            elif receipt.states["conflict"] and not receipt.undo_of:
                self._show_theirs()
            else:
                self._load_beside()
        self.left.value = "" if receipt.ok else self.left.value
        self.upsert.settle(_tell_end(receipt), doubt=not receipt.ok)
        if self._later:
            self._later = False
            with telling(self.grade.alert):
                self.writing.remake("stop")


def _tell_end(receipt: Receipt) -> str:
    """Say what came of a push of one grade, or of its undo."""
    if receipt.undo_of:
        if receipt.ok and receipt.brings_back:
            return "brought back; it can be taken back again"
        return tell_taken_back(receipt, 0) if receipt.ok else tell_undone(receipt)
    if receipt.ok:
        return (
            "written; it can be taken back" if receipt.written else "settled: what is there stays"
        )
    if receipt.states["conflict"]:
        return f"{_MEANWHILE}; {_BOTH}"
    how = "stored otherwise than sent" if receipt.not_as_sent else "not written"
    return f"{how}: the receipt says why"


def _tell_next(plan: Plan) -> str:
    """Say what is to be done about what would change."""
    if plan.counts["conflict"]:
        return "choose under Conflicts whose grade shall stand"
    if plan.counts["blocked"]:
        return "see below why it cannot be written"
    typing = f"type {plan.writes}, " if plan.environment.name == PRODUCTION else ""
    return f"look at it, {typing}then write it" if plan.writes else "nothing: theirs stays"


def _people(snapshot: Snapshot) -> list[tuple[str, str]]:
    students = snapshot.students.drop_duplicates("sourced_id")
    columns = (students[name] for name in ("given_name", "family_name", "identifier", "sourced_id"))
    people = zip(*columns, strict=True)
    return sorted(
        (f"{given} {family} ({number or key})", key) for given, family, number, key in people
    )
