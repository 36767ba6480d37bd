"""What the form for one result does beyond its notebook: what comes from outside, and what is refused."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from form_driving import choose, find, page, states, walk, write

import gradetools as gt
from gradetools.sandbox import Fault, Sandbox, invented_school
from gradetools.widgets import ResultForm
from gradetools.widgets.picker import Picker
from gradetools.written_json import read_written_json

EVIL = "<img src=x onerror=alert(1)>"


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


def test_score_below_minimum_is_not_offered(sandbox: Sandbox, tmp_path: Path) -> None:
    """A score below the line item's minimum is an error beside it, the title says to correct it, and it cannot be written."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = "-1"
    told = form.fields.messages["score"].value
    assert "-1 is below the line item&#x27;s minimum of 0; correct it." in told
    assert "next: correct the score" in form.grade.state.value
    assert "comes after: Grade (correct the score)" in form.upsert.state.value
    assert form.push.go.disabled
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
    assert "score status fully graded → exempt" in form.preview.few.value
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
    assert "not submitted" not in form.preview.few.value


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
    assert "not readable, changed here; ✖ something in there is wrong" in folds["metadata"].title
    form.fields.objectives.add_group()
    title = folds["learningObjectiveSet"].title
    assert "1 objective, changed here; something is still to be filled in" in title
    form.fields.objectives.groups[0].rows[0].score.value = "x"
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


def test_the_only_one_that_fits_is_taken() -> None:
    """Enter in the search takes the only one that fits, and nothing where several or none do."""
    chosen: list[str] = []
    picker = Picker("Student", "student", on_change=lambda: chosen.append(picker.value))

    def press_enter(words: str) -> str:
        picker.search.value = words  # as it comes letter by letter
        picker.search.value = f"{words}\u2028"  # and at Enter
        return str(picker.choice.options[0][0])

    picker.fill((), empty="choose the class first")
    assert press_enter("ada") == "choose the class first"
    picker.search.value = ""
    picker.fill([("Ada Example", "1"), ("Ben Example", "2")])
    assert press_enter("example") == "2 fit: choose one"
    assert press_enter("zoe") == "none fits: search for another part of the name"
    assert chosen == []
    assert press_enter("BEN") == "choose the student"
    assert (chosen, picker.value, picker.search.value) == (["2"], "2", "")
    press_enter("Example, Ada")  # as lists of schools have it
    assert (chosen, picker.value) == (["2", "1"], "1")
    picker.fill([("Quiz 1 (0 to 10, quiz-1)", "q1"), ("Quiz 2 (0 to 10, quiz-2)", "q2")])
    press_enter("quiz 1")  # and not what has the words somewhere
    assert picker.value == "q1"
    picker.fill(())
    assert picker.choice.options[0][0] == "there is no student"


def test_a_search_is_answered_where_one_is_chosen() -> None:
    """The name of who is chosen hides in the closed list what came of the next search; it stands below, with who is still chosen."""
    picker = Picker("Student", "student", on_change=lambda: None)
    picker.fill([("Ada Example", "1"), ("Ben Example", "2"), ("Béla Example", "3")])
    picker.search.value = "b"
    assert not picker.told.value  # the list itself says it
    picker.search.value, picker.value = "", "1"
    for typed, told in (
        ("b", "⚠ 2 fit: choose one. Still chosen: Ada Example"),
        ("ben", "⚠ 1 fits: choose it. Still chosen: Ada Example"),
        ("zzz", "⚠ none fits: search for another part of the name. Still chosen: Ada Example"),
        ("example", "3 fit, and one of them is chosen"),
        ("ada", "1 fits, and it is chosen"),
    ):
        picker.search.value = typed
        assert told in picker.told.value
    picker.search.value = "b"
    picker.value = "2"  # from the list
    assert "2 fit, and one of them is chosen" in picker.told.value
    picker.search.value = "ada"
    picker.take_only()
    assert (picker.value, picker.told.value) == ("1", "")


