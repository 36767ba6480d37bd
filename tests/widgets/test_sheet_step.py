"""The sheet step of the import form: what was detected of a file is shown, and can be corrected."""

from __future__ import annotations

import html
from pathlib import Path

import openpyxl
import pytest
from form_driving import write_sheet

import gradetools as gt
from gradetools.sandbox import Sandbox
from gradetools.widgets import ImportForm


@pytest.fixture
def form(sandbox: Sandbox, tmp_path: Path) -> ImportForm:
    """Open the form at the sheet."""
    opened = ImportForm(gt.connect(sandbox, patience=gt.Patience(attempts=1)), folder=tmp_path)
    opened.where.connect.click()
    return opened


def read(form: ImportForm, path: Path) -> None:
    """Read a file in the form."""
    form.sheet.path.value = str(path)
    form.sheet.read.click()


def shown(form: ImportForm) -> dict[str, str]:
    """Give what the fields in sight hold, or say by themselves."""
    assert form.sheet.detected.view.layout.display is None
    return {
        name: getattr(field, "label", "") or field.value or field.placeholder
        for name, field in form.sheet.detected.fields.items()
        if field.layout.display is None
    }


def test_what_was_detected_is_shown(form: ImportForm, tmp_path: Path) -> None:
    """The fields say what was detected of a CSV, and nothing is in sight before one was read."""
    assert form.sheet.detected.view.layout.display == "none"
    read(form, write_sheet(tmp_path / "a.csv", "Week 4;;", "Student number;Quiz 1;", "00041;8;x"))
    assert shown(form) == {
        "format": "plain table, one row per student (detected)",
        "header_row": "2",
        "encoding": "utf-8",
        "delimiter": "semicolon (detected)",
    }
    assert form.sheet.alert.value == ""
    assert "Below, change only what is wrong." in form.sheet.told.value


def test_what_was_detected_is_corrected(form: ImportForm, tmp_path: Path) -> None:
    """A field that is changed reads the file again, and takes what followed from it away."""
    path = tmp_path / "a.csv"
    path.write_bytes("Student number,Name,Quiz 1|Quiz 2\n00041,Zoë,8|1\n".encode("cp1252"))
    read(form, path)
    assert form.draft.sheet.column("Name")[2] == "Zoë"
    form.sheet.use_classes.click()
    form.sheet.detected.encoding.value = "cp437"
    assert form.draft.sheet.column("Name")[2] == "Zoδ"
    assert form.steps["columns"].body.layout.display == "none"
    form.sheet.detected.delimiter.value = "|"
    assert [str(key) for key in form.draft.sheet.header] == ["Student number,Name,Quiz 1", "Quiz 2"]
    assert shown(form)["delimiter"] == "bar"
    form.sheet.detected.delimiter.value = ""
    assert len(form.draft.sheet.header) == 3


def test_header_row_and_format_are_corrected(form: ImportForm, tmp_path: Path) -> None:
    """Another header row and another format are taken; what is no row is told in a sentence."""
    rows = ("Student number,Quiz 1", "Student number,Quiz 2", "00041,8", "00082,7")
    read(form, write_sheet(tmp_path / "a.csv", *rows))
    assert [str(key) for key in form.draft.sheet.header] == ["Student number", "Quiz 1"]
    form.sheet.detected.header_row.value = "2"
    assert [str(key) for key in form.draft.sheet.header] == ["Student number", "Quiz 2"]
    for wrong, said in (("two", "is no row"), ("99", "has no line 99")):
        form.sheet.detected.header_row.value = wrong
        assert said in form.sheet.alert.value
        assert form.sheet.whose.layout.display == "none"
    form.sheet.detected.header_row.value = ""
    assert form.sheet.alert.value == ""
    form.sheet.detected.format.value = "canvas"
    assert "is no canvas export" in form.sheet.alert.value
    form.sheet.detected.format.value = "plain_wide"
    assert form.draft.sheet.format == "plain_wide"


def test_another_file_is_detected_anew(form: ImportForm, tmp_path: Path) -> None:
    """What was said of one file is not said of the next."""
    read(form, write_sheet(tmp_path / "a.csv", "Student number,Quiz 1", "00041,8"))
    form.sheet.detected.delimiter.value = "|"
    assert "alert" in form.sheet.alert.value
    read(form, write_sheet(tmp_path / "b.csv", "Student number;Quiz 1", "00041;8"))
    assert form.sheet.alert.value == ""
    assert len(form.draft.sheet.header) == 2


