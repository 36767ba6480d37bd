"""A retry is a plan: what a push could not write is asked for again, against what the gradebook holds now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gradetools.dialects import Record, canonical, differences, parse
from gradetools.errors import PlanError
from gradetools.plan.dispute import (
    OWN_PUSH,
    SINCE_SENT,
    SOMEBODY,
    Decisions,
    Editor,
    OnConflict,
    ask_again,
    dispute,
    split_decisions,
)
from gradetools.plan.existing import Existing, index_last_sent
from gradetools.plan.make import warn
from gradetools.plan.merge import Change, is_active, to_write
from gradetools.plan.undo import index_later_pushes
from gradetools.plan.value import CHANGE_COLUMNS, Plan, make_changes
from gradetools.receipt import OPEN_REASONS, Receipt
from gradetools.snapshot import Snapshot

#: The states that are worth another try; what is blocked wants another sheet, and what is unsent a resume.
RETRIED = ("failed", "conflict")
#: The reason of a conflict that came up while writing; every other was there when the push was planned.
_SEEN_WHILE_WRITING = "changed-since-plan"
#: The reason of a grade that was set since to what the push neither found nor left there.
_SINCE_PUSH = "changed-since-push"
_SINCE, _SINCE_PREVIEW = "since this push", "after this was previewed"
#: What a grade that is there has already.
_IDENTITY = ("sourcedId", "lineItem", "student", "class")


def make_retry_plan(
    receipt: Receipt,
    snapshot: Snapshot,
    *,
    last_sent: pd.DataFrame | None = None,
    on_conflict: Decisions = "stop",
) -> Plan:
    """Decide how to write what a push could not, as a plan with its own preview.

    Only the fields that the push would have changed are changed; what is there meanwhile is left alone. A conflict that
    was seen before the push, and left out of it, is still one: nobody has decided it.

    Args:
        receipt: of the push whose failed entries and conflicts are tried again; it may be an undo.
        snapshot: what the server has now, of the same classes.
        last_sent: what we sent last (`Journal.last_sent`), to say what others changed since, and what a later push of
            our own did.
        on_conflict: "stop" marks what was changed, "ours" writes over it, "theirs" leaves it; for all, or by entry.

    Returns:
        A `Plan` with one change per entry that is `failed` or `conflict` and was to be written.

    Raises:
        PlanError: the snapshot is of another environment.
    """
    if receipt.environment != snapshot.environment:
        raise PlanError(
            f"This push went to {receipt.environment.name}, not to {snapshot.environment.name}; connect there to retry."
        )
    existing, sent = Existing.of(snapshot), index_last_sent(last_sent)
    later = index_later_pushes(receipt.push_id, last_sent)
    entries, (general, single) = retried_entries(receipt), split_decisions(on_conflict)
    rows = []
    for entry, row in zip(entries.index, entries.to_dict(orient="records"), strict=True):
        ours = parse(sent.get((row["line_item"], row["student"])))
        policy = single.get(int(entry), general)
        text, push_id = later.get((row["line_item"], row["student"]), (None, ""))
        other = _OtherPush(text, push_id, receipt.push_id)
        change = _again(row, existing, ours, other, dialect=snapshot.dialect, on_conflict=policy)
        rows.append(row | dict(change.to_columns()))
    columns = {name: [row[name] for row in rows] for name in CHANGE_COLUMNS}
    changes = make_changes(columns, [int(entry) for entry in entries.index])
    return Plan(snapshot.environment, snapshot.dialect, changes, general, undo_of=receipt.undo_of)


@dataclass(frozen=True)
class _OtherPush:
    """What another push of ours sent last for a grade: record text, the push ("" for none), and the push that is retried."""

    text: str | None
    push_id: str
    than: str

    def find_editor(self, row: Mapping[Any, Any], now: Record | None) -> tuple[Editor, str]:
        """Say who set what is there now, and since when that is: it may have been between the preview and the push."""
        if self.push_id and not differences(now, parse(self.text)):
            # Their ids tell when they began, to the second: `20261127-125529-58047c`.
            began, than = (each.rpartition("-")[0] for each in (self.push_id, self.than))
            if began > than or (began == than and row["state"] == "failed"):
                return Editor(self.push_id), _SINCE
            if row["reason"] == _SEEN_WHILE_WRITING:
                return Editor(self.push_id), _SINCE_PREVIEW
        return SOMEBODY, _SINCE


def retried_entries(receipt: Receipt) -> pd.DataFrame:
    """Give the entries of a push that a retry would take up; what going on with it takes up is not among them."""
    entries = receipt.entries
    failed = entries["state"].isin(RETRIED) & entries["after"].notna()
    if receipt.status != "done":
        failed &= ~entries["reason"].isin(OPEN_REASONS)
    return entries[failed]


def _again(
    row: Mapping[Any, Any],
    existing: Existing,
    sent: Record | None,
    other: _OtherPush,
    *,
    dialect: str,
    on_conflict: OnConflict,
) -> Change:
    """Decide what another try would do with one entry."""
    before, after = _record(row["before"]), _record(row["after"]) or {}
    sourced_id, now = str(row["sourced_id"]), existing.record(str(row["sourced_id"]))
    if not is_active(now):
        # Somebody may have made one for the same grade meanwhile: it keeps its id.
        found = existing.find(row["line_item"], row["student"])
        if isinstance(found, Change):
            return found
        if is_active(found[1]):
            sourced_id, now = found
    gone = not is_active(now) and not is_active(after)
    if gone or (now is not None and not differences({**after, "sourcedId": sourced_id}, now)):
        told = "The gradebook holds it already."
        return Change("unchanged", sourced_id, now, None, "already-there", told)
    changed = differences(before if is_active(before) else None, after)
    if is_active(now):
        changed = [name for name in changed if name not in _IDENTITY]
    target = _target(now, after, changed) | {"sourcedId": sourced_id}
    action = "create" if is_active(target) and not is_active(now) else "update"
    change = to_write(action, sourced_id, now, target, dialect=dialect)
    stored = _record(row["stored"])
    if change.action == "blocked":
        return change
    # Who removes a grade removes all of it: an edit of anything in it would go with it.
    watched = changed if is_active(after) else None
    editor, since = other.find_editor(row, now)
    if row["state"] == "conflict" and row["reason"] != _SEEN_WHILE_WRITING:
        return _ask_again(row, change, sent, watched, on_conflict, editor)
    if not _disputed(now, (before, stored, after), watched):
        return warn(change, _tell_beside(row, before, now, editor))
    return dispute(change, stored or before, since, _SINCE_PUSH, on_conflict, editor=editor)


def _tell_beside(
    row: Mapping[Any, Any], before: Record | None, now: Record | None, editor: Editor
) -> str:
    """Say of a conflict what somebody changed beside the fields that are written: it was promised that both are seen."""
    if row["state"] != "conflict" or not (is_active(before) and is_active(now)):
        return ""
    if not differences(before, now):
        return ""
    return f"{editor.tell(before, now, _SINCE_PREVIEW)}; that stays."


def _ask_again(
    row: Mapping[Any, Any],
    change: Change,
    sent: Record | None,
    watched: list[str] | None,
    on_conflict: OnConflict,
    editor: Editor,
) -> Change:
    """Give what becomes of a conflict that the push was made with: the grade that it found was somebody's edit already."""
    now = change.before
    if sent is not None and row["reason"] != OWN_PUSH:
        if not _disputed(now, (sent,), watched):
            if not editor.push_id:
                return change  # there is again what we sent
            # Another push of ours has decided it since; that is not written over as if it were over.
            found = _record(row["before"])
            return dispute(change, found, _SINCE, _SINCE_PUSH, on_conflict, editor=editor)
        return dispute(change, sent, SINCE_SENT, row["reason"], on_conflict)
    return ask_again(change, row["reason"], row["message"], on_conflict)


def _target(now: Record | None, after: Record, changed: list[str]) -> Record:
    """Carry over what is there, and change what the push would have changed."""
    if now is None or not is_active(now):
        return dict(after)
    wanted = {name: after.get(name) for name in changed}
    return {name: value for name, value in {**now, **wanted}.items() if value is not None}


def _disputed(
    now: Record | None, known: tuple[Record | None, ...], watched: list[str] | None
) -> list[str]:
    """Name the fields that somebody else has set to what neither the push found nor left there.

    Args:
        now: what is there.
        known: what was there, or was left there, by what we know.
        watched: the fields that are to be written; None looks at all.
    """
    before = known[0]
    if is_active(before) and not is_active(now):
        return ["status"]
    held = canonical(now) if is_active(now) else {}
    ours = [canonical(one) if is_active(one) else {} for one in known]
    names = sorted({*held, *(name for one in ours for name in one)}) if watched is None else watched
    return [name for name in names if all(held.get(name) != one.get(name) for one in ours)]


def _record(text: Any) -> Record | None:  # noqa: ANN401 - text, or whatever stands for none in a table
    return parse(text) if isinstance(text, str) else None
