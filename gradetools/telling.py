"""Changes and counts in words, as every skin tells them: old and new, field by field; how many, and why not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from gradetools.dialects import FLAGS, REFERENCES, canonical, differences, parse, tell_date
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
#: The statuses with which a score says two things at once.
_NO_SCORE = _MEANS.keys() - {"partially graded"}
#: What an objective of the standard's form holds; a gradebook may hold more of it.
_OBJECTIVE = ("learningObjectiveId", "score", "textScore")
_GROUP = ("source", "learningObjectiveResults")
#: So many characters of a value that is no text are told.
_MOST = 100
#: Why an entry is skipped, of one and of several.
_SKIPPED = {
    "blank": ("blank cell", "blank cells"),
    "no-grade": ("word that stands for no grade", "words that stand for no grade"),
    "other-attempt": ("grade beside the one that counts", "grades beside the ones that count"),
    "kept-theirs": ("left as it was changed since", "left as they were changed since"),
    "written-by-own-push": ("not that push's but another's of yours",) * 2,
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


def tell_fields(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *, whole: bool = False
) -> list[str]:
    """Say field by field what changes, old and new: `score 7 → 9`, `comment nothing → “Well done”`.

    Args:
        before: the record that is there; None where there is none.
        after: the record that would be; None where nothing would be sent.
        whole: whether a grade that comes or goes is told with what goes without saying: its date, and that it is graded.
    """
    if after is None:
        return []
    if after.get("status") == "tobedeleted":
        return _tell_removed(before or {}, whole=whole)
    # A grade that was taken away says nothing any more.
    living = before if before and before.get("status", "active") == "active" else None
    changed = differences(living, after)
    told: list[str] = []
    for name in _arrange(changed):
        quiet = not whole and _goes_without_saying(name, after)
        if living is not None or not (name in _IDENTITY or quiet):
            lines = _tell_field(name, (living or {}).get(name), after.get(name))
            told += [f"{line}{_tell_doubt(name, living, after, changed)}" for line in lines]
    return told


def _tell_removed(held: Mapping[str, Any], *, whole: bool) -> list[str]:
    """Tell all that goes with a grade that is removed, in one line each; what has parts is counted."""
    names = [name for name in _arrange(differences(held, {})) if name not in _IDENTITY]
    # A grade that has nothing else to say says so.
    loud = [name for name in names if whole or not _goes_without_saying(name, held)] or names
    return [f"{_tell_held(name, held[name])} → removed" for name in loud] or ["grade → removed"]


def _tell_held(name: str, value: object) -> str:
    """Tell what a grade holds: `score 7`, `2 learning objectives`, `metadata`."""
    if name == "learningObjectiveSet":
        number = len(_split_objectives(value) or ())
        called = call_field(name)
        return f"{number} {called if number > 1 else called.removesuffix('s')}" if number else called  # fmt: skip
    return call_field(name) if name == "metadata" else f"{call_field(name)} {_WRITERS.get(name, _write)(value)}"  # fmt: skip


def _arrange(names: Collection[str]) -> list[str]:
    """Arrange fields in the order in which they are told."""
    return [*(name for name in _CALLED if name in names), *(name for name in names if name not in _CALLED)]  # fmt: skip


def tell_whose(row: Mapping[Any, Any]) -> str:
    """Name the student and the line item of an entry: `Ada Example, Quiz 1`; by their ids where nothing else is known."""
    return f"{row['student_name'] or row['student']}, {row['line_item_title'] or row['line_item']}"


def tell_unlike(sent: Mapping[str, Any], held: Mapping[str, Any], fields: Iterable[str]) -> str:
    """Say of fields that were not stored as sent what was sent and what is there: `score: sent 7, holds 6`."""
    return "; ".join(
        f"{call_field(name)}: sent {write(sent.get(name))}, holds {write(held.get(name))}"
        for name in fields
        for write in (_WRITERS.get(name, _write),)
    )


def tell_needless_score(record: Mapping[str, Any]) -> str:
    """Name the score of a grade whose score status expects none: `score 7`; "" where all is well, or the grade is removed."""
    gone = record.get("status", "active") != "active"
    if gone or record.get("scoreStatus") not in _NO_SCORE:
        return ""
    there = [name for name in ("score", "textScore") if record.get(name) is not None]
    return " and ".join(f"{call_field(name)} {_write(record[name])}" for name in there)


def _tell_doubt(
    name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any], changed: Collection[str]
) -> str:
    """Say behind a score status, or a score, what it means and that the other does not fit it."""
    status, score = str(new.get("scoreStatus", "")), tell_needless_score(new)
    means = _MEANS.get(status, "")
    if name == "scoreStatus" and means:
        both = all(new.get(each) is not None for each in ("score", "textScore"))
        stays = old is not None and not {"score", "textScore"} & {*changed}
        verb = ("stay" if both else "stays") if stays else f"{'are' if both else 'is'} written too"
        return f" (says that {means}, although the {score} {verb})" if score else f" ({means})"
    doubtful = name in {"score", "textScore"} and new.get(name) is not None
    if doubtful and score and "scoreStatus" not in changed:
        return f" (the score status stays {status}: {means})"
    return ""


def _goes_without_saying(name: str, new: Mapping[str, Any]) -> bool:
    """Whether a new result has a field of necessity; a status such as `exempt` is all that some have to say."""
    return name == "scoreDate" or (name == "scoreStatus" and new.get(name) == _GRADED)


def _tell_field(name: str, old: object, new: object) -> list[str]:
    """Tell a field's old and new value in one line, or, of what has parts, part by part."""
    split = _SPLITTERS.get(name)
    before, after = (split(old), split(new)) if split is not None else (None, None)
    if before is not None and after is not None:
        told = [_tell_part(name, key, before, after) for key in {**before, **after}]
        if parts := [part for part in told if part]:
            return parts
        if name == "learningObjectiveSet":
            return [f"{call_field(name)} as they were, grouped or ordered otherwise"]
    write = _WRITERS.get(name, _write)
    return [f"{call_field(name)} {write(old)} → {'removed' if new is None else write(new)}"]


