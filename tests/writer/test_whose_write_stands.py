"""What is told of a grade that several pushes of ours wrote: the push whose write stands there, and not an undo of another."""

from __future__ import annotations

import pytest
from desk import Desk

import gradetools as gt
from gradetools.journal.sent import find_last_sent

GRADE = ("quiz", "ada")


def test_the_push_to_take_back_first_is_named(desk: Desk) -> None:
    """Of three pushes the last of which was undone, the undo of the first names the second, and then it goes."""
    first = desk.push(desk.plan(desk.sheet("Midterm", "84")))
    second = desk.push(desk.plan(desk.sheet("Midterm", "70")))
    third = desk.push(desk.plan(desk.sheet("Midterm", "90")))

    def undo(receipt: gt.Receipt) -> gt.Plan:
        return gt.plan_undo(receipt, desk.gradebook)

    assert third.push_id in undo(first).changes["message"].iloc[0]
    desk.push(undo(third))
    assert second.push_id in undo(first).changes["message"].iloc[0]
    desk.push(undo(second))
    assert undo(first).changes["action"].tolist() == ["update"]
    desk.push(undo(first))
    assert desk.results("algebra-midterm") == {}


@pytest.mark.parametrize(
    ("pushes", "writer"),
    [
        (["a"], "a"),
        (["a", "b"], "b"),
        (["a", "b", "u:b"], "a"),
        (["a", "b", "c", "u:c", "v:b"], "a"),
        (["a", "b", "u:b", "v:u"], "b"),
        (["a", "b", "u:a"], "b"),
        (["u:x"], "u"),
        (["a", "u:a"], "u"),
    ],
)
def test_whose_write_stands(pushes: list[str], writer: str) -> None:
    """An undo takes a push away, an undo of it brings that back; where none is left the undo itself is named."""
    rows = [(*GRADE, f"record {each}", *each.partition(":")[::2], "") for each in pushes]
    assert find_last_sent(rows) == {GRADE: (f"record {pushes[-1]}", writer)}
