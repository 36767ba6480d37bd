"""Names of students are known as such under whatever header, so that they can be compared with the ids."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import check_entries
from gradetools.columns import suggest_columns
from gradetools.sheet import read_sheet

NAMES = ("Ada Lovely", "Ben Bright", "Cleo Calm", "Dov Dear")
SCHOOL = make_snapshot(
    [
        make_student(
            f"s{n}",
            given_name=name.split()[0],
            family_name=name.split()[1],
            identifier=f"000{n}",
            username=name.split()[0].lower(),
        )
        for n, name in enumerate(NAMES)
    ],
    [make_line_item("q1", "Quiz 1")],
)
SLID = (*NAMES[1:], NAMES[0])


def check(folder: Path, header: str, rows: list[str]) -> tuple[list[str], list[str]]:
    """Give the columns that are taken for names, and the codes of what is found."""
    sheet = read_sheet(write_sheet(folder, "\n".join([header, *rows]) + "\n"))
    columns = suggest_columns(sheet, SCHOOL)
    found = check_entries(sheet, columns, SCHOOL).findings["code"].tolist()
    return [str(each.column) for each in columns.of("name")], found


@pytest.mark.parametrize("header", ["Child", "Candidate", "Kids", "Who", ""])
def test_names_are_known_under_any_header(tmp_path: Path, header: str) -> None:
    """A column of students' names beside the ids is one of names, and names that slid by a row are a question."""
    for names, found in ((NAMES, []), (SLID, ["names-shifted"])):
        rows = [f"{name},000{n},8" for n, name in enumerate(names)]
        told, codes = check(tmp_path, f"{header},Student number,Quiz 1", rows)
        assert (len(told), codes) == (1, found)


@pytest.mark.parametrize("header", ["First,Last", "Given,Family", "A,B"])
def test_two_columns_are_one_name(tmp_path: Path, header: str) -> None:
    """First and last names in columns of their own are both known, and compared together."""
    rows = [f"{name.replace(' ', ',')},000{n},8" for n, name in enumerate(SLID)]
    told, codes = check(tmp_path, f"{header},Student number,Quiz 1", rows)
    assert (told, codes) == (header.split(","), ["names-shifted"])


def test_what_is_no_name_is_none(tmp_path: Path) -> None:
    """A login, a column of names far from the ids, and one of other words stay what they are."""
    rows = [
        f"000{n},8,{name.lower().replace(' ', '.')},{'red' if n else 'blue'},x{n},{SLID[n]}"
        for n, name in enumerate(NAMES)
    ]
    told, codes = check(tmp_path, "Student number,Quiz 1,Code,House,Seat,Partner", rows)
    assert (told, codes) == ([], [])


@pytest.mark.parametrize("header", ["Partner", "Lab partner", "Peer reviewer", "Teammate"])
def test_partners_are_not_the_student(tmp_path: Path, header: str) -> None:
    """A column beside the ids whose header says that it holds somebody else is no name of the student, and blocks nothing."""
    rows = [f"000{n},{name},8" for n, name in enumerate(SLID)]
    assert check(tmp_path, f"Student number,{header},Quiz 1", rows) == ([], [])


def test_logins_that_are_names_are_ids(tmp_path: Path) -> None:
    """A column of logins that finds students stays one of ids, although each is a word of a name."""
    rows = [f"000{n},{name.split()[0].lower()},8" for n, name in enumerate(NAMES)]
    told, codes = check(tmp_path, "Student number,Login,Quiz 1", rows)
    assert (told, codes) == ([], [])


def test_a_header_of_names_is_believed(tmp_path: Path) -> None:
    """Where a header says which column has the names, no other is taken for it."""
    rows = [f"{name},000{n},{SLID[n]},8" for n, name in enumerate(NAMES)]
    told, codes = check(tmp_path, "Student name,Student number,Partner,Quiz 1", rows)
    assert (told, codes) == (["Student name"], [])
