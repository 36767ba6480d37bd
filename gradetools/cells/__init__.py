"""Any file into cells of text: CSV in any common dialect, one worksheet of a workbook, a OneRoster package.

Nothing is understood here and nothing is changed: a cell is the text that a spreadsheet program would
show, an empty cell is "", and every row keeps the number that such a program shows beside it. What had
to be guessed (encoding, delimiter, worksheet) is told in `Cells.detected` and can be given instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, TextIO

import pandas as pd

from gradetools.cells.delimited import DELIMITER_NAMES, read_delimited, read_text
from gradetools.cells.grid import Merged
from gradetools.cells.limits import MOST_BYTES, list_archive
from gradetools.cells.package import RESULTS, read_package
from gradetools.cells.shown import show_value
from gradetools.cells.workbook import read_workbook
from gradetools.errors import SheetError

__all__ = ["DELIMITER_NAMES", "Cells", "Merged", "make_frame", "read_cells"]

_FIRST = 1 << 12
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"  # how XLS begins, and a workbook that a password locks


@dataclass(frozen=True, eq=False)
class Cells:
    """Every cell of one table as text.

    Attributes:
        frame: columns 0 to n - 1, index "line": the row number that a spreadsheet program shows,
            from 1; a line break within quotes begins no new row. An empty cell is "".
        source: the file's name, without its folder.
        container: "csv", "xlsx", "xls", "ods", "oneroster", "text" or "frame".
        detected: "encoding" and "delimiter" of a text; "worksheet" of a workbook, and its "other worksheets" and what
            is "hidden" in it; "version", "mode" ("bulk", "delta") and what is "left out" of a OneRoster package.
        worksheets: the names of a workbook's worksheets, the hidden ones last.
        merged: the cells of a workbook that are shown as one; but the first, they are empty.
        widths: line to the number of cells that it has in a text whose rows are not of one width.
    """

    frame: pd.DataFrame
    source: str
    container: str
    detected: Mapping[str, str]
    worksheets: tuple[str, ...] = ()
    merged: tuple[Merged, ...] = ()
    widths: Mapping[int, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Say how much it holds, in one line."""
        rows, columns = self.frame.shape
        return f"<Cells of {self.source}: {rows} rows, {columns} columns>"

    def with_text(self, line: int, position: int, text: str) -> Cells:
        """Make the same cells with another text in one; a row whose last cell is emptied is shorter by that."""
        frame = self.frame.copy()
        frame.loc[line, position] = text
        shorter = not text and self.widths.get(line) == position + 1
        widths = {**self.widths, line: position} if shorter else self.widths
        return replace(self, frame=frame, widths=widths)


