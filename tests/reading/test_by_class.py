"""A title that several classes share means the line item of the class that each student is in."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.columns import (
    IN_NONE,
    IN_SEVERAL,
    ClassGuess,
    find_named_classes,
    find_own_classes,
    list_named_classes,
    propose_classes,
    suggest_columns,
)
from gradetools.sheet import read_sheet

CLASSES = {"a": "Algebra 1", "b": "Biology 1", "c": "Chemistry", "d": "chemistry"}
ENROLMENTS = make_snapshot(
    [
        make_student("one", class_id="a"),
        make_student("both", class_id="a"),
        make_student("both", class_id="b"),
        make_student("moved", class_id="a", active=False),
        make_student("moved", class_id="b"),
        make_student("left", class_id="a", active=False),
        make_student("left twice", class_id="a", active=False),
        make_student("left twice", class_id="b", active=False),
        make_student("elsewhere", class_id="c"),
    ],
    [],
).students


def resolve(student: str, named: str = "") -> int:
    """Resolve one row: 0 is the line item of class a, 1 that of class b."""
    texts = (pd.Series([text], dtype="str") for text in (student, named))
    return int(find_own_classes(["a", "b"], *texts, ENROLMENTS)[0])


def test_enrolment_decides() -> None:
    """The class a student is in decides; one who has left a class belongs to it where no other claims them."""
    people = ("one", "moved", "left", "both", "left twice", "elsewhere", "")
    assert [resolve(student) for student in people] == [
        *(0, 1, 0),
        *(IN_SEVERAL, IN_SEVERAL, IN_NONE, IN_NONE),
    ]


def test_a_row_that_names_its_class_decides() -> None:
    """The class that a row names is taken, also against the enrolment, which the checks then compare."""
    found = [resolve("both", "b"), resolve("both", "a"), resolve("one", "b"), resolve("one", "c")]
    assert found == [1, 0, 1, IN_NONE]


def test_classes_are_named_by_id_or_title(tmp_path: Path) -> None:
    """A column of classes or sections names one by sourcedId or title; a title of two names none."""
    text = "ID,Class,Section,Quiz 1\n1,A,,8\n2,biology 1,x,8\n3,Chemistry,,8\n4,,Algebra 1,8\n5,9B,,8\n"
    sheet = read_sheet(write_sheet(tmp_path, text))
    snapshot = make_snapshot([make_student("s1")], [make_line_item("l1", "Quiz 1")], CLASSES)
    named = find_named_classes(sheet, suggest_columns(sheet, snapshot), CLASSES)
    assert list(named) == ["a", "b", "", "a", ""]


def test_the_classes_that_a_sheet_names_are_listed(tmp_path: Path) -> None:
    """The most named comes first; a title of two classes names none, and another kind of section is no class."""
    text = "ID,Section,Quiz 1\n1,biology 1,8\n2,Algebra 1,8\n3,b,8\n4,Chemistry,8\n5,9B,8\n"
    sheet = read_sheet(write_sheet(tmp_path, text))
    assert list_named_classes(sheet, CLASSES) == ["b", "a"]


@pytest.mark.parametrize(
    ("sections", "matched", "proposed"),
    [
        ("ab", {"a": 2, "b": 1}, (["a", "b"], "named")),
        ("ab", {"a": 2}, (["a"], "students")),
        ("bb", {"a": 2, "b": 1}, (["a"], "students")),
        ("ab", {}, (["a", "b"], "named-unknown")),
        ("bb", {}, (["b"], "named-unknown")),
        ("xx", {"a": 1, "b": 1}, ([], "")),
        ("xx", {"a": 2, "b": 1}, (["a"], "students")),
        ("xx", {}, ([], "")),
    ],
)
def test_the_classes_of_a_sheet_are_proposed(
    tmp_path: Path, sections: str, matched: dict[str, int], proposed: tuple[list[str], str]
) -> None:
    """Several that rows name and that know some of their ids; else the one that knows most; with no id known, those named."""
    rows = "".join(f"{n},{section},8\n" for n, section in enumerate(sections))
    sheet = read_sheet(write_sheet(tmp_path, f"ID,Section,Quiz 1\n{rows}"))
    ranked = [ClassGuess(key, number, 2, "ID", "identifier") for key, number in matched.items()]
    assert propose_classes(sheet, CLASSES, ranked) == proposed
