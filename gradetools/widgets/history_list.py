"""The pushes of this machine as the grid shows them, and one of them told in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from gradetools.push import PRODUCTION
from gradetools.receipt import PushSummary
from gradetools.widgets.grid_window import MARK_COLUMNS, Table
from gradetools.widgets.look import (
    Html,
    count,
    join,
    say,
    table,
    tell_environment,
)

_TIPS: Final = {
    "being written now": "It is being written just now, on this machine: wait for its end, then look again.",
    "unfinished": "Some of it was not sent: go on with it, or take it back.",
    "taken back": "What it changed was put back.",
    "forgotten": "Its grades were erased from this machine, so that it can be neither undone nor resumed.",
}


def show_pushes(pushes: Sequence[PushSummary]) -> Table:
    """Make the table of pushes, in the order given; labels are their ids."""
    columns = {
        "it began at (UTC)": [f"{push.started:%Y-%m-%d %H:%M}" for push in pushes],
        "where": [push.environment.name for push in pushes],
        "sheet": [tell_source(push, pushes) for push in pushes],
        "entries": [push.tell_states() for push in pushes],
        "status": [push.standing for push in pushes],
        "note": [push.note for push in pushes],
        "who": [push.system_user for push in pushes],
    }
    frame = pd.DataFrame(columns, index=pd.Index([push.push_id for push in pushes], dtype=object))
    standing = np.array([push.standing for push in pushes], dtype=object)
    names = ("being written now", "unfinished", "done", "taken back", "forgotten")
    views = {name: standing == name for name in names}
    views["with problems"] = np.array([not push.ok for push in pushes], dtype=bool)
    return Table(
        frame,
        marks=_mark(pushes),
        views={name: mask for name, mask in views.items() if mask.any()},
        labelled=False,
    )


def tell_source(push: PushSummary, pushes: Sequence[PushSummary]) -> str:
    """Say what was pushed: a sheet, the undo of one, or grades without one."""
    if not push.undo_of:
        return push.sheet
    undone = next((each.sheet for each in pushes if each.push_id == push.undo_of), "")
    return f"undo of {undone}" if undone else "undo"


def label_push(push: PushSummary, pushes: Sequence[PushSummary]) -> str:
    """Name a push in one line, to choose it by."""
    parts = (
        f"{push.started:%Y-%m-%d %H:%M}",
        push.environment.name,
        tell_source(push, pushes) or push.note,
        push.tell_states(),
        "" if push.standing == "done" else push.standing,
    )
    return " · ".join(part for part in parts if part)


def tell_push(push: PushSummary) -> Html:
    """Tell all that is known of a push without its entries."""
    ended = f"{push.finished:%Y-%m-%d %H:%M}" if push.finished else "never: it was cut short"
    facts = [
        ("push", push.push_id),
        ("began (UTC)", f"{push.started:%Y-%m-%d %H:%M}"),
        ("ended (UTC)", ended),
        ("who", f"{push.system_user} (client {push.client_id})"),
        ("sheet", push.sheet),
        ("takes back", push.undo_of),
        ("note", push.note),
    ]
    told_facts = [fact for fact in facts if fact[1]]
    good = push.ok and push.standing in {"done", "taken back"}
    told = f"{count(push.rows, 'entry', 'entries')}: {push.tell_states()}."
    return join(
        tell_environment(push.environment.name),
        say("good" if good else "warning", told),
        _tell_standing(push),
        table(("what", "is"), told_facts, len(told_facts)),
    )


def _tell_standing(push: PushSummary) -> Html:
    if push.standing == "taken back":
        return say("info", f"Taken back by push {push.taken_back_by}.")
    return say("warning", _TIPS[push.standing]) if push.standing in _TIPS else Html("")


def _mark(pushes: Sequence[PushSummary]) -> pd.DataFrame:
    """Mark in words what wants to be seen in a list."""
    marks: list[tuple[str, str, str, str, str]] = []
    for push in pushes:
        if push.environment.name == PRODUCTION:
            marks.append((push.push_id, "where", "warning", "real grades", ""))
        if push.standing == "unfinished":
            tip = _TIPS[push.standing]
            marks.append((push.push_id, "status", "warning", "go on", tip))
        bad = sum(push.states[state] for state in ("failed", "blocked", "conflict"))
        if bad:
            marks.append((push.push_id, "entries", "error", "", f"{bad:,} not written"))
    return pd.DataFrame(marks, columns=list(MARK_COLUMNS), dtype=object)
