"""Lists that come in pages, and objects that come in an envelope.

Sources: OneRoster 1.2 (limit, offset, sort, orderBy; `X-Total-Count`); Timeback's OpenAPI (totals in
the body, at most 3000 at once).
"""

from __future__ import annotations

from collections.abc import Mapping

from gradetools.answers import Answer
from gradetools.dialects import Record
from gradetools.errors import RefusedError
from gradetools.transport import Transport

#: The most that Timeback gives at once ("enforces a maximum of 3000 to prevent abuse").
PAGE = 3000


def read_list(transport: Transport, path: str, *keys: str) -> list[Record]:
    """Read a whole list, page by page, to the total and not to the first short page.

    Args:
        transport: the wire.
        path: the list's path, its ids encoded.
        keys: the names under which the body may hold the list; the first that is there counts.
    """
    found: dict[str, Record] = {}
    offset = 0
    while True:
        params = {"limit": str(PAGE), "offset": str(offset), "sort": "sourcedId", "orderBy": "asc"}
        records, total = read_page(transport, path, params, *keys)
        # Records move between pages while others write; each is kept once, as last seen.
        found.update((str(record.get("sourcedId")), record) for record in records)
        # A short page moves on by what it held, so that nothing is jumped over; an empty one by its size.
        offset += len(records) or PAGE
        if offset >= total if total is not None else len(records) < PAGE:
            return list(found.values())


def read_page(
    transport: Transport, path: str, params: Mapping[str, str], *keys: str
) -> tuple[list[Record], int | None]:
    """Read one page: its records, and the total where the server tells one.

    Raises:
        RefusedError: the answer is no list at all.
    """
    answer = transport.request("GET", path, params=params)
    body = answer.body()
    if not isinstance(body, dict):
        raise RefusedError(
            "The gradebook answered a list with something else; check the base URL.",
            status=answer.status,
        )
    listed = next((body[key] for key in keys if isinstance(body.get(key), list)), [])
    records = [record for record in listed if isinstance(record, dict)]
    total = body.get("totalCount", answer.headers.get("x-total-count"))
    try:
        return records, int(str(total))
    except ValueError:
        return records, None


def unwrap(answer: Answer, key: str) -> Record:
    """Take one object out of its envelope, or as it is where the server sends none.

    Raises:
        RefusedError: the answer holds no such object.
    """
    body = answer.body()
    record = body.get(key, body) if isinstance(body, dict) else None
    if not isinstance(record, dict) or not record.get("sourcedId"):
        raise RefusedError(
            "The gradebook answered with something else; check the base URL.", status=answer.status
        )
    return record
