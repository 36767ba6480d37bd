"""The pushes of this machine as the grid shows them, and one of them told in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from gradetools.push import PRODUCTION
from gradetools.receipt import (
    IN_THE_WAY,
    PushSummary,
    count_left,
    count_mended,
    count_settled,
    find_undo,
    name_retried,
)
from gradetools.widgets.grid_window import MARK_COLUMNS, Table
from gradetools.widgets.look import (
    Html,
    count,
    join,
    say,
    table,
    tell_environment,
)
from gradetools.widgets.receipt_panel import tell_never

_ERASED: Final = "(erased)"
_TIPS: Final = {
    "being written now": "It is being written just now, on this machine: wait for its end, then look again.",
    "unfinished": "Some of it was not sent: go on with it, or take it back.",
    "taken back": "What it changed was put back.",
    "forgotten": "Its grades were erased from this machine, so that it can be neither taken back nor gone on with.",
}


def show_pushes(pushes: Sequence[PushSummary], chosen: str | None = None) -> Table:
    """Make the table of pushes, in the order given, that which is looked at marked; labels are their ids."""
    columns = {
        "it began at": [tell_time(push.started) for push in pushes],
        "id ends in": [end_id(push.push_id) for push in pushes],
        "of what": [tell_source(push, pushes) for push in pushes],
        "status": [tell_status(push, pushes) for push in pushes],
        "entries": [push.tell_states() for push in pushes],
        "where": [push.environment.name for push in pushes],
        "note": [_shorten_note(push.note) for push in pushes],
        "who": [push.system_user for push in pushes],
    }
    frame = pd.DataFrame(columns, index=pd.Index([push.push_id for push in pushes], dtype=object))
    standing = np.array([push.standing for push in pushes], dtype=object)
    names = ("being written now", "unfinished", "done", "taken back", "forgotten")
    views = {name: standing == name for name in names}
    bad = [not push.ok and not is_mended(push, pushes) for push in pushes]
    views["with problems"] = np.array(bad, dtype=bool)
    return Table(
        frame,
        marks=_mark(pushes, chosen),
        views={name: mask for name, mask in views.items() if mask.any()},
        labelled=False,
    )


def tell_source(push: PushSummary, pushes: Sequence[PushSummary]) -> str:
    """Say what was pushed: a sheet, one student's grade, or the undo or retry of one of these."""
    retried = name_retried(push.note)
    if not push.undo_of and not retried:
        return push.sheet or push.about or (_ERASED if push.forgotten else "")
    earlier = next((each for each in pushes if each.push_id == (push.undo_of or retried)), None)
    of = tell_source(earlier, pushes) if earlier is not None else push.about
    known = of and of != _ERASED
    return f"{'undo' if push.undo_of else 'retry'} of {of if known else shorten_id(push.undo_of or retried)}"


def tell_status(push: PushSummary, pushes: Sequence[PushSummary]) -> str:
    """Say what a push is to those who look at it: what stood in its way, and what an undo of it left."""
    if push.forgotten and push.taken_back_by:
        return "forgotten, taken back before"
    if push.standing not in {"done", "taken back"}:
        return push.standing
    again, bad = count_mended(push, pushes), _count_unwritten(push, pushes)
    left = count_left(push, pushes)
    parts = (
        _name_standing(push),
        f"{again:,} tried again" if again else "",
        f"{bad:,} not written" if bad else "",
        f"{left:,} left alone" if left else "",
    )
    return ", ".join(part for part in parts if part)


def _name_standing(push: PushSummary) -> str:
    """Name what a push is; of an undo, whose entries are called taken back, that it was undone itself."""
    return "undone since" if push.undo_of and push.standing == "taken back" else push.standing


def is_mended(push: PushSummary, pushes: Sequence[PushSummary]) -> bool:
    """Whether something of a push was not written, and all of it was tried again and ended well, or was taken back as well."""
    return not push.ok and count_settled(push, pushes) == push.unwritten


def _count_unwritten(push: PushSummary, pushes: Sequence[PushSummary]) -> int:
    """Count what stood in the way of a push and is not settled since."""
    return sum(push.states[state] for state in IN_THE_WAY) - count_settled(push, pushes)


def shorten_id(push_id: str) -> str:
    """Give the end of a push's id, which tells it from others."""
    return f"…{end_id(push_id)}"


