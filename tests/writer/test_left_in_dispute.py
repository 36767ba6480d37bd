"""A grade that somebody else wrote and that we never sent: once it was in conflict, no later plan writes over it unasked."""

from __future__ import annotations

import pytest
from desk import Desk

import gradetools as gt
from gradetools.journal import forget_push, open_journal
from gradetools.journal.sent import find_disputes
from gradetools.plan import OnConflict
from gradetools.plan.undo import index_later_pushes

QUIZ = "algebra-quiz-1"


def push_beside_somebody(desk: Desk, on_conflict: OnConflict = "stop") -> gt.Receipt:
    """Push two scores, of which somebody changes the first between plan and push."""
    plan = desk.plan(desk.sheet("Quiz 1", "3", "4"), on_conflict=on_conflict)
    desk.change(QUIZ, 1, score=9.5)
    return desk.push(plan)


@pytest.mark.parametrize(("left", "told"), [("stop", "nobody decided it"), ("theirs", "you left")])
def test_the_same_sheet_asks_about_it(desk: Desk, left: OnConflict, told: str) -> None:
    """What was in conflict, or left to somebody, is a question to the next sheet, and a plain change once ours was written."""
    first = push_beside_somebody(desk, left)
    again = desk.plan(desk.sheet("Quiz 1", "3", "4"))
    assert again.changes["action"].tolist() == ["conflict", "unchanged"]
    row = again.changes.iloc[0]
    assert row["reason"] == "disputed-before"
    assert told in row["message"]
    assert first.push_id in row["message"]
    desk.push(again)
    assert desk.result(QUIZ, 1)["score"] == 9.5
    ours = desk.plan(desk.sheet("Quiz 1", "3"), on_conflict="ours")
    desk.push(ours)
    assert desk.result(QUIZ, 1)["score"] == 3
    later = desk.plan(desk.sheet("Quiz 1", "5"))
    assert (later.counts["conflict"], later.counts["update"]) == (0, 1)


def test_what_becomes_of_it_is_decided(desk: Desk) -> None:
    """Each decision holds for such a grade as for any other conflict."""
    push_beside_somebody(desk)
    theirs = desk.plan(desk.sheet("Quiz 1", "3"), on_conflict={0: "theirs"})
    assert theirs.changes["reason"].tolist() == ["kept-theirs"]
    ours = desk.plan(desk.sheet("Quiz 1", "3"), on_conflict={0: "ours"})
    assert ours.changes["reason"].tolist() == ["over-theirs"]


def test_one_grade_by_hand_asks_too(desk: Desk) -> None:
    """The plan of a single result asks about it as a sheet's does."""
    push_beside_somebody(desk)
    result = gt.Result(line_item=QUIZ, student="student-001", score=7)
    plan = gt.plan_result(result, desk.gradebook)
    assert plan.changes["reason"].tolist() == ["disputed-before"]
    assert gt.plan_result(result, desk.gradebook, on_conflict="ours").writes == 1


def test_what_somebody_made_meanwhile_is_asked_about(desk: Desk) -> None:
    """A result that somebody made between plan and push, for a grade that had none, is not written over by the next plan."""
    plan = desk.plan(desk.sheet("Midterm", "70"))
    theirs = {**desk.result(QUIZ, 1), "sourcedId": "theirs", "score": 55}
    desk.sandbox.put_record("results", theirs | {"lineItem": {"sourcedId": "algebra-midterm"}})
    assert desk.push(plan).states["conflict"] == 1
    again = desk.plan(desk.sheet("Midterm", "70"))
    assert again.changes["reason"].tolist() == ["disputed-before"]


def test_what_is_gone_or_the_same_is_no_question(desk: Desk) -> None:
    """Where nothing of somebody's would be lost nobody is asked: it is removed, or holds what is wanted."""
    push_beside_somebody(desk)
    assert desk.plan(desk.sheet("Quiz 1", "9.5")).counts["unchanged"] == 1
    desk.change(QUIZ, 1, status="tobedeleted")
    assert desk.plan(desk.sheet("Quiz 1", "3")).counts["conflict"] == 0


def test_the_rest_of_the_push_is_taken_back(desk: Desk) -> None:
    """An undo, and another try, are planned beside a grade of which nothing was sent."""
    first = push_beside_somebody(desk)
    assert gt.plan_undo(first, desk.gradebook).writes == 1
    with open_journal(desk.gradebook.environment, desk.gradebook.settings.data_dir) as journal:
        later = index_later_pushes("another", journal.last_sent())
    assert set(later) == {("algebra-quiz-1", "student-002")}, (
        "what was never sent is no later push's"
    )
    second = desk.push(desk.plan(desk.sheet("Quiz 1", "3", "6")))
    assert gt.plan_undo(second, desk.gradebook).writes == 1
    assert gt.plan_retry(second, desk.gradebook).counts["conflict"] == 1


def test_with_the_push_the_dispute_is_forgotten(desk: Desk) -> None:
    """Of a forgotten push nothing is known any more."""
    push_id = push_beside_somebody(desk).push_id
    forget_push(push_id, desk.gradebook.settings.data_dir)
    assert desk.plan(desk.sheet("Quiz 1", "3")).counts["update"] == 1


def test_a_dispute_ends_with_a_write() -> None:
    """Of the pushes to one grade, in their order, only those after the last write of ours count."""
    grade = ("quiz", "ada")
    ends = {"a": "conflict", "b": "", "c": "kept-theirs", "d": "conflict", "e": ""}
    rows = [(*grade, "{}", push_id, "", dispute) for push_id, dispute in ends.items()]
    found = [find_disputes(rows[:many]).get(grade) for many in range(1, 6)]
    assert found == [("a", "conflict"), None, ("c", "kept-theirs"), ("d", "conflict"), None]
