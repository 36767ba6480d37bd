"""The whole import of a sample sheet in JupyterLab, with real clicks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_lab import NotebookPage
    from playwright.sync_api import Locator

    OpenNotebook = Callable[..., NotebookPage]

SECONDS = 20_000


class Form:
    """The first form of the notebook, as an analyst sees it."""

    def __init__(self, notebook: NotebookPage) -> None:
        self.root = notebook.locator(".gt-import").first

    def step(self, name: str) -> Locator:
        """Find a step by its hook."""
        return self.root.locator(f".gt-step-{name}")

    def click(self, hook: str) -> None:
        """Press a button, once it can be pressed."""
        self.root.locator(f"button.{hook}:not([disabled])").first.click(timeout=SECONDS)

    def see(self, name: str, words: str) -> None:
        """Wait until a step says something."""
        self.step(name).get_by_text(words).first.wait_for(timeout=SECONDS)


def test_whole_import(open_notebook: OpenNotebook) -> None:
    """A sheet goes from the folder into the sandbox and out again, and no request leaves the machine."""
    notebook = open_notebook("import_grades.ipynb")
    form = Form(notebook)
    form.click("gt-connect")
    form.see("where", "Connected to sandbox")
    form.root.locator(".gt-files select").select_option("samples/algebra_midterm.csv")
    form.click("gt-read")
    form.see("sheet", "30 of 30 students of the sheet are in Algebra 1.")
    form.click("gt-use-classes")
    form.see("columns", "30 of 30 students found.")
    form.click("gt-check")
    form.see("check", "28 ready, 2 skipped")
    form.click("gt-preview")
    form.see("preview", "28 create, 2 skip")
    form.click("gt-go")
    form.see("receipt", "30 entries on sandbox: 28 created, 2 skipped.")
    form.click("gt-undo")
    form.see("receipt", "28 grades removed.")
    form.step("receipt").locator("button.gt-go:not([disabled])").click(timeout=SECONDS)
    form.see("receipt", "28 entries on sandbox: 28 updated.")
    assert (notebook.console_errors, notebook.external_requests) == ([], [])
