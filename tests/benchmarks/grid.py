"""The grid at 100,000 entries in a real browser: first screen, bytes to the browser, sort, search, filter, edit, scroll.

Run it as `python tests/benchmarks/grid.py [ENTRIES]`. A sheet of five line items goes through the import form in
JupyterLab, with one bad cell in a hundred; what follows a click or a key is timed until the browser shows it. The edit
is the whole of it: the cell is changed, every entry checked again, and the grid drawn anew.
"""

from __future__ import annotations

import csv
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import nbformat.v4

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "browser")]

from jupyter_lab import (  # noqa: E402 - found by the line above
    NotebookPage,
    open_notebook,
    start_browser,
    start_lab,
)

ENTRIES, ITEMS = 100_000, 5
BAD = ("abc", "-1", "101", "8o")
SETUP = """
import time
import gradetools as gt
from gradetools.plan import make_plan
from gradetools.rehearsal import make_seed
from gradetools.widgets.check_step import CheckStep
from gradetools.widgets.draft import Draft
from gradetools.widgets.preview import Preview
from gradetools.widgets.look import STYLE
import ipywidgets as ipw

draft = Draft()
draft.read("long.csv")
sandbox = gt.Sandbox(seed=make_seed(draft.sheet)).start()
draft.gradebook = gt.connect(sandbox)
draft.classes = draft.gradebook.list_classes()
draft.take([draft.classes[0].sourced_id])
draft.check()
plan = make_plan(draft.checked, draft.snapshot)
nothing = lambda *_: None
step = CheckStep(draft, on_done=nothing, on_change=nothing, on_fix=nothing)
preview = Preview(on_policy=nothing)
ipw.VBox([ipw.HTML(STYLE), step.view]).add_class("gt-form")
"""
SHOW = "began = time.time()\nstep.start()"
PREVIEW = "display(preview.view)\npreview.show(plan, draft.gradebook)"


class Wire:
    """How many bytes the browser is sent over its websockets."""

    def __init__(self, notebook: NotebookPage) -> None:
        self.bytes = 0
        notebook.page.on("websocket", lambda socket: socket.on("framereceived", self._count))

    def _count(self, payload: str | bytes) -> None:
        self.bytes += len(payload)


