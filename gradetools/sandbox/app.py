"""The web application: routes, bearer tokens, the log, and error bodies (needs FastAPI)."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gradetools.sandbox.actions import Answer, Call, Operation
from gradetools.sandbox.description import (
    TOKEN_PATH,
    describe_operation,
    describe_service,
    describe_token,
)
from gradetools.sandbox.dialects import Presenter
from gradetools.sandbox.errors import Refusal
from gradetools.sandbox.faults import Faults, Lie
from gradetools.sandbox.operations import get_operations, get_paths
from gradetools.sandbox.spoiled import Spoiled
from gradetools.sandbox.store import LoggedRequest, Store, utc_now
from gradetools.sandbox.tokens import TokenAnswer, Tokens

LOG = logging.getLogger(__name__)


@dataclass
class Note:
    """What is known of a request besides what came over the wire: for the log's line on it, and how to lie."""

    client: str = ""
    query: str = ""
    body: str = ""
    lie: Lie | None = None
    logged: bool = False


def build_app(store: Store, tokens: Tokens, faults: Faults, dialect: str, base_url: str) -> ASGIApp:
    """Put the application together; it answers every request, and logs it first."""
    app = _Service(dialect, base_url)
    desk = _Desk(store, tokens, Presenter(dialect, base_url))
    app.add_api_route(
        TOKEN_PATH,
        desk.give_token,
        methods=["POST"],
        operation_id="getToken",
        summary="Get token",
        response_class=Response,
        response_model=None,
        openapi_extra=describe_token(),
    )
    for operation in get_operations(dialect):
        paths = get_paths(operation, dialect)
        for path in paths:
            app.add_api_route(
                path,
                desk.serve(operation),
                methods=[operation.method],
                operation_id=operation.name,
                summary=re.sub("([A-Z])", r" \1", operation.name).capitalize(),
                response_class=Response,
                response_model=None,
                status_code=operation.success,
                openapi_extra=describe_operation(operation, dialect),
                include_in_schema=path == paths[0],
            )
    app.add_exception_handler(HTTPException, desk.refuse_path)
    return _Recorder(Spoiled(app, faults, dialect), store)


class _Service(FastAPI):
    """FastAPI, with the schemas of the dialect in its OpenAPI page."""

    def __init__(self, dialect: str, base_url: str) -> None:
        # FastAPI's pages load their scripts from a public server; /openapi.json says the same.
        super().__init__(
            title="gradetools sandbox", redirect_slashes=False, docs_url=None, redoc_url=None
        )
        self._describe = dialect, base_url

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = describe_service(super().openapi(), *self._describe)
        return self.openapi_schema


class _Desk:
    """Turns web requests into calls of operations, and answers into web responses."""

    def __init__(self, store: Store, tokens: Tokens, presenter: Presenter) -> None:
        self._store = store
        self._tokens = tokens
        self._presenter = presenter

    def serve(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                self._admit(request)
                body = await request.body() if request.method in {"POST", "PUT"} else b""
                request.scope["note"].body = body.decode("utf-8", "replace")
                return _to_response(operation.action(operation, self._call(request, body)))
            except Refusal as refusal:
                return self._refuse(refusal)
            except Exception:
                LOG.debug("The sandbox failed at %s.", operation.name, exc_info=True)
                return self._refuse(Refusal(500, "internal_server_error", "The sandbox failed."))

        return answer

    def _admit(self, request: Request) -> None:
        authorization = request.headers.get("authorization", "")
        client = self._tokens.client_of(authorization)
        if client is None:
            error = ', error="invalid_token"' if authorization else ""
            challenge = (("WWW-Authenticate", f'Bearer realm="sandbox"{error}'),)
            message = "Get a token first." if not authorization else "The token is not good."
            raise Refusal(401, "unauthorisedrequest", message, headers=challenge)
        note: Note = request.scope["note"]
        note.client, note.query = client, request.url.query

    def _call(self, request: Request, body: bytes) -> Call:
        return Call(
            store=self._store,
            presenter=self._presenter,
            address=self._presenter.base_url + request.scope["path"],
            ids={name: unquote(text) for name, text in request.path_params.items()},
            query=dict(request.query_params),
            body=body,
            lie=request.scope["note"].lie,
        )

    async def give_token(self, request: Request) -> Response:
        answer = self._tokens.answer(
            request.headers.get("content-type", ""),
            request.headers.get("authorization", ""),
            await request.body(),
        )
        request.scope["note"].client = answer.client
        return _to_response(answer)

    async def refuse_path(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
        status = error.status_code
        try:
            self._admit(request)
        except Refusal as refusal:
            return self._refuse(refusal)
        if status == 404:
            return self._refuse(Refusal(404, "unknownobject", "Nothing is served at this path."))
        headers = tuple((error.headers or {}).items())
        message = f"{request.method} is not served at this path."
        return self._refuse(Refusal(status, "invaliddata", message, headers=headers))

    def _refuse(self, refusal: Refusal) -> Response:
        body = refusal.body(self._presenter.dialect)
        return _to_response(Answer(refusal.status, body, refusal.headers))


def _to_response(answer: Answer | TokenAnswer) -> Response:
    response = Response(
        answer.body, answer.status, media_type="application/json" if answer.body else None
    )
    for name, value in answer.headers:
        response.headers.append(name, value)
    return response


class _Recorder:
    """Routes on the path as it came, percent-encoded, and logs each request before its answer.

    A request whose connection is reset before it is answered is logged with the status 0.
    """

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self._app = app
        self._store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = scope["raw_path"].decode("ascii", "replace")
        note = Note()

        def log(status: int) -> None:
            if note.logged:
                return
            note.logged = True
            facts = {"client": note.client, "query": note.query, "body": note.body}
            self._store.log(
                LoggedRequest(
                    at=utc_now(), method=scope["method"], path=raw, status=status, **facts
                )
            )

        async def send_logged(message: Message) -> None:
            if message["type"] == "http.response.start":
                log(message["status"])
            await send(message)

        await self._app({**scope, "path": raw, "note": note, "log": log}, receive, send_logged)
