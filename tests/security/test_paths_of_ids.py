"""No id changes a path: every operation of the service, with every odd id, in a real server's log of raw paths."""

from __future__ import annotations

import contextlib
import inspect
import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

import pytest
from pydantic import SecretStr

import gradetools as gt

IDS = [
    "../users/u1", "a/b", "?x=1", "#x", "%2e%2e", "%2E", "%2F", ".", "..", "...", "", "a\nb", "a\r\nX: y", "\x00", "x" * 10_000,
    "\u202eabc", "\u200f", "\u2066x\u2069", " ", "a b+c", "\\..\\", ";p=1", "gr\u00f6\u00dfe", "\ud800", "@host", "//host/x", "http://x", "&limit=1",
]  # fmt: skip
RESULT = {
    "score": 1,
    "scoreStatus": "fully graded",
    "scoreDate": "2026-11-01T00:00:00.000Z",
    "lineItem": {"sourcedId": "i"},
    "student": {"sourcedId": "s"},
    "status": "active",
}
#: Every method that takes an id, and how it is called with one.
OPERATIONS: dict[str, Callable[[gt.Gradebook, str], object]] = {
    "get_class": lambda gradebook, odd: gradebook.get_class(odd),
    "list_students": lambda gradebook, odd: gradebook.list_students(odd),
    "list_enrollments": lambda gradebook, odd: gradebook.list_enrollments(odd, odd),
    "list_line_items": lambda gradebook, odd: gradebook.list_line_items(odd),
    "get_line_item": lambda gradebook, odd: gradebook.get_line_item(odd),
    "list_results": lambda gradebook, odd: gradebook.list_results(odd, odd),
    "list_score_scales": lambda gradebook, odd: gradebook.list_score_scales(odd),
    "get_record": lambda gradebook, odd: gradebook.get_record(odd),
    "get_result": lambda gradebook, odd: gradebook.get_result(odd),
    "put_record": lambda gradebook, odd: gradebook.put_record({**RESULT, "sourcedId": odd}),
    "put_result": lambda gradebook, odd: gradebook.put_result(
        gt.Result.model_validate({**RESULT, "sourcedId": odd})
    ),
    "take_snapshot": lambda gradebook, odd: gradebook.take_snapshot([odd]),
    "take_students": lambda gradebook, odd: gradebook.take_students(odd),
}
WITHOUT_IDS = {"close", "check_connection", "list_classes"}
#: The paths that the contract has, `*` for an id.
TEMPLATES = (
    "/rostering/v1p2/classes/*", "/rostering/v1p2/classes/", "/rostering/v1p2/classes/*/students",
    "/rostering/v1p2/schools/*/classes/*/enrollments", "/gradebook/v1p2/classes/*/lineItems", "/gradebook/v1p2/lineItems/*",
    "/gradebook/v1p2/classes/*/lineItems/*/results", "/gradebook/v1p2/classes/*/results", "/gradebook/v1p2/results/*",
    "/gradebook/v1p2/classes/*/scoreScales",
)  # fmt: skip


class Log:
    """A server that knows every class and nothing in it, and remembers each path as it came over the wire."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def answer(self, path: str) -> object:
        """Give a token, the class that was asked for, or nothing at all."""
        if path == "/token":
            return {"access_token": "t"}
        self.paths.append(path)
        found = re.fullmatch(r"/ims/oneroster/rostering/v1p2/classes/([^/?]+)", path)
        if found:
            sourced_id = unquote(found.group(1), errors="surrogatepass")
            school = {"sourcedId": sourced_id, "type": "org"}
            return {"class": {"sourcedId": sourced_id, "title": "x", "school": school}}
        return {
            name: []
            for name in ("users", "enrollments", "lineItems", "results", "classes", "scoreScales")
        }


@pytest.fixture(scope="module")
def log() -> Iterator[tuple[Log, gt.Gradebook]]:
    """Serve it, and a gradebook that asks it."""
    kept = Log()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            content = json.dumps(kept.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    settings = gt.Settings(
        base_url=url,
        token_url=f"{url}/token",
        client_id="id",
        client_secret=SecretStr("s"),
    )
    with gt.connect(settings) as gradebook:
        yield kept, gradebook
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_operation_is_in_the_table() -> None:
    """The table forgets no public method of a gradebook."""
    methods = {name for name, _ in inspect.getmembers(gt.Gradebook, inspect.isfunction)}
    assert {name for name in methods if not name.startswith("_")} == {*OPERATIONS, *WITHOUT_IDS}


def find_strange(path: str, odd: str) -> bool:
    """Say whether a path is not one of the contract's with this id, encoded, in the place of an id."""
    bare, _, query = path.partition("?")
    encoded = quote(odd, safe="", errors="replace")
    known = {f"/ims/oneroster{template.replace('*', encoded)}" for template in TEMPLATES}
    names = {part.partition("=")[0] for part in query.split("&") if part}
    return bare not in known or not names <= {"limit", "offset", "sort", "orderBy", "filter"}


@pytest.mark.parametrize("odd", IDS, ids=lambda odd: ascii(odd)[:24])
def test_no_id_changes_the_path_of_any_operation(log: tuple[Log, gt.Gradebook], odd: str) -> None:
    """Each operation asks for its own path with the id encoded in it, or refuses before anything is sent."""
    kept, gradebook = log
    asked = {}
    for name, operation in OPERATIONS.items():
        kept.paths.clear()
        with contextlib.suppress(gt.GradetoolsError, ValueError):
            operation(gradebook, odd)
        asked[name] = list(kept.paths)
    strange = {
        n: p for n, paths in asked.items() if (p := [x for x in paths if find_strange(x, odd)])
    }
    assert strange == {}
    refused = odd in ("", ".", "..", "\ud800")
    with_ids = {n: [p for p in paths if not p.endswith("/classes/") and "/classes/?" not in p] for n, paths in asked.items()}  # fmt: skip
    assert {name for name, paths in with_ids.items() if not paths} == (
        set(OPERATIONS) if refused else set()
    ), asked
