"""Whose a sheet's grades are is told with numbers, and with what to do."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet, write_workbook

from gradetools.columns import (
    ClassGuess,
    find_example,
    guess_class,
    list_repeated,
    propose_classes,
    students_matched,
    suggest_columns,
    tell_lines,
)
from gradetools.columns.guesses import tell_doubt, tell_found, tell_other_class, tell_zeros
from gradetools.sheet import Sheet, read_sheet

CLASSES = {"a": "Algebra 1", "b": "Biology 1"}
SCHOOL = make_snapshot(
    [
        make_student("s1", given_name="Ada", family_name="Example", identifier="00041"),
        make_student("s2", given_name="Ben", family_name="Example", identifier="00082"),
    ],
    [make_line_item("l1", "Quiz 1", 10.0), make_line_item("l2", "Quiz 2", 10.0)],
    {"algebra-1": "Algebra 1"},
)


def guess(class_id: str, matched: int) -> ClassGuess:
    """Make a guess that finds so many of 12 ids."""
    return ClassGuess(class_id, matched, 12, "Student number", "identifier")


def match(sheet: Sheet) -> pd.DataFrame:
    """Say whom each row means, by what is suggested."""
    return students_matched(sheet, suggest_columns(sheet, SCHOOL), SCHOOL)


def test_why_no_class_stands_out_is_told(tmp_path: Path) -> None:
    """Two classes that know as many ids are named; so is the column whose ids no class knows, and the other worksheets."""
    rows = [["Student number", "Quiz 1"], ["00041", "8"], ["00082", "7"], ["00082", "6"]]
    sheet = read_sheet(write_workbook(tmp_path, {"Grades": rows, "Old": [["x", "y"], ["z", "z"]]}))
    told = tell_doubt(sheet, [guess("a", 10), guess("b", 10)], CLASSES)
    assert told == (
        "10 of 12 ids in 'Student number' are in Algebra 1, as many in Biology 1. Choose the class."
    )
    told = tell_doubt(sheet, [], CLASSES)
    assert told.startswith("none of the 2 ids in 'Student number' is known in any class. ")
    assert (
        "choose the class here and that column in step 3; perhaps they are on another worksheet (Old)"
        in told
    )
    nobodys = read_sheet(write_sheet(tmp_path, "Colour,Mark\nred,7\nred,8\n"))
    told = tell_doubt(nobodys, [], CLASSES)
    assert told == (
        "no column is known to hold the students' ids. Nobody is found by name alone: add a column of ids, usernames or email "
        "addresses, or choose the column of names and pick each student by hand. If one holds ids all the same, choose the class, and that column in step 3."
    )


def test_a_sheet_of_names_alone_is_said_to_be_one(tmp_path: Path) -> None:
    """Where the column that could hold ids holds names, that is said, and not that the environment may be wrong."""
    rows = "Ada Example,8\nBen Example,7\n"
    sheet = read_sheet(write_sheet(tmp_path, f"Student,Quiz 1\n{rows}"))
    assert tell_doubt(sheet, [], CLASSES) == (
        "'Student' holds names, and no column is known to hold ids. Nobody is found by name alone: add a column of ids, "
        "usernames or email addresses, or choose the column of names and pick each student by hand. If one holds ids all the same, choose the class here and that column in step 3."
    )
    ids = read_sheet(write_sheet(tmp_path, "Student,Quiz 1\nada_example,8\n99 998,7\n"))
    assert "none of the 2 ids in 'Student' is known" in tell_doubt(ids, [], CLASSES)


def test_a_class_is_found_by_ids_without_their_zeros(tmp_path: Path) -> None:
    """A class whose ids the sheet's are but for zeros at the front is proposed, and it is said so; one id alone says nothing."""
    others = make_snapshot(
        [make_student("s9", identifier="00099"), make_student("s8", username="82")],
        [],
        {"biology-1": "Biology 1"},
    )
    snapshots = {"b": others, "a": SCHOOL}
    sheet = read_sheet(write_sheet(tmp_path, "Number,Quiz 1\n41,8\n82,7\n99999,6\n"))
    ranked = guess_class(sheet, {"a": SCHOOL})
    assert (ranked[0].matched, ranked[0].zeros) == (0, (("41", "00041"), ("82", "00082")))
    assert propose_classes(sheet, CLASSES, ranked) == (["a"], "students")
    assert tell_zeros(ranked[0]) == (
        "2 are but for zeros at the front, such as 00041 for 41: a spreadsheet program takes them away."
    )
    both = guess_class(sheet, snapshots)
    assert [(each.class_id, each.matched, each.fits) for each in both] == [("a", 0, 2), ("b", 1, 1)]
    assert propose_classes(sheet, CLASSES, both) == (["a"], "students")
    told = "though 1 of 3 students of the sheet is in it, and 2 in Algebra 1 but for zeros at the front"
    assert tell_other_class(both, ["b"], CLASSES) == told
    mixed = read_sheet(write_sheet(tmp_path, "Number,Quiz 1\n99,8\n00041,7\n82,7\n"))
    assert guess_class(mixed, {"a": SCHOOL})[0].zeros == ()
    alike = guess_class(sheet, {"a": SCHOOL, "b": SCHOOL})
    assert propose_classes(sheet, CLASSES, alike) == ([], "")
    assert tell_doubt(sheet, alike, CLASSES) == (
        "2 of 3 ids in 'Number' are in Algebra 1, as many in Biology 1, but for zeros at the front. Choose the class."
    )


