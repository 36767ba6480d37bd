"""Requests that brought no answer: how far each came, and what to tell of it."""

from __future__ import annotations

import requests
import urllib3
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError


def found_nobody(error: Exception) -> bool:
    """Whether the address leads nowhere: the call was refused, or there is no such name."""
    return isinstance(error, NewConnectionError)


def may_have_arrived(error: Exception) -> bool:
    """Whether the request may have reached the server: not where there was no connection to send it on."""
    return not isinstance(error, (NewConnectionError, ConnectTimeoutError))


def tell_unreached(host: str, error: Exception) -> str:
    """Tell in one sentence why a host gave no answer, and what to do next."""
    if isinstance(error, (urllib3.exceptions.ProxyError, requests.exceptions.ProxyError)):
        return f"The proxy on the way to {host} does not answer; check the proxy settings."
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return f"The certificate of {host} cannot be verified; ask its operators, or set the CA bundle they name."
    if isinstance(error, urllib3.exceptions.SSLError):
        return f"{host} does not speak https as it should; check the address in the settings, then try again."
    # A connection that is refused at once is a NewConnectionError, which urllib3 derives from its timeout.
    refused = isinstance(error, NewConnectionError)
    if isinstance(error, urllib3.exceptions.TimeoutError) and not refused:
        return f"{host} did not answer in time; try again later."
    return f"{host} cannot be reached; check the network and the address in the settings, then try again."
