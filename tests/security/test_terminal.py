"""What a name, a comment or a file name cannot do to the terminal of whoever reads it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from command import Run

import gradetools as gt
from gradetools.cli.console import say_error
from gradetools.cli.terminal import Terminal, escape_json

#: Clear the screen, name the window, an 8-bit escape, another direction, a bell, a new line, a link.
STEERING = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2066\r\x0b\u2028\x7f\x1b]8;;http://x\x1b\\"
MARKUP = "[red]x[/] [/] [link=http://x]y[/link] \\[b]"
EVIL = f"Zed {STEERING}{MARKUP}"
#: What is left of it, and may be shown: the letters alone.
CONTROLS = {
    c for c in map(chr, (*range(32), *range(127, 160), 0x2028, 0x202E, 0x2066)) if c != "\n"
}


def seed_school(sandbox: gt.Sandbox) -> None:
    """Give the evil name to a student, a line item, a class and a comment."""
    (student,) = (u for u in sandbox.records("users") if u["sourcedId"] == "student-001")
    sandbox.put_record("users", {**student, "givenName": EVIL, "familyName": EVIL})
    (item,) = (i for i in sandbox.records("lineItems") if i["sourcedId"] == "algebra-quiz-1")
    sandbox.put_record("lineItems", {**item, "title": EVIL})
    for one in sandbox.records("classes"):
        sandbox.put_record("classes", {**one, "title": f"{one['sourcedId']} {EVIL}"})


@pytest.fixture
def served(sandbox: gt.Sandbox, monkeypatch: pytest.MonkeyPatch) -> gt.Sandbox:
    """Let `staging` mean a school in which everything has an evil name."""
    seed_school(sandbox)
    facts = ("base_url", "token_url", "client_id", "client_secret")
    for name in facts:
        monkeypatch.setenv(f"GRADETOOLS_STAGING_{name.upper()}", getattr(sandbox, name))
    monkeypatch.setenv("GRADETOOLS_ENV", "staging")
    return sandbox


def write_sheet(folder: Path) -> Path:
    """Write a sheet full of it: its name, headers, ids, comments; a CSV with an ESC in it is no text, and refused."""
    path = folder / f"quiz [red]{chr(27)}[2J.csv"
    evil = "".join(character for character in EVIL if character.isprintable() or character > "\x7f")
    rows = [
        f"Student ID,Midterm,Midterm comment,[b]Odd{evil}",
        f"00041,9,{evil},1",
        f"{evil},8,,2",
        f"00082,{evil},,3",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("as_json", [False, True])
def test_no_name_steers_the_terminal(
    run: Run,
    served: gt.Sandbox,  # noqa: ARG001 - staging means it
    tmp_path: Path,
    as_json: bool,  # noqa: FBT001 - given by pytest
) -> None:
    """What comes from sheet and server reaches the terminal without control characters, markup as it stands."""
    sheet, json_option = write_sheet(tmp_path), ["--json"] if as_json else []
    options = ["--class", "algebra-1", "--line-item", "Midterm=algebra-midterm", *json_option]
    plain = tmp_path / "plain.csv"
    plain.write_text("Student ID,Midterm,Midterm comment\n00041,9,x\n00082,8,\n00123,7,\n")
    ended = [
        run("check", sheet, *options, "--save-columns", tmp_path / "[red]columns.json"),
        run("plan", sheet, *options, "--save", tmp_path / "[red]plan.json"),
        run("import", sheet, *options, "--yes", "--note", EVIL, "--out", tmp_path / "[red]out"),
        run("history", *json_option),
        run("check", tmp_path / f"none {STEERING}.csv"),
        run("check", sheet, *json_option),
        run("check", plain, *json_option),
    ]
    shown = "".join(each.out + each.err for each in ended)
    assert sorted(CONTROLS & set(shown)) == []
    assert [each.code for each in ended] == [1, 1, 1, 0, 2, 2, 0], shown
    for text in (
        "Class: algebra-1 Zed",
        "[red]x[/]",
        "[link=http://x]y[/link]",
        "[red]columns.json",
    ):
        assert text in shown


def test_json_for_programs_reads_the_same() -> None:
    """In JSON such characters are written as numbers, so that a program reads what was there."""
    text = escape_json(json.dumps({"name": EVIL + "\ud800"}, ensure_ascii=False))
    assert (CONTROLS & set(text), json.loads(text)) == (set(), {"name": EVIL + "\ud800"})


def test_letters_of_every_script_stay() -> None:
    """What joins letters, marks a direction without turning it, or is an emoji is shown as it is."""
    names = "\u0646\u06cc\u0645\u200c\u0641\u0627 שָׁלוֹם\u200f 👩\u200d🏫 Zoë नमस्ते 中文"
    out = io.StringIO()
    Terminal(file=out, width=200).print(names)
    assert out.getvalue() == f"{names}\n"


def test_an_error_steers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence that repeats what was found is shown without what could steer."""
    say_error(EVIL)
    shown = capsys.readouterr().err
    assert (CONTROLS & set(shown), MARKUP in shown) == (set(), True)
