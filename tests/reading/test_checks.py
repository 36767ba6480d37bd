"""Every entry is ready, skipped or blocked, and all that is wrong is said at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.cells import Cells, make_frame
from gradetools.checks import CHECKS, ENTRY_COLUMNS, FINDING_COLUMNS, Checked, check_entries
from gradetools.checks.scaled import show_scale
from gradetools.checks.values import find_comma, find_day_first, read_number
from gradetools.columns import Columns, suggest_columns
from gradetools.errors import SheetError
from gradetools.formats import describe, recognise
from gradetools.sheet import Sheet, read_sheet

ROOT = Path(__file__).parents[2]
SCHOOL = make_snapshot(
    [
        make_student("s1", given_name="Ada", family_name="Example", identifier="00123"),
        make_student("s2", given_name="Ben", family_name="Example", identifier="B2"),
        make_student("s3", given_name="Cleo", family_name="Example", identifier="C3", active=False),
        make_student(
            "s4", given_name="Dan", family_name="Example", identifier="D4", class_id="biology-1"
        ),
        make_student("s5", given_name="Eve", family_name="Example", identifier="1234567890123456"),
        make_student("s6", given_name="Fay", family_name="Example", identifier="F6"),
        make_student("s7", given_name="Gus", family_name="Example", identifier="G7", username="x"),
        make_student("s8", given_name="Hal", family_name="Example", identifier="G7"),
    ],
    [
        make_line_item("l1", "Quiz 1", 10.0),
        make_line_item("l2", "Midterm", 100.0),
        make_line_item("l3", "Free", math.nan),
        make_line_item("l4", "Shifted", 6.0, result_value_min=1.0),
    ],
    {"algebra-1": "Algebra 1", "biology-1": "Biology 1"},
)

Change = Callable[[Columns], Columns]


def keep(columns: Columns) -> Columns:
    """Leave the suggestion as it is."""
    return columns


def check(folder: Path, text: str, change: Change = keep) -> Checked:
    """Check a sheet's text with its suggested columns, changed or not."""
    sheet = read_sheet(write_sheet(folder, text))
    return check_entries(sheet, change(suggest_columns(sheet, SCHOOL)), SCHOOL)


def states(checked: Checked) -> list[tuple[str, str]]:
    """Give each entry's state and reason."""
    return list(zip(checked.entries["state"], checked.entries["reason"], strict=True))


def found(checked: Checked) -> list[tuple[int, str, str, str]]:
    """Give each finding's place, code and severity."""
    frame = checked.findings
    return list(zip(frame["line"], frame["column"], frame["code"], frame["severity"], strict=True))


def read_one(
    folder: Path, cell: str, item: str = "Quiz 1", change: Change = keep
) -> dict[str, Any]:
    """Check a sheet of one entry, and give that entry."""
    return check(folder, f'ID;{item}\nB2;"{cell}"\n', change).entries.iloc[0].to_dict()


def test_tables_have_their_columns(tmp_path: Path) -> None:
    """The entries and the findings are tables of fixed columns and types, also when there is nothing."""
    full = check(tmp_path, "ID,Quiz 1\nB2,x\n")
    empty = check(tmp_path, "ID,Quiz 1\nPoints,10\n,\n")
    for checked in (full, empty):
        assert list(checked.entries) == list(ENTRY_COLUMNS)
        assert list(checked.findings) == list(FINDING_COLUMNS)
    assert full.entries.dtypes.astype(str).equals(empty.entries.dtypes.astype(str))
    assert full.findings.dtypes.equals(empty.findings.dtypes)
    assert (len(empty.entries), full.entries.index.name) == (0, "entry")


def test_entries_go_by_line_and_column(tmp_path: Path) -> None:
    """Each cell of a student row under a score column is one entry, in the sheet's order."""
    checked = check(tmp_path, "ID,Midterm,Name,Quiz 1\nB2,80,Ben,8\n00123,,Ada,9\n")
    columns = ["line", "column", "student", "student_name", "line_item", "text", "state", "score"]
    assert checked.entries[columns].astype(object).fillna("").to_numpy(dtype=object).tolist() == [
        [2, "Midterm", "s2", "Ben Example", "l2", "80", "ready", 80.0],
        [2, "Quiz 1", "s2", "Ben Example", "l1", "8", "ready", 8.0],
        [3, "Midterm", "s1", "Ada Example", "l2", "", "skipped", ""],
        [3, "Quiz 1", "s1", "Ada Example", "l1", "9", "ready", 9.0],
    ]
    assert (checked.counts, len(checked.findings)) == ({"ready": 3, "skipped": 1, "blocked": 0}, 0)
    assert str(checked) == "<Checked grades.csv: 3 ready, 1 skipped (blank cell); 0 findings>"


@pytest.mark.parametrize(
    ("cell", "score"),
    [("8", 8.0), (" 7.50 ", 7.5), ("7,5", 7.5), (",5", 0.5), ("85%", 8.5), ("85,5 %", 8.55), ("8/10", 8.0),
     ("3/4", 7.5), ("1e1", 10.0), ("+3", 3.0), (".5", 0.5), ("0,123", 0.123), ("120%", 12.0)],
)  # fmt: skip
def test_scores_are_read(tmp_path: Path, cell: str, score: float) -> None:
    """Points stay points, with point or comma; percentages and fractions become points of the item's range."""
    entry = read_one(tmp_path, cell)
    assert (entry["state"], entry["score"]) == ("ready", score)


@pytest.mark.parametrize("cell", ["abc", "inf", "nan", "-inf", "TRUE", "false", "1e999", "8/0", "8/-1", "#N/A", "--", "10-May",
                                  "1.2.3", "1,2,3", "8 of 10", "clear", "%", "/", "\uff11", "1_000", "0x10"])  # fmt: skip
def test_what_is_no_score_is_an_error(tmp_path: Path, cell: str) -> None:
    """Text, infinity, yes and no, damaged dates and divisions by zero never leave."""
    entry = read_one(tmp_path, cell)
    assert (entry["state"], entry["reason"]) == ("blocked", "score-not-a-number")
    assert math.isnan(entry["score"])


