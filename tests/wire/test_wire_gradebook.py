"""The gradebook: one method per operation, the raw PUT, and the snapshot."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from wire_desk import QUICK, SECRET, Heard, Say, find_faults, make_validator, serve

import gradetools as gt
from gradetools.errors import (
    AuthError,
    ColumnsError,
    GradebookError,
    MissingExtraError,
    NotFoundError,
    RefusedError,
    SettingsError,
    UnreachableError,
)
from gradetools.gradebook import Gradebook
from gradetools.sandbox import Sandbox
from gradetools.snapshot import LINE_ITEM_COLUMNS, RESULT_COLUMNS, STUDENT_COLUMNS

DIALECTS = ("timeback", "oneroster")
NOW = dt.datetime(2026, 9, 18, 10, 30, tzinfo=dt.UTC)
CLASSES = ["algebra-1", "biology-1", "world-history-1"]


@pytest.fixture(scope="module", params=DIALECTS)
def school(request: pytest.FixtureRequest) -> Iterator[tuple[Sandbox, Gradebook]]:
    """Serve the invented school in each dialect, for tests that only read."""
    with Sandbox(dialect=request.param) as sandbox, gt.connect(sandbox) as gradebook:
        yield sandbox, gradebook


@pytest.fixture
def gradebook(sandbox: Sandbox) -> Iterator[Gradebook]:
    """Open the invented school for one test."""
    with gt.connect(sandbox) as gradebook:
        yield gradebook


def make_result(**fields: Any) -> gt.Result:
    """Make a result that can be put as it is."""
    given = {
        "sourced_id": "new-result",
        "line_item": "algebra-midterm",
        "student": "student-001",
        "score_status": "fully graded",
        "score_date": "2026-09-18",
        "score": 87.5,
    }
    return gt.Result(**(given | fields))


# -- putting one result

FULL: dict[str, Any] = {
    "class_": "algebra-1",
    "score_scale": "letters",
    "text_score": "B+",
    "comment": "two\nlines",
    "late": True,
    "missing": False,
    "in_progress": None,
    "metadata": {"a": None, "b": [1.5]},
    "learning_objective_set": [
        {
            "source": "case",
            "learning_objective_results": [{"learning_objective_id": "o", "score": None}],
        }
    ],
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "fields", [{}, FULL, {"status": "tobedeleted"}], ids=["least", "full", "gone"]
)
def test_what_is_put_is_valid(shared: Path, dialect: str, fields: dict[str, Any]) -> None:
    """The body of a PUT is what the published schema of the dialect allows, in its wrapper."""
    with serve([Say(201)]) as scripted, gt.connect(scripted.settings(dialect=dialect)) as gradebook:
        gradebook.put_result(make_result(**fields))
        (heard,) = scripted.requests()
    assert (heard.method, heard.path) == (
        "PUT",
        "/ims/oneroster/gradebook/v1p2/results/new-result",
    )
    assert heard.headers["content-type"] == "application/json"
    body = json.loads(heard.body)
    assert list(body) == ["result"]
    assert find_faults(make_validator(shared, dialect), body["result"]) == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_always_put(dialect: str) -> None:
    """Status and scoreStatus are always sent, flags as strings, and null never."""
    with serve([Say(201)]) as scripted, gt.connect(scripted.settings(dialect=dialect)) as gradebook:
        gradebook.put_result(make_result(late=True, missing=None, comment=None, text_score=None))
        sent = json.loads(scripted.requests()[0].body)["result"]
    kept = {name: sent[name] for name in ("status", "scoreStatus", "late", "score")}
    assert kept == {
        "status": "active",
        "scoreStatus": "fully graded",
        "late": "true",
        "score": 87.5,
    }
    assert [name for name, value in sent.items() if value is None] == []
    assert not {"missing", "comment", "textScore"} & set(sent)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_result_is_created_and_replaced(dialect: str) -> None:
    """The sandbox takes what is put in either dialect, and what is put again replaces it as a whole."""
    with Sandbox(dialect=dialect) as sandbox, gt.connect(sandbox) as gradebook:
        gradebook.put_result(make_result(comment="first"))
        answered = gradebook.put_result(make_result(score=90))
        stored = gradebook.get_result("new-result")
    assert (answered.score, stored.score, stored.comment) == (90, 90, None)


@pytest.mark.parametrize(
    ("body", "score"),
    [
        ({"result": {"sourcedId": "new-result", "lineItem": "q", "student": "s", "score": 88}}, 88),
        ({"sourcedId": "new-result", "lineItem": "q", "student": "s", "score": 88}, 88),
        ({"result": {"sourcedId": "new-result", "score": "eighty"}}, 87.5),
        ({"result": {}}, 87.5),
        ({"result": None}, 87.5),
        ([], 87.5),
        (b"", 87.5),
        (b"<html>", 87.5),
    ],
)
@pytest.mark.parametrize("status", [200, 201])
def test_what_a_put_gives(body: object, score: float, status: int) -> None:
    """A PUT gives what the server says it stored; without a readable body, what was put."""
    with serve([Say(status, body)]) as scripted, gt.connect(scripted.settings()) as gradebook:
        assert gradebook.put_result(make_result()).score == score


@pytest.mark.parametrize("field", ["sourced_id", "score_status", "score_date"])
def test_what_a_put_needs(field: str) -> None:
    """A result without id, status or date is refused before anything is sent."""
    names = {"sourced_id": "sourcedId", "score_status": "scoreStatus", "score_date": "scoreDate"}
    with serve() as scripted, gt.connect(scripted.settings()) as gradebook:
        with pytest.raises(RefusedError, match=f"lacks {names[field]}; set it, or use upsert"):
            gradebook.put_result(make_result(**{field: None}))
        assert scripted.heard == []


@pytest.mark.parametrize(
    ("dialect", "fields", "named"),
    [
        ("timeback", {"score_status": "ext:late"}, "scoreStatus"),
        ("oneroster", {"score_date": "2026-09-18T10:00:00Z"}, "scoreDate"),
    ],
)
def test_what_the_dialect_cannot_carry(dialect: str, fields: dict[str, Any], named: str) -> None:
    """What the dialect has no form for is refused before anything is sent."""
    with serve() as scripted, gt.connect(scripted.settings(dialect=dialect)) as gradebook:
        with pytest.raises(RefusedError, match=f"has no form for this result's {named}"):
            gradebook.put_result(make_result(**fields))
        assert scripted.heard == []


def test_a_put_that_the_server_refuses(gradebook: Gradebook) -> None:
    """What the server says is wrong is told in one sentence."""
    with pytest.raises(GradebookError) as caught:
        gradebook.put_result(make_result(student="nobody"))
    assert caught.value.status in {404, 422}
    assert "nobody" in str(caught.value) or "student" in str(caught.value)


# -- reading


def test_paths_of_the_dialects() -> None:
    """Timeback's collection of classes ends with a slash, the official one does not."""
    paths = []
    for dialect in DIALECTS:
        settings = {"dialect": dialect}
        with serve() as scripted, gt.connect(scripted.settings(**settings)) as gradebook:
            gradebook.list_classes()
            paths.append(urlsplit(scripted.requests()[0].path).path)
    assert paths == [f"/ims/oneroster/rostering/v1p2/classes{end}" for end in ("/", "")]


