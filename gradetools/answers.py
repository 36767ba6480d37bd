"""What a server answers, and the error that an answer stands for.

The HTTP status decides; `imsx_codeMajor` is not trusted. Error bodies are read bare or wrapped in
`imsx_StatusInfo`, as `message` or `error`, as HTML, or empty.
"""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from gradetools.errors import AuthError, GradebookError, NotFoundError, RefusedError
from gradetools.models import StatusInfo


@dataclass(frozen=True)
class Answer:
    """What came back for one request, whatever its status."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def request_id(self) -> str:
        """The server's own name for the request; empty where it gives none."""
        return self.headers.get("x-request-id") or self.headers.get("x-amzn-requestid") or ""

    def body(self) -> Any:  # noqa: ANN401 - JSON is anything
        """Parse the body as JSON; None where it is empty or no JSON."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    def sentence(self) -> str:
        """Say what an error body says, whichever form it has: bare, wrapped, `message`, HTML, or empty."""
        body = self.body()
        if isinstance(body, Mapping):
            info = body.get("imsx_StatusInfo", body)
            try:
                said = StatusInfo.model_validate(info).sentence()
            except ValidationError:
                said = ""
            plain = body.get("message") or body.get("error_description") or body.get("error")
            return (said or (plain if isinstance(plain, str) else ""))[:500]
        text = self.content[:4000].decode("utf-8", "replace")
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        if title:
            text = title.group(1)
        return " ".join(re.sub(r"<[^>]*>", " ", text).split())[:200]

    def retry_after(self, now: Callable[[], float] = time.time) -> float | None:
        """Read `Retry-After`, in seconds or as a date (RFC 9110 section 10.2.3); None where absent or unreadable."""
        text = self.headers.get("retry-after", "").strip()
        if not text:
            return None
        if re.fullmatch(r"\d+(\.\d+)?", text):
            return float(text)
        try:
            return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now())
        except ValueError:
            return None


def error_for(answer: Answer) -> GradebookError:
    """Turn an answer that is no success into the error that fits; the status decides, not `codeMajor`."""
    said = answer.sentence()
    told = f": {said}" if said else ""
    facts: dict[str, Any] = {"status": answer.status, "request_id": answer.request_id}
    if answer.status == 401:
        return AuthError(f"The gradebook does not accept our token (401){told}", **facts)
    if answer.status == 403:
        return AuthError(
            f"The gradebook forbids this (403){told}; ask its operators for the scopes gradebook.createput, "
            "gradebook.readonly and roster.readonly.",
            **facts,
        )
    if answer.status == 404:
        return NotFoundError(f"The gradebook does not know this (404){told}", **facts)
    if 300 <= answer.status < 400:
        return RefusedError(
            f"The gradebook redirects to another address ({answer.status}), which is not followed; correct the base URL.",
            **facts,
        )
    return RefusedError(f"The gradebook refused this ({answer.status}){told}", **facts)
