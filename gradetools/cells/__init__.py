"""Any file into cells of text: CSV in any common dialect, one worksheet of a workbook, a OneRoster package.

Nothing is understood here and nothing is changed: a cell is the text that a spreadsheet program would
show, an empty cell is "", and every row keeps the number that such a program shows beside it. What had
to be guessed (encoding, delimiter, worksheet) is told in `Cells.detected` and can be given instead.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pandas as pd

from gradetools.cells.delimited import read_delimited, read_text
from gradetools.cells.limits import list_archive
from gradetools.cells.package import holds_package, read_package
from gradetools.cells.shown import show_value
from gradetools.cells.workbook import read_workbook
from gradetools.errors import SheetError

__all__ = ["Cells", "make_frame", "read_cells"]

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"  # how XLS begins, and a workbook that a password locks


@dataclass(frozen=True, eq=False)
class Cells:
    """Every cell of one table as text.

    Attributes:
        frame: columns 0 to n - 1, index "line": the row number that a spreadsheet program shows,
            from 1; a line break within quotes begins no new row. An empty cell is "".
        source: the file's name, without its folder.
        container: "csv", "xlsx", "xls", "ods", "oneroster", "text" or "frame".
        detected: "encoding" and "delimiter" of a text, "worksheet" of a workbook, "version" and "mode"
            ("bulk", "delta") of a OneRoster package.
    """

    frame: pd.DataFrame
    source: str
    container: str
    detected: Mapping[str, str]

    def __repr__(self) -> str:
        """Say how much it holds, in one line."""
        rows, columns = self.frame.shape
        return f"<Cells of {self.source}: {rows} rows, {columns} columns>"


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
        MissingExtraError: for XLS and ODS, python-calamine is not installed.
    """
    options = {"worksheet": worksheet, "encoding": encoding, "delimiter": delimiter}
    if isinstance(source, pd.DataFrame):
        _refuse(options, "A DataFrame")
        return Cells(make_frame(_show_frame(source)), "DataFrame", "frame", {})
    if not isinstance(source, str | Path):
        _refuse(options, "A pasted text", but="delimiter")
        frame, detected = read_text(source.read(), "The pasted text", delimiter)
        return Cells(frame, "pasted text", "text", detected)
    if holds_package(source):
        _refuse(options, "A OneRoster package")
        rows, detected = read_package(Path(source).expanduser())
        return Cells(make_frame(rows), Path(source).name, "oneroster", detected)
    name, content = _read_bytes(source)
    if container := _find_workbook(content, name):
        _refuse(options, f"{name} is a workbook and", but="worksheet")
        worksheet, rows = read_workbook(content, name, container, worksheet)
        return Cells(make_frame(rows), name, container, {"worksheet": worksheet})
    if worksheet is not None:
        raise SheetError(f"{name} is no workbook and has no worksheets: leave the worksheet out.")
    frame, detected = read_delimited(content, name, encoding, delimiter)
    return Cells(frame, name, "csv", detected)


def make_frame(rows: Sequence[Sequence[str]], *, first_line: int = 1) -> pd.DataFrame:
    """Make the frame of `Cells` from rows of text; short rows are filled up with empty cells."""
    lines = pd.RangeIndex(first_line, first_line + len(rows), name="line")
    columns = enumerate(itertools.zip_longest(*rows, fillvalue=""))
    return pd.DataFrame(
        {k: pd.Series(v, index=lines, dtype="str") for k, v in columns}, index=lines
    )


def _refuse(options: Mapping[str, str | None], what: str, *, but: str = "") -> None:
    """Refuse an option that would have no effect."""
    for name, given in options.items():
        if given is not None and name != but:
            raise SheetError(f"{what} has no {name} to choose: leave the {name} out.")


def _show_frame(frame: pd.DataFrame) -> list[list[str]]:
    """Give a DataFrame's header and rows as text; what is missing is blank."""
    # A column of whole numbers with a gap is one of floats; they are shown without ".0" all the same.
    columns = [
        [show_value(value) for value in series.astype(object).where(series.notna(), None)]
        for _, series in frame.items()
    ]
    return [[str(name) for name in frame.columns], *map(list, zip(*columns, strict=True))]


def _find_workbook(content: bytes, name: str) -> str:
    """Say what kind of workbook these bytes are; "" for none."""
    if content.startswith(_COMPOUND_FILE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise SheetError(f"{name} is locked with a password: save it without one.")
        return "xls"
    files = list_archive(content, name)
    if "[Content_Types].xml" in files:
        return "xlsx"
    return "ods" if "content.xml" in files else ""


def _read_bytes(source: str | Path) -> tuple[str, bytes]:
    try:
        path = Path(source).expanduser()
        content = path.read_bytes()
    except FileNotFoundError:
        raise SheetError(f"There is no file {source}: check the path.") from None
    except IsADirectoryError:
        raise SheetError(f"{source} is a folder: name a file in it.") from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that is no path"
        raise SheetError(
            f"{source} cannot be opened ({reason}): check the path and its permissions."
        ) from None
    if not content.strip():
        raise SheetError(f"{path.name} is empty: export the sheet again.")
    return path.name, content
