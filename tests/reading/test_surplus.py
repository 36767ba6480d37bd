"""A row with more cells than the header, as of 5,5 without quotes, is told, and nothing of it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_samples import (
    make_line_item,
    make_snapshot,
    make_student,
    write_sheet,
    write_workbook,
)

from gradetools.checks import Checked, check_entries
from gradetools.columns import suggest_columns
from gradetools.sheet import Sheet, read_sheet

SCHOOL = make_snapshot(
    [make_student(f"s{n}", identifier=f"00{n}") for n in range(1, 7)],
    [make_line_item(f"l{n}", f"Quiz {n}") for n in range(1, 4)],
)


def check(sheet: Sheet) -> Checked:
    """Check a sheet, from whose suggested columns those without a header are ignored, as anybody would who is asked for their line item."""
    columns = suggest_columns(sheet, SCHOOL)
    for meaning in columns.score_columns:
        if str(meaning.column).startswith("(column "):
            columns = columns.with_meaning(meaning.column, means="ignored")
    return check_entries(sheet, columns, SCHOOL)


def find_lines(checked: Checked) -> list[int]:
    """Give the lines that were told."""
    found = checked.findings[(checked.findings["code"] == "row-too-wide").to_numpy()]
    return [int(line) for line in found["line"]]


def read(folder: Path, text: str) -> Sheet:
    """Read a sheet's text."""
    return read_sheet(write_sheet(folder, text))


def test_a_score_parted_at_its_comma_is_not_sent(tmp_path: Path) -> None:
    """Of 5,5 without quotes nothing is sent, nor anything else of its row; the others are ready."""
    checked = check(read(tmp_path, "ID,Quiz 1,Quiz 2\n001,8,9\n002,7,5,5\n003,6,7\n"))
    assert checked.findings["message"].tolist() == [
        "Line 3 has 4 cells and the header 3: a cell with ',' in it was perhaps parted in two, and all after it stands under the "
        "wrong column."
    ]
    assert '("5,5")' in checked.findings["suggestion"][0]
    assert checked.entries["state"].tolist() == ["ready"] * 2 + ["blocked"] * 2 + ["ready"] * 2
    one = check(read(tmp_path, "ID,Quiz 1\n001,8\n002,5,5\n003,6\n"))
    assert (
        "Line 3 has 3 cells and the header 2: 5,5 is perhaps one score, parted at its comma"
        in (one.findings["message"][0])
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("ID,Quiz 1\n001,5,5\n", [2]),
        ("ID,Quiz 1\n001,5,5\n002,6,5\n", [2, 3]),
        ("ID,Quiz 1\n001,5,5\n002,6,5\n003,7,5\n", [2, 3, 4]),
        ("ID,Quiz 1,Remark\n001,5,5,\n002,8,fine\n003,7,\n", [2]),
        ("ID,Quiz 1,Remark\n001,5,5,fine\n002,8,fine\n003,7,\n", [2]),
        ("ID,Quiz 1,Quiz 2,Quiz 3\n001,8,5,5,7\n002,8,9,7\n003,8,9,7\n", [2]),
        ("ID;Quiz 1;Remark\n001;8;good; but late\n002;8;fine\n003;7;\n", [2]),
        ("ID\tQuiz 1\tRemark\n001\t8\tgood\tlate\n002\t8\tfine\n003\t7\t\n", [2]),
        ("ID,Quiz 1,\n001,5,5\n002,8,\n003,7,\n", [2]),
        ("ID,Quiz 1,gradetools_line,gradetools_state\n001,5,5,2,\n002,5,5,3,\n", [2, 3]),
        ("Algebra 1\nID,Quiz 1\n001,8\n002,5,5\n003,6\n", [4]),
    ],
)  # fmt: skip
def test_rows_that_seem_shifted_are_told(tmp_path: Path, text: str, lines: list[int]) -> None:
    """One row or all of them, with a text beyond the header or without, in a file made by hand or a receipt."""
    checked = check(read(tmp_path, text))
    assert find_lines(checked) == lines
    blocked = checked.entries[checked.entries["line"].isin(lines)]
    assert set(blocked["state"]) == {"blocked"}


@pytest.mark.parametrize(
    "text",
    [
        "ID,Quiz 1\n001,8,good\n002,7,fine\n003,6,late\n",
        "ID,Quiz 1,\n001,8,good\n002,7,fine\n003,6,\n",
        "ID,Quiz 1,\n001,8,5\n002,7,6\n003,6,7\n",
        "ID,Quiz 1,\n001,8,good\n002,7,\n003,6,\n",
        "ID,Quiz 1,,,\n001,8,,,A is 9\n002,7,,,B is 8\n003,6,,,\n004,6,,,\n",
        "ID,Quiz 1\n001,8,\n002,7\n003,6\n",
        "ID,Quiz 1\n001,8,,,\n002,7,,,\n003,6,,,\n",
        "ID,Quiz 1,Quiz 2\n001,8,9,\n002,7,9,\n003,6,9,\n",
        "ID,Quiz 1,Quiz 2\n001,8\n002,7\n003,6,9\n",
        'ID,Quiz 1\n001,"5,5"\n002,7\n',
        "ID;Quiz 1\n001;5,5\n002;7\n",
        "Algebra 1,exported,today,by,Ada\nID,Quiz 1\n001,8\n002,7\n",
        "ID,Quiz 1\n001,8\n002,,,a note\n003,6\n",
    ],
)  # fmt: skip
def test_other_rows_are_left_alone(tmp_path: Path, text: str) -> None:
    """A column without a header, empty cells at the end, short rows, notes beside the table and rows without grades are common."""
    checked = check(read(tmp_path, text))
    assert find_lines(checked) == []
    assert checked.counts["blocked"] == 0


def test_a_workbook_parts_no_cell(tmp_path: Path) -> None:
    """A note right of the table of a workbook is no row that is too wide."""
    rows = [["ID", "Quiz 1"], ["001", 5, 5], ["002", 8], ["003", 7]]
    checked = check(read_sheet(write_workbook(tmp_path, {"Grades": rows})))
    assert find_lines(checked) == []


def test_a_row_is_put_right_cell_by_cell(tmp_path: Path) -> None:
    """Corrected in the check step, with its last cell emptied, the row is sent; emptying another cell is not enough."""
    sheet = read(tmp_path, "ID,Quiz 1,Quiz 2,Quiz 3\n001,8,5,5,7\n002,8,9,7\n003,8,9,7\n")
    half = sheet.with_cell(2, "Quiz 2", "5.5").with_cell(2, "Quiz 3", "")
    assert find_lines(check(half)) == [2]
    whole = half.with_cell(2, "Quiz 3", "7").with_cell(2, "(column E)", "")
    checked = check(whole)
    assert find_lines(checked) == []
    assert checked.entries["score"].tolist()[:3] == [8.0, 5.5, 7.0]


def test_widths_are_kept_only_where_they_differ(tmp_path: Path) -> None:
    """Of an even table no widths are kept; of another each line's, those after a line break in quotes too."""
    assert read(tmp_path, "ID,Quiz 1\n001,8\n").cells.widths == {}
    text = 'ID,Quiz 1\n"0\n01",8\n\n002,5,5\n003\n'
    assert read(tmp_path, text).cells.widths == {1: 2, 2: 2, 3: 0, 4: 3, 5: 1}
    long = "ID,Quiz 1\n" + "001,8\n" * 300 + "002,5,5\n"
    assert read(tmp_path, long).cells.widths[302] == 3
