"""Finding the texts that are most like another one, as `difflib` sees it and much sooner.

Theory of operation. To `difflib` two texts of T characters together are alike by 2 M / T, where M counts the characters
of the blocks that match. These blocks stand in the same order in both texts, so M is at most the length of the longest
subsequence that both have. That length is worked out for all texts at once, in a row of bits for each of them (Hyyrö
2004, "Bit-parallel LCS-length computation revisited"), and says how like a text can be at most. Then `difflib` is asked,
the likeliest text first, until no other can be more like than those that were found: its own answers, mostly after a
few questions instead of one for every text.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

#: So many likenesses are given, which are at least so high; `difflib.get_close_matches` is asked for the same elsewhere.
COUNT, CUTOFF = 3, 0.75
#: A row of so many bits.
_BITS = 64
#: Longer texts are no ids, and nothing is like them.
_LONGEST = 128


class Likenesses:
    """Texts, to be searched for those most like another.

    Args:
        texts: distinct texts.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        # In the order of the alphabet, for `difflib` prefers the later of two that are as like.
        self._texts = sorted(text for text in texts if len(text) <= _LONGEST)
        self._lengths = np.array([len(text) for text in self._texts], dtype=np.int64)
        longest = int(self._lengths.max(initial=1))
        signs = np.array(self._texts, dtype=f"U{longest}").view(np.uint32)
        known, numbers = _number(signs)
        self._number_of = {chr(sign): number for number, sign in enumerate(known.tolist())}
        # One row for each place in the texts.
        self._places = np.ascontiguousarray(numbers.reshape(-1, longest).T)

    def find(self, text: str) -> list[str]:
        """Give the texts that are most like another, the likest first; none for a text that is too long for an id."""
        if len(text) > _LONGEST:
            return []
        likely = 2.0 * self._measure_common(text) / (self._lengths + len(text))
        chosen = np.flatnonzero(likely >= CUTOFF)
        chosen = chosen[np.argsort(likely[chosen], kind="stable")][::-1]
        matcher = difflib.SequenceMatcher(b=text)
        best: list[tuple[float, str]] = []
        for at_most, other in zip(
            likely[chosen], map(self._texts.__getitem__, chosen), strict=True
        ):
            if len(best) == COUNT and (at_most, other) < best[-1]:
                break
            matcher.set_seq1(other)
            if (likeness := matcher.ratio()) >= CUTOFF:
                best = sorted([*best, (likeness, other)], reverse=True)[:COUNT]
        return [other for _, other in best]

    def _measure_common(self, text: str) -> NDArray[np.int64]:
        """Give for each text at least the length of the longest subsequence that it has in common with another."""
        where = np.zeros(len(self._number_of) or 1, dtype=np.uint64)
        for place, sign in enumerate(text[:_BITS]):
            if sign in self._number_of:
                where[self._number_of[sign]] |= np.uint64(1 << place)
        # A bit that is off is a character of the subsequence.
        bits = np.full(len(self._texts), -1, dtype=np.int64).view(np.uint64)
        for numbers in self._places:
            here = bits & where[numbers]
            bits = (bits + here) | (bits - here)
        inside = np.uint64((1 << min(len(text), _BITS)) - 1)
        common: NDArray[np.int64] = np.bitwise_count(~bits & inside).astype(np.int64)
        # What does not fit into the bits may all be there.
        return common + max(len(text) - _BITS, 0)


def _number(signs: NDArray[np.uint32]) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
    """Number the different characters; give them, and for each place its number."""
    there = np.bincount(signs, minlength=1) > 0
    known = np.flatnonzero(there)
    return known, (np.cumsum(there) - 1).astype(np.uint32)[signs]
