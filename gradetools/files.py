"""Files that hold grades: plans, written once, readable by their owner alone."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gradetools.errors import JournalError, PlanError
from gradetools.plan import Plan
from gradetools.private import encode, open_new

#: What no plan is called, and sheets are.
_SHEETS = frozenset((".csv", ".tsv", ".xlsx", ".xls", ".ods", ".zip"))


def write_plan(plan: Plan, path: str | Path) -> Path:
    """Write a plan to one file that only its owner can read.

    Raises:
        JournalError: the file is there already, or cannot be written.
    """
    target = Path(path)
    write_private(target, plan.iter_json())
    return target


def check_free(path: Path) -> None:
    """Refuse a file that is there already, before anything is made that is to be written there.

    Raises:
        JournalError: it is there.
    """
    if os.path.lexists(path):
        raise JournalError(f"{path.name} is there already; choose another name.")


def read_plan(path: str | Path) -> Plan:
    """Read a plan from a file and prove that it is the one that was written.

    Raises:
        PlanError: it is no plan, or it was changed since.
    """
    if Path(path).suffix.lower() in _SHEETS:
        name = shlex.quote(Path(path).name)
        raise PlanError(
            f"{Path(path).name} is a sheet, and no plan: write it with gradetools import {name}, which shows first what would "
            f"change, or save its plan with gradetools plan {name} --save PLAN."
        )
    try:
        return Plan.from_json(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise PlanError(
            f"The plan {Path(path).name} cannot be read; check its name and folder."
        ) from None


def write_private(path: Path, text: Iterable[str]) -> None:
    """Write a new file, given in pieces, that only its owner can read; an existing one is never overwritten.

    Raises:
        JournalError: the file is there already, or cannot be written.
    """
    with open_private(path) as file:
        file.writelines(encode(piece) for piece in text)


@contextmanager
def open_private(path: Path) -> Iterator[IO[bytes]]:
    """Open a new file that only its owner can read; after an error there is none.

    Raises:
        JournalError: the file is there already, or cannot be written.
    """
    try:
        with open_new(path) as file:
            yield file
    except FileExistsError:
        raise JournalError(f"{path.name} is there already; choose another name.") from None
    except OSError as error:
        raise JournalError(
            f"{path.name} cannot be written ({error.strerror}); choose another folder, or make room."
        ) from None
