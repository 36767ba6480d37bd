"""A sheet of two tables, side by side or one below the other, is asked about before scores reach the wrong students."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import Checked, check_entries
from gradetools.columns import Columns, suggest_columns
from gradetools.sheet import read_sheet

NAMES = ("Ada Abel", "Ben Bell", "Cleo Carr", "Dov Dunn", "Edda Eads", "Finn Ford")
OTHERS = ("Gil Gray", "Hal Hunt", "Ida Ives", "Jon Judd", "Kit Kerr", "Lea Lund")
SCHOOL = make_snapshot(
    [
        make_student(
            f"s{n}",
            given_name=name.split()[0],
            family_name=name.split()[1],
            identifier=f"10{n}",
            username=f"login{n}",
        )
        for n, name in enumerate(NAMES)
    ],
    [make_line_item(f"q{n}", f"Quiz {n}") for n in (1, 2)],
)


def check(
    folder: Path,
    header: str,
    rows: Iterable[str],
    change: Callable[[Columns], Columns] = lambda columns: columns,
) -> Checked:
    """Check a sheet's rows."""
    sheet = read_sheet(write_sheet(folder, "\n".join([header, *rows]) + "\n"))
    return check_entries(sheet, change(suggest_columns(sheet, SCHOOL)), SCHOOL)


def told(checked: Checked, code: str) -> list[tuple[int, str, str]]:
    """Give line, column and message of each finding of one code."""
    found = checked.findings[(checked.findings["code"] == code).to_numpy()]
    return list(zip(found["line"], found["column"], found["message"], strict=True))


def beside(template: str, names: Sequence[str] = OTHERS, ids: int = 900) -> list[str]:
    """Write rows of two tables side by side: `name`, `id` of the first, `other`, `that` of the second."""
    return [
        template.format(name=name, id=100 + n, other=other, that=ids + n)
        for n, (name, other) in enumerate(zip(NAMES, names, strict=True))
    ]


TURNED = (*NAMES[3:], *NAMES[:3])


@pytest.mark.parametrize(
    ("header", "rows", "first"),
    [
        ("Student,ID,Quiz 1,,Student,ID,Quiz 2", beside("{name},{id},8,,{other},{that},9"), "900"),
        ("ID,Quiz 1,ID,Quiz 2", beside("{id},8,{that},9"), "900"),
        (
            "Student,ID,Quiz 1,Student,Quiz 2",
            beside("{name},{id},8,{other},9"),
            "Gil Gray",
        ),
        ("Name,ID,Quiz 1,Name,Quiz 2", beside("{name},{id},8,{other},9", TURNED), "Dov Dunn"),
        ("ID,Quiz 1,ID,Quiz 2", [f"10{n},8,10{(n + 1) % 6},9" for n in range(6)], "101"),
    ],
)
def test_a_table_beside_the_first_is_asked_about(
    tmp_path: Path, header: str, rows: list[str], first: str
) -> None:
    """Its scores are held back by one question, that says whom it names; those of the first table are ready."""
    checked = check(tmp_path, header, rows)
    [(line, column, message)] = told(checked, "table-beside")
    assert (line, column) == (0, "Quiz 2")
    assert f"names others in 6 of 6 rows (line 2: {first!r} in the row of Ada Abel)" in message
    assert set(checked.findings["code"]) == {"table-beside"}
    assert checked.counts == {"ready": 6, "skipped": 0, "blocked": 6}
    answered = check(
        tmp_path, header, rows, lambda columns: columns.answer("table-beside", "Quiz 2")
    )
    assert answered.counts["ready"] == 12
    # Nothing is left to be asked about ids of a table that is set aside.
    apart = check(
        tmp_path, header, rows, lambda columns: columns.with_meaning("Quiz 2", means="ignored")
    )
    assert (apart.counts["ready"], len(apart.findings)) == (6, 0)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("Student,ID,Quiz 1,Student,ID,Quiz 2", beside("{name},{id},8,{other},{that},9", NAMES, 100)),
        ("Student,ID,Quiz 1,Partner,Quiz 2", beside("{name},{id},8,{other},9", TURNED)),
        ("Student,ID,Quiz 1,Quiz 2,Email", beside("{name},{id},8,9,x{that}@example.org")),
        ("ID,Quiz 1,Username,Quiz 2", beside("{id},8,old{that},9")),
        ("Student,ID,Quiz 1,Student,ID,Quiz 2", [*beside("{name},{id},8,{name},{id},9")[:4], "Edda Eads,104,8,Gil Gray,904,9"]),
        ("Student,ID,Quiz 1,Student,ID,Quiz 2", beside("{name},{id},8,,,")),
    ],
)  # fmt: skip
def test_columns_beside_the_scores_are_no_second_table(
    tmp_path: Path, header: str, rows: list[str]
) -> None:
    """Nothing is asked of ids and names of the same students, of partners, of logins, or of one row that differs."""
    assert told(check(tmp_path, header, rows), "table-beside") == []


