"""The token: asked for, read, and shared by all workers (OAuth 2.0 client credentials, RFC 6749 section 4.4)."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote_plus, urlencode

import requests
from pydantic import SecretStr

from gradetools.answers import Answer
from gradetools.errors import (
    AuthError,
    GradebookError,
    GradetoolsError,
    SettingsError,
    UnreachableError,
)
from gradetools.pace import Clock
from gradetools.settings import Settings
from gradetools.transport.veil import Veiled

_OFFICIAL_SCOPES = " ".join(
    f"https://purl.imsglobal.org/spec/or/v1p2/scope/{name}"
    for name in (
        "gradebook.createput",
        "gradebook.readonly",
        "roster-core.readonly",
        "roster.readonly",
    )
)
#: Seconds a token is good for where the server does not say, or says nonsense: shorter than any habit.
_TOKEN_SECONDS = 300.0


class Token(NamedTuple):
    """A token: what it is, for how many seconds it is good, and which scopes that were asked for it lacks."""

    secret: SecretStr
    seconds: float
    lacking: tuple[str, ...] = ()


class ClientCredentials(requests.auth.AuthBase):
    """An OAuth 2.0 bearer token, fetched when needed and once for all workers (RFC 6749 section 4.4).

    Args:
        fetch: gets a new token.
        clock: the time.

    Attributes:
        lacking: the scopes that were asked for and that the present token was not given.
    """

    def __init__(self, fetch: Callable[[], Token], *, clock: Clock | None = None) -> None:
        self._fetch = fetch
        self._clock = clock or Clock()
        self._lock = threading.Lock()
        self._token = SecretStr("")
        self._good_until = 0.0
        self._fetches = 0
        self._failure: GradetoolsError | None = None
        self.lacking: tuple[str, ...] = ()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request, as `requests` asks its auth to."""
        request.headers["Authorization"] = Veiled(_bearer(self.token()))
        return request

    def __repr__(self) -> str:
        """Never show the token."""
        return "<ClientCredentials>"

    def token(self) -> SecretStr:
        """Give a token that is good for a while yet; one thread fetches it, the others wait.

        Raises:
            GradetoolsError: it cannot be had; those who waited for the same fetch hear the same.
        """
        fetches = self._fetches
        with self._lock:
            if not self._token or self._clock.seconds() >= self._good_until:
                if self._failure is not None and self._fetches > fetches:
                    raise copy.copy(self._failure)
                self._renew()
            return self._token

    def _renew(self) -> None:
        self._failure = None
        try:
            self._token, seconds, self.lacking = self._fetch()
        except GradetoolsError as error:
            self._failure = error
            raise
        finally:
            self._fetches += 1
        # Renewed a minute early, or at half its life when that is shorter.
        self._good_until = self._clock.seconds() + max(seconds - 60, seconds / 2)

    def reject(self, request: requests.PreparedRequest) -> None:
        """Forget the token that a request carried, unless another thread has renewed it already."""
        with self._lock:
            if request.headers["Authorization"] == _bearer(self._token):
                self._token = SecretStr("")


def _bearer(token: SecretStr) -> str:
    return f"Bearer {token.get_secret_value()}"


def make_token_request(settings: Settings) -> requests.PreparedRequest:
    """Make the request for a token; the client authenticates by HTTP Basic (RFC 6749 section 2.3.1).

    Raises:
        SettingsError: the client id or the secret is not set.
    """
    if not settings.client_id or not settings.client_secret:
        raise SettingsError(
            f"No client id and secret for {settings.env}; put {settings.variable('client id')} and "
            f"{settings.variable('client secret')} into the environment or .env, or keep them with `gradetools login`."
        )
    form = {"grant_type": "client_credentials"}
    if scope := _scopes(settings):
        form["scope"] = scope
    request = requests.Request(
        "POST",
        settings.token_url,
        headers={
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        data=urlencode(form),
        # Both are form-encoded first, so that a colon in the id or any letter of the secret survives.
        auth=(
            quote_plus(settings.client_id),
            quote_plus(settings.client_secret.get_secret_value()),
        ),
    ).prepare()
    request.headers["Authorization"] = Veiled(request.headers["Authorization"])
    return request


def spell_credentials(settings: Settings) -> tuple[SecretStr, ...]:
    """Give the secret alone, and with the client id as Basic puts them together: form-encoded, or carelessly not."""
    who, secret = settings.client_id, settings.client_secret.get_secret_value()
    pairs = (f"{who}:{secret}", f"{quote_plus(who)}:{quote_plus(secret)}") if secret else ()
    return tuple(SecretStr(text) for text in (secret, *pairs))


def _scopes(settings: Settings) -> str:
    return settings.scope or (_OFFICIAL_SCOPES if settings.dialect == "oneroster" else "")


def read_token(answer: Answer, settings: Settings) -> Token:
    """Read a token (RFC 6749 section 5.1); a server that says no scopes has given those it was asked for.

    Raises:
        AuthError: the token server does not accept us, or gives no token.
        UnreachableError: it does not work just now.
    """
    token = _find_token(answer, settings)
    # Told from here, where no traceback that shows variables finds the body.
    if token is None:
        raise _token_error(answer, settings)
    return token


def _find_token(answer: Answer, settings: Settings) -> Token | None:
    body = answer.body()
    if not 200 <= answer.status < 300 or not isinstance(body, Mapping):
        return None
    token = SecretStr(body["access_token"] if isinstance(body.get("access_token"), str) else "")
    # A token is printable ASCII (RFC 6750 section 2.1); anything else could not stand in a header.
    if (
        not token
        or not token.get_secret_value().isascii()
        or not token.get_secret_value().isprintable()
    ):
        return None
    try:
        seconds = float(body.get("expires_in") or 0)
    except (TypeError, ValueError, OverflowError):
        seconds = 0.0
    given = body.get("scope")
    lacking = (
        tuple(one for one in _scopes(settings).split() if one not in given.split())
        if isinstance(given, str)
        else ()
    )
    return Token(token, seconds if 0 < seconds < 1e9 else _TOKEN_SECONDS, lacking)


def _token_error(answer: Answer, settings: Settings) -> GradebookError:
    body = answer.body()
    code = body.get("error") if isinstance(body, Mapping) else None
    # A success that holds no token is not repeated: who knows what it holds.
    said = f": {text.rstrip('.')}" if answer.status >= 400 and (text := answer.sentence()) else ""
    told = f"({answer.status}{said})"
    if answer.status == 429 or answer.status >= 500:
        return UnreachableError(
            f"The token server of {settings.env} does not work just now {told}; try again later.",
            status=answer.status,
        )
    if code == "invalid_scope":
        why = f"does not grant the scopes {told}; correct {settings.variable('scope')} or ask its operators."
    elif answer.status == 401 or isinstance(code, str):
        why = (
            f"does not accept the client id and secret {told}; check {settings.variable('client id')} and "
            f"{settings.variable('client secret')}."
        )
    else:
        why = f"gives no token {told}; check {settings.variable('token URL')}."
    error = AuthError(f"The token server of {settings.env} {why}", status=answer.status)
    error.without_token = True
    return error
