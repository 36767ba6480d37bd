"""A plan for one result that was filled in by hand, made by the same rules as a sheet's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import pandas as pd

from gradetools.dialects import Record, parse
from gradetools.models import Result
from gradetools.plan.dispute import Decisions, OnConflict, split_decisions
from gradetools.plan.doubt import mind_record
from gradetools.plan.existing import Existing, index_disputes, index_last_sent
from gradetools.plan.make import ask_disputed, date_text, settle, warn
from gradetools.plan.merge import Change, decide, make_identity
from gradetools.plan.value import CHANGE_COLUMNS, WRITES, Plan, make_changes
from gradetools.score_scale import ScoreScale
from gradetools.snapshot import Snapshot

#: Two names that have so much in common are likely the same one, misspelt.
_CLOSE = 0.85
_IDENTITY = {"sourced_id", "line_item", "student", "date_last_modified"}


def make_result_plan(
    result: Result,
    snapshot: Snapshot,
    *,
    last_sent: pd.DataFrame | None = None,
    as_of: dt.date | dt.datetime | None = None,
    on_conflict: Decisions = "stop",
    score_scale: ScoreScale | None = None,
) -> Plan:
    """Decide what upserting one result would do.

    Only fields that were set when `result` was built count: one set to None is removed from the
    existing record, one never set is left alone. A grade that is already there keeps its `sourcedId`.

    Args:
        result: what is wanted.
        snapshot: what the server has, of the result's class.
        last_sent: what we sent last, as in `make_plan`.
        as_of: the score date of a new result that has none, as in `make_plan`.
        on_conflict: "stop", "ours" or "theirs", as in `make_plan`; the only entry is 0.
        score_scale: what scores are called there; the change's message tells where score and text score do not fit it.

    Returns:
        A `Plan` with one change; its action is `blocked` where student or line item are not in the class.
    """
    general, single = split_decisions(on_conflict)
    line_item, student = result.line_item.sourced_id, result.student.sourced_id
    items = snapshot.line_items[snapshot.line_items["sourced_id"] == line_item]
    students = snapshot.students[snapshot.students["sourced_id"] == student]
    change = _blocked(result, items, students)
    if change is None:
        sent = parse(index_last_sent(last_sent).get((line_item, student)))
        class_id = result.class_.sourced_id if result.class_ else str(items["class_id"].iloc[0])
        policy = single.get(0, general)
        date = date_text(as_of, snapshot)
        change = _change(result, class_id, snapshot, sent, date, policy)
        question = index_disputes(last_sent).get((line_item, student), "")
        change = ask_disputed(change, question, policy)
        maximum = float(items["result_value_max"].iloc[0])
        change = warn(change, _mind_enrolment(students, class_id))
        change = warn(change, _mind_maximum(result, maximum))
        change = warn(change, _find_misfit(change, score_scale, maximum))
        assigned = str(items["assign_date"].iloc[0])
        change = warn(change, _mind_rest(change, _wanted(result), date, assigned))
    row = {
        "line": 0,
        "column": "",
        "occurrence": 1,
        "student": student,
        "student_name": snapshot.namesakes.get(student, _name(students)),
        "line_item": line_item,
        "line_item_title": _title(items, snapshot),
        "class_id": _first(items, "class_id"),
        **change.to_columns(),
    }
    changes = make_changes({name: [row[name]] for name in CHANGE_COLUMNS}, [0])
    return Plan(snapshot.environment, snapshot.dialect, changes, general)


def _blocked(result: Result, items: pd.DataFrame, students: pd.DataFrame) -> Change | None:
    classes = " or ".join(sorted(set(items["class_id"]))) or "the class"
    if items.empty:
        message = f"The gradebook has no line item {result.line_item.sourced_id!r}; choose one that it has, by its sourcedId."
        return Change("blocked", reason="line-item-unknown", message=message)
    if not set(items["class_id"]) & set(students["class_id"]):
        message = f"{result.student.sourced_id!r} is no student of {classes}; choose one who is."
        return Change("blocked", reason="student-unknown", message=message)
    if result.class_ is not None and result.class_.sourced_id not in set(items["class_id"]):
        message = f"The line item belongs to {classes}, not to {result.class_.sourced_id!r}; leave the class out."
        return Change("blocked", reason="class-differs", message=message)
    low = items["result_value_min"].iloc[0]
    if result.score is not None and result.score < low:
        message = f"{result.score} is below the line item's minimum of {low:g}; correct the score."
        return Change("blocked", reason="score-below-minimum", message=message)
    return None


def _change(
    result: Result,
    class_id: str,
    snapshot: Snapshot,
    sent: Record | None,
    date: str,
    on_conflict: OnConflict,
) -> Change:
    line_item, student = result.line_item.sourced_id, result.student.sourced_id
    existing = Existing.of(snapshot)
    found = existing.find(line_item, student)
    if isinstance(found, Change):
        return found
    sourced_id, before = found
    if before is None and result.sourced_id:
        sourced_id, before = result.sourced_id, existing.record(result.sourced_id)
        if before is not None and not _is_of(before, line_item, student):
            told = f"The id {sourced_id} belongs to another grade; leave it out, or give another."
            return Change("blocked", sourced_id, reason="id-taken", message=told)
    if misspelt := _find_misspelt(result, before):
        return Change("blocked", sourced_id, before, None, "field-misspelt", misspelt)
    wanted = _wanted(result)
    identity = make_identity(sourced_id, line_item, student, class_id)
    change = decide(before, identity, wanted, dialect=snapshot.dialect, date=date)
    change = settle(change, wanted, sent, on_conflict)
    if result.sourced_id and result.sourced_id != sourced_id:
        told = f"This grade is already there as {sourced_id}; that id is kept."
        return replace(change, message=" ".join(filter(None, [change.message, told])))
    return change


def _find_misspelt(result: Result, before: Record | None) -> str:
    """Say of a field that the gradebook does not have and that is called nearly as one of a Result's, which is meant; "" for none."""
    names = [field.alias or name for name, field in Result.model_fields.items()]
    known = {name.casefold(): name for name in names}
    for name in result.model_extra or {}:
        folded = "".join(filter(str.isalnum, name.casefold()))
        close = get_close_matches(folded, known, n=1, cutoff=_CLOSE)
        if close and name not in (before or {}):
            return f"A Result has no field {name!r}; did you mean {known[close[0]]!r}? Correct it."
    return ""