def test_second_ids_that_disagree_are_asked_about_row_by_row(tmp_path: Path) -> None:
    """A column of other ids, that is not headed as the first one, is no second table: each row is asked about, as ever."""
    rows = [f"10{n},8,login{(n + 1) % 6},9" for n in range(6)]
    checked = check(tmp_path, "ID,Quiz 1,Username,Quiz 2", rows)
    assert len(told(checked, "keys-disagree")) == 6
    assert checked.counts["blocked"] == 12


FIRST = [f"{name},10{n},8" for n, name in enumerate(NAMES[:3])]
SECOND = [f"{name},10{n},9" for n, name in enumerate(NAMES[3:], start=3)]


@pytest.mark.parametrize("again", ["Student,ID,Quiz 2", " student ,Student ID,Quiz 2", "Name,ID,"])
def test_a_second_table_below_is_asked_about(tmp_path: Path, again: str) -> None:
    """What stands below a header with another title is held back, and the header itself is no student."""
    checked = check(tmp_path, "Student,ID,Quiz 1", [*FIRST, "", again, *SECOND])
    assert [line for line, _, _ in told(checked, "header-repeated")] == [6]
    found = told(checked, "table-below")
    assert [(line, column) for line, column, _ in found] == [(n, "Quiz 1") for n in (7, 8, 9)]
    title = repr(again.split(",")[2]) if again.split(",")[2] else "blank"
    assert found[0][2] == (
        f"Line 6 is the header of a second table, where this column is {title} and not 'Quiz 1'."
    )
    assert checked.counts == {"ready": 3, "skipped": 0, "blocked": 3}
    answered = check(
        tmp_path,
        "Student,ID,Quiz 1",
        [*FIRST, again, *SECOND],
        lambda columns: columns.answer("table-below", "Quiz 1"),
    )
    assert answered.counts["ready"] == 6


def test_a_header_that_comes_again_is_left_out(tmp_path: Path) -> None:
    """Under the same titles, as on each page of a print, all rows are read; only what follows another title is held back."""
    rows = [*FIRST, "Student,ID,Quiz 1", *SECOND, "Student,ID,Quiz 2", "Ada Abel,100,7"]
    checked = check(tmp_path, "Student,ID,Quiz 1", rows[:-2])
    assert checked.counts == {"ready": 6, "skipped": 0, "blocked": 0}
    assert set(checked.findings["code"]) == {"header-repeated"}
    checked = check(tmp_path, "Student,ID,Quiz 1", rows)
    assert [line for line, _, _ in told(checked, "table-below")] == [10]


def test_a_header_that_is_given_an_id_is_a_student(tmp_path: Path) -> None:
    """A student may be called Student; an id in the row says so, in the file or entered later."""
    text = "Student,ID,Quiz 1\nStudent,105,8\nStudent,ID,9\n"
    sheet = read_sheet(write_sheet(tmp_path, text))
    assert sheet.roles.tolist() == ["student", "header"]
    assert sheet.with_cell(3, "ID", "104").roles.tolist() == ["student", "student"]
