"""Counts in words: why entries are skipped, and what an undo has taken back, in every place that tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Run

import gradetools as gt
from gradetools.receipt import STATES
from gradetools.report import render_receipt
from gradetools.telling import tell_entries, tell_skipped

ROWS = ("00041,9,88", "00082,,", "00123,N/A,77")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Write a sheet with two blank cells and a word that stands for no grade."""
    path = tmp_path / "quiz.csv"
    path.write_text("\n".join(["Student ID,Quiz 1,Midterm", *ROWS]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("reasons", "told"),
    [
        ([], ""),
        (["blank"], "blank cell"),
        (["blank", "blank"], "blank cells"),
        (["blank", "no-grade", "blank"], "2 blank cells, 1 word that stands for no grade"),
        (["other-attempt"], "grade beside the one that counts"),
        (["a code of tomorrow"], ""),
    ],
)
def test_why_entries_are_skipped(reasons: list[str], told: str) -> None:
    """Each reason is told in words, with its number where there are several."""
    assert tell_skipped(reasons) == told


def test_counts_without_reasons() -> None:
    """Zeros are left out, and nothing at all is said so."""
    assert tell_entries({"ready": 1, "skipped": 2, "blocked": 0}) == "1 ready, 2 skipped"
    assert tell_entries(dict.fromkeys(STATES, 0)) == "nothing to do"


def check(path: Path, snapshot: gt.Snapshot) -> gt.Checked:
    """Check a sheet with its suggested columns."""
    sheet = gt.read_sheet(path)
    return gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)


def test_each_value_says_why_entries_are_skipped(sheet: Path) -> None:
    """The check, the plan and the receipt tell it alike."""
    why = "2 blank cells, 1 word that stands for no grade"
    with gt.Sandbox() as sandbox, gt.connect(sandbox) as gradebook:
        snapshot = gradebook.take_snapshot(["algebra-1"])
        checked = check(sheet, snapshot)
        plan = gt.make_plan(checked, snapshot)
        receipt = gt.push_plan(plan, gradebook, agreed=plan.fingerprint)
        assert checked.tell_counts() == f"3 ready, 3 skipped ({why})"
        assert plan.tell_counts() == f"2 create, 1 update, 3 skip ({why})"
        assert receipt.tell_states() == f"2 created, 1 updated, 3 skipped ({why})"
        assert str(checked).startswith(f"<Checked quiz.csv: {checked.tell_counts()}; ")


def test_an_undo_says_what_it_took_back(sheet: Path) -> None:
    """Receipt, page and list of pushes count what was taken back; programs find the states as ever."""
    with gt.Sandbox() as sandbox, gt.connect(sandbox) as gradebook:
        snapshot = gradebook.take_snapshot(["algebra-1"])
        checked = check(sheet, snapshot)
        plan = gt.make_plan(checked, snapshot)
        pushed = gt.push_plan(plan, gradebook, agreed=plan.fingerprint)
        undo = gt.make_undo_plan(pushed, gradebook.take_snapshot(["algebra-1"]))
        undone = gt.push_plan(undo, gradebook, agreed=undo.fingerprint)
        listed = gt.list_pushes(gradebook.settings.data_dir)[0]
    assert undo.tell_counts() == "2 to remove, 1 to restore"
    assert (undone.states["updated"], undone.summary()["states"]["updated"]) == (3, 3)
    assert undone.tell_states() == "3 taken back (2 removed, 1 restored)"
    assert listed.tell_states() == "3 taken back"
    assert "3 taken back (2 removed, 1 restored)" in str(undone)
    page = render_receipt(undone)
    assert "<h2>Taken back</h2>" in page
    assert "<td>removed<td>2" in page
    assert f"undo the undo with<td>gradetools undo {undone.push_id}" in page
    assert "updated" not in page


def test_what_undoes_an_undo_brings_back(sheet: Path) -> None:
    """An undo of an undo brings back, one more takes back again; every place says which of them a push did."""
    with gt.Sandbox() as sandbox, gt.connect(sandbox) as gradebook:
        checked = check(sheet, gradebook.take_snapshot(["algebra-1"]))
        plan = gt.make_plan(checked, gradebook.take_snapshot(["algebra-1"]))
        receipts = [gt.push_plan(plan, gradebook, agreed=plan.fingerprint)]
        for _ in range(3):
            undo = gt.plan_undo(receipts[-1], gradebook)
            receipts.append(gt.push_plan(undo, gradebook, agreed=undo.fingerprint))
        listed = gt.list_pushes(gradebook.settings.data_dir)
    assert [each.brings_back for each in receipts] == [False, False, True, False]
    assert [each.tell_states() for each in receipts[1:]] == [
        "3 taken back (2 removed, 1 restored)",
        "3 brought back (restored)",
        "3 taken back (2 removed, 1 restored)",
    ]
    assert [each.tell_states() for each in listed[:3]] == [
        "3 taken back",
        "3 brought back",
        "3 taken back",
    ]
    page = render_receipt(receipts[2])
    assert "<h2>Brought back</h2>" in page
    assert f"take it back with<td>gradetools undo {receipts[2].push_id}" in page


def test_several_conflicts_are_conflicts() -> None:
    """The one state that is a noun has a plural; the others say how something is."""
    assert (
        tell_entries({"failed": 2, "conflict": 2, "blocked": 1})
        == "2 failed, 2 conflicts, 1 blocked"
    )
    assert tell_entries({"conflict": 1}) == "1 conflict"


def test_a_score_that_was_none_is_restored_not_removed() -> None:
    """Where there was a grade without a score, as exempt is, an undo restores it, although a score goes."""
    with gt.Sandbox() as sandbox, gt.connect(sandbox) as gradebook:
        exempt = gt.Result(line_item="algebra-quiz-1", student="student-004", score=9)
        pushed = gt.upsert_result(exempt, gradebook)
        undo = gt.plan_undo(pushed, gradebook)
        undone = gt.push_plan(undo, gradebook, agreed=undo.fingerprint)
    assert (undo.tell_counts(), undo.words.tolist()) == ("1 to restore", ["restore"])
    assert undone.tell_states() == "1 taken back (restored)"


def test_the_command_line_says_it_too(run: Run, sheet: Path) -> None:
    """`check` says why entries are skipped, `undo` and `history` what was taken back."""
    seen = run("check", sheet, "--class", "algebra-1")
    assert "3 skip (2 blank cells, 1 word that stands for no grade)" in seen.out
    pushed = run("import", sheet, "--class", "algebra-1", "--yes", "--json")
    undone = run("undo", pushed.facts["push_id"], "--yes")
    assert "3 taken back (2 removed, 1 restored) on sandbox" in undone.out
    assert ("restore" in undone.out, "update" in undone.out) == (True, False)
    assert "Undo the undo with: gradetools undo " in undone.out
    assert "3 taken back" in run("history").out
