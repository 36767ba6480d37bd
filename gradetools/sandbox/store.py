"""What the sandbox remembers: records and the log of requests, in one SQLite file.

A record is kept as the JSON text that will be answered, next to the few columns that lists are
cut by. A write is committed before it is answered; with a write-ahead log that survives the end
of the process at any instant, and lets two processes use one file at once.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KINDS = (
    "orgs",
    "academicSessions",
    "courses",
    "classes",
    "users",
    "enrollments",
    "categories",
    "scoreScales",
    "lineItems",
    "results",
)

_OURS = 0x6F725342  # "orSB": tells this file from any other SQLite file

_TABLES = """
CREATE TABLE record (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, sourced_id TEXT NOT NULL,
    status TEXT NOT NULL, modified TEXT NOT NULL, class_id TEXT, school_id TEXT,
    line_item_id TEXT, user_id TEXT, role TEXT, body TEXT NOT NULL,
    UNIQUE (kind, sourced_id)
);
CREATE INDEX record_class ON record (kind, class_id, sourced_id);
CREATE INDEX record_line_item ON record (kind, line_item_id, sourced_id);
CREATE INDEX record_user ON record (kind, user_id, sourced_id);
CREATE TABLE request (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, status INTEGER NOT NULL, client TEXT NOT NULL, body TEXT NOT NULL
);
"""

_PUT = """
INSERT INTO record
    (kind, sourced_id, status, modified, class_id, school_id, line_item_id, user_id, role, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, sourced_id) DO UPDATE SET
    status = excluded.status, modified = excluded.modified, class_id = excluded.class_id,
    school_id = excluded.school_id, line_item_id = excluded.line_item_id,
    user_id = excluded.user_id, role = excluded.role, body = excluded.body
"""

_DEFAULTS: dict[str, dict[str, Any]] = {
    "users": {"enabledUser": "true", "roles": [], "agents": [], "userProfiles": []},
    "classes": {"classCode": None, "classType": "scheduled", "location": None, "terms": []},
    "enrollments": {"role": "student", "primary": "false", "beginDate": None, "endDate": None},
}


@dataclass(frozen=True)
class LoggedRequest:
    """One request as the sandbox saw it.

    `path` and `query` are as they came over the wire, still percent-encoded. `client` is the
    client id the token was issued to, empty where there was none. `body` is the text of an
    authorised write, else empty. Headers and tokens are never kept. `status` is 0 where the
    connection was reset, as ordered, before the gradebook heard of it.
    """

    at: str
    method: str
    path: str
    query: str
    status: int
    client: str
    body: str


def utc_now() -> str:
    """Say the present instant as the wire does: UTC, milliseconds, a final Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _make_private(folder: Path) -> None:
    """Make a folder that only its owner can enter, and likewise those above it that are not there yet."""
    for each in (*reversed(folder.parents), folder):
        # `parents=True` would give the mode to the last one alone.
        each.mkdir(mode=0o700, exist_ok=True)


