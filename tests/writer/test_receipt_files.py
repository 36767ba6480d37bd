"""What the files of a receipt hold, beside what `test_second_look` says of them."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from desk import Desk

import gradetools as gt
from gradetools.errors import JournalError
from gradetools.report import render_part, render_receipt
from gradetools.snapshot import Environment


def test_a_part_tells_of_its_own_line_item_alone(desk: Desk) -> None:
    """The receipt of a part has the cells of its line item; loaded again, it asks for no other's grade."""
    sheet = desk.sheet("Quiz 1,Midterm", "oops,88", "9,77")
    part = next(
        part for part in desk.plan(sheet).parts() if set(part.changes["column"]) == {"Quiz 1"}
    )
    receipt = desk.push(part)
    assert part.sheet is not None
    text = render_part(part.sheet, receipt.entries, receipt.entries)
    again = gt.read_sheet(io.StringIO(text))
    assert again.column("Quiz 1").tolist() == ["oops", "9"]
    assert again.column("Midterm").tolist() == ["", ""]


def test_what_belongs_to_a_written_grade_is_not_sent_again(desk: Desk) -> None:
    """A file of what was not written has no comment of a grade that was, nor has a part one of another's (P24)."""
    columns = "Quiz 1,Quiz 1 comment,Midterm,Midterm comment"
    sheet = desk.sheet(columns, "9,Very good,oops,Not bad", "8,Good,77,Fine")
    receipt = desk.push(desk.plan(sheet))
    failed = receipt.entries[receipt.entries["state"] == "blocked"]
    again = gt.read_sheet(io.StringIO(render_part(sheet, receipt.entries, failed)))
    texts = {name: again.column(name).tolist() for name in columns.split(",")}
    assert texts == {
        "Quiz 1": [""],
        "Quiz 1 comment": [""],
        "Midterm": ["oops"],
        "Midterm comment": ["Not bad"],
    }
    part = next(
        each for each in desk.plan(sheet).parts() if set(each.changes["column"]) == {"Midterm"}
    )
    assert part.sheet is not None
    assert part.sheet.column("Quiz 1 comment").tolist()[:2] == ["", ""]
    assert part.sheet.column("Midterm comment").tolist()[:2] == ["Not bad", "Fine"]


def test_a_header_that_is_a_formula_is_defused_and_found_again(desk: Desk) -> None:
    """A header cannot run in a spreadsheet program; loaded again, it is the same column."""
    sheet = desk.sheet("Midterm,=1+1", "oops,a", "88,b")
    receipt = desk.push(desk.plan(sheet))
    text = render_part(sheet, receipt.entries, receipt.entries)
    again = gt.read_sheet(io.StringIO(text))
    assert text.splitlines()[0].split(",")[2] == "'=1+1"
    assert (again.header[:3], again.fingerprint) == (sheet.header, sheet.fingerprint)


def test_what_stands_above_the_header_stays(desk: Desk) -> None:
    """A receipt's CSV has the rows above the sheet's header, and so loads as the sheet did (P24)."""
    rows = [f"{student},{n}" for n, student in enumerate(desk.students)]
    above = ["Algebra 1,", "Exported for Ada Example,"]
    sheet = desk.sheet_of("\n".join([*above, "Student ID,Midterm", *rows]) + "\n")
    receipt = desk.push(desk.plan(sheet))
    text = render_part(sheet, receipt.entries, receipt.entries)
    assert text.split("\r\n")[:2] == above


@pytest.mark.parametrize(
    ("delimiter", "written"), [(";", ";"), (",", ","), ("\t", ","), ("|", ",")]
)
def test_a_part_is_parted_as_its_sheet(
    desk: Desk, tmp_path: Path, delimiter: str, written: str
) -> None:
    """What failed of a sheet with semicolons and decimal commas has these too, opens as such in its program, and loads again."""
    rows = [
        ["Student ID", "Name", "Midterm"],
        [desk.students[0], "Zoë; Ada", "spät"],
        [desk.students[1], "Ben", "7.5"],
    ]
    lines = [delimiter.join(f'"{text}"' for text in row) for row in rows]
    sheet = desk.sheet_of("\n".join(lines) + "\n")
    folder = gt.write_receipt(desk.push(desk.plan(sheet)), tmp_path / "receipt", sheet=sheet)
    path = folder / "failed.csv"
    content = path.read_bytes().decode("utf-8")
    assert content.startswith(
        f"\ufeffStudent ID{written}Name{written}Midterm{written}gradetools_line"
    )
    again = gt.read_sheet(path)
    assert (again.header[:3], again.fingerprint) == (sheet.header, sheet.fingerprint)
    assert (again.column("Name").tolist(), again.column("Midterm").tolist()) == (
        ["Zoë; Ada"],
        ["spät"],
    )
    path.chmod(0o600)
    path.write_text(content.replace("spät", "5,5" if written == ";" else '"5,5"'), encoding="utf-8")
    corrected = gt.read_sheet(path)
    snapshot = desk.snapshot()
    checked = gt.check_entries(corrected, gt.suggest_columns(corrected, snapshot), snapshot)
    assert checked.entries[["state", "score"]].to_numpy().tolist() == [["ready", 5.5]]


