"""A retry is a plan of what failed, made against what the gradebook holds now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from desk import Desk
from faulty_proxy import Asked, Fault, FaultyProxy, reply

import gradetools as gt
from gradetools.errors import PlanError
from gradetools.plan import OVER, mark_harm
from gradetools.push.reread import look_at_rest
from gradetools.sandbox import Fault as SandboxFault
from gradetools.widgets.grid_changes import show_changes

REFUSED = reply(422, b'{"message":"not today"}')


class Refusing:
    """Refuses every PUT of some of the five students, until told otherwise."""

    def __init__(self) -> None:
        self.numbers: tuple[int, ...] = ()

    def __call__(self, asked: Asked) -> Fault | None:
        """Choose what becomes of a request."""
        hit = any(f"student-{n:03d}".encode() in asked.body for n in self.numbers)
        return Fault(answer=REFUSED) if hit and asked.method == "PUT" else None


@pytest.fixture
def refusing(desk: Desk) -> Iterator[Refusing]:
    """Stand between the desk and the sandbox."""
    port, choose = int(desk.sandbox.base_url.rsplit(":", 1)[1]), Refusing()
    with FaultyProxy(port, choose) as between:
        settings = desk.gradebook.settings.model_copy(update={"base_url": between.base_url})
        desk.gradebook = gt.Gradebook(settings)
        yield choose


def retry(desk: Desk, receipt: gt.Receipt, **options: object) -> gt.Plan:
    """Plan the retry of a push."""
    return gt.plan_retry(receipt, desk.gradebook, **options)


def test_a_retry_writes_what_failed_and_nothing_else(desk: Desk, refusing: Refusing) -> None:
    """Refused entries are written by the retry, those that went well are not sent again, and it can be undone."""
    before = desk.active()
    refusing.numbers = (
        2,
        4,
    )
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "10", "20", "30", "40", "")))
    assert (receipt.states["created"], receipt.states["failed"]) == (2, 2)
    refusing.numbers = ()
    sent = desk.puts()
    plan = retry(desk, receipt)
    assert plan.counts == {**dict.fromkeys(plan.counts, 0), "create": 2}
    again = desk.push(plan)
    assert (again.ok, desk.puts() - sent) == (True, 2)
    scores = [desk.result("algebra-midterm", n)["score"] for n in range(1, 5)]
    assert scores == [10, 20, 30, 40]
    assert retry(desk, receipt).writes == 0
    for each in (again, receipt):
        desk.push(gt.plan_undo(each, desk.gradebook))
    assert desk.active() == before


def test_a_retry_changes_only_what_the_push_would_have(desk: Desk, refusing: Refusing) -> None:
    """A comment that somebody added since stays, and a score that somebody set since is a conflict to be decided."""
    refusing.numbers = (
        1,
        2,
    )
    receipt = desk.push(desk.plan(desk.sheet("Quiz 1", "9", "9.5")))
    refusing.numbers = ()
    desk.change("algebra-quiz-1", 1, comment="Somebody else's.")
    desk.change("algebra-quiz-1", 2, score=1)
    plan = retry(desk, receipt)
    assert plan.changes["action"].tolist() == ["update", "conflict"]
    assert "Somebody changed score" in plan.changes["message"].iloc[1]
    assert retry(desk, receipt, on_conflict="theirs").changes["action"].tolist()[1] == "skip"
    ours = retry(desk, receipt, on_conflict="ours")
    assert ours.changes["reason"].tolist() == ["", "over-theirs"]
    desk.push(ours)
    first, second = (desk.result("algebra-quiz-1", n) for n in (1, 2))
    assert (first["score"], first["comment"], second["score"]) == (9, "Somebody else's.", 9.5)


def test_a_retry_names_ones_own_later_push(desk: Desk, refusing: Refusing) -> None:
    """What a later push of one's own wrote instead is named as that push's, and still written over by none but who asks for it."""
    refusing.numbers = (1, 2)
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "10", "20")))
    refusing.numbers = ()
    later = desk.push(desk.plan(desk.sheet("Midterm", "60", "70")))
    desk.change("algebra-midterm", 2, score=1)
    changes = retry(desk, receipt).changes
    assert changes["action"].tolist() == ["conflict", "conflict"]
    own, others = changes["message"]
    assert own.startswith(f"Your push {later.push_id} wrote score nothing → 60 since this push")
    assert "Somebody changed score" in others
    assert changes["reason"].tolist() == ["changed-by-own-push", "changed-since-push"]
    assert retry(desk, desk.push(retry(desk, receipt))).counts["conflict"] == 2
    theirs, ours = (retry(desk, receipt, on_conflict=how).changes for how in ("theirs", "ours"))
    assert (theirs["reason"].iloc[0], ours["reason"].iloc[0]) == ("kept-theirs", "over-own-push")
    over = retry(desk, receipt, on_conflict="ours")
    assert (
        "1 change of your other push overwritten, 1 change of others overwritten"
        in over.tell_harm()
    )
    assert mark_harm(over.changes.iloc[0].to_dict()).endswith("over a change of your other push")
    views = show_changes(over).views
    assert [int(views[f"changes {whose} overwritten"].sum()) for whose in OVER.values()] == [1, 1]
    for told in (theirs["message"].iloc[0], ours["message"].iloc[0]):
        assert told.startswith(f"Your push {later.push_id} wrote score nothing → 60")


def test_a_retry_calls_no_push_later_that_was_earlier(desk: Desk) -> None:
    """What one's own other push wrote between preview and push is told so: neither since this push, nor as somebody's."""
    previewed = desk.plan(desk.sheet("Quiz 1", "10"))
    other = desk.push(desk.plan(desk.sheet("Quiz 1,Quiz 1 comment", "6,Redone.")))
    clock = desk.gradebook.clock
    desk.gradebook.clock = lambda: clock() + dt.timedelta(minutes=1)
    receipt = desk.push(previewed)
    assert receipt.entries["reason"].tolist() == ["changed-since-plan"]
    # At once, as the retry and the rest of a killed push tell it.
    told = f"Your push {other.push_id} wrote score 8.5 → 6, comment “Shows every step.” → “Redone.” since the preview"
    assert receipt.entries["message"].tolist() == [f"{told}. Try it again to see both."]
    rest = look_at_rest(previewed, [0], desk.gradebook)
    assert rest.changes["message"].iloc[0].startswith(f"{told}; write over that, or leave it?")
    change = retry(desk, receipt).changes.loc[0]
    assert change["reason"] == "changed-by-own-push"
    assert change["message"] == (
        f"Your push {other.push_id} wrote score 8.5 → 6, comment “Shows every step.” → “Redone.” after this was previewed; "
        "write over that, or leave it? Its comment stays."
    )
    undone = desk.push(gt.plan_undo(other, desk.gradebook))
    assert undone.ok
    assert retry(desk, receipt).counts["update"] == 1


def test_a_retry_doubles_nothing(desk: Desk, refusing: Refusing) -> None:
    """Where somebody made the grade meanwhile, the retry is a conflict over that one's own id."""
    refusing.numbers = (1,)
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "10")))
    refusing.numbers = ()
    made = {**desk.result("algebra-quiz-1", 1), "sourcedId": "theirs", "score": 5}
    desk.sandbox.put_record("results", {**made, "lineItem": {"sourcedId": "algebra-midterm"}})
    plan = retry(desk, receipt)
    assert plan.changes[["action", "sourced_id"]].to_numpy().tolist() == [["conflict", "theirs"]]
    assert desk.push(retry(desk, receipt, on_conflict="ours")).ok
    assert desk.result("algebra-midterm", 1)["score"] == 10


