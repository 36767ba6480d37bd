"""How a sheet's header differs from the one that columns were saved for, as a value and in words."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gradetools.sheet import ColumnKey

#: Two headers are taken for one that was renamed when they are so alike, and have the same numbers.
_ALIKE = 0.6
#: So many columns of a kind are named in words.
_NAMED = 8


@dataclass(frozen=True)
class HeaderChange:
    """What became of a header; empty (and false) where it is the same.

    Attributes:
        new: columns that the sheet has and the saved ones do not know.
        gone: columns that the sheet no longer has.
        renamed: (old, new) of columns that may be the same under another name; nothing is carried over on
            this guess.
        moved: columns that stand in another order.
        recounted: names that more or fewer columns bear, so that it is not certain which is which.
        formats: (old, new) where the export is another one, else empty.
    """

    new: tuple[ColumnKey, ...] = ()
    gone: tuple[ColumnKey, ...] = ()
    renamed: tuple[tuple[ColumnKey, ColumnKey], ...] = ()
    moved: tuple[ColumnKey, ...] = ()
    recounted: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return any(vars(self).values())

    def __str__(self) -> str:
        """Say it in words, such as `'Quiz 3' is new, 'Quiz 2' is gone, 'Mail' is now called 'Email'?`."""
        parts = [
            *_tell(self.new, "is new", "are new"),
            *_tell(self.gone, "is gone", "are gone"),
            *(f"{str(old)!r} is now called {str(new)!r}?" for old, new in self.renamed),
            *_tell(self.recounted, "stands for more or fewer columns", "stand for more or fewer columns"),
            *_tell(self.moved, "has moved", "have moved"),
        ]  # fmt: skip
        if self.formats:
            parts.append(f"it was read as {self.formats[0]} and is now {self.formats[1]}")
        return ", ".join(parts)


def compare_headers(
    old: Sequence[ColumnKey], new: Sequence[ColumnKey], formats: tuple[str, str]
) -> HeaderChange:
    """Say what became of a header.

    Args:
        old: the columns that are known.
        new: the columns that there are.
        formats: the export's name then and now.
    """
    were, are = Counter(key.name for key in old), Counter(key.name for key in new)
    recounted = tuple(name for name in were if name in are and were[name] != are[name])
    added = [key for key in new if key.name not in were]
    gone = [key for key in old if key.name not in are]
    renamed = tuple(_pair(gone, added))
    taken = {key for pair in renamed for key in pair}
    return HeaderChange(
        new=tuple(key for key in added if key not in taken),
        gone=tuple(key for key in gone if key not in taken),
        renamed=renamed,
        moved=_find_moved(old, new),
        recounted=recounted,
        formats=formats if formats[0] != formats[1] else (),
    )


def _pair(gone: Iterable[ColumnKey], added: Sequence[ColumnKey]) -> Iterable[tuple[ColumnKey, ColumnKey]]:  # fmt: skip
    """Pair what may have been renamed, each column once; Quiz 2 is not Quiz 3."""
    left = {str(key): key for key in added}
    for key in gone:
        name = str(key).casefold()
        same = {text.casefold(): text for text in left if _numbers(text) == _numbers(name)}
        near = difflib.get_close_matches(name, list(same), n=1, cutoff=_ALIKE)
        if near:
            yield key, left.pop(same[near[0]])


def _numbers(text: str) -> list[str]:
    return re.findall(r"[0-9]+", text)


def _find_moved(old: Sequence[ColumnKey], new: Sequence[ColumnKey]) -> tuple[ColumnKey, ...]:
    known, there = set(old), set(new)
    before = [key for key in old if key in there]
    after = [key for key in new if key in known]
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    stayed = {key for block in blocks for key in before[block.a : block.a + block.size]}
    return tuple(key for key in after if key not in stayed)


def _tell(names: Sequence[object], one: str, several: str) -> list[str]:
    if not names:
        return []
    told = [repr(str(name)) for name in names[:_NAMED]]
    if len(names) > _NAMED:
        told.append(f"{len(names) - _NAMED} more")
    joined = " and ".join(filter(None, (", ".join(told[:-1]), told[-1])))
    return [f"{joined} {one if len(names) == 1 else several}"]
