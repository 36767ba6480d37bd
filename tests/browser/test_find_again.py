"""A push in a real browser is found again: after a reload with the page saved or not, by a cell run again, by a new kernel."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from import_walk import SECONDS, Form
from test_accessible import find_violations
from test_browser_harness import write_notebook

from gradetools.sandbox import Fault, Sandbox

if TYPE_CHECKING:
    from jupyter_lab import Lab, NotebookPage

    OpenNotebook = Callable[..., NotebookPage]

#: So long, in seconds, a slow gradebook takes for each grade.
DELAY = 2.5
#: A gradebook outside of the kernel, so that it outlives it, and can be asked by the test.
CONNECT = """
import gradetools as gt
from gradetools.widgets import ImportForm

gradebook = gt.connect(gt.Settings(env="sandbox", base_url={base_url!r}, token_url={token_url!r},
    client_id={client_id!r}, client_secret={client_secret!r}, data_dir={data_dir!r}))
"""
FORM = """
form = ImportForm(gradebook, folder=".")
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
OTHER = "print('six times seven is', 6 * 7)"
RUN_ONE = """async index => {
    const app = window.jupyterapp;
    const context = app.shell.currentWidget.sessionContext;
    await context.ready;
    await context.session.kernel.info;
    app.shell.currentWidget.content.activeCellIndex = index;
    await app.commands.execute('notebook:run-cell');
}"""
SAVE = "async () => { await window.jupyterapp.commands.execute('docmanager:save'); }"
RESTART = """async () => {
    const { sessionContext } = window.jupyterapp.shell.currentWidget;
    await sessionContext.session.kernel.restart();
    await sessionContext.session.kernel.info;
}"""
ALONE = "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel != null"


@pytest.fixture
def slow() -> Iterator[Sandbox]:
    """Serve a gradebook; `begin` lets it take its time to write, so that there is a middle."""
    with Sandbox() as sandbox:
        yield sandbox


def begin(
    lab: Lab,
    open_notebook: OpenNotebook,
    slow: Sandbox,
    name: str,
    *,
    delay: float = DELAY,
    times: int | None = None,
) -> tuple[NotebookPage, Form]:
    """Open a form on a gradebook that is slow by so many seconds, and press the button that writes, twice."""
    slow.order(Fault(method="PUT", delay=delay, times=times))
    names = ("base_url", "token_url", "client_id", "client_secret")
    where = {key: getattr(slow, key) for key in names} | {"data_dir": str(slow.folder / "data")}
    cells = (CONNECT.format(**where), FORM, DRIVE, OTHER)
    notebook = open_notebook(write_notebook(lab.folder, name, *cells))
    form = Form(notebook.page)
    button = form.button("gt-go", within="push")
    button.dblclick(timeout=SECONDS)
    form.button("gt-stop").wait_for(timeout=SECONDS)
    return notebook, form


def count_puts(sandbox: Sandbox) -> Counter[str]:
    """Count what was written, by its id; a request whose sender died is answered with an error."""
    written = [each.path for each in sandbox.requests(method="PUT") if each.status < 300]
    return Counter(path.rsplit("/", 1)[1] for path in written)


def held(sandbox: Sandbox) -> list[str]:
    """List the grades of the midterm that the sandbox holds."""
    records = sandbox.records("results")
    return [r["sourcedId"] for r in records if r["lineItem"]["sourcedId"] == "algebra-midterm"]


