"""Cells that a spreadsheet program shows as one lose no grade without a word."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from reading_samples import make_line_item, make_snapshot, make_student
from workbooks import write_xlsx

from gradetools.checks import Checked, check_entries
from gradetools.columns import suggest_columns
from gradetools.sheet import read_sheet

IDS = [f"{number:05}" for number in range(101, 131)]
CLASS = make_snapshot(
    [make_student(f"s{each}", given_name=f"Ada {each}", identifier=each) for each in IDS],
    [make_line_item("q1", "Quiz 1", 10.0), make_line_item("q2", "Quiz 2", 10.0)],
)


def check(folder: Path, scores: list[tuple[object, object]], *merged: str) -> Checked:
    """Check a workbook of two quizzes, some cells of which are merged."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["ID", "Quiz 1", "Quiz 2"])
    for student, (first, second) in zip(IDS, scores, strict=False):
        sheet.append([student, first, second])
    for each in merged:
        sheet.merge_cells(each)
    book.save(folder / "grades.xlsx")
    read = read_sheet(folder / "grades.xlsx")
    return check_entries(read, suggest_columns(read, CLASS), CLASS)


def told(checked: Checked) -> list[tuple[int, str, str]]:
    """Give the place and the words of each finding of merged cells."""
    found = checked.findings[(checked.findings["code"] == "merged-cells").to_numpy()]
    return list(zip(found["line"], found["column"], found["message"], strict=True))


def test_a_score_for_several_students_is_told(tmp_path: Path) -> None:
    """One score in merged cells of three students, or of two quizzes, is sent once, and each blank cell is warned of."""
    scores = [(8, 7), (7, 5), (None, 5), (None, 6), (9, None)]
    checked = check(tmp_path, scores, "B3:B5", "B6:C6")
    assert checked.counts == {"ready": 7, "skipped": 3, "blocked": 0}
    is_blank = "but is blank: nothing is sent for it."
    assert told(checked) == [
        (4, "Quiz 1", f"The cell is merged with B3, which shows '7', {is_blank}"),
        (5, "Quiz 1", f"The cell is merged with B3, which shows '7', {is_blank}"),
        (6, "Quiz 2", f"The cell is merged with B6, which shows '9', {is_blank}"),
    ]


def test_many_are_told_as_one(tmp_path: Path) -> None:
    """A score that a whole class shares is one warning of its column."""
    checked = check(tmp_path, [(8, 7), *[(None, 6)] * 24], "B2:B26")
    ((line, column, message),) = told(checked)
    assert (line, column) == (0, "Quiz 1")
    assert message.startswith("24 cells of 'Quiz 1' are merged")
    assert message.endswith("are blank: lines 3 to 26.")


def test_what_is_typed_into_such_a_cell_settles_it(tmp_path: Path) -> None:
    """A score that was put into the blank cell is sent, and nothing is said any more; blank cells that are merged say nothing."""
    checked = check(tmp_path, [(8, 7), (None, 6), (None, 6), (None, 6)], "B2:B3", "B4:B5")
    assert [line for line, _, _ in told(checked)] == [3]
    mended = checked.sheet.with_cell(3, "Quiz 1", "8")
    assert told(check_entries(mended, checked.columns, CLASS)) == []


def test_merged_cells_that_no_sheet_has_are_no_matter(tmp_path: Path) -> None:
    """Ranges that go beyond every sheet do not stop the check; once they claim more cells than there are, no more are read."""
    rows = [["ID", "Quiz 1"], [IDS[0], "8"], [IDS[1], "7"], [IDS[2], ""]]
    vast = ["B3:B99999999999999999999", "Z1:ZZ9", "B3", "B9:B1"]
    for ranges, lines in ((vast, [4]), (["B3:B3"] * 4 + ["B3:B4"], [])):
        merged = "".join(f'<mergeCell ref="{each}"/>' for each in ranges)
        sheet = read_sheet(write_xlsx(tmp_path, rows, after=merged))
        checked = check_entries(sheet, suggest_columns(sheet, CLASS), CLASS)
        assert [line for line, _, _ in told(checked)] == lines
