"""Columns that as a whole are the points of something else are asked about."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pytest
from reading_samples import make_line_item, make_snapshot, make_student

from gradetools.checks import Checked, check_entries
from gradetools.checks.scaled import propose_full_mark
from gradetools.columns import Columns, suggest_columns
from gradetools.sheet import read_sheet

SCHOOL = make_snapshot(
    [make_student(f"s{n}", identifier=f"{n:05}") for n in range(12)],
    [
        make_line_item("l1", "Quiz 1", 10.0),
        make_line_item("l2", "Quiz 2", 10.0),
        make_line_item("l3", "Midterm", 100.0),
        make_line_item("l4", "Essay", 15.0),
    ],
)
PERCENTS = (84, 69, 98, 83, 68, 97, 82, 67)
POINTS = (8, 7, 9, 8.5, 6, 10, 8, 7)
TENTHS = (8, 7.5, 9, 10, 6, 7, 8.5, 9, 5, 4)

Change = Callable[[Columns], Columns]


def check(
    title: str, scores: Sequence[object], change: Change = lambda columns: columns
) -> Checked:
    """Check a column of scores with its suggested columns, changed or not."""
    return check_text(write(title, scores), change)


def write(title: str, scores: Sequence[object]) -> str:
    """Write a sheet of ids and one column of scores."""
    return "\n".join([f"ID,{title}", *(f"{n:05},{score}" for n, score in enumerate(scores))]) + "\n"


def check_text(text: str, change: Change = lambda columns: columns) -> Checked:
    """Check a sheet's text with its suggested columns, changed or not."""
    sheet = read_sheet(io.StringIO(text))
    return check_entries(sheet, change(suggest_columns(sheet, SCHOOL)), SCHOOL)


def found(checked: Checked) -> list[tuple[str, str, str]]:
    """Give column, code and severity of each finding."""
    names = ("column", "code", "severity")
    return list(zip(*(checked.findings[name].tolist() for name in names), strict=True))


def test_kept_columns_that_scale_points_are_asked_about() -> None:
    """Columns that scaled last week's percents make tenths of this week's points: asked about until put back or accepted."""
    asked = check("Quiz 2", PERCENTS)
    kept = asked.columns.answer("most-above-maximum", "").scaled("Quiz 2", 100)
    assert found(check_entries(asked.sheet, kept, SCHOOL)) == []
    sheet = read_sheet(io.StringIO(write("Quiz 2", POINTS)))
    columns = suggest_columns(sheet, SCHOOL, earlier=kept)
    again = check_entries(sheet, columns, SCHOOL)
    assert found(again) == [("Quiz 2", "all-within-maximum", "question")]
    assert again.counts["blocked"] == 8
    assert again.findings["message"][0] == (
        "All 8 scores of 'Quiz 2' are at most 10, which is what the line item goes to; scaled from 100, 8 becomes 0.8."
    )
    put_back = check_entries(sheet, columns.unscaled("Quiz 2"), SCHOOL)
    assert (found(put_back), put_back.entries["score"].tolist()) == ([], list(POINTS))
    assert found(check_entries(sheet, columns.scaled("Quiz 2", 10), SCHOOL)) == []
    accepted = check_entries(sheet, columns.answer("all-within-maximum", "Quiz 2"), SCHOOL)
    assert found(accepted) == [("Quiz 2", "all-within-maximum", "info")]
    assert accepted.counts["ready"] == 8


@pytest.mark.parametrize(
    ("title", "scores", "scale", "asked"),
    [
        ("Quiz 2", POINTS, 20, True), ("Essay", POINTS, 20, False), ("Quiz 2", (8, 7), 100, False), ("Quiz 2", (0, 7, 8), 100, True),
        ("Quiz 2", (0, 0, 0), 100, False), ("Quiz 2", (*POINTS, 11), 100, True), ("Quiz 2", (*POINTS, 11), 20, False), ("Quiz 2", (*POINTS, 13), 100, False), ("Quiz 2", ("80%", "70%", "9/10"), 100, False),
        ("Quiz 2", (0.8, 0.7, 1), 1, False),
    ],
)  # fmt: skip
def test_scores_that_may_be_scaled_are_not_asked_about(
    title: str, scores: Sequence[object], scale: float, *, asked: bool
) -> None:
    """Three scores that all fit as they stand are asked about, where the full mark is at least twice the maximum; extra credit fits."""
    checked = check(title, scores, lambda columns: columns.scaled(title, scale))
    assert ("all-within-maximum" in set(checked.findings["code"])) == asked


