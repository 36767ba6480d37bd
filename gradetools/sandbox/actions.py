"""What an operation does: list, get, put, delete or create records of one kind.

An action is a function from an `Operation` and a `Call` to an `Answer`; it knows no web
framework.
"""

from __future__ import annotations

import json
import uuid
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gradetools.sandbox.contract import check_records, check_sense, read_json
from gradetools.sandbox.dialects import Presenter, store_form
from gradetools.sandbox.errors import Flaw, not_found, not_valid
from gradetools.sandbox.faults import Lie
from gradetools.sandbox.lists import make_page, read_fields, read_list_query
from gradetools.sandbox.store import Store, utc_now

SINGULAR = {
    "results": "result",
    "lineItems": "lineItem",
    "categories": "category",
    "scoreScales": "scoreScale",
    "classes": "class",
    "users": "user",
    "enrollments": "enrollment",
}

# Name in a path -> the kind it is a sourcedId of, how a 404 speaks of it, and the field of a
# posted record that has to name the same.
_PARENTS = {
    "classSourcedId": ("classes", "class", "class"),
    "schoolSourcedId": ("orgs", "school", "school"),
    "lineItemSourcedId": ("lineItems", "line item", "lineItem"),
    "studentSourcedId": ("users", "student", "student"),
    "userSourcedId": ("users", "user", "user"),
    "academicSessionSourcedId": ("academicSessions", "academic session", "academicSession"),
}


@dataclass(frozen=True)
class Call:
    """One authorised request: the ids in its path are decoded, its query is not yet judged.

    `lie` is what was ordered to be told wrong.
    """

    store: Store
    presenter: Presenter
    address: str
    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    lie: Lie | None = None


@dataclass(frozen=True)
class Answer:
    """What is answered: a status, a JSON body or none, and headers."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Operation:
    """One operation: how it is asked for, of which kind, and what it does.

    `scope` is a condition in SQL on the records it sees; it may use the ids in the path, and
    `:dialect`. `many` tells the operations that take or give a collection.
    """

    name: str
    method: str
    path: str
    kind: str
    action: Callable[[Operation, Call], Answer]
    scope: str = "1"
    many: bool = False

    @property
    def key(self) -> str:
        """The key that wraps the record or the records in a body."""
        return self.kind if self.many else SINGULAR[self.kind]

    @property
    def success(self) -> int:
        """The status of success. Create and update are both 201."""
        return {"GET": 200, "DELETE": 204}.get(self.method, 201)


def list_records(operation: Operation, call: Call) -> Answer:
    """Answer one page of the records in scope."""
    _require_parents(call)
    scope = operation.scope
    if call.lie is not None and call.lie.kind == "lag":
        scope = f"({scope}) AND number <= {call.lie.newest}"
    page = make_page(
        call.store,
        kind=operation.kind,
        scope=scope,
        scope_values={**call.ids, "dialect": call.presenter.dialect},
        query=read_list_query(call.query, operation.kind, call.presenter.dialect),
        presenter=call.presenter,
        link=(call.address, call.query),
    )
    return Answer(200, page.body, page.headers)


def get_record(operation: Operation, call: Call) -> Answer:
    """Answer one record, also one that is `tobedeleted`."""
    kind = operation.kind
    fields = read_fields(call.query, kind)
    record = call.store.get(kind, call.ids["sourcedId"])
    condition = f"kind = :kind AND sourced_id = :sourcedId AND ({operation.scope})"
    if record is None or not call.store.count(condition, {**call.ids, "kind": kind}):
        raise _missing(operation)
    return Answer(200, _wrap(operation.key, call.presenter.present(kind, record, fields)))


def put_record(operation: Operation, call: Call) -> Answer:
    """Keep a record whole, new or in place of the one with its id; a deleted one is revived."""
    sourced_id = call.ids["sourcedId"]
    (record,) = _read_records(operation, call)
    if record.setdefault("sourcedId", sourced_id) != sourced_id:
        fault = Flaw(f"{operation.key}.sourcedId", f"should be {sourced_id!r}, as in the path")
        raise not_valid("The path and the body name different records.", fault)
    (kept,) = _keep_records(operation, call, [record])
    if call.presenter.dialect == "oneroster":
        return Answer(201)
    return Answer(201, _wrap(operation.key, kept))


def delete_record(operation: Operation, call: Call) -> Answer:
    """Mark a record `tobedeleted`; it can still be read, and its id stays taken."""
    with call.store.writing():
        record = call.store.get(operation.kind, call.ids["sourcedId"])
        if record is None:
            raise _missing(operation)
        gone = record | {"status": "tobedeleted", "dateLastModified": utc_now()}
        call.store.put(operation.kind, gone)
    return Answer(204)


def create_records(operation: Operation, call: Call) -> Answer:
    """Keep new records under ids of the server's own; posted twice, they are there twice."""
    _require_parents(call)
    records = _read_records(operation, call)
    for record in records:
        _require_same_parents(record, operation, call)
    allocated = [record | {"sourcedId": str(uuid.uuid4())} for record in records]
    kept = _keep_records(operation, call, allocated)
    pairs = [
        {
            "suppliedSourcedId": record.get("sourcedId", new["sourcedId"]),
            "allocatedSourcedId": new["sourcedId"],
        }
        for record, new in zip(records, kept, strict=True)
    ]
    # Timeback documents a lone pair, which a bulk post has no use for.
    return Answer(201, _wrap("sourcedIdPairs", pairs if operation.many else pairs[0]))


