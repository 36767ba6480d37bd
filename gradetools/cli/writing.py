"""Commands that write: `import`, `push`, `put`, `undo`; all through the one writer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gradetools.cli.bar import PushBar
from gradetools.cli.changes import Changes, tell_options
from gradetools.cli.console import (
    ask,
    ask_number,
    make_console,
    print_json,
    question,
    say_error,
    say_waiting,
    show_findings,
    show_plan,
    show_pushed,
    show_receipt,
    show_sheet,
)
from gradetools.cli.interrupts import ReceiptFirst
from gradetools.cli.job import Job, open_job
from gradetools.cli.one_result import read_result
from gradetools.cli.options import (
    ConflictPolicy,
    Env,
    OnConflictOption,
    PushId,
    Reading,
    SheetPath,
    Writing,
    with_options,
)
from gradetools.columns.saved import keep_columns
from gradetools.errors import ColumnsError, GradetoolsError, PlanError
from gradetools.files import read_plan
from gradetools.gradebook import Gradebook, connect
from gradetools.journal import check_resumable, complete_id, find_push, open_journal
from gradetools.plan import WRITES, Plan
from gradetools.push import (
    PRODUCTION,
    check_plan,
    plan_rest,
    plan_result,
    plan_retry,
    plan_undo,
    push_plan,
    tell_rest,
)
from gradetools.receipt import Receipt, find_pushed, note_retry
from gradetools.rehearsal import reconnect
from gradetools.report import choose_folder, make_folder, write_receipt
from gradetools.settings import load_settings

#: What is said where a second Ctrl-C ends a push, or the writing of its receipt, at once.
_ENDED = "Ended at once, before the receipt was written; `gradetools history` shows what was written, and by which id to go on."
_ENDED_WHOLE = (
    "Ended at once, while the receipt was written: its files may be missing, but every grade had its turn, and `gradetools "
    "history` shows what was written."
)


@with_options
def import_sheet(
    sheet: SheetPath,
    reading: Reading,
    changes: Changes,
    how: Writing,
) -> None:
    """Read a sheet, show what would change, write it when agreed, and keep a receipt."""
    console = make_console(as_json=how.as_json)
    # Where nobody can be asked, what would change is shown all the same, with the class that would be proposed.
    asked = sys.stdin.isatty() and not how.yes
    with open_job(sheet, reading, changes, console, yes=not asked) as job:
        show_sheet(console, job.sheet, job.columns, job.snapshot)
        show_findings(console, job.checked, tell_options(job.checked))
        try:
            _write(job.plan, job.gradebook, how, console)
        except typer.Exit:
            # Only what a person decided is worth keeping; the rest is suggested again. A rehearsal's ids are invented.
            decided = reading.columns or reading.saved_columns or changes
            if decided and not reading.rehearse:
                _keep(job, console)
            raise


def _keep(job: Job, console: Console) -> None:
    """Keep the columns for the next week; what was pushed counts, whether that works or not."""
    try:
        keep_columns(job.columns, job.gradebook.settings.columns_folder, by="push")
    except ColumnsError as error:
        say_error(str(error))
    else:
        console.print("The columns are kept: next week take them with --saved-columns.")


@with_options
def push(
    plan: Annotated[
        Path | None, typer.Argument(metavar="PLAN", help="A saved plan.", show_default=False)
    ] = None,
    agreed: Annotated[
        str | None,
        typer.Option(
            "--agreed", metavar="FINGERPRINT", help="The fingerprint of the plan you looked at."
        ),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option("--resume", metavar="PUSH_ID", help="Go on with a push that did not finish."),
    ] = None,
    retry: Annotated[
        str | None,
        typer.Option(
            "--retry", metavar="PUSH_ID", help="Try what failed in a push again, as a new push."
        ),
    ] = None,
    *,
    how: Writing,
    env: Env = None,
    on_conflict: OnConflictOption = ConflictPolicy.STOP,
) -> None:
    """Write a saved plan, go on with a push that did not finish, or try again what failed in one."""
    if [plan, resume, retry].count(None) != 2:
        raise PlanError("Name a plan, or a push with --resume or --retry.")
    if retry is None and on_conflict != ConflictPolicy.STOP:
        raise PlanError(
            "--on-conflict goes with --retry alone: a plan keeps the way with conflicts that it was made with."
        )
    console = make_console(as_json=how.as_json)
    if retry is not None:
        with _open_push(retry, env) as (receipt, gradebook):
            noted = replace(how, note=note_retry(receipt.push_id, how.note))
            again = plan_retry(receipt, gradebook, on_conflict=on_conflict.value)
            _write(again, gradebook, noted, console, retry=receipt.push_id)
        return
    if plan is not None:
        saved = read_plan(plan)
        with reconnect(saved.environment, env=env, told=say_waiting) as gradebook:
            with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
                earlier = find_pushed(saved.fingerprint, journal.list_pushes())
            show_pushed(console, earlier)
            _write(saved, gradebook, how, console, agreed=agreed)
        return
    _go_on(str(resume), how, env, console)


def _go_on(push_id: str, how: Writing, env: str | None, console: Console) -> None:
    """Show what is left of a push that did not finish, and write that."""
    data_dir = load_settings(env).data_dir
    push_id = complete_id(push_id, data_dir)
    environment = find_push(push_id, data_dir)
    with open_journal(environment, data_dir) as journal:
        check_resumable(journal.read_summary(push_id))
    with reconnect(environment, env=env, told=say_waiting) as gradebook:
        plan, rest = plan_rest(push_id, gradebook)
        console.print(tell_rest(push_id, plan, rest))
        _write(plan, gradebook, how, console, resume=push_id, shown=rest)


_ONE_RESULT = (
    'One Result as JSON, with the sourcedIds of line item and student: {"lineItem": {"sourcedId": "quiz-1"}, '
    '"student": {"sourcedId": "student-001"}, "score": 9}; bare or as {"result": …}.'
)


@with_options
def put(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help=_ONE_RESULT)],
    how: Writing,
    env: Env = None,
    on_conflict: OnConflictOption = ConflictPolicy.STOP,
) -> None:
    """Create or change one result: read, merged, shown, written, journaled."""
    result = read_result(file)
    console = make_console(as_json=how.as_json)
    with connect(env, told=say_waiting) as gradebook:
        _write(
            plan_result(result, gradebook, on_conflict=on_conflict.value), gradebook, how, console
        )


@with_options
def undo(
    push_id: PushId,
    how: Writing,
    env: Env = None,
    on_conflict: OnConflictOption = ConflictPolicy.STOP,
) -> None:
    """Take a push back: restore what it replaced, remove what it created, and show that first."""
    console = make_console(as_json=how.as_json)
    with _open_push(push_id, env) as (receipt, gradebook):
        if receipt.taken_back_by and not how.as_json and _is_undone(receipt, gradebook, console):
            return
        plan = plan_undo(receipt, gradebook, on_conflict=on_conflict.value)
        if (
            not plan.changes["action"].isin({*WRITES, "conflict", "blocked"}).any()
            and not how.as_json
        ):
            show_plan(console, plan)
            console.print("Nothing is left to take back, and nothing was sent.")
            return
        _write(plan, gradebook, how, console)


def _is_undone(receipt: Receipt, gradebook: Gradebook, console: Console) -> bool:
    """Say by which push another was taken back, and whether that left nothing of it: what came later is not its to undo."""
    with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
        undo = journal.read_receipt(receipt.taken_back_by)
    console.print(f"Push {receipt.push_id} was taken back by {undo.push_id}: {undo.tell_states()}.")
    whole = undo.ok and undo.status == "done" and not undo.of_others
    if whole:
        console.print("Nothing is left to take back, and nothing was sent.")
    return whole


@contextmanager
def _open_push(push_id: str, env: str | None) -> Iterator[tuple[Receipt, Gradebook]]:
    """Give what is known of an earlier push, and the gradebook it went to."""
    data_dir = load_settings(env).data_dir
    push_id = complete_id(push_id, data_dir)
    environment = find_push(push_id, data_dir)
    with open_journal(environment, data_dir) as journal:
        receipt = journal.read_receipt(push_id)
    with reconnect(environment, env=env, told=say_waiting) as gradebook:
        yield receipt, gradebook


def _write(
    plan: Plan,
    gradebook: Gradebook,
    how: Writing,
    console: Console,
    *,
    agreed: str | None = None,
    resume: str | None = None,
    retry: str | None = None,
    shown: Plan | None = None,
) -> None:
    """Show a plan, ask, push it, keep the receipt, and exit with the code that tells how it went.

    `shown` is what is left of the plan, where a push of it is gone on with; `retry` the push that is tried again.
    """
    shown = plan if shown is None else shown
    show_plan(console, shown, part_of=plan, push_id=resume or retry or "")
    agreed, confirm = agreed if agreed is not None else plan.fingerprint, how.confirm
    # A number is what production asks for, so it is asked for rather than a yes.
    asks_number = confirm is None and plan.environment.name == PRODUCTION and not how.yes
    allowed = how.allow_unsafe or resume is not None
    if plan.writes and asks_number and sys.stdin.isatty():
        confirm = ask_number(console, plan.writes)
        check_plan(plan, gradebook, agreed=agreed, confirm=confirm, allow_unsafe=allowed)
    elif shown.writes:
        check_plan(plan, gradebook, agreed=agreed, confirm=confirm, allow_unsafe=allowed)
        ask(console, question(shown), yes=how.yes)
    make_folder(how.out or "receipts")
    idle = resume is None and not plan.writes
    if idle:
        console.print(
            f"Nothing to {'take back' if plan.undo_of else 'write'} as it stands; nothing is sent."
        )
    with ReceiptFirst() as first:
        with PushBar(plan.verb, silent=idle, on_end=first.begin) as bar, _honest_code(bar):
            receipt = push_plan(
                plan,
                gradebook,
                agreed=agreed,
                confirm=confirm,
                allow_unsafe=how.allow_unsafe,
                resume=resume,
                workers=how.workers,
                verify=how.verify.value,
                note=how.note,
                progress=bar,
            )
        with _honest_code(bar):
            if resume is not None:
                console.print("Of the whole push, with what was written before:")
            _tell(receipt, plan, how, console)
    raise typer.Exit(0 if receipt.ok else 1)


def _tell(receipt: Receipt, plan: Plan, how: Writing, console: Console) -> None:
    # Said first: the files may fail, and what was written must be known all the same.
    if how.as_json:
        print_json(receipt.summary())
    folder = choose_folder(how.out, receipt.push_id)
    show_receipt(console, receipt, str(folder.resolve()))
    write_receipt(receipt, folder, sheet=plan.sheet)


@contextmanager
def _honest_code(bar: PushBar) -> Iterator[None]:
    """Once anything was tried, what goes wrong is exit code 1: 2 says that nothing was sent."""
    try:
        yield
    except GradetoolsError as error:
        if not bar.tried:
            raise
        say_error(f"{error} `gradetools history` shows what was sent.")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        # The first was a Stop, or waited for the receipt; whoever presses again does not wait for what is under way.
        bar.__exit__()
        say_error(_ENDED_WHOLE if bar.whole else _ENDED)
        raise typer.Exit(1) from None
