"""The main job from the command line, on an outside Canvas export: in, again, and back out."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from pathlib import Path

import pytest
from command import Run

import gradetools as gt


@pytest.fixture
def canvas(shared: Path) -> Path:
    """Give the outside Canvas export."""
    return shared / "sheets" / "canvas" / "gradelib-canvas.csv"


def rehearsal_sandbox() -> gt.Sandbox:
    """Open the one rehearsal's sandbox that there is."""
    (path,) = (Path(os.environ["GRADETOOLS_DATA_DIR"]) / "rehearsals").glob("*.sqlite3")
    return gt.Sandbox(data=path, name=path.stem)


def test_in_again_and_back_out(run_process: Run, canvas: Path, tmp_path: Path) -> None:
    """Twelve entries are created, found unchanged the second time without a PUT, and taken back by undo."""
    first = run_process("import", canvas, "--rehearse", "--yes", "--out", "out")
    assert first.code == 0, first.err
    receipt = json.loads((tmp_path / "out" / "receipt.json").read_text())
    assert (receipt["rows"], receipt["states"]["created"]) == (12, 12)
    with rehearsal_sandbox() as sandbox:
        puts = len(sandbox.requests(method="PUT"))
    assert puts == 12

    again = run_process("import", canvas, "--rehearse", "--yes", "--out", "out", "--json")
    assert (again.code, again.facts["states"]["unchanged"]) == (0, 12)
    with rehearsal_sandbox() as sandbox:
        assert len(sandbox.requests(method="PUT")) == puts
    kept = json.loads((tmp_path / "out" / "receipt.json").read_text())
    assert kept == receipt, "the first receipt was overwritten"
    assert (tmp_path / "out" / again.facts["push_id"] / "receipt.json").exists()

    undone = run_process("undo", receipt["push_id"], "--yes", "--json")
    assert (undone.code, undone.facts["states"]["updated"]) == (0, 12)
    with rehearsal_sandbox() as sandbox:
        assert Counter(record["status"] for record in sandbox.records("results")) == {
            "tobedeleted": 12
        }

    history = run_process("history", "--json").facts
    assert [push["push_id"] for push in history] == [
        undone.facts["push_id"],
        again.facts["push_id"],
        receipt["push_id"],
    ]
    assert {"push_id", "environment", "started", "status", "states"} <= set(history[0])


def test_what_canvas_computes_is_listed_as_ignored(run: Run, canvas: Path) -> None:
    """Columns marked "(read only)" are ignored with the reason, and the posting row is no student."""
    plan = run("plan", canvas, "--rehearse", "--json")
    ignored = plan.facts["ignored"]
    assert "read only" in ignored["Final Score"]
    assert sum("read only" in reason for reason in ignored.values()) == 12
    assert (plan.code, plan.facts["rows"]) == (0, 12)


def test_the_points_row_becomes_maxima(canvas: Path) -> None:
    """The "Points Possible" row gives the line items of a rehearsal their maxima."""
    sheet = gt.read_sheet(canvas)
    with gt.open_rehearsal(sheet) as gradebook:
        items = gradebook.take_snapshot().line_items
    assert dict(zip(items["title"], items["result_value_max"], strict=True)) == {
        "Lab 01": 10,
        "Midterm Exam": 24,
        "Final Exam": 30,
    }


@pytest.mark.parametrize("name", ["prairielearn-sample.csv", "root-account-letter-grades.csv"])
def test_other_canvas_exports_rehearse_too(shared: Path, name: str) -> None:
    """Canvas exports with empty ids, letter grades and a test student go through whole."""
    receipt = gt.rehearse(shared / "sheets" / "canvas" / name)
    assert receipt.ok
    assert receipt.states["created"] == 3


def test_a_rehearsal_from_the_library(canvas: Path) -> None:
    """`gt.rehearse` runs the whole job, and the second time finds everything there."""
    first, again = gt.rehearse(canvas), gt.rehearse(canvas)
    assert (first.states["created"], again.states["unchanged"]) == (12, 12)


def test_the_data_folder_is_private(canvas: Path) -> None:
    """What a rehearsal keeps is readable by its owner alone."""
    gt.rehearse(canvas)
    kept = [path for path in Path(os.environ["GRADETOOLS_DATA_DIR"]).rglob("*") if path.is_file()]
    assert kept
    assert {oct(stat.S_IMODE(path.stat().st_mode)) for path in kept} == {"0o600"}
