"""Student data: it goes to the configured server and nowhere else, and no log names anybody."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import Run

import gradetools as gt
from gradetools.cli import reading
from gradetools.sandbox import Fault

SAMPLES = Path(__file__).parents[2] / "notebooks" / "samples"
#: Runs before anything else in a process, and hears of every address that it looks up or connects to (PEP 578).
LISTENER = """
import json, os, sys

def hear(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"):
        told = arguments[:2] if event == "socket.getaddrinfo" else arguments[1:2] or arguments[:1]
        with open(os.environ["HEARD"], "a") as file:
            file.write(json.dumps([event, repr(told)]) + "\\n")

sys.addaudithook(hear)
"""


def test_nothing_goes_anywhere_else(
    sandbox: gt.Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole import as a process of its own looks up and connects to the configured server's address alone."""
    (tmp_path / "listen").mkdir()
    (tmp_path / "listen" / "sitecustomize.py").write_text(LISTENER)
    for name in ("base_url", "token_url", "client_id", "client_secret"):
        monkeypatch.setenv(f"GRADETOOLS_STAGING_{name.upper()}", getattr(sandbox, name))
    variables = {
        **os.environ,
        "HEARD": str(tmp_path / "heard"),
        "PYTHONPATH": str(tmp_path / "listen"),
    }
    command = [sys.executable, "-m", "gradetools", "import", str(SAMPLES / "algebra_midterm.csv")]
    options = ["--env", "staging", "--class", "algebra-1", "--yes", "--json"]
    done = subprocess.run(
        [*command, *options],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    lines = [json.loads(line) for line in (tmp_path / "heard").read_text().splitlines()]
    port = sandbox.base_url.rpartition(":")[2]
    assert (done.returncode, len(lines) > 1) == (0, True), done.stderr
    elsewhere = [line for line in lines if not ("127.0.0.1" in line[1] and port in line[1])]
    assert elsewhere == []


def people() -> set[str]:
    """List all that tells a person in the samples: names, ids, addresses."""
    found: set[str] = set()
    for path in SAMPLES.glob("*.csv"):
        header, *rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        telling = [n for n, name in enumerate(header) if any(word in name.lower() for word in ("name", "student", "login", "mail", "id"))]  # fmt: skip
        found |= {row[n] for row in rows for n in telling if len(row) > n and len(row[n]) > 3}
    return found


def test_the_people_are_known() -> None:
    """The search below has names, numbers and addresses to look for."""
    told = " ".join(people())
    assert (len(people()) > 50, "Ada" in told, "Example" in told) == (True, True, True)


def test_no_log_names_anybody(run: Run, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """With debug logging, an import, its undo and its mistakes are told by lines of the sheet, and no person is named."""
    with caplog.at_level(logging.DEBUG):
        for name in ("algebra_midterm.csv", "algebra_mistakes.csv"):
            options = ("--class", "algebra-1", "--yes", "--json", "--out", tmp_path / name)
            ended = run("import", SAMPLES / name, *options, GRADETOOLS_LOG_LEVEL="DEBUG")
            run("undo", ended.facts["push_id"], "--yes", GRADETOOLS_LOG_LEVEL="DEBUG")
    assert [person for person in people() if person in caplog.text] == []
    told = [
        record.getMessage() for record in caplog.records if record.name == "gradetools.push.log"
    ]
    assert {"line 2, entry 0: created, HTTP 201", "line 2, entry 0: updated, HTTP 201"} <= set(told)


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING"])
def test_a_refused_grade_is_logged_by_its_line(
    sandbox: gt.Sandbox, caplog: pytest.LogCaptureFixture, level: str
) -> None:
    """What was not written is logged from INFO on, by line, reason and status, without a word of what the server says."""
    sheet = gt.read_sheet(io.StringIO("Student ID,Midterm\n00041,9\n00082,8\n"))
    with gt.connect(sandbox) as gradebook:
        snapshot = gradebook.take_snapshot("algebra-1")
        checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
        plan = gt.make_plan(checked, snapshot)
        said = b'{"message": "Ada Example has left the school"}'
        sandbox.order(Fault(method="PUT", status=422, body=said))
        with caplog.at_level(level):
            receipt = gt.push_plan(plan, gradebook, agreed=plan.fingerprint, workers=1)
    ours = [record for record in caplog.records if record.name == "gradetools.push.log"]
    told = [(record.levelname, record.getMessage()) for record in ours]
    refused = ("INFO", "line 2, entry 0: failed, refused, HTTP 422")
    written = ("DEBUG", "line 3, entry 1: created, HTTP 201")
    assert told == {"DEBUG": [refused, written], "INFO": [refused], "WARNING": []}[level]
    assert ("Ada" in receipt.entries["message"].iloc[0], "Ada" in caplog.text) == (True, False)


def test_an_unforeseen_error_tells_where_and_not_what(
    run: Run, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw is logged as its kind and its way through the code, without what it says."""
    person = "Ada Example"

    def stumble(*_: object, **__: object) -> None:
        try:
            raise KeyError(person)
        except KeyError:
            raise ValueError(f"could not convert {person}") from None

    monkeypatch.setattr(reading, "open_job", stumble)
    with caplog.at_level(logging.DEBUG):
        ended = run("check", "sheet.csv", GRADETOOLS_LOG_LEVEL="DEBUG")
    told = caplog.text + ended.out + ended.err
    assert (ended.code, "ValueError, raised at" in told, "in check" in told) == (2, True, True)
    assert person not in told
