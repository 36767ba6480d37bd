"""Texts kept as numbers, and cells read once for all columns, say what each cell by itself says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import Checked, check_entries
from gradetools.checks.coded import CodedTexts
from gradetools.checks.gathering import gather_facts
from gradetools.columns import categorise, suggest_columns
from gradetools.sheet import read_sheet
from gradetools.snapshot import Snapshot

COUNT = 200  # more than a small number of one byte can count


def make_school() -> Snapshot:
    """Make a class of more students than a byte can number."""
    people = [
        make_student(f"s{i}", given_name=f"Person{i}", family_name="Example", identifier=f"{i:05}")
        for i in range(COUNT)
    ]
    return make_snapshot(people, [make_line_item(f"l{k}", f"Quiz {k}") for k in (1, 2)])


def check(folder: Path, text: str) -> Checked:
    """Check a sheet with its suggested columns."""
    school, sheet = make_school(), read_sheet(write_sheet(folder, text))
    return check_entries(sheet, suggest_columns(sheet, school), school)


def test_coded_texts_put_add_and_write_out() -> None:
    """What is put at some entries leaves the others alone, and what is added is joined by a comma."""
    coded = CodedTexts.blank(5, "")
    coded.put(np.array([1, 3]), np.array([1, 0]), ["a", "b"])
    coded.add(np.array([0, 1]), "z")
    expected = ["z", "b,z", "", "a", ""]
    assert (coded.to_objects().tolist(), coded.to_categories().tolist()) == (expected, expected)


def test_categories_of_same_texts_are_one() -> None:
    """Texts that come twice are one category, a number from the end counts from there, and rows are spread in order."""
    found = categorise(["a", "b", "a"], np.array([0, 1, 2, -2]))
    assert (found.tolist(), found.categories.tolist()) == (["a", "b", "a", "b"], ["a", "b"])
    many = [str(i) for i in range(70_000)]
    assert categorise(many).tolist() == many


def test_many_names_stay_with_their_rows(tmp_path: Path) -> None:
    """Among more names than a byte can number, the one that differs is told, with its own line and no other."""
    rows = [f"{i:05},Person{i} Example,{i % 9},{i % 7}" for i in range(COUNT)]
    rows[150] = "00150,Someone Else,5,6"
    checked = check(tmp_path, "\n".join(["ID,Name,Quiz 1,Quiz 2", *rows]))
    told = checked.findings[checked.findings["code"] == "name-differs"]
    assert told["line"].tolist() == [152]
    expected = [name for i in range(COUNT) for name in (f"Person{i} Example",) * 2]
    assert checked.entries["student_name"].tolist() == expected
    scores = [float(n) for i in range(COUNT) for n in ((5, 6) if i == 150 else (i % 9, i % 7))]
    assert checked.entries["score"].tolist() == scores


def test_columns_read_their_own_commas(tmp_path: Path) -> None:
    """One text means one thing under a column that shows decimal commas, and is in doubt under another."""
    checked = check(tmp_path, "ID;Quiz 1;Quiz 2\n00001;1,234;1,234\n00002;2,5;7\n")
    assert checked.entries["score"].fillna(-1).tolist() == [1.234, -1.0, 2.5, 7.0]
    assert checked.findings["column"].tolist() == ["Quiz 2"]


def test_grades_number_student_and_item(tmp_path: Path) -> None:
    """Entries for one student and line item have one number; those of an unknown student are below zero."""
    text = "ID,Assignment,Score\n00001,Quiz 1,5\n00001,Quiz 2,5\n00002,Quiz 1,5\n00001,Quiz 1,6\n,Quiz 1,3\n"
    school, sheet = make_school(), read_sheet(write_sheet(tmp_path, text))
    facts = gather_facts(sheet, suggest_columns(sheet, school), school)
    grades = facts.grades.tolist()
    assert grades[0] == grades[3]
    assert len(set(grades[:3])) == 3
    assert (grades[4] < 0, facts.has_attempts) == (True, True)


def test_distinct_texts_spell_the_column(tmp_path: Path) -> None:
    """The distinct texts of a column, put back by their numbers, are the column, blanks taken off."""
    sheet = read_sheet(write_sheet(tmp_path, "ID,Quiz 1\n00001, 5\n00002,6\n00003,5\n"))
    codes, texts = sheet.distinct("Quiz 1")
    assert texts.take(codes).tolist() == sheet.column("Quiz 1").tolist() == ["5", "6", "5"]
    codes, texts = sheet.distinct("Quiz 1", np.array([False, True, True]))
    assert texts.take(codes).tolist() == ["6", "5"]


def test_each_column_keeps_its_own_fields(tmp_path: Path) -> None:
    """Letters, comments and CLEAR of the second column are the second column's; the first is left alone."""
    text = "ID,Quiz 1,Quiz 2,Quiz 2 comment\n00001,5,B+,good\n00002,CLEAR,CLEAR,\n00003,7,C,fair\n"
    school, sheet = make_school(), read_sheet(write_sheet(tmp_path, text))
    columns = suggest_columns(sheet, school).with_meaning("Quiz 2", means="text_score")
    entries = check_entries(sheet, columns, school).entries
    assert entries["text_score"].tolist() == [None, "B+", None, None, None, "C"]
    assert entries["comment"].tolist() == [None, "good", None, None, None, "fair"]
    assert entries["clears"].tolist() == ["", "", "score,textScore", "textScore", "", ""]
    assert entries["score_status"].tolist() == [None, None, "not submitted", None, None, None]
