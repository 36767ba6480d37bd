"""Telling what came of a push, in files a person would keep.

A receipt's folder holds `receipt.json`, `receipt.html`, and the sheet's own rows split by how they
ended: `succeeded.csv`, `failed.csv` (failed, blocked, conflict) and `unsent.csv`. These keep the sheet's
shape, so that `failed.csv` is corrected and loaded again.
"""

from __future__ import annotations

import csv
import errno
import html
import io
import itertools
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from gradetools import private
from gradetools.cells.defused import is_defusable
from gradetools.checks import Checked
from gradetools.dialects import parse
from gradetools.errors import JournalError
from gradetools.files import write_private
from gradetools.formats.recognition import OWN_COLUMN
from gradetools.plan import tell_change
from gradetools.receipt import WRITTEN, Receipt
from gradetools.sheet import ColumnKey, Sheet

FILES: Mapping[str, frozenset[str]] = {
    "succeeded.csv": frozenset({"created", "updated", "unchanged", "skipped"}),
    "failed.csv": frozenset({"failed", "blocked", "conflict"}),
    "unsent.csv": frozenset({"unsent"}),
}
FACTS = ("receipt.json", "receipt.html", "entries.csv")
_TOLD = ("line", "state", "reason", "http_status", "request_id")
#: What no program takes for more than a number.
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?%?")


def choose_folder(out: str | Path | None, push_id: str) -> Path:
    """Choose where a receipt goes: `receipts/PUSH_ID`, or the folder named, which is never overwritten.

    A folder that holds a receipt already keeps it, as it keeps any file that would bear the same name;
    the new one goes into a folder of its own below. A push that is resumed has several.
    """
    folder = Path(out) if out is not None else Path("receipts") / push_id
    below = (folder / (f"{push_id}-{n}" if n > 1 else push_id) for n in itertools.count(1))
    return next(each for each in itertools.chain([folder], below) if not _holds_receipt(each))


def _holds_receipt(folder: Path) -> bool:
    return any(os.path.lexists(folder / name) for name in (*FACTS, *FILES))


def write_receipt(receipt: Receipt, folder: str | Path, *, sheet: Sheet | None = None) -> Path:
    """Write a receipt's files into a folder that only its owner can read.

    Args:
        receipt: what came of a push.
        folder: made if it is not there; a receipt that is there already is never overwritten.
        sheet: what was pushed (`Plan.sheet`), whose shape the CSV files keep; without it one table of entries.

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
        write_private(target / "entries.csv", [_entries_csv(receipt.entries)])
        return target
    for name, states in FILES.items():
        part = receipt.entries[receipt.entries["state"].isin(states)]
        if len(part):
            write_private(target / name, [render_part(sheet, receipt.entries, part)])
    return target


def write_findings(checked: Checked, path: str | Path) -> Path:
    """Write what was found wrong with a sheet to a CSV file that only its owner can read.

    Args:
        checked: what was checked; the file has the columns of `Checked.findings`, in its order.
        path: of a new file; what a spreadsheet program would run as a formula is defused.

    Raises:
        JournalError: the file is there already, or cannot be written.
    """
    target, findings = Path(path), checked.findings
    words = [name for name in findings.columns if name != "line"]
    told = findings.assign(**{name: findings[name].map(defuse) for name in words})
    write_private(target, [str(told.to_csv(index=False, lineterminator="\r\n"))])
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


def render_part(sheet: Sheet, entries: pd.DataFrame, part: pd.DataFrame) -> str:
    """Write the rows of some entries in the sheet's own shape, as CSV text.

    Rows above the header and rows that hold no student stay; cells of other entries are blanked;
    columns named `gradetools_*` say how each row's entries ended.
    """
    mine = set(zip(part["line"], part["column"], part["occurrence"], strict=True))
    places = {key: place for place, key in enumerate(sheet.header)}
    others = {
        (line, places[ColumnKey(column, occurrence)])
        for line, column, occurrence in zip(
            entries["line"], entries["column"], entries["occurrence"], strict=True
        )
        if (line, column, occurrence) not in mine
    }
    kept = [place for place, key in enumerate(sheet.header) if not key.name.startswith(OWN_COLUMN)]
    told = _tell_lines(part)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for _, cells in _rows(sheet.preamble):
        writer.writerow([defuse(cells[place]) for place in kept])
    writer.writerow(
        [
            *(defuse(sheet.header[place].name) for place in kept),
            *(OWN_COLUMN + name for name in _TOLD),
        ]
    )
    roles = sheet.roles.to_dict()
    for line, cells in _rows(sheet.frame):
        if roles[line] == "student" and line not in told:
            continue
        row = ["" if (line, place) in others else defuse(cells[place]) for place in kept]
        writer.writerow([*row, *told.get(line, [""] * len(_TOLD))])
    return text.getvalue()


def defuse(text: str) -> str:
    """Put `'` before a cell that a spreadsheet program would run as a formula; numbers are left alone.

    So is one put before a cell that already looks as if it had one, so that reading takes off no more than was put on.
    """
    if not is_defusable(text) or _NUMBER.fullmatch(text.strip()):
        return text
    return f"'{text}"


def _tell_lines(part: pd.DataFrame) -> dict[int, list[str]]:
    """Say for each line how its entries ended."""
    lines: dict[int, list[tuple[str, ...]]] = {}
    columns = [[_text(value) for value in part[name].tolist()] for name in ("column", *_TOLD[1:])]
    for line, *texts in zip(part["line"].tolist(), *columns, strict=True):
        lines.setdefault(line, []).append(tuple(texts))
    return {line: [str(line), *_tell_line(entries)] for line, entries in lines.items()}


def _tell_line(entries: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Give one word where all entries of a line ended alike, else column by column."""
    columns, *told = zip(*entries, strict=True)
    for texts in told:
        pairs = [f"{column}: {text}" for column, text in zip(columns, texts, strict=True) if text]
        yield defuse(texts[0] if len(set(texts)) == 1 else "; ".join(pairs))


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA else str(value)


