"""The entries of a receipt as the grid shows them: what went wrong first, one view for each state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.dialects import parse
from gradetools.plan import HARM, mark_harm, tell_fields
from gradetools.receipt import GOOD_STATES, UNDONE, WRITTEN, Receipt
from gradetools.widgets.grid_changes import OLD_NEW, either, lay_out
from gradetools.widgets.grid_window import MARK_COLUMNS, Table

#: What is looked at first.
PROBLEMS: Final = "problems"
#: What an analyst looks at first.
_ORDER: Final = (
    *("failed", "conflict", "blocked", "unsent"),
    *("updated", "created", "unchanged", "skipped"),
)
_MARKS: Final = {
    "failed": ("error", "not written"),
    "conflict": ("question", "not written"),
    "blocked": ("error", "not written"),
    "unsent": ("warning", "not sent yet"),
}
#: Of a failed entry whose outcome is unknown.
_UNSURE: Final = ("error", "perhaps written")
_HARM_TIP: Final = "The grade that was there lost this."


def show_entries(receipt: Receipt) -> Table:
    """Make the table of a receipt's entries; labels are the entries' numbers."""
    rank = receipt.entries["state"].map({state: place for place, state in enumerate(_ORDER)})
    entries = receipt.entries.iloc[np.argsort(rank.to_numpy(), kind="stable")]
    words = receipt.words[entries.index]
    # What an undo takes away is what it is for.
    harm = [] if receipt.undo_of else [_mark_harm(entries)]
    before, after = receipt.entries["before"].to_dict(), receipt.entries["after"].to_dict()

    def tell(entry: int) -> str:
        return "\n".join(tell_fields(_record(before[entry]), _record(after[entry])))

    return Table(
        lay_out(entries, "state", words),
        marks=pd.concat([_mark(entries), *harm], ignore_index=True),
        views=_list_views(entries, words),
        told={OLD_NEW: tell},
        labelled=False,
    )


def _record(text: object) -> Mapping[str, object] | None:
    return parse(text) if isinstance(text, str) else None


def _mark(entries: pd.DataFrame) -> pd.DataFrame:
    """Mark in words what is not as it should be."""
    bad = entries[entries["state"].isin(list(_MARKS)).to_numpy()]
    found = [
        _UNSURE if reason == "outcome-unknown" else _MARKS[state]
        for state, reason in zip(bad["state"].tolist(), bad["reason"].tolist(), strict=True)
    ]
    return pd.DataFrame(
        {
            "row": bad.index.astype(object),
            "column": "state",
            "kind": [kind for kind, _ in found],
            "words": [words for _, words in found],
            "tip": either(bad, "message", "reason").tolist(),
        },
        columns=list(MARK_COLUMNS),
    )


def _mark_harm(entries: pd.DataFrame) -> pd.DataFrame:
    """Mark in words what a grade that was there lost."""
    written = entries[entries["state"].isin(WRITTEN).to_numpy()]
    told = [
        (entry, mark_harm(change))
        for entry, change in zip(written.index, written.to_dict(orient="records"), strict=True)
    ]
    marks = [(entry, "state", "info", words, _HARM_TIP) for entry, words in told if words]
    return pd.DataFrame(marks, columns=list(MARK_COLUMNS), dtype=object)


def _list_views(entries: pd.DataFrame, words: pd.Series) -> dict[str, NDArray[np.bool_]]:
    """List what can be looked at alone; only what has any rows."""
    states = entries["state"]
    views = {PROBLEMS: ~states.isin(list(GOOD_STATES)).to_numpy()}
    views |= {word: (words == word).to_numpy() for word in (*_ORDER, *UNDONE)}
    written = states.isin(WRITTEN).to_numpy()
    for name, word in HARM:
        # What an undo removed is called so already.
        views[word] = (
            views[word]
            if word in UNDONE and views[word].any()
            else written & entries[name].to_numpy(dtype=bool)
        )
    return {name: mask for name, mask in views.items() if mask.any()}
