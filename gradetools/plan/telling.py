"""A change in words, as every skin tells it: old and new, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradetools.dialects import FLAGS, differences

_TOLD = ("score", "textScore", "scoreStatus", "scoreDate", "comment", *FLAGS)
#: What a new result has of necessity, and nobody needs to be told.
_OF_COURSE = ("scoreStatus", "scoreDate")


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
    changed = differences(before, after)
    new = before is None or before.get("status") == "tobedeleted"
    told = [name for name in _TOLD if name in changed and not (new and name in _OF_COURSE)]
    parts = [f"{name} {_tell(before, name)} → {_tell(after, name)}" for name in told]
    others = [] if new else [name for name in changed if name not in _TOLD]
    return ", ".join(parts + others)


def _tell(record: Mapping[str, Any] | None, name: str) -> str:
    value = (record or {}).get(name)
    gone = (record or {}).get("status") == "tobedeleted"
    return "nothing" if value is None or gone else str(value)
