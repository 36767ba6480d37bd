"""The results that are already there, by line item and student."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from gradetools.dialects import Record, parse
from gradetools.models import new_result_id
from gradetools.plan.dispute import KEPT_THEIRS
from gradetools.plan.merge import Change
from gradetools.snapshot import Snapshot

#: What asks about a grade that was in dispute in a push, by how that ended.
_QUESTIONS = {
    "conflict": "This grade was in conflict in push {push_id}: it had been changed meanwhile, and nobody decided it. "
    "Write over what is there, or leave it?",
    KEPT_THEIRS: "In push {push_id} you left what had been written here meanwhile. Write over what is there now, or leave it?",
}


@dataclass(frozen=True)
class Existing:
    """Look up what a snapshot holds for one student and line item; records stay text until asked for.

    Attributes:
        environment: the name that new ids are derived from.
        active: (line item, student) to the sourcedIds of its active results.
        records: sourcedId to record text, active or not.
    """

    environment: str
    active: Mapping[tuple[str, str], Sequence[str]]
    records: Mapping[str, str]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Existing:
        """Index a snapshot's results once, in linear time."""
        results = snapshot.results
        active: dict[tuple[str, str], list[str]] = {}
        living = results[results["active"].astype(bool)]
        for key, sourced_id in zip(_grades(living), living["sourced_id"].tolist(), strict=True):
            active.setdefault(key, []).append(sourced_id)
        records = dict(zip(results["sourced_id"].tolist(), results["record"].tolist(), strict=True))
        return cls(snapshot.environment.name, active, records)

    def find(self, line_item: str, student: str) -> tuple[str, Record | None] | Change:
        """Give the id to write to and the record it holds, or the change that says why not.

        A new result takes the id derived from environment, line item and student, so that the same
        grade never gets two; what an undo left `tobedeleted` under that id is revived.
        """
        ids = self.active.get((line_item, student), ())
        if len(ids) > 1:
            named = ", ".join(ids)
            return Change(
                "blocked",
                reason="duplicate-on-server",
                message=f"The gradebook has {len(ids)} active results for this grade ({named}); remove all but one there.",
            )
        sourced_id = ids[0] if ids else new_result_id(self.environment, line_item, student)
        return sourced_id, self.record(sourced_id)

    def record(self, sourced_id: str) -> Record | None:
        """Give the record held under an id, active or not."""
        return parse(self.records.get(sourced_id))


def next_ids(
    environment: str, line_item: str, student: str, sourced_id: str, *, most: int = 3
) -> Iterator[str]:
    """Give the ids that a grade takes, one after the other, where a server does not take `sourced_id` back.

    They are derived as the first one was, so that a push repeated after a crash takes the same. An id
    of somebody else's making is followed by the first derived one.
    """
    ids = [new_result_id(environment, line_item, student, attempt=n) for n in range(most + 1)]
    yield from ids[ids.index(sourced_id) + 1 :] if sourced_id in ids else ids[:most]


def index_last_sent(last_sent: pd.DataFrame | None) -> Mapping[tuple[str, str], str]:
    """Index what we sent last: (line item, student) to record text. Columns: line_item, student, record."""
    if last_sent is None or last_sent.empty:
        return {}
    sent = zip(_grades(last_sent), last_sent["record"].tolist(), strict=True)
    return {grade: record for grade, record in sent if record is not None}


def index_disputes(last_sent: pd.DataFrame | None) -> Mapping[tuple[str, str], str]:
    """Index what was left in dispute: (line item, student) to what asks about it. Columns: also push_id, dispute."""
    if last_sent is None or "dispute" not in last_sent:
        return {}
    disputed = last_sent[last_sent["dispute"] != ""]
    columns = (disputed[name].tolist() for name in ("dispute", "push_id"))
    return {
        grade: _QUESTIONS[dispute].format(push_id=push_id)
        for grade, dispute, push_id in zip(_grades(disputed), *columns, strict=True)
    }


def _grades(table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    # As lists: to go through a column of a table is several times as slow.
    return zip(table["line_item"].tolist(), table["student"].tolist(), strict=True)
