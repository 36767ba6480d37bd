"""Records in two dialects: valid for each, and equal exactly when they mean the same."""

from __future__ import annotations

import datetime as dt
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from wire_desk import find_faults, make_validator

from gradetools.dialects import (
    FIELDS,
    FLAGS,
    canonical,
    compact,
    differences,
    dropped_fields,
    not_representable,
    parse,
    shape,
    tell_date,
    to_float32,
    to_wire,
    write_date,
)

DIALECTS = ("timeback", "oneroster")
NOW = dt.datetime(2026, 9, 18, 10, 30, 0, 123_456, tzinfo=dt.UTC)
MINIMAL: dict[str, Any] = {
    "sourcedId": "r1",
    "status": "active",
    "lineItem": {"sourcedId": "q1"},
    "student": {"sourcedId": "s1"},
    "scoreStatus": "fully graded",
    "scoreDate": "2026-09-18",
}
FULL: dict[str, Any] = MINIMAL | {
    "dateLastModified": "2026-01-01T00:00:00Z",
    "metadata": {"a": {"b": [None, 1.5]}},
    "class": {"sourcedId": "c1", "href": "x", "type": "class"},
    "scoreScale": {"sourcedId": "letters"},
    "score": 8.5,
    "textScore": "B+",
    "comment": "Well done.",
    "learningObjectiveSet": [
        {
            "source": "case",
            "learningObjectiveResults": [
                {"learningObjectiveId": "o1", "score": 1, "textScore": None},
                {"learningObjectiveId": "o2", "score": None, "textScore": "met"},
            ],
        }
    ],
    "inProgress": "false",
    "incomplete": "false",
    "late": "true",
    "missing": None,
}

texts = st.text(max_size=8)
ids = st.text(min_size=1, max_size=8)
numbers = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
references = st.builds(lambda one, more: {**more, "sourcedId": one}, ids, st.just({"href": "x"}))
dates = st.dates().map(dt.date.isoformat) | st.datetimes(
    timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-7))])
).map(dt.datetime.isoformat)
objectives = st.fixed_dictionaries(
    {"learningObjectiveId": ids},
    optional={"score": st.none() | numbers, "textScore": st.none() | texts},
)
objective_sets = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["case", "unknown", "/state", "other"]),
        "learningObjectiveResults": st.lists(objectives, max_size=2),
    }
)
flags = st.sampled_from(["true", "false", True, False, None])
records = st.fixed_dictionaries(
    {
        "sourcedId": ids,
        "status": st.sampled_from(["active", "tobedeleted", "inactive"]),
        "lineItem": references,
        "student": references,
        "scoreStatus": st.sampled_from(["exempt", "fully graded", "submitted", "ext:late"]),
        "scoreDate": dates,
    },
    optional={
        "dateLastModified": dates,
        "metadata": st.none() | st.dictionaries(texts, values, max_size=3),
        "class": st.none() | references,
        "scoreScale": st.none() | references,
        "score": st.none() | numbers,
        "textScore": st.none() | texts,
        "comment": st.none() | texts,
        "learningObjectiveSet": st.none() | st.lists(objective_sets, max_size=2),
        **dict.fromkeys(FLAGS, flags),
        "unheardOf": values,
    },
)


def wire(record: dict[str, Any], dialect: str) -> dict[str, Any]:
    """Write a record as it would be sent."""
    return to_wire(record, dialect, base_url="https://grades.example.org", now=NOW)


# -- the form


