"""What was written stays in reach while the next thing is prepared, and what came of an undo or a retry is said where it began."""

from __future__ import annotations

from pathlib import Path

import pytest
from form_driving import drive, page, write, write_sheet

import gradetools as gt
from gradetools.sandbox import Fault, Sandbox
from gradetools.widgets import HistoryForm, ImportForm, ResultForm


@pytest.fixture
def form(sandbox: Sandbox, tmp_path: Path) -> ImportForm:
    """Give a form through which three grades were written."""
    gradebook = gt.connect(sandbox, patience=gt.Patience(attempts=1))
    form = ImportForm(gradebook, folder=tmp_path)
    rows = ("00041,50", "00082,60", "00123,70")
    drive(form, write_sheet(tmp_path / "quiz.csv", "Student number,Midterm", *rows))
    write(form.writing)
    return form


def displayed(widget: object) -> bool:
    """Whether a widget is in sight."""
    return widget.layout.display != "none"  # type: ignore[attr-defined]  # every widget of a form has a layout


def test_what_was_written_can_be_taken_back_after_going_back(form: ImportForm) -> None:
    """A cell corrected after a push leaves its Undo in sight, beside the words that another push is being prepared."""
    pushed = form.receipt.receipt
    assert pushed is not None
    form.draft.correct(2, "Midterm", "51")
    form.check.start()
    form.check.go.click()
    assert form.push.go.description == "Write 1 grade to sandbox"
    assert (
        "The last push to sandbox (quiz.csv: 3 created) can still be taken back"
        in form.receipt.told.value
    )
    assert "can still be taken back" in form.steps["receipt"].state.value
    assert [displayed(each) for each in (form.receipt.undo, form.receipt.grid)] == [True, False]
    form.receipt.undo.click()
    assert "next: look at what taking it back would change" in form.steps["receipt"].state.value
    undone = write(form.writing.undo)
    assert (undone.ok, undone.undo_of) == (True, pushed.push_id)
    assert f"Taken back by push {undone.push_id}: 3 taken back" in form.receipt.told.value