def test_what_a_snapshot_holds(school: tuple[Sandbox, Gradebook]) -> None:
    """A snapshot has a class's students, line items and results, in tables of known columns."""
    sandbox, gradebook = school
    snapshot = gradebook.take_snapshot(class_ids=["algebra-1"])
    assert snapshot.classes == {"algebra-1": "Algebra 1"}
    assert [
        tuple(table.columns) for table in (snapshot.students, snapshot.line_items, snapshot.results)
    ] == [
        STUDENT_COLUMNS,
        LINE_ITEM_COLUMNS,
        RESULT_COLUMNS,
    ]
    assert set(snapshot.line_items["assign_date"]) == {"2026-08-31T00:00:00.000Z"}
    held = [
        each for each in sandbox.records("results") if each["class"]["sourcedId"] == "algebra-1"
    ]
    assert sorted(snapshot.results["sourced_id"]) == sorted(each["sourcedId"] for each in held)
    gone = snapshot.results[~snapshot.results["active"]]
    assert gone["sourced_id"].tolist() == ["algebra-quiz-1.student-007"]
    assert (snapshot.environment.name, snapshot.dialect) == ("sandbox", sandbox.dialect)


def test_records_are_kept_whole(school: tuple[Sandbox, Gradebook]) -> None:
    """The record of a result is all that the server holds of it, as text."""
    _, gradebook = school
    results = gradebook.take_snapshot(class_ids=["algebra-1"]).results
    row = results[results["sourced_id"] == "algebra-quiz-1.student-003"].iloc[0]
    record = json.loads(row["record"])
    assert record["metadata"] == {"source": "paper", "attempt": 1, "reviewed": True}
    assert (row["line_item"], row["student"]) == ("algebra-quiz-1", "student-003")


