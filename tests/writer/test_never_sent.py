"""What never left this machine is `unsent`, not failed: no network, no token, before anything was written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from desk import Desk
from faulty_proxy import Asked, Fault, FaultyProxy, reply

import gradetools as gt
from gradetools.errors import AuthError, UnreachableError
from gradetools.gradebook import Gradebook
from gradetools.push import Progress
from gradetools.sandbox import Fault as SandboxFault

FAST = gt.Patience(attempts=3, seconds=5, first_wait=0.01, read_timeout=2)
SCORES = ("10", "20", "30", "40", "50")
NO_TOKEN = {
    "server down": (Fault(answer=reply(503)), UnreachableError),
    "no connection": (Fault(reset="before"), UnreachableError),
    "client refused": (Fault(answer=reply(401, b'{"error":"invalid_client"}')), AuthError),
    "no token in it": (Fault(answer=reply(200, b"{}")), AuthError),
}


def behind(desk: Desk, proxy: FaultyProxy) -> None:
    """Move the desk's gradebook, its token server too, behind a proxy."""
    addresses = {"base_url": proxy.base_url, "token_url": f"{proxy.base_url}/oauth2/token"}
    settings = desk.gradebook.settings.model_copy(update=addresses)
    desk.gradebook = Gradebook(settings, patience=FAST)


def server_port(desk: Desk) -> int:
    """Say where the sandbox listens."""
    return int(desk.sandbox.base_url.rsplit(":", 1)[1])


@pytest.mark.parametrize("name", NO_TOKEN)
def test_without_a_token_nothing_is_sent(desk: Desk, name: str) -> None:
    """A token that cannot be had before the first PUT is raised, and every entry stays unsent (P19)."""
    fault, error = NO_TOKEN[name]
    down = threading.Event()

    def choose(asked: Asked) -> Fault | None:
        return fault if asked.path == "/oauth2/token" and down.is_set() else None

    with FaultyProxy(server_port(desk), choose) as proxy:
        behind(desk, proxy)
        plan = desk.plan(desk.sheet("Midterm", *SCORES))
        down.set()
        desk.gradebook = Gradebook(desk.gradebook.settings, patience=FAST)
        with pytest.raises(error):
            desk.push(plan)
        (push,) = gt.list_pushes(desk.gradebook.settings.data_dir)
        assert (push.states["unsent"], push.status, desk.puts()) == (5, "unfinished", 0)
        down.clear()
        receipt = desk.push(plan, resume=push.push_id)
    assert (receipt.states["created"], receipt.status) == (5, "done")


class Unplugged(Gradebook):
    """A gradebook whose network is gone as soon as the first list was read."""

    unplug: Callable[[], None]

    def list_results(self, class_id: str, line_item_id: str | None = None) -> list[dict[str, Any]]:
        """Read the list, and lose the network."""
        found = super().list_results(class_id, line_item_id)
        self.unplug()
        return found


def test_a_network_that_is_gone_leaves_all_unsent(desk: Desk) -> None:
    """Where no connection can be made nothing was sent: no entry is failed or unknown (P20, P22)."""
    with FaultyProxy(server_port(desk)) as proxy:
        behind(desk, proxy)
        plan = desk.plan(desk.sheet("Midterm", *SCORES))
        gradebook = Unplugged(desk.gradebook.settings, patience=FAST)
        gradebook.unplug = proxy.stop
        with pytest.raises(UnreachableError):
            gt.push_plan(plan, gradebook, agreed=plan.fingerprint, workers=4)
    (push,) = gt.list_pushes(desk.gradebook.settings.data_dir)
    assert (push.states["unsent"], push.status, desk.puts()) == (5, "unfinished", 0)


@pytest.mark.parametrize(("fault", "doubt"), [(None, False), (Fault(reset="after"), True)])
def test_only_a_lost_answer_is_a_doubt(desk: Desk, fault: Fault | None, *, doubt: bool) -> None:
    """A refused connection is no doubt about what became of a PUT; a lost answer is (P20)."""
    with FaultyProxy(
        server_port(desk), lambda asked: fault if asked.path.endswith("/x") else None
    ) as proxy:
        behind(desk, proxy)
        if fault is None:
            desk.gradebook.transport.auth.token()
            proxy.stop()
        with pytest.raises(UnreachableError) as caught:
            desk.gradebook.transport.request("PUT", "/x", body={})
    assert caught.value.sent is doubt


def test_a_client_that_is_refused_in_mid_push(desk: Desk) -> None:
    """When the token server refuses us in mid-push, what was in flight was not written: unsent, and resumed (P19)."""
    refused, over = threading.Event(), threading.Event()

    def choose(asked: Asked) -> Fault | None:
        if asked.method == "PUT" and desk.puts() >= 2 and not refused.is_set():
            refused.set()
        if not refused.is_set() or over.is_set():
            return None
        if asked.path == "/oauth2/token":
            return Fault(answer=reply(401, b'{"error":"invalid_client"}'))
        return Fault(answer=reply(401))

    with FaultyProxy(server_port(desk), choose) as proxy:
        behind(desk, proxy)
        plan = desk.plan(desk.sheet("Midterm", *SCORES))
        receipt = desk.push(plan, workers=2)
        states = {state: count for state, count in receipt.states.items() if count}
        assert states == {"created": desk.puts(), "unsent": 5 - desk.puts()}
        entries = receipt.entries[receipt.entries["reason"] == "not-allowed"]
        assert "client id and secret" in entries["message"].iloc[0]
        over.set()
        assert desk.push(plan, resume=receipt.push_id).states["created"] == 5


def test_what_was_stopped_while_it_was_tried_again(desk: Desk) -> None:
    """Stopped between two tries, an entry was looked for and is not there: it is unsent, and says so; going on sends it."""
    desk.sandbox.order(SandboxFault(method="PUT", status=503, times=None))
    stop = threading.Event()

    def watch(progress: Progress) -> None:
        if progress.repeating:
            stop.set()

    plan = desk.plan(desk.sheet("Midterm", "80"))
    receipt = desk.push(plan, stop=stop, progress=watch)
    assert receipt.states["unsent"] == 1
    assert "the gradebook does not hold it" in receipt.entries["message"].iloc[0]
    desk.sandbox.cancel_orders()
    assert desk.push(plan, resume=receipt.push_id).ok
    assert desk.result("algebra-midterm", 1)["score"] == 80
