"""The wire: an authenticated request, repeated with patience, its errors told in one sentence.

Nothing here knows what a grade is. Tokens live in memory only; they go to the host of the base
URL and nowhere else, because redirects are never followed. `.netrc` is never read; the
environment's proxies and CA bundle are.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import requests
import tenacity
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from gradetools.answers import Answer, error_for
from gradetools.errors import (
    AuthError,
    BusyError,
    RefusedError,
    SettingsError,
    StoppedError,
    UnreachableError,
)
from gradetools.pace import Pace, Patience
from gradetools.settings import Settings

_REPEATABLE = {429, 500, 502, 503, 504}
_OFFICIAL_SCOPES = " ".join(
    f"https://purl.imsglobal.org/spec/or/v1p2/scope/{name}"
    for name in (
        "gradebook.createput",
        "gradebook.readonly",
        "roster-core.readonly",
        "roster.readonly",
    )
)


def encode_segment(sourced_id: str) -> str:
    """Percent-encode an id so that it stays one segment of a path.

    Raises:
        RefusedError: `.`, `..` or nothing, which no encoding keeps from changing the path.
    """
    if sourced_id in {"", ".", ".."}:
        raise RefusedError(
            f"The id {sourced_id!r} cannot stand in an address; correct it in the sheet."
        )
    return quote(sourced_id, safe="")


class ClientCredentials(requests.auth.AuthBase):
    """An OAuth 2.0 bearer token, fetched when needed and once for all workers (RFC 6749 section 4.4).

    The client authenticates by HTTP Basic, id and secret form-encoded first (section 2.3.1).
    """

    def __init__(
        self, fetch: Callable[[], Answer], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request, as `requests` asks its auth to."""
        request.headers["Authorization"] = f"Bearer {self.token()}"
        return request

    def __repr__(self) -> str:
        """Never show the token."""
        return "<ClientCredentials>"

    def token(self) -> str:
        """Give a token that is good for a while yet; one thread fetches it, the others wait."""
        with self._lock:
            if not self._token or self._clock() >= self._good_until:
                self._token, seconds = self._read(self._fetch())
                # Renewed a minute early, or at half its life when that is shorter.
                self._good_until = self._clock() + max(seconds - 60, seconds / 2)
            return self._token

    def reject(self, token: str) -> None:
        """Forget a token that the server did not accept, unless another thread has renewed it already."""
        with self._lock:
            if self._token == token:
                self._token = ""

    @staticmethod
    def _read(answer: Answer) -> tuple[str, float]:
        body = answer.body()
        token = body.get("access_token") if isinstance(body, Mapping) else None
        if answer.status >= 300 or not isinstance(token, str) or not token:
            said = answer.sentence() or f"HTTP {answer.status}"
            raise AuthError(
                f"The token server did not accept the client id and secret ({said}); check both for this environment.",
                status=answer.status,
            )
        try:
            seconds = float(body.get("expires_in") or 0)
        except (TypeError, ValueError):
            seconds = 0.0
        # Missing, zero or unreadable: five minutes is shorter than any server's habit.
        return token, seconds if 0 < seconds < 1e9 else 300.0


