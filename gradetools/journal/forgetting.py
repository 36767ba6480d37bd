"""Forgetting: the grades of a push are erased from the journal, and the push stays in the list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from gradetools.errors import JournalError
from gradetools.journal.folder import find_push, open_journal
from gradetools.journal.record import Journal
from gradetools.receipt import PushSummary


def forget_push(
    push_id: str, data_dir: Path, *, now: dt.datetime | None = None
) -> list[PushSummary]:
    """Erase from the journal the grades of a push and of its undos: before and after, names, texts.

    The gradebook keeps what it holds, and receipts stay where they are. The push is still listed, with its counts, and
    can be neither undone nor resumed. Pushing the same grades again doubles nothing, for ids are derived;
    only what others changed of them in between is not noticed.

    Args:
        push_id: which; one that is forgotten already may be given again.
        data_dir: the data folder (`Settings.data_dir`).
        now: when; by default now.

    Returns:
        What was forgotten: the push and those that took it back, with what is left of them.

    Raises:
        JournalError: there is no such push, or the file could not be cleared of it.
        PushRunningError: a push to the same environment is under way.
    """
    with open_journal(find_push(push_id, data_dir), data_dir) as journal, journal.lock():
        push_ids = journal.with_undos(push_id)
        if not journal.forget(push_ids, now=now or dt.datetime.now(dt.UTC)):
            raise JournalError(
                f"The push {push_id} is forgotten, but another program has {journal.path.name} open, so that traces of "
                "its grades may be left in it; close that program and forget the push again."
            )
        return [journal.read_summary(each) for each in push_ids]


def list_forgettable(push_id: str, data_dir: Path) -> list[PushSummary]:
    """List what forgetting a push would forget: it and those that took it back, itself first.

    Raises:
        JournalError: there is no such push.
    """
    with open_journal(find_push(push_id, data_dir), data_dir) as journal:
        return [journal.read_summary(each) for each in journal.with_undos(push_id)]


def forget_older(journal: Journal, keep_days: int | None, *, now: dt.datetime) -> None:
    """Erase the grades of pushes that ended more than so many days ago; None keeps all of them."""
    if keep_days is None:
        return
    push_ids = journal.list_ended(before=now - dt.timedelta(days=keep_days))
    journal.forget(push_ids, now=now)


def tell_loss(pushes: Sequence[PushSummary], retries: Sequence[PushSummary] = ()) -> str:
    """Say what is lost when pushes are forgotten, the first with those that took it back, and that its retries are not."""
    first, losing = pushes[0], [push for push in pushes if not push.forgotten]
    if not losing:
        return f"The push {first.push_id} is forgotten already; only its counts are left."
    it, its = ("It", "its") if len(losing) == 1 else ("They", "their")
    resumed = " or resumed" if any(push.status == "unfinished" for push in losing) else ""
    kept = ", ".join(each.push_id for each in retries if not each.forgotten)
    kept = (
        f" What tried some of it again keeps its grades, until it is forgotten itself: {kept}."
        if kept
        else ""
    )
    rows = sum(push.rows for push in losing)
    entries = "1 entry" if rows == 1 else f"{rows:,} entries"
    return (
        f"{_tell_pushes(first, losing)} What the journal has of {its} {entries} goes: grades before and after, names, "
        f"texts, the note{'s' if its == 'their' else ''}. {it} can no longer be undone{resumed}, and when these grades are "
        f"pushed the next time, nobody can tell whether somebody else changed them meanwhile.{kept} The gradebook keeps its "
        "grades; files of a receipt are yours to delete."
    )


def _tell_pushes(first: PushSummary, losing: Sequence[PushSummary]) -> str:
    """Say which pushes lose their grades: the one that was named, and what took it back."""
    others = [push.push_id for push in losing if push is not first]
    told = "This erases the grades of"
    if not others:
        return f"{told} push {first.push_id} from this machine."
    which = "the one that took it back" if len(others) == 1 else f"the {len(others)} that took it back or put it back"  # fmt: skip
    if first.forgotten:
        return (
            f"The push {first.push_id} is forgotten already. {told} {which}: {', '.join(others)}."
        )
    return f"{told} {len(losing)} pushes from this machine: {first.push_id} and {which}, {', '.join(others)}."
