"""Lists that do not show a write yet: what we sent is asked for by its id, and nothing else is."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from desk import Desk

import gradetools as gt
from gradetools.plan import OnConflict
from gradetools.push.reread import with_missed
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


CROWD = [f"u{number:03d}" for number in range(450)]


@pytest.fixture
def crowd() -> Iterator[gt.Sandbox]:
    """Serve a class of 450 with one line item and no result."""
    seed: dict[str, Any] = {
        "classes": [{"sourcedId": "c", "title": "C"}],
        "users": [{"sourcedId": one, "identifier": one, "givenName": one} for one in CROWD],
        "enrollments": [
            {
                "sourcedId": f"e-{one}",
                "role": "student",
                "class": {"sourcedId": "c"},
                "user": {"sourcedId": one},
            }
            for one in CROWD
        ],
        "lineItems": [{"sourcedId": "i", "title": "Quiz", "class": {"sourcedId": "c"}}],
    }
    with gt.Sandbox(seed=seed) as sandbox:
        yield sandbox


@pytest.mark.parametrize(("there", "asked"), [(0, 200), (1, 400), (201, 450), (450, 450)])
def test_thousands_that_somebody_removed_are_not_all_asked_for(
    crowd: gt.Sandbox, there: int, asked: int
) -> None:
    """What no list shows is asked for by 200 at a time, as long as any of them is there; what was found is known."""
    sheet = gt.read_sheet(io.StringIO("Student ID,Quiz\n" + "".join(f"{one},5\n" for one in CROWD)))
    with gt.connect(crowd) as gradebook:
        snapshot = gradebook.take_snapshot(["c"])
        checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
        plan = gt.make_plan(checked, snapshot)
        sent = plan.changes[["line_item", "student"]].assign(record=plan.changes["after"])
        for text in sent["record"][:there]:
            crowd.put_record(
                "results", json.loads(text)
            )  # the snapshot is older, as a list that lags
        before = len(crowd.requests())
        complete = with_missed(snapshot, gradebook, plan, sent)
    assert (len(crowd.requests()) - before, len(complete.results)) == (asked, there)
