"""What the terminal says where a person hesitates: a conflict alone, a note, a second column, a wrong value."""

from __future__ import annotations

from pathlib import Path

from command import Run

import gradetools as gt


def test_a_conflict_alone_is_decided_not_tried_again(
    run: Run, sandbox: gt.Sandbox, tmp_path: Path
) -> None:
    """Where nothing failed, the receipt and `history` give the one command that decides the conflict; a note is told as one."""
    variables = dict(line.split("=", 1) for line in sandbox.settings_text().splitlines())
    sheet, options = tmp_path / "quiz.csv", ("--class", "algebra-1", "--yes")
    sheet.write_text("Student ID,Midterm\n00041,9\n")
    run("import", sheet, *options, **variables)
    held = next(
        r for r in sandbox.records("results") if r["lineItem"]["sourcedId"] == "algebra-midterm"
    )
    sandbox.put_record("results", held | {"score": 6})
    sheet.write_text("Student ID,Midterm\n00041,9.5\n")
    left = run("import", sheet, *options, "--note", "quiz 2", **variables).out
    assert "Decide the conflict with: gradetools push --retry 2" in left
    assert "what failed" not in left
    listed = run("history", **variables).out
    assert "note “quiz 2”" in listed
    assert "Decide the conflict with: gradetools push --retry 2" in listed
    assert "what failed" not in listed


def test_check_tells_what_is_lost_and_columns_by_their_place(run: Run, tmp_path: Path) -> None:
    """`check` warns of grades that are lowered or removed as `plan` does, and says which column `Quiz 1 #2` is."""
    sheet = tmp_path / "quiz.csv"
    sheet.write_text("Student ID,Quiz 1,Quiz 1\n00041,1,\n00082,,CLEAR\n")
    said = run("check", sheet, "--class", "algebra-1").out
    assert "1 grade lowered, 1 score removed" in said
    assert "Quiz 1 #2 (the second column of that name)" in said


def test_a_wrong_value_is_told_in_words(run: Run) -> None:
    """An option's wrong value is told without the words of the library that found it."""
    ended = run("push", "--retry", "x", "--on-conflict", "mine")
    assert (ended.code, "mine" in ended.err, "Value error" in ended.err) == (2, True, False)


def test_a_plan_is_not_shown_before_its_file_is_refused(run: Run, tmp_path: Path) -> None:
    """Where `--save` names a file that is there, that is all that is said, and the file stays."""
    sheet, there = tmp_path / "quiz.csv", tmp_path / "there.plan"
    sheet.write_text("Student ID,Midterm\n00041,9\n")
    there.write_text("mine")
    ended = run("plan", sheet, "--class", "algebra-1", "--save", there)
    assert ended.err.strip() == "Error: there.plan is there already; choose another name."
    assert (ended.out, ended.code, there.read_text()) == ("", 2, "mine")
