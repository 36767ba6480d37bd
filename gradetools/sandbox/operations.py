"""What the sandbox serves: one row per operation of the contract (section 2.2).

An operation is a function from a `Call` to an `Answer`; it knows no web framework. Its path is
matched on the path as it came, so that an id with an encoded slash stays one segment.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gradetools.sandbox.contract import check_record, check_sense, read_json
from gradetools.sandbox.dialects import GRADEBOOK, GRADEBOOK_KINDS, ROSTERING, Presenter, store_form
from gradetools.sandbox.errors import Fault, not_found, not_valid
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

# What a name in a path is the sourcedId of, and how a 404 speaks of it.
_PARENTS = {
    "classSourcedId": ("classes", "class"),
    "schoolSourcedId": ("orgs", "school"),
    "lineItemSourcedId": ("lineItems", "line item"),
    "studentSourcedId": ("users", "student"),
    "userSourcedId": ("users", "user"),
}


@dataclass(frozen=True)
class Call:
    """One authorised request: the ids in its path are decoded, its query is not yet judged."""

    store: Store
    presenter: Presenter
    address: str
    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What is answered: a status, a JSON body or none, and headers."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Operation:
    """One row of the table: where it is found, what it is called, what it does."""

    method: str
    path: str
    name: str
    kind: str
    run: Callable[[Call], Answer]
    success: int
    key: str
    is_list: bool = False

    def paths(self, dialect: str) -> tuple[str, ...]:
        """Name the paths it is found at: Timeback's collections end in a slash, and only so."""
        if dialect == "timeback" or not self.path.endswith("/"):
            return (self.path,)
        return (self.path.rstrip("/"), self.path)


def get_operations(dialect: str) -> list[Operation]:
    """List the operations of a dialect; the official one creates by PUT only."""
    operations = [*_GRADEBOOK_OPERATIONS, *_ROSTER_OPERATIONS]
    return [each for each in operations if dialect == "timeback" or each.method != "POST"]


def _list(name: str, path: str, kind: str, scope: str = "1", *, key: str = "") -> Operation:
    key = key or kind

    def run(call: Call) -> Answer:
        _require_parents(call)
        query = read_list_query(call.query, kind, call.presenter.dialect)
        page = make_page(
            call.store,
            kind=kind,
            key=key,
            scope=scope,
            scope_values={**call.ids, "dialect": call.presenter.dialect},
            query=query,
            presenter=call.presenter,
            link=(call.address, call.query),
        )
        return Answer(200, page.body, page.headers)

    return Operation("GET", _prefix(kind) + path, name, kind, run, 200, key, is_list=True)


def _item(method: str, name: str, kind: str, *, path: str = "", scope: str = "1") -> Operation:
    key = SINGULAR[kind]

    def get(call: Call) -> Answer:
        fields = read_fields(call.query, kind)
        record = call.store.get(kind, call.ids["sourcedId"])
        condition = f"kind = :kind AND sourced_id = :sourcedId AND ({scope})"
        if record is None or not call.store.count(condition, {**call.ids, "kind": kind}):
            raise not_found(_name(kind))
        return Answer(200, _wrap(key, call.presenter.present(kind, record, fields)))

    def put(call: Call) -> Answer:
        sourced_id = call.ids["sourcedId"]
        record = check_record(read_json(call.body), kind, key, call.presenter.dialect)
        if record.setdefault("sourcedId", sourced_id) != sourced_id:
            fault = Fault(f"{key}.sourcedId", f"should be {sourced_id!r}, as in the path")
            raise not_valid("The path and the body name different records.", fault)
        return _keep(call, kind, record)

    def delete(call: Call) -> Answer:
        with call.store.writing():
            record = call.store.get(kind, call.ids["sourcedId"])
            if record is None:
                raise not_found(_name(kind))
            call.store.put(kind, record | {"status": "tobedeleted", "dateLastModified": utc_now()})
        return Answer(204)

    runs = {"GET": (get, 200), "PUT": (put, 201), "DELETE": (delete, 204)}
    run, success = runs[method]
    where = f"{_prefix(kind)}{path or f'/{kind}/'}{{sourcedId}}"
    return Operation(method, where, name, kind, run, success, key)


def _keep(call: Call, kind: str, record: dict[str, Any]) -> Answer:
    record = store_form(kind, record, call.presenter.dialect)
    record = record | {"status": record.get("status", "active"), "dateLastModified": utc_now()}
    with call.store.writing():
        check_sense(record, kind, call.store)
        call.store.put(kind, record)
    if call.presenter.dialect == "oneroster":
        return Answer(201)
    return Answer(201, _wrap(SINGULAR[kind], record))


def _create(name: str, kind: str) -> Operation:
    key = SINGULAR[kind]

    def run(call: Call) -> Answer:
        record = check_record(read_json(call.body), kind, key, call.presenter.dialect)
        # A POST leaves the id to the server; sent twice, it makes two.
        allocated = str(uuid.uuid4())
        pair = {
            "suppliedSourcedId": record.get("sourcedId", allocated),
            "allocatedSourcedId": allocated,
        }
        _keep(call, kind, record | {"sourcedId": allocated})
        return Answer(201, _wrap("sourcedIdPairs", pair))

    return Operation("POST", f"{_prefix(kind)}/{kind}/", name, kind, run, 201, key)


def _require_parents(call: Call) -> None:
    parents = [_PARENTS[name] for name in call.ids]
    named = zip(parents, call.ids.values(), strict=True)
    if any(call.store.get(kind, sourced_id) is None for (kind, _), sourced_id in named):
        raise not_found(" or ".join(word for _, word in parents).capitalize())


