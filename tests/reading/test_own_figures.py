"""Running numbers and a teacher's own totals, ranks and the like are no score columns, unless a line item may be meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import check_entries
from gradetools.columns import suggest_columns
from gradetools.sheet import read_sheet
from gradetools.snapshot import Snapshot

STUDENTS = [make_student(f"s{k}", identifier=f"70{k:02}") for k in range(1, 13)]
SCHOOL = make_snapshot(
    STUDENTS,
    [
        make_line_item("l1", "Quiz 1"),
        make_line_item("l2", "Quiz 2"),
        make_line_item("l3", "Final Exam", 100.0),
        make_line_item("l4", "Essay", 40.0),
    ],
)
SCORES = [8, 9, 7, 10, 6, 8, 9, 5, 7, 10, 9, 8]


def suggest(
    folder: Path, title: str, texts: list[str], *, preamble: str = "", school: Snapshot = SCHOOL
) -> dict[str, tuple[str, str]]:
    """Say what each column of a sheet with one more column means, and why."""
    rows = [
        f"{more},70{k:02},{score}"
        for k, (more, score) in enumerate(zip(texts, SCORES, strict=False), 1)
    ]
    text = "\n".join([f"{title},Student number,Quiz 1", *filter(None, [preamble]), *rows, ""])
    columns = suggest_columns(read_sheet(write_sheet(folder, text)), school)
    return {str(each.column): (each.means, each.reason) for each in columns.meanings}


def count_up(count: int = 12) -> list[str]:
    """Give running numbers."""
    return [str(k) for k in range(1, count + 1)]


@pytest.mark.parametrize(
    "title", ["#", "No", "No.", "Nr.", "N°", "S/N", "Sl. No.", "lfd. Nr.", "Row", "Index", "Seat"]
)
def test_running_numbers_are_no_scores(tmp_path: Path, title: str) -> None:
    """A column that counts the rows up under such a header is ignored with that reason, and nothing is asked about it."""
    assert suggest(tmp_path, title, count_up())[title] == ("ignored", "it numbers the rows")


def test_running_numbers_may_begin_with_zero_have_no_header_start_anew_or_be_sorted(
    tmp_path: Path,
) -> None:
    """What pandas wrote, what has no header, the numbers of two classes and those of a sorted table number the rows."""
    told = ("ignored", "it numbers the rows")
    zero = [str(k) for k in range(12)]
    assert suggest(tmp_path, "Unnamed: 0", zero)["Unnamed: 0"] == told
    assert suggest(tmp_path, "", count_up())["(column A)"] == told
    assert suggest(tmp_path, "#", [*count_up(6), *count_up(6)])["#"] == told
    assert suggest(tmp_path, "#", [*count_up(11), ""])["#"] == told  # a row of averages has none
    assert suggest(tmp_path, "#", [*count_up()[6:], *count_up(6)])["#"] == told


@pytest.mark.parametrize(
    ("title", "texts"),
    [
        ("#", ["1", "0", "1", "1", "0", "1", "1", "0", "1", "1", "0", "1"]),
        ("#", ["8", "9", "7", "10", "6", "8", "9", "5", "7", "10", "9", "8"]),
        ("", ["4", "3", "2", "1", "8", "7", "6", "5", "12", "11", "10", "9"]),
        ("Lab", [str(k) for k in range(1, 13)]),
        ("#", [*(str(k) for k in range(1, 12)), "9.5"]),
    ],
)
def test_other_numbers_stay_a_question(tmp_path: Path, title: str, texts: list[str]) -> None:
    """What does not count up, or stands under another header, is still a score column without a line item."""
    assert suggest(tmp_path, title, texts)[title or "(column A)"][0] == "score"


def test_running_numbers_are_taken_where_a_line_item_is_called_so(tmp_path: Path) -> None:
    """Who has a line item called Index means that one."""
    school = make_snapshot(
        STUDENTS, [make_line_item("l1", "Quiz 1"), make_line_item("l5", "Index")]
    )
    assert suggest(tmp_path, "Index", count_up(), school=school)["Index"][0] == "score"


@pytest.mark.parametrize(
    ("title", "figure"),
    [
        ("Total", "a total"),
        ("Homework sum", "a total"),
        ("Summe", "a total"),
        ("%", "a percentage"),
        ("Average", "an average"),
        ("Quiz avg", "an average"),
        ("Durchschnitt", "an average"),
        ("GPA", "an average"),
        ("Grade so far", "an average"),
        ("Class rank", "a rank"),
        ("Year", "about the student"),
        ("Locker", "about the student"),
        ("Absences", "about attendance"),
    ],
)
def test_own_figures_are_no_scores(tmp_path: Path, title: str, figure: str) -> None:
    """A total, rank or the like that no line item is called after is ignored, and the reason says why."""
    told = f"by its header it is {figure}, and no line item is called so"
    assert suggest(tmp_path, title, [f"{k}.5" for k in range(12)])[title] == ("ignored", told)


@pytest.mark.parametrize(
    "title",
    ["Final %", "Essay total", "Final total", "Lab on the arithmetic mean", "Bonus", "Q1", "Total (40)"],
)  # fmt: skip
def test_what_may_be_of_a_line_item_stays_an_error(tmp_path: Path, title: str) -> None:
    """A percentage of what a line item is called, and whatever is not surely a teacher's own, is asked about as before."""
    assert suggest(tmp_path, title, [f"{k}.5" for k in range(12)])[title][0] == "score"


def test_a_stated_maximum_of_a_line_item_stays_an_error(tmp_path: Path) -> None:
    """A total out of as many points as an essay has may be the essay, and is asked about; out of 70 it is a total."""
    texts = [str(k) for k in range(20, 32)]
    sheet = "Student number,Quiz 1,Total\nPoints possible,10,{}\n" + "".join(
        f"70{k:02},8,{text}\n" for k, text in enumerate(texts, 1)
    )
    means = []
    for maximum in ("40", "70"):
        columns = suggest_columns(read_sheet(write_sheet(tmp_path, sheet.format(maximum))), SCHOOL)
        means.append(columns.meanings[-1].means)
    assert means == ["score", "ignored"]


def test_a_lone_total_is_not_ignored(tmp_path: Path) -> None:
    """A sheet whose only scores are under Total holds these: nothing is silently left out."""
    text = "Student number,Total\n7001,8\n7002,9\n"
    columns = suggest_columns(read_sheet(write_sheet(tmp_path, text)), SCHOOL)
    assert [each.means for each in columns.meanings] == ["student", "score"]


def test_a_comment_belongs_to_the_scores_beside_running_numbers(tmp_path: Path) -> None:
    """Running numbers and a total do not keep a lone Comment from its score column, and no finding comes of them."""
    text = "#,Student number,Quiz 1,Total,Comment\n" + "".join(
        f"{k},70{k:02},{score},{score},good\n" for k, score in enumerate(SCORES, 1)
    )
    sheet = read_sheet(write_sheet(tmp_path, text))
    columns = suggest_columns(sheet, SCHOOL)
    assert [each.means for each in columns.meanings] == [
        "ignored", "student", "score", "ignored", "comment",
    ]  # fmt: skip
    assert check_entries(sheet, columns, SCHOOL).findings.empty
