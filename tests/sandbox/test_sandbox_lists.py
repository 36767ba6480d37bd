"""Paging, sorting, filters and selections."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sandbox_wire import Record, Wire, get_minor


def page(still: Wire, path: str = "results/", **query: object) -> Record:
    """Fetch a page of a list that has to answer."""
    answer = still.gradebook("GET", path, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ids(body: Record) -> list[str]:
    """Read the sourcedIds of a page of results."""
    return [each["sourcedId"] for each in body["results"]]


def test_a_page_says_where_it_stands(still: Wire) -> None:
    """A page carries Timeback's totals in the body, and the official ones in the headers."""
    answer = still.gradebook("GET", "results/", params={"limit": 50, "offset": 100})
    body = answer.json()
    assert len(body.pop("results")) == 50
    assert body == {
        "totalCount": 158,
        "pageCount": 4,
        "pageNumber": 3,
        "offset": 100,
        "limit": 50,
    }
    assert answer.headers["X-Total-Count"] == "158"
    assert {
        relation: link["url"].split("&offset=")[1] for relation, link in answer.links.items()
    } == {
        "first": "0",
        "prev": "50",
        "next": "150",
        "last": "150",
    }


def test_following_next_reads_everything_once(still: Wire) -> None:
    """The links lead through all records, each once, and end."""
    found, answer = (
        [],
        still.gradebook("GET", "results/", params={"limit": 60, "sort": "sourcedId"}),
    )
    while True:
        found += ids(answer.json())
        if "next" not in answer.links:
            break
        answer = still.session.get(answer.links["next"]["url"], timeout=10)
    assert found == sorted(each["sourcedId"] for each in still.sandbox.records("results"))


def test_the_default_limit_is_100(still: Wire) -> None:
    """Without a limit a page has a hundred records; past the end it is empty."""
    assert len(page(still)["results"]) == 100
    beyond = page(still, offset=1000)
    assert (beyond["results"], beyond["totalCount"]) == ([], 158)


@pytest.mark.parametrize(("offset", "there"), [(78, True), (79, False)])
def test_the_last_page_has_no_next(still: Wire, offset: int, there: bool) -> None:  # noqa: FBT001 - a row of the table
    """A page that ends with the last record leads nowhere further."""
    answer = still.gradebook("GET", "results/", params={"limit": 79, "offset": offset})
    assert ("next" in answer.links) is there


@pytest.mark.parametrize(
    ("query", "status", "minor"),
    [
        ({"limit": "0"}, 422, "invaliddata"),
        ({"limit": "3001"}, 422, "invaliddata"),
        ({"limit": "ten"}, 422, "invaliddata"),
        ({"limit": "٣"}, 422, "invaliddata"),
        ({"offset": "-1"}, 422, "invaliddata"),
        ({"offset": "9" * 30}, 422, "invaliddata"),
        ({"orderBy": "up"}, 422, "invaliddata"),
        ({"sort": "colour"}, 400, "invaliddata"),
        ({"filter": "colour='red'"}, 400, "invalid_filter_field"),
        ({"filter": "lineItem.class.sourcedId='algebra-1'"}, 400, "invalid_filter_field"),
        ({"filter": "score"}, 400, "invalid_filter_field"),
        ({"filter": ""}, 400, "invalid_filter_field"),
        ({"filter": "status='active"}, 400, "invalid_filter_field"),
        ({"filter": "status=active"}, 400, "invalid_filter_field"),
        ({"filter": "status='active' AND"}, 400, "invalid_filter_field"),
        ({"filter": "status='active' XOR score>1"}, 400, "invalid_filter_field"),
        ({"filter": "(status='active')"}, 400, "invalid_filter_field"),
        ({"filter": "status='a') OR ('1'='1'"}, 400, "invalid_filter_field"),
        ({"filter": " AND ".join(["score>1"] * 2000)}, 400, "invalid_filter_field"),
        ({"fields": "sourcedId,colour"}, 400, "invalid_selection_field"),
    ],
)
def test_bad_parameters(still: Wire, query: dict[str, str], status: int, minor: str) -> None:
    """A parameter that cannot be read is refused in the standard's words."""
    answer = still.gradebook("GET", "results/", params=query)
    assert (answer.status_code, get_minor(answer)) == (status, minor)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("status='tobedeleted'", lambda each: each["status"] == "tobedeleted"),
        ("status!='active'", lambda each: each["status"] != "active"),
        (
            "student.sourcedId='student-031'",
            lambda each: each["student"] == {"sourcedId": "student-031"},
        ),
        ("score>=9", lambda each: each.get("score", -1) >= 9),
        ("score>'9'", lambda each: each.get("score", -1) > 9),
        ("score < 6.5", lambda each: "score" in each and each["score"] < 6.5),
        ("score='8.5'", lambda each: each.get("score") == 8.5),
        ("scoreDate<='2026-09-14'", lambda each: each["scoreDate"] <= "2026-09-14"),
        ("comment~'TWO DAYS'", lambda each: "Two days" in each.get("comment", "")),
        ("late='true'", lambda each: each.get("late") == "true"),
        ("late!='true'", lambda each: each.get("late") != "true"),
        ("metadata.attempt=1", lambda each: each.get("metadata", {}).get("attempt") == 1),
        ("metadata.reviewed=true", lambda each: each.get("metadata", {}).get("reviewed") is True),
        (
            "scoreStatus@'exempt,not submitted'",
            lambda each: each["scoreStatus"] in {"exempt", "not submitted"},
        ),
        (
            "late='true' OR lineItem.sourcedId='algebra-quiz-1' AND score>9",
            lambda each: (
                each.get("late") == "true"
                or (each["lineItem"]["sourcedId"] == "algebra-quiz-1" and each.get("score", 0) > 9)
            ),
        ),
        ("student='student-001'", lambda _: False),
        ("metadata.reviewed='true'", lambda _: False),
    ],
)
def test_filters(still: Wire, text: str, rule: Callable[[Record], bool]) -> None:
    """A filter finds what the same rule finds in the records themselves."""
    expected = [each["sourcedId"] for each in still.sandbox.records("results") if rule(each)]
    assert ids(page(still, filter=text, limit=3000)) == expected
    assert bool(expected) is not text.startswith(("student=", "metadata.reviewed='"))


