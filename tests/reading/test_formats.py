"""Exports are recognised by their layout, and each column is described with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_samples import write_sheet

from gradetools import formats
from gradetools.errors import SheetError
from gradetools.formats import list_formats
from gradetools.sheet import Sheet, read_sheet

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Quiz 1: 3 (of 4) (23),Assignments Current Score,Override Grade\n"
    ",,,,,,Manual Posting,,\n"
    "      Points Possible,,,,,,10.00,(read only),\n"
    '"Example, Ada",1,00123,ada,A,x,8,80,B\n'
    ",,,,,,,,\n"
    '"Student, Test",9,,0f3a,A,,,,\n'
)


def means_of(sheet: Sheet) -> dict[str, str]:
    """Give what each column means, by its address."""
    return {
        str(key): each.means
        for key, each in zip(sheet.header, sheet.description.columns, strict=True)
    }


def test_formats_are_found_by_their_modules() -> None:
    """The formats are the modules of the package that can recognise."""
    package = Path(formats.__file__).parent
    modules = {path.stem for path in package.glob("*.py")}
    assert list_formats() == sorted(modules - {"__init__", "recognition", "words"})


def test_canvas_rows_have_their_roles(tmp_path: Path) -> None:
    """The points, posting and test student rows of Canvas are no students."""
    sheet = read_sheet(write_sheet(tmp_path, CANVAS))
    expected = {2: "posting", 3: "points", 4: "student", 5: "blank", 6: "test_student"}
    assert (sheet.format, sheet.roles.to_dict()) == ("canvas", expected)


def test_canvas_points_become_maxima(tmp_path: Path) -> None:
    """The points row gives each assignment's maximum, and none to read-only columns."""
    sheet = read_sheet(write_sheet(tmp_path, CANVAS))
    assert {str(key): text for key, text in sheet.maxima.items()} == {
        "Quiz 1: 3 (of 4) (23)": "10.00"
    }


def test_canvas_assignments_keep_title_and_id(tmp_path: Path) -> None:
    """A title may hold colons, digits and parentheses; the last number in parentheses is the id."""
    sheet = read_sheet(write_sheet(tmp_path, CANVAS))
    quiz = sheet.description.columns[sheet.position("Quiz 1: 3 (of 4) (23)")]
    assert (quiz.means, quiz.title, quiz.header_id) == ("score", "Quiz 1: 3 (of 4)", "23")


def test_canvas_ignores_with_a_reason(tmp_path: Path) -> None:
    """Read-only, computed and custom columns of Canvas are ignored, each with its reason."""
    sheet = read_sheet(write_sheet(tmp_path, CANVAS))
    ignored = {
        str(key): each.reason
        for key, each in zip(sheet.header, sheet.description.columns, strict=True)
        if each.means == "ignored"
    }
    assert ignored == {
        "Notes": "it names no assignment: Canvas writes those as Title (id)",
        "Assignments Current Score": 'Canvas computes it: it is marked "(read only)"',
        "Override Grade": "Canvas computes it from the assignments",
    }


def test_a_student_called_test_is_a_student(tmp_path: Path) -> None:
    """Only Canvas's own test student, who has no SIS id, makes no entries."""
    sheet = read_sheet(write_sheet(tmp_path, CANVAS.replace('Test",9,,', 'Test",9,00999,')))
    assert sheet.roles[6] == "student"


def test_muted_row_of_older_canvas(tmp_path: Path) -> None:
    """Older exports say Muted where newer ones say Manual Posting, and write names in two columns."""
    text = (
        "LastName,FirstName,ID,SIS User ID,Section,Quiz (1)\n,,,,,Muted\nPoints Possible,,,,,5\n"
        "Example,Ada,1,00123,A,3\nStudent,Test,2,,A,\n"
    )
    sheet = read_sheet(write_sheet(tmp_path, text))
    expected = {2: "posting", 3: "points", 4: "student", 5: "test_student"}
    assert (sheet.format, sheet.roles.to_dict()) == ("canvas", expected)


