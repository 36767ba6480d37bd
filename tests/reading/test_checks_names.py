"""A name that does not belong to its id is noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import Checked, check_entries
from gradetools.checks.names import split_name
from gradetools.columns import Columns, suggest_columns
from gradetools.sheet import read_sheet

SCHOOL = make_snapshot(
    [
        make_student("s1", given_name="Ada", family_name="Example", identifier="00041"),
        make_student("s2", given_name="Ben", family_name="Example", identifier="00042"),
        make_student("s3", given_name="Zoé Marie", family_name="Sample-Muster", identifier="00043"),
        make_student("s4", given_name="伟", family_name="王", identifier="00044"),
        make_student("s5", identifier="00045"),
        make_student("s6", given_name="Dan", family_name="Invented", identifier="00046"),
    ],
    [make_line_item("l1", "Quiz 1")],
)
ADA, DAN, BEN = "00041;Ada Example;8\n", "00046;Dan Invented;8\n", "00042;Ben Example;8\n"


def check(
    folder: Path, rows: str, header: str = "ID;Name;Quiz 1", change: Callable[[Columns], Columns] | None = None
) -> Checked:  # fmt: skip
    """Check rows of a sheet with its suggested columns, changed or not."""
    sheet = read_sheet(write_sheet(folder, f"{header}\n{rows}"))
    columns = suggest_columns(sheet, SCHOOL)
    return check_entries(sheet, change(columns) if change else columns, SCHOOL)


def found(checked: Checked) -> list[tuple[int, str, str, str]]:
    """Give each finding's line, code, severity and message."""
    frame = checked.findings
    return list(zip(frame["line"], frame["code"], frame["severity"], frame["message"], strict=True))


def test_another_students_name_is_a_warning(tmp_path: Path) -> None:
    """A row with the name of one student and the id of another is told, and blocks nothing."""
    checked = check(tmp_path, "00041;Example, Ben;8\n" + DAN + BEN)
    message = "The sheet says 'Example, Ben', and 00041 is Ada Example."
    assert found(checked) == [(2, "name-differs", "warning", message)]
    assert checked.findings["column"].tolist() == ["Name"]
    assert checked.counts == {"ready": 3, "skipped": 0, "blocked": 0}


@pytest.mark.parametrize(
    ("text", "name", "differs"),
    [("00041", "EXAMPLE, ada", False), ("00041", "Example, Ada B.", False), ("00041", "Addie Example", False),
     ("00041", "Ada Newname", False), ("00041", "Ben T. Example", True), ("00041", "Dan", True),
     ("00041", "Nobody Known", True), ("00041", "", False), ("00041", "A. B.", False),
     ("00043", "zoe sample", False), ("00043", "Muster, Zoe\u0301", False), ("00044", "王伟", False),
     ("00044", "李娜", True), ("00045", "Eve Example", False),
     ("00041", "A. Example", False), ("00041", "Example, A. B.", False), ("00041", "B. Example", True),
     ("00041", "Ada B. Example", False)],
)  # fmt: skip
def test_names_are_compared_leniently(
    tmp_path: Path, text: str, name: str, *, differs: bool
) -> None:
    """One common word is enough, unless the sheet has another student's whole name; no name says nothing."""
    checked = check(tmp_path, f"{text};{name};8\n" + DAN + BEN)
    assert [code for _, code, _, _ in found(checked)] == ["name-differs"] * differs


def test_names_in_two_columns_are_one_name(tmp_path: Path) -> None:
    """First and last name in columns of their own are compared together."""
    rows = "00041;Ada;Example;8\n00042;Ben;Example;8\n00046;Nobody;Known;8\n"
    checked = check(tmp_path, rows, "ID;First name;Last name;Quiz 1")
    message = "The sheet says 'Nobody Known', and 00046 is Dan Invented."
    assert found(checked) == [(4, "name-differs", "warning", message)]