@pytest.mark.parametrize(
    ("label", "typed"),
    [("Chloë Example", "chloe"), ("Béla Example", "Bela"), ("Zoe Example", "Zoë"), ("Ann Groß", "gross")],
)  # fmt: skip
def test_a_search_minds_no_accents(label: str, typed: str) -> None:
    """A plain letter finds the accented one, and the other way round; the label stays as it is."""
    picker = Picker("Student", "student", on_change=lambda: None)
    picker.fill([(label, "1"), ("Ben Example", "2")])
    picker.search.value = typed
    assert picker.choice.options == (("1 fits: choose it", ""), (label, "1"))


def test_lists_wait_for_the_class(sandbox: Sandbox, tmp_path: Path) -> None:
    """Before a class is chosen, and after none is any more, the lists below say what they wait for."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    form.where.connect.click()
    for _ in range(2):
        form.student.search.value = "ada"
        for picker in (form.line_item, form.student):
            assert [label for label, _ in picker.choice.options] == ["choose the class first"]
        form.class_.value = "algebra-1"
        assert form.student.choice.options[0][0] == "1 fits: choose it"
        form.class_.value = ""


def test_an_emptied_date_says_what_is_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    """A score needs a date: where it is emptied, the form says which one is sent, and that one is."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["scoreDate"].value = ""
    told = form.fields.messages["scoreDate"].value
    form.push.go.click()
    form.push.wait(30)
    sent = str(find(sandbox)["scoreDate"])[:10]
    assert f"A score needs a date: without one, today&#x27;s is sent, {sent}." in told


def test_a_wrong_field_hides_no_other(sandbox: Sandbox, tmp_path: Path) -> None:
    """Beside each field that is right stands what would be, whatever is wrong with another; nothing can be written."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    fields = form.fields
    fields.inputs["comment"].value = "Read."
    for name, text in (("scoreDate", "2026-02-30"), ("metadata", "{"), ("score", "-1")):
        fields.inputs[name].value = text
        assert "→ <b>Read.</b>" in fields.now["comment"].value
        assert "→" not in fields.now[name].value
        assert form.push.go.disabled
    assert "correct the score, score date and metadata" in form.grade.state.value
    wrong = "comes after: Grade (correct the score, score date and metadata)"
    assert wrong in form.upsert.state.value


@pytest.mark.parametrize("typed", ["eighty", "85%", "-3"])
def test_nothing_follows_from_what_is_wrong(sandbox: Sandbox, tmp_path: Path, typed: str) -> None:
    """From a score that cannot be read follows neither a status nor a date."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form, line_item="algebra-midterm")
    fields = form.fields
    fields.inputs["comment"].value = "Read."
    assert "→ <b>not submitted</b>, which follows" in fields.now["scoreStatus"].value
    fields.inputs["score"].value = typed
    assert [fields.now[name].value for name in ("scoreStatus", "score")] == ["", ""]
    assert "→" not in fields.now["scoreDate"].value
    assert "→ <b>Read.</b>" in fields.now["comment"].value


