"""A grade that was removed and comes again: under its old id, or the next one where that is not taken back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from desk import Desk
from faulty_proxy import Asked, Fault, FaultyProxy, reply

import gradetools as gt
from gradetools.gradebook import Gradebook
from gradetools.journal import open_journal
from gradetools.models import new_result_id
from gradetools.plan import Plan

FAST = gt.Patience(attempts=3, seconds=5, first_wait=0.01, read_timeout=2)
MIDTERM = "algebra-midterm"
Spoil = Callable[[Asked], Fault | None]


def states(receipt: gt.Receipt) -> dict[str, int]:
    """Give the states that occur."""
    return {state: count for state, count in receipt.states.items() if count}


def derived(gradebook: Gradebook, attempt: int) -> str:
    """Give one of the ids of the first student's Midterm."""
    return new_result_id(gradebook.environment.name, MIDTERM, "student-001", attempt=attempt)


class Unforgiving:
    """A server that takes no removed result back, and what else a test wants of the wire."""

    def __init__(self, desk: Desk, status: int) -> None:
        self._desk = desk
        self._answer = Fault(answer=reply(status, b'{"message":"this id is gone"}'))
        self.forgives = False
        self.also: Spoil = lambda _: None

    def __call__(self, asked: Asked) -> Fault | None:
        """Refuse a PUT to what is `tobedeleted`."""
        sourced_id = asked.path.rsplit("/", 1)[1]
        removed = [
            each["sourcedId"]
            for each in self._desk.sandbox.records("results")
            if each["status"] == "tobedeleted"
        ]
        if asked.method == "PUT" and sourced_id in removed and not self.forgives:
            return self._answer
        return self.also(asked)


@pytest.fixture
def unforgiving(desk: Desk, request: pytest.FixtureRequest) -> Iterator[Unforgiving]:
    """Put the desk behind a server that takes no removed result back."""
    with ExitStack() as stack:
        server = Unforgiving(desk, getattr(request, "param", 409))
        port = int(desk.sandbox.base_url.rsplit(":", 1)[1])
        proxy = stack.enter_context(FaultyProxy(port, server))
        settings = desk.gradebook.settings.model_copy(update={"base_url": proxy.base_url})
        desk.gradebook = stack.enter_context(Gradebook(settings, patience=FAST))
        yield server


def push_and_undo(desk: Desk) -> None:
    """Push two grades and take them back."""
    undone = desk.push(desk.undo(desk.push(desk.plan(desk.sheet("Midterm", "80", "90")))))
    assert states(undone) == {"updated": 2}


def again(desk: Desk) -> tuple[Plan, gt.Receipt]:
    """Push the same two grades again."""
    plan = desk.plan(desk.sheet("Midterm", "80", "90"))
    return plan, desk.push(plan)


def test_a_removed_result_is_revived(desk: Desk) -> None:
    """Pushing again after an undo revives the same id (P10)."""
    push_and_undo(desk)
    _, receipt = again(desk)
    assert states(receipt) == {"created": 2}
    assert desk.result(MIDTERM, 1)["sourcedId"] == derived(desk.gradebook, 0)


@pytest.mark.parametrize("unforgiving", [400, 404, 409, 410, 422], indirect=True)
def test_the_next_id_is_taken(desk: Desk, unforgiving: Unforgiving) -> None:
    """Where the server refuses that, the grade takes the next derived id, and the receipt says so (P10)."""
    push_and_undo(desk)
    _, receipt = again(desk)
    entry = receipt.entries.loc[0]
    assert states(receipt) == {"created": 2}
    assert unforgiving.forgives is False
    assert entry["sourced_id"] == desk.result(MIDTERM, 1)["sourcedId"] == derived(desk.gradebook, 1)
    assert (entry["reason"], derived(desk.gradebook, 1) in entry["message"]) == ("new-id", True)
    assert (entry["before"], json.loads(entry["after"])["score"]) == (None, 80)


def test_the_next_id_is_no_second_grade(desk: Desk, unforgiving: Unforgiving) -> None:
    """Pushed once more nothing is sent, and what changes is written under the id it has (P4, P10)."""
    push_and_undo(desk)
    again(desk)
    puts = desk.puts()
    assert states(again(desk)[1]) == {"unchanged": 2}
    assert desk.puts() == puts
    assert states(desk.push(desk.plan(desk.sheet("Midterm", "81", "90")))) == {
        "updated": 1,
        "unchanged": 1,
    }
    assert unforgiving.forgives is False
    assert len(desk.results(MIDTERM)) == 2


