"""`gradetools push --retry`: what failed in a push, as a push of its own."""

from __future__ import annotations

from pathlib import Path

from command import Run

import gradetools as gt
from gradetools.sandbox import Fault


def test_retry_writes_what_failed(run: Run, sandbox: gt.Sandbox, tmp_path: Path) -> None:
    """`push --retry` shows and writes the failed entries alone; with nothing to retry it is a sentence and exit code 2."""
    variables = dict(line.split("=", 1) for line in sandbox.settings_text().splitlines())
    sheet = tmp_path / "quiz.csv"
    sheet.write_text("Student ID,Midterm\n00041,9\n00082,8\n")
    sandbox.order(Fault(method="PUT", status=422))
    options = ("--class", "algebra-1", "--yes", "--json")
    first = run("import", sheet, *options, **variables)
    assert (first.code, first.facts["states"]["failed"]) == (1, 1)
    again = run("push", "--retry", first.facts["push_id"], "--yes", "--json", **variables)
    assert (again.code, again.facts["rows"], again.facts["states"]["created"]) == (0, 1, 1)
    nothing = run("push", "--retry", again.facts["push_id"], "--yes", **variables)
    assert (nothing.code, "nothing that failed" in nothing.err) == (2, True)
    assert run("push", "--retry", "x", "--resume", "y", "--yes", **variables).code == 2
