"""Scores that the gradebook has already, of other students, are asked about."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from reading_samples import make_line_item, make_snapshot, make_student

from gradetools.checks import Checked, check_entries
from gradetools.columns import suggest_columns
from gradetools.sheet import read_sheet
from gradetools.snapshot import RESULT_COLUMNS, make_table, result_row

HELD = (8, 7.5, 9, 10, 6, 7, 8.5, 9.5, 5, 4, 6.5, 3)
IDS = [f"{number:05}" for number in range(100, 100 + len(HELD))]


def check(scores: Sequence[object], held: Sequence[float | None] = HELD) -> Checked:
    """Check a sheet of one quiz, of which the gradebook has scores."""
    students = [make_student(f"s{each}", identifier=each) for each in IDS]
    records = [
        {"sourcedId": f"r{each}", "lineItem": {"sourcedId": "q1"}, "student": {"sourcedId": f"s{each}"}, "score": score}
        for each, score in zip(IDS, held, strict=True) if score is not None
    ]  # fmt: skip
    results = make_table([result_row(record) for record in records], RESULT_COLUMNS)
    snapshot = replace(
        make_snapshot(students, [make_line_item("q1", "Quiz 1", 10.0)]), results=results
    )
    rows = "".join(f"{each}\t{score}\n" for each, score in zip(IDS, scores, strict=True))
    sheet = read_sheet(io.StringIO(f"ID\tQuiz 1\n{rows}"))
    return check_entries(sheet, suggest_columns(sheet, snapshot), snapshot)


def told(checked: Checked) -> list[str]:
    """Give the words of what was found of scores that are of others."""
    findings = checked.findings
    return findings["message"][(findings["code"] == "scores-of-others").to_numpy()].tolist()


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        (("", *HELD[:-1]), "11 scores of 'Quiz 1' differ from what their students have, and are those that the gradebook has of the students one line above"),
        ((*HELD[1:], ""), "of the students one line below: they look shifted by one row"),
        ((*HELD[:5], "", *HELD[5:-1]), "6 scores of 'Quiz 1' differ"),
        (HELD[::-1], "12 scores of 'Quiz 1' differ from what their students have, and are the same as the gradebook has of these students, in another order"),
        ((*HELD[:3], *HELD[:2:-1]), "in another order: they look shuffled or sorted alone"),
    ],
)  # fmt: skip
def test_scores_of_others_are_asked_about(scores: Sequence[object], words: str) -> None:
    """Scores that slid by a row, as a whole or from a row on, or stand in another order are a question, which blocks them."""
    checked = check(scores)
    (message,) = told(checked)
    assert words in message
    assert checked.counts["ready"] == 0


@pytest.mark.parametrize(
    "scores",
    [
        HELD,
        (7.5, 8, *HELD[2:]),  # two were confused before
        [score + 0.5 for score in HELD],
        (8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8),
        ("", *HELD[:4], *HELD[5:]),  # too few have moved
    ],
)
def test_what_is_corrected_is_not_asked_about(scores: Sequence[object]) -> None:
    """The same scores, a few that were corrected, all raised, all alike, and few that have moved are no scores of others."""
    assert told(check(scores)) == []


def test_nothing_is_compared_with_what_is_not_there() -> None:
    """Where the gradebook has few scores nothing can be told."""
    held = (*HELD[:5], *[None] * 7)
    assert told(check(("", *HELD[:-1]), held)) == []