def test_a_new_objective_is_not_wrong_yet(sandbox: Sandbox, tmp_path: Path) -> None:
    """A group or objective just added says what is next, in no error; the write step says what is missing until it is there."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    group = form.fields.objectives.add_group()
    assert 'role="alert"' not in page(form.view)
    assert "next: name the source" in group.message.value
    assert "next: give the objective&#x27;s id" in group.rows[0].message.value
    assert "name the source of the learning objectives" in form.upsert.state.value
    group.source.value = "unknown"
    assert 'role="alert"' not in page(form.view)
    assert "give the learning objective&#x27;s id" in form.upsert.state.value
    group.rows[0].score.value = "1"
    assert 'role="alert"' in group.rows[0].message.value
    group.rows[0].id.value = "fractions"
    assert 'role="alert"' not in page(form.view)
    assert not form.push.go.disabled
    group.source.value = ""
    assert "Error:" in group.message.value
    assert "Remove the objective fractions" in states(group.view)


def test_an_id_that_stands_twice_is_warned_of(sandbox: Sandbox, tmp_path: Path) -> None:
    """An objective's id that stands twice in a group is warned of beside each; the preview tells all that is sent."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    group = form.fields.objectives.add_group()
    group.source.value, group.rows[0].id.value = "case", "m.1"
    group.rows[0].score.value = "3"
    other = group.add_row()
    other.id.value, other.text_score.value = "m.2", "Good"
    assert "times in the group" not in page(group.view)
    other.id.value = "m.1 "
    for row in group.rows:
        assert "This id stands 2 times in the group" in row.message.value
        assert "a UUID; this is none" in row.message.value
    assert "case, m.1 (1 of 2): nothing → 3" in form.preview.few.value
    assert "case, m.1 (2 of 2): nothing → “Good”" in form.preview.few.value
    told = form.fields.now["learningObjectiveSet"].value
    assert "case: m.1 3, m.1 “Good”" in told
    assert not form.push.go.disabled
    other.score.value = "4"
    assert "case, m.1 (2 of 2): nothing → 4 “Good”" in form.preview.few.value
    group.rows[0].remove.click()
    assert "times in the group" not in page(group.view)


def test_a_score_that_is_not_expected_is_warned_of(sandbox: Sandbox, tmp_path: Path) -> None:
    """A score beside a status that expects none is warned of at the status, and told in the preview."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    status, told = form.fields.inputs["scoreStatus"], form.fields.messages["scoreStatus"]
    form.fields.inputs["score"].value = "7"
    status.value = "exempt"
    expected = "&quot;exempt&quot; expects no score, but there is the score 7, which is sent too."
    assert expected in told.value
    told_so = "(says that no score is expected, although the score 7 is written too)"
    assert told_so in form.preview.few.value
    told_so = "⚠ The score status expects no score, and there is one."
    assert f'<span class="gt-mark gt-warning">{told_so}</span>' in form.preview.few.value
    assert not form.push.go.disabled
    form.fields.inputs["score"].value = "8.5"  # which is there
    assert "no score is expected, although the score 8.5 stays)" in form.preview.few.value
    form.fields.inputs["score"].value = ""
    assert told.value == ""
    form.fields.inputs["textScore"].value = "B"
    assert "the text score B, which is sent too" in told.value
    status.value = "partially graded"
    assert told.value == ""


def test_a_grade_that_is_taken_away_is_not_warned_of(sandbox: Sandbox, tmp_path: Path) -> None:
    """The undo of a new grade whose score its status does not expect warns of nothing: all of it goes."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form, "algebra-midterm")
    form.fields.inputs["score"].value = "70"
    form.fields.inputs["scoreStatus"].value = "exempt"
    assert "expects no score" in form.preview.few.value
    form.push.go.click()
    form.push.wait(30)
    form.receipt.undo.click()
    undo = form.writing.undo
    assert undo is not None
    assert "removed" in undo.preview.few.value
    assert "expects no score" not in undo.preview.few.value
    assert "warning" not in undo.preview.told.value