def write_sheet(path: Path, entries: int) -> None:
    """Write a sheet of invented students, one cell in a hundred bad."""
    chance = random.Random(2026)  # noqa: S311 - the same scores every time, no secret
    rows = [["Student ID", "Name", *(f"Quiz {k + 1}" for k in range(ITEMS))]]
    for i in range(entries // ITEMS):
        scores = (
            chance.choice(BAD) if chance.random() < 0.01 else str(chance.randrange(201) / 2)
            for _ in range(ITEMS)
        )
        rows.append([f"{i:06}", f"Person{i} Example", *scores])
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


class Stopwatch:
    """Times what an analyst does in one grid of a notebook, until the browser shows what comes of it."""

    def __init__(self, notebook: NotebookPage, wire: Wire, number: int) -> None:
        self.page, self.wire = notebook.page, wire
        self.grid = notebook.locator(".gtg").nth(number)

    def time(self, what: str, do: Callable[[], object], selector: str, text: str = "") -> None:
        """Do something, wait until an element of the grid says a text, and print how long that took."""
        before, began = self.wire.bytes, time.perf_counter()
        do()
        self.grid.locator(selector).filter(has_text=text).first.wait_for(timeout=120_000)
        took = time.perf_counter() - began
        self.page.wait_for_timeout(300)
        sys.stdout.write(f"{what:<34} {took:6.2f} s  {(self.wire.bytes - before) / 1000:8.0f} kB\n")


def run_cell(notebook: NotebookPage, number: int) -> None:
    """Run one cell, without waiting for it."""
    notebook.page.evaluate(
        """async number => {
            const content = window.jupyterapp.shell.currentWidget.content;
            content.activeCellIndex = number; content.deselectAll();
            window.jupyterapp.commands.execute('notebook:run-cell');
        }""",
        number,
    )


def measure(notebook: NotebookPage, wire: Wire) -> None:
    """Take the grid of the check step through everything, then show the plan's."""
    run_cell(notebook, 0)
    notebook.page.locator(".gt-step-check").wait_for(timeout=300_000)
    notebook.wait_until_idle()
    check = Stopwatch(notebook, wire, 0)
    grid, rows = check.grid, ".gtg-body .gtg-row .gtg-text"
    check.time("check: first screen", lambda: run_cell(notebook, 1), rows)
    notebook.wait_until_idle()
    show, head = grid.get_by_label("Show", exact=True), grid.locator("[role=columnheader]")
    check.time("check: all rows", lambda: show.select_option("all rows"), rows, "Person0 Example")
    check.time("check: sort", head.nth(3).click, rows, "Person10 Example")
    check.time("check: sort downwards", head.nth(3).click, rows, "Person9999 Example")
    search = grid.get_by_label("Search")
    check.time(
        "check: search (0.2 s of it a pause)",
        lambda: search.fill("person777 "),
        ".gtg-status",
        "1 of",
    )
    search.fill("")
    check.time(
        "check: filter to one code",
        lambda: show.select_option("score-not-a-number"),
        "[aria-invalid]",
    )
    check.page.wait_for_timeout(500)
    bad = grid.locator("[aria-invalid]").first
    bad.click()
    before = grid.locator(".gtg-status").inner_text()
    check.page.keyboard.press("Control+Home")
    bad.click()
    for key in ("F2", "Control+a", "7"):
        check.page.keyboard.press(key)
    left = int(before.split()[0].replace(",", "")) - 1
    check.time(
        "check: edit, checked again",
        lambda: check.page.keyboard.press("Enter"),
        ".gtg-status",
        f"{left:,} of",
    )
    show.select_option("all rows")
    check.page.wait_for_timeout(1000)
    head.nth(0).click()
    grid.locator("[aria-sort=ascending]").wait_for()
    check.page.wait_for_timeout(1000)
    last = grid.locator(".gtg-status").inner_text().split()[0].replace(",", "")
    end = "element => { element.scrollTop = element.scrollHeight }"
    bottom = f'[aria-rowindex="{int(last) + 1}"] .gtg-text'
    check.time(
        "check: scroll to the end",
        lambda: grid.locator(".gtg-scroller").evaluate(end),
        bottom,
        "Example",
    )
    plan = Stopwatch(notebook, wire, 1)
    plan.time("preview: first screen", lambda: run_cell(notebook, 2), rows, "score nothing")
    show = plan.grid.get_by_label("Show", exact=True)
    plan.time("preview: filter", lambda: show.select_option("blocked"), "[aria-invalid]")
    plan.time("preview: everything", lambda: show.select_option("all rows"), rows, "score nothing")
    sort = plan.grid.locator("[role=columnheader]", has_text="old")
    plan.time("preview: sort by new score", lambda: (sort.click(), sort.click()), rows, "→ 101")


def main() -> None:
    """Measure, and print a line for each thing."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    with TemporaryDirectory() as folder:
        write_sheet(Path(folder) / "long.csv", entries)
        made = nbformat.v4.new_notebook()
        made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        sources = (SETUP, SHOW, PREVIEW)
        made.cells = [nbformat.v4.new_code_cell(source.strip()) for source in sources]
        nbformat.write(made, Path(folder) / "grid.ipynb")
        with start_lab(Path(folder)) as lab, start_browser() as browser:
            sys.stdout.write(f"{entries:,} entries\n")
            notebook = open_notebook(browser, lab, "grid.ipynb", run=False)
            wire = Wire(notebook)
            notebook.page.reload()  # so that its websockets are seen from their beginning
            notebook.wait_until_idle()
            measure(notebook, wire)
            sys.stdout.write(f"in all, to the browser: {wire.bytes / 1e6:.2f} MB\n")


if __name__ == "__main__":
    main()