@pytest.mark.parametrize(("cell", "score"), [("80%", 5.0), ("3/5", 4.0), ("4", 4.0)])
def test_shares_fill_the_range(tmp_path: Path, cell: str, score: float) -> None:
    """A share of an item from 1 to 6 starts at 1; plain numbers never move."""
    assert read_one(tmp_path, cell, "Shifted")["score"] == score


def test_plain_numbers_scale_only_when_told(tmp_path: Path) -> None:
    """A column scaled from 24 gives 12 points half of the range, and leaves percentages what they are."""
    scale: Change = lambda columns: columns.scaled("Midterm", 24)  # noqa: E731 - shorter than a function
    scores = [read_one(tmp_path, cell, "Midterm", scale)["score"] for cell in ("12", "50%")]
    assert scores == [50.0, 50.0]


def test_a_share_needs_a_maximum(tmp_path: Path) -> None:
    """A percentage of an item without a maximum is an error, a number is not."""
    checked = check(tmp_path, "ID,Free\nB2,85%\n00123,85\n")
    assert states(checked) == [("blocked", "no-maximum"), ("ready", "")]


@pytest.mark.parametrize(
    ("texts", "comma"),
    [(["1,234"], ""), (["1,234", "12,5"], "decimal"), (["1,234", "1,234.5"], "thousands"), (["0,123"], "decimal"),
     (["12,5", "1,234,567"], ""), (["1.234,5"], "decimal"), (["1,5 %"], "decimal"), (["2,5/10"], "decimal")],
)  # fmt: skip
def test_a_column_tells_what_its_comma_means(texts: list[str], comma: str) -> None:
    """One number that can only be read one way settles the others; two that disagree settle nothing."""
    assert find_comma(texts) == comma


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [("1,234", "decimal", 1.234), ("1,234", "thousands", 1234.0), ("1,234.5", "", 1234.5), ("1.234,5", "", 1234.5),
     ("1.234.567", "", 1234567.0), ("1,234,567", "", 1234567.0), ("1.234", "", 1.234), ("12,5", "thousands", 12.5),
     ("1,23,456", "", None), ("1.234", "decimal", math.nan), ("1,234", "", math.nan),
     ("1 234", "", 1234.0), ("12\u202f345,5", "", 12345.5), ("1\u00a0234.5", "", 1234.5), ("1'234", "decimal", 1234.0),
     ("1\u2019234\u2019567", "", 1234567.0), ("1 23", "", None), ("1 234 56", "", None), ("12 5", "", None)],
)  # fmt: skip
def test_numbers_with_commas(text: str, comma: str, number: float | None) -> None:
    """Thousands and decimals are told apart where they can be, and never guessed."""
    assert (
        read_number(text, comma) == pytest.approx(number, nan_ok=True)
        if number is not None
        else True
    )
    assert (read_number(text, comma) is None) == (number is None)


def test_an_ambiguous_number_is_a_question(tmp_path: Path) -> None:
    """1,234 blocks until the column's comma is decided; an answer that is none settles nothing."""
    text = "ID;Free\nB2;1,234\n"
    answers = {
        value: check(
            tmp_path,
            text,
            lambda columns, value=value: columns.answer("score-ambiguous", "Free", value),
        )
        for value in ("accept", "decimal", "thousands")
    }
    assert found(check(tmp_path, text)) == [(2, "Free", "score-ambiguous", "question")]
    assert states(answers["accept"]) == [("blocked", "score-ambiguous")]
    assert [answers[each].entries["score"][0] for each in ("decimal", "thousands")] == [
        1.234,
        1234.0,
    ]


def test_an_answer_is_one_column_s(tmp_path: Path) -> None:
    """What was answered for one column settles the same question nowhere else."""
    text = "ID;Free;Midterm\nB2;1,234;1,234\n"
    checked = check(
        tmp_path, text, lambda columns: columns.answer("score-ambiguous", "Free", "decimal")
    )
    assert states(checked) == [("ready", ""), ("blocked", "score-ambiguous")]
    accepted = check(
        tmp_path, CANVAS_OF_TWO, lambda columns: columns.answer("maximum-differs", "Quiz 1 (1)")
    )
    assert [state for state, _ in states(accepted)] == ["ready", "blocked"]


def test_every_finding_says_what_to_do(tmp_path: Path) -> None:
    """A finding without a suggestion of its own has that of its check."""
    findings = check(tmp_path, "ID,Quiz 1\nnobody,8\nB2,-1\nF6,11\nC3,5\n").findings
    assert set(findings["code"]) >= {
        "student-unknown",
        "score-below-minimum",
        "score-above-maximum",
        "student-withdrawn",
    }
    assert (findings["suggestion"] != "").all()
    [below] = findings.loc[(findings["code"] == "score-below-minimum").to_numpy(), "suggestion"]
    assert below == CHECKS["score-below-minimum"].fix


@pytest.mark.parametrize(
    ("cells", "answer", "scores"),
    [
        (("12,5", "1.234"), "decimal", [12.5, 1.234]),
        (("12,5", "1.234"), "thousands", [12.5, 1234.0]),
        (("1,234", "1.234"), "decimal", [1.234, 1234.0]),
        (("1,234", "1.234"), "thousands", [1234.0, 1.234]),
    ],
)
def test_an_answer_settles_commas_and_dots(
    tmp_path: Path, cells: tuple[str, str], answer: str, scores: list[float]
) -> None:
    """The answer speaks of the sign in doubt: the dot where the column shows that its comma is decimal."""
    text = "ID;Free\n" + "".join(
        f"{key};{cell}\n" for key, cell in zip(("B2", "F6"), cells, strict=True)
    )
    asked = check(tmp_path, text)
    settled = check(
        tmp_path, text, lambda columns: columns.answer("score-ambiguous", "Free", answer)
    )
    assert "score-ambiguous" in asked.findings["code"].tolist()
    assert (settled.entries["score"].tolist(), settled.counts["ready"]) == (scores, 2)


def test_every_question_can_be_answered() -> None:
    """Each question declares its answers, so that a form can offer them; nothing else has any."""
    with_answers = {code for code, each in CHECKS.items() if each.answers}
    assert with_answers == {code for code, each in CHECKS.items() if each.severity == "question"}


