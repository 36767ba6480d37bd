"""The import form in JupyterLab, looked at in every step: by axe-core, in both themes, and in narrow windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from import_walk import FORM_CELL, SECONDS, Form, walk

if TYPE_CHECKING:
    from jupyter_lab import NotebookPage
    from playwright.sync_api import Page

    OpenNotebook = Callable[..., NotebookPage]

NARROW = (800, 480)
# What was once in sight stays in sight: in these four everything has its turn.
DARK_TOO = ("2_sheet_read", "4_check", "5_preview", "7_undone")
# Whatever is drawn past the right edge of the form, or of its own box without a way to scroll there.
CUT = """form => {
    const edge = form.getBoundingClientRect().right + 1;
    const isShown = (element) => element.getClientRects().length && !element.closest('.gtg-hidden');
    const scrolls = (element) => element.closest('.gtg-scroller, pre, textarea, select, datalist');
    const wide = [...form.querySelectorAll('*')].filter((element) => isShown(element) && !scrolls(element)
        && element.getBoundingClientRect().right > edge);
    const buttons = [...form.querySelectorAll('button, .gt-say, .gt-mark, .gt-state')].filter((element) =>
        isShown(element) && !scrolls(element) && element.scrollWidth > element.clientWidth + 1 && element.clientWidth);
    const panel = form.closest('.jp-WindowedPanel-outer');
    const found = [...wide, ...buttons].map((element) => `${element.className}: ${element.innerText?.slice(0, 60)}`);
    return panel.scrollWidth > panel.clientWidth ? ['the page scrolls sideways', ...found] : found;
}"""
MARKS = """form => [...form.querySelectorAll('.gt-say, .gt-mark, .gtg-cell[data-kind]')]
    .filter(element => element.checkVisibility() && element.getClientRects().length).map(element => {
        const tint = getComputedStyle(element);
        return { kind: element.dataset.kind ?? element.className, words: element.innerText.trim(),
            coloured: tint.backgroundColor !== 'rgba(0, 0, 0, 0)' || tint.backgroundImage !== 'none' };
    })"""
ICONS = {"error": "✖", "question": "?", "warning": "⚠", "good": "✔", "info": "i", "corrected": "✎"}


def find_violations(page: Page, hook: str) -> list[str]:
    """List what axe-core finds in a form, each with the element that it finds it in."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    found = Axe().run(page, context=f".{hook}", options=options)
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


def find_bare_marks(form: Form) -> list[dict[str, Any]]:
    """List the marks that lack an icon, words or colour."""
    bare = []
    for mark in form.root.evaluate(MARKS):
        icon = next(sign for kind, sign in ICONS.items() if kind in mark["kind"])
        words = mark["words"].replace(icon, "").strip()
        if not (icon in mark["words"] and words and mark["coloured"]):
            bare.append(mark)
    return bare


def test_every_step_is_for_everybody(open_notebook: OpenNotebook) -> None:
    """In every step axe-core finds nothing, light or dark; 480 pixels are wide enough; every mark has icon, words and colour."""
    notebook = open_notebook("import_grades.ipynb", only=FORM_CELL)
    notebook.hide_sidebar()
    # JupyterLab's body has no height, and axe-core takes whatever is in such a box for hidden.
    notebook.page.add_style_tag(content="body { height: 100vh; }")
    form = Form(notebook.page)
    wrong: dict[str, list[Any]] = {}
    marked = 0
    form.choose("gt-env", "production")
    form.root.get_by_text("real grades of real students").wait_for(timeout=SECONDS)
    notebook.fit_height()
    wrong["production"] = find_violations(notebook.page, "gt-import")
    form.choose("gt-env", "sandbox")
    for name in walk(form):
        notebook.fit_height()  # what is scrolled out of sight is not judged by its colours
        wrong[f"{name} light"] = find_violations(notebook.page, "gt-import")
        if name in DARK_TOO:
            notebook.set_theme("dark")
            wrong[f"{name} dark"] = find_violations(notebook.page, "gt-import")
            notebook.set_theme("light")
        for width in NARROW:
            notebook.page.set_viewport_size({"width": width, "height": 900})
            notebook.page.wait_for_timeout(100)
            wrong[f"{name} {width}"] = form.root.evaluate(CUT)
        notebook.page.set_viewport_size({"width": 1400, "height": 1000})
        wrong[f"{name} marks"] = find_bare_marks(form)
        marked += len(form.root.evaluate(MARKS))
    assert {name: found for name, found in wrong.items() if found} == {}
    assert marked > 20
    form.root.locator("button.gt-undo:visible").last.scroll_into_view_if_needed()
    banner = form.root.locator(".gt-banner").bounding_box()
    assert banner is not None
    assert 0 <= banner["y"] < 200, "the environment is in sight wherever one is in the form"
    assert (notebook.console_errors, notebook.external_requests) == ([], [])
    notebook.fit_height()
    form.step("where").evaluate("""step => {
        step.insertAdjacentHTML('beforeend', '<img src="data:,">');
        step.querySelector('.gt-done').style.color = '#bbb';
    }""")
    found = "\n".join(find_violations(notebook.page, "gt-import"))
    assert "image-alt" in found
    assert "color-contrast" in found
    form.step("where").evaluate("step => { step.style.width = '3000px' }")
    assert form.root.evaluate(CUT) != []
    form.root.evaluate(
        "f => f.insertAdjacentHTML('beforeend', '<div class=\"gt-say gt-error\">bad</div>')"
    )
    assert len(find_bare_marks(form)) == 1


@pytest.mark.parametrize(
    ("name", "hook"), [("upsert_result.ipynb", "gt-result"), ("history.ipynb", "gt-history")]
)
def test_other_forms_are_for_everybody(open_notebook: OpenNotebook, name: str, hook: str) -> None:
    """axe-core finds nothing in the forms for one result and for the history, light or dark; 480 pixels are wide enough."""
    notebook = open_notebook(name, only=FORM_CELL)
    notebook.hide_sidebar()
    notebook.page.add_style_tag(content="body { height: 100vh; }")
    form = Form(notebook.page, hook)
    if hook == "gt-result":
        form.click("gt-connect")
        form.see("where", "Connected to sandbox")
        form.choose("gt-class", "Algebra 1")
        form.choose("gt-student", "Ada Example")
        form.choose("gt-line-item", "Quiz 1")
        form.see("grade", "is there already")
    wrong: dict[str, list[Any]] = {}
    for theme in ("dark", "light"):
        notebook.set_theme(theme)
        notebook.fit_height()
        wrong[theme] = find_violations(notebook.page, hook)
    notebook.page.set_viewport_size({"width": 480, "height": 900})
    notebook.page.wait_for_timeout(200)
    wrong["480"] = form.root.evaluate(CUT)
    assert {name: found for name, found in wrong.items() if found} == {}
    assert (notebook.console_errors, notebook.external_requests) == ([], [])
