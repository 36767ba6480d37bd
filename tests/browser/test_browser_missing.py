"""What becomes of the browser tests where there is no browser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("test_browser_harness.py")


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_missing_browser(ci: str, outcome: str) -> None:
    """Without a browser its tests skip on a developer's machine and fail in CI, saying why."""
    command = [sys.executable, "-m", "pytest", "-q", "-rsE", "-n", "0", "-p", "no:cacheprovider"]
    command += ["-c", str(HARNESS.parents[2] / "pyproject.toml"), str(HARNESS), "-k", "click"]
    environment = os.environ | {"PATH": "", "CI": ci}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert outcome in done.stdout, done.stdout
    assert "apt-get install chromium" in done.stdout