def test_a_blank_cell_leaves_the_grade_alone(tmp_path: Path) -> None:
    """A blank cell, and one that says there is no grade, asks for nothing, whoever's it is."""
    checked = check(tmp_path, "ID,Quiz 1,Poem\nB2,,\nnobody, ,\nB2,N/A,-\n")
    assert states(checked) == [("skipped", "blank")] * 4 + [("skipped", "no-grade")] * 2
    assert len(checked.findings) == 0


def test_clear_takes_the_word_in_capitals(tmp_path: Path) -> None:
    """CLEAR removes score and text score and sets not submitted; in a companion it removes that field."""
    checked = check(
        tmp_path, "ID,Quiz 1,Quiz 1 comment\nB2,CLEAR,CLEAR\n00123,8,CLEAR\nF6,clear,\n"
    )
    columns = ["state", "clears", "score_status", "score"]
    assert checked.entries[columns].astype(object).where(
        checked.entries[columns].notna(), None
    ).to_numpy().tolist() == [
        ["ready", "score,textScore,comment", "not submitted", None],
        ["ready", "comment", None, 8.0],
        ["blocked", "", None, None],
    ]
    assert checked.findings["suggestion"].tolist() == [
        "To take a grade away write CLEAR in capitals."
    ]


def test_tokens_stand_for_fields(tmp_path: Path) -> None:
    """EX, MIS and INC, in any case, set what their table says and no score; a token may set a score."""
    change: Change = lambda columns: columns.model_copy(  # noqa: E731 - shorter than a function
        update={"tokens": {**columns.tokens, "Zero": {"score": 0}}}
    )
    checked = check(tmp_path, "ID,Quiz 1\nB2,EX\n00123,mis\nF6,INC\nG7,zero\n", change)
    columns = ["score_status", "missing", "incomplete"]
    assert checked.entries[columns].to_numpy().tolist() == [
        ["exempt", None, None], ["not submitted", "true", None], [None, None, "true"], [None, None, None],
    ]  # fmt: skip
    assert checked.entries["score"].fillna(-1).tolist() == [-1, -1, -1, 0]


def test_companions_fill_their_fields(tmp_path: Path) -> None:
    """Comment, date, status, letter and flags go with their score."""
    header = "ID,Quiz 1,Quiz 1 comment,Quiz 1 date,Quiz 1 status,Quiz 1 letter,Quiz 1 late,Quiz 1 missing"
    entry = check(
        tmp_path, f"{header}\nB2,8,Well done,2026-05-31,Partially  Graded,B+,yes,0\n"
    ).entries.iloc[0]
    columns = [
        "comment",
        "score_date",
        "score_status",
        "text_score",
        "late",
        "missing",
        "incomplete",
    ]
    assert list(entry[columns]) == [
        "Well done",
        "2026-05-31",
        "partially graded",
        "B+",
        "true",
        "false",
        None,
    ]


def test_a_bad_companion_blocks_its_own_score(tmp_path: Path) -> None:
    """What is wrong beside one score blocks that entry, and not the others of the line."""
    checked = check(tmp_path, "ID,Quiz 1,Quiz 1 late,Quiz 1 status,Midterm\nB2,8,maybe,done,80\n")
    assert states(checked) == [("blocked", "status-unknown,flag-unknown"), ("ready", "")]


def test_status_and_grade_agree(tmp_path: Path) -> None:
    """A status that the grade excludes is asked about; a zero that was not submitted, or an exempt score, is not."""
    text = (
        "ID,Quiz 1,Quiz 1 status,Quiz 1 letter\nB2,8,not submitted,\n00123,CLEAR,fully graded,\nF6,EX,partially graded,\n"
        "C3,CLEAR,,B\n1234567890123456,0,not submitted,\nB2,9,exempt,\n"
    )
    attempts: Change = lambda columns: columns.with_attempts("first")  # noqa: E731 - shorter than a function
    checked = check(tmp_path, text, attempts)
    asked = [place[:2] for place in found(checked) if place[2:] == ("status-disagrees", "question")]
    assert asked == [(2, "Quiz 1"), (3, "Quiz 1"), (4, "Quiz 1"), (5, "Quiz 1")]
    assert states(checked)[4] == ("ready", "")
    accept: Change = lambda columns: columns.answer("status-disagrees", "")  # noqa: E731 - shorter than a function
    assert (
        states(check(tmp_path, text.replace("B2,9,exempt,\n", ""), accept)) == [("ready", "")] * 5
    )


def test_a_comment_without_a_score_is_ready(tmp_path: Path) -> None:
    """A remark about a blank cell asks for that remark only; a date or a "not late" alone asks for nothing."""
    text = "ID,Quiz 1,Quiz 1 comment,Quiz 1 late,Quiz 1 date\nB2,,See me,,\n00123,,,no,2026-05-31\nF6,,,yes,\n"
    entries = check(tmp_path, text).entries
    assert entries["state"].tolist() == ["ready", "skipped", "ready"]
    assert entries["comment"].tolist() == ["See me", None, None]
    assert entries["late"].tolist() == [None, None, "true"]
    assert entries["score_date"].tolist() == [None, None, None]


def test_letters_go_to_text_score(tmp_path: Path) -> None:
    """A column mapped to text score takes any text, and clears only that."""
    change: Change = lambda columns: columns.with_meaning("Quiz 1", means="text_score")  # noqa: E731 - shorter
    entries = check(tmp_path, "ID,Quiz 1\nB2,B+\n00123,85\nF6,CLEAR\nC3,EX\n", change).entries
    assert entries["text_score"].tolist() == ["B+", "85", None, None]
    assert entries["clears"].tolist() == ["", "", "textScore", ""]
    assert entries["score_status"].tolist() == [None, None, None, "exempt"]
    assert entries["score"].isna().all()


