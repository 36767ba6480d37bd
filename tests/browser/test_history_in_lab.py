"""The history in JupyterLab, by hand and by keyboard alone: chosen, tried again, taken back, forgotten; files are downloaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from import_walk import SECONDS, Form
from test_browser_harness import write_notebook
from test_keyboard import Hands

if TYPE_CHECKING:
    from jupyter_lab import Lab, NotebookPage

    OpenNotebook = Callable[..., NotebookPage]

PUSHED = """
import io
import gradetools as gt
from gradetools.sandbox import Fault, Sandbox

sandbox = Sandbox(faults=[Fault(method="PUT", status=422)]).start()
gradebook = gt.connect(sandbox)
snapshot = gradebook.take_snapshot(["algebra-1"])
sheet = gt.read_sheet(io.StringIO("Student number,Midterm\\n00041,81\\n00082,67\\n00123,90"))
plan = gt.make_plan(gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot), snapshot)
gt.push_plan(plan, gradebook, agreed=plan.fingerprint, workers=1, note="week 7");
"""
FORM = """
from gradetools.widgets import HistoryForm

HistoryForm(gradebook, folder=sandbox.folder)
"""


def test_history_by_hand(lab: Lab, open_notebook: OpenNotebook) -> None:
    """A double click shows a push, its failed grade is tried again, its file comes as a download, and it is forgotten."""
    notebook = open_notebook(write_notebook(lab.folder, "pushed.ipynb", PUSHED, FORM))
    form = Form(notebook.page, "gt-history")
    row = form.step("pushes").locator(".gtg-row", has_text="week 7").first
    row.locator(".gtg-cell").nth(1).dblclick(timeout=SECONDS)
    form.see("one", "2 created, 1 failed")
    note = form.step("pushes").locator(".gtg-note", has_text="Note: shown below")
    note.wait_for(timeout=SECONDS)  # the mark of that cell, which has no more to say than that
    form.click("gt-retry")
    form.step("one").get_by_text("would write 1 grade").wait_for(timeout=SECONDS)
    form.click("gt-go")
    form.see("one", "1 entry on sandbox: 1 created.")
    with notebook.page.expect_download(timeout=SECONDS) as download:
        form.root.locator("button.gt-download", has_text="entries.csv").click(timeout=SECONDS)
    assert "algebra-midterm" in download.value.path().read_text(encoding="utf-8")
    form.click("gt-forget")
    form.see("one", "can no longer be undone")
    form.click("gt-erase")
    form.see("one", "forgotten: only its counts are left")
    form.step("pushes").locator(".gtg-cell", has_text="forgotten").first.wait_for(timeout=SECONDS)
    assert (notebook.console_errors, notebook.external_requests) == ([], [])


def test_history_by_keyboard(lab: Lab, open_notebook: OpenNotebook) -> None:
    """Tab, arrows and Enter choose a push, take it back and forget one; the focus stays in the form, and no cell is touched."""
    notebook = open_notebook(write_notebook(lab.folder, "keys.ipynb", PUSHED, FORM))
    hands = Hands(notebook, "gt-history")
    hands.tab_to(".gt-step-pushes [role=columnheader]")
    hands.press("ArrowDown", "Enter")  # in the grid: the newest push, opened
    hands.form.see("one", "2 created, 1 failed")
    hands.look()
    hands.enter("button.gt-undo", "one", "2 to remove")
    hands.enter(".gt-step-one .gt-plan ~ .gt-push button.gt-go", "one", "2 entries on sandbox")
    hands.tab_to(".gt-step-pushes .gt-push-choice select", back=True)
    hands.press("ArrowUp")  # the undo, which is the newest now
    hands.form.see("one", "takes back")
    hands.look()
    hands.enter("button.gt-forget", "one", "can no longer be undone")
    hands.enter("button.gt-keep", "one", "takes back")
    hands.enter("button.gt-forget", "one", "can no longer be undone")
    hands.enter("button.gt-erase", "one", "forgotten: only its counts are left")
    assert (notebook.console_errors, notebook.external_requests) == ([], [])
