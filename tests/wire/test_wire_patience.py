"""Patience and pace: what is repeated, how long, and how all workers wait together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import Any

import pytest
from faulty_proxy import Fault, FaultyProxy, Rule
from wire_desk import FakeTime, Heard, Say, Scripted, serve

from gradetools.errors import (
    BusyError,
    GradetoolsError,
    RefusedError,
    StoppedError,
    UnreachableError,
)
from gradetools.pace import Clock, Pace, Patience
from gradetools.transport import Transport

NOW = 1_800_000_000  # FakeTime begins here
DEADLINE = 5.0  # seconds, for what should take none


def open_transport(
    scripted: Scripted, passing: FakeTime, patience: Patience | None = None
) -> Transport:
    """Open a transport whose time is the test's; the token is there already."""
    transport = Transport(scripted.settings(), patience=patience, clock=passing.clock)
    transport.auth.token()
    return transport


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + DEADLINE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_what_may_pass_is_repeated(status: int, method: str) -> None:
    """429 and what a gateway says when it is in trouble are repeated until it is over."""
    with serve([Say(status), Say(status), Say(200)]) as scripted:
        passing = FakeTime()
        answer = open_transport(scripted, passing).request(method, "/x")
        assert (answer.status, len(scripted.requests()), len(passing.waits)) == (200, 3, 2)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 422, 501])
def test_what_does_not_pass_is_not_repeated(status: int) -> None:
    """What would be answered the same again is asked once."""
    with serve([Say(status)]) as scripted:
        with pytest.raises(GradetoolsError):
            open_transport(scripted, FakeTime()).request("PUT", "/x", body={})
        assert len(scripted.requests()) == 1


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        *((method, Fault(reset="before")) for method in ("GET", "PUT")),
        *((method, Fault(reset="after")) for method in ("GET", "PUT")),
        *(("GET", Fault(cut_after=size)) for size in (5, 12, 20, 40, -1)),
        *(("PUT", Fault(cut_after=size)) for size in (5, -1)),
    ],
)
def test_broken_connections_are_repeated(method: str, fault: Fault) -> None:
    """A reset, before or after the server heard, and an answer cut short are repeated."""
    with (
        serve([Say(body={"a": 1})]) as scripted,
        FaultyProxy(scripted.port, [Rule(fault=fault, path="/x", times=2)]) as proxy,
    ):
        transport = Transport(scripted.settings(base_url=proxy.base_url), clock=FakeTime().clock)
        assert (transport.request(method, "/x").body(), len(proxy.log)) == ({"a": 1}, 3)


def test_a_write_cut_short_is_a_success_without_echo() -> None:
    """A PUT whose answer ends after its status was stored; what is stored is read by who asks."""
    with (
        serve([Say(201, {"a": 1})]) as scripted,
        FaultyProxy(scripted.port, [Rule(fault=Fault(cut_after=30), path="/x")]) as proxy,
    ):
        transport = Transport(scripted.settings(base_url=proxy.base_url))
        answer = transport.request("PUT", "/x", body={})
        assert (answer.status, answer.body(), len(proxy.log)) == (201, None, 1)


def test_silence_is_repeated() -> None:
    """An answer that does not come within the timeout is asked for again."""
    patience = Patience(first_wait=0.001, read_timeout=0.3)
    with (
        serve() as scripted,
        FaultyProxy(scripted.port, [Rule(fault=Fault(hang=True), path="/x", times=1)]) as proxy,
    ):
        transport = Transport(scripted.settings(base_url=proxy.base_url), patience=patience)
        assert (transport.request("GET", "/x").status, len(proxy.log)) == (200, 2)


def test_silence_is_told() -> None:
    """When no answer comes at all, that is said."""
    patience = Patience(attempts=2, first_wait=0.001, read_timeout=0.2)
    with (
        serve() as scripted,
        FaultyProxy(scripted.port, [Rule(fault=Fault(hang=True), path="/x")]) as proxy,
    ):
        transport = Transport(scripted.settings(base_url=proxy.base_url), patience=patience)
        with pytest.raises(UnreachableError, match="did not answer in time; try again later"):
            transport.request("GET", "/x")


