"""Columns are suggested with reasons, changed as values, saved, and found again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.columns import (
    Columns,
    StudentIndex,
    find_remarks,
    guess_class,
    read_columns,
    students_matched,
    suggest_columns,
    write_columns,
)
from gradetools.errors import ColumnsError
from gradetools.sheet import Sheet, read_sheet
from gradetools.snapshot import Snapshot

SCHOOL = make_snapshot(
    [
        make_student(
            "s1",
            given_name="Ada",
            family_name="Example",
            identifier="00123",
            email="ada@example.org",
        ),
        make_student(
            "s2", given_name="Ben", family_name="Example", identifier="A1", email="ben@example.org"
        ),
        make_student(
            "s3", given_name="Cleo", family_name="Example", identifier="a1", user_ids=("77", "78")
        ),
        make_student(
            "s4", given_name="Dan", family_name="Example", identifier="B2", username="dan"
        ),
    ],
    [
        make_line_item("l1", "Quiz 1"),
        make_line_item("l2", "Midterm  Exam", 100.0),
        make_line_item("l3", "Essay"),
        make_line_item("l4", "essay"),
    ],
)


def suggest(folder: Path, text: str, snapshot: Snapshot = SCHOOL) -> tuple[Sheet, Columns]:
    """Read a sheet's text and suggest its columns."""
    sheet = read_sheet(write_sheet(folder, text))
    return sheet, suggest_columns(sheet, snapshot)


@pytest.mark.parametrize(
    ("header", "line_item"),
    [
        ("Quiz 1", "l1"),
        ("quiz  1", "l1"),
        ("l2", "l2"),
        ("MIDTERM EXAM", "l2"),
        ("Quiz 11", ""),
        ("Essay", ""),
    ],
)
def test_line_items_are_found_by_title_or_id(tmp_path: Path, header: str, line_item: str) -> None:
    """A title counts without its case and blanks, an id exactly; what is only near or double is not chosen."""
    _, columns = suggest(tmp_path, f"ID,{header}\n00123,8\n")
    assert columns.score_columns[0].line_item == line_item


def test_a_doubtful_line_item_says_why(tmp_path: Path) -> None:
    """The reason names the several line items of one title, or those that come near."""
    _, columns = suggest(tmp_path, "ID,Essay,Qiz 1,Poem\n00123,8,8,8\n")
    reasons = [meaning.reason for meaning in columns.score_columns]
    assert reasons == [
        "2 line items are called 'Essay' (l3, l4): choose one",
        "no line item is called 'Qiz 1'; did you mean 'Quiz 1'?",
        "no line item is called 'Poem'",
    ]


def test_line_items_are_found_by_header_id(tmp_path: Path) -> None:
    """The id that Canvas writes into a header may be a line item's sourcedId."""
    snapshot = make_snapshot([make_student("s1")], [make_line_item("150834", "Lab One")])
    text = "Student,ID,Section,Lab 01 (150834)\nPoints Possible,,,10\nAda,1,A,8\n"
    assert suggest(tmp_path, text, snapshot)[1].score_columns[0].line_item == "150834"


def test_line_items_are_found_by_blackboards_id(tmp_path: Path) -> None:
    """The id that Blackboard writes behind a header may be a line item's sourcedId; a title is enough."""
    items = [make_line_item("574283", "Opening Quiz"), make_line_item("x", "Essay")]
    text = (
        '"Last Name","First Name","Username","Student ID","Last Access","Availability",'
        '"Quiz 1 [Total Pts: 10 Score] |574283","Essay [Total Pts: 10 Score] |574284"\n'
        '"Example","Ada","ada","s1","","Yes","8","9"\n'
    )
    _, columns = suggest(tmp_path, text, make_snapshot([make_student("s1")], items))
    assert [(each.line_item, each.reason) for each in columns.score_columns] == [
        ("574283", "the line item with the id '574283'"),
        ("x", "the line item called 'Essay'"),
    ]


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("Essay 2", ("text_score", "l5", "its cells are letters; the line item called 'Essay 2'")),
        ("Esay 2", ("text_score", "", "its cells are letters; no line item is called 'Esay 2'; did you mean 'Essay 2'?")),
        ("Blood", ("ignored", "", "most of its cells are no scores")),
    ],
)  # fmt: skip
def test_letters_are_text_scores(tmp_path: Path, header: str, meant: tuple[str, ...]) -> None:
    """Letters under a line item's title are a text score; under nearly one, they wait to be asked about."""
    snapshot = make_snapshot([make_student("s1")], [make_line_item("l5", "Essay 2")])
    _, columns = suggest(tmp_path, f"ID,{header}\ns1,B+\nx,A\ny,\n", snapshot)
    found = columns.meaning(header)
    assert (found.means, found.line_item, found.reason) == meant