def test_what_a_field_is_for(sandbox: Sandbox, tmp_path: Path) -> None:
    """Beside flags and metadata stands what they are; whoever does not know a source reads which to choose."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    shown = page(form.view)
    assert "Handed in after it was due. nothing: the grade says neither true nor false." in shown
    assert "Given out, and not to be handed in yet." in shown
    assert "If you do not know, choose unknown." in shown
    assert "What else a gradebook keeps with a grade" in shown
    form.fields.inputs["scoreDate"].value = "16.10.2026"
    told = form.fields.messages["scoreDate"].value
    assert "A date is written like 2026-10-16, or 2026-10-16 14:30 (UTC)." in told
    form.fields.inputs["scoreDate"].value = "2026-10-16 25:00"
    told = form.fields.messages["scoreDate"].value
    assert "There is no such time of day; correct the hour or the minutes." in told
    form.fields.inputs["scoreDate"].value = "2026-10-16 14:30 (UTC)"  # as it stands there
    assert "→ <b>2026-10-16 14:30 UTC</b>" in form.fields.now["scoreDate"].value


def test_what_somebody_changed_meanwhile_is_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    """A grade that changed before it was written is shown as it is now, beside what was typed; one advice, which works."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    fields = form.fields
    fields.inputs["score"].value = "9"
    group = fields.objectives.add_group()
    group.source.value, group.rows[0].id.value = "unknown", "m.1"
    theirs = find(sandbox) | {"score": 6, "comment": "By Ms Other.", "late": "true"}
    sandbox.put_record("results", theirs)
    form.push.go.click()
    form.push.wait(30)
    assert "now: 6 → <b>9</b>" in fields.now["score"].value
    assert "now: By Ms Other." in fields.now["comment"].value
    assert fields.inputs["comment"].value == "By Ms Other."
    assert fields.inputs["late"].label == "as it is: true"
    assert fields.touched == ["score", "learningObjectiveSet"]
    assert "nothing was written: this grade was changed meanwhile" in form.grade.state.value
    assert "press Try again below to see both" in form.upsert.state.value
    assert "Try it again to see both." in str(form.receipt.receipt and form.receipt.receipt.entries["message"].iloc[0])  # fmt: skip
    assert form.receipt.retry.layout.display is None
    fields.inputs["score"].value = "9.5"  # to type on is a way, too
    assert "score 6 → 9.5" in form.preview.few.value
    assert form.push.go.disabled, "theirs is not written over unasked"
    assert "nobody decided it" in form.preview.few.value
    form.preview.conflicts.choice.value = "ours"
    form.push.go.click()
    form.push.wait(30)
    held = find(sandbox)
    assert (held["score"], held["comment"], held["late"]) == (9.5, "By Ms Other.", "true")


def test_what_is_there_is_read_when_a_grade_is_chosen(sandbox: Sandbox, tmp_path: Path) -> None:
    """Beside the fields stands what the gradebook has when the grade is chosen, not when its class was."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form, student="student-002")
    sandbox.put_record("results", find(sandbox) | {"score": 6})
    form.student.value = "student-001"
    assert "now: 6" in form.fields.now["score"].value


def test_what_is_next_where_nothing_can_be_written(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where something stands in the way, the step says where it is decided, and not to write it."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    sandbox.put_record("results", find(sandbox) | {"sourcedId": "twice"})
    choose(form)
    form.fields.inputs["score"].value = "8"
    assert "next: see below why it cannot be written" in form.upsert.state.value
    assert "⚠ changes score, which cannot be written: see step 4" in form.grade.state.value
    assert "Nothing can be written as it stands. See above." in page(form.view)
    sandbox.put_record("results", {**find(sandbox), "sourcedId": "twice", "status": "tobedeleted"})
    form.student.value = "student-002"
    form.student.value = "student-001"
    form.fields.inputs["score"].value = "9"
    assert "next: look at it, then write it" in form.upsert.state.value
    form.push.go.click()
    form.push.wait(30)
    sandbox.put_record("results", find(sandbox) | {"score": 6})
    form.student.value = "student-002"
    form.student.value = "student-001"
    form.fields.inputs["score"].value = "8"
    assert "next: choose under Conflicts whose grade shall stand" in form.upsert.state.value


def test_what_is_odd_about_a_date(sandbox: Sandbox, tmp_path: Path) -> None:
    """A date far ahead, or before the line item was given, is warned of; a time says whose clock it is by."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    date, told = form.fields.inputs["scoreDate"], form.fields.messages["scoreDate"]
    for text, words in (
        ("2099-01-01", "Warning: </b>2099-01-01 is more than a year ahead."),
        ("2026-08-30", "Warning: </b>2026-08-30 is before this was assigned, 2026-08-31."),
        ("2026-08-31", ""),
        ("2026-09-16 14:30", "14:30 is taken as UTC; for a clock two hours ahead write 2026-09-16"),
        ("2026-09-16 14:30+02:00", ""),
    ):
        date.value = text
        assert words in told.value
        assert bool(words) == bool(told.value)
        assert not form.push.go.disabled
        assert ("1 grade with a warning" in form.preview.told.value) == ("Warning" in words)
    assert "→ <b>2026-09-16 12:30 UTC</b>" in form.fields.now["scoreDate"].value