def find_scale_id(plan: Plan, snapshot: Snapshot) -> str:
    """Give the sourcedId of the score scale that a result would have, or else its line item; "" for none."""
    change = plan.changes.iloc[0]
    own = (parse(change["after"]) or {}).get("scoreScale") or {}
    items = snapshot.line_items
    of_line_item = items["score_scale"][(items["sourced_id"] == change["line_item"]).to_numpy()]
    return str(own.get("sourcedId", "")) or "".join(of_line_item.head(1))


def _mind_enrolment(students: pd.DataFrame, class_id: str) -> str:
    """Say that the student has left the class of the line item; "" where that is not so."""
    here = students[(students["class_id"] == class_id).to_numpy()]
    left = not here.empty and not here["active"].astype(bool).any()
    return f"{_name(students)} has left the class." if left else ""


def _mind_maximum(result: Result, maximum: float) -> str:
    if result.score is None or not result.score > maximum:
        return ""
    return f"{result.score:g} is above the line item's maximum of {maximum:g}."


def _mind_rest(change: Change, wanted: Collection[str], today: str, assigned: str) -> str:
    if change.action not in WRITES or change.after is None:
        return ""
    return mind_record(change.before, change.after, wanted, today=today, assigned=assigned)


def _find_misfit(change: Change, scale: ScoreScale | None, maximum: float) -> str:
    if scale is None or change.action not in WRITES or change.after is None:
        return ""
    scores = change.after.get("score"), change.after.get("textScore")
    return scale.find_misfit(*scores, maximum=maximum)


def _is_of(record: Record, line_item: str, student: str) -> bool:
    whose = {name: (record.get(name) or {}).get("sourcedId") for name in ("lineItem", "student")}
    return whose == {"lineItem": line_item, "student": student}


def _wanted(result: Result) -> dict[str, Any]:
    record = result.to_record()
    names = {name: Result.model_fields[name].alias or name for name in Result.model_fields}
    wanted = {
        names[name]: record.get(names[name])
        # In the standard's order: that of a set would give the same wish another fingerprint each time.
        for name in names
        if name in result.model_fields_set - _IDENTITY
    }
    return wanted | dict(result.model_extra or {})


def _name(students: pd.DataFrame) -> str:
    return f"{_first(students, 'given_name')} {_first(students, 'family_name')}".strip()


def _title(items: pd.DataFrame, snapshot: Snapshot) -> str:
    """Give the line item's title with its class, of which nothing else tells where there is no sheet."""
    title = _first(items, "title")
    return title and snapshot.call_line_item(title, _first(items, "class_id"))


def _first(table: pd.DataFrame, column: str) -> str:
    return "" if table.empty else str(table[column].iloc[0])
