"""The tables of a journal, made when it is new and brought up to date when it is of an earlier version."""

from __future__ import annotations

import sqlite3

from gradetools.snapshot import Environment

_TABLES = """
CREATE TABLE IF NOT EXISTS environment (name TEXT NOT NULL, base_url TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pushes (
    push_id TEXT PRIMARY KEY, started TEXT NOT NULL, finished TEXT, status TEXT NOT NULL,
    client_id TEXT NOT NULL, system_user TEXT NOT NULL, note TEXT NOT NULL,
    fingerprint TEXT NOT NULL, undo_of TEXT NOT NULL, sheet TEXT NOT NULL DEFAULT '', forgotten TEXT);
CREATE TABLE IF NOT EXISTS plans (
    push_id TEXT NOT NULL, piece INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (push_id, piece));
CREATE TABLE IF NOT EXISTS entries (
    push_id TEXT NOT NULL, entry INTEGER NOT NULL,
    line_item TEXT NOT NULL, student TEXT NOT NULL, sourced_id TEXT NOT NULL, after TEXT,
    state TEXT NOT NULL, reason TEXT NOT NULL, message TEXT NOT NULL,
    http_status INTEGER, request_id TEXT NOT NULL, stored TEXT,
    PRIMARY KEY (push_id, entry)) WITHOUT ROWID;
-- The push that is being written while the lock is held.
CREATE TABLE IF NOT EXISTS under_way (place INTEGER PRIMARY KEY, push_id TEXT NOT NULL);
-- Entries that a later push wrote over that was forgotten: they are no longer what was sent last.
CREATE TABLE IF NOT EXISTS superseded (
    push_id TEXT NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (push_id, entry)) WITHOUT ROWID;
"""
#: Columns of `pushes` that came later: the name of the sheet, and when its grades were forgotten.
_LATER = {"sheet": "TEXT NOT NULL DEFAULT ''", "forgotten": "TEXT"}


def set_up(db: sqlite3.Connection, environment: Environment | None) -> Environment | None:
    """Make what is missing, and say whose the journal is; None where it is nobody's yet."""
    db.execute("PRAGMA journal_mode=WAL")
    with db:
        db.executescript(_TABLES)
        if _missing(db):
            # Once the file is ours alone, another may have done it meanwhile.
            db.execute("BEGIN IMMEDIATE")
            for name in _missing(db):
                db.execute(f"ALTER TABLE pushes ADD COLUMN {name} {_LATER[name]}")
        row = db.execute("SELECT name, base_url FROM environment").fetchone()
        if row is None and environment is not None:
            row = (environment.name, environment.base_url)
            db.execute("INSERT INTO environment VALUES (?,?)", row)
    return Environment(*row) if row else None


def _missing(db: sqlite3.Connection) -> list[str]:
    known = {row[1] for row in db.execute("PRAGMA table_info(pushes)")}
    return [name for name in _LATER if name not in known]
