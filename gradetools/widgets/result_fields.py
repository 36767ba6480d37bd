"""Every field of a Result to fill in: what is there, what would be, and what is wrong with what was typed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import ipywidgets as ipw
from pydantic import ValidationError

from gradetools.models import Result, ScoreStatus
from gradetools.score_scale import ScoreScale
from gradetools.widgets.fold import Fold
from gradetools.widgets.look import LABEL, WRAP, count, element, say
from gradetools.widgets.objectives import Objectives, tell_objectives
from gradetools.widgets.typed import read_typed_json, read_typed_score

Kind = Literal["number", "text", "long", "status", "flag", "scale", "objectives", "json"]
_WIDTH = {"width": "32em", "max_width": "100%"}
_UNSET = ("unset", "")
# What is there may be what one wants to keep while the score changes, so leaving a field alone is a choice of its own.
_FOLLOWS = ("as it follows from the score", "")
_LEFT = "leave"
_STATES = (_UNSET, ("true", "true"), ("false", "false"))
#: So many characters of what is there, and of what would be, stand beside a field.
_SHORT = 60
_NOTHING = "nothing"
#: What most people never need is folded.
_FOLDED: tuple[Kind, ...] = ("objectives", "json")
_ALERT = "gt-error"


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
    FieldKind("scoreScale", "Score scale", "scale"),
    FieldKind("scoreStatus", "Score status", "status"),
    FieldKind("scoreDate", "Score date", "text", "a date like 2026-10-16"),
    FieldKind("comment", "Comment", "long"),
    FieldKind("late", "Late", "flag"),
    FieldKind("missing", "Missing", "flag"),
    FieldKind("incomplete", "Incomplete", "flag"),
    FieldKind("inProgress", "In progress", "flag"),
    FieldKind("learningObjectiveSet", "Learning objectives", "objectives"),
    FieldKind("metadata", "Metadata", "json", "a JSON object"),
)
_BY_NAME = {field.name: field for field in FIELDS}


@dataclass(frozen=True)
class Bounds:
    """What a line item wants of its scores.

    Attributes:
        minimum, maximum: NaN where there is none.
        scale: the sourcedId of its score scale, "" for none.
        scales: those of the class, to choose from.
    """

    minimum: float = math.nan
    maximum: float = math.nan
    scale: str = ""
    scales: Sequence[ScoreScale] = ()


class ResultFields:
    """The fields of one Result; one that stands as it was loaded is left alone.

    Attributes:
        inputs: field, as the standard calls it, to its control.
        objectives: the control of the learning objectives.
        messages: field to what is wrong with it or should be looked at, empty when nothing is.
        now: field to what is there and what would be, empty where both are nothing.
        folds: field to what it is folded into, of those that most people never need.
        view: all of them.
    """

    def __init__(self, *, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._loading = False
        self._bounds = Bounds()
        self._loaded: dict[str, str] = {}
        self._before: Mapping[str, Any] = {}
        self.objectives = Objectives(on_change=self._changed)
        self.inputs: dict[str, Any] = {
            field.name: self.objectives if field.kind == "objectives" else _build(field)
            for field in FIELDS
        }
        self.folds = {field.name: Fold(field.label) for field in FIELDS if field.kind in _FOLDED}
        self.messages = {field.name: ipw.HTML() for field in FIELDS}
        self.now = {field.name: ipw.HTML() for field in FIELDS}
        rows = []
        for name, control in self.inputs.items():
            if isinstance(control, Objectives):
                shown: ipw.Widget = control.view
            else:
                shown = control
                control.observe(lambda _: self._changed(), "value")
            row = [shown, self.now[name], self.messages[name]]
            line = ipw.HBox(row, layout=WRAP).add_class(f"gt-field-{name}").add_class("gt-line")
            rows.append(self.folds[name].hold(line) if name in self.folds else line)
        self.view = ipw.VBox(rows)

    def load(self, record: Mapping[str, Any] | None, *, bounds: Bounds | None = None) -> None:
        """Show a record that is there, or nothing where there is none.

        Args:
            record: the record.
            bounds: what the line item wants of its scores.
        """
        self._loading, self._bounds = True, bounds or Bounds()
        self._before = record or {}
        for field in FIELDS:
            value, control = self._before.get(field.name), self.inputs[field.name]
            if field.kind == "scale":
                control.options = self._label_scales()
            if isinstance(control, Objectives):
                control.load(value)
            elif field.kind == "flag":
                left = (f"as it is: {_tell(value, field.kind, 'unset')}", _LEFT)
                control.options = [left, *_STATES]
                control.value = _LEFT
            else:
                text = _write(value, field.kind)
                if isinstance(control, ipw.Dropdown) and text not in dict(control.options).values():
                    control.options = (*control.options, (text, text))
                control.value = "" if field.kind == "status" else text
            self._loaded[field.name] = control.value
            self.messages[field.name].value = ""
        self.show_after(None)
        self._warn({})
        self._loading = False

    def show_after(self, after: Mapping[str, Any] | None) -> None:
        """Show beside each field what is there and, where that is something else, what would be.

        Args:
            after: the record that would be; None where nothing would be sent.
        """
        for field in FIELDS:
            old = _tell(self._before.get(field.name), field.kind)
            new = old if after is None else _tell(after.get(field.name), field.kind)
            parts: list[object] = [f"now: {old}"]
            if new != old:
                follows = "" if field.name in self.touched else ", which follows"
                parts += [" → ", element("b", new), follows]
            blank = new == old == _NOTHING
            self.now[field.name].value = "" if blank else element("span", *parts, hook="gt-reason")
        self._title_folds()

    def _title_folds(self) -> None:
        """Say of what is folded what is in there, whether it was changed, and whether something is wrong with it."""
        touched = self.touched
        for name, fold in self.folds.items():
            wrong = _ALERT in self.messages[name].value
            fold.tell(self._count_inside(name), changed=name in touched, wrong=wrong)

    def _count_inside(self, name: str) -> str:
        """Count what a folded field holds as it stands in the form."""
        if name == "learningObjectiveSet":
            return self.objectives.tell_number()
        with suppress(ValueError):
            held = _read(self.inputs[name].value, _BY_NAME[name])
            return count(len(held), "field") if isinstance(held, Mapping) else "none"
        return "no JSON object"

    def read(self, identity: Mapping[str, Any]) -> Result | None:
        """Make a Result of the fields that were touched.

        Args:
            identity: line item and student, as a record has them.

        Returns:
            The Result, None where something is wrong with it; then the fields say what.
        """
        wanted, wrong, touched = dict(identity), {}, self.touched
        if "learningObjectiveSet" not in touched:
            # What is there may be odd, and is left alone; what was said of it while it was edited goes.
            with suppress(ValueError):
                self.objectives.read()
        for field in FIELDS:
            if field.name not in touched:
                continue
            try:
                wanted[field.name] = self._read(field)
            except ValueError as error:
                wrong[field.name] = str(error)
        cleared = self._clear(wanted)
        result, invalid = _validate(wanted)
        wrong = {**invalid, **wrong}
        for name, message in self.messages.items():
            message.value = say("error", wrong[name]) if name in wrong else ""
        if cleared:
            self.messages["score"].value = say("info", cleared)
        self._warn(wrong)
        self._title_folds()
        return None if wrong else result

    @property
    def scale(self) -> ScoreScale | None:
        """The score scale that is chosen, or else the line item's, where the gradebook tells its values."""
        wanted = self.inputs["scoreScale"].value or self._bounds.scale
        return next((one for one in self._bounds.scales if one.sourced_id == wanted), None)

    @property
    def touched(self) -> list[str]:
        """The fields that no longer stand as they were loaded."""
        return [n for n, control in self.inputs.items() if control.value != self._loaded.get(n, "")]

    def tell_touched(self) -> str:
        """Name the fields that no longer stand as they were loaded: `score, score date`."""
        return ", ".join(_BY_NAME[name].label.lower() for name in self.touched)

    def _warn(self, wrong: Mapping[str, str]) -> None:
        """Say what can be written and should be looked at: scores out of range, or none of the scale's."""
        scale, score = self.scale, self._typed_score(wrong)
        text_score = self.inputs["textScore"].value.strip() or None
        low, high = self._bounds.minimum, self._bounds.maximum
        if scale is not None:
            self.messages["scoreScale"].value = say("info", scale.tell())
            misfit = scale.find_misfit(score, text_score, maximum=high)
            place = "score" if text_score is None else "textScore"
            if (
                misfit
                and place not in wrong
                and {"score", "textScore", "scoreScale"} & {*self.touched}
            ):
                self.messages[place].value = say(
                    "warning", misfit, " It can be written all the same."
                )
        if score is None or "score" not in self.touched:
            return
        if score > high:
            told = f"{score} is above the line item's maximum of {high:g}."
            self.messages["score"].value = say("warning", told, " It can be written all the same.")
        if score < low:
            told = f"{score} is below the line item's minimum of {low:g}; correct it."
            self.messages["score"].value = say("error", told)

    def _typed_score(self, wrong: Mapping[str, str]) -> int | float | None:
        typed = self.inputs["score"].value.strip()
        return None if not typed or "score" in wrong else read_typed_score(typed)

    def _read(self, field: FieldKind) -> object:
        if field.kind == "objectives":
            return self.objectives.read()
        return _read(self.inputs[field.name].value, field)

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

    def _label_scales(self) -> list[tuple[str, str]]:
        """Label the score scales to choose from; none is the line item's, where it has one."""
        labels = {one.sourced_id: f"{one.title} ({one.sourced_id})" for one in self._bounds.scales}
        of_line_item = labels.get(self._bounds.scale, self._bounds.scale)
        unset = (f"the line item's: {of_line_item}", "") if of_line_item else _UNSET
        return [unset, *((label, key) for key, label in labels.items())]

    def _changed(self) -> None:
        if not self._loading:
            self._on_change()


