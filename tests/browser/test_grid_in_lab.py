"""The grid in JupyterLab: scrolled, sorted, searched and edited by mouse, and by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import nbformat
import nbformat.v4
import pytest

if TYPE_CHECKING:
    from jupyter_lab import Lab, NotebookPage
    from playwright.sync_api import Locator, Page

    OpenNotebook = Callable[..., NotebookPage]

SECONDS = 10_000
GRID = """
import pandas as pd
from gradetools.widgets.grid import Grid
from gradetools.widgets.grid_window import ALL, Table

EVIL = "<img src=x onerror=window.wasRun=1>"
frame = pd.DataFrame(
    {"Student": [f"Person {n}" for n in range(5_000)], "Quiz 1": [str(n % 90) for n in range(5_000)]},
    index=pd.RangeIndex(2, 5_002, name="line"),
)
frame.loc[7] = [EVIL, "8o"]
told = []

def make():
    bad = [line for line in (7, 4_000) if not frame["Quiz 1"][line].isdecimal()]
    marks = [(line, "Quiz 1", "error", "no number" + EVIL, "Enter a number." + EVIL) for line in bad]
    marks = pd.DataFrame(marks, columns=["row", "column", "kind", "words", "tip"], dtype=object)
    return Table(frame, marks, {"errors": frame.index.isin(bad)}, frozenset(["Quiz 1"]), heads={"Student": ("info", "as found", EVIL)})

def edit(line, column, text):
    frame.loc[line, column] = text
    told.append((line, column, text))
    grid.show(make())

def rename(name):
    grid.layout.display = "none"
    frame.loc[2, "Student"] = name
    grid.show(make(), view=ALL)
    grid.layout.display = None

frame.loc[4_000, "Quiz 1"] = "x"
frame.loc[9, "Student"] = "A long name " * 60
grid = Grid(make(), label="Practice", on_edit=edit)
grid
"""
WIDE = """
from IPython.display import display

