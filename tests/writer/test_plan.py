"""What a plan decides, and that it decides it before anything is sent."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from desk import Desk

import gradetools as gt
from gradetools.errors import PlanError, UnsafePlanError
from gradetools.plan import make_result_plan, mark_harm
from gradetools.plan.merge import decide, merge
from gradetools.plan.value import make_changes
from gradetools.snapshot import Environment
from gradetools.widgets.grid_changes import show_changes


def actions(plan: gt.Plan) -> list[str]:
    """Give the action of every entry."""
    return list(plan.changes["action"])


def after(plan: gt.Plan, entry: int) -> dict[str, object]:
    """Give the record that an entry would leave."""
    record: dict[str, object] = json.loads(plan.changes.loc[entry, "after"])
    return record


def test_a_plan_sends_nothing(desk: Desk) -> None:
    """Planning reads and writes nothing."""
    plan = desk.plan(desk.sheet("Midterm", "80", "90"))
    assert (plan.counts["create"], desk.puts()) == (2, 0)


def test_equal_grades_are_unchanged(desk: Desk) -> None:
    """A grade that is there already, however it is written, is not sent again (P5)."""
    plan = desk.plan(desk.sheet("Quiz 1", "8.50", "8"))
    assert actions(plan) == ["unchanged", "unchanged"]


def test_float32_decides_what_is_equal(desk: Desk) -> None:
    """Two numbers that round to the same float32 are one grade (P5)."""
    desk.change("algebra-quiz-1", 1, score=7.300000190734863)
    assert actions(desk.plan(desk.sheet("Quiz 1", "7.3"))) == ["unchanged"]


def test_a_blank_cell_leaves_the_grade_alone(desk: Desk) -> None:
    """A blank cell is skipped (P2)."""
    assert actions(desk.plan(desk.sheet("Quiz 1", "", "9"))) == ["skip", "update"]


def test_clear_removes_a_grade(desk: Desk) -> None:
    """The word CLEAR removes score and text score, says so, and sets `not submitted` (P2)."""
    plan = desk.plan(desk.sheet("Quiz 1", "CLEAR"))
    assert actions(plan) == ["update"]
    record = after(plan, 0)
    assert ("score" in record, "textScore" in record, record["scoreStatus"]) == (
        False,
        False,
        "not submitted",
    )
    assert bool(plan.changes.loc[0, "cleared"])


def test_clear_where_there_is_nothing_changes_nothing(desk: Desk) -> None:
    """CLEAR in a cell whose grade does not exist makes no result."""
    assert actions(desk.plan(desk.sheet("Midterm", "CLEAR"))) == ["unchanged"]


def test_an_update_loses_nothing(desk: Desk) -> None:
    """A PUT replaces the record, so comment, metadata, unknown fields and the rest are carried over (P3)."""
    extra = {
        "metadata": {"nested": {"kept": [1, None, {"deep": True}]}},
        "vendorField": {"x": 1},
        "learningObjectiveSet": [
            {
                "source": "unknown",
                "learningObjectiveResults": [{"learningObjectiveId": "lo", "score": 2.5}],
            }
        ],
    }
    desk.change("algebra-quiz-1", 1, **extra)
    record = after(desk.plan(desk.sheet("Quiz 1", "9")), 0)
    assert {name: record[name] for name in extra} == extra
    assert (record["comment"], record["score"]) == ("Shows every step.", 9)


def test_a_new_score_lifts_what_it_contradicts() -> None:
    """A changed score sets `fully graded` and lifts missing, incomplete and inProgress; late stays (P3)."""
    flags = {"missing": "true", "incomplete": "true", "inProgress": "true", "late": "true"}
    before = {"sourcedId": "r", "scoreStatus": "not submitted", "scoreDate": "2026-09-01", **flags}
    merged = merge(before, {"score": 5}, date="2026-10-01")
    expected = {"missing": "false", "incomplete": "false", "inProgress": "false", "late": "true"}
    assert {name: merged[name] for name in flags} == expected
    assert (merged["scoreStatus"], merged["scoreDate"]) == ("fully graded", "2026-09-01")


def test_a_comment_alone_grades_nothing() -> None:
    """A new result that has a comment and no score is `not submitted` (P3)."""
    made = merge({"sourcedId": "r", "status": "active"}, {"comment": "See me"}, date="2026-09-01")
    assert made["scoreStatus"] == "not submitted"


def test_mapped_flags_are_not_lifted() -> None:
    """A flag that the sheet itself sets is not lifted by the score beside it (P3)."""
    merged = merge({"missing": "true"}, {"score": 5, "missing": "true"}, date="2026-10-01")
    assert merged["missing"] == "true"


def test_an_equal_score_changes_no_status(desk: Desk) -> None:
    """Fields that only follow from a score never make an update by themselves (P3)."""
    desk.change("algebra-quiz-1", 1, scoreStatus="partially graded", missing="true")
    assert actions(desk.plan(desk.sheet("Quiz 1", "8.5"))) == ["unchanged"]


def test_what_stays_beside_an_equal_score_is_said(desk: Desk) -> None:
    """A score that is there already for somebody who is marked as not submitted is unchanged, and says what stays."""
    desk.change("algebra-quiz-1", 1, scoreStatus="not submitted", missing="true")
    plan = desk.plan(desk.sheet("Quiz 1", "8.5", "8"))
    assert actions(plan) == ["unchanged", "unchanged"]
    told = (
        "The score is there already; the score status stays not submitted, and missing stays true."
    )
    assert plan.changes["message"].tolist() == [told, ""]
    assert plan.tell_stays() == "1 grade has its score already and stays not submitted and missing"
    assert desk.plan(desk.sheet("Quiz 1", "", "8")).tell_stays() == ""
    assert desk.push(plan).entries["message"].tolist() == [told, ""]
    desk.change("algebra-quiz-1", 2, scoreStatus="exempt")
    both = desk.plan(desk.sheet("Quiz 1", "8.5", "8")).tell_stays()
    assert both == "2 grades have their scores already and stay not submitted, missing or exempt"
    excused = desk.plan(desk.sheet("Quiz 1", "", "8")).tell_stays()
    assert excused == "1 grade has its score already and stays exempt"


def test_what_follows_from_an_equal_score_is_no_update() -> None:
    """A score that means the same does not write a record only to complete it (P3, P5)."""
    identity = {"sourcedId": "r", "lineItem": {"sourcedId": "i"}, "student": {"sourcedId": "s"}}
    held = {**identity, "status": "active", "score": 0.10000000149011612, "missing": "true"}
    change = decide(held, identity, {"score": 0.1}, dialect="timeback", date="2026-09-01")
    assert change.action == "unchanged"


def test_a_missing_date_is_no_reason_to_write(desk: Desk) -> None:
    """An existing result that lacks a score date is not written just to give it one (P3)."""
    record = desk.result("algebra-quiz-1", 1)
    del record["scoreDate"]
    desk.sandbox.put_record("results", record)
    assert actions(desk.plan(desk.sheet("Quiz 1", "8.5"))) == ["unchanged"]


def test_a_new_result_takes_the_day_of_the_plan(desk: Desk) -> None:
    """A new result's score date is `as_of`, and a day stays that day (P3)."""
    plan = desk.plan(desk.sheet("Midterm", "80"), as_of=dt.date(2026, 10, 31))
    assert after(plan, 0)["scoreDate"] == "2026-10-31T00:00:00.000Z"


