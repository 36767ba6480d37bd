"""Take a picture of every step of the import form, in the light and the dark theme.

    python tests/browser/shoot_steps.py pictures/ --width 1400

Each picture shows the whole form as it stands then: look at it as somebody who is about to write grades.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where `isolation` is

from import_walk import FORM_CELL, Form, walk
from jupyter_lab import HEIGHT, THEMES, WIDTH, open_notebook, start_browser, start_lab

from gradetools.sandbox import Fault, Sandbox

#: So slow that there is time to take two pictures before the second eight grades are written.
SLOW = Fault(method="PUT", delay=6, times=None)
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def lead_to(sandbox: Sandbox) -> dict[str, str]:
    """Give the variables by which a notebook finds a sandbox of ours."""
    return dict(line.split("=", 1) for line in sandbox.settings_text().splitlines())


def main() -> int:
    """Read the arguments, go through the form, and tell what the browser complained of."""
    parser = argparse.ArgumentParser(description="Take a picture of every step, light and dark.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--width", type=int, default=WIDTH)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with (
        Sandbox() as sandbox,
        start_lab(NOTEBOOKS, **lead_to(sandbox)) as lab,
        start_browser() as browser,
    ):
        notebook = open_notebook(browser, lab, "import_grades.ipynb", only=FORM_CELL)
        notebook.page.set_viewport_size({"width": asked.width, "height": HEIGHT})
        notebook.hide_sidebar()
        form = Form(notebook.page)
        for name in walk(form, slow=lambda: sandbox.order(SLOW)):
            for theme in THEMES:
                notebook.set_theme(theme)
                notebook.fit_height(asked.width)
                form.root.screenshot(path=asked.folder / f"{name}_{theme}.png")
            notebook.set_theme("light")
            sandbox.cancel_orders()
    complaints = [*notebook.console_errors, *notebook.external_requests]
    sys.stderr.writelines(f"{complaint}\n" for complaint in complaints)
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