wide = pd.DataFrame({f"Quiz {n}": ["a comment of some length " + str(n)] * 4 for n in range(12)})
wide = wide.set_axis(pd.RangeIndex(2, 6, name="line"))
none = pd.DataFrame(columns=["row", "column", "kind", "words", "tip"], dtype=object)
display(Grid(Table(wide, none, {}, frozenset(wide.columns)), label="Wide"))
"""


class GridPage:
    """The first grid of a notebook."""

    def __init__(self, notebook: NotebookPage) -> None:
        self.page: Page = notebook.page
        self.root = notebook.locator(".gtg").first
        self.root.locator(".gtg-body .gtg-row").first.wait_for(timeout=SECONDS)

    def cell(self, line: int, column: int) -> Locator:
        """Find a cell by its line in the sheet, and its column from 1, the line itself 0."""
        label = self.page.locator("[role=rowheader]").get_by_text(str(line), exact=True)
        row = self.root.locator(".gtg-body .gtg-row", has=label)
        return row.first.locator(".gtg-cell").nth(column)

    def see(self, line: int, column: int, text: str) -> None:
        """Wait until a cell begins with a text."""
        self.cell(line, column).locator(".gtg-text", has_text=text).wait_for(timeout=SECONDS)

    def focused(self) -> tuple[str | None, str | None]:
        """Give the numbers of row and column, from 1, of the cell that has the focus."""
        place = """() => { const cell = document.activeElement.closest('.gtg-cell');
            return [cell?.parentElement.getAttribute('aria-rowindex'), cell?.getAttribute('aria-colindex')] }"""
        row, column = self.page.evaluate(place)
        return row, column

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def wait_for_rows(self, count: int) -> None:
        """Wait until so many rows are there to be scrolled through."""
        self.root.locator(f'[role=grid][aria-rowcount="{count + 1}"]').wait_for(timeout=SECONDS)


@pytest.fixture
def notebook(lab: Lab, open_notebook: OpenNotebook) -> NotebookPage:
    """Open a notebook with a grid of 5,000 rows, and a second cell."""
    made = nbformat.v4.new_notebook()
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    made.cells = [nbformat.v4.new_code_cell(source.strip()) for source in (GRID, WIDE)]
    nbformat.write(made, lab.folder / "grid.ipynb")
    return open_notebook("grid.ipynb")


def test_grid_by_mouse(notebook: NotebookPage) -> None:
    """Rows are fetched as one scrolls; a click sorts; views and search choose; a double click edits, and a mark goes."""
    grid = GridPage(notebook)
    grid.see(7, 2, "8o")
    assert grid.cell(7, 2).get_attribute("aria-invalid") == "true"
    assert "no number" in grid.cell(7, 2).inner_text()
    assert "Enter a number." in (grid.cell(7, 2).get_attribute("title") or "")
    assert grid.root.locator(".gtg-body .gtg-row").count() < 60
    scroller = grid.root.locator(".gtg-scroller")
    scroller.evaluate("element => { element.scrollTop = element.scrollHeight }")
    grid.see(5_001, 1, "Person 4999")
    head = grid.root.locator("[role=columnheader]").nth(2)
    for direction, first in (("ascending", "0"), ("descending", "x"), ("none", "0")):
        head.click()
        grid.root.locator(f"[role=columnheader][aria-sort={direction}]").nth(
            2 if direction == "none" else 0
        ).wait_for(timeout=SECONDS)
        top = grid.root.locator('[aria-rowindex="2"] [aria-colindex="3"] .gtg-text')
        top.get_by_text(first, exact=True).wait_for(timeout=SECONDS)
    grid.root.get_by_label("Search").fill("person 499")
    grid.wait_for_rows(11)
    grid.root.get_by_label("Search").fill("nobody is called so")
    grid.wait_for_rows(0)
    assert "Nothing here holds what you search for" in grid.root.locator(".gtg-note").inner_text()
    grid.root.get_by_label("Search").fill("")
    grid.root.get_by_label("Show", exact=True).select_option("errors")
    grid.wait_for_rows(2)
    grid.cell(7, 2).dblclick()
    grid.page.keyboard.type("8")
    grid.press("Enter")
    grid.wait_for_rows(1)
    grid.see(4_000, 2, "x")
    grid.cell(4_000, 2).dblclick()
    grid.page.keyboard.type("9")
    grid.press("Enter")
    grid.wait_for_rows(0)
    note = grid.root.locator(".gtg-note").inner_text()
    assert note == "None of these is left: choose “all rows” at “Show” for the others."
    assert grid.root.locator("img").count() == 0
    assert grid.page.evaluate("window.wasRun") is None
    assert (notebook.console_errors, notebook.external_requests) == ([], [])


def test_what_is_below_a_grid_stays_where_it_is(notebook: NotebookPage) -> None:
    """To press something below a cell that is told at length does not move it from under the mouse."""
    grid = GridPage(notebook)
    note = grid.root.locator(".gtg-note")
    low = note.evaluate("element => element.offsetHeight")
    grid.cell(9, 1).click()
    high = note.evaluate("element => element.offsetHeight")
    grid.root.get_by_label("Search").click()
    grid.page.wait_for_timeout(200)
    assert note.evaluate("element => element.offsetHeight") == high > low


def test_what_was_hidden_for_a_moment_is_drawn(notebook: NotebookPage) -> None:
    """A table that comes while the grid is put away and shown again within a moment is the one that is seen, from its top."""
    grid = GridPage(notebook)
    scroller = grid.root.locator(".gtg-scroller")
    for number in range(8):
        scroller.evaluate("element => { element.scrollTop = 3000 }")
        assert notebook.ask(f"rename('Name {number}')") is None
        grid.see(2, 1, f"Name {number}")


def test_grid_by_keyboard(notebook: NotebookPage) -> None:
    """All of it goes by keyboard: the focus is never lost, and no key reaches the notebook around the grid."""
    grid = GridPage(notebook)
    grid.root.get_by_label("Show", exact=True).focus()
    grid.press("Tab", "Tab")
    assert grid.focused() == ("1", "1")  # the only stop of Tab
    grid.press("ArrowRight")
    top = grid.root.locator('[aria-rowindex="2"] [aria-colindex="2"] .gtg-text')
    for first in ("<img", "Person 999", "Person 0"):  # ascending, descending, as in the sheet
        grid.press("Enter")
        top.get_by_text(first).wait_for(timeout=SECONDS)
    assert grid.root.locator("[aria-sort=none]").count() == 3
    assert grid.focused() == ("1", "2")
    grid.press("Control+End")
    grid.see(5_001, 2, "49")
    assert grid.focused() == ("5001", "3")
    grid.press("PageUp", "Home")
    assert grid.focused() == ("4989", "1")
    grid.press("Control+Home")
    assert grid.focused() == ("2", "1")
    cells = notebook.locator(".jp-Notebook .jp-Cell").count()
    grid.press("d", "d", "x", "Escape", "d", "d")  # in JupyterLab this deletes a cell
    assert notebook.locator(".jp-Notebook .jp-Cell").count() == cells
    grid.press("End", *["ArrowDown"] * 5)
    assert grid.focused() == ("7", "3")
    assert "Error: Enter a number." in grid.root.locator(".gtg-note").inner_text()
    grid.press("Enter", "Control+a", "5", "Escape")
    grid.see(7, 2, "8o")
    assert grid.focused() == ("7", "3")
    grid.press("F2", "Control+a", "8", "Enter")
    grid.root.locator('[aria-rowindex="7"] [aria-colindex="3"]:not([aria-invalid])').wait_for(
        timeout=SECONDS
    )
    grid.see(7, 2, "8")
    assert grid.focused() == ("7", "3")
    grid.press("ArrowDown", "4", "2", "Tab")  # what is typed replaces what is there
    grid.see(8, 2, "42")
    grid.press("Delete")  # as in a spreadsheet, it empties the cell
    grid.root.locator('[aria-rowindex="8"] [aria-colindex="3"] .gtg-text:empty').wait_for(
        state="attached", timeout=SECONDS
    )
    grid.press("ArrowLeft", "Delete", "ArrowRight")  # but nothing that cannot be changed
    grid.press("Shift+Tab")
    assert grid.page.evaluate("document.activeElement.className") == "gtg-search"
    assert (notebook.console_errors, notebook.external_requests) == ([], [])


def test_a_wide_grid(notebook: NotebookPage) -> None:
    """Columns out of sight are named; line numbers stay at the edge, also while a cell of the last column is edited."""
    root = notebook.locator(".gtg").nth(1)
    more, scroller = root.locator(".gtg-more"), root.locator(".gtg-scroller")
    more.get_by_text("Scroll to the right, or press →, for Quiz").wait_for(timeout=SECONDS)
    assert more.inner_text().endswith("Quiz 10, Quiz 11.")
    scroller.evaluate("element => { element.scrollLeft = element.scrollWidth }")
    more.wait_for(state="hidden", timeout=SECONDS)
    row = root.locator(".gtg-body .gtg-row").nth(2)
    row.locator(".gtg-cell").last.dblclick()
    notebook.page.keyboard.press("End")
    notebook.page.wait_for_timeout(200)
    left = "element => element.getBoundingClientRect().left"
    edges = [
        cell.evaluate(left)
        for cell in (
            scroller,
            row.locator("[role=rowheader]"),
            root.locator(".gtg-head .gtg-cell").first,
        )
    ]
    assert max(edges) - min(edges) <= 2, edges
    assert root.locator(".gtg-body").evaluate("element => element.scrollLeft") == 0
    ends = [
        cells.last.evaluate(left)
        for cells in (row.locator(".gtg-cell"), root.locator(".gtg-head .gtg-cell"))
    ]
    assert abs(ends[0] - ends[1]) <= 1, ends
