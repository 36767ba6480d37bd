"""What the student of a row is called for people: as the gradebook does, or as the sheet does where nobody was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from gradetools.columns import Columns, categorise
from gradetools.sheet import Sheet

#: What comes before the sheet's own words where the gradebook knows nobody, or several.
NOT_FOUND: Final = "not found"
_SEVERAL: Final = "several fit"


def call_students(
    students: pd.DataFrame, sheet: Sheet, columns: Columns, namesakes: Mapping[str, str]
) -> pd.Series:
    """Give each row of students a name to tell: `Ada Example`, or `not found: 205 (Example, Edda)`.

    Args:
        students: `students_matched`.
        sheet: the sheet, whose columns of names say whom it means.
        columns: which these are.
        namesakes: `Snapshot.namesakes`.
    """
    names = _part(students, namesakes)
    missing = np.flatnonzero((students["sourced_id"] == "").to_numpy())
    if not len(missing):
        return names
    rows = students["line"].to_numpy()[missing]
    own = [sheet.column(each.column).loc[rows].tolist() for each in columns.of("name")]
    said = [" ".join(filter(None, texts)) for texts in zip(*own, strict=True)] or [""] * len(rows)
    typed, how = (students[name].iloc[missing].tolist() for name in ("text", "how"))
    called = names.to_numpy(dtype=object, copy=True)
    called[missing] = [_call(*each) for each in zip(typed, said, how, strict=True)]
    return pd.Series(categorise(called), index=names.index)


def _part(students: pd.DataFrame, namesakes: Mapping[str, str]) -> pd.Series:
    """Give the names of those who were found, with something beside them where two are called the same."""
    ids, names = students["sourced_id"], students["name"]
    shared = np.flatnonzero(ids.isin(list(namesakes)).to_numpy())
    if not len(shared):
        return names
    called = names.to_numpy(dtype=object, copy=True)
    called[shared] = [namesakes[each] for each in ids.iloc[shared].tolist()]
    return pd.Series(categorise(called), index=names.index)


def _call(typed: str, said: str, how: str) -> str:
    """Say who was looked for, by what the sheet has of them."""
    words = _SEVERAL if how == "ambiguous" else NOT_FOUND
    told = f"{typed} ({said})" if typed and said else typed or said
    return f"{words}: {told}" if told else words
