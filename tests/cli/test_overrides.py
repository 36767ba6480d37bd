"""What is detected of a sheet can be said instead, by `check`, `plan` and `import` alike."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from command import Run
from workbooks import write_xlsx

#: The first line would be the header, UTF-8 the encoding, and no delimiter is found.
MISLEADING = "Name~Student\nStudent ID~Quiz é\n00041~9\n00082~8\n"
SAID = ("--delimiter", "~", "--header-row", "2", "--encoding", "latin-1", "--format", "plain_wide")


@pytest.mark.parametrize("command", ["check", "plan", "import"])
def test_every_detection_can_be_overridden(run: Run, tmp_path: Path, command: str) -> None:
    """Header row, format, encoding and delimiter are taken as they are given."""
    path = tmp_path / "quiz.csv"
    path.write_bytes(MISLEADING.encode("utf-8"))
    yes = ("--yes",) if command == "import" else ()
    ended = run(command, path, *SAID, "--rehearse", *yes)
    told = " ".join(ended.out.split())
    assert "a plain table, one row per student, 2 student rows" in told
    for detected in ("encoding latin-1", "delimiter ~", "header row 2"):
        assert detected in told


def test_a_tab_can_be_typed(run: Run, tmp_path: Path) -> None:
    """The word tab means the character, which no shell lets one type."""
    path = tmp_path / "quiz.csv"
    path.write_text("Student ID\tQuiz 1,5\n00041\t9,5\n")
    ended = run("check", path, "--delimiter", "tab", "--rehearse")
    assert "delimiter tab" in ended.out


def test_a_title_that_was_called_the_header_is_told_as_one(run: Run, tmp_path: Path) -> None:
    """Where nobody is found below the line that was called the header, that line is named, and the one that would be found."""
    names = ["Student number", "Name", "Homeroom", "Quiz 1", "Midterm"]
    rows = [["00041", "Ada Example", "7b", 9, 61], ["00082", "Bo Example", "7b", 8, 55]]
    book = write_xlsx(tmp_path, [["Grades of term 1"], [], names, *rows])
    said = ("check", book, "--header-row", 1)
    header = "Line 1 was taken for the header ('Grades of term 1', '(column B)', '(column C)', '(column D)', …)"
    other = "Without --header-row 1 the header is line 3 ('Student number', 'Name', 'Homeroom', 'Quiz 1', …)."
    nobody = run(*said)
    assert (nobody.code, f"{header}, as --header-row says. {other}" in nobody.err) == (2, True)
    named = run(*said, "--class", "algebra-1")
    assert (other in named.out, "header row 1)" in " ".join(named.out.split())) == (True, True)
    found = run("check", book, "--header-row", 3)
    assert "Without --header-row" not in found.out + found.err


def test_the_worksheets_that_are_not_read_are_named_by_themselves(run: Run, tmp_path: Path) -> None:
    """Of a workbook with two worksheets of grades it is said which alone is read, and how to name another."""
    rows = [["Student number", "Quiz 1"], ["00041", 9], ["00082", 8]]
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Period 1"
    for sheet in (book.worksheets[0], book.create_sheet("Period 2")):
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "two.xlsx")
    told = " ".join(run("check", tmp_path / "two.xlsx", "--class", "algebra-1").out.split())
    read = "Only the worksheet 'Period 1' is read; the workbook also has: Period 2. Name another with --sheet."
    assert (read in told, "(worksheet Period 1, header row 1)" in told) == (True, True)


def test_a_header_that_was_found_is_named_where_nobody_is(run: Run, tmp_path: Path) -> None:
    """Where nobody is found, the line that was taken for the header is named, and how to name another."""
    path = tmp_path / "quiz.csv"
    path.write_text("Student ID,Quiz 1\nX1,9\nX2,8\n")
    told = "Line 1 was taken for the header ('Student ID', 'Quiz 1'); --header-row says another."
    assert told in run("check", path).err


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (("--format", "cnavas"), "There is no format 'cnavas'"),
        (("--format", "canvas"), "is no canvas export"),
        (("--header-row", "99"), "has no line 99"),
        (("--encoding", "klingon"), "There is no encoding 'klingon'"),
        (("--delimiter", ";;"), "';;' is no delimiter"),
        (("--sheet", "Grades"), "is no workbook"),
    ],
)
def test_what_does_not_fit_ends_in_one_sentence(
    run: Run, tmp_path: Path, said: tuple[str, str], sentence: str
) -> None:
    """An override that cannot be followed says so, and nothing is sent."""
    path = tmp_path / "quiz.csv"
    path.write_text("Student ID,Quiz 1\n00041,9\n")
    ended = run("import", path, *said, "--rehearse", "--yes")
    assert (ended.code, sentence in " ".join(ended.err.split())) == (2, True)