def test_an_undo_leaves_what_the_push_did_not_write(desk: Desk, refusing: Refusing) -> None:
    """What was refused is no part of the undo: neither what its retry wrote nor what somebody entered just so since."""
    refusing.numbers = (1, 2)
    receipt = desk.push(desk.plan(desk.sheet("Quiz 1", "9", "9.5", "6")))
    assert (receipt.states["failed"], receipt.states["updated"]) == (2, 1)
    refusing.numbers = ()
    desk.change("algebra-quiz-1", 1, score=9)  # a teacher, by hand
    again = desk.push(retry(desk, receipt))
    undo = gt.plan_undo(receipt, desk.gradebook)
    assert undo.changes[["student", "action"]].to_numpy().tolist() == [
        ["student-002", "skip"],
        ["student-003", "update"],
    ]
    assert undo.tell_counts() == "1 to restore, 1 skip (not that push's but another's of yours)"
    assert f"Your push {again.push_id} wrote it" in undo.changes["message"].iloc[0]
    desk.push(undo)
    assert [desk.result("algebra-quiz-1", n)["score"] for n in (1, 2)] == [9, 9.5]


def test_an_undo_leaves_to_a_later_push_what_may_not_have_been_written(desk: Desk) -> None:
    """Of a grade whose outcome is unknown, what a later push of ours wrote is that push's to take back."""
    hasty = gt.Patience(attempts=2, first_wait=0.001, longest_wait=0.01)
    desk.gradebook = gt.connect(desk.gradebook.settings, patience=hasty)
    desk.sandbox.order(SandboxFault(method="PUT", status=503, times=None), SandboxFault(method="GET", path="/results/", status=503, times=None))  # fmt: skip
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "10")))
    desk.sandbox.cancel_orders()
    assert (receipt.states["failed"], receipt.entries["reason"].iloc[0]) == (1, "outcome-unknown")
    later = desk.push(desk.plan(desk.sheet("Midterm", "10")))
    undo = gt.plan_undo(receipt, desk.gradebook)
    assert (undo.changes["action"].tolist(), undo.writes) == (["skip"], 0)
    assert f"Your push {later.push_id} wrote it" in undo.changes["message"].iloc[0]
    assert gt.plan_undo(later, desk.gradebook).writes == 1


