"""Every field of a Result to fill in: what is there now beside it, and what is wrong with what was typed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import ipywidgets as ipw
from pydantic import ValidationError

from gradetools.checks.values import read_number
from gradetools.models import Result, ScoreStatus
from gradetools.widgets.look import LABEL, WRAP, element, say

Kind = Literal["number", "text", "long", "status", "flag", "reference", "json"]
_WIDTH = {"width": "32em", "max_width": "100%"}


@dataclass(frozen=True)
class FieldKind:
    """One field of a Result (OneRoster 1.2, `ResultDType`) and how it is filled in."""

    name: str
    label: str
    kind: Kind
    hint: str = ""


FIELDS = (
    FieldKind("score", "Score", "number", "a number such as 8.5"),
    FieldKind("textScore", "Text score", "text", "text such as B+"),
    FieldKind("scoreStatus", "Score status", "status"),
    FieldKind("scoreDate", "Score date", "text", "a date like 2026-10-16"),
    FieldKind("comment", "Comment", "long"),
    FieldKind("late", "Late", "flag"),
    FieldKind("missing", "Missing", "flag"),
    FieldKind("incomplete", "Incomplete", "flag"),
    FieldKind("inProgress", "In progress", "flag"),
    FieldKind("scoreScale", "Score scale", "reference", "its sourcedId"),
    FieldKind("learningObjectiveSet", "Learning objectives", "json", "a JSON list"),
    FieldKind("metadata", "Metadata", "json", "a JSON object"),
)


class ResultFields:
    """The fields of one Result; one that stands as it was loaded is left alone.

    Attributes:
        inputs: field, as the standard calls it, to its control.
        messages: field to what is wrong with it or should be looked at, empty when nothing is.
        view: all of them.
    """

    def __init__(self, *, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._loading = False
        self._maximum = math.nan
        self._loaded: dict[str, str] = {}
        self.inputs: dict[str, ipw.Widget] = {field.name: _build(field) for field in FIELDS}
        self.messages = {field.name: ipw.HTML() for field in FIELDS}
        self._now = {field.name: ipw.HTML() for field in FIELDS}
        rows = []
        for name, control in self.inputs.items():
            control.observe(lambda _: self._changed(), "value")
            row = [control, self._now[name], self.messages[name]]
            rows.append(ipw.HBox(row, layout=WRAP).add_class(f"gt-field-{name}"))
        self.view = ipw.VBox(rows)

    def load(self, record: Mapping[str, Any] | None, *, maximum: float = math.nan) -> None:
        """Show a record that is there, or nothing where there is none.

        Args:
            record: the record.
            maximum: of the line item; a score above it is warned of.
        """
        self._loading, self._maximum = True, maximum
        for field in FIELDS:
            value = (record or {}).get(field.name)
            text = _write(value, field.kind)
            control = self.inputs[field.name]
            if field.kind == "status" and text not in control.options:
                control.options = (*control.options, text)
            control.value = self._loaded[field.name] = text
            words = f"now: {text}" if text else "now: nothing"
            self._now[field.name].value = element("span", words, hook="gt-reason")
            self.messages[field.name].value = ""
        self._loading = False

    def read(self, identity: Mapping[str, Any]) -> Result | None:
        """Make a Result of the fields that were touched.

        Args:
            identity: line item and student, as a record has them.

        Returns:
            The Result, None where something is wrong with it; then the fields say what.
        """
        wanted, wrong = dict(identity), {}
        for field in FIELDS:
            text = self.inputs[field.name].value
            if text != self._loaded.get(field.name, ""):
                try:
                    wanted[field.name] = _read(text, field)
                except ValueError as error:
                    wrong[field.name] = str(error)
        cleared = self._clear(wanted)
        result, invalid = _validate(wanted)
        wrong = {**invalid, **wrong}
        for name, message in self.messages.items():
            message.value = say("error", wrong[name]) if name in wrong else ""
        if cleared:
            self.messages["score"].value = say("info", cleared)
        score = None if "score" in wrong else wanted.get("score")
        if score is not None and score > self._maximum:
            told = f"{score} is above the line item's maximum of {self._maximum:g}."
            self.messages["score"].value = say("warning", told, " It can be written all the same.")
        return None if wrong else result

    def _clear(self, wanted: dict[str, Any]) -> str:
        """Let an emptied score be `not submitted`, as CLEAR does in a sheet, and say so.

        A status that was chosen stands, and so does the one of a text score that is kept.
        """
        if "score" not in wanted or wanted["score"] is not None or "scoreStatus" in wanted:
            return ""
        if self.inputs["textScore"].value.strip():
            return "The score is removed; the text score stays, and with it the score status."
        wanted["scoreStatus"] = str(ScoreStatus.NOT_SUBMITTED)
        return 'The score is removed, and the score status becomes "not submitted".'

    @property
    def touched(self) -> list[str]:
        """The fields that no longer stand as they were loaded."""
        return [n for n, control in self.inputs.items() if control.value != self._loaded.get(n, "")]

    def _changed(self) -> None:
        if not self._loading:
            self._on_change()


def _build(field: FieldKind) -> ipw.Widget:
    common = {"description": field.label, "style": LABEL, "layout": _WIDTH}
    if field.kind == "status":
        return ipw.Dropdown(options=["", *(str(status) for status in ScoreStatus)], **common)
    if field.kind == "flag":
        return ipw.Dropdown(options=["", "true", "false"], **common)
    if field.kind in ("long", "json"):
        return ipw.Textarea(placeholder=field.hint, rows=2, **common)
    return ipw.Text(placeholder=field.hint, **common)


def _write(value: object, kind: Kind) -> str:
    """Write a field of a record as it is typed."""
    if value is None:
        return ""
    if kind == "json":
        return json.dumps(value, ensure_ascii=False)
    if kind == "reference" and isinstance(value, Mapping):
        return str(value.get("sourcedId", ""))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _read(text: str, field: FieldKind) -> object:
    """Read what was typed; an emptied field is None, which removes it."""
    typed = text.strip()
    if not typed:
        return None
    if field.kind == "number":
        number = read_number(typed)
        if number is None:
            raise ValueError(f"{typed!r} is not a score; write {field.hint}.")
        if math.isnan(number):
            raise ValueError(f"{typed!r} may be decimals or thousands; write it without the comma.")
        return int(number) if number.is_integer() else number
    if field.kind == "json":
        try:
            return json.loads(typed)
        except ValueError:
            raise ValueError(f"This is not JSON; write {field.hint}.") from None
    return text if field.kind == "long" else typed


def _validate(wanted: Mapping[str, Any]) -> tuple[Result | None, dict[str, str]]:
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
            wrong.setdefault(name, f"{told}." if own else f"{told}; write {hint}.")
        return None, wrong
