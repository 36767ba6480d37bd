"""The whole import of a sheet in Notebook 7 and in Voilà, from connect to undo; `test_accessible.py` does it in JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jupyter_lab
import pytest
from conftest import NOTEBOOKS
from import_walk import Form, walk

if TYPE_CHECKING:
    from jupyter_lab import FrontEnd, NotebookPage
    from playwright.sync_api import Browser

# Voilà's own page asks it for the icons of buttons; JupyterLab and Notebook bring them along.
VOILA_ASKS = "https://cdn.jsdelivr.net/npm/@fortawesome/"
# Notebook 7 complains of this without any notebook of ours; Voilà of its neighbours' extensions.
NOT_OURS = ("reading 'schema'", "shared module is not a function", VOILA_ASKS)


def complaints(notebook: NotebookPage) -> list[str]:
    """List the console's errors that are not the front end's own."""
    return [e for e in notebook.console_errors if not any(known in e for known in NOT_OURS)]


@pytest.mark.usefixtures("again")
@pytest.mark.parametrize("front_end", ["notebook", "voila"])
def test_whole_import(browser: Browser, front_end: FrontEnd) -> None:
    """A sheet with mistakes goes from the folder into the sandbox and out again; only Voilà's own page asks another host."""
    with jupyter_lab.start_lab(NOTEBOOKS, front_end=front_end) as server:
        notebook = jupyter_lab.open_notebook(browser, server, "import_grades.ipynb")
        form = Form(notebook.page)
        assert [*walk(form)][-1] == "7_undone"
        assert "14 taken back (12 removed, 2 restored)" in form.step("receipt").inner_text()
        heading = notebook.page.get_by_role("heading", name="Rehearsal")
        shown = 0 if front_end == "voila" else 1
        assert (notebook.locator(".gt-import").count(), heading.count()) == (1 + shown, shown)
        asked = [a for a in notebook.external_requests if not a.startswith(VOILA_ASKS)]
        assert (complaints(notebook), asked) == ([], [])
        assert front_end == "voila" or notebook.external_requests == []
        notebook.page.context.close()