def test_the_preview_warns_as_the_fields_do(sandbox: Sandbox, tmp_path: Path) -> None:
    """What is odd about a date, about objectives, and late with missing, stands in the preview's note too, until it is mended."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    inputs, told = form.fields.inputs, form.fields.messages
    inputs["scoreDate"].value = "2099-01-01"
    inputs["late"].value = inputs["missing"].value = "true"
    group = form.fields.objectives.add_group()
    group.source.value, group.rows[0].id.value, group.rows[0].score.value = "case", "m.1", "3"
    group.add_row().id.value = "m.1"
    both = "“Late” says that it was handed in, “missing” that it was not: both are true."
    assert both in told["late"].value
    assert both in told["missing"].value
    for words in (
        "2099-01-01 is more than a year ahead.",
        both,
        "The objective m.1 stands 2 times in a group; a gradebook may keep only one.",
        "A CASE identifier is a UUID; m.1 is none.",
    ):
        assert words in form.preview.few.value
    assert "1 grade with a warning: see the note in the row." in form.preview.told.value
    assert not form.push.go.disabled
    inputs["missing"].value = "false"
    assert (told["late"].value, told["missing"].value) == ("", "")
    assert both not in form.preview.few.value
    group.source.value = "State"
    assert "“State” is not written as the standard wants" in form.preview.few.value


def test_a_value_typed_again_is_not_touched(sandbox: Sandbox, tmp_path: Path) -> None:
    """What means the same as what is there, however it is written, is left alone and sent as it was."""
    held = find(sandbox) | {"scoreDate": "2026-09-16T14:30:00.000Z", "metadata": {"a": True}}
    sandbox.put_record("results", held)
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    inputs = form.fields.inputs
    assert inputs["scoreDate"].value == "2026-09-16 14:30 UTC"
    for name, text in (
        ("score", "8,50"),
        ("scoreDate", "2026-09-16T16:30+02:00"),
        ("metadata", '{ "a": true }'),
    ):
        inputs[name].value = text
        assert form.fields.touched == []
        assert form.push.go.disabled
    inputs["metadata"].value = '{"a": 1}'  # which Python takes for the same
    assert form.fields.touched == ["metadata"]
    inputs["metadata"].value = ""
    inputs["metadata"].value = '{"a": true}'
    inputs["scoreStatus"].value = "fully graded"
    assert "that is what is there already" in form.grade.state.value
    inputs["comment"].value = "Read."
    form.push.go.click()
    form.push.wait(30)
    expected = held | {"comment": "Read.", "dateLastModified": None}
    assert find(sandbox) | {"dateLastModified": None} == expected


def test_what_is_left_unwritten_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """Whoever chooses another student or class while something is typed reads what was not written, until something is."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = "9"
    form.fields.inputs["late"].value = "true"
    told = "Not written: Ada Example (00041): Quiz 1 (0 to 10, algebra-quiz-1): score 9, late true."
    form.student.value = "student-002"
    assert told in form.left.value
    form.student.value = "student-001"  # to type it again
    assert told in form.left.value
    form.fields.inputs["score"].value = "9"
    form.push.go.click()
    form.push.wait(30)
    assert form.left.value == ""
    form.fields.inputs["comment"].value = "Read."
    form.class_.value = "biology-1"
    assert "comment Read." in form.left.value
    assert form.push.go.disabled