def _prefix(kind: str) -> str:
    return GRADEBOOK if kind in GRADEBOOK_KINDS else ROSTERING


def _name(kind: str) -> str:
    return SINGULAR[kind].replace("I", " i").replace("S", " s").capitalize()


def _wrap(key: str, value: object) -> bytes:
    return json.dumps({key: value}, ensure_ascii=False, separators=(",", ":")).encode()


_IN_CLASS = "class_id = :classSourcedId"
_IN_SCHOOL = "school_id = :schoolSourcedId"
# Timeback lists a class's students with those who have left it; the standard does not.
_ENROLLED = (
    "sourced_id IN (SELECT user_id FROM record AS e WHERE e.kind = 'enrollments'"
    " AND e.class_id = :classSourcedId AND e.role = '{role}'"
    " AND (e.status = 'active' OR :dialect = 'timeback'))"
)
_STUDENTS = _ENROLLED.format(role="student")
_TEACHERS = _ENROLLED.format(role="teacher")
_IS_STUDENT = (
    "(role = 'student' OR sourced_id IN (SELECT user_id FROM record AS e"
    " WHERE e.kind = 'enrollments' AND e.role = 'student'))"
)
_CLASSES_OF = (
    "sourced_id IN (SELECT class_id FROM record AS e WHERE e.kind = 'enrollments'"
    " AND e.user_id = :{name} AND e.status = 'active')"
)
_USED_CATEGORIES = (
    "sourced_id IN (SELECT json_extract(l.body, '$.category.sourcedId') FROM record AS l"
    " WHERE l.kind = 'lineItems' AND l.class_id = :classSourcedId)"
)

_GRADEBOOK_OPERATIONS = [
    _list("getAllResults", "/results/", "results"),
    _create("createResult", "results"),
    _item("GET", "getResult", "results"),
    _item("PUT", "putResult", "results"),
    _item("DELETE", "deleteResult", "results"),
    _list("getResultsForClass", "/classes/{classSourcedId}/results", "results", _IN_CLASS),
    _list(
        "getResultsForLineItemForClass",
        "/classes/{classSourcedId}/lineItems/{lineItemSourcedId}/results",
        "results",
        f"{_IN_CLASS} AND line_item_id = :lineItemSourcedId",
    ),
    _list(
        "getResultsForStudentForClass",
        "/classes/{classSourcedId}/students/{studentSourcedId}/results",
        "results",
        f"{_IN_CLASS} AND user_id = :studentSourcedId",
    ),
    _list("getAllLineItems", "/lineItems/", "lineItems"),
    _create("createLineItem", "lineItems"),
    _item("GET", "getLineItem", "lineItems"),
    _item("PUT", "putLineItem", "lineItems"),
    _item("DELETE", "deleteLineItem", "lineItems"),
    _list("getLineItemsForClass", "/classes/{classSourcedId}/lineItems", "lineItems", _IN_CLASS),
    _list("getLineItemsForSchool", "/schools/{schoolSourcedId}/lineItems", "lineItems", _IN_SCHOOL),
    _list("getAllCategories", "/categories/", "categories"),
    _create("createCategory", "categories"),
    _item("GET", "getCategory", "categories"),
    _item("PUT", "putCategory", "categories"),
    _item("DELETE", "deleteCategory", "categories"),
    _list(
        "getCategoriesForClass",
        "/classes/{classSourcedId}/categories",
        "categories",
        _USED_CATEGORIES,
    ),
    _list("getAllScoreScales", "/scoreScales/", "scoreScales"),
    _create("createScoreScale", "scoreScales"),
    _item("GET", "getScoreScale", "scoreScales"),
    _item("PUT", "putScoreScale", "scoreScales"),
    _item("DELETE", "deleteScoreScale", "scoreScales"),
    _list(
        "getScoreScalesForClass", "/classes/{classSourcedId}/scoreScales", "scoreScales", _IN_CLASS
    ),
]

_ROSTER_OPERATIONS = [
    _list("getAllClasses", "/classes/", "classes"),
    _item("GET", "getClass", "classes"),
    # The documented key is `students`; on the wire it is `users`.
    _list("getStudentsForClass", "/classes/{classSourcedId}/students", "users", _STUDENTS),
    _list("getTeachersForClass", "/classes/{classSourcedId}/teachers", "users", _TEACHERS),
    _list(
        "getStudentsForClassInSchool",
        "/schools/{schoolSourcedId}/classes/{classSourcedId}/students",
        "users",
        _STUDENTS,
    ),
    _list(
        "getEnrollmentsForClassInSchool",
        "/schools/{schoolSourcedId}/classes/{classSourcedId}/enrollments",
        "enrollments",
        f"{_IN_CLASS} AND {_IN_SCHOOL}",
    ),
    _list(
        "getEnrollmentsForSchool",
        "/schools/{schoolSourcedId}/enrollments",
        "enrollments",
        _IN_SCHOOL,
    ),
    _list("getAllStudents", "/students/", "users", _IS_STUDENT),
    _item("GET", "getStudent", "users", path="/students/", scope=_IS_STUDENT),
    _list(
        "getClassesForStudent",
        "/students/{studentSourcedId}/classes",
        "classes",
        _CLASSES_OF.format(name="studentSourcedId"),
    ),
    _list("getAllUsers", "/users/", "users"),
    _item("GET", "getUser", "users"),
    _list(
        "getClassesForUser",
        "/users/{userSourcedId}/classes",
        "classes",
        _CLASSES_OF.format(name="userSourcedId"),
    ),
    _list("getAllEnrollments", "/enrollments/", "enrollments"),
    _item("GET", "getEnrollment", "enrollments"),
]
