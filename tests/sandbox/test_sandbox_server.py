"""The sandbox as a process: its file, its port, its log, and two on one file."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from sandbox_wire import Record, Wire, get_token

from gradetools.sandbox import Sandbox

SERVE = """
import sys, time
from gradetools.sandbox import Sandbox
sandbox = Sandbox(data=sys.argv[1]).start()
print(sandbox.base_url, flush=True)
time.sleep(60)
"""


def test_it_stops_and_leaves_nothing() -> None:
    """A stopped sandbox has given back its port and its folder; stopping twice is nothing."""
    sandbox = Sandbox()
    with sandbox:
        port = int(sandbox.base_url.rsplit(":", 1)[1])
        folder = sandbox.folder
        assert sandbox.ephemeral
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    sandbox.stop()
    assert not folder.exists()
    with socket.create_server(("127.0.0.1", port)):
        pass
    with pytest.raises(RuntimeError, match="not running"):
        sandbox.requests()


def test_only_this_machine_reaches_it() -> None:
    """The server listens on 127.0.0.1, not on every address of the machine."""
    with Sandbox() as sandbox:
        port = int(sandbox.base_url.rsplit(":", 1)[1])
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.2", port), timeout=2)


def test_a_taken_port_is_said() -> None:
    """A port that is in use is named in one sentence, and nothing is left behind."""
    with Sandbox() as first:
        port = int(first.base_url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match=f"port {port} of 127.0.0.1 cannot be had"):
            Sandbox(port=port).start()


def test_a_file_is_kept(tmp_path: Path, result: Record) -> None:
    """Records and log are there again when the file is opened again; the seed is not."""
    data = tmp_path / "one" / "two" / "grades.sqlite"
    with Sandbox(data=data) as sandbox:
        assert not sandbox.ephemeral
        assert sandbox.folder == data.parent
        assert stat.S_IMODE(data.stat().st_mode) == 0o600
        made = (data.parent, data.parent.parent)
        assert [stat.S_IMODE(folder.stat().st_mode) for folder in made] == [0o700, 0o700]
        header = {"Authorization": f"Bearer {get_token(sandbox.base_url)}"}
        url = f"{sandbox.base_url}/ims/oneroster/gradebook/v1p2/results/new-result"
        requests.put(url, json={"result": result}, headers=header, timeout=10)
    with Sandbox(data=data, seed={}) as sandbox:
        records = sandbox.records("results")
        log = sandbox.requests()
    assert (len(records), records[-1]["sourcedId"]) == (159, "new-result")
    assert [(each.method, each.status) for each in log] == [("POST", 200), ("PUT", 201)]


def test_two_on_one_file_in_one_process_lose_nothing(tmp_path: Path, result: Record) -> None:
    """Where a second sandbox of this process came and went, another process that opens the file takes nothing from the first."""
    data = tmp_path / "grades.sqlite"
    look = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]);"
        "print(db.execute('SELECT count(*) FROM record').fetchone()[0]); db.close()"
    )
    with Sandbox(data=data) as sandbox:
        with Sandbox(data=data):
            pass
        before = subprocess.run([sys.executable, "-c", look, data], capture_output=True, text=True, check=True)  # fmt: skip
        sandbox.put_record("results", {**result, "sourcedId": "written-after"})
        after = subprocess.run([sys.executable, "-c", look, data], capture_output=True, text=True, check=True)  # fmt: skip
    assert int(after.stdout) == int(before.stdout) + 1


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    """A file that is no sandbox's, a database or not, is refused and not touched."""
    text, database = tmp_path / "notes.txt", tmp_path / "other.sqlite"
    text.write_text("Buy milk. " * 100)
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE other (x)")
    connection.close()
    for path in (text, database):
        before = path.read_bytes()
        with pytest.raises(OSError, match="cannot be a sandbox's data file"):
            Sandbox(data=path).start()
        assert path.read_bytes() == before


def test_the_log_tells_what_was_asked(wire: Wire, result: Record) -> None:
    """The log has method, path, query, status, client, and the body of a write."""
    wire.put(result)
    wire.gradebook("GET", "results/", params={"limit": 1, "filter": "score>'9'"})
    _, put, get = wire.sandbox.requests()
    assert (put.method, put.status, put.client) == ("PUT", 201, "sandbox")
    assert put.path == "/ims/oneroster/gradebook/v1p2/results/new-result"
    assert '"score": 87.5' in put.body
    assert (get.query, get.status, get.body) == ("limit=1&filter=score%3E%279%27", 200, "")
    assert wire.sandbox.requests(method="PUT") == [put]
    assert put.at < get.at


def test_settings_are_ready_to_paste() -> None:
    """The settings name the environment, and carry its name as their prefix."""
    with Sandbox(name="my-class", client_secret="it's # odd") as sandbox:  # noqa: S106 - invented
        text = sandbox.settings_text()
        assert text == (
            "GRADETOOLS_ENV=my-class\n"
            f"GRADETOOLS_MY_CLASS_BASE_URL={sandbox.base_url}\n"
            f"GRADETOOLS_MY_CLASS_TOKEN_URL={sandbox.base_url}/oauth2/token\n"
            "GRADETOOLS_MY_CLASS_CLIENT_ID=sandbox\n"
            "GRADETOOLS_MY_CLASS_CLIENT_SECRET='it'\"'\"'s # odd'\n"
        )