def _rows(frame: pd.DataFrame) -> Iterator[tuple[int, list[str]]]:
    for line, cells in zip(
        frame.index.tolist(), frame.to_numpy(dtype=object).tolist(), strict=True
    ):
        yield int(line), cells


def _entries_csv(entries: pd.DataFrame) -> str:
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
    table = entries[columns].map(lambda value: defuse("" if value is None else str(value)))
    return str(table.to_csv(lineterminator="\r\n"))


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Receipt {push_id}</title>
<style>body{{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td,th{{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left}}
.bad{{color:#a00;font-weight:600}}@media print{{body{{margin:0}}}}</style>
<h1>Receipt of push {push_id}</h1>
<table>{facts}</table>
<h2>{rows} entries</h2>
<table><tr><th>State<th>Entries</tr>{states}</table>
{trouble}{written}
</html>
"""


def render_receipt(receipt: Receipt, *, sheet_name: str = "") -> str:
    """Write a receipt as one HTML page that stands alone; every text in it is escaped.

    What was not written comes first, then old and new of what was.
    """
    told = receipt.summary()
    told = {"sheet": sheet_name or told.pop("sheet"), **told}
    facts = [
        (name.replace("_", " "), str(value))
        for name, value in told.items()
        if name not in {"rows", "states"} and value
    ]
    entries = receipt.entries
    bad = entries[~entries["state"].isin(FILES["succeeded.csv"])]
    good = entries[entries["state"].isin(WRITTEN)]
    if len(good):
        again = "undo the undo with" if receipt.undo_of else "take it back with"
        facts.append((again, f"gradetools undo {receipt.push_id}"))
    changed = [
        tell_change(parse(before), parse(after))
        for before, after in zip(good["before"], good["after"], strict=True)
    ]
    return _PAGE.format(
        push_id=html.escape(receipt.push_id),
        facts=_rows_html(facts),
        rows=receipt.rows,
        states=_rows_html(Counter(receipt.words).items()),
        trouble=_section(
            "Not written, or not as it should be", "Why", bad, bad["message"].tolist()
        ),
        written=_section(
            "Taken back" if receipt.undo_of else "Written",
            "Old → new",
            good.assign(state=receipt.words[good.index]),
            changed,
        ),
    )


def _section(title: str, last: str, entries: pd.DataFrame, told: Sequence[str]) -> str:
    if entries.empty:
        return ""
    names = ("line", "student_name", "line_item_title", "state")
    rows = zip(*(entries[name].tolist() for name in names), told, strict=True)
    heads = "".join(f"<th>{head}" for head in ("Line", "Student", "Line item", "State", last))
    return f"<h2>{title}</h2><table><tr>{heads}</tr>{_rows_html(rows)}</table>"


def _rows_html(rows: Iterable[Iterable[object]]) -> str:
    return "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(value))}" for value in row) + "</tr>"
        for row in rows
    )
