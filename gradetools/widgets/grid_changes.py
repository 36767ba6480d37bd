"""A plan as the grid shows it: old and new side by side, what changes a grade first, the unchanged out of sight."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.dialects import parse
from gradetools.distribution import read_score
from gradetools.plan import OVER, STATUS_STAYS, WRITES, Plan, call_loss, mark_harm, tell_fields
from gradetools.telling import tell_skipped
from gradetools.widgets.grid_window import MARK_COLUMNS, Table

#: What an analyst looks at first: what is to be decided, then what changes a grade that is there.
_ORDER: Final = ("conflict", "update", "create", "blocked", "unchanged", "skip")
#: Whose change is in dispute.
_BY_OWN: Final = "by another push of yours"
#: What would not be written, and asks nothing.
_QUIET: Final = ("unchanged", "skip")
#: What is looked at first.
CHANGES: Final = "changes and problems"
#: What is there already, and marked as if it were not.
STAYS: Final = "unchanged, with a note"
OLD_NEW, WHY = "old → new", "note"


def show_changes(plan: Plan) -> Table:
    """Make the table of a plan's changes, in the order in which they are looked at; labels are the entries' numbers."""
    rank = plan.changes["action"].map({action: place for place, action in enumerate(_ORDER)})
    order = np.argsort(rank.to_numpy(), kind="stable")
    changes, harms = plan.changes.iloc[order], plan.harms.iloc[order]
    words = plan.words[changes.index]
    doubtful = changes.index[plan.doubtful[changes.index].to_numpy()]
    before, after = plan.changes["before"], plan.changes["after"]

    whole = len(changes) == 1  # who fills in one grade wants to see all of it

    def tell(entry: int) -> str:
        return "\n".join(tell_fields(parse(before[entry]), parse(after[entry]), whole=whole))

    return Table(
        lay_out(changes, "what", words),
        marks=pd.concat(
            [_mark_harm(changes, harms), _mark(changes), _mark_doubt(doubtful)], ignore_index=True
        ),
        views=_list_views(plan, changes),
        told={OLD_NEW: tell},
        labelled=False,
        spare=frozenset({WHY}),
        measured=_choose_measured(changes),
    )


def _choose_measured(changes: pd.DataFrame) -> NDArray[np.bool_]:
    """Say which rows the columns' widths go by: those that are looked at first, or all where there are none."""
    loud: NDArray[np.bool_] = ~changes["action"].isin(_QUIET).to_numpy()
    return loud if loud.any() else ~loud


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
    reasons = {reason: tell_skipped([reason]) or reason for reason in changes["reason"].unique()}
    told = zip(changes["message"].tolist(), changes["reason"].tolist(), strict=True)
    return [message or reasons[reason] for message, reason in told]


def _read_scores(records: pd.Series) -> list[object]:
    """Give the new scores, or text scores, for sorting; blank where there is none."""
    scores = (read_score(text) for text in records.tolist())
    return ["" if score is None else score for score in scores]


def _mark_harm(changes: pd.DataFrame, harms: pd.Series) -> pd.DataFrame:
    """Mark in words what a grade that is there would lose, whose change goes, and which text would be replaced."""
    writes = changes["action"].isin(WRITES).to_numpy()
    harmful = harms.to_numpy(dtype=bool)
    replaced = changes["replaced"]
    marked = harmful | (writes & (replaced != "").to_numpy())
    # Who was excused is minded as a lowered grade is, and is no loss all the same.
    loud = harmful | replaced.map(lambda names: "scoreStatus" in names.split(",")).to_numpy(
        dtype=bool
    )
    found = changes[marked].to_dict(orient="records")
    warned = changes.index[writes & (changes["message"] != "").to_numpy()]
    marks = [
        (entry, "what", "warning" if minded else "info", mark_harm(change), change["message"] or _HARM_TIP if harm else _REPLACED_TIP)
        for entry, minded, harm, change in zip(changes.index[marked], loud[marked], harmful[marked], found, strict=True)
    ]  # fmt: skip
    marks += [(entry, WHY, "warning", "", changes["message"][entry]) for entry in warned]
    # The note may be out of sight, in a narrow window; a row that has one looks it.
    marks += [
        (entry, "what", "warning", "see the note", changes["message"][entry])
        for entry in warned.difference(changes.index[marked], sort=False)
    ]
    return pd.DataFrame(marks, columns=list(MARK_COLUMNS), dtype=object)


def _mark(changes: pd.DataFrame) -> pd.DataFrame:
    """Mark in words what is disputed or blocked."""
    action = changes["action"]
    disputed, own = action == "conflict", changes["reason"] == "changed-by-own-push"
    marked = [
        (changes[(disputed & ~own).to_numpy()], "question", "changed by others"),
        (changes[(disputed & own).to_numpy()], "question", _BY_OWN),
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


def _mark_doubt(entries: pd.Index) -> pd.DataFrame:
    """Mark what would be written with a score and a status that expects none."""
    marks = [(entry, OLD_NEW, "warning", "", _DOUBT_TIP) for entry in entries]
    return pd.DataFrame(marks, columns=list(MARK_COLUMNS), dtype=object)


_DOUBT_TIP: Final = "The score status expects no score, and there is one."
_HARM_TIP: Final = "The grade that is there would lose this."
_REPLACED_TIP: Final = "Something else would stand in its place."
_TIPS: Final = {
    _BY_OWN: "Another push of yours changed this grade.",
    "changed by others": "Somebody else changed this grade.",
    "not written": "Something is wrong with this entry; see Check.",
}


def _list_views(plan: Plan, changes: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    """List what can be looked at alone, by the words of the rows; only what has any rows."""
    order, words = changes.index, plan.words[changes.index]
    writes = changes["action"].isin(WRITES).to_numpy()
    harmful = plan.harms[order].to_numpy(dtype=bool)
    views = {
        CHANGES: ~changes["action"].isin(_QUIET).to_numpy(),
        "lowered": harmful & changes["lowered"].to_numpy(dtype=bool),
        "score removed": harmful & changes["cleared"].to_numpy(dtype=bool),
        "with a warning": plan.warned[order].to_numpy(dtype=bool),
        STAYS: (changes["reason"] == STATUS_STAYS).to_numpy(),
        **{
            f"changes {whose} overwritten": writes & (changes["reason"] == reason).to_numpy()
            for reason, whose in OVER.items()
        },
    }
    for column, looked_at in (("wiped", harmful), ("replaced", writes)):
        names = changes[column]
        every = dict.fromkeys(name for each in names.unique() for name in each.split(",") if name)
        for name in every:
            holds = names.map(lambda each, name=name: name in each.split(",")).to_numpy(dtype=bool)
            # A score goes as well where only a text score is left of it.
            called = call_loss(column, name)
            views[called] = views.get(called, False) | (looked_at & holds)
    views |= {name: (words == name).to_numpy() for name in ("restore", "remove", *_ORDER)}
    return {name: mask for name, mask in views.items() if mask.any()}
