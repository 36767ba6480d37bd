"""One push in a thread of its own, and how it is found again.

Theory of operation. A `PushRun` knows nothing of widgets. Runs are kept in a registry of this kernel, by environment, so
that a cell that is run again, or a page that is loaded again, finds the push that is under way, and no second one begins.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradetools.errors import PushRunningError
from gradetools.gradebook import Gradebook
from gradetools.plan import Plan
from gradetools.push import Progress, push_plan
from gradetools.receipt import Receipt
from gradetools.report import choose_folder, write_receipt
from gradetools.snapshot import Environment

_RUNS: dict[tuple[Environment, Path], PushRun] = {}
_GATE = threading.Lock()


class PushRun:
    """One push in a thread of its own.

    Attributes:
        plan, gradebook, receipts: what is written, where, and the folder of receipts.
        resume: the push that is gone on with; None for a new one.
        progress: the last look at it; None before the first.
        receipt: what came of it; None before its end, or when it could not begin.
        folder: where the receipt's files are.
        error: what went wrong, apart from single entries.
        ended: whether all of these are final.
    """

    def __init__(self, plan: Plan, gradebook: Gradebook, receipts: Path, **how: Any) -> None:  # noqa: ANN401 - the options of push_plan
        self.plan = plan
        self.gradebook = gradebook
        self.progress: Progress | None = None
        self.receipt: Receipt | None = None
        self.folder: Path | None = None
        self.error: Exception | None = None
        self.ended = False
        self.stop = threading.Event()
        self.receipts = receipts
        self._how = how
        self.resume: str | None = how.get("resume")
        self._watchers: list[Callable[[PushRun], None]] = []
        self._thread = threading.Thread(target=self._work, name="gradetools-push", daemon=True)

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin, unless another push to the same environment is under way in this kernel.

        Raises:
            PushRunningError: one is.
        """
        environment = self.plan.environment
        key = (environment, self.gradebook.settings.data_dir)
        with _GATE:
            other = _RUNS.get(key)
            if other is not None and other.running:
                raise PushRunningError(
                    f"Another push to {environment.name} is under way in this notebook; wait for it or stop it."
                )
            _RUNS[key] = self
            self._thread.start()

    def watch(self, watcher: Callable[[PushRun], None]) -> None:
        """Have a function called whenever there is something new, from the push's own thread."""
        self._watchers.append(watcher)

    def wait(self, seconds: float) -> Receipt | None:
        """Wait for the end.

        Raises:
            TimeoutError: it is still under way.
            Exception: whatever ended it.
        """
        self._thread.join(seconds)
        if self.running:
            raise TimeoutError(f"The push is still under way after {seconds:g} seconds.")
        if self.error is not None:
            raise self.error
        return self.receipt

    def _work(self) -> None:
        try:
            self.receipt = push_plan(
                self.plan, self.gradebook, progress=self._note, stop=self.stop, **self._how
            )
            folder = choose_folder(self.receipts / self.receipt.push_id, self.receipt.push_id)
            self.folder = write_receipt(self.receipt, folder, sheet=self.plan.sheet)
        except Exception as error:  # noqa: BLE001 - told in the panel, and raised again by `wait`
            self.error = error
        self._tell(ended=True)

    def _note(self, progress: Progress) -> None:
        self.progress = progress
        self._tell(ended=False)

    def _tell(self, *, ended: bool) -> None:
        self.ended = ended
        for watcher in self._watchers:
            try:
                watcher(self)
            except Exception as error:  # noqa: BLE001 - a picture that fails must not end a push
                self.error = self.error or error


def find_ended(
    environment: Environment | None = None, data_dir: Path | None = None
) -> list[PushRun]:
    """List the last push of this kernel to each environment, where it has ended with a receipt; see `find_runs`."""
    runs = _list_runs(environment, data_dir)
    return [run for run in runs if run.ended and run.receipt is not None]


def find_runs(
    environment: Environment | None = None, data_dir: Path | None = None
) -> list[PushRun]:
    """List the pushes that are under way in this kernel: to one environment or any, kept in one data folder or any."""
    return [run for run in _list_runs(environment, data_dir) if run.running]


def _list_runs(environment: Environment | None, data_dir: Path | None) -> list[PushRun]:
    with _GATE:
        runs = list(_RUNS.items())
    return [
        run
        for (to, kept_in), run in runs
        if environment in (None, to) and data_dir in (None, kept_in)
    ]