def test_another_worksheet_is_chosen(form: ImportForm, tmp_path: Path) -> None:
    """Of a workbook the worksheets are offered, and another is read when it is chosen; one alone is no choice."""
    book = openpyxl.Workbook()
    for title, score in (("Week 1", 8), ("Week 2", 9)):
        sheet = book.create_sheet(title)
        sheet.append(["Student number", "Quiz 1"])
        sheet.append(["00041", score])
    book.save(tmp_path / "a.xlsx")
    read(form, tmp_path / "a.xlsx")
    assert shown(form)["worksheet"] == "Week 1 (detected)"
    told = html.unescape(form.sheet.told.value)
    assert "Only the worksheet 'Week 1' is read; the workbook also has: Sheet, Week 2." in told
    assert not {"encoding", "delimiter"} & set(shown(form))
    titles = [title for _, title in form.sheet.detected.worksheet.options]
    assert titles == ["", "Sheet", "Week 1", "Week 2"]
    form.sheet.detected.worksheet.value = "Week 2"
    assert form.draft.sheet.column("Quiz 1")[2] == "9"
    form.sheet.detected.worksheet.value = "Sheet"
    assert "The worksheet 'Sheet' of a.xlsx is empty" in html.unescape(form.sheet.alert.value)
    assert shown(form)["worksheet"] == "Sheet"
    assert not {"encoding", "delimiter"} & set(shown(form))
    form.sheet.detected.worksheet.value = "Week 1"
    assert form.draft.sheet.column("Quiz 1")[2] == "8"
    for title in ("Sheet", "Week 2"):
        del book[title]
    book["Week 1"].row_dimensions[2].hidden = True
    book.save(tmp_path / "b.xlsx")
    read(form, tmp_path / "b.xlsx")
    assert "worksheet" not in shown(form)
    assert "Only the worksheet" not in form.sheet.told.value
    assert "Hidden in the spreadsheet: 1 row, read like the others." in form.sheet.told.value


def test_worksheets_without_grades_are_offered(form: ImportForm, tmp_path: Path) -> None:
    """Where no worksheet is a grade sheet the sentence says why of the first, names all, and each can be chosen."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Read me"
    book.worksheets[0].append(["Hand in until Friday"])
    scores = book.create_sheet("Scores")
    scores.append(["Student number", "Midterm"])
    scores.append(["00041", "=2*40"])
    for title in ("Notes", "More", "Last"):
        book.create_sheet(title).append(["None"])
    book.save(tmp_path / "a.xlsx")
    read(form, tmp_path / "a.xlsx")
    said = html.unescape(form.sheet.alert.value)
    assert "Of the worksheet 'Read me': a.xlsx has no header" in said
    assert "Of the worksheet 'Scores': a.xlsx holds a formula that was never calculated" in said
    assert "Of the worksheet 'Notes': a.xlsx has no header" in said
    assert "No grade sheets are the others either: 'More', 'Last'." in said
    titles = ["", "Read me", "Scores", "Notes", "More", "Last"]
    assert [title for _, title in form.sheet.detected.worksheet.options] == titles
    assert set(shown(form)) == {"worksheet", "format", "header_row"}


def styles(form: ImportForm) -> list[str]:
    """Give the names of the buttons that stand out."""
    names = ("read", "read_pasted", "use_classes")
    return [name for name in names if getattr(form.sheet, name).button_style == "primary"]


def test_a_sheet_that_is_chosen_is_not_taken_for_the_one_that_was_read(
    form: ImportForm, tmp_path: Path
) -> None:
    """Once another sheet is chosen, or cells are pasted, what was read before is put aside, and one button stands out."""
    assert styles(form) == ["read"]
    read(form, write_sheet(tmp_path / "old.csv", "Student number,Quiz 1", "00041,8"))
    assert styles(form) == ["use_classes"]
    form.sheet.use_classes.click()
    form.sheet.path.value = str(
        write_sheet(tmp_path / "new.csv", "Student number,Quiz 1", "00041,9")
    )
    assert styles(form) == ["read"]
    assert "new.csv is not read yet" in form.sheet.told.value
    assert "What was read before, old.csv, is put aside." in form.sheet.told.value
    assert "comes after" in form.steps["columns"].state.value
    assert form.sheet.whose.layout.display == "none"
    form.sheet.read.click()
    assert "new.csv: 1 student row" in form.sheet.told.value
    form.sheet.paste.value = "Student number\tQuiz 1\n00041\t6\n"
    assert styles(form) == ["read_pasted"]
    assert "What was read before, new.csv, is put aside." in form.sheet.told.value
    form.sheet.read_pasted.click()
    assert styles(form) == ["use_classes"]
    form.sheet.path.value = str(tmp_path / "old.csv")
    assert styles(form) == ["read"]
    form.sheet.read.click()
    assert styles(form) == ["use_classes"]


def test_a_pasted_block_is_read(form: ImportForm) -> None:
    """Cells that were pasted are read like a file, and again with another delimiter."""
    form.sheet.paste.value = "Student number\tQuiz 1|Quiz 2\n00041\t8|1\n"
    form.sheet.read_pasted.click()
    assert "pasted text: 1 student row, 2 columns" in form.sheet.told.value
    assert "encoding" not in shown(form)
    form.sheet.detected.delimiter.value = "|"
    assert [str(key) for key in form.draft.sheet.header] == ["Student number Quiz 1", "Quiz 2"]
    form.sheet.paste.value = ""
    form.sheet.read_pasted.click()
    assert "The pasted text is empty" in form.sheet.alert.value


def test_only_the_sheet_that_was_read_is_named(form: ImportForm, tmp_path: Path) -> None:
    """After another path, or a pasted block, the list of files no longer names the one chosen before."""
    write_sheet(tmp_path / "listed.csv", "Student number,Quiz 1", "00041,8")
    form.sheet.again.click()
    form.sheet.files.label = "listed.csv"
    assert form.sheet.path.value == str(tmp_path / "listed.csv")
    read(form, write_sheet(tmp_path / "other.csv", "Student number,Quiz 1", "00041,7"))
    assert form.sheet.files.value == ""
    form.sheet.files.label = "listed.csv"
    form.sheet.paste.value = "Student number\tQuiz 1\n00041\t6\n"
    form.sheet.read_pasted.click()
    assert (form.sheet.files.value, form.sheet.path.value) == ("", "")
    assert "pasted text" in form.sheet.told.value


def test_a_row_of_averages_is_left_out_and_named(form: ImportForm, tmp_path: Path) -> None:
    """The step says which line it took for no student's, and the check says it again; no grade of it is sent."""
    rows = ("Midterm,Name,Student number", "80,Ada Example,00041", "80,Average,")
    read(form, write_sheet(tmp_path / "a.csv", *rows))
    told = html.unescape(form.sheet.told.value)
    assert "1 student row, 3 columns" in told
    assert "Left out, as no student and without an id: line 3 'Average'." in told
    form.sheet.classes.value = ("algebra-1",)
    form.sheet.use_classes.click()
    assert "1 of 1 student found." in form.columns.found.value
    form.columns.go.click()
    assert form.draft.checked.counts == {"ready": 1, "skipped": 0, "blocked": 0}
    assert "i summary-row</span></td><td>line 3</td>" in form.check.findings.value


