"""Of several scores of one student for one line item the one counts that the columns say, or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import Checked, check_entries
from gradetools.columns import Attempts, suggest_columns
from gradetools.plan import make_plan
from gradetools.sheet import read_sheet

SCHOOL = make_snapshot(
    [
        make_student("s1", given_name="Ada", identifier="11"),
        make_student("s2", given_name="Ben", identifier="12"),
    ],
    [make_line_item("l1", "Quiz 1"), make_line_item("l2", "Quiz 2")],
)


def check(folder: Path, text: str, attempts: Attempts, *, one_item: bool = False) -> Checked:
    """Check a sheet's text; all its score columns may be of one line item."""
    sheet = read_sheet(write_sheet(folder, text))
    columns = suggest_columns(sheet, SCHOOL).with_attempts(attempts)
    for meaning in columns.score_columns if one_item else ():
        columns = columns.with_meaning(meaning.column, line_item="l1")
    return check_entries(sheet, columns, SCHOOL)


def states(checked: Checked) -> list[str]:
    """Give each entry's state, or why it is not ready."""
    frame = checked.entries
    return [reason or state for state, reason in zip(frame["state"], frame["reason"], strict=True)]


OTHER, DUPLICATE = "other-attempt", "duplicate-entry"


@pytest.mark.parametrize(
    ("cells", "attempts", "expected"),
    [
        ("7 9 8", "best", [OTHER, "ready", OTHER]),
        ("9 7 9", "best", ["ready", OTHER, OTHER]),
        ("EX 3 -", "best", [OTHER, "ready", "no-grade"]),
        ("EX MIS", "best", ["ready", OTHER]),
        ("10% 8/10 7", "best", [OTHER, "ready", OTHER]),
        ("7 9 8", "first", ["ready", OTHER, OTHER]),
        ("7 9 8", "latest", [OTHER, OTHER, "ready"]),
        ("7 EX", "latest", [OTHER, "ready"]),
        ("7 9", "refuse", [DUPLICATE, DUPLICATE]),
        ("7 abc", "best", [DUPLICATE, "duplicate-entry,score-not-a-number"]),
        ("7 -3", "latest", [DUPLICATE, "duplicate-entry,score-below-minimum"]),
        ("7 1,234", "first", [DUPLICATE, "duplicate-entry,score-ambiguous"]),
        ("7 CLEAR", "latest", [DUPLICATE, DUPLICATE]),
        ("7", "best", ["ready"]),
    ],
)
def test_one_attempt_counts(
    tmp_path: Path, cells: str, attempts: Attempts, expected: list[str]
) -> None:
    """The best, the first or the latest is taken; one that is blocked or clears the grade stops the choice."""
    rows = "".join(f"11;{cell}\n" for cell in cells.split())
    checked = check(tmp_path, f"ID;Quiz 1\n{rows}12;6\n;\n", attempts)
    assert states(checked) == [*expected, "ready"]


def test_a_blank_cell_is_no_attempt(tmp_path: Path) -> None:
    """A blank cell, also with a remark beside it, never counts before a score."""
    text = "ID;Quiz 1;Quiz 1 comment\n11;;see me\n11;7;\n11;;\n12;;only this\n"
    for attempts in ("best", "latest", "first"):
        found = states(check(tmp_path, text, attempts))  # type: ignore[arg-type]  # a loop widens the words
        assert found == [OTHER, "ready", "blank", "ready"]


