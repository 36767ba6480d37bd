"""The sandbox as a thing to start and stop; the front of everything beside it.

Records and the log are in one SQLite file, tokens in memory. The web server runs in a thread of
its own; whoever holds the `Sandbox` reads the same store, under its lock.
"""

from __future__ import annotations

import atexit
import re
import shlex
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gradetools.sandbox.faults import Fault, Faults
from gradetools.sandbox.schemas import DIALECTS
from gradetools.sandbox.school import invented_school
from gradetools.sandbox.store import LoggedRequest, Store
from gradetools.sandbox.tokens import Tokens

_INVENTED_SECRET = "sandbox-secret-guards-nothing"  # noqa: S105 - invented; it guards invented records


class Sandbox:
    """A OneRoster 1.2 gradebook on this machine, to practise on.

        with Sandbox() as sandbox:
            print(sandbox.settings_text())

    `data` is its SQLite file, kept for the next time; without it the records live in a private
    temporary folder and go when it stops. `seed` is plain OneRoster JSON (kind to list of
    records), used when the file is new; without it, the invented school. `dialect` is `timeback`
    or `oneroster`. `clock` counts seconds for the tokens, which are good for `token_seconds`.
    `faults` are ordered from the start; see `order`.

    `start` raises ImportError without FastAPI and uvicorn, and OSError when the port is taken or
    the file is some other file.
    """

    def __init__(
        self,
        *,
        data: str | Path | None = None,
        port: int = 0,
        seed: Mapping[str, Any] | None = None,
        name: str = "sandbox",
        client_id: str = "sandbox",
        client_secret: str | None = None,
        token_seconds: int = 3600,
        dialect: str = "timeback",
        clock: Callable[[], float] = time.monotonic,
        faults: Iterable[Fault] = (),
    ) -> None:
        if dialect not in DIALECTS:
            raise ValueError(f"A dialect is one of {', '.join(DIALECTS)}; not {dialect!r}.")
        self.name = name
        self.client_id = client_id
        self.client_secret = client_secret or _INVENTED_SECRET
        self.dialect = dialect
        self.ephemeral = data is None
        self._data = None if data is None else Path(data)
        self._wanted_port = port
        self._seed = seed
        self._token_seconds = token_seconds
        self._clock = clock
        self._first_faults = tuple(faults)
        self._running: _Running | None = None

    def __repr__(self) -> str:
        where = self._running.base_url if self._running else "stopped"
        return f"<Sandbox {self.name} {where}>"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Start the server; return when it answers. A running one is left alone."""
        if self._running is None:
            self._running = self._begin()
            atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Stop the server and close its file. A stopped one is left alone."""
        running, self._running = self._running, None
        if running is not None:
            atexit.unregister(self.stop)
            running.undo.close()

    def _live(self) -> _Running:
        if self._running is None:
            raise RuntimeError("The sandbox is not running: use it in a `with`, or start() it.")
        return self._running

    @property
    def base_url(self) -> str:
        """The address that the service paths are added to."""
        return self._live().base_url

    @property
    def token_url(self) -> str:
        """The address tokens are asked for at."""
        return f"{self.base_url}/oauth2/token"

    @property
    def folder(self) -> Path:
        """The folder that the SQLite file lies in."""
        return self._live().store.path.parent

    def requests(self, *, method: str | None = None) -> list[LoggedRequest]:
        """List what was asked, oldest first; only one method, if it is named."""
        return self._live().store.requests(method)

    def records(self, kind: str) -> list[dict[str, Any]]:
        """List the records of a kind (`results`, `lineItems`, ...) as stored, whatever their status."""
        return self._live().store.records(kind)

    def put_record(self, kind: str, record: Mapping[str, Any]) -> None:
        """Keep a record unchecked, as if someone else had changed it meanwhile."""
        self._live().store.put(kind, record)

    def order(self, *faults: Fault) -> None:
        """Order faults, each for the next requests that it is for; of several, the first counts."""
        running = self._live()
        for fault in faults:
            running.faults.order(fault, running.store.newest())

    def cancel_orders(self) -> None:
        """Let everything go right again."""
        self._live().faults.cancel()

    def settings_text(self) -> str:
        """Say the settings that lead here, ready to be pasted into `.env`."""
        prefix = "GRADETOOLS_" + re.sub(r"\W", "_", self.name.upper())
        settings = {
            "GRADETOOLS_ENV": self.name,
            f"{prefix}_BASE_URL": self.base_url,
            f"{prefix}_TOKEN_URL": self.token_url,
            f"{prefix}_CLIENT_ID": self.client_id,
            f"{prefix}_CLIENT_SECRET": self.client_secret,
        }
        if self.dialect != DIALECTS[0]:
            settings[f"{prefix}_DIALECT"] = self.dialect
        return "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())

    def _begin(self) -> _Running:
        build_app, bind_port, serve = _import_server()
        faults = Faults()
        folder = None
        if self._data is None:
            folder = tempfile.TemporaryDirectory(prefix="gradetools-sandbox-")
        path = self._data or Path(folder.name if folder else "") / "sandbox.sqlite"
        with ExitStack() as undo:
            if folder is not None:
                undo.callback(folder.cleanup)
            store = Store(path, invented_school() if self._seed is None else self._seed)
            undo.callback(store.close)
            tokens = Tokens(
                client_id=self.client_id,
                client_secret=self.client_secret,
                seconds=self._token_seconds,
                clock=self._clock,
            )
            listener = bind_port(self._wanted_port)
            undo.callback(listener.close)
            base_url = "http://{}:{}".format(*listener.getsockname())
            for fault in self._first_faults:
                faults.order(fault, store.newest())
            app = build_app(store, tokens, faults, self.dialect, base_url)
            undo.callback(serve(app, listener))
            return _Running(base_url, store, faults, undo.pop_all())


@dataclass(frozen=True)
class _Running:
    """A started sandbox: `undo.close()` stops the server, then closes what it used."""

    base_url: str
    store: Store
    faults: Faults
    undo: ExitStack


def _import_server() -> tuple[Any, Any, Any]:
    # Late, so that the library can be imported where the extra is not installed.
    try:
        from gradetools.sandbox.app import build_app
        from gradetools.sandbox.thread import bind_port, serve
    except ModuleNotFoundError as error:
        raise ImportError(
            "The sandbox needs FastAPI and uvicorn: pip install 'gradetools[sandbox]'"
        ) from error
    return build_app, bind_port, serve