@pytest.mark.parametrize(
    ("cell", "date"),
    [("2026-05-31", "2026-05-31"), ("31.05.2026", "2026-05-31"), ("5.6.2026", "2026-06-05"), ("31/5/2026", "2026-05-31"),
     ("5/31/2026", "2026-05-31"), ("4/4/2026", "2026-04-04"), ("2026-05-31 08:05", "2026-05-31T08:05:00+02:00"),
     ("2020-07-06 17:13:14 -0700", "2020-07-06T17:13:14-07:00"), ("2026-01-31T08:05:00Z", "2026-01-31T08:05:00+00:00"),
     ("31.5.26", "2026-05-31"), ("5/31/26", "2026-05-31"), ("05.06.26", "2026-06-05")],
)  # fmt: skip
def test_dates_are_read(tmp_path: Path, cell: str, date: str) -> None:
    """A date stays a date; a time without a zone is meant in the snapshot's."""
    assert check(tmp_path, f"ID,Quiz 1,Quiz 1 date\nB2,8,{cell}\n").entries[
        "score_date"
    ].tolist() == [date]


@pytest.mark.parametrize(
    "cell",
    [
        "yesterday",
        "2026-02-30",
        "31/31/2026",
        "20260531",
        "2026-05-31T25:00",
        "26-05-06",
        "13-05-26",
        "26/05/06",
        "1/2/99",
        "1/2/126",
    ],
)
def test_what_is_no_date_is_an_error(tmp_path: Path, cell: str) -> None:
    """A cell that holds no date blocks its entry."""
    checked = check(tmp_path, f"ID,Quiz 1,Quiz 1 date\nB2,8,{cell}\n")
    assert (found(checked), states(checked)) == (
        [(2, "Quiz 1 date", "date-not-a-date", "error")],
        [("blocked", "date-not-a-date")],
    )


def test_day_and_month_are_never_guessed(tmp_path: Path) -> None:
    """05/06/2026 is a question unless another date of the column tells which is the day."""
    text = "ID,Quiz 1,Quiz 1 date\nB2,8,05/06/2026\n"
    answer: Change = lambda columns: columns.answer("date-ambiguous", "Quiz 1 date", "month-first")  # noqa: E731 - shorter
    assert found(check(tmp_path, text)) == [(2, "Quiz 1 date", "date-ambiguous", "question")]
    assert check(tmp_path, text, answer).entries["score_date"].tolist() == ["2026-05-06"]
    both = check(tmp_path, text + "00123,8,13/06/2026\n").entries["score_date"].tolist()
    two = "ID,Quiz 1,Quiz 1 date,Midterm,Midterm date\nB2,8,05/06/2026,9,05/06/2026\n"
    assert states(check(tmp_path, two, answer)) == [("ready", ""), ("blocked", "date-ambiguous")]
    assert (both, find_day_first(["13/06/2026", "06/13/2026"])) == (
        ["2026-06-05", "2026-06-13"],
        None,
    )


def test_students_that_are_not_found_block_their_own(tmp_path: Path) -> None:
    """Unknown, missing and ambiguous students block their entries and no others."""
    checked = check(tmp_path, "ID,Quiz 1\nB2,8\nB22,8\n,8\nG7,8\n")
    assert states(checked) == [
        ("ready", ""), ("blocked", "student-unknown"), ("blocked", "student-unknown"), ("blocked", "student-ambiguous"),
    ]  # fmt: skip
    assert checked.findings["message"].tolist() == [
        "Nobody has the identifier 'B22'.",
        "The row has grades but no student's id.",
        "'G7' may be Gus Example (G7) or Hal Example (G7).",
    ]
    assert (
        checked.findings["suggestion"]
        .tolist()[0]
        .startswith("Perhaps Ben Example (B2)? Pick the student in step 3")
    )


def test_mangled_ids_are_named(tmp_path: Path) -> None:
    """An id that became a number is never guessed, but the student of that number is suggested."""
    checked = check(tmp_path, "ID,Quiz 1\nB2,8\n123.0,8\n1.23E+15,8\n")
    assert states(checked)[1:] == [("blocked", "id-mangled")] * 2
    assert checked.findings["suggestion"].str.partition(" Pick")[0].tolist() == [
        "Perhaps Ada Example (00123)?", "Perhaps Eve Example (1234567890123456)?",
    ]  # fmt: skip


def test_ids_that_lost_their_zeros_are_known_again(tmp_path: Path) -> None:
    """A number without its zeros, and one written with a comma, suggest the student of that number; nobody is guessed."""
    checked = check(tmp_path, "ID;Quiz 1\nB2;8\nF6;8\n00123;8\n123;8\n1,23E+15;8\n123,0;8\n")
    assert states(checked)[3:] == [
        ("blocked", code) for code in ("student-unknown", "id-mangled", "id-mangled")
    ]
    assert checked.findings["suggestion"].str.partition(" Pick")[0].tolist() == [
        "Perhaps Ada Example (00123)?", "Perhaps Eve Example (1234567890123456)?", "Perhaps Ada Example (00123)?",
    ]  # fmt: skip


def test_usernames_in_two_spellings_are_one_student(tmp_path: Path) -> None:
    """Where case never counts, two spellings are two grades of one student, and none of them is sent."""
    checked = check(tmp_path, "Username,Quiz 1\nx,8\nX,9\n")
    assert states(checked) == [("blocked", "duplicate-entry")] * 2


def test_names_alone_find_nobody(tmp_path: Path) -> None:
    """A sheet of names is told that it needs ids."""
    checked = check(tmp_path, "Name,Quiz 1\nAda Example,8\n")
    assert states(checked) == [("blocked", "no-student-column")]
    assert "Nobody is found by name alone" in checked.findings["suggestion"][0]


@pytest.mark.parametrize(
    ("cell", "fraction"),
    [("8-Oct", "8/10 or 10/8"), ("10-May", "5/10 or 10/5"), ("Oct-10", "10/10"), ("2026-10-08T00:00:00", "8/10 or 10/8"),
     ("8/10/2026", "8/10 or 10/8"), ("08.10.2026", "8/10 or 10/8")],
)  # fmt: skip
def test_dates_that_were_fractions_are_named(tmp_path: Path, cell: str, fraction: str) -> None:
    """A date under a score column is never a score, and the fractions that it may have been are told."""
    checked = check(tmp_path, f"ID,Quiz 1\nB2,{cell}\n")
    assert states(checked) == [("blocked", "score-not-a-number")]
    assert checked.findings["message"][0] == f"{cell!r} is a date, and not a score."
    assert f" {fraction}: " in checked.findings["suggestion"][0]


