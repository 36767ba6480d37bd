"""A form's frame: its look, and a keyboard and a view that stay inside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import anywidget
import ipywidgets as ipw

from gradetools.widgets.look import STYLE

_HERE = Path(__file__)


class Keyboard(anywidget.AnyWidget):
    """Keeps JupyterLab's shortcuts out of the form that it is part of, and focus and view in it; it shows nothing."""

    _esm = _HERE.with_suffix(".js")


def frame(hook: str, parts: Iterable[ipw.Widget]) -> ipw.VBox:
    """Make a form of its parts.

    Args:
        hook: its CSS class, beside `gt-form`.
        parts: what stands in it, from top to bottom.
    """
    keyboard = Keyboard(layout={"display": "none"})
    return ipw.VBox([ipw.HTML(STYLE), keyboard, *parts]).add_class("gt-form").add_class(hook)