def test_withdrawn_students(school: tuple[Sandbox, Gradebook]) -> None:
    """A student whose enrollment has ended, where the server lists one still, is not active."""
    sandbox, gradebook = school
    students = gradebook.take_snapshot(class_ids=["algebra-1"]).students
    withdrawn = students[~students["active"]]["sourced_id"].tolist()
    over_reported = ["student-030"] if sandbox.dialect == "timeback" else []
    assert (withdrawn, len(students)) == (over_reported, 29 + len(over_reported))


def test_several_classes(school: tuple[Sandbox, Gradebook]) -> None:
    """Several classes are one snapshot: a row per student and class, each result once, in the order asked for."""
    gradebook = school[1]
    snapshot = gradebook.take_snapshot(class_ids=[*CLASSES[::-1], CLASSES[0]])
    assert list(snapshot.classes) == CLASSES[::-1]
    both = snapshot.students[snapshot.students["sourced_id"] == "student-001"]["class_id"].tolist()
    assert both == ["biology-1", "algebra-1"]
    assert not snapshot.results["sourced_id"].duplicated().any()
    alone = [len(gradebook.take_snapshot(class_ids=[each]).results) for each in CLASSES]
    assert len(snapshot.results) == sum(alone)


def test_an_unknown_class(school: tuple[Sandbox, Gradebook]) -> None:
    """An unknown class is an error that lists those there are."""
    with pytest.raises(
        NotFoundError, match=r"no class 'algebra-2'; there are .*algebra-1"
    ) as caught:
        school[1].take_snapshot(class_ids=["algebra-2"])
    assert [each for each in CLASSES if each not in str(caught.value)] == []


@pytest.mark.parametrize("class_id", ["..", "a/b", "../users"])
def test_an_odd_class(school: tuple[Sandbox, Gradebook], class_id: str) -> None:
    """An id that is no class's, however odd, is an unknown class and nothing else."""
    with pytest.raises(NotFoundError, match=r"there are .*algebra-1"):
        school[1].get_class(class_id)


def test_no_class_named(school: tuple[Sandbox, Gradebook]) -> None:
    """With several classes, one must be named; the sentence lists them."""
    with pytest.raises(ColumnsError, match=r"Name the class: sandbox has .*algebra-1"):
        school[1].take_snapshot()


def test_the_only_class_need_not_be_named() -> None:
    """Where there is one class, it is the one."""
    seed = {"classes": [{"sourcedId": "c1", "title": "One", "school": {"sourcedId": "x"}}]}
    with Sandbox(seed=seed) as sandbox, gt.connect(sandbox) as gradebook:
        snapshot = gradebook.take_snapshot()
    sizes = [len(table) for table in (snapshot.students, snapshot.line_items, snapshot.results)]
    assert (snapshot.classes, sizes) == ({"c1": "One"}, [0, 0, 0])


def test_what_is_not_there(school: tuple[Sandbox, Gradebook]) -> None:
    """An unknown result or line item is named in a sentence; as a record it is None."""
    gradebook = school[1]
    assert gradebook.get_record("none") is None
    for get in (gradebook.get_result, gradebook.get_line_item):
        with pytest.raises(NotFoundError, match=r"sandbox has no .* 'none'; (ch|name)"):
            get("none")


