"""The wire to one server: its token, its requests, and all the patience they need."""

from gradetools.transport.credentials import ClientCredentials
from gradetools.transport.wire import Transport, encode_segment

__all__ = ["ClientCredentials", "Transport", "encode_segment"]
