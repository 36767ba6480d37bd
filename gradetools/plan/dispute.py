"""What becomes of a change that would be written over another edit, somebody's or our own: it is told, and a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from gradetools.dialects import Record, differences, parse
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
#: The same, where the edit is what another push of our own wrote.
OVER_OWN = "over-own-push"
#: Of what is written over, whose change goes.
OVER: Final = {OVER_THEIRS: "of others", OVER_OWN: "of your other push"}
#: The reason of a conflict with what another push of our own wrote.
OWN_PUSH = "changed-by-own-push"
#: Since when, of what was changed after we sent it.
SINCE_SENT = "in the gradebook since it was last sent"
#: So many characters are told of what somebody changed.
_MOST_TOLD = 200


@dataclass(frozen=True)
class Editor:
    """Who changed a grade: somebody, or another push of one's own.

    Attributes:
        push_id: the push; "" for somebody, of whom nothing is known.
        before_that: what can be done about that push before it is decided; "" for nothing.
    """

    push_id: str = ""
    before_that: str = ""

    def tell(self, known: Record | None, held: Record | None, since: str) -> str:
        """Say who did what: `Somebody changed score 9 → 6 since this push`; see `tell_edit`."""
        if not self.push_id:
            return f"Somebody {tell_edit(known, held, since)}"
        # What is known is what the push took back wrote: others may have written between.
        between = ", or one of yours before it," if self.before_that else ""
        return f"Your push {self.push_id}{between} {tell_edit(known, held, since, did='wrote')}"


SOMEBODY = Editor()
#: What pushes sent last: (line item, student) to record text and push.
Pushes = Mapping[tuple[str, str], tuple[str, str]]


def find_editor(pushes: Pushes, grade: tuple[str, str], held: Record | None) -> Editor:
    """Say whose edit a grade is: a push's that sent just what is there, or else somebody's."""
    text, push_id = pushes.get(grade, (None, ""))
    own = push_id and held is not None and not differences(held, parse(text))
    return Editor(push_id) if own else SOMEBODY


def dispute(
    change: Change,
    known: Record | None,
    since: str,
    reason: str,
    on_conflict: OnConflict,
    *,
    editor: Editor = SOMEBODY,
) -> Change:
    """Give what becomes of a change to a grade that was edited; each ending says who did what.

    Args:
        change: what we would write, and what is there now.
        known: the grade as we last knew it.
        since: since when, as the sentence goes on: `since this push`.
        reason: the conflict's, where it is somebody's and to be decided yet.
        on_conflict: "stop" leaves it to be decided, "ours" writes over the edit, "theirs" leaves it.
        editor: whose edit it is.
    """
    told = editor.tell(known, change.before, since)
    stays = _tell_stays(known, change, "Its" if editor.push_id else "Their")
    if on_conflict == "ours":
        goes = "that is written over" if editor.push_id else "ours is written over it"
        message = " ".join(filter(None, [f"{told}; {goes}.{stays}", change.message]))
        over = OVER_OWN if editor.push_id else OVER_THEIRS
        return replace(change, reason=over, message=message)
    if on_conflict == "theirs":
        left = f"{told}; that stays."
        return Change("skip", change.sourced_id, change.before, None, KEPT_THEIRS, left)
    first = f"{editor.before_that}, " if editor.before_that else ""
    asked = f"{told}; {first}write over that, or leave it?{stays}"
    reason = OWN_PUSH if editor.push_id else reason
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


def tell_edit(
    known: Record | None, held: Record | None, since: str, *, did: str = "changed"
) -> str:
    """Say what was done to a grade since we knew it: `changed score 9.5 → 10 since it was last sent`."""
    if is_active(known) and not is_active(held):
        return f"removed this grade {since}"
    if not is_active(held):
        return f"made this grade and removed it {since}"
    told = shorten(tell_change(known, held), _MOST_TOLD) or "it"
    return f"{did} {told} {since}"


def _tell_stays(known: Record | None, change: Change, whose: str) -> str:
    """Say what of an edit stays although the change is written: ` Their comment stays.`; "" for nothing."""
    if not (is_active(known) and is_active(change.before) and is_active(change.after)):
        return ""
    written = set(differences(change.before, change.after))
    stays = [name for name in differences(known, change.before) if name not in written]
    told = ", ".join(call_field(name) for name in stays)
    return f" {whose} {told} {'stays' if len(stays) == 1 else 'stay'}." if stays else ""
