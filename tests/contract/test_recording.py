"""The recorder and its judge: a request that the contract does not allow fails the test that sent it, by name."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4
import pytest
from judge import Judge, own_validator, published_validator

ROOT = Path(__file__).parents[2]
RESULTS = "/ims/oneroster/gradebook/v1p2/results"
CLASSES = "/ims/oneroster/rostering/v1p2/classes"
FORM = "application/x-www-form-urlencoded"
BODIES: dict[str, dict[str, Any]] = {
    "timeback": {
        "sourcedId": "r1",
        "status": "active",
        "lineItem": {"sourcedId": "i"},
        "student": {"sourcedId": "s"},
        "scoreStatus": "fully graded",
        "scoreDate": "2026-10-16T00:00:00.000Z",
        "score": 87.5,
    }
}
BODIES["oneroster"] = BODIES["timeback"] | {
    "dateLastModified": "2026-10-16T00:00:00.000Z",
    "lineItem": {"href": "http://x/i", "sourcedId": "i", "type": "lineItem"},
    "student": {"href": "http://x/s", "sourcedId": "s", "type": "user"},
    "scoreDate": "2026-10-16",
}
ASKS = """
import gradetools as gt
from gradetools.transport import Transport

def ask(method, path, body=None, **params):
    with gt.Sandbox() as sandbox, gt.connect(sandbox) as gradebook:
        try:
            gradebook.transport.request(method, "/ims/oneroster/" + path, params=params, body=body)
        except gt.GradetoolsError:
            pass
"""
SENDS = (
    ASKS
    + """
import subprocess, sys, pytest

@pytest.fixture
def careless():
    ask("GET", "gradebook/v1p2/results")

def test_good():
    ask("GET", "gradebook/v1p2/classes/algebra-1/results", limit="1")

def test_wrong_body():
    ask("PUT", "gradebook/v1p2/results/r1", {"result": {"late": True}})

def test_wrong_query():
    ask("GET", "gradebook/v1p2/classes/algebra-1/results", pageSize="1")

def test_in_a_fixture(careless):
    pass

def test_in_another_process():
    code = ASKED + "ask('GET', 'rostering/v1p2/classes/', limit='5000')"
    subprocess.run([sys.executable, "-c", code], check=True)

def test_past_our_client(sandbox):
    import requests
    requests.get(sandbox.base_url + "/ims/oneroster/nonsense?really=yes", timeout=10)
"""
)


def put(dialect: str, *, path: str = "r1", **changes: Any) -> dict[str, Any]:
    """Make the record of a PUT, right but for the changes; a change to None takes a field away."""
    record = {
        name: value
        for name, value in (BODIES[dialect] | changes).items()
        if value is not None or name not in changes
    }
    return {
        "dialect": dialect,
        "method": "PUT",
        "url": f"http://127.0.0.1:1{RESULTS}/{path}",
        "type": "application/json",
        "body": json.dumps({"result": record}),
    }


def get(path: str, dialect: str = "timeback") -> dict[str, Any]:
    """Make the record of a GET."""
    url = f"http://127.0.0.1:1{path}"
    return {"dialect": dialect, "method": "GET", "url": url, "type": "", "body": ""}


WRONG = [
    (put("timeback", status=None), "'status' is a required property"),
    (put("timeback", scoreStatus="graded"), "'graded' is not one of"),
    (put("timeback", late=True), "True is not "),
    (put("timeback", scoreDate="2026-10-16"), "scoreDate"),
    (put("timeback", score="87.5"), "'87.5' is not"),
    (put("timeback", metadata=[]), "metadata"),
    (put("timeback", path="r2"), "names 'r1' in its body"),
    (put("timeback") | {"type": "text/plain"}, "not sent as application/json"),
    (put("timeback") | {"body": '{"result": {"score": NaN}}'}, "NaN is no JSON"),
    (put("timeback") | {"body": "[]"}, "is not of type 'object'"),
    (put("timeback") | {"method": "DELETE", "body": ""}, "carries no JSON"),
    (put("oneroster", dateLastModified=None), "'dateLastModified' is a required property"),
    (put("oneroster", lineItem={"sourcedId": "i"}), "'href' is a required property"),
    (put("oneroster", scoreDate="2026-10-16T00:00:00.000Z"), "scoreDate"),
    (put("oneroster", unheardOf=1), "'unheardOf' was unexpected"),
    (put("oneroster", textScore="B\t+"), "does not match"),
    (get(f"{CLASSES}/?pageSize=5"), "has no parameter 'pageSize'"),
    (get(f"{CLASSES}/?limit=0"), "cannot be asked with limit=0"),
    (get(f"{CLASSES}/?limit=3001"), "more than 3000"),
    (get(f"{CLASSES}/?offset=0&offset=1"), "has a parameter twice"),
    (get(f"{CLASSES}/?orderBy=up"), "cannot be asked with orderBy=up"),
    (get(CLASSES), "is no operation of the contract"),
    (get(f"{CLASSES}/", "oneroster"), "is no operation of the contract"),
    (get(f"{CLASSES}/a/b/c"), "is no operation of the contract"),
    (get("/elsewhere"), "is no address of the service"),
    (get(f"{CLASSES}/") | {"body": "{}"}, "carries a body"),
    (
        get("/token") | {"method": "POST", "type": FORM, "body": "grant_type=password"},
        "asks for no token",
    ),
    (
        get("/token")
        | {"method": "POST", "type": FORM, "body": "grant_type=client_credentials&client_secret=x"},
        "says more than it should: client_secret",
    ),
]
RIGHT = [
    *(put(dialect) for dialect in BODIES),
    put("timeback", unheardOf={"deep": [None]}, metadata={"a": None}, score=0),
    put("timeback", path="r%2F1", sourcedId="r/1"),
    put("oneroster", metadata={"a": [1.5]}, scoreStatus="ext:late", late="true"),
    get(f"{CLASSES}/?limit=3000&offset=0&sort=sourcedId&orderBy=asc"),
    get(f"{CLASSES}?limit=1", "oneroster"),
    get(f"/base{CLASSES}/algebra-1"),
    get("/token")
    | {"method": "POST", "type": FORM, "body": "grant_type=client_credentials&scope=a+b"},
]


@pytest.mark.parametrize(("request_", "told"), WRONG)
def test_the_judge_can_fail(request_: dict[str, Any], told: str) -> None:
    """What is wrong is found by our own reading of the contract, without the published documents."""
    assert [fault for fault in Judge(None).find_faults(request_) if told in fault] != []


@pytest.mark.parametrize("request_", RIGHT)
def test_the_judge_can_pass(request_: dict[str, Any], shared: Path) -> None:
    """What is right is found right, by our own reading and by the published documents."""
    assert list(Judge(None).find_faults(request_)) == []
    assert list(Judge(shared).find_faults(request_)) == []


@pytest.mark.parametrize(
    "body", [json.loads(one["body"]) for one, _ in WRONG if one["body"].startswith('{"result')][:5]
)
def test_the_published_schema_can_fail(body: dict[str, Any], shared: Path) -> None:
    """What our reading refuses, Timeback's published schema refuses; it was mended, not made blind."""
    published = published_validator(shared / "contract", "timeback")
    for validator in (own_validator("timeback"), published):
        assert list(validator.iter_errors(body)) != []
    assert list(published.iter_errors({"result": BODIES["timeback"] | {"metadata": None}})) == []


