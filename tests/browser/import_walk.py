"""The walk through the import form that pictures, checks and front ends share: a sheet with mistakes, from connect to undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import TimeoutError as LateError

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SECONDS = 60_000
#: Milliseconds for which a person holds a mouse button down in a click; what moves meanwhile loses the click.
PRESSED = 150
# Nobody presses what is still being drawn: wait until nothing has changed for a quarter of a second, or progress is told.
STAND_STILL = """form => new Promise(resolve => {
    const end = () => { observer.disconnect(); resolve(); };
    let quiet = setTimeout(end, 250);
    const observer = new MutationObserver(() => { clearTimeout(quiet); quiet = setTimeout(end, 250); });
    observer.observe(form, { subtree: true, childList: true, attributes: true, characterData: true });
    setTimeout(end, 3000);
})"""
#: The cell of the notebook that shows the form; what comes after it are texts and the Rehearsal.
FORM_CELL = 1
SHEET = "samples/algebra_mistakes.csv"


class Form:
    """The first form of a page, as an analyst sees it."""

    def __init__(self, page: Page, hook: str = "gt-import") -> None:
        self.page = page
        self.root = page.locator(f".{hook}").first
        self.root.wait_for(timeout=SECONDS)

    def step(self, name: str) -> Locator:
        """Find a step by its hook."""
        return self.root.locator(f".gt-step-{name}")

    def button(self, hook: str, *, within: str = "") -> Locator:
        """Find a button that can be pressed."""
        inside = self.step(within) if within else self.root
        return inside.locator(f"button.{hook}:not([disabled])").first

    def click(self, hook: str, *, within: str = "") -> None:
        """Press a button, once it can be pressed and the form stands still."""
        button = self.button(hook, within=within)
        button.wait_for(timeout=SECONDS)
        self.root.evaluate(STAND_STILL)
        button.click(timeout=SECONDS, delay=PRESSED)

    def choose(self, hook: str, words: str) -> None:
        """Choose what has these words in its label in a dropdown."""
        field = self.root.locator(f".{hook} select").first
        option = field.locator("option", has_text=words).first
        option.wait_for(state="attached", timeout=SECONDS)
        field.select_option(label=option.inner_text())

    def see(self, name: str, words: str, *, times: int = 1) -> None:
        """Wait until a step says something, so many times; if it does not, tell what it says."""
        try:
            self.step(name).get_by_text(words).nth(times - 1).wait_for(timeout=SECONDS)
        except LateError as error:
            pytest.fail(f"{error}\nThe step says:\n{self.step(name).inner_text()}")


def walk(form: Form, *, slow: Callable[[], None] | None = None) -> Iterator[str]:
    """Go through the whole import, pausing at each thing that there is to look at, with its name.

    With a function that makes the gradebook slow there is a pause in the midst of the push, too.
    """
    yield "1_where"
    form.click("gt-connect")
    form.see("where", "Connected to sandbox")
    yield "2_sheet"
    form.choose("gt-files", SHEET)
    form.click("gt-read")
    form.see("sheet", "5 of 6 students of the sheet are in Algebra 1.")
    yield "2_sheet_read"
    form.click("gt-use-classes")
    form.see("columns", "5 of 6 students found.")
    yield "3_columns"
    form.choose("gt-pick-student", "Edda Example")
    form.see("columns", "6 of 6 students found.")
    form.click("gt-check")
    form.see("check", "1 error")
    yield "4_check"
    correct(form, "8o", "8")
    form.see("check", "Put it back")
    yield "4_check_corrected"
    form.root.locator(".gt-step-check input[placeholder='such as 20']").fill("1")
    form.click("gt-scale")
    form.see("check", "17 ready, 1 skipped")
    form.click("gt-preview")
    form.see("preview", "1 grade lowered")
    yield "5_preview"
    if slow:
        slow()
    form.click("gt-go", within="push")
    if slow:
        form.see("push", "per second")
        yield "6_push"
    form.see("receipt", "18 entries on sandbox")
    yield "7_receipt"
    form.click("gt-undo")
    form.button("gt-go", within="receipt").wait_for(timeout=SECONDS)
    yield "7_undo"
    form.click("gt-go", within="receipt")
    form.see("receipt", "entries on sandbox", times=2)
    yield "7_undone"


def correct(form: Form, before: str, after: str) -> None:
    """Correct a cell in the sheet's grid."""
    cell = form.step("check").locator(".gtg-cell", has_text=before).first
    cell.dblclick(timeout=SECONDS)
    form.page.keyboard.press("Control+a")
    form.page.keyboard.type(after)
    form.page.keyboard.press("Enter")
