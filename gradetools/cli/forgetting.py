"""`forget`: erase the grades of a push from the journal."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from gradetools.cli.console import ask, make_console, print_json
from gradetools.cli.options import AsJson, PushId
from gradetools.journal import complete_id, forget_push, list_forgettable, list_pushes, tell_loss
from gradetools.receipt import find_retries
from gradetools.settings import load_settings


def forget(
    push_id: PushId,
    yes: Annotated[bool, typer.Option("--yes", metavar="", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase from the journal what a push has of grades, names and texts; it can then no longer be undone."""
    console = make_console(as_json=as_json)
    data_dir = load_settings().data_dir
    push_id = complete_id(push_id, data_dir)
    pushes = list_forgettable(push_id, data_dir)
    retries = find_retries(pushes[0], list_pushes(data_dir))
    console.print(escape(tell_loss(pushes, retries)), soft_wrap=True)
    if number := sum(not push.forgotten for push in pushes):
        what = f"push {push_id}" if number == 1 else f"these {number} pushes"
        ask(console, f"Forget {what}?", yes=yes, kept="nothing was erased")
    forgotten = forget_push(push_id, data_dir)
    console.print("Nothing of its grades is left in the journal.")
    if as_json:
        print_json([push.summary() for push in forgotten])
