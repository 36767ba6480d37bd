"""Saved columns are found again by their header, and what changed in it is said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.columns import (
    Columns,
    HeaderChange,
    list_columns,
    read_columns,
    suggest_columns,
    write_columns,
)
from gradetools.columns.differences import tell_differences
from gradetools.errors import ColumnsError
from gradetools.sheet import ColumnKey, Sheet, read_sheet

SCHOOL = make_snapshot(
    [
        make_student("s1", given_name="Ada", identifier="00123", email="ada@example.org"),
        make_student("s2", given_name="Ben", identifier="A1", email="ben@example.org"),
    ],
    [
        make_line_item("l1", "Quiz 1"),
        make_line_item("l2", "Quiz 2"),
        make_line_item("l3", "Quiz 3"),
        make_line_item("l4", "Essay"),
    ],
)


def read(folder: Path, header: str, row: str = "00123,ada@example.org,8,9") -> Sheet:
    """Read a sheet of one row."""
    return read_sheet(write_sheet(folder, f"{header}\n{row}\n"))


def suggest(sheet: Sheet, earlier: Columns | None = None) -> Columns:
    """Suggest a sheet's columns."""
    return suggest_columns(sheet, SCHOOL, earlier=earlier)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("ID,Mail,Quiz 1,Quiz 2", ""),
        ("ID,Email,Quiz 1,Quiz 3",
         "'Quiz 3' is new, 'Quiz 2' is gone, 'Mail' is now called 'Email'?"),
        ("ID,Quiz 1,Quiz 2,Mail", "'Mail' has moved"),
        ("ID,Mail,Quiz 1,Quiz 2,Essay,Poem", "'Essay' and 'Poem' are new"),
        ("ID,Mail,Quiz 1,Quiz 1",
         "'Quiz 2' is gone, 'Quiz 1' stands for more or fewer columns"),
        ("ID,Mail,Quiz 1,Quiz 2,gradetools_line", ""),
    ],
)  # fmt: skip
def test_a_changed_header_is_explained(tmp_path: Path, header: str, said: str) -> None:
    """What is new, gone, moved and perhaps renamed is said in words; Quiz 3 is not Quiz 2 renamed."""
    columns = suggest(read(tmp_path, "ID,Mail,Quiz 1,Quiz 2"))
    change = columns.compare_header(
        read(tmp_path, header, ",".join("8" for _ in header.split(",")))
    )
    assert (str(change), bool(change)) == (said, bool(said))


def test_a_changed_header_is_a_value(tmp_path: Path) -> None:
    """A program finds in fields what a person reads in words."""
    columns = suggest(read(tmp_path, "ID,Mail,Quiz 1,Quiz 2"))
    change = columns.compare_header(read(tmp_path, "ID,Email,Quiz 1,Quiz 3"))
    assert change == HeaderChange(
        new=(ColumnKey("Quiz 3"),),
        gone=(ColumnKey("Quiz 2"),),
        renamed=((ColumnKey("Mail"), ColumnKey("Email")),),
    )


def test_many_changes_are_counted(tmp_path: Path) -> None:
    """Of thirty new columns eight are named."""
    columns = suggest(read(tmp_path, "ID,Mail,Quiz 1,Quiz 2"))
    header = ",".join(["ID", "Mail", "Quiz 1", "Quiz 2", *(f"New {n}" for n in range(30))])
    change = columns.compare_header(read(tmp_path, header, ",".join("8" * 34)))
    assert str(change).endswith("'New 7' and 22 more are new")


def test_earlier_columns_are_carried_over(tmp_path: Path) -> None:
    """What a person decided is kept where its column still stands, and only new columns are suggested."""
    old = (
        suggest(read(tmp_path, "ID,Mail,Quiz 1,Quiz 2"))
        .with_meaning("Quiz 1", line_item="l4")
        .scaled("Quiz 1", 20)
        .scaled("Quiz 2", 30)
        .answer("all-at-most-one", "Quiz 1")
        .answer("all-at-most-one", "Quiz 2")
        .answer("score-ambiguous", "", "decimal")
        .with_token("ABS", {"missing": "true"})
        .with_attempts("best")
        .match_student("x", "s2")
    )
    sheet = read(tmp_path, "Mail,ID,Quiz 3,Quiz 1", "ben@example.org,00123,7,8")
    new = suggest(sheet, old)
    chosen = [(each.means, each.line_item) for each in new.meanings]
    assert chosen == [("ignored", ""), ("student", ""), ("score", "l3"), ("score", "l4")]
    assert (new.scale, [each[:2] for each in new.answers]) == (
        {"Quiz 1": 20.0},
        [("all-at-most-one", "Quiz 1"), ("score-ambiguous", "")],
    )
    assert (new.tokens["ABS"], new.attempts, new.student_matches) == (
        {"missing": "true"},
        "best",
        {"x": "s2"},
    )
    assert new.meaning("Quiz 1").samples == ("8",)
    # How many students the key finds, it finds in this sheet.
    assert "of 1 ids found" in new.meaning("ID").reason
    assert not new.compare_header(sheet)


