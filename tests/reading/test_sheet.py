"""A sheet is the file as found, understood but not changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_samples import write_sheet

from gradetools.errors import ColumnsError, SheetError
from gradetools.sheet import ColumnKey, Sheet, read_sheet

TEXT = 'ID,Quiz,Quiz,Name\n00123, 8 ,9,"=""Ada"""\n00124,7,6,=1+1\n'


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    """A small plain sheet with two columns of one name."""
    return read_sheet(write_sheet(tmp_path, TEXT))


def test_columns_of_one_name_are_told_apart(sheet: Sheet) -> None:
    """The second column of a name is addressed by its number."""
    assert [str(key) for key in sheet.header] == ["ID", "Quiz", "Quiz #2", "Name"]
    assert list(sheet.column("Quiz #2")) == ["9", "6"]


def test_columns_without_a_name_have_a_letter(tmp_path: Path) -> None:
    """A column without a name is called as a spreadsheet program calls it."""
    names = ["ID", *[""] * 27]
    sheet = read_sheet(write_sheet(tmp_path, ",".join([*names, "Quiz"]) + "\n1,2\n"))
    assert [str(sheet.header[position]) for position in (1, 25, 26, 27)] == [
        "(column B)", "(column Z)", "(column AA)", "(column AB)",
    ]  # fmt: skip


@given(st.builds(ColumnKey, st.text(max_size=9) | st.just("Quiz #2"), st.integers(1, 12)))
def test_an_address_reads_back(key: ColumnKey) -> None:
    """What an address is written as is read as the same address."""
    assert ColumnKey.parse(str(key)) == key


def test_unknown_column_names_those_there_are(sheet: Sheet) -> None:
    """Who asks for a column that the sheet lacks learns which it has."""
    with pytest.raises(
        ColumnsError, match=r"grades.csv has no column 'Quiz #3'; it has 'ID', 'Quiz', 'Quiz #2'"
    ):
        sheet.column("Quiz #3")


def test_frame_is_as_found_and_column_as_meant(sheet: Sheet) -> None:
    """The frame keeps blanks and wrapped text; a column is without them."""
    assert list(sheet.frame.iloc[0]) == ["00123", " 8 ", "9", '="Ada"']
    assert (list(sheet.column("Quiz")), list(sheet.column("Name"))) == (["8", "7"], ["Ada", "=1+1"])


def test_a_receipts_quote_is_taken_off(tmp_path: Path) -> None:
    """The ' that a receipt puts before a formula is taken off again, elsewhere it stays."""
    receipt = read_sheet(
        write_sheet(tmp_path, "ID,Quiz,gradetools_state\n'=x,8,failed\n'a,7,failed\n")
    )
    plain = read_sheet(write_sheet(tmp_path, "ID,Quiz\n'=x,8\n"))
    assert (list(receipt.column("ID")), list(plain.column("ID"))) == (["=x", "'a"], ["'=x"])


def test_fingerprint_is_that_of_the_header(tmp_path: Path, sheet: Sheet) -> None:
    """Other cells, other lines and columns of a receipt leave the fingerprint; another header does not."""
    below = read_sheet(write_sheet(tmp_path, "Title,,,\nID,Quiz,Quiz,Name\n1,2,3,4\n"))
    receipt = read_sheet(write_sheet(tmp_path, "ID,Quiz,Quiz,Name,gradetools_line\n1,2,3,4,5\n"))
    other = read_sheet(write_sheet(tmp_path, "ID,Quiz,Quiz 2,Name\n1,2,3,4\n"))
    assert below.fingerprint == receipt.fingerprint == sheet.fingerprint != other.fingerprint


def test_fingerprint_never_changes(sheet: Sheet) -> None:
    """Saved columns of last year are still found: the fingerprints are fixed."""
    assert (sheet.fingerprint, sheet.content_fingerprint[:16]) == (
        "685960d7b09a25c0",
        "ed361c7e74363f70",
    )


def test_with_cell_makes_another_sheet(sheet: Sheet) -> None:
    """A corrected cell is in the new sheet only, and changes its content's fingerprint."""
    corrected = sheet.with_cell(3, "Quiz #2", "5")
    assert (list(corrected.column("Quiz #2")), list(sheet.column("Quiz #2"))) == (
        ["9", "5"],
        ["9", "6"],
    )
    assert corrected.content_fingerprint != sheet.content_fingerprint
    with pytest.raises(SheetError, match="has no line 4: name one from 2 to 3"):
        sheet.with_cell(4, "Quiz", "5")


def test_json_keeps_the_whole_sheet(tmp_path: Path) -> None:
    """A sheet that went through JSON is the same in every part."""
    text = "Title,,\nID,Quiz,Quiz\nPoints,10,10\n00123,8,\n,,\n"
    sheet = read_sheet(write_sheet(tmp_path, text))
    again = Sheet.from_dict(json.loads(json.dumps(sheet.to_dict())))
    for part in (
        "name",
        "format",
        "reason",
        "detected",
        "header",
        "maxima",
        "fingerprint",
        "content_fingerprint",
    ):
        assert getattr(again, part) == getattr(sheet, part)
    assert (again.recognition, again.description) == (sheet.recognition, sheet.description)
    assert again.frame.equals(sheet.frame)
    assert again.preamble.equals(sheet.preamble)
    assert again.roles.equals(sheet.roles)


