"""`gradetools forget`, and what `gradetools history` says afterwards."""

from __future__ import annotations

import re
from pathlib import Path

from command import Run


def import_one(run: Run, tmp_path: Path, score: str) -> str:
    """Import a sheet of one grade, and give the push."""
    sheet = tmp_path / "quiz.csv"
    sheet.write_text(f"Student ID,Quiz 1\n00041,{score}\n")
    ended = run("import", sheet, "--class", "algebra-1", "--yes", "--json")
    assert ended.code == 0, ended.err
    return str(ended.facts["push_id"])


def test_forget_asks_first(run: Run, tmp_path: Path) -> None:
    """Without `--yes` and with nobody there to ask, nothing is erased; what would be lost is said."""
    push_id = import_one(run, tmp_path, "9.25")
    ended = run("forget", push_id)
    assert (ended.code, "can no longer be undone" in ended.out) == (2, True)
    assert "nothing was erased" in ended.err
    assert run("history", "--json").facts[0]["forgotten"] is None


def test_forget_erases_and_undo_is_refused(run: Run, tmp_path: Path) -> None:
    """`forget --yes --json` prints what was forgotten; undo and resume of it are one sentence and exit code 2."""
    push_id = import_one(run, tmp_path, "9.25")
    ended = run("forget", push_id, "--yes", "--json")
    assert (ended.code, [one["push_id"] for one in ended.facts]) == (0, [push_id])
    for command in (("undo", push_id), ("push", "--resume", push_id)):
        refused = run(*command, "--yes")
        assert (refused.code, refused.out) == (2, "")
        assert "was forgotten on" in refused.err
    again = run("forget", push_id)
    assert (again.code, "is forgotten already" in again.out) == (0, True)
    assert run("forget", "20260101-000000-abcdef", "--yes").code == 2


def test_history_names_sheet_and_standing(run: Run, tmp_path: Path) -> None:
    """`history` shows the sheet, which push took another back, and what was forgotten, counts and all."""
    first, second = (import_one(run, tmp_path, score) for score in ("9.25", "9.5"))
    undone = run("undo", second, "--yes", "--json").facts["push_id"]
    run("forget", first, "--yes")
    listed = {one["push_id"]: one for one in run("history", "--json").facts}
    assert (listed[second]["sheet"], listed[second]["taken_back_by"]) == ("quiz.csv", undone)
    assert (listed[first]["sheet"], listed[first]["status"]) == (None, "done")
    assert listed[first]["states"]["updated"] == 1
    told = run("history", COLUMNS="80").out
    pushes = re.split(r"^(?=\S)", told, flags=re.MULTILINE)[1:]
    lines = {push.split()[0]: push for push in pushes}
    assert f"taken back by {undone}" in lines[second]
    assert "quiz.csv" in lines[second]
    assert "forgotten" in lines[first]
    assert f"undo of {second}" in lines[undone]
    assert max(map(len, told.splitlines())) <= 100  # no table whose words are cut into pieces


def test_keep_days_is_a_setting(run: Run, tmp_path: Path) -> None:
    """`GRADETOOLS_KEEP_DAYS` makes the next push forget what ended longer ago; what is no number is refused."""
    first = import_one(run, tmp_path, "9.25")
    sheet = tmp_path / "quiz.csv"
    sheet.write_text("Student ID,Quiz 1\n00082,7\n")
    options = ("--class", "algebra-1", "--yes", "--json")
    assert run("import", sheet, *options, GRADETOOLS_KEEP_DAYS="soon").code == 2
    ended = run("import", sheet, *options, GRADETOOLS_KEEP_DAYS="0")
    assert ended.code == 0, ended.err
    listed = {one["push_id"]: one["forgotten"] for one in run("history", "--json").facts}
    assert listed[first] is not None
    assert listed[ended.facts["push_id"]] is None
