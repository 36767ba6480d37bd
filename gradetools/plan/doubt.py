"""Records that are odd: a score beside a score status that expects none, late and missing, a date far ahead, an id that stands twice."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import pandas as pd

from gradetools.dialects import differences, is_official_source, parse, tell_date
from gradetools.telling import tell_needless_score

#: A date so far ahead is more likely a slip in the year.
_FAR: Final = dt.timedelta(days=366)

#: Texts of records that are worth a look, which most are not.
_EXPECTS_NONE: Final = r'"scoreStatus":"(?:exempt|not submitted|submitted)"'


def find_needless_scores(records: pd.Series) -> pd.Series:
    """Say of each record, as JSON text or None, whether it has a score or text score that its score status does not expect."""
    texts = records.astype(object)
    likely = texts[texts.str.contains(_EXPECTS_NONE, na=False).to_numpy(dtype=bool)]
    found = [entry for entry, text in likely.items() if tell_needless_score(parse(text) or {})]
    return pd.Series(texts.index.isin(found), index=texts.index)


def mind_record(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    wanted: Collection[str],
    *,
    today: str,
    assigned: str,
) -> str:
    """Say what is odd about what somebody fills in for one grade; "" where nothing is.

    Args:
        before: the record that is there; None where there is none.
        after: the record that would be, as a Result has it.
        wanted: the fields that were filled in.
        today: the date that is sent where there is none.
        assigned: when the line item was given to the class, "" where that is not known.
    """
    changed = {*wanted} & {*differences(before, after)}
    told = []
    if "scoreDate" in changed and after.get("scoreDate"):
        told.append(mind_date(str(after["scoreDate"]), today=today, assigned=assigned))
    if {"late", "missing"} & changed:
        told.append(mind_flags(after))
    if "learningObjectiveSet" in changed:
        told += _mind_objectives(after.get("learningObjectiveSet") or [])
    return " ".join(filter(None, told))


def mind_date(date: str, *, today: str = "", assigned: str = "") -> str:
    """Say that a score date is far ahead, or before its line item was given; "" where it is neither."""
    day = _day(date)
    if today and day > _day(today) + _FAR:
        return f"{day} is more than a year ahead."
    if assigned and day < _day(assigned):
        return f"{day} is before this was assigned, {_day(assigned)}."
    return ""


def mind_flags(record: Mapping[str, Any]) -> str:
    """Say of a grade that it is marked as late and as missing; "" where it is not."""
    both = record.get("late") == record.get("missing") == "true"
    return "“Late” says that it was handed in, “missing” that it was not: both are true." if both else ""  # fmt: skip


def _mind_objectives(sets: list[Mapping[str, Any]]) -> Iterator[str]:
    """Say of each group of objectives what is odd about its source and its ids."""
    for one in sets:
        source = str(one["source"])
        yield mind_source(source)
        ids = Counter(str(each["learningObjectiveId"]) for each in one["learningObjectiveResults"])
        for key, many in ids.items():
            if many > 1:
                yield f"The objective {key} stands {many} times in a group; a gradebook may keep only one."
            if source == "case" and not is_uuid(key):
                yield f"A CASE identifier is a UUID; {key} is none."


def mind_source(source: str) -> str:
    """Say what is odd about the name of a source, by the standard; "" where nothing is."""
    if not source or is_official_source(source):
        return ""
    if source.lower() in {"case", "unknown", "/case", "/unknown"}:
        meant = source.lower().removeprefix("/")
        return (
            f"“{source}” is not the word of the standard: write {meant}. Some gradebooks refuse it."
        )
    letters = "".join(each for each in source.lower() if each.isascii() and each.isalnum())
    such = f", such as /{letters}" if letters and letters not in {"case", "unknown"} else ""
    return f"“{source}” is not written as the standard wants: a slash, then small letters or digits alone{such}. Some gradebooks refuse it."


def is_uuid(text: str) -> bool:
    """Whether a text is an identifier as 1EdTech CASE has them."""
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


def _day(text: str) -> dt.date:
    """Give the day of a date, by UTC."""
    return dt.date.fromisoformat(tell_date(text)[: len("2026-10-16")])
