"""The faults as data: how each is ordered, and what a push must make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench import Choice, Scene
from faulty_proxy import Fault, reply
from orders import (
    always,
    changed_after,
    changed_before,
    changed_during,
    changed_in_the_window,
    clock_back,
    in_seconds,
    lie,
    lie_to_samplers,
    once,
    one_more_token,
    rounded,
    say,
    token_down,
    token_slow,
)

HTML = b"<!doctype html><html><head><title>Bad gateway</title></head><body>nginx</body></html>"
WRITTEN, EITHER = frozenset({"written"}), frozenset({"written", "unsent"})


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """One row of the matrix.

    Attributes:
        name, where: the fault, and which request it hits, in words.
        order: prepares a scene for it, and gives the function that chooses what is spoiled.
        state, reason: what becomes of an entry that it hits; "written" is created or updated.
        rest: what becomes of the other entries.
        slow: whether it takes so long to end the push that all others may be written before.
        goes_on: what an analyst has to do when the fault has passed.
        apart: whether each place needs a push of its own, because the fault ends the push.
        within: the line item that holds the places; all, where it is empty.
        options: of the push.
        more: what else must hold, given the scene after the push.
    """

    name: str
    where: str = "a PUT, once"
    order: Callable[[Scene], Choice]
    state: str = "written"
    reason: str = ""
    rest: frozenset[str] = WRITTEN
    slow: bool = False
    goes_on: str = "nothing is left to do"
    apart: bool = False
    within: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    more: Callable[[Scene], object] = lambda _: None


AGAIN = "plan the sheet again"
ENDS: dict[str, Any] = {"rest": EITHER, "goes_on": "resume the push", "apart": True}
LIE: dict[str, Any] = {
    "state": "failed",
    "reason": "stored-differently",
    "goes_on": AGAIN,
}
READ_ALL = {"verify": "all"}
OVERSTEPPED = say(422, b'{"imsx_description":"score is out of range"}')

FAULTS = [
    Ordered(name="429 without Retry-After", order=once(say(429, b"{}"))),
    Ordered(name="429, Retry-After in seconds", order=once(say(429, b"{}", retry_after="2"))),
    Ordered(name="429, Retry-After as a date", order=once(in_seconds(5))),
    Ordered(name="429, Retry-After a date in the past", order=once(in_seconds(-90))),
    Ordered(
        name="429, Retry-After an hour",
        where="every PUT of one entry",
        order=always(lambda _: say(429, b"{}", retry_after="3600")()),
        state="unsent",
        reason="server-busy",
        **ENDS,
    ),
    Ordered(
        name="429 without end",
        where="every PUT of one entry",
        order=always(lambda _: say(429, b"{}")()),
        state="unsent",
        reason="server-busy",
        slow=True,
        **ENDS,
    ),
    *(Ordered(name=str(status), order=once(say(status))) for status in (500, 502, 503, 504)),
    Ordered(
        name="500 without end",
        where="every PUT of one entry",
        order=always(lambda _: say(500, b'{"message":"Oops"}')()),
        state="failed",
        reason="server-error",
        goes_on=AGAIN,
    ),
    Ordered(
        name="500 although it was stored",
        where="every PUT of one entry",
        order=always(lambda _: Fault(instead=reply(500))),
    ),
    Ordered(
        name="an HTML error page with 502", order=once(say(502, HTML, content_type="text/html"))
    ),
    Ordered(
        name="an HTML page with 200, nothing stored",
        where="every PUT of one entry",
        order=always(lambda _: say(200, HTML, content_type="text/html")()),
        **LIE,
    ),
    Ordered(
        name="connection reset before it was stored", order=once(lambda: Fault(reset="before"))
    ),
    Ordered(
        name="connection reset before it was stored, without end",
        where="every PUT of one entry",
        order=always(lambda _: Fault(reset="before")),
        state="failed",
        reason="server-error",
        goes_on=AGAIN,
    ),
    Ordered(name="connection reset after it was stored", order=once(lambda: Fault(reset="after"))),
    Ordered(
        name="connection reset after it was stored, without end",
        where="every PUT of one entry",
        order=always(lambda _: Fault(reset="after")),
    ),
    Ordered(name="no answer after it was stored", order=once(lambda: Fault(hang=True))),
    Ordered(name="the answer's head cut short", order=once(lambda: Fault(cut_after=40))),
    Ordered(name="the answer's body cut short", order=once(lambda: Fault(cut_after=200))),
    Ordered(name="201 with broken JSON", order=once(lambda: Fault(garble=True))),
    Ordered(name="201 with an empty body", order=once(lambda: Fault(instead=reply(201)))),
    Ordered(name="the same PUT heard twice", order=once(lambda: Fault(twice=True))),
    Ordered(name="401", order=once(say(401))),
    Ordered(
        name="401 with a fresh token, too",
        where="every PUT of one entry",
        order=always(lambda _: say(401)()),
        state="failed",
        reason="not-allowed",
        **ENDS,
    ),
    Ordered(
        name="403",
        where="every PUT of one entry",
        order=always(lambda _: say(403)()),
        state="failed",
        reason="not-allowed",
        **ENDS,
    ),
    Ordered(
        name="401, and the token server is down",
        where="from one PUT on",
        order=token_down,
        state="unsent",
        reason="unreachable",
        **ENDS,
    ),
    Ordered(
        name="all tokens end at once, and the token server is slow",
        where="from one PUT on",
        order=token_slow,
        apart=True,
        more=one_more_token,
    ),
    Ordered(
        name="422 for one entry",
        where="every PUT of one entry",
        order=always(lambda _: OVERSTEPPED()),
        state="failed",
        reason="refused",
        goes_on=AGAIN,
    ),
    Ordered(
        name="201 that stores nothing, every entry read back",
        where="every PUT of one entry",
        order=lie,
        options=READ_ALL,
        **LIE,
    ),
    Ordered(
        name="201 that stores nothing, a sample read back",
        where="every PUT of 5 % of the entries",
        order=lie_to_samplers,
        **LIE,
    ),
    Ordered(
        name="a score stored rounded, every entry read back",
        where="every PUT of one entry",
        order=rounded(sampled=False),
        options=READ_ALL,
        **LIE,
    ),
    Ordered(
        name="a score stored rounded, a sample read back",
        where="every PUT of 5 % of the entries",
        order=rounded(sampled=True),
        **LIE,
    ),
    Ordered(
        name="another writer between plan and push",
        where="one grade",
        order=changed_before,
        state="conflict",
        reason="changed-since-plan",
        goes_on=AGAIN,
    ),
    Ordered(
        name="another writer during the push, before the line item is read",
        where="one grade",
        order=changed_during,
        state="conflict",
        reason="changed-since-plan",
        goes_on=AGAIN,
        within="B",
    ),
    Ordered(
        name="another writer between our reading of the line item and our PUT",
        where="one grade (the window)",
        order=changed_in_the_window,
    ),
    Ordered(
        name="another writer between our PUT and our reading back",
        where="one grade",
        order=changed_after,
        options=READ_ALL,
        **LIE,
    ),
    Ordered(name="the clock set back", where="from one PUT on, which gets a 503", order=clock_back),
]

UNWRITABLE = (
    "JournalError: The journal sandbox.sqlite3 cannot be written ({}); free the disk or close the program "
    "that holds it, then resume."
)
#: What is no fault of the wire; `test_crashes.py` walks these: fault, where, and what is seen of it.
CRASHES = {
    "killed": (
        ("the process killed (`SIGKILL`)", "any instant"),
        ("written or unsent", "written or unsent", "-", "resume the push"),
    ),
    "disk full before": (
        ("the disk full", "when the plan is journaled"),
        (
            "-",
            "-",
            UNWRITABLE.format("database or disk is full"),
            "push again",
        ),
    ),
    "disk full during": (
        ("the disk full", "when outcomes are journaled"),
        (
            "unsent until it is read",
            "written or unsent",
            UNWRITABLE.format("database or disk is full"),
            "resume the push",
        ),
    ),
    "locked before": (
        ("the journal locked", "when the plan is journaled"),
        (
            "-",
            "-",
            UNWRITABLE.format("database is locked"),
            "push again",
        ),
    ),
    "locked during": (
        ("the journal locked", "when outcomes are journaled"),
        (
            "unsent until it is read",
            "written or unsent",
            UNWRITABLE.format("database is locked"),
            "resume the push",
        ),
    ),
    "locked a while": (
        ("the journal locked for a moment", "when outcomes are journaled"),
        ("written", "written", "-", "nothing is left to do"),
    ),
}
