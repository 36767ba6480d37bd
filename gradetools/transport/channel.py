"""The way to one server: an adapter of `requests`, asked without what a `Session` adds to each request.

A `Session` reads the environment's proxies and `.netrc`, keeps cookies and looks for redirects at every
request, and the adapter makes a `Response` that streams. None of that is wanted here, and at 32 workers
it is most of the processor's work. The connections, their TLS and their proxies are the adapter's own, and
so is the reading of answers; only head and body of a request are handed to the system together, which spares half
of its calls and packets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import urllib3
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.utils import default_user_agent
from urllib3.connection import HTTPConnection, HTTPSConnection

if TYPE_CHECKING:
    from urllib3.connectionpool import HTTPConnectionPool

#: No repetition and no redirect: both are decided above.
_ONCE = urllib3.Retry(total=False)
#: What every request carries beside its own.
_HEADERS = {"User-Agent": default_user_agent()}


class Reply(NamedTuple):
    """What came back: the HTTP status, the headers (any case), and the whole body."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class _InOnePiece(HTTPConnection):
    """Sends head and body of a request together; urllib3 sends one after the other."""

    _held: list[bytes] | None = None

    def request(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as urllib3 has it
        """Send a request."""
        self._held = []
        try:
            super().request(*args, **options)
            whole = b"".join(self._held)
        finally:
            self._held = None
        self.send(whole)

    def send(self, data: Any) -> None:  # noqa: ANN401 - as urllib3 has it
        """Send, or keep for later what belongs to one request."""
        if self._held is None:
            super().send(data)
        else:
            self._held.append(data)


class _InOnePieceSecurely(_InOnePiece, HTTPSConnection):
    """The same over TLS."""


class _Way(NamedTuple):
    """The way to one origin: its connections, and whether a proxy forwards what is asked."""

    pool: HTTPConnectionPool
    forwarded: bool


def origin_of(url: str) -> str:
    """Give scheme and host of an address that has a path."""
    return url[: url.index("/", url.index("://") + 3)]


class Channel(HTTPAdapter):
    """Sends prepared requests and gives whole replies; safe for many threads.

    Args:
        timeout: seconds to connect, and seconds between two parts of an answer.
        verify: as in `requests`: whether certificates are verified, or the path of a CA bundle.
        connections: kept open at once for later requests.
    """

    def __init__(
        self, *, timeout: tuple[float, float], verify: bool | str, connections: int = 64
    ) -> None:
        super().__init__(pool_maxsize=connections, max_retries=0)
        self._timeout = urllib3.Timeout(connect=timeout[0], read=timeout[1])
        self._verify = verify
        self._pools: dict[str, _Way] = {}

    def exchange(self, request: PreparedRequest, proxies: dict[str, str]) -> Reply:
        """Send one request once and read its whole answer, compressed or not.

        Raises:
            urllib3.exceptions.HTTPError: no answer came, or not the whole of it.
        """
        url = str(request.url)
        origin = origin_of(url)
        if origin not in self._pools:
            self._pools[origin] = self._open(request, proxies)
        way = self._pools[origin]
        # A proxy that forwards plain http is asked for the whole address, everybody else for the path.
        target = url if way.forwarded else url[len(origin) :]
        answer = way.pool.urlopen(
            str(request.method),
            target,
            body=request.body,
            headers={**_HEADERS, **request.headers},
            retries=_ONCE,
            redirect=False,
            assert_same_host=False,
            timeout=self._timeout,
        )
        return Reply(answer.status, answer.headers, answer.data)

    def close(self) -> None:
        """Close the connections."""
        self._pools.clear()
        super().close()

    def _open(self, request: PreparedRequest, proxies: dict[str, str]) -> _Way:
        made = self.get_connection_with_tls_context(request, self._verify, proxies=proxies)
        pool = cast("HTTPConnectionPool", made)  # the stubs know only its base
        self.cert_verify(pool, str(request.url), self._verify, None)  # type: ignore[no-untyped-call] # of requests
        pool.ConnectionCls = _InOnePieceSecurely if pool.scheme == "https" else _InOnePiece
        return _Way(pool, not self.request_url(request, proxies).startswith("/"))
