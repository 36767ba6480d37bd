"""Voilà runs every cell as it loads a page, and shows no code: what only a notebook is for ends there."""

from __future__ import annotations

import os

from IPython.core.getipython import get_ipython
from IPython.display import HTML

_HOOK = "gt-notebook-only"
# This cell, the heading before it, and all that comes after; Voilà puts each cell into a `div` of its own.
_HIDE = f"""<span class="{_HOOK}"></span><style>
div:has(> .jp-Cell):has(+ div > .jp-Cell .{_HOOK}), div:has(> .jp-Cell .{_HOOK}), div:has(> .jp-Cell .{_HOOK}) ~ div
{{ display: none; }}
</style>"""


def stop_under_voila() -> HTML | None:
    """Let no cell after this one run, nor be seen, where the notebook is shown by Voilà; elsewhere do nothing.

    Returns:
        What hides the rest, to be the last line of a cell that stands right below the heading of the rest.
    """
    shell = get_ipython()
    if shell is None or not os.environ.get("SERVER_SOFTWARE", "").startswith("voila/"):
        return None
    shell.input_transformers_post.append(lambda _: [])
    return HTML(_HIDE)  # type: ignore[no-untyped-call]  # IPython has not annotated it
