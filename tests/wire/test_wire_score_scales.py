"""Score scales: listed, told, and whether a score and a text score fit them."""

from __future__ import annotations

from typing import Any

import pytest

import gradetools as gt
from gradetools.sandbox import Sandbox, invented_school
from gradetools.score_scale import ScoreScale


def make_scale(**steps: str) -> ScoreScale:
    """Make a scale of names and what stands left of them."""
    values = [{"itemValueLHS": left, "itemValueRHS": name} for name, left in steps.items()]
    return ScoreScale.model_validate(
        {"sourcedId": "scale", "title": "Marks", "type": "any", "scoreScaleValue": values}
    )


BOUNDS = make_scale(A="90", B="80", F="0")
RANGES = make_scale(A="'90'-'100'", B="80 - 89.5", N="-5--1")
WORDS = make_scale(**{"4": "Excellent", "3": "Good"})


@pytest.mark.parametrize(
    ("scale", "score", "text", "misfit"),
    [
        (BOUNDS, 90, "A", ""),
        (BOUNDS, 89.9, "B", ""),
        (BOUNDS, 120, "A", ""),
        (BOUNDS, 90, None, ""),
        (BOUNDS, None, "B", ""),
        (BOUNDS, None, None, ""),
        (BOUNDS, None, "E", "The scale Marks has no 'E'; it has A, B, F."),
        (BOUNDS, 90, "B", "The scale Marks calls 90 'A', not 'B'."),
        (BOUNDS, -1, None, "The scale Marks has no value for -1."),
        (RANGES, 100, "A", ""),
        (RANGES, 89.7, None, "The scale Marks has no value for 89.7."),
        (RANGES, -3, "N", ""),
        (RANGES, 101, "A", "The scale Marks has no value for 101."),
        (WORDS, None, "Good", ""),
        (WORDS, 12, "4", ""),
        (WORDS, None, "Bad", "The scale Marks has no 'Bad'; it has 4, 3, Excellent, Good."),
        (make_scale(), 5, "anything", ""),
    ],
)
def test_what_does_not_fit_is_told(
    scale: ScoreScale, score: float | None, text: str | None, misfit: str
) -> None:
    """One number on the left is the lowest that is called so, a range includes both ends, words are names too."""
    assert scale.find_misfit(score, text) == misfit


def test_a_scale_may_mean_percents() -> None:
    """A score fits where it fits as points or as a share of the line item's maximum."""
    assert BOUNDS.find_misfit(45, "A", maximum=50) == ""
    assert BOUNDS.find_misfit(45, "F", maximum=50) == ""
    told = "By the scale Marks, 45 of 50 is 90 %: 'A'; taken as points: 'F'; not 'B'."
    assert BOUNDS.find_misfit(45, "B", maximum=50) == told
    assert (
        BOUNDS.find_misfit(45, "B", maximum=float("nan"))
        == "The scale Marks calls 45 'F', not 'B'."
    )


def test_a_scale_tells_its_values() -> None:
    """A scale says its values in a line, however it writes them."""
    told = "Marks: A from 90 to 100, B from 80 to 89.5, N from -5 to -1"
    assert RANGES.tell() == RANGES.tell(maximum=100) == RANGES.tell(maximum=float("nan")) == told
    unsaid = "the gradebook does not say whether that is percents, or points of 50"
    assert RANGES.tell(maximum=50) == f"{told} ({unsaid})"
    assert WORDS.tell() == "Marks: 4 for Excellent, 3 for Good"
    many = make_scale(**{f"n{n}": str(n) for n in range(20)})
    assert many.tell().endswith("n11 from 11, and 8 more")
    assert make_scale().tell() == "Marks: no values"


@pytest.mark.parametrize("dialect", ["timeback", "oneroster"])
def test_the_scales_of_a_class_are_listed(dialect: str) -> None:
    """A class's active score scales are listed, in either form of the service; a class without any has none."""
    school = invented_school()
    gone = school["scoreScales"][0] | {"sourcedId": "gone", "status": "tobedeleted"}
    school["scoreScales"].append(gone)
    with Sandbox(seed=school, dialect=dialect) as sandbox:
        gradebook = gt.connect(sandbox)
        (letters,) = gradebook.list_score_scales("world-history-1")
        assert letters.names == ["A", "B", "C", "D", "F"]
        assert gradebook.list_score_scales("algebra-1") == []


def upsert(sandbox: Sandbox, **fields: Any) -> gt.Plan:
    """Plan an essay."""
    result = gt.Result(line_item="history-essay-1", student="student-062", **fields)
    return gt.plan_result(result, gt.connect(sandbox))


def test_the_plan_tells_what_does_not_fit(sandbox: Sandbox) -> None:
    """What does not fit the result's scale is written all the same, and the plan says so."""
    odd = upsert(sandbox, score_scale="letters", text_score="E")
    assert odd.writes == 1
    assert odd.changes["message"][0] == "The scale Letters has no 'E'; it has A, B, C, D, F."
    assert upsert(sandbox, text_score="E").changes["message"][0] == ""
    fits = upsert(sandbox, score_scale="letters", text_score="A", score=46)
    assert fits.changes["message"][0] == ""
    unknown = upsert(sandbox, score_scale="not-there", text_score="E")
    assert unknown.changes["message"][0] == ""


def test_the_line_items_scale_counts_where_the_result_names_none() -> None:
    """Where only the line item has a scale, that one is minded."""
    school = invented_school()
    essay = next(one for one in school["lineItems"] if one["sourcedId"] == "history-essay-1")
    essay["scoreScale"] = {"sourcedId": "letters"}
    with Sandbox(seed=school) as sandbox:
        assert "has no 'E'" in upsert(sandbox, text_score="E").changes["message"][0]
