"""Results asked for by id: lists lag behind a write, and show one class; a GET by id does neither."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from gradetools.checks import Checked
from gradetools.dialects import Record, differences, parse
from gradetools.errors import JournalError, PlanError
from gradetools.gradebook import Gradebook
from gradetools.journal import open_journal
from gradetools.plan import (
    WRITES,
    Change,
    Decisions,
    Editor,
    Plan,
    Pushes,
    dispute,
    find_editor,
    index_last_sent,
    index_later_pushes,
    is_active,
    make_plan,
    make_retry_plan,
    make_undo_plan,
    retried_entries,
    written_entries,
)
from gradetools.push.guards import check_receipt
from gradetools.push.write import Task, unlike
from gradetools.receipt import Receipt
from gradetools.snapshot import RESULT_COLUMNS, Snapshot, make_table, result_row

#: So many results are asked for by id before a list that does not show them is believed.
_BATCH = 200


class OwnPushes:
    """What pushes of our own sent last to a gradebook, to tell them from others; read when it is first asked for, in any thread."""

    def __init__(self, gradebook: Gradebook) -> None:
        self._gradebook = gradebook
        self._lock = threading.Lock()
        self._pushes: Pushes | None = None

    def find_editor(self, task: Task, held: Record | None) -> Editor:
        """Say whose change of an entry it is that is there now; somebody's where the journal cannot be read."""
        with self._lock:
            if self._pushes is None:
                self._pushes = self._read()
        line_item, student = (task.after[name]["sourcedId"] for name in ("lineItem", "student"))
        return find_editor(self._pushes, (str(line_item), str(student)), held)

    def _read(self) -> Pushes:
        environment, settings = self._gradebook.environment, self._gradebook.settings
        try:
            with open_journal(environment, settings.data_dir) as journal:
                return index_later_pushes("", journal.last_sent())
        except JournalError:
            return {}


def plan_entries(
    checked: Checked,
    snapshot: Snapshot,
    gradebook: Gradebook,
    *,
    on_conflict: Decisions = "stop",
) -> Plan:
    """Plan a checked sheet against what the gradebook holds and what was last sent to it, without writing anything.

    What we sent and the snapshot does not show is asked for by id before it is believed to be gone: lists lag behind a
    write. Everything else is `make_plan`'s, and needs no request.

    Args:
        checked: as for `make_plan`.
        snapshot: as for `make_plan`.
        gradebook: where the snapshot was taken; its journal says what was last sent.
        on_conflict: as for `make_plan`.

    Raises:
        GradebookError: the gradebook cannot be read.
    """
    with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
        last_sent = journal.last_sent()
    plan = make_plan(checked, snapshot, last_sent=last_sent, on_conflict=on_conflict)
    complete = with_missed(snapshot, gradebook, plan, last_sent)
    if complete is snapshot:
        return plan
    return make_plan(checked, complete, last_sent=last_sent, on_conflict=on_conflict)


def with_missed(
    snapshot: Snapshot, gradebook: Gradebook, plan: Plan, last_sent: pd.DataFrame
) -> Snapshot:
    """Give a snapshot that also knows what we sent for the plan's grades and the lists do not show yet.

    As long as any of a batch is there, the next is asked for; grades that somebody removed by the thousand are not.
    """
    # Not the blank cells, of which a plan does not know what is there.
    wanted = plan.changes["action"].isin(["create", "conflict", "unchanged"])
    changes = plan.changes[wanted | plan.kept]
    new = [not is_active(parse(before)) for before in changes["before"]]
    grades = zip(changes["line_item"][new], changes["student"][new], strict=True)
    sent = index_last_sent(last_sent)
    found = (parse(sent[grade]) for grade in grades if grade in sent)
    missed = [str(record["sourcedId"]) for record in found if record]
    for start in range(0, len(missed), _BATCH):
        batch = missed[start : start + _BATCH]
        before, snapshot = snapshot, with_records(snapshot, gradebook, batch)
        if not snapshot.results["sourced_id"].isin(batch).any():
            return before
    return snapshot


def plan_undo(receipt: Receipt, gradebook: Gradebook, *, on_conflict: Decisions = "stop") -> Plan:
    """Read what the gradebook holds of a push's grades now, and plan how to take them back.

    What seems to need no undo, or to be changed by others, is asked for by id before that is
    believed. Nothing is written.

    Raises:
        PlanError: the push wrote nothing, or went to another gradebook.
        GradebookError: the gradebook cannot be read.
    """
    check_receipt(receipt)
    written = written_entries(receipt)
    class_ids = sorted(filter(None, set(written["class_id"])))
    if not class_ids:
        raise PlanError(f"The push {receipt.push_id} wrote nothing; there is nothing to take back.")
    snapshot = gradebook.take_snapshot(class_ids)
    with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
        last_sent = journal.last_sent()
    plan = make_undo_plan(receipt, snapshot, last_sent=last_sent, on_conflict=on_conflict)
    doubted = plan.changes.loc[~plan.changes["action"].isin(WRITES), "sourced_id"].tolist()
    if not doubted:
        return plan
    snapshot = with_records(snapshot, gradebook, doubted)
    return make_undo_plan(receipt, snapshot, last_sent=last_sent, on_conflict=on_conflict)