def test_students_outside_the_class(tmp_path: Path) -> None:
    """Who has left the class is a warning; who never was in it is an error; another case is a warning."""
    checked = check(tmp_path, "ID,Quiz 1,Midterm\nC3,8,80\nD4,8,\nb2,8,\nF6,8,80\n")
    assert found(checked) == [
        (2, "ID", "student-withdrawn", "warning"),
        (3, "Quiz 1", "student-not-in-class", "error"),
        (4, "ID", "student-case", "warning"),
    ]
    assert checked.entries["state"].tolist() == [
        "ready",
        "ready",
        "blocked",
        "skipped",
        "ready",
        "skipped",
        "ready",
        "ready",
    ]


def test_unknown_line_item_is_an_error(tmp_path: Path) -> None:
    """A column whose line item is not known blocks its entries, and says what comes near."""
    checked = check(tmp_path, "ID,Quiz 11,Quiz 1\nB2,8,8\n")
    assert states(checked) == [("blocked", "line-item-unknown"), ("ready", "")]
    assert checked.findings[["message", "suggestion"]].to_numpy().tolist() == [
        [
            "No line item is called 'Quiz 11'; did you mean 'Quiz 1'?",
            "Perhaps 'Quiz 1'? Choose the line item in step 3 of the form, or ignore the column there (--line-item and --ignore on "
            "the command line, with_meaning in Python).",
        ]
    ]
    gone = check(
        tmp_path, "ID,Poem\nB2,8\n", lambda columns: columns.with_meaning("Poem", line_item="l9")
    )
    assert gone.findings["message"].tolist() == [
        "The gradebook's classes have no line item with the id 'l9'."
    ]


def test_two_cells_for_one_grade_are_both_blocked(tmp_path: Path) -> None:
    """Two rows of one student are an error at each, naming both lines; blank cells do not count."""
    checked = check(tmp_path, "ID,Quiz 1,Midterm\nB2,8,\nF6,7,70\nB2,9,80\n")
    assert states(checked)[0] == states(checked)[4] == ("blocked", "duplicate-entry")
    assert checked.counts == {"ready": 3, "skipped": 1, "blocked": 2}
    assert set(checked.findings["message"]) == {
        "Ben Example has 2 grades for 'Quiz 1': line 2 (Quiz 1), line 4 (Quiz 1)."
    }


def test_two_columns_for_one_line_item_are_duplicates(tmp_path: Path) -> None:
    """Two columns that are mapped to one line item block the students who have a grade in both."""
    change: Change = lambda columns: columns.with_meaning("Quiz 1 #2", line_item="l1")  # noqa: E731 - shorter
    checked = check(tmp_path, "ID,Quiz 1,Quiz 1\nB2,8,9\nF6,8,\n", change)
    assert checked.entries["state"].tolist() == ["blocked", "blocked", "ready", "skipped"]


def test_range_of_the_line_item(tmp_path: Path) -> None:
    """Below the minimum blocks, above the maximum warns, the bounds are within, and an item without a range takes anything."""
    checked = check(tmp_path, "ID,Quiz 1,Free\nB2,-1,\nF6,11,900\n")
    assert found(check(tmp_path, "ID,Quiz 1,Free\nB2,10,0\nF6,0,5\n")) == []
    assert found(checked) == [
        (2, "Quiz 1", "score-below-minimum", "error"), (3, "Quiz 1", "score-above-maximum", "warning"),
    ]  # fmt: skip
    assert checked.entries["state"].tolist() == ["blocked", "skipped", "ready", "ready"]


CANVAS = (
    "Student,ID,SIS User ID,Section,Quiz 1 (1)\nPoints Possible,,,,20\nBen,1,B2,A,8\nFay,2,F6,A,\n"
)


CANVAS_OF_TWO = "Student,ID,SIS User ID,Section,Quiz 1 (1),Midterm (2)\nPoints Possible,,,,20,50\nBen,1,B2,A,8,9\n"


def test_what_scaling_does_is_shown(tmp_path: Path) -> None:
    """The first number above zero is the example, scaled already or not; without a number or a maximum there is none."""
    text = 'ID;Quiz 1\nB2;0\nA1;"80%"\nF6;"1,5"\n'
    plain = check(tmp_path, text)
    scaled = check(tmp_path, text, lambda columns: columns.scaled("Quiz 1", 3))
    assert scaled.entries["score"][2] == 5
    for checked in (plain, scaled):
        assert str(show_scale(checked, SCHOOL, "Quiz 1", 3)) == "1,5 becomes 5"
        assert show_scale(checked, SCHOOL, "ID", 3) is None
    assert show_scale(check(tmp_path, "ID;Quiz 1\nB2;EX\n"), SCHOOL, "Quiz 1", 3) is None
    again = check_entries(plain.sheet, scaled.columns.unscaled("Quiz 1"), SCHOOL)
    assert again.entries["score"][2] == 1.5


def test_an_answer_is_taken_back(tmp_path: Path) -> None:
    """A question whose answer is taken back is asked anew; other answers stay."""
    columns = check(tmp_path, CANVAS).columns
    answered = columns.answer("maximum-differs", "Quiz 1 (1)").answer("wrong-maxima", "")
    assert answered.unanswered("maximum-differs", "Quiz 1 (1)") == columns.answer(
        "wrong-maxima", ""
    )


def test_another_maximum_is_a_question(tmp_path: Path) -> None:
    """A sheet's maximum that is not the line item's blocks the column, until accepted or scaled."""
    asked = check(tmp_path, CANVAS)
    accepted = check(
        tmp_path, CANVAS, lambda columns: columns.answer("maximum-differs", "Quiz 1 (1)")
    )
    scaled = check(tmp_path, CANVAS, lambda columns: columns.scaled("Quiz 1 (1)", 20))
    assert found(asked) == [(0, "Quiz 1 (1)", "maximum-differs", "question")]
    assert states(asked) == [("blocked", "maximum-differs"), ("skipped", "blank")]
    assert (found(accepted)[0][3], accepted.entries["score"][0], states(accepted)[0][0]) == (
        "info",
        8.0,
        "ready",
    )
    assert (len(scaled.findings), scaled.entries["score"][0]) == (0, 4.0)
    assert len(check(tmp_path, CANVAS.replace("20", "10.00")).findings) == 0