class Store:
    """The SQLite file; one connection, used by one thread at a time."""

    def __init__(self, path: Path, seed: Mapping[str, Any]) -> None:
        self.path = path
        self._lock = threading.RLock()
        _make_private(path.parent)
        # SQLite would create it readable by all; its side files take over the mode of this one. One that is there is not
        # opened here: to close it would take away the locks that another connection of this process holds on it (POSIX).
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            self._connection = sqlite3.connect(
                path, timeout=30, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:  # a folder, or a file that may not be read
            raise _unusable(path, str(error)) from error
        self._connection.create_function("contains_text", 2, _contains_text, deterministic=True)
        try:
            self._open(seed)
        except BaseException as error:
            self._connection.close()
            if isinstance(error, sqlite3.Error):
                raise _unusable(path, str(error)) from error
            raise

    def _open(self, seed: Mapping[str, Any]) -> None:
        mark = self._row("PRAGMA application_id")
        if mark != (_OURS,) and self._row("SELECT count(*) FROM sqlite_master") != (0,):
            raise _unusable(self.path, "it is another database")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self.writing():
            # Asked again inside the transaction: another process may have been quicker.
            if self._row("PRAGMA application_id") != (_OURS,):
                for statement in _TABLES.split(";"):
                    self._connection.execute(statement)
                self._plant(seed)
                self._connection.execute(f"PRAGMA application_id = {_OURS}")

    def _plant(self, seed: Mapping[str, Any]) -> None:
        unknown = ", ".join(sorted(set(seed) - set(KINDS)))
        if unknown:
            raise ValueError(f"A seed holds {', '.join(KINDS)}; not {unknown}.")
        for kind in KINDS:
            for record in seed.get(kind, []):
                self.put(kind, _fill(record, {"status": "active"} | _DEFAULTS.get(kind, {})))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock of the file; commit at the end, take back on an error."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _row(
        self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()
    ) -> tuple[Any, ...] | None:
        with self._lock:
            row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
            return row

    def put(self, kind: str, record: Mapping[str, Any]) -> None:
        """Keep one record, in place of the one with the same sourcedId."""
        if kind not in KINDS:
            raise ValueError(f"A record's kind is one of {', '.join(KINDS)}; not {kind!r}.")
        if not isinstance(record.get("sourcedId"), str):
            raise ValueError(f"A record of {kind} needs a sourcedId that is text.")
        record = _fill(record, {"dateLastModified": utc_now()})
        with self._lock:
            self._connection.execute(_PUT, (kind, *self._columns(kind, record)))

    def _columns(self, kind: str, record: Mapping[str, Any]) -> tuple[Any, ...]:
        line_item = _reference(record, "lineItem")
        class_id = _reference(record, "class")
        if kind == "results" and class_id is None and line_item is not None:
            # The class of a result is optional; it can only be the line item's.
            found = self._row(
                "SELECT class_id FROM record WHERE kind = 'lineItems' AND sourced_id = ?",
                (line_item,),
            )
            class_id = found[0] if found else None
        return (
            record["sourcedId"],
            record.get("status", "active"),
            record["dateLastModified"],
            class_id,
            _reference(record, "school") or _reference(record, "primaryOrg"),
            line_item,
            _reference(record, "student") or _reference(record, "user"),
            _role(record),
            json.dumps(record, ensure_ascii=False, separators=(",", ":")),
        )

    def get(self, kind: str, sourced_id: str) -> dict[str, Any] | None:
        """Fetch one record, whatever its status, or nothing."""
        found = self._row(
            "SELECT body FROM record WHERE kind = ? AND sourced_id = ?", (kind, sourced_id)
        )
        return dict(json.loads(found[0])) if found else None

    def count(self, where: str, values: Mapping[str, Any]) -> int:
        """Count the records that a condition in SQL holds for."""
        found = self._row(f"SELECT count(*) FROM record WHERE {where}", values)  # noqa: S608 - conditions are ours; what a client sent is bound
        return int(found[0]) if found else 0

    def newest(self) -> int:
        """Number the record that was created last; later ones get higher numbers."""
        found = self._row("SELECT max(number) FROM record")
        return int(found[0] or 0) if found else 0

    def select(self, where: str, values: Mapping[str, Any], order: str) -> list[str]:
        """Fetch the bodies (JSON text) of a page: `:limit` of them after `:offset`."""
        sql = f"SELECT body FROM record WHERE {where} ORDER BY {order} LIMIT :limit OFFSET :offset"  # noqa: S608 - conditions are ours; what a client sent is bound
        with self._lock:
            return [body for (body,) in self._connection.execute(sql, values)]

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Fetch all records of a kind, oldest first, whatever their status."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT body FROM record WHERE kind = ? ORDER BY number", (kind,)
            ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def log(self, entry: LoggedRequest) -> None:
        """Write down one request."""
        with self._lock:
            self._connection.execute(
                "INSERT INTO request (at, method, path, query, status, client, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    entry.at,
                    entry.method,
                    entry.path,
                    entry.query,
                    entry.status,
                    entry.client,
                    entry.body,
                ),
            )

    def requests(self, method: str | None = None) -> list[LoggedRequest]:
        """Read the log, oldest first."""
        sql = (
            "SELECT at, method, path, query, status, client, body FROM request"
            " WHERE :method IS NULL OR method = :method ORDER BY number"
        )
        with self._lock:
            rows = self._connection.execute(sql, {"method": method}).fetchall()
        return [LoggedRequest(*row) for row in rows]


def _unusable(path: Path, why: str) -> OSError:
    return OSError(errno.EINVAL, f"{path} cannot be a sandbox's data file: {why}")


def _fill(record: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {**record, **{name: value for name, value in defaults.items() if name not in record}}


def _reference(record: Mapping[str, Any], field: str) -> str | None:
    value = record.get(field)
    found = value.get("sourcedId") if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else None


def _role(record: Mapping[str, Any]) -> str | None:
    if isinstance(record.get("role"), str):
        return str(record["role"])
    roles = record.get("roles")
    names = [role.get("role") for role in roles] if isinstance(roles, list) else []
    return "student" if "student" in names else next(iter(names), None)


def _contains_text(text: object, part: str) -> bool:
    return text is not None and part.casefold() in str(text).casefold()
