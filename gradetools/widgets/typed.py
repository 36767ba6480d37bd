"""What is typed into a field, read: scores with a comma or a point, and dates."""

from __future__ import annotations

import math
import re

from gradetools.checks.values import read_number

_UTC = re.compile(r"\s*(UTC|\(UTC\))$", re.IGNORECASE)


def read_typed_score(typed: str) -> int | float:
    """Read a score, `8.5` or `8,5`.

    Raises:
        ValueError: it is none, or may be decimals or thousands; a sentence for the analyst.
    """
    number = read_number(typed)
    if number is None:
        letters = not any(character.isdigit() for character in typed)
        more = " A grade in letters goes into the field Text score." if letters else ""
        raise ValueError(f"{typed!r} is not a score; write a number such as 8.5.{more}")
    if math.isnan(number):
        raise ValueError(f"{typed!r} may be decimals or thousands; write it without the comma.")
    return int(number) if number.is_integer() else number


def read_typed_date(typed: str) -> str:
    """Read a date as it is shown, `2026-10-16` or `2026-10-16 14:30 UTC`; whether it is one, the Result says."""
    return _UTC.sub("Z", typed)
