"""The proxy that spoils: with real sockets, a tiny server behind it and `requests` before it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests
from faulty_proxy import Asked, Exchange, Fault, FaultyProxy, Rule, reply

if TYPE_CHECKING:
    from gradetools.sandbox import Sandbox

SCORES = {"scores": list(range(50))}
WAIT = 5.0  # seconds before a client in these tests gives up


class Store(ThreadingHTTPServer):
    """A server that stores what is PUT, counts it, and closes without waiting for anybody."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.stored: list[tuple[str, bytes]] = []
        self.hosts: list[str] = []
        self.connections: set[tuple[str, int]] = set()


class Handler(BaseHTTPRequestHandler):
    """PUT stores; GET answers by path: `/chunked`, `/old` (to the end of the connection), others."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Store

    def do_PUT(self) -> None:
        """Store the body, and answer 201 the first time and 200 from then on."""
        self.server.hosts.append(self.headers["Host"])
        path, before = self.path, len(self.server.stored)
        self.server.stored.append((path, self.read_body()))
        self.answer(200 if before else 201, b'{"stored": true}'.ljust(200))

    def do_GET(self) -> None:
        """Answer the scores, framed in one of three ways."""
        body = json.dumps(SCORES).encode()
        if self.path == "/chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(body), 40):
                part = body[start : start + 40]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/old":
            self.close_connection = True
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)
        else:
            self.answer(200, body)

    def do_HEAD(self) -> None:
        """Tell a length, and send no body, as HEAD is answered."""
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()

    def read_body(self) -> bytes:
        """Read a body of a told length or in chunks."""
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers["Content-Length"]))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer(self, status: int, body: bytes) -> None:
        """Send one answer of a told length."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def store() -> Iterator[Store]:
    """Run the tiny server in a thread, on a port of its own."""
    with Store() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client() -> Iterator[requests.Session]:
    """Give one session, which keeps its connection alive."""
    with requests.Session() as session:
        yield session


def test_without_faults_everything_passes(store: Store, client: requests.Session) -> None:
    """Requests and answers pass unchanged over one connection, the Host header included."""
    with FaultyProxy(store.server_port) as proxy:
        put = client.put(f"{proxy.base_url}/results/a%2Fb?x=1", data=b"one", timeout=WAIT)
        got = client.get(f"{proxy.base_url}/scores", timeout=WAIT)
        assert (put.status_code, got.json()) == (201, SCORES)
        assert store.stored == [("/results/a%2Fb?x=1", b"one")]
        assert store.hosts == [f"127.0.0.1:{proxy.port}"]
        assert proxy.log == [
            Exchange(1, "PUT", "/results/a%2Fb?x=1", None, (201,)),
            Exchange(2, "GET", "/scores", None, (200,)),
        ]


def test_keep_alive(store: Store, client: requests.Session) -> None:
    """Ten requests of one session come over one connection."""
    with FaultyProxy(store.server_port) as proxy:
        ports = set()
        for _ in range(10):
            answer = client.get(f"{proxy.base_url}/scores", stream=True, timeout=WAIT)
            connection = answer.raw.connection
            ports.add(connection.sock.getsockname()[1])
            assert answer.json() == SCORES
        assert len(ports) == 1


@pytest.mark.parametrize("path", ["/scores", "/chunked", "/old"])
def test_every_framing_passes(store: Store, client: requests.Session, path: str) -> None:
    """Answers of a told length, in chunks, and to the end of the connection pass, twice in a row."""
    with FaultyProxy(store.server_port) as proxy:
        got = [client.get(proxy.base_url + path, timeout=WAIT).json() for _ in range(2)]
        assert got == [SCORES, SCORES]


def test_head_has_no_body(store: Store, client: requests.Session) -> None:
    """An answer to HEAD tells a length and has no body; the proxy does not wait for one."""
    with FaultyProxy(store.server_port) as proxy:
        assert client.head(proxy.base_url, timeout=WAIT).headers["Content-Length"] == "100"
        assert client.get(proxy.base_url, timeout=WAIT).json() == SCORES


def test_request_in_chunks(store: Store, client: requests.Session) -> None:
    """A request whose body comes in chunks reaches the server whole."""
    with FaultyProxy(store.server_port) as proxy:
        client.put(f"{proxy.base_url}/r", data=iter([b"one ", b"two"]), timeout=WAIT)
        assert store.stored == [("/r", b"one two")]


def test_interim_answers_are_left_out(store: Store, client: requests.Session) -> None:
    """`100 Continue` is no answer: the client hears the one that follows it."""
    with FaultyProxy(store.server_port) as proxy:
        expecting = {"Expect": "100-continue"}
        answer = client.put(f"{proxy.base_url}/r", data=b"x", headers=expecting, timeout=WAIT)
        assert (answer.status_code, proxy.log[0].statuses) == (201, (201,))


