"""What becomes of somebody's change between plan and push, under each of the three policies."""

from __future__ import annotations

import pytest
from desk import Desk

QUIZ = "algebra-quiz-1"
ENDS = {
    "stop": ("conflict", "changed-since-plan", 9.5, 0),
    "theirs": ("skipped", "kept-theirs", 9.5, 0),
    "ours": ("updated", "", 3, 1),
}


@pytest.mark.parametrize("policy", ENDS)
def test_a_change_between_plan_and_push(desk: Desk, policy: str) -> None:
    """What somebody changed since the plan stays and is a conflict, stays as theirs, or is overwritten as told (P7)."""
    plan = desk.plan(desk.sheet("Quiz 1", "3"), on_conflict=policy)
    desk.change(QUIZ, 1, score=9.5)
    (entry,) = desk.push(plan).entries.to_dict("records")
    held = desk.result(QUIZ, 1)["score"]
    assert (entry["state"], entry["reason"], held, desk.puts()) == ENDS[policy]
    # What they changed is told with both values, but where it went under ours as was decided before.
    assert ("Somebody changed score" in entry["message"]) is (policy != "ours")
    assert ("→ 9.5 since the preview." in entry["message"]) is (policy != "ours")