@pytest.mark.parametrize("attempts", [1, 5])
def test_the_number_of_attempts_is_bound(attempts: int) -> None:
    """A request is sent so many times at most, the first included."""
    with serve([Say(500)]) as scripted:
        transport = open_transport(scripted, FakeTime(), Patience(attempts=attempts))
        with pytest.raises(RefusedError, match=r"failed \(500\); try again later"):
            transport.request("PUT", "/x", body={})
        assert len(scripted.requests()) == attempts


def test_the_time_is_bound() -> None:
    """A request is repeated for so many seconds at most, waits and answers together."""
    passing = FakeTime()

    def slow(_: Heard) -> Say:
        passing.passed += 7
        return Say(500)

    with serve(slow) as scripted:
        patience = Patience(attempts=1000, seconds=60, first_wait=0.001, longest_wait=0.001)
        with pytest.raises(RefusedError):
            open_transport(scripted, passing, patience).request("GET", "/x")
        assert len(scripted.requests()) == 9


def test_the_usual_patience() -> None:
    """Unless told otherwise, patience is at least five attempts and 60 seconds, and begins under one."""
    usual = Patience()
    assert (usual.attempts >= 5, usual.seconds, usual.first_wait < 1) == (True, 60, True)


def test_waits_double_and_jitter() -> None:
    """Each wait is between half and all of the last one's double, up to the longest; no two runs are alike."""
    patience = Patience(attempts=7, seconds=1000, first_wait=0.5, longest_wait=6)
    runs = []
    with serve([Say(500)]) as scripted:
        for _ in range(2):
            passing = FakeTime()
            with pytest.raises(RefusedError):
                open_transport(scripted, passing, patience).request("GET", "/x")
            runs.append(passing.waits)
    for waits in runs:
        longest = (0.5, 1, 2, 4, 6, 6)
        within = [most / 2 <= wait <= most for wait, most in zip(waits, longest, strict=True)]
        assert within == [True] * 6
    assert runs[0] != runs[1]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wish", ["30", "date"])
def test_retry_after_is_waited_for(status: int, wish: str) -> None:
    """`Retry-After`, in seconds or as a date, is waited for before the request is repeated."""
    passing = FakeTime()
    header = formatdate(NOW + 30, usegmt=True) if wish == "date" else wish
    with serve([Say(status, headers={"Retry-After": header}), Say()]) as scripted:
        open_transport(scripted, passing).request("GET", "/x")
    assert passing.passed == pytest.approx(30)


@pytest.mark.parametrize("wish", ["0", formatdate(NOW - 99, usegmt=True), "-1", "soon", ""])
def test_a_wish_for_nothing(wish: str) -> None:
    """A `Retry-After` of zero, in the past or unreadable leaves only our own short wait."""
    passing = FakeTime()
    with serve([Say(429, headers={"Retry-After": wish}), Say()]) as scripted:
        open_transport(scripted, passing).request("GET", "/x")
    assert 0.25 <= passing.passed <= 0.5


@pytest.mark.parametrize("wish", ["61", formatdate(NOW + 3600, usegmt=True), "9" * 400])
@pytest.mark.parametrize("status", [429, 503])
def test_a_wish_beyond_patience(status: int, wish: str) -> None:
    """A `Retry-After` longer than the bound is not waited for: the push pauses, and can be resumed."""
    passing = FakeTime()
    with serve([Say(status, headers={"Retry-After": wish, "X-Request-ID": "r1"})]) as scripted:
        with pytest.raises(BusyError, match="or resume the push") as caught:
            open_transport(scripted, passing).request("PUT", "/x", body={})
        assert (len(scripted.requests()), passing.passed) == (1, 0)
    assert (caught.value.status, caught.value.request_id) == (status, "r1")
    assert caught.value.retry_after > 60


def test_busy_to_the_end() -> None:
    """A gateway that says 429 as long as patience lasts is busy; it has refused nothing."""
    with serve([Say(429, {"message": "Rate exceeded"})]) as scripted:
        with pytest.raises(BusyError, match=r"too busy \(429\): Rate exceeded; try again later"):
            open_transport(scripted, FakeTime()).request("PUT", "/x", body={})
        assert len(scripted.requests()) == Patience().attempts


