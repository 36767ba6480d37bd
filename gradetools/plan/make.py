"""A plan from a checked sheet: what the sheet wants, against what is there and what we sent last.

Theory of operation. Three things are compared field by field: what the server has (the snapshot),
what we sent last, and what the sheet wants. An entry whose wanted fields already mean the same is
`unchanged` and will not be sent. A field that somebody else changed since we sent it, and that
the sheet would overwrite with something else, makes the entry a `conflict`; changes of theirs to
other fields are simply carried over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from gradetools.checks import Checked
from gradetools.checks.facts import FIELDS
from gradetools.dialects import Record, canonical, parse
from gradetools.formats.recognition import OWN_COLUMN
from gradetools.plan.dispute import (
    OVER,
    SINCE_SENT,
    Decisions,
    OnConflict,
    ask_again,
    dispute,
    split_decisions,
)
from gradetools.plan.existing import Existing, index_disputes, index_last_sent
from gradetools.plan.merge import Change, decide, make_identity
from gradetools.plan.value import CHANGE_COLUMNS, WRITES, Plan, make_changes
from gradetools.sheet import Sheet
from gradetools.snapshot import Snapshot

#: Columns of `Checked.entries` and the fields of a result they stand for.
MAPPED = {"score": "score", **FIELDS}
_DISPUTED = "This grade was in conflict when this file was written: somebody had changed it. Write over what is there, or leave it?"
#: Columns of `Checked.entries` that decide what happens to an entry.
_NEEDED = (
    "line",
    "column",
    "state",
    "reason",
    "line_item",
    "student",
    "class_id",
    "clears",
    *MAPPED,
)


def make_plan(
    checked: Checked,
    snapshot: Snapshot,
    *,
    last_sent: pd.DataFrame | None = None,
    as_of: dt.date | dt.datetime | None = None,
    on_conflict: Decisions = "stop",
) -> Plan:
    """Decide for every entry what a push would do, without touching anything.

    Args:
        checked: entries and findings of a sheet.
        snapshot: what the server has; the same that the sheet was checked against.
        last_sent: what we sent last (`Journal.last_sent`), to notice what others changed since.
        as_of: the score date of new results where the sheet has none; by default the day of the snapshot.
        on_conflict: "stop" marks conflicts, "ours" overwrites them, "theirs" leaves them; for all, or by entry.

    Returns:
        A `Plan` with one change per entry, in the entries' order.
    """
    existing, sent = Existing.of(snapshot), index_last_sent(last_sent)
    disputes = index_disputes(last_sent)
    date = date_text(as_of, snapshot)
    general, single = split_decisions(on_conflict)
    states = _read_states(checked.sheet)
    entries = checked.entries
    decided: dict[str, list[object]] = {name: [] for name in Change("").to_columns()}
    for entry, row in _rows(entries):
        if row["state"] == "ready":
            policy = single.get(entry, general)
            change = _change(row, existing, sent, snapshot.dialect, date=date, on_conflict=policy)
            told = _was_disputed(states, row["line"], row["column"])
            question = disputes.get((row["line_item"], row["student"]), _DISPUTED if told else "")
            change = ask_disputed(change, question, policy)
            change = warn(change, checked.warnings.get(entry, ""))
        else:
            action = "skip" if row["state"] == "skipped" else "blocked"
            message = checked.messages.get(entry, "") if action == "blocked" else ""
            change = Change(action, reason=row["reason"], message=message)
        for name, value in change.to_columns().items():
            decided[name].append(value)
    decided["line_item_title"] = _call_line_items(entries, snapshot)
    columns = {name: decided[name] if name in decided else entries[name] for name in CHANGE_COLUMNS}
    changes = make_changes(columns, [int(entry) for entry in entries.index])
    return Plan(snapshot.environment, snapshot.dialect, changes, general, sheet=checked.sheet)


def _call_line_items(entries: pd.DataFrame, snapshot: Snapshot) -> list[object]:
    """Give the title of each entry's line item, with its class where classes share the title."""
    titles, shared = entries["line_item_title"].tolist(), snapshot.shared_titles
    if not shared:
        return titles
    pairs = zip(titles, entries["line_item"].tolist(), strict=True)
    return [shared.get(line_item, title) for title, line_item in pairs]


