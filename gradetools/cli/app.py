"""The commands, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import metadata
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand

from gradetools.cli import forgetting, history, login, reading, serving, writing
from gradetools.cli.console import say_error
from gradetools.errors import GradetoolsError


class _Command(TyperCommand):
    """A command whose mistakes are told without a programmer's words."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own classes have moved
        """Say what is wrong with an option, and not in which way the library found out."""
        try:
            return list(super().parse_args(ctx, args))
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise


app = typer.Typer(
    name="gradetools",
    help="Put grades from any sheet into a OneRoster 1.2 gradebook, and take them back.",
    no_args_is_help=True,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
)


@app.callback()
def _about(
    version: Annotated[
        bool, typer.Option("--version", metavar="", help="Print the version and stop.")
    ] = False,
) -> None:
    if version:
        typer.echo(f"gradetools {metadata.version('gradetools')}")
        raise typer.Exit


app.command("lab", cls=_Command)(serving.lab)
app.command("sandbox", cls=_Command)(serving.sandbox)
app.command("import", cls=_Command)(writing.import_sheet)
app.command("check", cls=_Command)(reading.check)
app.command("plan", cls=_Command)(reading.plan)
app.command("push", cls=_Command)(writing.push)
app.command("put", cls=_Command)(writing.put)
app.command("undo", cls=_Command)(writing.undo)
app.command("history", cls=_Command)(history.history)
app.command("forget", cls=_Command)(forgetting.forget)
app.command("login", cls=_Command)(login.login)

_log = logging.getLogger("gradetools")


def _tell_way(error: BaseException) -> str:
    """Tell where an error came from, and not what it says: that may be a student's name, or worse."""
    way = "".join(traceback.format_tb(error.__traceback__))
    cause = error.__cause__ or error.__context__
    before = f"{_tell_way(cause)}\nand then " if cause is not None else ""
    return f"{before}{type(error).__name__}, raised at\n{way}"


#: The exit code that the library of the command line gives a Ctrl-C.
_INTERRUPTED = 130


def run(arguments: Sequence[str] | None) -> NoReturn:
    """Run one command and exit with its code; no traceback reaches an analyst.

    Args:
        arguments: None for the process's own.
    """
    level = os.environ.get("GRADETOOLS_LOG_LEVEL", "WARNING").upper()
    known = logging.getLevelNamesMapping().get(level, logging.WARNING)
    logging.basicConfig(
        stream=sys.stderr, level=known, format="%(levelname)s %(name)s: %(message)s"
    )
    # What these say of a request is not ours to vouch for.
    for name in ("urllib3", "uvicorn", "asyncio"):
        logging.getLogger(name).setLevel(max(known, logging.WARNING))
    try:
        app(args=arguments)
        sys.exit(0)
    except GradetoolsError as error:
        say_error(str(error))
        sys.exit(2)
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            say_error("Stopped; `gradetools history` shows whether anything was sent.")
        raise
    except BrokenPipeError:
        # The reader of our output has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - the last net: an analyst gets a sentence, a developer the log
        _log.debug("%s", _tell_way(error))
        say_error(
            f"Something went wrong that gradetools did not foresee ({type(error).__name__}); look at `gradetools "
            "history` before you try again, and report it with GRADETOOLS_LOG_LEVEL=DEBUG."
        )
        sys.exit(2)
