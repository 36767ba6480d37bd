"""What a change takes from the grade that is there, in words: lowered, its score removed, its comment replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from gradetools.plan.dispute import OVER
from gradetools.telling import call_field, count_field

#: The columns of the harm that there might be in a change, and what it is called. Where a score is removed the grade
#: itself stays, with its date and status; a grade that goes as a whole is called `remove`, as in an undo.
HARM: Final = (("lowered", "lowered"), ("cleared", "score removed"))
#: What is called otherwise than by its field where something else takes its place. Of the score statuses only this one is
#: told: that a grade was missing or not submitted is over with its score, but somebody took care to excuse the student.
_LIFTED: Final = {"scoreStatus": "exemption"}


def list_losses(changes: pd.DataFrame) -> list[str]:
    """Count what changes take from grades: `1 grade lowered`, `2 scores removed`, `1 comment removed`."""
    wiped = _count_names(changes["wiped"])
    lowered = int(changes["lowered"].sum())
    # A score that gives way to a text score is named in `wiped`.
    scores = int(changes["cleared"].sum()) + wiped.pop("score", 0)
    told = [f"{_count(lowered, 'grade')} lowered"] if lowered else []
    told += [f"{_count(scores, 'score')} removed"] if scores else []
    return told + [f"{count_field(name, number)} removed" for name, number in wiped.items()]


def list_replaced(names: Iterable[str]) -> list[str]:
    """Count what would give way to something else: `2 comments replaced`, `1 exemption lifted`."""
    return [
        f"{_count(number, _LIFTED[name])} lifted"
        if name in _LIFTED
        else f"{count_field(name, number)} replaced"
        for name, number in _count_names(names).items()
    ]


def call_loss(column: str, name: str) -> str:
    """Call what becomes of a field that the column `wiped` or `replaced` names: `comment removed`, `exemption lifted`."""
    if column == "wiped":
        return f"{call_field(name)} removed"
    return f"{_LIFTED[name]} lifted" if name in _LIFTED else f"{call_field(name)} replaced"


def mark_harm(change: Mapping[Any, Any]) -> str:
    """Say in a few words what a change takes from the grade that is there, or replaces of it: `lowered, comment removed`."""
    told = [word for name, word in HARM if change[name]]
    for column in ("wiped", "replaced"):
        told += [call_loss(column, name) for name in change[column].split(",") if name]
    told += [f"over a change {OVER[change['reason']]}"] if change["reason"] in OVER else []
    return ", ".join(told)


def _count_names(names: Iterable[str]) -> Counter[str]:
    """Count fields that are named in texts, joined by commas."""
    return Counter(name for each in names for name in each.split(",") if name)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
