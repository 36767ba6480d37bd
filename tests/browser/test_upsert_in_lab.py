"""One grade by real clicks and keys in JupyterLab: found by typing, wrong once, looked at, written, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from import_walk import FORM_CELL, SECONDS, Form

if TYPE_CHECKING:
    from jupyter_lab import NotebookPage
    from playwright.sync_api import Locator

    OpenNotebook = Callable[..., NotebookPage]

# The form's own sandbox, as the kernel sees it.
SANDBOX = "form.where.gradebook._on_close.__self__"
HELD = f"next(r for r in {SANDBOX}.records('results') if r['sourcedId'] == 'algebra-quiz-1.student-001')"
PUTS = f"[r.path.rsplit('/', 1)[1] for r in {SANDBOX}.requests(method='PUT')]"


class Keys:
    """Somebody who types into the form for one result."""

    def __init__(self, notebook: NotebookPage) -> None:
        self.form, self.page = Form(notebook.page, "gt-result"), notebook.page

    def find(self, hook: str, words: str) -> None:
        """Type a part of a name beside a list, and take the only one that fits with Enter, without waiting for what comes of the letters."""
        self.form.root.locator(f".{hook}-search input").click(timeout=SECONDS)
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")

    def type_into(self, name: str, text: str) -> Locator:
        """Type into a field, over what is there; give the field with what is said beside it."""
        field = self.form.root.locator(f".gt-field-{name}")
        field.locator("input, textarea").click(timeout=SECONDS)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        return field


def remove_objectives(keys: Keys) -> None:
    """Add objectives and take them away again by key; the focus goes to what has come to stand in their place."""
    root, page = keys.form.root, keys.page
    fold = root.locator(".gt-fold", has=page.locator("button.gt-add-group"))
    fold.locator(".jupyter-widget-Collapse-header").first.click()
    root.locator("button.gt-add-group").wait_for(timeout=SECONDS)
    was, groups = (root.locator(each).count() for each in (".gt-objective", ".gt-objective-group"))
    root.locator("button.gt-add-group").click()
    # Not the last one of those that were there: what is added takes the kernel a moment.
    group = root.locator(".gt-objective-group").nth(groups)
    group.locator("button.gt-add-objective").click(timeout=SECONDS)
    group.locator(".gt-objective").nth(1).wait_for(timeout=SECONDS)
    row = group.locator(".gt-objective").first
    row.locator("button.gt-remove-objective").focus()
    page.keyboard.press("Enter")
    group.locator(".gt-objective").nth(1).wait_for(state="detached", timeout=SECONDS)
    group.locator(".gt-objective-text input").wait_for(timeout=SECONDS)
    group.locator("button.gt-remove-objective:focus").wait_for(timeout=SECONDS)
    group.locator("button.gt-remove-group").focus()
    page.keyboard.press("Enter")
    root.locator("button.gt-add-group:focus").wait_for(timeout=SECONDS)
    assert root.locator(".gt-objective").count() == was


def test_one_grade_by_hand(open_notebook: OpenNotebook) -> None:
    """A wrong score is told beside its field; the right one goes from preview to receipt and back, with two PUTs and no more."""
    notebook = open_notebook("upsert_result.ipynb", only=FORM_CELL)
    keys = Keys(notebook)
    form = keys.form
    form.click("gt-connect")
    form.see("where", "Connected to sandbox")
    before: dict[str, Any] = notebook.ask(HELD)
    form.choose("gt-class", "Algebra 1")
    form.see("whose", "choose the line item and the student")
    keys.find("gt-line-item", "quiz-1")
    search = form.root.locator(".gt-student-search input")
    search.click(timeout=SECONDS)
    notebook.page.keyboard.type("zoe")
    form.step("whose").locator(".gt-title").click(timeout=SECONDS)  # as a person leaves it
    keys.find("gt-student", "ada ex")  # over what was searched for before
    form.see("grade", "is there already")
    score = keys.type_into("score", "9x")
    score.locator("[role=alert]", has_text="'9x' is not a score").wait_for(timeout=SECONDS)
    assert not form.root.locator(".gt-step-upsert button.gt-go").is_visible()
    score = keys.type_into("score", "9,5")
    score.get_by_text("now: 8.5 → 9.5").wait_for(timeout=SECONDS)
    assert score.locator("[role=alert]").count() == 0
    comment = keys.type_into("comment", "Typed by hand.")
    comment.get_by_text("now: Shows every step. → Typed by hand.").wait_for(timeout=SECONDS)
    remove_objectives(keys)
    form.see("upsert", "score 8.5 → 9.5")
    assert notebook.ask(PUTS) == []
    form.click("gt-go", within="upsert")
    form.see("upsert", "1 entry on sandbox: 1 updated.")
    now = notebook.ask(HELD)
    stamp = {"dateLastModified": now["dateLastModified"]}
    assert now == {**before, "score": 9.5, "comment": "Typed by hand.", **stamp}
    form.root.locator(".gt-field-score").get_by_text("now: 9.5").wait_for(timeout=SECONDS)
    form.click("gt-undo")
    form.see("upsert", "score 9.5 → 8.5")
    form.button("gt-go", within="upsert").click(timeout=SECONDS)
    form.step("upsert").get_by_text("1 entry on sandbox").nth(1).wait_for(timeout=SECONDS)
    back = notebook.ask(HELD)
    assert back == {**before, "dateLastModified": back["dateLastModified"]}
    assert notebook.ask(PUTS) == [before["sourcedId"]] * 2
    assert (notebook.console_errors, notebook.external_requests) == ([], [])
