"""What the tests of security share: a keyring of their own, and the command line as a process or here."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from file_keyring import FileKeyring
from planted import Ended, Run

from gradetools.cli import main


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Use a keyring in a file for one test; gives the file."""
    before = keyring.get_keyring()
    path = tmp_path / "keyring.json"
    monkeypatch.setenv("TEST_KEYRING", str(path))
    keyring.set_keyring(FileKeyring())
    yield path
    keyring.set_keyring(before)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, with nobody at the keyboard."""

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
