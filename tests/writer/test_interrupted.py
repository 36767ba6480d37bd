"""Ctrl-C while the command line pushes: a Stop with an honest receipt, and no traceback."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path

from desk import Desk
from faulty_proxy import Asked, Fault, FaultyProxy
from test_killed import start_push

import gradetools as gt
from gradetools.gradebook import Gradebook


def test_an_interrupt_after_the_last_grade_leaves_a_receipt(desk: Desk, tmp_path: Path) -> None:
    """Interrupted when all is written and the receipt is not, a push still leaves all files of its receipt."""
    plan = desk.plan(desk.sheet("Midterm", "10", "20", "30", "40", "50"))
    process = start_push(desk, gt.write_plan(plan, tmp_path / "plan.json"))
    assert process.stdout is not None
    while not process.stdout.readline().startswith("Receipt: "):  # said before it is written
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert "Ended at once" not in told
    (saved,) = tmp_path.rglob("receipt.json")
    names = {"receipt.json", "receipt.html", "succeeded.csv"}
    assert {file.name for file in saved.parent.iterdir()} == names


def test_an_interrupt_is_a_stop(desk: Desk, tmp_path: Path) -> None:
    """Interrupted, a push finishes what is in flight, says what is unsent, ends with 1, and can be resumed (P23)."""
    reached = threading.Event()

    def hold(asked: Asked) -> Fault | None:
        if asked.method != "PUT" or desk.puts() < 1:
            return None
        reached.set()
        return Fault(delay_answer=1.5)

    with FaultyProxy(int(desk.sandbox.base_url.rsplit(":", 1)[1]), hold) as proxy:
        settings = desk.gradebook.settings.model_copy(update={"base_url": proxy.base_url})
        desk.gradebook = Gradebook(settings)
        plan = desk.plan(desk.sheet("Midterm", "10", "20", "30", "40", "50"))
        process = start_push(desk, gt.write_plan(plan, tmp_path / "plan.json"))
        assert reached.wait(60), process.communicate(timeout=5)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        (push,) = gt.list_pushes(settings.data_dir)
        assert (process.returncode, "Traceback" in told) == (1, False), told
        assert (push.states["created"], push.states["unsent"], push.status) == (2, 3, "unfinished")
        assert (desk.puts(), push.finished is not None) == (2, True)
        (saved,) = tmp_path.rglob("receipt.json")
        assert json.loads(saved.read_text())["states"]["unsent"] == 3
        receipt = desk.push(plan, resume=push.push_id)
    assert (receipt.states["created"], desk.puts()) == (5, 5)
