"""The scores of a line item before and after a plan: counted, told and drawn."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradetools.dialects import compact
from gradetools.distribution import (
    FEWEST,
    SHOWN,
    Distribution,
    make_distributions,
    read_score,
    render_distribution,
    render_distributions,
)
from gradetools.plan import CHANGE_COLUMNS, Plan
from gradetools.plan.value import make_changes
from gradetools.snapshot import Environment

EVIL = "<img src=x onerror=alert(1)>\"'"


def make_plan(*rows: tuple[str, str, float | None, float | None]) -> Plan:
    """Make a plan of entries: line item, action, score before and after."""
    columns: dict[str, list[object]] = {name: [] for name in CHANGE_COLUMNS}
    for line_item, action, before, after in rows:
        told = {
            "line": 2, "occurrence": 1, "line_item": line_item, "line_item_title": line_item.upper(), "action": action,
            "before": write(before), "after": write(after), "lowered": False, "cleared": False,
        }  # fmt: skip
        for name in CHANGE_COLUMNS:
            columns[name].append(told.get(name, ""))
    changes = make_changes(columns, list(range(len(rows))))
    return Plan(Environment("sandbox", "http://127.0.0.1"), "timeback", changes)


def write(score: float | None) -> str | None:
    """Write a record with a score, or none."""
    return None if score is None else compact({"sourcedId": "r", "score": score})


def draw(one: Distribution) -> ET.Element:
    """Read the picture of a distribution, which must be well-formed."""
    page = ET.fromstring(render_distribution(one))  # noqa: S314 - our own
    svg = page.find("svg")
    assert svg is not None
    return svg


def test_scores_before_and_after_are_counted() -> None:
    """What is written counts with its new score, everything else with the one that is there."""
    plan = make_plan(
        ("quiz", "create", None, 7),
        ("quiz", "update", 8, 6),
        ("quiz", "update", 4, 9),
        ("quiz", "update", 3, None),
        ("quiz", "unchanged", 5, 5),
        ("quiz", "conflict", 2, 10),
        ("quiz", "blocked", None, None),
        ("essay", "skip", None, None),
    )
    quiz, essay = make_distributions(plan)
    assert sorted(quiz.before) == [2, 3, 4, 5, 8]
    assert sorted(quiz.after) == [2, 5, 6, 7, 9]
    assert quiz.changes == {"new": 1, "raised": 1, "lowered": 1, "removed": 1}
    assert (essay.line_item, essay.changed, len(essay.before)) == ("essay", 0, 0)
    assert quiz.tell() == (
        "QUIZ: before 5 scores, mean 4.4, 2 to 8; after 5 scores, mean 5.8, 2 to 9: "
        "1 new, 1 raised, 1 lowered, 1 removed."
    )
    assert essay.tell() == "ESSAY: before no scores; after no scores: no score changes."


def test_what_changes_most_is_drawn_and_the_rest_folded() -> None:
    """The line items that change most stand in sight, others folded; few scores are told in words, and what does not change not at all."""
    rows = [
        (f"quiz-{n}", "create" if entry <= n else "unchanged", None if entry <= n else 5.0, 5.0)
        for n in range(6)
        for entry in range(8)
    ]
    rows += [("still", "unchanged", 5.0, 5.0)] * 9
    rows += [("few", "create", None, 5.0)] * (FEWEST - 1)
    html = render_distributions(make_distributions(make_plan(*rows)))
    sight, folded = html.split("<details>")
    assert re.findall('aria-label="(QUIZ-.)', sight) == ["QUIZ-5", "QUIZ-4"]
    assert re.findall('aria-label="(QUIZ-.)', folded) == [f"QUIZ-{n}" for n in (3, 2, 1, 0)]
    assert f"{6 - SHOWN} more line items change" in folded
    assert "1 more line item changes" in render_distributions(
        make_distributions(make_plan(*rows[:24]))
    )
    assert "STILL" not in html
    assert "FEW: before no scores; after 4 scores, mean 5, 5 to 5: 4 new." in html
    assert render_distributions(make_distributions(make_plan(*rows[48:]))) == ""


def test_the_picture_says_the_numbers() -> None:
    """The picture has a role, the numbers in words as its name and below it, and bars as high as there are scores."""
    rows = [("quiz", "update", 10.0 * n, min(10.0 * n + 10, 100)) for n in range(11)]
    (one,) = make_distributions(make_plan(*rows))
    svg = draw(one)
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == one.tell()
    assert render_distribution(one).count(one.tell_numbers()) == 2
    assert "<b>QUIZ</b>" in render_distribution(one)
    bars = [bar for bar in svg.findall("rect") if float(bar.get("height", 0)) != 10]
    heights = [float(bar.get("height", 0)) for bar in bars]
    before, after = heights[:10], heights[10:]
    highest = max(heights)
    # Each box holds its upper end, the first its lower one, too.
    assert [round(height / highest * 2) for height in before] == [2] + [1] * 9
    assert [round(height / highest * 2) for height in after] == [1] * 9 + [2]
    labels = [text.text for text in svg.findall("text")]
    assert labels[:3] == ["0", "20", "40"]
    assert "100" in labels
    assert {"before", "after", "2"} <= set(labels)


def test_a_full_mark_is_drawn_below_its_number_and_a_typing_mistake_apart() -> None:
    """What is just 10 stands left of the label 10; one 85 in a quiz of 10 has a last box of its own, and squeezes nothing."""
    scores = [6.0] * 5 + [7.0] * 9 + [8.5] * 6 + [10.0] * 4
    for stray in ([], [85.0]):
        (one,) = make_distributions(
            make_plan(*[("quiz", "create", None, score) for score in [*scores, *stray]])
        )
        svg = draw(one)
        places = {text.text: float(text.get("x", 0)) for text in svg.findall("text")}
        bars = [
            (float(bar.get("x", 0)), round(float(bar.get("height", 0)) / 120 * 9))
            for bar in svg.findall("rect")
            if bar.get("height") not in {"10", "0.0"}
        ]
        assert [number for _, number in bars] == [5, 9, 6, 4, *[1] * len(stray)]
        full = bars[3][0]
        assert places["9"] < full < places["10"]
        assert places["6"] > bars[0][0], "what is just 6 stands left of the 6, too"
        assert ("above 10" in places) is bool(stray)
        if stray:
            assert abs(bars[-1][0] - places["above 10"]) < 20
            assert places["above 10"] - places["10"] > 40  # so that they do not touch


def test_what_is_high_but_near_is_no_stray() -> None:
    """Extra credit, and a class that is spread out, are drawn on one axis; so are scores that are all the same but one."""
    for scores in (
        [*[70.0 + n for n in range(30)], 115.0],
        [0.0, 1, 2, 50, 60, 70, 80, 90, 100],
        [10.0] * 9 + [85.0],
        [2.0, 3, 4, 40, 41, 42, 43],
    ):
        (one,) = make_distributions(
            make_plan(*[("quiz", "create", None, score) for score in scores])
        )
        assert "above" not in render_distribution(one)


def test_the_picture_follows_the_theme_and_is_not_cut() -> None:
    """Colours are the theme's, each with a fallback; the last label has room at the right."""
    (one,) = make_distributions(
        make_plan(*[("quiz", "create", None, 99990.0 + n) for n in range(9)])
    )
    html = render_distribution(one)
    colours = re.findall(r"(?:fill|stroke): ([^;\"]*)", html)
    assert colours
    assert {bool(re.fullmatch(r"var\(--jp-[\w-]+, #\w+\)", colour)) for colour in colours} == {True}
    svg = draw(one)
    width = float(str(svg.get("viewBox")).split()[2])
    ends = [float(text.get("x", 0)) + 3.4 * len(text.text or "") for text in svg.findall("text")]
    assert max(ends) < width