@pytest.mark.parametrize("dialect", DIALECTS)
@given(record=records)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@example(record=MINIMAL)
@example(record=FULL)
def test_what_is_sent_is_valid(shared: Path, dialect: str, record: dict[str, Any]) -> None:
    """Whatever a server holds, what is sent of it validates against the published schema, or is blocked."""
    faults = find_faults(make_cached(shared, dialect), wire(record, dialect))
    assert faults == [] or not_representable(record, dialect) != []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_validator_can_fail(shared: Path, dialect: str) -> None:
    """The published schemas do refuse: a flag that is no string, a date that is none, a missing status."""
    good = wire(FULL, dialect)
    validator = make_validator(shared, dialect)
    bad = [good | {"late": True}, good | {"scoreDate": "soon"}]
    bad.append({name: value for name, value in good.items() if name != "scoreStatus"})
    refused = [bool(find_faults(validator, record)) for record in [good, *bad]]
    assert refused == [False, True, True, True]


_VALIDATORS: dict[str, Any] = {}


def make_cached(shared: Path, dialect: str) -> Any:
    """Make each validator once, because hypothesis asks often."""
    if dialect not in _VALIDATORS:
        _VALIDATORS[dialect] = make_validator(shared, dialect)
    return _VALIDATORS[dialect]


@pytest.mark.parametrize("dialect", DIALECTS)
@given(record=records)
def test_no_null_leaves_but_in_metadata(dialect: str, record: dict[str, Any]) -> None:
    """Nulls are never sent, but for those inside what we do not know."""
    sent = wire(record, dialect)
    for name in ("metadata", "unheardOf"):
        sent.pop(name, None)
    assert "null" not in json.dumps(strip_texts(sent))


def strip_texts(value: object) -> object:
    """Put x for every text, so that only the structure and its nulls are left."""
    if isinstance(value, dict):
        return {name: strip_texts(item) for name, item in value.items()}
    if isinstance(value, list):
        return [strip_texts(item) for item in value]
    return "x" if isinstance(value, str) else value


def test_the_form_of_timeback() -> None:
    """Timeback gets bare references, instants to the millisecond, and no dateLastModified."""
    sent = wire(FULL, "timeback")
    assert sent["class"] == {"sourcedId": "c1"}
    assert sent["scoreDate"] == "2026-09-18T00:00:00.000Z"
    assert "dateLastModified" not in sent
    assert set(sent) == set(FIELDS) - {"dateLastModified", "missing"}
    assert (sent["late"], sent["metadata"]) == ("true", {"a": {"b": [None, 1.5]}})


def test_the_official_form() -> None:
    """The official service gets references in full, dates, and the moment of sending."""
    sent = wire(FULL, "oneroster")
    base = "https://grades.example.org/ims/oneroster"
    assert [sent[name] for name in ("lineItem", "student", "class")] == [
        {"href": f"{base}/gradebook/v1p2/lineItems/q1", "sourcedId": "q1", "type": "lineItem"},
        {"href": f"{base}/rostering/v1p2/users/s1", "sourcedId": "s1", "type": "user"},
        {"href": f"{base}/rostering/v1p2/classes/c1", "sourcedId": "c1", "type": "class"},
    ]
    assert (sent["scoreDate"], sent["dateLastModified"]) == (
        "2026-09-18",
        "2026-09-18T10:30:00.123Z",
    )


def test_the_address_of_a_reference_is_encoded() -> None:
    """An odd id in a reference does not change where its address leads."""
    sent = wire(MINIMAL | {"student": {"sourcedId": "../a b?"}}, "oneroster")
    assert sent["student"]["href"].endswith("/users/..%2Fa%20b%3F")


@pytest.mark.parametrize("dialect", DIALECTS)
@given(record=records)
def test_shape_is_settled_by_one_go(dialect: str, record: dict[str, Any]) -> None:
    """A record in a dialect's form stays as it is."""
    shaped = shape(record, dialect)
    assert shape(shaped, dialect) == shaped


@given(record=records)
def test_the_form_changes_no_meaning(record: dict[str, Any]) -> None:
    """A record in Timeback's form means what it meant, every unknown field included."""
    assert differences(record, shape(record, "timeback")) == []


@given(record=records)
def test_the_official_form_loses_only_what_it_forbids(record: dict[str, Any]) -> None:
    """A record in the official form means what it meant, but for the fields that are named as dropped."""
    lost = differences(record, shape(record, "oneroster"))
    assert lost == dropped_fields(record, "oneroster")


