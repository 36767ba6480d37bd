"""What a plan would change: counts, old and new in words, and the exact JSON of one entry."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as ipw
import pandas as pd

from gradetools.dialects import parse, to_wire
from gradetools.gradebook import GRADEBOOK, Gradebook
from gradetools.plan import WRITES, OnConflict, Plan, tell_change
from gradetools.transport import encode_segment
from gradetools.widgets.look import (
    LABEL,
    WIDE,
    Html,
    count,
    element,
    fold,
    join,
    mark,
    say,
    table,
    tell_counts,
    tell_environment,
)
from gradetools.widgets.step import offer, telling

MOST_CHANGES = 100
MOST_CHOICES = 500
#: What an analyst looks at first: what changes a grade that is there.
_ORDER = ("update", "create", "conflict", "blocked")
_POLICIES: tuple[tuple[str, OnConflict], ...] = (
    ("stop, and show me", "stop"),
    ("write ours over theirs", "ours"),
    ("leave theirs", "theirs"),
)


class Preview:
    """Look at a plan before anything is written.

    Attributes:
        told: counts and changes.
        on_conflict: what to do with grades that somebody else has changed; shown where there are any.
        entry, body: one entry, and the JSON that would be sent for it.
        plan: the plan that is shown.
    """

    plan: Plan | None = None

    def __init__(self, *, on_policy: Callable[[OnConflict], None]) -> None:
        self._on_policy = on_policy
        self._gradebook: Gradebook | None = None
        self._filling = False
        self.told = ipw.HTML().add_class("gt-changes")
        self.alert = ipw.HTML()
        self.on_conflict = ipw.Dropdown(
            options=_POLICIES, description="Conflicts", style=LABEL, layout=WIDE
        ).add_class("gt-on-conflict")
        self.entry = ipw.Dropdown(description="Exact JSON of", style=LABEL, layout=WIDE)
        self.entry.add_class("gt-entry").observe(self._show_body, "value")
        self.body = ipw.HTML().add_class("gt-json")
        self.on_conflict.observe(self._choose_policy, "value")
        parts = [self.told, self.on_conflict, self.entry, self.body, self.alert]
        self.view = ipw.VBox(parts).add_class("gt-plan")
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self.plan = None
        self.told.value = self.body.value = self.alert.value = ""
        self._filling = True
        self.on_conflict.value = "stop"
        self._filling = False
        offer(self.entry, ())
        self.on_conflict.layout.display = self.entry.layout.display = "none"

    def show(self, plan: Plan, gradebook: Gradebook) -> None:
        """Show a plan."""
        self.plan, self._gradebook = plan, gradebook
        changes = plan.changes
        self.told.value = tell_plan(plan)
        disputed = (changes["action"] == "conflict").any() or plan.on_conflict != "stop"
        self.on_conflict.layout.display = None if disputed else "none"
        sent = changes[changes["action"].isin(WRITES).to_numpy()].head(MOST_CHOICES)
        labels = [_tell_place(row) for row in sent.to_dict(orient="records")]
        offer(self.entry, [("choose a grade", None), *zip(labels, sent.index, strict=True)])
        self.entry.layout.display = None if len(sent) else "none"

    def _choose_policy(self, change: Mapping[str, Any]) -> None:
        if not self._filling:
            with telling(self.alert):
                self._on_policy(change["new"])

    def _show_body(self, change: Mapping[str, Any]) -> None:
        self.body.value = ""
        if change["new"] is None or self.plan is None or self._gradebook is None:
            return
        with telling(self.alert):
            record = parse(self.plan.changes.loc[change["new"], "after"]) or {}
            gradebook = self._gradebook
            wire = to_wire(
                record,
                self.plan.dialect,
                base_url=gradebook.settings.base_url,
                now=gradebook.clock(),
            )
            address = f"PUT {GRADEBOOK}/results/{encode_segment(str(record['sourcedId']))}"
            body = json.dumps({"result": wire}, ensure_ascii=False, indent=2)
            self.body.value = element("pre", f"{address}\n\n{body}")


def tell_plan(plan: Plan) -> Html:
    """Tell what a plan would do: counts, then changed grades first, the unchanged folded away."""
    changes = plan.changes
    rank = changes["action"].map({action: place for place, action in enumerate(_ORDER)})
    shown = changes[rank.notna().to_numpy()]
    shown = shown.iloc[rank[shown.index].argsort(kind="stable")]
    quiet = changes[rank.isna().to_numpy()]
    folded = f"{count(len(quiet), 'entry', 'entries')} not written: unchanged or skipped"
    return join(
        tell_environment(plan.environment.name, f"would write {count(plan.writes, 'grade')}"),
        element("div", element("b", tell_counts(plan.counts)), hook="gt-actions"),
        _tell_harm(changes[changes["action"].isin(WRITES).to_numpy()]),
        _tell_changes(shown),
        fold(folded, _tell_quiet(quiet)) if len(quiet) else "",
    )


def _tell_harm(writes: pd.DataFrame) -> str:
    """Say in words how many grades would be lowered or removed."""
    lowered, removed = int(writes["lowered"].sum()), int(writes["cleared"].sum())
    told = [f"{count(lowered, 'grade')} lowered"] if lowered else []
    told += [f"{count(removed, 'grade')} removed"] if removed else []
    return say("warning", f"{', '.join(told)}.") if told else ""


def _tell_changes(changes: pd.DataFrame) -> Html:
    rows = [
        (row["line"] or "", row["student_name"] or row["student"], row["line_item_title"] or row["column"],
         _tell_action(row), _tell_what(row))
        for row in changes.head(MOST_CHANGES).to_dict(orient="records")
    ]  # fmt: skip
    head = ("line", "student", "line item", "what", "old → new")
    return table(head, rows, len(changes))


def _tell_action(row: Mapping[Any, Any]) -> Html:
    severity = {"conflict": "question", "blocked": "error"}.get(row["action"])
    return join(
        mark(severity, row["action"]) if severity else row["action"],
        " ",
        mark("warning", "lowered") if row["lowered"] else "",
        mark("warning", "removed") if row["cleared"] else "",
    )


def _tell_what(row: Mapping[Any, Any]) -> str:
    told = tell_change(parse(row["before"]), parse(row["after"]))
    return " ".join(
        filter(None, (told, f"({row['message']})" if told and row["message"] else row["message"]))
    )


def _tell_quiet(changes: pd.DataFrame) -> Html:
    rows = [
        (row["line"] or "", row["student_name"] or row["student"], row["line_item_title"] or row["column"],
         row["action"], row["message"] or row["reason"])
        for row in changes.head(MOST_CHANGES).to_dict(orient="records")
    ]  # fmt: skip
    head = ("line", "student", "line item", "what", "why")
    return table(head, rows, len(changes))


def _tell_place(row: Mapping[Any, Any]) -> str:
    return f"{row['student_name'] or row['student']}, {row['line_item_title'] or row['line_item']}: {row['action']}"