@pytest.mark.parametrize("fault", [Fault(delay_request=0.3), Fault(delay_answer=0.3)])
def test_delay(store: Store, client: requests.Session, fault: Fault) -> None:
    """A delayed request is answered as ever, that much later."""
    with FaultyProxy(store.server_port, [Rule(fault=fault)]) as proxy:
        began = time.monotonic()
        assert client.get(f"{proxy.base_url}/scores", timeout=WAIT).json() == SCORES
        assert 0.3 <= time.monotonic() - began < WAIT


def test_delay_on_the_right_side(store: Store) -> None:
    """Before the request is delayed nothing is stored; while the answer is, it is stored already."""
    for fault, stored in ((Fault(delay_request=1), 0), (Fault(delay_answer=1), 1)):
        store.stored.clear()
        with FaultyProxy(store.server_port, [Rule(fault=fault)]) as proxy:
            with pytest.raises(requests.ReadTimeout):
                requests.put(f"{proxy.base_url}/r", data=b"x", timeout=0.4)
            assert len(store.stored) == stored


@pytest.mark.parametrize("cut_after", [0, 10, 200])
def test_cut(store: Store, client: requests.Session, cut_after: int) -> None:
    """An answer cut in its status line or its body is an error at the client, and was stored."""
    with FaultyProxy(store.server_port, [Rule(fault=Fault(cut_after=cut_after))]) as proxy:
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            client.put(f"{proxy.base_url}/r", data=b"x", timeout=WAIT)
        assert (len(store.stored), proxy.log[0].statuses) == (1, (201,))


def test_cut_in_the_headers(store: Store, client: requests.Session) -> None:
    """An answer cut between its headers looks to `requests` like a whole one without a body."""
    with FaultyProxy(store.server_port, [Rule(fault=Fault(cut_after=60))]) as proxy:
        answer = client.put(f"{proxy.base_url}/r", data=b"x", timeout=WAIT)
        assert (answer.status_code, answer.content) == (201, b"")


@pytest.mark.parametrize(("reset", "statuses"), [("before", ()), ("after", (201,))])
def test_reset(store: Store, client: requests.Session, reset: str, statuses: tuple[int]) -> None:
    """A reset before the server got it stores nothing; one after it answered has stored."""
    fault = Fault(reset="before" if reset == "before" else "after")
    with FaultyProxy(store.server_port, [Rule(fault=fault, times=1)]) as proxy:
        with pytest.raises(requests.ConnectionError, match="reset by peer"):
            client.put(f"{proxy.base_url}/r", data=b"x", timeout=WAIT)
        assert (len(store.stored), proxy.log[0].statuses) == (len(statuses), statuses)
        assert client.put(f"{proxy.base_url}/r", data=b"x", timeout=WAIT).ok


def test_hang(store: Store, client: requests.Session) -> None:
    """A request that hangs was stored; its client waits until it gives up."""
    with FaultyProxy(store.server_port, [Rule(fault=Fault(hang=True), times=1)]) as proxy:
        with pytest.raises(requests.ReadTimeout):
            client.put(f"{proxy.base_url}/r", data=b"x", timeout=0.3)
        assert proxy.log == [Exchange(1, "PUT", "/r", Fault(hang=True), (201,))]
        assert client.put(f"{proxy.base_url}/r", data=b"x", timeout=WAIT).status_code == 200


@pytest.mark.parametrize("path", ["/scores", "/chunked"])
def test_garble(store: Store, client: requests.Session, path: str) -> None:
    """A garbled answer keeps its status and length, and nobody can read its body."""
    with FaultyProxy(store.server_port, [Rule(fault=Fault(garble=True), times=1)]) as proxy:
        spoiled = client.get(proxy.base_url + path, timeout=WAIT)
        assert (spoiled.status_code, len(spoiled.content)) == (200, len(json.dumps(SCORES)))
        with pytest.raises(ValueError, match="decode"):
            json.loads(spoiled.content)
        assert client.get(proxy.base_url + path, timeout=WAIT).json() == SCORES


def test_answer_in_place_of_the_servers(store: Store, client: requests.Session) -> None:
    """A given answer arrives as given, and the server never hears of the request."""
    busy = Fault(answer=reply(429, b"slow down", retry_after="2"))
    with FaultyProxy(store.server_port, [Rule(fault=busy, times=1)]) as proxy:
        spoiled = client.put(f"{proxy.base_url}/r", data=b"x", timeout=WAIT)
        assert (spoiled.status_code, spoiled.text) == (429, "slow down")
        assert spoiled.headers["Retry-After"] == "2"
        assert (store.stored, proxy.log[0].statuses) == ([], ())
        assert client.put(f"{proxy.base_url}/r", data=b"x", timeout=WAIT).status_code == 201


def test_twice(store: Store, client: requests.Session) -> None:
    """A doubled request is stored twice, and the client hears the second answer."""
    with FaultyProxy(store.server_port, [Rule(fault=Fault(twice=True))]) as proxy:
        assert client.put(f"{proxy.base_url}/r", data=b"x", timeout=WAIT).status_code == 200
        assert store.stored == [("/r", b"x"), ("/r", b"x")]
        assert proxy.log[0].statuses == (201, 200)


