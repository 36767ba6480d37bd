"""The preview: what changes in sight, the rest folded, the scores drawn, and the exact request."""

from __future__ import annotations

from pathlib import Path

from form_driving import MIDTERM, drive, page, write_sheet

import gradetools as gt
from gradetools.sandbox import Sandbox
from gradetools.widgets import ImportForm
from gradetools.widgets.preview import tell_plan


def test_scores_are_drawn_before_and_after(sandbox: Sandbox, tmp_path: Path) -> None:
    """The preview draws the scores of a line item, and tells them in words; a new plan takes the picture's place."""
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, MIDTERM)
    drawn = form.preview.drawn.value
    assert drawn.count("<svg") == 1
    assert "Midterm: before no scores; after 28 scores, mean 80.25, 60 to 98" in drawn
    assert "28 new" in drawn
    form.writing.clear()
    assert form.preview.drawn.value == ""


def test_what_is_not_written_is_folded(sandbox: Sandbox, tmp_path: Path) -> None:
    """Of a few changes those that are written or blocked stand in sight, and unchanged ones below a fold."""
    sheet = write_sheet(tmp_path / "few.csv", "Student ID,Quiz 1", "00041,8.5", "00082,1", "00123,")
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, sheet)
    sight, folded = form.preview.few.value.split("<details>")
    assert "Ben Example" in sight
    assert "Ada Example" not in sight
    assert "2 entries unchanged or skipped" in folded
    assert "Ada Example" in folded
    assert "lowered" in sight
    assert "<svg" not in page(form.view)  # of two grades there is nothing to see


def test_the_exact_request_is_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    """The request of one entry is shown as JSON and as a command, with neither token nor secret."""
    sheet = write_sheet(tmp_path / "few.csv", "Student ID,Quiz 1", "00041,9", "00082,1")
    gradebook = gt.connect(sandbox)
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form, sheet)
    assert form.preview.body.value == ""
    form.preview.entry.value = 0
    plan = form.preview.plan
    assert plan is not None
    request = gt.make_put_request(plan, 0, gradebook)
    shown = form.preview.body.value.replace("&quot;", '"').replace("&#x27;", "'")
    assert request.to_json() in shown
    assert request.to_curl() in shown
    assert "Bearer $TOKEN" in shown
    assert gradebook.transport.auth.token().get_secret_value() not in page(form.view)


def test_what_would_not_be_written_is_counted(sandbox: Sandbox, tmp_path: Path) -> None:
    """Blocked entries are told beside the grades that would be written; a plan without any tells none."""
    sheet = write_sheet(tmp_path / "few.csv", "Student ID,Quiz 1", "00041,9", "99999,1", "00082,")
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, sheet)
    assert "1 entry would not be written (1 blocked)" in form.preview.told.value
    drive(form, MIDTERM)
    assert "would not be written" not in form.preview.told.value


def test_a_score_for_somebody_marked_missing_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """A score that is there already beside "not submitted" is unchanged, and the preview counts it and says what stays."""
    held = next(
        record
        for record in sandbox.records("results")
        if (record["lineItem"]["sourcedId"], record["student"]["sourcedId"])
        == ("algebra-quiz-1", "student-001")
    )
    sandbox.put_record("results", {**held, "scoreStatus": "not submitted", "missing": "true"})
    score = held["score"]
    sheet = write_sheet(
        tmp_path / "few.csv", "Student number,Quiz 1", f"00041,{score:g}", "00082,9"
    )
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, sheet)
    assert "1 grade has its score already and stays not submitted" in form.preview.told.value
    told = (
        "The score is there already; the score status stays not submitted, and missing stays true."
    )
    assert told in form.preview.few.value
    assert "unchanged, with a note" in form.preview.grid.table.views


def test_an_undo_is_told_as_one(sandbox: Sandbox, tmp_path: Path) -> None:
    """The preview of an undo takes back, removes and restores; the receipt's step then says that it is taken back."""
    rows = ("Student ID,Midterm", "00041,9", "99999,1", "00082,8")
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "few.csv", *rows))
    form.push.go.click()
    form.push.wait()
    assert "next: correct in failed.csv what was not written" in form.steps["receipt"].state.value
    assert "failed.csv has what could not be written" in form.receipt.told.value
    form.receipt.undo.click()
    undo = form.writing.undo
    assert undo is not None
    told = undo.preview.told.value
    assert "would take back 2 grades" in told
    assert "2 to remove" in told
    assert "2 update" not in told
    undo.push.go.click()
    undo.push.wait()
    assert "✔ taken back" in form.steps["receipt"].state.value


