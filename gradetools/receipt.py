"""What came of one push: every entry in exactly one state."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from gradetools.snapshot import Environment

#: The states in which an entry can end; the first four are what an analyst hopes for.
STATES = ("created", "updated", "unchanged", "skipped", "blocked", "conflict", "failed", "unsent")
GOOD_STATES = frozenset(STATES[:4])

#: What a receipt knows of each entry, beside the plan's columns.
OUTCOME_COLUMNS = ("state", "reason", "message", "http_status", "request_id", "stored")


@dataclass(frozen=True)
class Receipt:
    """The sum of one push, and the proof of it.

    Attributes:
        push_id: its name; `resume=` and `undo` take it.
        environment: where it went.
        status: "done", or "unfinished" when entries are left that a resumed push would send.
        started, finished: in UTC; `finished` is None for a push that was killed.
        client_id: as whom.
        system_user: who ran it on this machine.
        note: what the analyst wrote down about it.
        fingerprint: the plan's.
        undo_of: the push that this one took back; empty for others.
        entries: DataFrame, one row per entry: the plan's columns and OUTCOME_COLUMNS.
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
    entries: pd.DataFrame

    @property
    def rows(self) -> int:
        """The number of entries."""
        return len(self.entries)

    @property
    def states(self) -> Mapping[str, int]:
        """State to number of entries, every state named; they add up to `rows`."""
        counts = self.entries["state"].value_counts()
        return {state: int(counts.get(state, 0)) for state in STATES}

    @property
    def ok(self) -> bool:
        """Whether every entry was created, updated, unchanged or skipped."""
        return all(state in GOOD_STATES or not count for state, count in self.states.items())

    def __repr__(self) -> str:
        """Say in one line what came of it."""
        told = ", ".join(f"{count} {state}" for state, count in self.states.items() if count)
        return f"<Receipt {self.push_id} on {self.environment.name}: {told or 'nothing to do'}>"

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
            "rows": self.rows,
            "states": dict(self.states),
        }

    def to_json(self) -> str:
        """Write the facts of the push as JSON text."""
        return json.dumps(self.summary(), ensure_ascii=False, indent=2)