def test_all_wait_together() -> None:
    """What one worker is asked to wait, all wait: nobody sends before the time is over."""
    passing = FakeTime()
    pace = Pace(8, clock=passing.clock)
    pace.slow_down(20)
    assert pace.waiting_seconds == 20
    sent = []
    for _ in range(3):
        with pace.turn(stoppable=True):
            sent.append(passing.passed)
    assert sent == [20, 20, 20]


def test_the_longest_wish_counts() -> None:
    """A shorter wish does not shorten a longer one."""
    pace = Pace(8, clock=FakeTime().clock)
    for seconds in (20, 5, None):
        pace.slow_down(seconds)
    assert pace.waiting_seconds == 20


def test_waiting_for_a_turn_costs_no_patience() -> None:
    """A request that waited fifty seconds for others before it was sent has all its sixty left."""
    passing = FakeTime()
    patience = Patience(attempts=1000, seconds=60, first_wait=8, longest_wait=8)
    with serve([Say(500)]) as scripted:
        transport = open_transport(scripted, passing, patience)
        transport.pace.slow_down(50)
        with pytest.raises(RefusedError):
            transport.request("PUT", "/x", body={})
    assert passing.passed >= 110


def test_concurrency_is_halved_and_grows_back() -> None:
    """Each 429 halves the requests at once, down to one; successes let them grow back to all."""
    pace = Pace(8)
    falling = []
    for _ in range(4):
        pace.slow_down(None)
        falling.append(pace.limit)
    rising = [pace.limit]
    for _ in range(40):
        pace.speed_up()
        rising.append(pace.limit)
    assert falling == [4, 2, 1, 1]
    assert (rising, rising[-1]) == (sorted(rising), 8)


def test_one_round_of_429s_halves_once() -> None:
    """Eight requests that are refused at once say one thing; a ninth that was sent afterwards says it again."""
    time = FakeTime()
    pace = Pace(8, clock=time.clock)
    sent_at = time.clock.seconds()
    time.passed += 1
    for _ in range(8):
        pace.slow_down(None, sent_at=sent_at)
    after_one_round = pace.limit
    time.passed += 1
    pace.slow_down(None, sent_at=time.clock.seconds())
    assert (after_one_round, pace.limit) == (4, 2)


def test_a_429_slows_the_workers() -> None:
    """The transport halves its pace on 429 and lets it grow on success."""
    with serve([Say(429), Say()]) as scripted:
        transport = open_transport(scripted, FakeTime())
        transport.request("GET", "/x")
        after_one = transport.pace.limit
        for _ in range(30):
            transport.request("GET", "/x")
    assert (after_one, transport.pace.limit) == (4, 8)


def test_no_more_than_the_workers_at_once() -> None:
    """As many requests are under way as there are workers, and never one more."""
    under_way, most, lock = [0], [0], threading.Lock()
    pace = Pace(3)

    def work() -> None:
        with pace.turn(stoppable=True):
            with lock:
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])
            time.sleep(0.01)
            with lock:
                under_way[0] -= 1

    with ThreadPoolExecutor(12) as pool:
        for future in [pool.submit(work) for _ in range(30)]:
            future.result()
    assert most == [3]


def in_background(act: Callable[[], Any]) -> tuple[threading.Thread, list[GradetoolsError]]:
    """Run something that will be stopped; collect its error."""
    errors: list[GradetoolsError] = []

    def run() -> None:
        try:
            act()
        except GradetoolsError as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, errors


def stop_and_look(
    transport: Transport, thread: threading.Thread, errors: list[GradetoolsError]
) -> StoppedError:
    """Press Stop, and give the one error that comes of it, at once."""
    transport.pace.stop.set()
    thread.join(DEADLINE)
    (error,) = errors
    assert isinstance(error, StoppedError)
    return error


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_stop_ends_a_wait_for_the_server(method: str) -> None:
    """Stop ends the wait for a `Retry-After` at once; a request never sent says so."""
    with serve() as scripted:
        transport = Transport(scripted.settings())
        transport.pace.slow_down(50)
        thread, errors = in_background(lambda: transport.request(method, "/x"))
        time.sleep(0.1)
        error = stop_and_look(transport, thread, errors)
        assert (error.sent, scripted.requests()) == (False, [])
    assert "resume the push to send it" in str(error)


