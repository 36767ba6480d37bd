"""What a server answers, and the error that an answer stands for.

The HTTP status decides; `imsx_codeMajor` is not trusted. Error bodies are read bare or wrapped in
`imsx_StatusInfo`, as `message` or `error`, as HTML, or empty.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import html
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from gradetools.errors import AuthError, BusyError, GradebookError, NotFoundError, RefusedError
from gradetools.models import StatusInfo

#: Where bodies that are not the standard's say what went wrong, the most telling first.
_SAID = ("message", "error_description", "error", "imsx_description", "detail", "title")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_NO_TEXT = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """What came back for one request, whatever its status; `headers` ignore the case of their names.

    `hide` takes our secrets out of a text, for servers that repeat what they were sent.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    hide: Callable[[str], str] = field(default=str, repr=False)

    @property
    def request_id(self) -> str:
        """The server's own name for the request; empty where it gives none."""
        named = self.headers.get("x-request-id") or self.headers.get("x-amzn-requestid")
        return _one_line(self.hide(named), 200) if named else ""

    def body(self) -> Any:  # noqa: ANN401 - JSON is anything
        """Parse the body as JSON; None where it is empty or no JSON."""
        try:
            # Python also reads NaN and Infinity, which are no JSON and could not be sent back.
            return json.loads(self.content, parse_constant=lambda _: None)
        except (ValueError, RecursionError):
            return None

    def sentence(self) -> str:
        """Say what an error body says, whichever form it has: bare, wrapped, `message`, HTML, or empty."""
        body = self.body()
        if isinstance(body, Mapping):
            return _one_line(self.hide(_standard_sentence(body) or _plain_sentence(body)), 500)
        text = self.content[:4000].decode("utf-8", "replace")
        title = _TITLE.search(text)
        told = html.unescape(title.group(1) if title else _NO_TEXT.sub(" ", text))
        return _one_line(self.hide(told), 200)

    def retry_after(self, now: Callable[[], float] = time.time) -> float | None:
        """Read `Retry-After`, in seconds or as a date (RFC 9110 section 10.2.3).

        A date is compared with the answer's own `Date`, by the server's clock; by ours where it has none.

        Returns:
            Seconds from then on, 0 for a date in the past; None where absent or unreadable.
        """
        text = self.headers.get("retry-after", "").strip()
        if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
            return float(text)
        moment, told = _read_date(text), _read_date(self.headers.get("date", ""))
        if moment is None:
            return None
        return max(0.0, moment - (now() if told is None else told))


def _read_date(text: str) -> float | None:
    """Read a date of HTTP as seconds since 1970; None where it is none."""
    try:
        moment = email.utils.parsedate_to_datetime(text)
        # A date of HTTP is in GMT, also when it does not say so.
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def name_scopes(scopes: Sequence[str]) -> str:
    """Name scopes in a sentence, without the address that the standard begins each with."""
    return ", ".join(scope.rsplit("/", 1)[-1] for scope in scopes)


def error_for(answer: Answer, *, lacking: Sequence[str] = ()) -> GradebookError:
    """Turn an answer that is no success into the error that fits; the status decides, not `codeMajor`.

    Args:
        answer: what came back.
        lacking: scopes that our token was not given, which is why something may be forbidden.
    """
    status, said = answer.status, answer.sentence().rstrip(".;")
    told = f" ({status}): {said}" if said else f" ({status})"
    facts: dict[str, Any] = {"status": status, "request_id": answer.request_id}
    if status == 401:
        return AuthError(
            f"The gradebook does not accept our token{told}; check that base URL, token URL, client id and secret "
            "belong together.",
            **facts,
        )
    if status == 403 and lacking:
        return AuthError(
            f"The gradebook forbids this{told}, and the token server did not grant {name_scopes(lacking)}; ask its "
            "operators for that.",
            **facts,
        )
    if status == 403:
        return AuthError(
            f"The gradebook forbids this{told}; ask its operators for the scopes gradebook.createput, "
            "gradebook.readonly and roster.readonly.",
            **facts,
        )
    if status in (404, 410):
        return NotFoundError(
            f"The gradebook does not know this{told}; check the ids and the base URL.", **facts
        )
    if status == 429:
        return BusyError(
            f"The gradebook is too busy{told}; try again later, or resume the push.",
            retry_after=answer.retry_after() or 0.0,
            **facts,
        )
    if 300 <= status < 400:
        return RefusedError(
            f"The gradebook redirects to another address ({status}), which is not followed; correct the base URL.",
            **facts,
        )
    if status >= 500:
        return RefusedError(f"The gradebook failed{told}; try again later.", **facts)
    return RefusedError(f"The gradebook refused this{told}; correct it, then try again.", **facts)


def _standard_sentence(body: Mapping[str, Any]) -> str:
    """Say what the standard's error body says; empty where it is not one."""
    try:
        return StatusInfo.model_validate(body.get("imsx_StatusInfo", body)).sentence()
    except ValidationError:
        return ""


def _plain_sentence(body: Mapping[str, Any]) -> str:
    """Say what a gateway's error body says, `{"error": {"message": …}}` included."""
    fields = {str(name).lower(): value for name, value in body.items()}
    for name in _SAID:
        said = fields.get(name)
        if isinstance(said, Mapping):
            said = _plain_sentence(said)
        if isinstance(said, str) and said.strip():
            return said
    return ""


def _one_line(text: str, longest: int) -> str:
    """Keep a server's text from breaking a line, or from steering a terminal."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:longest]
