"""What was about to be sent and what came of it, on disk before and after.

Theory of operation. A PUT and its record cannot be one transaction. So the whole plan is committed
before the first PUT, every entry that will be written as `unsent`; outcomes follow in batches. After
a crash, an entry without outcome is read from the server: what it holds decides. So the plan, and the
end of a push, are waited for until the disk has them; outcomes are handed to the system, which keeps them
when the process dies, and may lose the last of them when the machine does. One SQLite file
(WAL, 0600) per environment; the lock that keeps a second push out is held by the operating
system and dies with the process.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import json
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pandas as pd

from gradetools.dialects import parse
from gradetools.errors import JournalError
from gradetools.journal.erasing import erase, sweep
from gradetools.journal.left import Left, list_open, mark_unsure, read_left
from gradetools.journal.lock import hold_lock, is_locked
from gradetools.journal.sent import SENT, find_disputes, find_last_sent
from gradetools.journal.summaries import forgotten_push, read_facts, unusable, with_undos
from gradetools.plan import Plan, is_active
from gradetools.receipt import OUTCOME_COLUMNS, PushSummary, Receipt
from gradetools.showing import MOST_ROWS, Showing, Shown
from gradetools.snapshot import Environment

#: So many entries are written from memory at once.
_CHUNK = 10_000
#: How a plan's action stands in the journal before anything was sent.
_FIRST_STATES = {
    "create": "unsent",
    "update": "unsent",
    "unchanged": "unchanged",
    "skip": "skipped",
    "blocked": "blocked",
    "conflict": "conflict",
}


@dataclass(frozen=True)
class Outcome:
    """What came of one entry, as records in compact JSON text.

    `stored` is what the server was seen to hold, where that was not `after`; `sent` is what was sent in
    place of `after`, where the server would not take the planned id back.
    """

    entry: int
    state: str
    reason: str = ""
    message: str = ""
    http_status: int | None = None
    request_id: str = ""
    stored: str | None = None
    sent: str | None = None


#: Every entry is there from the beginning: what looks like new rows only replaces what came of known ones.
_RECORD = """
INSERT INTO entries (push_id, entry, line_item, student, state, reason, message, http_status, request_id, stored,
    sourced_id, after)
SELECT ?, json_extract(value, '$[0]'), '', '', json_extract(value, '$[1]'), json_extract(value, '$[2]'),
    json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'),
    json_extract(value, '$[6]'), json_extract(value, '$[7]'), json_extract(value, '$[8]')
FROM json_each(?) WHERE true
ON CONFLICT (push_id, entry) DO UPDATE SET state=excluded.state, reason=excluded.reason,
    message=excluded.message, http_status=excluded.http_status, request_id=excluded.request_id,
    stored=excluded.stored, sourced_id=coalesce(nullif(excluded.sourced_id, ''), sourced_id),
    after=coalesce(excluded.after, after)
"""


_NEWEST = "SELECT push_id FROM pushes ORDER BY started DESC, rowid DESC"
#: Whichever push holds the lock, or held it last.
_UNDER_WAY = "INSERT OR REPLACE INTO under_way (place, push_id) VALUES (1, ?)"


def draw_push_id(now: dt.datetime) -> str:
    """Make an id for a push that begins now."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


