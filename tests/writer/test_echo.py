"""What a PUT's own echo is worth: believed where it is faithful, looked into where it is not."""

from __future__ import annotations

import json

import pytest
from desk import Desk
from faulty_proxy import Asked, Fault, FaultyProxy, reply

from gradetools.gradebook import Gradebook
from gradetools.push.feed import make_task
from gradetools.push.reread import OwnPushes
from gradetools.push.write import write_entry

ECHOES = {
    "faithful": ("created", "", 0),
    "rounded": ("failed", "stored-differently", 1),
    "empty, stored": ("created", "", 1),
    "empty, not stored": ("failed", "stored-differently", 1),
    "garbled": ("created", "", 1),
}


def spoil(desk: Desk, echo: str, asked: Asked) -> Fault | None:
    """Answer a PUT with such an echo, and store what it says."""
    if asked.method != "PUT" or echo == "faithful":
        return None
    if echo == "rounded":
        record = {**json.loads(asked.body)["result"], "score": 80}
        desk.sandbox.put_record("results", record)
        return Fault(answer=reply(201, json.dumps({"result": record}).encode()))
    if echo == "empty, not stored":
        return Fault(answer=reply(201))
    return Fault(garble=True) if echo == "garbled" else Fault(instead=reply(201))


@pytest.mark.parametrize("echo", ECHOES)
def test_an_echo_is_compared(desk: Desk, echo: str) -> None:
    """Outside of the sample a faithful echo is believed; one that differs, or none, is read back (P9)."""
    task = make_task(desk.plan(desk.sheet("Midterm", "80.5")), 0)
    port = int(desk.sandbox.base_url.rsplit(":", 1)[1])
    with FaultyProxy(port, lambda asked: spoil(desk, echo, asked)) as proxy:
        settings = desk.gradebook.settings.model_copy(update={"base_url": proxy.base_url})
        gradebook = Gradebook(settings)
        find_editor = OwnPushes(gradebook).find_editor
        outcome, cause = write_entry(
            task,
            gradebook,
            find_editor,
            on_conflict="stop",
            resumed=False,
            may_be_ours=lambda _: False,
            read_back=False,
        )
        reads = sum(one.method == "GET" for one in proxy.log)
    assert (outcome.state, outcome.reason, reads) == ECHOES[echo]
    assert cause is None
