"""How forms look: words as escaped HTML, and one style sheet that follows JupyterLab's theme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from gradetools.showing import Html as Html
from gradetools.showing import element as element
from gradetools.showing import join as join
from gradetools.showing import safe as safe
from gradetools.showing import tell_counts as tell_counts

#: Label widths, so that a form's fields stand below one another.
LABEL: Final = {"description_width": "12em"}
#: Rows of controls that wrap where the window is narrow.
WRAP: Final = {"flex_flow": "row wrap"}
#: A control has a margin of 2px on either side.
WIDE: Final = {"width": "calc(100% - 4px)", "max_width": "46em"}

# Plain signs, which every font has, and no emoji.
_ICONS = {"error": "✖", "question": "?", "warning": "⚠", "info": "i", "good": "✔"}
#: What is good, or only to be known, needs no word before the sentence.
_WORDS = {"error": " Error:", "question": " Question:", "warning": " Warning:"}


def say(kind: str, *sentence: object) -> Html:
    """Say something with icon, word and colour; `kind` is a severity, or "good".

    Errors are read aloud by screen readers at once.
    """
    role = "alert" if kind == "error" else ""
    word = element("b", f"{_ICONS[kind]}{_WORDS.get(kind, '')} ")
    return element("div", word, *sentence, hook=f"gt-say gt-{kind}", role=role)


def mark(kind: str, words: object) -> Html:
    """Mark a few words inside a sentence or a table."""
    return element("span", f"{_ICONS[kind]} ", words, hook=f"gt-mark gt-{kind}")


def table(head: Sequence[str], rows: Iterable[Sequence[object]], total: int) -> Html:
    """Make a table of the first rows of so many in total; columns in which nothing stands are left out.

    Every cell is escaped unless it is `Html`.
    """
    shown = list(rows)
    if not shown:
        return Html("")
    kept = [place for place in range(len(head)) if any(row[place] != "" for row in shown)]
    top = element("tr", *(element("th", head[place]) for place in kept))
    body = [element("tr", *(element("td", row[place]) for place in kept)) for row in shown]
    more = f"… and {total - len(shown):,} more." if total > len(shown) else ""
    whole = element("table", element("thead", top), element("tbody", *body), hook="gt-table")
    return join(whole, element("div", more) if more else "")


def count(number: int, one: str, many: str = "") -> str:
    """Count things in words: `1 grade`, `12 grades`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def tell_environment(name: str, about: str = "") -> Html:
    """Name the environment in words and colour; production cannot be mistaken."""
    loud = name == "production"
    words = "PRODUCTION: real grades of real students" if loud else name
    hook = f"gt-environment gt-{'production' if loud else 'staging' if name == 'staging' else 'practice'}"
    return element(
        "div",
        element("b", f"{'⚠ ' if loud else ''}{words}"),
        f" {about}" if about else "",
        hook=hook,
    )


