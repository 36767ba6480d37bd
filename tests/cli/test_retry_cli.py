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
    listed = run("history", **variables).out
    assert f"tried again by {again.facts['push_id']}: 1 created" in listed
    assert "push --retry" not in listed  # it is done with
    assert run("push", "--retry", "x", "--resume", "y", "--yes", **variables).code == 2
    undone = run("undo", first.facts["push_id"], "--yes", **variables)
    assert "1 to remove, 1 skip (not that push's but another's of yours)" in undone.out
    assert f"Midterm: Your push {again.facts['push_id']} wrote it, not this one" in undone.out
    pushes = len(run("history", "--json", **variables).facts)
    twice = run("undo", first.facts["push_id"], "--yes", **variables)
    assert (twice.code, "Nothing is left to take back, and nothing was sent." in twice.out) == (
        0,
        True,
    )
    assert len(run("history", "--json", **variables).facts) == pushes
    back = run("undo", again.facts["push_id"], "--yes", "--json", **variables).facts["push_id"]
    since = f"tried again by {again.facts['push_id']}: 1 created; taken back since by {back}"
    assert since in run("history", **variables).out


def test_what_failed_is_named_with_its_way_on(
    run: Run, sandbox: gt.Sandbox, tmp_path: Path
) -> None:
    """After a push that wrote not all of it, whose grades these are and how to try again is said, there and by `history`."""
    variables = dict(line.split("=", 1) for line in sandbox.settings_text().splitlines())
    sheet = tmp_path / "quiz.csv"
    sheet.write_text("Student ID,Midterm\n00041,9\n00082,8\n")
    sandbox.order(Fault(method="PUT", status=422))
    first = run("import", sheet, "--class", "algebra-1", "--yes", **variables)
    assert "1 entry (" in first.out
    assert "Example, Midterm): The gradebook refused this" in first.out
    assert "Try again what failed with: gradetools push --retry 2" in first.out
    assert (
        "Try again what failed with: gradetools push --retry 2" in run("history", **variables).out
    )


def test_history_says_how_to_go_on(run: Run, sandbox: gt.Sandbox, tmp_path: Path) -> None:
    """Of a push that did not finish `history` says how to go on with it."""
    variables = dict(line.split("=", 1) for line in sandbox.settings_text().splitlines())
    sheet = tmp_path / "quiz.csv"
    sheet.write_text("Student ID,Midterm\n00041,9\n00082,8\n")
    sandbox.order(Fault(method="PUT", status=403))
    stopped = run("import", sheet, "--class", "algebra-1", "--yes", "--workers", "1", **variables)
    assert stopped.code == 1
    assert "Go on with: gradetools push --resume 2" in run("history", **variables).out


def test_a_retry_asks_who_shall_stand(run: Run, sandbox: gt.Sandbox, tmp_path: Path) -> None:
    """`push --retry --yes` leaves what somebody changed, says how to decide, and does as --on-conflict says; with a plan that is refused."""
    variables = dict(line.split("=", 1) for line in sandbox.settings_text().splitlines())
    sheet = tmp_path / "quiz.csv"
    options = ("--class", "algebra-1", "--yes", "--json")
    sheet.write_text("Student ID,Midterm\n00041,9\n")
    run("import", sheet, *options, **variables)
    held = next(
        r for r in sandbox.records("results") if r["lineItem"]["sourcedId"] == "algebra-midterm"
    )
    sandbox.put_record("results", held | {"score": 6})
    sheet.write_text("Student ID,Midterm\n00041,9.5\n")
    looks = (run(each, sheet, "--class", "algebra-1", **variables) for each in ("check", "plan"))
    for look in looks:
        assert "Somebody changed score 9 → 6" in look.out
        assert "give the sheet again with --on-conflict ours, which writes over" in look.out
    left = run("import", sheet, *options, **variables)
    assert "--on-conflict theirs (what is there stays), or ours (writes over it)" in left.err
    again = ("push", "--retry", left.facts["push_id"], "--yes", "--json")
    assert run(*again, **variables).facts["states"]["conflict"] == 1
    ours = run(*again, "--on-conflict", "ours", **variables)
    assert (ours.code, ours.facts["states"]["updated"]) == (0, 1)
    refused = run("push", "--resume", "x", "--on-conflict", "ours", "--yes", **variables)
    assert (refused.code, "goes with --retry alone" in refused.err) == (2, True)
