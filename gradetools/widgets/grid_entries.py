"""The entries of a receipt as the grid shows them: what went wrong first, one view for each state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.dialects import parse
from gradetools.plan import HARM, KEPT_THEIRS, mark_harm, tell_fields
from gradetools.receipt import GOOD_STATES, NOT_AS_SENT, UNDONE, WRITTEN, Receipt
from gradetools.widgets.grid_changes import OLD_NEW, WHY, either, lay_out
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
#: Of what was not sent of a push that was stopped and then taken back.
NEVER_SENT: Final = "Never sent, and not gone on with: what was written is taken back. To write the sheet anew, preview its changes again."
_GONE: Final = ("info", "never sent")
#: Of a failed entry whose outcome is unknown.
_UNSURE: Final = ("error", "perhaps written")
#: Of one that failed although something was stored.
_UNLIKE: Final = ("error", "stored otherwise than sent")
#: Of one that was tried again with success.
_MENDED: Final = (("info", "tried again with success"), ("info", "settled: what is there stays"))
_HARM_TIP: Final = "The grade that was there lost this."


def show_entries(receipt: Receipt, mended: Mapping[int, Mended] | None = None) -> Table:
    """Make the table of a receipt's entries; labels are the entries' numbers.

    Args:
        receipt: whose.
        mended: entry to the push that tried it again with success; these are no problem any more.
    """
    rank = receipt.entries["state"].map({state: place for place, state in enumerate(_ORDER)})
    entries = receipt.entries.iloc[np.argsort(rank.to_numpy(), kind="stable")]
    words = receipt.words[entries.index]
    # Of one that was killed nobody knows what was sent.
    gone = bool(receipt.taken_back_by and receipt.finished)
    if gone:
        sent = entries["state"] != "unsent"
        entries = entries.assign(message=entries["message"].where(sent, NEVER_SENT))
    # What an undo takes away is what it is for.
    harm = [] if receipt.undo_of else [_mark_harm(entries)]
    before, after = receipt.entries["before"].to_dict(), receipt.entries["after"].to_dict()

    whole = len(entries) == 1  # as its preview told it

    def tell(entry: int) -> str:
        fields = tell_fields(_record(before[entry]), _record(after[entry]), whole=whole)
        return "\n".join(fields)

    return Table(
        lay_out(entries, "state", words),
        marks=pd.concat([_mark(entries, mended or {}, gone=gone), *harm], ignore_index=True),
        views=_list_views(entries, words, mended or {}),
        told={OLD_NEW: tell},
        labelled=False,
        spare=frozenset({WHY}),
    )


class Mended(NamedTuple):
    """The push that tried an entry again with success, and whether that was to leave what is there."""

    push_id: str
    kept: bool


def find_mended(retries: Iterable[Receipt]) -> dict[int, Mended]:
    """Give for each entry what tried it again with success, of the pushes that tried again and still stand."""
    return {
        int(entry): Mended(retry.push_id, reason == KEPT_THEIRS)
        for retry in retries
        if not retry.taken_back_by
        for entry, state, reason in zip(
            retry.entries.index, retry.entries["state"], retry.entries["reason"], strict=True
        )
        if state in GOOD_STATES
    }


def _record(text: object) -> Mapping[str, object] | None:
    return parse(text) if isinstance(text, str) else None


def _mark(entries: pd.DataFrame, mended: Mapping[int, Mended], *, gone: bool) -> pd.DataFrame:
    """Mark in words what is not as it should be, and what is by now; what is `gone` is not gone on with."""
    kinds = {**_MARKS, "unsent": _GONE} if gone else _MARKS
    bad = entries[entries["state"].isin(list(_MARKS)).to_numpy()]
    known = {"outcome-unknown": _UNSURE, NOT_AS_SENT: _UNLIKE}
    found = [
        _MENDED[mended[entry].kept] if entry in mended else known.get(reason, kinds[state])
        for entry, state, reason in zip(bad.index, bad["state"], bad["reason"], strict=True)
    ]
    whys = either(bad, "message", "reason").tolist()
    return pd.DataFrame(
        {
            "row": bad.index.astype(object),
            "column": "state",
            "kind": [kind for kind, _ in found],
            "words": [words for _, words in found],
            "tip": [
                f"At first: {why} {_tell_mended(mended[entry])}" if entry in mended else why
                for entry, why in zip(bad.index.tolist(), whys, strict=True)
            ],
        },
        columns=list(MARK_COLUMNS),
    )


def _tell_mended(mended: Mended) -> str:
    done = "Settled by push {}: what is there stays." if mended.kept else "Tried again by push {}."
    return done.format(mended.push_id)


def _mark_harm(entries: pd.DataFrame) -> pd.DataFrame:
    """Mark in words what a grade that was there lost."""
    written = entries[entries["state"].isin(WRITTEN).to_numpy()]
    told = [
        (entry, mark_harm(change))
        for entry, change in zip(written.index, written.to_dict(orient="records"), strict=True)
    ]
    marks = [(entry, "state", "info", words, _HARM_TIP) for entry, words in told if words]
    return pd.DataFrame(marks, columns=list(MARK_COLUMNS), dtype=object)


def _list_views(
    entries: pd.DataFrame, words: pd.Series, mended: Mapping[int, Mended]
) -> dict[str, NDArray[np.bool_]]:
    """List what can be looked at alone; only what has any rows."""
    states = entries["state"]
    well = states.isin(list(GOOD_STATES)).to_numpy() | entries.index.isin(list(mended))
    views = {PROBLEMS: ~well}
    views |= {word: (words == word).to_numpy() for word in (*_ORDER, *UNDONE)}
    written = states.isin(WRITTEN).to_numpy()
    for name, word in HARM:
        # Of what an undo removed nothing is left to have lost its score.
        views[word] = written & entries[name].to_numpy(dtype=bool) & (words != UNDONE[0]).to_numpy()
    return {name: mask for name, mask in views.items() if mask.any()}
