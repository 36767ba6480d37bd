"""Driving forms without a browser: what every test of them needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets as ipw

import gradetools as gt
from gradetools.sandbox import Sandbox
from gradetools.widgets import ImportForm, ResultForm
from gradetools.widgets.writing import Writing

MIDTERM = Path(__file__).parents[2] / "notebooks" / "samples" / "algebra_midterm.csv"


def walk(widget: ipw.Widget) -> Iterator[ipw.Widget]:
    """Give a widget and all that are inside it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def states(widget: ipw.Widget) -> str:
    """Give all that the browser is told of a widget and of those inside it."""
    return str([each.get_state() for each in walk(widget)])


def page(widget: ipw.Widget) -> str:
    """Give all the HTML that is shown."""
    return "".join(each.value for each in walk(widget) if isinstance(each, ipw.HTML))


def drive(form: ImportForm, sheet: Path | str = MIDTERM, *, until: str = "preview") -> None:
    """Go through the steps of an import, up to and including the one named."""
    form.where.connect.click()
    form.sheet.path.value = str(sheet)
    form.sheet.read.click()
    form.sheet.classes.value = form.sheet.classes.value or ("algebra-1",)
    form.sheet.use_classes.click()
    if until != "columns":
        form.columns.go.click()
    if until == "preview":
        form.check.go.click()


def write_sheet(path: Path, *rows: str) -> Path:
    """Write a CSV file."""
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def make_upload(name: str, content: bytes) -> dict[str, Any]:
    """Make what the browser sends for one uploaded file."""
    return {
        "name": name,
        "type": "text/csv",
        "size": len(content),
        "content": memoryview(content),
        "last_modified": dt.datetime(2026, 10, 16, tzinfo=dt.UTC),
    }


def write(writing: Writing | None) -> gt.Receipt:
    """Press the button of a plan and wait for its receipt."""
    assert writing is not None
    writing.push.go.click()
    receipt = writing.push.wait(30)
    assert receipt is not None
    return receipt


def choose(
    form: ResultForm, line_item: str = "algebra-quiz-1", student: str = "student-001"
) -> None:
    """Connect, and choose a grade of the first class."""
    form.where.connect.click()
    form.class_.value = "algebra-1"
    form.line_item.value = line_item
    form.student.value = student


def find(sandbox: Sandbox) -> dict[str, object]:
    """Give the grade that `choose` chooses by default, as the sandbox holds it."""
    records = sandbox.records("results")
    return next(each for each in records if each["sourcedId"] == "algebra-quiz-1.student-001")
