"""What a gradebook record must look like, as JSON Schema, in each of the two dialects.

Written from the contract, not from the client's models. `timeback` is open (fields it does not
know are kept) and allows null where its published schema does; `oneroster` is the official
1EdTech OneRoster 1.2 Gradebook: closed, no nulls, references of three fields, scoreDate a date.
"""

from __future__ import annotations

from functools import cache
from typing import Any

Schema = dict[str, Any]

DIALECTS = ("timeback", "oneroster")

FLAGS = ("inProgress", "incomplete", "late", "missing")
SCORE_STATUSES = ("exempt", "fully graded", "not submitted", "partially graded", "submitted")

# Field -> type of the object referred to, for every kind; a list of references is in _MANY.
REFERENCES: dict[str, dict[str, str]] = {
    "orgs": {"parent": "org"},
    "academicSessions": {"parent": "academicSession"},
    "courses": {"org": "org", "schoolYear": "academicSession"},
    "classes": {"course": "course", "school": "org", "terms": "academicSession"},
    "users": {"primaryOrg": "org", "agents": "user"},
    "enrollments": {"user": "user", "class": "class", "school": "org"},
    "categories": {},
    "scoreScales": {"class": "class", "course": "course"},
    "lineItems": {
        "class": "class",
        "school": "org",
        "category": "category",
        "gradingPeriod": "academicSession",
        "academicSession": "academicSession",
        "scoreScale": "scoreScale",
    },
    "results": {
        "lineItem": "lineItem",
        "student": "user",
        "class": "class",
        "scoreScale": "scoreScale",
    },
}

# The kind that a type of reference lives in.
KIND_OF_TYPE = {
    "org": "orgs",
    "academicSession": "academicSessions",
    "course": "courses",
    "class": "classes",
    "user": "users",
    "category": "categories",
    "scoreScale": "scoreScales",
    "lineItem": "lineItems",
}

_COMMON_FIELDS = ("sourcedId", "status", "dateLastModified", "metadata")

_ROSTER_FIELDS = {
    "classes": (
        "title classCode classType location grades subjects course school terms subjectCodes"
        " periods resources"
    ),
    "users": (
        "userMasterIdentifier username userIds enabledUser givenName familyName middleName roles"
        " agents userProfiles primaryOrg identifier email preferredFirstName"
        " preferredMiddleName preferredLastName pronouns grades sms phone"
    ),
    "enrollments": "role primary beginDate endDate user class school",
}


@cache
def fields_of(kind: str) -> frozenset[str]:
    """Name the fields of a kind that may be selected, sorted and filtered by."""
    if kind in _ROSTER_FIELDS:
        return frozenset(_COMMON_FIELDS) | frozenset(_ROSTER_FIELDS[kind].split())
    return frozenset(schema_of(kind, "timeback")["properties"])


@cache
def schema_of(kind: str, dialect: str) -> Schema:
    """Give the schema of a record of the gradebook service: one of four kinds."""
    makers = {
        "results": _result,
        "lineItems": _line_item,
        "categories": _category,
        "scoreScales": _score_scale,
    }
    return makers[kind](_Words(official=dialect == "oneroster"))


