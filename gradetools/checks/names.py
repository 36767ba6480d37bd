"""Whether a name in a sheet can be the name of the student in the gradebook. Each distinct pair is compared once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache

import pandas as pd

#: A word; in scripts that set no blanks between names (Chinese, Japanese, Korean), each sign.
_WORD = re.compile("[\u2e80-\U0003ffff]|[^\\W_\u2e80-\U0003ffff]+")


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
    others = frozenset(split(name) for name in everybody)
    pairs = pd.DataFrame({"said": said, "known": known})
    distinct = pairs.drop_duplicates()
    answers = {
        (one, other): _differ(split(one), split(other), others)
        for one, other in zip(distinct["said"], distinct["known"], strict=True)
    }
    found = [answers[pair] for pair in zip(said, known, strict=True)]
    return pd.Series(found, index=said.index, dtype=object)


def _differ(
    said: frozenset[str], known: frozenset[str], others: Collection[frozenset[str]]
) -> bool | None:
    if not said or not known:
        return None
    if not said & known:
        return True
    return said in others and not (said <= known or known <= said)
