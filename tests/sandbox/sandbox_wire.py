"""Plain HTTP to a sandbox, for its own tests; it knows nothing of the package's client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from gradetools.sandbox import Sandbox

Record = dict[str, Any]

PREFIX = "/ims/oneroster/{service}/v1p2/"


class Wire:
    """A session with a running sandbox, and a good token."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {get_token(sandbox.base_url)}"

    def gradebook(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        data: bytes | str | None = None,
        params: dict[str, Any] | None = None,
    ) -> requests.Response:
        """Ask the gradebook service."""
        url = self.sandbox.base_url + PREFIX.format(service="gradebook") + path
        return self.session.request(method, url, json=json, data=data, params=params, timeout=10)

    def rostering(self, path: str, **query: str) -> requests.Response:
        """Ask the rostering service, which is only read."""
        url = self.sandbox.base_url + PREFIX.format(service="rostering") + path
        return self.session.get(url, params=query, timeout=10)

    def put(self, record: Record, kind: str = "results") -> requests.Response:
        """PUT a record under its own id, in its wrapper."""
        body = {kind.removesuffix("s"): record}
        return self.gradebook("PUT", f"{kind}/{record['sourcedId']}", json=body)


@contextmanager
def open_wire(sandbox: Sandbox) -> Iterator[Wire]:
    """Start a sandbox and a session with it; end both."""
    with sandbox:
        wire = Wire(sandbox)
        with wire.session:
            yield wire


def get_token(base_url: str) -> str:
    """Get a token as the client that every sandbox knows unless told otherwise."""
    known = Sandbox()
    form = {
        "grant_type": "client_credentials",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
    }
    answer = requests.post(f"{base_url}/oauth2/token", data=form, timeout=10)
    return str(answer.json()["access_token"])


def get_minor(answer: requests.Response) -> str:
    """Read the standard's word for what went wrong."""
    (field,) = answer.json()["imsx_CodeMinor"]["imsx_codeMinorField"]
    assert field["imsx_codeMinorFieldName"] == "TargetEndSystem"
    return str(field["imsx_codeMinorFieldValue"])


def get_faults(answer: requests.Response) -> list[str]:
    """Read which places of a body were found wrong."""
    return [fault["path"] for fault in answer.json().get("imsx_error_details", [])]