def serve_class(**answers: Say) -> Any:
    """Answer as a small gradebook: the last part of the path, its slash left out, to an answer."""
    lists = {
        "c1": Say(
            body={"class": {"sourcedId": "c1", "title": "One", "school": {"sourcedId": "x"}}}
        ),
        "students": Say(body={"users": [{"sourcedId": "s1"}], "totalCount": 1}),
        "enrollments": Say(body={"enrollments": [], "totalCount": 0}),
        "lineItems": Say(body={"lineItems": [], "totalCount": 0}),
        "results": Say(body={"results": [], "totalCount": 0}),
    } | answers
    return lambda heard: lists[urlsplit(heard.path).path.rstrip("/").rpartition("/")[2]]


def take(script: Any) -> tuple[Any, list[Heard]]:
    """Take a snapshot of the small gradebook's class."""
    with serve(script) as scripted, gt.connect(scripted.settings(), patience=QUICK) as gradebook:
        return gradebook.take_snapshot(class_ids=["c1"]), scripted.requests()


def test_a_snapshot_takes_five_requests() -> None:
    """The class, its students, enrollments, line items and results: one request each."""
    _, requests = take(serve_class())
    assert [urlsplit(heard.path).path.rpartition("/")[2] for heard in requests] == [
        "c1",
        "enrollments",
        "students",
        "lineItems",
        "results",
    ]


@pytest.mark.parametrize("status", [404, 410])
def test_a_result_that_is_not_there(status: int) -> None:
    """A server may say that a removed result is gone for good; it is none, as one that never was."""
    with serve([Say(status)]) as scripted, gt.connect(scripted.settings()) as gradebook:
        assert gradebook.get_record("r1") is None


@pytest.mark.parametrize("status", [403, 404, 405])
def test_enrollments_that_may_not_be_read(status: int) -> None:
    """A client that may not read enrollments can still import; nobody counts as withdrawn."""
    snapshot, _ = take(serve_class(enrollments=Say(status)))
    assert snapshot.students["active"].tolist() == [True]


def test_a_token_that_ends_while_enrollments_are_read() -> None:
    """A 401 is not taken for a client without that scope: it is an error."""
    with pytest.raises(AuthError, match="401"):
        take(serve_class(enrollments=Say(401)))


def test_an_enrollment_that_points_nowhere() -> None:
    """An enrollment without a user says nothing about anybody."""
    enrollments = [{"sourcedId": "e1", "status": "tobedeleted", "user": None}, {"sourcedId": "e2"}]
    body = {"enrollments": enrollments, "totalCount": 2}
    snapshot, _ = take(serve_class(enrollments=Say(body=body)))
    assert snapshot.students["active"].tolist() == [True]


def test_odd_records_do_not_stop_a_snapshot() -> None:
    """A student with a wrong e-mail, a result that points nowhere, a line item without range: all are there."""
    snapshot, _ = take(
        serve_class(
            students=Say(body={"students": [{"sourcedId": "s1", "email": 5}], "totalCount": 1}),
            lineItems=Say(
                body={
                    "lineItems": [{"sourcedId": "q1", "title": "Quiz", "resultValueMin": "x"}],
                    "totalCount": 1,
                }
            ),
            results=Say(
                body={
                    "results": [{"sourcedId": "r1", "lineItem": None, "student": "s1"}],
                    "totalCount": 1,
                }
            ),
        )
    )
    assert snapshot.students["sourced_id"].tolist() == ["s1"]
    assert snapshot.line_items["title"].tolist() == ["Quiz"]
    assert snapshot.results[["line_item", "student"]].to_numpy().tolist() == [["", ""]]


def test_a_number_beyond_all_bounds() -> None:
    """A result with a number that no JSON can carry back is an error that names it."""
    body = b'{"results": [{"sourcedId": "r1", "score": 1e999}], "totalCount": 1}'
    with pytest.raises(RefusedError, match="result 'r1' holds a number beyond all bounds"):
        take(serve_class(results=Say(body=body)))


def test_a_result_outside_the_standard() -> None:
    """A result that the model cannot hold is an error, for what was left out would be lost."""
    body = {"result": {"sourcedId": "r1", "lineItem": {}, "student": "s", "late": "perhaps"}}
    with serve([Say(body=body)]) as scripted, gt.connect(scripted.settings()) as gradebook:
        with pytest.raises(RefusedError, match=r"holds late, lineItem of result 'r1' .*get_record"):
            gradebook.get_result("r1")
        assert gradebook.get_record("r1") == body["result"]


