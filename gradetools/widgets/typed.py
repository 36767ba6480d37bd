"""What is typed into a field, read: scores with a comma or a point, and JSON."""

from __future__ import annotations

import json
import math
from typing import NoReturn

from gradetools.checks.values import read_number


def read_typed_score(typed: str) -> int | float:
    """Read a score, `8.5` or `8,5`.

    Raises:
        ValueError: it is none, or may be decimals or thousands; a sentence for the analyst.
    """
    number = read_number(typed)
    if number is None:
        raise ValueError(f"{typed!r} is not a score; write a number such as 8.5.")
    if math.isnan(number):
        raise ValueError(f"{typed!r} may be decimals or thousands; write it without the comma.")
    return int(number) if number.is_integer() else number


def read_typed_json(typed: str, hint: str) -> object:
    """Read JSON; `NaN` and `Infinity`, which Python would take, are none.

    Raises:
        ValueError: it is none; a sentence for the analyst.
    """
    try:
        return json.loads(typed, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ValueError(f"This is not JSON; write {hint}.") from None


def _refuse(_: str) -> NoReturn:
    raise ValueError
