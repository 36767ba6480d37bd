"""The options that several commands share, told once, as values that the commands receive."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from gradetools.sheet import Sheet, read_sheet


class ConflictPolicy(StrEnum):
    """What to do with what somebody else changed."""

    STOP = "stop"
    OURS = "ours"
    THEIRS = "theirs"


class VerifyPolicy(StrEnum):
    """How much of what was written is read back."""

    SAMPLE = "sample"
    ALL = "all"


SheetPath = Annotated[
    Path,
    typer.Argument(
        metavar="SHEET", help="The grade sheet: CSV, XLSX, XLS, ODS, a OneRoster package."
    ),
]
Env = Annotated[
    str | None,
    typer.Option(
        "--env",
        metavar="NAME",
        help="sandbox, staging or production; by default GRADETOOLS_ENV, else sandbox.",
    ),
]
AsJson = Annotated[
    bool,
    typer.Option(
        "--json", metavar="", help="Print the facts as JSON on stdout, and nothing else there."
    ),
]
PushId = Annotated[
    str,
    typer.Argument(
        metavar="PUSH_ID",
        help="The push, by its id or the last part of that, such as 3fa9c1; see `gradetools history`.",
    ),
]
OnConflictOption = Annotated[
    ConflictPolicy,
    typer.Option(
        "--on-conflict",
        help="What to do with grades that somebody else changed since we sent them: ours writes over their change, "
        "theirs leaves it, stop writes nothing there and says so.",
    ),
]


@dataclass(frozen=True)
class Reading:
    """How a sheet is to be read, and against which gradebook."""

    env: Env = None
    rehearse: Annotated[
        bool,
        typer.Option(
            "--rehearse",
            metavar="",
            help="Practise on a sandbox seeded from the sheet itself; nothing real is touched.",
        ),
    ] = False
    class_ids: Annotated[
        list[str] | None,
        typer.Option(
            "--class", metavar="ID", help="The sourcedId of a class; may be given several times."
        ),
    ] = None
    worksheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar="WORKSHEET", help="Which worksheet of a workbook."),
    ] = None
    header_row: Annotated[
        int | None,
        typer.Option(
            "--header-row",
            min=1,
            metavar="N",
            help="The line of the header, from 1; without it it is found.",
        ),
    ] = None
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", help="Which export it is, such as canvas; else recognised."
        ),
    ] = None
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding", metavar="NAME", help="Of a CSV, such as utf-8 or cp1252; else detected."
        ),
    ] = None
    delimiter: Annotated[
        str | None,
        typer.Option(
            "--delimiter",
            metavar="SIGN",
            help="What stands between the cells of a CSV: one character, or tab; else detected.",
        ),
    ] = None
    columns: Annotated[
        Path | None,
        typer.Option("--columns", metavar="FILE", help="Saved columns, instead of the suggestion."),
    ] = None
    saved_columns: Annotated[
        bool,
        typer.Option(
            "--saved-columns",
            metavar="",
            help="The columns that an import of the same header kept, instead of the suggestion.",
        ),
    ] = False
    carry_over: Annotated[
        bool,
        typer.Option(
            "--carry-over",
            metavar="",
            help="Where the header has changed, keep what still fits of saved columns, and suggest the rest.",
        ),
    ] = False
    on_conflict: OnConflictOption = ConflictPolicy.STOP

    def read(self, path: Path) -> Sheet:
        """Read the sheet, each detection overridden that an option overrides."""
        return read_sheet(
            path,
            worksheet=self.worksheet,
            encoding=self.encoding,
            # A shell makes it hard to type a tab.
            delimiter="\t" if self.delimiter in ("tab", "\\t") else self.delimiter,
            header_row=self.header_row,
            format=self.format_name,
        )


@dataclass(frozen=True)
class Writing:
    """How a plan is to be written."""

    yes: Annotated[
        bool,
        typer.Option("--yes", metavar="", help="Do not ask; production still wants --confirm."),
    ] = False
    confirm: Annotated[
        int | None,
        typer.Option(
            "--confirm", metavar="N", help="The number of results to write; production wants it."
        ),
    ] = None
    allow_unsafe: Annotated[
        bool,
        typer.Option(
            "--allow-unsafe",
            metavar="",
            help="Allow a plan that lowers or clears more than 30 % of the grades it touches (from ten grades on).",
        ),
    ] = False
    workers: Annotated[
        int,
        typer.Option("--workers", min=1, max=64, metavar="N", help="Requests under way at once."),
    ] = 8
    verify: Annotated[
        VerifyPolicy,
        typer.Option(
            "--verify",
            help="How much of what was written is read back: all, or of more than 200 grades a sample of 2 % (at least 20), the "
            "others being compared with the gradebook's answer.",
        ),
    ] = VerifyPolicy.SAMPLE
    note: Annotated[
        str, typer.Option("--note", metavar="TEXT", help="Anything to remember about this push.")
    ] = ""
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Where the receipt goes; by default receipts/PUSH_ID."
        ),
    ] = None
    as_json: AsJson = False


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Turn each parameter that is a group of options into those options, for typer to see.

    The command itself receives the group as one value.
    """
    hints = get_type_hints(command, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        if parameter.name in groups:
            parameters += _options_of(groups[parameter.name])
        else:
            parameters.append(
                parameter.replace(
                    annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY
                )
            )

    @functools.wraps(command)
    def run(**options: Any) -> None:  # noqa: ANN401 - whatever the options are
        built = {name: _build(group, options) for name, group in groups.items()}
        command(**options, **built)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by typer - functions may have it
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del run.__wrapped__  # else typer would look behind it
    return run


def _options_of(group: Any) -> list[inspect.Parameter]:  # noqa: ANN401 - a dataclass
    hints = get_type_hints(group, include_extras=True)
    kind = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(field.name, kind, default=field.default, annotation=hints[field.name])
        for field in fields(group)
    ]


def _build(group: Any, options: dict[str, Any]) -> object:  # noqa: ANN401 - a dataclass
    return group(**{field.name: options.pop(field.name) for field in fields(group)})
