"""A change in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradetools.dialects import canonical, differences
from gradetools.plan import tell_change, tell_fields

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
        (
            OLD,
            {**OLD, "learningObjectiveSet": SET},
            "learning objectives case, tidy: nothing → “A”",
        ),
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
            {**OLD, "textScore": "B"},
            {**OLD, "textScore": "B", "scoreStatus": "exempt"},
            "score status fully graded → exempt (says that no score is expected, although the score 7 and text score B stay)",
        ),
        (
            OLD,
            {**OLD, "score": 8, "scoreStatus": "exempt"},
            "score 7 → 8, score status fully graded → exempt (says that no score is expected, although the score 8 is written too)",
        ),
        (
            OLD,
            {**OLD, "scoreStatus": "exempt"},
            "score status fully graded → exempt (says that no score is expected, although the score 7 stays)",
        ),
        (
            {**EXEMPT, "score": 7},
            {**EXEMPT, "score": 8},
            "score 7 → 8 (the score status stays exempt: no score is expected)",
        ),
        (
            None,
            {**EXEMPT, "scoreStatus": "submitted", "textScore": "B"},
            "text score nothing → B, score status nothing → submitted (says that there is no score yet, although the text score B is written too)",
        ),
        ({**OLD, "score": 1234567.0}, {**OLD, "score": 1234568.0}, "score 1234567 → 1234568"),
        (OLD, GONE, "score 7 → removed, comment “Well done.” → removed"),
        (NEW, GONE, "score 9 → removed"),
        (EXEMPT, GONE, "score status exempt → removed"),
        ({"sourcedId": "r", "status": "active"}, GONE, "grade → removed"),
        (GONE, OLD, "score nothing → 7, comment nothing → “Well done.”"),
        (OLD, OLD, ""),
        (OLD, None, ""),
    ],
)
def test_change_in_words(before: dict[str, object], after: dict[str, object], told: str) -> None:
    """Old and new are told field by field; a new grade is told without what is a matter of course."""
    assert tell_change(before, after) == told


RICH = {
    **OLD, "textScore": "B", "late": "true", "learningObjectiveSet": SET, "metadata": {"a": 1, "b": 2},
    "lineItem": {"sourcedId": "quiz-1"}, "student": {"sourcedId": "ada"}, "color": "red",
}  # fmt: skip


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (RICH, [
            "score 7", "text score B", "score status fully graded", "score date 2026-10-16", "comment “Well done.”", "late true",
            "1 learning objective", "metadata", "color red",
        ]),
        ({**EXEMPT, "learningObjectiveSet": [*SET, *SET]}, [
            "score status exempt", "score date 2026-10-16", "2 learning objectives",
        ]),
        ({**EXEMPT, "learningObjectiveSet": "?"}, [
            "score status exempt", "score date 2026-10-16", "learning objectives",
        ]),
    ],
)  # fmt: skip
def test_all_that_goes_with_a_removed_grade_is_told(held: dict[str, Any], told: list[str]) -> None:
    """Everything that a removed grade holds is named; in a list of many its date and that it was graded go without saying."""
    gone = {**held, "status": "tobedeleted"}
    assert tell_fields(held, gone, whole=True) == [f"{each} → removed" for each in told]
    quiet = {"score status fully graded", "score date 2026-10-16"}
    assert tell_fields(held, gone) == [f"{each} → removed" for each in told if each not in quiet]


def _set(*objectives: dict[str, object], **more: object) -> dict[str, object]:
    return {"source": "state", "learningObjectiveResults": [*objectives], **more}


TWICE = [{"learningObjectiveId": "m.1", "score": 3}, {"learningObjectiveId": "m.1", "textScore": "Good"}]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            None,
            [_set(*TWICE)],
            ["state, m.1 (1 of 2): nothing → 3", "state, m.1 (2 of 2): nothing → “Good”"],
        ),
        (
            [_set({"learningObjectiveId": "m.1", "score": 3})],
            [_set({"learningObjectiveId": "m.1", "score": 4.0, "textScore": "4"})],
            ["state, m.1: 3 → 4 “4”"],
        ),
        (
            [_set({"learningObjectiveId": "m.1", "score": 4})],
            [_set({"learningObjectiveId": "m.1", "score": 4.0, "textScore": None}, x=1)],
            ['state: nothing → {"x": 1}'],
        ),
        (None, [_set({"learningObjectiveId": "m.1"})], ["state, m.1: nothing → no score"]),
        (None, [_set()], ["state: nothing → no objectives"]),
        ([_set(*TWICE)], [_set(*TWICE[::-1])], None),
        ([_set(), _set(*TWICE)], [_set(*TWICE), _set()], ["as they were, grouped or ordered otherwise"]),
        (
            None,
            [_set({"learningObjectiveId": "m.1", "score": 1, "seen": True})],
            ['state, m.1: nothing → 1 {"seen": true}'],
        ),
    ],
)  # fmt: skip
def test_every_objective_is_told(before: object, after: object, told: list[str] | None) -> None:
    """Each learning objective that is sent is told with all that it holds, however often its id stands there."""
    lines = tell_fields(
        {**OLD, "learningObjectiveSet": before}, {**OLD, "learningObjectiveSet": after}
    )
    expected = told or [
        "state, m.1 (1 of 2): 3 → “Good”",
        "state, m.1 (2 of 2): “Good” → 3",
    ]
    assert lines == [f"learning objectives {line}" for line in expected]


WORDS = st.sampled_from(["a", "b", "3", "Good", "a, b", ""])
NUMBERS = st.sampled_from([0, 1, 3, 3.0, 4.5, 1234567.0])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
OBJECTIVES = st.fixed_dictionaries(
    {"learningObjectiveId": WORDS},
    optional={"score": NUMBERS | st.none(), "textScore": WORDS, "more": VALUES},
)
SETS = st.lists(
    st.fixed_dictionaries(
        {"source": WORDS, "learningObjectiveResults": st.lists(OBJECTIVES, max_size=3)},
        optional={"more": VALUES},
    ),
    max_size=3,
)
FLAG = st.sampled_from(["true", "false"])
RECORDS = st.fixed_dictionaries(
    {"status": st.just("active"), "scoreStatus": st.sampled_from(["fully graded", "exempt", "ext:a"])},
    optional={
        "score": NUMBERS, "textScore": WORDS, "comment": WORDS, "late": FLAG, "missing": FLAG, "inProgress": FLAG,
        "incomplete": FLAG, "scoreDate": st.sampled_from(["2026-10-16", "2026-10-17T09:00:00Z"]),
        "metadata": st.dictionaries(WORDS, VALUES, max_size=3), "color": VALUES,
        "learningObjectiveSet": SETS | st.just("?"), "class": st.fixed_dictionaries({"sourcedId": WORDS}),
        "scoreScale": st.fixed_dictionaries({"sourcedId": WORDS}),
    },
)  # fmt: skip


@given(before=RECORDS, after=RECORDS)
@example(before=OLD, after={**OLD, "metadata": {"a": True}, "color": 1})
@example(before={**OLD, "metadata": {"a": 1, "b": 1}}, after={**OLD, "metadata": {"a": True, "b": 2}})  # fmt: skip
def test_no_change_goes_untold(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Each field that differs is told, and each learning objective that is not what it was, with its scores."""
    told = tell_fields(before, after)
    assert bool(told) == bool(differences(before, after))
    assert all(any(_tells(line, name) for line in told) for name in differences(before, after))
    held = [(source, canonical({"learningObjectiveSet": [each]})) for source, each in _list(before)]
    for source, each in _list(after):
        if (source, canonical({"learningObjectiveSet": [each]})) in held:
            continue
        assert any(_is_of(line, source, each) for line in told), (told, each)


def _tells(line: str, name: str) -> bool:
    called = {"textScore": "text score", "learningObjectiveSet": "learning objectives", "inProgress": "in progress",
              "scoreStatus": "score status", "scoreDate": "score date", "scoreScale": "score scale"}  # fmt: skip
    return line.startswith(f"{called.get(name, name)} ")


def _list(record: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    sets = record.get("learningObjectiveSet")
    return [
        (one["source"], each)
        for one in (sets if isinstance(sets, list) else [])
        for each in one["learningObjectiveResults"]
    ]


def _is_of(line: str, source: str, each: dict[str, Any]) -> bool:
    """Whether a line tells an objective: whose it is, and to the right of the arrow all its scores."""
    scores = [f"{each['score']:.7g}"] if each.get("score") is not None else []
    scores += [str(each["textScore"])] if "textScore" in each else []
    _, _, right = line.rpartition(" → ")
    where = (
        line.startswith("learning objectives ")
        and source in line
        and each["learningObjectiveId"] in line
    )
    return where and all(score in right for score in scores)
