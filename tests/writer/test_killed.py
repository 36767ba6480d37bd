"""A push that is killed: nothing is lost, nothing is doubled, and it goes on where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from desk import Desk
from faulty_proxy import Asked, Fault, FaultyProxy

import gradetools as gt
from gradetools.gradebook import Gradebook


@pytest.mark.parametrize("at", [1, 3, 5])
def test_a_killed_push_resumes(desk: Desk, tmp_path: Path, at: int) -> None:
    """Killed while the n-th PUT is under way, a push is resumed to the end, each grade once (P22)."""
    reached = threading.Event()

    def hold(asked: Asked) -> Fault | None:
        if asked.method == "PUT" and desk.puts() + 1 >= at and not reached.is_set():
            reached.set()
            # Stored, but the answer is still on its way when the process dies.
            return Fault(delay_answer=2)
        return None

    port = int(desk.sandbox.base_url.rsplit(":", 1)[1])
    with FaultyProxy(port, hold) as proxy:
        settings = desk.gradebook.settings.model_copy(update={"base_url": proxy.base_url})
        desk.gradebook = Gradebook(settings)
        plan = desk.plan(desk.sheet("Midterm", "10", "20", "30", "40", "50"))
        process = start_push(desk, gt.write_plan(plan, tmp_path / "plan.json"))
        assert reached.wait(60), process.communicate(timeout=5)
        (written,) = gt.list_pushes(settings.data_dir)
        assert (written.standing, written.status) == ("being written now", "unfinished")
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)

        (killed,) = gt.list_pushes(settings.data_dir)
        assert (killed.standing, killed.being_written) == ("unfinished", False)
        assert "unsent or not known" in killed.tell_states()
        assert "not known" not in written.tell_states()
        assert (killed.status, killed.finished, sum(killed.states.values())) == (
            "unfinished",
            None,
            5,
        )
        receipt = desk.push(plan, resume=killed.push_id)
    assert (receipt.push_id, receipt.status, receipt.states["created"]) == (
        killed.push_id,
        "done",
        5,
    )
    scores = {
        student: record["score"] for student, record in desk.results("algebra-midterm").items()
    }
    assert scores == {f"student-{n:03d}": 10 * n for n in range(1, 6)}
    assert desk.puts() <= 6


def start_push(desk: Desk, plan: Path) -> subprocess.Popen[str]:
    """Push a plan file from a process of its own, one request at a time."""
    settings = desk.gradebook.settings
    variables = {
        "GRADETOOLS_SANDBOX_BASE_URL": settings.base_url,
        "GRADETOOLS_SANDBOX_TOKEN_URL": settings.token_url,
        "GRADETOOLS_SANDBOX_CLIENT_ID": settings.client_id,
        "GRADETOOLS_SANDBOX_CLIENT_SECRET": settings.client_secret.get_secret_value(),
        "GRADETOOLS_DATA_DIR": str(settings.data_dir),
    }
    command = [sys.executable, "-m", "gradetools", "push", str(plan), "--yes", "--workers", "1"]
    return subprocess.Popen(
        command,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
