"""After a push, another try and their undos, in any order, the step's line says what still stands and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from form_driving import drive, write, write_sheet

import gradetools as gt
from gradetools.sandbox import Sandbox
from gradetools.widgets import ImportForm

HEAD = "Student number,Quiz 1"


def find_quiz(sandbox: Sandbox, number: int) -> dict[str, object]:
    """Give what the sandbox holds of one student's Quiz 1."""
    found = [
        each
        for each in sandbox.records("results")
        if each["student"]["sourcedId"] == f"student-{number:03d}"
        and each["lineItem"]["sourcedId"] == "algebra-quiz-1"
    ]
    return found[0]


@pytest.fixture
def form(sandbox: Sandbox, tmp_path: Path) -> ImportForm:
    """Give a form that wrote one grade, and another by a try at it over what somebody had changed before it was written."""
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "first.csv", HEAD, "00041,5", "00082,6"))
    sandbox.put_record("results", find_quiz(sandbox, 1) | {"score": 2})
    form.push.note.value = "week <7>"
    assert write(form.writing).states["conflict"] == 1
    form.receipt.retry.click()
    retry = form.writing.retry
    assert retry is not None
    retry.preview.conflicts.choice.value = "ours"
    assert write(retry).written == 1
    return form


def tell_state(form: ImportForm) -> str:
    """Give the words in the step's line."""
    return form.steps["receipt"].state.value


def test_the_push_is_taken_back_first(form: ImportForm) -> None:
    """What the other try wrote is named until it is taken back, too; what came of the first undo stays in sight."""
    retry = form.writing.retry
    assert retry is not None
    form.receipt.undo.click()
    first = write(form.writing.undo)
    assert "⚠ taken back; 1 grade of the other try below still written" in tell_state(form)
    assert "1 grade of the other try below still stands" in form.receipt.told.value
    assert "the table here" not in form.receipt.told.value
    retry.receipt.undo.click()
    write(retry.undo)
    assert "✔ taken back, and what was tried again with it" in tell_state(form)
    assert "still stands" not in form.receipt.told.value
    assert f"Taken back by push {first.push_id}: 1 taken back" in form.receipt.told.value


def test_the_other_try_is_taken_back_first(form: ImportForm) -> None:
    """Then the push is what still stands, and no Undo is named that is not there."""
    assert "press Undo here and at the other try" in form.receipt.told.value
    retry = form.writing.retry
    assert retry is not None
    retry.receipt.undo.click()
    write(retry.undo)
    assert "next: take back the 1 grade of the push, too, or keep it" in tell_state(form)
    assert "press Undo here and at the other try" not in form.receipt.told.value
    form.receipt.undo.click()
    write(form.writing.undo)
    assert "✔ taken back" in tell_state(form)
    assert "but for" not in tell_state(form)


def test_what_is_left_on_purpose_is_not_called_done(form: ImportForm, sandbox: Sandbox) -> None:
    """An undo that leaves a grade as somebody changed it says so in the step's line; so does another try."""
    sandbox.put_record("results", find_quiz(sandbox, 2) | {"score": 3})
    form.receipt.undo.click()
    undo = form.writing.undo
    assert undo is not None
    undo.preview.conflicts.choice.value = "theirs"
    write(undo)
    assert (
        "nothing taken back: 1 grade left as changed since; 1 grade of the other try below"
        in tell_state(form)
    )
    retry = form.writing.retry
    assert retry is not None
    retry.receipt.undo.click()
    write(retry.undo)
    assert "but for 1 grade left as changed since" in tell_state(form)
    assert find_quiz(sandbox, 2)["score"] == 3


def test_a_try_that_leaves_something_says_so(
    form: ImportForm, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Another try in which something was left to somebody is not called written."""
    drive(form, write_sheet(tmp_path / "next.csv", HEAD, "00041,8", "00082,9"))
    for number in (1, 2):
        sandbox.put_record("results", find_quiz(sandbox, number) | {"score": 4})
    write(form.writing)
    form.receipt.retry.click()
    retry = form.writing.retry
    assert retry is not None
    retry.preview.conflicts.whose.value = 0
    retry.preview.conflicts.choice.value = "ours"
    retry.preview.conflicts.whose.value = 1
    retry.preview.conflicts.choice.value = "theirs"
    write(retry)
    told = "✔ tried again: 1 grade written, 1 is left as changed by somebody"
    assert told in tell_state(form)


def test_a_note_is_told_with_the_push(form: ImportForm) -> None:
    """What was noted about a push stands beside its id."""
    assert "noted as “week &lt;7&gt;”" in form.receipt.told.value
