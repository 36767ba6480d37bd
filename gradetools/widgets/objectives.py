"""Learning objectives to fill in: groups of one source, each with as many objectives as one likes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import ipywidgets as ipw
from pydantic import ValidationError

from gradetools.models import LearningObjectiveResult, LearningObjectiveScoreSet
from gradetools.plan.doubt import is_uuid, mind_source
from gradetools.telling import tell_scores
from gradetools.widgets.look import WRAP, Html, count, element, join, say
from gradetools.widgets.typed import read_typed_score

_Held = Mapping[str, Any]
_CASE_ID = "6b7b7a1c-2f5e-4c0b-9a52-3c1f0d9e8a11"
_HINT = (
    "A group holds the objectives of one source, which says whose ids they are. If you do not know, choose unknown. "
    f"Choose case only for ids of 1EdTech CASE, which look like {_CASE_ID}. The name of any other source begins with a "
    "slash, and then has small letters or digits alone, such as /state."
)


class Objectives:
    """The learning objectives of one result.

    What a group or an objective holds beside the fields that are shown, stays.

    Attributes:
        groups: the groups that are shown.
        add: adds one.
        gap: what is still to be filled in, where nothing is wrong; "" for nothing, as it was read last.
        view: all of them.
    """

    gap = ""

    def __init__(self, *, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._foreign: object = None
        self.groups: list[ObjectiveGroup] = []
        self.add = _button("Add a group of learning objectives", "plus", "add-group")
        self.add.on_click(lambda _: self.add_group())
        self._told, hint = ipw.HTML(), ipw.HTML(element("span", _HINT, hook="gt-reason"))
        self._rows = ipw.VBox()
        self.view = ipw.VBox([hint, self._told, self._rows, self.add]).add_class("gt-shrinking")

    @property
    def value(self) -> str:
        """What would be sent, as JSON text; "" for nothing. Scores that are none stand in it as they were typed."""
        if self._foreign is not None:
            return json.dumps(self._foreign, ensure_ascii=False)
        listed = [group.gather() for group in self.groups]
        return json.dumps(listed, ensure_ascii=False) if listed else ""

    def load(self, held: object) -> None:
        """Show what a record holds, None for nothing."""
        self._foreign, self.groups = None, []
        try:
            sets = [dict(one) for one in held] if isinstance(held, list) else []
            for one in sets:
                LearningObjectiveScoreSet.model_validate(one)
        except (ValidationError, TypeError, ValueError):
            sets, self._foreign = [], held
        if held is not None and not isinstance(held, list):
            self._foreign = held
        told = "What the gradebook holds is not of the standard's form; it is left as it is."
        self._told.value = say("info", told) if self._foreign is not None else ""
        self.add.disabled = self._foreign is not None
        self.groups = [self._make_group(one) for one in sets]
        self._show()

    def write(self, held: object) -> str:
        """Write what a record holds as `value` would; what is shown stays."""
        other = Objectives(on_change=self._on_change)
        other.load(held)
        return other.value

    def tell_number(self) -> str:
        """Count the objectives that are shown: `2 objectives`, `none`."""
        if self._foreign is not None:
            return "not of the standard's form"
        number = sum(len(group.rows) for group in self.groups)
        return count(number, "objective") if number or self.groups else "none"

    def read(self) -> list[dict[str, Any]] | None:
        """Give what would be sent, None for nothing.

        Raises:
            ValueError: something in it is wrong, or still to be filled in; what, stands beside it and in `gap`.
        """
        listed = [group.read() for group in self.groups]
        gaps = [gap for group in self.groups for gap in group.gaps]
        wrong = any(group.wrong for group in self.groups)
        self.gap = gaps[0] if gaps and not wrong else ""
        if any(one is None for one in listed):
            raise ValueError(self.gap or "Correct the learning objectives that are marked.")
        return [one for one in listed if one is not None] or None

    def add_group(self) -> ObjectiveGroup:
        """Add a group with one objective to fill in."""
        group = self._make_group({"learningObjectiveResults": [{}]})
        self.groups.append(group)
        self._show()
        self._on_change()
        return group

    def _make_group(self, held: _Held) -> ObjectiveGroup:
        return ObjectiveGroup(held, on_change=self._on_change, on_remove=self._remove)

    def _remove(self, group: ObjectiveGroup) -> None:
        self.groups.remove(group)
        self._show()
        self._on_change()

    def _show(self) -> None:
        self._rows.children = [group.view for group in self.groups]


class ObjectiveGroup:
    """The objectives of one source.

    Attributes:
        source: `case`, `unknown`, or another word.
        rows: the objectives.
        add, remove: adds an objective; takes the whole group away.
        message: what is wrong with the source, or that it has no objective.
        wrong, gaps: whether something in the group is wrong; what is still to be filled in, as it was read last.
    """

    wrong = False
    gaps: Sequence[str] = ()

    def __init__(
        self,
        held: _Held,
        *,
        on_change: Callable[[], None],
        on_remove: Callable[[ObjectiveGroup], None],
    ) -> None:
        self._held, self._on_change = held, on_change
        self.source = ipw.Combobox(
            value=str(held.get("source", "")),
            options=["case", "unknown"],
            placeholder="case, unknown or another",
            description="Source",
            style={"description_width": "initial"},
            layout={"width": "22em"},
        ).add_class("gt-objective-source")
        self._begun = bool(self.source.value)
        self.remove = _button("Remove this group", "trash", "remove-group")
        self.add = _button("Add an objective", "plus", "add-objective")
        self.message = ipw.HTML()
        self._lines = ipw.VBox()
        self.source.observe(lambda _: self._name_source(), "value")
        self.remove.on_click(lambda _: on_remove(self))
        self.add.on_click(lambda _: self.add_row())
        self.rows = [self._make_row(each) for each in held.get("learningObjectiveResults", [])]
        head = ipw.HBox([self.source, self.remove, self.message], layout=WRAP)
        self.view = ipw.VBox([head, self._lines, self.add]).add_class("gt-objective-group")
        self._call()
        self._show()

    def gather(self) -> dict[str, Any]:
        """Give what stands there, right or wrong."""
        rows = [row.gather() for row in self.rows]
        return {**self._held, "source": self.source.value.strip(), "learningObjectiveResults": rows}

    def read(self) -> dict[str, Any] | None:
        """Give what would be sent; None where something is wrong, which is then told beside it."""
        source = self.source.value.strip()
        rows = [row.read(case=source == "case") for row in self.rows]
        ids = Counter(str(each["learningObjectiveId"]) for each in rows if each is not None)
        for row, each in zip(self.rows, rows, strict=True):
            if each is not None and (many := ids[str(each["learningObjectiveId"])]) > 1:
                row.warn_of_others(many)
        told = "" if source else "Name the source: case, unknown or another."
        told = told or ("" if rows else "Add an objective, or remove the group.")
        # What nobody has come to yet is not wrong.
        calm = not source and not self._begun and not any(row.begun for row in self.rows)
        self.gaps = ["name the source of the learning objectives"] if calm else []
        self.message.value = (
            tell_gap("name the source")
            if calm
            else say("error", told)
            if told
            else say("warning", doubt)
            if (doubt := mind_source(source))
            else ""
        )
        self.wrong = bool(told and not calm) or any(row.wrong for row in self.rows)
        self.gaps += ["give the learning objective's id" for row in self.rows if row.gap]
        if told or any(row is None for row in rows):
            return None
        return {**self._held, "source": source, "learningObjectiveResults": rows}

    def _name_source(self) -> None:
        self._begun = True
        self._call()
        self._on_change()

    def _call(self) -> None:
        """Let the button say what it takes away."""
        source = self.source.value.strip()
        self.remove.tooltip = (
            f"Remove {f'the group {source}' if source else 'this group'} with its objectives"
        )

    def add_row(self) -> ObjectiveRow:
        """Add an objective to fill in."""
        row = self._make_row({})
        self.rows.append(row)
        self._show()
        self._on_change()
        return row

    def _make_row(self, held: _Held) -> ObjectiveRow:
        return ObjectiveRow(held, on_change=self._on_change, on_remove=self._remove)

    def _remove(self, row: ObjectiveRow) -> None:
        self.rows.remove(row)
        self._show()
        self._on_change()

    def _show(self) -> None:
        self._lines.children = [row.view for row in self.rows]


class ObjectiveRow:
    """One objective: its id, and the score or text score it got.

    Attributes:
        id, score, text_score: its fields.
        remove: takes it away.
        message: what is wrong with it.
        begun: whether something was filled in, or was there.
        wrong, gap: whether something is wrong; whether the id is still to be filled in, as it was read last.
    """

    wrong = gap = False

    def __init__(
        self,
        held: _Held,
        *,
        on_change: Callable[[], None],
        on_remove: Callable[[ObjectiveRow], None],
    ) -> None:
        self._held, self._on_change = held, on_change
        self.begun = bool(held)
        self.id = _text(held.get("learningObjectiveId"), "Objective's id", "gt-objective-id", 32)
        self.score = _text(held.get("score"), "Score", "gt-objective-score", 14)
        self.text_score = _text(held.get("textScore"), "Text score", "gt-objective-text", 14)
        self.remove = _button("Remove this objective", "trash", "remove-objective")
        self.message = ipw.HTML()
        fields = [self.id, self.score, self.text_score]
        for field in fields:
            field.observe(lambda _: self._fill_in(), "value")
        self.remove.on_click(lambda _: on_remove(self))
        line = ipw.HBox([*fields, self.remove], layout=WRAP)
        self.view = ipw.VBox([line, self.message]).add_class("gt-objective")
        self._call()

    def _fill_in(self) -> None:
        self.begun = True
        self._call()
        self._on_change()

    def _call(self) -> None:
        """Let the button say what it takes away, to those who hear it and to those who point at it."""
        self.remove.tooltip = f"Remove the objective {self.id.value.strip()}".rstrip()

    def gather(self) -> dict[str, Any]:
        """Give what stands there, right or wrong."""
        score = self.score.value.strip()
        with suppress(ValueError):  # 4.0 is 4; what is no number stands as it was typed
            score = str(read_typed_score(score))
        typed = {
            "learningObjectiveId": self.id.value.strip(),
            "score": score,
            "textScore": self.text_score.value.strip(),
        }
        return {**self._held, **typed}

    def read(self, *, case: bool) -> dict[str, Any] | None:
        """Give what would be sent; None where something is wrong, which is then told beside it."""
        typed: dict[str, Any] = {name: text for name, text in self.gather().items() if text != ""}
        self.wrong, self.gap = False, not self.begun and "learningObjectiveId" not in typed
        if self.gap:
            self.message.value = tell_gap("give the objective's id")
            return None
        try:
            if "learningObjectiveId" not in typed:
                raise ValueError("Give the objective's id.")
            if "score" in typed:
                typed["score"] = read_typed_score(str(typed["score"]))
            LearningObjectiveResult.model_validate(typed)
        except ValidationError as error:
            told = error.errors(include_url=False, include_input=False)[0]["msg"]
            self.message.value = say("error", f"{told.removeprefix('Value error, ')}.")
        except ValueError as error:
            self.message.value = say("error", str(error))
        else:
            doubt = case and not is_uuid(self.id.value.strip())
            told = "A CASE identifier is a UUID; this is none. It can be written all the same."
            self.message.value = say("warning", told) if doubt else ""
            return typed
        self.wrong = True
        return None

    def warn_of_others(self, number: int) -> None:
        """Say that the same id stands several times in the group, which a gradebook may take for one."""
        told = f"This id stands {number} times in the group; all are sent, and a gradebook may keep only one. Remove the others."
        self.message.value = join(Html(self.message.value), say("warning", told))


def tell_gap(what: str) -> Html:
    """Say what is next to be filled in, where nothing is wrong yet."""
    return element("div", f"next: {what}", hook="gt-next")


def tell_objectives(held: object) -> str:
    """Say what a record holds, `case: fractions 4.5, decimals “secure”`; "" for what is not of the standard's form."""
    try:
        sets: list[_Held] = [dict(one) for one in held or ()]  # type: ignore[attr-defined]  # whatever it is
        for one in sets:
            LearningObjectiveScoreSet.model_validate(one)
        return "; ".join(
            f"{one['source']}: {', '.join(map(_tell_objective, one['learningObjectiveResults']))}"
            for one in sets
        )
    except (ValidationError, TypeError, ValueError, KeyError):
        return ""


def _tell_objective(one: _Held) -> str:
    return f"{one['learningObjectiveId']} {tell_scores(one)}"


def _button(words: str, icon: str, hook: str) -> ipw.Button:
    button = ipw.Button(description=words, icon=icon, layout={"width": "max-content"})
    return button.add_class(f"gt-{hook}")


def _text(value: object, label: str, hook: str, width: int) -> ipw.Text:
    whole = isinstance(value, float) and value.is_integer()
    text = "" if value is None else f"{value:.0f}" if whole else str(value)
    style = {"description_width": "initial"}
    field = ipw.Text(value=text, description=label, style=style, layout={"width": f"{width}em"})
    return field.add_class(hook)
