"""How the scores of a line item lie before and after a plan: in numbers, in words, and drawn as inline SVG. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.dialects import parse
from gradetools.plan import WRITES, Plan
from gradetools.showing import Html, element, join, shorten, tell_counts

Scores = NDArray[np.float64]

#: So many line items are drawn in sight, so many more folded, and none with fewer scores than these.
SHOWN, FOLDED, FEWEST = 2, 40, 5
_MOST_BARS, _LONGEST = 10, 300
# Scores that are closer together, or farther apart, are one bar: no axis could tell them apart, or hold them.
_FINEST, _COARSEST = 1e-6, 1e15
# A typing mistake must not squeeze the others: at most this share of the scores, or one, are drawn in a last box of their
# own, where all would need an axis so many times as long as the others do.
_STRAY, _TIMES = 0.05, 4
_SCORE: Final = re.compile(r'(?<!\\)"score":(-?[0-9.eE+-]+)')
# The drawing, in its own units. The right edge leaves room for the last label.
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 460, 170, 40, 34, 26, 24
_BEFORE, _AFTER = "--jp-border-color0, #9e9e9e", "--jp-brand-color1, #1565c0"
_INK = "fill: var(--jp-ui-font-color1, #333); font-size: 11px"


@dataclass(frozen=True, eq=False)
class Distribution:
    """The scores of one line item that a plan speaks of, before and after it.

    Attributes:
        line_item, title: whose scores.
        before, after: the scores of the plan's entries, as they are and as they would be.
        changes: "new", "raised", "lowered" and "removed", each with the number of scores.
    """

    line_item: str
    title: str
    before: Scores
    after: Scores
    changes: dict[str, int]

    @property
    def changed(self) -> int:
        """How many scores would not be what they are."""
        return sum(self.changes.values())

    def tell(self) -> str:
        """Say it in words and numbers, in one sentence."""
        return f"{self.title}: {self.tell_numbers()}"

    def tell_numbers(self) -> str:
        """Say the same without the title."""
        changes = tell_counts(self.changes, nothing="no score changes")
        return f"before {_tell(self.before)}; after {_tell(self.after)}: {changes}."


def make_distributions(plan: Plan) -> list[Distribution]:
    """Give the scores of each line item of a plan before and after it, the one that changes most first.

    Grades of students of whom the plan does not speak are not among them, nor are text scores.
    """
    changes = plan.changes
    before = read_scores(changes["before"])
    after = before.copy()
    writes = changes["action"].isin(WRITES).to_numpy()
    after[writes] = read_scores(changes["after"][writes])
    codes, keys = pd.factorize(changes["line_item"])
    titles = changes["line_item_title"].tolist()
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    bounds = np.searchsorted(codes[order], np.arange(len(keys) + 1))
    found = [
        _make(str(key), titles[places[0]], before[places], after[places])
        for key, first, last in zip(keys, bounds, bounds[1:], strict=False)
        if len(places := order[first:last])
    ]
    return sorted(found, key=lambda each: -each.changed)


def _make(line_item: str, title: object, before: Scores, after: Scores) -> Distribution:
    had, has = ~np.isnan(before), ~np.isnan(after)
    changes = {
        "new": int((has & ~had).sum()),
        "raised": int((after > before).sum()),
        "lowered": int((after < before).sum()),
        "removed": int((had & ~has).sum()),
    }
    return Distribution(line_item, str(title or line_item), before[had], after[has], changes)


def read_scores(records: pd.Series) -> Scores:
    """Read the scores of records in compact JSON text; NaN where there is none."""
    scores = (read_score(text) for text in records.tolist())
    return np.array([s if isinstance(s, float) else math.nan for s in scores], dtype=float)


def read_score(text: Any) -> Any:  # noqa: ANN401 - text or nothing, a number or a text
    """Read the score of a record in compact JSON text, or its text score; None where it has neither.

    The text is parsed only where the score is not plain to see.
    """
    if not isinstance(text, str) or '"tobedeleted"' in text:
        return None
    # A quote within a text is escaped, so that only a key reads so; metadata may have keys of their own.
    found = None if '"metadata"' in text or '"learningObj' in text else _SCORE.search(text)
    if found:
        return float(found[1])
    record = parse(text) or {}
    score = record.get("score")
    if isinstance(score, (int, float)) and not isinstance(score, bool):
        return float(score)
    return record.get("textScore")


def render_distributions(found: Sequence[Distribution]) -> Html:
    """Draw the line items that change most, the others folded; those with few scores are told beside them in words."""
    changed = [each for each in found if each.changed and _is_drawn(each)]
    few = [each for each in found if each.changed and not _is_drawn(each)]
    if not changed:
        return Html("")
    parts = [_side_by_side(changed[:SHOWN])]
    folded = changed[SHOWN : SHOWN + FOLDED]
    if folded:
        left = len(changed) - SHOWN - len(folded)
        more = f" (and {left:,} more that are not drawn)" if left else ""
        told = (
            "1 more line item changes"
            if len(folded) == 1
            else f"{len(folded)} more line items change"
        )
        summary = element("summary", f"{told}{more}")
        parts.append(element("details", summary, _side_by_side(folded)))
    parts += [
        element("div", shorten(each.tell(), _LONGEST), hook="gt-reason") for each in few[:FOLDED]
    ]
    return element("div", *parts, hook="gt-distributions")


def _side_by_side(found: Sequence[Distribution]) -> Html:
    style = "display: flex; flex-wrap: wrap; gap: .6em 2em"
    return element("div", *map(render_distribution, found), style=style)


def _is_drawn(one: Distribution) -> bool:
    return max(len(one.before), len(one.after)) >= FEWEST


def render_distribution(one: Distribution) -> Html:
    """Draw the scores of a line item before and after, as a picture that follows the notebook's theme.

    Those who do not see it hear its numbers; everybody reads them below it.
    """
    boxes = _divide(np.concatenate([one.before, one.after]))
    counts = [_count(scores, boxes) for scores in (one.before, one.after)]
    highest = max(1, *(max(each) for each in counts))
    parts = [_draw_axes(boxes, highest), _draw_legend()]
    room = boxes.room
    for side, (each, colour) in enumerate(zip(counts, (_BEFORE, _AFTER), strict=True)):
        for bar, number in enumerate(each):
            left = _LEFT + room * (bar + 0.1 + 0.4 * side)
            parts.append(_draw_bar(left, room * 0.4, number / highest, colour))
    picture = Html(
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{_quote(one.tell())}" '
        f'style="width: 100%; display: block">{join(*parts)}</svg>'
    )
    title = element("div", element("b", shorten(one.title)))
    told = element("div", shorten(one.tell_numbers(), _LONGEST), hook="gt-reason")
    return element("div", title, picture, told, style=f"flex: 1 1 26em; max-width: {_WIDTH}px")


@dataclass(frozen=True)
class _Boxes:
    """The boxes that scores are counted in, each with its upper end and without its lower one; the first has both.

    Attributes:
        start, step, bars: where the first begins, how wide each is, how many there are.
        stray: whether one more, beyond a gap, holds all that is above them.
    """

    start: float
    step: float
    bars: int
    stray: bool = False

    @property
    def end(self) -> float:
        """The upper end of the last box before the gap."""
        return self.start + self.step * self.bars

    @property
    def room(self) -> float:
        """How wide a box is drawn."""
        return (_WIDTH - _LEFT - _RIGHT) / (self.bars + 2 * self.stray)


def _divide(scores: Scores) -> _Boxes:
    """Divide the range of the scores into few boxes; a few that are far above all others are left out of it."""
    ordered = np.sort(scores)
    most = ordered[: -max(1, int(len(ordered) * _STRAY))]
    if not len(most):
        return _divide_range(ordered, _MOST_BARS)
    # Of the highest some may be near all the same.
    near = ordered[ordered <= float(most[-1]) + _span(most)]
    far = _FINEST < _span(near) < _span(ordered) / _TIMES < _COARSEST
    if not far:
        return _divide_range(ordered, _MOST_BARS)
    return replace(_divide_range(near, _MOST_BARS - 1), stray=True)


def _span(ordered: Scores) -> float:
    return float(ordered[-1]) - float(ordered[0])


def _divide_range(ordered: Scores, most: int) -> _Boxes:
    """Divide the range of scores into at most so many boxes."""
    low, high = float(ordered[0]), float(ordered[-1])
    span = high - low
    if not _FINEST < span < _COARSEST:
        return _Boxes(low, 1.0, 1)
    power = 10.0 ** math.floor(math.log10(span / most))
    for step in (power, 2 * power, 5 * power, 10 * power):
        start = math.floor(low / step) * step
        # A box ends with its upper end, so that what is just there stands in the one below; there is none below nothing.
        start -= step if start == low and low >= step else 0
        # What is left of a number's last digits must not make a bar of its own.
        bars = max(1, math.ceil(round((high - start) / step, 6)))
        if bars <= most:
            return _Boxes(start, step, bars)
    return _Boxes(low, span / most, most)


def _count(scores: Scores, boxes: _Boxes) -> list[int]:
    """Count the scores of each box, the gap's among them."""
    near = scores[scores <= boxes.end] if boxes.stray else scores
    counts = [len(near)]
    if boxes.bars > 1:
        places = np.ceil(np.round((near - boxes.start) / boxes.step, 6)).astype(int) - 1
        found = np.bincount(places.clip(0, boxes.bars - 1), minlength=boxes.bars)
        counts = [int(number) for number in found]
    return [*counts, 0, len(scores) - len(near)] if boxes.stray else counts


