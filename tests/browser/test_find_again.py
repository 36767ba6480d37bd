"""A push in a real browser is found again: after a reload with the page saved or not, by a cell run again, by a new kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from import_walk import SECONDS, Form
from test_browser_harness import write_notebook

if TYPE_CHECKING:
    from jupyter_lab import Lab, NotebookPage

    OpenNotebook = Callable[..., NotebookPage]

#: A gradebook that takes its time, so that there is a middle.
SLOW = """
import gradetools as gt
from gradetools.sandbox import Fault
from gradetools.widgets import ImportForm

sandbox = gt.Sandbox(faults=[Fault(method="PUT", delay=SECONDS, times=None)]).start()
gradebook = gt.connect(sandbox)
"""
FORM = """
form = ImportForm(gradebook, folder=sandbox.folder)
form
"""
DRIVE = """
form.where.connect.click()
form.sheet.path.value = "samples/algebra_midterm.csv"
form.sheet.read.click()
form.sheet.classes.value = form.sheet.classes.value or ("algebra-1",)
form.sheet.use_classes.click()
form.columns.go.click()
form.check.go.click()
"""
RUN_ONE = """async index => {
    const app = window.jupyterapp;
    const context = app.shell.currentWidget.sessionContext;
    await context.ready;
    await context.session.kernel.info;
    app.shell.currentWidget.content.activeCellIndex = index;
    await app.commands.execute('notebook:run-cell');
}"""
SAVE = "async () => { await window.jupyterapp.commands.execute('docmanager:save'); }"
ALONE = "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel != null"


def begin(
    lab: Lab, open_notebook: OpenNotebook, name: str, *, delay: float = 2.5
) -> tuple[NotebookPage, Form]:
    """Open a form on a gradebook that is slow by so many seconds, and press the button that writes, twice."""
    slow = SLOW.replace("SECONDS", str(delay))
    notebook = open_notebook(write_notebook(lab.folder, name, slow, FORM, DRIVE))
    form = Form(notebook.page)
    button = form.button("gt-go", within="push")
    button.dblclick(timeout=SECONDS)
    form.button("gt-stop").wait_for(timeout=SECONDS)
    return notebook, form


def reload(notebook: NotebookPage) -> None:
    """Load the page again, as somebody does who thinks that it hangs."""
    notebook.page.goto(notebook.page.url)
    notebook.page.wait_for_function(ALONE, timeout=SECONDS)


def test_stop_in_the_middle_and_go_on(lab: Lab, open_notebook: OpenNotebook) -> None:
    """Stop ends a push half way with an honest receipt, whose button goes on; a second click began no second push."""
    notebook, form = begin(lab, open_notebook, "stopped.ipynb")
    form.click("gt-stop")
    form.see("receipt", "unsent")
    go_on = form.button("gt-go", within="push")
    assert "Go on: write the other" in go_on.inner_text()
    go_on.click(timeout=SECONDS)
    form.see("receipt", "28 created, 2 skipped")
    assert form.step("receipt").get_by_text("receipt.json").count() == 1
    assert (notebook.console_errors, notebook.external_requests) == ([], [])


def test_a_saved_page_finds_its_push_again(lab: Lab, open_notebook: OpenNotebook) -> None:
    """Saved and loaded again in the middle of a push, the page shows its progress, and its Stop stops it."""
    notebook, _ = begin(lab, open_notebook, "saved.ipynb", delay=8)
    notebook.page.evaluate(SAVE)
    reload(notebook)
    form = Form(notebook.page)
    form.click("gt-stop")
    form.see("receipt", "unsent")


def test_a_page_that_was_not_saved_finds_the_push_again(
    lab: Lab, open_notebook: OpenNotebook
) -> None:
    """Loaded again unsaved the form is gone; the cell that is run again shows the push that is under way, to its end."""
    notebook, _ = begin(lab, open_notebook, "unsaved.ipynb")
    reload(notebook)
    assert notebook.locator(".gt-import").count() == 0
    notebook.page.evaluate(RUN_ONE, 1)
    form = Form(notebook.page)
    form.root.get_by_text("A push to sandbox is under way").wait_for(timeout=SECONDS)
    form.root.get_by_text("28 created, 2 skipped").first.wait_for(timeout=SECONDS)


def test_a_cell_run_again_finds_the_push(lab: Lab, open_notebook: OpenNotebook) -> None:
    """Run again in the middle of a push, the cell shows it with its Stop, and the run after its end says how it ended."""
    notebook, _ = begin(lab, open_notebook, "again.ipynb")
    notebook.page.evaluate(RUN_ONE, 1)
    form = Form(notebook.page)
    form.root.get_by_text("A push to sandbox is under way").wait_for(timeout=SECONDS)
    form.click("gt-stop")
    form.root.get_by_text("unsent").first.wait_for(timeout=SECONDS)
    notebook.page.evaluate(RUN_ONE, 1)
    told = "The last push to sandbox in this notebook has ended"
    form.root.get_by_text(told).wait_for(timeout=SECONDS)
