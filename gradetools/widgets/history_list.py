"""The pushes of this machine as the grid shows them, and one of them told in words."""

from __future__ import annotations

import datetime as dt
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
        "it began at": [tell_time(push.started) for push in pushes],
        "push": [shorten_id(push.push_id) for push in pushes],
        "where": [push.environment.name for push in pushes],
        "of what": [tell_source(push, pushes) for push in pushes],
        "entries": [push.tell_states() for push in pushes],
        "status": [tell_status(push) for push in pushes],
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
    """Say what was pushed: a sheet, one student's grade, or the undo of one of these."""
    if not push.undo_of:
        return push.sheet or push.about
    undone = next((each for each in pushes if each.push_id == push.undo_of), None)
    of = tell_source(undone, pushes) if undone is not None else push.about
    return f"undo of {of or shorten_id(push.undo_of)}"


def tell_status(push: PushSummary) -> str:
    """Say what a push is to those who look at it, and how many of its entries something stood in the way of."""
    bad = sum(push.states[state] for state in ("failed", "blocked", "conflict"))
    ended = push.standing in {"done", "taken back"}
    return f"{push.standing}, {bad:,} not written" if bad and ended else push.standing


def shorten_id(push_id: str) -> str:
    """Give the end of a push's id, which tells it from others."""
    return f"…{push_id.rpartition('-')[2]}"


def tell_time(moment: dt.datetime) -> str:
    """Write a moment as a clock on this machine shows it, with the name of its zone."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M %Z}".rstrip()


def label_push(push: PushSummary, pushes: Sequence[PushSummary]) -> str:
    """Name a push in one line, to choose it by."""
    parts = (
        tell_time(push.started),
        push.environment.name,
        tell_source(push, pushes) or push.note,
        push.tell_states(),
        "" if push.standing == "done" else push.standing,
        shorten_id(push.push_id),
    )
    return " · ".join(part for part in parts if part)


def tell_push(push: PushSummary) -> Html:
    """Tell all that is known of a push without its entries."""
    ended = tell_time(push.finished) if push.finished else "never: it was cut short"
    facts = [
        ("push", push.push_id),
        ("began", tell_time(push.started)),
        ("ended", ended),
        ("who", f"{push.system_user} (client {push.client_id})"),
        ("sheet", push.sheet),
        ("grade", push.about),
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
            marks.append((push.push_id, "status", "warning", "some not sent", tip))
        if tell_status(push) != push.standing:
            tip = "Choose it to see why, and to try again what failed."
            marks.append((push.push_id, "status", "error", "", tip))
    return pd.DataFrame(marks, columns=list(MARK_COLUMNS), dtype=object)
