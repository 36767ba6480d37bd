"""What the terminal says while it writes, when it is interrupted, and to what is no answer."""

from __future__ import annotations

import io
import signal
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from gradetools.cli.app import app
from gradetools.cli.bar import PushBar
from gradetools.cli.console import ask_number
from gradetools.cli.interrupts import ReceiptFirst
from gradetools.cli.one_result import WANTED, read_result
from gradetools.cli.writing import _honest_code
from gradetools.errors import DeclinedError, SheetError
from gradetools.models import Result
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
    told = capsys.readouterr().err
    assert "shows what was written, and by which id to go on" in told
    bar = PushBar()
    bar(Progress(9, 9, {"created": 9}, 2.0, 0.0, 0.0, 0, finished=True))
    with pytest.raises(typer.Exit) as ended, _honest_code(bar):
        raise KeyboardInterrupt
    told = capsys.readouterr().err
    assert (ended.value.exit_code, "every grade had its turn" in told, "go on" in told) == (
        1,
        True,
        False,
    )


@pytest.mark.usefixtures("interruptible")
def test_a_receipt_comes_before_an_interrupt() -> None:
    """Once a push has ended, Ctrl-C waits until its receipt is written; the next one does not, and afterwards all is as before."""
    before = signal.getsignal(signal.SIGINT)
    with ReceiptFirst() as first:
        bar = PushBar(on_end=first.begin)
        bar(Progress(8, 9, {"created": 8}, 2.0, 1.0, 0.0, 0, finished=False))
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        bar(Progress(9, 9, {"created": 9}, 2.0, 0.0, 0.0, 0, finished=True))
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('{"score": 9,\n "x"}', "is not JSON at line 2, character 5: a colon is missing there; write one Result, such as"),
        ("{score: 9}", 'is not JSON at line 1, character 2: a name in "double quotes" is wanted there'),
        ('{"score": 9,}', "line 1, character 12: there is one comma too many, take it away"),
        ("[]", "is JSON, but not names with their values; write one Result, such as"),
        ('{"result": 5}', "is no Result: write one Result, such as"),
        ("{}", "is no Result: lineItem is missing; write the sourcedId of a line item, such as"),
        ('{"lineItem": 5, "student": "b"}', "is no Result: lineItem must be the sourcedId of a line item"),
        ('{"lineItem": "a", "student": "b", "scoreStatus": "done"}', 'scoreStatus must be one of "exempt", "fully graded", "not submitted"'),
        ('{"lineItem": "a", "student": "b", "late": "yes"}', "is no Result: late must be true or false."),
        ('{"lineItem": "a", "student": "b", "score": true}', "is no Result: at score, a score is a number, not yes or no."),
        ('{"lineItm": "a", "student": "b"}', "is no Result: there is no field 'lineItm'"),
    ],
)  # fmt: skip
def test_what_put_cannot_read_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, given: str, told: str
) -> None:
    """What is no result says in one sentence where, and what is to stand there, also from stdin, which has no name."""
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    with pytest.raises(SheetError) as refused:
        read_result("-")
    assert str(refused.value).startswith("What was given is ")
    assert told in str(refused.value)


def test_every_field_of_a_result_says_what_it_wants() -> None:
    """No field of a result is left to the words of the library that reads it."""
    assert set(WANTED) == {str(field.alias) for field in Result.model_fields.values()}


def test_a_switch_wants_no_value() -> None:
    """No option that is only switched on is shown as if a value were to follow."""
    for command in app.registered_commands:
        built = typer.main.get_command_from_info(command, pretty_exceptions_short=True, rich_markup_mode=None)  # fmt: skip
        switches = [each for each in built.params if getattr(each, "is_flag", False)]
        assert {each.metavar for each in switches} <= {""}
