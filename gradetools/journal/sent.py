"""What was sent last of each grade, the push whose write that is, and what was left in dispute."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

#: In the order in which they were journaled: the clock may have been set back.
SENT = (
    "SELECT e.line_item, e.student, coalesce(e.stored, e.after), push_id, p.undo_of,"
    " CASE WHEN e.state='conflict' THEN 'conflict' WHEN e.reason='kept-theirs' THEN 'kept-theirs' ELSE '' END"
    " FROM entries e JOIN pushes p USING (push_id) LEFT JOIN superseded s USING (push_id, entry)"
    " WHERE s.entry IS NULL AND p.forgotten IS NULL"
    " AND (e.state IN ('created', 'updated', 'conflict') OR e.reason='kept-theirs'"
    " OR (e.state='failed' AND e.stored IS NOT NULL))"
    " ORDER BY p.rowid, e.entry"
)

Grade = tuple[str, str]
#: Line item, student, record, push, the push that it takes back, and the dispute: `conflict`, `kept-theirs` or "".
Row = tuple[str, str, str, str, str, str]


class Sent(NamedTuple):
    """A record as compact JSON text, and the push that wrote what stands in it."""

    record: str
    push_id: str


def find_last_sent(rows: Iterable[Row]) -> dict[Grade, Sent]:
    """Give what was sent last of each grade, by line item and student.

    After an undo that is what it restored, and the push named is the one before which wrote that, as far as one is known:
    to take the undo back would bring back what it took away.

    Args:
        rows: what `SENT` selects.
    """
    latest: dict[Grade, str] = {}
    standing: dict[Grade, list[str]] = {}
    taken: dict[tuple[Grade, str], str] = {}
    writer: dict[Grade, str] = {}
    for line_item, student, record, push_id, undo_of, dispute in rows:
        if dispute:
            continue
        grade = line_item, student
        latest[grade] = record
        pushes = standing.setdefault(grade, [])
        if undo_of in pushes:
            pushes.remove(undo_of)
            taken[grade, push_id] = undo_of
        elif again := taken.get((grade, undo_of)):
            pushes.append(again)
        elif not undo_of:
            pushes.append(push_id)
        writer[grade] = pushes[-1] if pushes else push_id
    return {grade: Sent(record, writer[grade]) for grade, record in latest.items()}


def find_disputes(rows: Iterable[Row]) -> dict[Grade, tuple[str, str]]:
    """Give the grades that somebody else had changed when we would have written them, and that we did not write since.

    Of a grade that was never sent nothing else tells that what is there is somebody's edit.

    Args:
        rows: what `SENT` selects.

    Returns:
        By line item and student the push, and `conflict` where nobody decided it or `kept-theirs` where it was left.
    """
    found: dict[Grade, tuple[str, str]] = {}
    for line_item, student, _, push_id, _, dispute in rows:
        grade = line_item, student
        if dispute:
            found[grade] = push_id, dispute
        else:
            found.pop(grade, None)
    return found
