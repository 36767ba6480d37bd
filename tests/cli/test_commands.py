"""What each command does, and the exit code that tells it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
import tenacity
from command import Run
from pydantic import SecretStr

import gradetools as gt
from gradetools.cli.serving import place_notebooks


def write_sheet(path: Path, *rows: str, header: str = "Student ID,Quiz 1") -> Path:
    """Write a sheet; 00041, 00082 and 00123 are students of algebra-1 in the sandbox."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_without_settings_it_is_the_sandbox(run: Run, tmp_path: Path) -> None:
    """With no settings at all a sheet is imported into the sandbox, whose class is found by its students."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00041,9", "00082,8", "00123,7")
    first = run("import", sheet, "--yes", "--json")
    assert (first.code, first.facts["environment"], first.facts["rows"]) == (0, "sandbox", 3)
    assert "Algebra" in first.err
    again = run("import", sheet, "--yes", "--json")
    assert again.facts["states"]["unchanged"] == 3
    undone = run("undo", first.facts["push_id"], "--yes", "--json")
    assert (undone.code, undone.facts["undo_of"]) == (0, first.facts["push_id"])


def test_a_blocked_entry_is_exit_code_1(run: Run, tmp_path: Path) -> None:
    """Some entry blocked is 1, for those that write and those that only look; the others are written."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00041,9", "99999,8")
    options = ("--class", "algebra-1", "--json")
    assert run("check", sheet, *options).code == 1
    assert run("plan", sheet, *options).code == 1
    ended = run("import", sheet, *options, "--yes")
    assert (ended.code, ended.facts["states"]["updated"], ended.facts["states"]["blocked"]) == (
        1,
        1,
        1,
    )


def test_without_anybody_to_ask_the_plan_is_shown(run: Run, tmp_path: Path) -> None:
    """Without a terminal and `--yes` an import shows what would change, says how to go on, and sends nothing."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00041,9", "00082,8", "00123,7")
    ended = run("import", sheet)
    assert (ended.code, run("history", "--json").facts) == (2, [])
    assert "Plan for sandbox: 1 update, 2 unchanged" in ended.out
    assert "Nobody is there to ask; nothing was sent." in ended.err
    assert "add --yes" in ended.err


def test_check_sends_nothing(run: Run, tmp_path: Path) -> None:
    """`check` says what is wrong and writes nothing, not even a push into the history."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00041,x")
    ended = run("check", sheet, "--class", "algebra-1", "--json")
    assert [finding["code"] for finding in ended.facts["findings"]] == ["score-not-a-number"]
    assert run("history", "--json").facts == []


def test_check_names_its_findings_whole(run: Run, tmp_path: Path) -> None:
    """The code of a finding is shown whole, to be looked up, and a tab by its name."""
    sheet = tmp_path / "quiz.csv"
    sheet.write_text("Student ID\tAn essay of which nobody knows the line item\n00041\t9\n")
    told = run("check", sheet, "--class", "algebra-1", COLUMNS="80").out
    assert "line-item-unknown" in told
    assert "Checks: 1 error" in told
    assert "delimiter tab" in told


