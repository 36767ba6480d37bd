"""The one result that `put` is given: read from a file or stdin, and what is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gradetools.errors import SheetError
from gradetools.models import Result, ScoreStatus
from gradetools.written_json import read_written_json

_LEAST = (
    'one Result, such as {"lineItem": {"sourcedId": "quiz-1"}, "student": {"sourcedId": "student-001"}, '
    '"score": 9}'
)
_QUOTED = "text in double quotes"
_FLAG = "true or false"
_STATUSES = ", ".join(f'"{status}"' for status in ScoreStatus)
#: What each field wants; pydantic only says what it is not.
WANTED = {
    "sourcedId": f"the result's id as {_QUOTED}, or nothing at all",
    "status": '"active" or "tobedeleted"',
    "lineItem": 'the sourcedId of a line item, such as {"sourcedId": "quiz-1"}',
    "student": 'the sourcedId of a student, such as {"sourcedId": "student-001"}',
    "class": 'the sourcedId of a class, such as {"sourcedId": "algebra-1"}',
    "scoreScale": 'the sourcedId of a score scale, such as {"sourcedId": "letters"}',
    "scoreStatus": f'one of {_STATUSES}, or an extension such as "ext:recorded"',
    "score": "a number such as 8.5",
    "textScore": f'{_QUOTED}, such as "B+"',
    "scoreDate": 'a date in double quotes, such as "2026-10-16"',
    "dateLastModified": 'a date in double quotes, such as "2026-10-16"',
    "comment": _QUOTED,
    "late": _FLAG,
    "missing": _FLAG,
    "incomplete": _FLAG,
    "inProgress": _FLAG,
    "metadata": 'names and values such as {"source": "paper"}',
    "learningObjectiveSet": (
        'a list such as [{"source": "case", "learningObjectiveResults": [{"learningObjectiveId": "adds-fractions", "score": 3}]}]'
    ),
}


def read_result(file: str) -> Result:
    """Read one result from a JSON file, or from stdin for `-`.

    Raises:
        SheetError: there is no such file, or it holds no result.
    """
    called = "What was given" if file == "-" else file
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SheetError(f"There is no file {file}: check the path.") from None
    except (OSError, ValueError):
        raise SheetError(f"{called} is no text that can be read; write {_LEAST}.") from None
    try:
        given = read_written_json(text, _LEAST, called=called)
    except ValueError as error:
        raise SheetError(str(error)) from None
    try:
        return Result.model_validate(given.get("result", given))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise SheetError(f"{called} is no Result: {_tell_wrong(first)}") from None


def _tell_wrong(error: Mapping[str, Any]) -> str:
    """Say of a field what it must be, and of the whole how it looks."""
    # Our own validators say what to do; pydantic's only say what is wrong.
    own = error["msg"].removeprefix("Value error, ") if error["type"] == "value_error" else ""
    if not error["loc"]:
        return f"{own}." if own else f"write {_LEAST}."
    name = str(error["loc"][0])
    wanted = WANTED.get(name, "what the standard says")
    if error["type"] == "missing" and len(error["loc"]) == 1:
        return f"{name} is missing; write {wanted}."
    return f"at {name}, {own}." if own else f"{name} must be {wanted}."
