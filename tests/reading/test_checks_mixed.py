"""Columns in two scales, with slipped points, far above the maximum, of zeros or of letters are told."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from reading_samples import make_line_item, make_snapshot, make_student

from gradetools.checks import Checked, check_entries
from gradetools.checks.scaled import propose_full_mark
from gradetools.columns import suggest_columns
from gradetools.sheet import read_sheet
from gradetools.snapshot import RESULT_COLUMNS, Snapshot

SCHOOL = make_snapshot(
    [make_student(f"s{n}", identifier=f"{n:05}") for n in range(40)],
    [
        make_line_item("l1", "Quiz", 10.0),
        make_line_item("l2", "Midterm", 100.0),
        make_line_item("l3", "Term", 100.0, score_scale="letters"),
        make_line_item("l4", "Bonus", 0.0),
        make_line_item("l5", "Essay", 40.0),
    ],
)
EXAM = (83, 59, 89, 52, 71, 64, 60, 91, 78, 81, 95, 66, 74, 87, 70)
TENTHS = (5, 10, 8, 7, 10, 8)


def check(title: str, scores: Sequence[object], *, school: Snapshot = SCHOOL) -> Checked:
    """Check a column of scores with its suggested columns; the students stand in no order."""
    count = len(school.students)
    rows = "".join(f"{17 * n % count:05},{score}\n" for n, score in enumerate(scores))
    sheet = read_sheet(io.StringIO(f"ID,{title}\n{rows}"))
    return check_entries(sheet, suggest_columns(sheet, school), school)


def found(checked: Checked) -> list[tuple[int, str, str]]:
    """Give line, code and severity of each finding."""
    names = ("line", "code", "severity")
    return list(zip(*(checked.findings[name].tolist() for name in names), strict=True))


@pytest.mark.parametrize(
    ("title", "scores", "code"),
    [
        ("Midterm", (*EXAM, *TENTHS), "two-scales"), ("Midterm", (8, 83, 7, 59, 9, 89, 6, 52, 8, 71, 7.5, 64), "two-scales"),
        ("Quiz", (7, 5, 12, 11, 12, 9, 10, 16, 8, 7), "many-above-maximum"), ("Midterm", (0,) * 5, "all-zero"),
        ("Midterm", ("0%",) * 5, "all-zero"), ("Midterm", [*range(11, 25), 25], "all-far-below-maximum"),
        ("Midterm", tuple("CDFAB"), "letters-for-points"), ("Midterm", ("A",), "letters-for-points"),
    ],
)  # fmt: skip
def test_a_column_that_is_wrong_as_a_whole_is_one_question(
    title: str, scores: Sequence[object], code: str
) -> None:
    """One question blocks the column, until it is accepted."""
    asked = check(title, scores)
    assert [each for each in found(asked) if each[2] == "question"] == [(0, code, "question")]
    assert asked.counts == {"ready": 0, "skipped": 0, "blocked": len(scores)}
    accepted = check_entries(asked.sheet, asked.columns.answer(code, title), SCHOOL)
    assert accepted.counts["ready"] == len(scores)


@pytest.mark.parametrize(
    ("title", "scores"),
    [
        # A hard exam, in any order and in that of its scores; a few bad marks one below the other; zeros for what is not handed in.
        ("Midterm", (3, 25, 8, 31, 12, 40, 6, 22, 55, 11, 18, 35)), ("Midterm", (3, 6, 8, 11, 12, 18, 22, 25, 31, 35, 40, 55)),
        ("Midterm", (*EXAM, 4, 7, 12, 9)), ("Midterm", (*EXAM, 0, 0, 0, 0, 0, 0)), ("Midterm", (*EXAM, 12)),
        # Few scores of which none is high, and many of which one is.
        ("Midterm", range(11, 25)), ("Midterm", [*range(11, 25), 26]), ("Midterm", (0, 0, 0, 0)), ("Midterm", (0, 0, 0, 0, 0, 70)),
        ("Bonus", (0, 0, 0, 0, 0, 0)),
        # Few fractions of a point more, or one far above among decimals; letters where there is a scale.
        ("Midterm", (71.4, 64.2, 60.9, 91.3, 78.5, 81.1, 8.4)), ("Midterm", (8.4, 71)), ("Midterm", (*EXAM, 8)), ("Term", tuple("CDFAB")),
    ],
)  # fmt: skip
def test_right_columns_are_left_alone(title: str, scores: Sequence[object]) -> None:
    """Low scores, zeros and letters that may well be right say nothing."""
    assert found(check(title, scores)) == []


def test_the_lines_of_another_scale_are_named() -> None:
    """The question says where the low scores stand: one below the other, or here and there."""
    (below,) = check("Midterm", (*EXAM, *TENTHS)).findings["message"]
    assert below == (
        "6 of the 21 scores of 'Midterm' are at most 10 (lines 17 to 22), of 100 possible points, and the others far higher: are "
        "they of another full mark?"
    )
    apart = check("Midterm", (8, 83, 7, 59, 9, 89, 6, 52, 8, 71))
    assert "(lines 2, 4, 6, 8 and 10)" in apart.findings["message"][0]


@pytest.mark.parametrize(
    ("others", "told"),
    [((68,), "the other (68, line 5)"), ((68, 71), "the others (lines 5 and 6)")],
)
def test_a_column_of_shares_but_for_a_few_is_asked_about(others: Sequence[int], told: str) -> None:
    """Where nearly all are shares the few others are named: once these are shares, too, all can be scaled; few shares are warned of."""
    shares = [0.6 + n / 100 for n in range(11 * len(others))]
    scores = [*shares[:3], *others, *shares[3:]]
    checked = check("Midterm", scores)
    assert found(checked) == [(0, "two-scales", "question")]
    (message,) = checked.findings["message"]
    assert message.startswith(
        f"{len(shares)} of the {len(scores)} scores of 'Midterm' are at most "
    )
    assert f"of 100 possible points, and {told} far higher" in message
    assert "then all can be scaled from 1" in checked.findings["suggestion"][0]
    mended = check("Midterm", [*shares, *(each / 100 for each in others)])
    assert found(mended) == [(0, "all-at-most-one", "question")]
    few = check("Midterm", [*shares[:9], *others])
    assert {code for _, code, _ in found(few)} == {"fraction-among-scores"}


def test_scores_that_lost_their_point_are_told_one_by_one() -> None:
    """8.4 among whole scores from 52 to 95 is a warning that says what it may have been, and blocks nothing."""
    checked = check("Midterm", (*EXAM, 8.4, 7.1, 9.6))
    assert found(checked) == [(line, "slipped-point", "warning") for line in (17, 18, 19)]
    assert checked.findings["message"][0] == (
        "8.4 of 100 points is far below the other scores of 'Midterm'; 84 would be as they are: did its point slip?"
    )
    assert checked.findings["suggestion"][0].startswith("Write 84 if")
    assert found(check("Midterm", (71.4, 64.2, 60.9, 91.3, 78.5, 81.1, 8.45))) == [
        (8, "slipped-point", "warning")
    ]


def test_many_slipped_points_are_told_as_one() -> None:
    """More than twenty in a column are one warning."""
    school = make_snapshot(
        [make_student(f"s{n}", identifier=f"{n:05}") for n in range(90)],
        [make_line_item("l2", "Midterm", 100.0)],
    )
    scores = [EXAM[n % 15] if n % 4 else EXAM[n % 15] / 10 + 0.05 for n in range(88)]
    assert found(check("Midterm", scores, school=school)) == [(0, "slipped-point", "warning")]


def test_many_scores_above_the_maximum_keep_their_warnings() -> None:
    """Beside the question each score above is warned of; where all are a little above, it is extra credit."""
    asked = check("Quiz", (7, 5, 12, 11, 12, 9, 10, 20, 8, 7))
    assert [code for _, code, _ in found(asked)].count("score-above-maximum") == 4
    assert asked.findings["message"][0].startswith("4 of the 10 scores of 'Quiz' are above")
    assert propose_full_mark(asked, "many-above-maximum", "Quiz") == "20"
    extra = check("Quiz", (7, 5, 12, 11, 12, 9, 10, 12, 8, 7))
    assert {severity for *_, severity in found(extra)} == {"warning"}


def test_zeros_with_a_status_are_no_question() -> None:
    """Where each zero is not submitted, or missing, it says so itself."""
    for header, word in (("Status", "not submitted"), ("Missing", "true")):
        rows = "".join(f"{n:05},0,{word}\n" for n in range(6))
        sheet = read_sheet(io.StringIO(f"ID,Midterm,{header}\n{rows}"))
        assert check_entries(sheet, suggest_columns(sheet, SCHOOL), SCHOOL).findings.empty


@pytest.mark.parametrize(("lettered", "asked"), [(5, False), (1, True)])
def test_letters_that_the_gradebook_holds_already_are_no_question(
    lettered: int, *, asked: bool
) -> None:
    """Where most results of the line item have a text score, letters are its way; one of five is not."""
    rows = [
        (f"r{n}", "l2", f"s{n}", True, json.dumps({"textScore": "B"} if n < lettered else {}, separators=(",", ":")))
        for n in range(5)
    ]  # fmt: skip
    results = pd.DataFrame(rows, columns=list(RESULT_COLUMNS))
    checked = check("Midterm", "CDFAB", school=dataclasses.replace(SCHOOL, results=results))
    assert ("letters-for-points" in set(checked.findings["code"])) is asked


def test_hardly_any_right_column_is_asked_about() -> None:
    """Of a hundred invented honest exams, easy and hard, in order and not, at most one is asked about or warned of."""
    random = np.random.default_rng(7)
    told = 0
    for n in range(100):
        middle, spread = random.uniform(35, 85), random.uniform(8, 20)
        scores = np.clip(random.normal(middle, spread, size=28), 0, 100).round(n % 2)
        if n % 3 == 0:
            scores = -np.sort(-scores)
        told += not check("Midterm", scores.tolist()).findings.empty
    assert told <= 1
