"""Cells that a spreadsheet program would run: which they are, for what writes them and for what reads them again.

Source: OWASP, "CSV Injection": `=`, `+`, `-`, `@` at the start of a cell, in their full-width forms too, and a tab
or a line end, which some programs take off before they look.
"""

from __future__ import annotations

import re

_SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
#: Any blanks and `'` may stand before: what is defusable must be so behind one more `'`, and with blanks taken off.
_BEFORE = re.compile("[\\s'\x00]*")
_LINE_OR_TAB = re.compile("[\t\r\n]")


def is_defusable(text: str) -> bool:
    """Whether a cell could be run as a formula, or looks as if a `'` had been put before one that could."""
    # In two steps, because one expression for both takes ages over a cell of a million line ends.
    before = _BEFORE.match(text)
    end = before.end() if before else 0
    if text.startswith(_SIGNS, end):
        return True
    hidden = _LINE_OR_TAB.search(text, 0, end)
    return hidden is not None and bool(text[hidden.end() :].strip())
