"""Lists: read to their end, whatever the pages look like, in no more requests than it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from wire_desk import Heard, Say, serve

from gradetools.answers import Answer
from gradetools.errors import RefusedError
from gradetools.models import LineItem, Student
from gradetools.paging import PAGE, iter_records, read_list, read_model, unwrap
from gradetools.transport import Transport

Wrap = Callable[[list[Any], int], Say]


def make_records(count: int) -> list[dict[str, Any]]:
    """Make records with ids in order."""
    return [{"sourcedId": f"r{number:05d}"} for number in range(count)]


def total_in_body(records: list[Any], total: int) -> Say:
    """Answer as Timeback does."""
    return Say(body={"results": records, "totalCount": total})


def total_as_text(records: list[Any], total: int) -> Say:
    """Answer with a total that is text."""
    return Say(body={"results": records, "totalCount": str(total)})


def total_in_header(records: list[Any], total: int) -> Say:
    """Answer as the official service does; a total of null in the body says nothing."""
    headers = {"X-Total-Count": str(total)}
    return Say(body={"results": records, "totalCount": None}, headers=headers)


def no_total(records: list[Any], _: int) -> Say:
    """Answer with the records alone."""
    return Say(body={"results": records})


class Served:
    """A list that is served page by page, each at most `most` long; `spoil` may change the n-th page."""

    def __init__(
        self,
        count: int,
        wrap: Wrap,
        *,
        most: int = PAGE,
        spoil: Callable[[int, list[Any]], list[Any]] = lambda _, page: page,
    ) -> None:
        self.all = make_records(count)
        self.queries: list[dict[str, str]] = []
        self._wrap, self._most, self._spoil = wrap, most, spoil

    def __call__(self, heard: Heard) -> Say:
        """Answer one page."""
        query = {name: text for name, (text,) in parse_qs(urlsplit(heard.path).query).items()}
        self.queries.append(query)
        offset, limit = int(query["offset"]), min(int(query["limit"]), self._most)
        page = self._spoil(len(self.queries), self.all[offset : offset + limit])
        return self._wrap(page, len(self.all))

    def read(self) -> list[dict[str, Any]]:
        """Read all of it."""
        with serve(self) as scripted:
            return read_list(Transport(scripted.settings()), "/list", "results")


@pytest.mark.parametrize("wrap", [total_in_body, total_as_text, total_in_header])
@pytest.mark.parametrize(
    ("count", "requests"),
    [(0, 1), (1, 1), (2999, 1), (3000, 1), (3001, 2), (6000, 2), (7000, 3)],
)
def test_as_few_requests_as_it_takes(wrap: Wrap, count: int, requests: int) -> None:
    """A list of n takes max(1, n / 3000 rounded up) requests where the total is told."""
    served = Served(count, wrap)
    assert (served.read(), len(served.queries)) == (served.all, requests)


def test_pages_are_sorted() -> None:
    """Every page is asked for with the same limit of 3000 and the same order."""
    served = Served(6001, total_in_body)
    served.read()
    same = {"limit": "3000", "sort": "sourcedId", "orderBy": "asc"}
    assert served.queries == [same | {"offset": str(n)} for n in (0, 3000, 6000)]


@pytest.mark.parametrize("count", [0, 5, 3000, 6001])
def test_without_a_total(count: int) -> None:
    """Without a total the list ends with a page that brings nothing new."""
    served = Served(count, no_total)
    assert served.read() == served.all


@pytest.mark.parametrize("wrap", [total_in_body, no_total])
def test_a_server_with_a_limit_of_its_own(wrap: Wrap) -> None:
    """A server that gives a hundred at once, whatever was asked, is read to the end."""
    served = Served(450, wrap, most=100)
    assert served.read() == served.all


@pytest.mark.parametrize("wrap", [total_in_body, total_in_header, no_total])
def test_a_short_page_in_the_middle(wrap: Wrap) -> None:
    """A page that is shorter than the limit is not taken for the last."""
    served = Served(7000, wrap, spoil=lambda n, page: page[:17] if n == 2 else page)
    assert served.read() == served.all


def test_an_empty_page_in_the_middle() -> None:
    """A page that comes back empty once is asked for again, so that nothing is jumped over."""
    served = Served(7000, total_in_body, spoil=lambda n, page: [] if n == 2 else page)
    assert (served.read(), len(served.queries)) == (served.all, 4)


def test_a_hole_in_the_list() -> None:
    """A page that stays empty is passed over after a second try, and what follows is read."""
    served = Served(9000, total_in_body, spoil=lambda n, page: [] if n in (2, 3) else page)
    assert served.read() == served.all[:3000] + served.all[6000:]


def test_a_list_that_is_always_empty() -> None:
    """A total that is never delivered ends all the same."""
    served = Served(5000, total_in_body, spoil=lambda *_: [])
    assert (served.read(), len(served.queries)) == ([], 4)


def test_records_that_move_between_pages() -> None:
    """A record that comes on two pages is one record, as it was last seen."""

    def move(n: int, page: list[Any]) -> list[Any]:
        return [{"sourcedId": "r02999", "score": 2}, *page] if n == 2 else page

    served = Served(4000, total_in_body, spoil=move)
    found = served.read()
    assert (len(found), found[2999]) == (4000, {"sourcedId": "r02999", "score": 2})


def test_a_server_that_ignores_the_offset() -> None:
    """A server that gives the first page again and again is not asked for ever."""
    first = make_records(10)
    for wrap in (total_in_body, no_total):
        served = Served(25, wrap, spoil=lambda *_: first)
        assert (served.read(), len(served.queries) <= 3) == (first, True)


@pytest.mark.parametrize(
    ("links", "requests"),
    [(['rel="next"', 'rel="prev"'], 2), (["rel=next", 'rel="last"'], 2), (['rel="last"'], 1)],
)
def test_the_link_to_the_next_page(links: list[str], requests: int) -> None:
    """Without a total, the `Link` header tells whether another page follows."""
    pages = [
        Say(body={"results": [{"sourcedId": str(n)}]}, headers={"Link": f"<http://x/>; {link}"})
        for n, link in enumerate(links)
    ]
    with serve(pages) as scripted:
        found = read_list(Transport(scripted.settings()), "/list", "results")
        assert (len(found), len(scripted.requests())) == (requests, requests)


def test_a_next_page_that_never_comes() -> None:
    """A server that always promises a next page, and gives none, is not asked for ever."""
    with serve(
        [Say(body={"results": []}, headers={"Link": '<http://x/>; rel="next"'})]
    ) as scripted:
        assert read_list(Transport(scripted.settings()), "/list", "results") == []


def test_the_first_key_that_is_there() -> None:
    """A list may stand under the documented name or the one the wire uses."""
    with serve([Say(body={"users": make_records(2), "totalCount": 2})]) as scripted:
        found = read_list(Transport(scripted.settings()), "/list", "students", "users")
    assert found == make_records(2)


def test_what_has_no_id_is_no_record() -> None:
    """What stands in a list without a sourcedId is left out, and counts as read."""
    body = {"results": [{"sourcedId": "a"}, {"sourcedId": ""}, {}, None, "x"], "totalCount": 5}
    with serve([Say(body=body)]) as scripted:
        found = list(iter_records(Transport(scripted.settings()), "/list", "results"))
        assert (found, len(scripted.requests())) == ([{"sourcedId": "a"}], 1)


@pytest.mark.parametrize("body", [b"", b"<html>Welcome</html>", [], "x", b'{"results": [1'])
def test_what_is_no_list(body: object) -> None:
    """A success that is no list, such as a page of a portal, is an error that doubts the base URL."""
    with (
        serve([Say(body=body)]) as scripted,
        pytest.raises(RefusedError, match="check the base URL"),
    ):
        read_list(Transport(scripted.settings()), "/list", "results")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"result": {"sourcedId": "a"}}', {"sourcedId": "a"}),
        (b'{"sourcedId": "a"}', {"sourcedId": "a"}),
        (b'{"result": null}', None),
        (b'{"result": {}}', None),
        (b"[]", None),
        (b"", None),
    ],
)
def test_an_envelope(body: bytes, found: object) -> None:
    """One object is taken out of its envelope, or as it is; anything else is an error."""
    answer = Answer(200, {}, body)
    if found is None:
        with pytest.raises(RefusedError, match="check the base URL"):
            unwrap(answer, "result")
    else:
        assert unwrap(answer, "result") == found


def test_an_optional_field_that_breaks_the_standard() -> None:
    """A student whose e-mail is a number still has a name, a username and an id."""
    record = {"sourcedId": "s1", "givenName": "Ada", "username": "ada", "email": 5, "userIds": None}
    student = read_model(Student, record)
    assert (student.sourced_id, student.given_name, student.username) == ("s1", "Ada", "ada")
    assert (student.email, student.user_ids) == (None, [])


def test_a_range_that_is_none() -> None:
    """A line item whose minimum is above its maximum is read without a range."""
    record = {"sourcedId": "q1", "title": "Quiz", "resultValueMin": 10, "resultValueMax": 1}
    item = read_model(LineItem, record)
    assert (item.title, item.result_value_min, item.result_value_max) == ("Quiz", None, None)


def test_a_required_field_that_breaks_the_standard() -> None:
    """A line item without a title is an error that names it and the field."""
    with pytest.raises(RefusedError, match=r"LineItem 'q1' .*\(title\); tell its operators"):
        read_model(LineItem, {"sourcedId": "q1", "title": None})
