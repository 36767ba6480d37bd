"""Naughty strings in the live forms: as name, comment, title, header, cell, file name and answer they run nothing and break nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from import_walk import SECONDS
from naughty import NAUGHTY
from naughty_cells import CELLS
from test_browser_harness import write_notebook

if TYPE_CHECKING:
    from jupyter_lab import Lab, NotebookPage

    OpenNotebook = Callable[..., NotebookPage]

#: What no form and no value draws by itself: elements, handlers, formulas (MathJax) and Markdown.
THEIRS = """() => void (window.theirs = (root) => [...root.querySelectorAll(`script, iframe, img, link, meta, math, mjx-container, .MathJax,
    body, object, embed, form, base, marquee, h1, em, strong, svg:not([role=img]), svg [onload], a:not([download]),
    [onload], [onerror], [ontoggle], [onfocus], [onmouseover], [onclick], [autofocus], [href^="javascript:"]`)]
    .map((element) => element.outerHTML.slice(0, 120)))"""
#: From the beginning on, what is drawn for a moment only is on record, too.
WATCH = """() => {
    window.seen = [];
    const outputs = '.gt-form, .gt-shown';
    new MutationObserver((records) => {
        for (const { addedNodes } of records) for (const node of addedNodes) {
            if (!node.querySelectorAll) continue;
            const inside = node.closest(outputs) ? [node] : [...node.querySelectorAll(outputs)];
            for (const each of inside) window.seen.push(...window.theirs(each));
        }
    }).observe(document.body, { childList: true, subtree: true });
}"""
#: Where the strings have to be read as they are, so that it is known that they came there.
PLACES = {
    ".gt-step-sheet .gt-path input": "value",
    ".gt-step-sheet .gt-files option": "text",
    ".gt-step-sheet .gt-classes option": "text",
    ".gt-step-sheet .gt-detected": "text",
    ".gt-step-sheet .gt-paste textarea": "value",
    ".gt-step-columns .gt-pick-student label": "text",
    ".gt-step-columns .gt-pick-student option": "text",
    ".gt-step-columns .gt-line-item option": "text",
    ".gt-step-columns .gt-samples": "text",
    ".gt-step-check .gt-findings": "text",
    ".gt-step-check .gtg-cell": "title",
    ".gt-step-check .gtg-note": "text",
    ".gt-step-preview .gtg-cell": "text",
    ".gt-step-preview .gt-past": "text",
    ".gt-step-receipt .gt-receipt-told": "text",
    ".gt-step-receipt .gtg-cell": "text",
    ".gt-step-receipt .gt-receipt .gt-plan .gt-json pre": "text",
    ".gt-result .gt-class option": "text",
    ".gt-result .gt-student option": "text",
    ".gt-result .gt-line-item option": "text",
    ".gt-result .gt-field-comment .gt-reason": "text",
    ".gt-result .gt-few": "text",
    ".gt-result .gt-json pre": "text",
    ".gt-history .gtg-cell": "text",
    ".gt-history .gt-push-told": "text",
    ".gt-history .gt-few": "text",
    ".gt-shown": "text",
}
READ = """([selector, what]) => [...document.querySelectorAll(selector)].map((element) =>
    what === 'text' ? element.textContent : what === 'value' ? element.value : element.getAttribute(what)).join('\\n')"""
STEPS = """() => [...document.querySelectorAll('.gt-form')].map((form) =>
    [form.querySelectorAll(':scope > .gt-step').length, form.querySelectorAll('.gt-step').length])"""


def test_naughty_strings_in_every_form(lab: Lab, open_notebook: OpenNotebook) -> None:
    """In the three forms and in values shown nothing naughty runs, is typeset, asks anybody or opens an element."""
    (lab.folder / "naughty.json").write_text(json.dumps(NAUGHTY), encoding="utf-8")
    notebook = open_notebook(write_notebook(lab.folder, "naughty.ipynb", *CELLS), run=False)
    page, happened = notebook.page, []
    page.on("dialog", lambda dialog: (happened.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda told: "naughty" in told.text and happened.append(told.text))
    page.evaluate(THEIRS)
    page.evaluate(WATCH)
    notebook.run()
    page.locator(".gt-history .gt-changes:not(:empty)").wait_for(timeout=SECONDS)
    # A formula of the notebook's own, the last of all: MathJax has been everywhere.
    page.locator(".formula mjx-container").wait_for(timeout=SECONDS)
    assert page.locator(".gt-shown").count() == 7
    # A click on a cell tells below the grid what is wrong with it.
    page.locator(".gt-step-check .gtg-cell[data-kind=error]").first.click(timeout=SECONDS)
    page.locator(".gt-step-check .gtg-note[data-kind=error]").wait_for(timeout=SECONDS)
    found = {
        place: page.evaluate(READ, [place, what]).replace("\xa0", " ")
        for place, what in PLACES.items()
    }
    assert {p: t[:300] for p, t in found.items() if not ("<script>" in t or "<img src" in t)} == {}
    assert (
        page.evaluate("[...document.querySelectorAll('.gt-form, .gt-shown')].flatMap(theirs)") == []
    )
    assert page.evaluate("window.seen") == []
    assert page.evaluate(STEPS) == [[7, 7], [4, 4], [2, 2]]
    assert happened == []
    assert (notebook.console_errors, notebook.external_requests) == ([], [])
