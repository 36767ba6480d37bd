"""A value as the text that a spreadsheet program shows for it."""

from __future__ import annotations

import datetime as dt
import re


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
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _show_number(value: float, number_format: str) -> str:
    if re.fullmatch("0+", number_format) and value == int(value):
        return str(int(value)).zfill(len(number_format))
    if re.fullmatch(r"0(\.0+)?%", number_format):
        return f"{round(value * 100, 10):.15g}%"
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e16):
        return str(int(value))
    # A double has a sixteenth and seventeenth digit that no spreadsheet program shows.
    return f"{value:.15g}"
