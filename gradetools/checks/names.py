"""Whether a name in a sheet can be the name of the student in the gradebook. Each distinct pair is compared once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from functools import cache

import pandas as pd

#: A word; in scripts that set no blanks between names (Chinese, Japanese, Korean), each sign.
_WORD = re.compile("[\u2e80-\U0003ffff]|[^\\W_\u2e80-\U0003ffff]+")
#: To split a name into words takes much longer than to see that it has one.
_SURELY_A_WORD = re.compile("[A-Za-z0-9]{2}")


def split_name(name: str) -> frozenset[str]:
    """Give the words of a name without case, accents, order and initials; empty where there are none."""
    folded = name.casefold()
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded)
        bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
        # Korean syllables came apart as well, and are put together again.
        folded = unicodedata.normalize("NFC", bare)
    return frozenset(word for word in _WORD.findall(folded) if len(word) > 1 or word >= "\u2e80")


def find_differing(said: pd.Series, known: pd.Series, everybody: Iterable[str]) -> pd.Series:
    """Say of each row whether two names are those of two people.

    Names that share a word are taken for one person's (Bob Example may be Robert), unless what the
    sheet says is the whole name of somebody else in the gradebook: brothers and sisters share a word too.

    Args:
        said: the names in the sheet.
        known: the names in the gradebook, rows as in `said`.
        everybody: the names of all students of the gradebook.

    Returns:
        True, False, or None where one of the two has no words to compare; dtype object.
    """
    split = cache(split_name)

    @cache  # where nobody's name differs, it is never asked for
    def list_others() -> frozenset[frozenset[str]]:
        return frozenset(map(split, everybody))

    pairs = list(zip(said.tolist(), known.tolist(), strict=True))
    answers: dict[tuple[str, str], bool | None] = {}
    for one, other in dict.fromkeys(pairs):
        same = _plainly_same(one, other)
        answers[one, other] = False if same else _differ(split(one), split(other), list_others)
    return pd.Series([answers[pair] for pair in pairs], index=said.index, dtype=object)


def _differ(
    said: frozenset[str],
    known: frozenset[str],
    list_others: Callable[[], Collection[frozenset[str]]],
) -> bool | None:
    if not said or not known:
        return None
    if not said & known:
        return True
    return not (said <= known or known <= said) and said in list_others()


def _plainly_same(said: str, known: str) -> bool:
    """Say whether two names are one but for case and order (`Example, Ada`), and have a word to compare."""
    same = said == known or _turn(said) == _turn(known)
    return same and _SURELY_A_WORD.search(known) is not None


def _turn(name: str) -> str:
    last, comma, first = name.casefold().partition(", ")
    return f"{first} {last}" if comma else last
