"""A web server in a daemon thread, on a socket that only this machine reaches (needs uvicorn)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"
_PATIENCE = 10.0  # seconds, to start and to stop


def open_door(port: int) -> socket.socket:
    """Bind a port of 127.0.0.1; 0 is any free one."""
    # The protocol is named because asyncio sets TCP_NODELAY only on sockets that name it.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((HOST, port))
    except (OSError, OverflowError) as error:
        door.close()
        raise OSError(f"Port {port} of {HOST} cannot be had; name another, or 0.") from error
    return door


def serve(app: ASGIApp, door: socket.socket) -> Callable[[], None]:
    """Serve an application behind a bound socket; return, once it answers, what ends it."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [door]}, name="gradetools-sandbox", daemon=True
    )
    thread.start()
    deadline = time.monotonic() + _PATIENCE
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("The sandbox's server did not start; try again.")
        time.sleep(0.005)

    def end() -> None:
        server.should_exit = True
        thread.join(_PATIENCE)

    return end
