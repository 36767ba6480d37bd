"""Scores that no longer belong to their students are noticed, and honest sheets are left alone."""

from __future__ import annotations

import io
import runpy
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reading_samples import make_line_item, make_snapshot, make_student

from gradetools.checks import Checked, check_entries
from gradetools.checks.standing import Floats, find_stray_sheet, find_strays, is_coarse, is_sorted
from gradetools.columns import Columns, suggest_columns
from gradetools.sheet import read_sheet
from gradetools.snapshot import RESULT_COLUMNS, Snapshot, make_table, result_row

SIMULATION = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "shuffle.py"))
STUDENTS = 30


def make_scores(columns: int = 5, students: int = STUDENTS) -> Floats:
    """Make a class's scores, students x columns: related, and the same every time."""
    chance = np.random.default_rng(7)
    ability = chance.standard_normal((students, 1))
    return np.round(
        70 + 12 * (0.8 * ability + 0.6 * chance.standard_normal((students, columns))), 1
    )


def make_school(known: Floats | None = None, *, named: str = "Known") -> Snapshot:
    """Make the class in the gradebook, with the results that it knows already."""
    students = [
        make_student(f"s{i}", given_name="Ada", family_name=f"Example{i:03}", identifier=f"{i:05}")
        for i in range(STUDENTS)
    ]
    titles = [f"{word} {k}" for word in ("Quiz", "Known") for k in range(6)]
    items = [make_line_item(title, title, 150.0) for title in titles]
    records = [
        {"sourcedId": f"{k}-{i}", "lineItem": {"sourcedId": f"{named} {k}"}, "student": {"sourcedId": f"s{i}"}, "score": score}
        for i, row in enumerate(() if known is None else known.tolist())
        for k, score in enumerate(row)
    ]  # fmt: skip
    results = make_table([result_row(record) for record in records], RESULT_COLUMNS)
    return replace(make_snapshot(students, items), results=results)


def check_text(text: str, school: Snapshot, answers: Iterable[tuple[str, str]] = ()) -> Checked:
    """Check a sheet's text with its suggested columns, and some questions answered."""
    sheet = read_sheet(io.StringIO(text))
    columns: Columns = suggest_columns(sheet, school)
    for code, column in answers:
        columns = columns.answer(code, column)
    return check_entries(sheet, columns, school)


def check(
    scores: Floats,
    known: Floats | None = None,
    order: Sequence[int] | None = None,
    *,
    school: Snapshot | None = None,
    named: str = "Known",
    **options: Any,
) -> Checked:
    """Check a wide sheet of scores, its rows by id or in another order."""
    header = ",".join(["ID", *(f"Quiz {k}" for k in range(scores.shape[1]))])
    cells = [[f"{i:05}", *("" if np.isnan(x) else f"{x:g}" for x in row)] for i, row in enumerate(scores)]  # fmt: skip
    rows = [",".join(cells[i]) for i in (range(len(cells)) if order is None else order)]
    school = school or make_school(known, named=named)
    return check_text("\n".join([header, *rows]) + "\n", school, **options)


def found(checked: Checked) -> list[tuple[str, str]]:
    """Give column and code of each finding."""
    return list(zip(checked.findings["column"], checked.findings["code"], strict=True))


def with_column(scores: Floats, column: int, values: Floats) -> Floats:
    """Make the same scores with another column."""
    other = scores.copy()
    other[:, column] = values
    return other


def shifted(values: Floats, rows: int) -> Floats:
    """Move values down (1) or up (-1), and leave a blank where they began."""
    moved = np.roll(values, rows)
    moved[0 if rows > 0 else -1] = np.nan
    return moved