@pytest.mark.parametrize(
    ("attempts", "dates", "taken", "told"),
    [
        ("latest", ("2026-05-03", "2026-05-01", "2026-05-02"), 0, "the latest by its date"),
        ("first", ("2026-05-03", "2026-05-01", "2026-05-02"), 1, "the first by its date"),
        ("latest", ("2026-05-03", "2026-05-03", "2026-05-02"), 1, "the latest by its date"),
        ("first", ("2026-05-03", "2026-05-03", "2026-05-04"), 0, "the first by its date"),
        ("latest", ("2026-05-03", "", "2026-05-02"), 2, "the latest in the sheet"),
        ("first", ("2026-05-03", "2026-05-01", ""), 0, "the first in the sheet"),
        ("latest", ("2026-05-03T00:30:00+02:00", "2026-05-02", "2026-05-03T00:10:00+02:00"), 0, "the latest by its date"),
        ("best", ("2026-05-03", "2026-05-01", "2026-05-02"), 2, "the best"),
    ],
)  # fmt: skip
def test_dates_decide_where_each_attempt_has_one(
    tmp_path: Path, attempts: Attempts, dates: tuple[str, ...], taken: int, told: str
) -> None:
    """The score date decides where every attempt has one, else the place in the sheet; the finding says which."""
    rows = "".join(
        f"11;Quiz 1;{score};{day}\n" for score, day in zip((7, 8, 9), dates, strict=True)
    )
    checked = check(tmp_path, f"ID;Assignment;Score;Date\n{rows}", attempts)
    assert states(checked) == ["ready" if i == taken else OTHER for i in range(3)]
    message = (
        "Ada has 3 grades for 'Quiz 1': line 2 (Score), line 3 (Score), line 4 (Score); "
        f"line {taken + 2} (Score) was taken, {told}."
    )
    assert checked.findings[["line", "code", "severity", "message"]].to_numpy().tolist() == [
        [taken + 2, "attempt-chosen", "info", message]
    ]


def test_several_columns_of_one_line_item(tmp_path: Path) -> None:
    """Attempts may stand side by side; each student has one that counts, and the plan skips the others."""
    text = "ID;Try 1;Try 2\n11;7;9\n12;8;\n"
    checked = check(tmp_path, text, "best", one_item=True)
    assert states(checked) == [OTHER, "ready", "ready", "blank"]
    plan = make_plan(checked, SCHOOL)
    assert plan.changes["action"].tolist() == ["skip", "create", "create", "skip"]
    assert plan.changes["reason"].tolist()[0] == OTHER


def test_a_hindering_attempt_is_named(tmp_path: Path) -> None:
    """The error says which cell must be settled before one of them can count."""
    checked = check(tmp_path, "ID;Quiz 1\n11;7\n11;abc\n", "best")
    frame = checked.findings[(checked.findings["code"] == DUPLICATE).to_numpy()]
    assert frame[["line", "message", "suggestion"]].to_numpy().tolist() == [
        [line, "Ada has 2 grades for 'Quiz 1': line 2 (Quiz 1), line 3 (Quiz 1): which counts cannot be said before "
         "line 3 (Quiz 1) is settled.", "Correct or empty line 3 (Quiz 1)."]
        for line in (2, 3)
    ]  # fmt: skip


def test_a_question_about_a_column_hinders_no_choice(tmp_path: Path) -> None:
    """Which of two cells counts is known before a question about their whole column is answered; the one that counts waits for it."""
    checked = check(tmp_path, "ID;Quiz 1\n11;70\n11;80\n12;90\n", "best")
    asked = checked.findings[(checked.findings["severity"] == "question").to_numpy()]
    assert asked["line"].tolist() == [0]
    assert DUPLICATE not in checked.findings["code"].tolist()
    assert states(checked) == [OTHER, asked["code"].iloc[0], asked["code"].iloc[0]]


