"""Telling what came of a push, in files a person would keep.

A receipt's folder holds `receipt.json`, `receipt.html`, and the sheet's own rows split by how they
ended: `succeeded`, `failed` (failed, blocked, conflict) and `unsent`. These keep the sheet's shape, so that
the failed ones are corrected and loaded again; they are CSV files, or workbooks where the sheet was one.
"""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from gradetools import private
from gradetools.checks import Checked
from gradetools.dialects import parse
from gradetools.errors import JournalError
from gradetools.files import open_private, write_private
from gradetools.plan import tell_change
from gradetools.receipt import Receipt
from gradetools.report.page import render_receipt
from gradetools.report.parts import PARTS, defuse, keep_quote, part_rows, render_part, to_text
from gradetools.report.workbook import MOST_CHARACTERS, write_workbook
from gradetools.sheet import Sheet

__all__ = [
    "FILES",
    "choose_folder",
    "defuse",
    "find_part",
    "find_receipt",
    "findings_suffix",
    "make_folder",
    "name_push",
    "render_part",
    "render_receipt",
    "write_findings",
    "write_receipt",
]

_SUFFIXES = (".csv", ".xlsx")
#: A push is called by its day, its time and six letters.
_ID_PARTS = 3
#: Every file that a receipt may have, as a person would open them.
FILES = (
    *(part + suffix for part in PARTS for suffix in _SUFFIXES),
    *("receipt.json", "receipt.html", "entries.csv"),
)


def choose_folder(out: str | Path | None, push_id: str) -> Path:
    """Choose where a receipt goes: `receipts/PUSH_ID`, or the folder named, which is never overwritten.

    A folder that holds a receipt already keeps it, as it keeps any file that would bear the same name;
    the new one goes into a folder of its own: beside it as `PUSH_ID-2` where the folder is the push's, else below
    it as `PUSH_ID`. A push that is resumed has several.
    """
    folder = Path(out) if out is not None else Path("receipts") / push_id
    parent, least = (folder.parent, 2) if folder.name == push_id else (folder, 1)
    others = (parent / (f"{push_id}-{n}" if n > 1 else push_id) for n in itertools.count(least))
    return next(each for each in itertools.chain([folder], others) if not _holds_receipt(each))


def _holds_receipt(folder: Path) -> bool:
    return any(os.path.lexists(folder / name) for name in FILES)


def find_receipt(receipts: Path, push_id: str) -> Path | None:
    """Find the newest folder of a push's receipt among receipts, as `choose_folder` names them; None where there is none."""
    names = (f"{push_id}-{n}" if n > 1 else push_id for n in itertools.count(1))
    folders = itertools.takewhile(_holds_receipt, (receipts / name for name in names))
    return next(reversed([*folders]), None)


def name_push(folder: Path) -> str:
    """Name the push whose receipt a folder holds: `PUSH_ID-2` is one more of the same push."""
    return "-".join(folder.name.split("-")[:_ID_PARTS])


def find_part(folder: Path | None, part: str) -> str:
    """Give the name of the file that holds a part of a receipt: `failed.xlsx` where there is one, else `failed.csv`."""
    names = [part + suffix for suffix in _SUFFIXES]
    return next((name for name in names if folder and (folder / name).is_file()), names[0])


def write_receipt(receipt: Receipt, folder: str | Path, *, sheet: Sheet | None = None) -> Path:
    """Write a receipt's files into a folder that only its owner can read.

    Args:
        receipt: what came of a push.
        folder: made if it is not there; a receipt that is there already is never overwritten.
        sheet: what was pushed (`Plan.sheet`), whose shape the parts keep: workbooks in which every cell is text, where it
            was a workbook, else CSV files, as is a part that no workbook could hold. Without it one table of entries.

    Returns:
        The folder.

    Raises:
        JournalError: there is a receipt already, or it cannot be written.
    """
    target = make_folder(folder)
    write_private(target / "receipt.json", [receipt.to_json(), "\n"])
    write_private(
        target / "receipt.html", [render_receipt(receipt, sheet_name=sheet.name if sheet else "")]
    )
    if sheet is None:
        write_private(target / "entries.csv", [_entries_csv(receipt)])
        return target
    for name, states in PARTS.items():
        part = receipt.entries[receipt.entries["state"].isin(states)]
        if len(part):
            _write_part(target / name, sheet, receipt.entries, part)
    return target


