"""Cells that a spreadsheet program would run: which they are, for what writes them and for what reads them again.

Source: OWASP, "CSV Injection": `=`, `+`, `-`, `@` at the start of a cell, in their full-width forms too, and a tab
or a line end, which some programs take off before they look.
"""

from __future__ import annotations

import re

_RUN = re.compile("'*[\\s\x00]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r\n]\\s*\\S")


def is_defusable(text: str) -> bool:
    """Whether a cell could be run as a formula, or looks as if a `'` had been put before one that could."""
    return _RUN.match(text) is not None