def test_a_class_without_these_students_is_doubted(form: ImportForm, tmp_path: Path) -> None:
    """Who takes another class than the one that was found is told in the step's own line."""
    read(form, write_sheet(tmp_path / "a.csv", "Student number,Midterm", "00123,80", "00164,70"))
    form.sheet.classes.value = ("biology-1",)
    form.sheet.use_classes.click()
    told = "for Biology 1, though none of 2 students of the sheet are in it, and 2 in Algebra 1"
    assert told in form.sheet.state.value
    assert "gt-doubt" in form.sheet.state.value
    form.sheet.classes.value = ("algebra-1",)
    form.sheet.use_classes.click()
    assert "gt-done" in form.sheet.state.value


def test_rows_of_a_long_sheet_are_grades(form: ImportForm, tmp_path: Path) -> None:
    """Where each row is one grade, grades are counted and not students."""
    rows = ("Student number,Assignment,Score", "00041,Midterm,80", "00041,Quiz 2,7")
    read(form, write_sheet(tmp_path / "a.csv", *rows))
    assert "a.csv: 2 rows of grades, 3 columns." in form.sheet.told.value


def test_a_class_is_proposed_by_ids_without_their_zeros(form: ImportForm, tmp_path: Path) -> None:
    """Ids that lost their zeros find the class, which says so; who they are is asked in the step after."""
    read(form, write_sheet(tmp_path / "a.csv", "Number,Quiz 1", "41,8", "82,7", "123,6"))
    assert form.sheet.classes.value == ("algebra-1",)
    told = html.unescape(form.sheet.guess.value)
    assert (
        "None of 3 students of the sheet are in Algebra 1 as their ids stand. 3 are but for zeros at the front"
        in told
    )
    assert (
        "such as 00041 for 41: a spreadsheet program takes them away. Step 3 asks about them."
        in told
    )
    form.sheet.use_classes.click()
    assert form.columns.zeros.description == "Take 3 ids with the zeros"
    assert form.draft.columns.student_matches == {}