def test_a_shifted_id_column_is_one_question(tmp_path: Path) -> None:
    """Where more than half of the names differ, one question blocks the sheet until it is accepted."""
    rows = "00042;Ada Example;8\n00046;Ben Example;8\n00043;Sample-Muster, Zoé;8\n"
    asked = check(tmp_path, rows)
    message = (
        "Most names do not belong to their ids: 2 of 3 differ (line 2: the sheet says 'Ada Example', and 00042 "
        "is Ben Example); the id column may be shifted."
    )
    accepted = check(tmp_path, rows, change=lambda columns: columns.answer("names-shifted", "Name"))
    assert found(asked) == [(0, "names-shifted", "question", message)]
    assert asked.counts == {"ready": 0, "skipped": 0, "blocked": 3}
    assert found(accepted) == [(0, "names-shifted", "info", message)]
    assert accepted.counts == {"ready": 3, "skipped": 0, "blocked": 0}


def test_half_of_the_names_are_warnings(tmp_path: Path) -> None:
    """Exactly half of the names differing is not most of them."""
    assert [code for _, code, _, _ in found(check(tmp_path, "00041;Dan Invented;8\n" + BEN))] == ["name-differs"]  # fmt: skip


def test_rows_that_ask_for_nothing_are_not_compared(tmp_path: Path) -> None:
    """A blank row's name is nobody's mistake."""
    assert found(check(tmp_path, "00041;Dan Invented;\n" + DAN)) == []


def test_a_picked_student_is_compared(tmp_path: Path) -> None:
    """Who was picked for an id, perhaps in the wrong row, is compared with the name that stands beside it."""
    for student, differs in (("s1", True), ("s2", False)):
        checked = check(
            tmp_path,
            "00041x;Ben Example;8\n" + DAN,
            change=lambda columns, student=student: columns.match_student("00041x", student),
        )
        assert [code for _, code, _, _ in found(checked)] == ["name-differs"] * differs


def test_names_lose_what_does_not_count() -> None:
    """Case, accents, order, signs and initials are not part of a name's words."""
    assert split_name("ÉXAMPLE-Muster, Zoë Q.") == frozenset({"example", "muster", "zoe"})
    assert split_name(" - Q.") == frozenset()


def test_who_was_chosen_for_a_name_is_compared_with_it(tmp_path: Path) -> None:
    """In a sheet of names alone a pick of somebody else is a warning, however many there are; a pick for an id or a login says nothing."""
    rows = "Ben Example;8\nDan Invented;7\nExample, Ada;6\nZoe;5\n"
    picks = {"Ben Example": "s1", "Dan Invented": "s2", "Example, Ada": "s6", "Zoe": "s3"}

    def choose(columns: Columns) -> Columns:
        columns = columns.with_meaning("Pupil", means="student", key="identifier")
        for text, student in picks.items():
            columns = columns.match_student(text, student)
        return columns

    checked = check(tmp_path, rows, "Pupil;Quiz 1", choose)
    assert found(checked) == [
        (line, "name-differs", "warning", f"The sheet says {said!r}, and {name} was chosen.")
        for line, said, name in (
            (2, "Ben Example", "Ada Example"),
            (3, "Dan Invented", "Ben Example"),
            (4, "Example, Ada", "Dan Invented"),
        )
    ]
    assert set(checked.findings["column"]) == {"Pupil"}
    picks = {"Ben Example": "s2", "Dan Invented": "s6", "Example, Ada": "s1", "Zoe": "s3"}
    assert found(check(tmp_path, rows, "Pupil;Quiz 1", choose)) == []
    picks = {"Benn Example": "s1", "Zoe Sampler": "s3", "Danny Invented": "s6"}
    near = "Benn Example;8\nZoe Sampler;7\nDanny Invented;6\n"
    assert found(check(tmp_path, near, "Pupil;Quiz 1", choose)) == [
        (2, "name-differs", "warning", "The sheet says 'Benn Example', and Ada Example was chosen.")
    ]
    picks = {"bexample": "s1", "41": "s2"}
    logins = check(tmp_path, "bexample;8\n41;7\n", "Pupil;Quiz 1", choose)
    assert found(logins) == []
