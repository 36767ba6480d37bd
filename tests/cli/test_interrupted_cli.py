"""Ctrl-C at a time when nothing is written: a sentence, and no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from command import Run

from gradetools.cli import history


def test_an_interrupt_while_it_starts_is_a_sentence(tmp_path: Path) -> None:
    """Interrupted while its modules are being loaded, the command says that nothing was done, and ends with 130."""
    # What runs in the background has Ctrl-C taken away, and gives it to its children so.
    handled = "signal.signal(signal.SIGINT, signal.default_int_handler)"
    slow = (
        f"import os, signal, time\n{handled}\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)\n"
    )
    (tmp_path / "typer.py").write_text(slow)
    ended = subprocess.run(
        [sys.executable, "-c", "from gradetools.cli import main; main(['history'])"],
        env={"PYTHONPATH": str(tmp_path), "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (130, "")
    assert ended.stderr == "Error: Stopped before anything was done.\n"


def test_an_interrupt_of_a_command_says_where_to_look(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted while it asks or reads, a command says where it is told what was sent, and ends with 130."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(history, "list_pushes", interrupt)
    ended = run("history")
    assert ended.code == 130
    assert "Error: Stopped; `gradetools history` shows whether anything was sent." in ended.err
