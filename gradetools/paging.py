"""Lists that come in pages, objects that come in an envelope, and records read as models.

Sources: OneRoster 1.2 (limit, offset, sort, orderBy; `X-Total-Count`, `Link`); Timeback's OpenAPI
(totals in the body, at most 3000 at once).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from gradetools.answers import Answer
from gradetools.dialects import Record
from gradetools.errors import RefusedError
from gradetools.models import Class, LineItem, Student
from gradetools.score_scale import ScoreScale
from gradetools.showing import Listed
from gradetools.transport import Transport

#: The most that Timeback gives at once ("enforces a maximum of 3000 to prevent abuse").
PAGE = 3000

#: What one and several are called, and what a list shows of each.
_SHOWN: Mapping[type[BaseModel], tuple[tuple[str, str], tuple[str, ...]]] = {
    Class: (("class", "classes"), ("sourced_id", "title", "class_code")),
    Student: (
        ("student", "students"),
        ("sourced_id", "given_name", "family_name", "identifier", "username", "email", "status"),
    ),
    LineItem: (
        ("line item", "line items"),
        ("sourced_id", "title", "result_value_min", "result_value_max", "assign_date", "due_date"),
    ),
    ScoreScale: (("score scale", "score scales"), ("sourced_id", "title", "type")),
}

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class Page:
    """A part of a list.

    Attributes:
        records: what it holds; records without a `sourcedId` are left out.
        size: how many it held, those included.
        total: how long the whole list is; None where the server does not tell.
        more: whether another page follows, by the `Link` header; None where there is none.
    """

    records: list[Record]
    size: int
    total: int | None
    more: bool | None


def read_list(transport: Transport, path: str, *keys: str) -> list[Record]:
    """Read a whole list, each record once, as it was last seen.

    Args:
        transport: the wire.
        path: the list's path, its ids encoded.
        keys: the names under which the body may hold the list; the first that is there counts.
    """
    records = iter_records(transport, path, *keys)
    return list({str(record["sourcedId"]): record for record in records}.values())


def iter_records(transport: Transport, path: str, *keys: str) -> Iterator[Record]:
    """Give the records of a list page by page, to the total and not to the first short page.

    A record may come twice, because records move between pages while others write. Takes
    max(1, ⌈n / 3000⌉) requests where the server tells the total; without any total, and without a
    `Link` header, one more shows that nothing follows.
    """
    seen: set[str] = set()
    offset, tries = 0, 0
    while True:
        params = {"limit": str(PAGE), "offset": str(offset), "sort": "sourcedId", "orderBy": "asc"}
        page = read_page(transport, path, params, *keys)
        yield from page.records
        before, tries = len(seen), tries + 1
        seen.update(str(record["sourcedId"]) for record in page.records)
        if page.size or tries > 1:
            # A short page moves on by what it held, so that nothing is jumped over; an empty one is
            # asked for again before it is.
            offset, tries = offset + (page.size or PAGE), 0
        if page.total is not None:
            over = offset >= page.total
        else:
            idle = len(seen) == before and not (page.more and tries)
            over = page.more is False or idle
        if over:
            return


def read_page(transport: Transport, path: str, params: Mapping[str, str], *keys: str) -> Page:
    """Read one page.

    Raises:
        RefusedError: the answer is no list at all.
    """
    answer = transport.request("GET", path, params=params)
    body = answer.body()
    if not isinstance(body, dict):
        raise RefusedError(
            "The gradebook answered a list with something else; check the base URL.",
            status=answer.status,
            request_id=answer.request_id,
        )
    listed: list[object] = next((body[key] for key in keys if isinstance(body.get(key), list)), [])
    records = [one for one in listed if isinstance(one, dict) and one.get("sourcedId")]
    total = _whole(body.get("totalCount"))
    if total is None:
        total = _whole(answer.headers.get("x-total-count"))
    link = answer.headers.get("link")
    more = None if link is None else bool(re.search(r'rel="?next\b', link))
    return Page(records, len(listed), total, more)


def unwrap(answer: Answer, key: str) -> Record:
    """Take one object out of its envelope, or as it is where the server sends none.

    Raises:
        RefusedError: the answer holds no such object.
    """
    body = answer.body()
    record = body.get(key, body) if isinstance(body, dict) else None
    if not isinstance(record, dict) or not record.get("sourcedId"):
        raise RefusedError(
            "The gradebook answered with something else; check the base URL.",
            status=answer.status,
            request_id=answer.request_id,
        )
    return record


def read_model(model: type[_Model], record: Record) -> _Model:
    """Read a record as a model; an optional field that breaks the standard is left out.

    Raises:
        RefusedError: what the model requires is missing or wrong.
    """
    try:
        return model.model_validate(record)
    except ValidationError as error:
        wrong = {str(fault["loc"][0]) if fault["loc"] else "" for fault in error.errors()}
    needed = {field.alias for field in model.model_fields.values() if field.is_required()}
    # A fault without a place is one of several fields together: then only the needed ones are left.
    kept = {
        name: value
        for name, value in record.items()
        if name in needed or (name not in wrong and "" not in wrong)
    }
    try:
        return model.model_validate(kept)
    except ValidationError as error:
        where = ", ".join(
            sorted({str(part) for fault in error.errors() for part in fault["loc"][:1]})
        )
    raise RefusedError(
        f"The gradebook's {model.__name__} {record.get('sourcedId')!r} does not keep to the standard ({where}); "
        "tell its operators."
    )


def list_models(model: type[_Model], records: Iterable[Record]) -> Listed[_Model]:
    """Read records as models, as `read_model` does, into a list that shows itself as a table."""
    return Listed([read_model(model, record) for record in records], *_SHOWN[model])


def _whole(value: object) -> int | None:
    text = str(value).strip()
    return int(text) if not isinstance(value, bool) and re.fullmatch(r"[0-9]{1,15}", text) else None