def test_stop_ends_a_wait_before_a_repetition() -> None:
    """Stop ends the wait before a repetition at once; what was sent before says so."""
    patience = Patience(first_wait=50, longest_wait=50)
    with serve([Say(500)]) as scripted:
        transport = Transport(scripted.settings(), patience=patience)
        thread, errors = in_background(lambda: transport.request("PUT", "/x", body={}))
        wait_until(lambda: len(scripted.requests()) == 1)
        error = stop_and_look(transport, thread, errors)
    assert error.sent
    assert "find out what became of it" in str(error)


def test_stop_ends_a_wait_for_a_turn() -> None:
    """Stop ends the wait behind other workers, and lets those in flight finish."""
    with serve() as scripted:
        transport = Transport(scripted.settings(), workers=1)
        with transport.pace.turn(stoppable=True):
            thread, errors = in_background(lambda: transport.request("PUT", "/x", body={}))
            time.sleep(0.1)
            error = stop_and_look(transport, thread, errors)
    assert (error.sent, len(scripted.requests())) == (False, 0)


def test_stop_while_the_token_is_fetched() -> None:
    """A write whose token was still being asked for when Stop came was never sent."""
    patience = Patience(first_wait=50, longest_wait=50)
    with serve(tokens=[Say(503)]) as scripted:
        transport = Transport(scripted.settings(), patience=patience)
        thread, errors = in_background(lambda: transport.request("PUT", "/x", body={}))
        wait_until(lambda: len(scripted.token_requests()) == 1)
        error = stop_and_look(transport, thread, errors)
    assert (error.sent, scripted.requests()) == (False, [])


def test_after_stop_a_read_is_still_answered() -> None:
    """After Stop no write begins, but a read that finds out what became of one is sent."""
    with serve() as scripted:
        transport = Transport(scripted.settings())
        transport.pace.stop.set()
        with pytest.raises(StoppedError):
            transport.request("PUT", "/x", body={})
        assert transport.request("GET", "/x").status == 200
        assert [heard.method for heard in scripted.requests()] == ["GET"]


def test_a_block_has_a_pace_of_its_own() -> None:
    """A push paces its requests and stops them by its own event; afterwards all is as before."""
    with serve() as scripted:
        transport = Transport(scripted.settings())
        usual, stop = transport.pace, threading.Event()
        with transport.paced(32, stop):
            assert transport.pace.limit == 32
            stop.set()
            with pytest.raises(StoppedError):
                transport.request("PUT", "/x", body={})
        assert transport.pace is usual
        assert transport.request("PUT", "/x", body={}).status == 200


def test_real_time_is_the_default() -> None:
    """Without a clock of one's own, waits take real seconds, and Stop ends them."""
    clock, stop = Clock(), threading.Event()
    began = time.monotonic()
    assert (clock.wait(stop, 0.05), time.monotonic() - began >= 0.05) == (False, True)
    stop.set()
    assert clock.wait(stop, 50)


def test_an_address_where_nobody_ever_answered() -> None:
    """Nobody there at the very first contact is given up after three calls; a server that was there is waited for."""
    passing, told = FakeTime(), list[str]()
    with serve() as scripted, FaultyProxy(scripted.port) as proxy:
        settings = scripted.settings(base_url=proxy.base_url)
        known = Transport(settings, clock=passing.clock, told=told.append)
        known.request("GET", "/x")
        proxy.stop()
        counts = []
        for transport in (known, Transport(settings, clock=passing.clock, told=told.append)):
            begun = len(passing.waits)
            with pytest.raises(UnreachableError, match="cannot be reached"):
                transport.request("GET", "/x")
            counts.append(len(passing.waits) - begun)
    assert counts == [7, 2]
    assert "cannot be reached; trying again for up to" in told[0]


def test_what_is_waited_for_is_told_now_and_then() -> None:
    """Whoever listens hears what is waited for: at once, and then every few seconds, not at each wait."""
    passing, told = FakeTime(), list[str]()
    with serve([Say(503)] * 6 + [Say(429, headers={"Retry-After": "30"}), Say()]) as scripted:
        transport = Transport(scripted.settings(), clock=passing.clock, told=told.append)
        transport.request("GET", "/x")
    assert len(passing.waits) >= 7 > len(told) >= 3
    assert told[0].startswith("The gradebook is in trouble (503); trying again for up to ")
    assert told[-1] == "The gradebook asks to wait 30 seconds; waiting."
