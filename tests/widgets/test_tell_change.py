"""A change in words."""

from __future__ import annotations

import pytest

from gradetools.plan import tell_change

NEW = {"sourcedId": "r", "status": "active", "scoreStatus": "fully graded", "scoreDate": "2026-10-16", "score": 9}  # fmt: skip
EXEMPT = {"sourcedId": "r", "status": "active", "scoreStatus": "exempt", "scoreDate": "2026-10-16"}
OLD = {**NEW, "score": 7.0, "comment": "Well done."}
GONE = {**OLD, "status": "tobedeleted"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, NEW, "score nothing → 9"),
        (None, EXEMPT, "scoreStatus nothing → exempt"),
        (OLD, {**OLD, "score": 9.5}, "score 7 → 9.5"),
        (OLD, NEW, "score 7 → 9, comment Well done. → nothing"),
        (OLD, {**OLD, "late": "true"}, "late nothing → true"),
        (OLD, {**OLD, "metadata": {"a": 1}}, "metadata"),
        (OLD, {**OLD, "scoreStatus": "exempt"}, "scoreStatus fully graded → exempt"),
        (OLD, GONE, "score 7 → removed"),
        (GONE, OLD, "score nothing → 7, comment nothing → Well done."),
        (OLD, OLD, ""),
        (OLD, None, ""),
    ],
)
def test_change_in_words(before: dict[str, object], after: dict[str, object], told: str) -> None:
    """Old and new are told field by field; a new grade is told without what is a matter of course."""
    assert tell_change(before, after) == told
