"""Reading what stands in a cell: a score, a date, a flag, a status. Each distinct text is read once."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: The word that takes a grade or a field away; no other spelling does.
CLEAR = "CLEAR"
#: What `score-ambiguous` can be answered with.
COMMA_ANSWERS = ("decimal", "thousands")
#: What `date-ambiguous` can be answered with: whether the day comes first.
DATE_ANSWERS = {"day-first": True, "month-first": False}
#: What `token-unclear` can be answered with, and the fields of a result that a text then stands for.
TOKEN_ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "no-grade": {"skip": True},
    "missing": {"missing": "true", "scoreStatus": "not submitted"},
    "exempt": {"scoreStatus": "exempt"},
}
#: OneRoster 1.2 Gradebook, `scoreStatus`; an extension begins with `ext:`.
SCORE_STATUSES = ("exempt", "fully graded", "not submitted", "partially graded", "submitted")
#: Up to here the highest score tells points, up to there percents with some extra credit; beyond that points again.
_MOST_POINTS, _MOST_PERCENT = 50, 120
PERCENTS = 100
#: A score of so many times the maximum is no extra credit.
FAR_ABOVE = 2

_PLAIN = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]*,[0-9]+")
_GROUPED_BY_COMMA = re.compile(r"[-+]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
_GROUPED_BY_DOT = re.compile(r"[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]+)?")
#: Blanks of every width (French) and apostrophes (Swiss) between thousands leave no doubt.
_GROUPED_BY_BLANK = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:[\s'\u2019][0-9]{3})+(?:[.,][0-9]+)?")
_DOT_IN_DOUBT = re.compile(r"(?<![0-9.,])([1-9][0-9]{0,2})\.([0-9]{3})(?![0-9.,])")
_DATE = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_AND_MONTH = re.compile(
    rf"([0-9]{{1,2}})[-. ]({'|'.join(_MONTHS)})|({'|'.join(_MONTHS)})[-. ]([0-9]{{1,2}})",
    re.IGNORECASE,
)
_ISO_MONTH_AND_DAY = re.compile(r"[0-9]{4}-([0-9]{2})-([0-9]{2})([T ][0-9:]+)?")
#: What systems of schools call these.
_SYNONYMS = {
    **dict.fromkeys(("graded", "complete", "completed"), "fully graded"),
    **dict.fromkeys(("excused", "exempted"), "exempt"),
    **dict.fromkeys(("missing", "unsubmitted"), "not submitted"),
}
_EXTENSION = re.compile(r"ext:[a-zA-Z0-9.\-_]+")
#: In English, and in the languages whose headers are known: German, French, Spanish, Italian, Dutch, Portuguese.
_YES = {"true", "yes", "y", "x", "1", "ja", "oui", "sí", "si", "sì", "sim", "wahr", "vrai", "verdadero", "vero", "waar", "verdadeiro"}  # fmt: skip
_NO = {"false", "no", "n", "0", "nein", "non", "nee", "não", "falsch", "faux", "falso", "onwaar"}
_DURATION = re.compile(r"[0-9]+:[0-5][0-9]:[0-5][0-9]")


class Kind(IntEnum):
    """What a score cell says."""

    BLANK = 0
    SKIP = 1  # a token for no grade, such as N/A
    CLEAR = 2
    TOKEN = 3
    NUMBER = 4
    SHARE = 5  # of the whole: 85%, 8/10
    UNCLEAR = 6  # 1,234 may be 1.234 or 1234
    TEXT = 7
    ASKED = 8  # a token that means one thing here and another there, such as ABS


def read_scores(
    texts: NDArray[np.object_],
    tokens: Mapping[str, Mapping[str, Any]],
    answer: str = "",
    *,
    shown: str | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Say of each distinct, stripped text of a score column what it is.

    Args:
        texts: all that stand in the column.
        tokens: what some texts stand for, in any case; a plain number is never one.
        answer: what the sign in doubt sets apart, one of COMMA_ANSWERS; "" where nobody was asked. Where the column
            itself shows that its commas are decimal, the dot of `1.234` is in doubt, else the comma of `1,234`.
        shown: what the column itself shows of its commas, where more texts are given than stand in it.

    Returns:
        For each text its `Kind`, and its value: a number, a share of 1, or NaN.
    """
    found = pd.Series(texts, dtype="str")
    kinds = np.full(len(found), Kind.TEXT, dtype=np.uint8)
    values = np.full(len(found), np.nan)
    shown = find_comma(texts) if shown is None else shown
    comma = shown or answer
    plain = found.str.fullmatch(_PLAIN).to_numpy(dtype=bool, copy=True)
    if comma == "decimal":
        # Where 12,5 is a decimal, 1.234 may be a thousand and some; elsewhere a dot is a dot.
        plain &= ~found.str.fullmatch(_GROUPED_BY_DOT.pattern).to_numpy(dtype=bool)
    values[plain] = pd.to_numeric(found[plain]).to_numpy(dtype=float)
    kinds[plain] = Kind.NUMBER
    folded = {text.casefold(): fields for text, fields in tokens.items()}
    for i in np.flatnonzero(~plain):
        # Beside a comma that an answer has made decimal, a dot can only set apart thousands.
        text = _settle_dot(found[i], answer if shown else "thousands") if answer else found[i]
        kinds[i], values[i] = _read_one(text, folded, comma)
    kinds[np.isinf(values)] = Kind.TEXT
    values[np.isinf(values)] = np.nan
    return kinds, values


