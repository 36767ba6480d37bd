"""The facts of the contract, each with the tests that hold it: sections 2.3 (lists) and 3 (answers) of the document.

A fact is found in the document by a few of its words. No row, bullet or paragraph of the two sections is without
a fact, and no fact without a test.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ANSWERS = "contract/test_answers_of_the_contract.py::"
PAGING = "wire/test_wire_paging.py::"
SANDBOX_LISTS = "sandbox/test_sandbox_lists.py::"
JUDGE = "contract/test_recording.py::test_the_judge_can_fail"
PAGE = "sandbox/test_sandbox_operations.py::test_the_page_is_complete"
REFUSAL = f"{ANSWERS}test_a_refusal"
SUCCESS = f"{ANSWERS}test_a_success"

FACTS: dict[str, list[str]] = {
    # 2.3 Query parameters and paging
    "| `limit` |": [JUDGE, f"{PAGING}test_pages_are_sorted", PAGE],
    "| `offset` |": [JUDGE, f"{PAGING}test_pages_are_sorted", PAGE],
    "| `sort` |": [f"{PAGING}test_pages_are_sorted", PAGE],
    "| `orderBy` |": [JUDGE, f"{PAGING}test_pages_are_sorted", PAGE],
    "| `filter` |": [PAGE],
    "| `fields` |": [PAGE],
    "| `search` |": [PAGE, "sandbox/test_sandbox_operations.py::test_a_search_is_ignored"],
    "header `X-Total-Count` + Link relations": [
        f"{PAGING}test_as_few_requests_as_it_takes",
        f"{PAGING}test_the_link_to_the_next_page",
        "sandbox/test_sandbox_official.py::test_totals_are_in_the_headers_only",
    ],
    "body totals → header totals → full-page heuristic": [
        f"{PAGING}test_as_few_requests_as_it_takes",
        f"{PAGING}test_without_a_total",
    ],
    "not until a short page": [
        f"{PAGING}test_a_short_page_in_the_middle",
        f"{PAGING}test_an_empty_page_in_the_middle",
    ],
    "Always pass `sort` while paging": [f"{PAGING}test_pages_are_sorted"],
    "documented key `students`, wire key `users`": [
        f"{PAGING}test_the_first_key_that_is_there",
        "sandbox/test_sandbox_roster.py::test_students_come_under_users",
    ],
    "take the roster from enrollments": ["wire/test_wire_gradebook.py::test_withdrawn_students"],
    "a new result may be missing from lists": [
        f"{ANSWERS}test_lists_that_lag",
        "sandbox/test_sandbox_faults.py::test_a_lie_lags",
    ],
    # 3.1 PUT /results/{id}
    "| 200 |": [SUCCESS],
    "| **201** |": [SUCCESS, "sandbox/test_sandbox_official.py::test_put_answers_without_a_body"],
    "| 400 |": [REFUSAL],
    "| 401 |": [REFUSAL, "wire/test_wire_token.py::test_a_refused_token_is_renewed_once"],
    "| 403 |": [REFUSAL, "wire/test_wire_token.py::test_403_stops_at_once"],
    "| 404 |": [REFUSAL, f"{ANSWERS}test_a_read_of_what_is_not_there"],
    "| 409 |": [REFUSAL],
    "| 422 |": [REFUSAL],
    "| 429 |": [REFUSAL, "wire/test_wire_patience.py::test_retry_after_is_waited_for"],
    "| 500 |": [REFUSAL],
    "| 502/503/504, connection reset |": [
        REFUSAL,
        "wire/test_wire_patience.py::test_broken_connections_are_repeated",
    ],
    "tell create from update by the status code": [
        "sandbox/test_sandbox_official.py::test_put_answers_without_a_body",
        "writer/test_push.py::test_a_sheet_reaches_the_gradebook",
    ],
    "GET: 200/400/401/403/404/422/429/500. DELETE: 204.": [
        f"{ANSWERS}test_a_read_that_is_refused",
        PAGE,
        "sandbox/test_sandbox_results.py::test_delete_is_soft_and_put_revives",
    ],
    # 3.2 Error body
    '{"imsx_codeMajor":"failure"': [REFUSAL, "sandbox/test_sandbox_schemas.py::test_error_bodies"],
    "first four required; `imsx_error_details`": [
        REFUSAL,
        "wire/test_wire_answers.py::test_what_an_error_body_says",
    ],
    "only those two required; codeMinor": [
        REFUSAL,
        "wire/test_wire_answers.py::test_what_an_error_body_says",
        "wire/test_wire_answers.py::test_an_error_that_calls_itself_success",
    ],
    "Non-IMS bodies occur (gateway/authoriser)": [REFUSAL, SUCCESS],
    "answer headers `x-request-id` / `x-amzn-requestid`": [
        REFUSAL,
        "wire/test_wire_answers.py::test_the_request_id",
    ],
    "Exact wording of a 422 for a bad result": [REFUSAL],
}


def read_units(shared: Path) -> list[str]:
    """Read the two sections as rows, bullets, paragraphs and blocks of code, without headers of tables."""
    text = (shared / "contract" / "contract.md").read_text(encoding="utf-8")
    lists = text.split("### 2.3 ")[1].split("### 2.4 ")[0]
    answers = text.split("## 3. ")[1].split("\n---")[0]
    units: list[str] = []
    inside = False
    for line in f"{lists}\n{answers}".splitlines()[1:]:
        if line.startswith("```"):
            inside = not inside
            units += ["```"] if inside else []
        elif inside:
            units[-1] += line
        elif line.startswith(("| Param", "| Code", "|---", "###", "Status codes")) or not line:
            continue
        else:
            units.append(line)
    return units


def test_every_fact_of_the_document_has_a_test(shared: Path) -> None:
    """Each row, bullet and paragraph of sections 2.3 and 3 holds a fact of the table, and each fact is there once."""
    units = read_units(shared)
    assert len(units) > 25
    assert [unit for unit in units if not any(fact in unit for fact in FACTS)] == []
    assert {fact: sum(fact in unit for unit in units) for fact in FACTS} == dict.fromkeys(FACTS, 1)


@pytest.mark.parametrize("fact", FACTS)
def test_the_tests_of_a_fact_are_there(fact: str) -> None:
    """The tests that hold a fact exist, and are run by an ordinary `pytest`."""
    assert FACTS[fact]
    for named in FACTS[fact]:
        file, name = named.split("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        (found,) = [
            node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name
        ]
        marks = " ".join(ast.unparse(mark) for mark in found.decorator_list)
        assert re.search(r"mark\.(long|skip|xfail)", marks) is None
