"""The options by which a person changes what was suggested: answers, students, line items, scales, tokens."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import pandas as pd
import typer

from gradetools.checks import CHECKS, Checked
from gradetools.checks.scaled import SCALED_BY, propose_full_mark
from gradetools.checks.values import TOKEN_ANSWERS
from gradetools.columns import Columns, LineItemIndex, find_student
from gradetools.errors import ColumnsError
from gradetools.snapshot import Snapshot


class AttemptsPolicy(StrEnum):
    """What to do with several scores of one student for one line item."""

    REFUSE = "refuse"
    BEST = "best"
    LATEST = "latest"
    FIRST = "first"


@dataclass(frozen=True)
class Changes:
    """What a person knows better than the suggestion; `--yes` knows none of it."""

    answers: Annotated[
        list[str] | None,
        typer.Option(
            "--answer",
            metavar="CODE[:COLUMN]=VALUE",
            help="Answer a question of the checks, for one column or all; may be given several times.",
        ),
    ] = None
    students: Annotated[
        list[str] | None,
        typer.Option(
            "--student",
            metavar="TEXT=STUDENT",
            help="Say whom a text of the student column means, by any id, username or email address of the student; "
            "may be given several times.",
        ),
    ] = None
    line_items: Annotated[
        list[str] | None,
        typer.Option(
            "--line-item",
            metavar="COLUMN=TITLE",
            help="Choose a column's line item by sourcedId or title; in a sheet with one row per score, give the "
            "row's text instead of a column. May be given several times.",
        ),
    ] = None
    scales: Annotated[
        list[str] | None,
        typer.Option(
            "--scale",
            metavar="COLUMN=MAX",
            help="Scale a column's numbers from the full mark that they were given out of, such as 1 for shares; may be given "
            "several times.",
        ),
    ] = None
    ignored: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore",
            metavar="COLUMN",
            help="Take nothing from a column; may be given several times.",
        ),
    ] = None
    tokens: Annotated[
        list[str] | None,
        typer.Option(
            "--token",
            metavar="TEXT=MEANING",
            help=f"Say what a word in score columns means: {', '.join(TOKEN_ANSWERS)}; may be given several times.",
        ),
    ] = None
    attempts: Annotated[
        AttemptsPolicy | None,
        typer.Option(
            "--attempts", help="What to do with several scores of one student for one line item."
        ),
    ] = None

    def __bool__(self) -> bool:
        """Whether anything is changed."""
        return any(vars(self).values())


def apply_changes(columns: Columns, changes: Changes, snapshot: Snapshot) -> Columns:
    """Make the same columns with what a person knows better.

    Raises:
        ColumnsError: an option names something that is not there.
    """
    for column, high in _pairs("--scale", changes.scales):
        columns = columns.scaled(column, _read_maximum(high))
    for column, wanted in _pairs("--line-item", changes.line_items):
        columns = _choose_line_item(columns, column, wanted, snapshot)
    for text, student in _pairs("--student", changes.students):
        try:
            columns = columns.match_student(text, find_student(student, snapshot))
        except ColumnsError as error:
            raise ColumnsError(f"--student {text}={student}: {error}") from None
    for text, meaning in _pairs("--token", changes.tokens):
        if meaning not in TOKEN_ANSWERS:
            raise ColumnsError(f"--token {text}={meaning}: say {_or(tuple(TOKEN_ANSWERS))}.")
        columns = columns.with_token(text, TOKEN_ANSWERS[meaning])
    for place, value in _pairs("--answer", changes.answers):
        columns = _answer(columns, place, value)
    for column in changes.ignored or ():
        columns = columns.with_meaning(column, means="ignored")
    if changes.attempts is not None:
        columns = columns.with_attempts(changes.attempts.value)
    _refuse_idle(columns, changes, snapshot)
    return columns


def _refuse_idle(columns: Columns, changes: Changes, snapshot: Snapshot) -> None:
    """Refuse a full mark that is the line items' own maximum: whoever gives that has taken the one for the other."""
    items = snapshot.line_items
    for column, high in _pairs("--scale", changes.scales):
        meaning = columns.meaning(column)
        mine = items[items["sourced_id"].isin([meaning.line_item, *meaning.line_items])]
        own = (mine["result_value_max"] == float(high)) & (mine["result_value_min"].fillna(0) == 0)
        if len(mine) and own.all():
            raise ColumnsError(
                f"--scale {column}={high}: that is the line item's own maximum, so nothing would be scaled. Give the full mark "
                "that the scores of the sheet were given out of, such as 1 for shares."
            )


