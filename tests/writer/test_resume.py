"""Which pushes are gone on with: those that did not finish, and that nothing has taken back."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import Any

import pytest
from desk import Desk

import gradetools as gt
from gradetools.errors import JournalError, UnsafePlanError
from gradetools.gradebook import Gradebook
from gradetools.journal import Journal, Outcome, open_journal
from gradetools.push import plan_rest, plan_undo, tell_rest
from gradetools.receipt import MAYBE_SENT

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


def elsewhere(desk: Desk) -> Desk:
    """Give the same gradebook as somebody on another machine has it, with a journal of their own."""
    settings = desk.gradebook.settings
    other = settings.model_copy(update={"data_dir": settings.data_dir.parent / "theirs"})
    return replace(desk, gradebook=Gradebook(other))


def test_what_was_never_sent_stays_another_s(desk: Desk) -> None:
    """What a push had not sent when it was stopped, and somebody else wrote alike, is theirs: not created, and left by the undo."""
    plan = desk.plan(desk.sheet("Midterm", *SCORES))
    stopped = stop_after(desk, plan, 2)
    theirs = elsewhere(desk)
    assert theirs.push(theirs.plan(desk.sheet("Midterm", *SCORES))).states["created"] == 3
    desk.change("algebra-midterm", 4, comment="Well done")
    frozen, rest = plan_rest(stopped.push_id, desk.gradebook)
    assert frozen.fingerprint == plan.fingerprint
    assert rest.changes["action"].tolist() == ["unchanged", "conflict", "unchanged"]
    sent = desk.puts()
    done = desk.push(plan, resume=stopped.push_id)
    states = ["created", "created", "unchanged", "conflict", "unchanged"]
    assert (done.entries["state"].tolist(), desk.puts()) == (states, sent)
    take_back(desk, done)
    left = desk.results("algebra-midterm")
    assert sorted(left) == ["student-003", "student-004", "student-005"]
    assert left["student-004"]["comment"] == "Well done"


def begin(desk: Desk, plan: gt.Plan) -> str:
    """Leave a push as a process that was killed before it could record anything leaves it."""
    settings = desk.gradebook.settings
    with open_journal(desk.gradebook.environment, settings.data_dir) as journal:
        return journal.begin(plan, client_id="x", note="", now=desk.gradebook.clock())


def test_what_a_later_push_sent_is_not_that_of_one_that_was_killed(desk: Desk) -> None:
    """What a push that was killed may have written is called its own, but not what another push of ours sent since."""
    plan = desk.plan(desk.sheet("Midterm", *SCORES))
    killed = begin(desk, plan)
    later = desk.push(desk.plan(desk.sheet("Midterm", "10", "20")))
    theirs = elsewhere(desk)
    theirs.push(theirs.plan(desk.sheet("Midterm", *SCORES)))
    desk.change("algebra-midterm", 5, comment="Well done")
    _, rest = plan_rest(killed, desk.gradebook)
    done = desk.push(plan, resume=killed)
    assert done.entries["reason"].tolist() == [
        *("already-there", "already-there", "found-done", "found-done", "changed-since-plan")
    ]
    assert "sent before the push was cut short" in done.entries["message"].tolist()[2]
    assert rest.changes["action"].tolist() == [*["unchanged"] * 4, "conflict"]
    assert later.states["created"] == 2
    take_back(desk, done)
    assert sorted(desk.results("algebra-midterm")) == ["student-001", "student-002", "student-005"]


def test_what_may_have_been_sent_is_known(desk: Desk) -> None:
    """Of a push that ended, what was sent without an answer may come late; of one that is gone on with nothing is sure."""
    plan = desk.plan(desk.sheet("Midterm", *SCORES))
    stopped = stop_after(desk, plan, 2)
    settings = desk.gradebook.settings
    with open_journal(desk.gradebook.environment, settings.data_dir) as journal:
        assert journal.read_left(stopped.push_id).never_sent == {2, 3, 4}
        journal.record(stopped.push_id, [Outcome(2, "unsent", MAYBE_SENT)])
        left = journal.read_left(stopped.push_id)
        assert (left.entries, left.never_sent, left.later) == ([2, 3, 4], {3, 4}, set())
        journal.begin_again(stopped.push_id)
        assert journal.read_left(stopped.push_id).never_sent == set()
        assert "not known" in journal.read_summary(stopped.push_id).tell_states()


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


def test_what_a_killed_push_may_have_sent_stays_its_own(desk: Desk) -> None:
    """What may have been sent before a push was killed is its own however often it is gone on with and stopped, and undone with it."""
    plan = desk.plan(desk.sheet("Midterm", *SCORES))
    killed = begin(desk, plan)
    # It sent the last grade, and died before it could say so.
    desk.gradebook.put_record(json.loads(plan.changes.loc[4, "after"]))
    stopped = stop_after(desk, plan, 2, resume=killed)
    assert (stopped.states["created"], stopped.finished is not None) == (1, True)
    settings = desk.gradebook.settings
    with open_journal(desk.gradebook.environment, settings.data_dir) as journal:
        assert journal.read_left(killed).never_sent == set()
    undo = plan_undo(stopped, desk.gradebook)
    assert undo.writes == 2
    take_back(desk, stopped)
    assert desk.results("algebra-midterm") == {}
    plan = desk.plan(desk.sheet("Midterm", *SCORES))
    again = begin(desk, plan)
    desk.gradebook.put_record(json.loads(plan.changes.loc[4, "after"]))
    stop_after(desk, plan, desk.puts() + 1, resume=again)
    done = desk.push(plan, resume=again)
    assert (done.states["created"], done.entries["reason"].tolist()[4]) == (5, "found-done")


@pytest.mark.parametrize("committed", [True, False])
def test_an_interrupt_before_anything_is_sent_leaves_no_doubt(
    desk: Desk, *, committed: bool
) -> None:
    """Interrupted while its plan goes to the disk, a push has surely sent nothing, and can be gone on with if it is there."""
    plan, begun = desk.plan(desk.sheet("Midterm", *SCORES)), Journal.begin

    def interrupt(self: Journal, *given: Any, **named: Any) -> str:
        if committed:
            begun(self, *given, **named)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "begin", interrupt)
        with pytest.raises(KeyboardInterrupt):
            desk.push(plan)
    pushes = gt.list_pushes(desk.gradebook.settings.data_dir)
    assert [push.finished is not None for push in pushes] == [True] * committed
    assert desk.puts() == 0
    if committed:
        theirs = elsewhere(desk)
        theirs.push(theirs.plan(desk.sheet("Midterm", *SCORES)))
        assert desk.push(plan, resume=pushes[0].push_id).states["unchanged"] == 5
