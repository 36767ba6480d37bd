"""What is detected of a sheet is detected as often as docs/formats.md says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from detection_corpus import count_right, make_samples
from reading_samples import write_sheet

from gradetools.cells import read_cells
from gradetools.sheet import read_sheet

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"


def read_table(page: str) -> dict[str, tuple[int, float, float]]:
    """Read the table of rates: case to sheets, and the percentages of right cells and found headers."""
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| ([\d.]+)% \| ([\d.]+)% \|$", page, re.MULTILINE)
    return {
        case: (int(sheets), float(cells), float(header)) for case, sheets, cells, header in rows
    }


def test_detection_is_as_good_as_it_says(tmp_path: Path) -> None:
    """On invented sheets in every dialect the rates are those written down, case by case, or better."""
    written = read_table(PAGE.read_text(encoding="utf-8"))
    samples = list(make_samples(written["all"][0]))
    counts = count_right(samples, tmp_path / "grades.csv")
    found = {": ".join(filter(None, case)): numbers for case, numbers in counts.items()}
    assert list(found) == list(written)
    worse = {
        case: (written[case], cells, header)
        for case, (sheets, cells, header) in found.items()
        if round(100 * cells / sheets, 1) < written[case][1]
        or round(100 * header / sheets, 1) < written[case][2]
    }
    assert worse == {}


def test_utf_16_needs_no_mark(tmp_path: Path) -> None:
    """UTF-16 is known by its zeros where a program left out the mark, whichever byte comes first."""
    path = tmp_path / "grades.csv"
    for encoding in ("utf-16-le", "utf-16-be"):
        path.write_bytes("Név;Quiz 1\nŐrs;8\n".encode(encoding))
        cells = read_cells(path)
        assert (cells.detected["encoding"], cells.frame.loc[2, 0]) == (encoding, "Őrs")


def test_a_comma_in_a_title_of_moodle_parts_nothing(tmp_path: Path) -> None:
    """Moodle writes a blank before a quoted title; a comma in it does not make two columns of it."""
    text = (
        '"First name",Surname,"ID number", "Assignment: Essay, draft (Real)", "Quiz: One (Real)"\n'
    )
    sheet = read_sheet(write_sheet(tmp_path, text + "Ada,Example,00123,8,9\n"))
    assert (sheet.format, [str(key) for key in sheet.header[3:]]) == (
        "moodle",
        ["Assignment: Essay, draft (Real)", "Quiz: One (Real)"],
    )
    assert list(sheet.column("Assignment: Essay, draft (Real)")) == ["8"]


def test_a_narrow_row_above_the_table_is_no_header(tmp_path: Path) -> None:
    """Where no word of the header is known, it is the first row that is nearly as wide as the table."""
    text = "Koulu,Alfa\n\nTunnus,Oppilas,Koe 1,Koe 2\n00123,Aino,8,9\n"
    assert read_sheet(write_sheet(tmp_path, text)).recognition.header_line == 3


@pytest.mark.parametrize(
    ("above", "header"),
    [("Student;;Quizzes;;Homework", 3), ("Student;;Quizzes", 3), ("Name;Quizzes", 3)],
)
def test_a_row_that_groups_columns_is_no_header(tmp_path: Path, above: str, header: int) -> None:
    """A line that groups the columns stands above the header, also when it says "Student"."""
    text = f"Term 1\n{above}\nStudent ID;Name;Quiz 1;Quiz 2;Essay\n00001;Ada Example;5;6;7\n"
    sheet = read_sheet(write_sheet(tmp_path, text))
    assert sheet.recognition.header_line == header
    assert (sheet.roles == "student").sum() == 1


def test_a_row_that_says_student_is_no_header(tmp_path: Path) -> None:
    """A student's row may be longer than the header and say "Student"; it holds scores."""
    text = "ID;Role;Quiz 1\n00001;Student;5;late again\n00002;Student;6\n"
    sheet = read_sheet(write_sheet(tmp_path, text))
    assert (sheet.recognition.header_line, len(sheet.student_rows)) == (1, 2)
