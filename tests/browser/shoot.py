"""Run a notebook in JupyterLab and write a picture of it.

    python tests/browser/shoot.py import_grades.ipynb shot.png --theme dark

A name without a folder is looked for in `notebooks/`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where `isolation` is

from jupyter_lab import THEMES, open_notebook, start_browser, start_lab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def main() -> int:
    """Read the arguments, take the picture, and tell what the browser complained of."""
    parser = argparse.ArgumentParser(description="Run a notebook and take a picture of it.")
    parser.add_argument("notebook", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--theme", choices=sorted(THEMES), default="light")
    asked = parser.parse_args()
    path = asked.notebook if asked.notebook.is_file() else NOTEBOOKS / asked.notebook
    with start_lab(path.parent) as lab, start_browser() as browser:
        notebook = open_notebook(browser, lab, path.name, theme=asked.theme)
        notebook.take_screenshot(asked.picture)
    complaints = [
        *(f"console: {message}" for message in notebook.console_errors),
        *(f"external request: {address}" for address in notebook.external_requests),
    ]
    sys.stderr.writelines(f"{complaint}\n" for complaint in complaints)
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