def test_the_retry_of_an_undo_takes_the_rest_back(desk: Desk, refusing: Refusing) -> None:
    """What an undo could not take back is taken back by its retry, and history calls that an undo."""
    before = desk.active()
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "10", "20")))
    refusing.numbers = (2,)
    undo = desk.push(gt.plan_undo(receipt, desk.gradebook))
    assert undo.states["failed"] == 1
    refusing.numbers = ()
    again = desk.push(retry(desk, undo))
    assert (again.ok, again.undo_of, desk.active()) == (True, receipt.push_id, before)


def test_nothing_to_retry_is_a_sentence(desk: Desk) -> None:
    """A push in which nothing failed has no retry."""
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "10")))
    with pytest.raises(PlanError, match="nothing that failed"):
        retry(desk, receipt)


def in_dispute(desk: Desk) -> gt.Receipt:
    """Push a sheet of which one grade was changed by somebody since it was last sent, and leave that conflict out."""
    desk.push(desk.plan(desk.sheet("Quiz 1", "9", "9")))
    desk.change("algebra-quiz-1", 1, score=6, comment="Seen with a colleague.")
    receipt = desk.push(desk.plan(desk.sheet("Quiz 1", "9.5", "9.5")))
    assert (receipt.states["conflict"], receipt.states["updated"]) == (1, 1)
    return receipt


def test_a_conflict_of_the_plan_is_asked_again(desk: Desk) -> None:
    """A retry does not write over what somebody changed before the push either: it asks, and does what is decided."""
    receipt = in_dispute(desk)
    plan = retry(desk, receipt)
    assert plan.changes["action"].tolist() == ["conflict"]
    told = plan.changes["message"].iloc[0]
    assert "changed score 9 → 6" in told
    assert "write over that, or leave it?" in told
    left = desk.push(plan)
    assert left.states["conflict"] == 1
    assert retry(desk, left).counts["conflict"] == 1  # however often it is tried
    assert retry(desk, receipt, on_conflict="theirs").changes["reason"].tolist() == ["kept-theirs"]
    assert desk.result("algebra-quiz-1", 1)["score"] == 6
    ours = retry(desk, receipt, on_conflict="ours")
    assert ours.changes["reason"].tolist() == ["over-theirs"]
    desk.push(ours)
    assert desk.result("algebra-quiz-1", 1)["score"] == 9.5


