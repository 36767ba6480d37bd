"""The import by keyboard alone: no key reaches the notebook around the form, and the focus is never lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from import_walk import FORM_CELL, SECONDS, SHEET, Form

if TYPE_CHECKING:
    from jupyter_lab import NotebookPage

    OpenNotebook = Callable[..., NotebookPage]

# What JupyterLab does with these keys on a cell: cut, delete, insert above and below, make a note of it, move, run.
SHORTCUTS = ("d", "d", "x", "a", "b", "m", "Shift+M", "Control+Enter", "Shift+Enter")
CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets.map(
    cell => [cell.model.type, cell.model.executionCount, cell.model.sharedModel.getSource()])"""
DIRTY = "window.jupyterapp.shell.currentWidget.model.dirty"
FOCUSED = """() => {
    const focused = document.activeElement;
    return { inside: !!focused.closest('.gt-form'), kind: focused.localName, type: focused.type ?? '',
        role: focused.getAttribute('role') ?? '', hook: String(focused.className) };
}"""


class Hands:
    """Somebody without a mouse, in front of the first form of a notebook."""

    def __init__(self, notebook: NotebookPage, hook: str = "gt-import") -> None:
        self.form, self.page = Form(notebook.page, hook), notebook.page
        self.cells = self.page.evaluate(CELLS)
        self.kinds: set[tuple[str, str]] = set()
        self.form.root.locator("select").first.focus()

    def look(self) -> dict[str, str]:
        """See what has the focus: it is in the form, and the notebook is as it was."""
        focused: dict[str, str] = self.page.evaluate(FOCUSED)
        assert focused["inside"], focused
        assert self.page.evaluate(CELLS) == self.cells, focused
        return focused

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def try_shortcuts(self) -> None:
        """Press what would change the notebook, on an element of a kind that was not met before."""
        focused = self.look()
        kind = (focused["kind"], focused["role"] or focused["type"])
        if kind in self.kinds:
            return
        self.kinds.add(kind)
        if focused["type"] in {"text", "search"}:
            self.press("d", "d", "Control+Enter", "Backspace", "Backspace")
        elif focused["kind"] == "select":
            self.press("d", "d", "Control+Enter")
        elif focused["kind"] == "button" or focused["type"] == "checkbox":
            self.press(*SHORTCUTS[:6])
        else:
            self.press(*SHORTCUTS, "Escape")
        self.page.wait_for_timeout(100)
        self.look()

    def tab_to(self, selector: str, *, back: bool = False) -> None:
        """Press Tab until an element has the focus, and try the shortcuts on all that come before it."""
        wanted = self.form.root.locator(selector).first
        wanted.wait_for(timeout=SECONDS)
        for _ in range(60):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            self.press("Shift+Tab" if back else "Tab")
            self.try_shortcuts()
        raise AssertionError(f"Tab does not reach {selector}")

    def enter(self, selector: str, step: str, words: str) -> None:
        """Go to a button, press Enter on it, and wait for what a step says then."""
        self.tab_to(f"{selector}:not([disabled])")
        self.press("Enter")
        self.form.see(step, words)
        # A form that is drawn anew gives the focus its place when it stands, which a busy machine takes longer for.
        self.page.wait_for_timeout(300)
        self.page.wait_for_function("!!document.activeElement.closest('.gt-form')", timeout=SECONDS)
        self.look()

    def see_whole(self, selector: str) -> None:
        """Wait until something is in sight."""
        place = "selector => document.querySelector(selector).getBoundingClientRect().bottom <= window.innerHeight"
        self.page.wait_for_function(place, arg=selector, timeout=SECONDS)

    def see_the_top_of(self, selector: str) -> None:
        """Wait until something begins in the upper half of the view, below the banner, or is seen whole: nobody has to search for it."""
        place = """selector => {
            const banner = document.querySelector('.gt-form > .gt-banner').getBoundingClientRect();
            const here = document.querySelector(selector).getBoundingClientRect();
            const soon = here.top < window.innerHeight / 2 || here.bottom <= window.innerHeight;
            return here.top >= banner.bottom - 1 && soon; }"""
        self.page.wait_for_function(place, arg=selector, timeout=SECONDS)


def test_import_by_keyboard(open_notebook: OpenNotebook) -> None:
    """Tab, Enter and typing go from the file to the receipt and back by undo; JupyterLab's shortcuts touch no cell."""
    notebook = open_notebook("import_grades.ipynb", only=FORM_CELL)
    notebook.page.set_viewport_size({"width": 1280, "height": 600})
    hands = Hands(notebook)
    hands.enter("button.gt-connect", "where", "Connected to sandbox")
    hands.tab_to(".gt-path input")
    notebook.page.keyboard.type("samples/algebra_midterm.csv")
    hands.tab_to(".jupyter-widget-Collapse-header")
    hands.press("Enter", "Tab")
    hands.form.root.locator(".gt-paste textarea:focus").wait_for(timeout=SECONDS)
    hands.form.root.locator("[aria-expanded=true]").wait_for(timeout=SECONDS)
    hands.press(
        "Shift+Tab", "Space", "Shift+Tab", "Shift+Tab"
    )  # past the upload to the button of the path
    hands.form.root.locator("button.gt-read:focus").wait_for(timeout=SECONDS)
    hands.enter("button.gt-read", "sheet", "30 of 30 students of the sheet are in Algebra 1.")
    hands.see_whole("button.gt-use-classes")
    hands.enter("button.gt-use-classes", "columns", "30 of 30 students found.")
    hands.see_the_top_of(".gt-step-columns")
    hands.enter("button.gt-check", "check", "28 ready, 2 skipped")
    hands.see_the_top_of(".gt-step-check")
    hands.enter("button.gt-preview", "preview", "28 create, 2 skip")
    hands.see_the_top_of(".gt-step-preview")
    hands.enter(".gt-step-push button.gt-go", "receipt", "30 entries on sandbox")
    hands.see_the_top_of(".gt-step-push")
    hands.enter(".gt-step-receipt button.gt-undo", "receipt", "28 to remove")
    hands.see_the_top_of(".gt-below")
    hands.enter(".gt-step-receipt button.gt-go", "receipt", "28 entries on sandbox")
    hands.see_the_top_of(".gt-step-receipt .gt-push")
    met = {kind for kind, _ in hands.kinds} | {kind for _, kind in hands.kinds}
    assert {"select", "button", "text", "columnheader", "search"} <= met
    assert (notebook.console_errors, notebook.external_requests) == ([], [])


