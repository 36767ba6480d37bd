"""Which pushes are gone on with: those that did not finish, and that nothing has taken back."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from desk import Desk

import gradetools as gt
from gradetools.errors import JournalError, UnsafePlanError
from gradetools.gradebook import Gradebook
from gradetools.push import plan_rest, plan_undo, tell_rest

SCORES = ("10", "20", "30", "40", "50")


def stop_after(desk: Desk, plan: gt.Plan, written: int, **options: Any) -> gt.Receipt:
    """Push a plan and stop it after so many PUTs."""
    stop, put = threading.Event(), Gradebook.put_record

    def count(self: Gradebook, *given: Any) -> Any:
        answer = put(self, *given)
        if desk.puts() >= written:
            stop.set()
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gradebook, "put_record", count)
        return desk.push(plan, stop=stop, workers=1, **options)


def take_back(desk: Desk, receipt: gt.Receipt) -> gt.Receipt:
    """Take a push back."""
    return desk.push(plan_undo(receipt, desk.gradebook))


def test_what_was_taken_back_is_not_gone_on_with(desk: Desk) -> None:
    """A stopped push that was taken back is refused in one sentence and nothing is sent; once the undo is undone it goes on."""
    plan = desk.plan(desk.sheet("Midterm", *SCORES))
    stopped = stop_after(desk, plan, 2)
    assert (stopped.states["created"], stopped.states["unsent"]) == (2, 3)
    undo = take_back(desk, stopped)
    sent = desk.puts()
    told = f"{stopped.push_id} was taken back by push {undo.push_id}.*; plan the sheet again"
    with pytest.raises(JournalError, match=told):
        desk.push(plan, resume=stopped.push_id)
    with pytest.raises(JournalError, match=told):
        plan_rest(stopped.push_id, desk.gradebook)
    assert (desk.puts(), desk.results("algebra-midterm")) == (sent, {})
    take_back(desk, undo)
    frozen, rest = plan_rest(stopped.push_id, desk.gradebook)
    assert (frozen.fingerprint, rest.counts["create"]) == (plan.fingerprint, 3)
    assert "2 of its 5 grades are done" in tell_rest(stopped.push_id, frozen, rest)
    done = desk.push(plan, resume=stopped.push_id)
    assert (done.states["created"], len(desk.results("algebra-midterm"))) == (5, 5)


def test_what_is_done_is_not_gone_on_with(desk: Desk) -> None:
    """A push that is done is refused in one sentence; so is an undo that was undone, which names the push to undo again."""
    plan = desk.plan(desk.sheet("Midterm", *SCORES))
    done = desk.push(plan)
    with pytest.raises(JournalError, match=f"{done.push_id} is done, and nothing of it is left"):
        desk.push(plan, resume=done.push_id)
    undoing = plan_undo(done, desk.gradebook)
    stopped = stop_after(desk, undoing, desk.puts() + 1)
    assert stopped.status == "unfinished"
    again = take_back(desk, stopped)
    told = f"was taken back by push {again.push_id}.*; undo push {done.push_id} again"
    with pytest.raises(JournalError, match=told):
        desk.push(undoing, resume=stopped.push_id)


def test_what_was_allowed_is_not_asked_again(desk: Desk) -> None:
    """A push that lowers grades, as was allowed, is gone on with without that word; anew it is refused without."""
    users = {user["sourcedId"]: user.get("identifier") for user in desk.sandbox.records("users")}
    held = sorted(desk.results("algebra-quiz-1"))[:12]
    rows = "\n".join(f"{users[student]},3" for student in held)
    plan = desk.plan(desk.sheet_of(f"Student ID,Quiz 1\n{rows}\n"))
    with pytest.raises(UnsafePlanError):
        desk.push(plan)
    stopped = stop_after(desk, plan, 2, allow_unsafe=True)
    assert stopped.states["unsent"] > 0
    assert desk.push(plan, resume=stopped.push_id).ok
    with pytest.raises(JournalError):
        desk.push(plan, resume=stopped.push_id)
