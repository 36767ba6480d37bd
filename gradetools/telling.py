"""A change in words, as every skin tells it: old and new, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradetools.dialects import FLAGS, differences

_TOLD = ("score", "textScore", "scoreStatus", "scoreDate", "comment", *FLAGS)
#: The status that every ordinary score has.
_GRADED = "fully graded"


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