def find_comma(texts: Iterable[str]) -> str:
    """Say what a comma means in a column: "decimal", "thousands", or "" where that is not certain."""
    found = {word for text in texts if (word := show_comma(text))}
    return found.pop() if len(found) == 1 else ""


def show_comma(text: str) -> str:
    """Say what one text shows a comma to mean in its column: "decimal", "thousands", or "" for nothing."""
    if "," not in text:
        return ""
    number = text.partition("/")[0].strip(" %")
    decimal, grouped = _DECIMAL_COMMA.fullmatch(number), _GROUPED_BY_COMMA.fullmatch(number)
    if bool(decimal) == bool(grouped) and not _GROUPED_BY_DOT.fullmatch(number):
        return ""
    return "thousands" if grouped else "decimal"


def _settle_dot(text: str, answer: str) -> str:
    """Write a dot in doubt as the comma that it stands for, or leave it out."""
    return _DOT_IN_DOUBT.sub(r"\1,\2" if answer == "decimal" else r"\1\2", text)


def _read_one(text: str, tokens: Mapping[str, Mapping[str, Any]], comma: str) -> tuple[Kind, float]:
    if not text:
        return Kind.BLANK, math.nan
    if text == CLEAR:
        return Kind.CLEAR, math.nan
    if text.casefold() in tokens:
        fields = tokens[text.casefold()]
        kind = Kind.ASKED if fields.get("ask") else Kind.TOKEN
        return (Kind.SKIP if fields.get("skip") else kind), math.nan
    if text.endswith("%"):
        value = read_number(text[:-1].strip(), comma)
        return _kind_of(value, Kind.SHARE), math.nan if value is None else value / 100
    if "/" in text:
        above, below = (read_number(part.strip(), comma) for part in text.split("/", 1))
        if above is None or not below or below < 0:
            return Kind.TEXT, math.nan
        return _kind_of(above / below, Kind.SHARE), above / below
    value = read_number(text, comma)
    return _kind_of(value, Kind.NUMBER), math.nan if value is None else value


def _kind_of(value: float | None, kind: Kind) -> Kind:
    if value is None:
        return Kind.TEXT
    return Kind.UNCLEAR if math.isnan(value) else kind


