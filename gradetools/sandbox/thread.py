"""A web server in a daemon thread, on a socket that only this machine reaches (needs uvicorn)."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
import time
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

_HOST = "127.0.0.1"
_PATIENCE = 10.0  # seconds, to start and to stop


def bind_port(port: int) -> socket.socket:
    """Bind a port of 127.0.0.1; 0 is any free one. Raises OSError when it cannot be had."""
    # The protocol is named because asyncio sets TCP_NODELAY only on sockets that name it.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except (OSError, OverflowError) as error:
        listener.close()
        number = getattr(error, "errno", errno.EINVAL)
        raise OSError(number, f"port {port} of {_HOST} cannot be had") from error
    return listener


class _Protocol(H11Protocol):
    """Shows each request its connection, as a part of the state, so that one can be reset when that is ordered."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)  # type: ignore[arg-type] # a transport of TCP, which asyncio says less of


def serve(app: ASGIApp, listener: socket.socket) -> Callable[[], None]:
    """Serve an application on a bound socket; return, once it answers, what ends it."""
    config = uvicorn.Config(
        app,
        http=_Protocol,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="critical",  # a failure is answered with 500; no traceback goes to stderr
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,  # longer than a client thinks between two requests
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="gradetools-sandbox", daemon=True
    )

    def end() -> None:
        server.should_exit = True
        thread.join(_PATIENCE)

    thread.start()
    deadline = time.monotonic() + _PATIENCE
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            end()
            raise RuntimeError("The sandbox's server did not start; try again.")
        time.sleep(0.005)
    return end
