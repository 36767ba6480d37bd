"""How a result is written on each dialect of the wire, and when two results say the same.

A record here is a result as a plain dict in the standard's camelCase. Two dialects: `timeback`, and
`oneroster`, the official 1.2 form. Sources: 1EdTech OneRoster 1.2 Gradebook OpenAPI (`ResultDType`,
`additionalProperties: false`) and Timeback's own OpenAPI (`Result`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import struct
import sys
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

Record = dict[str, Any]

FLAGS = ("inProgress", "incomplete", "late", "missing")
#: Each reference of a result: the type the official form names, and the collection it lives in.
REFERENCES = {
    "lineItem": ("lineItem", "gradebook/v1p2/lineItems"),
    "student": ("user", "rostering/v1p2/users"),
    "class": ("class", "rostering/v1p2/classes"),
    "scoreScale": ("scoreScale", "gradebook/v1p2/scoreScales"),
}
#: Every field of `ResultDType`; the official form allows no other at the top level.
FIELDS = (
    "sourcedId", "status", "dateLastModified", "metadata", "lineItem", "student", "class", "scoreScale",
    "scoreStatus", "score", "textScore", "scoreDate", "comment", "learningObjectiveSet", *FLAGS,
)  # fmt: skip
_EXTENSION = re.compile(r"ext:[a-zA-Z0-9.\-_]+")
_STATUSES = {"exempt", "fully graded", "not submitted", "partially graded", "submitted"}
_OFFICIAL_SOURCE = re.compile(r"case|unknown|/(?!case$)(?!unknown$)[a-z0-9]+")


def compact(record: Mapping[str, Any]) -> str:
    """Write a record as compact JSON text, keys in their order; half a character stays escaped."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def parse(text: str | None) -> Record | None:
    """Read back what `compact` wrote; None stays None."""
    if text is None:
        return None
    record = json.loads(text)
    return record if isinstance(record, dict) else None


def shape(record: Mapping[str, Any], dialect: str) -> Record:
    """Give a record the dialect's form, but for what is only known at sending (`href`, `dateLastModified`).

    Empty fields that the standard knows are left out, references are bare, and the official form loses the top-level
    fields that it forbids: compare with `not_representable` for what must not be lost.
    """
    shaped: Record = {}
    for name, value in record.items():
        if name == "dateLastModified" or (name == "comment" and value == ""):
            continue
        if name not in FIELDS and dialect == "oneroster":
            continue
        # What a null says in a field that we do not know, we do not know either.
        if value is None and name in FIELDS:
            continue
        if name in REFERENCES and isinstance(value, Mapping):
            shaped[name] = {"sourcedId": value.get("sourcedId")}
        elif name == "scoreDate":
            shaped[name] = write_date(str(value), dialect)
        elif name == "status":
            shaped[name] = _read_status(value)
        elif name in FLAGS:
            shaped[name] = _read_flag(value)
        elif name == "learningObjectiveSet":
            shaped[name] = _without_nulls(value)
        else:
            shaped[name] = value
    return shaped


def write_date(text: str, dialect: str) -> str:
    """Write an ISO 8601 date as the dialect wants it.

    `timeback`: `YYYY-MM-DDTHH:MM:SS.sssZ`, a bare date at midnight UTC, so that it stays that date.
    `oneroster`: `YYYY-MM-DD`. Text that is no such date, or more than a date, comes back as it was.
    """
    try:
        moment = _moment(text)
    except (ValueError, OverflowError):
        return text
    if dialect == "oneroster":
        return moment.date().isoformat() if _is_midnight(moment) else text
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def tell_date(text: str) -> str:
    """Write a date as people read it: `2026-10-16` where it is midnight UTC, else `2026-10-16 14:30 UTC`.

    Text that is no date comes back as it was.
    """
    try:
        moment = _moment(text)
    except (ValueError, OverflowError):
        return text
    if _is_midnight(moment):
        return moment.date().isoformat()
    told = moment.replace(tzinfo=None).isoformat(sep=" ").removesuffix(":00")
    return f"{told} UTC"


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _is_midnight(moment: dt.datetime) -> bool:
    return moment.time() == dt.time(0)


def _read_status(value: object) -> object:
    # OneRoster 1.0's word, which 1.2 says to read so.
    return "tobedeleted" if value == "inactive" else value


def _read_flag(value: object) -> object:
    # Some servers keep the standard's strings as the booleans that they stand for.
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def _without_nulls(value: object) -> object:
    """Leave nulls out at every depth; no field of a learning objective may be null."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


def dropped_fields(record: Mapping[str, Any], dialect: str) -> list[str]:
    """Name the fields that the dialect forbids and that a PUT would therefore lose."""
    if dialect != "oneroster":
        return []
    return [name for name, value in record.items() if name not in FIELDS and value is not None]


def not_representable(record: Mapping[str, Any], dialect: str) -> list[str]:
    """Name the fields whose held value the dialect cannot carry, in the standard's order."""
    shaped = shape(record, dialect)
    shaped.setdefault("scoreStatus", None)  # required, so none is no value either
    return [name for name in FIELDS if name in shaped and not _FITS[name](shaped[name], dialect)]


def _is_text(value: object, _: str) -> bool:
    return isinstance(value, str)


def _is_one_line(value: object, dialect: str) -> bool:
    # NormalizedString, which only the official form insists on.
    return isinstance(value, str) and not (dialect == "oneroster" and re.search(r"[\r\n\t]", value))


def _is_number(value: object, _: str) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) <= sys.float_info.max  # false for NaN, and for what no float can hold