def test_what_is_not_there_has_one_word(sandbox: Sandbox, tmp_path: Path) -> None:
    """What is not there is "nothing", in lists and beside fields; a class without score scales says so, and what one is."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    assert "unset" not in states(form.view)
    assert [label for label, _ in form.fields.inputs["late"].options] == [
        "nothing",
        "true",
        "false",
    ]
    told = form.fields.messages["scoreScale"].value
    assert "This class has none. A score scale says what scores are called" in told
    comment = "A long sentence without end. " * 20
    form.fields.inputs["comment"].value = comment
    assert comment[:290] in form.fields.now["comment"].value


def test_where_json_is_wrong() -> None:
    """Metadata that cannot be read say where, what is wanted there, and how the right form looks."""
    with pytest.raises(ValueError, match='The name "b" stands there twice; leave one of them'):
        read_written_json('{"a": {"b": 1, "b": 2}}', "it")
    for typed, told in (
        ('{"source": "paper"', "at line 1, character 19: a comma or a closing bracket is missing"),
        (
            "{'source': 'paper'}",
            'at line 1, character 2: a name in "double quotes" is wanted there',
        ),
        ('{"a": 1,\n "b" 2}', "at line 2, character 6: a colon is missing there"),
        ('{"a": 1} x', "at line 1, character 10: what stands there comes after the end"),
        ('{"a": "x}', "at line 1, character 7: the text that begins there has no closing quote"),
        ("{“source”: “paper”}", 'at line 1, character 2: straight quotes (") are wanted in place'),
        (
            '{"a”: "b"}',
            'at line 1, character 4: straight quotes (") are wanted in place of “ and ”',
        ),
        ('{"a": "paper",\n}', "at line 1, character 14: there is one comma too many, take it away"),
        ('{"a": [1,]}', "at line 1, character 9: there is one comma too many"),
        ('{"a": 1,, "b": 2}', "at line 1, character 9: there is one comma too many"),
        ('["a"]', "not names with their values"),
        ('{"a": NaN}', "This is not JSON; write"),
    ):
        with pytest.raises(ValueError, match=re.escape(told)) as caught:
            read_written_json(typed, 'names and values such as {"source": "paper"}')
        assert 'such as {"source": "paper"}.' in str(caught.value)


def test_how_a_source_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    """At each key a source that the standard does not know is told with how it would be written; it can be written all the same."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    group = form.fields.objectives.add_group()
    group.rows[0].id.value = "m.1"
    for typed, words in (
        ("State", "a slash, then small letters or digits alone, such as /state."),
        ("state", "such as /state."),
        ("/St ate", "such as /state."),
        ("/", "small letters or digits alone. Some"),
        ("Case", "write case."),
        ("/unknown", "write unknown."),
    ):
        group.source.value = typed
        assert "Warning:" in group.message.value
        assert words in group.message.value
        assert not form.push.go.disabled
    for typed in ("case", "unknown", "/state", "/2"):
        group.source.value = typed
        assert group.message.value == ""


def test_a_score_that_gives_way_to_a_text(sandbox: Sandbox, tmp_path: Path) -> None:
    """A text score typed in the place of a score is called so, and the preview marks the score as removed."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = ""
    form.fields.inputs["textScore"].value = "B"
    told = form.fields.messages["score"].value
    assert "the text score is written in its place" in told
    assert "1 score removed" in form.preview.told.value
    assert "score removed" in form.preview.few.value


def test_a_score_that_goes_is_no_grade_that_goes(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where only the score is emptied the preview counts a removed score, for the grade stays; an undo of a new grade removes it."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = ""
    assert "1 score removed." in form.preview.told.value
    assert "grade removed" not in form.preview.told.value
    assert "score removed" in form.preview.few.value
    choose(form, line_item="algebra-midterm")
    form.fields.inputs["score"].value = "9"
    form.push.go.click()
    form.push.wait(30)
    form.receipt.undo.click()
    assert form.writing.undo is not None
    assert "1 to remove" in form.writing.undo.preview.told.value
    assert "score removed" not in page(form.writing.undo.view)


def test_what_is_removed_is_called_so(sandbox: Sandbox, tmp_path: Path) -> None:
    """A flag that is set to nothing is told as removed, and a new grade is previewed with its date and status."""
    sandbox.put_record("results", find(sandbox) | {"late": "true"})
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["late"].value = ""
    assert "now: true → <b>removed</b>" in form.fields.now["late"].value
    choose(form, line_item="algebra-midterm")
    form.fields.inputs["score"].value = "9"
    told = form.preview.few.value
    assert "score status nothing → fully graded" in told
    assert 'score date nothing → <span class="gt-whole">20' in told


def test_what_was_written_leaves_nothing_to_do(sandbox: Sandbox, tmp_path: Path) -> None:
    """After a push the grade's step asks for nothing, and while an undo is looked at it shows what somebody changed since."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = "9"
    form.push.go.click()
    form.push.wait(30)
    assert "✔ this grade is as the gradebook has it now" in form.grade.state.value
    assert "now: 9" in form.fields.now["score"].value
    sandbox.put_record("results", find(sandbox) | {"score": 6})
    form.receipt.undo.click()
    assert "now: 6" in form.fields.now["score"].value
    form.fields.inputs["score"].value = "7"
    assert "✔ changes score" in form.grade.state.value