def test_a_key_that_is_gone_is_suggested_anew(tmp_path: Path) -> None:
    """Without the old key the next best is proposed; with it, a better one does not push it aside."""
    old = suggest(read(tmp_path, "ID,Mail,Quiz 1,Quiz 2"))
    gone = suggest(read(tmp_path, "Name,Mail,Quiz 1,Quiz 2", "Ada,ada@example.org,8,9"), old)
    kept = suggest(read(tmp_path, "ID,Email,Quiz 1,Quiz 2", "x,ada@example.org,8,9"), old)
    assert [str(each.column) for each in (*gone.of("student"), *kept.of("student"))] == [
        "Mail",
        "ID",
    ]
    assert kept.meaning("Email").reason == "'ID' is the key; this one as email: 1 of 1 ids found"


def test_which_of_several_is_not_guessed(tmp_path: Path) -> None:
    """Where a name stands for fewer columns than before, nothing is kept for it."""
    two = read(tmp_path, "ID,Quiz 1,Quiz 1", "00123,8,9")
    old = suggest(two).with_meaning("Quiz 1", line_item="l4").scaled("Quiz 1", 20)
    new = suggest(read(tmp_path, "ID,Quiz 1", "00123,9"), old)
    assert (new.meaning("Quiz 1").line_item, new.scale) == ("l1", {})


def test_saved_columns_are_found_by_the_header(tmp_path: Path) -> None:
    """A folder gives those of the same header first, then those that nearly fit; others it passes over."""
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "other.json").write_text("{}", encoding="utf-8")
    week = [
        read(tmp_path, header)
        for header in ("ID,Mail,Quiz 1,Quiz 2", "ID,Mail,Quiz 1,Quiz 3", "Login,Song,Poem,Essay")
    ]
    paths = [write_columns(suggest(sheet), folder) for sheet in week]
    os.utime(paths[1], (1_790_000_000, 1_790_000_000))
    found = list_columns(week[1], folder)
    assert [(saved.path, str(saved.change)) for saved in found] == [
        (paths[1], ""),
        (paths[0], "'Quiz 3' is new, 'Quiz 2' is gone"),
    ]
    assert (found[0].columns, found[0].saved_at.year) == (
        read_columns(paths[1]),
        2026,
    )
    assert list_columns(week[1], tmp_path / "nowhere") == ()


def test_the_latest_of_a_header_comes_first(tmp_path: Path) -> None:
    """Of several files for one header the last one saved is the first."""
    sheet = read(tmp_path, "ID,Mail,Quiz 1,Quiz 2")
    for number, name in enumerate(("b.json", "a.json", "c.json")):
        path = write_columns(suggest(sheet), tmp_path / name)
        os.utime(path, (1_790_000_000 + number % 2, 1_790_000_000 + number % 2))
    assert list_columns(sheet, tmp_path)[0].path.name == "a.json"


def test_saved_columns_are_for_their_owner(tmp_path: Path) -> None:
    """A file of columns may name students; only its owner can read it."""
    path = write_columns(suggest(read(tmp_path, "ID,Mail,Quiz 1,Quiz 2")), tmp_path / "c.json")
    assert path.stat().st_mode & 0o777 == 0o600


def test_columns_that_do_not_fit_say_what_changed(tmp_path: Path) -> None:
    """Reading columns for a sheet that lacks one of theirs is refused with what changed."""
    path = write_columns(suggest(read(tmp_path, "ID,Mail,Quiz 1,Quiz 2")), tmp_path / "c.json")
    with pytest.raises(ColumnsError, match="'Quiz 3' is new, 'Quiz 2' is gone; carry over"):
        read_columns(path, read(tmp_path, "ID,Mail,Quiz 1,Quiz 3"))


