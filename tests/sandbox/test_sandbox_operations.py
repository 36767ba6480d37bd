"""The operations of the contract: each is served, or it stands here why not."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests
from sandbox_wire import Wire

GRADEBOOK = "/ims/oneroster/gradebook/v1p2"
TIMEBACK = "timeback_endpoints.tsv"
OFFICIAL = "onerosterv1p2gradebookservice_openapi3_v1p0.json"

#: What no importer of grades asks for: a pattern of `METHOD path`, and the reason.
NOT_SERVED = {
    r"\w+ .*/assessment(Results|LineItems)/": "AssessmentResults are out of scope, as the README says",
    r"(POST|PUT|DELETE) .*/rostering/": "the roster is read and never written; `seed` and `put_record` make one",
    r"GET .*/demographics": "who somebody is by birth has nothing to do with a grade",
}
Operation = tuple[str, str]


def bare(method: str, path: str) -> Operation:
    """Give an operation without the names in its path, of which the documents have several."""
    return method.upper(), re.sub(r"{\w+}", "{}", path)


def read_timeback(shared: Path) -> dict[Operation, dict[str, set[str]]]:
    """Read Timeback's operations: the names of the parameters in the query, and the statuses."""
    with (shared / "contract" / TIMEBACK).open(encoding="utf-8", newline="") as file:
        return {
            bare(row["method"], row["path"]): {
                "query": set(filter(None, (row["params"] or "").split(",")))
                - set(re.findall(r"{(\w+)}", row["path"])),
                "statuses": set(row["responses"].split(",")),
            }
            for row in csv.DictReader(file, delimiter="\t")
        }


def read_official(shared: Path) -> dict[Operation, dict[str, set[str]]]:
    """Read the official operations of the gradebook."""
    document = json.loads((shared / "contract" / OFFICIAL).read_text(encoding="utf-8"))
    return {
        bare(method, GRADEBOOK + path): {
            "query": {one["name"] for one in told.get("parameters", []) if one["in"] == "query"},
            "statuses": set(told["responses"]) - {"default"},
        }
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    }


def read_page(wire: Wire) -> dict[Operation, dict[str, Any]]:
    """Read the sandbox's own page."""
    document = requests.get(f"{wire.sandbox.base_url}/openapi.json", timeout=10).json()
    return {
        bare(method, path): told
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    }


def reasons_against(operation: Operation) -> list[str]:
    """Say why an operation is not served."""
    told = f"{operation[0]} {operation[1]}/"
    return [reason for pattern, reason in NOT_SERVED.items() if re.match(pattern, told)]


def test_every_operation_of_timeback_is_served_or_has_a_reason(still: Wire, shared: Path) -> None:
    """Of Timeback's operations each is on the sandbox's page, or there is a reason why not, and never both."""
    served = set(read_page(still))
    wrong = [
        operation
        for operation in read_timeback(shared)
        if (operation in served) == bool(reasons_against(operation))
    ]
    assert wrong == []


def test_every_official_operation_is_served_or_has_a_reason(official: Wire, shared: Path) -> None:
    """Of the official gradebook's operations each is on the sandbox's page, or there is a reason why not."""
    served = set(read_page(official))
    wrong = [
        operation
        for operation in read_official(shared)
        if (operation in served) == bool(reasons_against(operation))
    ]
    assert wrong == []


def test_every_reason_is_needed(shared: Path) -> None:
    """No reason is left over from an operation that is served by now."""
    used = {reason for operation in read_timeback(shared) for reason in reasons_against(operation)}
    assert used == set(NOT_SERVED.values())


@pytest.mark.parametrize("dialect", ["timeback", "oneroster"])
def test_the_page_is_complete(still: Wire, official: Wire, shared: Path, dialect: str) -> None:
    """The page has each operation's parameters, and each status, that the documents have."""
    wire, documents = (still, read_timeback) if dialect == "timeback" else (official, read_official)
    page = read_page(wire)
    for operation, told in documents(shared).items():
        if operation in page:
            described = page[operation]
            query = {one["name"] for one in described["parameters"] if one["in"] == "query"}
            assert (operation, query) == (operation, told["query"])
            assert (operation, told["statuses"] - set(described["responses"])) == (operation, set())
            assert described["operationId"]
            assert ("requestBody" in described) == (operation[0] in {"POST", "PUT"})


@pytest.mark.parametrize("dialect", ["timeback", "oneroster"])
def test_everything_on_the_page_needs_a_token(still: Wire, official: Wire, dialect: str) -> None:
    """Without a token every operation on the page is 401, whatever the ids; only the token's endpoint asks for none."""
    wire = still if dialect == "timeback" else official
    asked = 0
    for method, path in read_page(wire):
        if path == "/oauth2/token":
            continue
        for header in ({}, {"Authorization": "Bearer invented"}):
            url = wire.sandbox.base_url + path.replace("{}", "algebra-1")
            answer = requests.request(method, url, json={}, headers=header, timeout=10)
            assert (method, path, answer.status_code) == (method, path, 401)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            asked += 1
    assert asked > 80


def test_a_search_is_ignored(still: Wire) -> None:
    """Timeback documents `search`, and was seen to ignore it on everything that is served here."""
    everything = still.gradebook("GET", "results/").json()
    assert still.gradebook("GET", "results/", params={"search": "zebra"}).json() == everything


def test_the_students_of_a_school(still: Wire) -> None:
    """The students of a school are listed, and its teachers are not."""
    users = still.rostering("schools/example-school/students", limit="3000").json()["users"]
    assert (len(users), {user["roles"][0]["role"] for user in users}) == (90, {"student"})
    assert still.rostering("schools/nowhere/students").status_code == 404
