"""`history`: what was pushed, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape

from gradetools.cli.console import WAYS, make_console, print_json
from gradetools.cli.options import AsJson
from gradetools.journal import list_pushes
from gradetools.receipt import PushSummary, count_left, count_mended, find_retries, name_retried
from gradetools.settings import load_settings


def history(as_json: AsJson = False) -> None:
    """List the pushes of this machine, newest first, killed ones included."""
    receipts = list_pushes(load_settings().data_dir)
    if as_json:
        print_json([receipt.summary() for receipt in receipts])
        return
    console = make_console(as_json=False)
    if not receipts:
        console.print("Nothing was pushed from this machine yet.")
        return
    for receipt in receipts:
        console.print(_tell_push(receipt, receipts), soft_wrap=True)


def _tell_push(push: PushSummary, pushes: Sequence[PushSummary]) -> str:
    """Tell a push in lines that fit a narrow window: what it is, what it did, and what there is to do about it."""
    began = f"{push.started:%Y-%m-%d %H:%M} UTC"
    head = (began, escape(push.environment.name), tell_standing(push, pushes))
    note = f"undo of {push.undo_of}" if push.undo_of else escape(_tell_note(push.note))
    about = (escape(push.sheet or push.about), push.tell_states(), note)
    # The id is there to be copied.
    told = f"[bold]{push.push_id}[/] {' · '.join(head)}\n    {' · '.join(filter(None, about))}"
    return f"{told}\n    {todo}" if (todo := _tell_rest(push, pushes)) else told


def _tell_note(note: str) -> str:
    """Tell a person's note as one, and leave what was noted of a retry as it is; "" for none."""
    retry = f"retry of {name_retried(note)}"
    own = note.removesuffix(retry) if note == retry else note.removesuffix(f" ({retry})")
    told = f"note “{own}”" if own else ""
    return " · ".join(filter(None, [told, retry if own != note else ""]))


def _tell_rest(push: PushSummary, pushes: Sequence[PushSummary]) -> str:
    """Say how to go on with a push, or to try it again, or which one did; "" where nothing is left."""
    retries = find_retries(push, pushes)
    if push.standing == "unfinished":
        return f"Go on with: gradetools push --resume {push.push_id}"
    told = [
        f"tried again by {each.push_id}: {each.tell_states()}{_tell_since(each)}"
        for each in retries
    ]
    failed = push.states["failed"] + push.states["conflict"]
    if push.standing == "done" and failed > count_mended(push, pushes):
        what = "Try again what failed" if push.states["failed"] else "Decide the conflict"
        how = "" if push.states["failed"] else f" {WAYS}"
        told.append(f"{what} with: gradetools push --retry {push.push_id}{how}")
    return "\n    ".join(told)


def _tell_since(retry: PushSummary) -> str:
    return f"; taken back since by {retry.taken_back_by}" if retry.taken_back_by else ""


def tell_standing(push: PushSummary, pushes: Sequence[PushSummary]) -> str:
    """Say what became of a push, by which other push, and what that left."""
    if push.forgotten and push.taken_back_by:
        return f"forgotten, taken back before by {push.taken_back_by}"
    if push.standing == "taken back":
        left = count_left(push, pushes)
        but = f", but for {left:,} left alone" if left else ""
        return f"taken back by {push.taken_back_by}{but}"
    return push.standing
