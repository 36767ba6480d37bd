"""A small raw-socket proxy that spoils, on purpose, what passes between a client and a server.

    with FaultyProxy(port, [Rule(fault=Fault(reset="after"), method="PUT", times=1)]) as proxy:
        client = Client(proxy.base_url)     # the first PUT is stored, and its answer never arrives
    assert proxy.log[0].statuses == (201,)

It speaks just enough HTTP/1.1 to tell one request from the next (request line, Content-Length,
chunked bodies, keep-alive); what no fault touches passes byte for byte, the Host header included.
Each connection of a client is one thread. A request that a fault touches has a fresh connection to the
server, so that the fault cannot leak into the next; the others share one per client's connection.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Self

HOST = "127.0.0.1"
PATIENCE = 30.0  # seconds that the server may take for one answer


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with one request; what is left out goes right.

    Attributes:
        delay_request: seconds before the server gets it.
        delay_answer: seconds between the server's answer and the client's hearing of it.
        reset: RST to the client, `"before"` the server got the request or `"after"` it answered.
        hang: the server answers, the client waits until it gives up.
        twice: the server gets the request two times; the second answer is passed on.
        answer: raw bytes given in place of the server's, which never hears of it; see `reply`.
        instead: raw bytes given in place of the server's answer, after the server did what was asked.
        garble: the answer's body is turned into noise of the same length.
        cut_after: bytes of the answer, head included, before the connection is closed.
    """

    delay_request: float = 0
    delay_answer: float = 0
    reset: Literal["before", "after"] | None = None
    hang: bool = False
    twice: bool = False
    answer: bytes | None = None
    instead: bytes | None = None
    garble: bool = False
    cut_after: int | None = None


@dataclass(frozen=True)
class Asked:
    """A request as it came: its number, counted from 1, and what a fault may be chosen by."""

    n: int
    method: str
    path: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One fault, and which requests it hits: of those that match, the `first` and on, `times` times."""

    fault: Fault
    method: str | None = None
    path: str = ""  # a regular expression, searched for in the path with its query
    first: int = 1
    times: int | None = None

    def matches(self, asked: Asked) -> bool:
        """Say whether a request is one of those this rule counts."""
        return self.method in (None, asked.method) and bool(re.search(self.path, asked.path))

    def hits(self, count: int) -> bool:
        """Say whether the `count`-th request that matches is spoiled."""
        return self.first <= count and (self.times is None or count < self.first + self.times)


Choice = Callable[[Asked], Fault | None]


@dataclass(frozen=True)
class Exchange:
    """What became of one request; `statuses` are the server's answers, none where it was not asked."""

    n: int
    method: str
    path: str
    fault: Fault | None
    statuses: tuple[int, ...]