def test_what_was_taken_back_in_part_is_not_told_as_whole(
    form: ImportForm, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Beside the next sheet it is said what an undo took back and what it left; the undo itself is out of sight."""
    pushed = form.receipt.receipt
    assert pushed is not None
    ours = pushed.entries["sourced_id"].iloc[0]
    held = next(each for each in sandbox.records("results") if each["sourcedId"] == ours)
    sandbox.put_record("results", {**held, "score": 55})
    form.receipt.undo.click()
    undone = write(form.writing.undo)
    assert undone.states["updated"] == 2
    drive(form, write_sheet(tmp_path / "next.csv", "Student number,Midterm", "00082,61"))
    told = form.receipt.told.value
    assert f"Taken back by push {undone.push_id}: 2 taken back" in told
    assert "What is left of the last push to sandbox (quiz.csv: 3 created) can still" in told
    assert "of which some can still be taken back" in form.steps["receipt"].state.value
    assert form.receipt.below.children == ()


def test_an_undo_is_told_where_it_was_asked_for(form: ImportForm) -> None:
    """What was taken back says so and offers no second Undo; the undo's own says that it undoes an undo."""
    form.receipt.undo.click()
    undo = form.writing.undo
    assert undo is not None
    write(undo)
    assert "✔" in form.receipt.told.value.partition("Taken back by push")[0]
    assert not displayed(form.receipt.undo)
    assert undo.receipt.undo.description == "Undo this undo, 3 grades: show what that would change"
    assert (undo.push.go.description, undo.push.go.button_style) == ("Taken back", "")
    assert "This was taken back; the receipt tells" in undo.preview.told.value
    undo.receipt.undo.click()
    assert undo.undo is not None
    assert undo.undo.push.go.description == "Restore 3 grades in sandbox"
    assert "would restore 3 grades" in undo.undo.preview.told.value
    shown, folded = undo.preview.told.value.split("<details")
    assert ("would take back" in shown, "would take back" in folded) == (False, True)


def test_a_new_push_takes_the_place_of_the_one_before(form: ImportForm) -> None:
    """The receipt of the next push is shown as a whole, and its Undo takes back that one."""
    form.draft.correct(2, "Midterm", "51")
    form.check.start()
    form.check.go.click()
    second = write(form.writing)
    assert form.receipt.receipt is not None
    assert form.receipt.receipt.push_id == second.push_id
    assert [displayed(each) for each in (form.receipt.undo, form.receipt.grid)] == [True, True]
    assert "The last push" not in form.receipt.told.value


def test_what_was_taken_back_is_not_offered_again(form: ImportForm) -> None:
    """After a whole undo nothing of the push before is left in sight once something else is prepared."""
    form.receipt.undo.click()
    write(form.writing.undo)
    form.check.start()
    form.check.go.click()
    assert (form.receipt.receipt, form.receipt.told.value) == (None, "")
    assert "comes after: Push" in form.steps["receipt"].state.value


def test_an_undo_leaves_the_retry_in_reach(sandbox: Sandbox, tmp_path: Path) -> None:
    """After a retry each Undo says how many grades it is about; the first one's tells what it leaves, and the retry's stays."""
    gradebook = gt.connect(sandbox, patience=gt.Patience(attempts=1))
    before = {record["sourcedId"]: record for record in sandbox.records("results")}
    form = ImportForm(gradebook, folder=tmp_path)
    rows = ("00041,50", "00082,60", "00123,70")
    drive(form, write_sheet(tmp_path / "quiz.csv", "Student number,Midterm", *rows))
    sandbox.order(Fault(method="PUT", status=422))
    write(form.writing)
    assert "⚠ ended, but 1 entry not written" in form.steps["push"].state.value
    assert (
        "2 of 3 entries were written; the receipt says why not the others."
        in form.preview.told.value
    )
    form.receipt.retry.click()
    again = write(form.writing.retry)
    # Of the third it would say that it is not written.
    assert [name in form.receipt.grid.text() for name in ("Ada", "Ben", "Cleo")].count(True) == 2
    assert "1 failed" in form.receipt.told.value
    assert "So it was ordered" not in form.receipt.told.value
    assert form.receipt.undo.description.startswith("Undo 2 grades:")
    form.receipt.undo.click()
    retry, undo = form.writing.retry, form.writing.undo
    assert retry is not None
    assert undo is not None
    assert "1 skip (not that push&#x27;s but another&#x27;s of yours)" in undo.preview.told.value
    assert f"Your push {again.push_id} wrote it" in undo.preview.few.value
    write(undo)
    told = (
        "⚠ taken back; 1 grade of the other try below still written: take it back, too, or keep it"
    )
    assert told in form.steps["receipt"].state.value
    assert "1 grade of the other try below still stands" in form.receipt.told.value
    assert retry.receipt.undo.description.startswith("Undo 1 grade:")
    assert retry.view in form.receipt.below.children
    retry.receipt.undo.click()
    write(retry.undo)
    assert "✔ taken back, and what was tried again with it" in form.steps["receipt"].state.value
    assert "still stands" not in form.receipt.told.value
    assert (
        f"Taken back by push {undo.receipt.receipt and undo.receipt.receipt.push_id}"
        in form.receipt.told.value
    )
    assert "Undo of the push" in page(form.receipt.below)
    assert "Undo of the other try" in page(form.receipt.below)
    active = {
        record["sourcedId"] for record in sandbox.records("results") if record["status"] == "active"
    }
    assert active == {key for key, record in before.items() if record["status"] == "active"}


def test_what_was_refused_is_not_called_written(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where nothing was written nothing says that it was."""
    form = ImportForm(gt.connect(sandbox, patience=gt.Patience(attempts=1)), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "quiz.csv", "Student number,Midterm", "00041,50"))
    sandbox.order(Fault(method="PUT", status=422))
    write(form.writing)
    assert "Nothing was written; the receipt says why." in form.preview.told.value
    assert "This was written" not in page(form.view)


def test_a_conflict_is_to_be_decided(sandbox: Sandbox, tmp_path: Path) -> None:
    """A step with a conflict says that there is something to decide, and where; what is left as it is says so."""
    gradebook = gt.connect(sandbox)
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form, write_sheet(tmp_path / "quiz.csv", "Student number,Midterm", "00041,50"))
    pushed = write(form.writing)
    held = next(
        r
        for r in sandbox.records("results")
        if r["sourcedId"] == pushed.entries["sourced_id"].iloc[0]
    )
    sandbox.put_record("results", {**held, "score": 55, "comment": "Resubmitted."})
    form.receipt.undo.click()
    assert "choose under Conflicts what becomes of 1 grade" in form.steps["receipt"].state.value
    drive(form, write_sheet(tmp_path / "next.csv", "Student number,Midterm", "00041,60"))
    assert "and decide about 1 conflict" in form.steps["preview"].state.value
    assert "decide about the conflicts above" in form.steps["push"].state.value
    assert "Decide above, under Conflicts." in form.push.told.value
    assert "changed score 50 → 55, comment nothing → “Resubmitted.”" in form.preview.few.value
    rows = ("Student number,Midterm", "00041,60", "00082,60")
    drive(form, write_sheet(tmp_path / "both.csv", *rows))
    write(form.writing)
    state = form.steps["receipt"].state.value
    assert (
        "next: try again what somebody changed, and decide which counts, or take the push back"
        in state
    )
    drive(form, write_sheet(tmp_path / "next.csv", "Student number,Midterm", "00041,60"))
    form.preview.on_conflict.value = "theirs"
    assert "Nothing to write: what is there stays." in form.push.told.value
    form.preview.on_conflict.value = "ours"
    assert "1 change of others overwritten" in form.preview.told.value
    assert "over a change of others" in form.preview.few.value
    assert "write it, when it is what you want" in form.steps["push"].state.value


def test_a_retry_is_told_where_it_was_asked_for(sandbox: Sandbox, tmp_path: Path) -> None:
    """A push whose failed grades were written later says so, in the form and in the history, and offers no other try."""
    gradebook = gt.connect(sandbox, patience=gt.Patience(attempts=1))
    form = ImportForm(gradebook, folder=tmp_path)
    rows = ("00041,50", "00082,60", "00123,70")
    drive(form, write_sheet(tmp_path / "quiz.csv", "Student number,Midterm", *rows))
    sandbox.order(Fault(method="PUT", status=422))
    failed = write(form.writing)
    assert form.push.go.description == "Ended: the receipt tells what came of it"
    form.receipt.retry.click()
    again = write(form.writing.retry)
    told = f"Tried again by push {again.push_id}: 1 created"
    assert told in form.receipt.told.value
    assert not displayed(form.receipt.retry)
    history = HistoryForm(gradebook, folder=tmp_path)
    history.push.value = failed.push_id
    assert told in history.told.value
    assert [displayed(each) for each in (history.retry, history.undo)] == [False, True]


def test_one_grade_can_be_taken_back_after_another_was_typed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A second score typed after a push leaves the first one's Undo in sight, and it takes the first back."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    form.where.connect.click()
    form.class_.value, form.line_item.value = "algebra-1", "algebra-midterm"
    form.student.value = "student-001"
    form.fields.inputs["score"].value = "11"
    first = write(form.writing)
    assert "written; it can be taken back" in form.upsert.state.value
    form.fields.inputs["score"].value = "12"
    assert "can still be taken back" in form.receipt.told.value
    form.student.value = "student-002"
    assert "the last push can still be taken back" in form.upsert.state.value
    form.receipt.undo.click()
    undone = write(form.writing.undo)
    assert (undone.ok, undone.undo_of) == (True, first.push_id)
    assert "✔ taken back" in form.upsert.state.value


def test_a_step_says_that_it_writes_or_did_not_begin(sandbox: Sandbox, tmp_path: Path) -> None:
    """While a push is under way its step says so; one that could not begin is offered again."""
    form = ImportForm(gt.connect(sandbox, patience=gt.Patience(attempts=1)), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "quiz.csv", "Student number,Midterm", "00041,50"))
    said: list[str] = []
    form.steps["push"].state.observe(lambda change: said.append(change["new"]), "value")
    sandbox.stop()
    form.push.go.click()
    with pytest.raises(gt.GradetoolsError):
        form.push.wait(30)
    assert "… writing" in said[0]
    assert "it did not begin" in form.steps["push"].state.value
    assert not form.push.go.disabled


def test_what_was_typed_and_refused_is_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    """A grade that the gradebook refused is still in its fields, and can be tried again or corrected."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    form.where.connect.click()
    form.class_.value, form.line_item.value = "algebra-1", "algebra-midterm"
    form.student.value = "student-001"
    form.fields.inputs["score"].value = "11"
    form.fields.inputs["comment"].value = "typed"
    sandbox.order(Fault(method="PUT", status=422))
    write(form.writing)
    typed = [form.fields.inputs[name].value for name in ("score", "comment")]
    assert (typed, "⚠ not written" in form.upsert.state.value) == (["11", "typed"], True)
    assert [displayed(each) for each in (form.receipt.retry, form.receipt.undo)] == [True, False]
    form.receipt.retry.click()
    assert write(form.writing.retry).ok
    assert "✔ written" in form.upsert.state.value


def test_what_cannot_be_pressed_does_not_look_as_if_it_could(form: ImportForm) -> None:
    """A button with nothing to write has the colour of none, one that can be pressed that of the next thing."""
    form.check.start()
    form.check.go.click()
    assert (form.push.go.disabled, form.push.go.button_style) == (True, "")
    form.receipt.undo.click()
    assert form.writing.undo is not None
    assert form.writing.undo.push.go.button_style == "primary"


def test_a_receipt_marks_what_was_lost_and_what_is_uncertain(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A receipt marks the grades that were lowered or removed, and which failed one may have been written after all."""
    form = ImportForm(gt.connect(sandbox, patience=gt.Patience(attempts=1)), folder=tmp_path)
    rows = ("00041,1", "00082,CLEAR", "00123,10", "00164,9")
    drive(form, write_sheet(tmp_path / "quiz.csv", "Student number,Quiz 1", *rows))
    sandbox.order(Fault(method="PUT", path="student-003", status=422))
    sandbox.order(Fault(method="PUT", path="student-004", status=503, times=None))
    sandbox.order(
        Fault(method="GET", path="results/algebra-quiz-1.student-004", status=503, times=None)
    )
    receipt = write(form.writing)
    assert receipt.entries["reason"].tolist() == ["", "", "refused", "outcome-unknown"]
    assert form.receipt.grid.text().count("not written") == 1
    assert form.receipt.grid.text().count("perhaps written") == 1
    for view, name in (("lowered", "Ada"), ("score removed", "Ben")):
        form.receipt.grid.view = view
        assert f"{name} Example" in form.receipt.grid.text()
        assert view in form.receipt.grid.text()


def test_a_retry_of_a_retry_is_told_at_the_top(sandbox: Sandbox, tmp_path: Path) -> None:
    """What was tried twice is told by the last try where the push is told, and the step says that all is written."""
    gradebook = gt.connect(sandbox, patience=gt.Patience(attempts=1))
    form = ImportForm(gradebook, folder=tmp_path)
    rows = ("00041,50", "00082,60", "00123,70")
    drive(form, write_sheet(tmp_path / "quiz.csv", "Student number,Midterm", *rows))
    sandbox.order(Fault(method="PUT", status=422, times=1))
    assert write(form.writing).states["failed"] == 1
    form.receipt.retry.click()
    sandbox.order(Fault(method="PUT", status=422, times=1))
    first = form.writing.retry
    assert write(first).states["failed"] == 1
    assert "⚠" in form.receipt.told.value.partition("Tried again by push")[0]
    assert first is not None
    first.receipt.retry.click()
    last = write(first.retry)
    assert f"Tried again by push {last.push_id}: 1 created" in form.receipt.told.value
    assert "⚠" not in form.receipt.told.value.partition("Tried again by push")[0]
    assert "1 entry of these was tried again, as told" in form.receipt.told.value
    assert "✔ what failed was tried again, and is written" in form.steps["receipt"].state.value
    assert form.receipt.rest.rows == 2


def test_an_older_form_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    """When the cell is run again the form before says that there is a newer one; one of another kind or data folder does not."""
    gradebook = gt.connect(sandbox)
    first = ImportForm(gradebook, folder=tmp_path)
    other = ResultForm(gradebook, folder=tmp_path)
    elsewhere = ImportForm(data_dir=tmp_path / "elsewhere")
    assert "A newer form" not in page(first.view)
    second = ImportForm(gradebook, folder=tmp_path)
    told = ["A newer form" in page(one.view) for one in (first, other, elsewhere, second)]
    assert told == [True, False, False, False]


def test_after_a_retry_both_undos_are_named(
    form: ImportForm, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Where a push wrote something and another try the rest, it is said that each has its own Undo; else it is not."""
    rows = ("00041,51", "00082,61")
    for refused, both in ((1, True), (2, False)):
        drive(form, write_sheet(tmp_path / f"{refused}.csv", "Student number,Midterm", *rows))
        sandbox.order(Fault(method="PUT", status=422, times=refused))
        write(form.writing)
        form.receipt.retry.click()
        assert write(form.writing.retry).ok
        assert ("press Undo here and at the other try" in form.receipt.told.value) == both
        for line in (2, 3):  # however often something else is prepared
            form.draft.correct(line, "Midterm", "53")
            form.check.start()
            form.check.go.click()
        told = (
            "What was tried again of it can be taken back in history.ipynb, too."
            in form.receipt.told.value
        )
        assert told == both
        rows = ("00041,52", "00082,62")


def test_what_was_written_before_is_named(form: ImportForm, tmp_path: Path) -> None:
    """A receipt names the push before it that stands, which this form offers to take back no more; not one that was undone."""
    first = form.receipt.receipt
    assert first is not None
    drive(form, write_sheet(tmp_path / "second.csv", "Student number,Midterm", "00041,51"))
    second = write(form.writing)
    told = f"still there: push {first.push_id}; it can be taken back in history.ipynb"
    assert told in form.receipt.told.value
    form.receipt.undo.click()
    assert write(form.writing.undo).ok
    drive(form, write_sheet(tmp_path / "third.csv", "Student number,Midterm", "00041,52"))
    write(form.writing)
    assert told in form.receipt.told.value
    assert second.push_id not in form.receipt.told.value