def _draw_bar(left: float, width: float, share: float, colour: str) -> Html:
    height = share * (_HEIGHT - _TOP - _BOTTOM)
    top = _HEIGHT - _BOTTOM - height
    return Html(
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'style="fill: var({colour})"/>'
    )


def _draw_axes(boxes: _Boxes, highest: int) -> Html:
    room, base = boxes.room, _HEIGHT - _BOTTOM
    line = (
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{base}" y2="{base}" '
        'style="stroke: var(--jp-border-color1, #bbb)"/>'
    )
    ends = range(boxes.bars + 1) if boxes.bars > 1 else range(1)
    every = max(1, math.ceil((boxes.bars + 1 + 2 * boxes.stray) / 6))
    # Whole numbers are rounder than those between them.
    first = -round(boxes.start / boxes.step) % every if boxes.bars > 1 else 0
    labels = [
        _write(_LEFT + room * (n if boxes.bars > 1 else 0.5), base + 15, "middle", _number(boxes.start + boxes.step * n))
        for n in ends
        if n % every == first
    ]  # fmt: skip
    if boxes.stray:
        beyond = _LEFT + room * (boxes.bars + 1.5)
        labels.append(_write(beyond, base + 15, "middle", f"above {_number(boxes.end)}"))
    labels += [
        _write(_LEFT - 6, _TOP + 8, "end", f"{highest:,}"),
        _write(_LEFT - 6, base, "end", "0"),
    ]
    return Html(line + join(*labels))


