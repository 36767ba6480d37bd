"""The columns step of the import form: what it shows of the columns, and what choosing does to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from form_driving import write_sheet

import gradetools as gt
from gradetools.sandbox import Sandbox
from gradetools.widgets import ImportForm

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