def reply(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Build the bytes of an answer for `Fault.answer`; `retry_after="2"` becomes `Retry-After: 2`."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    named["Content-Length"] = str(len(body))
    lines = [f"HTTP/1.1 {status} Spoiled", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class FaultyProxy:
    """A proxy on 127.0.0.1, in front of a server on the same machine.

    Args:
        upstream_port: where the server listens.
        faults: rules, of which the first that hits counts, or a function of the request. The
            function is called by many threads, one at a time.
    """

    def __init__(self, upstream_port: int, faults: Sequence[Rule] | Choice = ()) -> None:
        self._upstream_port = upstream_port
        self._choose = faults if callable(faults) else _follow(faults)
        self._lock = threading.Lock()
        self._asked = 0
        self._log: list[Exchange] = []
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listener = socket.create_server((HOST, 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._start_thread(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """Where a client finds the proxy."""
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> list[Exchange]:
        """Every request up to now, in the order in which they came."""
        with self._lock:
            return sorted(self._log, key=lambda exchange: exchange.n)

    def stop(self) -> None:
        """Cut whatever is open and end every thread; a second call does nothing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        socket.create_connection((HOST, self.port)).close()  # wakes the thread that accepts
        with self._lock:
            for connection in self._open:
                _shut(connection)
        for thread in list(self._threads):
            thread.join(timeout=5)
        self._listener.close()

    def _start_thread(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(
            target=target, args=arguments, name=f"faulty-proxy-{self.port}", daemon=True
        )
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            if not self._hold(client):
                client.close()
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start_thread(self._serve, client)

    def _hold(self, connection: socket.socket) -> bool:
        """Note a connection as one that `stop` has to cut; refuse it when stopping already."""
        with self._lock:
            stopping = self._stopping.is_set()
            if not stopping:
                self._open.add(connection)
        return not stopping

    def _drop(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)
        connection.close()

    def _serve(self, client: socket.socket) -> None:
        """Pass one request after another of one client, until either side closes."""
        stream = _Stream(client)
        kept: list[socket.socket] = []
        try:
            with suppress(OSError):  # the client went, or `stop` cut it
                while (request := stream.read_request()) and self._pass_on(request, client, kept):
                    pass
        finally:
            for connection in (client, *kept):
                self._drop(connection)

    def _pass_on(self, request: _Message, client: socket.socket, kept: list[socket.socket]) -> bool:
        """Do with one request what its fault says; say whether the connection lives on."""
        method, path, _ = request.start_line.split(" ", 2)
        with self._lock:
            self._asked += 1
            asked = Asked(self._asked, method, path, request.body)
            chosen = self._choose(asked)
        fault = chosen or Fault()
        self._stopping.wait(fault.delay_request)
        fresh: list[socket.socket] = []
        answers = self._ask(request, method, fault, fresh if chosen else kept)
        for connection in fresh:
            self._drop(connection)
        with self._lock:
            statuses = tuple(answer.status for answer in answers)
            self._log.append(Exchange(asked.n, method, path, chosen, statuses))
        self._stopping.wait(fault.delay_answer)
        if fault.answer is not None:
            client.sendall(fault.answer)
            return True
        if fault.reset or not answers:
            _reset(client)
            return False
        if fault.instead is not None:
            client.sendall(fault.instead)
            return True
        if fault.hang:
            client.recv(1)  # until the client gives up or `stop` shuts the connection
            return False
        return _give(client, answers[-1], fault)

    def _ask(
        self, request: _Message, method: str, fault: Fault, kept: list[socket.socket]
    ) -> list[_Message]:
        if fault.reset == "before" or fault.answer is not None or self._stopping.is_set():
            return []
        answers = []
        for _ in range(2 if fault.twice else 1):
            try:
                answers.append(self._ask_once(request, method, kept))
            except OSError:
                break  # the server is down: the client hears it as a reset
        return answers

    def _ask_once(self, request: _Message, method: str, kept: list[socket.socket]) -> _Message:
        server = kept.pop() if kept else self._connect()
        try:
            server.sendall(request.raw())
            answer = _Stream(server).read_answer(method)
        except OSError:
            self._drop(server)
            raise
        if answer.last:
            self._drop(server)
        else:
            kept.append(server)
        return answer

    def _connect(self) -> socket.socket:
        server = socket.create_connection((HOST, self._upstream_port), timeout=PATIENCE)
        if not self._hold(server):
            server.close()
            raise ConnectionAbortedError
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return server


def _follow(rules: Sequence[Rule]) -> Choice:
    """Turn a list of rules into a function that counts, per rule, what matched it."""
    counts = [0] * len(rules)

    def choose(asked: Asked) -> Fault | None:
        chosen = None
        for place, rule in enumerate(rules):
            if rule.matches(asked):
                counts[place] += 1
                if chosen is None and rule.hits(counts[place]):
                    chosen = rule.fault
        return chosen

    return choose


def _give(client: socket.socket, answer: _Message, fault: Fault) -> bool:
    raw = answer.raw(garbled=fault.garble)
    if fault.cut_after is not None:
        client.sendall(raw[: fault.cut_after])
        _shut(client)
        return False
    client.sendall(raw)
    return not answer.last


def _reset(connection: socket.socket) -> None:
    """Close with RST instead of FIN: what is lingering for zero seconds is thrown away."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # the other side was quicker
        connection.shutdown(socket.SHUT_RDWR)


@dataclass
class _Message:
    """A request or an answer: its head, and its body in pieces, each framing or payload."""

    head: bytes
    pieces: list[tuple[bytes, bool]] = field(default_factory=list)
    last: bool = False  # the connection ends with it

    @property
    def start_line(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode("latin-1")

    @property
    def status(self) -> int:
        return int(self.start_line.split(" ")[1])

    @property
    def body(self) -> bytes:
        return b"".join(data for data, payload in self.pieces if payload)

    def header(self, name: str) -> str:
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.strip().lower() == name:
                return value.strip().lower()
        return ""

    def raw(self, *, garbled: bool = False) -> bytes:
        """The bytes as they came, or with each payload byte turned into its complement."""
        return self.head + b"".join(
            bytes(byte ^ 0xFF for byte in data) if garbled and payload else data
            for data, payload in self.pieces
        )


class _Stream:
    """A connection read message by message; what was read too far waits for the next one."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = b""

    def read_request(self) -> _Message | None:
        """Read one request; None when the client closed between two of them."""
        if self._ended():
            return None
        request = _Message(self._read_until(b"\r\n\r\n"))
        self._read_body(request)
        return request

    def read_answer(self, method: str) -> _Message:
        """Read one final answer; 1xx answers before it are left out."""
        while True:
            answer = _Message(self._read_until(b"\r\n\r\n"))
            if answer.status >= 200:
                break
        old = answer.start_line.startswith("HTTP/1.0")
        answer.last = old or answer.header("connection") == "close"
        if method == "HEAD" or answer.status in (204, 304):
            return answer
        if not self._read_body(answer):
            answer.pieces.append((self._read_to_end(), True))
            answer.last = True
        return answer

    def _read_body(self, message: _Message) -> bool:
        """Read a body whose end is told in advance; say whether it was told."""
        if "chunked" in message.header("transfer-encoding"):
            self._read_chunks(message)
        elif length := message.header("content-length"):
            message.pieces.append((self._read_exactly(int(length)), True))
        else:
            return False
        return True

    def _read_chunks(self, message: _Message) -> None:
        while True:
            line = self._read_until(b"\r\n")
            message.pieces.append((line, False))
            size = int(line.split(b";")[0], 16)
            if size == 0:
                break
            message.pieces.append((self._read_exactly(size), True))
            message.pieces.append((self._read_exactly(2), False))
        while line != b"\r\n":  # trailers, up to an empty line
            line = self._read_until(b"\r\n")
            message.pieces.append((line, False))

    def _ended(self) -> bool:
        return not self._buffer and not self._receive()

    def _read_until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            if not self._receive():
                raise ConnectionResetError
        found, _, self._buffer = self._buffer.partition(end)
        return found + end

    def _read_exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            if not self._receive():
                raise ConnectionResetError
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    def _read_to_end(self) -> bytes:
        while self._receive():
            pass
        found, self._buffer = self._buffer, b""
        return found

    def _receive(self) -> bool:
        data = self._connection.recv(65536)
        self._buffer += data
        return bool(data)