def _draw_legend() -> Html:
    parts: list[Html] = []
    for left, colour, word in ((_LEFT, _BEFORE, "before"), (_LEFT + 70, _AFTER, "after")):
        parts.append(
            Html(f'<rect x="{left}" y="4" width="10" height="10" style="fill: var({colour})"/>')
        )
        parts.append(_write(left + 15, 13, "start", word))
    parts.append(_write(_LEFT + 140, 13, "start", "number of students in this push, by score"))
    return join(*parts)


def _write(left: float, base: float, anchor: str, text: str) -> Html:
    place = f'x="{left:.1f}" y="{base:.1f}" text-anchor="{anchor}"'
    return Html(f'<text {place} style="{_INK}">{join(text)}</text>')


def _tell(scores: Scores) -> str:
    if not len(scores):
        return "no scores"
    number = f"{len(scores):,} {'score' if len(scores) == 1 else 'scores'}"
    mean = _number(float((scores / len(scores)).sum()))  # a sum of huge scores is no number
    return (
        f"{number}, mean {mean}, {_number(float(scores.min()))} to {_number(float(scores.max()))}"
    )


def _number(value: float) -> str:
    return f"{round(value, 2) + 0.0:.6g}"


def _quote(text: str) -> str:
    return join(shorten(text, _LONGEST))
