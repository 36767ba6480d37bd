"""A push of thousands of results, beside three clients that only send, at the same concurrency in one run.

Run it as `python tests/benchmarks/push.py [ENTRIES [LATENCY ...]]`. The other end answers after 0, 20 or 50 ms, in a process of
its own. The bare clients send the same bodies and the same number of requests, and check nothing but the
status; ours has journal, progress, sampled read-back and the re-read of each line item on. Each
figure is the best of several rounds in which all clients take turns.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import requests
import urllib3

import gradetools as gt
from gradetools.dialects import compact
from gradetools.journal import open_journal
from gradetools.plan import Plan
from gradetools.plan.value import make_changes
from gradetools.settings import Settings
from gradetools.snapshot import Environment

ENTRIES = 2_000
ROUNDS = 3
SERVER = Path(__file__).with_name("loopback_server.py")
RESULTS = "/ims/oneroster/gradebook/v1p2/results"
LISTS = "/ims/oneroster/gradebook/v1p2/classes/algebra-1/lineItems"
HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Authorization": "Bearer an-invented-token",
}


@dataclass(frozen=True)
class Request:
    """One request that the bare clients send."""

    method: str
    path: str
    body: dict[str, object] | None = None


@dataclass(frozen=True)
class Figures:
    """What a client needed: requests, seconds on the clock, seconds of the processor."""

    requests: int
    seconds: float
    processor: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    @property
    def cost(self) -> float:
        """Microseconds of processor time per request."""
        return 1e6 * self.processor / self.requests


Client = Callable[[str, Sequence[Request], int], None]


@contextlib.contextmanager
def serving(latency_ms: int) -> Iterator[str]:
    """Run the other end for a while; gives its base URL."""
    command = [sys.executable, str(SERVER), str(latency_ms)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None and server.stdin is not None  # noqa: PT018 - both are pipes
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.stdin.close()


def make_record(number: int, line_item: str, run: str) -> dict[str, object]:
    """Make one result as it is on the wire."""
    return {
        "sourcedId": f"{run}-{number}",
        "status": "active",
        "lineItem": {"sourcedId": line_item},
        "student": {"sourcedId": f"student-{number}"},
        "class": {"sourcedId": "algebra-1"},
        "scoreStatus": "fully graded",
        "score": (number % 201) / 2,
        "scoreDate": "2026-09-18T00:00:00.000Z",
        "comment": "Shown work, one slip in the third step.",
    }


def make_plan(environment: Environment, entries: int, items: int, run: str) -> Plan:
    """Make a plan of new results, so many for so many line items."""
    records = [make_record(n, f"quiz-{n % items}", run) for n in range(entries)]
    columns: dict[str, list[object]] = {
        "line": list(range(2, entries + 2)),
        "column": ["Quiz"] * entries,
        "occurrence": [1] * entries,
        "student": [record["student"]["sourcedId"] for record in records],  # type: ignore[index] - made above
        "student_name": ["Ada Example"] * entries,
        "line_item": [record["lineItem"]["sourcedId"] for record in records],  # type: ignore[index] - made above
        "line_item_title": ["Quiz"] * entries,
        "class_id": ["algebra-1"] * entries,
        "action": ["create"] * entries,
        "reason": [""] * entries,
        "message": [""] * entries,
        "sourced_id": [record["sourcedId"] for record in records],
        "before": [None] * entries,
        "after": [compact(record) for record in records],
        "lowered": [False] * entries,
        "cleared": [False] * entries,
    }
    return Plan(environment, "timeback", make_changes(columns, list(range(entries))))


def list_requests(entries: int, items: int, run: str) -> list[Request]:
    """List what a push sends: for each line item a list, and PUTs; a read for one in fifty."""
    listed = [Request("GET", f"{LISTS}/quiz-{item}/results") for item in range(items)]
    for n in range(entries):
        body = {"result": make_record(n, f"quiz-{n % items}", run)}
        listed.append(Request("PUT", f"{RESULTS}/{run}-{n}", body))
        if n % 50 == 0:
            listed.append(Request("GET", f"{RESULTS}/{run}-{n}"))
    return listed


def send_by_urllib3(base_url: str, todo: Sequence[Request], workers: int) -> None:
    """Send by bare urllib3 in threads."""
    with urllib3.PoolManager(maxsize=workers, retries=False) as pool:

        def send(one: Request) -> None:
            body = None if one.body is None else json.dumps(one.body).encode()
            answer = pool.request(one.method, base_url + one.path, body=body, headers=HEADERS)
            must_be_answered(answer.status)

        with ThreadPoolExecutor(workers) as threads:
            list(threads.map(send, todo))


def send_by_requests(base_url: str, todo: Sequence[Request], workers: int) -> None:
    """Send by a plain `requests.Session` per thread."""
    own = threading.local()

    def send(one: Request) -> None:
        if not hasattr(own, "session"):
            own.session = requests.Session()
        answer = own.session.request(
            one.method, base_url + one.path, json=one.body, headers=HEADERS, timeout=30
        )
        must_be_answered(answer.status_code)

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(send, todo))


def send_by_aiohttp(base_url: str, todo: Sequence[Request], workers: int) -> None:
    """Send by aiohttp, as many at once."""

    async def send_all() -> None:
        left = iter(todo)
        connector = aiohttp.TCPConnector(limit=workers)
        async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:

            async def work() -> None:
                for one in left:
                    url = base_url + one.path
                    async with session.request(one.method, url, json=one.body) as answer:
                        await answer.read()
                        must_be_answered(answer.status)

            await asyncio.gather(*(work() for _ in range(workers)))

    asyncio.run(send_all())


def must_be_answered(status: int) -> None:
    """Refuse a figure that was got by failing fast."""
    if status not in (200, 201, 404):
        raise RuntimeError(f"answered with {status}")


def make_settings(base_url: str, folder: Path) -> Settings:
    """Make the settings for that server, with a data folder of its own."""
    return Settings(
        env="staging",
        base_url=base_url,
        token_url=f"{base_url}/token",
        client_id="grader",
        client_secret="an invented secret",  # noqa: S106 - an invented secret
        data_dir=folder,
    )


def measured(count: int, work: Callable[[], object]) -> Figures:
    """Measure one piece of work."""
    begun, processor = time.perf_counter(), time.process_time()
    work()
    return Figures(count, time.perf_counter() - begun, time.process_time() - processor)


def push(base_url: str, entries: int, items: int, workers: int, run: str) -> Figures:
    """Push as anybody would, and look that everything was written."""
    with (
        tempfile.TemporaryDirectory() as folder,
        gt.connect(make_settings(base_url, Path(folder))) as gradebook,
    ):
        plan = make_plan(gradebook.environment, entries, items, run)
        agreed = plan.fingerprint
        gradebook.list_results("algebra-1")  # as a snapshot would: the token is there
        with open_journal(gradebook.environment, Path(folder)) as journal:
            journal.last_sent()  # as planning would: the journal is there
        receipts: list[gt.Receipt] = []
        looks: list[gt.Progress] = []

        def work() -> None:
            receipts.append(
                gt.push_plan(plan, gradebook, agreed=agreed, workers=workers, progress=looks.append)
            )

        figures = measured(entries + max(20, entries // 50) + items, work)
    if receipts[0].states["created"] != entries:
        raise RuntimeError(f"not everything was written: {receipts[0].states}")
    return figures


BARE: dict[str, Client] = {
    "urllib3": send_by_urllib3,
    "requests": send_by_requests,
    "aiohttp": send_by_aiohttp,
}


def compare(base_url: str, entries: int, items: int, workers: int) -> dict[str, Figures]:
    """Let all clients take turns, and keep the best of each."""
    best: dict[str, Figures] = {}
    for number in range(ROUNDS):
        for name in ("gradetools", *BARE):
            run = f"{name}-{items}-{workers}-{number}"
            if name == "gradetools":
                found = push(base_url, entries, items, workers, run)
            else:
                todo, send = list_requests(entries, items, run), BARE[name]
                found = measured(len(todo), lambda: send(base_url, todo, workers))  # noqa: B023 - called at once
            if name not in best or found.rate > best[name].rate:
                best[name] = found
    return best


def tell(latency: int, items: int, workers: int, best: dict[str, Figures]) -> None:
    """Print a line per client."""
    ideal = workers / (latency / 1000) if latency else None
    bare = best["urllib3"].rate
    for name, found in best.items():
        share = f"{found.rate / ideal:5.2f} of the ideal" if ideal else " " * 18
        sys.stdout.write(
            f"{latency:2} ms {workers:2} workers {items:2} items  {name:10} {found.rate:6.0f}/s  {share}  "
            f"{found.rate / bare:5.2f} x urllib3  {found.cost:4.0f} us of processor a request\n"
        )
    sys.stdout.flush()


def main(entries: int, latencies: Sequence[int]) -> None:
    """Measure and tell."""
    for latency in latencies:
        with serving(latency) as base_url:
            for items in (1, 60):
                for workers in (8, 32):
                    best = compare(base_url, entries, items, workers)
                    tell(latency, items, workers, best)


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(given[0] if given else ENTRIES, given[1:] or (0, 20, 50))