def test_shares_that_pose_as_points_are_a_question(tmp_path: Path) -> None:
    """All scores at most 1 on an item of 100 points is asked about; all zero is not."""
    text = "ID,Midterm\nB2,0.8\nF6,1\n"
    checked = check(tmp_path, text)
    assert found(checked) == [(0, "Midterm", "all-at-most-one", "question")]
    assert len(check(tmp_path, "ID,Midterm\nB2,0.8\n").findings) == 0
    assert checked.counts["blocked"] == 2
    assert (
        check(tmp_path, text, lambda columns: columns.answer("all-at-most-one", "")).counts["ready"]
        == 2
    )
    assert len(check(tmp_path, "ID,Midterm\nB2,0\nF6,0\n00123,0\n").findings) == 0


def test_percents_that_pose_as_points_are_a_question(tmp_path: Path) -> None:
    """Most scores above the maximum are asked about; scaled from 100 they are points; a few are extra credit."""
    text = "ID,Quiz 1\nB2,85\nF6,70\n00123,9\n"
    checked = check(tmp_path, text)
    asked = [each for each in found(checked) if each[3] == "question"]
    assert asked == [(0, "Quiz 1", "most-above-maximum", "question")]
    assert checked.counts["blocked"] == 3
    assert (
        checked.findings["message"][0]
        == "Most of the 3 scores of 'Quiz 1' are above its 10 points."
    )
    accepted = check(tmp_path, text, lambda columns: columns.answer("most-above-maximum", "Quiz 1"))
    assert accepted.counts["ready"] == 3
    percents = check(tmp_path, text, lambda columns: columns.scaled("Quiz 1", 100))
    assert percents.entries["score"].tolist() == [8.5, 7, 0.9]
    share = check(tmp_path, text, lambda columns: columns.scaled("Quiz 1", 1))
    assert found(share)[0] == (0, "Quiz 1", "most-above-scale", "question")
    assert share.findings["message"][0] == (
        "Most of the 3 scores of 'Quiz 1' are above the 1 that they are scaled from, to 10 points."
    )
    assert share.counts["blocked"] == 3
    more = check(
        tmp_path,
        text,
        lambda columns: columns.scaled("Quiz 1", 1).answer("most-above-scale", "Quiz 1"),
    )
    assert more.counts["ready"] == 3
    assert "most-above-scale" not in set(percents.findings["code"])
    extra = check(tmp_path, "ID,Quiz 1\nB2,11\nF6,12\n00123,9\nA1,8\n")
    assert [each[2] for each in found(extra) if each[3] == "question"] == []


def test_shares_are_asked_about_for_each_line_item(tmp_path: Path) -> None:
    """In a long sheet the shares of one line item are noticed beside the points of another."""
    checked = check(tmp_path, "ID,Assignment,Score\nB2,Midterm,0.8\nF6,Midterm,1\nB2,Quiz 1,8\n")
    assert found(checked) == [(0, "Score", "all-at-most-one", "question")]
    assert (
        checked.findings["message"][0]
        == "All 2 scores of 'Midterm' are at most 1, of 100 possible points."
    )


def test_long_sheets(tmp_path: Path) -> None:
    """In a long sheet each row names its line item; unknown ones block their row, and can be matched by hand."""
    text = "ID,Assignment,Score,Max Points,Comment\nB2,quiz 1,8,10,good\nB2,Midterm,80,90,\nF6,Poem,8,,\n"
    checked = check(tmp_path, text)
    assert checked.entries["line_item"].tolist() == ["l1", "l2", ""]
    assert found(checked) == [
        (3, "Score", "maximum-differs", "question"), (4, "Assignment", "line-item-unknown", "error"),
    ]  # fmt: skip
    assert (checked.entries["comment"][0], checked.entries["class_id"][0]) == ("good", "algebra-1")
    matched = check(tmp_path, text, lambda columns: columns.match_line_item("Poem", "l3"))
    assert matched.entries["line_item"].tolist() == ["l1", "l2", "l3"]


def test_sheets_without_key_or_scores_say_so(tmp_path: Path) -> None:
    """Without a student column everything is blocked by one finding; without scores there is one too."""
    no_key = check(tmp_path, "Name,Quiz 1\nAda Example,8\nBen Example,9\n")
    no_score = check(tmp_path, "ID,Hair\nB2,red\n")
    assert (found(no_key), no_key.counts["blocked"]) == ([(0, "", "no-student-column", "error")], 2)
    assert (found(no_score), len(no_score.entries)) == ([(0, "", "no-score-column", "error")], 0)


def test_columns_that_are_not_mapped_are_named(tmp_path: Path) -> None:
    """A column that saved columns do not know is a warning, but not if a receipt added it."""
    old = read_sheet(write_sheet(tmp_path, "ID,Quiz 1\nB2,8\n"))
    new = read_sheet(write_sheet(tmp_path, "ID,Quiz 1,Quiz 2,gradetools_state\nB2,8,9,failed\n"))
    checked = check_entries(new, suggest_columns(old, SCHOOL), SCHOOL)
    assert found(checked) == [(0, "Quiz 2", "column-unmapped", "warning")]


def test_remarks_that_are_not_sent_are_told(tmp_path: Path) -> None:
    """Remarks that no score column is named for are a warning that blocks nothing, until they are said to be ignored."""
    text = "ID,Quiz 1,Midterm,Comments\n00123,8,9,Neat\nB2,7,8,\nF6,7,8,Mind it\n"
    checked = check(tmp_path, text)
    assert found(checked) == [(0, "Comments", "remarks-not-sent", "warning")]
    assert checked.findings["message"].tolist() == [
        "2 remarks in 'Comments' are not sent: the header names no score column that they could belong to."
    ]
    assert checked.counts == {"ready": 6, "skipped": 0, "blocked": 0}
    ignored = check(tmp_path, text, lambda each: each.with_meaning("Comments", means="ignored"))
    taken = check(
        tmp_path,
        text,
        lambda each: each.with_meaning("Comments", means="comment", belongs_to="Quiz 1"),
    )
    one = check(tmp_path, "ID,Quiz 1,Comments\n00123,8,Neat\nB2,7,\n")
    assert [found(each) for each in (ignored, taken, one)] == [[], [], []]


