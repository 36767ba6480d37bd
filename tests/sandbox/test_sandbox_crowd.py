"""Many clients at once, the end without warning, and where the sandbox can be reached from."""

from __future__ import annotations

import inspect
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from sandbox_wire import Record, Wire, get_token

from gradetools.cli.serving import sandbox as sandbox_command
from gradetools.sandbox import Sandbox

RESULTS = "/ims/oneroster/gradebook/v1p2/results/"
SERVE = """
import sys, time
from gradetools.sandbox import Sandbox
print(Sandbox(data=sys.argv[1]).start().base_url, flush=True)
time.sleep(300)
"""


def put(session: requests.Session, base_url: str, result: Record, sourced_id: str) -> int:
    """PUT a result under an id; give the status, and 0 where no answer came."""
    body = {"result": result | {"sourcedId": sourced_id}}
    try:
        return session.put(base_url + RESULTS + sourced_id, json=body, timeout=60).status_code
    except requests.RequestException:
        return 0


def open_session(base_url: str) -> requests.Session:
    """Open a session of a client's own, with a token of its own."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {get_token(base_url)}"
    return session


def test_fifty_clients_lose_nothing(wire: Wire, result: Record) -> None:
    """Fifty clients that write at once get 201 for everything, and everything is there, and in the log, once."""
    base_url = wire.sandbox.base_url
    ready = threading.Barrier(50)

    def write(client: int) -> list[int]:
        with open_session(base_url) as session:
            ready.wait(60)
            return [put(session, base_url, result, f"c{client}-{n}") for n in range(5)]

    with ThreadPoolExecutor(50) as pool:
        statuses = [status for each in pool.map(write, range(50)) for status in each]
    written = sorted(f"c{client}-{n}" for client in range(50) for n in range(5))
    held = [record["sourcedId"] for record in wire.sandbox.records("results")[158:]]
    logged = [asked.path.removeprefix(RESULTS) for asked in wire.sandbox.requests(method="PUT")]
    assert statuses == [201] * 250
    assert (sorted(held), sorted(logged)) == (written, written)


def test_what_eight_clients_were_answered_survives_a_kill(tmp_path: Path, result: Record) -> None:
    """Killed while eight clients write, the sandbox has all that it answered, and no more than what was under way."""
    data = tmp_path / "grades.sqlite"
    command = [sys.executable, "-c", SERVE, str(data)]
    answered: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()

        def write(client: int) -> None:
            with open_session(base_url) as session:
                for n in range(10_000):
                    if put(session, base_url, result, f"c{client}-{n}") != 201:
                        return
                    answered.append(f"c{client}-{n}")
                    if len(answered) > 100:
                        process.send_signal(signal.SIGKILL)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, range(8)))
    with Sandbox(data=data) as sandbox:
        held = [record["sourcedId"] for record in sandbox.records("results")[158:]]
        logged = len(sandbox.requests(method="PUT"))
    assert len(answered) > 100
    assert set(answered) <= set(held)
    assert len(held) == len(set(held)) <= len(answered) + 8
    assert len(answered) <= logged <= len(held)


def test_it_listens_on_loopback_only() -> None:
    """Of all sockets that listen on the sandbox's port, there is one, and its address is 127.0.0.1."""
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("the system has no table of its sockets in /proc/net/tcp")
    with Sandbox() as sandbox:
        port = int(sandbox.base_url.rsplit(":", 1)[1])
        lines = table.read_text().splitlines()
        lines += Path("/proc/net/tcp6").read_text().splitlines() if socket.has_ipv6 else []
    rows = [line.split() for line in lines if " 0A " in line]
    places = [row[1].split(":")[0] for row in rows if int(row[1].split(":")[1], 16) == port]
    assert places == [socket.inet_aton("127.0.0.1")[::-1].hex().upper()]


def test_no_other_address_can_be_asked_for() -> None:
    """There is no argument, in Python or on the command line, by which it could be made to listen elsewhere."""
    for callee in (Sandbox, sandbox_command):
        names = set(inspect.signature(callee).parameters)
        assert names & {"host", "address", "bind", "interface", "listen", "uds"} == set()
    with pytest.raises(TypeError, match="host"):
        Sandbox(host="0.0.0.0")  # type: ignore[call-arg]  # noqa: S104 - that is what is refused
