"""Secrets that must be sent and never shown: told apart from all other text, and found again in what comes back.

A careless server repeats what it was sent, in whatever spelling: as it stands, percent-encoded, as JSON or HTML
escape it, in base64. What an answer says of our secrets is veiled before it can become part of a message.
"""

from __future__ import annotations

import base64
import functools
import html
import json
from collections.abc import Iterable, Sequence
from urllib.parse import quote, quote_plus

import requests
from pydantic import SecretStr

from gradetools.answers import Answer
from gradetools.transport.channel import Reply

_VEIL = "***"


class Veiled(str):
    """A header's value that is sent as it is, and shown by no traceback that shows the values of variables."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show nothing of it."""
        return repr(_VEIL)


def hide(text: str, secrets: Iterable[str]) -> str:
    """Take out of a text every spelling of some secrets."""
    for secret in filter(None, secrets):
        for spelling in _spell(secret):
            text = text.replace(spelling, _VEIL)
    return text


def read_veiled(
    request: requests.PreparedRequest, reply: Reply, secrets: Sequence[SecretStr]
) -> Answer:
    """Make an answer of what came back; what an error repeats of our secrets, or of what was sent, is taken out at once."""
    sent = request.headers["Authorization"].partition(" ")[2]

    def take_out(text: str) -> str:
        return hide(text, (sent, *(each.get_secret_value() for each in secrets)))

    content = reply.content
    if reply.status >= 400:
        text = content.decode("utf-8", "surrogateescape")
        content = take_out(text).encode("utf-8", "surrogateescape")
    return Answer(reply.status, reply.headers, content, take_out)


@functools.lru_cache(maxsize=16)
def _spell(secret: str) -> tuple[str, ...]:
    """List the spellings of a secret, the longest first, so that none leaves a piece of another."""
    found = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
    found |= {quote(text, safe="") for text in found}
    found |= {_with_small_letters(text) for text in found}
    escaped = {html.escape(secret), html.escape(secret, quote=False)}
    escaped |= {html.escape(secret).replace("&#x27;", "&#39;"), repr(secret)[1:-1]}
    for text in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        escaped |= {text, text.replace("/", "\\/")}
    coded = {
        encode(text.encode("utf-8", "replace")).decode().rstrip("=")
        for text in found
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
    }
    return tuple(sorted(found | escaped | coded, key=len, reverse=True))


def _with_small_letters(text: str) -> str:
    first, *rest = text.split("%")
    return "%".join([first, *(part[:2].lower() + part[2:] for part in rest)])
