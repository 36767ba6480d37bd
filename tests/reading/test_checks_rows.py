"""In a sheet of several classes each grade goes to the student's own class, or is asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

import gradetools as gt
from gradetools.checks import Checked, check_entries
from gradetools.columns import Columns, suggest_columns
from gradetools.sheet import read_sheet

CLASSES = {"a": "Algebra 1", "b": "Biology 1", "c": "Chemistry 1"}
SCHOOL = make_snapshot(
    [
        make_student("s1", given_name="Ada", identifier="11", email="ada@example.org", class_id="a"),
        make_student("s2", given_name="Ben", identifier="12", email="ben@example.org", class_id="b"),
        make_student("s3", given_name="Cleo", identifier="13", class_id="a"),
        make_student("s3", given_name="Cleo", identifier="13", class_id="b"),
        make_student("s4", given_name="Dan", identifier="14", class_id="c"),
        make_student("s5", given_name="Eve", identifier="15", class_id="a", active=False),
    ],
    [
        make_line_item("a1", "Quiz 1", 10.0, class_id="a"),
        make_line_item("b1", "Quiz 1", 20.0, class_id="b"),
        make_line_item("a2", "Essay", 10.0, class_id="a"),
        make_line_item("c2", "Poem", 10.0, class_id="c"),
    ],
    CLASSES,
)  # fmt: skip


def check(folder: Path, text: str, change: Callable[[Columns], Columns] | None = None) -> Checked:
    """Check a sheet's text with its suggested columns, changed or not."""
    sheet = read_sheet(write_sheet(folder, text))
    columns = suggest_columns(sheet, SCHOOL)
    return check_entries(sheet, change(columns) if change else columns, SCHOOL)


def told(checked: Checked) -> list[tuple[int, str, str]]:
    """Give each finding's line, code and message."""
    frame = checked.findings
    return list(zip(frame["line"], frame["code"], frame["message"], strict=True))


def items(checked: Checked) -> list[tuple[str, str]]:
    """Give each entry's line item and state."""
    return list(zip(checked.entries["line_item"], checked.entries["state"], strict=True))


def test_each_row_goes_to_its_own_class(tmp_path: Path) -> None:
    """Under one title each student's grade goes to the line item of their class, with its range."""
    checked = check(tmp_path, "ID,Quiz 1\n11,80%\n12,80%\n15,5\n")
    assert items(checked) == [("a1", "ready"), ("b1", "ready"), ("a1", "ready")]
    assert checked.entries["score"].tolist() == [8.0, 16.0, 5.0]
    assert [code for _, code, _ in told(checked)] == ["student-withdrawn"]


def test_who_is_in_two_classes_or_none_is_an_error(tmp_path: Path) -> None:
    """A student of two of the classes, or of another one, is told and blocked; the others are not."""
    checked = check(tmp_path, "ID,Quiz 1\n11,8\n13,8\n14,8\n")
    assert items(checked) == [("a1", "ready"), ("", "blocked"), ("", "blocked")]
    assert told(checked) == [
        (3, "line-item-unresolved", "Cleo is in Algebra 1 and Biology 1: whose 'Quiz 1' it is, nothing says."),
        (4, "line-item-unresolved", "Dan is in Chemistry 1, which has no 'Quiz 1'."),
    ]  # fmt: skip


def test_unknown_students_are_told_once(tmp_path: Path) -> None:
    """Who is unknown is in no class; that is said of the student alone."""
    checked = check(tmp_path, "ID,Quiz 1\n11,8\n99,8\n")
    assert [code for _, code, _ in told(checked)] == ["student-unknown"]
    assert checked.entries["state"].tolist() == ["ready", "blocked"]


def test_the_row_may_name_its_class(tmp_path: Path) -> None:
    """A class in the row decides for a student of two; one that the student is not in is an error."""
    checked = check(
        tmp_path, "ID,Section,Quiz 1\n13,Biology 1,8\n11,Biology 1,8\n12,Chemistry 1,8\n"
    )
    assert items(checked) == [("b1", "ready"), ("b1", "blocked"), ("", "blocked")]
    assert told(checked) == [
        (
            3,
            "student-not-in-class",
            "Ada is not in Biology 1, which 'Quiz 1 (Biology 1)' belongs to.",
        ),
        (4, "line-item-unresolved", "The row says Chemistry 1, which has no 'Quiz 1'."),
    ]


