"""What scaling a column does, shown at one of its scores."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gradetools.checks import Checked
from gradetools.checks.values import read_number, to_points
from gradetools.snapshot import Snapshot

#: The questions that scaling may answer.
SCALED_BY = (
    "maximum-differs", "all-at-most-one", "most-above-maximum", "most-above-scale", "all-within-maximum",
    "all-far-below-maximum",
)  # fmt: skip


class ScaleExample(NamedTuple):
    """A score as the sheet has it, and what it becomes; as text `0.84 becomes 84`."""

    text: str
    score: float

    def __str__(self) -> str:
        """Say what becomes of it."""
        return f"{self.text} becomes {self.score:g}"


def show_scale(
    checked: Checked, snapshot: Snapshot, column: str, from_maximum: float
) -> ScaleExample | None:
    """Show what becomes of the first score of a column that is a number above zero; None where there is none.

    Args:
        checked: the sheet; whether the column is scaled already is all the same.
        snapshot: what the gradebook knows, from which the line item's range is taken.
        column: a score column.
        from_maximum: the number in the sheet that stands for the line item's maximum.
    """
    columns = checked.columns.score_columns
    names = [str(each.column) for each in columns]
    if column not in names:
        return None
    entries = checked.entries.iloc[names.index(column) :: len(columns)]
    items = snapshot.line_items.set_index("sourced_id")
    answer = checked.columns.answer_to("score-ambiguous", column)
    comma = answer if answer in ("decimal", "thousands") else ""
    for text, item in zip(
        entries["text"].astype(str), entries["line_item"].astype(str), strict=True
    ):
        number = read_number(text.strip(), comma)
        if number is not None and number > 0 and item in items.index:
            low, high = (items.loc[[item], f"result_value_{end}"] for end in ("min", "max"))
            if high.notna().all():
                share = np.array([number / from_maximum])
                score = to_points(share, np.nan_to_num(low.to_numpy()), high.to_numpy())
                return ScaleExample(text.strip(), float(score[0]))
    return None
