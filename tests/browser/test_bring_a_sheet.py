"""A sheet that is not in the folder: uploaded by the browser's own file chooser, too large for that, or pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jupyter_lab
import pytest
from conftest import NOTEBOOKS
from import_walk import FORM_CELL, SECONDS, Form

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

ROWS = "Student number\tMidterm\n00041\t88\n00082\t71\n"
MEGABYTE = 1024 * 1024


def upload(form: Form, path: Path) -> None:
    """Choose a file in the browser's own dialog."""
    with form.page.expect_file_chooser() as dialog:
        form.click("gt-upload")
    dialog.value.set_files(path)


@pytest.mark.usefixtures("again")
@pytest.mark.parametrize(
    "raised", [False, True], ids=["as Jupyter is", "as gradetools lab starts it"]
)
def test_sheets_from_elsewhere(browser: Browser, tmp_path: Path, *, raised: bool) -> None:
    """What fits arrives; what is too large does not, as the form says beside the button, until Look again renews it."""
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_text(ROWS.replace("\t", ","), encoding="utf-8")
    large.write_text(ROWS.replace("\t", ",") + "\n" * (11 * MEGABYTE), encoding="utf-8")
    limit = f"--ServerApp.tornado_settings={{'websocket_max_message_size': {200 * MEGABYTE}}}"
    environment = {"GRADETOOLS_UPLOAD_MB": "200"} if raised else {}
    arguments = [limit] if raised else []
    with jupyter_lab.start_lab(NOTEBOOKS, arguments=arguments, **environment) as lab:
        notebook = jupyter_lab.open_notebook(browser, lab, "import_grades.ipynb", only=FORM_CELL)
        form = Form(notebook.page)
        form.click("gt-connect")
        form.see("sheet", "up to 200 MB" if raised else "up to 10 MB; a larger one does not arrive")
        upload(form, large)
        if raised:
            form.see("sheet", "large.csv: 2 student rows")
        else:
            notebook.page.wait_for_timeout(1_500)
            assert "student rows" not in form.step("sheet").inner_text()
            assert "next: choose the sheet" in form.step("sheet").inner_text()
            form.click("gt-again")
            form.page.wait_for_timeout(1_000)
        upload(form, small)
        form.see("sheet", "small.csv: 2 student rows")
        form.root.get_by_role("button", name="or paste a block of cells").click()
        form.root.locator(".gt-paste textarea").fill(ROWS.replace("00082", "00123"))
        form.click("gt-read-pasted")
        form.see("sheet", "delimiter tab")
        form.click("gt-use-classes")
        form.see("columns", "2 of 2 students found.")
        form.click("gt-check")
        form.step("check").locator(".gtg-cell", has_text="00123").first.wait_for(timeout=SECONDS)
        assert notebook.external_requests == []
        notebook.page.context.close()