def ask_disputed(change: Change, question: str, on_conflict: OnConflict) -> Change:
    """Turn a change into a conflict where it would be written over a grade that was in dispute, and nobody decided that.

    Args:
        change: what is wanted.
        question: what asks about the dispute; "" where there was none.
        on_conflict: as in `make_plan`.
    """
    if not question or change.action != "update" or change.reason in OVER:
        return change
    return ask_again(change, "disputed-before", question, on_conflict)


def _read_states(sheet: Sheet) -> dict[int, str]:
    """Give, by line, what a receipt's file says of rows in which some grade was in conflict; nothing of other sheets.

    What somebody else wrote there is not known any more, and who reads the file may have decided to leave it.
    """
    key = next((key for key in sheet.header if key.name == f"{OWN_COLUMN}state"), None)
    if key is None:
        return {}
    told = sheet.column(key)
    lines, texts = told.index.tolist(), told.tolist()
    return {int(line): text for line, text in zip(lines, texts, strict=True) if "conflict" in text}


def _was_disputed(states: Mapping[int, str], line: int, column: str) -> bool:
    text = states.get(line, "")
    return text == "conflict" or f"{column}: conflict" in text.split("; ")


def warn(change: Change, sentence: str) -> Change:
    """Add to what would be written what there is to be minded of it."""
    if not sentence or change.action not in WRITES:
        return change
    return replace(change, message=" ".join(filter(None, [change.message, sentence])))


def settle(
    change: Change, wanted: Mapping[str, Any], sent: Record | None, on_conflict: OnConflict
) -> Change:
    """Turn a change into a conflict where somebody else's edit would be overwritten."""
    if change.action not in {"create", "update"} or sent is None:
        return change
    theirs, ours = canonical(change.before), canonical(sent)
    if change.action == "create":
        # We sent it and it is gone: somebody removed it.
        disputed = ["status"]
    else:
        after = canonical(change.after)
        disputed = [
            name
            for name in wanted
            if theirs.get(name) != ours.get(name) and theirs.get(name) != after.get(name)
        ]
    if not disputed:
        return change
    return dispute(change, sent, SINCE_SENT, "changed-since-sent", on_conflict)


def date_text(as_of: dt.date | dt.datetime | None, snapshot: Snapshot) -> str:
    """Write the score date that new results take: a day stays a day, an instant an instant."""
    if as_of is None:
        as_of = snapshot.taken_at.astimezone(ZoneInfo(snapshot.time_zone)).date()
    return as_of.isoformat()


def _rows(entries: pd.DataFrame) -> Iterator[tuple[int, dict[str, Any]]]:
    columns = (entries[name].tolist() for name in _NEEDED)
    for entry, *values in zip(entries.index.tolist(), *columns, strict=True):
        yield entry, dict(zip(_NEEDED, values, strict=True))


def _change(
    row: Mapping[str, Any],
    existing: Existing,
    sent: Mapping[tuple[str, str], str],
    dialect: str,
    *,
    date: str,
    on_conflict: OnConflict,
) -> Change:
    found = existing.find(row["line_item"], row["student"])
    if isinstance(found, Change):
        return found
    sourced_id, before = found
    identity = make_identity(sourced_id, row["line_item"], row["student"], row["class_id"])
    wanted = _wanted(row)
    change = decide(before, identity, wanted, dialect=dialect, date=date)
    if change.action not in WRITES:
        return change
    return settle(change, wanted, parse(sent.get((row["line_item"], row["student"]))), on_conflict)


def _wanted(row: Mapping[str, Any]) -> dict[str, Any]:
    """Read the fields that the sheet names for one entry; None where it says to clear."""
    wanted: dict[str, Any] = dict.fromkeys(filter(None, str(row["clears"]).split(",")))
    for column, name in MAPPED.items():
        value = row[column]
        if value is None or value != value:
            continue
        wanted[name] = _number(value) if column == "score" else value
    return wanted


def _number(value: float) -> int | float:
    # 10.0 is written 10: the same number, and what the analyst typed.
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else float(value)