def test_long_sheets_of_several_classes(tmp_path: Path) -> None:
    """Where each row names its line item, a title of several classes is that of the student's own."""
    text = "ID,Assignment,Score\n11,Quiz 1,8\n12,Quiz 1,8\n13,Quiz 1,8\n13,Essay,8\n13,a1,8\n12,Song,8\n"
    checked = check(tmp_path, text)
    assert items(checked) == [
        *(("a1", "ready"), ("b1", "ready"), ("", "blocked"), ("a2", "ready"), ("a1", "ready")),
        ("", "blocked"),
    ]
    assert told(checked) == [
        (4, "line-item-unresolved", "Cleo is in Algebra 1 and Biology 1: whose 'Quiz 1' it is, nothing says."),
        (7, "line-item-unknown", "No line item is called 'Song'."),
    ]  # fmt: skip


def test_two_line_items_of_one_class_are_not_chosen_from(tmp_path: Path) -> None:
    """When a person names two line items of one class, rows of that class are blocked."""
    checked = check(
        tmp_path, "ID,Quiz 1\n11,8\n12,8\n", lambda each: each.with_meaning("Quiz 1", line_items=["a1", "a2", "b1"])
    )  # fmt: skip
    assert items(checked) == [("", "blocked"), ("b1", "ready")]


def test_line_items_of_other_classes_are_unknown(tmp_path: Path) -> None:
    """Columns whose line items the classes do not have block every entry, and say so."""
    checked = check(tmp_path, "ID,Quiz 1\n11,8\n", lambda each: each.with_meaning("Quiz 1", line_items=["x", "y"]))  # fmt: skip
    assert [(line, code) for line, code, _ in told(checked)] == [(0, "line-item-unknown")]
    assert checked.entries["state"].tolist() == ["blocked"]


def test_a_row_of_another_class_is_a_question(tmp_path: Path) -> None:
    """A row that names one class under a line item of another is asked about, once for the column."""
    text = "ID,Class,Essay\n13,Biology 1,8\n11,Algebra 1,8\n11,9B,\n"
    checked = check(tmp_path, text)
    assert told(checked) == [
        (2, "class-differs", "The row says Biology 1, and 'Essay' belongs to Algebra 1.")
    ]
    assert checked.entries["state"].tolist() == ["blocked", "ready", "skipped"]
    accepted = check(tmp_path, text, lambda each: each.answer("class-differs", "Essay"))
    assert accepted.entries["state"].tolist() == ["ready", "ready", "skipped"]


def check_algebra(folder: Path, text: str, others: dict[str, str]) -> Checked:
    """Check a sheet for Algebra 1 alone, where the gradebook's other classes are known or not."""
    people = [
        make_student("s1", given_name="Ada", identifier="11", class_id="a"),
        make_student("s3", given_name="Cleo", identifier="13", class_id="a"),
    ]
    items = [make_line_item("a1", "Quiz 1", 10.0, class_id="a")]
    snapshot = replace(make_snapshot(people, items, {"a": "Algebra 1"}), other_classes=others)
    sheet = read_sheet(write_sheet(folder, text))
    return check_entries(sheet, suggest_columns(sheet, snapshot), snapshot)


@pytest.mark.parametrize(
    ("sections", "others", "asked"),
    [
        (
            ("Algebra 1", "Biology 1"),
            {},
            [3],
        ),  # one row is called as the class is, so the other is another
        (("Biology 1", "biology 1"), {"b": "Biology 1"}, [2, 3]),
        (("b", ""), {"b": "Biology 1"}, [2]),
        (("Algebra 1 and Honors", "Algebra 1"), {}, []),
        (("Algebra 1", "Algebra 10"), {}, [3]),
        (("Algebra 1", "Algebra 1"), {"z": "Algebra 1"}, []),  # last year's has the same title
        (
            ("Period 1", "Period 2"),
            {"b": "Biology 1"},
            [],
        ),  # sections that are no classes of the gradebook
    ],
)
def test_a_row_of_a_class_that_was_not_chosen_is_a_question(
    sections: tuple[str, str], others: dict[str, str], asked: list[int], tmp_path: Path
) -> None:
    """Whose row names a class that was not read is asked about, although the student is in the one that was."""
    rows = "".join(
        f"{key},{section},8\n" for key, section in zip(("11", "13"), sections, strict=True)
    )
    checked = check_algebra(tmp_path, f"ID,Section,Quiz 1\n{rows}", others)
    assert [(line, code) for line, code, _ in told(checked)] == [
        (line, "class-differs") for line in asked
    ]
    assert checked.counts["blocked"] == len(asked)
    said = [sections[line - 2] for line in asked]
    assert [message for _, _, message in told(checked)] == [
        f"The row says {each}, and 'Quiz 1' belongs to Algebra 1." for each in said
    ]