def to_points(
    shares: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the points that shares of ranges stand for."""
    # Ten digits after the point are more than a float32 of the wire holds; they take off 6.000000000000001.
    points: NDArray[np.float64] = np.round(low + shares * (high - low), 10)
    return points


def guess_full_mark(top: float) -> int:
    """Guess the full mark of scores by the highest of them: percents may have some extra credit, points end with 5 or 0."""
    if top <= 1:
        return 1
    if _MOST_POINTS < top <= _MOST_PERCENT:
        return PERCENTS
    step = 5 if top <= _MOST_POINTS else 50
    return math.ceil(top / step) * step


def read_number(text: str, comma: str = "") -> float | None:
    """Read a number with a decimal point or comma, and with thousands set apart by the other or by blanks.

    Args:
        text: without blanks around it.
        comma: "decimal", "thousands", or "" where the column does not tell.

    Returns:
        The number; NaN where it may be `1.234` or `1234`; None for anything else, infinity included.
    """
    if _GROUPED_BY_BLANK.fullmatch(text):
        # What is left has one comma or point, which can only be decimal.
        return float(re.sub(r"[\s'\u2019]", "", text).replace(",", "."))
    by_dot, by_comma = _GROUPED_BY_DOT.fullmatch(text), _GROUPED_BY_COMMA.fullmatch(text)
    if "," in text:
        if _DECIMAL_COMMA.fullmatch(text) and by_comma and not comma:
            return math.nan
        if _DECIMAL_COMMA.fullmatch(text) and not (by_comma and comma == "thousands"):
            return float(text.replace(",", "."))
        if by_comma:
            return float(text.replace(",", ""))
        return float(text.replace(".", "").replace(",", ".")) if by_dot else None
    if by_dot and (text.count(".") > 1 or comma == "decimal"):
        return float(text.replace(".", "")) if text.count(".") > 1 else math.nan
    if not re.fullmatch(_PLAIN, text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def read_maximum(text: str) -> tuple[float, float]:
    """Read the highest possible score that a sheet states.

    `1,000` is most likely a thousand, for nobody states a maximum with three decimals.

    Returns:
        What it is most likely, and what else it may be; NaN for what is no number.
    """
    number = read_number(text)
    if number is None:
        return math.nan, math.nan
    if math.isnan(number):
        return float(text.replace(",", "")), float(text.replace(",", "."))
    return number, number


def find_day_first(texts: Iterable[str]) -> bool | None:
    """Say whether the dates of a column begin with the day; None where they do not tell, or disagree."""
    found = {
        int(match[1]) > 12
        for match in map(_DATE.fullmatch, texts)
        if match and (int(match[1]) > 12) != (int(match[3]) > 12)
    }
    return found.pop() if len(found) == 1 else None


def read_date(text: str, zone: dt.tzinfo, *, day_first: bool | None = None) -> str | None:
    """Read a date or a time as ISO 8601.

    A date stays a date. A time without a zone is meant in `zone`. `10.5.2026` begins with the day; `26` is 2026.

    Returns:
        ISO 8601 text; "" where day and month cannot be told apart; None for what is no date.
    """
    try:
        if _ISO_DATE.fullmatch(text):
            return dt.date.fromisoformat(text).isoformat()
        if _ISO_TIME.fullmatch(text):
            # Some write a blank before the offset, which the standard does not know.
            moment = dt.datetime.fromisoformat(re.sub(r" (?=[-+][0-9:]+$)", "", text))
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()
        if match := _DATE.fullmatch(text):
            first, second, year = int(match[1]), int(match[3]), int(match[4])
            if year < 100:
                # 26-05-06 and 26/05/06 may begin with the year; nobody's grades are from 2006 or 2080.
                if match[2] == "-" or not 20 <= year < 80:
                    return None
                year += 2000
            days_first = (
                True if match[2] == "." or first > 12 else False if second > 12 else day_first
            )
            if days_first is None and first != second:
                return ""
            month, day = (second, first) if days_first else (first, second)
            return dt.date(year, month, day).isoformat()
    except ValueError:
        return None
    return None


def guess_fraction(text: str) -> str:
    """Say which fractions a spreadsheet program may have made a date of: `8/10` for `8-Oct`; "" for what is no date."""
    if found := _DAY_AND_MONTH.fullmatch(text):
        month = _MONTHS.index((found[2] or found[3]).lower()) + 1
        day = int(found[1] or found[4])
    elif found := _ISO_MONTH_AND_DAY.fullmatch(text):
        month, day = int(found[1]), int(found[2])
    elif found := _DATE.fullmatch(text):
        month, day = int(found[1]), int(found[3])
    else:
        return ""
    return " or ".join(
        dict.fromkeys(
            (f"{min(day, month)}/{max(day, month)}", f"{max(day, month)}/{min(day, month)}")
        )
    )


def read_flag(text: str) -> str | None:
    """Read yes or no as the strings "true" and "false" of the standard; None for anything else.

    Gradescope says by how much: `225:07:02` is late, `00:00:00` is not.
    """
    if _DURATION.fullmatch(text):
        return "true" if text.strip("0:") else "false"
    folded = text.casefold()
    return "true" if folded in _YES else "false" if folded in _NO else None


def read_score_status(text: str) -> str | None:
    """Read a score status of OneRoster 1.2, in any case and by what else it is called; None for anything else."""
    folded = " ".join(text.casefold().replace("_", " ").split())
    folded = _SYNONYMS.get(folded, folded)
    if folded in SCORE_STATUSES:
        return folded
    return text if _EXTENSION.fullmatch(text) else None