# -- connecting


def test_the_connection_is_checked(school: tuple[Sandbox, Gradebook]) -> None:
    """A connection that works says so in a sentence, with where and who."""
    sandbox, gradebook = school
    told = f"Connected to sandbox at {sandbox.base_url} with the client id sandbox."
    assert gradebook.check_connection() == told


def test_a_wrong_secret(sandbox: Sandbox) -> None:
    """A wrong secret is one sentence that names what to check."""
    with gt.connect(sandbox) as right:
        wrong = right.settings.model_copy(
            update={"client_secret": gt.Settings(client_secret=SECRET).client_secret}
        )
    with gt.connect(wrong) as gradebook, pytest.raises(AuthError) as caught:
        gradebook.check_connection()
    assert str(caught.value) == (
        "The token server of sandbox does not accept the client id and secret (401: The client id or the secret is "
        "wrong); check GRADETOOLS_SANDBOX_CLIENT_ID and GRADETOOLS_SANDBOX_CLIENT_SECRET."
    )


def test_no_network(sandbox: Sandbox) -> None:
    """A gradebook that is not there is one sentence that says what to look at."""
    with gt.connect(sandbox) as gradebook:
        settings = gradebook.settings
    sandbox.stop()
    with gt.connect(settings, patience=QUICK) as gone, pytest.raises(UnreachableError) as caught:
        gone.take_snapshot(class_ids=["algebra-1"])
    assert str(caught.value).endswith(
        "cannot be reached; check the network and the address in the settings, then try again."
    )


def test_a_portal_instead_of_a_gradebook() -> None:
    """A page of a portal that answers everything is told as a wrong base URL."""
    with (
        serve([Say(body=b"<html>Welcome</html>")]) as scripted,
        gt.connect(scripted.settings()) as gradebook,
        pytest.raises(RefusedError, match="check the base URL"),
    ):
        gradebook.check_connection()


def test_a_gradebook_shows_no_secret() -> None:
    """A gradebook shows its name, address and client, and no secret."""
    with serve() as scripted:
        gradebook = gt.connect(scripted.settings())
        shown = repr(gradebook)
        assert shown == f"<Gradebook staging at {scripted.base_url} as the client id>"
        assert SECRET not in f"{vars(gradebook)}"


def test_connecting_sends_nothing() -> None:
    """To connect is to send nothing yet."""
    with serve() as scripted, gt.connect(scripted.settings()):
        assert scripted.heard == []


def test_the_embedded_sandbox_keeps_its_name() -> None:
    """The sandbox of this machine has another port each time, and stays the same environment."""
    environments, ports = [], []
    for _ in range(2):
        with gt.connect() as gradebook:
            environments.append(gradebook.environment)
            ports.append(gradebook.settings.base_url)
            gradebook.put_result(make_result(score=77))
    assert environments[0] == environments[1]
    assert environments[0].base_url == "embedded"
    with gt.connect() as gradebook:
        assert gradebook.get_result("new-result").score == 77


@pytest.mark.parametrize("kind", ["text", "another database", "a folder"])
def test_a_sandbox_file_that_is_none(kind: str) -> None:
    """A file that is no sandbox's is left alone, and is a sentence about the data folder."""
    path = gt.load_settings().data_dir / "sandbox" / "sandbox.sqlite3"
    path.parent.mkdir(parents=True)
    if kind == "a folder":
        path.mkdir()
    elif kind == "text":
        path.write_text("mine " * 1000)
    else:
        with closing(sqlite3.connect(path)) as database:
            database.execute("CREATE TABLE mine (a)")
    with pytest.raises(
        SettingsError, match=r"cannot keep its records in sandbox\.sqlite3; set GRADE"
    ):
        gt.connect()


def test_the_sandbox_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the sandbox's packages, the extra to install is named."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "gradetools.sandbox.thread", raising=False)
    monkeypatch.delitem(sys.modules, "gradetools.sandbox.app", raising=False)
    with pytest.raises(MissingExtraError, match=r"pip install 'gradetools\[sandbox\]'"):
        gt.connect()