def read_cells(
    source: str | Path | TextIO | pd.DataFrame,
    *,
    worksheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Cells:
    """Read a file, a pasted text or a DataFrame as cells of text.

    Args:
        source: the path of a CSV, of an XLSX, XLS or ODS workbook, or of a OneRoster CSV package (zip or folder);
            or what was pasted, as a stream (`io.StringIO(text)`); or a DataFrame, whose index is left out.
        worksheet: which worksheet of a workbook; without it the first that holds anything.
        encoding: of a CSV; without it UTF-8 or UTF-16 where they fit, else Windows-1252.
        delimiter: of a text; without it the one of `, ; tab |` that makes the most even table.

    Raises:
        SheetError: there is no such file or worksheet, or it holds no table.
        MissingExtraError: for XLS, xlrd is not installed.
    """
    options = {"worksheet": worksheet, "encoding": encoding, "delimiter": delimiter}
    if isinstance(source, pd.DataFrame):
        _refuse(options, "A DataFrame")
        return Cells(_make_frame(_show_columns(source)), "DataFrame", "frame", {})
    if not isinstance(source, str | Path):
        _refuse(options, "A pasted text", but="delimiter")
        frame, detected, widths = read_text(source.read(), "The pasted text", delimiter)
        return Cells(frame, "pasted text", "text", detected, widths=widths)
    folder = _find_folder(source)
    name, content = (folder.name, b"") if folder else _read_bytes(source)
    container = "oneroster" if folder else _find_container(content, name)
    if container == "oneroster":
        _refuse(options, "A OneRoster package")
        frame, detected = read_package(folder or content, name)
        return Cells(frame, name, container, detected)
    if container:
        _refuse(options, f"{name} is a workbook and", but="worksheet")
        frame, detected, titles, merged = read_workbook(content, name, container, worksheet)
        return Cells(frame, name, container, detected, titles, merged)
    if worksheet is not None:
        raise SheetError(f"{name} is no workbook and has no worksheets: leave the worksheet out.")
    frame, detected, widths = read_delimited(content, name, encoding, delimiter)
    return Cells(frame, name, "csv", detected, widths=widths)


def make_frame(rows: Sequence[Sequence[str]]) -> pd.DataFrame:
    """Make the frame of `Cells` from rows of text; short rows are filled up with empty cells."""
    width = max(map(len, rows), default=0)
    return _make_frame([row[k] if k < len(row) else "" for row in rows] for k in range(width))


def _make_frame(columns: Iterable[list[str]]) -> pd.DataFrame:
    made = {k: pd.Series(texts, dtype="str") for k, texts in enumerate(columns)}
    height = len(made[0]) if made else 0
    frame = pd.DataFrame(made, copy=False)
    return frame.set_axis(pd.RangeIndex(1, height + 1, name="line"), axis="index")


def _refuse(options: Mapping[str, str | None], what: str, *, but: str = "") -> None:
    """Refuse an option that would have no effect."""
    for name, given in options.items():
        if given is not None and name != but:
            raise SheetError(f"{what} has no {name} to choose: leave the {name} out.")


def _show_columns(frame: pd.DataFrame) -> Iterator[list[str]]:
    """Give a DataFrame's columns as text, each below its name; what is missing is blank."""
    for name, series in frame.items():
        title = " ".join(filter(None, map(str, name))) if isinstance(name, tuple) else str(name)
        # A column of whole numbers with a gap is one of floats; they are shown without ".0" all the same.
        filled = series.notna()
        values = zip(series.astype(object), filled, strict=True)
        yield [title, *(show_value(value) if known else "" for value, known in values)]


def _find_folder(source: str | Path) -> Path | None:
    """Give the folder of a OneRoster package; None for what may be a file."""
    try:
        path = Path(source).expanduser()
        return path.resolve() if path.is_dir() and (path / RESULTS).is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None


def _find_container(content: bytes, name: str) -> str:
    """Say which workbook or package these bytes are, whatever the file is called; "" for neither."""
    if content.startswith(_COMPOUND_FILE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise SheetError(f"{name} is locked with a password: save it without one.")
        return "xls"
    files = list_archive(content, name)
    if any(PurePosixPath(file).name == RESULTS for file in files):
        return "oneroster"
    if "[Content_Types].xml" in files:
        return "xlsx"
    if "content.xml" in files:
        return "ods"
    if files and content.startswith(b"PK"):
        raise SheetError(
            f"{name} is an archive with neither a workbook nor a OneRoster {RESULTS} in it:"
            " unpack it and choose a file of it."
        )
    return ""


def _read_pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Read no more than little above the most: what is no file on a disk states no size and may never end."""
    read = 0
    while read <= MOST_BYTES and (piece := file.read(1 << 20)):
        read += len(piece)
        yield piece


def _read_bytes(source: str | Path) -> tuple[str, bytes]:
    try:
        path = Path(source).expanduser()
        with path.open("rb") as file:
            content = b"".join(_read_pieces(file))
    except FileNotFoundError:
        raise SheetError(f"There is no file {source}: check the path.") from None
    except IsADirectoryError:
        raise SheetError(f"{source} is a folder: name a file in it.") from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that is no path"
        raise SheetError(
            f"{source} cannot be opened ({reason}): check the path and its permissions."
        ) from None
    if len(content) > MOST_BYTES:
        raise SheetError(
            f"{path.name} has more than {MOST_BYTES:,} bytes, the most that is read: split it into several files."
        )
    if not content[:_FIRST].strip() and not content.strip():
        raise SheetError(f"{path.name} is empty: export the sheet again.")
    return path.name, content