def test_server_down(client: requests.Session) -> None:
    """Behind the proxy nothing listens: the client hears a reset, not silence."""
    with Store() as gone:
        port = gone.server_port
    with FaultyProxy(port) as proxy:
        with pytest.raises(requests.ConnectionError):
            client.get(proxy.base_url, timeout=WAIT)
        assert proxy.log == [Exchange(1, "GET", "/", None, ())]


def test_rules(store: Store, client: requests.Session) -> None:
    """A rule counts what matches it by method and path; the first rule that hits decides."""
    rules = [
        Rule(fault=Fault(answer=reply(503)), method="PUT", path="^/results/", first=2, times=2),
        Rule(fault=Fault(answer=reply(418)), path="tea$"),
    ]
    asked = ["PUT /results/1", "GET /results/1", "PUT /tea", "PUT /results/2", "PUT /results/tea"]
    with FaultyProxy(store.server_port, rules) as proxy:
        statuses = []
        for line in [*asked, "PUT /results/tea", "PUT /results/3"]:
            method, path = line.split()
            data = b"x" if method == "PUT" else None
            answer = client.request(method, proxy.base_url + path, data=data, timeout=WAIT)
            statuses.append(answer.status_code)
    assert statuses == [201, 200, 418, 503, 503, 418, 200]


def test_faults_by_a_function(store: Store, client: requests.Session) -> None:
    """A function sees number, method, path and body of each request, and chooses."""

    def choose(asked: Asked) -> Fault | None:
        return Fault(answer=reply(500)) if (asked.n, asked.body) == (2, b"second") else None

    with FaultyProxy(store.server_port, choose) as proxy:
        statuses = [
            client.put(f"{proxy.base_url}/r", data=body, timeout=WAIT).status_code
            for body in (b"second", b"second", b"first")
        ]
    assert statuses == [201, 500, 200]


def test_many_clients_at_once(store: Store) -> None:
    """Eight clients at once each get their own answers, and every request has its own number."""
    with FaultyProxy(store.server_port) as proxy:

        def put(name: int) -> None:
            with requests.Session() as session:
                for turn in range(20):
                    session.put(f"{proxy.base_url}/{name}/{turn}", data=b"x", timeout=WAIT)

        threads = [threading.Thread(target=put, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [exchange.n for exchange in proxy.log] == list(range(1, 161))
        assert len({path for path, _ in store.stored}) == 160


@pytest.mark.parametrize("fault", [Fault(hang=True), Fault(delay_answer=60), None])
def test_stops_promptly(store: Store, fault: Fault | None) -> None:
    """Stopping cuts what hangs, waits or idles within a second, and leaves no thread."""
    before = threading.active_count()
    with FaultyProxy(store.server_port, lambda _: fault) as proxy:

        def wait() -> None:
            with requests.Session() as session, suppress(requests.ConnectionError):
                session.get(f"{proxy.base_url}/scores", timeout=WAIT)
                finished.wait(WAIT)

        finished = threading.Event()
        client = threading.Thread(target=wait)
        client.start()
        while not proxy.log:
            time.sleep(0.01)
        began = time.monotonic()
    took = time.monotonic() - began
    finished.set()
    client.join()
    names = [thread.name for thread in threading.enumerate()]
    assert took < 1
    assert not [name for name in names if name.startswith("faulty-proxy")]
    assert threading.active_count() <= before + 1  # the server's own, still closing


def test_stopping_twice(store: Store) -> None:
    """A second stop does nothing, and the port is free again."""
    with FaultyProxy(store.server_port) as proxy:
        pass
    proxy.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(proxy.base_url, timeout=WAIT)


def test_in_front_of_the_sandbox(sandbox: Sandbox, client: requests.Session) -> None:
    """A PUT whose answer is lost stands in the sandbox all the same."""
    port = urlsplit(sandbox.base_url).port or 0
    held = sandbox.records("results")[0]
    faults = [Rule(fault=Fault(reset="after"), method="PUT", times=1)]
    with FaultyProxy(port, faults) as proxy:
        token = client.post(
            sandbox.token_url.replace(sandbox.base_url, proxy.base_url),
            data={"grant_type": "client_credentials"},
            auth=(sandbox.client_id, sandbox.client_secret),
            timeout=WAIT,
        ).json()
        client.headers["Authorization"] = f"Bearer {token['access_token']}"
        url = f"{proxy.base_url}/ims/oneroster/gradebook/v1p2/results/{held['sourcedId']}"
        spoiled = {"result": {**held, "comment": "through the proxy"}}
        with pytest.raises(requests.ConnectionError):
            client.put(url, json=spoiled, timeout=WAIT)
        assert client.get(url, timeout=WAIT).json()["result"]["comment"] == "through the proxy"
    assert [(one.method, one.statuses) for one in proxy.log] == [
        ("POST", (200,)),
        ("PUT", (201,)),
        ("GET", (200,)),
    ]