def test_unknown_fields() -> None:
    """Timeback keeps unknown fields; the official form drops them, and says which."""
    record = MINIMAL | {"xp": 5, "gone": None}
    assert (shape(record, "timeback")["xp"], "xp" in shape(record, "oneroster")) == (5, False)
    assert [dropped_fields(record, dialect) for dialect in DIALECTS] == [[], ["xp"]]


@given(record=records)
def test_text_and_back(record: dict[str, Any]) -> None:
    """A record written as text comes back as it was."""
    assert parse(compact(record)) == record


# -- what a dialect cannot carry


@pytest.mark.parametrize(
    ("change", "timeback", "oneroster"),
    [
        ({}, [], []),
        ({"scoreStatus": "ext:late-1.2_x"}, ["scoreStatus"], []),
        ({"scoreStatus": "ext:"}, ["scoreStatus"], ["scoreStatus"]),
        ({"scoreStatus": "ext:a\n"}, ["scoreStatus"], ["scoreStatus"]),
        ({"scoreStatus": "Graded"}, ["scoreStatus"], ["scoreStatus"]),
        ({"scoreStatus": None}, ["scoreStatus"], ["scoreStatus"]),
        ({"scoreDate": "2026-09-18T10:00:00Z"}, [], ["scoreDate"]),
        ({"scoreDate": "2026-09-18T02:00:00+02:00"}, [], []),
        ({"scoreDate": "18.09.2026"}, ["scoreDate"], ["scoreDate"]),
        ({"scoreDate": "0001-01-01T00:00:00+05:00"}, ["scoreDate"], ["scoreDate"]),
        ({"status": "inactive"}, [], []),
        ({"status": "gone"}, ["status"], ["status"]),
        ({"late": True}, [], []),
        ({"late": "yes"}, ["late"], ["late"]),
        ({"late": None}, [], []),
        ({"score": "85"}, ["score"], ["score"]),
        ({"score": True}, ["score"], ["score"]),
        ({"score": float("nan")}, ["score"], ["score"]),
        ({"score": float("inf")}, ["score"], ["score"]),
        ({"score": 10**400}, ["score"], ["score"]),
        ({"textScore": "B\t+"}, [], ["textScore"]),
        ({"textScore": 5}, ["textScore"], ["textScore"]),
        ({"comment": "two\nlines"}, [], []),
        ({"comment": 5}, ["comment"], ["comment"]),
        ({"metadata": []}, ["metadata"], ["metadata"]),
        ({"class": {}}, ["class"], ["class"]),
        ({"class": "c1"}, ["class"], ["class"]),
        ({"learningObjectiveSet": {}}, ["learningObjectiveSet"], ["learningObjectiveSet"]),
        ({"learningObjectiveSet": []}, [], []),
        ({"learningObjectiveSet": [{}]}, ["learningObjectiveSet"], ["learningObjectiveSet"]),
    ],
)
def test_what_a_dialect_cannot_carry(
    change: dict[str, Any], timeback: list[str], oneroster: list[str]
) -> None:
    """A held value that a dialect has no form for is named, and nothing else is."""
    record = MINIMAL | change
    assert [not_representable(record, dialect) for dialect in DIALECTS] == [timeback, oneroster]


