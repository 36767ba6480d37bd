"""A value as the text that a spreadsheet program shows for it.

A number keeps all its digits, whatever its format rounds away; what a format adds to an id or says of the
unit (`00000`, `0%`) is kept, and what is only for the eye (currency, thousands, colours) is not.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from functools import lru_cache

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|[_*].|\[[^\]]*\]')
#: An id's format: two zeros at least, and nothing else but signs and literals (in whose place stand controls).
_PADDED = re.compile(r"(?=.*0.*0)[0\x00-\x08 /-]+", re.DOTALL)


def show_value(value: object, number_format: str = "") -> str:
    """Write a cell's value as text: whole numbers without ".0", dates as ISO 8601, nothing as "".

    Args:
        value: what a workbook or a DataFrame holds.
        number_format: the workbook's own; `00000` gives an id its zeros back, `0%` its sign.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _show_number(value, number_format)
    if isinstance(value, dt.datetime):
        timed = value.time() != dt.time() or "h" in number_format.lower()
        return value.isoformat(timespec="seconds") if timed else value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.timedelta):
        return show_duration(value.total_seconds())
    return str(value)


def show_duration(seconds: float) -> str:
    """Write a duration as hours, minutes and seconds: `36:05:00`."""
    sign, whole = "-" if seconds < 0 else "", round(abs(seconds))
    return f"{sign}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


@lru_cache(maxsize=1 << 15)
def show_stored_number(stored: str, number_format: str, *, from_1904: bool = False) -> str:
    """Write a number as XLSX and XLS store it; its format alone says whether it is a date.

    Raises:
        ValueError: it is no number.
    """
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

    number = int(stored) if stored.lstrip("-").isdecimal() else float(stored)
    if not is_date_format(number_format):
        return _show_number(number, number_format)
    try:
        epoch = MAC_EPOCH if from_1904 else WINDOWS_EPOCH
        elapsed = is_timedelta_format(number_format)
        return show_value(from_excel(number, epoch, elapsed), number_format)
    except (OverflowError, ValueError):
        return _show_number(number, "")  # spreadsheet programs show #### for it


def _show_number(value: float, number_format: str) -> str:
    whole = isinstance(value, int) or (value.is_integer() and abs(value) < 1e16)
    plain, literals = _read_format(number_format)
    if "%" in plain:
        return f"{round(value * 100, 10):.15g}%"
    if whole and value >= 0 and _PADDED.fullmatch(plain):
        return _pad(str(int(value)), plain, literals)
    # A double has a sixteenth and seventeenth digit that no spreadsheet program shows.
    text = str(int(value)) if whole else f"{value:.15g}"
    return text + "%" if "%" in literals and math.isfinite(value) else text


@lru_cache(maxsize=1 << 10)
def _read_format(number_format: str) -> tuple[str, tuple[str, ...]]:
    """Give the format of positive numbers, a control character in place of each literal, and the literals."""
    literals: list[str] = []

    def replace(found: re.Match[str]) -> str:
        literal = found[1] or found[2] or ""
        if not literal:
            return ""
        literals.append(literal)
        return chr(min(len(literals) - 1, 8))

    return _LITERAL.sub(replace, number_format.partition(";")[0]), tuple(literals)


def _pad(digits: str, plain: str, literals: tuple[str, ...]) -> str:
    """Fill the zeros of a format with digits, from the right: 123 as `"S"000-00` is S001-23."""
    shown: list[str] = []
    left = list(digits)
    first = plain.index("0")
    for place in range(len(plain) - 1, -1, -1):
        sign = plain[place]
        if sign == "0":
            shown.append(left.pop() if left else "0")
            if place == first:
                shown.append("".join(left))
        else:
            shown.append(literals[ord(sign)] if ord(sign) < 9 else sign)
    return "".join(reversed(shown))