def test_titles_are_escaped() -> None:
    """A line item's title is text, in the picture's name and below it."""
    rows = [(EVIL, "create", None, float(n)) for n in range(9)]
    (one,) = make_distributions(make_plan(*rows))
    html = render_distribution(one)
    assert "<IMG" not in html
    assert draw(one).get("aria-label") == one.tell()


@given(st.lists(st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 2), min_size=5))
def test_any_scores_can_be_drawn(scores: list[tuple[float, float]]) -> None:
    """Whatever the scores are, each has its bar, and there are ten bars at most."""
    plan = make_plan(*[("quiz", "update", before, after) for before, after in scores])
    (one,) = make_distributions(plan)
    bars = [bar for bar in draw(one).findall("rect") if bar.get("height") != "10"]
    assert 2 <= len(bars) <= 20
    assert "nan" not in render_distribution(one)
    assert "inf" not in render_distribution(one)


@pytest.mark.parametrize(
    ("record", "score"),
    [
        ({"score": 7, "comment": 'he said "score":9'}, 7),
        ({"comment": '"score":9', "score": -1.5e3}, -1500),
        ({"metadata": {"score": 9}, "score": 7}, 7),
        ({"metadata": {"score": 9}}, None),
        ({"learningObjectiveSet": [{"learningObjectiveResults": [{"score": 9}]}]}, None),
        ({"learningObjectiveSet": [{"learningObjectiveResults": [{"score": 9}]}], "score": 1}, 1),
        ({"textScore": "B"}, "B"),
        ({"score": 7, "status": "tobedeleted"}, None),
        ({"score": None}, None),
        ({"score": True}, None),
    ],
)
def test_a_score_is_the_records_own(record: dict[str, object], score: object) -> None:
    """The score is read from the record itself, whatever its texts and parts say."""
    assert read_score(compact(record)) == score
    assert read_score(None) is None
    assert not isinstance(read_score(compact(record)), float) or math.isfinite(score)  # type: ignore[arg-type]  # a number here
