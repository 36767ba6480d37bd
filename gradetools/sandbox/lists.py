"""A page of a list: limit, offset, sort, orderBy, filter and fields (contract section 2.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gradetools.sandbox.dialects import Presenter
from gradetools.sandbox.errors import Flaw, Refusal, not_valid
from gradetools.sandbox.filters import field_to_sql, filter_to_sql
from gradetools.sandbox.schemas import fields_of
from gradetools.sandbox.store import Store

DEFAULT_LIMIT = 100
TIMEBACK_LIMIT = 3000
MOST = 2**31 - 1


@dataclass(frozen=True)
class Page:
    """The body of a page of a list, and its headers."""

    body: bytes
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ListQuery:
    """The parameters of a list, read and found good."""

    limit: int
    offset: int
    order: str
    where: str
    values: Mapping[str, Any]
    fields: tuple[str, ...]


def read_list_query(query: Mapping[str, str], kind: str, dialect: str) -> ListQuery:
    """Read the parameters of a list of one kind; what cannot be read is refused."""
    most = TIMEBACK_LIMIT if dialect == "timeback" else MOST
    where, values = ("1", {}) if "filter" not in query else filter_to_sql(query["filter"], kind)
    return ListQuery(
        limit=_integer(query, "limit", DEFAULT_LIMIT, 1, most),
        offset=_integer(query, "offset", 0, 0, MOST),
        order=_order(query, kind),
        where=where,
        values=values,
        fields=read_fields(query, kind),
    )


def read_fields(query: Mapping[str, str], kind: str) -> tuple[str, ...]:
    """Read the selection of fields; empty means all."""
    if "fields" not in query:
        return ()
    fields = tuple(field.strip() for field in query["fields"].split(","))
    faults = tuple(
        Flaw(field, f"is no field of {kind}") for field in fields if field not in fields_of(kind)
    )
    if faults:
        raise Refusal(400, "invalid_selection_field", "Error in fields.", faults=faults)
    return fields


def make_page(
    store: Store,
    *,
    kind: str,
    scope: str,
    scope_values: Mapping[str, Any],
    query: ListQuery,
    presenter: Presenter,
    link: tuple[str, Mapping[str, str]],
) -> Page:
    """Cut one page out of the records of a kind within a scope.

    `scope` is a condition in SQL; `link` is the address of the list and its parameters, for the
    addresses of the other pages.
    """
    where = f"kind = :kind AND ({scope}) AND ({query.where})"
    values = {"kind": kind, **scope_values, **query.values}
    total = store.count(where, values)
    cut = {"limit": query.limit, "offset": query.offset}
    bodies = store.select(where, values | cut, query.order)
    listed = ",".join(presenter.present_texts(kind, bodies, query.fields))
    text = f'{{"{kind}":[{listed}]}}'
    if presenter.dialect == "timeback":
        text = f"{text[:-1]},{json.dumps(_totals(total, query))[1:]}"
    headers = (("X-Total-Count", str(total)), ("Link", _links(link, query, total)))
    return Page(text.encode(), headers)


def _totals(total: int, query: ListQuery) -> dict[str, int]:
    return {
        "totalCount": total,
        "pageCount": -(-total // query.limit),
        "pageNumber": query.offset // query.limit + 1,
        "offset": query.offset,
        "limit": query.limit,
    }


def _links(link: tuple[str, Mapping[str, str]], query: ListQuery, total: int) -> str:
    address, parameters = link
    last = max(0, (total - 1) // query.limit * query.limit)
    offsets = {"first": 0, "last": last}
    if query.offset + query.limit < total:
        offsets["next"] = query.offset + query.limit
    if query.offset > 0:
        offsets["prev"] = max(0, query.offset - query.limit)
    return ", ".join(
        f"<{address}?{urlencode({**parameters, 'limit': query.limit, 'offset': offset})}>"
        f'; rel="{relation}"'
        for relation, offset in offsets.items()
    )


def _order(query: Mapping[str, str], kind: str) -> str:
    direction = query.get("orderBy", "asc")
    if direction not in {"asc", "desc"}:
        raise not_valid("Error in orderBy.", Flaw("orderBy", "is not asc or desc"))
    # Without a wish: as they came. Equal ones always stand in the order of their sourcedIds.
    if "sort" not in query:
        return f"number {direction}"
    expression = field_to_sql(query["sort"], kind, "invaliddata")
    return f"{expression} {direction}, sourced_id {direction}"


def _integer(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = query.get(name, str(default))
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else -1
    if not least <= number <= most:
        raise not_valid(f"Error in {name}.", Flaw(name, f"is not a number {least} to {most}"))
    return number
