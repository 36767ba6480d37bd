"""Every field of a Result to fill in: what is there, what would be, and what is wrong with what was typed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

import ipywidgets as ipw
from traitlets import TraitError

from gradetools.models import Result
from gradetools.plan.doubt import mind_flags
from gradetools.score_scale import ScoreScale
from gradetools.telling import tell_needless_score
from gradetools.widgets.field_kinds import (
    BY_NAME,
    FIELDS,
    LEFT,
    NOTHING,
    STATES,
    UNSET,
    Bounds,
    FieldKind,
    Kind,
    build_field,
    make_result,
    means_same,
    read_field,
    tell_field,
    write_field,
)
from gradetools.widgets.fold import Fold
from gradetools.widgets.look import WRAP, count, element, say
from gradetools.widgets.objectives import Objectives
from gradetools.widgets.typed import read_typed_score

#: What most people never need is folded.
_FOLDED: tuple[Kind, ...] = ("objectives", "json")
_WHAT_IS_A_SCALE = "A score scale says what scores are called, such as A from 90."
_TIME = "or 2026-10-16 14:30 (UTC)"
#: So much of what was typed is told when it is left behind.
_GLANCE = 40


class ResultFields:
    """The fields of one Result; one that stands as it was loaded is left alone.

    Attributes:
        inputs: field, as the standard calls it, to its control.
        objectives: the control of the learning objectives.
        messages: field to what is wrong with it or should be looked at, empty when nothing is.
        now: field to what is there and what would be, empty where both are nothing.
        folds: field to what it is folded into, of those that most people never need.
        wrong: field to what is wrong with it, as it was read last.
        missing: field to what is still to be filled in, of those that somebody has only begun with.
        view: all of them.
    """

    def __init__(self, *, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._loading = False
        self._bounds = Bounds()
        self._loaded: dict[str, str] = {}
        self._before: Mapping[str, Any] = {}
        self.wrong: dict[str, str] = {}
        self.missing: dict[str, str] = {}
        #: What is there and would change with what was changed.
        self._following: list[str] = []
        self.objectives = Objectives(on_change=self._changed)
        self.inputs: dict[str, Any] = {
            field.name: self.objectives if field.kind == "objectives" else build_field(field)
            for field in FIELDS
        }
        self.folds = {field.name: Fold(field.label) for field in FIELDS if field.kind in _FOLDED}
        self.messages = {field.name: ipw.HTML() for field in FIELDS}
        self.now = {field.name: ipw.HTML() for field in FIELDS}
        rows = []
        for name in self.inputs:
            line = self._line(name)
            rows.append(self.folds[name].hold(line) if name in self.folds else line)
        self.view = ipw.VBox(rows)

    def _line(self, name: str) -> ipw.Box:
        """Put a field, and what is said of it, into one line: beside the field, or below it where that is wide."""
        control = self.inputs[name]
        meaning = BY_NAME[name].meaning
        told = [ipw.HTML(element("span", meaning, hook="gt-reason"))] if meaning else []
        said = ipw.VBox([self.now[name], self.messages[name], *told]).add_class("gt-beside")
        if isinstance(control, Objectives):
            line = ipw.VBox([control.view, said])
        else:
            control.observe(lambda _: self._changed(), "value")
            line = ipw.HBox([control, said], layout=WRAP).add_class("gt-line")
        return line.add_class(f"gt-field-{name}")

    def load(
        self,
        record: Mapping[str, Any] | None,
        *,
        bounds: Bounds | None = None,
        keep: Collection[str] = (),
    ) -> None:
        """Show a record that is there, or nothing where there is none.

        Args:
            record: the record.
            bounds: what the line item wants of its scores.
            keep: the fields in which stays what was typed.
        """
        self._loading, self._bounds = True, bounds or Bounds()
        self._before = record or {}
        self.wrong, self.missing = {}, {}
        for field in FIELDS:
            value, control = self._before.get(field.name), self.inputs[field.name]
            if field.kind == "scale":
                control.options = self._label_scales()
            typed = control.value
            if isinstance(control, Objectives) and field.name in keep:
                self._loaded[field.name] = control.write(value)
                continue
            if isinstance(control, Objectives):
                control.load(value)
            elif field.kind == "flag":
                held = (f"as it is: {tell_field(value, field.kind)}", LEFT)
                control.options = [(NOTHING, LEFT), *STATES[1:]] if value is None else [held, *STATES]  # fmt: skip
                control.value = LEFT
            else:
                text = write_field(value, field.kind)
                if isinstance(control, ipw.Dropdown) and text not in dict(control.options).values():
                    control.options = (*control.options, (text, text))
                control.value = "" if field.kind == "status" else text
            self._loaded[field.name] = control.value
            if field.name in keep:
                with suppress(TraitError):  # what is no longer to be chosen
                    control.value = typed
        self.show_after(None)
        self._say()
        self._loading = False

    def show_after(self, after: Mapping[str, Any] | None) -> None:
        """Show beside each field what is there and, where that is something else, what would be.

        Args:
            after: the record that would be; None where nothing would be sent.
        """
        self._following = []
        for field in FIELDS:
            old = tell_field(self._before.get(field.name), field.kind)
            new = old if after is None else tell_field(after.get(field.name), field.kind)
            unsound = field.name in self.wrong or field.name in self.missing
            # Of what cannot be read, as a score in letters, nothing follows for other fields.
            if unsound or (self.wrong and field.name not in self.touched):
                new = old
            parts: list[object] = [f"now: {old}"]
            if new != old:
                follows = "" if field.name in self.touched else ", which follows"
                if follows and old != NOTHING:
                    self._following.append(field.name)
                goes = "removed" if new == NOTHING else new
                parts += [" → ", element("b", goes), follows]
            elif field.kind == "date" and field.name not in self.wrong:
                parts += [f"; write {field.hint}, {_TIME}"]
            blank = new == old == NOTHING
            self.now[field.name].value = "" if blank else element("span", *parts, hook="gt-reason")
        self._mind_flags(after or {})
        self._title_folds()

    def _mind_flags(self, after: Mapping[str, Any]) -> None:
        """Say of a grade that would be late and missing that it cannot well be both."""
        for name in {"late", "missing"} & {*self.touched}:
            if told := mind_flags(after):
                self._warn(name, told)

    def _title_folds(self) -> None:
        """Say of what is folded what is in there, whether it was changed, and whether something is wrong with it."""
        touched = self.touched
        for name, fold in self.folds.items():
            fold.tell(
                self._count_inside(name),
                changed=name in touched,
                wrong=name in self.wrong,
                missing=name in self.missing,
            )

    def _count_inside(self, name: str) -> str:
        """Count what a folded field holds as it stands in the form."""
        if name == "learningObjectiveSet":
            return self.objectives.tell_number()
        with suppress(ValueError):
            held = read_field(self.inputs[name].value, BY_NAME[name])
            return count(len(held), "field") if isinstance(held, Mapping) else "none"
        return "not readable"

    def read(self, identity: Mapping[str, Any]) -> Result | None:
        """Make a Result of the fields that were touched.

        Args:
            identity: line item and student, as a record has them.

        Returns:
            The Result, None where something is wrong with it or missing; then the fields say what.
        """
        wanted, touched = dict(identity), self.touched
        self.wrong, self.missing = {}, {}
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
                calm = field.kind == "objectives" and self.objectives.gap
                (self.missing if calm else self.wrong)[field.name] = str(error)
        cleared = self._tell_cleared(wanted)
        result, invalid = make_result(wanted)
        self.wrong = {**invalid, **self.wrong}
        self._say(cleared)
        self._title_folds()
        return None if self.wrong or self.missing else result

    def read_sound(self, identity: Mapping[str, Any]) -> Result:
        """Make a Result of those touched fields with which nothing is wrong, as they were read last."""
        unsound = {*self.wrong, *self.missing}
        sound = [BY_NAME[name] for name in self.touched if name not in unsound]
        wanted = {**identity, **{field.name: self._read(field) for field in sound}}
        return Result.model_validate(wanted)

    @property
    def scale(self) -> ScoreScale | None:
        """The score scale that is chosen, or else the line item's, where the gradebook tells its values."""
        wanted = self.inputs["scoreScale"].value or self._bounds.scale
        return next((one for one in self._bounds.scales if one.sourced_id == wanted), None)

    @property
    def touched(self) -> list[str]:
        """The fields that no longer mean what they meant when they were loaded."""
        loaded = self._loaded
        return [
            field.name
            for field in FIELDS
            if not means_same(self.inputs[field.name].value, loaded.get(field.name, ""), field)
        ]

    def tell_touched(self) -> str:
        """Name the fields that no longer stand as they were loaded: `score and comment; score status follows`."""
        follow = "follows" if len(self._following) == 1 else "follow"
        return _name(self.touched) + (
            f"; {_name(self._following)} {follow}" if self._following else ""
        )

    def tell_typed(self) -> str:
        """Say what was typed or chosen: `score 9, late true`; "" where nothing was."""
        return ", ".join(f"{BY_NAME[name].label.lower()} {self._glance(name)}" for name in self.touched)  # fmt: skip

    def _glance(self, name: str) -> str:
        if name == "learningObjectiveSet":
            return self.objectives.tell_number()
        text = str(self.inputs[name].value).strip() or NOTHING
        return text if len(text) <= _GLANCE else f"{text[:_GLANCE].rstrip()} …"

    def tell_next(self) -> str:
        """Say what stands in the way of writing: `correct the score date`, or what is still missing."""
        wrong = [f"correct the {_name(self.wrong)}"] if self.wrong else []
        return "; ".join([*wrong, *self.missing.values()])

    def _say(self, cleared: str = "") -> None:
        """Say beside each field what is wrong with it or should be looked at; what is missing stands in the group itself."""
        for name, message in self.messages.items():
            message.value = say("error", self.wrong[name]) if name in self.wrong else ""
        if cleared:
            self.messages["score"].value = say("info", cleared)
        self._mind_scale()
        self._mind_score()
        self._mind_status()
        self._mind_date()

    def _mind_scale(self) -> None:
        """Say what the scale calls scores, and what does not fit it."""
        scale, told = self.scale, self.messages["scoreScale"]
        if scale is None:
            told.value = element("span", self._tell_no_scale(), hook="gt-reason")
            return
        told.value = say("info", scale.tell(maximum=self._bounds.maximum))
        text_score = self.inputs["textScore"].value.strip() or None
        misfit = scale.find_misfit(self._typed_score(), text_score, maximum=self._bounds.maximum)
        place = "score" if text_score is None else "textScore"
        minded = {"score", "textScore", "scoreScale"} & {*self.touched}
        if misfit and place not in self.wrong and minded:
            self._warn(place, misfit)

    def _tell_no_scale(self) -> str:
        none = "" if self._bounds.scales else "This class has none. "
        return f"{none}{_WHAT_IS_A_SCALE}"

    def _mind_score(self) -> None:
        """Say of a score that it is above the line item's range; one below it is wrong."""
        score, high = self._typed_score(), self._bounds.maximum
        if score is not None and "score" in self.touched and score > high:
            self._warn("score", f"{score} is above the line item's maximum of {high:g}.")

    def _mind_status(self) -> None:
        """Say of a status that it expects no score, where there is one."""
        status = self.inputs["scoreStatus"].value
        texts = {"textScore": self.inputs["textScore"].value.strip() or None}
        record = {"score": self._typed_score(), **texts, "scoreStatus": status}
        if status and (needless := tell_needless_score(record)):
            told = f'"{status}" expects no score, but there is the {needless}, which is sent too.'
            self._warn("scoreStatus", told)

    def _mind_date(self) -> None:
        """Say of a date that it is far off, whose clock its time is by, or what is sent without one."""
        if "scoreDate" not in self.touched or "scoreDate" in self.wrong:
            return
        typed = self.inputs["scoreDate"].value.strip()
        kind, told = self._bounds.mind_date(typed)
        if kind == "warning":
            self._warn("scoreDate", told)
        elif told:
            self.messages["scoreDate"].value = say("info", told)

    def _warn(self, name: str, told: str) -> None:
        self.messages[name].value = say("warning", told, " It can be written all the same.")

    def _typed_score(self) -> int | float | None:
        typed = self.inputs["score"].value.strip()
        return None if not typed or "score" in self.wrong else read_typed_score(typed)

    def _read(self, field: FieldKind) -> object:
        if field.kind == "objectives":
            return self.objectives.read()
        value, low = read_field(self.inputs[field.name].value, field), self._bounds.minimum
        if field.name == "score" and isinstance(value, (int, float)) and value < low:
            raise ValueError(f"{value} is below the line item's minimum of {low:g}; correct it.")
        return value

    def _tell_cleared(self, wanted: Mapping[str, Any]) -> str:
        """Say of an emptied score that the grade will be `not submitted`, as CLEAR makes it in a sheet.

        A status that was chosen stands, and so does the one of a text score that is kept.
        """
        if "score" not in wanted or wanted["score"] is not None or "scoreStatus" in wanted:
            return ""
        if self.inputs["textScore"].value.strip():
            if "textScore" in self.touched:
                return "The score is removed; the text score is written in its place."
            return "The score is removed; the text score stays, and with it the score status."
        return 'The score is removed, and the score status becomes "not submitted".'

    def _label_scales(self) -> list[tuple[str, str]]:
        """Label the score scales to choose from; none is the line item's, where it has one."""
        labels = {one.sourced_id: f"{one.title} ({one.sourced_id})" for one in self._bounds.scales}
        of_line_item = labels.get(self._bounds.scale, self._bounds.scale)
        unset = (f"the line item's: {of_line_item}", "") if of_line_item else UNSET
        return [unset, *((label, key) for key, label in labels.items())]

    def _changed(self) -> None:
        if not self._loading:
            self._on_change()


def _name(names: Collection[str]) -> str:
    """Name fields as the form labels them, in its order."""
    *first, last = [field.label.lower() for field in FIELDS if field.name in names] or [""]
    return f"{', '.join(first)} and {last}" if first else last
