"""What the form for one result does beyond its notebook: what comes from outside, and what is refused."""

from __future__ import annotations

from pathlib import Path

from form_driving import page, states

import gradetools as gt
from gradetools.sandbox import Sandbox, invented_school
from gradetools.widgets import ResultForm

EVIL = "<img src=x onerror=alert(1)>"


def choose(
    form: ResultForm, line_item: str = "algebra-quiz-1", student: str = "student-001"
) -> None:
    """Connect, and choose a grade of the first class."""
    form.where.connect.click()
    form.class_.value = "algebra-1"
    form.line_item.value = line_item
    form.student.value = student


def test_held_texts_are_escaped(tmp_path: Path) -> None:
    """What the gradebook holds is shown as text; no secret is in any widget."""
    school = invented_school()
    record = next(r for r in school["results"] if r["sourcedId"] == "algebra-quiz-1.student-001")
    record |= {"comment": EVIL, "metadata": {EVIL: EVIL}}
    for user in school["users"]:
        user["givenName"] += EVIL
    with Sandbox(seed=school) as sandbox:
        form = ResultForm(gt.connect(sandbox), folder=tmp_path)
        choose(form)
        form.fields.inputs["score"].value = "1"
        form.preview.entry.value = 0
        assert "&lt;img src=x" in page(form.view)
        assert "<img" not in page(form.view)
        assert sandbox.client_secret not in states(form.view)


def test_what_is_not_shown_is_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    """A field that the form does not know, and those that were not touched, stay as they were."""
    held = find(sandbox) | {"scoreStatus": "submitted", "color": "blue"}
    sandbox.put_record("results", held)
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["comment"].value = "Read."
    form.push.go.click()
    form.push.wait(30)
    expected = held | {"comment": "Read.", "dateLastModified": None}
    assert find(sandbox) | {"dateLastModified": None} == expected


def find(sandbox: Sandbox) -> dict[str, object]:
    """Give the grade that `choose` chooses, as the sandbox holds it."""
    records = sandbox.records("results")
    return next(each for each in records if each["sourcedId"] == "algebra-quiz-1.student-001")


def test_score_below_minimum_is_not_offered(sandbox: Sandbox, tmp_path: Path) -> None:
    """A score below the line item's minimum is blocked with a sentence, and cannot be written."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = "-1"
    assert "below the line item&#x27;s minimum" in form.preview.told.value
    assert form.push.go.disabled
    assert "Nothing can be written: see above." in page(form.view)
    assert "the gradebook has it all" not in page(form.view)


def test_score_above_maximum_is_warned_of(sandbox: Sandbox, tmp_path: Path) -> None:
    """The line items show their ranges; a score above the maximum is warned of and can be written."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    assert form.line_item.choice.label == "Quiz 1 (0 to 10, algebra-quiz-1)"
    form.fields.inputs["score"].value = "10.5"
    warned = form.fields.messages["score"].value
    assert "Warning:" in warned
    assert "10.5 is above the line item&#x27;s maximum of 10." in warned
    assert not form.push.go.disabled
    form.fields.inputs["score"].value = "10"
    assert form.fields.messages["score"].value == ""


def test_emptied_score_is_not_submitted(sandbox: Sandbox, tmp_path: Path) -> None:
    """An emptied score takes `not submitted` with it, says so, and leaves a status that was chosen."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = ""
    assert "becomes &quot;not submitted&quot;" in form.fields.messages["score"].value
    form.fields.inputs["scoreStatus"].value = "exempt"
    assert form.fields.messages["score"].value == ""
    assert "scoreStatus fully graded → exempt" in form.preview.told.value
    form.fields.inputs["scoreStatus"].value = "fully graded"
    form.push.go.click()
    form.push.wait(30)
    held = find(sandbox)
    assert (held.get("score"), held["scoreStatus"]) == (None, "not submitted")


def test_emptied_score_keeps_a_text_score(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where a text score stays, emptying the score leaves the score status alone."""
    sandbox.put_record("results", find(sandbox) | {"textScore": "B"})
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = ""
    assert "the text score stays" in form.fields.messages["score"].value
    assert "not submitted" not in form.preview.told.value


def test_another_environment_locks_what_follows(tmp_path: Path) -> None:
    """Whoever chooses another environment starts over: nothing of the first can be written there."""
    form = ResultForm(data_dir=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = "1"
    assert not form.push.go.disabled
    form.where.env.value = "staging"
    assert form.push.go.disabled
    assert form.grade.body.layout.display == "none"
    assert "staging" in form.where.banner.value
    form.where.gradebook.close()
