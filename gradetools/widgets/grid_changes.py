"""A plan as the grid shows it: old and new side by side, what changes a grade first, the unchanged out of sight."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.dialects import parse
from gradetools.distribution import read_score
from gradetools.plan import WRITES, Plan, tell_change
from gradetools.telling import tell_skipped
from gradetools.widgets.grid_window import MARK_COLUMNS, Table

#: What an analyst looks at first: what changes a grade that is there.
_ORDER: Final = ("update", "create", "conflict", "blocked", "unchanged", "skip")
#: What is looked at first.
CHANGES: Final = "changes and problems"
OLD_NEW, WHY = "old → new", "why"


def show_changes(plan: Plan) -> Table:
    """Make the table of a plan's changes, in the order in which they are looked at; labels are the entries' numbers."""
    rank = plan.changes["action"].map({action: place for place, action in enumerate(_ORDER)})
    changes = plan.changes.iloc[np.argsort(rank.to_numpy(), kind="stable")]
    before, after = plan.changes["before"], plan.changes["after"]

    def tell(entry: int) -> str:
        return tell_change(parse(before[entry]), parse(after[entry]))

    return Table(
        lay_out(changes, "what", plan.words[changes.index]),
        marks=_mark(changes, harmful=not plan.undo_of),
        views=_list_views(changes),
        told={OLD_NEW: tell},
        labelled=False,
    )


def lay_out(changes: pd.DataFrame, called: str, words: pd.Series) -> pd.DataFrame:
    """Lay out the rows of changes or entries, with one word for each under `called`; columns that say nothing are left out."""
    columns = {
        "line": changes["line"].astype(object).where((changes["line"] > 0).to_numpy(), ""),
        "student": either(changes, "student_name", "student"),
        "line item": either(changes, "line_item_title", "column"),
        called: words.astype(object),
        OLD_NEW: _read_scores(changes["after"]),
        WHY: _tell_why(changes),
    }
    frame = pd.DataFrame(columns, index=changes.index)
    return frame[[name for name in frame if (frame[name] != "").any() or name == OLD_NEW]]


def either(changes: pd.DataFrame, first: str, second: str) -> pd.Series:
    """Give the first column's text, and the second's where there is none."""
    texts = changes[first].astype(object)
    return texts.where(
        (texts != "").to_numpy() & texts.notna().to_numpy(), changes[second].astype(object)
    )


def _tell_why(changes: pd.DataFrame) -> list[str]:
    """Say of each change or entry why it is as it is: its message, or what its reason means."""
    told = zip(changes["message"].tolist(), changes["reason"].tolist(), strict=True)
    return [message or tell_skipped([reason]) or reason for message, reason in told]


def _read_scores(records: pd.Series) -> list[object]:
    """Give the new scores, or text scores, for sorting; blank where there is none."""
    scores = (read_score(text) for text in records.tolist())
    return ["" if score is None else score for score in scores]


def _mark(changes: pd.DataFrame, *, harmful: bool) -> pd.DataFrame:
    """Mark what is disputed or blocked in words, and where it would do harm, which an undo does not, what is lowered or removed."""
    action = changes["action"]
    writes = action.isin(WRITES).to_numpy()
    disputed, own = action == "conflict", changes["reason"] == "changed-by-own-push"
    lowered, cleared = (changes[name].to_numpy(dtype=bool) for name in ("lowered", "cleared"))
    marked = [
        (changes[writes & lowered & harmful], "warning", "lowered"),
        (changes[writes & cleared & harmful], "warning", "removed"),
        (changes[(disputed & ~own).to_numpy()], "question", "changed by others"),
        (changes[(disputed & own).to_numpy()], "question", "changed by a later push"),
        (changes[(action == "blocked").to_numpy()], "error", "not written"),
    ]
    parts = [
        pd.DataFrame(
            {
                "row": part.index.astype(object),
                "column": "what",
                "kind": kind,
                "words": words,
                "tip": [message or _TIPS[words] for message in part["message"].tolist()],
            },
            columns=list(MARK_COLUMNS),
        )
        for part, kind, words in marked
    ]
    return pd.concat(parts, ignore_index=True)


_TIPS: Final = {
    "lowered": "The new score is below the old one.",
    "removed": "The grade that is there would be taken away.",
    "changed by a later push": "A later push of yours changed this grade.",
    "changed by others": "Somebody else changed this grade.",
    "not written": "Something is wrong with this entry; see Check.",
}


def _list_views(changes: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    """List what can be looked at alone; only what has any rows."""
    action = changes["action"]
    writes = action.isin(WRITES).to_numpy()
    views = {
        CHANGES: ~action.isin(("unchanged", "skip")).to_numpy(),
        "lowered": writes & changes["lowered"].to_numpy(dtype=bool),
        "removed": writes & changes["cleared"].to_numpy(dtype=bool),
        **{name: (action == name).to_numpy() for name in _ORDER},
    }
    return {name: mask for name, mask in views.items() if mask.any()}
