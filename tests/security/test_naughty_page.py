"""Naughty strings in a real browser: in a receipt and in values shown, nothing runs, and each is read as it was."""

from __future__ import annotations

import io
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from naughty import NAUGHTY
from playwright.sync_api import sync_playwright

import gradetools as gt
from gradetools.report import render_receipt

#: What HTML itself reads in another way, or what a table cell does not show.
_READ = str.maketrans({"\r": "\n"})


@pytest.fixture(scope="module")
def receipt() -> gt.Receipt:
    """Push one sheet in which everything is naughty."""
    with gt.Sandbox() as sandbox, gt.connect(sandbox) as gradebook:
        result = gt.Result(line_item="algebra-midterm", student="student-001", score=5)
        pushed = gt.upsert_result(result, gradebook)
    row = pushed.entries.iloc[0]
    entries = pd.DataFrame([row] * len(NAUGHTY)).reset_index(drop=True)
    for name in ("student_name", "line_item_title", "message", "reason"):
        entries[name] = NAUGHTY
    entries["state"] = ["failed", "created"] * (len(NAUGHTY) // 2) + ["failed"] * (len(NAUGHTY) % 2)
    odd = "<img src=x onerror=alert(1)>"
    return replace(pushed, entries=entries, note=NAUGHTY[0] + NAUGHTY[1], push_id=odd)


def look(page_text: str, folder: Path) -> tuple[list[str], list[list[str]]]:
    """Open a page in the system's browser: what ran, and the texts of its cells, row by row."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("there is no chromium")
    path, happened = folder / "page.html", []
    path.write_text(page_text, encoding="utf-8", errors="backslashreplace")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()

        def hear(what: str) -> Any:
            return lambda told: happened.append(f"{what}: {getattr(told, 'text', told)}")

        page.on("dialog", lambda dialog: (happened.append("dialog"), dialog.dismiss()))
        page.on("console", hear("console"))
        page.on("pageerror", hear("error"))
        page.on("request", lambda request: request.url == path.as_uri() or happened.append(request.url))  # fmt: skip
        page.goto(path.as_uri())
        page.wait_for_timeout(300)
        rows = page.evaluate(
            "[...document.querySelectorAll('tr')].map(tr => [...tr.cells].map(cell => cell.textContent))"
        )
        odd = page.evaluate("document.querySelectorAll('script, iframe, img, svg, a, math').length")
        happened += [f"{odd} elements of theirs"] if odd else []
        browser.close()
    return happened, rows


def test_a_receipt_runs_nothing(receipt: gt.Receipt, tmp_path: Path) -> None:
    """In a receipt no naughty string runs, asks for anything, or breaks the table: each cell reads as it was."""
    happened, rows = look(render_receipt(receipt, sheet_name=NAUGHTY[0]), tmp_path)
    assert happened == []
    shown = {cell for row in rows if len(row) >= 4 for cell in row}
    assert [text for text in NAUGHTY if text.translate(_READ) not in shown] == []


def test_values_shown_in_a_notebook_run_nothing(receipt: gt.Receipt, tmp_path: Path) -> None:
    """What a notebook shows of a receipt, a plan or a sheet runs nothing either."""
    text = "\n".join(NAUGHTY[:40]).replace('"', '""')
    source = "Student ID,Quiz\n" + "\n".join(
        f'{n},"{line}"' for n, line in enumerate(text.split("\n"))
    )
    values: list[Any] = [receipt, gt.read_sheet(io.StringIO(source))]
    page = "<!doctype html><meta charset=utf-8>" + "".join(each._repr_html_() for each in values)
    happened, _ = look(page, tmp_path)
    assert happened == []