def test_an_ignored_column_is_taken_up_by_its_title(tmp_path: Path) -> None:
    """A column of letters that bears a line item's title is not silently ignored."""
    _, columns = suggest(tmp_path, "ID,Quiz 1,Hair\n00123,good,red\n")
    assert (columns.meaning("Quiz 1").means, columns.meaning("Hair").means) == ("score", "ignored")


def test_a_title_of_several_classes_is_that_of_each_student(tmp_path: Path) -> None:
    """One title in two classes means each row's own; two of a title in one class stay doubtful."""
    items = [make_line_item("l1", "Quiz 1"), make_line_item("l2", "Quiz 1", class_id="biology-1")]
    classes = {"algebra-1": "Algebra 1", "biology-1": "Biology 1"}
    text = "ID,Quiz 1\ns1,8\n"
    several = make_snapshot([make_student("s1")], items, classes)
    doubtful = make_snapshot(
        [make_student("s1")], [*items, make_line_item("l3", "Quiz 1")], classes
    )
    found = [suggest(tmp_path, text, each)[1].score_columns[0] for each in (several, doubtful)]
    assert [(each.line_item, each.line_items, each.line_item_title) for each in found] == [
        ("", ("l1", "l2"), "Quiz 1"),
        ("", (), ""),
    ]
    assert found[0].reason == (
        "the line item called 'Quiz 1' of the class that the student is in (Algebra 1, Biology 1)"
    )


def test_one_line_item_or_several_are_chosen(tmp_path: Path) -> None:
    """Choosing one line item takes the several away, and the other way round."""
    _, columns = suggest(tmp_path, "ID,Quiz 1\n00123,8\n")
    several = columns.with_meaning("Quiz 1", line_items=["l1", "l2"])
    one = several.with_meaning("Quiz 1", line_item="l3")
    renamed = several.with_meaning("Quiz 1", means="text_score")
    assert [
        (each.meaning("Quiz 1").line_item, each.meaning("Quiz 1").line_items)
        for each in (several, one, renamed)
    ] == [("", ("l1", "l2")), ("l3", ()), ("", ("l1", "l2"))]


def test_classes_restrict_the_suggestion(tmp_path: Path) -> None:
    """A title that two classes share is no longer doubtful when one class is named."""
    items = [make_line_item("l1", "Quiz 1"), make_line_item("l2", "Quiz 1", class_id="biology-1")]
    snapshot = make_snapshot(SCHOOL.students.to_dict("records"), items)
    sheet = read_sheet(write_sheet(tmp_path, "ID,Quiz 1\n00123,8\n"))
    chosen = [
        suggest_columns(sheet, snapshot, class_ids=ids).score_columns[0].line_item
        for ids in (None, ["biology-1"])
    ]
    assert chosen == ["", "l2"]


def test_key_is_what_matches_best(tmp_path: Path) -> None:
    """The column and field that find most students are chosen, with the count; the others say theirs."""
    text = "ID,Email,Login,Quiz 1\n00123,ada@example.org,x,8\nA1,ben@example.org,y,8\nnobody,z@example.org,dan,8\nB2,,,8\n"
    _, columns = suggest(tmp_path, text)
    student = columns.student_column
    assert student is not None
    assert (str(student.column), student.key, student.reason) == (
        "ID",
        "identifier",
        "identifier: 3 of 4 ids found",
    )
    assert columns.meaning("Email").reason == "'ID' is the key; this one as email: 2 of 3 ids found"