def test_an_existing_result_keeps_its_id(desk: Desk) -> None:
    """A grade that is there already is written under its own id, whoever made it (P4)."""
    plan = desk.plan(desk.sheet("Quiz 1", "9"))
    assert plan.changes.loc[0, "sourced_id"] == "algebra-quiz-1.student-001"


def test_a_new_result_has_a_lasting_id(desk: Desk) -> None:
    """The id of a new result is a UUIDv5 that every later plan finds again (P4)."""
    ids = [
        desk.plan(desk.sheet("Midterm", score)).changes.loc[0, "sourced_id"]
        for score in ("80", "81")
    ]
    assert ids[0] == ids[1]
    assert uuid.UUID(str(ids[0])).version == 5


def test_each_grade_has_an_id_of_its_own(desk: Desk) -> None:
    """No two students, and no two line items, share the id of a new result (P4)."""
    rows = [f"{student},7,80" for student in desk.students]
    plan = desk.plan(desk.sheet_of("\n".join(["Student ID,Quiz 1,Midterm", *rows]) + "\n"))
    assert plan.changes["sourced_id"].nunique() == len(plan.changes) == 10


def test_two_active_results_block(desk: Desk) -> None:
    """Several active results for one grade block it, and all their ids are named (P4)."""
    desk.sandbox.put_record(
        "results", {**desk.result("algebra-quiz-1", 1), "sourcedId": "a-second-one"}
    )
    plan = desk.plan(desk.sheet("Quiz 1", "9"))
    assert (actions(plan), plan.changes.loc[0, "reason"]) == (["blocked"], "duplicate-on-server")
    assert all(
        name in str(plan.changes.loc[0, "message"])
        for name in ("a-second-one", "algebra-quiz-1.student-001")
    )


