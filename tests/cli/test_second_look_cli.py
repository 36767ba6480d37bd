"""What a second pair of eyes found in the command line: folders, exit codes, what is said when."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

import pytest
from command import Run

import gradetools as gt
from gradetools.journal import Outcome, open_journal


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Write a sheet for the invented school, whose class its students tell."""
    path = tmp_path / "quiz.csv"
    path.write_text("Student ID,Quiz 1\n00041,9.25\n00082,7.5\n")
    return path


def pushes() -> int:
    """Count the pushes that the journal knows."""
    with gt.connect() as gradebook:
        return len(gt.list_pushes(gradebook.settings.data_dir))


def test_a_receipt_that_has_no_room_stops_before_anything_is_sent(
    run: Run, sheet: Path, tmp_path: Path
) -> None:
    """A folder that cannot be made is found out before the first PUT, not after the last."""
    (tmp_path / "taken").write_text("a file")
    ended = run("import", sheet, "--class", "algebra-1", "--yes", "--out", "taken")
    assert (ended.code, "taken" in ended.err, pushes()) == (2, True, 0)


def test_a_file_of_somebody_in_the_folder_is_kept(run: Run, sheet: Path, tmp_path: Path) -> None:
    """A `failed.csv` that is there already stays, and the receipt goes into a folder of its own below."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "failed.csv").write_text("mine")
    ended = run("import", sheet, "--class", "algebra-1", "--yes", "--json", "--out", "out")
    assert (ended.code, (tmp_path / "out" / "failed.csv").read_text()) == (0, "mine")
    assert (tmp_path / "out" / ended.facts["push_id"] / "receipt.json").exists()


def test_what_is_done_or_taken_back_is_not_resumed(run: Run, sheet: Path) -> None:
    """A resume of a push that is done, or was taken back, says so in one sentence, with exit code 2, and sends nothing."""
    first = run("import", sheet, "--class", "algebra-1", "--yes", "--json")
    push_id = first.facts["push_id"]
    ended = run("push", "--resume", push_id, "--yes")
    assert (ended.code, f"The push {push_id} is done" in ended.err, ended.out) == (2, True, "")
    undo = run("undo", push_id, "--yes", "--json")
    ended = run("push", "--resume", push_id, "--yes")
    assert (ended.code, ended.out) == (2, "")
    assert f"was taken back by push {undo.facts['push_id']}" in ended.err
    assert "plan the sheet again" in ended.err


def test_a_resume_shows_what_is_left(run: Run, tmp_path: Path) -> None:
    """The preview of a resume has the grades that are left alone, and says that they are not the whole push."""
    path = tmp_path / "midterm.csv"
    path.write_text("Student ID,Midterm\n00041,9.25\n00082,7.5\n")
    with gt.connect() as gradebook:
        snapshot = gradebook.take_snapshot(["algebra-1"])
        sheet = gt.read_sheet(path)
        checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
        plan = gt.make_plan(checked, snapshot)
        halt = threading.Event()
        halt.set()
        stopped = gt.push_plan(plan, gradebook, agreed=plan.fingerprint, stop=halt)
        with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
            journal.record(stopped.push_id, [Outcome(0, "created")])
    ended = run("push", "--resume", stopped.push_id, "--yes")
    shown, receipt = ended.out.split("Of the whole push, with what was written before:")
    assert (ended.code, "1 of its 2 grades is done" in shown, "2 created" in receipt) == (
        0,
        True,
        True,
    )
    assert ("1 create" in shown, "nothing → 7.5" in shown, "nothing → 9.25" in shown) == (
        True,
        True,
        False,
    )
    assert f"Fingerprint {plan.fingerprint}" in shown


def test_undo_of_a_push_that_wrote_nothing(run: Run) -> None:
    """Taking back a push that only had a blocked entry says that there is nothing to take back."""
    body = json.dumps({"lineItem": "nowhere", "class": "algebra-1", "student": "x", "score": 1})
    put = run("put", "-", "--yes", "--json", stdin=body)
    undone = run("undo", put.facts["push_id"], "--yes")
    assert (put.code, undone.code, "nothing to take back" in undone.err) == (1, 2, True)


def test_a_journal_that_fails_in_the_middle_is_no_code_2(run: Run, sheet: Path) -> None:
    """Exit code 2 says that nothing was sent; once something was, trouble is 1."""
    with (
        gt.connect() as gradebook,
        open_journal(gradebook.environment, gradebook.settings.data_dir) as journal,
    ):
        path = journal.path
    with sqlite3.connect(path) as other:
        other.execute(
            "CREATE TRIGGER full BEFORE UPDATE OF state ON entries BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    ended = run("import", sheet, "--class", "algebra-1", "--yes")
    assert (ended.code, "history" in ended.err) == (1, True)


def test_json_is_all_that_stdout_holds(run: Run, sheet: Path) -> None:
    """With --json, stdout is one JSON text for every command that reports."""
    options = ("--class", "algebra-1", "--json")
    first = run("import", sheet, *options, "--yes")
    ended = [
        first,
        run("check", sheet, *options),
        run("plan", sheet, *options, "--save", "p.json"),
        run("push", "p.json", "--json", "--yes"),
        run("undo", first.facts["push_id"], "--json", "--yes"),
        run("history", "--json"),
    ]
    assert [(each.code, bool(each.facts)) for each in ended] == [(0, True)] * 6
