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


def test_complaints_are_reported(lab: Lab, open_notebook: OpenNotebook) -> None:
    """What the console calls an error, what is asked of another host, and the message of a cell that fails are on record."""
    script = """
from IPython.display import HTML
HTML('<img src="http://127.0.0.1:9/other.png"><script>console.error("planted")</script>')
"""
    failing = "raise ValueError('line 14')"
    name = write_notebook(lab.folder, "complains.ipynb", script, failing)
    notebook = open_notebook(name, run=False)
    notebook.run(0)
    assert notebook.ask("[1, 'two']") == [1, "two"]
    notebook.page.wait_for_timeout(500)
    assert set(notebook.external_requests) == {"http://127.0.0.1:9/other.png"}
    assert [error for error in notebook.console_errors if "planted" in error]
    with pytest.raises(AssertionError, match="ValueError: line 14"):
        notebook.run(1)


def test_shoot(tmp_path: Path) -> None:
    """The command runs a notebook and writes a picture of all of it, also below the window, and of no more."""
    write_notebook(tmp_path, "long.ipynb", BUTTON, LONG)
    command = [sys.executable, str(Path(__file__).with_name("shoot.py"))]
    arguments = [str(tmp_path / "long.ipynb"), str(tmp_path / "shot.png"), "--theme", "dark"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    data = (tmp_path / "shot.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    height = int.from_bytes(data[20:24])  # it stands there in each PNG's header
    assert 3000 < height < 3600
