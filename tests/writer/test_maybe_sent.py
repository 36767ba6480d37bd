"""What a push that was stopped or killed may have sent is its own, also for its undo; what it had not sent is whoever wrote it's."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from desk import Desk
from faulty_proxy import Asked, Fault, FaultyProxy, reply
from test_resume import SCORES, stop_after, take_back

import gradetools as gt
from gradetools.errors import UnreachableError
from gradetools.gradebook import Gradebook
from gradetools.journal import Journal, Outcome, open_journal
from gradetools.push import plan_rest, plan_undo
from gradetools.push.run import _Run
from gradetools.receipt import MAYBE_SENT


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
    assert rest.changes["action"].tolist() == ["unchanged"] * 3
    sent = desk.puts()
    done = desk.push(plan, resume=stopped.push_id)
    states = ["created", "created", *["unchanged"] * 3]
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
        *("already-there", "already-there", "found-done", "found-done", "found-done")
    ]
    assert "sent before the push was cut short" in done.entries["message"].tolist()[2]
    assert rest.changes["action"].tolist() == ["unchanged"] * 5
    assert later.states["created"] == 2
    undo = plan_undo(done, desk.gradebook)
    assert undo.changes["action"].tolist() == ["update", "update", "conflict"]
    assert "comment nothing → “Well done”" in undo.changes["message"].tolist()[2]
    desk.push(undo)
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


def send(desk: Desk, plan: gt.Plan, *entries: int) -> None:
    """Send entries as a push does that dies before it can say so."""
    for entry in entries:
        desk.gradebook.put_record(json.loads(plan.changes.loc[entry, "after"]))


def reasons(receipt: gt.Receipt) -> list[str]:
    """Give the reason of each entry."""
    return receipt.entries["reason"].tolist()


def test_what_was_refused_is_not_its_own(desk: Desk) -> None:
    """A grade that was refused with 403, and that somebody else wrote before the push was gone on with, stays theirs."""
    asked = []

    def refuse(each: Asked) -> Fault | None:
        asked.append(each.method)
        return (
            Fault(answer=reply(403)) if asked.count("PUT") == 2 and each.method == "PUT" else None
        )

    with FaultyProxy(int(desk.sandbox.base_url.rsplit(":", 1)[1]), refuse) as proxy:
        settings = desk.gradebook.settings.model_copy(update={"base_url": proxy.base_url})
        desk.gradebook = Gradebook(settings)
        plan = desk.plan(desk.sheet("Midterm", *SCORES))
        refused = desk.push(plan, workers=1)
        assert reasons(refused)[1] == "not-allowed"
        theirs = elsewhere(desk)
        theirs.push(theirs.plan(desk.sheet("Midterm", *SCORES)))
        done = desk.push(plan, resume=refused.push_id)
        assert reasons(done) == ["", *["already-there"] * 4]
        take_back(desk, done)
    assert len(desk.results("algebra-midterm")) == 4


def test_what_is_unknown_stays_so_until_it_is_known(desk: Desk) -> None:
    """An unknown outcome that cannot be looked up when the push is gone on with is still unknown, and undone with it."""
    plan = desk.plan(desk.sheet("Midterm", *SCORES))
    stopped = stop_after(desk, plan, 2)
    with open_journal(desk.gradebook.environment, desk.gradebook.settings.data_dir) as journal:
        journal.record(stopped.push_id, [Outcome(2, "failed", "outcome-unknown")])
    send(desk, plan, 2)

    def fail(*_: object) -> None:
        raise UnreachableError("No answer.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gradebook, "get_record", fail)
        with pytest.raises(UnreachableError):
            desk.push(plan, resume=stopped.push_id, workers=1)
    with open_journal(desk.gradebook.environment, desk.gradebook.settings.data_dir) as journal:
        unsure = journal.read_receipt(stopped.push_id)
    assert reasons(unsure)[2] == MAYBE_SENT
    assert plan_undo(unsure, desk.gradebook).writes == 3
    done = desk.push(plan, resume=stopped.push_id)
    assert (reasons(done)[2], done.states["created"]) == ("found-done", 5)


def test_what_an_interrupt_takes_away_may_have_been_sent(desk: Desk) -> None:
    """An outcome that an interrupt keeps from being noted leaves the entry in doubt: it is found, and undone with the push."""
    plan, note = desk.plan(desk.sheet("Midterm", *SCORES)), vars(_Run)["_note_written"]

    def interrupt(self: _Run, outcome: Outcome) -> None:
        if outcome.entry == 1:
            raise KeyboardInterrupt
        note(self, outcome)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Run, "_note_written", interrupt)
        stopped = desk.push(plan, workers=1)
    assert (stopped.states["unsent"] > 0, reasons(stopped)[1]) == (True, MAYBE_SENT)
    assert "It may have been sent" in stopped.entries["message"][1]
    done = desk.push(plan, resume=stopped.push_id)
    assert (reasons(done)[1], done.states["created"]) == ("found-done", 5)


def test_what_an_earlier_push_wrote_when_it_was_gone_on_with_is_that_one_s(desk: Desk) -> None:
    """A push that began before the killed one, and was gone on with after it, keeps what it wrote then."""
    plan = desk.plan(desk.sheet("Midterm", *SCORES))
    early = stop_after(desk, plan, 2)
    killed_plan = desk.plan(desk.sheet("Midterm", *SCORES))
    killed = begin(desk, killed_plan)
    assert desk.push(plan, resume=early.push_id).states["created"] == 5
    done = desk.push(killed_plan, resume=killed)
    assert (done.written, done.states["unchanged"]) == (0, 5)


def test_what_its_own_undo_brought_back_is_its_own(desk: Desk) -> None:
    """A killed push that was undone, and the undo undone, is gone on with as before: its undo leaves nothing behind."""
    plan = desk.plan(desk.sheet("Midterm", *SCORES))
    killed = begin(desk, plan)
    send(desk, plan, 0, 1)
    with open_journal(desk.gradebook.environment, desk.gradebook.settings.data_dir) as journal:
        receipt = journal.read_receipt(killed)
    take_back(desk, take_back(desk, receipt))
    done = desk.push(plan, resume=killed)
    assert reasons(done) == ["found-done", "found-done", "", "", ""]
    take_back(desk, done)
    assert desk.results("algebra-midterm") == {}


def test_what_a_later_push_created_is_not_its_own_once_that_was_undone(desk: Desk) -> None:
    """Where a later push of ours had to create a grade, and took it back, what somebody else wrote there since is theirs."""
    plan = desk.plan(desk.sheet("Midterm", *SCORES))
    killed = begin(desk, plan)
    take_back(desk, desk.push(desk.plan(desk.sheet("Midterm", "10", "20"))))
    theirs = elsewhere(desk)
    theirs.push(theirs.plan(desk.sheet("Midterm", "10", "20")))
    done = desk.push(plan, resume=killed)
    assert reasons(done) == ["already-there", "already-there", "", "", ""]


def test_what_a_later_push_changed_is_not_its_own(desk: Desk) -> None:
    """What a later push of ours wrote over what was there before both is that one's, and so is its undo."""
    plan = desk.plan(desk.sheet("Quiz 1", "5", "6"))
    killed = begin(desk, plan)
    later = desk.push(desk.plan(desk.sheet("Quiz 1", "5")))
    assert later.states["updated"] == 1
    done = desk.push(plan, resume=killed)
    assert reasons(done) == ["already-there", ""]
    take_back(desk, done)
    assert desk.result("algebra-quiz-1", 1)["score"] == 5