class _Words:
    """The words schemas are made of, where the dialects differ."""

    def __init__(self, *, official: bool) -> None:
        self.official = official

    def text(self) -> Schema:
        # NormalizedString: no carriage return, line feed or tab.
        return {"type": "string", "pattern": "^[^\r\n\t]*$"} if self.official else _TEXT

    def optional(self, schema: Schema) -> Schema:
        if self.official:
            return schema
        return schema | {"type": [schema["type"], "null"]}

    def object(self, properties: dict[str, Schema], required: tuple[str, ...]) -> Schema:
        schema: Schema = {"type": "object", "properties": properties, "required": list(required)}
        return schema | {"additionalProperties": False} if self.official else schema

    def reference(self, kind: str, field: str) -> Schema:
        name: Schema = {"type": "string", "minLength": 1}
        if not self.official:
            return self.object({"sourcedId": name}, ("sourcedId",))
        kind_of_thing: Schema = {"type": "string", "enum": [REFERENCES[kind][field]]}
        return self.object(
            {"href": _TEXT, "sourcedId": name, "type": kind_of_thing},
            ("href", "sourcedId", "type"),
        )

    def record(self, properties: dict[str, Schema], *required: str) -> Schema:
        # Timeback takes the sourcedId from the path and the rest from its own clock.
        common = ("sourcedId", "status", "dateLastModified") if self.official else ()
        every: dict[str, Schema] = {
            "sourcedId": {"type": "string", "minLength": 1},
            "status": {"type": "string", "enum": ["active", "tobedeleted"]},
            "dateLastModified": _DATE_TIME,
            "metadata": self.optional({"type": "object", "additionalProperties": True}),
        }
        needed = (*common, *(field for field in required if field not in common))
        return self.object(every | properties, needed)

    def objectives(self, key: str, items: Schema) -> Schema:
        source = _TEXT
        if self.official:
            # The leading slash of an extension stands in both official copies.
            source = {
                "anyOf": [
                    {"type": "string", "enum": ["case", "unknown"]},
                    {"type": "string", "pattern": "^/[a-z0-9]+$"},
                ]
            }
        found: Schema = {"type": "array", "items": items}
        found |= {"minItems": 1} if self.official else {}
        entry = self.object({"source": source, key: found}, ("source", key))
        return self.optional({"type": "array", "items": entry})


_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_DATE: Schema = {"type": "string", "format": "date"}
_DATE_TIME: Schema = {"type": "string", "format": "date-time"}
# Timeback publishes a plain string; the prose of both allows only these two.
_FLAG: Schema = {"type": "string", "enum": ["true", "false"]}


def _result(words: _Words) -> Schema:
    score_status: Schema = {"type": "string", "enum": list(SCORE_STATUSES)}
    if words.official:
        extension = {"type": "string", "pattern": r"^ext:[a-zA-Z0-9.\-_]+$"}
        score_status = {"anyOf": [score_status, extension]}
    objective = words.object(
        {"learningObjectiveId": words.text(), "score": _NUMBER, "textScore": words.text()},
        ("learningObjectiveId",),
    )
    properties = {
        "lineItem": words.reference("results", "lineItem"),
        "student": words.reference("results", "student"),
        "class": words.optional(words.reference("results", "class")),
        "scoreScale": words.optional(words.reference("results", "scoreScale")),
        "scoreStatus": score_status,
        "score": words.optional(_NUMBER),
        "textScore": words.optional(words.text()),
        "scoreDate": _DATE if words.official else _DATE_TIME,
        "comment": words.optional(_TEXT),
        "learningObjectiveSet": words.objectives("learningObjectiveResults", objective),
    }
    properties |= dict.fromkeys(FLAGS, _FLAG)
    return words.record(properties, "status", "lineItem", "student", "scoreStatus", "scoreDate")


def _line_item(words: _Words) -> Schema:
    references = {field: words.reference("lineItems", field) for field in REFERENCES["lineItems"]}
    for field in ("gradingPeriod", "academicSession", "scoreScale"):
        references[field] = words.optional(references[field])
    properties = references | {
        "title": words.text(),
        "description": words.optional(_TEXT),
        "assignDate": _DATE_TIME,
        "dueDate": _DATE_TIME,
        "resultValueMin": words.optional(_NUMBER),
        "resultValueMax": words.optional(_NUMBER),
        "learningObjectiveSet": words.objectives("learningObjectiveIds", words.text()),
    }
    return words.record(properties, "title", "assignDate", "dueDate", "class", "school", "category")


def _category(words: _Words) -> Schema:
    properties = {"title": words.text(), "weight": words.optional(_NUMBER)}
    return words.record(properties, "status", "title")


def _score_scale(words: _Words) -> Schema:
    parts = {"itemValueLHS": _TEXT, "itemValueRHS": _TEXT}
    parts |= {} if words.official else {"value": _TEXT, "description": _TEXT}
    values: Schema = {
        "type": "array",
        "items": words.object(parts, ("itemValueLHS", "itemValueRHS")),
    }
    values |= {"minItems": 1} if words.official else {}
    properties = {
        "title": words.text(),
        "type": words.text(),
        "class": words.reference("scoreScales", "class"),
        "course": words.optional(words.reference("scoreScales", "course")),
        "scoreScaleValue": values,
    }
    return words.record(properties, "status", "title", "type", "class", "scoreScaleValue")