def test_columns_are_asked_about_in_their_order() -> None:
    """Whatever the gradebook's order of line items, that of the sheet's columns holds."""
    text = "ID,Quiz 2,Quiz 1\n" + "".join(f"{n:05},{each},6\n" for n, each in enumerate(POINTS))
    checked = check_text(text, lambda columns: columns.scaled("Quiz 1", 100).scaled("Quiz 2", 100))
    assert [each[0] for each in found(checked)] == ["Quiz 2", "Quiz 1"]


def test_extra_credit_is_told_as_it_is() -> None:
    """Where a score is a little above the maximum, the sentence says how high they go."""
    checked = check("Quiz 2", (*POINTS, 11), lambda columns: columns.scaled("Quiz 2", 100))
    assert checked.findings["message"][0] == (
        "All 9 scores of 'Quiz 2' are at most 11, and the line item goes to 10; scaled from 100, 8 becomes 0.8."
    )


def test_a_sheet_that_states_its_full_mark_is_believed() -> None:
    """Low scores that are scaled from the maximum that the sheet itself states are not asked about."""
    text = "ID,Assignment,Score,Max Points\n" + "".join(
        f"{n:05},Quiz 2,{score},20\n" for n, score in enumerate(POINTS)
    )
    for scale, asked in ((20, []), (40, [("Score", "all-within-maximum", "question")])):
        assert (
            found(check_text(text, lambda columns, top=scale: columns.scaled("Score", top)))
            == asked
        )  # type: ignore[misc] # - the lambda's default


def test_each_line_item_of_a_long_sheet_is_scaled_by_itself() -> None:
    """In a long sheet the points of one quiz are asked about beside the percents of another."""
    rows = [f"{n:05},Quiz {k},{scores[n]}\n" for n in range(8) for k, scores in ((1, PERCENTS), (2, POINTS))]  # fmt: skip
    text = "ID,Assignment,Score\n" + "".join(rows)
    checked = check_text(text, lambda columns: columns.scaled("Score", 100))
    assert found(checked) == [("Score", "all-within-maximum", "question")]
    assert "All 8 scores of 'Quiz 2' are at most 10" in checked.findings["message"][0]


def test_a_quiz_in_the_column_of_an_exam_is_asked_about() -> None:
    """Scores that are all far below the maximum are the points of something else, until they are accepted."""
    checked = check("Midterm", TENTHS)
    assert found(checked) == [("Midterm", "all-far-below-maximum", "question")]
    assert checked.counts["blocked"] == 10
    assert checked.findings["message"][0] == (
        "All 10 scores of 'Midterm' are at most 10, and the line item goes to 100."
    )
    assert checked.findings["suggestion"][0] == (
        'Scale from 10 if that is their full mark, choose the other line item, or answer "accept" if they are points of 100.'
    )
    accepted = check(
        "Midterm", TENTHS, lambda columns: columns.answer("all-far-below-maximum", "Midterm")
    )
    assert accepted.counts["ready"] == 10
    assert found(check("Midterm", TENTHS, lambda columns: columns.scaled("Midterm", 10))) == []


@pytest.mark.parametrize(
    ("title", "scores", "codes"),
    [
        ("Midterm", (8, 7, 9, 10), []), ("Midterm", (8, 7, 9, 10, 13), []), ("Midterm", (8, 7, 9, 10, 11), ["all-far-below-maximum"]), ("Midterm", (0, 0, 0, 4, 9), []),
        ("Midterm", (0, 0, 3, 4, 9), ["all-far-below-maximum"]), ("Midterm", (0.8, 0.7, 0.9, 1, 0.5), ["all-at-most-one"]),
        ("Essay", (1.5, 1, 1.2, 0.5, 1.1), []), ("Quiz 2", (0.8, 0.7, 1, 0.9, 0.5), ["all-at-most-one"]),
        ("Quiz 2", (0, 1, 1, 0.5, 1), []), ("Midterm", ("8%", "7%", "9%", "10%", "6%"), []),
        ("Midterm", ("0.84%", "0.69 %", "1%", "0%"), ["percents-of-shares"]), ("Midterm", ("0.84%", "0.69%"), []),
        ("Midterm", ("0.84%", "0%", "0%", "0%"), []), ("Midterm", ("0.84%", "0.69%", "1%", "84%"), []),
    ],
)  # fmt: skip
def test_low_scores_have_one_question_or_none(
    title: str, scores: Sequence[object], codes: list[str]
) -> None:
    """Few scores, zeros, one that is higher, an item of few points and shares are not asked about, nor what was asked already."""
    assert check(title, scores).findings["code"].tolist() == codes


