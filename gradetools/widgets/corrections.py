"""Cells that were corrected and questions that were answered in the form: what became of each, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import ipywidgets as ipw

from gradetools.checks.registry import tell_in_form
from gradetools.checks.scaled import show_scale
from gradetools.widgets.draft import Draft
from gradetools.widgets.look import WRAP, Html, count, element, join, say

#: Stands for the code of a question where a column was scaled.
SCALED = "scaled"
#: The answers to questions in words; each other one says what it means by itself.
ANSWERS = {
    "accept": "accept: it is right as it stands",
    "decimal": "decimal: it parts whole numbers from tenths",
    "thousands": "thousands: it parts thousands from hundreds",
    "no-grade": "no grade: nothing is sent",
    "missing": "missing, not submitted",
    "day-first": "day first: 05/06 is 5 June",
    "month-first": "month first: 05/06 is May 6",
}

# The answers that a sentence names: `Answer "no-grade", "missing" or "exempt".`
_NAMED = re.compile(r'(?<=nswer )"[^"]+"(?:(?:, | or )"[^"]+")*')
_QUOTED = re.compile(r'"([^"]+)"')


class Corrections:
    """The corrected cells and the answers, one below the other, each with a button that puts it back.

    Attributes:
        put_back: line and column of a cell to its button.
        take_back: code and column of an answer to its button; `SCALED` and the column of what was scaled.
        view: all of them.
    """

    def __init__(
        self,
        *,
        on_put_back: Callable[[int, str], None],
        on_take_back: Callable[[str, str], None],
    ) -> None:
        self._on_put_back, self._on_take_back = on_put_back, on_take_back
        self.put_back: dict[tuple[int, str], ipw.Button] = {}
        self.take_back: dict[tuple[str, str], ipw.Button] = {}
        self.view = ipw.VBox().add_class("gt-corrections")

    def show(self, draft: Draft) -> None:
        """Show what was corrected and answered so far."""
        scaled, answered = tell_scales(draft), _tell_answers(draft)
        told = [
            f"line {line}, {column}: {before!r} → {after!r}"
            for (line, column), (before, after) in draft.corrections.items()
        ]
        told += [*scaled.values(), *answered.values()]
        self.put_back = {
            place: _offer(partial(self._on_put_back, *place)) for place in draft.corrections
        }
        answers = [*((SCALED, column) for column in scaled), *answered]
        self.take_back = {
            answer: _offer(partial(self._on_take_back, *answer)) for answer in answers
        }
        buttons = [*self.put_back.values(), *self.take_back.values()]
        rows = (
            (ipw.HTML(element("div", words)), button)
            for words, button in zip(told, buttons, strict=True)
        )
        self.view.children = [ipw.HBox(row, layout=WRAP).add_class("gt-line") for row in rows]


def _offer(on_click: Callable[[], None]) -> ipw.Button:
    button = ipw.Button(description="Put it back", icon="undo")
    button.add_class("gt-put-back").on_click(lambda _: on_click())
    return button


def tell_to_do(fix: str) -> str:
    """Say what to do about a finding to who has the form before them: its answers are called as they are listed."""
    return _NAMED.sub(lambda named: _QUOTED.sub(_call_answer, named[0]), tell_in_form(fix))


def _call_answer(named: re.Match[str]) -> str:
    """Give an answer as it is listed, up to where it is explained."""
    return f'"{ANSWERS.get(named[1], named[1]).partition(":")[0]}"'


def tell_scales(draft: Draft) -> dict[str, str]:
    """Say of each column that is scaled from what, and what that does to one of its scores."""
    told = {}
    for column, top in draft.columns.scale.items():
        example = show_scale(draft.checked, draft.snapshot, column, top)
        told[column] = f"{column}: scaled from {top:g}" + (f", so {example}" if example else "")
    return told


def _tell_answers(draft: Draft) -> dict[tuple[str, str], str]:
    """Say of each question what was answered, by its code and column; the question as it was put, where it still is."""
    findings = draft.checked.findings
    told = {}
    for code, column, value in draft.columns.answers:
        asked = findings[((findings["code"] == code) & (findings["column"] == column)).to_numpy()]
        question = next(iter(asked["message"]), f"{code.replace('-', ' ')}:")
        where = f"{column}: " if column else ""
        told[code, column] = f"{where}{question} You answered {ANSWERS.get(value, value)!r}."
    return told


def tell_corrections(draft: Draft) -> Html:
    """Say how many cells differ from the file, and which columns are scaled; nothing where that is so of none."""
    number = len(draft.corrections)
    told = count(number, "cell was", "cells were")
    cells = f"{told} corrected here; the file itself is unchanged."
    scaled = [f"{each}." for each in tell_scales(draft).values()]
    return join(*(say("info", each) for each in [*([cells] if number else []), *scaled]))
