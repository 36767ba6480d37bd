"""The columns step of the import form: what it shows of the columns, and what choosing does to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from form_driving import write_sheet

import gradetools as gt
from gradetools.sandbox import Sandbox
from gradetools.widgets import ImportForm

EVIL = "<img src=x onerror=alert(1)>"
OF_OWN_CLASS = ("algebra-quiz-1", "biology-quiz-1")


@pytest.fixture
def gradebook(sandbox: Sandbox) -> gt.Gradebook:
    """Connect to the sandbox of the test."""
    return gt.connect(sandbox, patience=gt.Patience(attempts=1))


def open_columns(
    gradebook: gt.Gradebook, path: Path, *rows: str, classes: tuple[str, ...] = ("algebra-1",)
) -> ImportForm:
    """Open the form at the columns of a sheet of these rows."""
    form = ImportForm(gradebook, folder=path)
    form.where.connect.click()
    form.sheet.path.value = str(write_sheet(path / "sheet.csv", *rows))
    form.sheet.read.click()
    form.sheet.classes.value = classes
    form.sheet.use_classes.click()
    return form


def test_title_of_several_classes_is_shown_as_chosen(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """A column whose title two classes share shows that each student's own class's is meant, and goes through."""
    rows = ("Student number,Quiz 1", "00041,8", "00082,7")
    form = open_columns(gradebook, tmp_path, *rows, classes=("algebra-1", "biology-1"))
    choice = form.columns.line_items["Quiz 1"]
    assert choice.label == "Quiz 1 of each student's own class (2 classes)"
    assert choice.value == OF_OWN_CLASS
    choice.value = "biology-quiz-1"
    assert choice.label == "Quiz 1 (0 to 10, Biology 1, biology-quiz-1)"
    assert form.draft.columns.meaning("Quiz 1").line_item == "biology-quiz-1"
    assert form.draft.columns.meaning("Quiz 1").line_items == ()
    choice.value = OF_OWN_CLASS
    assert form.draft.columns.meaning("Quiz 1").line_items == OF_OWN_CLASS
    assert form.draft.columns.meaning("Quiz 1").line_item == ""
    choice.value = "ignore"
    choice.value = OF_OWN_CLASS
    assert [str(each.column) for each in form.draft.columns.score_columns] == ["Quiz 1"]
    choice.value = ""
    assert form.draft.columns.meaning("Quiz 1").line_items == ()


def test_title_of_one_class_is_offered_alone(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Of a single class, each line item is offered once and without the class's name."""
    form = open_columns(gradebook, tmp_path, "Student number,Quiz 1", "00041,8")
    labels = [label for label, _ in form.columns.line_items["Quiz 1"].options]
    assert form.columns.line_items["Quiz 1"].label == "Quiz 1 (0 to 10, algebra-quiz-1)"
    assert not [label for label in labels if "own class" in label or "Algebra" in label]


def test_saved_columns_are_offered_and_taken(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """What was saved is offered when the header comes again, taken only by a click, and left again by another."""
    rows = ("Student number,Score", "00041,8")
    form = open_columns(gradebook, tmp_path, *rows)
    assert form.columns.kept.view.layout.display == "none"
    form.columns.line_items["Score"].value = "algebra-quiz-2"
    form.columns.kept.save.click()
    assert "saved" in form.columns.kept.told.value
    folder = gradebook.settings.columns_folder
    assert folder.parent.parent == gradebook.settings.data_dir
    saved = list(folder.glob("*.json"))
    assert [gt.read_columns(path).meaning("Score").line_item for path in saved] == [
        "algebra-quiz-2"
    ]

    form = open_columns(gradebook, tmp_path, *rows)
    day = gt.list_columns(form.draft.sheet, folder)[0].day
    assert f"Columns for this header were saved on {day}:" in form.columns.kept.offered.value
    assert form.columns.line_items["Score"].value == ""
    form.columns.go.click()
    form.columns.kept.use.click()
    assert (
        form.steps["check"].body.layout.display == "none"
    )  # what followed from the others is gone
    assert form.columns.line_items["Score"].value == "algebra-quiz-2"
    assert form.draft.columns.meaning("Score").samples == ("8",)
    assert "are used" in form.columns.kept.offered.value
    form.columns.kept.use.click()
    assert form.columns.line_items["Score"].value == ""


def test_changed_header_is_told_before_saved_columns_are_taken(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Where the header has changed, what changed is said first, as text; then what still fits is kept."""
    form = open_columns(gradebook, tmp_path, "Student number,Score,Old", "00041,8,1")
    form.columns.line_items["Score"].value = "algebra-quiz-2"
    form.columns.kept.save.click()
    form = open_columns(gradebook, tmp_path, f"Student number,Score,Midterm,{EVIL}", "00041,8,50,1")
    told = form.columns.kept.offered.value
    assert "nearly fit" in told
    assert "&lt;img" in told
    assert "<img" not in told
    assert "&#x27;Old&#x27; is gone" in told
    form.columns.kept.use.click()
    assert form.columns.line_items["Score"].value == "algebra-quiz-2"
    assert form.columns.line_items["Midterm"].value == "algebra-midterm"


def test_saved_columns_of_other_line_items_are_not_offered(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Columns that name line items which the class does not have are not offered."""
    rows = ("Student number,Score", "00041,8")
    form = open_columns(gradebook, tmp_path, *rows)
    form.columns.line_items["Score"].value = "algebra-quiz-2"
    form.columns.kept.save.click()
    form = open_columns(gradebook, tmp_path, *rows, classes=("biology-1",))
    assert form.columns.kept.view.layout.display == "none"


def test_what_was_decided_is_saved_with_a_push(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """A push saves the columns if a person decided anything; a plain suggestion is not saved."""
    folder = gradebook.settings.columns_folder
    for header, chosen, kept in (("Quiz 1", "", 0), ("Score", "algebra-quiz-2", 1)):
        form = open_columns(gradebook, tmp_path, f"Student number,{header}", "00041,8")
        if chosen:
            form.columns.line_items[header].value = chosen
        form.columns.go.click()
        form.check.go.click()
        assert len(list(folder.glob("*.json"))) == 0  # not before it is written
        form.push.go.click()
        receipt = form.push.wait(30)
        assert receipt is not None
        assert receipt.ok
        assert len(list(folder.glob("*.json"))) == kept


def test_columns_that_cannot_be_saved_are_a_sentence(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """A folder that cannot be made is told in one sentence, and a push has worked all the same."""
    form = open_columns(gradebook, tmp_path, "Student number,Score", "00041,8")
    form.columns.line_items["Score"].value = "algebra-quiz-2"
    gradebook.settings.columns_folder.parent.write_text("in the way", encoding="utf-8")
    form.columns.kept.save.click()
    assert 'role="alert"' in form.columns.kept.told.value
    form.columns.go.click()
    form.check.go.click()
    form.push.go.click()
    receipt = form.push.wait(30)
    assert receipt is not None
    assert receipt.ok
    assert "cannot be made" in form.columns.kept.told.value
