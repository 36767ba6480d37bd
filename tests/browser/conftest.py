"""For tests in a real browser: `open_notebook(name)` gives a notebook, run, in JupyterLab."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jupyter_lab
import pytest

if TYPE_CHECKING:
    from jupyter_lab import Lab, NotebookPage
    from playwright.sync_api import Browser

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the system's Chromium; without one the tests skip, and fail where CI=true.

    It lives for one module: while it does, playwright keeps an event loop running in this thread,
    which must be gone before the next notebook is run by nbval.
    """
    if jupyter_lab.find_chromium() is None:
        missing = "there is no chromium: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with jupyter_lab.start_browser() as running:
        yield running


@pytest.fixture(
    scope="module",
    params=[0, *(pytest.param(number, marks=pytest.mark.long) for number in range(1, 6))],
    ids=["once", *(f"again {number}" for number in range(1, 6))],
)
def again(request: pytest.FixtureRequest) -> int:
    """Walk once in the ordinary run and five times in a row under `-m long`, each time with a server of its own."""
    number: int = request.param
    return number


@pytest.fixture(scope="module")
def lab(browser: Browser, again: int) -> Iterator[Lab]:  # noqa: ARG001 - no server without a browser, one for each walk
    """Serve a copy of the notebooks; a test may add some of its own to `lab.folder`."""
    with jupyter_lab.start_lab(NOTEBOOKS) as running:
        yield running


@pytest.fixture
def open_notebook(browser: Browser, lab: Lab) -> Iterator[Callable[..., NotebookPage]]:
    """Give a function that opens and runs a notebook by name; every page is closed in the end."""
    opened: list[NotebookPage] = []

    def open_one(name: str, **how: Any) -> NotebookPage:
        opened.append(jupyter_lab.open_notebook(browser, lab, name, **how))
        return opened[-1]

    yield open_one
    for notebook in opened:
        notebook.page.context.close()