def test_a_field_that_is_doubtful_is_not_chosen(tmp_path: Path) -> None:
    """Where two fields of a column find as many students, but others, each row that differs is ambiguous."""
    people = [
        make_student("s1", identifier="7", user_ids=("8",)),
        make_student("s2", identifier="8", user_ids=("7",)),
        make_student("s3", identifier="9", user_ids=("9",)),
    ]
    snapshot = make_snapshot(people, [make_line_item("l1", "Quiz 1")])
    sheet, columns = suggest(tmp_path, "ID,Quiz 1\n7,8\n8,8\n9,8\n", snapshot)
    key = columns.student_column
    assert key is not None
    assert (key.key, key.reason) == (
        "",
        "identifier: 3 of 3 ids found; userIds: 3 of 3 ids found, but not the same students: choose which id it is",
    )
    assert list(students_matched(sheet, columns, snapshot)["how"]) == [
        "ambiguous",
        "ambiguous",
        "exact",
    ]


def test_a_column_called_student_may_hold_ids(tmp_path: Path) -> None:
    """A column headed Student is the key where it holds ids, and never where it holds names."""
    _, ids = suggest(tmp_path, "Student,Quiz 1\n00123,8\n")
    _, names = suggest(tmp_path, "Student,Quiz 1\nAda Example,8\n")
    assert (ids.meaning("Student").key, names.student_column) == ("identifier", None)


def how_matched(sheet: Sheet, columns: Columns) -> list[tuple[str, str]]:
    """Give whom each row means, and how."""
    frame = students_matched(sheet, columns, SCHOOL)
    return list(zip(frame["sourced_id"], frame["how"], strict=True))


def test_a_named_key_stays_the_key_when_nobody_is_found(tmp_path: Path) -> None:
    """When no id is known, the column called an id is still the key, so that each student is told as unknown."""
    _, columns = suggest(tmp_path, "Student,Student ID,Quiz 1\nAda Stranger,999,7\n")
    assert columns.student_column is not None
    assert columns.student_column.column.name == "Student ID"


NUMBERED = make_snapshot(
    [make_student(f"s{n}", identifier=f"{n * 41:05}") for n in range(1, 6)],
    [make_line_item("l1", "Quiz 1")],
)


@pytest.mark.parametrize(
    "header",
    [
        *("SIS number", "Student no.", "Roll No", "Pupil ID", "SIS_ID", "Enrolment Number"),
        *("Candidate code", "LMS user id"),
    ],
)
def test_a_number_of_students_is_a_key(tmp_path: Path, header: str) -> None:
    """A column that is headed with a student's number is the key, in whatever words, known there or not."""
    for first, told in (("00041", "identifier"), ("99999", "sourcedId")):
        _, columns = suggest(tmp_path, f"Name,{header},Quiz 1\nAda,{first},8\n", NUMBERED)
        key = columns.student_column
        assert key is not None
        assert (str(key.column), key.key) == (header, told)


def test_numbers_that_find_students_are_a_key(tmp_path: Path) -> None:
    """Whatever it is called, a column of numbers as long as one another that finds half of its students is the key."""
    rows = "Ada,00041,00041,8\nBen,00082,00082,7\nCleo,00123,00123,6\n"
    _, columns = suggest(tmp_path, f"Name,Ref,Also,Quiz 1\n{rows}", NUMBERED)
    assert [(m.means, m.key) for m in columns.meanings] == [
        ("name", ""),
        ("student", "identifier"),
        ("ignored", ""),
        ("score", ""),
    ]
    assert (
        columns.meaning("Also").reason
        == "'Ref' is the key; this one as identifier: 3 of 3 ids found"
    )


