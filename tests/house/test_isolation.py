"""What pytest does with notebooks, seen from outside: isolated, and able to fail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import nbformat.v4
import pytest
from house_source import ROOT

CLEAN = """
import os, pathlib
here = pathlib.Path.cwd()
assert sorted(path.name for path in here.iterdir()) == ["clean.ipynb", "fails.ipynb", "sample.csv"]
assert os.environ["GRADETOOLS_DATA_DIR"] == str(here.parent / "data")
foreign = ("GRADETOOLS_", "TIMEBACK_", "HTTPS_PROXY", "JUPYTER_CONFIG", "PYTEST_ADD")
assert [name for name in os.environ if name.startswith(foreign)] == ["GRADETOOLS_DATA_DIR"]
(here / "left.txt").write_text("behind")
"""
HANDLER = """
import ipywidgets
def check(_):
    assert 2 + 2 == 5
button = ipywidgets.Button()
button.on_click(check)
button.click()
"""
HOSTILE = {
    "GRADETOOLS_ENV": "production",
    "TIMEBACK_CLIENT_ID": "ada",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "JUPYTER_CONFIG_DIR": "/nowhere",
    "PYTEST_ADDOPTS": "-p no:cacheprovider",
}


def write_notebook(path: Path, *sources: str) -> None:
    """Write a notebook of code cells, without outputs."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run two notebooks as somebody with settings of their own would: the folder, and what is told."""
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(folder / "clean.ipynb", CLEAN)
    write_notebook(folder / "fails.ipynb", "1 + 1", "assert 1 + 1 == 3", HANDLER)
    (folder / "sample.csv").touch()
    (folder / ".env").write_text("GRADETOOLS_ENV=production\n")
    command = [sys.executable, "-m", "pytest", "-q", "-rA"]
    command += ["-c", str(ROOT / "pyproject.toml"), str(folder)]
    done = subprocess.run(
        command, env=os.environ | HOSTILE, capture_output=True, text=True, check=False
    )
    return folder, done.stdout


def test_a_notebook_is_isolated(run: tuple[Path, str]) -> None:
    """A kernel sees the files beside its notebook, no `.env`, no settings, and leaves nothing."""
    folder, told = run
    assert re.search(r"PASSED \S*clean.ipynb::Cell 0", told), told
    left = [".env", "clean.ipynb", "fails.ipynb", "sample.csv"]
    assert sorted(path.name for path in folder.iterdir()) == left


def test_a_notebook_can_fail(run: tuple[Path, str]) -> None:
    """An assertion that does not hold in a cell fails the run, also one in a widget's handler."""
    outcomes = re.findall(r"(PASSED|FAILED) \S*fails.ipynb::Cell (\d)", run[1])
    assert sorted(outcomes) == [("FAILED", "1"), ("FAILED", "2"), ("PASSED", "0")]


def test_a_test_is_isolated(tmp_path: Path) -> None:
    """A test starts in an empty folder, with no variable of ours but its own data folder."""
    own = [name for name in os.environ if name.startswith(("GRADETOOLS_", "TIMEBACK_"))]
    assert own == ["GRADETOOLS_DATA_DIR"]
    assert list(Path(os.environ["GRADETOOLS_DATA_DIR"]).iterdir()) == []
    assert (Path.cwd(), list(Path.cwd().iterdir())) == (tmp_path, [])


def test_keyring_is_nobodys() -> None:
    """No test reads or writes the keyring of the person who runs it."""
    keyring = pytest.importorskip("keyring", reason="keyring is an extra")
    keyring.set_password("gradetools", "ada", "invented")
    assert keyring.get_password("gradetools", "ada") is None
