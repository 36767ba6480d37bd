"""What is left of a push that did not finish, and what of that may have been sent all the same."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any, NamedTuple

from gradetools.journal.summaries import with_undos
from gradetools.receipt import MAYBE_SENT, MAYBE_SENT_TOLD, OPEN_REASONS


class Left(NamedTuple):
    """What going on with a push takes up.

    Attributes:
        entries: never sent, of unknown outcome, or refused because of who we were; those of unknown outcome first.
        never_sent: of these the ones that surely were not sent, or in vain; where the push was killed, which may be between a
            PUT and its record, only those that a later push of ours had to create.
        later: the pushes that went on after it began, but for its own undos.
    """

    entries: list[int]
    never_sent: frozenset[int]
    later: frozenset[str]


Read = Callable[..., list[tuple[Any, ...]]]


def list_open(read: Read, push_id: str) -> dict[int, bool]:
    """List what has no sure outcome yet, those with an unknown one first, each with whether it surely was not sent, or in vain.

    Args:
        read: answers a query of a journal.
        push_id: which push.
    """
    rows = read(
        "SELECT entry, (state='unsent' AND reason<>? AND finished IS NOT NULL) OR reason='not-allowed'"
        " FROM entries JOIN pushes USING (push_id)"
        " WHERE push_id=? AND (state='unsent' OR reason IN (SELECT value FROM json_each(?)))"
        " ORDER BY reason='outcome-unknown' DESC, entry",
        MAYBE_SENT,
        push_id,
        json.dumps(OPEN_REASONS),
    )
    return {entry: bool(never) for entry, never in rows}


def read_left(read: Read, push_id: str) -> Left:
    """Give what going on with a push takes up, and what of that may have been sent."""
    entries = list_open(read, push_id)
    # In the order in which they were journaled, for the clock may have been set back; one before it may have been gone on with.
    others = read(
        "SELECT p.push_id FROM pushes p JOIN pushes own ON own.push_id=?"
        " WHERE p.rowid > own.rowid OR (p.finished > own.started AND p.rowid < own.rowid)",
        push_id,
    )
    later = {each for (each,) in others} - set(with_undos(read, push_id))
    # What such a push created was not there before.
    made = read(
        "SELECT own.entry FROM entries own JOIN entries other USING (line_item, student)"
        " WHERE own.push_id=? AND other.state='created' AND other.push_id IN (SELECT value FROM json_each(?))",
        push_id,
        json.dumps(sorted(later)),
    )
    never = {entry for entry, never in entries.items() if never} | {entry for (entry,) in made}
    return Left(list(entries), frozenset(never.intersection(entries)), frozenset(later))


def mark_unsure(db: sqlite3.Connection, push_id: str) -> None:
    """Note, before a push is gone on with, that what a killed one left may have been sent, and that it may be killed once more."""
    db.execute(
        "UPDATE entries SET reason=?, message=? WHERE push_id=? AND state='unsent'"
        " AND push_id IN (SELECT push_id FROM pushes WHERE finished IS NULL)",
        (MAYBE_SENT, MAYBE_SENT_TOLD, push_id),
    )
    db.execute("UPDATE pushes SET finished=NULL WHERE push_id=?", (push_id,))
