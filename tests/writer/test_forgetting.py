"""Forgetting a push: its grades are gone from the disk, and nothing else is worse for it."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterator

import pytest
from desk import Desk

import gradetools as gt
from gradetools.errors import JournalError, PushRunningError
from gradetools.journal import Journal, list_forgettable, open_journal, tell_loss

REMARK = "Plainly invented remark 7316."
DAYS = dt.timedelta(days=1)


@pytest.fixture
def journal(desk: Desk) -> Iterator[Journal]:
    """Open the journal of the desk's gradebook."""
    with open_journal(desk.gradebook.environment, desk.gradebook.settings.data_dir) as opened:
        yield opened


def push(desk: Desk, column: str, *scores: str, **options: object) -> gt.Receipt:
    """Push a sheet of one column."""
    return desk.push(desk.plan(desk.sheet(column, *scores)), **options)


def forget(desk: Desk, push_id: str) -> list[str]:
    """Forget a push, and name what was forgotten."""
    return [one.push_id for one in gt.forget_push(push_id, desk.gradebook.settings.data_dir)]


def traces(desk: Desk, *words: str) -> list[str]:
    """Name the words that are left in any file of the journals."""
    folder = desk.gradebook.settings.data_dir / "journal"
    held = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    return [word for word in words if word.encode() in held]


def test_nothing_of_a_forgotten_push_is_left_on_the_disk(desk: Desk) -> None:
    """Names, ids, texts, note, sheet's name and grades of a forgotten push are in no byte of the journal's files."""
    kept = push(desk, "Quiz 1", "9")
    column = "Midterm,Midterm comment"
    receipt = push(desk, column, f"41.25,{REMARK}", "52.5,", note="for Ada 4711")
    undo = desk.push(gt.plan_undo(receipt, desk.gradebook))
    ids = receipt.entries["sourced_id"].tolist()
    words = [REMARK, "41.25", "for Ada 4711", "sheet-2.csv", "algebra-midterm", *ids]
    assert traces(desk, *words) == words
    assert forget(desk, receipt.push_id) == [receipt.push_id, undo.push_id]
    assert traces(desk, *words) == []
    assert traces(desk, "algebra-quiz-1", kept.push_id) == ["algebra-quiz-1", kept.push_id]
    assert desk.undo(kept).writes == 1


def test_what_was_freed_before_is_gone_too(desk: Desk, journal: Journal) -> None:
    """Pages of the file that an earlier writer freed and did not overwrite hold nothing after a push is forgotten."""
    receipt = push(desk, "Midterm", "41")
    with contextlib.closing(sqlite3.connect(journal.path)) as db:
        db.execute("PRAGMA secure_delete=OFF")
        for message in (REMARK * 1000, ""):
            with db:
                db.execute("UPDATE entries SET message = ?", (message,))
    assert traces(desk, REMARK) == [REMARK]
    forget(desk, receipt.push_id)
    assert traces(desk, REMARK) == []


def test_a_forgotten_push_is_still_listed(desk: Desk) -> None:
    """The list shows a forgotten push with its counts, its time and who it was, marked as forgotten."""
    receipt = push(desk, "Midterm", "41", "52", "")
    forget(desk, receipt.push_id)
    (listed,) = gt.list_pushes(desk.gradebook.settings.data_dir)
    assert (listed.standing, listed.states["created"], listed.rows) == ("forgotten", 2, 3)
    assert (listed.started, listed.system_user) == (receipt.started, receipt.system_user)
    assert forget(desk, receipt.push_id) == [receipt.push_id]


def test_a_forgotten_push_can_neither_be_undone_nor_resumed(desk: Desk, journal: Journal) -> None:
    """Undo and resume of a forgotten push are refused in one sentence that says so."""
    plan = desk.plan(desk.sheet("Midterm", "41", "52"))
    push_id = journal.begin(plan, client_id="x", note="", now=desk.gradebook.clock())
    forget(desk, push_id)
    with pytest.raises(JournalError, match=r"was forgotten on .*neither undone nor resumed"):
        journal.read_receipt(push_id)
    with pytest.raises(JournalError, match="was forgotten"):
        desk.push(plan, resume=push_id)
    assert desk.puts() == 0