@pytest.mark.parametrize(("rows", "where"), [(1, "above"), (-1, "below")])
def test_a_shifted_column_is_a_question(rows: int, where: str) -> None:
    """A column moved by one row is named, with the way it moved, and blocks its own entries until accepted."""
    scores = make_scores()
    spoilt = with_column(scores, 2, shifted(scores[:, 2], rows))
    asked = check(spoilt)
    accepted = check(spoilt, answers=[("column-shifted", "Quiz 2")])
    assert found(asked) == [("Quiz 2", "column-shifted")]
    message = asked.findings["message"][0]
    assert message.startswith("The scores of 'Quiz 2' look shifted by one row: they are ")
    assert f" of the students one line {where}, and not of their own." in message
    assert asked.counts == {"ready": 120, "skipped": 1, "blocked": 29}
    assert accepted.counts == {"ready": 149, "skipped": 1, "blocked": 0}


def test_a_slip_hides_no_shift() -> None:
    """A column that slid is asked about also where one score has a digit too many; that one is told as well."""
    scores = make_scores()
    scores[:, 2] = np.roll(scores[:, 2], 1)
    scores[7, 2] *= 10
    assert found(check(scores)) == [
        ("Quiz 2", "column-shifted"),
        ("Quiz 2", "score-far-above-maximum"),
    ]


def test_a_shift_from_some_row_on_says_so() -> None:
    """A shift that begins further down is told with the line from which the scores fit other students."""
    scores = make_scores()
    spoilt = with_column(scores, 2, np.append(scores[:9, 2], shifted(scores[9:, 2], 1)))
    message = check(spoilt).findings["message"][0]
    assert "look shifted by one row from line 11 on" in message


@pytest.mark.parametrize(("seed", "start"), [(42, ""), (52, " from line 22 on")])
def test_what_may_be_a_shift_is_a_warning(seed: int, start: str) -> None:
    """Scores that fit the next rows better than their own, but rather follow nothing, as those above them, only warn."""
    unrelated = np.round(70 + 12 * np.random.default_rng(seed).standard_normal(STUDENTS), 1)
    checked = check(with_column(make_scores(6), 2, unrelated))
    assert found(checked) == [("Quiz 2", "column-shuffled")]
    assert checked.findings["message"][0] == (
        f"The scores of 'Quiz 2' are not as one would expect of their students{start}, and rather so of those one line below: "
        "they may be shifted by one row, or shuffled."
    )
    assert checked.counts == {"ready": 180, "skipped": 0, "blocked": 0}


def test_a_column_sorted_alone_is_a_question() -> None:
    """A column in order, while the rows go by id, was sorted without them."""
    scores = make_scores()
    for values in (np.sort(scores[:, 1]), np.sort(scores[:, 1])[::-1]):
        checked = check(with_column(scores, 1, values))
        assert found(checked) == [("Quiz 1", "column-sorted")]
        assert checked.findings["message"][0] == (
            "The scores of 'Quiz 1' stand in order, which their students do not, and the high ones are not of those who are good "
            "elsewhere: they look sorted alone."
        )
        assert checked.counts == {"ready": 120, "skipped": 0, "blocked": 30}


def test_a_single_sorted_column_needs_no_other() -> None:
    """Where nothing else is known of the students, an order by id and one by score exclude each other."""
    alone = make_scores(1)
    by_score = np.argsort(alone[:, 0], kind="stable").tolist()
    assert found(check(np.sort(alone, axis=0))) == [("Quiz 0", "column-sorted")]
    assert found(check(alone, order=by_score)) == []


def test_sorted_rows_are_honest() -> None:
    """A sheet whose rows were sorted by a column or by the total is left alone."""
    scores = make_scores()
    for values in (scores[:, 1], -scores[:, 1], scores.sum(axis=1)):
        assert found(check(scores, order=np.argsort(values).tolist())) == []


def test_a_shuffled_column_is_a_warning() -> None:
    """A column that has nothing to do with the others looks shuffled; it may as well be honest, and is not blocked."""
    scores = make_scores()
    spoilt = with_column(scores, 3, -scores[:, 3] + 140)
    checked = check(spoilt)
    assert found(checked) == [("Quiz 3", "column-shuffled")]
    assert checked.findings["message"][0] == (
        "The scores of 'Quiz 3' look shuffled: the high ones are not of those who are good elsewhere."
    )
    assert checked.counts == {"ready": 150, "skipped": 0, "blocked": 0}


