"""Who is excused or exempt has no score sent without a word, and numbers are no comments."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import Checked, check_entries
from gradetools.checks.registry import MOST_TOLD
from gradetools.columns import suggest_columns
from gradetools.sheet import read_sheet

COUNT = 24
SCHOOL = make_snapshot(
    [make_student(f"s{n}", identifier=f"{100 + n}") for n in range(COUNT)],
    [make_line_item("q1", "Quiz 1"), make_line_item("q2", "Quiz 2")],
)


def check(folder: Path, text: str, answered: str = "") -> Checked:
    """Check a sheet's text."""
    sheet = read_sheet(write_sheet(folder, text))
    columns = suggest_columns(sheet, SCHOOL)
    columns = columns.answer(answered, "") if answered else columns
    return check_entries(sheet, columns, SCHOOL)


def told(checked: Checked) -> list[tuple[int, str, str, str]]:
    """Give each finding's line, column, code and message."""
    found = checked.findings
    return list(zip(found["line"], found["column"], found["code"], found["message"], strict=True))


def test_an_excuse_without_a_score_is_told(tmp_path: Path) -> None:
    """Who is excused and has no score is named once for the column, for nothing of it is sent; an absence is no excuse."""
    checked = check(tmp_path, "ID,Quiz 1,Excused\n100,,yes\n101,8,\n102,,x\n103,EX,yes\n")
    message = "2 rows are marked in 'Excused' and without a score (lines 2 and 4): of an excuse nothing is sent."
    assert (0, "Excused", "excuses-not-sent", message) in told(checked)
    for title, mark in (("Absent", "yes"), ("Excused", "no"), ("Note", "excused")):
        absent = check(tmp_path, f"ID,Quiz 1,{title}\n100,,{mark}\n101,8,\n")
        assert "excuses-not-sent" not in [code for *_, code, _ in told(absent)]
    one = check(tmp_path, "ID,Quiz 1,Quiz 2,Quiz 1 excused\n100,,7,y\n101,8,6,\n")
    assert [code for *_, code, _ in told(one)] == ["excuses-not-sent"]


@pytest.mark.parametrize(
    ("title", "mark"),
    [
        ("Excused", "yes"),
        ("Exempt", "x"),
        ("EX", "TRUE"),
        ("Excused?", "✓"),
        ("Absent", "1"),
        ("Quiz 1 excused", "y"),
        ("Excused", "Excused (sick)"),
        ("Attendance", "absent"),
        ("Note", "excused: sick"),
        ("Entschuldigt", "ja"),
    ],
)
def test_a_score_of_who_is_excused_is_asked_about(tmp_path: Path, title: str, mark: str) -> None:
    """The row alone is held back until it is answered, whatever such a column is called and marked with."""
    text = f"ID,Quiz 1,{title}\n100,0,{mark}\n101,8,\n102,0,\n103,,{mark}\n"
    checked = check(tmp_path, text)
    message = f"{title!r} says {mark!r}, and the score 0 would be sent."
    assert (2, "Quiz 1", "excused-has-score", message) in told(checked)
    for each, states in (
        (checked, ["blocked", "ready", "ready"]),
        (check(tmp_path, text, "excused-has-score"), ["ready", "ready", "ready"]),
    ):
        own = each.entries["column"] == "Quiz 1"
        assert each.entries["state"][own].tolist()[:3] == states


@pytest.mark.parametrize(
    "text",
    [
        "ID,Quiz 1,Excused\n100,0,no\n101,0,\n102,,yes\n103,EX,yes\n",
        "ID,Quiz 1,Absent\n100,8,yes\n101,0,\n",
        "ID,Quiz 1,Comment\n100,0,absent\n101,8,excused late\n",
        "ID,Quiz 1,Attendance\n100,0,yes\n101,8,Present\n",
        "ID,Quiz 1,Quiz 2,Excused\n100,8,9,yes\n101,8,0,\n",
    ],
)
def test_nothing_is_asked_where_no_score_contradicts_an_excuse(tmp_path: Path, text: str) -> None:
    """A blank cell or EX, a score made up for after an absence, and one of several scores are as they should be."""
    assert "excused-has-score" not in {code for _, _, code, _ in told(check(tmp_path, text))}


def test_a_column_of_excuses_may_name_its_score(tmp_path: Path) -> None:
    """A column that names a score speaks for that alone; one that names none speaks for each 0 of the row."""
    named = check(tmp_path, "ID,Quiz 1,Quiz 2,Quiz 2 excused\n100,0,7,yes\n101,8,0,\n")
    assert [each[:2] for each in told(named) if each[2] == "excused-has-score"] == [(2, "Quiz 2")]
    lone = check(tmp_path, "ID,Quiz 1,Quiz 2,Excused\n100,0,7,yes\n101,8,0,\n")
    assert [each[:2] for each in told(lone) if each[2] == "excused-has-score"] == [(2, "Quiz 1")]


def test_a_score_beside_the_status_exempt_is_warned_of(tmp_path: Path) -> None:
    """Each is told by its row; many are told as one, and a status without a score is not."""
    checked = check(tmp_path, "ID,Quiz 1,Status\n100,8,exempt\n101,8,\n102,,exempt\n")
    assert told(checked) == [
        (2, "Quiz 1", "exempt-has-score", "The grade is exempt, and has the score 8.")
    ]
    assert checked.counts["ready"] == 3
    rows = "".join(f"{100 + n},8,exempt\n" for n in range(MOST_TOLD + 1))
    [(line, column, code, message)] = told(check(tmp_path, f"ID,Quiz 1,Status\n{rows}"))
    assert (line, column, code) == (0, "Quiz 1", "exempt-has-score")
    assert message.startswith("21 grades are exempt and have a score, in lines 2 to 22.")


@pytest.mark.parametrize(
    ("comments", "numbers"),
    [(("6", "7", "8.5", ""), 3), (("6", "7", "see me", "redo"), 0), (("6", "", "", ""), 0)],
)
def test_comments_that_are_numbers_are_warned_of(
    tmp_path: Path, comments: tuple[str, ...], numbers: int
) -> None:
    """They may be scores under the wrong title, where they are most of at least three."""
    rows = "".join(f"{100 + n},{n},{each}\n" for n, each in enumerate(comments))
    found = told(check(tmp_path, f"ID,Quiz 1,Comment\n{rows}"))
    message = "3 of 3 comments of 'Quiz 1' are numbers: they would be sent as words."
    assert found == ([(0, "Comment", "comments-are-numbers", message)] if numbers else [])
