"""What is typed into a field, read: scores with a comma or a point, dates, and JSON."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

from gradetools.checks.values import read_number

_UTC = re.compile(r"\s*(UTC|\(UTC\))$", re.IGNORECASE)
#: What JSON lacks at a place, by how Python's reader begins to say it.
_LACKS = {
    "Expecting property name": 'a name in "double quotes" is wanted there',
    "Expecting value": "a value is wanted there: a text or name stands in double quotes",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing there",
    "Expecting ':' delimiter": "a colon is missing there",
    "Unterminated string": "the text that begins there has no closing quote",
    "Extra data": "what stands there comes after the end",
}
_COMMA = "there is one comma too many, take it away"
#: What a text processor makes of the quotes that one types.
_CURLY = str.maketrans(dict.fromkeys("“”„‟", '"'))
_QUOTES = 'straight quotes (") are wanted in place of “ and ”'


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


def read_typed_json(typed: str, hint: str) -> dict[str, Any]:
    """Read a JSON object; `NaN` and `Infinity`, which Python would take, are no JSON.

    Raises:
        ValueError: it is none; a sentence for the analyst, with the place of the mistake.
    """
    twice: list[str] = []

    def pair(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # Of a name that stands twice Python would take the last without a word.
        names = Counter(name for name, _ in pairs)
        twice.extend(name for name, number in names.items() if number > 1)
        return dict(pairs)

    try:
        read = json.loads(typed, parse_constant=_refuse, object_pairs_hook=pair)
    except json.JSONDecodeError as error:
        at, told = _find_mistake(error)
        line, character = typed.count("\n", 0, at) + 1, at - typed.rfind("\n", 0, at)
        place = f"line {line}, character {character}"
        raise ValueError(f"This is not JSON at {place}: {told}; write {hint}.") from None
    except (ValueError, RecursionError):
        raise ValueError(f"This is not JSON; write {hint}.") from None
    if twice:
        raise ValueError(f'The name "{twice[0]}" stands there twice; leave one of them.')
    if not isinstance(read, dict):
        raise ValueError(f"This is JSON, but not names with their values; write {hint}.")
    return read


def _find_mistake(error: json.JSONDecodeError) -> tuple[int, str]:
    """Say where a text is no JSON, and what is to be done about it."""
    typed, at = error.doc, error.pos
    curly = [place for place, sign in enumerate(typed) if ord(sign) in _CURLY]
    if curly and (at in curly or _is_json(typed.translate(_CURLY))):
        return curly[0], _QUOTES
    before = typed[:at].rstrip()
    # Newer readers stop at the comma, older ones at what follows it.
    if typed[at : at + 1] in {"}", "]"} and before.endswith(","):
        return len(before) - 1, _COMMA
    if typed[at : at + 1] == ",":
        return at, _COMMA
    lacks = (told for begins, told in _LACKS.items() if error.msg.startswith(begins))
    return at, next(lacks, "something else is wanted there")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(_: str) -> NoReturn:
    raise ValueError