# A step is as wide as the window leaves it: below 34em labels stand above their fields and tables are told cell by cell.
STYLE = Html("""<style>
.gt-form { max-width: 76em; overflow: visible; outline: none; }
.gt-form .gt-step { border: 1px solid var(--jp-border-color2, #ccc); border-radius: 4px;
  padding: .3em 1em .5em; margin: .35em 0; overflow: visible; container-type: inline-size; }
.gt-form .gt-step .widget-box { overflow: visible; }
.gt-form .widget-html-content, .gt-form .jupyter-widget-html-content { line-height: 1.5;
  overflow-wrap: break-word; white-space: normal; }
.gt-form .widget-html:has(> .widget-html-content:empty) { display: none; }
.gt-form .gt-state:focus, .gt-form .gt-push:focus { outline: 2px solid var(--jp-brand-color1, #1565c0); outline-offset: 2px; }
.gt-form .gt-title { font-size: 1.15em; font-weight: 600; margin-right: .8em; }
.gt-form .gt-later { color: var(--jp-ui-font-color2, #666); }
.gt-form .gt-next { color: var(--jp-brand-color1, #1565c0); font-weight: 600; }
.gt-form .gt-done { color: color-mix(in srgb, var(--jp-success-color1, #2e7d32) 75%, var(--jp-ui-font-color1, #222)); }
.gt-form .gt-doubt { font-weight: 600; color: color-mix(in srgb, var(--jp-warn-color1, #ef6c00) 50%, var(--jp-ui-font-color1, #222)); }
/* Where nothing is to be pressed any more the frame is no more than a place. */
.gt-form .gt-push:focus { outline: 1px dotted var(--jp-border-color1, #999); outline-offset: -1px; }
.gt-form .gt-below { border-top: 2px solid var(--jp-border-color2, #ccc); margin-top: .6em; padding-top: .4em; font-size: 1.1em; font-weight: 600; }
.gt-form .gt-past { color: var(--jp-ui-font-color2, #666); }
.gt-form .gt-way { border-bottom: 1px solid var(--jp-border-color2, #ccc); padding: .15em 0 .35em; }
.gt-form .jupyter-widget-Collapse-header { color: var(--jp-ui-font-color1, #222); }
.gt-form .gt-say { padding: .3em .7em; margin: .3em 0; border-left: 4px solid var(--gt-tint);
  background: color-mix(in srgb, var(--gt-tint) 12%, transparent); }
.gt-form .gt-mark { white-space: nowrap; padding: 0 .3em; border-radius: 3px;
  background: color-mix(in srgb, var(--gt-tint) 20%, transparent); }
.gt-form .gt-table .gt-mark { white-space: normal; }
.gt-form .gt-few td, .gt-form .gt-beside .gt-reason, .gt-form .gt-beside .gt-say { overflow-wrap: anywhere; }
.gt-form .gt-few td { min-width: 4em; }
.gt-form .gt-old-new { min-width: 13em; }
.gt-form .gt-whole { white-space: nowrap; }
.gt-form .gt-few td:nth-child(-n+4) { overflow-wrap: break-word; }
.gt-form .gt-error { --gt-tint: var(--jp-error-color1, #c62828); }
.gt-form .gt-question { --gt-tint: var(--jp-info-color1, #0277bd); }
.gt-form .gt-warning { --gt-tint: var(--jp-warn-color1, #ef6c00); }
.gt-form .gt-info { --gt-tint: var(--jp-border-color1, #9e9e9e); }
.gt-form .gt-good { --gt-tint: var(--jp-success-color1, #2e7d32); }
.gt-form .gt-environment { padding: .35em .8em; border-radius: 4px; border: 2px solid var(--gt-tint);
  background: color-mix(in srgb, var(--gt-tint) 14%, var(--jp-layout-color0, #fff)); }
.gt-form .gt-practice { --gt-tint: var(--jp-success-color1, #2e7d32); }
.gt-form .gt-staging { --gt-tint: var(--jp-warn-color1, #ef6c00); }
.gt-form .gt-production { --gt-tint: #b71c1c; color: #fff; background: #b71c1c; }
/* In sight for as long as the form is: what holds the form must not clip it. */
.gt-form > .gt-banner { position: sticky; top: 0; z-index: 5; }
/* What the view goes to does not end up under the banner. */
.gt-form .gt-hint { font-size: .9em; font-weight: normal; color: var(--jp-brand-color1, #1565c0); }
.gt-form .gt-step, .gt-form .gt-push, .gt-form .gt-below { scroll-margin-top: 3.5em; }
.jp-OutputArea-child:has(.gt-form), .jp-OutputArea-output:has(> .gt-form), .jp-OutputArea:has(.gt-form),
.jp-OutputArea-output:has(.gt-form), .jp-Cell-outputWrapper:has(.gt-form) { overflow: visible; }
.gt-form .gt-table { border-collapse: collapse; margin: .4em 0; }
.gt-form .gt-table th, .gt-form .gt-table td { text-align: left; vertical-align: top; white-space: normal;
  padding: .2em .8em .2em 0; border-bottom: 1px solid var(--jp-border-color2, #ddd); }
.gt-form .gt-samples, .gt-form .gt-reason { color: var(--jp-ui-font-color2, #666); }
.gt-form .gt-files-list { display: flex; flex-wrap: wrap; gap: .4em; margin: .2em 2px; }
.gt-form summary { cursor: pointer; }
.gt-form pre { overflow-x: auto; padding: .6em; background: var(--jp-layout-color2, #eee); }
.gt-form .gt-under { margin-left: calc(12em + 10px); }
.gt-form .gt-line { align-items: center; }
/* What is said of a field stands beside it, or under it and not under its label. */
.gt-form .gt-line > .gt-beside { flex: 1 1 20em; min-width: 0; margin-left: 2px; }
.gt-form .gt-beside > .widget-html { height: auto; min-height: 0; margin-top: 0; margin-bottom: 0; }
.gt-form .gt-picker > .widget-dropdown { flex: 1 1 30em; min-width: 0; }
.gt-form .gt-picker > .widget-text { flex: 0 1 12em; min-width: 11em; }
.gt-form .gt-picker > .widget-html { flex: 1 1 100%; min-width: 0; height: auto; margin-top: 0; }
.gt-form .gt-objective-group { border-top: 1px solid var(--jp-border-color2, #ccc); padding: .4em 0; margin-top: .3em; }
.gt-form .gt-objective { border-left: 3px solid var(--jp-border-color2, #ccc); padding-left: .5em; margin: .3em 0 .3em .3em; }
/* ipywidgets draws the arrow of a list in black. */
[data-jp-theme-light="false"] .gt-form .widget-dropdown > select { background-image: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 18 18'%3E%3Cpath fill='%23e0e0e0' d='M5.2 5.9 9 9.7l3.8-3.8 1.2 1.2-5 4.9-5-4.9z'/%3E%3C/svg%3E"); }
.gt-form .gt-line > .widget-html { margin-top: 0; margin-bottom: 0; }
.gt-form .gt-fold > .lm-Widget > .lm-Widget { background: none; }
/* One thing is next: only its button stands out. */
.gt-form .gt-step:not(:has(> .gt-state .gt-next)) .widget-button.mod-primary {
  color: var(--jp-ui-font-color1, #222); background: var(--jp-layout-color2, #eee); }
@container (max-width: 52em) {
  .gt-form .gt-line > .gt-beside { flex-basis: 100%; margin-left: calc(12em + 10px); }
}
@container (max-width: 34em) {
  .gt-form .gt-line > .gt-beside { margin-left: 2px; }
  .gt-form .gt-undo { max-width: 100%; height: auto; min-height: var(--jp-widgets-inline-height, 28px); white-space: normal; line-height: 1.5; }
  .gt-form .widget-inline-hbox { flex-wrap: wrap; height: auto; }
  .gt-form .widget-inline-hbox > .widget-label { width: 100% !important; max-width: 100%; text-align: left; }
  .gt-form .widget-inline-hbox > :not(.widget-label) { flex: 1 1 100%; }
  .gt-form .gt-under { margin-left: 2px; }
  .gt-form .widget-dropdown > select { flex-basis: auto; height: var(--jp-widgets-inline-height, 28px); max-width: 100%; min-width: 0; }
  .gt-form .gt-table thead { display: none; }
  .gt-form .gt-table tr, .gt-form .gt-table td { display: block; }
  .gt-form .gt-table tr { border-bottom: 1px solid var(--jp-border-color2, #ddd); padding: .3em 0; }
  .gt-form .gt-table td { border: none; padding: 0; }
}
</style>""")
