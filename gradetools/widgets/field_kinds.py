"""What the fields of a Result are, how each is filled in, written, told and read, and what a line item wants of them."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import ipywidgets as ipw
from pydantic import ValidationError

from gradetools.dialects import tell_date, write_date
from gradetools.models import Result, ScoreStatus
from gradetools.plan.doubt import mind_date
from gradetools.score_scale import ScoreScale
from gradetools.telling import call_field
from gradetools.widgets.look import LABEL
from gradetools.widgets.objectives import tell_objectives
from gradetools.widgets.typed import read_typed_date, read_typed_score
from gradetools.written_json import read_written_json

Kind = Literal["number", "text", "date", "long", "status", "flag", "scale", "objectives", "json"]
#: What is not there, in one word for the lists, what stands beside the fields, and the preview.
NOTHING = "nothing"
UNSET = (NOTHING, "")
#: What is there may be what one wants to keep while the score changes, so leaving a field alone is a choice of its own.
LEFT = "leave"
STATES = (UNSET, ("true", "true"), ("false", "false"))
_FOLLOWS = ("as it follows from the score", "")
_WIDTH = {"width": "32em", "max_width": "100%"}
_NO_WORD = "nothing: the grade says neither true nor false."
_WHAT_METADATA_ARE = "What else a gradebook keeps with a grade, by name. If you do not know of any, leave it as it is."
#: So many characters of what is there, and of what would be, stand beside a field.
_LONG = 300


@dataclass(frozen=True)
class FieldKind:
    """One field of a Result (OneRoster 1.2, `ResultDType`), how it is filled in, and what it is for."""

    name: str
    kind: Kind
    hint: str = ""
    meaning: str = ""

    @property
    def label(self) -> str:
        """What it is called, as everywhere."""
        return call_field(self.name).capitalize()


FIELDS = (
    FieldKind("score", "number", "a number such as 8.5"),
    FieldKind("textScore", "text", "text such as B+"),
    FieldKind("scoreScale", "scale"),
    FieldKind("scoreStatus", "status"),
    FieldKind("scoreDate", "date", "a date like 2026-10-16"),
    FieldKind("comment", "long"),
    FieldKind("late", "flag", meaning=f"Handed in after it was due. {_NO_WORD}"),
    FieldKind("missing", "flag", meaning=f"Was due, and not handed in. {_NO_WORD}"),
    FieldKind("incomplete", "flag", meaning=f"Handed in, but not all of it. {_NO_WORD}"),
    FieldKind("inProgress", "flag", meaning=f"Given out, and not to be handed in yet. {_NO_WORD}"),
    FieldKind("learningObjectiveSet", "objectives"),
    FieldKind(
        "metadata", "json", 'names and values such as {"source": "paper"}', _WHAT_METADATA_ARE
    ),
)
BY_NAME = {field.name: field for field in FIELDS}


@dataclass(frozen=True)
class Bounds:
    """What a line item wants of its scores, and what is odd about a date for it.

    Attributes:
        minimum, maximum: NaN where there is none.
        scale: the sourcedId of its score scale, "" for none.
        scales: those of the class, to choose from.
        today: the date that is sent where there is none, "" where that is not known.
        assigned: when the line item was given to the class, "" where that is not known.
    """

    minimum: float = math.nan
    maximum: float = math.nan
    scale: str = ""
    scales: Sequence[ScoreScale] = ()
    today: str = ""
    assigned: str = ""

    def mind_date(self, typed: str) -> tuple[str, str]:
        """Say what is odd about a date, and how grave that is: "warning", "info", or "" for nothing."""
        if not typed:
            told = f"A score needs a date: without one, today's is sent, {self.today}."
            return ("info", told) if self.today else ("", "")
        try:
            moment = dt.datetime.fromisoformat(read_typed_date(typed))
        except ValueError:
            return "", ""
        date = read_typed_date(typed)
        if told := mind_date(date, today=self.today, assigned=self.assigned):
            return "warning", told
        if moment.tzinfo is None and moment.time() != dt.time(0):
            told = f"{moment:%H:%M} is taken as UTC; for a clock two hours ahead write {moment:%Y-%m-%d %H:%M}+02:00."
            return "info", told
        return "", ""


def build_field(field: FieldKind) -> ipw.Widget:
    """Make the control of a field."""
    common = {"description": field.label, "style": LABEL, "layout": _WIDTH}
    if field.kind == "status":
        options = [_FOLLOWS, *((str(status), str(status)) for status in ScoreStatus)]
        return ipw.Dropdown(options=options, **common)
    if field.kind == "flag":
        return ipw.Dropdown(options=STATES, **common)
    if field.kind == "scale":
        return ipw.Dropdown(options=[UNSET], **common)
    if field.kind in ("long", "json"):
        rows = 4 if field.kind == "json" else 2
        return ipw.Textarea(placeholder=field.hint, rows=rows, **common)
    return ipw.Text(placeholder=field.hint, **common)


def write_field(value: object, kind: Kind) -> str:
    """Write a field of a record as it is typed."""
    if value is None:
        return ""
    if kind in ("json", "objectives"):
        return json.dumps(value, ensure_ascii=False)
    if kind == "scale" and isinstance(value, Mapping):
        return str(value.get("sourcedId", ""))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return tell_date(str(value)) if kind == "date" else str(value)


def tell_field(value: object, kind: Kind) -> str:
    """Say what a field holds; a long text is cut after a word."""
    told = tell_objectives(value) if kind == "objectives" else ""
    text = told or write_field(value, kind)
    if told or len(text) <= _LONG:
        return text or NOTHING
    return f"{text[:_LONG].rsplit(maxsplit=1)[0]} …"


def read_field(text: str, field: FieldKind) -> object:
    """Read what was typed; an emptied field is None, which removes it.

    Raises:
        ValueError: it cannot be read; a sentence for the analyst.
    """
    typed = text.strip()
    if not typed:
        return None
    if field.kind == "number":
        return read_typed_score(typed)
    if field.kind == "date":
        return read_typed_date(typed)
    if field.kind == "json":
        return read_written_json(typed, field.hint)
    return text if field.kind == "long" else typed


def means_same(typed: str, other: str, field: FieldKind) -> bool:
    """Whether two texts in a field mean the same, as 9.50 and 9.5 do; what cannot be read means nothing."""
    if typed == other:
        return True
    if field.kind not in ("number", "date", "json"):
        return False
    with suppress(ValueError):
        one, two = (read_field(text, field) for text in (typed, other))
        if field.kind == "date":
            one, two = (each and write_date(str(each), "timeback") for each in (one, two))
        # As JSON, in which true is not 1, as it is in Python; a score is the same number with or without its ".0".
        return json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)
    return False


def make_result(wanted: Mapping[str, Any]) -> tuple[Result | None, dict[str, str]]:
    """Make the Result, or say for each field what is wrong with it."""
    try:
        return Result.model_validate(wanted), {}
    except ValidationError as error:
        wrong: dict[str, str] = {}
        for each in error.errors(include_url=False, include_input=False):
            name = str(each["loc"][0]) if each["loc"] else ""
            hint = next((f.hint for f in FIELDS if f.name == name and f.hint), "it anew")
            # Our own validators say what to do; pydantic's only say what is wrong.
            own = each["type"] == "value_error"
            told = each["msg"].removeprefix("Value error, ")
            told = f"{told[:1].upper()}{told[1:]}"
            wrong.setdefault(name, f"{told}." if own else f"{told}; write {hint}.")
        return None, wrong
