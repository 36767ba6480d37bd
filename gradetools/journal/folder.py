"""The journals in the data folder: one SQLite file per environment."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from gradetools.errors import JournalError
from gradetools.journal.record import Journal
from gradetools.journal.schema import set_up
from gradetools.journal.summaries import unknown_push, unusable
from gradetools.private import make_file, make_folder
from gradetools.receipt import PushSummary
from gradetools.snapshot import Environment

#: How the whole id of a push begins.
_WHOLE = re.compile(r"\d{8}-\d{6}-")


def open_journal(environment: Environment, data_dir: Path) -> Journal:
    """Open the journal of one environment, made when it is new.

    Args:
        environment: whose.
        data_dir: the data folder (`Settings.data_dir`).

    Raises:
        JournalError: it cannot be read or made.
    """
    digest = hashlib.sha256(f"{environment.name}\n{environment.base_url}".encode()).hexdigest()[:8]
    path = _folder(data_dir) / f"{environment.name}-{digest}.sqlite3"
    journal = _open(path, environment)
    if journal is None or journal.environment != environment:
        raise JournalError(
            f"The journal {path.name} is of another gradebook; move it out of the data folder."
        )
    return journal


def find_push(push_id: str, data_dir: Path) -> Environment:
    """Say to which environment a push went, looking through all journals.

    Raises:
        JournalError: no journal knows it.
    """
    for journal in _journals(data_dir):
        with journal:
            if journal.has_push(push_id):
                return journal.environment
    raise unknown_push(push_id)


def complete_id(text: str, data_dir: Path) -> str:
    """Give the whole id of the push that is named by the end of it, as the history names pushes; other texts stay.

    Raises:
        JournalError: several pushes have this end.
    """
    end = text.strip().lstrip("….")
    found = [] if _WHOLE.match(end) else _find_ends(end, data_dir)
    if len(found) > 1:
        raise JournalError(
            f"Several pushes end in {end!r}: {', '.join(found)}; give the whole id of one."
        )
    return found[0] if found else text


def _find_ends(end: str, data_dir: Path) -> list[str]:
    pushes = list_pushes(data_dir) if end else []
    return [push.push_id for push in pushes if push.push_id.rpartition("-")[2] == end]


def list_environments(data_dir: Path) -> list[Environment]:
    """List the environments that anything was ever pushed to from this machine."""
    found = []
    for journal in _journals(data_dir):
        with journal:
            found.append(journal.environment)
    return found


def list_pushes(data_dir: Path) -> list[PushSummary]:
    """List the pushes to every environment, newest first, killed ones included."""
    pushes = []
    for journal in _journals(data_dir):
        with journal:
            pushes += journal.list_pushes()
    return sorted(pushes, key=lambda push: (push.started, push.push_id), reverse=True)


def _folder(data_dir: Path) -> Path:
    folder = data_dir / "journal"
    try:
        return make_folder(folder)
    except OSError as error:
        raise JournalError(
            f"The data folder cannot be made ({error.strerror}); set GRADETOOLS_DATA_DIR."
        ) from None


def _journals(data_dir: Path) -> Iterator[Journal]:
    folder = data_dir / "journal"
    for path in sorted(folder.glob("*.sqlite3")) if folder.is_dir() else ():
        journal = _open(path, None)
        # One whose making was cut short belongs to nobody yet, and holds no push.
        if journal is not None:
            yield journal


def _open(path: Path, environment: Environment | None) -> Journal | None:
    """Open a journal, made for an environment when it is new; None where it is nobody's yet."""
    try:
        make_file(path)
        db = sqlite3.connect(path, timeout=10, check_same_thread=False)
        try:
            known = set_up(db, environment)
        except BaseException:
            db.close()
            raise
    except (OSError, sqlite3.Error) as error:
        raise unusable(path, error) from None
    if known is None:
        db.close()
        return None
    return Journal(path, known, db)
