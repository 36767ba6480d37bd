"""One number written in another way than the rest of its column is told before it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import Checked, check_entries
from gradetools.checks.registry import MOST_TOLD
from gradetools.columns import suggest_columns
from gradetools.sheet import read_sheet

CODES = ("number-among-percents", "fraction-among-scores", "fraction-or-date")
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
        (("0.5", *["62"] * 10, "9"), 100.0, "fraction-among-scores"),
        (("0.65", "1.05", "84", "71"), 100.0, "fraction-among-scores"),
        (("0.65", "84"), 100.0, "fraction-among-scores"),
        (("0.65", "0", "0", "0", "0", "1", "84"), 100.0, "fraction-among-scores"),
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
        (("45/50", *PERCENTS), 100.0),
        (("0.5", "1", "2", "1.5", "3", "8", "9"), 10.0),
        (("0.5", "1", "1.5", "2"), 10.0),
        (("0.5", "1", "2", "3", "4", "5"), 10.0),
        (("0.5", "1", "1.5"), 10.0),
        (("0.5", *["62"] * 10, "9", "8"), 100.0),
        (("0.5", "3", "4", "3.5", "5", "4"), 5.0),
        (("1", "62", "84", "71", "90", "55"), 100.0),
        (("0.65", "0.8", "0.7", "1", "0.5", "0.9"), 100.0),
        (("0.65", "0", "1", "1"), 100.0),
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


@pytest.mark.parametrize(
    "cells",
    [
        ("84", "0.69", "98", "83", "0.68", "97", "82", "67"),
        ("0.84", "0.69", "98", "83", "0.68", "97", "0.82", "67"),
        ("0.84", "0.69", "0.98", "83", "0.68", "0.97", "0.82", "0.67"),
        ("0.84", "0.69", "1", "83", "1", "97", "0", "0.67"),
        ("0.84", "0.69", "62%", "83%", "0.7", "97%", "82", "9.8"),
    ],
)
def test_each_fraction_is_told(tmp_path: Path, cells: tuple[str, ...]) -> None:
    """Two of eight, half of them, or all but one: each that is below 1 is a warning of its own."""
    places = [line for line, cell in enumerate(cells, 2) if cell.startswith("0.")]
    assert find_codes(check(tmp_path, cells)) == [(line, CODES[1]) for line in places]


def test_several_fractions_are_counted(tmp_path: Path) -> None:
    """Each says how many there are of how many scores, and what to write; none is blocked."""
    checked = check(tmp_path, ("84", "0.69", "98", "N/A", "0.7"))
    assert checked.findings[["line", "message", "suggestion"]].to_numpy().tolist() == [
        [line, f"{score} is read as {score} of 100 points, and 2 of the 4 scores of 'Midterm' are such fractions, the others far higher.",
         f"Write {percent} if it is a share; nothing, if it is points."]
        for line, score, percent in ((3, 0.69, "69%"), (6, 0.7, "70%"))
    ]  # fmt: skip
    assert checked.counts == {"ready": 4, "skipped": 1, "blocked": 0}


def test_many_fractions_are_told_as_one(tmp_path: Path) -> None:
    """So many are told line by line, and one more of them makes one finding of the column, which names the first."""
    some = ("0.5", "90") * MOST_TOLD
    assert len(find_codes(check(tmp_path, some))) == MOST_TOLD
    checked = check(tmp_path, ("0.6", *some))
    lines = ", ".join(map(str, (2, *range(3, 2 * MOST_TOLD, 2))))
    assert checked.findings[["line", "column", "message"]].to_numpy().tolist() == [
        [0, "Midterm", f"21 of the 41 scores of 'Midterm' (lines {lines} and 1 more) are between 0 and 1, of 100 possible points, "
         "and the others far higher."]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "high", "dates"),
    [
        (("5/7", "5/8", "6/9", "7/7", "8/9", "4/9"), 100.0, [2, 3, 4, 5, 6, 7]),
        (("8", "5/7", "6", "7"), 10.0, [3]),
        (("8", '="5/7"', "6 / 8"), 10.0, [3, 4]),
        (("31/12", "12/31", "13/13", "32/12", "0/5", "45/50", "5.5/7"), 100.0, [2, 3]),
        (("5/7", "6/7", "80%"), 100.0, [2, 3]),
        (("5/7", "6/7", "", "N/A", "7/7"), 100.0, []),
        (("8/10", "7", "6/10"), 10.0, []),
        (("8/10", "7", "6/10", "5/9"), 10.0, [2, 4, 5]),
        (("8/10", "7/10,0", "17/20", "9/10.0"), 10.0, [2]),
        (("45/50", "38/50", "70"), 100.0, []),
        (("84%", "70", "62%"), 100.0, []),
    ],
)
def test_what_may_be_a_date_is_told(
    tmp_path: Path, cells: tuple[str, ...], high: float, dates: list[int]
) -> None:
    """A score such as 5/7 is told where another one has another number below, or is no such score, and 7 is not the maximum."""
    told = [line for line, code in find_codes(check(tmp_path, cells, high)) if code == CODES[2]]
    assert told == dates


def test_a_date_says_what_it_was_read_as(tmp_path: Path) -> None:
    """The warning says the parts and the points, and what to do; many of them are told as one."""
    checked = check(tmp_path, ("05/7", "6/9"))
    assert checked.warnings == {
        0: "'05/7' was read as 5 of 7, which is 71.43 here; if it is a date, correct the cell.",
        1: "'6/9' was read as 6 of 9, which is 66.67 here; if it is a date, correct the cell.",
    }
    assert checked.counts["ready"] == 2
    many = check(tmp_path, ("90", *["5/7"] * (MOST_TOLD + 3)))
    assert many.findings[["line", "column", "message"]].to_numpy().tolist() == [
        [0, "Midterm", "23 scores of 'Midterm' may be dates: '5/7' was read as 5 of 7, which is 71.43 here. They stand in "
         "lines 3 to 25."]
    ]  # fmt: skip


HIGH = st.integers(11, 100).map(str) | st.floats(11, 100).map(lambda number: f"{number:.2f}")
FRACTION = st.integers(1, 99).map(lambda number: f"{number / 100:g}")
NOTHING = st.sampled_from(["0", "1", "", "N/A"])
FAST = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FAST
@given(st.permutations(range(24)), st.data())
def test_every_fraction_beside_high_scores_is_told(
    tmp_path: Path, order: list[int], data: st.DataObject
) -> None:
    """Beside high scores, one or more, each fraction is told, however many and wherever; what is 0, 1 or blank changes nothing."""
    fractions = data.draw(st.lists(FRACTION, min_size=1, max_size=8))
    others = data.draw(st.lists(HIGH, min_size=1, max_size=8))
    nothing = data.draw(st.lists(NOTHING, max_size=8))
    cells = fractions + others + nothing
    mixed = [cells[i] for i in order if i < len(cells)]
    places = [line for line, cell in enumerate(mixed, 2) if cell.startswith("0.")]
    assert find_codes(check(tmp_path, tuple(mixed))) == [(line, CODES[1]) for line in places]
    assert find_codes(check(tmp_path, tuple(others + nothing))) == []


@FAST
@given(
    fractions=st.lists(FRACTION, min_size=1, max_size=6),
    low=st.lists(st.sampled_from(["1.5", "2", "1.25", "1.75"]), min_size=1, max_size=8),
    high=st.lists(st.sampled_from(["6", "8.5", "10"]), max_size=8),
)
def test_no_fraction_is_told_where_low_scores_are_usual(
    tmp_path: Path, fractions: list[str], low: list[str], high: list[str]
) -> None:
    """On a hard test of ten points, where somebody has one or two points, a fraction is no wonder."""
    assert find_codes(check(tmp_path, (*fractions, *low, *high), 10.0)) == []


@FAST
@given(scores=st.lists(HIGH, min_size=5, max_size=15), fraction=FRACTION)
def test_one_fraction_among_percents_is_told(
    tmp_path: Path, scores: list[str], fraction: str
) -> None:
    """Beside five percents or more one fraction is asked about; without it nothing is told."""
    percents = tuple(f"{score}%" for score in scores)
    assert find_codes(check(tmp_path, (fraction, *percents))) == [(2, CODES[0])]
    assert find_codes(check(tmp_path, percents)) == []
