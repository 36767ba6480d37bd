"""Columns of earlier weeks: proposed by the header, taken when a person says so."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from gradetools.cli.options import Reading
from gradetools.columns import (
    Columns,
    find_lacking,
    list_columns,
    suggest_columns,
)
from gradetools.errors import ColumnsError
from gradetools.sheet import Sheet
from gradetools.snapshot import Snapshot


def choose_columns(
    sheet: Sheet,
    snapshot: Snapshot,
    given: Columns | None,
    folder: Path,
    how: Reading,
    console: Console,
) -> Columns:
    """Take the columns that were asked for, told how the header has changed; else a suggestion.

    Args:
        sheet: the sheet.
        snapshot: what the gradebook knows.
        given: what `--columns` names.
        folder: where imports keep their columns.
        how: whether those are wanted, and whether they may be carried over to a changed header.
        console: where it is told.

    Raises:
        ColumnsError: columns were asked for, and none are kept for this header, or they do not fit it.
    """
    if given is not None:
        return _fit(given, sheet, snapshot, how, console)
    found = list_columns(sheet, folder)
    if how.saved_columns:
        if not found:
            raise ColumnsError(
                f"No columns are kept for the header of {sheet.name}: name a file with --columns, or take the suggestion."
            )
        console.print(f"Columns as of {found[0].day}: {escape(str(found[0].path))}", soft_wrap=True)
        return _fit(found[0].columns, sheet, snapshot, how, console)
    if found and found[0].fits(snapshot):
        fit = "nearly fit" if found[0].change else "are for"
        console.print(
            f"Columns of {found[0].day} {fit} this header: take them with --saved-columns."
        )
    return suggest_columns(sheet, snapshot)


def _fit(
    saved: Columns, sheet: Sheet, snapshot: Snapshot, how: Reading, console: Console
) -> Columns:
    change = saved.compare_header(sheet)
    told = f"The header of {sheet.name} is not the one that these columns were saved for: {change}"
    if change and how.carry_over:
        console.print(
            escape(f"{told}. What still fits is kept, the rest suggested."), soft_wrap=True
        )
        return suggest_columns(sheet, snapshot, earlier=saved)
    if find_lacking(saved, sheet):
        raise ColumnsError(
            f"{told}; add --carry-over to keep what still fits and have the rest suggested."
        )
    if change:
        hint = "From new columns nothing is taken without --carry-over."
        console.print(escape(f"{told}. {hint}"), soft_wrap=True)
    return saved
