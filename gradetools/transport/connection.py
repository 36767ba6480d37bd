"""One connection to a server: a request in one piece, and a whole answer, read by its framing (RFC 9112).

Theory of operation. Opening, TLS, proxies and the pool of open connections are urllib3's; only what happens for each
request is done here, because `http.client` parses headers as if they were e-mail, and urllib3 makes a response
that streams: together five sixths of a request's processor time. An answer is its head, and then as many bytes as the
head says. What does not fit (a head that breaks off, more bytes than were told) ends the connection, so that no
answer can be taken for that of the next request.
"""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Mapping
from http.client import BadStatusLine, HTTPException, IncompleteRead, RemoteDisconnected
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

#: A head is no longer than that (`http.client` allows one line so much).
_LONGEST_HEAD = 65_536
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
#: A line that begins with a blank goes on with the one before (RFC 9112 section 5.2).
_FOLD = re.compile(r"\r?\n[ \t]+")
_STATUS_LINE = re.compile(r"HTTP/1\.([01]) +([1-9][0-9]{2})(?: .*)?")
_CHUNK_SIZE = re.compile(rb"\s*([0-9a-fA-F]{1,15})\s*(;.*)?\r?\n")


class Headers(dict[str, str]):
    """Headers of an answer; their names are kept in lower case, and found in any."""

    def __getitem__(self, name: str) -> str:
        """Give one header's value."""
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        """Whether there is such a header."""
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as dict has it
        """Give one header's value, or the default."""
        return super().get(name.lower(), default)


class Reply:
    """What came back: the HTTP status, the headers, and the whole body."""

    #: What urllib3's pool writes into its log.
    version_string, length_remaining = "HTTP/1", 0

    def __init__(self, status: int, headers: Headers, content: bytes) -> None:
        self.status, self.headers, self.content = status, headers, content


class InOnePiece(HTTPConnection):
    """A connection that sends head and body together, and reads the answer at once."""

    def request(  # type: ignore[override] # what comes back is no stream
        self,
        method: str,
        url: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,  # noqa: ANN401 - options of urllib3 for its own responses
    ) -> None:
        """Send a request; `headers` are all that it has, but for the length of its body.

        Raises:
            ValueError: a header holds a line break, and would be two.
        """
        if self.sock is None:
            self.connect()
        self.sock.settimeout(self.timeout)
        content = body.encode() if isinstance(body, str) else body or b""
        lines = [f"{method} {url} HTTP/1.1"]
        lines += [
            f"{name}: {value}"
            for name, value in (headers or {}).items()
            if name.lower() != "content-length"
        ]
        if body is not None:
            lines.append(f"Content-Length: {len(content)}")
        head = "\r\n".join(lines)
        if head.count("\r") + head.count("\n") != 2 * len(lines) - 2 or "\0" in head:
            raise ValueError("a header holds a line break")
        self.sock.sendall(head.encode("latin-1") + b"\r\n\r\n" + content)

    def getresponse(self) -> Reply:  # type: ignore[override] # what comes back is no stream
        """Read the answer; the connection stays open if the server leaves it so.

        Raises:
            HTTPException: it breaks off, or is no HTTP.
            OSError: the connection does, or nothing came in time.
        """
        self.sock.settimeout(self.timeout)
        incoming = _Incoming(self.sock)
        status = 0
        while status < 200:  # others announce the answer
            newer, status, headers = _read_head(incoming)
        content, told = _read_body(incoming, status, headers)
        token = headers.get("connection", "").lower()
        lasts = told and ("close" not in token if newer else "keep-alive" in token)
        if not lasts or incoming.held:
            self.close()
        return Reply(status, headers, _decoded(content, headers))


class InOnePieceSecurely(InOnePiece, HTTPSConnection):
    """The same over TLS."""


class _Incoming:
    """What a socket gives; `held` was read and not asked for yet."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self.held = sock, b""

    def up_to(self, end: re.Pattern[bytes]) -> bytes:
        """Give everything up to and with the first match."""
        while not (found := end.search(self.held)):
            if len(self.held) > _LONGEST_HEAD:
                raise HTTPException("the head has no end")
            if not (more := self._sock.recv(_LONGEST_HEAD)):
                raise IncompleteRead(self.held) if self.held else RemoteDisconnected("no answer")
            self.held += more
        taken, self.held = self.held[: found.end()], self.held[found.end() :]
        return taken

    def exactly(self, size: int) -> bytes:
        """Give so many bytes."""
        if len(self.held) < size:
            parts, missing = [self.held], size - len(self.held)
            while missing > 0:
                if not (more := self._sock.recv(min(max(missing, 4096), 1 << 20))):
                    raise IncompleteRead(b"".join(parts), missing)
                parts.append(more)
                missing -= len(more)
            self.held = b"".join(parts)
        taken, self.held = self.held[:size], self.held[size:]
        return taken

    def to_end(self) -> bytes:
        """Give everything until the server closes."""
        parts, self.held = [self.held], b""
        while more := self._sock.recv(_LONGEST_HEAD):
            parts.append(more)
        return b"".join(parts)


def _read_head(incoming: _Incoming) -> tuple[bool, int, Headers]:
    """Give whether it is HTTP/1.1, the status, and the headers."""
    text = incoming.up_to(_HEAD_END).decode("latin-1").rstrip("\r\n")
    first, *lines = _FOLD.sub(" ", text).split("\n")
    found = _STATUS_LINE.fullmatch(first.rstrip("\r"))
    if not found:
        raise BadStatusLine(first)
    headers = Headers()
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        dict.__setitem__(headers, name, f"{headers[name]}, {value}" if name in headers else value)
    return found[1] == "1", int(found[2]), headers


def _read_body(incoming: _Incoming, status: int, headers: Headers) -> tuple[bytes, bool]:
    """Give the body, and whether its end was told, and not only by the end of the connection."""
    if status in (204, 304):
        return b"", True
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"].lower() != "chunked":
            return incoming.to_end(), False
        return _read_chunks(incoming), "content-length" not in headers
    if "content-length" not in headers:
        return incoming.to_end(), False
    sizes = {size.strip() for size in headers["content-length"].split(",")}
    size = sizes.pop()
    if sizes or not re.fullmatch(r"[0-9]{1,15}", size):
        raise HTTPException("the length of the answer is no number")
    return incoming.exactly(int(size)), True


def _read_chunks(incoming: _Incoming) -> bytes:
    parts = []
    while True:
        found = _CHUNK_SIZE.fullmatch(incoming.up_to(_LINE_END))
        if not found:
            raise HTTPException("the size of a chunk is no number")
        size = int(found[1], 16)
        if not size:
            break
        parts.append(incoming.exactly(size))
        if incoming.up_to(_LINE_END).strip():
            raise HTTPException("a chunk is longer than was told")
    while incoming.up_to(_LINE_END).strip():
        pass  # trailers, up to an empty line
    return b"".join(parts)


def _decoded(content: bytes, headers: Headers) -> bytes:
    """Undo a compression that nobody asked for; urllib3 knows them all."""
    if headers.get("content-encoding", "identity").lower() == "identity" or not content:
        return content
    told = {"content-encoding": headers["content-encoding"]}
    packed = urllib3.HTTPResponse(io.BytesIO(content), headers=told, preload_content=False)
    return packed.read(decode_content=True)
