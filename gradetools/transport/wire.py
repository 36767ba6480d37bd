"""The wire: an authenticated request, repeated with patience, its errors told in one sentence.

Nothing here knows what a grade is. Tokens live in memory only; they go to the host of the base
URL and nowhere else, because redirects are never followed. `.netrc` is never read; the
environment's proxies and CA bundle are, but nothing meant for this machine goes through a proxy.

Errors are raised outside of the `except` that saw their cause, because an error of `requests` holds
the request, and with it the token.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests
import tenacity
import urllib3
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies

from gradetools.answers import Answer, error_for
from gradetools.errors import (
    BusyError,
    GradebookError,
    NotFoundError,
    RefusedError,
    SettingsError,
    UnreachableError,
)
from gradetools.pace import Clock, Pace, Patience, Teller
from gradetools.settings import Settings, check_url, is_loopback
from gradetools.transport.channel import Channel, Reply, origin_of
from gradetools.transport.credentials import (
    ClientCredentials,
    Token,
    make_token_request,
    read_token,
    spell_credentials,
)
from gradetools.transport.unreached import found_nobody, may_have_arrived, tell_unreached
from gradetools.transport.veil import Veiled, read_veiled

_REPEATABLE = {429, 500, 502, 503, 504}


def encode_segment(sourced_id: str) -> str:
    """Percent-encode an id so that it stays one segment of a path.

    Raises:
        NotFoundError: `.`, `..`, nothing, or half a character, which no address can name.
    """
    try:
        encoded = "" if sourced_id in {".", ".."} else quote(sourced_id, safe="")
    except UnicodeEncodeError:
        encoded = ""
    if not encoded:
        raise NotFoundError(f"No address can name the id {sourced_id!r}; correct it.")
    return encoded


@dataclass
class _Asked:
    """One request on its way through its repetitions: when it was first sent, and whether the token was renewed.

    It is `in_doubt` from the first lost answer on, or from an error of the server's that may hide a success;
    what found no connection was never sent. It found `nobody` where no server has ever answered, and none took
    the call.
    """

    since: float | None = None
    renewed: bool = False
    in_doubt: bool = False
    nobody: bool = False


_Outcome = Answer | UnreachableError


class Transport:
    """Sends requests to one server as one client; safe for many threads.

    Args:
        told: called with a sentence when an answer has to be waited for, every few seconds; by any thread.

    Attributes:
        settings: whom it speaks to.
        patience: how stubbornly.
        pace: shared by all that use this transport; set `pace.stop` to end every wait.
        auth: the token.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        patience: Patience | None = None,
        workers: int = 8,
        clock: Clock | None = None,
        told: Callable[[str], None] | None = None,
    ) -> None:
        for what, value in (("base URL", settings.base_url), ("token URL", settings.token_url)):
            if not value:
                raise SettingsError(
                    f"The {what} of {settings.env} is not set; put "
                    f"{settings.variable(what)} into the environment or .env."
                )
            check_url(value, what)
        self.settings = settings
        self.patience = patience or Patience()
        self._clock = clock or Clock()
        self.pace = Pace(workers, clock=self._clock)
        self.auth = ClientCredentials(self._fetch_token, clock=self._clock)
        self._channel = Channel(
            timeout=(self.patience.connect_timeout, self.patience.read_timeout),
            verify=_ca_bundle(settings),
        )
        self._proxies: dict[str, dict[str, str]] = {}
        self._tell = Teller(told, self._clock)
        #: Scheme and host of the servers that have answered once.
        self._answered: set[str] = set()
        # What is the same for every request is worked out once.
        self._root = str(requests.Request("GET", settings.base_url).prepare().url).rstrip("/")
        own = {name: Veiled(secret.get_secret_value()) for name, secret in settings.headers.items()}
        said = CaseInsensitiveDict({"Accept": "application/json", **own})
        self._headers = dict(said.items())
        said.setdefault("Content-Type", "application/json")
        self._headers_with_body = dict(said.items())
        self._secrets = (*spell_credentials(settings), *settings.headers.values())

    def close(self) -> None:
        """Close the connections."""
        self._channel.close()

    @contextlib.contextmanager
    def paced(self, workers: int, stop: threading.Event) -> Iterator[None]:
        """Give the requests of a block a pace of their own: so many at once, all waits ended by `stop`."""
        usual, self.pace = self.pace, Pace(workers, stop=stop, clock=self._clock)
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
            RefusedError: any other answer that is no success, or a body that is no JSON.
            BusyError: it asks to wait longer than Patience allows, or stays busy as long as that.
            UnreachableError: no answer came.
            StoppedError: `pace.stop` was set meanwhile.
        """
        prepared = self._prepare(method, path, params, None if body is None else _to_json(body))
        asked = _Asked()
        try:
            answer = self._repeat(self._send, prepared, asked)
            if 200 <= answer.status < 300:
                return answer
            raise error_for(answer, lacking=self.auth.lacking)
        except GradebookError as error:
            # A repetition may be refused although what was sent first was stored.
            error.sent = asked.in_doubt
            raise

    def _prepare(
        self, method: str, path: str, params: Mapping[str, str] | None, data: bytes | None
    ) -> requests.PreparedRequest:
        request = requests.PreparedRequest()
        request.method, request.body = method, data
        request.url = self._root + path + (f"?{urlencode(params)}" if params else "")
        headers = self._headers if data is None else self._headers_with_body
        request.headers = headers.copy()  # type: ignore[assignment] # a dict does, and is a tenth of the work
        return request

    def _repeat(
        self,
        attempt: Callable[[requests.PreparedRequest, _Asked], _Outcome],
        prepared: requests.PreparedRequest,
        asked: _Asked,
    ) -> Answer:
        """Repeat what may pass, under both bounds; the last answer, good or bad, is the outcome."""
        outcome = attempt(prepared, asked)
        if _may_pass(outcome):
            outcome = self._try_again(outcome, attempt, prepared, asked)
        if isinstance(outcome, UnreachableError):
            raise outcome
        return outcome

    def _try_again(
        self,
        first: _Outcome,
        attempt: Callable[[requests.PreparedRequest, _Asked], _Outcome],
        prepared: requests.PreparedRequest,
        asked: _Asked,
    ) -> _Outcome:
        """Go on after a first attempt that may pass, which counts as one."""
        patience, begun = self.patience, [first]

        def is_over(state: tenacity.RetryCallState) -> bool:
            # What it waited for its turn is not its own time; that counts from the first sending.
            since = self._clock.seconds() if asked.since is None else asked.since
            late = self._clock.seconds() - since >= patience.seconds
            most = patience.first_contact if asked.nobody else patience.attempts
            return late or state.attempt_number >= min(most, patience.attempts)

        def tell(state: tenacity.RetryCallState) -> None:
            spent = self._clock.seconds() - (asked.since or 0)
            self._tell(_waiting_sentence(state.outcome.result(), patience.seconds - spent))  # type: ignore[union-attr] # there is one

        retrying = tenacity.Retrying(
            sleep=self.pace.sleep,
            before_sleep=tell,
            stop=is_over,
            wait=_wait(patience),
            retry=tenacity.retry_if_result(_may_pass),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        outcome: _Outcome = retrying(lambda: begun.pop() if begun else attempt(prepared, asked))
        return outcome

    def _send(self, prepared: requests.PreparedRequest, asked: _Asked) -> _Outcome:
        """Send with the token; the first 401 to a request is answered with a fresh one."""
        with self.pace.turn(stoppable=prepared.method != "GET"):
            request, sent_at = self.auth(prepared), self._clock.seconds()
            outcome = self._exchange(request, asked)
        if isinstance(outcome, UnreachableError):
            return outcome
        asked.in_doubt |= outcome.status >= 500
        if outcome.status == 401 and not asked.renewed:
            asked.renewed = True
            self.auth.reject(request)
            return self._send(prepared, asked)
        wish = outcome.retry_after(self._clock.now) if outcome.status in _REPEATABLE else None
        if outcome.status == 429 or wish is not None:
            self._slow_down(outcome, wish, sent_at)
        elif outcome.status < 500:
            self.pace.speed_up()
        return outcome

    def _slow_down(self, answer: Answer, seconds: float | None, sent_at: float) -> None:
        if seconds is not None and seconds > self.patience.seconds:
            raise BusyError(
                f"The gradebook asks to wait {seconds:.0f} seconds; try again then, or resume the push.",
                retry_after=seconds,
                status=answer.status,
                request_id=answer.request_id,
            )
        if seconds:
            self._tell(f"The gradebook asks to wait {seconds:.0f} seconds; waiting.")
        self.pace.slow_down(seconds, sent_at=sent_at)

    def _exchange(self, request: requests.PreparedRequest, asked: _Asked) -> _Outcome:
        """One request, one answer or none; the errors of `requests` end here."""
        if asked.since is None:
            asked.since = self._clock.seconds()
        url = str(request.url)
        unforeseen: BaseException | None = None
        try:
            reply = self._channel.exchange(request, self._proxies_to(url))
        except (urllib3.exceptions.HTTPError, requests.RequestException, OSError) as error:
            asked.in_doubt |= may_have_arrived(error)
            asked.nobody = found_nobody(error) and origin_of(url) not in self._answered
            lasting = "CERTIFICATE_VERIFY_FAILED" in str(error)
            unreachable = UnreachableError(tell_unreached(urlsplit(url).netloc, error))
        except BaseException as error:  # noqa: BLE001 - raised again below, without the frames that hold the token
            unforeseen = error
        else:
            self._answered.add(origin_of(url))
            asked.nobody = False
            if _is_cut_short(request, reply):
                asked.in_doubt = True
                return UnreachableError(
                    f"{urlsplit(url).netloc} broke off its answer; try again later."
                )
            return read_veiled(request, reply, self._secrets)
        if unforeseen is not None:
            unforeseen.__context__ = unforeseen.__cause__ = None
            raise unforeseen.with_traceback(None)
        if lasting:
            raise unreachable
        return unreachable

    def _proxies_to(self, url: str) -> dict[str, str]:
        origin = origin_of(url)
        if origin not in self._proxies:
            here = is_loopback(urlsplit(url).hostname or "")
            self._proxies[origin] = {} if here else get_environ_proxies(url)
        return self._proxies[origin]

    def _fetch_token(self) -> Token:
        request = make_token_request(self.settings)
        answer = self._repeat(self._exchange, request, _Asked())
        return read_token(answer, self.settings)


def _to_json(body: Mapping[str, Any]) -> bytes:
    try:
        # ASCII only: a server need not guess the encoding, and half a character stays what it was.
        return json.dumps(body, allow_nan=False).encode()
    except (TypeError, ValueError):
        raise RefusedError(
            "This holds something that JSON has no word for, such as NaN; correct it."
        ) from None


def _is_cut_short(request: requests.PreparedRequest, reply: Reply) -> bool:
    # A connection that ends within the headers looks like an answer without a body. A read always has
    # one; a write need not, and is read back.
    read = request.method == "GET" and reply.status < 400
    return read and not reply.content and "content-length" not in reply.headers


def _waiting_sentence(outcome: _Outcome, left: float) -> str:
    if isinstance(outcome, UnreachableError):
        why = str(outcome).partition(";")[0]
    else:
        why = f"The gradebook is in trouble ({outcome.status})"
    return f"{why}; trying again for up to {max(left, 1):.0f} seconds. Ctrl-C stops it."


def _may_pass(outcome: _Outcome) -> bool:
    return isinstance(outcome, UnreachableError) or outcome.status in _REPEATABLE


def _wait(patience: Patience) -> Callable[[tenacity.RetryCallState], float]:
    # Half of each wait is fixed and half is chance: never nothing, never all at once.
    def wait(state: tenacity.RetryCallState) -> float:
        longest = min(
            patience.longest_wait, patience.first_wait * 2.0 ** (state.attempt_number - 1)
        )
        return longest * (0.5 + random.random() / 2)  # noqa: S311 - jitter, no secret

    return wait


def _ca_bundle(settings: Settings) -> str | bool:
    named = (
        settings.ca_bundle
        or os.environ.get("REQUESTS_CA_BUNDLE")
        or os.environ.get("CURL_CA_BUNDLE")
    )
    if not named:
        return True
    if not Path(named).exists():
        raise SettingsError(
            f"The CA bundle {Path(named).name} is not there; correct {settings.variable('CA bundle')} "
            "or REQUESTS_CA_BUNDLE."
        )
    return str(named)
