"""What a journal says of its pushes without their entries, and when it has nothing to say."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradetools.errors import JournalError
from gradetools.plan import BY_OWN_PUSH
from gradetools.receipt import STATES, PushSummary
from gradetools.snapshot import Environment
from gradetools.telling import tell_whose

#: Runs a query with values, and gives its rows.
Read = Callable[..., list[Any]]
_FACTS = (
    *("push_id", "started", "finished", "status", "client_id", "system_user", "note"),
    *("fingerprint", "undo_of", "sheet", "forgotten"),
)


def read_facts(read: Read, environment: Environment, push_id: str) -> dict[str, Any]:
    """Give what a PushSummary wants, as keyword arguments.

    Raises:
        JournalError: there is no such push.
    """
    rows = read(f"SELECT {', '.join(_FACTS)} FROM pushes WHERE push_id=?", push_id)  # noqa: S608 - our own column names
    if not rows:
        raise unknown_push(push_id)
    facts = dict(zip(_FACTS, rows[0], strict=True))
    rows = read(
        "SELECT state, count(*), total(reason=?) FROM entries WHERE push_id=? GROUP BY state",
        BY_OWN_PUSH,
        push_id,
    )
    counts = {state: number for state, number, _ in rows}
    times = {
        name: dt.datetime.fromisoformat(facts[name]) if facts[name] else None
        for name in ("started", "finished", "forgotten")
    }
    return {
        **facts,
        **times,
        "environment": environment,
        "about": "" if facts["sheet"] or sum(counts.values()) != 1 else _read_about(read, push_id),
        "taken_back_by": taken_back_by(read, push_id),
        "brings_back": _brings_back(read, facts["undo_of"]),
        "states": {state: counts.get(state, 0) for state in STATES},
        "of_others": sum(int(others) for *_, others in rows),
    }


def _read_about(read: Read, push_id: str) -> str:
    """Say whose grade for what a push of a single one was; "" where it was forgotten."""
    pieces = read("SELECT text FROM plans WHERE push_id=? ORDER BY piece", push_id)
    try:
        changes = json.loads("".join(text for (text,) in pieces))["changes"]
        return tell_whose({name: values[0] for name, values in changes.items() if values})
    except (ValueError, KeyError, IndexError, TypeError):
        return ""


def taken_back_by(read: Read, push_id: str) -> str:
    """Name the last push that took something of a push back, unless that was taken back itself."""
    undos = read(
        "SELECT push_id FROM pushes p WHERE undo_of=? AND EXISTS (SELECT 1 FROM entries e"
        " WHERE e.push_id=p.push_id AND e.state IN ('created', 'updated')) ORDER BY rowid DESC",
        push_id,
    )
    return next((undo for (undo,) in undos if not taken_back_by(read, undo)), "")


def _brings_back(read: Read, undo_of: str) -> bool:
    """Whether a push that took this one back did so to an undo: the undo of an undo of an undo takes away again."""
    rows = read("SELECT undo_of FROM pushes WHERE push_id=?", undo_of) if undo_of else []
    return bool(rows and rows[0][0]) and not _brings_back(read, rows[0][0])


def with_undos(read: Read, push_id: str) -> list[str]:
    """List a push and all that took it back, or took that back: they hold the same grades."""
    undos = read("SELECT push_id FROM pushes WHERE undo_of=? ORDER BY rowid", push_id)
    return [push_id, *(each for (undo,) in undos for each in with_undos(read, undo))]


def forgotten_push(push: PushSummary) -> JournalError:
    """Say that nothing is left of a push to be undone or resumed."""
    when = f" on {push.forgotten:%Y-%m-%d}" if push.forgotten else ""
    return JournalError(
        f"The push {push.push_id} was forgotten{when}: its grades are no longer in the journal, so that it can be neither "
        "undone nor resumed; plan the sheet again."
    )


def check_resumable(push: PushSummary) -> None:
    """Refuse to go on with a push of which nothing is to be gone on with.

    Raises:
        JournalError: it is done, or was taken back or forgotten.
    """
    if push.forgotten:
        raise forgotten_push(push)
    if push.taken_back_by:
        again = f"undo push {push.undo_of}" if push.undo_of else "plan the sheet"
        raise JournalError(
            f"The push {push.push_id} was taken back by push {push.taken_back_by}, so that it cannot be gone on with; "
            f"{again} again."
        )
    if push.status == "done":
        raise JournalError(
            f"The push {push.push_id} is done, and nothing of it is left to go on with; `gradetools history` tells what came "
            "of it."
        )


def unknown_push(push_id: str) -> JournalError:
    """Say that no push has this name."""
    return JournalError(
        f"There is no push {push_id!r} here; `gradetools history` lists those there are."
    )


def unusable(path: Path, error: Exception) -> JournalError:
    """Say that a file of the journal is broken, foreign or out of reach."""
    return JournalError(
        f"The journal {path.name} cannot be used ({error}); move it out of the data folder, or put a good copy in "
        "its place."
    )
