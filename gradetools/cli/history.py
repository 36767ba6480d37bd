"""`history`: what was pushed, and what came of it."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

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
    table = Table(show_edge=False)
    # The id is there to be copied.
    table.add_column("push", no_wrap=True)
    for name in ("environment", "started", "sheet", "status", "entries", "note"):
        table.add_column(name, overflow="fold")
    for receipt in receipts:
        states = ", ".join(f"{count} {state}" for state, count in receipt.states.items() if count)
        note = f"undo of {receipt.undo_of}" if receipt.undo_of else receipt.note
        table.add_row(
            receipt.push_id,
            escape(receipt.environment.name),
            f"{receipt.started:%Y-%m-%d %H:%M}",
            escape(receipt.sheet),
            tell_standing(receipt),
            states or "nothing to do",
            escape(note),
        )
    console.print(table)


def tell_standing(push: PushSummary) -> str:
    """Say what became of a push, and by which other push."""
    if push.standing == "taken back":
        return f"taken back by {push.taken_back_by}"
    return push.standing
