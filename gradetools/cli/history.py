"""`history`: what was pushed, and what came of it."""

from __future__ import annotations

from rich.markup import escape

from gradetools.cli.console import make_console, print_json
from gradetools.cli.options import AsJson
from gradetools.journal import list_pushes
from gradetools.receipt import PushSummary
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
        console.print(_tell_push(receipt), soft_wrap=True)


def _tell_push(push: PushSummary) -> str:
    """Tell a push in two lines that fit a narrow window: what it is, and what it did."""
    began = f"{push.started:%Y-%m-%d %H:%M} UTC"
    head = (began, escape(push.environment.name), tell_standing(push))
    note = f"undo of {push.undo_of}" if push.undo_of else escape(push.note)
    about = (escape(push.sheet or push.about), push.tell_states(), note)
    # The id is there to be copied.
    return f"[bold]{push.push_id}[/] {' · '.join(head)}\n    {' · '.join(filter(None, about))}"


def tell_standing(push: PushSummary) -> str:
    """Say what became of a push, and by which other push."""
    if push.standing == "taken back":
        return f"taken back by {push.taken_back_by}"
    return push.standing
