"""What becomes of a change that would be written over somebody else's edit: it is told, and a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from gradetools.dialects import Record, differences
from gradetools.plan.merge import Change, is_active
from gradetools.showing import shorten
from gradetools.telling import call_field, tell_change

#: What to do with them: leave them out and say so, write over what is there, or leave what is there.
OnConflict = Literal["stop", "ours", "theirs"]
#: One decision for all, or one for each entry; what is not named there is left out and told.
Decisions = OnConflict | Mapping[int, OnConflict]
#: The reason of a change that is not written because a person decided that somebody else's edit stays.
KEPT_THEIRS = "kept-theirs"
#: The reason of a change that is written although somebody else's edit goes with it, because a person decided so.
OVER_THEIRS = "over-theirs"
#: Since when, of what was changed after we sent it.
SINCE_SENT = "in the gradebook since it was last sent"
#: So many characters are told of what somebody changed.
_MOST_TOLD = 200


def dispute(
    change: Change, known: Record | None, since: str, reason: str, on_conflict: OnConflict
) -> Change:
    """Give what becomes of a change to a grade that somebody edited; each ending says what they did.

    Args:
        change: what we would write, and what is there now.
        known: the grade as we last knew it.
        since: since when, as the sentence goes on: `since this push`.
        reason: the conflict's, where it is to be decided yet.
        on_conflict: "stop" leaves it to be decided, "ours" writes over their edit, "theirs" leaves it.
    """
    told = f"Somebody {tell_edit(known, change.before, since)}"
    stays = _tell_stays(known, change)
    if on_conflict == "ours":
        message = " ".join(
            filter(None, [f"{told}; ours is written over it.{stays}", change.message])
        )
        return replace(change, reason=OVER_THEIRS, message=message)
    if on_conflict == "theirs":
        left = f"{told}; that stays."
        return Change("skip", change.sourced_id, change.before, None, KEPT_THEIRS, left)
    asked = f"{told}; write over that, or leave it?{stays}"
    return replace(change, action="conflict", reason=reason, message=asked)


def ask_again(change: Change, reason: str, message: str, on_conflict: OnConflict) -> Change:
    """Give what becomes of a change that was in dispute before, where nothing is known of what the other wrote.

    Args:
        change: what we would write, and what is there now.
        reason: the conflict's, where it is to be decided yet.
        message: what asks so.
        on_conflict: as in `dispute`.
    """
    if on_conflict == "theirs":
        left = "What is there stays."
        return Change("skip", change.sourced_id, change.before, None, KEPT_THEIRS, left)
    if on_conflict == "ours":
        told = " ".join(filter(None, ["Ours is written over what is there.", change.message]))
        return replace(change, reason=OVER_THEIRS, message=told)
    return replace(change, action="conflict", reason=reason, message=message)


def split_decisions(decisions: Decisions) -> tuple[OnConflict, Mapping[int, OnConflict]]:
    """Give the decision that holds in general, also for what is changed while a push runs, and those of single entries."""
    return (decisions, {}) if isinstance(decisions, str) else ("stop", decisions)


def tell_edit(known: Record | None, held: Record | None, since: str) -> str:
    """Say what somebody did to a grade since we knew it: `changed score 9.5 → 10 since it was last sent`."""
    if is_active(known) and not is_active(held):
        return f"removed this grade {since}"
    told = shorten(tell_change(known, held), _MOST_TOLD) or "it"
    return f"changed {told} {since}"


def _tell_stays(known: Record | None, change: Change) -> str:
    """Say what of somebody's edit stays although the change is written: ` Their comment stays.`; "" for nothing."""
    if not (is_active(known) and is_active(change.before) and is_active(change.after)):
        return ""
    written = set(differences(change.before, change.after))
    stays = [name for name in differences(known, change.before) if name not in written]
    told = ", ".join(call_field(name) for name in stays)
    return f" Their {told} {'stays' if len(stays) == 1 else 'stay'}." if stays else ""