def tell_options(checked: Checked) -> Iterator[str]:
    """Give the options that would settle what was found, each as it is to be typed, and once."""
    wanted = checked.findings[checked.findings["severity"].isin(["error", "question"])]
    told = (_tell_option(checked, *row) for row in _places(wanted))
    yield from dict.fromkeys(filter(None, told))


def _places(findings: pd.DataFrame) -> Iterator[tuple[str, int, str]]:
    names = ("code", "line", "column")
    yield from zip(*(findings[name].tolist() for name in names), strict=True)


def _tell_option(checked: Checked, code: str, line: int, column: str) -> str:
    text = str(checked.sheet.column(column)[line]) if line else ""
    if answers := CHECKS[code].answers:
        option = f"--answer {_quote(f'{code}:{column}' if column else code, answers[0])}"
        others = f" (or {', '.join(answers[1:])})" if len(answers) > 1 else ""
        if code not in SCALED_BY:
            return f"{option}{others}"
        full = propose_full_mark(checked, code, column) or "MAX"
        return f"{option}{others}, or --scale {_quote(column, full)}"
    if code in ("student-unknown", "student-ambiguous", "id-mangled") and text:
        return f"--student {_quote(text, 'STUDENT')}"
    if code == "line-item-unknown":
        ignoring = "" if line else f", or --ignore {shlex.quote(column)}"
        return f"--line-item {_quote(text or column, 'TITLE')}{ignoring}"
    if code == "score-not-a-number" and text:
        return f"--token {_quote(text, 'no-grade')} (or {', '.join([*TOKEN_ANSWERS][1:])})"
    return "--attempts best (or latest, first)" if code == "duplicate-entry" else ""


def _quote(name: str, value: str) -> str:
    return shlex.quote(f"{name}={value}")


def _pairs(option: str, given: list[str] | None) -> Iterator[tuple[str, str]]:
    for text in given or ():
        name, sign, value = text.rpartition("=")
        if not (sign and name.strip() and value.strip()):
            raise ColumnsError(f"{option} {text}: write a name, =, and a value.")
        yield name.strip(), value.strip()


def _answer(columns: Columns, place: str, value: str) -> Columns:
    code, _, column = place.partition(":")
    questions = [known for known, check in CHECKS.items() if check.answers]
    if code not in questions:
        raise ColumnsError(f"--answer {place}={value}: there is no question {code!r}; there are {', '.join(questions)}.")  # fmt: skip
    if value not in CHECKS[code].answers:
        raise ColumnsError(f"--answer {place}={value}: answer {_or(CHECKS[code].answers)}.")
    return columns.answer(code, column, value)


def _choose_line_item(columns: Columns, name: str, wanted: str, snapshot: Snapshot) -> Columns:
    found = LineItemIndex(snapshot.line_items, snapshot.classes).find(wanted)
    if not (found.line_item or found.line_items):
        raise ColumnsError(
            f"--line-item {name}={wanted}: {found.reason}{'' if found.reason.endswith('?') else '.'}"
        )
    if columns.of("line_item"):
        if not found.line_item:
            raise ColumnsError(f"--line-item {name}={wanted}: several classes have it; give its sourcedId.")  # fmt: skip
        return columns.match_line_item(name, found.line_item)
    taken = columns.meaning(name).means in ("score", "text_score")
    return columns.with_meaning(
        name,
        means=None if taken else "score",
        line_item=found.line_item,
        line_items=found.line_items,
    )


def _read_maximum(text: str) -> float:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise ColumnsError(f"--scale …={text}: give the maximum as a number, such as 20 or 7.5.")
    return float(text)


def _or(words: tuple[str, ...]) -> str:
    return " or ".join(repr(word) for word in words)
