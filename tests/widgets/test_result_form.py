"""What the form for one result does beyond its notebook: what comes from outside, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

from form_driving import page, states

import gradetools as gt
from gradetools.sandbox import Sandbox, invented_school
from gradetools.widgets import ResultForm
from gradetools.widgets.picker import Picker

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
    form.fields.inputs["scoreStatus"].value = ""
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


def test_form_and_library_plan_the_same(sandbox: Sandbox, tmp_path: Path) -> None:
    """Whatever is filled in, the form plans what the library plans for the same Result, message and all."""
    gradebook = gt.connect(sandbox)
    form = ResultForm(gradebook, folder=tmp_path)
    form.where.connect.click()
    form.class_.value = "world-history-1"
    form.line_item.value = "history-essay-1"
    form.student.value = "student-062"
    typed = {
        "score": "12,5",
        "textScore": "E",
        "scoreScale": "letters",
        "scoreStatus": "partially graded",
        "scoreDate": "2026-10-16",
        "comment": "two\nlines",
        "late": "true",
        "missing": "false",
        "incomplete": "",
        "inProgress": "true",
        "metadata": '{"a": [1, null]}',
    }
    for name, text in typed.items():
        form.fields.inputs[name].value = text
    group = form.fields.objectives.add_group()
    group.source.value, group.rows[0].id.value = "unknown", "fractions"
    group.rows[0].score.value = "1"
    assert form.preview.plan is not None
    result = gt.Result(
        line_item="history-essay-1",
        student="student-062",
        score=12.5,
        text_score="E",
        score_scale="letters",
        score_status=gt.ScoreStatus.PARTIALLY_GRADED,
        score_date="2026-10-16",
        comment="two\nlines",
        late=True,
        missing=False,
        incomplete=None,
        in_progress=True,
        learning_objective_set=[
            {
                "source": "unknown",
                "learning_objective_results": [{"learning_objective_id": "fractions", "score": 1}],
            }
        ],
        metadata={"a": [1, None]},
    )
    planned = gt.plan_result(result, gradebook)
    assert form.preview.plan.fingerprint == planned.fingerprint
    # Fields that are new stand in the standard's order, so that the fingerprint is the same in every run.
    after, before = (json.loads(planned.changes[name][0]) for name in ("after", "before"))
    known = [field.alias for field in gt.Result.model_fields.values()]
    new = [name for name in after if name not in before]
    assert new == sorted(new, key=known.index)
    assert len(new) > 3
    assert form.preview.plan.changes["message"][0] == planned.changes["message"][0]
    assert "has no 'E'" in planned.changes["message"][0]
    form.push.go.click()
    form.push.wait(30)
    written = gradebook.get_result(planned.changes["sourced_id"][0])
    assert written.learning_objective_set == result.learning_objective_set
    assert (written.late, written.missing, written.incomplete) == ("true", "false", None)


def test_what_is_there_can_be_kept_beside_a_new_score(sandbox: Sandbox, tmp_path: Path) -> None:
    """A status or flag that a new score would change stays, when what is there is chosen."""
    held = find(sandbox) | {"scoreStatus": "partially graded", "incomplete": "true"}
    sandbox.put_record("results", held)
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    assert form.fields.inputs["incomplete"].label == "as it is: true"
    form.fields.inputs["score"].value = "3"
    assert "fully graded</b>, which follows" in form.fields.now["scoreStatus"].value
    assert "<b>false</b>, which follows" in form.fields.now["incomplete"].value
    form.fields.inputs["scoreStatus"].value = "partially graded"
    form.fields.inputs["incomplete"].value = "true"
    assert "→" not in form.fields.now["scoreStatus"].value + form.fields.now["incomplete"].value
    form.push.go.click()
    form.push.wait(30)
    kept = find(sandbox)
    assert (kept["score"], kept["scoreStatus"], kept["incomplete"]) == (
        3,
        "partially graded",
        "true",
    )


def test_objectives_keep_what_is_not_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    """What a held objective has beside its fields stays when another of its fields is changed."""
    held = [{"source": "unknown", "weight": 2, "learningObjectiveResults": [{"learningObjectiveId": "a", "level": 3}]}]  # fmt: skip
    sandbox.put_record("results", find(sandbox) | {"learningObjectiveSet": held})
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    assert form.fields.touched == []
    form.fields.objectives.groups[0].rows[0].score.value = "4"
    form.push.go.click()
    form.push.wait(30)
    held[0]["learningObjectiveResults"] = [{"learningObjectiveId": "a", "level": 3, "score": 4}]
    assert find(sandbox)["learningObjectiveSet"] == held


def test_objectives_of_another_form_are_left_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    """Objectives that are not of the standard's form are not shown as if they were, and not touched."""
    held = find(sandbox) | {
        "learningObjectiveSet": [{"source": "case", "learningObjectiveIds": ["a"]}]
    }
    sandbox.put_record("results", held)
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    assert "left as it is" in page(form.fields.view)
    assert form.fields.objectives.add.disabled
    assert form.fields.touched == []


