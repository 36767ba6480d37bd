"""A gradebook that only answers, after a fixed wait: the other end of `push.py`, in a process of its own.

It reads HTTP/1.1 with a `Content-Length`, and no more than a push needs: the token, one line item's
results, a PUT and a GET of a result. A request costs it a few dozen microseconds of processor time.

Run it as `python tests/benchmarks/loopback_server.py LATENCY_MS`; it prints its port, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading

#: Path below which results stand alone.
RESULTS = b"/ims/oneroster/gradebook/v1p2/results/"


class Store:
    """What was PUT: sourcedId to body."""

    def __init__(self) -> None:
        self.results: dict[bytes, bytes] = {}
        self.empty_list = json.dumps({"results": [], "totalCount": 0}).encode()
        self.token = json.dumps({"access_token": "an-invented-token", "expires_in": 3600}).encode()

    def answer(self, method: bytes, path: bytes, body: bytes) -> tuple[bytes, bytes]:
        """Give the status line's end and the body for one request."""
        if method == b"PUT":
            known = path in self.results
            self.results[path] = body
            return (b"200 OK" if known else b"201 Created"), body
        if path.startswith(RESULTS):
            found = self.results.get(path)
            return (b"200 OK", found) if found else (b"404 Not Found", b"{}")
        return b"200 OK", (self.token if method == b"POST" else self.empty_list)


class Connection(asyncio.Protocol):
    """One client's connection; requests on it follow one another."""

    def __init__(self, store: Store, latency: float) -> None:
        self.store, self.latency = store, latency
        self.loop = asyncio.get_running_loop()
        self.buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer as soon as a request is whole."""
        self.buffer += data
        head, gap, rest = self.buffer.partition(b"\r\n\r\n")
        if not gap:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        method, target, _ = head.split(b" ", 2)
        status, body = self.store.answer(method, target.partition(b"?")[0], rest[:length])
        answer = (
            b"HTTP/1.1 " + status + b"\r\nContent-Type: application/json\r\n"
            b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
        )
        if self.latency:
            self.loop.call_later(self.latency, self._send, answer)
        else:
            self._send(answer)

    def _send(self, answer: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(answer)


async def serve(latency: float) -> None:
    """Serve until the standard input ends."""
    store, loop, over = Store(), asyncio.get_running_loop(), asyncio.Event()
    server = await loop.create_server(lambda: Connection(store, latency), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()

    def wait_for_end() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=wait_for_end, daemon=True).start()
    await over.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]) / 1000))
