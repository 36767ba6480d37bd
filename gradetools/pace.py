"""How fast and how stubbornly the gradebook is asked: one pace for all workers, and two bounds on patience.

Theory of operation. Every request passes `Pace.turn()`, which waits until fewer than `limit`
requests are under way and until no server wish to wait (`Retry-After`) is pending. A 429 halves
`limit`, each success lets it grow back by a fraction, so it climbs by about one per round of
requests. All waits end at once when the stop event is set; all are monotonic, so that setting the
machine's clock changes nothing.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gradetools.errors import StoppedError

_STOPPED = "Stopped before this was sent; resume the push to send it."


@dataclass(frozen=True)
class Patience:
    """How long one request is repeated before it counts as failed: whichever bound is met first.

    Attributes:
        attempts: how often at most, the first included.
        seconds: for how long at most, waits and answers together.
        first_wait: seconds before the first repetition, at most; then twice as long each time, with jitter.
        longest_wait: seconds between two repetitions, at most.
        connect_timeout, read_timeout: seconds until one attempt counts as unanswered.
    """

    attempts: int = 8
    seconds: float = 60.0
    first_wait: float = 0.5
    longest_wait: float = 20.0
    connect_timeout: float = 10.0
    read_timeout: float = 30.0


class Pace:
    """The shared speed of all workers that talk to one server."""

    def __init__(
        self,
        workers: int = 8,
        *,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.workers = workers
        self.stop = stop or threading.Event()
        self._clock = clock
        self._limit = float(workers)
        self._under_way = 0
        self._not_before = 0.0
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        """How many requests may be under way at once just now."""
        return max(1, int(self._limit))

    @property
    def waiting_seconds(self) -> float:
        """How long the server has asked everybody to wait from now on; 0 when it has not."""
        return max(0.0, self._not_before - self._clock())

    @contextlib.contextmanager
    def turn(self, *, stoppable: bool) -> Iterator[None]:
        """Wait for a turn, hold it for the length of one request, and give it back.

        Args:
            stoppable: whether Stop keeps this request from being sent. A write is; a read that finds
                out what became of a write is not, unless the server asked everybody to wait.

        Raises:
            StoppedError: the stop event was set before the request's turn came.
        """
        with self._changed:
            while self._under_way >= self.limit or self.waiting_seconds > 0:
                if self.stop.is_set() and (stoppable or self.waiting_seconds > 0):
                    raise StoppedError(_STOPPED)
                # Short naps, because the stop event is set by others without notice to this condition.
                self._changed.wait(min(0.1, self.waiting_seconds) or 0.1)
            if stoppable and self.stop.is_set():
                raise StoppedError(_STOPPED)
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify()

    def sleep(self, seconds: float) -> None:
        """Wait before a repetition, unless somebody presses Stop.

        Raises:
            StoppedError: the stop event was set before the time was over.
        """
        if self.stop.wait(max(0.0, seconds)):
            raise StoppedError(_STOPPED, sent=True)

    def slow_down(self, retry_after: float | None) -> None:
        """Halve the number of requests at once, and let everybody wait as long as the server asked."""
        with self._changed:
            self._limit = max(1.0, self._limit / 2)
            if retry_after:
                self._not_before = max(self._not_before, self._clock() + retry_after)

    def speed_up(self) -> None:
        """Grow back towards the full number of workers after a success."""
        if self._limit < self.workers:
            with self._changed:
                self._limit = min(float(self.workers), self._limit + 1 / self._limit)
                self._changed.notify()
