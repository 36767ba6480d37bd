"""What came of one push: every entry in exactly one state."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from gradetools.dialects import parse
from gradetools.showing import MOST_ROWS, Showing, Shown, find_first
from gradetools.snapshot import Environment
from gradetools.telling import call_undone, tell_change, tell_entries, tell_parts

#: The states in which an entry can end; the first four are what an analyst hopes for.
STATES = ("created", "updated", "unchanged", "skipped", "blocked", "conflict", "failed", "unsent")
GOOD_STATES = frozenset(STATES[:4])
#: The states of what was to be written and was not, because something stood in its way.
IN_THE_WAY = STATES[4:7]
#: The states of what was written.
WRITTEN = ("created", "updated")
#: The reason of what failed because the gradebook stored something else than was sent.
NOT_AS_SENT = "stored-differently"
#: The reasons of what a push that is gone on with takes up again, beside what was never sent.
OPEN_REASONS = ("outcome-unknown", "not-allowed")
#: The reason of what was not written and may have been sent: no answer came and it was not there then, or the push was killed.
MAYBE_SENT = "maybe-sent"
MAYBE_SENT_TOLD = (
    "It may have been sent before the push was cut short; go on with the push to find out."
)
#: What an undo did with a grade: it is gone, or as it was before.
UNDONE = ("removed", "restored")
# What a receipt shows of itself first: what went wrong, then what was written.
_LOOKED_AT = (*STATES[:3:-1], "updated", "created", "unchanged", "skipped")

#: What the note of a push says that tries another again; the journal keeps nothing else of that.
_RETRY = re.compile(r"retry of (\d{8}-\d{6}-[0-9a-f]+)")

#: What a receipt knows of each entry, beside the plan's columns.
OUTCOME_COLUMNS = ("state", "reason", "message", "http_status", "request_id", "stored")


@dataclass(frozen=True, eq=False)
class PushSummary:
    """The facts of one push without its entries.

    Attributes:
        push_id: its name; `resume=` and `undo` take it.
        environment: where it went.
        status: "done", or "unfinished" when entries are left that a resumed push would send.
        started: in UTC.
        finished: in UTC; None for a push that was killed.
        client_id: as whom.
        system_user: who ran it on this machine.
        note: what the analyst wrote down about it.
        fingerprint: the plan's.
        undo_of: the push that this one took back; empty for others.
        sheet: the name of the sheet it came from; empty where there was none.
        about: whose grade for what it was, where it was a single one without a sheet; empty for others, and once forgotten.
        forgotten: when its grades were erased from the journal, in UTC; None for others.
        taken_back_by: the push that took this one back, unless that was taken back itself; empty for others.
        brings_back: whether it took back an undo, so that what that had taken back stands again.
        states: state to number of entries, every state named; they add up to `rows`.
        of_others: of an undo, how many of the skipped ones the push that it takes back never wrote: another push of ours did.
        being_written: whether some program on this machine is writing it just now.
    """

    push_id: str
    environment: Environment
    status: Literal["done", "unfinished"]
    started: dt.datetime
    finished: dt.datetime | None
    client_id: str
    system_user: str
    note: str
    fingerprint: str
    undo_of: str
    sheet: str
    about: str
    forgotten: dt.datetime | None
    taken_back_by: str
    brings_back: bool
    states: Mapping[str, int]
    of_others: int
    being_written: bool

    @property
    def rows(self) -> int:
        """The number of entries."""
        return sum(self.states.values())

    @property
    def ok(self) -> bool:
        """Whether every entry was created, updated, unchanged or skipped."""
        return all(state in GOOD_STATES or not count for state, count in self.states.items())

    @property
    def written(self) -> int:
        """How many entries were created or updated."""
        return sum(self.states[state] for state in WRITTEN)

    @property
    def unwritten(self) -> int:
        """How many entries did not end well: failed, blocked, in conflict or unsent."""
        return self.rows - sum(self.states[state] for state in GOOD_STATES)

    @property
    def standing(self) -> str:
        """What it is to those who look at it: `forgotten`, `being written now`, `taken back`, `unfinished` or `done`."""
        if self.forgotten:
            return "forgotten"
        if self.being_written:
            return "being written now"
        return "taken back" if self.taken_back_by else self.status

    def tell_states(self) -> str:
        """Say how many entries ended how: `12 created, 2 skipped`; of an undo how many were taken back or brought back.

        A push that was killed may have died between a write and its record: its unsent entries are called `not known`, too.
        """
        killed = self.finished is None and not self.being_written
        called = {"unsent": "unsent or not known"} if killed else {}
        states = {called.get(state, state): n for state, n in self.states.items()}
        if not self.undo_of:
            return tell_entries(states)
        others = {state: n for state, n in states.items() if state not in WRITTEN}
        others |= {"skipped": others["skipped"] - self.of_others}
        return tell_entries(
            {self._undid: self.written, **others, "left to another push": self.of_others}
        )

    @property
    def _undid(self) -> str:
        return "brought back" if self.brings_back else "taken back"

    def __repr__(self) -> str:
        """Say in one line what came of it."""
        return f"<{type(self).__name__} {self.push_id} on {self.environment.name}: {self.tell_states()}>"

    def summary(self) -> dict[str, Any]:
        """Give the facts of the push without its entries, as plain JSON data; what `receipt.json` holds."""
        return {
            "push_id": self.push_id,
            "environment": self.environment.name,
            "base_url": self.environment.base_url,
            "status": self.status,
            "started": self.started.isoformat(),
            "finished": self.finished.isoformat() if self.finished else None,
            "client_id": self.client_id,
            "system_user": self.system_user,
            "note": self.note,
            "fingerprint": self.fingerprint,
            "undo_of": self.undo_of or None,
            "sheet": self.sheet or None,
            "forgotten": self.forgotten.isoformat() if self.forgotten else None,
            "taken_back_by": self.taken_back_by or None,
            "being_written": self.being_written,
            "rows": self.rows,
            "states": dict(self.states),
        }


def note_retry(push_id: str, note: str = "") -> str:
    """Write down, with whatever else is to be remembered, that a push tries again what failed in another."""
    link = f"retry of {push_id}"
    return f"{note} ({link})" if note else link


def name_retried(note: str) -> str:
    """Read from the note of a push which one it tried again; "" where it tried none."""
    found = _RETRY.search(note)
    return found[1] if found else ""


def find_retries(push: PushSummary, pushes: Sequence[PushSummary]) -> list[PushSummary]:
    """List the pushes that tried again what failed in one, which their notes tell, and those that tried again after these."""
    direct = [each for each in pushes if name_retried(each.note) == push.push_id]
    return [each for one in direct for each in (one, *find_retries(one, pushes))]


def find_pushed(fingerprint: str, pushes: Sequence[PushSummary]) -> PushSummary | None:
    """Find the last push of a plan, one that wrote something before one that did not; None where it was never pushed.

    Args:
        fingerprint: the plan's.
        pushes: those of a journal, newest first.
    """
    own = [each for each in pushes if each.fingerprint == fingerprint]
    return next((each for each in own if each.written), own[0] if own else None)


def count_mended(push: PushSummary, pushes: Sequence[PushSummary]) -> int:
    """Count the entries of a push that were tried again and ended well, and were not taken back since."""
    return _count_well(
        push, [each for each in find_retries(push, pushes) if not each.taken_back_by]
    )


def count_settled(push: PushSummary, pushes: Sequence[PushSummary]) -> int:
    """Count as `count_mended` does, and of a push that was taken back also what was tried again and taken back as well."""
    if not push.taken_back_by:
        return count_mended(push, pushes)
    return _count_well(push, find_retries(push, pushes))


def _count_well(push: PushSummary, retries: Sequence[PushSummary]) -> int:
    well = sum(each.states[state] for each in retries for state in GOOD_STATES)
    return min(well, sum(push.states[state] for state in IN_THE_WAY))


def is_settled(push: PushSummary, pushes: Sequence[PushSummary]) -> bool:
    """Whether nothing is left to be done with what a push did not write: it was taken back, or all of it was tried again and ended well."""
    return bool(push.taken_back_by) or count_mended(push, pushes) >= push.unwritten


@dataclass(frozen=True, eq=False, repr=False)
class Receipt(Shown, PushSummary):
    """The sum of one push, and the proof of it: its facts, and what came of every entry.

    Attributes:
        entries: DataFrame, one row per entry, index "entry": the plan's columns and OUTCOME_COLUMNS.
    """

    entries: pd.DataFrame = field(repr=False)

    def tell_states(self) -> str:
        """Say how many entries ended how, and why some were skipped; of an undo, what was taken back or brought back.

        Such as `27 updated, 2 skipped (blank cells)`, or `28 taken back (25 removed, 3 restored), 1 conflict`.
        """
        skipped = self.entries["reason"][(self.entries["state"] == "skipped").to_numpy()]
        counts = dict(self.states)
        if self.undo_of:
            words = self.words
            parts = {word: int((words == word).sum()) for word in UNDONE}
            written = sum(counts.pop(state) for state in WRITTEN)
            counts = {f"{self._undid} ({tell_parts(parts)})": written, **counts}
        return tell_entries(counts, skipped)

    @property
    def left(self) -> int:
        """How many entries going on with the push would take up: never sent, of unknown outcome, or not allowed to us."""
        entries = self.entries
        open_ones = (entries["state"] == "unsent") | entries["reason"].isin(OPEN_REASONS)
        return int(open_ones.sum())

    @property
    def not_as_sent(self) -> int:
        """How many entries failed although something was stored: the gradebook holds something else than was sent."""
        return int((self.entries["reason"] == NOT_AS_SENT).sum())

    @property
    def words(self) -> pd.Series:
        """The state of each entry as an analyst would call it: what an undo wrote is `removed` or `restored`."""
        states = self.entries["state"].astype(object)
        if not self.undo_of:
            return states
        return call_undone(states, self.entries["after"], written=WRITTEN, called=UNDONE)

    def to_json(self) -> str:
        """Write the facts of the push as JSON text."""
        return json.dumps(self.summary(), ensure_ascii=False, indent=2)

    def _show(self) -> Showing:
        entries = self.entries
        first = entries.iloc[find_first(entries["state"].tolist(), _LOOKED_AT, MOST_ROWS)]
        rows = [
            (row["line"] or "", row["student_name"] or row["student"], row["line_item_title"] or row["line_item"],
             word, tell_change(parse(row["before"]), parse(row["after"])), row["message"] or row["reason"])
            for row, word in zip(first.to_dict(orient="records"), self.words[first.index], strict=True)
        ]  # fmt: skip
        ended = f" to {self.finished:%H:%M:%S}" if self.finished else ""
        when = f"{self.started:%Y-%m-%d %H:%M:%S}{ended} UTC, {self.status}"
        who = f"{self.system_user}, as the client {self.client_id}"
        return Showing(
            PushSummary.__repr__(self),
            [("when", when), ("who", who), ("note", self.note), ("took back push", self.undo_of)],
            ("line", "student", "line item", "state", "old → new", "why"),
            rows,
            len(entries),
            "entries",
        )


def count_left(push: PushSummary, pushes: Sequence[PushSummary]) -> int:
    """Count what a push wrote and the one that took it back left as it was: changed since, or refused."""
    undo = find_undo(push, pushes)
    if undo is None:
        return 0
    return sum(undo.states[each] for each in (*IN_THE_WAY, "unsent", "skipped")) - undo.of_others


def find_undo(push: PushSummary, pushes: Sequence[PushSummary]) -> PushSummary | None:
    """Find the push that took one back."""
    if not push.taken_back_by:
        return None
    return next((each for each in pushes if each.push_id == push.taken_back_by), None)
