"""What the tests of the command line share: a way to run it as a process, and its journal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import Ended, Run


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
