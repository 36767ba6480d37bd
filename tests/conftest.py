"""What every test has: a clean environment, and for the asking the outside samples and a sandbox."""

from __future__ import annotations

import io
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command import Ended, Run
from hypothesis import settings
from isolation import HOME, SHARED

if TYPE_CHECKING:
    from gradetools.sandbox import Sandbox

# How long a busy machine takes is no fact of ours; what is measured is in tests/benchmarks.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def isolated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Run each test in a working folder without `.env` and with a data folder of its own."""
    monkeypatch.chdir(tmp_path)
    home = request.config.stash[HOME]
    monkeypatch.setenv("GRADETOOLS_DATA_DIR", tempfile.mkdtemp(prefix="data-", dir=home))


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest) -> Path:
    """Give the folder of outside samples and documents that GRADETOOLS_SHARED names."""
    folder = request.config.stash[SHARED]
    if folder is None or not folder.is_dir():
        pytest.skip("GRADETOOLS_SHARED does not name the folder of outside samples")
    return folder


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve the invented school on a port of 127.0.0.1, for one test."""
    from gradetools.sandbox import Sandbox

    with Sandbox() as running:
        yield running


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let Ctrl-C be one also where the tests run in the background, which takes it away."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, with nobody at the keyboard; a second is saved each time."""
    from gradetools.cli import main

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