def test_a_class_that_fits_better_than_the_chosen_one_is_named() -> None:
    """Who takes another class than the one with the students learns how many are in which; else nothing is said."""
    ranked = [guess("a", 10), guess("b", 2)]
    told = tell_other_class(ranked, ["b"], CLASSES)
    assert told == "though 2 of 12 students of the sheet are in it, and 10 in Algebra 1"
    assert "though none of 12" in tell_other_class(ranked[:1], ["b"], CLASSES)
    for few, chosen in ((ranked, ["a", "b"]), ([], ["b"]), ([guess("a", 2), guess("b", 2)], ["b"])):
        assert tell_other_class(few, chosen, CLASSES) == ""


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("00041,8\n00082,7", "2 of 2 students found."),
        ("00041,8\n00041,7", "1 of 1 student found, in 2 rows."),
        (
            "00041,8\n00082,7\n00082,6\n99999,5",
            "2 of 3 students found, in 3 of 4 rows. Choose below who the other is; without it that row stays blocked.",
        ),
        ("99998,8\n99999,7", "0 of 2 students found. Look whether it is the right class, and"),
        (
            "00041,8\n,7",
            "1 of 1 student found, in 1 of 2 rows. Line 3 says nobody's id, and stays blocked until it is entered,",
        ),
        ("00041,8\n,7\n,6", " Lines 3 and 4 say nobody's id, and stay blocked until these"),
    ],
)
def test_students_are_counted_and_not_rows(tmp_path: Path, rows: str, told: str) -> None:
    """Students are told by number, rows where these are others, and only who can be picked is asked for."""
    matched = match(read_sheet(write_sheet(tmp_path, f"Student number,Quiz 1\n{rows}\n")))
    found, *_ = tell_found(matched, {}, {})
    assert told in found
    assert ("Choose below" in found) == ("Choose below" in told)


def test_who_has_several_rows_is_named(tmp_path: Path) -> None:
    """Who has several rows is named with their lines; where rows name line items, with the one that comes twice."""
    text = "Student number,Quiz 1\n00041,8\n00082,7\n00041,6\n99999,1\n99999,1\n"
    sheet = read_sheet(write_sheet(tmp_path, text))
    columns = suggest_columns(sheet, SCHOOL)
    assert list_repeated(sheet, columns, match(sheet), SCHOOL) == [("Ada Example", "lines 2 and 4")]
    text = "Student number,Assignment,Score\n00041,Quiz 1,8\n00041,Quiz 2,8\n00041,Quiz 2,7\n"
    sheet = read_sheet(write_sheet(tmp_path, text))
    columns = suggest_columns(sheet, SCHOOL)
    assert list_repeated(sheet, columns, match(sheet), SCHOOL) == [
        ("Ada Example, Quiz 2", "lines 3 and 4")
    ]


def test_lines_and_examples_are_told() -> None:
    """Lines are named up to five, or as a run; a field of students by what one of them has, where anybody has anything."""
    told = [
        tell_lines(lines)
        for lines in ([1], [1, 2], [4, 5, 6], [1, 2, 4], [4, 4, 6], [1, 3, 5, 7, 8, 9, 10])
    ]
    assert told == [
        "line 1",
        "lines 1 and 2",
        "lines 4 to 6",
        "lines 1, 2 and 4",
        "lines 4, 4 and 6",
        "lines 1, 3, 5, 7, 8 and 2 more",
    ]
    assert [find_example(SCHOOL, field) for field in ("identifier", "sourcedId")] == ["00041", "s1"]
    assert find_example(make_snapshot([], [], {}), "identifier") == ""


@pytest.mark.parametrize("spoiled", ["'{}", "{}.0", "{}.00", "\u2019{}", "{},0"])
def test_ids_with_signs_that_are_not_theirs_are_told(tmp_path: Path, spoiled: str) -> None:
    """Ids with an apostrophe in front or `.0` behind are proposed as those that are meant, and it is said so in one sentence."""
    texts = [spoiled.format(each) for each in ("00041", "82", "70001")]
    quoted = "".join(f'"{text}",8\n' for text in texts)
    sheet = read_sheet(write_sheet(tmp_path, f"Number,Quiz 1\n{quoted}"))
    students = [
        make_student(f"s{k}", identifier=each) for k, each in enumerate(("00041", "00082", "70001"))
    ]
    school = make_snapshot(students, [make_line_item("l1", "Quiz 1")])
    ranked = guess_class(sheet, {"a": school})
    assert dict(ranked[0].zeros) == dict(zip(texts, ("00041", "00082", "70001"), strict=True))
    assert tell_zeros(ranked[0]) == (
        f"3 are but for how they are written, such as 00041 for {texts[0]}: a spreadsheet program writes them so."
    )
    columns = suggest_columns(sheet, school)
    assert columns.meanings[0].reason.endswith("3 but for how they are written")
    assert (students_matched(sheet, columns, school)["sourced_id"] == "").all()


def test_blanks_within_ids_are_told_and_nobody_is_guessed(tmp_path: Path) -> None:
    """`70 001` is proposed as 70001; what is two students' id so, or nobody's, or has letters, is not."""
    sheet = read_sheet(
        write_sheet(tmp_path, "Number,Quiz 1\n70 001,8\n70 002,7\n'41,8\n7A.0,8\n99.0,8\n")
    )
    ids = ("70001", "70002", "041", "41x", "0041", "7A")
    school = make_snapshot(
        [make_student(f"s{k}", identifier=each) for k, each in enumerate(ids)], []
    )
    zeros = dict(guess_class(sheet, {"a": school})[0].zeros)
    assert zeros == {"70 001": "70001", "70 002": "70002"}
