"""Several scores of one student for one line item: which of them counts, where `Columns.attempts` says how to choose."""

from __future__ import annotations

import zoneinfo
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks.facts import Facts
from gradetools.checks.values import Kind


def compare_attempts(facts: Facts, blocked: NDArray[np.bool_]) -> pd.DataFrame:
    """Say of each entry that is not the only one for its grade whether it counts.

    The best is the highest score, the first of several; letters never beat a number. The latest and the first go by
    the score date where each attempt of the group has one, else by their place in the sheet. A blank cell with a
    remark is no attempt, and counts only where there is none.

    Args:
        facts: everything that is known.
        blocked: for each entry, whether something else is wrong with it.

    Returns:
        DataFrame, index "entry": grade (`Facts.grades`), hinders (the entry is blocked, or clears the grade),
        disputed (nothing is chosen for this grade), dated (the choice went by dates), taken.
    """
    how, grades = facts.columns.attempts, facts.grades[facts.grades >= 0]
    grades = grades[grades.duplicated(keep=False).to_numpy()]
    entries = facts.entries.iloc[grades.index]
    kind = entries["kind"].to_numpy()
    attempt = ~np.isin(kind, (Kind.BLANK, Kind.SKIP))
    table = pd.DataFrame({"grade": grades, "hinders": blocked[grades.index] | (kind == Kind.CLEAR)})
    table["disputed"] = table.groupby("grade")["hinders"].transform("any") | (how == "refuse")
    when = _read_dates(entries["score_date"], facts.snapshot.time_zone)
    dated = pd.Series(~np.isnan(when) | ~attempt, index=table.index)
    table["dated"] = dated.groupby(table["grade"]).transform("all") & (how in ("latest", "first"))
    place = np.arange(len(table))
    if how == "best":
        rank = -entries["score"].fillna(-np.inf).to_numpy()
    else:
        rank = np.where(table["dated"] & attempt, np.nan_to_num(when), 0)
        rank, place = (-rank, -place) if how == "latest" else (rank, place)
    order = np.lexsort((place, rank, ~attempt, table["grade"]))
    first = ~table["grade"].iloc[order].duplicated()
    table["taken"] = first.reindex(table.index) & ~table["disputed"]
    return table


def _read_dates(texts: pd.Series, zone: str) -> NDArray[np.float64]:
    """Read ISO 8601 as seconds, NaN where there is none; a day begins in the zone of the settings."""
    codes, known = pd.factorize(texts)
    # What stands for none has the number -1, the last.
    return np.array([*(_read_date(text, zone) for text in known), np.nan]).take(codes)


def _read_date(text: Any, zone: str) -> float:  # noqa: ANN401 - a text, or what stands for none
    moment = pd.Timestamp(text)
    moment = moment if moment.tzinfo else moment.tz_localize(zoneinfo.ZoneInfo(zone))
    return float(moment.timestamp())