@pytest.mark.parametrize(
    "cells",
    [
        ("00041", "90001", "90002"),  # a third of them
        ("00041", "00041", "00082"),  # one twice
        ("00041", "00082", "123"),  # of several lengths
        ("00041", "00082", "8.5"),
    ],
)
def test_numbers_that_look_like_scores_are_scores(tmp_path: Path, cells: tuple[str, ...]) -> None:
    """A column that is not headed as a student's number is none where its numbers are unlike ids, or are nobody's."""
    _, columns = suggest(
        tmp_path, "Name,Ref\n" + "".join(f"Ada,{cell}\n" for cell in cells), NUMBERED
    )
    assert columns.meaning("Ref").means == "score"
    assert columns.student_column is None


def test_case_is_ignored_only_where_nothing_fits_exactly(tmp_path: Path) -> None:
    """A1 and a1 are two students; b2 is B2, with a remark; 00123 is not 123."""
    sheet, columns = suggest(tmp_path, "ID,Quiz 1\nA1,8\na1,8\nb2,8\n123,8\n")
    assert how_matched(sheet, columns) == [
        ("s2", "exact"),
        ("s3", "exact"),
        ("s4", "ignoring case"),
        ("", ""),
    ]


def test_who_is_matched_exactly_has_no_other_spelling(tmp_path: Path) -> None:
    """Where B2 stands in the sheet, b2 is somebody else."""
    sheet, columns = suggest(tmp_path, "ID,Quiz 1\nb2,8\nB2,8\n")
    assert how_matched(sheet, columns) == [("", ""), ("s4", "exact")]


def test_email_has_no_case(tmp_path: Path) -> None:
    """Email addresses and usernames match exactly in any case."""
    sheet, columns = suggest(tmp_path, "Email,Quiz 1\nADA@Example.org,8\n")
    assert how_matched(sheet, columns) == [("s1", "exact")]


def test_several_students_are_ambiguous() -> None:
    """An id that two students have means neither of them, and names both."""
    people = [make_student("s1", identifier="7"), make_student("s2", identifier="7")]
    match = StudentIndex(make_snapshot(people, []).students, "identifier").match(["7"])["7"]
    assert (match.sourced_id, match.how, match.candidates) == ("", "ambiguous", ("s1", "s2"))


def test_ids_that_several_share_mean_none_of_them(tmp_path: Path) -> None:
    """A userId that two students share is ambiguous however it is written; one that a student has twice is not."""
    people = [
        make_student("s1", user_ids=("7", "8", "8")),
        make_student("s2", user_ids=("7", "", "b9")),
        make_student("s3", user_ids=(" 7 ",)),
    ]
    snapshot = make_snapshot(people, [make_line_item("l1", "Quiz 1")])
    sheet, columns = suggest(tmp_path, "ID,Quiz 1\n7,8\n8,8\n 7,8\nB9,8\n,8\n7,8\n", snapshot)
    found = students_matched(sheet, columns, snapshot)
    assert list(zip(found["sourced_id"], found["how"], found["candidates"], strict=True)) == [
        ("", "ambiguous", ("s1", "s2", "s3")),
        ("s1", "exact", ()),
        ("", "ambiguous", ("s1", "s2", "s3")),
        ("s2", "ignoring case", ()),
        ("", "", ()),
        ("", "ambiguous", ("s1", "s2", "s3")),
    ]


def test_a_student_of_two_classes_is_one(tmp_path: Path) -> None:
    """A student who stands in the snapshot twice, once for each class, is not ambiguous."""
    people = [
        make_student("s1", identifier="7"),
        make_student("s1", identifier="7", class_id="biology-1"),
    ]
    snapshot = make_snapshot(people, [make_line_item("l1", "Quiz 1")])
    sheet, columns = suggest(tmp_path, "ID,Quiz 1\n7,8\n", snapshot)
    assert list(students_matched(sheet, columns, snapshot)["sourced_id"]) == ["s1"]


def test_user_ids_are_found(tmp_path: Path) -> None:
    """Any of a student's userIds is a key."""
    sheet, columns = suggest(tmp_path, "ID,Quiz 1\n78,8\n")
    assert (how_matched(sheet, columns), columns.meaning("ID").key) == (
        [("s3", "exact")],
        "userIds",
    )