def test_remarks_are_known_by_what_stands_in_them(tmp_path: Path) -> None:
    """Most sentences, hardly one twice, are remarks under any header; names, schools, addresses and emails are none."""
    rows = {
        "Said": ("Good sources, thin end", "See me.", "Ill, writes on Friday."),
        "Advisor": ("Ada van Example", "Ben Example", "Ms Cleo Example"),
        "School": ("Faculty of fine arts", "Faculty of fine arts", "Faculty of fine arts"),
        "Street": ("12 Old Main Street", "13 Old Main Street", "1 New Road"),
        "Sent to": ("ada@example.org", "ben.example@example.org", "cleo@example.org"),
        "Colour": ("red", "blue", "green"),
        "gradetools_message": ("It is not a score.", "It is not one.", "Nor is this one."),
    }
    lines = [",".join(["ID", "Quiz 1", *rows])]
    for line, student in enumerate(("00123", "B2", "F6")):
        lines.append(",".join([student, "8", *(f'"{each[line]}"' for each in rows.values())]))
    checked = check(tmp_path, "\n".join(lines))
    assert found(checked) == [(0, "Said", "remarks-not-sent", "warning")]


def test_everything_is_said_at_once(tmp_path: Path) -> None:
    """An entry with several faults lists them all, and each blocked entry has its sentences."""
    checked = check(tmp_path, "ID,Poem,Quiz 1\nnobody,x,8\nB2,7,8\n")
    assert states(checked) == [
        ("blocked", "line-item-unknown,student-unknown,score-not-a-number"), ("blocked", "student-unknown"),
        ("blocked", "line-item-unknown"), ("ready", ""),
    ]  # fmt: skip
    assert checked.messages == {
        0: "No line item is called 'Poem'. Nobody has the identifier 'nobody'. 'x' is not a score.",
        1: "Nobody has the identifier 'nobody'.",
        2: "No line item is called 'Poem'.",
    }


def test_outside_canvas_export(shared: Path) -> None:
    """The outside Canvas file gives twelve ready entries, and its letter grades none."""
    ids = ["A16000000", "A12345678", "A10000000", "A22222222", "U1", "U2", "U3"]
    titles = [("Lab 01", 10), ("Midterm Exam", 24), ("Final Exam", 30), ("Module 2 Quiz: Data", 100),
              ("Case Study 3: Engine Efficiency and MSRP", 50), ("Case Study 4: New Technology", 50)]  # fmt: skip
    snapshot = make_snapshot(
        [make_student(f"s{text}", identifier=text) for text in ids],
        [make_line_item(f"l{title}", title, float(high)) for title, high in titles],
    )
    counts = []
    for name in ("gradelib-canvas", "root-account-letter-grades"):
        sheet = read_sheet(shared / "sheets" / "canvas" / f"{name}.csv")
        counts.append(check_entries(sheet, suggest_columns(sheet, snapshot), snapshot).counts)
    assert counts == [
        {"ready": 12, "skipped": 0, "blocked": 0}, {"ready": 3, "skipped": 6, "blocked": 0},
    ]  # fmt: skip


def test_docs_list_every_check() -> None:
    """The table in docs/checks.md is the list of checks, word for word."""
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    table = [line for line in page.splitlines() if line.startswith("| `")]
    assert table == [
        f"| `{each.code}` | {each.severity} | {each.means} | {each.fix} |"
        for each in CHECKS.values()
    ]


def test_a_sheet_without_students_may_state_maxima(tmp_path: Path) -> None:
    """A long sheet whose only row is blank has no entries, also with a column of maxima."""
    checked = check(tmp_path, "ID,Assignment,Score,Points Possible\n,,,\n")
    assert len(checked.entries) == 0


WORDS = st.sampled_from(
    ["ID", "Email", "Student", "Name", "Quiz 1", "Midterm", "Quiz 1 comment", "Quiz 1 date", "Assignment", "Score", "Late",
     "Section", "Poem", "", "gradetools_state", "Points Possible"]
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(["", "B2", "b2", "00123", "123.0", "G7", "8", "8.5", "1,234", "12,5", "85%", "8/10", "EX", "N/A", "CLEAR",
                     "x", "inf", "-3", "1e400", "05/06/2026", "2026-05-31", "yes", "Quiz 1", '="00123"', "'=x"]),
    st.text(max_size=4),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    header=st.lists(WORDS, min_size=2, max_size=6),
    rows=st.lists(st.lists(TEXTS, max_size=6), min_size=1, max_size=6),
)
def test_any_sheet_is_checked(header: list[str], rows: list[list[str]]) -> None:
    """Whatever a sheet holds, each entry has one state, and only what is unsaid of it is ready."""
    cells = Cells(make_frame([header, *rows]), "grades.csv", "csv", {})
    try:
        recognition = recognise(cells)
    except SheetError:
        return
    sheet = Sheet(cells, recognition, describe(cells, recognition))
    columns = suggest_columns(sheet, SCHOOL)
    checked = check_entries(sheet, columns, SCHOOL)
    students = int((sheet.roles == "student").sum())
    assert (
        len(checked.entries)
        == students * len(columns.score_columns)
        == sum(checked.counts.values())
    )
    ready = checked.entries[checked.entries["state"] == "ready"]
    assert (ready["student"] != "").all()
    assert (ready["line_item"] != "").all()
    assert set(checked.messages) == set(
        checked.entries.index[checked.entries["state"] == "blocked"]
    )
    fields = ready[
        ["score", "text_score", "score_status", "comment", "late", "missing", "incomplete"]
    ]
    assert (fields.notna().any(axis="columns") | (ready["clears"] != "")).all()
    assert not ready["score"].isin([math.inf, -math.inf]).any()
    assert isinstance(checked.findings, pd.DataFrame)


