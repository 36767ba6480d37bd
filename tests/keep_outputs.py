"""Run the tour of the library and keep its outputs, with fixed ids and dates.

    python tests/keep_outputs.py

Look at the difference before it is committed: the outputs are what a reader is promised, and pytest compares them.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbval.plugin import get_sanitize_patterns

ROOT = Path(__file__).parents[1]
TOUR = ROOT / "notebooks" / "library_tour.ipynb"
FIXED = Path(__file__).with_name("notebook_outputs.cfg")


def fix(text: str) -> str:
    """Put fixed ids and dates in place of those of one run."""
    for regex, replacement in get_sanitize_patterns(FIXED.read_text(encoding="utf-8")):
        text = re.sub(regex, replacement, text)
    return text


def fix_outputs(notebook: nbformat.NotebookNode) -> None:
    """Fix what the cells of a notebook have put out."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "text" in output:
                output["text"] = fix(output["text"])
            for kind, text in output.get("data", {}).items():
                output["data"][kind] = fix(text)


def main() -> int:
    """Run the notebook in a folder of its own, and write it back."""
    notebook = nbformat.read(TOUR, as_version=nbformat.NO_CONVERT)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "samples").symlink_to(TOUR.parent / "samples")
        NotebookClient(
            notebook, record_timing=False, resources={"metadata": {"path": folder}}
        ).execute()
    fix_outputs(notebook)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, TOUR)
    return 0


if __name__ == "__main__":
    sys.exit(main())
