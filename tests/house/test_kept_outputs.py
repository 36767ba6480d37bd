"""The outputs that a notebook keeps are fixed, and a fixed text stays as it is."""

from __future__ import annotations

import getpass
import re

import nbformat
from house_source import ROOT
from keep_outputs import TOUR, fix, fix_outputs


def test_kept_outputs_are_fixed() -> None:
    """Nothing of the run that made them is in the outputs that are kept: fixing them changes nothing."""
    notebook = nbformat.read(TOUR, as_version=nbformat.NO_CONVERT)
    before = nbformat.writes(notebook)
    fix_outputs(notebook)
    assert nbformat.writes(notebook) == before
    assert str(ROOT) not in before
    assert f", by {getpass.getuser()}<" not in before


def test_every_output_is_compared() -> None:
    """Every cell that shows something is one whose output is compared, in text and, for values, in HTML."""
    notebook = nbformat.read(TOUR, as_version=nbformat.NO_CONVERT)
    shown = [cell for cell in notebook.cells if cell.get("outputs")]
    assert len(shown) > 15
    assert {tuple(cell.metadata.get("tags", ())) for cell in shown} == {("nbval-check-output",)}
    pages = [
        o.data["text/html"]
        for cell in shown
        for o in cell.outputs
        if "text/html" in o.get("data", {})
    ]
    told = "".join(pages)
    for name in ("Sheet", "Snapshot", "Columns", "Checked", "Plan", "Receipt", "Result"):
        assert re.search(f"<b>{name} ", told), name


def test_what_differs_is_fixed() -> None:
    """Ids, addresses, fingerprints and times of a run become fixed ones; grades and days stay."""
    told = (
        "<Plan 1a2b3c4d for sandbox: 2 create> at 127.0.0.1:43211, push 20261126-210920-668bdf, "
        "2026-11-26 21:09:20 to 21:09:21 UTC, changed 2026-11-26T21:09:20.123Z, graded 2026-09-11T00:00:00.000Z"
    )
    assert fix(told) == (
        "<Plan 5eed0f10 for sandbox: 2 create> at 127.0.0.1:8000, push 20261016-090000-a1b2c3, "
        "2026-10-16 09:00:00 to 09:00:01 UTC, changed 2026-10-16T09:00:00.000Z, graded 2026-09-11T00:00:00.000Z"
    )