def test_odd_objectives_do_not_stand_in_the_way(sandbox: Sandbox, tmp_path: Path) -> None:
    """A held group without objectives, which some servers allow, does not block the change of another field."""
    odd = [{"source": "unknown", "learningObjectiveResults": []}]
    sandbox.put_record("results", find(sandbox) | {"learningObjectiveSet": odd})
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["comment"].value = "Read."
    assert not form.push.go.disabled
    form.push.go.click()
    form.push.wait(30)
    assert (find(sandbox)["comment"], find(sandbox)["learningObjectiveSet"]) == ("Read.", odd)


def test_a_held_objectives_texts_are_escaped(sandbox: Sandbox, tmp_path: Path) -> None:
    """Ids and texts of objectives, and names of scales, are shown as text."""
    objective = {"learningObjectiveId": EVIL, "textScore": EVIL}
    held = [{"source": EVIL, "learningObjectiveResults": [objective]}]
    sandbox.put_record("results", find(sandbox) | {"learningObjectiveSet": held})
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.objectives.groups[0].rows[0].score.value = EVIL
    assert "&lt;img src=x" in page(form.view)
    assert "<img" not in page(form.view)


def test_scales_that_may_not_be_read_are_no_obstacle(tmp_path: Path) -> None:
    """Where the server shows no score scales, the form works without."""
    school = invented_school()
    school["scoreScales"] = []
    with Sandbox(seed=school) as sandbox:
        form = ResultForm(gt.connect(sandbox), folder=tmp_path)
        form.where.connect.click()
        form.class_.value = "world-history-1"
        form.line_item.value = "history-essay-1"
        form.student.value = "student-061"
        assert form.fields.inputs["scoreScale"].label == "letters"
        form.fields.inputs["textScore"].value = "E"
        assert form.push.go.description == "Write 1 grade to sandbox"


def test_what_is_folded_says_what_is_in_there(sandbox: Sandbox, tmp_path: Path) -> None:
    """Metadata and objectives are folded; the line counts what is in there, and says when something of it is wrong."""
    sandbox.put_record("results", find(sandbox) | {"metadata": {"a": 1, "b": 2}})
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    folds = form.fields.folds
    assert [fold.view.selected_index for fold in folds.values()] == [None, None]
    assert folds["metadata"].title == "Metadata: 2 fields"
    assert folds["learningObjectiveSet"].title == "Learning objectives: none"
    form.fields.inputs["metadata"].value = "{"
    assert "no JSON object, changed here; ✖ something in there is wrong" in folds["metadata"].title
    form.fields.objectives.add_group()
    assert "1 objective, changed here; ✖" in folds["learningObjectiveSet"].title
    form.line_item.value = "algebra-midterm"
    assert folds["metadata"].title == "Metadata: none"


def test_what_is_typed_before_the_class_is_read_is_kept() -> None:
    """A search typed while nothing is offered yet narrows down what comes; one for what was offered before is gone."""
    picker = Picker("Student", "student", on_change=lambda: None)
    picker.search.value = "ada"
    picker.fill([("Ada Example", "1"), ("Ben Example", "2")])
    assert [key for _, key in picker.choice.options] == ["", "1"]
    picker.fill([("Cleo Example", "3")])
    assert (picker.search.value, [key for _, key in picker.choice.options]) == ("", ["", "3"])
