"""What the terminal says while it writes, when it is interrupted, and to what is no answer."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from gradetools.cli.app import app
from gradetools.cli.bar import PushBar
from gradetools.cli.console import ask_number
from gradetools.cli.writing import _honest_code, read_result
from gradetools.errors import DeclinedError, SheetError
from gradetools.push import Progress


def test_what_is_no_number_is_declined() -> None:
    """To production a number is typed: a word is told as none, and nothing typed declines; either says that nothing was sent."""
    for typed, told in (("y", "'y' is no number; nothing was sent."), ("", "Declined; nothing was sent.")):  # fmt: skip
        console: Any = SimpleNamespace(input=lambda _, typed=typed: typed)
        with pytest.raises(DeclinedError, match=told):
            ask_number(console, 3)


def test_a_bar_says_what_it_does() -> None:
    """An undo that removes nothing restores, and is not said to take back."""
    called = {}
    for verb in ("write", "take back", "restore"):
        (task,) = PushBar(verb)._bars.tasks  # noqa: SLF001 - what it shows
        called[verb] = task.description
    assert called == {"write": "Writing", "take back": "Taking back", "restore": "Restoring"}


def test_a_stop_is_heard() -> None:
    """As soon as a push is stopped its bar says so, however long what is under way takes."""
    bar = PushBar()
    bar(Progress(3, 9, {"created": 3}, 2.0, 3.0, 0.0, 0, finished=False, stopping=True))
    (task,) = bar._bars.tasks  # noqa: SLF001 - what it shows
    assert task.fields["told"] == "stopping: what is under way is finished"


def test_a_second_interrupt_says_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    """Who does not wait for what is under way reads where it is told what was written, and by which id to go on."""
    with pytest.raises(typer.Exit) as ended, _honest_code(PushBar()):
        raise KeyboardInterrupt
    assert ended.value.exit_code == 1
    assert "`gradetools history` shows what was written" in capsys.readouterr().err


def test_bad_json_is_told_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON that is none says where, also from stdin, which has no name."""
    monkeypatch.setattr("sys.stdin", io.StringIO('{"score": 9,\n "x"}'))
    with pytest.raises(SheetError, match="What was given is not JSON at line 2, character 5"):
        read_result("-")


def test_a_switch_wants_no_value() -> None:
    """No option that is only switched on is shown as if a value were to follow."""
    for command in app.registered_commands:
        built = typer.main.get_command_from_info(command, pretty_exceptions_short=True, rich_markup_mode=None)  # fmt: skip
        switches = [each for each in built.params if getattr(each, "is_flag", False)]
        assert {each.metavar for each in switches} <= {""}