def test_nearest_candidates(tmp_path: Path) -> None:
    """Whom nobody matches gets candidates: the same number, the same name, a similar text."""
    sheet, columns = suggest(
        tmp_path, 'ID,Name,Quiz 1\n123.0,x,8\nZZ,"Example, Ben",8\n00124,y,8\nA1,z,8\n'
    )
    candidates = students_matched(sheet, columns, SCHOOL)["candidates"]
    assert list(candidates) == [("s1",), ("s2",), ("s1",), ()]


def test_a_chosen_student_wins(tmp_path: Path) -> None:
    """A student whom a person picked is taken, and one who does not exist is nobody."""
    sheet, columns = suggest(tmp_path, "ID,Quiz 1\nx,8\ny,8\n00123,8\n")
    columns = columns.match_student("x", "s2").match_student("y", "gone")
    assert how_matched(sheet, columns) == [("s2", "chosen"), ("", ""), ("s1", "exact")]


def test_class_is_guessed_by_its_students(tmp_path: Path) -> None:
    """The class whose students match best comes first, with its count."""
    sheet = read_sheet(write_sheet(tmp_path, "ID,Quiz 1\n00123,8\nA1,8\nx,8\n"))
    other = make_snapshot([make_student("s9", identifier="x")], [])
    guesses = guess_class(sheet, {"biology-1": other, "algebra-1": SCHOOL.students})
    assert [(each.class_id, each.matched, each.rows) for each in guesses] == [
        ("algebra-1", 2, 3),
        ("biology-1", 1, 3),
    ]


def test_changes_make_another_value(tmp_path: Path) -> None:
    """A change gives new columns, says that a person made it, and leaves the old ones alone."""
    _, old = suggest(tmp_path, "ID,Email,Poem\n00123,ada@example.org,8\n")
    new = old.with_meaning("Poem", line_item="l3").with_meaning(
        "Email", means="student", key="email"
    )
    poem, student = new.meaning("Poem"), new.student_column
    assert student is not None
    assert (poem.line_item, poem.reason, str(student.column)) == ("l3", "chosen by hand", "Email")
    assert (new.meaning("ID").means, new.meaning("ID").reason) == (
        "ignored",
        "Email was chosen as the key",
    )
    assert (old.meaning("Poem").line_item, old.meaning("ID").means) == ("", "student")


def test_changes_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    """An unknown column, meaning, key or maximum is refused with what there is."""
    _, columns = suggest(tmp_path, "ID,Poem\n00123,8\n")
    with pytest.raises(ColumnsError, match="no column 'Song'; there are 'ID', 'Poem'"):
        columns.with_meaning("Song", means="score")
    with pytest.raises(ColumnsError, match="means: one of student, name"):
        columns.with_meaning("Poem", means="scores")
    with pytest.raises(ColumnsError, match="key: one of sourcedId"):
        columns.with_meaning("ID", key="shoe size")
    with pytest.raises(ColumnsError, match="0 is no maximum"):
        columns.scaled("Poem", 0)


@pytest.mark.parametrize(
    ("header", "owner"),
    [
        ("Midterm (out of 80)", "Midterm (out of 80)"),
        ("Midterm %", "Midterm %"),
        ("Midterm,Midterm %", "Midterm"),  # as it is called
        ("Midterm %,Midterm (out of 80)", ""),
    ],
)
def test_remarks_are_of_the_column_that_states_its_full_mark(
    tmp_path: Path, header: str, owner: str
) -> None:
    """A column of remarks belongs to that which is called so but for its full mark, unless there are two."""
    marks = ",7" * len(header.split(","))
    text = f"ID,{header},Midterm remarks,Quiz 1\n00123{marks},Look at this again,9\nA1{marks},Nice work here,8\n"
    meaning = suggest(tmp_path, text)[1].meaning("Midterm remarks")
    told = ("comment", owner) if owner else ("ignored", "")
    assert (meaning.means, str(meaning.belongs_to or "")) == told


