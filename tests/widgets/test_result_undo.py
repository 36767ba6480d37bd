"""The undo of one grade in its form: forbidden, refused, and begun with something typed that is not written yet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from form_driving import choose, find, write

import gradetools as gt
from gradetools.sandbox import Fault, Sandbox
from gradetools.widgets import ResultForm
from gradetools.widgets.writing import Writing


@pytest.fixture
def form(sandbox: Sandbox, tmp_path: Path) -> ResultForm:
    """Give a form by which a score of 8.5 was made 6."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = "6"
    assert write(form.writing).ok
    return form


def begin_undo(form: ResultForm) -> Writing:
    """Press Undo, and give what it shows."""
    form.receipt.undo.click()
    assert form.writing.undo is not None
    return form.writing.undo


def test_an_undo_that_is_not_allowed_is_gone_on_with(form: ResultForm, sandbox: Sandbox) -> None:
    """An undo that the gradebook forbids is not finished: the button that goes on says how much is left, and does it."""
    undo = begin_undo(form)
    sandbox.order(Fault(method="PUT", status=403))
    assert write(undo).status == "unfinished"
    assert "go on below: 1 grade not taken back yet" in form.upsert.state.value
    assert undo.push.go.description == "Go on: restore 1 grade again"
    assert write(undo).ok
    assert find(sandbox)["score"] == 8.5


def test_a_refused_undo_is_not_called_taken_back(form: ResultForm, sandbox: Sandbox) -> None:
    """An undo that the gradebook refuses is told as not taken back; what was written still can be, by another try below."""
    undo = begin_undo(form)
    sandbox.order(Fault(method="PUT", status=422))
    write(undo)
    assert "Not taken back by push" in form.receipt.told.value
    assert (
        "1 grade not taken back: try it again below, or leave it as it is"
        in form.upsert.state.value
    )
    undo.receipt.retry.click()
    assert write(undo.retry).ok
    assert form.receipt.taken_back
    assert "taken back" in form.upsert.state.value
    assert find(sandbox)["score"] == 8.5


def test_what_is_typed_before_an_undo_is_kept(form: ResultForm, sandbox: Sandbox) -> None:
    """One thing is offered at a time: while an undo is looked at the typed score waits, and is previewed again at its end."""
    score = form.fields.inputs["score"]
    score.value = "7"
    assert "score 6 → 7" in form.preview.few.value
    form.receipt.undo.click()
    assert (form.push.offers, form.push.go.disabled) == (False, True)
    assert "What you typed in step 3 is not written" in form.preview.told.value
    undo = form.writing.undo
    assert write(undo).ok
    assert (score.value, find(sandbox)["score"]) == ("7", 8.5)
    assert "score 8.5 → 7" in form.preview.few.value
    assert "next: look at it, then write it" in form.upsert.state.value
    assert write(form.writing).ok
    assert find(sandbox)["score"] == 7


def test_all_of_a_created_grade_is_removed(sandbox: Sandbox, tmp_path: Path) -> None:
    """The receipt of a created grade lists what its preview did; its undo names all that goes, and not that anything stays."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form, line_item="algebra-midterm")
    for name, typed in (("textScore", "B"), ("scoreDate", "2026-10-16"), ("late", "true")):
        form.fields.inputs[name].value = typed
    told = form.preview.few.value
    assert '<div>score date nothing → <span class="gt-whole">2026-10-16</span></div>' in told
    assert write(form.writing).ok
    lines = ("text score nothing → B", "score date nothing → 2026-10-16", "late nothing → true")
    assert all(line in form.receipt.grid.text() for line in lines)
    preview = begin_undo(form).preview
    lines = ("text score B → removed", "score date 2026-10-16 → removed", "late true → removed")
    told = re.sub("<[^>]*>", "", preview.few.value)
    assert all(line in told for line in lines)
    assert "score nothing" not in preview.few.value.replace("text score", "")
    assert "The whole grade is removed" in preview.body.value
    assert "stays as it is" not in preview.body.value
