"""A careless gateway in front of a sandbox: it tells back whatever it was told, in every spelling."""

from __future__ import annotations

import html
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from planted import CLIENT, KEY, SECRET, SPELLED, SPELLINGS, TOKEN
from pydantic import SecretStr

from gradetools.sandbox import Sandbox
from gradetools.settings import Settings

#: What can be wrong with it: the token endpoint, or what it says of every other request.
MODES = (
    "fine", "token 400 json", "token 401 html", "token 302 text", "token 200 json", "token 503 text",
    "401 json", "403 html", "403 standard", "422 json", "429 text", "500 standard", "307 text", "500 utf16",
)  # fmt: skip


class Gateway:
    """Listens on 127.0.0.1; `mode` is one of MODES, and may be changed at any time."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.mode = "fine"
        self.heard = 0
        self.port = 0
        self._upstream = sandbox.base_url
        self._session = requests.Session()
        self._session.trust_env = False
        own = (sandbox.client_id, sandbox.client_secret)
        form = {"grant_type": "client_credentials"}
        answer = self._session.post(sandbox.token_url, data=form, auth=own, timeout=10)
        self._own = f"Bearer {answer.json()['access_token']}"

    def settings(self, **given: Any) -> Settings:
        """Make settings that lead here, with everything that was planted."""
        url = f"http://127.0.0.1:{self.port}"
        facts: dict[str, Any] = {
            "env": "staging",
            "base_url": url,
            "token_url": f"{url}/token",
            "client_id": CLIENT,
            "client_secret": SecretStr(SECRET),
            "headers": {"x-api-key": SecretStr(KEY)},
        }
        return Settings(**(facts | given))

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes, dict[str, str]]:
        """Decide what to say."""
        self.heard += 1
        where, *_ = self.mode.split()
        echo = {"X-Request-Id": f"{headers} {SECRET!r} {TOKEN}".encode("ascii", "replace").decode()}
        if where == "token":
            _, status, form = self.mode.split()
            if path == "/token":
                return self._repeat(int(status), form, headers)
        elif where != "fine" and path != "/token":
            return self._repeat(int(where), self.mode.split()[1], headers)
        if path == "/token":
            return 200, json.dumps({"access_token": TOKEN, "expires_in": 3600}).encode(), echo
        sent = {"Authorization": self._own, "Content-Type": "application/json"}
        answer = self._session.request(
            method, self._upstream + path, data=body, headers=sent, timeout=20
        )
        return answer.status_code, answer.content, echo

    def _repeat(
        self, status: int, form: str, headers: dict[str, str]
    ) -> tuple[int, bytes, dict[str, str]]:
        """Say all that was heard and more, each time beginning with another spelling."""
        # A token endpoint that gives no token has none to tell.
        spellings = sorted(SPELLINGS - (SPELLED[TOKEN] if self.mode.startswith("token") else set()))
        first = self.heard % len(spellings)
        said = " ".join([*spellings[first:], *spellings[:first], str(headers)])
        told = {"X-Request-Id": str(headers).encode("ascii", "replace").decode()}
        if status in (302, 307):
            told["Location"] = f"http://localhost:{self.port}/?token={TOKEN}"
        standard = {"imsx_StatusInfo": {"imsx_codeMajor": "failure", "imsx_description": said}}
        broken = {"access_token": f"{TOKEN}\n"} if status == 200 else {}
        bodies = {
            "json": json.dumps({"error": said, "message": said, **broken}),
            "standard": json.dumps(standard),
            "html": f"<html><title>{html.escape(said)}</title>",
            "text": said,
            "utf16": json.dumps({"message": said}),
        }
        coding = "utf-16" if form == "utf16" else "utf-8"
        return status, bodies[form].encode(coding), told


@contextmanager
def serve_gateway(sandbox: Sandbox) -> Iterator[Gateway]:
    """Serve a gateway for the length of a block."""
    gateway = Gateway(sandbox)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, content, told = gateway.answer(
                self.command, self.path, dict(self.headers.items()), body
            )
            self.send_response(status)
            for name, value in {**told, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
