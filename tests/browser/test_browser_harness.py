"""The browser harness itself, proved on throw-away notebooks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import nbformat.v4
import pytest

if TYPE_CHECKING:
    from jupyter_lab import Lab, NotebookPage

    OpenNotebook = Callable[..., NotebookPage]

BUTTON = """
import ipywidgets as widgets

label = widgets.Label("not yet").add_class("gt-label")
button = widgets.Button(description="Say so").add_class("gt-say")
button.on_click(lambda _: setattr(label, "value", "said by Ada Example"))
widgets.VBox([button, label])
"""
ISOLATED = """
import os, pathlib
home = pathlib.Path.home()
assert home.name.startswith("gradetools-lab-"), home
assert pathlib.Path.cwd() == home / "notebooks"
assert os.environ["GRADETOOLS_DATA_DIR"] == str(home / "data")
assert [name for name in os.environ if name.startswith("TIMEBACK_")] == []
"""
LONG = """
from IPython.display import HTML
HTML('<div class="gt-tall" style="height: 3000px">tall</div>')
"""


def write_notebook(folder: Path, name: str, *sources: str) -> str:
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    notebook.cells = [nbformat.v4.new_code_cell(source.strip()) for source in sources]
    nbformat.write(notebook, folder / name)
    return name


def test_a_click_reaches_the_kernel(lab: Lab, open_notebook: OpenNotebook) -> None:
    """A button clicked changes a label by way of the kernel, isolated; nobody else is asked."""
    notebook = open_notebook(write_notebook(lab.folder, "button.ipynb", ISOLATED, BUTTON))
    assert notebook.locator(".gt-label").inner_text() == "not yet"
    notebook.locator(".gt-say").click()
    said = notebook.page.locator(".gt-label", has_text="said by Ada Example")
    said.wait_for(timeout=10_000)
    assert (notebook.console_errors, notebook.external_requests) == ([], [])


def test_a_failing_cell_is_reported(lab: Lab, open_notebook: OpenNotebook) -> None:
    """A cell that fails is an AssertionError with the cell's own message."""
    name = write_notebook(lab.folder, "fails.ipynb", "1 + 1", "raise ValueError('line 14')")
    with pytest.raises(AssertionError, match="ValueError: line 14"):
        open_notebook(name)


def test_complaints_are_reported(lab: Lab, open_notebook: OpenNotebook) -> None:
    """What the console calls an error, and whatever is asked of another host, is on record."""
    script = """
from IPython.display import HTML
HTML('<img src="http://127.0.0.1:9/other.png"><script>console.error("planted")</script>')
"""
    notebook = open_notebook(write_notebook(lab.folder, "calls.ipynb", script))
    notebook.page.wait_for_timeout(500)
    assert set(notebook.external_requests) == {"http://127.0.0.1:9/other.png"}
    assert [error for error in notebook.console_errors if "planted" in error]


def test_screenshot_shows_all(lab: Lab, open_notebook: OpenNotebook, tmp_path: Path) -> None:
    """A screenshot holds the whole notebook, also below the window, and no more, in the theme asked for."""
    notebook = open_notebook(write_notebook(lab.folder, "long.ipynb", LONG), theme="dark")
    notebook.take_screenshot(tmp_path / "shot.png")
    data = (tmp_path / "shot.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    height = int.from_bytes(data[20:24])  # it stands there in each PNG's header
    assert 3000 < height < 3500
    is_light = "document.body.dataset.jpThemeLight"
    dark = notebook.page.evaluate(is_light)
    notebook.set_theme("light")
    assert (dark, notebook.page.evaluate(is_light)) == ("false", "true")


def test_shoot(tmp_path: Path) -> None:
    """The command runs a notebook and writes its picture."""
    write_notebook(tmp_path, "button.ipynb", BUTTON)
    command = [sys.executable, str(Path(__file__).with_name("shoot.py"))]
    arguments = [str(tmp_path / "button.ipynb"), str(tmp_path / "shot.png"), "--theme", "dark"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "shot.png").stat().st_size > 10_000