@pytest.mark.parametrize(
    ("name", "scores", "maxima", "roles"),
    [
        ("gradelib-canvas", 3, ["10.00", "24.00", "30.00"], ["posting", "points"] + ["student"] * 4),
        ("prairielearn-sample", 1, ["10.00"], ["points"] + ["student"] * 3),
        ("root-account-letter-grades", 3, ["100.00", "50.00", "50.00"],
         ["points"] + ["student"] * 3 + ["test_student"]),
    ],
)  # fmt: skip
def test_outside_canvas_exports(
    shared: Path, name: str, scores: int, maxima: list[str], roles: list[str]
) -> None:
    """Three Canvas exports from elsewhere are recognised with their scores, maxima and rows."""
    sheet = read_sheet(shared / "sheets" / "canvas" / f"{name}.csv")
    found = list(means_of(sheet).values()).count("score")
    assert (sheet.format, found, list(sheet.maxima.values()), list(sheet.roles)) == (
        "canvas",
        scores,
        maxima,
        roles,
    )


def test_plain_wide(tmp_path: Path) -> None:
    """Each column of scores is a line item, what belongs to it follows it, and other text is ignored."""
    text = (
        "Student ID,Name,E-mail,Quiz 1,Quiz 1 comment,Quiz 1 - late,Hair,Empty\n"
        "00123,Ada Example,ada@example.org,8,good,x,red,\n00124,Ben Example,ben@example.org,EX,,,black,\n"
    )
    sheet = read_sheet(write_sheet(tmp_path, text))
    assert (sheet.format, means_of(sheet)) == (
        "plain_wide",
        {"Student ID": "student", "Name": "name", "E-mail": "student", "Quiz 1": "score", "Quiz 1 comment": "comment",
         "Quiz 1 - late": "late", "Hair": "ignored", "Empty": "ignored"},
    )  # fmt: skip
    assert [each.belongs_to for each in sheet.description.columns[4:6]] == [3, 3]


def test_header_below_a_title(tmp_path: Path) -> None:
    """Rows above the header are kept as a preamble, and lines are still counted from the top."""
    text = "Midterm of Algebra 1,,\n,,\nID,Name,Midterm\n00123,Ada Example,8\n"
    sheet = read_sheet(write_sheet(tmp_path, text))
    assert (sheet.recognition.header_line, list(sheet.frame.index), list(sheet.preamble.index)) == (
        3,
        [4],
        [1, 2],
    )


def test_lone_comment_column_belongs_to_the_only_score(tmp_path: Path) -> None:
    """A column Comment belongs to the score column when there is but one, and else to none."""
    one = read_sheet(write_sheet(tmp_path, "ID,Quiz 1,Comment\n1,8,good\n"))
    two = read_sheet(write_sheet(tmp_path, "ID,Quiz 1,Quiz 2,Comment\n1,8,9,good\n"))
    assert (means_of(one)["Comment"], one.description.columns[2].belongs_to) == ("comment", 1)
    assert means_of(two)["Comment"] == "ignored"


def test_points_row_of_a_plain_sheet(tmp_path: Path) -> None:
    """A row of points right below the header gives maxima and is no student."""
    sheet = read_sheet(write_sheet(tmp_path, "ID,Quiz 1\nPoints Possible,10\n00123,8\n"))
    assert (list(sheet.roles), list(sheet.maxima.values())) == (["points", "student"], ["10"])


def test_plain_long(tmp_path: Path) -> None:
    """One row per score: the line item stands in a column, and the rest belongs to the score."""
    text = "Student ID,Assignment,Score,Max Points,Comment,Colour\n00123,Quiz 1,8,10,good,red\n"
    sheet = read_sheet(write_sheet(tmp_path, text))
    assert (sheet.format, means_of(sheet)) == (
        "plain_long",
        {"Student ID": "student", "Assignment": "line_item", "Score": "score", "Max Points": "points",
         "Comment": "comment", "Colour": "ignored"},
    )  # fmt: skip


def test_table_without_header_is_refused(tmp_path: Path) -> None:
    """Numbers alone are no grade sheet."""
    with pytest.raises(SheetError, match="has no header"):
        read_sheet(write_sheet(tmp_path, "1,2\n3,4\n"))
