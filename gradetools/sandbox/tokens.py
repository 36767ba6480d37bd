"""The token endpoint: OAuth 2.0 client credentials, and the tokens that are good just now."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus


@dataclass(frozen=True)
class TokenAnswer:
    """What the token endpoint answers: status, body, headers, and whom it let in."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]
    client: str = ""


class Tokens:
    """Tokens live in memory only, each until its time is up on `clock` (seconds)."""

    def __init__(
        self, *, client_id: str, client_secret: str, seconds: int, clock: Callable[[], float]
    ) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._seconds = seconds
        self._clock = clock
        self._expiry: dict[str, float] = {}

    def client_of(self, authorization: str) -> str | None:
        """Name the client whose good bearer token this header carries, or nobody."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return None
        good = self._expiry.get(token.strip(), self._clock()) > self._clock()
        return self._client_id if good else None

    def answer(self, content_type: str, authorization: str, body: bytes) -> TokenAnswer:
        """Answer a token request (RFC 6749 sections 2.3.1, 4.4 and 5)."""
        if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            return _refuse("invalid_request", "Send the form as application/x-www-form-urlencoded.")
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        form = dict(pairs)
        basic = _read_basic(authorization)
        if len(form) < len(pairs):
            return _refuse("invalid_request", "A parameter stands there twice.")
        if authorization and "client_secret" in form:
            return _refuse("invalid_request", "Name the client once: by Basic, or in the form.")
        if not self._is_known(*(basic or (form.get("client_id"), form.get("client_secret")))):
            return _refuse("invalid_client", "The client id or the secret is wrong.")
        if "grant_type" not in form:
            return _refuse("invalid_request", "The grant_type is missing.")
        if form["grant_type"] != "client_credentials":
            return _refuse("unsupported_grant_type", "Only client_credentials is served.")
        return self._issue()

    def _is_known(self, client_id: str | None, client_secret: str | None) -> bool:
        known = hmac.compare_digest((client_id or "").encode(), self._client_id.encode())
        right = hmac.compare_digest((client_secret or "").encode(), self._client_secret.encode())
        return known and right

    def _issue(self) -> TokenAnswer:
        now = self._clock()
        self._expiry = {token: until for token, until in self._expiry.items() if until > now}
        token = secrets.token_urlsafe(32)
        self._expiry[token] = now + self._seconds
        answer = {"access_token": token, "expires_in": self._seconds, "token_type": "Bearer"}
        return TokenAnswer(200, json.dumps(answer).encode(), _NOT_KEPT, self._client_id)


_NOT_KEPT = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))


def _read_basic(authorization: str) -> tuple[str, str] | None:
    """Read id and secret out of a Basic header; both are form-encoded in it."""
    scheme, _, coded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        plain = base64.b64decode(coded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    client_id, _, client_secret = plain.partition(":")
    return unquote_plus(client_id), unquote_plus(client_secret)


def _refuse(code: str, message: str) -> TokenAnswer:
    body = json.dumps({"error": code, "error_description": message}).encode()
    if code != "invalid_client":
        return TokenAnswer(400, body, _NOT_KEPT)
    return TokenAnswer(401, body, (*_NOT_KEPT, ("WWW-Authenticate", 'Basic realm="sandbox"')))
