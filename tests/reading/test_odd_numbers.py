"""One number written in another way than the rest of its column is told before it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import Checked, check_entries
from gradetools.columns import suggest_columns
from gradetools.sheet import read_sheet

CODES = ("number-among-percents", "fraction-among-scores")
PERCENTS = ("62%", "64%", "71%", "80 %", "95%")


def check(folder: Path, cells: tuple[str, ...], high: float = 100.0, **change: float) -> Checked:
    """Check a column of these cells."""
    school = make_snapshot(
        [make_student(f"s{n}", identifier=f"00{n}") for n in range(len(cells))],
        [make_line_item("l1", "Midterm", high, **change)],
    )
    rows = "".join(f"00{n};{cell}\n" for n, cell in enumerate(cells))
    sheet = read_sheet(write_sheet(folder, f"ID;Midterm\n{rows}"))
    return check_entries(sheet, suggest_columns(sheet, school), school)


def find_codes(checked: Checked) -> list[tuple[int, str]]:
    """Give line and code of each number that was told."""
    found = zip(checked.findings["line"], checked.findings["code"], strict=True)
    return [(int(line), code) for line, code in found if code in CODES]


@pytest.mark.parametrize(
    ("cells", "high", "told"),
    [
        (("0.5", *PERCENTS), 100.0, "number-among-percents"),
        (("0,5", *PERCENTS), 100.0, "number-among-percents"),
        (("8", *PERCENTS), 10.0, "number-among-percents"),
        (("62", *PERCENTS), 20.0, "number-among-percents"),
        (("0.65", "62", "84", "71", "0", "90", "55"), 100.0, "fraction-among-scores"),
        (("0,65", "62%", "84", "71%", "90", "55"), 100.0, "fraction-among-scores"),
        (("0.9", "7", "8,5", "9", "10", "6"), 10.0, "fraction-among-scores"),
        (("0.5", *["62"] * 20, "9"), 100.0, "fraction-among-scores"),
    ],
)
def test_an_odd_number_is_told(
    tmp_path: Path, cells: tuple[str, ...], high: float, told: str
) -> None:
    """The first cell is told: a number among percents, or a fraction among scores that are far higher."""
    assert find_codes(check(tmp_path, cells, high)) == [(2, told)]


@pytest.mark.parametrize(
    ("cells", "high"),
    [
        (("62", *PERCENTS), 100.0),
        (("0", *PERCENTS), 20.0),
        (("8", *PERCENTS[1:]), 10.0),
        (("8", "7", *PERCENTS), 10.0),
        (("8/10", *PERCENTS), 100.0),
        (("0.65", "62", "84", "71", "55"), 100.0),
        (("0.65", "0.5", "62", "84", "71", "90", "55"), 100.0),
        (("0.5", "1", "2", "1.5", "3", "8", "9"), 10.0),
        (("0.5", *["62"] * 10, "9"), 100.0),
        (("0.5", "3", "4", "3.5", "5", "4"), 5.0),
        (("1", "62", "84", "71", "90", "55"), 100.0),
        (("0.65", "0", "0", "0", "0", "0", "84"), 100.0),
        (("0.65", "0.8", "0.7", "1", "0.5", "0.9"), 100.0),
    ],
)
def test_other_numbers_are_left_alone(tmp_path: Path, cells: tuple[str, ...], high: float) -> None:
    """What would be the same score, stands beside too few or mixed others, or low ones, is as likely meant."""
    assert find_codes(check(tmp_path, cells, high)) == []


def test_a_number_among_percents_waits_for_an_answer(tmp_path: Path) -> None:
    """It says what it would be and what to write; it alone is blocked, and sent as points once that is answered."""
    asked = check(tmp_path, ("0.5", *PERCENTS))
    assert asked.findings[["message", "suggestion"]].to_numpy().tolist() == [
        ["0.5 has no %, unlike the other scores of 'Midterm': it is read as 0.5 of 100 points.",
         'Write 50% if that is meant, or answer "accept" if it is points.']
    ]  # fmt: skip
    assert asked.counts == {"ready": 5, "skipped": 0, "blocked": 1}
    answered = asked.columns.answer("number-among-percents", "Midterm", "accept")
    sheet = asked.sheet
    school = make_snapshot(
        [make_student(f"s{n}", identifier=f"00{n}") for n in range(6)],
        [make_line_item("l1", "Midterm", 100.0)],
    )
    assert check_entries(sheet, answered, school).counts["ready"] == 6
    corrected = check_entries(sheet.with_cell(2, "Midterm", "50%"), asked.columns, school)
    assert (corrected.counts["ready"], corrected.entries["score"][0]) == (6, 50.0)


def test_a_lone_fraction_is_a_warning(tmp_path: Path) -> None:
    """It says what it would be and what to write, and blocks nothing; a column that is scaled has only shares."""
    checked = check(tmp_path, ("0.57", "62", "84", "71", "90", "55"))
    assert checked.warnings == {
        0: "0.57 is read as 0.57 of 100 points, and the other scores of 'Midterm' are far higher."
    }
    assert checked.findings["suggestion"].tolist() == [
        "Write 57% if it is a share; nothing, if it is points."
    ]
    assert checked.counts["ready"] == 6


def test_items_are_looked_at_one_by_one(tmp_path: Path) -> None:
    """In a long sheet one line item's percents say nothing of another's points."""
    school = make_snapshot(
        [make_student(f"s{n}", identifier=f"00{n}") for n in range(6)],
        [make_line_item("l1", "Midterm", 100.0), make_line_item("l2", "Quiz", 10.0)],
    )
    rows = [f"00{n};Midterm;{cell}\n" for n, cell in enumerate(("0.5", *PERCENTS))]
    rows += [f"00{n};Quiz;{cell}\n" for n, cell in enumerate(("0.5", "1", "2", "3", "4", "5"))]
    path = write_sheet(tmp_path, f"ID;Assignment;Score\n{''.join(rows)}")
    sheet = read_sheet(path)
    checked = check_entries(sheet, suggest_columns(sheet, school), school)
    assert find_codes(checked) == [(2, "number-among-percents")]


HIGH = st.integers(10, 100).map(str) | st.floats(10, 100).map(lambda number: f"{number:.2f}")
FRACTION = st.integers(1, 99).map(lambda number: f"{number / 100:g}")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(scores=st.lists(HIGH, min_size=5, max_size=15), fraction=FRACTION, as_percents=st.booleans())
def test_one_fraction_is_told_and_two_or_none_are_not(
    tmp_path: Path, scores: list[str], fraction: str, *, as_percents: bool
) -> None:
    """Beside scores of ten points or more, or percents, one fraction is told; without it nothing is, nor of two beside scores."""
    others = tuple(f"{score}%" if as_percents else score for score in scores)
    told = CODES[0] if as_percents else CODES[1]
    assert find_codes(check(tmp_path, (fraction, *others))) == [(2, told)]
    assert find_codes(check(tmp_path, others)) == []
    if not as_percents:
        assert find_codes(check(tmp_path, (fraction, "0.5", *others))) == []
