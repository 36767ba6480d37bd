"""The full mark that a column's heading states is compared with the line item's."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from reading_samples import make_line_item, make_snapshot, make_student

from gradetools.checks import Checked, check_entries
from gradetools.checks.headings import Heading, read_heading
from gradetools.checks.scaled import propose_full_mark
from gradetools.columns import suggest_columns
from gradetools.sheet import read_sheet

SCHOOL = make_snapshot(
    [make_student(f"s{n}", identifier=f"{n:05}") for n in range(12)],
    [make_line_item("l1", "Quiz 3", 10.0), make_line_item("l2", "Midterm", 100.0)],
)
OF_80 = (54, 62, 53, 69, 72, 41)
OF_10 = (8, 7, 10, 6, 9, 7)


def check(title: str, item: str, scores: Sequence[object]) -> Checked:
    """Check a column whose line item a person chose."""
    rows = "".join(f"{n:05},{score}\n" for n, score in enumerate(scores))
    sheet = read_sheet(io.StringIO(f"ID,{title}\n{rows}"))
    columns = suggest_columns(sheet, SCHOOL).with_meaning(title, means="score", line_item=item)
    return check_entries(sheet, columns, SCHOOL)


@pytest.mark.parametrize(
    ("title", "full", "is_certain"),
    [
        ("Midterm (out of 80)", 80, True), ("Midterm out of 80 pts.", 80, True), ("Midterm /80", 80, True),
        ("Midterm (/80)", 80, True), ("Midterm (80 pts)", 80, True), ("Klausur (62,5 Punkte)", 62.5, True),
        ("Midterm/80", 80, False), ("Klausur (60 P.)", 60, False), ("Quiz 3 (20)", 20, False), ("Quiz 3 / 10", 10, False),
        ("Quiz 3 out of 20", 20, False),
    ],
)  # fmt: skip
def test_a_heading_may_state_a_full_mark(title: str, full: float, *, is_certain: bool) -> None:
    """What stands at the end of a heading is read, and where it may be something else, that is said."""
    assert read_heading(title) == Heading(full, is_certain)


@pytest.mark.parametrize(
    "title",
    ["Quiz 3", "", "Quiz 3/10", "Quiz (9/12)", "Year 2026/27", "Week 3 (of 10)", "Quiz 3 (10%)", "Out of 20", "Quiz (out of 0)"],
)  # fmt: skip
def test_other_numbers_state_none(title: str) -> None:
    """Dates, occurrences of several and percents are no full marks."""
    assert read_heading(title) is None


@pytest.mark.parametrize(
    ("title", "item", "scores", "full"),
    [
        ("Midterm (out of 80)", "l2", OF_80, 80), ("Midterm /80", "l2", OF_80, 80), ("Midterm (80 pts)", "l2", OF_80, 80),
        ("Quiz 3 (20)", "l1", OF_10, 20),
    ],
)  # fmt: skip
def test_another_full_mark_in_the_heading_is_a_question(
    title: str, item: str, scores: Sequence[object], full: int
) -> None:
    """Where the heading states another maximum than the chosen line item has, one question asks, which scaling settles."""
    asked = check(title, item, scores)
    assert asked.findings[["line", "code", "severity"]].to_numpy().tolist() == [
        [0, "maximum-differs", "question"]
    ]
    assert f"is {full}, but" in asked.findings["message"][0]
    assert propose_full_mark(asked, "maximum-differs", title) == str(full)
    scaled = check_entries(asked.sheet, asked.columns.scaled(title, full), SCHOOL)
    assert scaled.counts["ready"] == len(scores)


@pytest.mark.parametrize(
    ("title", "item", "scores"),
    [
        ("Midterm (100)", "l2", OF_80), ("Midterm (out of 100)", "l2", OF_80), ("Quiz 3 (2)", "l1", OF_10),
        ("Quiz 3 (12345)", "l1", OF_10), ("Midterm (2026)", "l2", (800, 90)), ("Quiz 3 (5)", "l1", OF_10),
        ("Midterm /80", "l2", ("80%", "61/80")), ("Quiz 3 (20)", "l1", ("", "")),
    ],
)  # fmt: skip
def test_other_headings_are_not_asked_about(
    title: str, item: str, scores: Sequence[object]
) -> None:
    """The same maximum, an id, a year, an occurrence and the full mark of shares ask nothing."""
    assert "maximum-differs" not in set(check(title, item, scores).findings["code"])


def test_a_column_of_maxima_goes_before_the_heading() -> None:
    """Where each row states its own maximum, that of the heading is not asked about."""
    sheet = read_sheet(io.StringIO("ID,Score /20,Max Points\n00000,8,10\n00001,7,10\n"))
    columns = suggest_columns(sheet, SCHOOL).with_meaning(
        "Score /20", means="score", line_item="l1"
    )
    columns = columns.with_meaning("Max Points", means="points", belongs_to="Score /20")
    assert check_entries(sheet, columns, SCHOOL).counts["ready"] == 2


def test_one_maximum_in_all_rows_is_one_question() -> None:
    """A column that says the same maximum in each row is asked about once; where the rows differ, in the rows that do."""
    for maxima, lines in (((20, 20, 20), [0]), ((10, 20, 20), [3, 4])):
        rows = "".join(f"{n:05}\t7\t{most}\n" for n, most in enumerate(maxima))
        sheet = read_sheet(io.StringIO(f"ID\tQuiz 3\tQuiz 3 - Max Points\n{rows}"))
        columns = suggest_columns(sheet, SCHOOL)
        if not columns.of("points"):
            columns = columns.with_meaning(
                "Quiz 3 - Max Points", means="points", belongs_to="Quiz 3"
            )
        findings = check_entries(sheet, columns, SCHOOL).findings
        assert (
            findings["line"][(findings["code"] == "maximum-differs").to_numpy()].tolist() == lines
        )
