"""A change in words."""

from __future__ import annotations

import pytest

from gradetools.plan import tell_change

NEW = {"sourcedId": "r", "status": "active", "scoreStatus": "fully graded", "scoreDate": "2026-10-16", "score": 9}  # fmt: skip
EXEMPT = {"sourcedId": "r", "status": "active", "scoreStatus": "exempt", "scoreDate": "2026-10-16"}
OLD = {**NEW, "score": 7.0, "comment": "Well done."}
SET = [{"source": "case", "learningObjectiveResults": [{"learningObjectiveId": "tidy", "textScore": "A"}]}]  # fmt: skip
GONE = {**OLD, "status": "tobedeleted"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, NEW, "score nothing → 9"),
        (None, EXEMPT, "score status nothing → exempt (no score is expected)"),
        (OLD, {**OLD, "score": 9.5}, "score 7 → 9.5"),
        (OLD, NEW, "score 7 → 9, comment “Well done.” → removed"),
        (OLD, {**OLD, "late": "true"}, "late nothing → true"),
        (OLD, {**OLD, "metadata": {"a": 1}}, "metadata a: nothing → 1"),
        (
            {**OLD, "metadata": {"a": 1, "b": 2}},
            {**OLD, "metadata": {"b": 2}},
            "metadata a: 1 → removed",
        ),
        (None, {**NEW, "metadata": {"a": [1]}}, "score nothing → 9, metadata a: nothing → [1]"),
        (OLD, {**OLD, "learningObjectiveSet": SET}, "learning objectives case, tidy: nothing → A"),
        (
            {**OLD, "learningObjectiveSet": "?"},
            {**OLD, "learningObjectiveSet": []},
            "learning objectives ? → []",
        ),
        (
            OLD,
            {**OLD, "scoreDate": "2026-10-17T00:00:00.000Z"},
            "score date 2026-10-16 → 2026-10-17",
        ),
        (
            OLD,
            {**OLD, "scoreDate": "2026-10-16T09:30:00.000Z"},
            "score date 2026-10-16 → 2026-10-16 09:30 UTC",
        ),
        (
            OLD,
            {**OLD, "color": "red", "inProgress": "true"},
            "in progress nothing → true, color nothing → red",
        ),
        (OLD, {**OLD, "class": {"sourcedId": "algebra-1"}}, "class nothing → algebra-1"),
        (
            OLD,
            {**OLD, "scoreStatus": "exempt"},
            "score status fully graded → exempt (no score is expected)",
        ),
        (OLD, GONE, "score 7 → removed"),
        (GONE, OLD, "score nothing → 7, comment nothing → “Well done.”"),
        (OLD, OLD, ""),
        (OLD, None, ""),
    ],
)
def test_change_in_words(before: dict[str, object], after: dict[str, object], told: str) -> None:
    """Old and new are told field by field; a new grade is told without what is a matter of course."""
    assert tell_change(before, after) == told