def test_a_shuffled_sheet_is_a_question() -> None:
    """Scores that agree with each other, and not with the gradebook's, belong to other students: ids sorted alone."""
    scores = make_scores(8)
    order = np.random.default_rng(6).permutation(STUDENTS)
    checked = check(scores[order, :4], scores[:, 4:])
    assert found(checked) == [("ID", "sheet-shuffled")]
    assert checked.counts["blocked"] == 120
    accepted = check(scores[order, :4], scores[:, 4:], answers=[("sheet-shuffled", "ID")])
    assert accepted.counts["blocked"] == 0


def test_one_column_is_compared_with_the_gradebook() -> None:
    """A sheet of one column is held against what the gradebook knows of the students."""
    scores = make_scores(6)
    honest, known = scores[:, :1], scores[:, 1:]
    assert found(check(honest, known)) == []
    assert found(check(np.roll(honest, 1, axis=0))) == []
    assert found(check(np.roll(honest, 1, axis=0), known)) == [("Quiz 0", "column-shifted")]


def test_a_whole_sheet_is_compared_with_the_gradebook() -> None:
    """Ids that were moved beside all scores are one question about the sheet, which blocks all of it."""
    scores = make_scores(6)
    checked = check(np.roll(scores[:, :3], 1, axis=0), scores[:, 3:])
    assert found(checked) == [("ID", "column-shifted")]
    assert checked.findings["message"][0].startswith("All scores look shifted by one row")
    assert checked.counts["blocked"] == 90


def test_a_column_is_not_compared_with_its_own_grades() -> None:
    """The old grades of the same line item say nothing of how the students stand, alone or beside others."""
    scores = make_scores(1)
    old = np.roll(scores[:, :1], 1, axis=0) + 0.1  # the very same would be others' scores
    own = find_strays(scores[:, :1], old, twins=[0])
    assert (own, len(find_strays(scores[:, :1], old))) == ([], 1)
    assert found(check(scores[:, :1], old, named="Quiz")) == []


def test_own_grades_are_left_out_of_the_standing() -> None:
    """Beside other grades, too, the old ones of the same line item change nothing of how a column agrees."""
    scores = make_scores(6)
    moved, others = np.roll(scores[:, :1], 1, axis=0), scores[:, 1:]
    [without] = find_strays(moved, others)
    [beside] = find_strays(moved, np.hstack([scores[:, :1], others]), twins=[0])
    assert (beside.own, beside.other) == pytest.approx((without.own, without.other))


def test_removed_grades_tell_nothing() -> None:
    """What is known of the students is what the gradebook still has."""
    scores = make_scores(6)
    school = make_school(scores[:, 1:])
    gone = replace(school, results=school.results.assign(active=False))
    moved = np.roll(scores[:, :1], 1, axis=0)
    assert found(check(moved, school=school)) == [("Quiz 0", "column-shifted")]
    assert found(check(moved, school=gone)) == []


def test_a_blank_where_a_shift_begins_tells_more() -> None:
    """A lone blank at the end where the scores moved away makes the shift likelier; one of many says nothing."""
    measure = SIMULATION["measure"]
    blank, rolled = (
        measure(30, 0.5, f"shifted by one, {kind}", 200)
        for kind in ("a blank at the end", "rolled over")
    )
    assert blank > rolled


def test_long_sheets_are_compared_item_by_item() -> None:
    """In a long sheet the scores of one line item may be shifted; the finding names it."""
    scores = make_scores(4)
    spoilt = with_column(scores, 2, np.roll(scores[:, 2], 1))

    def write(values: Floats) -> str:
        rows = [f"{i:05},Quiz {k},{values[i, k]:g}" for k in range(4) for i in range(STUDENTS)]
        return "\n".join(["ID,Assignment,Score", *rows]) + "\n"

    assert found(check_text(write(scores), make_school())) == []
    checked = check_text(write(spoilt), make_school())
    assert found(checked) == [("Score", "column-shifted")]
    assert "The scores of 'Quiz 2' look shifted" in checked.findings["message"][0]