def test_another_try_settles_what_was_said_of_the_first(sandbox: Sandbox, tmp_path: Path) -> None:
    """After a conflict that another try has written, nothing says any more that nothing was written; nor once it is taken back."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = "9"
    sandbox.put_record("results", find(sandbox) | {"score": 6})
    form.push.go.click()
    form.push.wait(30)
    assert "Nothing was written" in form.preview.told.value
    form.receipt.retry.click()
    again = form.writing.retry
    assert again is not None
    assert (
        "now: 6 → <b>9</b>" in form.fields.now["score"].value
    )  # what was typed still is what would be
    again.preview.on_conflict.value = "ours"
    again.push.go.click()
    again.push.wait(30)
    assert find(sandbox)["score"] == 9
    assert "Nothing was written" not in form.preview.told.value
    assert "was settled by another try" in form.preview.told.value
    assert (form.push.bar.bar_style, form.push.told.value) == (
        "success",
        "1 of 1, with the other try",
    )
    told = form.receipt.told.value
    assert "1 entry of these was tried again, as told above." in told


def test_a_grade_is_not_left_while_it_is_written(sandbox: Sandbox, tmp_path: Path) -> None:
    """While a grade, or another try at it, is written no other is chosen and no field changed; both are free at its end."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = "9"
    steps = (form.where, form.whose, form.grade)
    controls = [
        one for step in steps for one in walk(step.view) if getattr(one, "disabled", True) is False
    ]
    assert form.student.choice in controls
    assert form.fields.inputs["comment"] in controls

    def is_held() -> tuple[bool, bool]:
        return all(one.disabled for one in controls), any(one.disabled for one in controls)

    sandbox.order(Fault(method="PUT", delay=1, status=422), Fault(method="PUT", delay=1))
    form.push.go.click()
    assert is_held() == (True, True)
    assert "writing; another grade can be chosen at its end" in form.upsert.state.value
    form.push.wait(30)
    assert is_held() == (False, False)
    form.receipt.retry.click()
    assert form.writing.retry is not None
    form.writing.retry.push.go.click()
    assert is_held() == (True, True)
    assert "… writing" in form.upsert.state.value
    form.writing.retry.push.wait(30)
    assert is_held() == (False, False)
    form.student.value = "student-002"
    told = form.receipt.told.value
    assert "(Ada Example, Quiz 1 (Algebra 1): 1 updated) can still be taken back" in told


def test_a_push_that_cannot_begin_holds_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where another form's push is under way the form says so, says what is next, and everything in it can be used."""
    gradebook = gt.connect(sandbox)
    first, second = (ResultForm(gradebook, folder=tmp_path) for _ in range(2))
    for form, student in ((first, "student-001"), (second, "student-002")):
        choose(form, student=student)
        form.fields.inputs["score"].value = "9"
    sandbox.order(Fault(method="PUT", delay=1))
    first.push.go.click()
    second.push.go.click()
    assert "Another push to sandbox is under way" in second.push.alert.value
    assert "next: it did not begin" in second.upsert.state.value
    assert not second.student.choice.disabled
    first.push.wait(30)
    second.push.go.click()
    assert second.push.wait(30) is not None


