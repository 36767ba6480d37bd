"""Changes and counts in words, as every skin tells them: old and new, field by field; how many, and why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from gradetools.dialects import FLAGS, differences, parse
from gradetools.showing import tell_counts

_TOLD = ("score", "textScore", "scoreStatus", "scoreDate", "comment", *FLAGS)
#: The status that every ordinary score has.
_GRADED = "fully graded"
#: Why an entry is skipped, of one and of several.
_SKIPPED = {
    "blank": ("blank cell", "blank cells"),
    "no-grade": ("word that stands for no grade", "words that stand for no grade"),
    "other-attempt": ("attempt beside the one that counts", "attempts beside the ones that count"),
    "kept-theirs": ("left as somebody else changed it", "left as somebody else changed them"),
}


def tell_entries(counts: Mapping[str, int], skipped: Iterable[str] = ()) -> str:
    """Say how many entries are how, and why some are skipped: `27 ready, 2 skipped (blank cells)`.

    Args:
        counts: entries by state or action, in the order in which they are told; zeros are left out.
        skipped: the `reason` of each skipped one.
    """
    told = dict(counts)
    for word in ("skipped", "skip"):
        if told.get(word) and (why := tell_skipped(skipped)):
            told = {(f"{word} ({why})" if key == word else key): n for key, n in told.items()}
    return tell_counts(told, nothing="nothing to do")


def tell_skipped(reasons: Iterable[str]) -> str:
    """Say why entries are skipped: `blank cells`, or `2 blank cells, 1 word that stands for no grade`."""
    found = Counter(reasons)
    return tell_parts({words[found[code] > 1]: found[code] for code, words in _SKIPPED.items()})


def tell_parts(counts: Mapping[str, int]) -> str:
    """Say what a number is made up of: `25 removed, 3 restored`; where it is all of one kind, that alone."""
    there = {word: number for word, number in counts.items() if number}
    return tell_counts(there) if len(there) > 1 else "".join(there)


def call_undone(
    words: pd.Series, after: pd.Series, *, written: Iterable[str], called: tuple[str, str]
) -> pd.Series:
    """Call what an undo writes by what it does to the grade that is there; other words stay.

    Args:
        words: the action or state of each entry.
        after: the records that are written, as JSON text; indexed as `words`.
        written: the words of what is written.
        called: the words for a grade that is taken away, and for one that is as it was again.
    """
    undone = words.astype(object)
    writes = undone.index[undone.isin(list(written)).to_numpy()]
    gone = [(parse(text) or {}).get("status") == "tobedeleted" for text in after[writes]]
    undone[writes] = [called[0 if each else 1] for each in gone]
    return undone


def tell_change(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """Say field by field what changes: `score 7 → 9, comment nothing → Well done`.

    Args:
        before: the record that is there; None where there is none.
        after: the record that would be; None where nothing would be sent.
    """
    if after is None:
        return ""
    if after.get("status") == "tobedeleted":
        return f"score {_tell(before, 'score')} → removed"
    # A grade that was taken away says nothing any more.
    living = before if before and before.get("status", "active") == "active" else None
    changed = differences(living, after)
    kept = [name for name in _TOLD if living is not None or not _goes_without_saying(name, after)]
    parts = [
        f"{name} {_tell(living, name)} → {_tell(after, name)}" for name in kept if name in changed
    ]
    others = [name for name in changed if name not in _TOLD] if living is not None else []
    return ", ".join(parts + others)


def _goes_without_saying(name: str, new: Mapping[str, Any]) -> bool:
    """Whether a new result has a field of necessity; a status such as `exempt` is all that some have to say."""
    return name == "scoreDate" or (name == "scoreStatus" and new.get(name) == _GRADED)


def _tell(record: Mapping[str, Any] | None, name: str) -> str:
    value = (record or {}).get(name)
    if value is None:
        return "nothing"
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
