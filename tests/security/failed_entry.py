"""One failed entry of a small sheet, as a receipt's files tell of it."""

from __future__ import annotations

import pandas as pd

from gradetools.receipt import OUTCOME_COLUMNS

_COLUMNS = ["line", "column", "occurrence", *OUTCOME_COLUMNS]


def make_failed(reason: str, message: str, request_id: str) -> pd.DataFrame:
    """Make the table of entries of a push whose only one, line 2 of the column Quiz, failed."""
    row = [2, "Quiz", 1, "failed", reason, message, None, request_id, None]
    return pd.DataFrame([row], columns=_COLUMNS)
