"""Whether a name in a sheet can be the name of the student in the gradebook."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from gradetools.columns import split_initials, split_name

#: To split a name into words takes much longer than to see that it has one.
_SURELY_A_WORD = re.compile("[A-Za-z0-9]{2}")

#: What can be said of two names.
SAME, DIFFERENT, UNKNOWN = 0, 1, -1


def find_differing(
    said: Iterable[str], known: Iterable[str], list_everybody: Callable[[], Iterable[str]]
) -> NDArray[np.int8]:
    """Say of pairs of names whether they are those of two people.

    Names that share a word are taken for one person's (Bob Example may be Robert), unless what the
    sheet says is the whole name of somebody else in the gradebook: brothers and sisters share a word too. Nor does
    `A. Example` stand for Ben Example: an initial that no other word of the name begins with tells them apart.

    Args:
        said: the names in the sheet.
        known: for each of them the name in the gradebook.
        list_everybody: gives the names of all students of the gradebook; called where it matters.

    Returns:
        For each pair SAME, DIFFERENT, or UNKNOWN where one of the two has no words to compare.
    """
    split, initials = cache(split_name), cache(split_initials)

    @cache
    def list_others() -> frozenset[frozenset[str]]:
        return frozenset(map(split, list_everybody()))

    answers = [
        SAME
        if _plainly_same(one, other)
        else _compare(split(one), split(other), initials(one), list_others)
        for one, other in zip(said, known, strict=True)
    ]
    return np.array(answers, dtype=np.int8)


#: So much nearer must another name be; and so many comparisons are made.
_NEARER, _MOST_COMPARED = 0.1, 20_000


def find_nearer(
    said: Sequence[str], known: Iterable[str], everybody: Iterable[str]
) -> NDArray[np.bool_]:
    """Say of pairs of names whether somebody else's comes clearly nearer to what the sheet says, as Ben's to `Benn` than Béla's."""
    people = {_spell(each) for each in everybody}
    if sum(map(bool, said)) * len(people) > _MOST_COMPARED:
        return np.zeros(len(said), dtype=bool)
    pairs = zip(said, known, strict=True)
    nearer = (bool(one) and _is_nearer(_spell(one), _spell(other), people) for one, other in pairs)
    return np.fromiter(nearer, dtype=bool, count=len(said))


def _is_nearer(said: str, known: str, people: Collection[str]) -> bool:
    own = _liken(said, known) + _NEARER
    return any(_liken(said, each) > own for each in people)


def _spell(name: str) -> str:
    return " ".join(sorted(split_name(name)))


def _liken(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _compare(
    said: frozenset[str],
    known: frozenset[str],
    initials: frozenset[str],
    list_others: Callable[[], Collection[frozenset[str]]],
) -> int:
    if not said or not known:
        return UNKNOWN
    if not said & known:
        return DIFFERENT
    left = {word[0] for word in known - said}
    if initials and left and said <= known and not initials & left:
        return DIFFERENT
    another = not (said <= known or known <= said) and said in list_others()
    return DIFFERENT if another else SAME


def _plainly_same(said: str, known: str) -> bool:
    """Say whether two names are one but for case and order (`Example, Ada`), and have a word to compare."""
    same = said == known or _turn(said) == _turn(known)
    return same and _SURELY_A_WORD.search(known) is not None


def _turn(name: str) -> str:
    last, comma, first = name.casefold().partition(", ")
    return f"{first} {last}" if comma else last
