"""JSON that somebody wrote by hand, read; where it is none, what is to be done about it and where."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NoReturn

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


def read_written_json(text: str, hint: str, *, called: str = "This") -> dict[str, Any]:
    """Read a JSON object; `NaN` and `Infinity`, which Python would take, are no JSON.

    Args:
        text: what was written.
        hint: what is to be written instead, such as `names and values such as {"source": "paper"}`.
        called: what the text is called in a sentence.

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
        read = json.loads(text, parse_constant=_refuse, object_pairs_hook=pair)
    except json.JSONDecodeError as error:
        at, told = _find_mistake(error)
        line, character = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        place = f"line {line}, character {character}"
        raise ValueError(f"{called} is not JSON at {place}: {told}; write {hint}.") from None
    except (ValueError, RecursionError):
        raise ValueError(f"{called} is not JSON; write {hint}.") from None
    if twice:
        raise ValueError(f'The name "{twice[0]}" stands there twice; leave one of them.')
    if not isinstance(read, dict):
        raise ValueError(f"{called} is JSON, but not names with their values; write {hint}.")
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