def test_a_saved_plan_is_pushed_as_it_was(run: Run, tmp_path: Path) -> None:
    """A plan is saved, refused under another fingerprint, and pushed under its own."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00041,9.25")
    saved = run("plan", sheet, "--class", "algebra-1", "--save", "plan.json", "--json")
    assert saved.code == 0
    refused = run("push", "plan.json", "--agreed", "0" * 32, "--yes")
    assert (refused.code, "agreed" in refused.err) == (2, True)
    pushed = run("push", "plan.json", "--agreed", saved.facts["fingerprint"], "--yes", "--json")
    assert (pushed.code, pushed.facts["states"]["updated"]) == (0, 1)


def test_put_merges_one_result(run: Run) -> None:
    """`put` changes what the JSON names and nothing else, and keeps a receipt."""
    body = {
        "result": {
            "lineItem": {"sourcedId": "algebra-quiz-1"},
            "student": {"sourcedId": "student-001"},
            "score": 9,
        }
    }
    ended = run("put", "-", "--yes", "--json", stdin=json.dumps(body))
    assert (ended.code, ended.facts["states"]["updated"]) == (0, 1)
    with gt.connect() as gradebook:
        result = gradebook.get_result("algebra-quiz-1.student-001")
    assert (result.score, result.comment) == (9, "Shows every step.")


def test_the_number_must_be_right(run: Run, tmp_path: Path) -> None:
    """`--confirm` is checked wherever it is given."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00041,9.25")
    ended = run("import", sheet, "--class", "algebra-1", "--yes", "--confirm", "2")
    assert (ended.code, "writes 1" in ended.err) == (2, True)


def test_the_receipt_has_its_folder(run: Run, tmp_path: Path) -> None:
    """Without `--out` the receipt is in `receipts/PUSH_ID`, and says what the command printed."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00041,9.25", "00082,y")
    ended = run("import", sheet, "--class", "algebra-1", "--yes", "--json", "--note", "second try")
    folder = tmp_path / "receipts" / ended.facts["push_id"]
    assert json.loads((folder / "receipt.json").read_text()) == ended.facts
    assert ended.facts["note"] == "second try"
    assert {path.name for path in folder.iterdir()} == {
        "receipt.json",
        "receipt.html",
        "succeeded.csv",
        "failed.csv",
    }


def test_columns_can_be_saved_and_given(run: Run, tmp_path: Path) -> None:
    """Saved columns take the place of the suggestion."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00041,9.25", header="Student ID,Vocabulary")
    with gt.connect() as gradebook:
        snapshot = gradebook.take_snapshot(["algebra-1"])
    columns = gt.suggest_columns(gt.read_sheet(sheet), snapshot)
    assert run("check", sheet, "--class", "algebra-1").code == 1
    gt.write_columns(
        columns.with_meaning("Vocabulary", means="score", line_item="algebra-quiz-1"),
        tmp_path / "c.json",
    )
    ended = run("import", sheet, "--class", "algebra-1", "--columns", "c.json", "--yes", "--json")
    assert (ended.code, ended.facts["states"]["updated"]) == (0, 1)


