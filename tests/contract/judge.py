"""Whether a request is one that the contract knows: its path, its query, its body, in its dialect.

Always held against what stands here: `operations.tsv`, the operations of a grade importer, and
`result.schema.json`, the Result in both dialects. Where the published documents are at hand, also against those: the
official OpenAPI of the gradebook, Timeback's schemas, and its list of operations.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from published import mend

HERE = Path(__file__).parent
SERVICE = "/ims/oneroster/"
GRADEBOOK = "/ims/oneroster/gradebook/v1p2"
OFFICIAL = "onerosterv1p2gradebookservice_openapi3_v1p0.json"
TIMEBACK = "timeback_schemas_subset.json"
DIALECTS = ("timeback", "oneroster")
#: What tests of the transport ask of servers that are no gradebook.
MADE_UP = {"/x", "/list"}
#: Contract, section 2.3: what a parameter of a list may say.
VALUES = {
    "limit": r"[1-9][0-9]{0,9}",
    "offset": r"[0-9]{1,10}",
    "orderBy": "asc|desc",
    "sort": r"[A-Za-z.]+",
}
MOST_AT_ONCE = 3000

Request = Mapping[str, Any]
Operations = dict[tuple[str, str], set[str]]


class Judge:
    """Holds requests against the contract; `shared` is the folder of the published documents, or None."""

    def __init__(self, shared: Path | None) -> None:
        folder = shared / "contract" if shared else None
        self.published = folder is not None and folder.is_dir()
        self._operations: dict[str, list[Operations]] = {}
        self._bodies: dict[str, list[Draft202012Validator]] = {}
        for dialect in DIALECTS:
            self._operations[dialect] = [read_own_operations(dialect)]
            self._bodies[dialect] = [own_validator(dialect)]
            if folder is not None and self.published:
                self._operations[dialect].append(read_published_operations(folder, dialect))
                self._bodies[dialect].append(published_validator(folder, dialect))

    def find_faults(self, request: Request) -> Iterator[str]:
        """Say in a sentence each in what a request departs from the contract."""
        parts = urlsplit(request["url"])
        name = f"{request['method']} {parts.path}"
        if SERVICE in parts.path:
            path = parts.path[parts.path.index(SERVICE) :]
            for operations in self._operations[request["dialect"]]:
                yield from _query_faults(name, operations, request, path, parts.query)
            yield from self._body_faults(name, request, path)
        elif request["type"].startswith("application/x-www-form-urlencoded"):
            yield from _token_faults(name, request)
        elif parts.path not in MADE_UP:
            yield f"{name} is no address of the service"

    def _body_faults(self, name: str, request: Request, path: str) -> Iterator[str]:
        if request["method"] == "GET":
            if request["body"]:
                yield f"{name} carries a body"
            return
        if request["type"] != "application/json":
            yield f"{name} is not sent as application/json but as {request['type']!r}"
        try:
            body = json.loads(request["body"], parse_constant=_refuse_constant)
        except ValueError as error:
            yield f"{name} carries no JSON: {error}"
            return
        for validator in self._bodies[request["dialect"]]:
            for error in validator.iter_errors(body):
                yield f"{name}, {request['dialect']}: {error.json_path}: {error.message}"
        record = body.get("result") if isinstance(body, dict) else None
        said = record.get("sourcedId") if isinstance(record, dict) else None
        if said != unquote(path.rsplit("/", 1)[1]):
            yield f"{name} names {said!r} in its body"


def _query_faults(
    name: str, operations: Operations, request: Request, path: str, query: str
) -> Iterator[str]:
    found = [
        names
        for (method, pattern), names in operations.items()
        if method == request["method"] and _matches(pattern, path)
    ]
    if not found:
        yield f"{name} is no operation of the contract in the dialect {request['dialect']}"
        return
    pairs = parse_qsl(query, keep_blank_values=True)
    for parameter, value in pairs:
        if not any(parameter in names for names in found):
            yield f"{name} has no parameter {parameter!r}"
        elif not re.fullmatch(VALUES.get(parameter, ".+"), value, re.DOTALL):
            yield f"{name} cannot be asked with {parameter}={value}"
        elif parameter == "limit" and int(value) > MOST_AT_ONCE:
            yield f"{name} is asked for {value} at once, more than {MOST_AT_ONCE}"
    if len(dict(pairs)) < len(pairs):
        yield f"{name} has a parameter twice"


def _matches(pattern: str, path: str) -> bool:
    parts = re.split(r"({\w+})", pattern)
    regex = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts)
    return re.fullmatch(regex, path) is not None


def _token_faults(name: str, request: Request) -> Iterator[str]:
    """RFC 6749 sections 2.3.1 and 4.4.2: the client is named in the header, once."""
    form = parse_qsl(request["body"], keep_blank_values=True)
    if request["method"] != "POST" or ("grant_type", "client_credentials") not in form:
        yield f"{name} asks for no token of the client's own"
    if names := {key for key, _ in form} - {"grant_type", "scope"}:
        yield f"{name} says more than it should: {', '.join(sorted(names))}"


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _read_table(path: Path) -> Operations:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["method"], row["path"]): set(filter(None, (row["params"] or "").split(",")))
            for row in csv.DictReader(file, delimiter="\t")
        }


def _to_official(operations: Operations) -> Operations:
    """The official service has no slash at the end of a collection, and no `search`."""
    return {
        (method, path.rstrip("/")): names - {"search"}
        for (method, path), names in operations.items()
    }


def read_own_operations(dialect: str) -> Operations:
    """Read the operations of an importer, and the names of the parameters of each."""
    operations = _read_table(HERE / "operations.tsv")
    return operations if dialect == "timeback" else _to_official(operations)


def read_published_operations(folder: Path, dialect: str) -> Operations:
    """Read what the documents publish; of the official rostering service there is none, so Timeback's names serve."""
    timeback = _read_table(folder / "timeback_endpoints.tsv")
    if dialect == "timeback":
        return timeback
    roster = {key: names for key, names in timeback.items() if not key[1].startswith(GRADEBOOK)}
    document = json.loads((folder / OFFICIAL).read_text(encoding="utf-8"))
    return _to_official(roster) | {
        (method.upper(), GRADEBOOK + path): {one["name"] for one in told.get("parameters", [])}
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    }


def own_validator(dialect: str) -> Draft202012Validator:
    """Validate the body of a PUT of a result against our own reading."""
    schema = json.loads((HERE / "result.schema.json").read_text(encoding="utf-8"))
    return _validator(schema | {"$ref": f"#/$defs/put-{dialect}"})


def published_validator(folder: Path, dialect: str) -> Draft202012Validator:
    """Validate the body of a PUT of a result against the published schema of the dialect."""
    if dialect == "oneroster":
        document = json.loads((folder / OFFICIAL).read_text(encoding="utf-8"))
        schemas, name = document["components"]["schemas"], "SingleResultDType"
    else:
        schemas = json.loads((folder / TIMEBACK).read_text(encoding="utf-8"))["schemas"]
        wrapper = {
            "type": "object",
            "required": ["result"],
            "properties": {"result": {"$ref": "#/components/schemas/Result"}},
        }
        schemas, name = schemas | {"Wrapped": wrapper}, "Wrapped"
    components = {"schemas": mend(schemas)}
    return _validator({"$ref": f"#/components/schemas/{name}", "components": components})


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=FormatChecker())
