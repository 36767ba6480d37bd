"""The sandbox's OpenAPI page: what FastAPI cannot see in handlers that take the raw request."""

from __future__ import annotations

import re
from typing import Any

from gradetools.sandbox.actions import SINGULAR, Operation
from gradetools.sandbox.dialects import GRADEBOOK_KINDS
from gradetools.sandbox.lists import DEFAULT_LIMIT, TIMEBACK_LIMIT
from gradetools.sandbox.schemas import schema_of

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_TOTALS = ("totalCount", "pageCount", "pageNumber", "offset", "limit")


def describe_operation(operation: Operation, dialect: str) -> dict[str, Any]:
    """Describe parameters, body and answers of one operation."""
    names = re.findall(r"{(\w+)}", operation.path)
    parameters = [_parameter(name, "path", _TEXT, required=True) for name in names]
    if operation.method == "GET" and operation.many:
        parameters += _list_parameters(dialect)
    elif operation.method == "GET":
        parameters.append(_parameter("fields", "query", _TEXT))
    described: dict[str, Any] = {
        "parameters": parameters,
        "security": [{"OAuth2ClientCredentials": []}],
        "responses": _responses(operation, dialect),
    }
    if operation.method in {"POST", "PUT"}:
        record = _ref(operation.kind)
        posted = {"type": "array", "items": record} if operation.many else record
        wrapped = _object({operation.key: posted})
        described["requestBody"] = {"required": True, "content": _json(wrapped)}
    return described


def describe_service(document: dict[str, Any], dialect: str, base_url: str) -> dict[str, Any]:
    """Add the schemas of the dialect, the token endpoint and the address."""
    schemas: dict[str, Any] = {
        SINGULAR[kind]: schema_of(kind, dialect) for kind in sorted(GRADEBOOK_KINDS)
    }
    schemas |= {
        SINGULAR[kind]: {"type": "object", "required": ["sourcedId", "status"]}
        for kind in ("classes", "users", "enrollments")
    }
    schemas["error"] = _object(
        {
            "imsx_codeMajor": {"type": "string", "enum": ["failure"]},
            "imsx_severity": {"type": "string", "enum": ["error"]},
            "imsx_description": _TEXT,
            "imsx_CodeMinor": {"type": "object"},
        }
    )
    flow = {"tokenUrl": f"{base_url}/oauth2/token", "scopes": {}}
    scheme = {"type": "oauth2", "flows": {"clientCredentials": flow}}
    components = {"schemas": schemas, "securitySchemes": {"OAuth2ClientCredentials": scheme}}
    return document | {"components": components, "servers": [{"url": base_url}]}


def _list_parameters(dialect: str) -> list[dict[str, Any]]:
    limit: dict[str, Any] = {"type": "integer", "minimum": 1, "default": DEFAULT_LIMIT}
    limit |= {"maximum": TIMEBACK_LIMIT} if dialect == "timeback" else {}
    schemas = {
        "limit": limit,
        "offset": {**_COUNT, "default": 0},
        "sort": _TEXT,
        "orderBy": {"type": "string", "enum": ["asc", "desc"]},
        "filter": _TEXT,
        "fields": _TEXT,
    }
    return [_parameter(name, "query", schema) for name, schema in schemas.items()]


def _responses(operation: Operation, dialect: str) -> dict[str, Any]:
    error = {"description": "Refused.", "content": _json(_ref_to("error"))}
    codes = [400, 401, 404, 422, 500]
    success: dict[str, Any] = {"description": "Done."}
    schema = _success_schema(operation, dialect)
    if schema is not None:
        success["content"] = _json(schema)
    return {str(operation.success): success} | {str(code): error for code in codes}


def _success_schema(operation: Operation, dialect: str) -> dict[str, Any] | None:
    if operation.method == "GET" and operation.many:
        listed: dict[str, Any] = {operation.key: {"type": "array", "items": {"type": "object"}}}
        listed |= dict.fromkeys(_TOTALS, _COUNT) if dialect == "timeback" else {}
        return _object(listed)
    if operation.method == "GET":
        return _object({operation.key: {"type": "object"}})
    if operation.method == "POST":
        pair = _object({"suppliedSourcedId": _TEXT, "allocatedSourcedId": _TEXT})
        pairs = {"type": "array", "items": pair} if operation.many else pair
        return _object({"sourcedIdPairs": pairs})
    if operation.method == "PUT" and dialect == "timeback":
        return _object({operation.key: _ref(operation.kind)})
    return None


def _parameter(
    name: str, place: str, schema: dict[str, Any], *, required: bool = False
) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": schema}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _ref(kind: str) -> dict[str, Any]:
    return _ref_to(SINGULAR[kind])


def _ref_to(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