def test_a_quote_is_doubled(still: Wire) -> None:
    """A quote inside a filter's text is written twice."""
    answer = still.rostering("users/", filter="familyName='O''Specimen'")
    assert answer.json()["totalCount"] == 30


def test_sorting_goes_by_the_values(still: Wire) -> None:
    """Numbers sort as numbers, both ways; equal ones by their sourcedIds."""
    up = page(still, "classes/algebra-1/results", sort="score", filter="score>0")["results"]
    down = page(still, "classes/algebra-1/results", sort="score", orderBy="desc", filter="score>0")
    order = [(each["score"], each["sourcedId"]) for each in up]
    assert order == sorted(order)
    assert down["results"] == up[::-1]


def test_fields_select(still: Wire) -> None:
    """Only the fields asked for are answered, in lists and of one record."""
    listed = page(still, fields="sourcedId,score", limit=1)["results"]
    single = still.gradebook("GET", f"results/{listed[0]['sourcedId']}", params={"fields": "score"})
    assert listed == [{"sourcedId": "algebra-quiz-1.student-001", "score": 8.5}]
    assert single.json() == {"result": {"score": 8.5}}


def test_results_are_cut_by_class_line_item_and_student(still: Wire) -> None:
    """The scoped lists give the results of a class, of one line item, of one student."""
    records = still.sandbox.records("results")
    by_class = page(still, "classes/biology-1/results", limit=3000)
    by_item = page(still, "classes/biology-1/lineItems/biology-quiz-1/results")
    by_student = page(still, "classes/biology-1/students/student-001/results")
    assert ids(by_class) == [
        each["sourcedId"] for each in records if each["class"]["sourcedId"] == "biology-1"
    ]
    assert ids(by_item) == [
        each["sourcedId"] for each in records if each["lineItem"]["sourcedId"] == "biology-quiz-1"
    ]
    assert ids(by_student) == ["biology-lab-1.student-001", "biology-quiz-1.student-001"]


def test_a_result_without_class_belongs_to_its_line_items(wire: Wire, result: Record) -> None:
    """The class of a result is optional; the class's list has it all the same."""
    wire.put(result)
    assert "new-result" in ids(page(wire, "classes/algebra-1/results", limit=3000))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("classes/none/results", "Class not found."),
        ("classes/algebra-1/lineItems/none/results", "Class or line item not found."),
        ("classes/algebra-1/students/none/results", "Class or student not found."),
        ("schools/none/lineItems", "School not found."),
        ("results/none", "Result not found."),
        ("lineItems/none", "Line item not found."),
        ("scoreScales/none", "Score scale not found."),
    ],
)
def test_what_is_not_there(still: Wire, path: str, message: str) -> None:
    """A path that names something unknown is 404 and says what."""
    answer = still.gradebook("GET", path)
    assert (answer.status_code, answer.json()["imsx_description"]) == (404, message)


def test_the_other_gradebook_lists(still: Wire) -> None:
    """Line items, categories and score scales are listed, whole and by class and school."""
    counts = {
        path: page(still, path)["totalCount"]
        for path in (
            "lineItems/",
            "classes/algebra-1/lineItems",
            "schools/example-school/lineItems",
            "categories/",
            "classes/algebra-1/categories",
            "scoreScales/",
            "classes/algebra-1/scoreScales",
            "classes/world-history-1/scoreScales",
            "schools/example-school/scoreScales",
        )
    }
    assert list(counts.values()) == [12, 4, 12, 3, 3, 1, 0, 1, 1]
