"""What the gradebook knew when it was asked: students, line items and existing results."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import pandas as pd

from gradetools.dialects import compact
from gradetools.errors import RefusedError
from gradetools.models import Class, LineItem, Student
from gradetools.showing import MOST_ROWS, Showing, Shown

#: One row per student and class. `user_ids` is a tuple of identifiers; `active` is False for the withdrawn.
STUDENT_COLUMNS = (
    "sourced_id", "given_name", "family_name", "identifier", "username", "email", "user_ids", "class_id", "active",
)  # fmt: skip
#: One row per line item; the range is NaN where the line item has none, the scale and the date "".
LINE_ITEM_COLUMNS = (
    "sourced_id",
    "title",
    "class_id",
    "result_value_min",
    "result_value_max",
    "score_scale",
    "assign_date",
)
#: One row per result, also those `tobedeleted`; `record` is the whole of it as compact JSON text.
RESULT_COLUMNS = ("sourced_id", "line_item", "student", "active", "record")
# So many classes are named where a snapshot shows itself.
_FEW = 3


@dataclass(frozen=True)
class Environment:
    """A gradebook's name and address; plans and the journal are bound to both.

    A sandbox that is opened from its own file gets another port each time: its `base_url` is the
    word "embedded", and its name is its identity.
    """

    name: str
    base_url: str

    @property
    def address(self) -> str:
        """Where it is, in words: its URL, or for a sandbox that is opened from its own file what that is."""
        practice = self.base_url == "embedded"
        return "a practice gradebook on this machine" if practice else self.base_url


@dataclass(frozen=True, eq=False, repr=False)
class Snapshot(Shown):
    """What the server knew of some classes at one instant.

    Attributes:
        environment: whose it is.
        dialect: "timeback" or "oneroster", the form in which that server wants records.
        taken_at: when, in UTC.
        time_zone: the zone in which dates of a sheet are meant.
        classes: class sourcedId to title.
        students: DataFrame of STUDENT_COLUMNS, one row per student and class.
        line_items: DataFrame of LINE_ITEM_COLUMNS, active ones only.
        results: DataFrame of RESULT_COLUMNS.
        other_classes: class sourcedId to title of classes that were not read, as far as they are known.
    """

    environment: Environment
    dialect: str
    taken_at: dt.datetime
    time_zone: str
    classes: Mapping[str, str]
    students: pd.DataFrame
    line_items: pd.DataFrame
    results: pd.DataFrame
    other_classes: Mapping[str, str] = field(default_factory=dict)

    def beside(self, classes: Iterable[Class]) -> Self:
        """Give the same snapshot that also knows how the gradebook's other classes are called."""
        others = {
            one.sourced_id: one.title for one in classes if one.sourced_id not in self.classes
        }
        return replace(self, other_classes=others)

    @cached_property
    def namesakes(self) -> Mapping[str, str]:
        """What students are called whose name another bears too, by sourcedId: `Ada Example (00041)`."""
        people = self.students.drop_duplicates("sourced_id")
        names = (
            people["given_name"].fillna("") + " " + people["family_name"].fillna("")
        ).str.strip()
        shared = (names.duplicated(keep=False) & (names != "")).to_numpy(dtype=bool)
        columns = (people[name][shared] for name in ("sourced_id", "identifier"))
        return {
            key: f"{name} ({number or key})"
            for key, number, name in zip(*columns, names[shared], strict=True)
        }

    @cached_property
    def shared_titles(self) -> Mapping[str, str]:
        """What line items are called whose title one of another class bears too, by sourcedId: `Quiz 1 (Algebra 1)`."""
        items = self.line_items
        classes = items.groupby("title")["class_id"].transform("nunique")
        shared = items[(classes > 1).to_numpy(dtype=bool)]
        columns = (shared[name] for name in ("sourced_id", "title", "class_id"))
        return {
            key: self.call_line_item(title, of) for key, title, of in zip(*columns, strict=True)
        }

    def call_line_item(self, title: str, class_id: str) -> str:
        """Call a line item with its class: `Quiz 1 (Algebra 1)`."""
        return f"{title} ({self.classes.get(class_id, class_id)})"

    def _show(self) -> Showing:
        classes = ", ".join(itertools.islice(self.classes.values(), _FEW))
        more = f" and {len(self.classes) - _FEW} more" if len(self.classes) > _FEW else ""
        graded = self.results["line_item"][self.results["active"].to_numpy(dtype=bool)]
        results = graded.value_counts()
        columns = ("title", "sourced_id", "class_id", "result_value_min", "result_value_max")
        first = self.line_items.head(MOST_ROWS)
        rows = [
            (
                title,
                key,
                self.classes.get(of, of),
                _tell(low),
                _tell(high),
                int(results.get(key, 0)),
            )
            for title, key, of, low, high in zip(*(first[name] for name in columns), strict=True)
        ]
        return Showing(
            f"<Snapshot of {self.environment.name}: {classes}{more}; "
            f"{len(self.students)} students, {len(self.line_items)} line items, {len(graded)} results>",
            [("taken", f"{self.taken_at:%Y-%m-%d %H:%M} UTC, dates are meant in {self.time_zone}")],
            ("line item", "sourcedId", "class", "minimum", "maximum", "results"),
            rows,
            len(self.line_items),
            "line items",
        )


def _tell(bound: float) -> str:
    return "" if bound != bound else f"{bound:g}"


def is_listed(record: Mapping[str, Any]) -> bool:
    """Whether a record is active, as all are that do not say otherwise."""
    return bool(record.get("status", "active") == "active")


def student_row(student: Student, class_id: str, *, withdrawn: bool) -> tuple[object, ...]:
    """Make a row of STUDENT_COLUMNS."""
    return (
        student.sourced_id,
        student.given_name,
        student.family_name,
        student.identifier or "",
        student.username or "",
        student.email or "",
        tuple(user_id.identifier for user_id in student.user_ids),
        class_id,
        student.status == "active" and not withdrawn,
    )


def line_item_row(item: LineItem, class_id: str) -> tuple[object, ...]:
    """Make a row of LINE_ITEM_COLUMNS."""
    low, high = item.result_value_min, item.result_value_max
    scale = item.score_scale.sourced_id if item.score_scale else ""
    given = item.assign_date or ""
    return (item.sourced_id, item.title, class_id, _number(low), _number(high), scale, given)


def result_row(record: Mapping[str, Any]) -> tuple[object, ...]:
    """Make a row of RESULT_COLUMNS from a result as the server writes it.

    Raises:
        RefusedError: it holds a number that could not be sent back.
    """
    sourced_id = str(record.get("sourcedId", ""))
    try:
        text = compact(record)
    except ValueError:
        raise RefusedError(
            f"The gradebook's result {sourced_id!r} holds a number beyond all bounds; correct it there."
        ) from None
    return (
        sourced_id,
        _pointed_at(record, "lineItem"),
        _pointed_at(record, "student"),
        is_listed(record),
        text,
    )


def make_table(rows: Iterable[tuple[object, ...]], columns: Sequence[str]) -> pd.DataFrame:
    """Put rows into a table of these columns."""
    return pd.DataFrame.from_records(list(rows), columns=list(columns))


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _pointed_at(record: Mapping[str, Any], name: str) -> str:
    ref = record.get(name)
    return str(ref.get("sourcedId", "")) if isinstance(ref, Mapping) else ""