def _read_records(operation: Operation, call: Call) -> list[dict[str, Any]]:
    value = read_json(call.body)
    dialect = call.presenter.dialect
    return check_records(value, operation.kind, operation.key, dialect, many=operation.many)


def _keep_records(
    operation: Operation, call: Call, records: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Keep all of them or none; each is stamped with the server's time."""
    kept = []
    with call.store.writing():
        for record in records:
            stored = store_form(operation.kind, record, call.presenter.dialect)
            stored.setdefault("status", "active")
            stored["dateLastModified"] = utc_now()
            check_sense(stored, operation.kind, call.store)
            lie = call.lie.kind if call.lie else ""
            if lie != "forget":
                call.store.put(operation.kind, _round(stored, lie))
            kept.append(stored)
    return kept


def _round(record: dict[str, Any], lie: str) -> dict[str, Any]:
    """Keep a score less exactly than it came, if that was ordered."""
    score = record.get("score")
    if score is None or lie not in {"round", "float32"}:
        return record
    return record | {"score": round(score) if lie == "round" else array("f", [score])[0]}


def _require_parents(call: Call) -> None:
    parents = [_PARENTS[name] for name in call.ids]
    named = zip(parents, call.ids.values(), strict=True)
    if any(call.store.get(kind, sourced_id) is None for (kind, _, _), sourced_id in named):
        raise not_found(" or ".join(word for _, word, _ in parents).capitalize())


def _require_same_parents(record: Mapping[str, Any], operation: Operation, call: Call) -> None:
    for name, sourced_id in call.ids.items():
        field = _PARENTS[name][2]
        named = record.get(field)
        # A class may be null, and an academic session is no field of a result, so it may be anything.
        if isinstance(named, Mapping) and named.get("sourcedId", sourced_id) != sourced_id:
            fault = Flaw(f"{operation.key}.{field}", f"should be {sourced_id!r}, as in the path")
            raise not_valid("The path and the body name different records.", fault)


def _missing(operation: Operation) -> Exception:
    words = SINGULAR[operation.kind].replace("Item", " item").replace("Scale", " scale")
    return not_found(words.capitalize())


def _wrap(key: str, value: object) -> bytes:
    return json.dumps({key: value}, ensure_ascii=False, separators=(",", ":")).encode()
