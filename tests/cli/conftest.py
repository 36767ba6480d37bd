"""What the tests of the command line share: a way to run it as a process, and its journal."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import Ended, Run

from gradetools.cli import main


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, with nobody at the keyboard; a second is saved each time."""

    def call(*arguments: object, stdin: str = "", **variables: str) -> Ended:
        with monkeypatch.context() as patched:
            patched.setenv("COLUMNS", "200")
            for name, value in variables.items():
                patched.setenv(name, value)
            patched.setattr(sys, "stdin", io.StringIO(stdin))
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        code = ended.value.code
        return Ended(code if isinstance(code, int) else 0, captured.out, captured.err)

    return call


@pytest.fixture
def run_process(tmp_path: Path) -> Run:
    """Run a command as a process of its own, as a person does, with nobody at the keyboard."""

    def call(*arguments: object, stdin: str = "", **variables: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "gradetools", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "200", **variables},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return call
