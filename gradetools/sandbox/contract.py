"""Whether a body meets the contract: its shape by schema, its sense by what is stored.

The order of the answers follows the contract (section 3.1): not JSON is 400; JSON of another
shape is 422; a reference to nothing is 404; known things that do not belong together are 422.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from gradetools.sandbox.errors import Flaw, Refusal, not_found, not_valid
from gradetools.sandbox.schemas import KIND_OF_TYPE, REFERENCES, Schema, schema_of
from gradetools.sandbox.store import Store


def read_json(body: bytes) -> object:
    """Read strict JSON: no NaN, no Infinity, no number or text that cannot be kept."""
    try:
        value: object = json.loads(body.decode("utf-8"))
        # Python reads NaN and 1e999, and half a character; what cannot be said again is refused.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "invaliddata", "The body is not JSON.") from error
    return value


def check_records(
    value: object, kind: str, key: str, dialect: str, *, many: bool = False
) -> list[dict[str, Any]]:
    """Take one record, or many, out of the wrapper `{key: ...}` and hold each against the schema."""
    if not isinstance(value, dict) or key not in value:
        raise not_valid("The wrapper is missing.", Flaw(key, "is required"))
    schema = schema_of(kind, dialect)
    schema = {"type": "array", "items": schema} if many else schema
    faults = tuple(find_faults(value[key], schema, key))
    if dialect == "oneroster":
        faults += tuple(Flaw(name, "is not known here") for name in value if name != key)
    if faults:
        raise not_valid("The body does not meet the contract.", *faults)
    return list(value[key]) if many else [value[key]]


def check_sense(record: Mapping[str, Any], kind: str, store: Store) -> None:
    """Hold a record against what is stored: what it names is there, and belongs together."""
    for field, name in REFERENCES[kind].items():
        if (reference := record.get(field)) is not None:
            target = store.get(KIND_OF_TYPE[name], reference["sourcedId"])
            if target is None or target.get("status") != "active":
                raise _unknown(field, reference["sourcedId"])
    if kind == "results":
        _check_membership(record, store)
    if kind == "lineItems":
        _check_range(record)


def _unknown(field: str, sourced_id: str) -> Refusal:
    refusal = not_found(f"The {field} {sourced_id!r} was")
    refusal.faults = (Flaw(f"{field}.sourcedId", "names nothing that is active here"),)
    return refusal


def _check_membership(record: Mapping[str, Any], store: Store) -> None:
    line_item = store.get("lineItems", record["lineItem"]["sourcedId"]) or {}
    class_id = line_item["class"]["sourcedId"]
    if record.get("class") is not None and record["class"]["sourcedId"] != class_id:
        raise not_valid(
            "The class is not the line item's.", Flaw("class.sourcedId", f"should be {class_id!r}")
        )
    # A withdrawn student still has grades: the enrolment may be 'tobedeleted'.
    enrolled = store.count(
        "kind = 'enrollments' AND class_id = :class_id AND user_id = :user_id AND role = 'student'",
        {"class_id": class_id, "user_id": record["student"]["sourcedId"]},
    )
    if not enrolled:
        raise not_valid(
            "The student is not in the line item's class.",
            Flaw("student.sourcedId", f"has no enrollment in {class_id!r}"),
        )


def _check_range(record: Mapping[str, Any]) -> None:
    low, high = record.get("resultValueMin"), record.get("resultValueMax")
    if low is not None and high is not None and low > high:
        raise not_valid("The range is upside down.", Flaw("resultValueMin", "is above the max"))


def find_faults(value: object, schema: Schema, path: str) -> Iterator[Flaw]:
    """Yield everything in which a JSON value departs from a schema of `schemas`.

    Knows the part of JSON Schema that is used there. Every pattern there is anchored at both
    ends.
    """
    if "anyOf" in schema:
        tries = [list(find_faults(value, choice, path)) for choice in schema["anyOf"]]
        if all(tries):
            yield from tries[0]
        return
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(_IS_TYPE[name](value) for name in types):
        yield Flaw(path, f"is not {' or '.join(types)}")
    elif isinstance(value, dict):
        yield from _object_faults(value, schema, path)
    elif isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield Flaw(path, "is empty")
        for number, item in enumerate(value):
            yield from find_faults(item, schema["items"], f"{path}[{number}]")
    elif isinstance(value, str):
        yield from _text_faults(value, schema, path)


def _object_faults(value: dict[str, Any], schema: Schema, path: str) -> Iterator[Flaw]:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield Flaw(f"{path}.{name}", "is required")
    for name, item in value.items():
        if name in properties:
            yield from find_faults(item, properties[name], f"{path}.{name}")
        elif schema.get("additionalProperties") is False:
            yield Flaw(f"{path}.{name}", "is not known here")


def _text_faults(value: str, schema: Schema, path: str) -> Iterator[Flaw]:
    if "enum" in schema and value not in schema["enum"]:
        yield Flaw(path, f"is not one of {', '.join(map(repr, schema['enum']))}")
    if len(value) < schema.get("minLength", 0):
        yield Flaw(path, "is empty")
    if "pattern" in schema and not _compile(schema["pattern"]).fullmatch(value):
        yield Flaw(path, f"does not match {schema['pattern']}")
    if "format" in schema and not _IS_FORMAT[schema["format"]](value):
        yield Flaw(path, f"is not a {schema['format']}")


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.removeprefix("^").removesuffix("$"))


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return abs(float(value)) != float("inf")
    except OverflowError:
        return False


_IS_TYPE: dict[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "null": lambda value: value is None,
}

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _is_date(value: str) -> bool:
    return _DATE.fullmatch(value) is not None and _parses(date.fromisoformat, value)


def _is_date_time(value: str) -> bool:
    return _DATE_TIME.fullmatch(value) is not None and _parses(datetime.fromisoformat, value)


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


_IS_FORMAT: dict[str, Callable[[str], bool]] = {"date": _is_date, "date-time": _is_date_time}
