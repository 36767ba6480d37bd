"""What a second pair of eyes found in the command line: folders, exit codes, what is said when."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

import pytest
from command import Run

import gradetools as gt
from gradetools.cli.console import question
from gradetools.journal import Outcome, open_journal
from gradetools.plan import CHANGE_COLUMNS
from gradetools.plan.value import make_changes
from gradetools.snapshot import Environment


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


def find_journal() -> Path:
    """Give the file of the sandbox's journal."""
    with (
        gt.connect() as gradebook,
        open_journal(gradebook.environment, gradebook.settings.data_dir) as journal,
    ):
        return journal.path


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


def test_what_an_undo_left_is_told_in_the_history(run: Run, sheet: Path) -> None:
    """Of a push that was taken back but for a grade that somebody changed since, the history says so."""
    first = run("import", sheet, "--class", "algebra-1", "--yes", "--json").facts
    with gt.connect() as gradebook:
        with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
            written = journal.read_receipt(first["push_id"]).entries
        held = gradebook.get_record(written["sourced_id"].iloc[0]) or {}
        gradebook.put_record({**held, "score": 2})
    undo = run("undo", first["push_id"], "--on-conflict", "theirs", "--yes", "--json").facts
    told = f"taken back by {undo['push_id']}, but for 1 left alone"
    assert told in run("history").out


def test_a_resume_shows_what_is_left(run: Run, tmp_path: Path) -> None:
    """The preview of a resume has the grades that are left alone, and says that they are not the whole push."""
    plan, push_id = stop_a_push(tmp_path)
    ended = run("push", "--resume", push_id, "--yes")
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


def test_a_resume_says_how_its_conflicts_are_decided(run: Run, tmp_path: Path) -> None:
    """The preview of a resume with a conflict tells the command by which that is decided afterwards, and not to give the sheet again."""
    plan, push_id = stop_a_push(tmp_path)
    theirs = gt.Result(
        sourced_id=plan.changes["sourced_id"][1],
        line_item="algebra-midterm",
        student="student-002",
        score=3,
        score_status="fully graded",
        score_date="2026-09-01",
    )
    with gt.connect() as gradebook:
        gradebook.put_result(theirs)
    ended = run("push", "--resume", push_id, "--yes")
    shown, _ = ended.out.split("Of the whole push, with what was written before:")
    way = f"Decide it afterwards with: gradetools push --retry {push_id} --on-conflict theirs"
    assert (way in shown, "give the sheet again" in shown) == (True, False)
    again = ("push", "--retry", push_id, "--yes")
    assert f"Decide it with: gradetools push --retry {push_id} --on-conflict" in run(*again).out
    assert run(*again, "--on-conflict", "ours", "--json").facts["states"]["updated"] == 1


def stop_a_push(folder: Path) -> tuple[gt.Plan, str]:
    """Stop a push of two grades after the first; give its plan and id."""
    path = folder / "midterm.csv"
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
    return plan, stopped.push_id


def test_a_push_is_named_by_the_end_of_its_id(run: Run, sheet: Path) -> None:
    """Undo, retry, resume and forget take the last part of an id, as the history shows it; two pushes with one end are told."""
    push_id = run("import", sheet, "--class", "algebra-1", "--yes", "--json").facts["push_id"]
    end = push_id.rpartition("-")[2]
    for command in (("push", "--resume", end), ("push", "--retry", f"…{end}")):
        assert push_id in run(*command, "--yes").err
    undone = run("undo", end, "--yes", "--json")
    assert (undone.code, undone.facts["undo_of"]) == (0, push_id)
    assert "There is no push 'aa'" in run("undo", "aa", "--yes").err
    with sqlite3.connect(find_journal()) as other:
        other.execute(
            "UPDATE pushes SET push_id=? WHERE push_id=?",
            (f"20260101-000000-{end}", undone.facts["push_id"]),
        )
    other.close()
    both = run("forget", end, "--yes")
    assert (both.code, f"Several pushes end in '{end}'" in both.err, push_id in both.err) == (2, True, True)  # fmt: skip


def test_a_sheet_is_no_plan(run: Run, sheet: Path) -> None:
    """Who pushes a sheet is told that it is one, and the command for it."""
    ended = run("push", sheet)
    assert (ended.code, "is a sheet, and no plan" in ended.err) == (2, True)
    assert f"gradetools import {sheet.name}," in ended.err


def test_nothing_to_write_is_said(run: Run) -> None:
    """Where all is blocked, or in conflict, no bar is drawn: nothing is to be written, and nothing is sent."""
    body = json.dumps({"lineItem": "nowhere", "class": "algebra-1", "student": "x", "score": 1})
    put = run("put", "-", stdin=body)
    assert (put.code, "Nothing to write as it stands; nothing is sent." in put.out) == (1, True)


def test_what_stays_unwritten_is_counted_in_english() -> None:
    """One grade stays unwritten, and two stay so."""
    rows = {"action": ["create", "blocked"], "lowered": [False] * 2, "cleared": [False] * 2}
    numbers = {"line": [2, 3], "occurrence": [0, 0]}
    columns = {name: {**rows, **numbers}.get(name, ["", ""]) for name in CHANGE_COLUMNS}
    changes = make_changes(columns, [0, 1])
    plan = gt.Plan(Environment("sandbox", "http://x"), "timeback", changes)
    assert question(plan) == "Write 1 grade to sandbox? 1 more stays unwritten."


def test_undo_of_a_push_that_wrote_nothing(run: Run) -> None:
    """Taking back a push that only had a blocked entry says that there is nothing to take back."""
    body = json.dumps({"lineItem": "nowhere", "class": "algebra-1", "student": "x", "score": 1})
    put = run("put", "-", "--yes", "--json", stdin=body)
    undone = run("undo", put.facts["push_id"], "--yes")
    assert (put.code, undone.code, "nothing to take back" in undone.err) == (1, 2, True)


def test_a_journal_that_fails_in_the_middle_is_no_code_2(run: Run, sheet: Path) -> None:
    """Exit code 2 says that nothing was sent; once something was, trouble is 1."""
    with sqlite3.connect(find_journal()) as other:
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


def test_a_plan_says_that_it_was_pushed(run: Run, sheet: Path) -> None:
    """Before it asks, `push PLAN` names an earlier push of that plan, whether it is to be gone on with or was taken back."""
    run("plan", sheet, "--class", "algebra-1", "--save", "p.json")
    plan = gt.read_plan("p.json")
    told = "This plan was pushed already"
    assert told not in run("push", "p.json").out
    with gt.connect() as gradebook:
        data_dir = gradebook.settings.data_dir
        with open_journal(gradebook.environment, data_dir) as journal:
            begun = journal.begin(plan, client_id="", note="", now=gradebook.clock())
    shown = run("push", "p.json").out
    assert f"{told}: push {begun} (2 unsent or not known)" in shown
    assert f"Rather go on with it: gradetools push --resume {begun}" in shown
    pushed = run("push", "p.json", "--yes", "--json").facts["push_id"]
    for _ in range(2):  # what wrote nothing is not the one to be named
        again = run("push", "p.json", "--yes").out
        assert again.index(f"{told}: push {pushed} (2 updated), on ") < again.index("Plan for")
        assert "what the gradebook holds already is not written again" in again
        assert ("--resume" in again, "2 unchanged" in again) == (False, True)
    undo = run("undo", pushed, "--yes", "--json").facts["push_id"]
    shown = run("push", "p.json").out
    assert f"that was taken back since by push {undo}." in shown
    assert f"push {pushed}" not in shown
