"""A second column of ids that usually agrees is heard where it holds an id that nobody has."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import Checked, check_entries
from gradetools.checks.registry import MOST_TOLD
from gradetools.columns import Columns, suggest_columns
from gradetools.sheet import read_sheet

CODE = "second-id-unknown"
PEOPLE = 60
SCHOOL = make_snapshot(
    [
        make_student(
            f"s{n}",
            given_name=f"Person{n}",
            identifier="" if n == 9 else f"{1000 + n}",
            username=f"login{n}",
            email="shared@example.org" if n in (7, 8) else f"p{n}@example.org",
            user_ids=("900", "901") if n == 3 else (),
        )
        for n in range(PEOPLE)
    ],
    [make_line_item("q1", "Quiz 1")],
)


def check(
    folder: Path,
    rows: Sequence[str],
    change: Callable[[Columns], Columns] | None = None,
    header: str = "Login ID,SIS User ID,Quiz 1",
) -> Checked:
    """Check rows of login, id and score."""
    sheet = read_sheet(write_sheet(folder, "\n".join([header, *rows]) + "\n"))
    columns = suggest_columns(sheet, SCHOOL)
    return check_entries(sheet, change(columns) if change else columns, SCHOOL)


def told(checked: Checked) -> list[tuple[int, str, str]]:
    """Give line, column and message of each finding about a second id."""
    found = checked.findings[(checked.findings["code"] == CODE).to_numpy()]
    assert set(found["severity"]) <= {"warning"}
    return list(zip(found["line"], found["column"], found["message"], strict=True))


GOOD = [f"login{n},{1000 + n},8" for n in range(3)]


def test_an_id_that_nobody_has_is_told(tmp_path: Path) -> None:
    """The row is taken by its login, and both ids are told: the sheet's, and the one the student has."""
    checked = check(tmp_path, [*GOOD, "login4,7777,8"])
    assert told(checked) == [
        (5, "SIS User ID", "Nobody has the identifier '7777'. The row was taken for Person4, whom 'Login ID' says "
         "(login4) and who has the identifier '1004'.")
    ]  # fmt: skip
    assert checked.entries["state"].tolist() == ["ready"] * 4


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("login4,1004,8", 0),
        ("login4,,8", 0),
        ("login4,7777,", 0),
        ("nobody,7777,8", 0),
        ("login4,1005,8", 0),
        ("login3,7777,8", 1),
        ("login9,7777,8", 1),
        ("LOGIN4,7777,8", 1),
        ("login4,1.004E+3,8", 1),
        ("login4,1004.0,8", 1),
    ],
)
def test_which_rows_are_told(tmp_path: Path, row: str, said: int) -> None:
    """Not what agrees, is blank, asks for nothing, is nobody's row, or is another one's id, which is a question of its own."""
    checked = check(tmp_path, [*GOOD, row])
    assert len(told(checked)) == said


def test_who_has_no_such_id_is_told_so(tmp_path: Path) -> None:
    """Where the gradebook has no such id for the student, the sentence says that, and names no empty one."""
    ((_, _, message),) = told(check(tmp_path, [*GOOD, "login9,7777,8"]))
    assert message.endswith("(login9) and who has no identifier in the gradebook.")


def test_an_id_of_several_is_not_nobodys(tmp_path: Path) -> None:
    """An address that two students share is known."""
    rows = [f"login{n},p{n}@example.org,8" for n in range(4)]
    header = "Login ID,Email,Quiz 1"
    assert told(check(tmp_path, [*rows, "login7,shared@example.org,8"], header=header)) == []
    assert len(told(check(tmp_path, [*rows, "login7,other@example.org,8"], header=header))) == 1


def test_a_picked_student_is_not_doubted(tmp_path: Path) -> None:
    """Whom a person picked is whom the row means."""
    rows = [*GOOD, "login4,7777,8"]
    assert told(check(tmp_path, rows, lambda each: each.match_student("login4", "s4"))) == []


def test_ids_of_another_system_say_nothing(tmp_path: Path) -> None:
    """A column of ids that the gradebook does not have, or hardly, is not heard, however long it is."""
    rows = [f"login{n},{n + 70},8" for n in range(PEOPLE)]
    assert told(check(tmp_path, rows)) == []
    rows[5] = "login5,1005,8"
    assert told(check(tmp_path, rows)) == []


def test_places_that_look_like_ids_say_nothing(tmp_path: Path) -> None:
    """A column whose known ids are other students' does not agree, and its unknown ones are not told besides."""
    rows = [f"login{n},{1000 + (n + 1)},8" for n in range(20, 30)]
    assert told(check(tmp_path, [*rows, "login2,7777,8"])) == []


def test_many_are_told_as_one(tmp_path: Path) -> None:
    """More than twenty such rows are one finding of the column, which names the first."""
    few = [f"login{n},{5000 + n if n < MOST_TOLD else 1000 + n},8" for n in range(10, PEOPLE)]
    many = [f"login{n},{5000 + n if n % 5 < 2 else 1000 + n},8" for n in range(PEOPLE)]
    assert len(told(check(tmp_path, few))) == MOST_TOLD - 10
    ((line, column, message),) = told(check(tmp_path, many))
    assert (line, column) == (0, "SIS User ID")
    assert message.startswith("25 rows hold an id here that nobody has, and were taken for whom 'Login ID' says: lines 2, 3, 7,")  # fmt: skip
    assert message.endswith(" and 5 more.")


ROWS = st.lists(st.sampled_from(["own", "nobody", "blank", "another"]), min_size=2, max_size=PEOPLE)
FULL = make_snapshot(
    [make_student(f"s{n}", identifier=f"{1000 + n}", username=f"login{n}") for n in range(PEOPLE)],
    [make_line_item("q1", "Quiz 1")],
)


@settings(max_examples=40, deadline=None)
@given(kinds=ROWS)
def test_it_is_told_where_the_column_usually_agrees(kinds: list[str]) -> None:
    """Told are exactly the unknown ids of a column that agrees in more than half of its other rows; twenty findings at most."""
    ids = [
        {"own": f"{1000 + n}", "nobody": f"{5000 + n}", "blank": "", "another": f"{1000 + (n + 1) % PEOPLE}"}[kind]
        for n, kind in enumerate(kinds)
    ]  # fmt: skip
    rows = [f"login{n},{each},8" for n, each in enumerate(ids)]
    text = "\n".join(["Login ID,SIS User ID,Quiz 1", *rows]) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        sheet = read_sheet(write_sheet(Path(folder), text))
    columns = suggest_columns(sheet, FULL)
    # The logins are the key, whichever finds more.
    columns = columns.with_meaning("Login ID", means="student", key="username")
    columns = columns.with_meaning("SIS User ID", means="ignored")
    found = told(checked := check_entries(sheet, columns, FULL))
    filled, distinct = len(kinds) - kinds.count("blank"), {each for each in ids if each}
    heard = 2 * sum(each < "5000" for each in distinct) >= len(distinct)
    unknown = [n + 2 for n, kind in enumerate(kinds) if kind == "nobody"]
    if not heard or kinds.count("own") <= (filled - 1) / 2:
        unknown = []
    assert [line for line, _, _ in found] == ([0] if len(unknown) > MOST_TOLD else unknown)
    asked = (checked.findings["code"] == "keys-disagree").sum()
    assert checked.counts["blocked"] == asked
