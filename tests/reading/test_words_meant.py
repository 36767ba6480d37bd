"""What schools call a status, an item or another person is understood as they mean it, and nothing more."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import Checked, check_entries
from gradetools.columns import Columns, LineItemIndex, suggest_columns
from gradetools.sheet import read_sheet

SCHOOL = make_snapshot(
    [
        make_student("s1", given_name="Ada", family_name="Example", identifier="70123"),
        make_student("s2", given_name="Ben", family_name="Sample", identifier="70124"),
        make_student("s3", given_name="Cleo", family_name="Specimen", identifier="70125"),
        make_student("s4", given_name="Dan", family_name="Model", identifier="70126"),
    ],
    [
        *(make_line_item(f"q{k}", f"Quiz {k}") for k in range(2, 5)),
        *(make_line_item(f"h{k}", f"Homework {k}") for k in range(1, 4)),
        make_line_item("p1", "Project 1"),
        make_line_item("p2", "project-1"),
    ],
)


def check(folder: Path, text: str) -> tuple[Columns, Checked]:
    """Read a sheet, take what is suggested, and check its entries."""
    sheet = read_sheet(write_sheet(folder, text))
    columns = suggest_columns(sheet, SCHOOL)
    return columns, check_entries(sheet, columns, SCHOOL)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Exempt", "exempt"),
        ("EXCUSED", "exempt"),
        ("missing", "not submitted"),
        ("Not submitted", "not submitted"),
    ],
)
def test_a_word_of_oneroster_in_a_score_cell_is_its_status(
    tmp_path: Path, word: str, status: str
) -> None:
    """Exempt, excused, missing and not submitted are proposed as what they say, and shown among the tokens."""
    columns, checked = check(tmp_path, f"ID,Quiz 2\n70123,8\n70124,{word}\n70125,9\n")
    assert checked.findings.empty
    assert checked.entries["score_status"].fillna("").astype(str).tolist()[1] == status
    assert columns.tokens[word]["scoreStatus"] == status


def test_words_that_do_not_stand_in_the_sheet_are_no_tokens_of_it(tmp_path: Path) -> None:
    """Only words that are there are shown to be answered."""
    columns, _ = check(tmp_path, "ID,Quiz 2\n70123,8\n70124,EX\n")
    assert sorted(columns.tokens) == ["-", "EX", "INC", "MIS", "N/A"]


@pytest.mark.parametrize("word", ["ABS", "absent"])
def test_what_an_absence_means_is_asked(tmp_path: Path, word: str) -> None:
    """An absence may be no grade, missing work or an excuse: it is a question, and its entry waits."""
    _, checked = check(tmp_path, f"ID,Quiz 2\n70123,8\n70124,{word}\n70125,9\n")
    assert checked.findings["code"].tolist() == ["token-unclear"]
    assert checked.counts["blocked"] == 1


@pytest.mark.parametrize("word", ["late", "dropped", "Pass", "see me"])
def test_other_words_are_no_scores(tmp_path: Path, word: str) -> None:
    """A word that is no status stays an error."""
    _, checked = check(tmp_path, f"ID,Quiz 2\n70123,8\n70124,{word}\n70125,9\n")
    assert checked.findings["code"].tolist() == ["score-not-a-number"]


def test_a_column_of_such_words_is_none_of_scores(tmp_path: Path) -> None:
    """A column that says Missing or Excused beside the scores does not become a score column by that."""
    columns, _ = check(
        tmp_path, "ID,Quiz 2,Hand in\n70123,,Missing\n70124,8,Excused\n70125,9,Missing\n"
    )
    assert [each.means for each in columns.meanings] == ["student", "score", "ignored"]


def test_synonyms_of_a_score_status_are_read(tmp_path: Path) -> None:
    """Graded, Complete, Excused and Missing in a column of statuses are OneRoster's own; another word is an error."""
    _, checked = check(
        tmp_path,
        "ID,Quiz 3,Quiz 3 status\n70123,8,Graded\n70124,,Excused\n70125,,Missing\n70126,9,Returned\n",
    )
    assert checked.entries["score_status"].fillna("").astype(str).tolist()[:3] == [
        "fully graded",
        "exempt",
        "not submitted",
    ]
    assert checked.findings["code"].tolist() == ["status-unknown"]


def test_a_score_that_is_called_missing_is_asked_about(tmp_path: Path) -> None:
    """Points and Missing exclude each other, as points and `not submitted` do."""
    _, checked = check(tmp_path, "ID,Quiz 3,Quiz 3 status\n70123,8,Missing\n70124,9,Graded\n")
    assert checked.findings["code"].tolist() == ["status-disagrees"]


@pytest.mark.parametrize("header", ["Partner", "Lab partner", "Advisor", "Parent/Guardian"])
def test_another_person_is_not_the_student(tmp_path: Path, header: str) -> None:
    """Names under Partner or Advisor beside the ids are not taken for the students' own; under Child they are."""
    text = "ID,{},Quiz 2\n70123,Ben Sample,8\n70124,Ada Example,7\n70125,Dan Model,9\n70126,Cleo Specimen,6\n"
    columns, checked = check(tmp_path, text.format(header))
    assert (columns.meanings[1].means, checked.counts["blocked"]) == ("ignored", 0)
    columns, _ = check(tmp_path, text.format("Child"))
    assert columns.meanings[1].means == "name"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("quiz3", ["Quiz 3"]),
        ("Quiz #3", ["Quiz 3"]),
        ("Quiz 03", ["Quiz 3"]),
        ("Quiz no. 3", ["Quiz 3"]),
        ("HW 3", ["Homework 3"]),
        ("hw-03", ["Homework 3"]),
        ("Quiz 3 (out of 10)", ["Quiz 3"]),
        ("Quiz 3 %", ["Quiz 3"]),
        ("HW 3 / 20", ["Homework 3"]),
        ("Quiz 3 out of 10", ["Quiz 3"]),
    ],
)
def test_the_title_that_fits_letter_by_letter_is_proposed_alone(name: str, near: list[str]) -> None:
    """A title that differs only by signs, zeros, a short form or a full mark is the one that may be meant; the column still waits for it."""
    index = LineItemIndex(SCHOOL.line_items)
    assert index.near(name) == near
    assert not index.find(name).line_item


def test_titles_that_fit_alike_are_all_proposed() -> None:
    """Where two titles differ only by signs none is proposed alone."""
    assert len(LineItemIndex(SCHOOL.line_items).near("Project #1")) > 1