def _build(field: FieldKind) -> ipw.Widget:
    common = {"description": field.label, "style": LABEL, "layout": _WIDTH}
    if field.kind == "status":
        options = [_FOLLOWS, *((str(status), str(status)) for status in ScoreStatus)]
        return ipw.Dropdown(options=options, **common)
    if field.kind == "flag":
        return ipw.Dropdown(options=_STATES, **common)
    if field.kind == "scale":
        return ipw.Dropdown(options=[_UNSET], **common)
    if field.kind in ("long", "json"):
        return ipw.Textarea(placeholder=field.hint, rows=2, **common)
    return ipw.Text(placeholder=field.hint, **common)


def _write(value: object, kind: Kind) -> str:
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
    return str(value)


def _tell(value: object, kind: Kind, nothing: str = _NOTHING) -> str:
    told = tell_objectives(value) if kind == "objectives" else ""
    text = told or _write(value, kind)
    return (text if len(text) <= _SHORT else f"{text[:_SHORT]}…") or nothing


def _read(text: str, field: FieldKind) -> object:
    """Read what was typed; an emptied field is None, which removes it."""
    typed = text.strip()
    if not typed:
        return None
    if field.kind == "number":
        return read_typed_score(typed)
    if field.kind == "json":
        return read_typed_json(typed, field.hint)
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
