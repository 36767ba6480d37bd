"""Notebooks prove something, carry nothing along, and call nobody."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import nbformat.v4
import pytest
from house_source import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WITH_OUTPUTS = {"library_tour.ipynb"}  # its outputs are compared when it runs
# Published hosts of the real services, in any spelling of their address.
REAL_HOSTS = re.compile(r"alpha-1edtech|amazoncognito|timeback\.com", re.IGNORECASE)
# Under `--nbval-lax` a cell with one of these passes whatever it does.
VACUOUS = re.compile(r"raises-exception|nbval-skip", re.IGNORECASE)


def find_faults(notebook: nbformat.NotebookNode, name: str) -> list[str]:
    """List what is wrong with a notebook of that file name."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    faults = []
    if not any(_asserts(cell.source) for cell in code):
        faults.append("asserts nothing")
    if name not in WITH_OUTPUTS and any(cell.outputs or cell.execution_count for cell in code):
        faults.append("has outputs")
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        faults.append("names no python3 kernel")
    if any(REAL_HOSTS.search(cell.source) for cell in notebook.cells):
        faults.append("names a real host")
    marks = [str(cell.metadata.get("tags", "")) + cell.source for cell in code]
    if any(VACUOUS.search(mark.replace("_", "-")) for mark in marks):
        faults.append("has a cell that cannot fail")
    return faults


def _asserts(source: str) -> bool:
    plain = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("%"))
    return any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(plain)))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_is_in_order(path: Path) -> None:
    """Each notebook is valid, asserts, has no outputs, names a python3 kernel and no real host."""
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert find_faults(notebook, path.name) == []


def make_notebook(*sources: str, **metadata: str) -> nbformat.NotebookNode:
    """Build a notebook that is in order but for what is given."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3"} | metadata
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return notebook


@pytest.mark.parametrize(
    ("notebook", "faults"),
    [
        (make_notebook("%load_ext x\nassert 1 == 1"), []),
        (make_notebook("# assert nothing", "'assert'"), ["asserts nothing"]),
        (make_notebook("assert 1", name="spike"), ["names no python3 kernel"]),
        (make_notebook("assert 1", "url = 'https://api.alpha-1edtech.ai'"), ["names a real host"]),
        (make_notebook("assert 1", "# NBVAL_SKIP"), ["has a cell that cannot fail"]),
    ],
)
def test_a_fault_is_found(notebook: nbformat.NotebookNode, faults: list[str]) -> None:
    """Each way in which a notebook could prove nothing, or too much, is found."""
    assert find_faults(notebook, "a.ipynb") == faults


def test_outputs_are_found() -> None:
    """Outputs are a fault, but for the notebook whose outputs are compared."""
    notebook = make_notebook("assert 1")
    notebook.cells[0].execution_count = 1
    assert find_faults(notebook, "a.ipynb") == ["has outputs"]
    assert find_faults(notebook, "library_tour.ipynb") == []
