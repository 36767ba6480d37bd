"""Grades that somebody else changed are decided about together or one by one, in a preview, a retry and an undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from form_driving import drive, write, write_sheet

import gradetools as gt
from gradetools.sandbox import Sandbox
from gradetools.widgets import ImportForm

HEAD = "Student number,Midterm"


@pytest.fixture
def form(sandbox: Sandbox, tmp_path: Path) -> ImportForm:
    """Give a form through which three grades were written, two of which somebody has changed since."""
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "first.csv", HEAD, "00041,50", "00082,60", "00123,70"))
    written = write(form.writing).entries["sourced_id"].tolist()
    for held in sandbox.records("results"):
        if held["sourcedId"] in written[:2]:
            sandbox.put_record("results", {**held, "score": 55})
    return form


def read_scores(sandbox: Sandbox, form: ImportForm) -> list[float | None]:
    """Give the scores that the sandbox holds of the grades that the form's last plan is about."""
    assert form.preview.plan is not None
    held = {each["sourcedId"]: each for each in sandbox.records("results")}
    found = [held[key] for key in form.preview.plan.changes["sourced_id"]]
    return [one.get("score") if one["status"] == "active" else None for one in found]


def test_each_conflict_can_be_decided_by_itself(
    form: ImportForm, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Of two, one is written over and one left; what was decided of each is shown with it, and one word for all takes its place."""
    drive(form, write_sheet(tmp_path / "next.csv", HEAD, "00041,51", "00082,61", "00123,71"))
    conflicts = form.preview.conflicts
    assert [label for label, _ in conflicts.whose.options] == [
        "all 2 grades that changed meanwhile",
        "Ada Example, Midterm",
        "Ben Example, Midterm",
    ]
    conflicts.whose.value = 0
    conflicts.choice.value = "ours"
    assert form.push.go.description == "Write 2 grades to sandbox"
    conflicts.whose.value = 1
    assert conflicts.choice.value == "stop"
    conflicts.choice.value = "theirs"
    conflicts.whose.value = 0
    assert conflicts.choice.value == "ours"
    plan = form.preview.plan
    assert plan is not None
    assert plan.changes["action"].tolist() == ["update", "skip", "update"]
    assert plan.on_conflict == "stop"  # what is changed while it is written was not decided
    conflicts.whose.value = -1
    conflicts.choice.value = "theirs"
    assert form.push.go.description == "Write 1 grade to sandbox"
    conflicts.whose.value = 0
    assert conflicts.choice.value == "theirs"
    conflicts.choice.value = "ours"
    assert write(form.writing).ok
    assert read_scores(sandbox, form) == [51, 55, 71]
    assert conflicts.view.layout.display == "none"


def test_one_conflict_wants_no_choice_of_whose(form: ImportForm, tmp_path: Path) -> None:
    """Where one grade is disputed it is asked about at once; where none is, nothing is."""
    conflicts = form.preview.conflicts
    drive(form, write_sheet(tmp_path / "one.csv", HEAD, "00041,51", "00123,71"))
    assert conflicts.view.layout.display is None
    assert conflicts.whose.layout.display == "none"
    drive(form, write_sheet(tmp_path / "none.csv", HEAD, "00123,71"))
    assert conflicts.view.layout.display == "none"


def test_an_undo_and_a_retry_ask_of_each(
    form: ImportForm, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A retry writes over one and leaves the other; an undo restores one of two, and what it left is tried again below it."""
    form.receipt.undo.click()
    undo = form.writing.undo
    assert undo is not None
    undo.preview.conflicts.whose.value = 0
    undo.preview.conflicts.choice.value = "ours"
    assert write(undo).states["updated"] == 2
    assert read_scores(sandbox, form) == [None, 55, None]
    state = form.steps["receipt"].state.value
    told = "taken back, but for 1 grade: try it again below to decide, or leave it as it is"
    assert told in state
    assert undo.push.bar.bar_style == "success"  # all that was sent was written
    assert form.receipt.undo.layout.display == "none"  # the other try at it is below
    undo.receipt.retry.click()
    last = undo.retry
    assert last is not None
    last.preview.conflicts.choice.value = "theirs"
    assert last.push.go.description == "Settle it: leave 1 grade as it is"
    told = "Nothing of this push is left to take back. 1 grade stays as it was changed since."
    assert told in last.preview.told.value
    assert write(last).ok
    assert form.receipt.taken_back
    assert "To take back the whole" not in undo.receipt.told.value
    drive(form, write_sheet(tmp_path / "next.csv", HEAD, "00041,51", "00082,61"))
    receipt = write(form.writing)
    assert (receipt.states["created"], receipt.states["conflict"]) == (1, 1)
    form.receipt.retry.click()
    retry = form.writing.retry
    assert retry is not None
    assert retry.preview.conflicts.whose.layout.display == "none"
    retry.preview.conflicts.choice.value = "theirs"
    assert write(retry).ok
    assert read_scores(sandbox, form) == [51, 55]


def test_another_try_says_what_is_next(form: ImportForm, tmp_path: Path) -> None:
    """Above another try stands to decide its conflicts first, then to look and press the button, which can be pressed then."""
    drive(form, write_sheet(tmp_path / "next.csv", HEAD, "00041,51", "00123,71"))
    write(form.writing)
    form.receipt.retry.click()
    retry = form.writing.retry
    assert retry is not None
    title, press = form.receipt.below.children[0], "next: look at what it would change, then press"
    assert "next: choose under Conflicts what becomes of 1 grade" in title.value
    assert (press in title.value, retry.push.go.disabled) == (False, True)
    assert "gt-fresh" in title.value
    retry.preview.conflicts.choice.value = "ours"
    assert (press in title.value, retry.push.go.disabled) == (True, False)
    assert "under Conflicts" not in title.value
    assert "gt-fresh" not in title.value, "the view would leave what was just decided"
    retry.preview.conflicts.choice.value = "theirs"
    assert "next: settle it below: what is there stays" in title.value
    assert write(retry).ok
    assert "next:" not in title.value


def test_a_file_of_what_failed_asks_about_conflicts_again(
    form: ImportForm, sandbox: Sandbox, tmp_path: Path
) -> None:
    """What was left to somebody else is not written over by the file of what was not written, unless that is decided."""
    drive(form, write_sheet(tmp_path / "new.csv", "Student number,Quiz 2", "00041,6", "00082,7"))
    for student in ("001", "002"):
        record = {"sourcedId": f"theirs-{student}", "status": "active", "score": 3}
        for name, value in (("lineItem", "algebra-quiz-2"), ("student", f"student-{student}")):
            record[name] = {"sourcedId": value}
        sandbox.put_record("results", record)
    written = write(form.writing)
    assert written.states["conflict"] == 2
    assert form.push.run is not None
    assert form.push.run.folder is not None
    drive(form, form.push.run.folder / "failed.csv")
    plan = form.preview.plan
    assert plan is not None
    assert plan.changes["reason"].tolist() == ["disputed-before", "disputed-before"]
    assert written.push_id in plan.changes["message"].iloc[0]
    form.preview.conflicts.whose.value = 0
    form.preview.conflicts.choice.value = "ours"
    form.preview.conflicts.whose.value = 1
    form.preview.conflicts.choice.value = "theirs"
    assert write(form.writing).ok
    held = {
        each["sourcedId"]: each["score"]
        for each in sandbox.records("results")
        if each["sourcedId"].startswith("theirs-")
    }
    assert held == {"theirs-001": 6, "theirs-002": 3}


def test_what_is_previewed_is_looked_at_again_after_an_undo(
    form: ImportForm, tmp_path: Path
) -> None:
    """A preview that stands above an undo tells what is there after it."""
    drive(form, write_sheet(tmp_path / "next.csv", HEAD, "00123,71"))
    assert "score 70 → 71" in form.preview.few.value
    form.receipt.undo.click()
    write(form.writing.undo)
    assert "score 70" not in form.preview.few.value
    assert form.push.go.description == "Write 1 grade to sandbox"
