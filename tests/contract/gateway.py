"""A gradebook behind somebody else's login: each token is shown to its issuer before the sandbox is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from wire_desk import Heard, Say, Scripted, serve

from gradetools.sandbox import Sandbox

#: RFC 7662: what the issuer says of a token, `{"active": false}` where it is none of its own.
Introspect = Callable[[str], dict[str, Any]]


@contextmanager
def open_gateway(sandbox: Sandbox, introspect: Introspect) -> Iterator[Scripted]:
    """Pass on to a sandbox what carries a good token; a PUT needs a scope that ends in `createput`."""
    form = {"grant_type": "client_credentials"}
    own = (sandbox.client_id, sandbox.client_secret)
    token = requests.post(sandbox.token_url, data=form, auth=own, timeout=30).json()["access_token"]

    def answer(heard: Heard) -> Say:
        said = introspect(heard.headers.get("authorization", "").removeprefix("Bearer "))
        if not said.get("active"):
            return Say(401, {"message": "Unauthorized"})
        scopes = said.get("scope", "").split()
        if heard.method == "PUT" and not any(scope.endswith("createput") for scope in scopes):
            return Say(403, {"message": "User is not authorized to access this resource"})
        got = requests.request(
            heard.method,
            sandbox.base_url + heard.path,
            data=heard.body,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            timeout=30,
        )
        return Say(got.status_code, got.content, {"X-Request-ID": "gateway-1"})

    with serve(answer) as gateway:
        yield gateway