def test_settings_name_another_dialect() -> None:
    """The settings say the dialect where it is not the default."""
    with Sandbox(dialect="oneroster") as sandbox:
        last = sandbox.settings_text().splitlines()[-1]
    assert last == "GRADETOOLS_SANDBOX_DIALECT=oneroster"


def test_an_unknown_dialect_is_refused() -> None:
    """A dialect is one of two."""
    with pytest.raises(ValueError, match="timeback, oneroster"):
        Sandbox(dialect="klingon")


def start_process(data: Path) -> tuple[subprocess.Popen[str], str]:
    """Serve a file in another process; give it and its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(data)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end_process(process: subprocess.Popen[str]) -> None:
    """Kill a process as `kill -9` does."""
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_an_answered_put_survives_a_kill(tmp_path: Path, result: Record) -> None:
    """Every PUT that was answered is there after `kill -9`."""
    data = tmp_path / "grades.sqlite"
    process, base_url = start_process(data)
    try:
        header = {"Authorization": f"Bearer {get_token(base_url)}"}
        for number in range(50):
            body = {"result": result | {"sourcedId": f"r-{number}"}}
            url = f"{base_url}/ims/oneroster/gradebook/v1p2/results/r-{number}"
            assert requests.put(url, json=body, headers=header, timeout=10).status_code == 201
    finally:
        end_process(process)
    with Sandbox(data=data) as sandbox:
        kept = [each["sourcedId"] for each in sandbox.records("results")[158:]]
        logged = len(sandbox.requests(method="PUT"))
    assert (kept, logged) == ([f"r-{number}" for number in range(50)], 50)


def test_two_processes_share_a_file(tmp_path: Path, result: Record) -> None:
    """Two servers that open one new file at once seed it once, and see each other's writes."""
    data = tmp_path / "grades.sqlite"
    processes = [start_process(data) for _ in range(2)]
    try:
        with Sandbox(data=data) as sandbox:
            headers = [{"Authorization": f"Bearer {get_token(url)}"} for _, url in processes]
            for number in range(40):
                (_, base_url), header = processes[number % 2], headers[number % 2]
                url = f"{base_url}/ims/oneroster/gradebook/v1p2/results/r-{number}"
                body = {"result": result | {"sourcedId": f"r-{number}"}}
                assert requests.put(url, json=body, headers=header, timeout=10).status_code == 201
            assert len(sandbox.records("results")) == 158 + 40
            assert len(sandbox.requests(method="PUT")) == 40
    finally:
        for process, _ in processes:
            end_process(process)


def test_opening_a_new_file_at_once(tmp_path: Path) -> None:
    """Several processes that start together on a new file all come up."""
    script = (
        "import sys\nfrom gradetools.sandbox import Sandbox\n"
        "with Sandbox(data=sys.argv[1]) as sandbox:\n    print(len(sandbox.records('users')))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "new.sqlite")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate(timeout=60)[0].strip() for process in processes] == ["93"] * 4


def test_it_is_importable_without_its_extra(tmp_path: Path) -> None:
    """Without FastAPI the package imports, and starting says what to install."""
    script = (
        "import sys\nsys.modules['fastapi'] = None\nfrom gradetools.sandbox import Sandbox\n"
        "try:\n    Sandbox().start()\nexcept ImportError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert done.stdout == (
        "The sandbox needs FastAPI and uvicorn: pip install 'gradetools[sandbox]'\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_it_ends_with_its_process(tmp_path: Path) -> None:
    """A sandbox that nobody stopped goes with the process, and its folder too, quietly."""
    script = "from gradetools.sandbox import Sandbox\nSandbox().start()"
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert (done.stdout, done.stderr, list(tmp_path.iterdir())) == ("", "", [])
    assert time.monotonic() - began < 20


def test_the_sandbox_imports_nothing_of_ours() -> None:
    """It reads the contract on its own account: no module of the package but its own."""
    script = (
        "import sys\nfrom gradetools.sandbox import Sandbox\nSandbox().start().stop()\n"
        "print(*sorted(name for name in sys.modules if name.startswith('gradetools')"
        " and not name.startswith('gradetools.sandbox')), 'pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["gradetools", "False"]


@pytest.mark.parametrize("path", ["docs", "redoc", "docs/oauth2-redirect", ""])
def test_no_page_of_it_loads_scripts(wire: Wire, path: str) -> None:
    """Like any other path without a token, those of pages that fetch scripts from a public server are refused."""
    answer = requests.get(f"{wire.sandbox.base_url}/{path}", timeout=10)
    assert (answer.status_code, "<" in answer.text) == (401, False)


def test_its_page_describes_what_it_serves(wire: Wire) -> None:
    """The OpenAPI page needs no token, and has the token's endpoint and the schemas of the dialect."""
    url = f"{wire.sandbox.base_url}/openapi.json"
    document = requests.get(url, timeout=10).json()
    put = document["paths"]["/ims/oneroster/gradebook/v1p2/results/{sourcedId}"]["put"]
    assert (put["operationId"], "/oauth2/token" in document["paths"]) == ("putResult", True)
    assert document["components"]["schemas"]["result"]["required"] == [
        "status",
        "lineItem",
        "student",
        "scoreStatus",
        "scoreDate",
    ]
