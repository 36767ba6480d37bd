"""What is detected of a sheet can be said instead, by `check`, `plan` and `import` alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Run

#: The first line would be the header, UTF-8 the encoding, and no delimiter is found.
MISLEADING = "Name~Student\nStudent ID~Quiz é\n00041~9\n00082~8\n"
SAID = ("--delimiter", "~", "--header-row", "2", "--encoding", "latin-1", "--format", "plain_wide")


@pytest.mark.parametrize("command", ["check", "plan", "import"])
def test_every_detection_can_be_overridden(run: Run, tmp_path: Path, command: str) -> None:
    """Header row, format, encoding and delimiter are taken as they are given."""
    path = tmp_path / "quiz.csv"
    path.write_bytes(MISLEADING.encode("utf-8"))
    yes = ("--yes",) if command == "import" else ()
    ended = run(command, path, *SAID, "--rehearse", *yes)
    told = " ".join(ended.out.split())
    assert "a plain table, one row per student, 2 student rows" in told
    for detected in ("encoding latin-1", "delimiter ~", "header row 2"):
        assert detected in told


def test_a_tab_can_be_typed(run: Run, tmp_path: Path) -> None:
    """The word tab means the character, which no shell lets one type."""
    path = tmp_path / "quiz.csv"
    path.write_text("Student ID\tQuiz 1,5\n00041\t9,5\n")
    ended = run("check", path, "--delimiter", "tab", "--rehearse")
    assert "delimiter tab" in ended.out


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (("--format", "cnavas"), "There is no format 'cnavas'"),
        (("--format", "canvas"), "is no canvas export"),
        (("--header-row", "99"), "has no line 99"),
        (("--encoding", "klingon"), "There is no encoding 'klingon'"),
        (("--delimiter", ";;"), "';;' is no delimiter"),
        (("--sheet", "Grades"), "is no workbook"),
    ],
)
def test_what_does_not_fit_ends_in_one_sentence(
    run: Run, tmp_path: Path, said: tuple[str, str], sentence: str
) -> None:
    """An override that cannot be followed says so, and nothing is sent."""
    path = tmp_path / "quiz.csv"
    path.write_text("Student ID,Quiz 1\n00041,9\n")
    ended = run("import", path, *said, "--rehearse", "--yes")
    assert (ended.code, sentence in " ".join(ended.err.split())) == (2, True)
