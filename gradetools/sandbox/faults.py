"""Faults to order: what a sandbox does wrong on purpose, so that somebody's own tests can see it."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SERVICE = "/ims/oneroster/"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with some requests; what is left out goes right.

    Attributes:
        method: only requests with this method.
        path: only those in whose path, with its query, this regular expression is found: by default all of
            the service, so that the token endpoint (`/oauth2/token`) has to be named.
        after: so many of them go right first.
        times: so many then go wrong; None is all of them.
        delay: seconds that the request waits before anything else.
        status: answered in place of the gradebook, which never hears of the request.
        retry_after: the header of that answer, in seconds or as a date.
        headers: more headers of it.
        body: its body, in place of the standard's error.
        reset: the connection is reset, `"before"` the gradebook hears of the request or `"after"` it did
            what was asked.
        lie: `"forget"` answers a write with success and keeps nothing; `"round"` keeps the score rounded
            to a whole number, and says otherwise; `"float32"` keeps it in 32 bits, which the standard's
            `format: float` allows; `"lag"` leaves out of lists what was created since
            the fault was ordered.
    """

    method: str | None = None
    path: str = SERVICE
    after: int = 0
    times: int | None = 1
    delay: float = 0
    status: int | None = None
    retry_after: float | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    reset: Literal["before", "after"] | None = None
    lie: Literal["forget", "round", "float32", "lag"] | None = None


@dataclass(frozen=True)
class Lie:
    """A lie that is told with one request; `newest` is the last record there was when it was ordered."""

    kind: str
    newest: int


@dataclass
class _Order:
    fault: Fault
    newest: int
    seen: int = 0

    def takes(self, method: str, path: str) -> bool:
        """Count a request that it is for; say whether it goes wrong."""
        fault = self.fault
        if fault.method not in (None, method) or not re.search(fault.path, path):
            return False
        self.seen += 1
        return self.seen > fault.after and not self.is_done(self.seen - 1)

    def is_done(self, seen: int) -> bool:
        times = self.fault.times
        return times is not None and seen >= self.fault.after + times


class Faults:
    """The faults that were ordered; of those that a request meets, the first counts."""

    def __init__(self) -> None:
        self._orders: list[_Order] = []
        self._lock = threading.Lock()

    def order(self, fault: Fault, newest: int) -> None:
        """Order one more; `newest` is the number of the last record there is."""
        with self._lock:
            self._orders.append(_Order(fault, newest))

    def cancel(self) -> None:
        """Let everything go right again."""
        with self._lock:
            self._orders.clear()

    def choose(self, method: str, path: str) -> tuple[Fault, Lie | None] | None:
        """Say what goes wrong with a request, if anything does."""
        with self._lock:
            chosen = next((each for each in self._orders if each.takes(method, path)), None)
        if chosen is None:
            return None
        lie = chosen.fault.lie
        return chosen.fault, Lie(lie, chosen.newest) if lie else None