def test_focus_that_would_be_lost(open_notebook: OpenNotebook) -> None:
    """What goes away gives the focus to the step that says what is next; a click elsewhere is let be, and Ctrl+S saves."""
    notebook = open_notebook("import_grades.ipynb", only=FORM_CELL)
    form, page = Form(notebook.page), notebook.page
    connect = form.button("gt-connect")
    for lose in ("disabled = true", "style.display = 'none'", "remove()"):
        connect.focus()
        connect.evaluate(f"button => button.{lose}")
        form.root.locator(".gt-step-where .gt-state:focus").wait_for(timeout=SECONDS)
        if lose != "remove()":
            connect = form.root.locator("button.gt-connect")
            connect.evaluate("button => { button.disabled = false; button.style.display = '' }")
    form.step("where").locator(".gt-title").click()  # beside every control
    cells = page.evaluate(CELLS)
    for key in SHORTCUTS:
        page.keyboard.press(key)
    assert page.evaluate(CELLS) == cells
    form.root.locator(".gt-path input").or_(form.root.locator("select").first).first.focus()
    page.locator(".jp-Notebook .jp-MarkdownCell").first.click()
    form.root.locator("select").first.evaluate("field => { field.disabled = true }")
    page.wait_for_timeout(300)
    assert not page.evaluate(FOCUSED)["inside"]
    assert page.evaluate(DIRTY)
    form.root.locator("select").nth(1).focus()
    page.keyboard.press("Control+s")
    page.wait_for_function(f"!{DIRTY}", timeout=SECONDS)


def test_saving_from_a_cell(open_notebook: OpenNotebook) -> None:
    """Ctrl+S saves the notebook from a cell of a table and while it is edited, whose text is taken; other shortcuts stay kept out."""
    notebook = open_notebook("import_grades.ipynb", only=FORM_CELL)
    form, page = Form(notebook.page), notebook.page
    form.click("gt-connect")
    form.see("where", "Connected to sandbox")
    form.choose("gt-files", SHEET)
    form.click("gt-read")
    form.see("sheet", "5 of 6 students of the sheet are in Algebra 1.")
    form.click("gt-use-classes")
    form.choose("gt-pick-student", "Edda Example")
    form.see("columns", "6 of 6 students found.")
    form.click("gt-check")
    form.see("check", "1 error")
    cells = page.evaluate(CELLS)
    cell = form.step("check").locator(".gtg-cell", has_text="8o").first
    shortcuts = [key for key in SHORTCUTS if len(key) > 1]  # letters alone are typed into the cell
    for typed in ("", "8"):
        cell.click(timeout=SECONDS)
        if typed:
            page.keyboard.type(typed)
            form.root.locator(".gtg-input:focus").wait_for(timeout=SECONDS)
        page.evaluate("window.jupyterapp.shell.currentWidget.model.dirty = true")
        page.keyboard.press("Control+s")
        page.wait_for_function(f"!{DIRTY}", timeout=SECONDS)
        focused = page.evaluate(FOCUSED)
        assert (focused["inside"], focused["role"]) == (True, "gridcell"), focused
        for key in shortcuts:
            page.keyboard.press(key)
            page.keyboard.press("Escape")
        assert page.evaluate(CELLS) == cells
    form.see("check", "Put it back")
    form.see("check", "'8o' → '8'")
    assert form.root.locator(".gtg-input").count() == 0
    assert notebook.console_errors == []


def test_the_view_waits_for_the_mouse(open_notebook: OpenNotebook) -> None:
    """While a mouse button is held the view stays, so that the click is not lost; then it goes to what is new."""
    notebook = open_notebook("import_grades.ipynb", only=FORM_CELL)
    form, page = Form(notebook.page), notebook.page
    form.click("gt-connect")
    form.see("where", "Connected to sandbox")
    page.set_viewport_size({"width": 1000, "height": 350})
    place = form.step("receipt").locator(".gt-title")
    place.click(timeout=SECONDS)
    page.wait_for_timeout(300)
    page.mouse.down()
    fresh = form.root.evaluate_handle("""form => {
        const fresh = document.createElement('div');
        fresh.className = 'gt-fresh';
        form.querySelector('.gt-step-where').prepend(fresh);
        return fresh; }""")
    tops = [fresh.evaluate("fresh => fresh.getBoundingClientRect().top")]
    page.wait_for_timeout(400)
    tops.append(fresh.evaluate("fresh => fresh.getBoundingClientRect().top"))
    page.mouse.up()
    page.wait_for_function("fresh => fresh.getBoundingClientRect().top >= 0", arg=fresh)
    assert tops[0] < 0
    assert tops[0] == tops[1]
