"""A file into cells of text: CSV in any common dialect, or one worksheet of an XLSX workbook.

Nothing is understood here and nothing is changed: a cell is the text that a spreadsheet program would
show, an empty cell is "", and every row keeps the number that such a program shows beside it. What had
to be guessed (encoding, delimiter, worksheet) is told in `Cells.detected` and can be given instead.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gradetools.cells.delimited import read_delimited
from gradetools.cells.workbook import is_workbook, read_workbook
from gradetools.errors import SheetError

__all__ = ["Cells", "make_frame", "read_cells"]


@dataclass(frozen=True, eq=False)
class Cells:
    """Every cell of one table as text.

    Attributes:
        frame: columns 0 to n - 1, index "line": the row number that a spreadsheet program shows,
            from 1; a line break within quotes begins no new row. An empty cell is "".
        source: the file's name, without its folder.
        container: "csv" or "xlsx".
        detected: "encoding" and "delimiter" of a CSV, "worksheet" of a workbook.
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
    source: str | Path,
    *,
    worksheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Cells:
    """Read a CSV file or one worksheet of an XLSX workbook as text.

    Args:
        source: the path of the file.
        worksheet: which worksheet of a workbook; without it the first that holds anything.
        encoding: of a CSV; without it UTF-8 or UTF-16 where they fit, else Windows-1252.
        delimiter: of a CSV; without it the one of `, ; tab |` that makes the most even table.

    Raises:
        SheetError: there is no such file or worksheet, or the file holds no table.
    """
    name, content = _read_bytes(source)
    if is_workbook(content):
        worksheet, rows = read_workbook(content, name, worksheet)
        return Cells(make_frame(rows), name, "xlsx", {"worksheet": worksheet})
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