def test_each_line_item_of_a_long_sheet_has_its_own_order() -> None:
    """A shift counts along the rows of its line item, whatever the order of the others, and nobody's rows are no person."""
    scores = make_scores(5)
    chance = np.random.default_rng(11)

    def write(*, moved: bool) -> str:
        rows = []
        for k in range(5):
            order = chance.permutation(STUDENTS)
            values = np.roll(scores[order, k], 1) if moved and k == 3 else scores[order, k]
            rows += [f"{i:05},Quiz {k},{x:g}" for i, x in zip(order, values, strict=True)]
        return "\n".join(["ID,Assignment,Score", *rows]) + "\n"

    honest, spoilt = (check_text(write(moved=moved), make_school()) for moved in (False, True))
    assert found(honest) == []
    assert "The scores of 'Quiz 3' look shifted by one row" in spoilt.findings["message"][0]


def test_ids_without_zeros_are_in_order_too() -> None:
    """1, 3, 9, 27 is an order of ids; so a sorted column beside it was sorted alone."""
    values = np.sort(make_scores(1)[:, 0]).tolist()
    numbers = [str(3**i) for i in range(STUDENTS)]
    school = make_school()
    plain = replace(school, students=school.students.assign(identifier=numbers, family_name=""))
    text = "\n".join(["ID,Quiz 0", *(f"{n},{x:g}" for n, x in zip(numbers, values, strict=True))])
    assert ("Quiz 0", "column-sorted") in found(check_text(text + "\n", plain))


def test_an_order_within_equal_scores_is_honest() -> None:
    """Rows sorted by score, and by id among equals, look like an order of ids; where the score changes they have none."""
    order = [6 * block + i for block in (2, 3, 0, 4, 1) for i in range(6)]
    scores = np.empty((STUDENTS, 1))
    scores[order, 0] = 30 * np.repeat(np.arange(5.0), 6)
    assert found(check(scores, order=order)) == []
    assert found(check(np.sort(scores, axis=0))) == [("Quiz 0", "column-sorted")]


def test_a_shift_needs_ten_students_from_its_start_on() -> None:
    """However well the columns agree, the last nine rows are too few to be told as shifted, and fifteen are not."""
    chance = np.random.default_rng(2)
    scores = chance.standard_normal((60, 1)) + 0.2 * chance.standard_normal((60, 8))
    told = []
    for start in (51, 45):
        moved = np.append(scores[:start, 2], shifted(scores[start:, 2], 1))
        strays = find_strays(with_column(scores, 2, moved), np.empty((60, 0)))
        told.append([stray.how for stray in strays])
    assert told == [[], ["shifted"]]


def test_two_columns_each_are_needed_to_compare_sheets() -> None:
    """One column of the gradebook does not tell that the whole sheet is wrong."""
    scores = make_scores(6)
    assert find_stray_sheet(np.roll(scores[:, :3], 1, axis=0), scores[:, 3:4]) is None


def test_the_first_and_the_last_rows_are_looked_at() -> None:
    """Of a large sheet both ends count: what was moved near the end is seen."""
    scores = make_scores(30, students=3000)
    spoilt = with_column(scores, 2, np.append(scores[:2200, 2], shifted(scores[2200:, 2], 1)))
    students = [make_student(f"s{i}", identifier=f"{i:05}") for i in range(len(scores))]
    items = [make_line_item(f"Quiz {k}", f"Quiz {k}", 150.0) for k in range(30)]
    checked = check(spoilt, school=make_snapshot(students, items))
    assert ("Quiz 2", "column-shifted") in found(checked)