def test_all_that_is_erased_is_named_before(desk: Desk) -> None:
    """How many pushes lose their grades is said first, with their ids: the push, its undo and what took that back."""
    data_dir = desk.gradebook.settings.data_dir
    first = push(desk, "Midterm", "41", "52")
    told = tell_loss(list_forgettable(first.push_id, data_dir))
    assert told.startswith(f"This erases the grades of push {first.push_id} from this machine.")
    undo = desk.push(gt.plan_undo(first, desk.gradebook))
    redo = desk.push(gt.plan_undo(undo, desk.gradebook))
    told = tell_loss(list_forgettable(first.push_id, data_dir))
    assert (
        f"the grades of 3 pushes from this machine: {first.push_id} and the 2 that took it back or put it back, "
        f"{undo.push_id}, {redo.push_id}." in told
    )
    assert "of their 6 entries" in told
    assert "They can no longer be undone" in told
    forget(desk, redo.push_id)
    told = tell_loss(list_forgettable(first.push_id, data_dir))
    assert f"2 pushes from this machine: {first.push_id} and the one that took it back, {undo.push_id}." in told  # fmt: skip


def test_forgetting_doubles_nothing(desk: Desk) -> None:
    """The same sheet after its push was forgotten changes nothing; after an undo it comes back under the same id."""
    first = push(desk, "Midterm", "41", "52")
    forget(desk, first.push_id)
    again = push(desk, "Midterm", "41", "52")
    assert again.states["unchanged"] == 2
    second = push(desk, "Midterm", "43", "52")
    undone = desk.push(gt.plan_undo(second, desk.gradebook))
    forget(desk, second.push_id)
    assert undone.ok
    third = push(desk, "Midterm", "43", "52")
    assert third.states["updated"] == 1
    assert len(desk.results("algebra-midterm")) == 2


def test_forgetting_makes_no_false_conflict(desk: Desk) -> None:
    """What an older push sent is no longer what was sent last, when the push after it is forgotten."""
    push(desk, "Midterm", "41", "52")
    second = push(desk, "Midterm", "43", "")
    forget(desk, second.push_id)
    third = desk.plan(desk.sheet("Midterm", "45", "54"))
    assert (third.counts["update"], third.counts["conflict"]) == (2, 0)
    # The grade that the forgotten push did not touch is still watched.
    desk.change("algebra-midterm", 2, score=1)
    assert desk.plan(desk.sheet("Midterm", "45", "54")).counts["conflict"] == 1


def test_forgetting_an_undo_makes_no_false_conflict(desk: Desk) -> None:
    """After an undo was forgotten, what it took away counts as nobody's doing."""
    first = push(desk, "Midterm", "41")
    undo = desk.push(gt.plan_undo(first, desk.gradebook))
    forget(desk, undo.push_id)
    assert desk.plan(desk.sheet("Midterm", "43")).counts["create"] == 1


def test_forgetting_an_older_push_leaves_the_later_watched(desk: Desk) -> None:
    """What others change of a grade is a conflict still, when only an older push of it was forgotten."""
    first = push(desk, "Midterm", "41")
    push(desk, "Midterm", "43")
    forget(desk, first.push_id)
    desk.change("algebra-midterm", 1, score=1)
    assert desk.plan(desk.sheet("Midterm", "45")).counts["conflict"] == 1


def test_the_order_of_pushes_outlives_forgetting(desk: Desk) -> None:
    """After the file was written anew, the last push is still the last."""
    receipts = [push(desk, "Midterm", score) for score in ("41", "42", "43")]
    forget(desk, push(desk, "Quiz 1", "9").push_id)
    listed = gt.list_pushes(desk.gradebook.settings.data_dir)
    assert [one.push_id for one in reversed(listed)][:3] == [one.push_id for one in receipts]
    assert desk.plan(desk.sheet("Midterm", "44")).counts["conflict"] == 0


def test_a_running_push_is_not_forgotten(desk: Desk, journal: Journal) -> None:
    """While a push to the environment is under way, none of its pushes can be forgotten."""
    receipt = push(desk, "Midterm", "41")
    with journal.lock(), pytest.raises(PushRunningError):
        forget(desk, receipt.push_id)
    assert journal.read_receipt(receipt.push_id).states["created"] == 1


