"""What is left of a push that did not finish, and what of that may have been sent all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from gradetools.receipt import MAYBE_SENT, OPEN_REASONS

#: What is done before a push is gone on with: what a killed one left may have been sent, and it may be killed once more.
GO_ON = (
    "UPDATE entries SET reason=:reason WHERE push_id=:push_id AND state='unsent'"
    " AND (SELECT finished FROM pushes WHERE push_id=:push_id) IS NULL",
    "UPDATE pushes SET finished=NULL WHERE push_id=:push_id",
)


class Left(NamedTuple):
    """What going on with a push takes up.

    Attributes:
        entries: never sent, of unknown outcome, or refused because of who we were; those of unknown outcome first.
        never_sent: of these the ones that surely were not sent; none where the push was killed, which may be between a PUT and its record.
        later: the pushes that began after it.
    """

    entries: list[int]
    never_sent: frozenset[int]
    later: frozenset[str]


def read_left(read: Callable[..., list[tuple[Any, ...]]], push_id: str) -> Left:
    """Read it from a journal, of which `read` answers a query."""
    rows = read(
        "SELECT entry, state='unsent' AND reason<>? AND finished IS NOT NULL FROM entries JOIN pushes USING (push_id)"
        " WHERE push_id=? AND (state='unsent' OR reason IN (SELECT value FROM json_each(?)))"
        " ORDER BY reason='outcome-unknown' DESC, entry",
        MAYBE_SENT,
        push_id,
        json.dumps(OPEN_REASONS),
    )
    # In the order in which they were journaled: the clock may have been set back.
    later = read(
        "SELECT push_id FROM pushes WHERE rowid > (SELECT rowid FROM pushes WHERE push_id=?)",
        push_id,
    )
    return Left(
        [entry for entry, _ in rows],
        frozenset(entry for entry, never in rows if never),
        frozenset(each for (each,) in later),
    )