def test_who_was_not_found_has_a_name(sandbox: Sandbox, tmp_path: Path) -> None:
    """A student whom nobody was found for is told by what the sheet says, escaped, in the preview and on the receipt."""
    rows = ("Student ID,Student,Quiz 1", "00041,,9", "99999,<b>Zoe</b>,1", ",Nobody,2", "88888,,3")
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "few.csv", *rows))
    told = form.preview.few.value
    assert "not found: 99999 (&lt;b&gt;Zoe&lt;/b&gt;)" in told
    assert "not found: Nobody" in told
    assert "not found: 88888<" in told
    assert form.check.grid.text().count("not found") >= 1
    form.push.go.click()
    receipt = form.push.wait()
    assert receipt is not None
    assert "not found: 99999 (<b>Zoe</b>)" in receipt.entries["student_name"].tolist()


def test_dates_are_not_broken(sandbox: Sandbox, tmp_path: Path) -> None:
    """Among a few changes a date stays on its line, and old and new have room beside a long note."""
    rows = ("Student ID,Quiz 1,Quiz 1 date", "00041,9,2026-09-12")
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "few.csv", *rows))
    told = form.preview.few.value
    assert '<td><div class="gt-old-new"><div>' in told
    assert '→ <span class="gt-whole">2026-09-12</span>' in told


def test_the_reason_of_a_skip_is_told_in_words(sandbox: Sandbox, tmp_path: Path) -> None:
    """A blank cell is called so in the grid, and not by its code."""
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, MIDTERM)
    form.preview.grid.view = "skip"
    assert form.preview.grid.text().count("blank cell") == 2


def test_an_undo_names_what_it_does_to_each_grade(sandbox: Sandbox, tmp_path: Path) -> None:
    """The preview of an undo says of each grade whether it is restored or removed, marks one that is lowered, and counts each once."""
    sheet = write_sheet(tmp_path / "few.csv", "Student ID,Quiz 1,Midterm", "00041,9,50")
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, sheet)
    form.push.go.click()
    form.push.wait(30)
    form.receipt.undo.click()
    assert form.writing.undo is not None
    shown = form.writing.undo.preview.grid.text()
    assert ("restore" in shown, "remove" in shown) == (True, True)
    assert ("update" in shown, "restore lowered" in shown) == (False, True)
    views = dict.fromkeys(name for name, _, _ in form.writing.undo.preview.grid.views)
    assert ("restore" in views, "remove" in views, "update" in views) == (True, True, False)
    told = form.writing.undo.preview.told.value
    assert "Of what is restored: 1 grade lowered." in told
    assert "score removed" not in told


def test_a_comment_that_goes_is_marked(sandbox: Sandbox, tmp_path: Path) -> None:
    """The preview counts comments that would go, marks them and those that would be replaced, and tells line by line."""
    held = {record["sourcedId"]: record for record in sandbox.records("results")}
    for student in ("001", "002"):
        one = held[f"algebra-quiz-1.student-{student}"]
        sandbox.put_record("results", one | {"comment": "Neat, and right."})
    rows = ("Student ID,Quiz 1,Quiz 1 comment", "00041,12,CLEAR", '00082,8,"Mind, please."')
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "few.csv", *rows))
    told = form.preview.few.value
    assert "1 comment removed." in form.preview.told.value
    assert "1 comment replaced." in form.preview.told.value
    assert 'gt-warning">⚠ comment removed<' in told
    assert 'gt-info">i comment replaced<' in told
    assert "<div>score 8.5 → 12</div><div>comment “Neat, and right.” → removed</div>" in told
    assert "12 is above the maximum 10 of" in told
    views = [name for name, _, _ in form.preview.grid.views]
    assert ("comment removed" in views, "comment replaced" in views) == (True, True)
    form.preview.entry.value = 0
    assert form.preview.body.value.startswith("<b>Ada Example, Quiz 1: update</b>")
    assert "A grade is always sent whole" in form.preview.body.value


def test_what_was_taken_back_already_is_said(sandbox: Sandbox) -> None:
    """The undo of what was taken back says that it was, and not that something is left to do."""
    gradebook = gt.connect(sandbox)
    pushed = gt.upsert_result(
        gt.Result(line_item="algebra-quiz-1", student="student-001", score=9), gradebook
    )
    undo = gt.plan_undo(pushed, gradebook)
    assert "Already taken back" not in tell_plan(undo)
    gt.push_plan(undo, gradebook, agreed=undo.fingerprint)
    told = tell_plan(gt.plan_undo(pushed, gradebook))
    assert "Already taken back: the gradebook holds what it held before the push." in told
    assert "1 entry not written: unchanged." in told


def test_a_warning_says_that_it_does_not_hinder(sandbox: Sandbox, tmp_path: Path) -> None:
    """Check says of warnings that what has one is written all the same; without any it does not."""
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    drive(form, write_sheet(tmp_path / "high.csv", "Student ID,Midterm", "00041,104", "00082,90"))
    told = "What has a warning is written all the same, unless its cell is emptied."
    assert told in form.check.counts.value
    drive(form, write_sheet(tmp_path / "bad.csv", "Student ID,Midterm", "00041,x", "00082,90"))
    assert told not in form.check.counts.value