def test_sheet_says_what_it_is(sheet: Sheet) -> None:
    """The repr is one line without any student."""
    assert str(sheet) == "<Sheet grades.csv: plain_wide, 2 student rows, 4 columns>"


def test_sheet_without_rows_is_refused(tmp_path: Path) -> None:
    """A header alone is no grade sheet."""
    with pytest.raises(SheetError, match="has a header and no rows below it"):
        read_sheet(write_sheet(tmp_path, "ID,Quiz\n"))


CLASS = "Name,ID,Quiz 1,Quiz 2\nAda,00041,9,8\nBen,00082,7,\nAverage,,8,8\n"


def test_a_row_of_averages_is_no_student(tmp_path: Path) -> None:
    """A row called "Average" that has no id is set apart and named; one with an id is a student's, and so is every other."""
    sheet = read_sheet(write_sheet(tmp_path, CLASS))
    assert (list(sheet.student_rows["ID"]), sheet.summaries) == (["00041", "00082"], {4: "Average"})
    for real in ("Average,00123,8,8", "Averagely,,8,8", ",,8,8"):
        kept = read_sheet(write_sheet(tmp_path, CLASS.replace("Average,,8,8", real)))
        assert (len(kept.student_rows), kept.summaries) == (3, {})
    assert Sheet.from_dict(json.loads(json.dumps(sheet.to_dict()))).summaries == {4: "Average"}


@pytest.mark.parametrize(
    ("above", "called"),
    [
        (",,Quizzes,Total", "Total"),
        ("Algebra 1,,,", "(column D)"),
        (",,Quizzes,100", "(column D)"),
    ],
)
def test_a_column_is_called_by_the_row_that_groups_it(
    tmp_path: Path, above: str, called: str
) -> None:
    """Where the header is blank the row above gives the name, but for a title and for numbers."""
    sheet = read_sheet(write_sheet(tmp_path, f"{above}\nName,ID,Quiz 1,\nAda,1,8,8\n"))
    assert [key.name for key in sheet.header] == ["Name", "ID", "Quiz 1", called]


@pytest.mark.parametrize(
    "text", [CLASS.replace("Average,,", ",Average,"), "ID,Quiz 1\n00041,9\n00082,7\nAverage,8\n"]
)
def test_an_average_in_the_place_of_an_id_is_none(tmp_path: Path, text: str) -> None:
    """A row whose id is the word itself, and that has no name, is no student's; nor is there one of both word and name."""
    sheet = read_sheet(write_sheet(tmp_path, text))
    assert (list(sheet.student_rows["ID"]), sheet.summaries) == (["00041", "00082"], {4: "Average"})
    named = read_sheet(write_sheet(tmp_path, CLASS.replace("Average,,", "Cleo,Average,")))
    assert named.summaries == {}


@pytest.mark.parametrize(
    "row", ["Class average:,,8,8", "Durchschnitt,,8,8", "Moyenne de la classe,,8,", "  MEAN ,,,8"]
)
def test_rows_of_averages_are_known_by_their_words(tmp_path: Path, row: str) -> None:
    """Such a row is known in other words and languages, above the students too, and whatever its columns are called."""
    for text in (
        CLASS.replace("Average,,8,8", row),
        CLASS.replace("Average,,8,8\n", "").replace("Ada", f"{row}\nAda"),
        CLASS.replace("Average,,8,8", row).replace("ID", "Code of ours"),
    ):
        sheet = read_sheet(write_sheet(tmp_path, text))
        assert len(sheet.student_rows) == 2
        assert len(sheet.summaries) == 1


def test_a_row_of_averages_that_is_given_an_id_is_a_students(tmp_path: Path) -> None:
    """Who enters an id into such a row makes it a student's."""
    sheet = read_sheet(write_sheet(tmp_path, CLASS)).with_cell(4, "ID", "00123")
    assert (len(sheet.student_rows), sheet.summaries) == (3, {})


@pytest.mark.parametrize("word", ["Max", "Min", "High", "Low", "SD", "Std Dev", "n", "Class Avg"])
def test_short_words_of_summaries_are_no_students(tmp_path: Path, word: str) -> None:
    """A last row that is called "Max" or the like and has no id is set apart where all others have ids and whole names."""
    table = 'Student,ID,Quiz 1\n"Example, Ada",00041,9\n"Example, Ben",00082,7\n{},,9\n'
    sheet = read_sheet(write_sheet(tmp_path, table.format(word)))
    assert (list(sheet.student_rows["ID"]), sheet.summaries) == (["00041", "00082"], {4: word})


@pytest.mark.parametrize(
    ("more", "last"),
    [
        ("", "Max,00123,9"),  # an id
        ("", '"Example, Max",,9'),  # a name
        ("Cleo,00083,8\n", "Max,,9"),  # somebody else has one name only
        ('"Example, Cleo",,8\n', "Max,,9"),  # somebody else's id was forgotten, too
        ("", "Max,,80"),  # a full mark
    ],
)
def test_who_may_be_called_max_is_a_student(tmp_path: Path, more: str, last: str) -> None:
    """A row called "Max" stays one of a student where it may be somebody's, or may state the full marks."""
    table = f'Student,ID,Quiz 1\n"Example, Ada",00041,9\n"Example, Ben",00082,7\n{more}{last}\n'
    assert not read_sheet(write_sheet(tmp_path, table)).summaries
