"""No secret is shown by any form or kept by any notebook, whatever the gateway answers."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from echoing_gateway import MODES, Gateway
from planted import find_planted, find_planted_files
from secret_world import SHEET, World, plant, states

import gradetools as gt
from gradetools.widgets.writing import Writing

NOTEBOOK = """
import gradetools as gt
from gradetools.widgets import ImportForm, ResultForm
form = ImportForm()
form.where.connect.click()
form.sheet.path.value = "sheet.csv"
form.sheet.read.click()
form.sheet.classes.value = ("algebra-1",)
form.sheet.use_classes.click()
form.columns.go.click()
form.check.go.click()
form.preview.grid.open_row(0)
form.push.go.click()
receipt = form.push.wait(60)
assert receipt.ok, receipt
form
---
gradebook = gt.connect("staging")
single = ResultForm(gradebook)
single.where.connect.click()
single
---
gradebook.settings, gradebook, receipt, gradebook.transport, form.draft.plan
---
%xmode Verbose
---
form.draft.gradebook.get_line_item("none")
---
gt.connect(gt.load_settings("staging").model_copy(update={"token_url": "http://127.0.0.1:1"}), patience=gt.Patience(attempts=1)).list_classes()
"""


def test_no_notebook_keeps_a_secret(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook with its outputs, its errors with variables, and the state of its widgets holds nothing of it."""
    import nbformat
    from nbclient import NotebookClient

    plant(gateway, monkeypatch)
    monkeypatch.setenv("GRADETOOLS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    (tmp_path / "sheet.csv").write_text(SHEET)
    cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in NOTEBOOK.split("---")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(
        notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    text = nbformat.writes(notebook)
    failed = [o["ename"] for c in notebook.cells for o in c.outputs if o.output_type == "error"]
    assert (failed, "widget-state+json" in text, "gt-import" in text) == (
        ["NotFoundError", "UnreachableError"],
        True,
        True,
    ), text[:3000]
    assert find_planted(text) == []
    assert find_planted_files([tmp_path]) == {}


@pytest.mark.parametrize("mode", ["token 401 html", "token 200 json", "403 html", "500 standard"])
def test_no_form_shows_a_secret(world: World, gateway: Gateway, mode: str) -> None:
    """A form whose gateway fails, at the first step or in the midst of it, tells and holds nothing of it."""
    from gradetools.widgets import HistoryForm, ImportForm, ResultForm

    forms: list[Any] = [
        ImportForm(world.connect(), folder=world.folder),
        ResultForm(world.connect()),
    ]
    for form in forms:
        form.where.connect.click()
    forms[0].sheet.path.value = str(world.folder / "sheet.csv")
    forms[0].sheet.read.click()
    gateway.mode = mode
    forms += [ImportForm(world.connect(), folder=world.folder), ResultForm(world.connect())]
    for form in forms:
        form.where.connect.click()
    forms[0].sheet.use_classes.click()
    forms.append(HistoryForm(world.connect(), data_dir=world.settings.data_dir))
    told = "\n".join(states(form.view) for form in forms)
    assert (mode.split()[-2] in told, find_planted(told)) == (True, [])


def push_ill(world: World, gateway: Gateway, score: int, mode: str) -> str:
    """Push a sheet whose PUTs the gateway answers in a mode of its own; give the push's id."""
    world.sheet = gt.read_sheet(io.StringIO(f"Student ID,Midterm\n00041,{score}\n00123,2\n"))
    world.snapshot = world.gradebook.take_snapshot(["algebra-1"])
    columns = gt.suggest_columns(world.sheet, world.snapshot)
    world.checked = gt.check_entries(world.sheet, columns, world.snapshot)
    world.plan = gt.make_plan(world.checked, world.snapshot)

    agreed = world.plan.fingerprint
    with failing_for(gateway, "PUT", mode):
        return gt.push_plan(world.plan, world.connect(), agreed=agreed, workers=1).push_id


@contextmanager
def failing_for(gateway: Gateway, failing: str, mode: str) -> Iterator[None]:
    """Let requests of one method be answered in a mode of their own; of none without a method."""

    def answer(method: str, *rest: Any) -> Any:
        gateway.mode = mode if method == failing else "fine"
        return usual(method, *rest)

    usual = gateway.answer
    gateway.answer = answer  # type: ignore[method-assign]  # the server's own side
    try:
        yield
    finally:
        gateway.answer = usual  # type: ignore[method-assign]  # as it was
        gateway.mode = "fine"


@pytest.mark.parametrize("mode", ["403 html", "token 401 html", "422 json", "500 utf16"])
def test_no_button_of_the_history_shows_a_secret(
    world: World, gateway: Gateway, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Every button of the history form, pressed while the gateway fails and again while it works, shows nothing of it."""
    from gradetools.widgets import HistoryForm

    score = 11 + MODES.index(mode)  # no other test has pushed it through this gateway
    pressed: set[str] = set()
    with caplog.at_level(logging.DEBUG):
        ways = enumerate(("fine", "422 json", "403 html"))
        pushes = [push_ill(world, gateway, score + 20 * n, way) for n, way in ways]
        form = HistoryForm(world.connect(), folder=world.folder, data_dir=world.settings.data_dir)
        shown = [states(form.view)]
        for gateway.mode, push_id in product((mode, "fine"), pushes):
            form.refresh.click()
            form.push.value = push_id
            for name in ("go_on", "retry", "undo", "forget", "keep"):
                button = getattr(form, name)
                if button.layout.display != "none":
                    button.click()
                    pressed.add(name)
                    shown.append(states(form.view))
                if form.writing is not None and name in ("go_on", "retry"):
                    form.writing.push.go.click()
                    with suppress(gt.GradetoolsError):
                        form.writing.push.wait(30)
                    shown.append(states(form.view))
        form.forget.click()
        form.erase.click()
        shown.append(states(form.view))
    assert pressed == {"go_on", "retry", "undo", "forget", "keep"}
    assert find_planted("\n".join(shown) + caplog.text) == []
    assert find_planted_files([world.folder]) == {}


@pytest.mark.parametrize("mode", ["403 html", "401 json", "422 json", "500 utf16"])
def test_no_grade_written_by_hand_shows_a_secret(
    world: World, gateway: Gateway, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One grade written by the form, its retry and its undo, while the gateway fails and while it works, show nothing of it."""
    from gradetools.widgets import ResultForm

    score = 30 + MODES.index(mode)  # no other test has written it through this gateway
    form = ResultForm(world.connect(), folder=world.folder, data_dir=world.settings.data_dir)
    shown = []

    def write(panel: Writing | None, *, failing: str = "") -> gt.Receipt | None:
        """Look at a plan's row and write it, while requests of one method fail; give the receipt."""
        assert panel is not None
        panel.preview.grid.open_row(0)
        with failing_for(gateway, failing, mode):
            panel.push.go.click()
            with suppress(gt.GradetoolsError):
                panel.push.wait(30)
        shown.append(states(form.view))
        return panel.receipt.receipt

    with caplog.at_level(logging.DEBUG):
        form.where.connect.click()
        form.class_.value, form.line_item.value = "algebra-1", "algebra-midterm"
        form.student.value = "student-001"
        form.fields.inputs["comment"].value = "by hand"
        form.fields.inputs["score"].value = str(score)
        failed = write(form.writing, failing="PUT")
        # What we may not do ends a push; it is gone on with, and not tried again.
        if failed and failed.status == "done":
            form.receipt.retry.click()
            write(form.writing.retry)
        else:
            write(form.writing)
        form.fields.inputs["score"].value = str(score + 20)
        written = write(form.writing)
        form.receipt.undo.click()
        write(form.writing.undo, failing="GET")
        with failing_for(gateway, "GET", mode):
            form.student.value = "student-002"
            form.where.connect.click()
        shown.append(states(form.view))
    assert (failed and failed.ok, written and written.ok) == (False, True)
    assert find_planted("\n".join(shown) + caplog.text) == []
    assert find_planted_files([world.folder]) == {}
