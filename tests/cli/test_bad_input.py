"""Whatever is wrong, the command line says it in one sentence, exits with 2, and sends nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Ended, Run

import gradetools as gt

GOOD = "Student ID,Quiz 1\n00101,9\n"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """Write a sheet that is all right."""
    path = tmp_path / "good.csv"
    path.write_text(GOOD)
    return path


@pytest.fixture
def running() -> Iterator[gt.Sandbox]:
    """Serve the invented school, reached by settings as any server is."""
    with gt.Sandbox() as sandbox:
        yield sandbox


def settings(sandbox: gt.Sandbox) -> dict[str, str]:
    """Give the variables that a sandbox prints."""
    return dict(line.split("=", 1) for line in sandbox.settings_text().splitlines() if "=" in line)


def assert_refused(ended: Ended, says: str) -> None:
    """Check that a command stopped with one sentence on stderr that says this, and no traceback."""
    assert ended.code == 2, ended
    lines = [line for line in ended.err.splitlines() if line.strip()]
    assert says.lower() in ended.err.lower()
    assert "Traceback" not in ended.err + ended.out
    assert sum(line.startswith("Error: ") for line in lines) == 1, ended.err
    assert lines[-1].endswith((".", "…")), ended.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no file"),
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x02", "no"),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n1 0 obj", "no"),
        (b"<!doctype html><html><body>Please sign in</body></html>", "no"),
        (b"Dear all, the grades will come next week.\n", "no"),
        (b"Student ID,Quiz 1\n", "no rows"),
    ],
    ids=["missing", "empty", "png", "pdf", "html", "prose", "header only"],
)
@pytest.mark.parametrize("command", ["import", "check", "plan"])
def test_a_file_that_is_no_sheet(
    run: Run, tmp_path: Path, running: gt.Sandbox, command: str, content: bytes | None, says: str
) -> None:
    """A missing, empty or foreign file is refused before the gradebook is asked for anything."""
    if content is not None:
        (tmp_path / "bad.csv").write_bytes(content)
    yes = ["--yes"] if command == "import" else []
    assert_refused(run(command, "bad.csv", *yes, **settings(running)), says)
    assert running.requests() == []


def test_a_folder_is_no_sheet(run: Run, tmp_path: Path) -> None:
    """A folder given as a sheet is refused."""
    assert_refused(run("import", tmp_path, "--rehearse", "--yes"), "folder")


def test_a_sheet_without_grades(run: Run, tmp_path: Path) -> None:
    """A sheet in which no column holds grades is refused, and the sentence says so."""
    (tmp_path / "names.csv").write_text("Student ID,Name\n00041,Ada Example\n00082,Bo Example\n")
    assert_refused(run("check", "names.csv", "--class", "algebra-1"), "nothing to write")


def test_a_column_that_the_sheet_lacks(
    run: Run, good: Path, running: gt.Sandbox, tmp_path: Path
) -> None:
    """Saved columns that name a column the sheet lacks say which, and which there are."""
    other = tmp_path / "other.csv"
    other.write_text("Student ID,Quiz 9\n00101,9\n")
    with gt.connect(running) as gradebook:
        columns = gt.suggest_columns(gt.read_sheet(other), gradebook.take_snapshot(["algebra-1"]))
    gt.write_columns(columns, tmp_path / "columns.json")
    ended = run(
        "import",
        good,
        "--class",
        "algebra-1",
        "--columns",
        "columns.json",
        "--yes",
        **settings(running),
    )
    assert_refused(ended, "Quiz 9")
    assert "Quiz 1" in ended.err
    assert running.requests(method="PUT") == []


def test_columns_that_are_no_columns(run: Run, good: Path, tmp_path: Path) -> None:
    """A columns file that is something else is refused."""
    (tmp_path / "columns.json").write_text('["no"]')
    assert_refused(
        run("import", good, "--rehearse", "--columns", "columns.json", "--yes"), "columns"
    )


def test_an_unknown_class(run: Run, good: Path, running: gt.Sandbox) -> None:
    """An unknown class is refused with the classes that there are."""
    ended = run("import", good, "--class", "chemistry-9", "--yes", **settings(running))
    assert_refused(ended, "chemistry-9")
    assert "algebra-1" in ended.err
    assert running.requests(method="PUT") == []


def test_no_network(run: Run, good: Path, running: gt.Sandbox) -> None:
    """A gradebook that does not answer is named at once, tried a little longer, and given up without a traceback."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
    where = {
        **settings(running),
        "GRADETOOLS_SANDBOX_BASE_URL": nobody,
        "GRADETOOLS_SANDBOX_TOKEN_URL": f"{nobody}/token",
    }
    ended = run("import", good, "--class", "algebra-1", "--yes", **where)
    assert_refused(ended, "cannot be reached")
    assert "cannot be reached; trying again" in ended.err


def test_a_wrong_secret(run: Run, good: Path, running: gt.Sandbox) -> None:
    """A wrong client secret is told as such, and is not repeated."""
    wrong = {**settings(running), "GRADETOOLS_SANDBOX_CLIENT_SECRET": "invented-wrong-secret"}
    ended = run("import", good, "--class", "algebra-1", "--yes", **wrong)
    assert_refused(ended, "secret")
    assert "invented-wrong-secret" not in ended.err + ended.out


def test_nobody_to_ask(run: Run, good: Path, running: gt.Sandbox) -> None:
    """Without a terminal and without --yes nothing is sent."""
    student = next(user for user in running.records("users") if user["sourcedId"] == "student-001")
    good.write_text(f"Student ID,Quiz 1\n{student['identifier']},9\n")
    assert_refused(run("import", good, "--class", "algebra-1", **settings(running)), "--yes")
    assert running.requests(method="PUT") == []


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"GRADETOOLS_ENV": "prod"}, "prod"),
        ({"GRADETOOLS_SANDBOX_BASE_URL": "http://gradebook.example.org"}, "https"),
        ({"GRADETOOLS_SANDBOX_BASE_URL": "https://me:hidden@gradebook.example.org"}, "password"),
        ({"GRADETOOLS_SANDBOX_DIALECT": "klingon"}, "dialect"),
        ({"GRADETOOLS_ENV": "staging"}, "client id"),
    ],
)
def test_settings_that_cannot_be_used(
    run: Run, good: Path, variables: dict[str, str], says: str
) -> None:
    """An unknown environment, an unsafe address or a missing secret stops before anything is sent."""
    ended = run("import", good, "--class", "algebra-1", "--yes", **variables)
    assert_refused(ended, says)
    assert "hidden" not in ended.err


@pytest.mark.parametrize(
    "command",
    [("undo", "20200101-000000-abcdef", "--yes"), ("push", "--resume", "nothing", "--yes")],
)
def test_an_unknown_push(run: Run, command: tuple[str, ...]) -> None:
    """A push that no journal knows is refused."""
    assert_refused(run(*command), "history")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"result": {"score": 1}}', '{"lineItem": "a", "student": "b", "score": "x"}'],
)
def test_a_result_that_is_none(run: Run, running: gt.Sandbox, text: str) -> None:
    """`put` refuses what is no Result."""
    assert_refused(run("put", "-", "--yes", stdin=text, **settings(running)), "result")
    assert running.requests() == []


def test_a_plan_that_is_none(run: Run, tmp_path: Path) -> None:
    """`push` refuses a file that is no plan."""
    (tmp_path / "plan.json").write_text("{}")
    assert_refused(run("push", "plan.json", "--yes"), "plan")