@pytest.mark.parametrize(
    ("source", "listed", "oneroster"),
    [
        ("case", [{"learningObjectiveId": "o"}], True),
        ("/state", [{"learningObjectiveId": "o"}], True),
        ("/case", [{"learningObjectiveId": "o"}], False),
        ("state", [{"learningObjectiveId": "o"}], False),
        ("case", [], False),
        ("case", [{"learningObjectiveId": "o", "score": None, "textScore": "x"}], True),
        ("case", [{"learningObjectiveId": "o", "xp": 1}], False),
        ("case", [{"learningObjectiveId": "a\nb"}], False),
    ],
)
def test_objectives_a_dialect_cannot_carry(
    source: str,
    listed: list[dict[str, Any]],
    oneroster: bool,  # noqa: FBT001 - given by pytest
) -> None:
    """Timeback takes any source and an empty list of objectives; the official form does not."""
    record = MINIMAL | {
        "learningObjectiveSet": [{"source": source, "learningObjectiveResults": listed}]
    }
    wrong = [] if oneroster else ["learningObjectiveSet"]
    assert [not_representable(record, dialect) for dialect in DIALECTS] == [[], wrong]


def test_a_set_of_objectives_with_a_field_of_its_own() -> None:
    """The official form has no room for another field beside the objectives."""
    listed = [{"learningObjectiveId": "o"}]
    record = MINIMAL | {
        "learningObjectiveSet": [{"source": "case", "learningObjectiveResults": listed, "xp": 1}]
    }
    wrong = [not_representable(record, dialect) for dialect in DIALECTS]
    assert wrong == [[], ["learningObjectiveSet"]]


@pytest.mark.parametrize(
    ("text", "timeback", "oneroster"),
    [
        ("2026-09-18", "2026-09-18T00:00:00.000Z", "2026-09-18"),
        ("20260918", "2026-09-18T00:00:00.000Z", "2026-09-18"),
        ("2026-09-18T23:30:00-05:00", "2026-09-19T04:30:00.000Z", "2026-09-18T23:30:00-05:00"),
        ("2026-09-18T10:00:00", "2026-09-18T10:00:00.000Z", "2026-09-18T10:00:00"),
        ("2026-09-18T10:00:00.9999Z", "2026-09-18T10:00:00.999Z", "2026-09-18T10:00:00.9999Z"),
        ("0099-01-01", "0099-01-01T00:00:00.000Z", "0099-01-01"),
        ("0001-01-01T00:00:00+05:00", "0001-01-01T00:00:00+05:00", "0001-01-01T00:00:00+05:00"),
        ("soon", "soon", "soon"),
        ("", "", ""),
    ],
)
def test_dates(text: str, timeback: str, oneroster: str) -> None:
    """A date stays that date in either form; an instant is written in UTC; what is neither stays."""
    assert [write_date(text, dialect) for dialect in DIALECTS] == [timeback, oneroster]