TOKEN_FIELDS = [
    {"skip": True},
    {"ask": True},
    {"missing": "true", "scoreStatus": "not submitted"},
    {"textScore": "P", "comment": "passed", "score": 0},
    {"scoreStatus": "ext:away", "late": "false"},
]


@pytest.mark.parametrize("fields", TOKEN_FIELDS)
def test_tokens_are_added_and_saved(tmp_path: Path, fields: dict[str, object]) -> None:
    """A token is added, in any case once, survives saving, and is taken away again."""
    columns = suggest(read(tmp_path, "ID,Mail,Quiz 1,Quiz 2")).with_token("zzz", fields)
    columns = columns.with_token(" ZZZ ", fields)
    again = Columns.from_json(columns.to_json())
    assert {text: again.tokens[text] for text in again.tokens if text.upper() == "ZZZ"} == {
        "ZZZ": fields
    }
    assert "ZZZ" not in columns.with_token("zzz", {}).tokens


@pytest.mark.parametrize(
    ("text", "fields", "said"),
    [
        ("12", {"skip": True}, "'12' is a number"),
        ("-1,5 %", {"skip": True}, "is a number"),
        ("8/10", {"skip": True}, "is a number"),
        ("1E3", {"skip": True}, "is a number"),
        ("clear", {"skip": True}, "CLEAR takes a grade away"),
        ("  ", {"skip": True}, "is no token"),
        ("ABS", {"skip": "yes"}, "are true and stand alone"),
        ("ABS", {"skip": True, "late": "true"}, "are true and stand alone"),
        ("ABS", {"missing": True}, 'missing is "true" or "false"'),
        ("ABS", {"scoreStatus": "away"}, "no score status"),
        ("ABS", {"score": float("nan")}, "score is a number"),
        ("ABS", {"score": True}, "score is a number"),
        ("ABS", {"comment": ""}, "comment is a text"),
        ("ABS", {"colour": "red"}, "'colour' is no field that a token can set; there are score, "),
    ],
)
def test_tokens_that_make_no_sense_are_refused(
    tmp_path: Path, text: str, fields: dict[str, object], said: str
) -> None:
    """A number, CLEAR, and what is no field of a result are refused, by hand and in a file."""
    columns = suggest(read(tmp_path, "ID,Mail,Quiz 1,Quiz 2"))
    with pytest.raises(ColumnsError, match=said):
        columns.with_token(text, fields)
    saved = {**json.loads(columns.to_json()), "tokens": {text: fields}}
    with pytest.raises(ColumnsError, match=said):
        Columns.from_json(json.dumps(saved))


def test_attempts_are_chosen_by_name(tmp_path: Path) -> None:
    """What to do with several scores is one of four words."""
    columns = suggest(read(tmp_path, "ID,Mail,Quiz 1,Quiz 2"))
    assert columns.with_attempts("latest").attempts == "latest"
    with pytest.raises(ColumnsError, match="'worst' is none of refuse, best, latest, first"):
        columns.with_attempts("worst")  # type: ignore[arg-type]  # what a caller without types may write


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"column": "Quiz 1"}, "the column 'Quiz 1' stands there twice"),
        ({"means": "student"}, "more than one column is the student column"),
        ({"means": "comment", "belongs_to": "Quiz 9"}, "names 'Quiz 9', which is no column"),
        (None, "names 'Quiz 9', which is no column"),
    ],
)
def test_what_a_hand_wrote_wrongly_is_refused(
    tmp_path: Path, change: dict[str, str] | None, said: str
) -> None:
    """A file that names a column twice, two keys, or a column that is not there says so, and is not half obeyed."""
    path = write_columns(
        suggest(read(tmp_path, "ID,Mail,Quiz 1,Quiz 2")), tmp_path / "columns.json"
    )
    data = json.loads(path.read_text())
    if change is None:
        data["scale"] = {"Quiz 9": 20}
    else:
        data["meanings"][3] |= change
    path.write_text(json.dumps(data))
    with pytest.raises(ColumnsError, match=said):
        read_columns(path)


def test_names_are_compared_also_under_the_same_fingerprint(tmp_path: Path) -> None:
    """A column that somebody renamed in the file is told, although the file's fingerprint is the sheet's."""
    sheet = read(tmp_path, "ID,Mail,Quiz 1,Quiz 2")
    columns = Columns.from_json(suggest(sheet).to_json().replace('"Quiz 2"', '"Quiz II"'))
    assert str(columns.compare_header(sheet)) == "'Quiz 2' is new, 'Quiz II' is gone"