@pytest.mark.parametrize(("stated", "codes"), [(10, ["maximum-differs"]), (100, [])])
def test_a_stated_maximum_has_its_own_question(stated: int, codes: list[str]) -> None:
    """Where the sheet says what its scores are of, that is compared, and nothing else."""
    rows = "".join(f"Ben,{n},{n:05},A,{score}\n" for n, score in enumerate(TENTHS))
    text = f"Student,ID,SIS User ID,Section,Midterm (2)\nPoints Possible,,,,{stated}\n{rows}"
    assert check_text(text).findings["code"].tolist() == codes


@pytest.mark.parametrize(
    ("title", "scores", "full", "whose"),
    [
        ("Quiz 2", (17, 14, 19), 20, "that is their full mark"),
        ("Quiz 2", (47.5, 12, 31), 50, "that is their full mark"),
        ("Quiz 2", (84, 69, 105), 100, "they are percents"),
        ("Quiz 2", (164, 180, 131), 200, "that is their full mark"),
    ],
)
def test_the_full_mark_is_guessed_by_the_highest_score(
    title: str, scores: Sequence[object], full: int, whose: str
) -> None:
    """Scores of 20, 50, 100 or 200 in the column of a quiz of ten are asked about by their own full mark."""
    checked = check(title, scores)
    (code,) = checked.findings["code"][(checked.findings["severity"] == "question").to_numpy()]
    assert (
        checked.findings["suggestion"][0]
        == f'Scale from {full} if {whose}, or answer "accept" if it is extra credit.'
    )
    assert propose_full_mark(checked, code, title) == str(full)


def test_without_numbers_no_full_mark_is_guessed() -> None:
    """Where the sheet states one that is proposed; a column that holds no numbers has none."""
    assert propose_full_mark(check("Quiz 2", ("8%",)), "most-above-maximum", "Quiz 2") == ""
    assert propose_full_mark(check("Quiz 2", (8,)), "most-above-maximum", "Student") == ""


SCORES = (8, 7, 9, 5, 6, 7, 8, 6.5, 9, 7.5)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        (SCORES, SCORES, 10), (SCORES, (*SCORES[:-1], 8), 0), (SCORES[:6], SCORES[:6], 6), (SCORES[:5], SCORES[:5], 0),
        ((*SCORES[:8], "", "EX"), (*SCORES[:8], "", ""), 8), (SCORES, (*SCORES[:8], "", ""), 0), ((9,) * 10, (9,) * 10, 0),
        ((1, 0, 1, 0, 1, 0, 1, 0, 1, 0),) * 2 + (0,), ((10, 10, 10, 10, 9, 0),) * 2 + (0,),
        (("80%", "70%", "90%", "50%", "60%", "75%"),) * 2 + (6,),
        (("80%", "70%", "90%", "50%", "60%", "75%"), (0.8, 0.7, 0.9, 0.5, 0.6, 0.75), 0),
    ],
)  # fmt: skip
def test_a_column_that_is_another_again_is_a_warning(
    one: Sequence[object], other: Sequence[object], count: int
) -> None:
    """Two columns with the same scores in every row are told once; few, and attendance, may well be the same."""
    rows = "".join(f"{n:05},{a},{b}\n" for n, (a, b) in enumerate(zip(one, other, strict=True)))
    checked = check_text(f"ID,Quiz 1,Quiz 2\n{rows}")
    told = checked.findings[(checked.findings["code"] == "columns-same").to_numpy()]
    assert told["message"].tolist() == (
        [
            f"'Quiz 2' holds the same {count} scores as 'Quiz 1', row by row: one was perhaps copied from the other."
        ]
        if count
        else []
    )
    assert set(told["severity"]) <= {"warning"}


def test_two_attempts_may_be_the_same() -> None:
    """Two columns of one line item are its attempts, and no copies."""
    rows = "".join(f"{n:05},{score},{score}\n" for n, score in enumerate(SCORES))
    checked = check_text(
        f"ID,Quiz 1,Quiz 2\n{rows}",
        lambda columns: columns.with_meaning("Quiz 2", line_item="l1").with_attempts("best"),
    )
    assert "columns-same" not in set(checked.findings["code"])