def _is_reference(value: object, _: str) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("sourcedId"), str)


def _is_score_status(value: object, dialect: str) -> bool:
    extended = dialect == "oneroster" and _EXTENSION.fullmatch(str(value))
    return isinstance(value, str) and (value in _STATUSES or bool(extended))


def _is_date(value: object, dialect: str) -> bool:
    try:
        moment = _moment(str(value))
    except (ValueError, OverflowError):
        return False
    return dialect != "oneroster" or _is_midnight(moment)


def _are_objectives(value: object, dialect: str) -> bool:
    return isinstance(value, list) and all(_is_objective_set(one, dialect) for one in value)


def _is_objective_set(one: object, dialect: str) -> bool:
    if not isinstance(one, Mapping) or not isinstance(one.get("source"), str):
        return False
    listed = one.get("learningObjectiveResults")
    if not isinstance(listed, list) or not all(_is_objective(each, dialect) for each in listed):
        return False
    if dialect != "oneroster":
        return True
    only = {"source", "learningObjectiveResults"}
    return bool(listed) and set(one) <= only and is_official_source(one["source"])


def is_official_source(source: str) -> bool:
    """Whether the source of learning objectives is named as OneRoster 1.2 wants: `case`, `unknown`, or like `/state`."""
    return bool(_OFFICIAL_SOURCE.fullmatch(source))


def _is_objective(each: object, dialect: str) -> bool:
    if not isinstance(each, Mapping) or "learningObjectiveId" not in each:
        return False
    fits = {"learningObjectiveId": _is_one_line, "score": _is_number, "textScore": _is_one_line}
    if dialect == "oneroster" and not set(each) <= set(fits):
        return False
    return all(fits[name](value, dialect) for name, value in each.items() if name in fits)


_FITS: dict[str, Callable[[Any, str], bool]] = {
    "sourcedId": _is_text,
    "status": lambda value, _: value in ("active", "tobedeleted"),
    "metadata": lambda value, _: isinstance(value, Mapping),
    **dict.fromkeys(REFERENCES, _is_reference),
    "scoreStatus": _is_score_status,
    "score": _is_number,
    "textScore": _is_one_line,
    "scoreDate": _is_date,
    "comment": _is_text,
    "learningObjectiveSet": _are_objectives,
    **dict.fromkeys(FLAGS, lambda value, _: value in ("true", "false")),
}


def to_wire(record: Mapping[str, Any], dialect: str, *, base_url: str, now: dt.datetime) -> Record:
    """Write a record as the server wants to receive it.

    The official form names each reference's `href` and `type` and stamps `dateLastModified`; on
    Timeback that stamp is the server's own and is not sent.
    """
    wire = shape(record, dialect)
    if dialect == "oneroster":
        wire["dateLastModified"] = write_date(now.isoformat(), "timeback")
        for name, (kind, collection) in REFERENCES.items():
            if name in wire:
                target = str(wire[name]["sourcedId"])
                href = f"{base_url}/ims/oneroster/{collection}/{quote(target, safe='')}"
                wire[name] = {"href": href, "sourcedId": target, "type": kind}
    return wire


def canonical(record: Mapping[str, Any] | None) -> dict[str, str]:
    """Reduce each field to a text that is equal when the fields mean the same.

    Numbers are equal when both round to the same float32, the standard's precision; dates by
    instant, to the millisecond; references by sourcedId; an absent field, null, an empty comment,
    empty metadata and an empty set of objectives are one. `dateLastModified` says nothing.
    """
    if record is None:
        return {}
    fields: dict[str, str] = {}
    for name, value in shape(record, "timeback").items():
        if value is None or (name in {"metadata", "learningObjectiveSet"} and not value):
            continue
        if name in REFERENCES and isinstance(value, Mapping):
            fields[name] = str(value.get("sourcedId"))
        elif name in {"scoreDate", "status"}:
            fields[name] = str(value)
        else:
            single = name in {"score", "learningObjectiveSet"}
            fields[name] = json.dumps(_meaning(value, single=single), sort_keys=True)
    return fields


def _meaning(value: object, *, single: bool) -> object:
    if isinstance(value, dict):
        return {key: _meaning(item, single=single) for key, item in value.items()}
    if isinstance(value, list):
        return [_meaning(item, single=single) for item in value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    number = to_float32(value) if single else value
    # 1 and 1.0 are one number; a whole number beyond a float's reach stays exact.
    return int(number) if isinstance(number, float) and number.is_integer() else number


def to_float32(value: float) -> float:
    """Round to the nearest float32 (`format: float` in the standard); what does not fit stays as it is."""
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    except (OverflowError, struct.error):
        return value
    return rounded


def differences(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> list[str]:
    """Name the fields in which two records differ in meaning, in the standard's order."""
    if _written_alike(one, other):
        return []
    left, right = canonical(one), canonical(other)
    names = [name for name in {**left, **right} if left.get(name) != right.get(name)]
    order = {name: place for place, name in enumerate(FIELDS)}
    return sorted(names, key=lambda name: (order.get(name, len(order)), name))


_SCALARS = frozenset({str, int, float, type(None)})


def _written_alike(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two records are the same to the letter, the time of the last change aside.

    Nearly every echo is, and to see that costs a tenth of comparing what the fields mean.
    """
    if one is None or other is None:
        return one is other
    left, right = ({**each, "dateLastModified": None} for each in (one, other))
    # Python takes 1 and True for equal; their texts tell them apart.
    return left == right and all(
        (type(value) is type(right[name]) and type(value) in _SCALARS)
        or repr(value) == repr(right[name])
        for name, value in left.items()
    )
