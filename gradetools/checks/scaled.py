"""What scaling a column does, shown at one of its scores."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gradetools.checks import Checked
from gradetools.checks.headings import read_stated
from gradetools.checks.values import guess_full_mark, read_number, to_points
from gradetools.snapshot import Snapshot

#: The questions that scaling may answer.
SCALED_BY = (
    "maximum-differs", "all-at-most-one", "most-above-maximum", "many-above-maximum", "most-above-scale",
    "all-within-maximum", "all-far-below-maximum",
)  # fmt: skip
#: Of these the highest score tells the likely full mark.
_BY_HIGHEST = (
    "all-at-most-one", "most-above-maximum", "many-above-maximum", "all-far-below-maximum",
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
    items = snapshot.line_items.set_index("sourced_id")
    for text, number, item in _list_numbers(checked, column):
        if number > 0 and item in items.index:
            low, high = (items.loc[[item], f"result_value_{end}"] for end in ("min", "max"))
            if high.notna().all():
                share = np.array([number / from_maximum])
                score = to_points(share, np.nan_to_num(low.to_numpy()), high.to_numpy())
                return ScaleExample(text, float(score[0]))
    return None


def propose_full_mark(checked: Checked, code: str, column: str) -> str:
    """Propose the full mark to scale a column from, as text; "" where nothing tells one.

    Args:
        checked: the sheet.
        code: the question that scaling is to answer.
        column: a score column.
    """
    numbers = [number for _, number, _ in _list_numbers(checked, column)]
    if code not in _BY_HIGHEST:
        return read_stated(checked.sheet, checked.sheet.key(column), np.array(numbers))
    return str(guess_full_mark(max(numbers))) if numbers else ""


def _list_numbers(checked: Checked, column: str) -> Iterator[tuple[str, float, str]]:
    """Go through the numbers of a score column: text, number and line item."""
    columns = checked.columns.score_columns
    names = [str(each.column) for each in columns]
    if column not in names:
        return
    entries = checked.entries.iloc[names.index(column) :: len(columns)]
    answer = checked.columns.answer_to("score-ambiguous", column)
    comma = answer if answer in ("decimal", "thousands") else ""
    texts, items = (entries[name].astype(str) for name in ("text", "line_item"))
    for text, item in zip(texts.str.strip(), items, strict=True):
        number = read_number(text, comma)
        if number is not None and not math.isnan(number):
            yield text, number, item