def test_remarks_of_nobody_are_left_open(tmp_path: Path) -> None:
    """Remarks alone are of the only score column, also of one beside a total, but not where another is taken up for its line item."""
    text = "ID,{},Quiz 1,Remarks\n00123,70%,9,Late\nA1,60%,8,\n"
    for beside, means, owner in (
        ("Total", "comment", "Quiz 1"),
        ("Midterm Exam %", "ignored", None),
    ):
        meaning = suggest(tmp_path, text.format(beside))[1].meaning("Remarks")
        told = meaning.belongs_to and str(meaning.belongs_to)
        assert (meaning.means, told) == (means, owner), beside
    sheet, columns = suggest(tmp_path, text.format("Midterm Exam %"))
    assert find_remarks(sheet, columns) == {"Remarks": 1}
    sheet, columns = suggest(tmp_path, "ID,Quiz 1,Total,Total remarks\n00123,9,9,Late\nA1,8,8,\n")
    assert find_remarks(sheet, columns) == {"Total remarks": 1}


def test_columns_survive_save_and_load(tmp_path: Path) -> None:
    """Saved columns are read back equal, with every answer, scale and match."""
    sheet, columns = suggest(tmp_path, "ID,Quiz 1,Quiz 1,Quiz 1 comment\n00123,8,9,good\n")
    columns = (
        columns.with_meaning("Quiz 1 #2", line_item="l2")
        .scaled("Quiz 1 #2", 24)
        .answer("maximum-differs", "Quiz 1")
        .match_student("x", "s2")
        .match_line_item("Poem", "l3")
    )
    write_columns(columns, tmp_path / "columns.json")
    assert read_columns(tmp_path / "columns.json", sheet) == columns


def test_saved_columns_hold_no_students(tmp_path: Path) -> None:
    """The samples shown beside a suggestion are not saved."""
    _, columns = suggest(tmp_path, "ID,Name,Quiz 1\n00123,Ada Example,8\n")
    assert columns.meaning("Name").samples == ("Ada Example",)
    assert not {"samples", "Ada"} & set(columns.to_json().replace('"', " ").split())


def test_saved_columns_must_fit_the_sheet(tmp_path: Path) -> None:
    """A column that the sheet lacks is named, with what is new; an ignored one is not missed."""
    _, columns = suggest(tmp_path, "ID,Hair,Quiz 1\n00123,red,8\n")
    write_columns(columns, tmp_path / "columns.json")
    fits = read_sheet(write_sheet(tmp_path, "ID,Quiz 1\n00123,8\n"))
    lacks = read_sheet(write_sheet(tmp_path, "ID,Quiz 2\n00123,8\n"))
    assert read_columns(tmp_path / "columns.json", fits).score_columns[0].line_item == "l1"
    with pytest.raises(ColumnsError, match="'Quiz 2' is new, 'Hair' and 'Quiz 1' are gone"):
        read_columns(tmp_path / "columns.json", lacks)


def test_files_that_hold_no_columns_are_refused(tmp_path: Path) -> None:
    """A missing file, another file, and an unknown field are one sentence each."""
    sheet, columns = suggest(tmp_path, "ID,Quiz 1\n00123,8\n")
    path = tmp_path / "columns.json"
    with pytest.raises(ColumnsError, match=r"There is no file .*columns.json"):
        read_columns(path, sheet)
    for text in ("ID,Quiz", "{}", json.dumps({**json.loads(columns.to_json()), "colour": "red"})):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ColumnsError, match="These are no saved columns"):
            read_columns(path, sheet)


def test_an_answer_is_replaced(tmp_path: Path) -> None:
    """A question has one answer per column; an answer for "" holds for every other column."""
    _, columns = suggest(tmp_path, "ID,Quiz 1,Essay\n00123,8,8\n")
    columns = columns.answer("score-ambiguous", "Quiz 1", "decimal").answer(
        "score-ambiguous", "", "thousands"
    )
    columns = columns.answer("score-ambiguous", "Quiz 1", "neither")
    answers = [columns.answer_to("score-ambiguous", name) for name in ("Quiz 1", "Essay")]
    assert (answers, len(columns.answers)) == (["neither", "thousands"], 2)
