"""Tokens: texts of a score column that stand for something else than a number, such as `EX`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

#: The word that takes a grade away; it is no token, and no token may take its place.
CLEAR = "CLEAR"

_NUMBER = re.compile(r"[-+]?[0-9.,/ ]*[0-9][0-9.,/ ]*(e[-+]?[0-9]+)?\s*%?", re.IGNORECASE)
_STATUS = re.compile(
    r"exempt|fully graded|not submitted|partially graded|submitted|ext:[a-zA-Z0-9.\-_]+"
)
_FLAGS = ("late", "missing", "incomplete", "inProgress")
_TEXTS = ("textScore", "comment")
_MARKS = ("skip", "ask")
_CALLED = {
    "late": "late",
    "missing": "missing",
    "incomplete": "incomplete",
    "inProgress": "in progress",
}


def check_token(text: str, fields: Mapping[str, Any]) -> str:
    """Say what is wrong with a token, "" where nothing is.

    Args:
        text: what stands in the cell.
        fields: the fields of a result that it stands for, as the standard writes them; `{"skip": True}` for no
            grade, `{"ask": True}` for a question to the analyst.
    """
    if not text.strip() or text != text.strip():
        return f"{text!r} is no token: write a word without blanks around it"
    if text.upper() == CLEAR:
        return f"{CLEAR} takes a grade away and cannot be a token"
    if _NUMBER.fullmatch(text):
        return f"{text!r} is a number and cannot be a token"
    if any(name in fields for name in _MARKS):
        return (
            ""
            if list(fields.values()) == [True]
            else f"{text!r}: `skip` and `ask` are true and stand alone"
        )
    if not fields:
        return f"{text!r} stands for nothing: name a field of a result, or skip"
    return next(filter(None, (_check_field(text, *field) for field in fields.items())), "")


def _check_field(text: str, name: str, value: object) -> str:
    if name in _FLAGS:
        return "" if value in ("true", "false") else f'{text!r}: {name} is "true" or "false"'
    if name == "scoreStatus":
        known = isinstance(value, str) and bool(_STATUS.fullmatch(value))
        return "" if known else f"{text!r}: {value!r} is no score status of OneRoster"
    if name in _TEXTS:
        filled = isinstance(value, str) and bool(value.strip())
        return "" if filled else f"{text!r}: {name} is a text"
    if name == "score":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if number and math.isfinite(float(str(value))) else f"{text!r}: score is a number"
    fields = ", ".join(("score", *_TEXTS, "scoreStatus", *_FLAGS, *_MARKS))
    return f"{text!r}: {name!r} is no field that a token can set; there are {fields}"


def tell_token(fields: Mapping[str, Any]) -> str:
    """Say what a token stands for: `missing, not submitted`."""
    return ", ".join(_tell_field(name, value) for name, value in fields.items())


def _tell_field(name: str, value: object) -> str:
    if name in _CALLED:
        return _CALLED[name] if value == "true" else f"not {_CALLED[name]}"
    known = {
        "skip": "no grade: nothing is sent",
        "ask": "you are asked about it",
        "score": f"the score {value}",
        "textScore": f"the text score {value}",
        "comment": f"the comment {value}",
    }
    return known.get(name, str(value))