def test_nobody_comes_near_a_student_of_another_class(tmp_path: Path) -> None:
    """Of a student whom the row puts in a class that was not read nobody here is proposed: whoever comes near is a stranger."""
    text = "ID,Section,Quiz 1\n11,Algebra 1,8\n113,Biology 1,8\n"
    checked = check_algebra(tmp_path, text, {})
    (message,) = checked.findings["message"]
    assert message == "Nobody has the identifier '113' in Algebra 1; the row says Biology 1."
    assert "Perhaps" not in checked.findings["suggestion"][0]
    assert checked.findings["suggestion"][0].startswith("Choose that class too, in step 2")
    other = check_algebra(tmp_path, text.replace(",Biology 1", ",Algebra 1"), {})
    assert other.findings["suggestion"][0].startswith("Perhaps Cleo")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ID,Email,Quiz 1\n11,ada@example.org,8\n12,BEN@example.org,8\n", []),
        ("ID,Email,Quiz 1\n11,ben@example.org,8\n12,ben@example.org,8\n",
         [(2, "'ID' says Ada (11), but 'Email' says Ben (ben@example.org).")]),
        ("ID,Email,Quiz 1\n11,ben@example.org,\n12,,8\n", []),
        ("ID,Email,Quiz 1\n11,ben@example.org,8\n12,b@x,8\n15,c@x,8\n", []),
    ],
)  # fmt: skip
def test_columns_of_ids_that_disagree_are_a_question(
    tmp_path: Path, text: str, said: list[tuple[int, str]]
) -> None:
    """A row whose other id is somebody else's is asked about; a column that finds few is not heard."""
    checked = check(tmp_path, text)
    frame = checked.findings[(checked.findings["code"] == "keys-disagree").to_numpy()]
    assert list(zip(frame["line"], frame["message"], strict=True)) == said
    assert (checked.entries["state"] == "blocked").sum() == len(said)


def test_the_key_can_be_said_to_be_right(tmp_path: Path) -> None:
    """An answer settles it, and so does picking the student."""
    text = "ID,Email,Quiz 1\n11,ben@example.org,8\n12,ben@example.org,8\n"
    accepted = check(tmp_path, text, lambda each: each.answer("keys-disagree", "ID"))
    picked = check(tmp_path, text, lambda each: each.match_student("11", "s1"))
    assert [checked.counts["ready"] for checked in (accepted, picked)] == [2, 2]


def test_an_id_that_lost_its_zeros_is_doubted_as_a_whole_one(tmp_path: Path) -> None:
    """Once it is taken for who has it with its zeros, an address of somebody else's is a question there, too."""
    snapshot = make_snapshot(
        [
            make_student("s1", given_name="Ada", identifier="0011", email="ada@example.org"),
            make_student("s2", given_name="Ben", identifier="0012", email="ben@example.org"),
        ],
        [make_line_item("q1", "Quiz 1")],
    )
    text = "ID,Email,Quiz 1\n11,ben@example.org,8\n12,ada@example.org,8\n"
    sheet = read_sheet(write_sheet(tmp_path, text))
    columns = suggest_columns(sheet, snapshot).with_meaning("ID", means="student", key="identifier")
    for text, student in (("11", "s1"), ("12", "s2")):
        columns = columns.match_student(text, student)
    checked = check_entries(sheet, columns, snapshot)
    assert checked.findings["code"].tolist() == ["keys-disagree"] * 2


def test_three_classes_of_the_sandbox(tmp_path: Path) -> None:
    """A sheet of three real classes is planned for each class's own Midterm; who sits in two is asked about."""
    with gt.Sandbox() as sandbox, gt.connect(sandbox) as gradebook:
        classes = ["algebra-1", "biology-1", "world-history-1"]
        snapshot = gradebook.take_snapshot(classes)
        people = snapshot.students.drop_duplicates("sourced_id")
        several = snapshot.students["sourced_id"].value_counts()
        rows = "".join(f"{each},80\n" for each in people["identifier"])
        sheet = read_sheet(write_sheet(tmp_path, f"Student ID,Midterm\n{rows}"))
        checked = check_entries(sheet, suggest_columns(sheet, snapshot), snapshot)
    own = snapshot.students.set_index("sourced_id")["class_id"]
    ready = checked.entries[(checked.entries["state"] == "ready").to_numpy()]
    assert [own[student] for student in ready["student"]] == ready["class_id"].tolist()
    assert set(ready["line_item"]) == {"algebra-midterm", "biology-midterm", "history-midterm"}
    assert checked.counts["blocked"] == int((several > 1).sum()) > 0
