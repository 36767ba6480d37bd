"""How faults are ordered: functions that choose, request by request, what is spoiled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate

from bench import RESULTS, TOKEN, Choice, Scene, quick_now
from faulty_proxy import Asked, Fault, reply

Make = Callable[[], Fault]


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
    first: list[str] = []
    stored: set[str] = set()

    def choose(asked: Asked) -> Fault | None:
        if asked.method == "GET" and id_of(asked) and not first:
            first.append(id_of(asked))
            # What is none of the places was stored; that it was is not shown.
            stored.update({id_of(asked)} - scene.hit)
            scene.hit |= stored
        if asked.method == "GET" and id_of(asked) in stored:
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
    """Somebody changes the places of the second line item as soon as the list of the first is read."""
    done: list[int] = []

    def choose(asked: Asked) -> None:
        if "/lineItems/" in asked.path and not done:
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
