"""Who comes near an id that nobody has: the answers of `difflib`, and how many ids are looked at."""

from __future__ import annotations

import difflib
import random
from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import Checked, check_entries
from gradetools.columns import MOST_LIKENESSES, StudentIndex, suggest_columns
from gradetools.columns.likenesses import Likenesses
from gradetools.sheet import read_sheet


def make_texts(seed: int) -> tuple[list[str], list[str]]:
    """Make texts of few characters, and others that are each one or two signs away from one of them."""
    chance = random.Random(seed)  # noqa: S311 - the same texts every time, no secret
    signs, longest = (
        chance.choice(["01", "0123456789", "ab.@\U0001f600"]),
        chance.choice([6, 9, 80]),
    )
    texts = ["".join(chance.choices(signs, k=chance.randrange(1, longest))) for _ in range(150)]
    changed = []
    for text in chance.sample(texts, 15):
        place = chance.randrange(len(text))
        changed.append(text[:place] + chance.choice(signs) + text[place + chance.randrange(2) :])
    return list(dict.fromkeys(texts)), changed


@pytest.mark.parametrize("seed", range(40))
def test_likenesses_are_those_of_difflib(seed: int) -> None:
    """The texts most like another, and their order, are those that difflib finds when it looks at each of them."""
    texts, changed = make_texts(seed)
    likenesses = Likenesses(texts)
    expected = [difflib.get_close_matches(text, texts, n=3, cutoff=0.75) for text in changed]
    assert any(expected)
    assert [likenesses.find(text) for text in changed] == expected


def test_the_later_of_texts_that_are_as_like_comes_first() -> None:
    """Where many are as like, the last of the alphabet come first, as difflib has it."""
    others = {f"2026{i:05}" for i in range(3_000)}
    expected = difflib.get_close_matches("202604321", others, n=3, cutoff=0.75)
    assert Likenesses(others).find("202604321") == expected


def test_nothing_is_like_a_text_that_is_no_id() -> None:
    """A text that is longer than any id comes near nobody, and costs no search."""
    assert Likenesses(["x" * 200]).find("x" * 200) == []
    assert Likenesses([]).find("x") == []


def near(text: str, *ids: str) -> tuple[str, ...]:
    """Give who comes near a text, of students with these identifiers, called s0 and so on."""
    people = [make_student(f"s{i}", identifier=each) for i, each in enumerate(ids)]
    return StudentIndex(make_snapshot(people, []).students, "identifier").near(text)


def test_a_mangled_number_comes_near_all_that_it_may_have_been() -> None:
    """1.23E+15 was one of the ids that begin so; 123.0 and 123,0 were 123 with any zeros before it."""
    ids = ("1230000000000123", "1231000000000000", "1234567890123456", "1238000000000000")
    assert near("1.23E+15", *ids) == ("s0", "s1", "s2")
    assert near("123.0", "0123", "00123", "124") == near("123,0", "0123", "00123") == ("s0", "s1")


def test_a_number_beyond_all_bounds_comes_near_nobody() -> None:
    """1E999 is no number that a computer holds, and an id of a thousand digits is no help."""
    assert near("1E999", "1" * 1_000, "57") == ()


def check_many(folder: Path, count: int) -> Checked:
    """Check a sheet of so many unknown ids, each one sign away from a student's."""
    rows = "".join(f"student-{i:04}x,8\n" for i in range(count))
    sheet = read_sheet(write_sheet(folder, f"ID,Quiz 1\n{rows}"))
    people = [make_student(f"s{i}", identifier=f"student-{i:04}") for i in range(count)]
    snapshot = make_snapshot(people, [make_line_item("l1", "Quiz 1")])
    columns = suggest_columns(sheet, snapshot).with_meaning("ID", means="student", key="identifier")
    return check_entries(sheet, columns, snapshot)


def test_the_sheet_says_when_no_more_likenesses_were_looked_for(tmp_path: Path) -> None:
    """Beyond a hundred unknown ids none gets a suggestion, which is said once for the sheet."""
    findings = check_many(tmp_path, MOST_LIKENESSES + 3).findings
    unknown = findings[(findings["code"] == "student-unknown").to_numpy()]
    assert unknown["suggestion"].str.startswith("Perhaps").tolist() == [True] * 100 + [False] * 3
    said = findings.loc[(findings["code"] == "likenesses-limited").to_numpy(), ["line", "message"]]
    assert said.to_numpy().tolist() == [
        [
            0,
            "Who comes near was looked for in the first 100 of 103 unknown ids; the others have no suggestion.",
        ]
    ]


def test_the_limit_of_likenesses_is_not_told_where_it_was_not_reached(tmp_path: Path) -> None:
    """A hundred unknown ids have all been looked at."""
    findings = check_many(tmp_path, MOST_LIKENESSES).findings
    assert "likenesses-limited" not in set(findings["code"])
