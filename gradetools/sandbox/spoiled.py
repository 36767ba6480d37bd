"""Does to a request what was ordered: waits, answers in the gradebook's place, resets (needs starlette)."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gradetools.sandbox.errors import Refusal
from gradetools.sandbox.faults import Fault, Faults

_MINOR = {401: "unauthorisedrequest", 403: "forbidden", 404: "unknownobject", 429: "server_busy"}


class Spoiled:
    """An application that does what was ordered, and else what the one within does."""

    def __init__(self, app: ASGIApp, faults: Faults, dialect: str) -> None:
        self._app = app
        self._faults = faults
        self._dialect = dialect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        query = scope["query_string"].decode("ascii", "replace")
        asked = scope["path"] + (f"?{query}" if query else "")
        chosen = self._faults.choose(scope["method"], asked)
        if chosen is None:
            await self._app(scope, receive, send)
            return
        fault, scope["note"].lie = chosen
        await asyncio.sleep(fault.delay)
        if fault.reset == "before":
            await _hear_out(receive)
            scope["log"](0)
            _reset(scope)
        elif fault.status is not None:
            await _hear_out(receive)
            for message in self._answer(fault, fault.status):
                await send(message)
        elif fault.reset == "after":
            await self._app(scope, receive, _resetting(scope, send))
        else:
            await self._app(scope, receive, send)

    def _answer(self, fault: Fault, status: int) -> Iterator[Message]:
        minor = _MINOR.get(status, "invaliddata" if status < 500 else "internal_server_error")
        refusal = Refusal(status, minor, "So it was ordered.")
        body = refusal.body(self._dialect) if fault.body is None else fault.body
        headers = {"Content-Type": "application/json"} if fault.body is None else {}
        if fault.retry_after is not None:
            headers["Retry-After"] = str(fault.retry_after)
        headers |= {**fault.headers, "Content-Length": str(len(body))}
        coded = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in headers.items()]
        yield {"type": "http.response.start", "status": status, "headers": coded}
        yield {"type": "http.response.body", "body": body}


async def _hear_out(receive: Receive) -> None:
    """Take the whole request, so that whoever sent it is listening when the fault comes."""
    while (await receive()).get("more_body"):
        pass


def _resetting(scope: Scope, send: Send) -> Send:
    """Reset the connection when the answer is ready; what is sent after that goes nowhere."""

    async def send_nowhere(message: Message) -> None:
        if message["type"] == "http.response.start":
            # First the log, so that whoever hears of the reset finds it there.
            scope["log"](message["status"])
            _reset(scope)
        await send(message)

    return send_nowhere


def _reset(scope: Scope) -> None:
    """Close with RST instead of FIN: what lingers for zero seconds is thrown away."""
    transport: Any = scope["state"]["transport"]
    lingering = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingering)
    transport.abort()
