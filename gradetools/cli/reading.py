"""Commands that only look: `check` and `plan`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from gradetools.cli.changes import Changes, tell_options
from gradetools.cli.console import (
    make_console,
    print_json,
    show_conflicts,
    show_findings,
    show_harm,
    show_plan,
    show_sheet,
)
from gradetools.cli.job import Job, open_job
from gradetools.cli.options import AsJson, Reading, SheetPath, with_options
from gradetools.columns import write_columns
from gradetools.files import check_free, write_plan

SaveColumns = Annotated[
    Path | None,
    typer.Option(
        "--save-columns",
        metavar="FILE",
        help="Write what each column was taken for to this file, to correct it and give it back with --columns.",
    ),
]


@with_options
def check(
    sheet: SheetPath,
    how: Reading,
    changes: Changes,
    save_columns: SaveColumns = None,
    as_json: AsJson = False,
) -> None:
    """Say everything that is wrong with a sheet, before anything is sent."""
    console = make_console(as_json=as_json)
    with open_job(sheet, how, changes, console, yes=True) as job:
        show_sheet(console, job.sheet, job.columns, job.snapshot)
        show_findings(console, job.checked, tell_options(job.checked))
        _save_columns(job, save_columns, console)
        console.print(f"Entries: {job.plan.tell_counts()}")
        show_harm(console, job.plan, where="`gradetools plan` lists them")
        show_conflicts(console, job.plan)
        if as_json:
            findings = job.checked.findings.to_dict(orient="records")
            print_json({**_facts(job), "findings": findings})
        raise typer.Exit(_exit_code(job))


@with_options
def plan(
    sheet: SheetPath,
    how: Reading,
    changes: Changes,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="PLAN", help="Write the plan to this file, to push it later."
        ),
    ] = None,
    save_columns: SaveColumns = None,
    as_json: AsJson = False,
) -> None:
    """Show what a push would change, and save it as a plan that is pushed exactly so."""
    console = make_console(as_json=as_json)
    if save is not None:
        check_free(save)
    with open_job(sheet, how, changes, console, yes=True) as job:
        show_sheet(console, job.sheet, job.columns, job.snapshot)
        show_findings(console, job.checked, tell_options(job.checked))
        _save_columns(job, save_columns, console)
        show_plan(console, job.plan)
        if save is not None:
            write_plan(job.plan, save)
            console.print(
                f"Saved. Push it with: gradetools push {escape(shlex.quote(str(save)))} --agreed {job.plan.fingerprint}",
                soft_wrap=True,
            )
        if as_json:
            print_json(_facts(job))
        raise typer.Exit(_exit_code(job))


def _save_columns(job: Job, file: Path | None, console: Console) -> None:
    if file is not None:
        write_columns(job.columns, file)
        console.print(
            f"Saved. Correct {escape(str(file))} and give it back with --columns.", soft_wrap=True
        )


def _facts(job: Job) -> dict[str, object]:
    return {
        "sheet": job.sheet.name,
        "format": job.sheet.format,
        "environment": job.plan.environment.name,
        "fingerprint": job.plan.fingerprint,
        "rows": len(job.plan.changes),
        "actions": dict(job.plan.counts),
        "ignored": {str(meaning.column): meaning.reason for meaning in job.columns.ignored},
    }


def _exit_code(job: Job) -> int:
    counts = job.plan.counts
    return 1 if counts["blocked"] or counts["conflict"] else 0