def _tell_part(
    name: str, part: str, before: Mapping[str, object], after: Mapping[str, object]
) -> str:
    """Tell a part's old and new value; "" where both mean the same."""
    old, new = (canonical({name: {part: each[part]}} if part in each else {}) for each in (before, after))  # fmt: skip
    if old == new:
        return ""
    was = _write_part(before[part]) if part in before else "nothing"
    gets = _write_part(after[part]) if part in after else "removed"
    return f"{call_field(name)} {part}: {was} → {gets}"


def _split_metadata(value: Any) -> dict[str, object] | None:  # noqa: ANN401 - whatever a record holds
    return dict(value) if isinstance(value, Mapping) else {} if value is None else None


def _split_objectives(value: Any) -> dict[str, object] | None:  # noqa: ANN401 - whatever a record holds
    """Tell each learning objective of a set, by its source and id; None where the set has another form.

    Nothing is left out: of an id that stands there several times each is told, and so is what has no score.
    """
    found: list[tuple[str, object]] = []
    try:
        for group in value or []:
            source, listed = group["source"], group["learningObjectiveResults"]
            more = {name: each for name, each in group.items() if name not in _GROUP}
            if more or not listed:
                found.append((str(source), more or "no objectives"))
            found += [(f"{source}, {each['learningObjectiveId']}", _Objective(each)) for each in listed]  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError):
        return None
    many, met = Counter(key for key, _ in found), Counter[str]()
    parts: dict[str, object] = {}
    for key, each in found:
        met[key] += 1
        parts[key if many[key] == 1 else f"{key} ({met[key]} of {many[key]})"] = each
    return parts


class _Objective(dict[str, object]):
    """A learning objective, which is told by how it went."""


def tell_scores(objective: Mapping[str, Any]) -> str:
    """Say how a learning objective went, whatever it holds: `4`, `“secure”`, `4 “secure”`, `no score`."""
    score, text = objective.get("score"), objective.get("textScore")
    told = [_write(score)] if score is not None else []
    told += [f"“{text}”"] if text is not None else []
    more = {name: each for name, each in objective.items() if name not in _OBJECTIVE}
    told += [_write(more)] if more else []
    return " ".join(told) or "no score"


def _write_part(value: object) -> str:
    return tell_scores(value) if isinstance(value, _Objective) else _write(value, gone="null")


def _write(value: object, gone: str = "nothing") -> str:
    """Write a value in words; what has parts as short JSON."""
    if value is None:
        return gone
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping) and isinstance(value.get("sourcedId"), str):
        return str(value["sourcedId"])
    if isinstance(value, (Mapping, list)):
        return shorten(_write_json(value), _MOST)
    return str(value)


def _write_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _write_whole(value: object) -> str:
    """Write all of a set of objectives that is not of the standard's form: nothing is sent unseen."""
    return _write(value) if value is None or isinstance(value, str) else _write_json(value)


def _write_comment(value: object) -> str:
    return f"“{value}”" if isinstance(value, str) else _write(value)


def _write_date(value: object) -> str:
    return tell_date(value) if isinstance(value, str) else _write(value)


_WRITERS = {
    "comment": _write_comment,
    "scoreDate": _write_date,
    "learningObjectiveSet": _write_whole,
}
_SPLITTERS = {"metadata": _split_metadata, "learningObjectiveSet": _split_objectives}