def test_an_unknown_student_blocks_alone(desk: Desk) -> None:
    """A student whom the class does not have blocks the own entry, says why, and stops nobody else (P13)."""
    sheet = desk.sheet_of(f"Student ID,Midterm\n99999,70\n{desk.students[0]},80\n")
    plan = desk.plan(sheet)
    assert actions(plan) == ["blocked", "create"]
    assert "99999" in str(plan.changes.loc[0, "message"])


def test_lowered_grades_are_marked(desk: Desk) -> None:
    """A grade that falls is marked as lowered, one that rises is not."""
    plan = desk.plan(desk.sheet("Quiz 1", "3", "9"))
    assert list(plan.changes["lowered"]) == [True, False]


def test_a_plan_survives_its_file(desk: Desk, tmp_path: Path) -> None:
    """A plan written and read back is the same plan, fingerprint and sheet included (P6)."""
    plan = desk.plan(desk.sheet("Quiz 1", "9", "", "x"))
    again = gt.read_plan(gt.write_plan(plan, tmp_path / "plan.json"))
    assert (again.fingerprint, again.counts) == (plan.fingerprint, plan.counts)
    assert again.sheet is not None
    assert again.changes.equals(plan.changes)


def test_a_plan_file_is_private_and_never_overwritten(desk: Desk, tmp_path: Path) -> None:
    """A plan file is for its owner alone, and a second one does not replace it (P25)."""
    plan = desk.plan(desk.sheet("Quiz 1", "9"))
    path = gt.write_plan(plan, tmp_path / "plan.json")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(gt.GradetoolsError, match="is there already"):
        gt.write_plan(plan, path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("9", "10"),
        lambda text: text[:-20],
        lambda text: "{}",  # noqa: ARG005 - the table's form
        lambda text: "[1, 2]",  # noqa: ARG005 - the table's form
        lambda text: text.replace("gradetools/plan/1", "gradetools/plan/2"),
    ],
)
def test_a_changed_plan_file_is_refused(
    desk: Desk, tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    """A plan file that was changed, cut or is something else is refused in one sentence (P6)."""
    path = gt.write_plan(desk.plan(desk.sheet("Quiz 1", "9")), tmp_path / "plan.json")
    path.write_text(spoil(path.read_text()))
    with pytest.raises(PlanError):
        gt.read_plan(path)


def test_what_others_changed_is_a_conflict(desk: Desk) -> None:
    """A field that somebody changed since we sent it, and that the sheet would overwrite, is a conflict (P7)."""
    desk.push(desk.plan(desk.sheet("Midterm", "80")))
    desk.change("algebra-midterm", 1, score=85)
    sheet = desk.sheet("Midterm", "80")
    assert actions(desk.plan(sheet)) == ["conflict"]
    assert actions(desk.plan(sheet, on_conflict="ours")) == ["update"]
    assert actions(desk.plan(sheet, on_conflict="theirs")) == ["skip"]
    assert actions(desk.plan(sheet, on_conflict={0: "ours"})) == ["update"]


def test_whose_change_is_overwritten_is_told(desk: Desk) -> None:
    """Who writes ours over theirs sees in the plan where, how many, and what of; the other entries say nothing (P7)."""
    first = desk.push(desk.plan(desk.sheet("Midterm", "80", "70")))
    desk.change("algebra-midterm", 1, score=75, comment="Resubmitted.")
    sheet = desk.sheet("Midterm", "81", "71")
    assert desk.plan(sheet).changes["message"][0].endswith("or leave it? Their comment stays.")
    plan = desk.plan(sheet, on_conflict="ours")
    assert plan.changes["reason"].tolist() == ["over-theirs", ""]
    assert plan.changes["message"][0].startswith("Somebody changed score")
    assert plan.changes["message"][0].endswith("ours is written over it. Their comment stays.")
    assert (plan.tell_harm(), list(plan.harms)) == ("1 change of others overwritten", [True, False])
    assert mark_harm(plan.changes.loc[0].to_dict()) == "over a change of others"
    undo = desk.undo(first, on_conflict="ours")
    assert undo.changes["reason"].tolist() == ["over-theirs", ""]
    assert undo.tell_harm() == "1 change of others overwritten"


def test_an_undo_over_a_later_push_says_so(desk: Desk) -> None:
    """An undo names a later push of ours, what that wrote and where it is taken back; what is decided asks no more."""
    first = desk.push(desk.plan(desk.sheet("Midterm", "80")))
    second = desk.push(desk.plan(desk.sheet("Midterm", "81")))
    edit = f"Your push {second.push_id}, or one of yours before it, wrote score 80 → 81 since this push; "
    asked = "take that one back first (in history.ipynb, or with `gradetools undo`), write over that, or leave it?"
    told = {"stop": asked, "ours": "that is written over.", "theirs": "that stays."}
    for decided, ends in told.items():
        undo = gt.plan_undo(first, desk.gradebook, on_conflict=decided)
        assert undo.changes["message"].tolist() == [edit + ends]


def test_their_comment_is_no_conflict_with_our_score(desk: Desk) -> None:
    """What others changed in fields that the sheet does not name is carried over (P7)."""
    desk.push(desk.plan(desk.sheet("Midterm", "80")))
    desk.change("algebra-midterm", 1, comment="Seen by the parents.")
    plan = desk.plan(desk.sheet("Midterm", "81"))
    assert (actions(plan), after(plan, 0)["comment"]) == (["update"], "Seen by the parents.")


def test_a_grade_that_others_removed_is_a_conflict(desk: Desk) -> None:
    """A grade that we sent and somebody removed does not come back unasked (P7)."""
    desk.push(desk.plan(desk.sheet("Midterm", "80")))
    desk.change("algebra-midterm", 1, status="tobedeleted")
    assert actions(desk.plan(desk.sheet("Midterm", "80"))) == ["conflict"]


def test_after_an_undo_nothing_is_a_conflict(desk: Desk) -> None:
    """What we took back is forgotten: after an undo the same sheet is pushed again under the same id (P10)."""
    first = desk.push(desk.plan(desk.sheet("Midterm", "80")))
    desk.push(desk.undo(first))
    plan = desk.plan(desk.sheet("Midterm", "80"))
    assert actions(plan) == ["create"]
    again = desk.push(plan)
    assert list(again.entries["sourced_id"]) == list(first.entries["sourced_id"])
    assert desk.result("algebra-midterm", 1)["score"] == 80


def test_a_wiped_comment_is_told_and_bound(desk: Desk) -> None:
    """What goes beside a score is named, counted and part of the fingerprint; a text that another replaces is only named."""
    desk.change("algebra-quiz-1", 1, comment="Mind the signs.", metadata={"by": "hand"})
    desk.change("algebra-quiz-1", 2, comment="Neat.")
    plan = desk.plan(desk.sheet("Quiz 1,Quiz 1 comment", "9,CLEAR", "8,Very neat."))
    assert list(plan.changes["wiped"]) == ["comment", ""]
    assert list(plan.changes["replaced"]) == ["", "comment"]
    assert list(map(mark_harm, plan.changes.to_dict(orient="records"))) == [
        "comment removed",
        "comment replaced",
    ]
    assert (plan.tell_harm(), list(plan.harms)) == ("1 comment removed", [True, False])
    assert "warning: 1 comment removed" in repr(plan)
    hidden = gt.Plan(plan.environment, plan.dialect, plan.changes.assign(wiped=""))
    assert hidden.fingerprint != plan.fingerprint
    assert gt.Plan.from_json(plan.to_json()).tell_harm() == "1 comment removed"


def test_an_exemption_that_is_lifted_is_told(desk: Desk) -> None:
    """A score for somebody who was excused is marked as loudly as a lowered grade, and is no loss."""
    desk.change("algebra-quiz-1", 1, score=None, scoreStatus="exempt")
    plan = desk.plan(desk.sheet("Quiz 1", "9", "8"))
    assert [mark_harm(each) for each in plan.changes.to_dict(orient="records")] == [
        "exemption lifted",
        "",
    ]
    assert (plan.tell_replaced(), plan.tell_harm()) == ("1 exemption lifted", "")
    marks = show_changes(plan).marks
    assert marks[["kind", "words"]].to_numpy().tolist() == [["warning", "exemption lifted"]]


def test_a_score_that_goes_is_counted_in_one_word(desk: Desk) -> None:
    """A score that is cleared and one that a text score takes the place of are both removed scores, in the count and to look at."""
    one = gt.Result(line_item="algebra-quiz-1", student="student-001", score=None, text_score="B")
    texts = gt.plan_result(one, desk.gradebook)
    cleared = desk.plan(desk.sheet("Quiz 1", "", "CLEAR"))
    assert (texts.tell_harm(), cleared.tell_harm()) == ("1 score removed", "1 score removed")
    both = pd.concat([texts.changes, cleared.changes], ignore_index=True)
    plan = replace(texts, changes=both.rename_axis("entry"))
    assert plan.tell_harm() == "2 scores removed"
    assert int(show_changes(plan).views["score removed"].sum()) == 2


def test_a_plan_of_before_is_read(desk: Desk) -> None:
    """A plan that was saved when nothing was noted of comments is still the plan that it was."""
    plan = desk.plan(desk.sheet("Quiz 1", "9"))
    saved = json.loads(plan.to_json())
    del saved["changes"]["wiped"], saved["changes"]["replaced"]
    read = gt.Plan.from_json(json.dumps(saved))
    assert (read.fingerprint, list(read.changes["wiped"])) == (plan.fingerprint, [""])


def test_an_undo_tells_what_restoring_takes(desk: Desk) -> None:
    """An undo says which grade it lowers and which comment it takes, and not that what was created goes."""
    desk.change("algebra-quiz-1", 1, comment=None)
    sheet = desk.sheet("Quiz 1,Quiz 1 comment", "9,Good", ",", ",", ",", "7,")
    undo = desk.undo(desk.push(desk.plan(sheet)))
    assert undo.tell_counts() == "1 to remove, 1 to restore"
    assert undo.tell_harm() == "1 grade lowered, 1 comment removed"


def test_what_the_checks_warn_of_stays_with_the_grade(desk: Desk) -> None:
    """A warning about a row or a cell stands in the change that is written, whatever else is in its line."""
    first, second = desk.students[:2]
    text = f"Student ID,Student,Quiz 1,Midterm\n{first},Zorro Unknown,8.5,80\n{second},,11,\n"
    messages = desk.plan(desk.sheet_of(text)).changes["message"].tolist()
    assert messages[0] == ""  # unchanged: nothing is written
    assert "The sheet says" in messages[1]
    assert messages[2] == "11 is above the maximum 10 of 'Quiz 1'."


def test_a_single_grade_above_the_maximum_is_warned_of(desk: Desk) -> None:
    """A grade by hand above the maximum is written, and its change says so."""
    above, within = (
        gt.Result(line_item="algebra-quiz-1", student="student-001", score=score)
        for score in (12, 9.5)
    )
    told = [
        make_result_plan(each, desk.snapshot()).changes["message"][0] for each in (above, within)
    ]
    assert told == ["12 is above the line item's maximum of 10.", ""]


def put(**fields: object) -> gt.Result:
    """Make a Result of the first student's Quiz 1."""
    whose = {"lineItem": "algebra-quiz-1", "student": "student-001"}
    return gt.Result.model_validate({**whose, **fields})


@pytest.mark.parametrize("name", ["score", "textScore"])
def test_a_single_grade_without_a_score_is_not_submitted(desk: Desk, name: str) -> None:
    """A score that is removed takes `fully graded` with it, as the word CLEAR does; a status that is wanted stands."""
    desk.change("algebra-quiz-1", 1, **{"score": None, "textScore": None, name: 7 if name == "score" else "B"})  # fmt: skip
    cleared = make_result_plan(put(**{name: None}), desk.snapshot())
    assert (after(cleared, 0)["scoreStatus"], name in after(cleared, 0)) == ("not submitted", False)
    excused = make_result_plan(put(**{name: None}, scoreStatus="exempt"), desk.snapshot())
    assert after(excused, 0)["scoreStatus"] == "exempt"


def test_a_score_that_leaves_a_text_score_keeps_its_status(desk: Desk) -> None:
    """What is still graded stays fully graded."""
    desk.change("algebra-quiz-1", 1, textScore="B")
    plan = make_result_plan(put(score=None), desk.snapshot())
    assert after(plan, 0)["scoreStatus"] == "fully graded"


def test_namesakes_have_their_number_beside_them(desk: Desk) -> None:
    """Two students of one name are told apart by their numbers, in a sheet's plan and in that of a single grade."""
    users = {user["sourcedId"]: user for user in desk.sandbox.records("users")}
    ada, ben = users["student-001"], users["student-002"]
    name = {each: ada[each] for each in ("givenName", "familyName")}
    desk.sandbox.put_record("users", ben | name)
    called = f"{ada['givenName']} {ada['familyName']}"
    both = [f"{called} ({each['identifier']})" for each in (ada, ben)]
    plan = desk.plan(desk.sheet("Quiz 1", "7", "7", "7"))
    assert plan.changes["student_name"].tolist()[:2] == both
    assert "(" not in plan.changes["student_name"][2]
    assert make_result_plan(put(score=3), desk.snapshot()).changes["student_name"][0] == both[0]


def test_line_items_of_one_title_have_their_class_beside_them(desk: Desk) -> None:
    """Where classes share a title the class is said; of a single grade, which has no sheet, always."""
    sheet = desk.sheet("Quiz 1,Quiz 2", "7,8")
    alone = desk.snapshot()
    both = desk.gradebook.take_snapshot(["algebra-1", "biology-1"])
    columns = gt.suggest_columns(sheet, alone)
    told = [
        gt.make_plan(gt.check_entries(sheet, columns, each), each).changes["line_item_title"]
        for each in (alone, both)
    ]
    assert [each.tolist() for each in told] == [
        ["Quiz 1", "Quiz 2"],
        ["Quiz 1 (Algebra 1)", "Quiz 2"],
    ]
    single = make_result_plan(put(score=3), desk.snapshot())
    assert single.changes["line_item_title"][0] == "Quiz 1 (Algebra 1)"


def harmful(lowered: int, of: int, *, undo_of: str = "", wiped: bool = False) -> gt.Plan:
    """Make a plan that updates so many grades and lowers some of them, or takes their comments."""
    rows = range(of)
    columns = {
        "line": rows,
        "column": ["Quiz"] * of,
        "occurrence": [1] * of,
        "student": [f"s{row}" for row in rows],
        "student_name": [""] * of,
        "line_item": ["li"] * of,
        "line_item_title": [""] * of,
        "class_id": ["c"] * of,
        "action": ["update"] * of,
        "reason": [""] * of,
        "message": [""] * of,
        "sourced_id": [f"r{row}" for row in rows],
        "before": ['{"score":5,"status":"active"}'] * of,
        "after": ['{"score":4,"status":"active"}'] * of,
        "lowered": [row < lowered and not wiped for row in rows],
        "wiped": ["comment" if row < lowered and wiped else "" for row in rows],
        "cleared": [False] * of,
    }
    environment = Environment("sandbox", "embedded")
    return gt.Plan(environment, "timeback", make_changes(columns, list(rows)), undo_of=undo_of)


@pytest.mark.parametrize(
    ("lowered", "of", "refused"), [(3, 10, False), (4, 10, True), (9, 9, False), (31, 100, True)]
)
def test_a_harmful_plan_is_refused(lowered: int, of: int, *, refused: bool) -> None:
    """More than 30 % lowered or cleared is refused, from ten touched grades on (P8)."""
    plan = harmful(lowered, of)
    if refused:
        with pytest.raises(UnsafePlanError, match=f"{lowered} of the {of}"):
            plan.raise_if_unsafe()
    else:
        plan.raise_if_unsafe()


def test_wiping_comments_is_as_harmful() -> None:
    """A plan that takes the comments from more than 30 % of the grades is refused as one that lowers them is (P8)."""
    harmful(3, 10, wiped=True).raise_if_unsafe()
    with pytest.raises(
        UnsafePlanError, match="takes the comment or another field from, 4 of the 10"
    ):
        harmful(4, 10, wiped=True).raise_if_unsafe()


def test_an_undo_may_lower_everything() -> None:
    """Undo is exempt from the share (P8)."""
    harmful(10, 10, undo_of="push").raise_if_unsafe()


def test_a_misspelt_field_is_no_wish(desk: Desk) -> None:
    """A field called nearly as one of a Result's is asked about, not sent; one that the gradebook has, or of its own, is."""
    for name, told in (
        ("Score", "A Result has no field 'Score'; did you mean 'score'? Correct it."),
        ("coment", "did you mean 'comment'?"),
        ("text_Score", "did you mean 'textScore'?"),
        ("vendorCode", ""),
    ):
        wish = {
            "lineItem": {"sourcedId": "algebra-quiz-1"},
            "student": {"sourcedId": "student-001"},
        }
        plan = make_result_plan(gt.Result.model_validate(wish | {name: "1"}), desk.snapshot())
        assert told in plan.changes["message"][0]
        assert (actions(plan) == ["blocked"]) is bool(told)
    desk.change("algebra-quiz-1", 1, coment="theirs")
    plan = make_result_plan(gt.Result.model_validate(wish | {"coment": "1"}), desk.snapshot())
    assert actions(plan) == ["update"]


def test_a_conflict_is_told_beside_an_id_that_is_kept(desk: Desk) -> None:
    """Where an id is not taken because the grade is there under another, what somebody changed of it is told first."""
    sent = desk.push(desk.plan(desk.sheet("Quiz 1", "9")))
    assert sent.ok
    desk.change("algebra-quiz-1", 1, score=5)
    result = gt.Result(sourced_id="mine", line_item="algebra-quiz-1", student="student-001", score=6.5)  # fmt: skip
    plan = gt.plan_result(result, desk.gradebook)
    (message,) = plan.changes["message"]
    assert actions(plan) == ["conflict"]
    assert message.startswith("Somebody changed score 9 → 5")
    assert message.endswith(
        "This grade is already there as algebra-quiz-1.student-001; that id is kept."
    )


def test_who_bears_the_same_name_is_told_apart(desk: Desk) -> None:
    """One grade of a student is told with the number where another student of the class has that name, and without where none has."""
    snapshot = desk.gradebook.take_snapshot(["biology-1"])
    items = snapshot.line_items["sourced_id"].tolist()
    people = snapshot.students.assign(
        name=snapshot.students["given_name"] + " " + snapshot.students["family_name"]
    )
    twice = people["name"].duplicated(keep=False)
    assert twice.any()
    for of, wanted in ((people[twice].iloc[0], True), (people[~twice].iloc[0], False)):
        result = gt.Result(line_item=items[0], student=of["sourced_id"], score=1)
        (told,) = make_result_plan(result, snapshot).changes["student_name"]
        assert told == (f"{of['name']} ({of['identifier']})" if wanted else of["name"])


def test_parts_cover_the_plan(desk: Desk) -> None:
    """A plan splits by line item into plans that together hold every entry."""
    student = desk.students[0]
    plan = desk.plan(desk.sheet_of(f"Student ID,Quiz 1,Midterm\n{student},9,80\n"))
    parts = list(plan.parts())
    assert [len(part.changes) for part in parts] == [1, 1]
    assert sum(part.writes for part in parts) == plan.writes


def test_the_fingerprint_covers_what_is_sent(desk: Desk) -> None:
    """Another score, another plan."""
    one, other = (desk.plan(desk.sheet("Midterm", score)) for score in ("80", "81"))
    assert one.fingerprint != other.fingerprint