def test_the_sandbox_command_prints_settings_that_work(tmp_path: Path) -> None:
    """`gradetools sandbox` prints settings to paste, serves them, keeps its file, and ends when asked."""
    data = tmp_path / "school.sqlite3"
    command = [sys.executable, "-m", "gradetools", "sandbox", "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        told = dict(process.stdout.readline().strip().split("=", 1) for _ in range(5))
        settings = gt.Settings(
            base_url=told["GRADETOOLS_SANDBOX_BASE_URL"],
            token_url=told["GRADETOOLS_SANDBOX_TOKEN_URL"],
            client_id=told["GRADETOOLS_SANDBOX_CLIENT_ID"],
            client_secret=SecretStr(told["GRADETOOLS_SANDBOX_CLIENT_SECRET"]),
        )
        with gt.connect(settings) as gradebook:
            assert len(gradebook.list_classes()) == 3
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()
    assert data.exists()


def test_lab_prints_the_address_of_the_notebook(tmp_path: Path) -> None:
    """`gradetools lab DIR --no-browser` copies the notebooks, starts JupyterLab, prints where they are, and ends with it."""
    command = [sys.executable, "-m", "gradetools", "lab", str(tmp_path / "mine"), "--no-browser"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        before: list[str] = []
        for line in process.stdout:
            before.append(line)
            if match := re.search(r"http://127\.0\.0\.1\S+", line):
                break
        assert match
        address = match[0]
        # It tells its address a moment before it listens there.
        patient = tenacity.Retrying(
            stop=tenacity.stop_after_delay(20), wait=tenacity.wait_fixed(0.2), reraise=True
        )
        answer = patient(requests.get, address, timeout=20)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        with pytest.raises(requests.ConnectionError):
            requests.get(address, timeout=20)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert (answer.status_code, "/lab/tree/import_grades.ipynb" in address) == (200, True)
    assert (tmp_path / "mine" / "import_grades.ipynb").exists()
    assert not any(line.startswith("[I ") for line in before)  # the address is not lost in a log
    assert "between two programs on this machine" in before[0]


def test_notebooks_are_never_overwritten(tmp_path: Path) -> None:
    """A notebook that is there already stays as it is."""
    (tmp_path / "import_grades.ipynb").write_text("mine")
    place_notebooks(tmp_path)
    assert (tmp_path / "import_grades.ipynb").read_text() == "mine"
    assert (tmp_path / "upsert_result.ipynb").exists()


@pytest.mark.parametrize(
    "command",
    ["lab", "sandbox", "import", "check", "plan", "push", "put", "undo", "history", "forget"],
)
def test_every_command_helps(run: Run, command: str) -> None:
    """Each command has a help page and exits with 0."""
    assert run(command, "--help").code == 0


def test_what_harms_is_seen_first_and_told(run: Run, tmp_path: Path) -> None:
    """A preview names lowered and removed grades in words, before all others, and never leaves one out."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00123,9.9", "00041,1", "00082,CLEAR")
    ended = run("plan", sheet, "--class", "algebra-1")
    assert "1 grade lowered, 1 score removed" in ended.out
    places = [ended.out.index(word) for word in ("update, lowered", "update, score removed")]
    assert max(places) < ended.out.index("9.9")


def test_an_undo_is_told_as_one(run: Run, tmp_path: Path) -> None:
    """Undo names the push it takes back and counts what is restored and what is removed."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00041,9.25,70", header="Student ID,Quiz 1,Midterm")
    pushed = run("import", sheet, "--class", "algebra-1", "--yes", "--json").facts
    undone = run("undo", pushed["push_id"], "--yes")
    assert (
        f"Taking back push {pushed['push_id']} on sandbox: 1 to remove, 1 to restore" in undone.out
    )


def test_the_version_is_told(run: Run) -> None:
    """`--version` prints the version and stops."""
    assert (run("--version").code, run("--version").out.strip()) == (
        0,
        f"gradetools {gt.__version__}",
    )


def test_suggested_columns_can_be_saved(run: Run, tmp_path: Path) -> None:
    """`check --save-columns` writes the suggestion, which `--columns` takes back unchanged."""
    sheet = write_sheet(tmp_path / "quiz.csv", "00041,9.25")
    assert run("check", sheet, "--class", "algebra-1", "--save-columns", "c.json").code == 0
    ended = run("import", sheet, "--class", "algebra-1", "--columns", "c.json", "--yes", "--json")
    assert ended.facts["states"]["updated"] == 1


def test_whose_the_grades_are_can_be_said(run: Run, tmp_path: Path) -> None:
    """Where no column says whose the grades are, the way to say it in the command line is told, and is one."""
    sheet = write_sheet(tmp_path / "quiz.csv", "student-001,9.25", header="Key,Quiz 1")
    seen = ("check", sheet, "--class", "algebra-1")
    (finding,) = run(*seen, "--save-columns", "c.json", "--json").facts["findings"]
    told = 'on the command line write "means": "student" for it in what check --save-columns FILE saves, and give that back with --columns FILE'
    assert (finding["code"], told in finding["suggestion"]) == ("no-student-column", True)
    saved = Path("c.json").read_text(encoding="utf-8")
    Path("c.json").write_text(saved.replace('"ignored"', '"student"', 1), encoding="utf-8")
    ended = run(*seen, "--columns", "c.json", "--json")
    assert (ended.code, ended.facts["findings"]) == (0, [])
