"""Ids that a spreadsheet program spoiled: `1271` for `01271`, `01271.0`, `1 271`, `'01271`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gradetools.columns.students import StudentIndex

#: Digits with what is not theirs: a mark of text before them, blanks between them, a point and zeros behind.
_SPOILED = re.compile(r"['\u2019\u2018`]?([0-9]+(?:\s[0-9]+)*)(?:[.,]0+)?")


def is_number_of_id(text: str) -> bool:
    """Say whether a text may be an id of digits, spoiled or not."""
    return bool(_SPOILED.fullmatch(text))


def find_spoiled_ids(texts: Iterable[str], index: StudentIndex) -> dict[str, tuple[str, str]]:
    """Find whose ids some texts are, but for zeros at their front or signs that are not theirs; a person is to say whether that is meant.

    Args:
        texts: ids that mean nobody.
        index: the students, by the field that the ids are of.

    Returns:
        Of each text that is so exactly one student's id: the sourcedId, and the id as it is.
    """
    known: dict[str, dict[str, str]] = {}
    whole: dict[str, dict[str, str]] = {}
    for spelling, student in zip(*index.spellings, strict=True):
        if spelling.isascii() and spelling.isdigit():
            whole.setdefault(spelling, {})[student] = spelling
            if spelling.startswith("0"):
                known.setdefault(spelling.lstrip("0"), {})[student] = spelling
    found = ((text, _find(text, known, whole)) for text in texts)
    return {text: next(iter(whose.items())) for text, whose in found if len(whose) == 1}


def _find(
    text: str, known: dict[str, dict[str, str]], whole: dict[str, dict[str, str]]
) -> dict[str, str]:
    if text in known or not (spoiled := _SPOILED.fullmatch(text)):
        return known.get(text, {})
    digits = "".join(spoiled[1].split())
    return {} if digits == text else {**known.get(digits, {}), **whole.get(digits, {})}


def only_zeros(texts: Iterable[str]) -> bool:
    """Say whether such texts lack nothing but zeros."""
    return all(map(str.isdecimal, texts))


def tell_lost(texts: Iterable[str]) -> str:
    """Say in what such texts differ from the ids: `zeros at the front`, or how they are written."""
    return "zeros at the front" if only_zeros(texts) else "how they are written"
