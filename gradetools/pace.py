"""How fast and how stubbornly the gradebook is asked: one pace for all workers, and two bounds on patience.

Theory of operation. Every request passes `Pace.turn()`, which waits until no server wish to wait
(`Retry-After`) is pending and fewer than `limit` requests are under way. A 429 halves `limit`, but what
was sent before the last halving says nothing of the pace since; each success lets it grow back by a
fraction, so it climbs by about one per round of requests. All waits
end when the stop event is set; all are monotonic, so that setting the machine's clock changes
nothing.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gradetools.errors import StoppedError

_NOT_SENT = "Stopped before this was sent; resume the push to send it."
_NOT_REPEATED = (
    "Stopped before this could be repeated; resume the push to find out what became of it."
)
#: Seconds; whoever sets the stop event does not wake those that wait for a turn.
_NAP = 0.1
#: Seconds before it is said again what is waited for.
_SAID_AGAIN = 5.0


@dataclass(frozen=True)
class Patience:
    """How long one request is repeated before it counts as failed: whichever bound is met first.

    Attributes:
        attempts: how often at most, the first included.
        seconds: for how long at most after it was first sent, waits and answers together; a wish of
            the server to wait longer than this is not waited for.
        first_wait: seconds before the first repetition, at most; then twice as long each time, with jitter.
        longest_wait: seconds between two repetitions, at most.
        first_contact: how often at most a server is called that nobody has heard of yet, and where nobody takes the
            call: then the address is wrong, or nothing runs there, which waiting seldom changes.
        connect_timeout, read_timeout: seconds until one attempt counts as unanswered.
    """

    attempts: int = 8
    seconds: float = 60.0
    first_wait: float = 0.5
    longest_wait: float = 20.0
    first_contact: int = 3
    connect_timeout: float = 10.0
    read_timeout: float = 30.0


@dataclass(frozen=True)
class Clock:
    """The time, and how it passes; a test brings its own.

    Attributes:
        seconds: seconds since some moment, which never jump.
        now: seconds since 1970, to compare with dates.
        wait: waits for an event, so many seconds at most, and says whether it is set.
    """

    seconds: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    wait: Callable[[threading.Event, float], bool] = threading.Event.wait


class Teller:
    """Says what is waited for, to whoever wants to hear it, and not each time: many may wait for the same."""

    def __init__(self, tell: Callable[[str], None] | None, clock: Clock) -> None:
        self._tell, self._clock = tell, clock
        self._last = -math.inf

    def __call__(self, sentence: str) -> None:
        """Say it, unless something was said a moment ago."""
        now = self._clock.seconds()
        if self._tell is not None and now - self._last >= _SAID_AGAIN:
            self._last = now
            self._tell(sentence)


class Pace:
    """The shared speed of all workers that talk to one server."""

    def __init__(
        self,
        workers: int = 8,
        *,
        stop: threading.Event | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.workers = workers
        self.stop = stop or threading.Event()
        self._clock = clock or Clock()
        self._limit = float(workers)
        self._slowed_at = -math.inf
        self._under_way = 0
        #: How many requests got no good answer, and wait to be repeated.
        self.repeating = 0
        self._not_before = self._clock.seconds()
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        """How many requests may be under way at once just now."""
        return max(1, int(self._limit))

    @property
    def waiting_seconds(self) -> float:
        """How long the server has asked everybody to wait from now on; 0 when it has not."""
        return max(0.0, self._not_before - self._clock.seconds())

    @contextlib.contextmanager
    def turn(self, *, stoppable: bool) -> Iterator[None]:
        """Wait for a turn, hold it for the length of one request, and give it back.

        Args:
            stoppable: whether Stop keeps this request from being sent. A write is; a read that finds
                out what became of a write is not, unless the server asked everybody to wait.

        Raises:
            StoppedError: the stop event was set before the request's turn came.
        """
        while not self._take_turn(stoppable=stoppable):
            self._clock.wait(self.stop, self.waiting_seconds)
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify()

    def _take_turn(self, *, stoppable: bool) -> bool:
        """Take a turn as soon as one is free; False when the server wants everybody to wait first."""
        with self._changed:
            while True:
                waiting = self.waiting_seconds > 0
                if self.stop.is_set() and (stoppable or waiting):
                    raise StoppedError(_NOT_SENT)
                if waiting:
                    return False
                if self._under_way < self.limit:
                    self._under_way += 1
                    return True
                self._changed.wait(_NAP)

    def sleep(self, seconds: float) -> None:
        """Wait before a repetition, unless somebody presses Stop.

        Raises:
            StoppedError: the stop event was set before the time was over.
        """
        with self._changed:
            self.repeating += 1
        try:
            stopped = self._clock.wait(self.stop, max(0.0, seconds))
        finally:
            with self._changed:
                self.repeating -= 1
        if stopped:
            raise StoppedError(_NOT_REPEATED, sent=True)

    def slow_down(self, retry_after: float | None, *, sent_at: float = math.inf) -> None:
        """Halve the number of requests at once, and let everybody wait as long as the server asked.

        Args:
            retry_after: seconds that the server asked to wait; None where it did not say.
            sent_at: when the request was sent that it would not take, by the clock's `seconds`.
        """
        with self._changed:
            now = self._clock.seconds()
            if sent_at > self._slowed_at:
                self._limit, self._slowed_at = max(1.0, self._limit / 2), now
            if retry_after:
                self._not_before = max(self._not_before, now + retry_after)

    def speed_up(self) -> None:
        """Grow back towards the full number of workers after a success."""
        if self._limit < self.workers:
            with self._changed:
                self._limit = min(float(self.workers), self._limit + 1 / self._limit)
                self._changed.notify()
