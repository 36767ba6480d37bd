"""Results asked for by id: lists lag behind a write, and show one class; a GET by id does neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from gradetools.errors import PlanError
from gradetools.gradebook import Gradebook
from gradetools.journal import open_journal
from gradetools.plan import (
    WRITES,
    OnConflict,
    Plan,
    make_retry_plan,
    make_undo_plan,
    retried_entries,
    written_entries,
)
from gradetools.receipt import Receipt
from gradetools.snapshot import RESULT_COLUMNS, Snapshot, make_table, result_row


def plan_undo(receipt: Receipt, gradebook: Gradebook, *, on_conflict: OnConflict = "stop") -> Plan:
    """Read what the gradebook holds of a push's grades now, and plan how to take them back.

    What seems to need no undo, or to be changed by others, is asked for by id before that is
    believed. Nothing is written.

    Raises:
        PlanError: the push wrote nothing, or went to another gradebook.
        GradebookError: the gradebook cannot be read.
    """
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


def plan_retry(receipt: Receipt, gradebook: Gradebook, *, on_conflict: OnConflict = "stop") -> Plan:
    """Read what the gradebook holds now of what a push could not write, and plan to write that.

    What is blocked wants another sheet, and what is unsent a resume; neither is part of it. Nothing is written.

    Raises:
        PlanError: nothing failed, or the push went to another gradebook.
        GradebookError: the gradebook cannot be read.
    """
    retried = retried_entries(receipt)
    class_ids = sorted(filter(None, set(retried["class_id"])))
    if not class_ids:
        raise PlanError(f"The push {receipt.push_id} has nothing that is worth another try.")
    snapshot = gradebook.take_snapshot(class_ids)
    # Lists lag behind a write, and these were written at, if in vain.
    snapshot = with_records(snapshot, gradebook, retried["sourced_id"].tolist())
    return make_retry_plan(receipt, snapshot, on_conflict=on_conflict)


def with_records(snapshot: Snapshot, gradebook: Gradebook, sourced_ids: Sequence[str]) -> Snapshot:
    """Give a snapshot that knows these results as a GET by id shows them."""
    found = [gradebook.get_record(sourced_id) for sourced_id in dict.fromkeys(sourced_ids)]
    rows = make_table([result_row(each) for each in found if each is not None], RESULT_COLUMNS)
    others = snapshot.results[~snapshot.results["sourced_id"].isin(list(sourced_ids))]
    return replace(snapshot, results=pd.concat([others, rows], ignore_index=True))
