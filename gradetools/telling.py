"""Changes and counts in words, as every skin tells them: old and new, field by field; how many, and why not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from gradetools.dialects import FLAGS, REFERENCES, differences, parse, tell_date
from gradetools.showing import shorten, tell_counts

#: What a change is told of first, and what an analyst calls it; fields of a gradebook's own keep their names.
_CALLED = {
    "score": "score",
    "textScore": "text score",
    "scoreStatus": "score status",
    "scoreDate": "score date",
    "comment": "comment",
    **dict(zip(FLAGS, ("in progress", "incomplete", "late", "missing"), strict=True)),
    "learningObjectiveSet": "learning objectives",
    "scoreScale": "score scale",
    "lineItem": "line item",
}
#: Whose grade for what it is: of a new one that is no news.
_IDENTITY = frozenset(("sourcedId", "status", "dateLastModified", *REFERENCES)) - {"scoreScale"}
#: The status that every ordinary score has.
_GRADED = "fully graded"
_MEANS = {
    "exempt": "no score is expected",
    "not submitted": "there is no score",
    "partially graded": "the score is not final",
    "submitted": "there is no score yet",
}
#: So many characters of a value that is no text are told.
_MOST = 100
#: Why an entry is skipped, of one and of several.
_SKIPPED = {
    "blank": ("blank cell", "blank cells"),
    "no-grade": ("word that stands for no grade", "words that stand for no grade"),
    "other-attempt": ("attempt beside the one that counts", "attempts beside the ones that count"),
    "kept-theirs": ("left as it was changed since", "left as they were changed since"),
    "written-by-own-push": ("written by another push of yours", "written by another push of yours"),
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


def call_field(name: str) -> str:
    """Call a field of a result as a form does: `score date`."""
    return _CALLED.get(name, name)


def count_field(name: str, number: int) -> str:
    """Count grades by a field of theirs: `2 comments`, `metadata of 2 grades`."""
    called, more = call_field(name), "" if number == 1 else "s"
    if name in {"comment", "textScore", "scoreDate", "scoreScale"}:
        return f"{number:,} {called}{more}"
    return f"{called} of {number:,} grade{more}"


def tell_change(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """Say in one sentence what changes: `score 7 → 9, comment nothing → “Well done”`; see `tell_fields`."""
    return ", ".join(tell_fields(before, after))


def tell_fields(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[str]:
    """Say field by field what changes, old and new: `score 7 → 9`, `comment nothing → “Well done”`.

    Args:
        before: the record that is there; None where there is none.
        after: the record that would be; None where nothing would be sent.
    """
    if after is None:
        return []
    if after.get("status") == "tobedeleted":
        return [f"score {_tell(before, 'score')} → removed"]
    # A grade that was taken away says nothing any more.
    living = before if before and before.get("status", "active") == "active" else None
    changed = differences(living, after)
    names = [name for name in _CALLED if name in changed]
    names += [name for name in changed if name not in _CALLED]
    told: list[str] = []
    for name in names:
        if living is not None or not (name in _IDENTITY or _goes_without_saying(name, after)):
            told += _tell_field(name, (living or {}).get(name), after.get(name))
    return told


def _goes_without_saying(name: str, new: Mapping[str, Any]) -> bool:
    """Whether a new result has a field of necessity; a status such as `exempt` is all that some have to say."""
    return name == "scoreDate" or (name == "scoreStatus" and new.get(name) == _GRADED)


def _tell_field(name: str, old: object, new: object) -> list[str]:
    """Tell a field's old and new value in one line, or, of what has parts, part by part."""
    split = _SPLITTERS.get(name)
    before, after = (split(old), split(new)) if split is not None else (None, None)
    if before is not None and after is not None:
        pairs = [(key, before.get(key), after.get(key)) for key in {**before, **after}]
        if parts := [_tell_part(name, *pair) for pair in pairs if pair[1] != pair[2]]:
            return parts
    write = _WRITERS.get(name, _write)
    told = f"{call_field(name)} {write(old)} → {'removed' if new is None else write(new)}"
    means = _MEANS.get(str(new), "") if name == "scoreStatus" else ""
    return [f"{told} ({means})" if means else told]


def _tell_part(name: str, part: str, old: object, new: object) -> str:
    return f"{call_field(name)} {part}: {_write(old)} → {_write(new, gone='removed')}"


def _split_metadata(value: Any) -> dict[str, object] | None:  # noqa: ANN401 - whatever a record holds
    return dict(value) if isinstance(value, Mapping) else {} if value is None else None


def _split_objectives(value: Any) -> dict[str, object] | None:  # noqa: ANN401 - whatever a record holds
    """Give each learning objective of a set by its source and id; None where the set has another form."""
    found: dict[str, object] = {}
    try:
        for group in value or []:
            for each in group["learningObjectiveResults"]:
                key = f"{group['source']}, {each['learningObjectiveId']}"
                score = each.get("score")
                found[key] = each.get("textScore") if score is None else score
    except (KeyError, TypeError, AttributeError):
        return None
    return found


def _tell(record: Mapping[str, Any] | None, name: str) -> str:
    return _write((record or {}).get(name))


def _write(value: object, gone: str = "nothing") -> str:
    """Write a value in words; what has parts as short JSON."""
    if value is None:
        return gone
    if isinstance(value, float) and value.is_integer():
        return f"{value:g}"
    if isinstance(value, Mapping) and isinstance(value.get("sourcedId"), str):
        return str(value["sourcedId"])
    if isinstance(value, (Mapping, list)):
        return shorten(json.dumps(value, ensure_ascii=False, default=str), _MOST)
    return str(value)


def _write_comment(value: object) -> str:
    return f"“{value}”" if isinstance(value, str) else _write(value)


def _write_date(value: object) -> str:
    return tell_date(value) if isinstance(value, str) else _write(value)


_WRITERS = {"comment": _write_comment, "scoreDate": _write_date}
_SPLITTERS = {"metadata": _split_metadata, "learningObjectiveSet": _split_objectives}