def test_a_journal_in_use_is_said_and_swept_later(desk: Desk) -> None:
    """Where another program reads the journal, forgetting says that traces may be left, and done again it leaves none."""
    receipt = push(desk, "Midterm,Midterm comment", f"41.25,{REMARK}")
    (path,) = (desk.gradebook.settings.data_dir / "journal").glob("*.sqlite3")
    with sqlite3.connect(path) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM pushes").fetchone()
        with pytest.raises(JournalError, match="close that program and forget the push again"):
            forget(desk, receipt.push_id)
        assert traces(desk, REMARK) == [REMARK]
    other.close()
    forget(desk, receipt.push_id)
    assert traces(desk, REMARK) == []


def test_old_grades_are_forgotten_when_asked(desk: Desk) -> None:
    """With `keep_days`, the next push erases what ended longer ago; what is unfinished or younger stays."""
    settings = desk.gradebook.settings
    start = desk.gradebook.clock()
    old = push(desk, "Midterm,Midterm comment", f"41.25,{REMARK}")
    with open_journal(desk.gradebook.environment, settings.data_dir) as journal:
        killed = journal.begin(
            desk.plan(desk.sheet("Quiz 1", "9")), client_id="x", note="", now=start
        )
    keeping = settings.model_copy(update={"keep_days": 30})
    for days, standing in ((29, "done"), (31, "forgotten")):
        clock = lambda days=days: start + days * DAYS  # noqa: E731 - a clock in one line
        desk.gradebook = gt.Gradebook(keeping, clock=clock)
        young = push(desk, "Quiz 2", str(days % 10))
        told = {one.push_id: one.standing for one in gt.list_pushes(settings.data_dir)}
        assert (told[old.push_id], told[killed]) == (standing, "unfinished")
    assert told[young.push_id] == "done"
    assert traces(desk, REMARK) == []


def test_without_a_setting_nothing_is_forgotten(desk: Desk) -> None:
    """By default the journal keeps for ever what undo needs."""
    old = push(desk, "Midterm", "41")
    later = desk.gradebook.clock() + 10_000 * DAYS
    desk.gradebook = gt.Gradebook(desk.gradebook.settings, clock=lambda: later)
    push(desk, "Quiz 2", "9")
    assert desk.undo(old).writes == 1


def test_a_journal_of_an_earlier_version_is_taken_up(desk: Desk) -> None:
    """A journal that knew neither sheet nor forgetting is opened, listed, undone from and forgotten."""
    receipt = push(desk, "Midterm", "41")
    (path,) = (desk.gradebook.settings.data_dir / "journal").glob("*.sqlite3")
    with sqlite3.connect(path) as old:
        for name in ("sheet", "forgotten"):
            old.execute(f"ALTER TABLE pushes DROP COLUMN {name}")
        old.execute("DROP TABLE superseded")
    old.close()
    (listed,) = gt.list_pushes(desk.gradebook.settings.data_dir)
    assert (listed.sheet, listed.standing) == ("", "done")
    assert gt.plan_undo(receipt, desk.gradebook).writes == 1
    assert forget(desk, receipt.push_id) == [receipt.push_id]


def test_what_was_taken_back_says_by_which(desk: Desk) -> None:
    """The list names the push that took another back, and no longer when that was taken back itself."""
    first = push(desk, "Midterm", "41")
    undo = desk.push(gt.plan_undo(first, desk.gradebook))
    data_dir = desk.gradebook.settings.data_dir
    listed = {one.push_id: one for one in gt.list_pushes(data_dir)}
    assert (listed[first.push_id].standing, listed[first.push_id].taken_back_by) == (
        "taken back",
        undo.push_id,
    )
    assert listed[first.push_id].sheet == "sheet-1.csv"
    redo = desk.push(gt.plan_undo(undo, desk.gradebook))
    listed = {one.push_id: one for one in gt.list_pushes(data_dir)}
    assert listed[first.push_id].standing == "done"
    assert listed[undo.push_id].taken_back_by == redo.push_id


def test_ones_own_later_push_is_not_somebody_else(desk: Desk) -> None:
    """Undoing an older push names the later push of one's own that changed the grade since; others stay somebody."""
    first = push(desk, "Midterm", "41", "52")
    second = push(desk, "Midterm", "43", "")
    desk.change("algebra-midterm", 2, score=1)
    changes = gt.plan_undo(first, desk.gradebook).changes
    assert changes["action"].tolist() == ["conflict", "conflict"]
    own, others = changes["message"]
    assert f"Your push {second.push_id}, or one of yours before it, wrote score 41 → 43" in own
    assert "Somebody changed score" in others
    assert changes["reason"].tolist() == ["changed-by-own-push", "changed-since-push"]