def test_our_operations_are_published(shared: Path) -> None:
    """Every operation of our own list is one of the documents', with no parameter that they do not have."""
    for dialect in BODIES:
        own, published = Judge(shared)._operations[dialect]  # noqa: SLF001 - its own test
        shapes = {
            (method, re.sub("{.*?}", "{}", path)): names
            for (method, path), names in published.items()
        }
        for (method, path), names in own.items():
            assert names <= shapes[method, re.sub("{.*?}", "{}", path)]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run tests and a notebook that send wrong requests, in a run of their own: what it tells."""
    folder = tmp_path_factory.mktemp("careless")
    (folder / "test_careless.py").write_text(f"ASKED = {ASKS!r}\n{SENDS}")
    (folder / "conftest.py").write_text("from gradetools.sandbox import Sandbox\nimport pytest\n")
    with (folder / "conftest.py").open("a") as file:
        file.write("@pytest.fixture\ndef sandbox():\n    with Sandbox() as s:\n        yield s\n")
    sources = [ASKS, "ask('GET', 'rostering/v1p2/classes')", "1 + 1"]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "careless.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-n", "0"]
    command += ["-c", str(ROOT / "pyproject.toml"), str(folder)]
    environment = {name: value for name, value in os.environ.items() if name != "WIRE_TAP_FILE"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout


@pytest.mark.parametrize(
    ("test", "outcome"),
    [
        ("test_good", "PASSED"),
        ("test_past_our_client", "PASSED"),
        ("test_wrong_body", "FAILED"),
        ("test_wrong_query", "FAILED"),
        ("test_in_a_fixture", "ERROR"),
        ("test_in_another_process", "FAILED"),
        ("Cell 0", "PASSED"),
        ("Cell 1", "FAILED"),
        ("Cell 2", "PASSED"),
    ],
)
def test_a_wrong_request_fails_who_sent_it(told: str, test: str, outcome: str) -> None:
    """Sent by a test, a fixture, another process or a notebook's cell: it is that one that fails."""
    assert re.findall(rf"^(PASSED|FAILED|ERROR) \S+::{test}\b", told, re.MULTILINE) == [outcome]


def test_what_was_wrong_is_said(told: str) -> None:
    """The failure names the request and what the contract says of it."""
    assert f"- PUT {RESULTS}/r1, timeback: $.result: 'status' is a required property" in told
    assert "has no parameter 'pageSize'" in told
    assert "is asked for 5000 at once, more than 3000" in told