def test_findings_are_a_file(desk: Desk, tmp_path: Path) -> None:
    """What was found is written as it stands, defused, for its owner alone, and never over another file."""
    sheet = desk.sheet("Midterm,Quiz 1", "=1+1,oops", "88,-1")
    checked = gt.check_entries(sheet, gt.suggest_columns(sheet, desk.snapshot()), desk.snapshot())
    path = gt.write_findings(checked, tmp_path / "found.csv")
    found = pd.read_csv(path, dtype={"line": "int64"}, keep_default_na=False)
    assert list(found.columns) == list(checked.findings.columns)
    assert found["code"].tolist() == checked.findings["code"].tolist() != []
    assert not any(text.startswith(("=", "+", "@")) for text in found["message"])
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(JournalError, match=r"found\.csv is there already; choose another name"):
        gt.write_findings(checked, path)


def test_no_file_of_entries_or_findings_runs(desk: Desk, tmp_path: Path) -> None:
    """A name, id or header that is a formula is defused in every column of either table."""
    sheet = desk.sheet("Midterm", "oops", "88")
    checked = gt.check_entries(sheet, gt.suggest_columns(sheet, desk.snapshot()), desk.snapshot())
    receipt = desk.push(desk.plan(sheet))
    evil = dict.fromkeys(("student_name", "student", "line_item_title", "sourced_id"), "=1+1")
    strange = replace(receipt, entries=receipt.entries.assign(**evil))
    folder = gt.write_receipt(strange, tmp_path / "receipt")
    odd = replace(checked, findings=checked.findings.assign(column="=1+1", fix="@SUM(1)"))
    files = [folder / "entries.csv", gt.write_findings(odd, tmp_path / "found.csv")]
    cells = [pd.read_csv(each, dtype=str, keep_default_na=False) for each in files]
    assert [int((table == "'=1+1").sum().sum()) for table in cells] == [8, len(odd.findings)]
    assert not any(
        table.map(lambda cell: cell.startswith(("=", "@"))).any().any() for table in cells
    )


def test_a_note_may_hold_half_a_character(desk: Desk) -> None:
    """What no text can hold does not stop a push; it is remembered as a question mark."""
    plan = desk.plan(desk.sheet("Midterm", "88", "77"))
    receipt = desk.push(plan, note="week 3 \ud800")
    assert (receipt.states["unsent"], receipt.note) == (0, "week 3 ?")


def test_a_receipt_is_told_in_words(desk: Desk) -> None:
    """The page names no field of ours: times are plain, a practice gradebook is called one, changes stand line by line."""
    receipt = desk.push(desk.plan(desk.sheet("Quiz 1,Quiz 1 comment", "9,Good.")))
    embedded = replace(receipt, environment=Environment("sandbox", "embedded"))
    page = render_receipt(embedded)
    assert "<td>its address<td>a practice gradebook on this machine" in page
    assert f"<td>began<td>{receipt.started:%Y-%m-%d %H:%M} UTC" in page
    assert f"<td>its address<td>{receipt.environment.base_url}" in render_receipt(receipt)
    assert not any(word in page for word in ("base url", "fingerprint", "client id", "+00:00"))
    assert "<td>score 8.5 → 9\ncomment “Shows every step.” → “Good.”" in page


def test_a_failed_row_says_why_in_a_sentence(desk: Desk) -> None:
    """Beside the code of what was not written stands its sentence, and both are ignored when the file is read again."""
    sheet = desk.sheet("Quiz 1", "oops")
    receipt = desk.push(desk.plan(sheet))
    text = render_part(sheet, receipt.entries, receipt.entries)
    again = gt.read_sheet(io.StringIO(text))
    assert again.column("gradetools_reason").tolist() == ["score-not-a-number"]
    assert again.column("gradetools_message").tolist() == receipt.entries["message"].tolist()
    assert " is no " in text or " is not " in text


def test_entries_say_what_became_of_each_grade(desk: Desk, tmp_path: Path) -> None:
    """The table of entries of a push without a sheet has old and new, and its page names no line and counts one entry as one."""
    one = gt.Result(line_item="algebra-quiz-1", student="student-001", score=9, comment="Good.")
    receipt = gt.upsert_result(one, desk.gradebook)
    folder = gt.write_receipt(receipt, tmp_path / "receipt")
    row = pd.read_csv(folder / "entries.csv", dtype=str).iloc[0]
    assert (row["old_score"], row["new_score"]) == ("8.5", "9")
    assert row["change"] == "score 8.5 → 9, comment “Shows every step.” → “Good.”"
    told = (folder / "receipt.html").read_text()
    assert "<h2>1 entry</h2>" in told
    assert "<th>Line<" not in told
    undo = gt.plan_undo(receipt, desk.gradebook)
    undone = gt.push_plan(undo, desk.gradebook, agreed=undo.fingerprint)
    row = pd.read_csv(gt.write_receipt(undone, tmp_path / "undo") / "entries.csv", dtype=str).iloc[
        0
    ]
    assert (row["old_score"], row["new_score"], row["state"]) == ("9", "8.5", "restored")