def test_what_other_columns_would_change_is_told(tmp_path: Path) -> None:
    """Each thing that is otherwise is told once, by names and titles; the same columns change nothing."""
    school = make_snapshot(
        [make_student("s1", given_name="Ada", family_name="Example", identifier="11")],
        [make_line_item("l1", "Quiz 1"), make_line_item("l2", "Quiz 2")],
    )
    sheet = read_sheet(write_sheet(tmp_path, "ID;Quiz 1;Quiz 1 comment;Quiz 2\n11;5;good;6\n"))
    now = suggest_columns(sheet, school)
    then = now.with_meaning("Quiz 1", line_item="l2").with_meaning("Quiz 2", means="ignored")
    then = then.with_meaning("Quiz 1 comment", means="ignored").match_student("205", "s1")
    then = then.scaled("Quiz 1", 20).with_token("ABS", {"skip": True}).with_attempts("best")
    then = then.answer("all-at-most-one", "Quiz 1")
    beside = now.with_meaning("Quiz 1 comment", belongs_to="Quiz 2").with_token("EX", {})
    assert tell_differences(now, beside, school) == [
        "Quiz 1 comment is the comment of Quiz 2",
        "the word EX stands for nothing any more",
    ]
    assert tell_differences(now, now, school) == []
    assert tell_differences(now, then, school) == [
        "Quiz 1 is Quiz 2",
        "Quiz 1 comment is ignored",
        "Quiz 2 is ignored",
        "205 is Ada Example",
        "Quiz 1 is scaled from 20",
        "the word ABS stands for no grade: nothing is sent",
        "the question 'all at most one' of Quiz 1 is answered 'accept'",
        "of several grades the best counts",
    ]
    back = tell_differences(then, now, school)
    assert "Quiz 1 no longer is scaled from 20" in back
    assert "the question 'all at most one' of Quiz 1 is open again" in back
    missing = now.answer("token-unclear", "Quiz 1", "missing")
    assert tell_differences(now, missing, school) == [
        "an unclear word in Quiz 1, such as ABS, counts as 'missing'"
    ]
    asked = now.with_token("abs", {"ask": True})
    assert tell_differences(now, asked, school) == ["it is asked what abs stands for"]


def test_words_that_only_the_new_sheet_holds_are_taken(tmp_path: Path) -> None:
    """Kept columns know nothing of a word that stands in this sheet for the first time: it is taken as suggested; one taken away stays so."""
    school = make_snapshot([make_student("s1", identifier="11")], [make_line_item("l1", "Quiz 1")])
    sheet = read_sheet(write_sheet(tmp_path, "ID;Quiz 1\n11;5\n"))
    earlier = (
        suggest_columns(sheet, school).with_token("EX", {}).with_token("Excused", {"skip": True})
    )
    later = read_sheet(write_sheet(tmp_path, "ID;Quiz 1\n11;abs\n11;excused\n11;Missing\n"))
    kept = suggest_columns(later, school, earlier=earlier)
    assert kept.tokens["abs"] == {"ask": True}
    assert kept.tokens["Missing"] == suggest_columns(later, school).tokens["Missing"]
    assert ("EX" in kept.tokens, "excused" in kept.tokens) == (False, False)


def test_ids_that_lost_their_zeros_hide_no_pick(tmp_path: Path) -> None:
    """Of students who were picked those whom somebody chose are named; ids that only lost their zeros are counted."""
    people = [
        make_student(f"s{n}", given_name=f"Person{n}", identifier=f"000{n}") for n in range(1, 5)
    ]
    school = make_snapshot(people, [make_line_item("l1", "Quiz 1")])
    sheet = read_sheet(write_sheet(tmp_path, "ID;Quiz 1\n1;5\n2;6\n3;4\n4;5\n9;7\n"))
    now = suggest_columns(sheet, school).with_meaning("ID", means="student", key="identifier")
    some = now.match_student("1", "s1").match_student("9", "s2").match_student("2", "s2")
    assert tell_differences(now, some, school) == ["1 is Person1", "9 is Person2", "2 is Person2"]
    then = some.match_student("3", "s3").match_student("4", "s4")
    assert tell_differences(now, then, school) == [
        "9 is Person2",
        "4 ids mean who has them with zeros at the front, such as 0001 for 1",
    ]
