"""The faults as data: how each is ordered, and what a push must make of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from bench import RESULTS, TOKEN, Choice, Scene, quick_now
from faulty_proxy import Asked, Fault, reply

Make = Callable[[], Fault]
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
    goes_on: str = "nothing is left to do"
    apart: bool = False
    within: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    more: Callable[[Scene], object] = lambda _: None


def id_of(asked: Asked) -> str:
    """Name the result that a request is about; empty for all others."""
    return asked.path.removeprefix(RESULTS) if asked.path.startswith(RESULTS) else ""


def once(make: Make) -> Callable[[Scene], Choice]:
    """Spoil the first PUT of each place."""

    def order(scene: Scene) -> Choice:
        seen: Counter[str] = Counter()

        def choose(asked: Asked) -> Fault | None:
            if asked.method != "PUT" or id_of(asked) not in scene.hit:
                return None
            seen[id_of(asked)] += 1
            return make() if seen[id_of(asked)] == 1 else None

        return choose

    return order


def always(make: Callable[[Asked], Fault]) -> Callable[[Scene], Choice]:
    """Spoil each PUT of each place."""

    def order(scene: Scene) -> Choice:
        return lambda asked: (
            make(asked) if asked.method == "PUT" and id_of(asked) in scene.hit else None
        )

    return order


def say(status: int, body: bytes = b"", **headers: str) -> Make:
    """Answer in the server's place, which hears nothing."""
    return lambda: Fault(answer=reply(status, body, **headers))


def in_seconds(seconds: float) -> Make:
    """Answer 429 with a date so many seconds from now, by the quick clock."""
    return lambda: say(429, b"{}", retry_after=formatdate(quick_now() + seconds, usegmt=True))()


def token_down(scene: Scene) -> Choice:
    """From the first PUT of a place on, no token is good and none can be had."""
    state = {"down": False}

    def choose(asked: Asked) -> Fault | None:
        state["down"] |= asked.method == "PUT" and id_of(asked) in scene.hit
        if state["down"] and asked.path == TOKEN:
            return Fault(answer=reply(503))
        spoiled = asked.method == "PUT" and id_of(asked) in scene.hit
        return Fault(answer=reply(401)) if spoiled else None

    return choose


def token_slow(scene: Scene) -> Choice:
    """At the first PUT of a place all tokens end at once, and the next one takes its time."""
    seen: list[str] = []

    def choose(asked: Asked) -> Fault | None:
        if asked.method == "PUT" and id_of(asked) in scene.hit and not seen:
            seen.append(asked.path)
            scene.bench.ahead[0] += 4000
        return Fault(delay_request=0.3) if asked.path == TOKEN else None

    return choose


def one_more_token(scene: Scene) -> None:
    """The token was fetched once for the plan, and once for everybody who waited."""
    asked = [one.path for one in scene.proxy.log if one.path == TOKEN]
    assert len(asked) == 2, f"{len(asked)} tokens were asked for"


def lie(scene: Scene) -> Choice:
    """Answer a PUT as if it were stored, and store nothing."""
    return lambda asked: (
        Fault(answer=reply(201, asked.body))
        if asked.method == "PUT" and id_of(asked) in scene.hit
        else None
    )


def lie_to_samplers(scene: Scene) -> Choice:
    """Lie at the places, and about whatever is read back first: so the sample is sure to see a lie."""
    caught: list[str] = []

    def choose(asked: Asked) -> Fault | None:
        if asked.method == "GET" and id_of(asked) and not caught:
            caught.append(id_of(asked))
            scene.hit.add(id_of(asked))
        if asked.method == "GET" and id_of(asked) in caught:
            return Fault(answer=reply(404))
        return lie(scene)(asked)

    return choose


def rounded(*, sampled: bool) -> Callable[[Scene], Choice]:
    """Round what is held before it is read back, the echo having said otherwise."""

    def order(scene: Scene) -> Choice:
        caught: list[str] = []

        def choose(asked: Asked) -> None:
            if asked.method != "GET" or not id_of(asked):
                return
            if sampled and not caught:
                caught.append(id_of(asked))
                scene.hit.add(id_of(asked))
            if id_of(asked) in scene.hit:
                sent = json.loads(scene.rows[id_of(asked)]["after"])
                scene.bench.sandbox.put_record("results", sent | {"score": int(sent["score"])})

        return choose

    return order


def changed_before(scene: Scene) -> Choice:
    """Somebody changes the places between plan and push."""
    for sourced_id in sorted(scene.hit):
        scene.interfere(sourced_id)
    return lambda _: None


def changed_during(scene: Scene) -> Choice:
    """Somebody changes the places while another line item is written."""
    done: list[int] = []

    def choose(asked: Asked) -> None:
        if asked.method == "PUT" and not done:
            done.append(asked.n)
            changed_before(scene)

    return choose


def changed_in_the_window(scene: Scene) -> Choice:
    """Somebody changes a place after its line item was read, just before it is written."""
    scene.hit = {one for one in scene.hit if scene.rows[one]["before"]}

    def choose(asked: Asked) -> None:
        if asked.method == "PUT" and id_of(asked) in scene.hit:
            scene.interfere(id_of(asked))

    return choose


def changed_after(scene: Scene) -> Choice:
    """Somebody changes a place after it was written, just before it is read back."""

    def choose(asked: Asked) -> None:
        if asked.method == "GET" and id_of(asked) in scene.hit:
            scene.interfere(id_of(asked), written=True)

    return choose


def clock_back(scene: Scene) -> Choice:
    """At the first PUT of a place the machine's clock goes back a day, and the server asks to wait."""
    spoil = once(say(503, retry_after="1"))(scene)

    def choose(asked: Asked) -> Fault | None:
        fault = spoil(asked)
        if fault is not None:
            scene.now = lambda: quick_now() - 86_400
        return fault

    return choose


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