class Journal(Shown):
    """The record of all pushes to one environment.

    Opened by `open_journal`; usable as a context manager. Used by one thread at a time.

    Attributes:
        environment: whose it is.
        path: the SQLite file.
    """

    def __init__(
        self, path: Path, environment: Environment, connection: sqlite3.Connection
    ) -> None:
        self.path = path
        self.environment = environment
        self._db = connection
        self._lock_path, self._holds_lock = path.with_suffix(".lock"), False

    def __enter__(self) -> Self:
        """Use it for the length of a block."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it at the block's end."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep every other push to this environment out, on this machine, until the block ends.

        Raises:
            PushRunningError: another push holds it.
        """
        with hold_lock(self._lock_path, self.environment):
            self._holds_lock = True
            try:
                yield
            finally:
                self._holds_lock = False

    def begin(
        self,
        plan: Plan,
        *,
        client_id: str,
        note: str,
        now: dt.datetime,
        fingerprint: str | None = None,
        push_id: str = "",
    ) -> str:
        """Commit the whole plan, before anything of it is sent, and name the push.

        Args:
            plan: what is about to be sent.
            client_id: who sends it.
            note: anything to remember about it.
            now: when.
            fingerprint: the plan's own, where it was just worked out.
            push_id: from `draw_push_id`, where it must be known before this returns.

        Returns:
            The push's id: new for every push, also for one with nothing to send.
        """
        push_id = push_id or draw_push_id(now)
        fingerprint = fingerprint or plan.fingerprint
        # Half a character, which a paste may hold, is no text to SQLite.
        note = note.encode(errors="replace").decode()
        head = (push_id, now.isoformat(), None, "unfinished", client_id, _system_user(), note)
        pieces = enumerate(plan.iter_json(fingerprint=fingerprint))
        with self._writing(durably=True), self._db:
            self._db.execute(
                "INSERT INTO pushes VALUES (?,?,?,?,?,?,?,?,?,?,NULL)",
                (*head, fingerprint, plan.undo_of, plan.sheet.name if plan.sheet else ""),
            )
            self._db.executemany(
                "INSERT INTO plans VALUES (?,?,?)",
                ((push_id, number, text) for number, text in pieces),
            )
            self._db.executemany(
                "INSERT INTO entries (push_id, entry, line_item, student, sourced_id, after, state, reason, message,"
                " request_id) VALUES (?,?,?,?,?,?,?,?,?,'')",
                ((push_id, *row) for row in _first_rows(plan)),
            )
            self._db.execute(_UNDER_WAY, (push_id,))
        # From here on the log is worked into the file as it grows, so that little is left for the end.
        self._db.execute("PRAGMA wal_autocheckpoint=200")
        return push_id

    def begin_again(self, push_id: str) -> None:
        """Note that a push is gone on with, which may be killed as well as before."""
        with self._writing(durably=True), self._db:
            mark_unsure(self._db, push_id)
            self._db.execute(_UNDER_WAY, (push_id,))

    def record(self, push_id: str, outcomes: Sequence[Outcome]) -> None:
        """Commit what came of some entries.

        In one statement: with one for each entry, the workers would be interrupted as often.
        """
        rows = [
            (
                o.entry, o.state, o.reason, o.message, o.http_status, o.request_id, o.stored,
                (parse(o.sent) or {}).get("sourcedId", ""), o.sent,
            )
            for o in outcomes
        ]  # fmt: skip
        with self._writing(), self._db:
            self._db.execute(_RECORD, (push_id, json.dumps(rows)))

    def read_outcome(self, push_id: str, entry: int) -> Outcome:
        """Give what is recorded of one entry."""
        names = "entry, state, reason, message, http_status, request_id, stored"
        query = f"SELECT {names} FROM entries WHERE push_id=? AND entry=?"  # noqa: S608 - our own column names
        return Outcome(*self._read(query, push_id, entry)[0])

    def finish(self, push_id: str, *, now: dt.datetime, why_unsent: str = "") -> None:
        """Note that a push has ended: `done`, unless entries are left that a resumed push would send."""
        with self._writing(durably=True), self._db:
            self._db.execute(
                "UPDATE entries SET message=? WHERE push_id=? AND state='unsent' AND message=''",
                (why_unsent, push_id),
            )
            status = "unfinished" if self.unsent(push_id) else "done"
            self._db.execute(
                "UPDATE pushes SET finished=?, status=? WHERE push_id=?",
                (now.isoformat(), status, push_id),
            )
            self._db.execute("DELETE FROM under_way WHERE push_id=?", (push_id,))

    def list_pushes(self) -> list[PushSummary]:
        """List the pushes to this environment, newest first, killed ones included."""
        return [self.read_summary(push_id) for (push_id,) in self._read(_NEWEST)]

    def _show(self) -> Showing:
        try:
            ((total, unfinished),) = self._read("SELECT count(*), total(status='unfinished') FROM pushes")  # fmt: skip
            newest = self._read(f"{_NEWEST} LIMIT {MOST_ROWS}")
            pushes = [self.read_summary(push_id) for (push_id,) in newest]
        except JournalError:
            return Showing(f"<Journal of {self.environment.name}: closed, or out of reach>")
        told = f"{total:,} push{'' if total == 1 else 'es'}, {int(unfinished):,} unfinished"
        return Showing(
            f"<Journal of {self.environment.name}: {told}>",
            [("gradebook", self.environment.base_url), ("file", self.path)],
            ("push", "began (UTC)", "standing", "entries", "sheet", "undo of", "note"),
            [
                (push.push_id, f"{push.started:%Y-%m-%d %H:%M}", push.standing, push.tell_states(), push.sheet,
                 push.undo_of, push.note)
                for push in pushes
            ],
            total,
            "pushes",
        )  # fmt: skip

    def _read_facts(self, push_id: str) -> dict[str, Any]:
        facts = read_facts(self._read, self.environment, push_id)
        known = self._read("SELECT 1 FROM under_way WHERE push_id=?", push_id)
        # The lock says whether another program writes, and the note what.
        elsewhere = bool(known) and not self._holds_lock and is_locked(self._lock_path)
        return facts | {"being_written": elsewhere}

    def read_summary(self, push_id: str) -> PushSummary:
        """Give the facts of a push without its entries.

        Raises:
            JournalError: there is no such push.
        """
        return PushSummary(**self._read_facts(push_id))

    def list_ended(self, *, before: dt.datetime) -> list[str]:
        """List the pushes that were done before a time and are not forgotten."""
        query = (
            "SELECT push_id FROM pushes WHERE status='done' AND forgotten IS NULL AND finished<?"
        )
        return [push_id for (push_id,) in self._read(query, before.isoformat())]

    def with_undos(self, push_id: str) -> list[str]:
        """List a push and all that took it back, or took that back, and so have its grades too."""
        return with_undos(self._read, push_id)

    def forget(self, push_ids: Sequence[str], *, now: dt.datetime) -> bool:
        """Erase the grades of pushes; whether no trace of them is left, for want of which it is tried again later."""
        with self._writing():
            if push_ids:
                erase(self._db, push_ids, now)
            return sweep(self._db)

    def read_plan(self, push_id: str) -> Plan:
        """Give back the plan of a push.

        Raises:
            JournalError: there is no such push, or it was forgotten.
        """
        pieces = self._read("SELECT text FROM plans WHERE push_id=? ORDER BY piece", push_id)
        if not pieces:
            raise forgotten_push(self.read_summary(push_id))
        return Plan.from_json("".join(text for (text,) in pieces))

    def read_receipt(self, push_id: str, *, plan: Plan | None = None) -> Receipt:
        """Give what is known of a push: after its end, while it runs, or after it was killed.

        Args:
            push_id: which.
            plan: its plan, where it is at hand, to save reading it again.

        Raises:
            JournalError: there is no such push, or it was forgotten.
        """
        plan = plan or self.read_plan(push_id)
        names = ["entry", *OUTCOME_COLUMNS, "sourced_id"]
        rows = self._read(
            f"SELECT {', '.join(names)} FROM entries WHERE push_id=? ORDER BY entry",  # noqa: S608 - our own column names
            push_id,
        )
        outcomes = pd.DataFrame(rows, columns=names, dtype=object).set_index("entry")
        ids = outcomes.pop("sourced_id")
        entries = plan.changes.drop(columns=["reason", "message"]).join(outcomes)
        for entry in ids.index[ids != entries["sourced_id"]]:
            # The server would not take the planned id back; under this one nothing was before.
            after = self._read(
                "SELECT after FROM entries WHERE push_id=? AND entry=?", push_id, entry
            )
            columns = ["sourced_id", "before", "after"]
            entries.loc[entry, columns] = [ids[entry], None, after[0][0]]
        return Receipt(**self._read_facts(push_id), entries=entries)

    def unsent(self, push_id: str) -> list[int]:
        """List the entries of a push that have no sure outcome yet, those with an unknown one first."""
        return list(list_open(self._read, push_id))

    def read_left(self, push_id: str) -> Left:
        """Give what going on with a push takes up, and what of that may have been sent."""
        return read_left(self._read, push_id)

    def last_sent(self) -> pd.DataFrame:
        """Give what we sent last for every grade: columns line_item, student, record (compact JSON text), push_id, dispute.

        What was taken back is forgotten: after an undo it is what the undo restored, and nothing
        where the undo removed the grade; its push is the one that wrote that. What the server was seen to store in its
        place counts as sent. Of a grade whose last push was forgotten nothing is known, whatever was sent before.

        A grade of which nothing of ours stands, and that somebody else had changed when a push would have written it, is
        there without a record: with that push, and the dispute `conflict` or, where it was left to them, `kept-theirs`.
        """
        rows = self._read(SENT)
        kept = {
            grade: (text, push_id, "")
            for grade, (text, push_id) in find_last_sent(rows).items()
            if '"tobedeleted"' not in text or is_active(parse(text))
        }
        disputes = {grade: (None, *each) for grade, each in find_disputes(rows).items()}
        table = [(*grade, *each) for grade, each in (disputes | kept).items()]
        names = ["line_item", "student", "record", "push_id", "dispute"]
        return pd.DataFrame(table, columns=names, dtype=object)

    def has_push(self, push_id: str) -> bool:
        """Whether this journal knows a push."""
        return bool(self._read("SELECT 1 FROM pushes WHERE push_id=?", push_id))

    def _read(self, query: str, *values: str | int) -> list[Any]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise unusable(self.path, error) from None

    @contextlib.contextmanager
    def _writing(self, *, durably: bool = False) -> Iterator[None]:
        try:
            # In WAL mode NORMAL leaves it to the system when the disk gets a commit.
            self._db.execute(f"PRAGMA synchronous={'FULL' if durably else 'NORMAL'}")
            yield
        except sqlite3.Error as error:
            raise JournalError(
                f"The journal {self.path.name} cannot be written ({error}); free the disk or close the program that "
                "holds it, then resume."
            ) from None


def _first_rows(plan: Plan) -> Iterator[tuple[Any, ...]]:
    """Give each entry as it stands before anything is sent."""
    for start in range(0, len(plan.changes), _CHUNK):
        rows = plan.changes.iloc[start : start + _CHUNK]
        names = ("line_item", "student", "sourced_id", "after")
        states = rows["action"].map(_FIRST_STATES)
        yield from zip(
            rows.index.tolist(),
            *(rows[name].tolist() for name in names),
            states.tolist(),
            rows["reason"].tolist(),
            # What a plan warns of is no reason why something was not sent.
            rows["message"].where(states != "unsent", "").tolist(),
            strict=True,
        )


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