def wait_until(fact: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is so at the gradebook."""
    until = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < until
        time.sleep(0.05)


def reload(notebook: NotebookPage) -> None:
    """Load the page again, as somebody does who thinks that it hangs."""
    notebook.page.goto(notebook.page.url)
    notebook.page.wait_for_function(ALONE, timeout=SECONDS)


def test_work_goes_on_meanwhile_and_stop_stops(
    lab: Lab, open_notebook: OpenNotebook, slow: Sandbox
) -> None:
    """Another cell runs while a push goes on; Stop ends it half way with an honest receipt; going on writes each grade once."""
    notebook, form = begin(lab, open_notebook, slow, "stopped.ipynb")
    other = notebook.locator(".jp-CodeCell").nth(3)
    other.locator(".jp-OutputArea-output").evaluate("output => output.remove()")
    other.locator(".cm-content").click(timeout=SECONDS)
    notebook.page.keyboard.press("Shift+Enter")
    other.get_by_text("six times seven is 42").wait_for(timeout=SECONDS)
    done = sum(count_puts(slow).values())
    assert done < 28, "the other cell had to wait for the push"
    form.root.locator(".gt-progress", has_text="of 28").wait_for(timeout=SECONDS)
    form.click("gt-stop")
    form.see("receipt", "unsent")
    slow.cancel_orders()
    go_on = form.button("gt-go", within="push")
    assert "Go on: write the other" in go_on.inner_text()
    go_on.dblclick(timeout=SECONDS)
    form.see("receipt", "28 created, 2 skipped")
    assert form.step("receipt").get_by_text("receipt.json").count() == 1
    assert sorted(count_puts(slow).values()) == [1] * 28
    assert (notebook.console_errors, notebook.external_requests) == ([], [])


def test_a_kernel_that_died_left_a_push(
    lab: Lab, open_notebook: OpenNotebook, slow: Sandbox
) -> None:
    """After a kernel restart in mid-push the cell that is run again offers to go on, and each grade is written once."""
    notebook, _ = begin(lab, open_notebook, slow, "restarted.ipynb")
    wait_until(lambda: len(count_puts(slow)) >= 8)
    notebook.page.evaluate(RESTART)
    notebook.page.wait_for_timeout(DELAY * 1_000)  # for what was on its way
    assert 8 <= len(held(slow)) < 28
    slow.cancel_orders()
    notebook.run(0)
    notebook.run(1)
    form = Form(notebook.page)
    form.click("gt-connect")
    form.root.locator(".gt-unfinished", has_text="Unfinished push").wait_for(timeout=SECONDS)
    form.click("gt-go-on")
    form.root.locator(".gt-unfinished button.gt-go:not([disabled])").click(timeout=SECONDS)
    told = form.root.locator(".gt-unfinished .gt-receipt-told")
    told.get_by_text("28 created, 2 skipped").wait_for(timeout=SECONDS)
    assert sorted(count_puts(slow).values()) == [1] * 28
    assert len(held(slow)) == 28


def test_a_saved_page_finds_its_push_again(
    lab: Lab, open_notebook: OpenNotebook, slow: Sandbox
) -> None:
    """Saved and loaded again in the middle of a push, the page shows its progress, and its Stop stops it."""
    notebook, _ = begin(lab, open_notebook, slow, "saved.ipynb", delay=8)
    notebook.page.evaluate(SAVE)
    reload(notebook)
    form = Form(notebook.page)
    form.click("gt-stop")
    form.see("receipt", "unsent")


def test_a_cell_run_again_finds_the_push(
    lab: Lab, open_notebook: OpenNotebook, slow: Sandbox
) -> None:
    """Run again in mid-push, also on a page loaded again unsaved, the cell shows it, to its end; the next run says how it ended."""
    notebook, form = begin(lab, open_notebook, slow, "again.ipynb", delay=8)
    notebook.page.evaluate(RUN_ONE, 1)
    form.root.get_by_text("to sandbox is under way").wait_for(timeout=SECONDS)
    assert form.button("gt-stop").is_visible()
    reload(notebook)
    assert notebook.locator(".gt-import").count() == 0
    notebook.page.evaluate(RUN_ONE, 1)
    form = Form(notebook.page)
    form.root.get_by_text("to sandbox is under way").wait_for(timeout=SECONDS)
    slow.cancel_orders()
    form.root.get_by_text("28 created, 2 skipped").first.wait_for(timeout=SECONDS)
    notebook.page.evaluate(RUN_ONE, 1)
    told = "The last push from this notebook to sandbox"
    form.root.get_by_text(told).wait_for(timeout=SECONDS)
    assert sorted(count_puts(slow).values()) == [1] * 28


def test_a_push_under_way_is_for_everybody(
    lab: Lab, open_notebook: OpenNotebook, slow: Sandbox
) -> None:
    """While grades are written, and while the gradebook asks to wait, axe-core finds nothing, light or dark; Stop ends the wait."""
    notebook, form = begin(lab, open_notebook, slow, "looked_at.ipynb", delay=8, times=8)
    slow.order(Fault(method="PUT", status=429, retry_after=50, times=None))
    notebook.hide_sidebar()
    # JupyterLab's body has no height, and axe-core takes whatever is in such a box for hidden.
    notebook.page.add_style_tag(content="body { height: 100vh; }")
    found = {}
    for words in ("of 28", "the gradebook asks to wait"):
        form.root.locator(".gt-progress", has_text=words).wait_for(timeout=SECONDS)
        for theme in ("dark", "light"):
            notebook.set_theme(theme)
            notebook.fit_height()
            found[f"{words} {theme}"] = find_violations(notebook.page, "gt-import")
        assert form.button("gt-stop").is_visible()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    form.click("gt-stop")
    form.see("receipt", "unsent")
    assert (notebook.console_errors, notebook.external_requests) == ([], [])
