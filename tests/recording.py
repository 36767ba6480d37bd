"""A pytest plugin that holds every request of the product against the contract, whichever process sent it.

It is loaded for whatever pytest runs (`-p recording` in pyproject.toml). Requests of this process, of the
processes that a test starts and of the kernels of notebooks are heard at the adapter (`tap/wire_tap.py`); after each
setup, test and teardown the contract's judge (`contract/judge.py`) looks at them. A request that the contract does
not allow fails the test that sent it. What a test sends past our client, straight to a server, is not ours.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import wire_tap
from isolation import HOME, SHARED
from judge import Judge

TAP = str(Path(__file__).parent / "tap")


class Recording:
    """What was sent since it was last looked at, by this process and by those it started."""

    def __init__(self, file: Path, judge: Judge) -> None:
        self._file = file
        self._judge = judge
        self._read = 0
        self._here: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def keep(self, request: dict[str, Any]) -> None:
        """Keep one request of this process."""
        with self._lock:
            self._here.append(request)

    def take(self) -> list[dict[str, Any]]:
        """Give what is new, and forget it."""
        with self._lock:
            taken, self._here = self._here, []
        if self._file.exists():
            with self._file.open("rb") as file:
                file.seek(self._read)
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._read += len(whole)
            taken += [json.loads(line) for line in whole.splitlines()]
        return taken

    def judge(self) -> None:
        """Fail what is running now if the contract does not allow what it sent."""
        wrong = [fault for request in self.take() for fault in self._judge.find_faults(request)]
        if wrong:
            told = "\n".join(f"- {fault}" for fault in dict.fromkeys(wrong))
            pytest.fail(f"sent what the contract does not allow:\n{told}", pytrace=False)


RECORDING = pytest.StashKey[Recording]()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Listen from now on; `isolation` has made the run's home folder and restores the environment."""
    file = config.stash[HOME] / "requests.jsonl"
    recording = Recording(file, Judge(config.stash[SHARED]))
    config.stash[RECORDING] = recording
    old = os.environ.get("PYTHONPATH")
    os.environ |= {
        "PYTHONPATH": TAP if not old else f"{TAP}{os.pathsep}{old}",
        "WIRE_TAP_FILE": str(file),
    }
    wire_tap.install(recording.keep)


def _judged(item: pytest.Item) -> Generator[None, Any, Any]:
    outcome = yield
    item.config.stash[RECORDING].judge()
    return outcome


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    """Judge what fixtures sent."""
    return (yield from _judged(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Judge what the test sent."""
    return (yield from _judged(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """Judge what was sent while fixtures ended."""
    return (yield from _judged(item))
