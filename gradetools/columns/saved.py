"""Columns on disk: small readable JSON files, found again by the header they were made for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gradetools.columns.headers import HeaderChange
from gradetools.columns.meanings import Columns
from gradetools.errors import ColumnsError
from gradetools.private import make_folder, replace_file
from gradetools.sheet import ColumnKey, Sheet
from gradetools.snapshot import Snapshot

#: So many texts of a column are shown, out of its first so many rows.
SAMPLES = 3
SAMPLE_ROWS = 100


@dataclass(frozen=True)
class SavedColumns:
    """Columns that were saved, and how well they fit a sheet.

    Attributes:
        columns: as they were saved.
        path: their file.
        saved_at: when, in UTC.
        change: how the sheet's header differs from theirs; false where it is the same.
    """

    columns: Columns
    path: Path
    saved_at: dt.datetime
    change: HeaderChange

    @property
    def day(self) -> str:
        """The day they were saved, here: `18 Sep 2026`."""
        day = self.saved_at.astimezone()
        return f"{day.day} {day:%b %Y}"

    @property
    def told(self) -> str:
        """Say who saved them, and when: `are kept from the push of 18 Sep 2026`, `were saved on 18 Sep 2026`."""
        return (
            f"{'are kept from the push of' if self.columns.kept_by else 'were saved on'} {self.day}"
        )

    def fits(self, snapshot: Snapshot) -> bool:
        """Whether every line item that they name is among those of a snapshot."""
        named = (
            sourced_id
            for each in self.columns.score_columns
            for sourced_id in (each.line_item, *each.line_items)
        )
        return set(named) - {""} <= set(snapshot.line_items["sourced_id"])


def write_columns(columns: Columns, path: str | Path) -> Path:
    """Save columns as a JSON file.

    Args:
        columns: what to save.
        path: the file; or a folder, in which it is called by the header's fingerprint.

    Returns:
        The file.

    Raises:
        ColumnsError: the file cannot be written.
    """
    target = Path(path).expanduser()
    if target.is_dir():
        target /= f"{columns.header_fingerprint}.json"
    try:
        # They may name students whom somebody picked by hand.
        replace_file(target, f"{columns.to_json()}\n")
    except OSError as error:
        raise ColumnsError(
            f"{path} cannot be written ({error.strerror}): name another file."
        ) from None
    return target


def keep_columns(columns: Columns, folder: Path, *, by: Literal["", "push"] = "") -> Path:
    """Keep columns under their header's fingerprint, in a folder that is made where it is not there.

    Args:
        columns: what to keep.
        folder: where.
        by: "push" where a push keeps them, and nobody asked for it.

    Returns:
        The file.

    Raises:
        ColumnsError: they cannot be written.
    """
    try:
        make_folder(folder)
    except OSError as error:
        raise ColumnsError(
            f"{folder} cannot be made ({error.strerror}); set GRADETOOLS_DATA_DIR."
        ) from None
    return write_columns(columns.model_copy(update={"kept_by": by}), folder)


def read_columns(path: str | Path, sheet: Sheet | None = None) -> Columns:
    """Read saved columns, for a sheet or as they are.

    With a sheet, they take samples from it, and every column of theirs must be in it. Where the header has changed,
    read them without it and give them to `suggest_columns` as `earlier`.

    Raises:
        ColumnsError: there is no such file, it is something else, or it names a column that the sheet lacks.
    """
    columns = Columns.from_json(_read_text(path))
    if sheet is None:
        return columns
    if find_lacking(columns, sheet):
        raise ColumnsError(
            f"{path} was saved for another header than that of {sheet.name}: {columns.compare_header(sheet)}; "
            "carry over what still fits with suggest_columns(…, earlier=…)."
        )
    meanings = tuple(
        meaning.model_copy(update={"samples": take_samples(sheet, meaning.column)})
        for meaning in columns.meanings
        if meaning.column in sheet.header
    )
    return columns.model_copy(update={"meanings": meanings})


def find_lacking(columns: Columns, sheet: Sheet) -> tuple[ColumnKey, ...]:
    """Find the columns that something is taken from and that a sheet lacks, or has more or fewer of."""
    doubtful = columns.compare_header(sheet).recounted
    return tuple(
        each.column
        for each in columns.meanings
        if each.means != "ignored"
        and (each.column not in sheet.header or each.column.name in doubtful)
    )


def list_columns(sheet: Sheet, folder: str | Path) -> tuple[SavedColumns, ...]:
    """List the saved columns of a folder that fit a sheet: of the same header, then those that know most of it, the latest first.

    Columns fit when they are of the same export and know at least half of the sheet's columns.

    Args:
        sheet: the sheet.
        folder: of JSON files; what is no saved columns is passed over, and so is a folder that is not there.
    """
    found: list[tuple[float, SavedColumns]] = []
    for path in sorted(Path(folder).expanduser().glob("*.json")):
        try:
            columns = Columns.from_json(_read_text(path))
            saved_at = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
        except (ColumnsError, OSError):
            continue
        change = columns.compare_header(sheet)
        share = _share_known(columns, sheet) if change else 1.0
        if share >= 1 / 2:
            found.append((share, SavedColumns(columns, path, saved_at, change)))
    found.sort(key=lambda each: (not each[1].change, each[0], each[1].saved_at), reverse=True)
    return tuple(saved for _, saved in found)


def _share_known(columns: Columns, sheet: Sheet) -> float:
    known = {meaning.column for meaning in columns.meanings}
    same = columns.format == sheet.format
    return same * sum(key in known for key in sheet.header) / len(sheet.header)


def _read_text(path: str | Path) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ColumnsError(
            f"There is no file {path}: check the path, or leave it out for a suggestion."
        ) from None
    except UnicodeDecodeError:
        raise ColumnsError(f"{path} is no text: name a file of saved columns.") from None
    except OSError as error:
        raise ColumnsError(
            f"{path} cannot be read ({error.strerror}): name a file of saved columns."
        ) from None


def take_samples(sheet: Sheet, column: ColumnKey) -> tuple[str, ...]:
    """Give the first few distinct texts of a column's student rows."""
    texts = sheet.column(column)[(sheet.roles == "student").to_numpy()].head(SAMPLE_ROWS)
    return tuple([text for text in texts.unique() if text][:SAMPLES])
