"""A checked sheet as the grid shows it: its own rows and columns, and in each bad cell what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks import Checked
from gradetools.checks.calling import NOT_FOUND
from gradetools.formats.recognition import OWN_COLUMN
from gradetools.sheet import Sheet
from gradetools.widgets.corrections import tell_to_do
from gradetools.widgets.grid_window import ALL, INDEX, MARK_COLUMNS, Table

#: The column that shows who a row's student is in the gradebook.
FOUND: Final = "student found"
#: What can be looked at alone, and the severities it stands for; after these come the codes.
VIEWS: Final = {
    "rows with findings": ("error", "question", "warning", "info"),
    "rows with errors or questions": ("error", "question"),
    "rows with errors": ("error",),
    "rows with questions": ("question",),
    "rows with warnings": ("warning",),
    "rows with notes": ("info",),
}

Corrections = Mapping[tuple[int, str], tuple[str, str]]


def show_sheet(checked: Checked, corrections: Corrections) -> Table:
    """Make the table of a sheet's student rows, each cell with its findings; columns that are ignored come last.

    Args:
        checked: the sheet and what was found.
        corrections: line and column of each corrected cell to what the file says and what it says now.
    """
    sheet = checked.sheet
    rows = sheet.student_rows
    frame = rows.set_axis([str(key) for key in sheet.header], axis="columns").rename_axis("line")
    ignored = {str(each.column) for each in checked.columns.ignored}
    # What a receipt says of its rows is long, and was said of an earlier push.
    own = [name for name in frame.columns if not name.startswith(OWN_COLUMN)]
    frame = frame[sorted(own, key=lambda name: name in ignored)]
    editable = frozenset(frame.columns)
    if FOUND not in frame:
        frame.insert(0, FOUND, _names(checked, frame.index))
    found = checked.findings
    there = found[found["line"].isin(frame.index).to_numpy()]
    return Table(
        frame,
        marks=pd.concat([_mark(there, frame), _mark_corrected(corrections)]),
        views=_list_views(found, checked.entries, frame.index),
        editable=editable,
        heads=_mark_heads(found, sheet),
    )


def first_view(table: Table) -> str:
    """Choose what is looked at first: what was found, where anything was."""
    return next((name for name in VIEWS if name in table.views), ALL)


def choose_findings(findings: pd.DataFrame, view: str) -> pd.DataFrame:
    """Give the findings that belong to a view."""
    if view in VIEWS:
        return findings[findings["severity"].isin(VIEWS[view]).to_numpy()]
    return findings if view == ALL else findings[(findings["code"] == view).to_numpy()]


def _names(checked: Checked, lines: pd.Index) -> pd.Series:
    """Say who each row's student is in the gradebook; what the sheet calls them stands beside it."""
    entries = checked.entries.drop_duplicates("line").set_index("line")
    names = entries["student_name"].astype(object)
    return names.where((entries["student"] != "").to_numpy(), NOT_FOUND).reindex(lines)


def _mark(findings: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Say of each finding where it stands; one of a whole row, or of no column that is there, stands at its line."""
    told = findings["suggestion"].map(tell_to_do)
    advice = told.where(told == "", " → " + told)
    columns = findings["column"]
    marks = {
        "row": findings["line"],
        "column": columns.where(columns.isin(frame.columns), INDEX),
        "kind": findings["severity"],
        "words": findings["code"].str.replace("-", " "),
        "tip": findings["message"] + advice,
    }
    return pd.DataFrame({name: values.astype(object) for name, values in marks.items()})


def _mark_corrected(corrections: Corrections) -> pd.DataFrame:
    rows = [
        (
            line,
            column,
            "corrected",
            "corrected",
            f"The file says {before!r}; the file stays as it is.",
        )
        for (line, column), (before, _) in corrections.items()
    ]
    return pd.DataFrame(rows, columns=list(MARK_COLUMNS), dtype=object)


def _mark_heads(findings: pd.DataFrame, sheet: Sheet) -> dict[str, tuple[str, str, str]]:
    """Mark the columns of which something is wrong as a whole; of several findings the first is told."""
    whole = findings[(findings["line"] == 0).to_numpy()]
    names = {str(key) for key in sheet.header}
    return {
        row["column"]: (row["severity"], row["code"].replace("-", " "), row["message"])
        for row in reversed(whole.to_dict(orient="records"))
        if row["column"] in names
    }


def _list_views(
    findings: pd.DataFrame, entries: pd.DataFrame, lines: pd.Index
) -> dict[str, NDArray[np.bool_]]:
    """List what can be looked at alone: by how serious it is, and by code; only what has any rows.

    What is wrong with a column as a whole is wrong with each row whose entry it blocks.
    """
    known = set(findings["severity"])
    views = [name for name, severities in VIEWS.items() if known.intersection(severities)]
    views += sorted(set(findings["code"]))
    rows = {}
    for name in views:
        chosen = choose_findings(findings, name)
        whole = set(chosen["code"][(chosen["line"] == 0).to_numpy()])
        found = [lines.isin(chosen["line"].to_numpy())]
        found += [lines.isin(_list_blocked(entries, code)) for code in sorted(whole)]
        rows[name] = np.logical_or.reduce(found)
    return {name: mask for name, mask in rows.items() if mask.any()}


def _list_blocked(entries: pd.DataFrame, code: str) -> NDArray[np.int64]:
    """Give the lines of the entries that are blocked for some reason."""
    reasons = entries["reason"].astype("category").cat
    blocking = [
        place for place, reason in enumerate(reasons.categories) if code in reason.split(",")
    ]
    lines: NDArray[np.int64] = entries["line"].to_numpy()[np.isin(reasons.codes, blocking)]
    return lines
