"""One connection: answers are read by their framing, whatever form a server gives them, and never mixed up."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
from collections.abc import Iterator, Sequence

import pytest
import requests
import urllib3

from gradetools.transport.channel import Channel, Reply

Answers = Sequence[bytes]


class Line:
    """A server that gives these bytes, one piece per request, and notes what it heard on which connection."""

    def __init__(self, answers: Answers, *, closes: bool) -> None:
        self.answers, self.closes = list(answers), closes
        self.heard: list[tuple[int, bytes]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/x"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        """Take one connection after the other."""
        for number in range(100):
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                while self.answers and (heard := self.read(connection)):
                    self.heard.append((number, heard))
                    for byte_run in self.answers.pop(0).split(b"|"):
                        connection.sendall(byte_run)
                    if self.closes:
                        break

    def read(self, connection: socket.socket) -> bytes:
        """Read one request; none of the tests has a body that comes late."""
        heard = b""
        while b"\r\n\r\n" not in heard:
            if not (more := connection.recv(65536)):
                break
            heard += more
        return heard


@contextlib.contextmanager
def lines(*answers: bytes, closes: bool = False) -> Iterator[tuple[Line, Channel]]:
    """Open such a server, and a channel to it."""
    line, channel = Line(answers, closes=closes), Channel(timeout=(2, 2), verify=True)
    try:
        yield line, channel
    finally:
        channel.close()
        line.listener.close()


def ask(line: Line, channel: Channel, **headers: str) -> Reply:
    """Send one GET."""
    request = requests.PreparedRequest()
    request.method, request.url, request.body = "GET", line.url, None
    request.headers = requests.structures.CaseInsensitiveDict(headers)
    return channel.exchange(request, {})


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
FORMS = {
    "a length": (GOOD, b"ok"),
    "in two pieces": (b"HTTP/1.1 200 OK\r\nContent-Len|gth: 5\r\n\r\nab|cde", b"abcde"),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", b"ok"),
    "bare line feeds": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", b"ok"),
    "a folded header": (b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok", b"ok"),
    "the same length twice": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 2\r\n\r\nok",
        b"ok",
    ),
    "chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n",
        b"abcde",
    ),
    "chunks in pieces": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3|\r\na|bc\r|\n0\r\n|\r\n",
        b"abc",
    ),
    "go on, before": (b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD, b"ok"),
    "no body by its status": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "compressed unasked": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
        % len(gzip.compress(b"packed", mtime=0))
        + gzip.compress(b"packed", mtime=0),
        b"packed",
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_in_any_form(form: str) -> None:
    """Whatever form an answer has, its body is read whole, and the connection serves the next request."""
    answer, body = FORMS[form]
    with lines(answer, GOOD) as (line, channel):
        first, second = ask(line, channel), ask(line, channel)
        assert (first.content, second.content) == (body, b"ok")
        assert [number for number, _ in line.heard] == [0, 0]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\nto the end",
        b"HTTP/1.0 200 OK\r\n\r\nto the end",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: strange\r\n\r\nto the end",
    ],
)
def test_an_answer_to_the_end_of_the_connection(answer: bytes) -> None:
    """A body whose length nobody tells ends with the connection."""
    with lines(answer, GOOD, closes=True) as (line, channel):
        assert ask(line, channel).content == b"to the end"
        assert ask(line, channel).content == b"ok"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: Close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ],
)
def test_a_connection_that_is_not_used_again(answer: bytes) -> None:
    """What closes after its answer is not asked again."""
    with lines(answer, GOOD) as (line, channel):
        assert (ask(line, channel).content, ask(line, channel).content) == (b"ok", b"ok")
        assert [number for number, _ in line.heard] == [0, 1]


def test_no_answer_is_taken_for_the_next() -> None:
    """What comes beyond an answer is thrown away."""
    more = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad"
    with lines(GOOD + more, GOOD) as (line, channel):
        assert (ask(line, channel).content, ask(line, channel).content) == (b"ok", b"ok")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\nab\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/2 200\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nX: " + 70_000 * b"x",
    ],
)
def test_what_is_no_whole_answer(answer: bytes) -> None:
    """What breaks off, contradicts itself or is no HTTP is an error, and the next request has a new connection."""
    with lines(answer, GOOD, closes=True) as (line, channel):
        with pytest.raises(urllib3.exceptions.HTTPError):
            ask(line, channel)
        assert ask(line, channel).content == b"ok"


def test_silence_is_a_timeout() -> None:
    """An answer that does not come is given up after the timeout."""
    with lines(b"HTTP/1.1 200 OK\r\n", GOOD) as (line, _):
        channel = Channel(timeout=(2, 0.1), verify=True)
        with pytest.raises(urllib3.exceptions.ReadTimeoutError):
            ask(line, channel)
        channel.close()


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb"])
def test_a_header_cannot_add_another(value: str) -> None:
    """A line break in a header is refused before anything is sent."""
    with lines(GOOD) as (line, channel):
        with pytest.raises(ValueError, match="Invalid header value"):
            ask(line, channel, X=value)
        assert line.heard == []


def test_what_a_request_carries() -> None:
    """A request names its host and who asks, and asks for no compression."""
    with lines(GOOD) as (line, channel):
        ask(line, channel, Accept="application/json")
        heard = line.heard[0][1].decode().split("\r\n")
        assert (heard[0], heard[-2:]) == ("GET /x HTTP/1.1", ["", ""])
        host = line.url.split("/")[2]
        assert {f"Host: {host}", "Accept-Encoding: identity", "Accept: application/json"} <= set(
            heard
        )


def test_headers_are_found_in_any_case() -> None:
    """Names of headers are found in any case; what comes twice is one list."""
    with lines(b"HTTP/1.1 204 OK\r\nX-Request-ID: a\r\nLink: 1\r\nLINK: 2\r\n\r\n") as (
        line,
        channel,
    ):
        headers = ask(line, channel).headers
        assert (headers["x-request-id"], headers.get("LINK")) == ("a", "1, 2")
        assert ("Link" in headers, headers.get("x-other", "none")) == (True, "none")
