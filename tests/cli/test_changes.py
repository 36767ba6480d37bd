"""What was suggested is changed by options, and what a person decided is kept for the next week."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from command import Run

import gradetools as gt
from gradetools.errors import ColumnsError

CLASS = ("--class", "algebra-1")


def write_sheet(path: Path, *rows: str, header: str = "Student ID,Score") -> Path:
    """Write a sheet; 00041 and 00082 are students of algebra-1 in the sandbox."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_options_settle_what_is_open(run: Run, tmp_path: Path) -> None:
    """Each error and question is told with the option that settles it; those options settle them."""
    sheet = write_sheet(tmp_path / "quiz.csv", "Out of,20", "00041,9", "A 82,18", "00123,away")
    seen = run("check", sheet, *CLASS)
    told = [line.strip() for line in seen.out.splitlines() if line.startswith("  --")]
    assert told == [
        "--line-item Score=TITLE, or --ignore Score",
        "--student 'A 82=STUDENT'",
        "--token away=no-grade (or missing, exempt)",
    ]
    changes = [
        *("--line-item", "Score=quiz 1", "--student", "A 82=student-002"),
        *("--token", "away=missing"),
    ]
    seen = run("check", sheet, *CLASS, *changes)
    told = [line.strip() for line in seen.out.splitlines() if line.startswith("  --")]
    assert told == ["--answer maximum-differs:Score=accept, or --scale Score=20"]
    idle = run("check", sheet, *CLASS, *changes, "--scale", "Score=10")
    assert (idle.code, "that is the line item's own maximum" in idle.err) == (2, True)
    scaled = run("check", sheet, *CLASS, *changes, "--scale", "Score=20", "--json")
    kept = run("check", sheet, *CLASS, *changes, "--answer", "maximum-differs=accept", "--json")
    assert (scaled.code, kept.code) == (0, 0)
    assert [each["severity"] for each in scaled.facts["findings"]] == []
    assert [each["code"] for each in kept.facts["findings"] if each["severity"] == "info"] == [
        "maximum-differs"
    ]


def test_a_student_is_named_by_any_id(run: Run, tmp_path: Path) -> None:
    """`--student` takes whatever names one student; a name, or what nobody has, is a sentence with who comes near."""
    rows = ("A 82,9,Ben", "00041,8,Ada")
    sheet = write_sheet(tmp_path / "q.csv", *rows, header="Student ID,Quiz 1,Student name")
    with gt.Sandbox() as sandbox, gt.connect(sandbox) as gradebook:
        snapshot = gradebook.take_snapshot(["algebra-1"])
    one = snapshot.students.iloc[1]
    assert (one["sourced_id"], one["identifier"]) == ("student-002", "00082")
    for text in ("student-002", "00082", one["username"].upper(), one["email"]):
        assert gt.find_student(text, snapshot) == "student-002"
    named = run("check", sheet, *CLASS, "--student", "A 82=00082")
    assert (named.code, "2 of 2 rows found" in named.out) == (0, True)
    assert "Also read: 'Student name' (name)" in named.out
    refused = run("check", sheet, *CLASS, "--student", "A 82=0082")
    assert refused.code == 2
    assert re.search(
        r"Nobody in these classes has .* '0082'; did you mean .*\(student-002\)", refused.err
    )
    name = f"{one['given_name']} {one['family_name']}"
    with pytest.raises(ColumnsError, match=r"Nobody .*; did you mean .*\(student-002\)"):
        gt.find_student(name, snapshot)
    twice = snapshot.students.assign(email="ours@example.org")
    with pytest.raises(ColumnsError, match=r"may be .*\(student-002\).*; give the sourcedId"):
        gt.find_student("ours@example.org", replace(snapshot, students=twice))


def test_a_column_is_ignored_by_name(run: Run, tmp_path: Path) -> None:
    """`--ignore` takes nothing from a column; one that the sheet does not have is a sentence."""
    sheet = write_sheet(tmp_path / "q.csv", "00041,9,x", header="Student ID,Quiz 1,Song")
    scored = ("--line-item", "Song=Midterm")
    seen = run("check", sheet, *CLASS, *scored, "--json")
    ignored = run("check", sheet, *CLASS, *scored, "--ignore", "Song", "--json")
    assert (seen.code, seen.facts["rows"]) == (1, 2)
    assert (ignored.code, ignored.facts["rows"], ignored.facts["ignored"]) == (
        0,
        1,
        {"Song": "chosen by hand"},
    )
    unknown = run("plan", sheet, *CLASS, "--ignore", "Sing")
    assert (unknown.code, unknown.out.count("Plan for")) == (2, 0)
    assert "'Sing'" in unknown.err


