"""What the wire's tests share: a server that answers as told, time that passes when told, and a search for secrets."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from jsonschema import Draft202012Validator, FormatChecker
from published import mend
from pydantic import SecretStr

from gradetools.pace import Clock, Patience
from gradetools.settings import Settings

SECRET = "planted-secret /+:%&="  # noqa: S105 - invented, to be searched for
TOKEN_PATH = "/token"  # noqa: S105 - a path
#: As patient as usual in attempts, but nobody has to wait for it.
QUICK = Patience(first_wait=0.001, longest_wait=0.01, connect_timeout=5, read_timeout=5)
CONTRACT = {
    "timeback": ("timeback_schemas_subset.json", "Result"),
    "oneroster": ("onerosterv1p2gradebookservice_openapi3_v1p0.json", "ResultDType"),
}


@dataclass(frozen=True)
class Heard:
    """One request as the server got it; the names of the headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Say:
    """One answer; a body that is no bytes is sent as JSON."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """Give the bytes of the body."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Script = Sequence[Say] | Callable[[Heard], Say]


class Scripted:
    """A server on 127.0.0.1 that gives the answers it was told, the last one for ever, and remembers all it heard.

    The token endpoint has a script of its own; by default it gives token-1, token-2 and so on.
    """

    def __init__(self, script: Script = (Say(),), tokens: Script | None = None) -> None:
        self.heard: list[Heard] = []
        self._lock = threading.Lock()
        self._script = _to_function(script)
        self._tokens = _to_function(tokens) if tokens else self._number_tokens

    def _number_tokens(self, _: Heard) -> Say:
        number = len(self.token_requests())
        return Say(body={"access_token": f"token-{number}", "expires_in": 3600})

    def answer(self, heard: Heard) -> Say:
        """Remember a request and find its answer."""
        is_token = heard.path == TOKEN_PATH
        with self._lock:
            self.heard.append(heard)
            return (self._tokens if is_token else self._script)(heard)

    def token_requests(self) -> list[Heard]:
        """List what the token endpoint heard."""
        return [heard for heard in self.heard if heard.path == TOKEN_PATH]

    def requests(self) -> list[Heard]:
        """List all other requests."""
        return [heard for heard in self.heard if heard.path != TOKEN_PATH]

    def settings(self, **given: Any) -> Settings:
        """Make settings that lead here."""
        facts: dict[str, Any] = {
            "env": "staging",
            "base_url": self.base_url,
            "token_url": self.base_url + TOKEN_PATH,
            "client_id": "id",
            "client_secret": SecretStr(SECRET),
        }
        return Settings(**(facts | given))

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    port = 0


@contextmanager
def serve(
    script: Script = (Say(),), tokens: Script | None = None, *, tls: ssl.SSLContext | None = None
) -> Iterator[Scripted]:
    """Serve a script for the length of a block."""
    scripted = Scripted(script, tokens)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            heard = Heard(self.command, self.path, headers, self.rfile.read(size))
            said = scripted.answer(heard)
            content = said.content()
            self.send_response_only(said.status)  # its date is what the test says, or nobody
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_CONNECT = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing: a client that hangs up is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    scripted.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield scripted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _to_function(script: Script) -> Callable[[Heard], Say]:
    if callable(script):
        return script
    left = list(script)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


class FakeTime:
    """Time that passes only when somebody waits, or when a test lets it pass."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.waits: list[float] = []
        self.clock = Clock(lambda: self.passed, lambda: 1_800_000_000 + self.passed, self._wait)

    def _wait(self, event: threading.Event, seconds: float) -> bool:
        if not event.is_set():
            self.waits.append(seconds)
            self.passed += seconds
        return event.is_set()


def find_secrets(error: BaseException, *secrets: str) -> list[str]:
    """List where an error, its chain, or a frame of ours on its way, shows a secret in any spelling."""
    spellings = {
        spelling
        for secret in secrets
        for spelling in (secret, quote(secret), quote_plus(secret), _base64(secret))
    } | {_base64(f"id:{quote_plus(secret)}") for secret in secrets}
    shown = [(place, text) for one in _chain(error) for place, text in _texts(one)]
    return [place for place, text in shown if any(spelling in text for spelling in spellings)]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _texts(error: BaseException) -> Iterator[tuple[str, str]]:
    yield "str", str(error)
    yield "repr", f"{error!r} {vars(error)!r}"
    yield "traceback", "".join(traceback.format_exception(error))
    request = getattr(error, "request", None)
    if request is not None:
        yield "request", repr(dict(request.headers))
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if f"{Path('/gradetools/')}" in frame.f_code.co_filename:
            for name, value in frame.f_locals.items():
                yield f"{frame.f_code.co_name}: {name}", repr(value)


def make_validator(shared: Path, dialect: str) -> Draft202012Validator:
    """Validate a result's body against the published schema of a dialect.

    Timeback's document says `nullable`, a word of OpenAPI 3.0, beside the type lists of 3.1; it is
    said in one way here.
    """
    name, schema = CONTRACT[dialect]
    document = json.loads((shared / "contract" / name).read_text(encoding="utf-8"))
    schemas = document.get("schemas") or document["components"]["schemas"]
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": mend(schemas)}},
        format_checker=FormatChecker(),
    )


def find_faults(validator: Draft202012Validator, record: object) -> list[str]:
    """Say what a schema finds wrong with a record."""
    return [error.message for error in validator.iter_errors(record)]
