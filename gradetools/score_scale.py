"""A score scale, which says what a score is called: 90 and more is an A; and whether a score is one of its values."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from gradetools.models import AnyRef, Id, OneRosterModel, Status

_NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?)"
_BOUNDS = re.compile(rf"\s*{_NUMBER}\s*(?:-\s*{_NUMBER}\s*)?")
_FEW = 12
_PERCENTS = 100
_NOT_SAID = "the gradebook does not say whether that is percents, or points of"


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, (int, float)) else value


class ScoreScaleValue(OneRosterModel):
    """One step of a scale: the score on the left is called what stands on the right (OneRoster 1.2, `ScoreScaleValueDType`).

    Left is a single number, the lowest that is called so, or a range `x-y`, both ends included.
    """

    item_value_lhs: Annotated[str, BeforeValidator(_as_text)] = Field(alias="itemValueLHS")
    item_value_rhs: Annotated[str, BeforeValidator(_as_text)] = Field(alias="itemValueRHS")

    @property
    def bounds(self) -> tuple[float, float | None] | None:
        """The lowest score, and the highest where one is said; None where the left is no number."""
        found = _BOUNDS.fullmatch(self.item_value_lhs.replace("'", ""))
        if found is None:
            return None
        return float(found[1]), float(found[2]) if found[2] else None


class ScoreScale(OneRosterModel):
    """What scores are called (OneRoster 1.2 Gradebook, `ScoreScaleDType`)."""

    sourced_id: Id
    status: Status = "active"
    title: str = ""
    type: str = ""
    class_: AnyRef | None = Field(default=None, alias="class")
    score_scale_value: list[ScoreScaleValue] = Field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The text scores that are values of this scale."""
        words = [one.item_value_lhs for one in self.score_scale_value if one.bounds is None]
        return list(
            dict.fromkeys([*(one.item_value_rhs for one in self.score_scale_value), *words])
        )

    def tell(self, *, maximum: float | None = None) -> str:
        """Say its values: `Letters: A from 90, B from 80 to 89`.

        Args:
            maximum: of a line item; where it is not 100, the scale may mean percents of it as well as points, and that is said.
        """
        steps = [_tell_step(one) for one in self.score_scale_value[:_FEW]]
        more = (
            [f"and {len(self.score_scale_value) - _FEW} more"]
            if len(self.score_scale_value) > _FEW
            else []
        )
        told = f"{self.title or self.sourced_id}: {', '.join([*steps, *more]) or 'no values'}"
        open_ = maximum is not None and maximum == maximum and maximum != _PERCENTS
        numbers = any(one.bounds for one in self.score_scale_value)
        return f"{told} ({_NOT_SAID} {maximum:g})" if open_ and numbers else told

    def find_name(self, score: float) -> str | None:
        """Give what a score is called; None where the scale does not say."""
        known = [(one.bounds, one.item_value_rhs) for one in self.score_scale_value]
        ranges = [
            (low, high, name) for (low, high), name in _only_bounds(known) if high is not None
        ]
        within = next((name for low, high, name in ranges if low <= score <= high), None)
        if within is not None:
            return within
        below = [
            (low, name)
            for (low, high), name in _only_bounds(known)
            if high is None and low <= score
        ]
        return max(below)[1] if below else None

    def find_misfit(
        self, score: float | None, text_score: str | None, *, maximum: float | None = None
    ) -> str:
        """Say in a sentence why a score and a text score do not fit this scale; "" where they do.

        The standard wants both to "align with the scale"; a server may not mind, so it is a warning.

        Args:
            score: the score.
            text_score: the text score.
            maximum: of the line item; the scale may mean percents of it as well as points.
        """
        called = self.title or self.sourced_id
        if text_score is not None and self.names and text_score not in self.names:
            there_are = ", ".join(self.names[:_FEW])
            return f"The scale {called} has no {text_score!r}; it has {there_are}."
        if score is None or not any(one.bounds for one in self.score_scale_value):
            return ""
        percent = 100 * score / maximum if maximum and maximum == maximum else score
        as_points, as_percent = self.find_name(score), self.find_name(percent)
        names = {as_points, as_percent} - {None}
        if not names:
            return f"The scale {called} has no value for {score:g}."
        if text_score is None or text_score in names:
            return ""
        if as_percent in (as_points, None):
            return f"The scale {called} calls {score:g} {as_points!r}, not {text_score!r}."
        share = f"{score:g} of {maximum:g} is {percent:.4g} %: {as_percent!r}"
        points = f"; taken as points: {as_points!r}" if as_points is not None else ""
        return f"By the scale {called}, {share}{points}; not {text_score!r}."


def _only_bounds(known: list[tuple[Any, str]]) -> list[tuple[tuple[float, float | None], str]]:
    return [(bounds, name) for bounds, name in known if bounds is not None]


def _tell_step(one: ScoreScaleValue) -> str:
    if one.bounds is None:
        return f"{one.item_value_rhs} for {one.item_value_lhs}"
    low, high = one.bounds
    return f"{one.item_value_rhs} from {low:g}" + ("" if high is None else f" to {high:g}")
