"""How far a push has come."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gradetools.receipt import IN_THE_WAY


@dataclass(frozen=True)
class Progress:
    """One look at a running push.

    Attributes:
        done, total: entries to write, so far and in all.
        states: state to number of entries so far.
        rate: entries per second since the push began.
        eta: seconds that are left at this rate; None before anything is known.
        waiting: seconds that the gradebook has asked everybody to wait from now on.
        repeating: how many requests got no good answer, and wait to be tried again.
        finished: whether this is the last look.
        stopping: whether nothing more is begun, and what is under way is finished.
    """

    done: int
    total: int
    states: Mapping[str, int]
    rate: float
    eta: float | None
    waiting: float
    repeating: int
    finished: bool
    stopping: bool = False

    @property
    def unwritten(self) -> int:
        """How many entries were not written so far, because something stood in their way."""
        return sum(self.states.get(state, 0) for state in IN_THE_WAY)


class Reporter:
    """Tells a callback about progress, at most ten times a second and always at the end."""

    def __init__(
        self,
        tell: Callable[[Progress], None] | None,
        total: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell = tell
        self._total = total
        self._clock = clock
        self._started = clock()
        self._last = float("-inf")
        self._states: collections.Counter[str] = collections.Counter()

    def count(self, state: str) -> None:
        """Note that one more entry has ended in a state."""
        self._states[state] += 1

    def recount(self, before: str, state: str) -> None:
        """Note that an entry has turned out to be in another state."""
        self._states.subtract([before])
        self._states[state] += 1

    def report(
        self, waiting: float, repeating: int = 0, *, finished: bool = False, stopping: bool = False
    ) -> None:
        """Tell how far it is, and what holds it up, unless it was told a moment ago."""
        now = self._clock()
        if self._tell is None or (not finished and now - self._last < 0.1):
            return
        self._last = now
        done = self._states.total()
        rate = done / max(now - self._started, 1e-9)
        eta = (self._total - done) / rate + waiting if done else None
        states = dict(self._states)
        self._tell(
            Progress(
                done,
                self._total,
                states,
                rate,
                eta,
                waiting,
                repeating,
                finished=finished,
                stopping=stopping,
            )
        )
