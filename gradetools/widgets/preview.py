"""What a plan would change: counts, old and new in words, and the exact JSON of one entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as ipw
import numpy as np

from gradetools.distribution import make_distributions, render_distributions
from gradetools.gradebook import Gradebook
from gradetools.plan import BY_OWN_PUSH, WRITES, Decisions, Plan
from gradetools.push import PRODUCTION
from gradetools.put_request import PutRequest, make_put_request
from gradetools.telling import tell_whose
from gradetools.widgets.conflicts import Conflicts
from gradetools.widgets.grid import Grid
from gradetools.widgets.grid_changes import CHANGES, OLD_NEW, STAYS, show_changes
from gradetools.widgets.grid_window import ALL, Table
from gradetools.widgets.look import (
    LABEL,
    WIDE,
    Html,
    count,
    element,
    join,
    mark,
    say,
    table,
    tell_counts,
    tell_environment,
)
from gradetools.widgets.step import offer, telling

#: So many changes are told in a plain table, with a choice of one; more are shown in the grid.
FEW_CHANGES = 10
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})")
_TAKEN_BACK = "Already taken back: the gradebook holds what it held before the push."
_DOING = {"write": "writing", "take back": "taking back", "restore": "restoring"}
_HINT = "To see exactly what would be sent for a grade, double-click its row, or press Enter on it."
_WHOLE = element(
    "div",
    "A grade is always sent whole: what you leave alone goes along unchanged, and stays as it is.",
    hook="gt-reason",
)
_GOES = element(
    "div",
    "The whole grade is removed, with all that it holds: it is sent once more, with the status “tobedeleted”.",
    hook="gt-reason",
)


class Preview:
    """Look at a plan before anything is written.

    Attributes:
        told: counts; after the push what became of it, and the counts folded.
        few: the changes where there are few.
        grid: the changes where there are many; `grid.open_row(entry)` shows the JSON of one.
        conflicts: what becomes of grades that somebody else has changed; shown where there are any.
        on_conflict: of these the choice.
        drawn: the scores of the line items that change most, before and after.
        entry, body: one entry of few, and what would be sent for one: JSON, and a curl command.
        plan: the plan that is shown.
    """

    plan: Plan | None = None

    def __init__(self, *, on_policy: Callable[[Decisions], None]) -> None:
        self._on_policy = on_policy
        self._gradebook: Gradebook | None = None
        self._past = Html("")
        self.told = ipw.HTML().add_class("gt-changes")
        self.few = ipw.HTML().add_class("gt-few")
        self.drawn = ipw.HTML().add_class("gt-drawn")
        self.alert = ipw.HTML()
        self.grid = Grid(label="What would change", hint=_HINT, on_open=self._show_body)
        self.conflicts = Conflicts(on_decide=self._decide)
        self.on_conflict = self.conflicts.choice
        self.entry = ipw.Dropdown(description="Exact JSON of", style=LABEL, layout=WIDE)
        self.entry.add_class("gt-entry").observe(
            lambda _: self._show_body(self.entry.value), "value"
        )
        self.body = ipw.HTML().add_class("gt-json")
        # What would be sent for a row is not to stand below a list that does not have it any more.
        self.grid.observe(lambda _: self._show_body(None), ["view", "search"])
        parts = [
            self.told,
            self.conflicts.view,
            self.few,
            self.drawn,
            self.grid,
            self.entry,
            self.body,
            self.alert,
        ]
        self.view = ipw.VBox(parts).add_class("gt-plan")
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self.plan = None
        for told in (self.told, self.few, self.drawn, self.body, self.alert):
            told.value = ""
        self.conflicts.clear()
        offer(self.entry, ())
        for widget in (self.grid, self.entry):
            widget.layout.display = "none"

    def show(self, plan: Plan, gradebook: Gradebook, *, running: bool = False) -> None:
        """Show a plan, which may be `running`: being written just now."""
        self.plan, self._gradebook = plan, gradebook
        changes = plan.changes
        self.body.value = ""
        shown, few = show_changes(plan), len(changes) <= FEW_CHANGES
        self.told.value = tell_plan(plan, running=running)
        self.few.value = _tell_few(shown) if few else ""
        self.conflicts.show(plan)
        self.grid.show(shown, view=CHANGES if CHANGES in shown.views else ALL)
        self.grid.layout.display = "none" if few else None
        # The grid is on its way to the browser while the pictures of a large plan are drawn.
        self.drawn.value = render_distributions(make_distributions(plan))
        sent = changes[changes["action"].isin(WRITES).to_numpy() & few]
        sent = sent.assign(action=plan.words[sent.index])
        labels = [_tell_place(row) for row in sent.to_dict(orient="records")]
        offer(self.entry, [("choose a grade", None), *zip(labels, sent.index, strict=True)])
        single = len(changes) == len(sent) == 1
        self.entry.layout.display = None if len(sent) and not single else "none"
        if single:
            self.entry.value = sent.index[0]

    def settle(self, told: Html) -> None:
        """Say what became of the plan, and fold what it showed: nothing of that is still to come."""
        shown = (Html(each.value) for each in (self.told, self.few, self.drawn))
        summary = element("summary", "What the preview showed")
        self._past = element("details", summary, *shown, hook="gt-past")
        self.retell(told)
        for each in (self.few, self.drawn, self.body):
            each.value = ""
        self.conflicts.hide()
        for widget in (self.grid, self.entry):
            widget.layout.display = "none"

    def retell(self, told: Html) -> None:
        """Say anew what became of a plan that was settled, as when another try has written the rest."""
        self.told.value = join(told, self._past)

    def _decide(self, decisions: Decisions) -> None:
        with telling(self.alert):
            self._on_policy(decisions)

    def _show_body(self, entry: int | None) -> None:
        """Show exactly what would be sent for an entry."""
        self.body.value = ""
        if entry is None or self.plan is None or self._gradebook is None:
            return
        with telling(self.alert):
            if self.plan.changes["action"][entry] not in WRITES:
                self.body.value = say("info", "Nothing would be sent for this entry.")
                return
            request = make_put_request(self.plan, entry, self._gradebook)
            told = _tell_request(request, folded=len(self.plan.changes) == 1)
            whole = _GOES if request.result.get("status") == "tobedeleted" else _WHOLE
            row = self.plan.changes.loc[entry].to_dict()
            row["action"] = self.plan.words[entry]
            self.body.value = join(element("b", _tell_place(row)), whole, told)


def _tell_request(request: PutRequest, *, folded: bool) -> Html:
    """Tell what would be sent, and how to send it from a terminal; `folded` for who has not asked for it."""
    body = element("pre", f"PUT {request.path}\n\n{request.to_json()}")
    told = "For a terminal, which must know a token as TOKEN: none is shown here. No journal knows what is sent so: it cannot be taken back here."
    curl = element("details", element("summary", "The same as a curl command"), told, element("pre", request.to_curl()))  # fmt: skip
    return join(
        element("details", element("summary", "The exact JSON"), body) if folded else body, curl
    )


def tell_plan(plan: Plan, *, running: bool = False) -> Html:
    """Tell what a plan would do: how many of what, and what harm there might be in it."""
    counts = plan.counts
    quiet = counts["unchanged"] + counts["skip"]
    kinds = {"unchanged": counts["unchanged"], "skipped": counts["skip"]}
    why = " or ".join(kind for kind, number in kinds.items() if number)
    told = f"{count(quiet, 'entry', 'entries')} not written: {why}."
    does = f"is {_DOING[plan.verb]}" if running else f"would {plan.verb}"
    about = f"{does} {count(plan.writes, 'grade')}"
    # Not the students of whom the environment's words speak.
    about = f"(this {about})" if plan.environment.name == PRODUCTION else about
    harm, of = plan.tell_harm(), "Of what is restored: " if plan.undo_of else ""
    return join(
        tell_environment(plan.environment.name, about),
        element("div", element("b", plan.tell_counts()), hook="gt-actions"),
        say("warning", f"{of}{harm}.") if harm else "",
        _tell_warned(plan),
        _tell_stays(plan),
        say("warning", f"{replaced}.") if (replaced := plan.tell_replaced()) else "",
        _tell_left(plan),
        _tell_taken_back(plan) if plan.undo_of and quiet == len(plan.changes) else "",
        element("div", told, hook="gt-reason") if quiet else "",
    )


def _tell_taken_back(plan: Plan) -> Html:
    """Say why an undo has nothing to do: all is as it was, or another push of ours wrote what is there."""
    others, kept = int((plan.changes["reason"] == BY_OWN_PUSH).sum()), int(plan.kept.sum())
    if not others and not kept:
        return say("info", _TAKEN_BACK)
    told = "Nothing of this push is left to take back."
    if kept:
        stay = "stays as it was" if kept == 1 else "stay as they were"
        told += f" {count(kept, 'grade')} {stay} changed since."
    if others:
        were = "was" if others == 1 else "were"
        told += f" {count(others, 'grade')} of it {were} written by another push of yours: take that one back."
    return say("info", told)


def _tell_left(plan: Plan) -> str:
    """Say how many entries something stands in the way of, so that nobody takes them for written."""
    left = {name: plan.counts[name] for name in ("blocked", "conflict") if plan.counts[name]}
    if not left:
        return ""
    many = count(sum(left.values()), "entry", "entries")
    return say(
        "warning",
        f"{many} would not be written ({tell_counts(left)}); each says why in its row.",
    )


def _tell_warned(plan: Plan) -> str:
    """Say how many grades would be written although there is something to be minded of them."""
    warned = int(plan.warned.sum())
    few = len(plan.changes) <= FEW_CHANGES
    where = "see the note in the row" if few else "choose “with a warning” at “Show” to see which"
    return say("warning", f"{count(warned, 'grade')} with a warning: {where}.") if warned else ""


def _tell_stays(plan: Plan) -> str:
    """Say which grades are unchanged although something of them does not fit the score that is there."""
    few = len(plan.changes) <= FEW_CHANGES
    where = "see the note in the row, folded below" if few else f"choose “{STAYS}” at “Show” to see which"  # fmt: skip
    told = plan.tell_stays()
    return say("warning", f"{told}: {where}.") if told else ""


def _tell_few(shown: Table) -> Html:
    """Tell a few changes in a plain table, marks and all; those that would not be written are folded."""
    titles = [column["title"] for column in shown.describe()]
    looked_at = shown.views.get(CHANGES, np.zeros(len(shown.frame), dtype=bool))
    rows = [
        [_tell_cell(titles[n], text, row["marks"].get(n)) for n, text in enumerate(row["texts"])]
        for row in shown.window(shown.arrange())
    ]
    changes = [row for row, wanted in zip(rows, looked_at, strict=True) if wanted]
    quiet = [row for row, wanted in zip(rows, looked_at, strict=True) if not wanted]
    summary = element("summary", f"{count(len(quiet), 'entry', 'entries')} unchanged or skipped")
    folded = element("details", summary, table(titles, quiet, len(quiet))) if quiet else ""
    return join(table(titles, changes, len(changes)), folded)


def _tell_cell(title: str, text: str, marked: tuple[str, str, str] | None) -> Html:
    """Tell a cell line by line, what is marked with its mark: without words of its own before a note, or below with its tip."""
    lines = join(text)
    if title == OLD_NEW and text:
        told = (element("div", _keep_dates(line)) for line in text.split("\n"))
        lines = element("div", *told, hook="gt-old-new")
    if marked is None:
        return lines
    kind, words, tip = marked
    if words:
        return join(lines, " ", mark(kind, words))
    return join(mark(kind, ""), lines) if tip == text else join(lines, " ", mark(kind, tip))


def _keep_dates(text: str) -> Html:
    """Write a text in which no line is broken within a date."""
    parts = _DATE.split(text)
    return join(
        *(element("span", part, hook="gt-whole") if n % 2 else part for n, part in enumerate(parts))
    )


def _tell_place(row: Mapping[Any, Any]) -> str:
    return f"{tell_whose(row)}: {row['action']}"
