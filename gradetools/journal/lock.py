"""The lock of a journal: one push to an environment at a time on this machine, and whether one is under way.

Held by the operating system for SQLite, it dies with the process that holds it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from gradetools.errors import PushRunningError
from gradetools.journal.summaries import unusable
from gradetools.private import make_file
from gradetools.snapshot import Environment

#: Whoever only looks whether it is held has it for a moment, which is no reason to refuse a push.
_PATIENCE = 0.5


@contextlib.contextmanager
def hold_lock(path: Path, environment: Environment) -> Iterator[None]:
    """Keep every other push to an environment out until the block ends.

    Raises:
        PushRunningError: another push holds it.
        JournalError: the file cannot be made or used.
    """
    with contextlib.ExitStack() as held:
        try:
            make_file(path)
            lock = held.enter_context(
                contextlib.closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None))
            )
            lock.execute("BEGIN EXCLUSIVE")
        except (OSError, sqlite3.Error) as error:
            if not _is_held(error):
                raise unusable(path, error) from None
            raise PushRunningError(
                f"Another push to {environment.name} is under way on this machine; wait for it or stop it."
            ) from None
        yield


def is_locked(path: Path) -> bool:
    """Say whether a push holds the lock; one that cannot be looked at counts as free."""
    if not path.is_file():
        return False
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as lock:
            lock.execute("SELECT 1 FROM sqlite_master").fetchall()
    except (OSError, sqlite3.Error) as error:
        return _is_held(error)
    return False


def _is_held(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
