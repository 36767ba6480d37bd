"""Undo is a plan: what a push replaced is put back, what it created is marked `tobedeleted`.

What somebody changed since is a conflict, to be seen and decided, never skipped in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from gradetools.dialects import Record, compact, differences, parse
from gradetools.errors import PlanError
from gradetools.plan.dispute import (
    SOMEBODY,
    Decisions,
    Editor,
    OnConflict,
    Pushes,
    dispute,
    find_editor,
    split_decisions,
)
from gradetools.plan.existing import Existing, next_ids
from gradetools.plan.make import warn
from gradetools.plan.merge import Change, is_active, merge, to_write
from gradetools.plan.value import CHANGE_COLUMNS, Plan, make_changes
from gradetools.receipt import MAYBE_SENT, NOT_AS_SENT, WRITTEN, Receipt
from gradetools.snapshot import Snapshot

#: The states after which the gradebook may hold something else than before the push.
_MAY_HAVE_WRITTEN = ("created", "updated", "failed")
#: The reasons of those that failed and surely left it as it was; what stands there since is somebody else's.
_LEFT_ALONE = ("refused", "not-allowed")
_UNLIKE = "The gradebook stored it otherwise than it was sent; that is taken back."
_UNSURE = "The push got no certain answer for it; the gradebook holds it, and so it is taken back."


def make_undo_plan(
    receipt: Receipt,
    snapshot: Snapshot,
    *,
    last_sent: pd.DataFrame | None = None,
    on_conflict: Decisions = "stop",
) -> Plan:
    """Decide how to take one push back, as a plan with its own preview.

    Args:
        receipt: of the push to take back; it may be an undo itself.
        snapshot: what the server has now, of the same classes.
        last_sent: what we sent last (`Journal.last_sent`), so that a later push of our own is called that.
        on_conflict: "stop" marks what others changed since, "ours" restores over it, "theirs" leaves it; for all, or by entry.

    Returns:
        A `Plan` with one change per entry that the push wrote or may have written.

    Raises:
        PlanError: the snapshot is of another environment.
    """
    if receipt.environment != snapshot.environment:
        raise PlanError(
            f"This push went to {receipt.environment.name} ({receipt.environment.address}), not to "
            f"{snapshot.environment.name} ({snapshot.environment.address}); connect there to undo it."
        )
    existing, later = Existing.of(snapshot), index_later_pushes(receipt.push_id, last_sent)
    written, (general, single) = written_entries(receipt), split_decisions(on_conflict)
    rows: dict[int, dict[str, Any]] = {}
    for entry, planned in _rows(written):
        row = _where_it_went(planned, existing)
        now = existing.record(row["sourced_id"])
        policy = single.get(entry, general)
        push_id = find_editor(later, (row["line_item"], row["student"]), now).push_id
        editor = Editor(push_id, _FIRST) if push_id else SOMEBODY
        change = restore(row, now, dialect=snapshot.dialect, on_conflict=policy, editor=editor)
        if push_id and row["state"] not in WRITTEN:
            change = _leave_to(push_id, change)
        elif row["state"] not in WRITTEN:
            change = warn(change, _UNLIKE if row["reason"] == NOT_AS_SENT else _UNSURE)
        rows[entry] = {**row, **change.to_columns()}
    for entry, row in _rows(refused_entries(receipt)):
        if (left := _written_by_another(row, existing, later)) is not None:
            rows[entry] = left
    entries = sorted(rows)
    columns = {name: [rows[entry][name] for entry in entries] for name in CHANGE_COLUMNS}
    changes = make_changes(columns, entries)
    return Plan(snapshot.environment, snapshot.dialect, changes, general, undo_of=receipt.push_id)


#: The reason of an entry that is left as it is, because another push of ours wrote what is there.
BY_OWN_PUSH = "written-by-own-push"
#: What can be done first where another push of ours changed a grade since.
_FIRST = "take that one back first (in history.ipynb, or with `gradetools undo`)"


def index_later_pushes(than: str, last_sent: pd.DataFrame | None) -> Pushes:
    """Give what other pushes than one sent last."""
    if last_sent is None or "push_id" not in last_sent:
        return {}
    names = ("line_item", "student", "record", "push_id")
    rows = zip(*(last_sent[name].tolist() for name in names), strict=True)
    return {row[:2]: row[2:] for row in rows if row[2] is not None and row[3] != than}


def _written_by_another(
    row: Mapping[str, Any], existing: Existing, later: Pushes
) -> dict[str, Any] | None:
    """Give an entry that the gradebook refused and that another push of ours wrote, as one to leave; None for others."""
    text, push_id = later.get((row["line_item"], row["student"]), (None, ""))
    sent = parse(text)
    if sent is None or not push_id:
        return None
    sourced_id = str(sent["sourcedId"])
    now = existing.record(sourced_id)
    if not is_active(now) or differences(now, sent):
        return None
    change = Change("skip", sourced_id, now)
    return {**row, **_leave_to(push_id, change).to_columns()}


def _leave_to(push_id: str, change: Change) -> Change:
    """Leave what another push of ours wrote, where this one did not or may not have."""
    told = f"Your push {push_id} wrote it, not this one; take that one back."
    return Change("skip", change.sourced_id, change.before, None, BY_OWN_PUSH, told)


def written_entries(receipt: Receipt) -> pd.DataFrame:
    """Give the entries that a push wrote or may have written; what the gradebook refused is not among them.

    Of a push that was killed, those that count as unsent are among them: it may have died between
    a PUT and its record; and of another what was sent and never answered for.
    """
    entries = receipt.entries
    maybe = {*_MAY_HAVE_WRITTEN, *(["unsent"] if receipt.finished is None else [])}
    refused = entries.index.isin(refused_entries(receipt).index)
    written = entries["state"].isin(maybe) | (entries["reason"] == MAYBE_SENT)
    return entries[written & entries["after"].notna() & ~refused]


def refused_entries(receipt: Receipt) -> pd.DataFrame:
    """Give the entries of which it is sure that the push left the gradebook as it was, although they were to be written."""
    entries = receipt.entries
    refused = (entries["state"] == "failed") & entries["reason"].isin(_LEFT_ALONE)
    return entries[refused & entries["after"].notna()]


def restore(
    row: Mapping[str, Any],
    now: Record | None,
    *,
    dialect: str,
    on_conflict: OnConflict,
    editor: Editor = SOMEBODY,
) -> Change:
    """Decide how one written entry is taken back.

    Args:
        row: the entry: `sourced_id`, and as record text `before`, `after`, `stored`.
        now: what the gradebook holds.
        dialect: "timeback" or "oneroster".
        on_conflict: as in `make_undo_plan`.
        editor: whose edit it is, where it was changed since.
    """
    sourced_id, before, after = row["sourced_id"], parse(row["before"]), parse(row["after"])
    if now is None and before is None:
        told = "The gradebook does not hold it."
        return Change("unchanged", sourced_id, None, None, "not-there", told)
    # A result that is gone either way is restored, whatever else its record says.
    gone = not is_active(before) and not is_active(now)
    if gone or not differences(now, before):
        told = "It is as it was before the push."
        return Change("unchanged", sourced_id, now, None, "already-restored", told)
    if before is None:
        target = {**(now or {}), "status": "tobedeleted"}
    else:
        # Whatever a PUT must have and the old record lacked is filled in.
        target = merge(before, {}, date=str((after or {}).get("scoreDate")))
    action = "create" if is_active(target) and not is_active(now) else "update"
    change = to_write(action, sourced_id, now, target, dialect=dialect)
    left = [after, parse(row["stored"])]
    ours = any(one is not None and not differences(now, one) for one in left)
    if ours or change.action == "blocked":
        return change
    reason = "changed-since-push"
    return dispute(change, after, "since this push", reason, on_conflict, editor=editor)


def _where_it_went(row: Mapping[str, Any], existing: Existing) -> Mapping[str, Any]:
    """Follow an entry to the id it has, where a killed push took the next one and could not note it."""
    noted = row["state"] != "unsent" and row["reason"] != "outcome-unknown"
    if noted or is_active(parse(row["before"])):
        return row
    grade = row["line_item"], row["student"]
    for sourced_id in next_ids(existing.environment, *grade, row["sourced_id"]):
        after = {**(parse(row["after"]) or {}), "sourcedId": sourced_id}
        if is_active(now := existing.record(sourced_id)) and not differences(now, after):
            return {**row, "sourced_id": sourced_id, "before": None, "after": compact(after)}
    return row


def _rows(entries: pd.DataFrame) -> Iterator[tuple[int, dict[str, Any]]]:
    names = list(entries.columns)
    columns = [
        [None if value is pd.NA else value for value in entries[name].tolist()] for name in names
    ]
    for entry, *values in zip(entries.index.tolist(), *columns, strict=True):
        yield int(entry), dict(zip(names, values, strict=True))