def test_the_last_push_of_a_notebook_is_told_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """A form that is opened again tells the last push of the notebook alone, that it was taken back, and what came after it."""
    gradebook = gt.connect(sandbox)
    form = ResultForm(gradebook, folder=tmp_path)
    choose(form)
    form.fields.inputs["score"].value = "9"
    form.push.go.click()
    pushed = form.push.wait(30)
    assert pushed is not None
    told = page(ResultForm(gradebook, folder=tmp_path).view)
    assert told.count("The last push from this notebook to sandbox: 1 updated.") == 1
    assert "Since then" not in told
    undo = gt.plan_undo(pushed, gradebook)
    undone = gt.push_plan(undo, gradebook, agreed=undo.fingerprint)
    one = gt.Result(line_item="algebra-quiz-1", student="student-002", score=3)
    gt.upsert_result(one, gradebook)
    told = page(ResultForm(gradebook, folder=tmp_path).view)
    assert f"It was taken back since by push {undone.push_id}." in told
    assert "Since then 1 push went there from elsewhere on this machine." in told
    assert f"shows all of {pushed.push_id} and of these." in told


def test_what_is_stored_otherwise_is_not_called_unwritten(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where the gradebook rounds a score, no headline says that nothing was written, and step 3 shows what is there now."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    sandbox.order(Fault(method="PUT", lie="round"))
    form.fields.inputs["score"].value = "6.4"
    form.push.go.click()
    receipt = form.push.wait(30)
    assert receipt is not None
    assert receipt.not_as_sent == 1
    assert "stored otherwise than sent: the receipt says why" in form.upsert.state.value
    assert "1 grade stored otherwise than sent; the receipt says why" in form.preview.told.value
    assert "now: 6 → <b>6.4</b>" in form.fields.now["score"].value
    assert "stored otherwise than sent" in form.receipt.grid.text()
    assert "not written" not in page(form.view)
    form.receipt.undo.click()
    assert form.writing.undo is not None
    assert "stored it otherwise than it was sent" in form.writing.undo.preview.few.value


def test_what_is_lacking_is_asked_for(sandbox: Sandbox, tmp_path: Path) -> None:
    """Once the line item is chosen the title asks for the student alone, and the other way about."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    form.where.connect.click()
    form.class_.value = "algebra-1"
    form.line_item.value = "algebra-quiz-1"
    assert "next: choose the student" in form.whose.state.value
    form.line_item.value = ""
    form.student.value = "student-001"
    assert "next: choose the line item" in form.whose.state.value


def test_the_push_before_is_told_until_there_is_another(sandbox: Sandbox, tmp_path: Path) -> None:
    """What a form says at its top of the notebook's last push goes away once this form has written one."""
    gradebook = gt.connect(sandbox)
    for score, told in (("6", 0), ("7", 1)):
        form = ResultForm(gradebook, folder=tmp_path)
        shown = [one for one in form.view.children if "last push" in str(getattr(one, "value", ""))]
        assert len(shown) == told
        choose(form)
        form.fields.inputs["score"].value = score
        form.push.go.click()
        form.push.wait(30)
        assert all(one.layout.display == "none" for one in shown)


def test_another_try_shows_what_the_other_changed(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where somebody changed another field than what was typed, another try says what, and that it stays, and can be written."""
    form = ResultForm(gt.connect(sandbox), folder=tmp_path)
    choose(form)
    form.fields.inputs["comment"].value = "Neat."
    sandbox.put_record("results", find(sandbox) | {"score": 4})
    form.push.go.click()
    form.push.wait(30)
    assert "press Try again below to see both" in form.upsert.state.value
    form.receipt.retry.click()
    retry = form.writing.retry
    assert retry is not None
    shown = html.unescape(retry.preview.few.value)
    assert "→ “Neat.”" in shown
    assert "Somebody changed score 8.5 → 4 after this was previewed; that stays." in shown
    assert write(retry).ok
    held = find(sandbox)
    assert (held["score"], held["comment"]) == (4, "Neat.")
