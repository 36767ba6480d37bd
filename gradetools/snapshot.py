"""What the gradebook knew when it was asked: students, line items and existing results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

#: One row per student and class. `user_ids` is a tuple of identifiers; `active` is False for the withdrawn.
STUDENT_COLUMNS = (
    "sourced_id", "given_name", "family_name", "identifier", "username", "email", "user_ids", "class_id", "active",
)  # fmt: skip
#: One row per line item; the range is NaN where the line item has none.
LINE_ITEM_COLUMNS = (
    "sourced_id",
    "title",
    "class_id",
    "result_value_min",
    "result_value_max",
    "score_scale",
)
#: One row per result, also those `tobedeleted`; `record` is the whole of it as compact JSON text.
RESULT_COLUMNS = ("sourced_id", "line_item", "student", "active", "record")


@dataclass(frozen=True)
class Environment:
    """A gradebook's name and address; plans and the journal are bound to both.

    A sandbox that is opened from its own file gets another port each time: its `base_url` is the
    word "embedded", and its name is its identity.
    """

    name: str
    base_url: str


@dataclass(frozen=True)
class Snapshot:
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
    """

    environment: Environment
    dialect: str
    taken_at: dt.datetime
    time_zone: str
    classes: Mapping[str, str]
    students: pd.DataFrame
    line_items: pd.DataFrame
    results: pd.DataFrame

    def __repr__(self) -> str:
        """Say how much it holds, in one line."""
        return (
            f"<Snapshot of {self.environment.name}: {', '.join(self.classes.values())}; "
            f"{len(self.students)} students, {len(self.line_items)} line items, {len(self.results)} results>"
        )