def end_id(push_id: str) -> str:
    """Give the last letters of a push's id, without dots, after which a narrow column would break the line."""
    return push_id.rpartition("-")[2]


def _shorten_note(note: str) -> str:
    """Name a push in a note as the list names it."""
    retried = name_retried(note)
    return note.replace(retried, end_id(retried)) if retried else note


def tell_time(moment: dt.datetime) -> str:
    """Write a moment as a clock on this machine shows it, with the name of its zone."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M %Z}".rstrip()


def label_push(push: PushSummary, pushes: Sequence[PushSummary]) -> str:
    """Name a push in one line, to choose it by."""
    parts = (
        tell_time(push.started),
        push.environment.name,
        tell_source(push, pushes),
        _shorten_note(push.note),
        push.tell_states(),
        "" if push.standing == "done" else _name_standing(push),
        shorten_id(push.push_id),
    )
    return " · ".join(part for part in parts if part)


def tell_push(push: PushSummary, pushes: Sequence[PushSummary]) -> Html:
    """Tell all that is known of a push without its entries."""
    never = "not yet: it is being written" if push.being_written else "never: it was cut short"
    ended = tell_time(push.finished) if push.finished else never
    facts = [
        ("push", push.push_id),
        ("began", tell_time(push.started)),
        ("ended", ended),
        ("who", f"{push.system_user} (client {push.client_id})"),
        ("where", f"{push.environment.name}, {push.environment.address}"),
        ("sheet", push.sheet),
        ("grade", push.about),
        ("takes back", push.undo_of),
        ("note", push.note),
    ]
    told_facts = [fact for fact in facts if fact[1]]
    good = push.ok and push.standing in {"done", "forgotten"}
    gone = push.standing == "taken back"
    told = f"{count(push.rows, 'entry', 'entries')}: {push.tell_states()}."
    kind = "good" if good else "info" if gone or is_mended(push, pushes) else "warning"
    parts = [say(kind, f"Before that: {told}" if gone else told), _tell_standing(push, pushes)]
    return join(
        tell_environment(push.environment.name),
        *(reversed(parts) if gone else parts),
        table(("what", "is"), told_facts, len(told_facts)),
    )


def _tell_standing(push: PushSummary, pushes: Sequence[PushSummary]) -> Html:
    left, undo = count_left(push, pushes), find_undo(push, pushes)
    if push.standing == "taken back":
        told = f"Taken back by push {push.taken_back_by}"
        but = (
            f", which left {count(left, 'entry', 'entries')} alone; choose that push to see why"
            if left
            else ""
        )
        kind = "info" if undo is None or undo.ok else "warning"
        return say(kind, f"{told}{but}.{tell_never(undo.of_others if undo else 0)}")
    kind = "info" if push.forgotten else "warning"
    if push.forgotten and push.taken_back_by:
        before = f" Before that it was taken back by push {push.taken_back_by}."
        return say(kind, _TIPS["forgotten"], before)
    return say(kind, _TIPS[push.standing]) if push.standing in _TIPS else Html("")


def _mark(pushes: Sequence[PushSummary], chosen: str | None) -> pd.DataFrame:
    """Mark in words what wants to be seen in a list."""
    marks: list[tuple[str, str, str, str, str]] = []
    for push in pushes:
        if push.push_id == chosen:
            marks.append(
                (push.push_id, "id ends in", "info", "", "shown below")
            )  # words would widen the column
        if push.environment.name == PRODUCTION:
            marks.append((push.push_id, "where", "warning", "real grades", ""))
        if push.standing == "unfinished":
            tip = _TIPS[push.standing]
            marks.append((push.push_id, "status", "warning", "some not sent", tip))
        if not push.forgotten and (mark := _mark_status(push, pushes)):
            marks.append((push.push_id, "status", *mark))
    return pd.DataFrame(marks, columns=list(MARK_COLUMNS), dtype=object)


def _mark_status(push: PushSummary, pushes: Sequence[PushSummary]) -> tuple[str, str, str] | None:
    """Mark what is open of a push that is done or taken back; what a person left on purpose only has a note."""
    if push.standing not in {"done", "taken back"}:
        return None
    undo, left = find_undo(push, pushes), count_left(push, pushes)
    if _count_unwritten(push, pushes) or (left and undo is not None and not undo.ok):
        return "error", "", "Choose it to see why, and to try again what failed."
    return ("info", "", "Choose it to see why, and to take back what is left.") if left else None
