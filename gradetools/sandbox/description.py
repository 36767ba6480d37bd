"""The sandbox's OpenAPI page: what FastAPI cannot see in handlers that take the raw request."""

from __future__ import annotations

import re
from typing import Any

from gradetools.sandbox.actions import SINGULAR, Operation
from gradetools.sandbox.dialects import GRADEBOOK_KINDS
from gradetools.sandbox.lists import DEFAULT_LIMIT, MOST, TIMEBACK_LIMIT
from gradetools.sandbox.schemas import fields_of, schema_of

TOKEN_PATH = "/oauth2/token"  # noqa: S105 - the path of the endpoint, no token

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_TOTALS = ("totalCount", "pageCount", "pageNumber", "offset", "limit")
_HEADERS = {
    "X-Total-Count": {"required": True, "schema": _COUNT},
    "Link": {"required": True, "schema": _TEXT, "description": "first, last, next, prev"},
}
_CHALLENGE = {"WWW-Authenticate": {"required": True, "schema": _TEXT}}
#: Every status that the contract foresees. 403 and 429 come only when they are ordered.
_REFUSED = {
    400: "Not JSON, or a filter or fields that cannot be read.",
    401: "No token, or none that is good.",
    403: "Forbidden; only when it was ordered.",
    404: "A record that is named is not there.",
    422: "JSON, but not what the contract asks for.",
    429: "Too busy; only when it was ordered.",
    500: "The sandbox failed; only when it was ordered.",
}


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
        wrapped |= {"additionalProperties": False} if dialect == "oneroster" else {}
        described["requestBody"] = {"required": True, "content": _json(wrapped)}
    return described


def describe_service(document: dict[str, Any], dialect: str, base_url: str) -> dict[str, Any]:
    """Add the schemas of the dialect, the ways to authenticate, and the address."""
    schemas: dict[str, Any] = {"error": _error(dialect)}
    for kind in sorted(GRADEBOOK_KINDS):
        schema = schema_of(kind, dialect)
        # An answer may be a selection of fields, of which none is required.
        read = {name: part for name, part in schema.items() if name != "required"}
        schemas |= {SINGULAR[kind]: schema, _as_read(kind): read}
    for kind in ("classes", "users", "enrollments"):
        properties: dict[str, Any] = {name: {} for name in sorted(fields_of(kind))}
        status = {"type": "string", "enum": ["active", "tobedeleted"]}
        properties |= {"sourcedId": _TEXT, "status": status}
        schemas[_as_read(kind)] = {"type": "object", "properties": properties}
    flow = {"tokenUrl": f"{base_url}{TOKEN_PATH}", "scopes": {}}
    schemes = {
        "OAuth2ClientCredentials": {"type": "oauth2", "flows": {"clientCredentials": flow}},
        "ClientBasic": {"type": "http", "scheme": "basic"},
    }
    components = {"schemas": schemas, "securitySchemes": schemes}
    return document | {"components": components, "servers": [{"url": base_url}]}


def describe_token() -> dict[str, Any]:
    """Describe the token endpoint (RFC 6749 sections 4.4 and 5)."""
    form = _object({"grant_type": {"type": "string", "enum": ["client_credentials"]}})
    form["properties"] |= dict.fromkeys(("client_id", "client_secret", "scope"), _TEXT)
    token = {"access_token": _TEXT, "expires_in": _COUNT, "token_type": _TEXT}
    error = _json(_object({"error": _TEXT, "error_description": _TEXT}))
    return {
        "security": [{"ClientBasic": []}, {}],
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": form}},
        },
        "responses": {
            "200": {"description": "A token.", "content": _json(_object(token))},
            "400": {"description": "Not such a form.", "content": error},
            "401": {
                "description": "Not the client, or not its secret.",
                "content": error,
                "headers": _CHALLENGE,
            },
        },
    }


def _error(dialect: str) -> dict[str, Any]:
    """Describe the standard's error; its details are Timeback's own, and the official one is closed."""
    minor = {"imsx_codeMinorFieldName": _TEXT, "imsx_codeMinorFieldValue": _TEXT}
    minors = {"type": "array", "items": _object(minor)}
    error = _object(
        {
            "imsx_codeMajor": {"type": "string", "enum": ["failure"]},
            "imsx_severity": {"type": "string", "enum": ["error"]},
            "imsx_description": _TEXT,
            "imsx_CodeMinor": _object({"imsx_codeMinorField": minors}),
        }
    )
    if dialect == "oneroster":
        return error | {"additionalProperties": False}
    details = {"type": "array", "items": {"type": "object", "additionalProperties": _TEXT}}
    error["properties"]["imsx_error_details"] = details
    return error


def _list_parameters(dialect: str) -> list[dict[str, Any]]:
    limit: dict[str, Any] = {"type": "integer", "minimum": 1, "default": DEFAULT_LIMIT}
    limit |= {"maximum": TIMEBACK_LIMIT if dialect == "timeback" else MOST}
    schemas = {
        "limit": limit,
        "offset": {**_COUNT, "maximum": MOST, "default": 0},
        "sort": _TEXT,
        "orderBy": {"type": "string", "enum": ["asc", "desc"]},
        "filter": _TEXT,
        "fields": _TEXT,
    }
    # Timeback documents it, and was seen to ignore it on everything that is served here.
    schemas |= {"search": _TEXT} if dialect == "timeback" else {}
    return [_parameter(name, "query", schema) for name, schema in schemas.items()]


def _responses(operation: Operation, dialect: str) -> dict[str, Any]:
    error = _json(_ref_to("error"))
    refused: dict[str, Any] = {
        str(status): {"description": why, "content": error} for status, why in _REFUSED.items()
    }
    refused["401"]["headers"] = _CHALLENGE
    success: dict[str, Any] = {"description": "Done."}
    if operation.method == "GET" and operation.many:
        success["headers"] = _HEADERS
    schema = _success_schema(operation, dialect)
    if schema is not None:
        success["content"] = _json(schema)
    return {str(operation.success): success} | refused


def _success_schema(operation: Operation, dialect: str) -> dict[str, Any] | None:
    if operation.method == "GET" and operation.many:
        items = _ref_to(_as_read(operation.kind))
        listed: dict[str, Any] = {operation.key: {"type": "array", "items": items}}
        listed |= dict.fromkeys(_TOTALS, _COUNT) if dialect == "timeback" else {}
        return _object(listed)
    if operation.method == "GET":
        return _object({operation.key: _ref_to(_as_read(operation.kind))})
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


def _as_read(kind: str) -> str:
    return f"{SINGULAR[kind]}AsRead"


def _ref(kind: str) -> dict[str, Any]:
    return _ref_to(SINGULAR[kind])


def _ref_to(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