# -- the meaning


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"score": 1}, {"score": 1.0}),
        ({"score": 0.1}, {"score": struct.unpack("<f", struct.pack("<f", 0.1))[0]}),
        ({"score": 0}, {"score": -0.0}),
        ({"score": None}, {}),
        ({"comment": ""}, {}),
        ({"comment": None}, {}),
        ({"metadata": {}}, {}),
        ({"metadata": {"a": 1, "b": 2}}, {"metadata": {"b": 2.0, "a": 1}}),
        ({"learningObjectiveSet": []}, {}),
        ({"late": True}, {"late": "true"}),
        ({"status": "inactive"}, {"status": "tobedeleted"}),
        ({"dateLastModified": "2026-01-01"}, {}),
        ({"scoreDate": "2026-09-18"}, {"scoreDate": "2026-09-18T00:00:00Z"}),
        ({"scoreDate": "2026-09-18T02:00:00+02:00"}, {"scoreDate": "2026-09-18T00:00:00.000Z"}),
        ({"class": {"sourcedId": "c", "href": "x"}}, {"class": {"sourcedId": "c"}}),
        ({"class": None}, {}),
        ({"unheardOf": None}, {}),
        (
            {"learningObjectiveSet": [{"source": "x", "a": [{"score": 0.1, "textScore": None}]}]},
            {"learningObjectiveSet": [{"a": [{"score": to_float32(0.1)}], "source": "x"}]},
        ),
    ],
)
def test_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Two records that mean the same do not differ."""
    assert differences(MINIMAL | one, MINIMAL | other) == []


@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        ({"score": 0}, {}, "score"),
        ({"score": 85}, {"score": "85"}, "score"),
        ({"score": 85.0}, {"score": 85.00001}, "score"),
        ({"score": True}, {"score": 1}, "score"),
        ({"score": 10**400}, {"score": 10**400 + 1}, "score"),
        ({"score": 1e300}, {"score": 1.1e300}, "score"),
        ({"textScore": ""}, {}, "textScore"),
        ({"textScore": "b"}, {"textScore": "B"}, "textScore"),
        ({"comment": "x"}, {"comment": "x "}, "comment"),
        ({"late": "false"}, {}, "late"),
        ({"late": "true"}, {"late": "false"}, "late"),
        ({"metadata": {"a": None}}, {"metadata": {}}, "metadata"),
        ({"metadata": {"a": 0.1}}, {"metadata": {"a": to_float32(0.1)}}, "metadata"),
        ({"metadata": {"a": 1}}, {"metadata": {"a": "1"}}, "metadata"),
        ({"scoreDate": "2026-09-18"}, {"scoreDate": "2026-09-19"}, "scoreDate"),
        ({"scoreDate": "2026-09-18"}, {"scoreDate": "2026-09-18T00:00:00.001Z"}, "scoreDate"),
        ({"status": "active"}, {"status": "tobedeleted"}, "status"),
        ({"scoreStatus": "exempt"}, {"scoreStatus": "submitted"}, "scoreStatus"),
        ({"class": {"sourcedId": "c"}}, {"class": {"sourcedId": "d"}}, "class"),
        ({"unheardOf": 1}, {"unheardOf": 2}, "unheardOf"),
        ({"unheardOf": {"a": []}}, {}, "unheardOf"),
    ],
)
def test_not_the_same(one: dict[str, Any], other: dict[str, Any], name: str) -> None:
    """Two records that differ in one field differ in that field and no other."""
    assert differences(MINIMAL | one, MINIMAL | other) == [name]


@given(score=numbers)
def test_a_score_survives_float32(score: float) -> None:
    """A score that a server keeps as float32 is the same score, and rounding again changes nothing."""
    stored = to_float32(score)
    assert canonical({"score": stored}) == canonical({"score": score})
    assert to_float32(stored) == stored


@given(one=st.floats(width=32, allow_nan=False, allow_infinity=False), other=numbers)
def test_different_float32_are_different(one: float, other: float) -> None:
    """Two scores that are different as float32 are never taken for the same."""
    same = canonical({"score": one}) == canonical({"score": other})
    assert same == (one == to_float32(other))


@given(one=records, other=records)
def test_the_meaning_is_the_whole_record(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Records differ exactly where a field of theirs does, and from nothing by all they have."""
    names = {**one, **other}
    apart = [name for name in names if differences(pick(one, name), pick(other, name))]
    assert sorted(differences(one, other)) == sorted(apart)
    assert canonical(None) == {}


def pick(record: dict[str, Any], name: str) -> dict[str, Any]:
    """Take one field out of a record."""
    return {name: record[name]} if name in record else {}


def test_differences_come_in_the_standards_order() -> None:
    """Differences are named in the order of the standard, unknown fields last."""
    other = {"unheardOf": 1, "late": "true", "score": 1, "status": "tobedeleted"}
    assert differences(MINIMAL, MINIMAL | other) == ["status", "score", "late", "unheardOf"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2026-09-18", "2026-09-18"),
        ("2026-09-18T00:00:00.000Z", "2026-09-18"),
        ("2026-09-18T14:30:00+02:00", "2026-09-18 12:30 UTC"),
        ("2026-09-18T14:30:05Z", "2026-09-18 14:30:05 UTC"),
        ("some day", "some day"),
    ],
)
def test_a_date_as_people_read_it(written: str, told: str) -> None:
    """Midnight UTC is told as the day, another time with the clock it is by; what is no date stands as it was."""
    assert tell_date(written) == told