def test_the_wrong_class_is_asked_about_first(tmp_path: Path) -> None:
    """Where fewer than half of at least four students are in the class, one question comes first and blocks the sheet."""
    text = "ID,Quiz 1\nB2,8\nD4,8\nX1,8\nX2,8\n"
    asked = check(tmp_path, text)
    accepted = check(tmp_path, text, lambda columns: columns.answer("wrong-class", ""))
    assert found(asked)[0] == (0, "", "wrong-class", "question")
    assert asked.findings["message"][0] == (
        "Only 1 of 4 students of this sheet is in Algebra 1; is it the right file and the right class?"
    )
    assert sorted(asked.findings["code"][1:]) == ["student-not-in-class", "student-unknown", "student-unknown"]  # fmt: skip
    assert (asked.counts["blocked"], accepted.counts["blocked"]) == (4, 3)
    none = check(tmp_path, "ID,Poem\nX1,8\nX2,8\nX3,8\nX4,8\n")
    assert none.findings["message"][0].startswith("None of 4 students of this sheet are in the classes")  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["ID,Quiz 1\nX1,8\nX2,8\nX3,8\n", "ID,Quiz 1\nX1,8\nX2,8\nB2,8\nF6,8\n", "ID,Quiz 1\nX1,\nX2,\nX3,\nX4,\nB2,8\n",
     "ID,Assignment,Score\nB2,Quiz 1,8\nF6,Midterm,8\nX1,Quiz 1,8\nX2,Quiz 1,8\nX2,Midterm,8\nX2,Poem,8\n"],
)  # fmt: skip
def test_half_of_the_students_are_enough(tmp_path: Path, text: str) -> None:
    """Three students tell nothing, half of them are no wrong class, and rows without grades or repeated do not count."""
    assert "wrong-class" not in set(check(tmp_path, text).findings["code"])


MAXIMA = "Student,ID,SIS User ID,Section,Quiz 1 (1),Midterm (2),Shifted (3)\nPoints Possible,,,,{},{},{}\nBen,1,B2,A,1,2,3\n"


@pytest.mark.parametrize(
    ("stated", "high", "told"),
    [("1,000", 1000.0, ""), ("1,000", 1.0, ""), ("1,000", 100.0, "1000"), ("1.000,0", 100.0, "1000"), ("1 000", 1000.0, ""),
     ("12,500", 12.5, ""), ("12,500", 100.0, "12500"), ("many", 100.0, "")],
)  # fmt: skip
@pytest.mark.parametrize("long", [False, True])
def test_a_maximum_in_doubt_is_compared(
    tmp_path: Path, stated: str, high: float, told: str, *, long: bool
) -> None:
    """A stated maximum with a comma is the line item's if it can be, and else a thousand that is asked about."""
    school = make_snapshot([make_student("B2")], [make_line_item("l1", "Big", high)])
    wide_text = f"ID;Big\nOut of;{stated}\nB2;0,5\n"
    text = f"ID;Assignment;Score;Out of\nB2;Big;0,5;{stated}\n" if long else wide_text
    sheet = read_sheet(write_sheet(tmp_path, text))
    checked = check_entries(sheet, suggest_columns(sheet, school), school)
    asked = checked.findings[(checked.findings["code"] == "maximum-differs").to_numpy()]
    assert [f" is {told}, but 'Big' goes up to {high:g}." in each for each in asked["message"]] == (
        [True] if told else []
    )


@pytest.mark.parametrize(
    ("cell", "flag"),
    [("ja", "true"), ("Oui", "true"), ("sí", "true"), ("X", "true"), ("nein", "false"), ("NON", "false"), ("não", "false")],
)  # fmt: skip
def test_flags_are_read_in_the_languages_of_the_headers(
    tmp_path: Path, cell: str, flag: str
) -> None:
    """Yes and no are understood as far as headers are."""
    checked = check(tmp_path, f"ID,Quiz 1,Quiz 1 late\nB2,8,{cell}\n")
    assert checked.entries["late"].tolist() == [flag]


def test_other_maxima_are_asked_about_first(tmp_path: Path) -> None:
    """Where most columns, of at least three, state another maximum, the file itself is asked about; scaled ones do not count."""
    text = MAXIMA.format(20, 50, 6)
    asked = check(tmp_path, text)
    accepted = check(tmp_path, text, lambda columns: columns.answer("wrong-maxima", ""))
    scaled = check(tmp_path, text, lambda columns: columns.scaled("Quiz 1 (1)", 20))
    assert found(asked)[0] == (0, "", "wrong-maxima", "question")
    assert asked.findings["message"][0].startswith("2 of 3 score columns state another maximum")
    assert (asked.counts["blocked"], accepted.counts["blocked"]) == (3, 2)
    assert "wrong-maxima" not in set(scaled.findings["code"])
    assert "wrong-maxima" not in set(check(tmp_path, MAXIMA.format(20, 100, 6)).findings["code"])


def test_a_score_far_above_the_maximum_is_no_extra_credit(tmp_path: Path) -> None:
    """85 on a line item of 10 is a question, which "accept" settles; 11 is a warning, and there is nothing to do."""
    text = "ID,Quiz 1\n00123,85\nB2,11\n"
    checked = check(tmp_path, text)
    assert found(checked) == [
        (2, "Quiz 1", "score-far-above-maximum", "question"),
        (3, "Quiz 1", "score-above-maximum", "warning"),
    ]
    assert (checked.counts["blocked"], checked.counts["ready"]) == (1, 1)
    assert "right line item" in checked.findings["suggestion"].iloc[0]
    accepted = check(
        tmp_path, text, lambda columns: columns.answer("score-far-above-maximum", "Quiz 1")
    )
    assert accepted.counts["ready"] == 2


@pytest.mark.parametrize(
    ("first", "last", "slid"), [("", "7", True), ("8", "7", False), ("", "", False)]
)
def test_scores_that_slid_down_are_told(
    tmp_path: Path, first: str, last: str, *, slid: bool
) -> None:
    """Where the first student has no score and the last score no student, all of the column may have slid."""
    text = f"Student ID;Quiz 1\n00123;{first}\nB2;9\n"
    checked = check(tmp_path, f"{text};{last}\n" if last else text)
    told = " ".join(checked.findings["message"])
    assert ("no score in 'Quiz 1': all of it may have slid down by a row" in told) is slid