class Transport:
    """Sends requests to one server as one client; safe for many threads.

    Attributes:
        settings: whom it speaks to.
        pace: shared by all that use this transport; set `pace.stop` to end every wait.
    """

    def __init__(
        self, settings: Settings, *, patience: Patience | None = None, workers: int = 8
    ) -> None:
        for what, value in (("base URL", settings.base_url), ("token URL", settings.token_url)):
            if not value:
                raise SettingsError(
                    f"The {what} of {settings.env} is not set; put GRADETOOLS_{settings.env.upper()}_"
                    f"{what.replace(' ', '_').upper()} into the environment or .env."
                )
        self.settings = settings
        self.patience = patience or Patience()
        self.pace = Pace(workers)
        self.auth = ClientCredentials(self._fetch_token)
        self._session = requests.Session()
        self._session.trust_env = False  # .netrc would replace our token; proxies are read below
        # Room for a push with many workers; a pool that is too small closes connections.
        adapter = HTTPAdapter(pool_maxsize=64, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._verify = _ca_bundle(settings)
        self._proxies: dict[str, dict[str, str]] = {}

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    @contextlib.contextmanager
    def paced(self, workers: int, stop: threading.Event) -> Iterator[None]:
        """Give the requests of a block a pace of their own: so many at once, all waits ended by `stop`."""
        usual, self.pace = self.pace, Pace(workers, stop=stop)
        try:
            yield
        finally:
            self.pace = usual

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Send one request with the token, repeat it under Patience, and give any 2xx answer.

        Args:
            method: GET or PUT.
            path: below the base URL, its ids encoded by `encode_segment`.
            params: the query.
            body: sent as JSON.

        Raises:
            AuthError: 401 twice, or 403.
            NotFoundError: 404.
            RefusedError: any other answer that is no success.
            BusyError: it asks to wait longer than Patience allows.
            UnreachableError: no answer came.
            StoppedError: `pace.stop` was set meanwhile.
        """
        headers = {"Accept": "application/json", **self._extra_headers()}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        url = self.settings.base_url + path
        prepared = requests.Request(
            method, url, headers=headers, params=params, data=data
        ).prepare()
        answer = self._repeat(lambda: self._with_token(prepared))
        if 200 <= answer.status < 300:
            return answer
        raise error_for(answer)

    def _extra_headers(self) -> dict[str, str]:
        return {name: value.get_secret_value() for name, value in self.settings.headers.items()}

    def _with_token(self, prepared: requests.PreparedRequest) -> Answer:
        """Send with the token; a 401 is answered once with a fresh one."""
        first = self.auth.token()
        answer = self._send(prepared, f"Bearer {first}")
        if answer.status == 401:
            self.auth.reject(first)
            answer = self._send(prepared, f"Bearer {self.auth.token()}")
        return answer

    def _repeat(self, attempt: Callable[[], Answer]) -> Answer:
        """Repeat what may pass, under both bounds; the last answer, good or bad, is the outcome."""
        patience = self.patience
        retrying = tenacity.Retrying(
            sleep=self.pace.sleep,
            stop=tenacity.stop_after_attempt(patience.attempts)
            | tenacity.stop_after_delay(patience.seconds),
            wait=_wait(patience),
            retry=tenacity.retry_if_result(lambda answer: answer.status in _REPEATABLE)
            | tenacity.retry_if_exception_type(UnreachableError),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        try:
            answer: Answer = retrying(attempt)
        except StoppedError as error:
            error.sent = error.sent or retrying.statistics.get("attempt_number", 1) > 1
            raise
        return answer

    def _send(self, prepared: requests.PreparedRequest, authorization: str) -> Answer:
        with self.pace.turn(stoppable=prepared.method != "GET"):
            request = prepared.copy()
            request.headers["Authorization"] = authorization
            answer = self._exchange(request)
        if answer.status == 429 or (answer.status == 503 and answer.retry_after() is not None):
            self._slow_down(answer)
        elif answer.status < 500:
            self.pace.speed_up()
        return answer

    def _slow_down(self, answer: Answer) -> None:
        seconds = answer.retry_after()
        if seconds is not None and seconds > self.patience.seconds:
            raise BusyError(
                f"The gradebook asks to wait {seconds:.0f} seconds; go on later with --resume.",
                retry_after=seconds,
                status=answer.status,
            )
        self.pace.slow_down(seconds)

    def _exchange(self, request: requests.PreparedRequest) -> Answer:
        """One request, one answer; the errors of `requests` end here."""
        url = str(request.url)
        proxies = self._proxies.get(host := url.split("/", 3)[2])
        if proxies is None:
            proxies = self._proxies[host] = get_environ_proxies(url)
        timeouts = (self.patience.connect_timeout, self.patience.read_timeout)
        try:
            response = self._session.send(
                request,
                timeout=timeouts,
                allow_redirects=False,
                proxies=proxies,
                verify=self._verify,
            )
        except requests.exceptions.SSLError:
            raise RefusedError(
                f"The certificate of {host} cannot be verified; ask its operators, or set the CA bundle they name."
            ) from None
        except requests.RequestException as error:
            raise UnreachableError(_unreachable_sentence(host, error)) from None
        return Answer(response.status_code, response.headers, response.content)

    def _fetch_token(self) -> Answer:
        settings = self.settings
        name, secret = settings.client_id, settings.client_secret.get_secret_value()
        if not name or not secret:
            raise SettingsError(
                f"No client id and secret for {settings.env}; put GRADETOOLS_{settings.env.upper()}_CLIENT_ID and "
                f"GRADETOOLS_{settings.env.upper()}_CLIENT_SECRET into the environment or .env."
            )
        form = {"grant_type": "client_credentials"}
        scope = settings.scope or (_OFFICIAL_SCOPES if settings.dialect == "oneroster" else None)
        if scope:
            form["scope"] = scope
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        request = requests.Request(
            "POST",
            settings.token_url,
            headers=headers,
            data=urlencode(form),
            auth=(quote_plus(name), quote_plus(secret)),
        ).prepare()
        return self._repeat(lambda: self._exchange(request))


def _wait(patience: Patience) -> tenacity.wait.wait_base:
    # Half of each wait is fixed and half is chance: never nothing, never all at once.
    def wait(state: tenacity.RetryCallState) -> float:
        longest = min(
            patience.longest_wait, patience.first_wait * 2.0 ** (state.attempt_number - 1)
        )
        return longest * (0.5 + random.random() / 2)  # noqa: S311 - jitter, no secret

    return wait  # type: ignore[return-value]  # tenacity takes any callable - its types name only its classes


def _ca_bundle(settings: Settings) -> str | bool:
    if settings.ca_bundle is not None:
        return str(settings.ca_bundle)
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True


def _unreachable_sentence(host: str, error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.ProxyError):
        return f"The proxy on the way to {host} does not answer; check the proxy settings."
    if isinstance(error, requests.Timeout):
        return f"{host} did not answer in time; try again later."
    return f"{host} cannot be reached; check the network and the address in the settings, then try again."