def test_a_conflict_that_a_later_push_decided_is_asked_again(desk: Desk) -> None:
    """What a later push of one's own made of a conflict is not written over by the retry of the first without a word."""
    receipt = in_dispute(desk)
    clock = desk.gradebook.clock
    desk.gradebook.clock = lambda: clock() + dt.timedelta(minutes=1)
    later = desk.push(desk.plan(desk.sheet("Quiz 1", "8"), on_conflict="ours"))
    assert later.states["updated"] == 1
    plan = retry(desk, receipt)
    assert plan.changes["action"].tolist() == ["conflict"]
    assert (
        plan.changes["message"].iloc[0].startswith(f"Your push {later.push_id} wrote score 6 → 8")
    )
    assert retry(desk, receipt, on_conflict="theirs").writes == 0
    assert retry(desk, receipt, on_conflict="ours").changes["reason"].tolist() == ["over-own-push"]


def test_what_was_put_back_is_in_dispute_no_more(desk: Desk) -> None:
    """Where somebody has set a grade back to what we sent, the retry writes it."""
    receipt = in_dispute(desk)
    desk.change("algebra-quiz-1", 1, score=9)
    assert retry(desk, receipt).changes["action"].tolist() == ["update"]


def test_a_conflict_of_an_undo_is_asked_again(desk: Desk) -> None:
    """The retry of an undo asks again about what was changed since the push, by somebody or by a later push of ours."""
    first = desk.push(desk.plan(desk.sheet("Quiz 1", "9", "9")))
    desk.change("algebra-quiz-1", 1, score=6)
    desk.push(desk.plan(desk.sheet("Quiz 1", "", "9.5")))
    undo = desk.push(gt.plan_undo(first, desk.gradebook))
    assert undo.states["conflict"] == 2
    plan = retry(desk, undo)
    assert plan.changes["action"].tolist() == ["conflict", "conflict"]
    assert "Your push" in plan.changes["message"].iloc[1]
    assert retry(desk, undo, on_conflict="theirs").writes == 0
    assert retry(desk, undo, on_conflict="ours").writes == 2
    one = retry(desk, undo, on_conflict={0: "theirs"})
    assert one.changes["action"].tolist() == ["skip", "conflict"]
    both = gt.plan_undo(first, desk.gradebook, on_conflict={0: "ours", 1: "theirs"})
    assert both.changes["action"].tolist() == ["update", "skip"]


def test_a_removal_that_is_tried_again_asks_about_any_edit(desk: Desk) -> None:
    """A grade that an undo was to remove, and that somebody has changed since, is not removed by another try unasked."""
    first = desk.push(desk.plan(desk.sheet("Midterm", "80", "81")))
    desk.change("algebra-midterm", 1, score=90)
    undo = desk.push(gt.plan_undo(first, desk.gradebook))
    assert (undo.states["conflict"], undo.states["updated"]) == (1, 1)
    plan = retry(desk, undo)
    assert plan.changes["action"].tolist() == ["conflict"]
    assert "changed score 80 → 90" in plan.changes["message"].iloc[0]
    assert desk.push(retry(desk, undo, on_conflict="theirs")).ok
    assert desk.result("algebra-midterm", 1)["score"] == 90


def test_a_removal_that_failed_asks_about_any_edit(desk: Desk) -> None:
    """So it does where the removal was refused, and somebody has commented on the grade before it is tried again."""
    first = desk.push(desk.plan(desk.sheet("Midterm", "80")))
    desk.sandbox.order(SandboxFault(method="PUT", status=422))
    undo = desk.push(gt.plan_undo(first, desk.gradebook))
    assert undo.states["failed"] == 1
    desk.change("algebra-midterm", 1, comment="Well done.")
    plan = retry(desk, undo)
    assert plan.changes["action"].tolist() == ["conflict"]
    assert "comment nothing → “Well done.”" in plan.changes["message"].iloc[0]


def test_what_nobody_knows_we_sent_stays_in_dispute(desk: Desk) -> None:
    """Without what was last sent, as after forgetting, a conflict is told as it was told before."""
    receipt = in_dispute(desk)
    snapshot = desk.gradebook.take_snapshot(["algebra-1"])
    plan = gt.make_retry_plan(receipt, snapshot)
    assert plan.changes["action"].tolist() == ["conflict"]
    assert "changed score 9 → 6" in plan.changes["message"].iloc[0]
