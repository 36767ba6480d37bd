"""A push that was stopped, then taken back: the form goes on with it no more, and says what is next."""

from __future__ import annotations

from pathlib import Path

import pytest
from form_driving import drive, page, write, write_sheet

import gradetools as gt
from gradetools.gradebook import Gradebook
from gradetools.sandbox import Fault, Sandbox
from gradetools.widgets import HistoryForm, ImportForm
from gradetools.widgets.writing import Writing

ROWS = ("00041,50", "00082,60", "00123,70")


@pytest.fixture
def stopped(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ImportForm:
    """Give a form whose push of three grades was stopped after the first."""
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "quiz.csv", "Student number,Midterm", *ROWS))
    receipt = stop_after_first(form.writing, monkeypatch)
    assert (receipt.states["created"], receipt.states["unsent"]) == (1, 2)
    return form


def stop_after_first(writing: Writing | None, monkeypatch: pytest.MonkeyPatch) -> gt.Receipt:
    """Press the button of a plan, and Stop after the first grade."""
    assert writing is not None
    put, push = Gradebook.put_record, writing.push

    def stop(self: Gradebook, record: dict[str, object]) -> object:
        answer = put(self, record)
        assert push.run is not None
        push.run.stop.set()
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(Gradebook, "put_record", stop)
        patch.setattr("gradetools.widgets.push_run.push_plan", one_at_a_time)
        return write(writing)


def one_at_a_time(*given: object, **named: object) -> gt.Receipt:
    """Push with one worker, so that a Stop comes in time."""
    return gt.push_plan(*given, workers=1, **named)  # type: ignore[arg-type]  # handed on as it came


def test_a_push_that_was_taken_back_is_not_gone_on_with(
    stopped: ImportForm, sandbox: Sandbox
) -> None:
    """After its undo the button is off, step 6 says what is next and the receipt that the rest was never sent; then all is written anew."""
    form = stopped
    assert form.push.go.description == "Go on: write the other 2 grades"
    assert "next: go on with it" in form.steps["push"].state.value
    form.receipt.undo.click()
    assert write(form.writing.undo).ok
    assert (form.push.go.disabled, form.push.go.description) == (True, "Taken back")
    state = form.steps["push"].state.value
    assert ("go on" in state, "press “Preview the changes” in step 4" in state) == (False, True)
    assert "✔ taken back; the rest was never sent" in form.steps["receipt"].state.value
    told = form.receipt.told.value
    assert ("go on with it to send this" in told, "Never sent, and not gone on with" in told) == (
        False,
        True,
    )
    assert form.receipt.receipt is not None
    history = HistoryForm(form.where.gradebook)
    history.push.value = form.receipt.receipt.push_id
    entries = history.entries.text()
    assert ("go on with it" in entries, "unsent never sent" in entries) == (False, True)
    sent = len(sandbox.requests(method="PUT"))
    form.push.go.click()
    assert len(sandbox.requests(method="PUT")) == sent
    form.check.go.click()
    assert form.push.go.description == "Write 3 grades to sandbox"
    assert write(form.writing).states["created"] == 3


def test_an_undo_that_was_undone_lets_a_push_go_on(stopped: ImportForm) -> None:
    """Once its undo is taken back, a stopped push can be gone on with and taken back again, and says so."""
    form = stopped
    form.receipt.undo.click()
    undo = form.writing.undo
    assert undo is not None
    assert "next: look at what it would change" in page(form.receipt.below)
    write(undo)
    undo.receipt.undo.click()
    assert write(undo.undo).ok
    assert (form.push.go.disabled, form.push.go.description) == (
        False,
        "Go on: write the other 2 grades",
    )
    assert "next: go on with it" in form.steps["push"].state.value
    assert "The undo was taken back by push" in form.receipt.told.value
    assert form.receipt.undo.layout.display is None
    # There is one Undo for what was brought back: that of the push.
    assert undo.undo.receipt.undo.layout.display == "none"
    assert "next: look at what" not in page(form.receipt.below)
    assert "This was brought back" in undo.undo.preview.told.value
    assert undo.undo.push.go.description == "Brought back"
    assert "This was taken back, and brought back since" in form.preview.told.value
    history = HistoryForm(form.where.gradebook)
    [undone] = [label for label, _ in history.push.options if "taken back" in label]
    assert "1 taken back" in undone
    assert "· undone since ·" in undone
    assert "taken back, 1" not in history.list.text()
    assert write(form.writing).states["created"] == 3


def test_what_is_gone_on_with_is_not_tried_again_beside(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a push that was forbidden midway, the grade it ended at is counted once: going on takes it up, and no other try does."""
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "a.csv", "Student number,Midterm", *ROWS))
    sandbox.order(Fault(method="PUT", status=403))
    with monkeypatch.context() as patch:
        patch.setattr("gradetools.widgets.push_run.push_plan", one_at_a_time)
        receipt = write(form.writing)
    assert (receipt.states["failed"], receipt.states["unsent"]) == (1, 2)
    assert form.push.go.description == "Go on: write the other 3 grades, 1 of them again"
    assert form.receipt.retry.layout.display == "none"
    assert write(form.writing).states["created"] == 3


def test_failed_answers_are_told_while_they_are_tried_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """While a gradebook answers 503 the form says that answers failed and are tried again, and how many."""
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "a.csv", "Student number,Midterm", "00041,50", "00082,60"))
    sandbox.order(Fault(method="PUT", status=503, times=4))
    told: list[str] = []
    form.push.told.observe(lambda change: told.append(change["new"]), "value")
    assert write(form.writing).ok
    assert any("failed just now: the gradebook may be busy" in each for each in told)
    assert "failed just now" not in form.push.told.value


def test_an_undo_that_is_stopped_says_how_much_is_left(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The title names the grades that are not taken back yet, there is one button that goes on, and then it is taken back."""
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "quiz.csv", "Student number,Midterm", *ROWS))
    write(form.writing)
    form.receipt.undo.click()
    undo = form.writing.undo
    stop_after_first(undo, monkeypatch)
    told = "next: go on below: 2 grades not taken back yet"
    assert told in form.steps["receipt"].state.value
    assert form.receipt.undo.layout.display == "none"
    assert undo is not None
    assert undo.push.go.description == "Go on: take back the other 2 grades"
    assert write(undo).ok
    assert form.receipt.taken_back
    assert "✔ taken back" in form.steps["receipt"].state.value
