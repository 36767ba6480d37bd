"""Taking the grades of a push out of a journal's file, so that nothing of them is left in it.

Theory of operation. SQLite leaves what is deleted where it was until the place is used again, and in the log
beside the file (WAL) until it is begun anew. So what is erased is overwritten (`secure_delete`), the file is
written out anew without it (`VACUUM`), and the log is emptied. The last two need the file for
themselves; until they have been done it is marked (`user_version`), and they are tried again.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence

from gradetools.receipt import MAYBE_SENT

#: A person waits for it.
_PATIENCE = 2_000
#: Of a forgotten push, the entries that may have been written decide what was sent last; without them, nobody knows.
_SUPERSEDE = """
INSERT OR IGNORE INTO superseded (push_id, entry)
SELECT older.push_id, older.entry
FROM pushes p JOIN entries e USING (push_id)
    JOIN entries older ON older.line_item = e.line_item AND older.student = e.student
    JOIN pushes before ON before.push_id = older.push_id AND before.rowid < p.rowid
WHERE p.push_id = ? AND e.after IS NOT NULL AND older.after IS NOT NULL
    AND (e.state IN ('created', 'updated', 'failed') OR (e.state = 'unsent' AND (p.finished IS NULL OR e.reason = ?)))
"""
_ERASE = (
    "DELETE FROM plans WHERE push_id = ?",
    "UPDATE entries SET line_item='', student='', sourced_id='', after=NULL, message='', request_id='', stored=NULL"
    " WHERE push_id = ?",
    # A note may name somebody, and so may the name of a file; from a fingerprint a single grade could be guessed.
    "UPDATE pushes SET note='', sheet='', fingerprint='' WHERE push_id = ?",
)


def erase(db: sqlite3.Connection, push_ids: Sequence[str], now: dt.datetime) -> None:
    """Overwrite what pushes have of grades, of names and of words; states, reasons and counts stay."""
    db.execute("PRAGMA secure_delete=ON")
    with db:
        for push_id in push_ids:
            db.execute(_SUPERSEDE, (push_id, MAYBE_SENT))
        for push_id in push_ids:
            for statement in _ERASE:
                db.execute(statement, (push_id,))
            db.execute("UPDATE pushes SET forgotten=? WHERE push_id=?", (now.isoformat(), push_id))
        db.execute("PRAGMA user_version=1")


def sweep(db: sqlite3.Connection) -> bool:
    """Leave no trace of what was erased; whether that is done, or another program was in the way."""
    if not db.execute("PRAGMA user_version").fetchone()[0]:
        return True
    (patience,) = db.execute("PRAGMA busy_timeout").fetchone()
    db.execute(f"PRAGMA busy_timeout={_PATIENCE}")
    try:
        db.execute("PRAGMA secure_delete=ON")
        db.execute("VACUUM")
        busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            db.execute("PRAGMA user_version=0")
        return not busy
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        return False
    finally:
        db.execute(f"PRAGMA busy_timeout={patience}")