def test_what_took_the_next_id_is_taken_back(desk: Desk, unforgiving: Unforgiving) -> None:
    """Its undo removes what was created, and pushing after that takes the id after the next (P10)."""
    before = desk.active()
    push_and_undo(desk)
    _, receipt = again(desk)
    assert states(desk.push(desk.undo(receipt))) == {"updated": 2}
    assert desk.active() == before
    assert states(again(desk)[1]) == {"created": 2}
    assert unforgiving.forgives is False
    assert desk.result(MIDTERM, 1)["sourcedId"] == derived(desk.gradebook, 2)


def test_an_undone_undo_takes_the_next_id(desk: Desk, unforgiving: Unforgiving) -> None:
    """Undo of an undo brings the grades back, too, where removed results are not taken back (P10)."""
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "80", "90")))
    undone = desk.push(desk.undo(receipt))
    redone = desk.push(desk.undo(undone))
    assert (states(redone), unforgiving.forgives) == ({"created": 2}, False)
    assert [desk.result(MIDTERM, n)["score"] for n in (1, 2)] == [80, 90]


def test_no_id_is_taken_fails_the_entry(desk: Desk, unforgiving: Unforgiving) -> None:
    """A server that refuses every id fails the entry, under the planned id and with its own words."""
    push_and_undo(desk)
    unforgiving.also = lambda asked: (
        Fault(answer=reply(409, b'{"message":"nor this"}')) if asked.method == "PUT" else None
    )
    _, receipt = again(desk)
    entry = receipt.entries.loc[0]
    assert (states(receipt), entry["reason"]) == ({"failed": 2}, "refused")
    assert (entry["sourced_id"], "this id is gone" in entry["message"]) == (
        derived(desk.gradebook, 0),
        True,
    )


def killed_after_the_next_id(desk: Desk) -> tuple[Plan, str]:
    """Leave a push that died between the PUT under the next id and its record."""
    plan = desk.plan(desk.sheet("Midterm", "80", "90"))
    environment, folder = desk.gradebook.environment, desk.gradebook.settings.data_dir
    with open_journal(environment, folder) as journal:
        push_id = journal.begin(plan, client_id="x", note="", now=desk.gradebook.clock())
    after = json.loads(plan.changes.loc[0, "after"])
    desk.gradebook.put_record({**after, "sourcedId": derived(desk.gradebook, 1)})
    return plan, push_id


@pytest.mark.parametrize("forgives", [False, True])
def test_a_killed_push_finds_the_next_id(
    desk: Desk, unforgiving: Unforgiving, *, forgives: bool
) -> None:
    """Killed after the next id was written, a push is resumed without a second grade (P4, P22)."""
    push_and_undo(desk)
    plan, push_id = killed_after_the_next_id(desk)
    unforgiving.forgives = forgives
    puts = desk.puts()
    receipt = desk.push(plan, resume=push_id)
    assert (states(receipt), desk.puts() - puts) == ({"created": 2}, 1)
    assert receipt.entries.loc[0, "sourced_id"] == derived(desk.gradebook, 1)
    assert desk.result(MIDTERM, 1)["sourcedId"] == derived(desk.gradebook, 1)


def test_a_killed_push_is_taken_back_from_the_next_id(desk: Desk, unforgiving: Unforgiving) -> None:
    """The undo of such a push removes the grade, although the journal knows only the planned id (P10, P22)."""
    before = desk.active()
    push_and_undo(desk)
    _, push_id = killed_after_the_next_id(desk)
    environment, folder = desk.gradebook.environment, desk.gradebook.settings.data_dir
    with open_journal(environment, folder) as journal:
        receipt = journal.read_receipt(push_id)
    assert states(desk.push(desk.undo(receipt))) == {"updated": 1, "unchanged": 1}
    assert (desk.active(), unforgiving.forgives) == (before, False)


def test_a_lost_answer_under_the_next_id(desk: Desk, unforgiving: Unforgiving) -> None:
    """Stored under the next id, and neither answer nor read heard: unknown, and found by the resume (P20)."""
    push_and_undo(desk)
    down = threading.Event()

    def lose(asked: Asked) -> Fault | None:
        if asked.method == "PUT" and asked.path.endswith(derived(desk.gradebook, 1)):
            down.set()
        return Fault(reset="after") if down.is_set() else None

    unforgiving.also = lose
    plan = desk.plan(desk.sheet("Midterm", "80"))
    receipt = desk.push(plan)
    assert receipt.entries.loc[0, "reason"] == "outcome-unknown"
    unforgiving.also = lambda _: None
    resumed = desk.push(plan, resume=receipt.push_id)
    assert (states(resumed), resumed.entries.loc[0, "reason"]) == ({"created": 1}, "new-id")
    assert len(desk.results(MIDTERM)) == 1