def plan_retry(receipt: Receipt, gradebook: Gradebook, *, on_conflict: Decisions = "stop") -> Plan:
    """Read what the gradebook holds now of what a push could not write, and plan to write that.

    What is blocked wants another sheet, and what is unsent a resume; neither is part of it. Nothing is written.

    Raises:
        PlanError: nothing failed, or the push went to another gradebook.
        GradebookError: the gradebook cannot be read.
    """
    check_receipt(receipt)
    retried = retried_entries(receipt)
    class_ids = sorted(filter(None, set(retried["class_id"])))
    if not class_ids:
        raise PlanError(
            f"The push {receipt.push_id} has nothing that failed; what is blocked is corrected in the sheet, which is then imported again."
        )
    snapshot = gradebook.take_snapshot(class_ids)
    # Lists lag behind a write, and these were written at, if in vain.
    snapshot = with_records(snapshot, gradebook, retried["sourced_id"].tolist())
    with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
        last_sent = journal.last_sent()
    return make_retry_plan(receipt, snapshot, last_sent=last_sent, on_conflict=on_conflict)


def look_at_rest(plan: Plan, left: Sequence[int], gradebook: Gradebook) -> Plan:
    """Read what the gradebook holds now of what is left of an unfinished push, and give that as going on would find it.

    It is there to be looked at: what is gone on with is the plan that was made. Nothing is written.

    Args:
        plan: of the push.
        left: its entries that have no sure outcome yet (`Journal.unsent`).
        gradebook: where it goes.

    Raises:
        GradebookError: the gradebook cannot be read.
    """
    rest = replace(plan, changes=plan.changes.loc[sorted(left)].copy())
    class_ids = sorted(filter(None, set(rest.changes["class_id"])))
    if not class_ids:
        return rest
    snapshot = gradebook.take_snapshot(class_ids)
    doubted = [change.sourced_id for _, change, _ in _find_moved(rest, snapshot)]
    # Lists lag behind a write, and some of this may have been written.
    snapshot = with_records(snapshot, gradebook, doubted) if doubted else snapshot
    own = OwnPushes(gradebook)
    for entry, change, before in _find_moved(rest, snapshot):
        task = Task(entry, change.sourced_id, before, change.after or {})
        if unlike(task, change.before):
            judged = dispute(
                change,
                before,
                "since the preview",
                "changed-since-plan",
                plan.on_conflict,
                editor=own.find_editor(task, change.before),
            )
        else:
            told = "The gradebook holds it already."
            judged = replace(
                change,
                action="unchanged",
                after=change.before,
                reason="already-there",
                message=told,
            )
        for name, value in judged.to_columns().items():
            rest.changes.at[entry, name] = value  # type: ignore[assignment]  # text or a truth, by the column
    return rest


def _find_moved(plan: Plan, snapshot: Snapshot) -> Iterator[tuple[int, Change, Record | None]]:
    """Find the changes whose grade is no longer as the plan found it: entry, the change with what is there, and what was."""
    held = dict(zip(snapshot.results["sourced_id"], snapshot.results["record"], strict=True))
    writes = plan.changes[plan.changes["action"].isin(WRITES)]
    columns = (writes[name].tolist() for name in ("action", "sourced_id", "before", "after"))
    for entry, action, sourced_id, was, wanted in zip(writes.index.tolist(), *columns, strict=True):
        now, before = parse(held.get(sourced_id)), parse(was)
        if differences(now, before):
            yield entry, Change(action, sourced_id, now, parse(wanted)), before


def with_records(snapshot: Snapshot, gradebook: Gradebook, sourced_ids: Sequence[str]) -> Snapshot:
    """Give a snapshot that knows these results as a GET by id shows them."""
    found = [gradebook.get_record(sourced_id) for sourced_id in dict.fromkeys(sourced_ids)]
    rows = make_table([result_row(each) for each in found if each is not None], RESULT_COLUMNS)
    others = snapshot.results[~snapshot.results["sourced_id"].isin(list(sourced_ids))]
    return replace(snapshot, results=pd.concat([others, rows], ignore_index=True))