def _write_part(stem: Path, sheet: Sheet, entries: pd.DataFrame, part: pd.DataFrame) -> None:
    if title := sheet.detected.get("worksheet"):
        try:
            with open_private(stem.with_suffix(".xlsx")) as file:
                write_workbook(file, part_rows(sheet, entries, part, keep_quote), title=title)
        except OverflowError:
            pass  # as CSV it has no limit
        else:
            return
    # By the mark at its front a spreadsheet program knows the file as UTF-8.
    write_private(stem.with_suffix(".csv"), ["\ufeff", render_part(sheet, entries, part)])


def findings_suffix(checked: Checked) -> str:
    """Say in which kind of file findings are best kept: a workbook where the sheet was one, if it can hold them."""
    longest = max((len(text) for text in checked.findings["message"]), default=0)
    workbook = "worksheet" in checked.sheet.detected and longest <= MOST_CHARACTERS // 2
    return ".xlsx" if workbook else ".csv"


def write_findings(checked: Checked, path: str | Path) -> Path:
    """Write what was found wrong with a sheet to a CSV or XLSX file that only its owner can read.

    Args:
        checked: what was checked; the file has the columns of `Checked.findings`, in its order.
        path: of a new file, `.csv` or `.xlsx`; what a spreadsheet program would run as a formula is defused.

    Raises:
        JournalError: the file is there already, or cannot be written, or is to be of another kind.
    """
    target = Path(path)
    findings = checked.findings.astype(object).map(to_text)
    match target.suffix.lower():
        case ".csv":
            told = findings.map(defuse)
            write_private(target, [str(told.to_csv(index=False, lineterminator="\r\n"))])
        case ".xlsx":
            rows = [list(findings.columns), *findings.to_numpy(dtype=object).tolist()]
            try:
                with open_private(target) as file:
                    write_workbook(file, rows, title="Findings")
            except OverflowError as error:
                raise JournalError(
                    f"A workbook cannot hold {target.name} ({error}); name a .csv file instead."
                ) from None
        case _:
            raise JournalError(f"{target.name} is neither .csv nor .xlsx; name it so.")
    return target


def make_folder(folder: str | Path) -> Path:
    """Make a folder for receipts that only its owner can read, unless it is there.

    Raises:
        JournalError: it cannot be made, or not be written to.
    """
    target = Path(folder)
    try:
        private.make_folder(target)
        if not os.access(target, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise JournalError(
            f"The folder {target.name} cannot be used ({error.strerror}); choose another."
        ) from None
    return target


def _score(record: Mapping[str, Any] | None) -> object:
    """Give the score of a record, or its text score; "" where there is none, or no grade any more."""
    if record is None or record.get("status", "active") != "active":
        return ""
    return record.get("score", record.get("textScore", ""))


def _entries_csv(receipt: Receipt) -> str:
    entries = receipt.entries.assign(state=receipt.words)
    columns = [
        "student_name",
        "student",
        "line_item_title",
        "line_item",
        "state",
        "reason",
        "message",
        "sourced_id",
    ]
    told = entries[columns].copy()
    records = zip(entries["before"].tolist(), entries["after"].tolist(), strict=True)
    pairs = [(parse(to_text(one) or None), parse(to_text(two) or None)) for one, two in records]
    told.insert(4, "old_score", [_score(before) for before, _ in pairs])
    told.insert(5, "new_score", [_score(after) for _, after in pairs])
    told.insert(6, "change", [tell_change(before, after) for before, after in pairs])
    table = told.map(lambda value: defuse(to_text(value)))
    return str(table.to_csv(lineterminator="\r\n"))