def test_yes_answers_no_question(run: Run, tmp_path: Path) -> None:
    """With --yes alone what is asked about stays blocked."""
    sheet = write_sheet(tmp_path / "q.csv", "Out of,20", "00041,9", header="Student ID,Quiz 1")
    ended = run("import", sheet, *CLASS, "--yes", "--json")
    assert (ended.code, ended.facts["states"]["blocked"]) == (1, 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--answer", "maximum-differs"), "write a name, =, and a value"),
        (("--answer", "maximum=accept"), "there is no question 'maximum'; there are "),
        (("--answer", "maximum-differs=yes"), "answer 'accept'"),
        (("--answer", "maximum-differs:Poem=accept"), "There is no column 'Poem'"),
        (("--student", "x=nobody"), "Nobody in these classes has the sourcedId, identifier, userId, username or email 'nobody'"),
        (("--line-item", "Score=Quiz 9"), "no line item is called 'Quiz 9'; did you mean"),
        (("--line-item", "Poem=Quiz 1"), "There is no column 'Poem'"),
        (("--scale", "Score=lots"), "give the maximum as a number"),
        (("--scale", "Score=0"), "0.0 is no maximum"),
        (("--token", "12=missing"), "'12' is a number"),
        (("--token", "away=ill"), "say 'no-grade' or 'missing' or 'exempt'"),
        (("--saved-columns",), "No columns are kept for the header of quiz.csv"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(
    run: Run, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    """An option that names what is not there ends with exit code 2 and says what there is."""
    ended = run("check", write_sheet(tmp_path / "quiz.csv", "00041,9"), *CLASS, *options)
    assert (ended.code, said in ended.err) == (2, True), ended.err


def test_what_was_decided_is_kept_and_offered(run: Run, tmp_path: Path) -> None:
    """An import keeps what a person decided; the next week it is offered, and taken only when asked for."""
    sheet = write_sheet(tmp_path / "quiz.csv", "A 41,9")
    decided = ("--line-item", "Score=Quiz 2", "--student", "A 41=student-001")
    first = run("import", sheet, *CLASS, *decided, "--yes")
    assert (first.code, "next week take them with --saved-columns" in first.out) == (0, True)
    again = write_sheet(tmp_path / "next.csv", "A 41,8")
    offered = run("check", again, *CLASS)
    assert (offered.code, "are for this header: take them with --saved-columns" in offered.out) == (1, True)  # fmt: skip
    taken = run("plan", again, *CLASS, "--saved-columns", "--json")
    assert (taken.code, taken.facts["actions"]["update"]) == (0, 1)
    elsewhere = run("check", again, "--class", "biology-1")
    assert "--saved-columns" not in elsewhere.out


def test_a_changed_header_is_told(run: Run, tmp_path: Path) -> None:
    """Columns of another header are explained, and carried over when that is asked for; else nothing new is taken."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00041,9")
    decided = ("--line-item", "Score=Quiz 2")
    run("import", sheet, *CLASS, *decided, "--yes")
    run("check", sheet, *CLASS, *decided, "--save-columns", "c.json")
    wider = write_sheet(tmp_path / "w.csv", "00041,9,88", header="Student ID,Score,Midterm")
    for option in (("--saved-columns",), ("--columns", "c.json")):
        carried = run("plan", wider, *CLASS, *option, "--carry-over")
        assert "'Midterm' is new. What still fits is kept, the rest suggested." in carried.out
        assert ("Score → Quiz 2" in carried.out, "Midterm → Midterm" in carried.out) == (True, True)
        strict = run("plan", wider, *CLASS, *option)
        assert "'Midterm' is new. From new columns nothing is taken" in strict.out
        assert ("column-unmapped" in strict.out, "Midterm → " in strict.out) == (True, False)
    assert "nearly fit this header" in run("check", wider, *CLASS).out


def test_a_plain_suggestion_is_not_kept(run: Run, tmp_path: Path) -> None:
    """What was imported as suggested is suggested again; a rehearsal keeps nothing."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00041,9", header="Student ID,Quiz 1")
    plain = run("import", sheet, *CLASS, "--yes")
    practised = run("import", sheet, "--rehearse", "--token", "x=missing", "--yes")
    assert (plain.code, practised.code) == (0, 0)
    assert "--saved-columns" not in plain.out + practised.out
    assert "--saved-columns" not in run("check", sheet, *CLASS).out


def test_a_column_that_is_gone_stops_it(run: Run, tmp_path: Path) -> None:
    """Columns that name a score column which is gone are refused with the explanation, until carried over."""
    old = write_sheet(tmp_path / "quiz.csv", "00041,9", header="Student ID,Quiz 1")
    new = write_sheet(tmp_path / "new.csv", "00041,9", header="Student ID,Quiz 2")
    run("check", old, *CLASS, "--save-columns", "c.json")
    refused = run("import", new, *CLASS, "--columns", "c.json", "--yes")
    assert (refused.code, "'Quiz 2' is new, 'Quiz 1' is gone; add --carry-over" in refused.err) == (2, True)  # fmt: skip
    assert run("plan", new, *CLASS, "--columns", "c.json", "--carry-over").code == 0


def test_attempts_are_chosen(run: Run, tmp_path: Path) -> None:
    """Two scores of one student are refused, with the option that chooses; with it one is written."""
    sheet = write_sheet(tmp_path / "q.csv", "00041,7", "00041,9", header="Student ID,Quiz 2")
    refused = run("check", sheet, *CLASS)
    assert (refused.code, "--attempts best (or latest, first)" in refused.out) == (1, True)
    best = run("plan", sheet, *CLASS, "--attempts", "best", "--json")
    assert (best.code, best.facts["actions"]["create"], best.facts["actions"]["skip"]) == (0, 1, 1)


def test_a_class_is_found_by_ids_without_their_zeros(run: Run, tmp_path: Path) -> None:
    """The class is proposed whose ids the sheet's are but for the zeros at the front, and none is taken for one."""
    sheet = write_sheet(tmp_path / "quiz.csv", "41,9", "82,8", "123,7", header="Student ID,Quiz 1")
    seen = run("check", sheet)
    told = " ".join(seen.out.split())
    assert (
        "has none of the sheet's 3 ids as they stand. 3 are but for zeros at the front, such as 00041 for 41"
        in told
    )
    assert "3 blocked" in told