@pytest.mark.parametrize("attempts", ["best", "latest", "first"])
def test_choosing_agrees_with_a_loop(tmp_path: Path, attempts: Attempts) -> None:
    """Two thousand rows of random attempts come out as a plain loop over each student's scores says."""
    random = np.random.default_rng(7)
    rows = pd.DataFrame(
        {"ID": random.choice(["11", "12"], 2000), "Assignment": random.choice(["Quiz 1", "Quiz 2"], 2000),
         "Score": random.integers(0, 11, 2000), "Date": random.choice(pd.date_range("2026-01-01", periods=60).astype(str), 2000)}
    )  # fmt: skip
    checked = check(tmp_path, rows.to_csv(index=False), attempts)
    wanted = []
    for _, group in rows.groupby(["ID", "Assignment"]):
        best = group.index[0]
        for i in group.index[1:]:
            score, date = rows.loc[i, "Score"], rows.loc[i, "Date"]
            if attempts == "best":
                best = i if score > rows.loc[best, "Score"] else best
            elif attempts == "latest":
                best = i if date >= rows.loc[best, "Date"] else best
            else:
                best = i if date < rows.loc[best, "Date"] else best
        wanted.append(best)
    ready = checked.entries.index[(checked.entries["state"] == "ready").to_numpy()]
    assert list(ready) == sorted(wanted)


def rows_of(text: str, times: int) -> str:
    """Write a sheet with Ada's grade so many times, and the first other ones before it."""
    return "ID,Quiz 1\n" + text + "".join(f"11,{i % 9}\n" for i in range(times))


def test_a_sentence_does_not_name_a_million_lines(tmp_path: Path) -> None:
    """Of very many grades for one line item the first twenty are named, and how many more there are; all are told."""
    checked = check(tmp_path, rows_of("", 1_025), "refuse")
    assert states(checked) == [DUPLICATE] * 1_025
    assert list(checked.findings["line"]) == list(range(2, 1_027))
    (message,) = set(checked.findings["message"])
    assert message.startswith("Ada has 1025 grades for 'Quiz 1': line 2 (Quiz 1), line 3 (Quiz 1),")
    assert message.endswith("line 21 (Quiz 1) and 1,005 more.")


def test_the_line_that_counts_or_hinders_is_named_wherever_it_stands(tmp_path: Path) -> None:
    """The attempt that was taken, and one that stops the choice, are named also beyond the first twenty."""
    best = check(tmp_path, rows_of("", 30) + "11,10\n", "best").findings
    assert list(best["line"]) == [32]
    assert best["message"].iloc[0].endswith("and 11 more; line 32 (Quiz 1) was taken, the best.")
    blocked = check(tmp_path, rows_of("", 30) + "11,abc\n", "best").findings
    assert "before line 32 (Quiz 1) is settled" in blocked["message"].iloc[0]


def test_grades_of_several_students_are_told_apart(tmp_path: Path) -> None:
    """Where the rows of two students alternate, each finding names the lines of its own student."""
    findings = check(tmp_path, "ID,Quiz 1\n11,1\n12,2\n11,3\n12,4\n", "refuse").findings
    assert list(zip(findings["line"], findings["message"], strict=True)) == [
        (2, "Ada has 2 grades for 'Quiz 1': line 2 (Quiz 1), line 4 (Quiz 1)."),
        (3, "Ben has 2 grades for 'Quiz 1': line 3 (Quiz 1), line 5 (Quiz 1)."),
        (4, "Ada has 2 grades for 'Quiz 1': line 2 (Quiz 1), line 4 (Quiz 1)."),
        (5, "Ben has 2 grades for 'Quiz 1': line 3 (Quiz 1), line 5 (Quiz 1)."),
    ]


def test_two_columns_of_one_line_item_are_noticed_where_each_student_has_one_row(
    tmp_path: Path,
) -> None:
    """A row may ask twice for one grade; rows of nobody, and blank cells, ask for none."""
    text = "ID,Quiz 1,Quiz 2\n11,7,8\n12,7,\nx,7,8\ny,7,8\n"
    assert states(check(tmp_path, text, "refuse", one_item=True)) == [
        *[DUPLICATE] * 2, "ready", "blank", *["student-unknown"] * 4,
    ]  # fmt: skip
    assert "duplicate-entry" not in set(check(tmp_path, text, "refuse").findings["code"])
