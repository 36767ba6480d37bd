"""Lists that do not show a write yet: what we sent is asked for by its id, and nothing else is."""

from __future__ import annotations

from desk import Desk

import gradetools as gt
from gradetools.plan import OnConflict
from gradetools.sandbox import Fault

MIDTERM = "algebra-midterm"


def actions(plan: gt.Plan) -> list[str]:
    """Give each entry's action."""
    return [str(action) for action in plan.changes["action"]]


def test_a_list_that_lags_makes_no_conflict(desk: Desk) -> None:
    """What we created and no list shows yet is asked for by its id, and only that: another score updates it."""
    desk.sandbox.order(Fault(lie="lag", path="/classes/", times=None))
    desk.push(desk.plan(desk.sheet("Midterm", "1", "2", "3")))
    assert actions(desk.plan(desk.sheet("Midterm", "4"))) == ["conflict"]  # pure: it asks nobody

    def planned(*scores: str, policy: OnConflict = "stop") -> tuple[list[str], int]:
        sheet, snapshot = desk.sheet("Midterm", *scores), desk.snapshot()
        checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
        asked = len(desk.sandbox.requests())
        plan = gt.plan_entries(checked, snapshot, desk.gradebook, on_conflict=policy)
        return actions(plan), len(desk.sandbox.requests()) - asked

    policies: list[OnConflict] = ["stop", "ours", "theirs"]
    for policy in policies:
        got = planned("9", "2", "", "7", policy=policy)
        assert got == (["update", "unchanged", "skip", "create"], 2)
    desk.change(MIDTERM, 1, status="tobedeleted")
    assert planned("9") == (["conflict"], 1)
    desk.sandbox.cancel_orders()
    assert planned("", "2", "9", "7") == (["skip", "unchanged", "update", "create"], 0)