def test_few_students_say_nothing() -> None:
    """Nine students are too few to tell a shift from chance, and seven an order."""
    scores = make_scores()[:9]
    assert found(check(with_column(scores, 2, np.roll(scores[:, 2], 1)))) == []
    few = scores[:7]
    assert found(check(with_column(few, 1, np.sort(few[:, 1])))) == []


def test_columns_without_a_common_standing_are_left_alone() -> None:
    """Scores by chance, which agree with nothing, are not compared."""
    chance = np.random.default_rng(3)
    found_in = [find_strays(chance.random((2000, 6)), np.empty((2000, 0))) for _ in range(10)]
    assert found_in == [[]] * 10


@pytest.mark.parametrize(
    ("scores", "expected"),
    [(range(10), True), (range(10, 0, -1), True), (range(8), True), (range(7), False), ([0] * 15 + [1] * 15, False),
     ([1, 2, 3, 4] + [5] * 7, False), ([1, 2, 3, 4] + [5] * 30, True), ([*range(15), *range(15)], False),
     (sorted([0, 1, 2, 3, 4, 5] * 5), True), ([np.nan, *range(12), np.nan], True)],
)  # fmt: skip
def test_an_order_must_not_be_chance(scores: Iterable[float], *, expected: bool) -> None:
    """Few distinct values, or few of them beside many that are alike, may be in order by chance."""
    assert is_sorted(np.array(list(scores), dtype=float)) == expected


@pytest.mark.parametrize(("students", "asked"), [(8, True), (7, False)])
def test_a_small_group_that_was_sorted_is_asked_about(students: int, *, asked: bool) -> None:
    """Eight different scores in order, beside ids in order, are no chance; seven may be."""
    scores = np.arange(60.0, 60 + students)[:, None]
    assert found(check(scores)) == [("Quiz 0", "column-sorted")] * asked


def test_attendance_is_coarse() -> None:
    """A column in which most are alike is judged more carefully."""
    assert is_coarse(np.array([20.0] * 18 + [19.0] * 8 + [17.0] * 4))
    assert not is_coarse(np.arange(30.0))


@pytest.mark.parametrize("kind", ["sorted alone", "shifted by one, a blank at the end", "shifted by one, rolled over"])  # fmt: skip
def test_shuffles_are_caught(kind: str) -> None:
    """With a correlation of 0.6 and 30 students, 95 of 100 sorted or shifted sheets are noticed, and nearly all asked about."""
    measure = SIMULATION["measure"]
    assert measure(30, 0.6, kind, 200) >= 0.95
    assert measure(30, 0.6, kind, 200, told=False) >= 0.93


@pytest.mark.parametrize("kind", [kind for kind in SIMULATION["HONEST_SHEETS"] if "finely" not in kind])  # fmt: skip
def test_honest_sheets_are_left_alone(kind: str) -> None:
    """With a correlation of 0.6 and 30 students, about one honest sheet of twelve columns in a hundred is told about."""
    assert SIMULATION["measure"](30, 0.6, kind, 150, told="unrelated" not in kind) <= 0.02


@pytest.mark.parametrize("kind", ["in the order of a roster", "sorted by a score column"])
def test_sheets_that_hardly_agree_are_left_alone(kind: str) -> None:
    """Where columns hardly agree there is no telling, and no asking."""
    assert SIMULATION["measure"](30, 0.3, kind, 150, told=False) <= 0.02


def test_a_push_that_failed_in_part_is_no_shift() -> None:
    """Scores that most students have already belong to them, however the few that failed stand."""
    scores = np.add.outer(np.arange(STUDENTS) * 3.0, [1.25, 2.25])
    held = scores.copy()
    held[[27, 29]] = 0.5
    assert found(check(scores, held, named="Quiz")) == []


def test_half_a_shift_is_seen_beside_what_was_there() -> None:
    """Rows above a shift that have their scores already say nothing for those below it."""
    honest = make_scores()
    moved = honest.copy()
    moved[18:, 0] = np.roll(honest[18:, 0], 1)
    assert found(check(moved, honest, named="Quiz")) == [("Quiz 0", "column-shifted")]
