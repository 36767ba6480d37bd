"""The list of checks: each is a small named function over columns, with a code that never changes.

Which entries a finding concerns follows from its place: those of its line under its column. Line 0 means
every line, and a column that holds no scores (the student's id, say) means every entry of the line; a
companion stands for its score column. An error blocks the entries it concerns, and so does a
question until `Columns` holds one of its answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gradetools.checks.facts import Facts

Severity = Literal["error", "question", "warning", "info"]


class Finding(NamedTuple):
    """Something that an analyst should know, and where: line 0 is the sheet or column as a whole."""

    line: int
    column: str
    message: str
    suggestion: str = ""


Find = Callable[[Facts], Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """One check, as `docs/checks.md` lists it.

    Attributes:
        code: its lasting name.
        severity: of its findings.
        means: what a finding says, as words for the analyst.
        fix: what to do.
        answers: of a question, the answers that settle it.
        find: gives the findings.
    """

    code: str
    severity: Severity
    means: str
    fix: str
    answers: tuple[str, ...]
    find: Find


CHECKS: dict[str, Check] = {}
#: So many rows of one column are told one by one; a column with more is told once.
MOST_TOLD = 20
_ELSEWHERE = re.compile(r" \([^()]* in Python\)")


def tell_in_form(fix: str) -> str:
    """Say what to do to who has the form before them, without what the command line and Python call it."""
    return _ELSEWHERE.sub("", fix)


def check(
    code: str, severity: Severity, *, means: str, fix: str, answers: tuple[str, ...] = ()
) -> Callable[[Find], Find]:
    """Put a function on the list of checks."""

    def register(find: Find) -> Find:
        CHECKS[code] = Check(code, severity, means, fix, answers, find)
        return find

    return register
