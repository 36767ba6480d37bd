"""Ctrl-C once a push has ended: its receipt is written first."""

from __future__ import annotations

import signal
import threading
from types import TracebackType
from typing import Any


class ReceiptFirst:
    """From when a push has ended until its receipt is written, the first Ctrl-C waits for that; the next ends at once.

    What was sent cannot be called back, and the receipt is soon written, while without it nobody has the files of what failed.
    """

    def __init__(self) -> None:
        self._before: Any = None
        self._held = False

    def __enter__(self) -> ReceiptFirst:  # noqa: PYI034 - never subclassed
        """Hold nothing yet: until the push has ended, Ctrl-C is its Stop."""
        return self

    def begin(self) -> None:
        """Hold the next Ctrl-C; only the main thread is ever told of one."""
        if not self._held and threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._wait)
            self._held = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let Ctrl-C be again what it was."""
        if self._held:
            signal.signal(signal.SIGINT, self._before)
            self._held = False

    def _wait(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)
