"""How large a table may be: nothing that is read may fill the memory or take for ever."""

from __future__ import annotations

import io
import zipfile

from gradetools.errors import SheetError

#: Spreadsheet programs allow so many rows and columns; and so many cells are a million rows of sixty.
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_CELLS = 60_000_000
#: So much text is a thousand characters in each of a million cells.
MOST_CHARACTERS = 2**30
#: An archive may unpack to so many bytes; beyond the harmless ones also to so many times its own size.
MOST_BYTES = 2**30
HARMLESS_BYTES = 50 * 2**20
MOST_RATIO = 200


def refuse_vast(name: str, rows: int, width: int) -> None:
    """Refuse a table that is mostly filling, because one row of it is very long.

    Raises:
        SheetError: it has more cells than any grade sheet.
    """
    if width > MOST_COLUMNS or width * rows > MOST_CELLS:
        raise SheetError(
            f"{name} has a row of {width:,} cells, more than a sheet of {rows:,} rows can have:"
            " look for a delimiter or a cell in the wrong place."
        )


def list_archive(content: bytes, name: str) -> list[str]:
    """Name the files in a zip archive, none where it is no archive, before any of them is unpacked.

    Sizes are those that the archive states; Python unpacks no more than those.

    Raises:
        SheetError: it would unpack to far more than its own size.
    """
    if not content.startswith(b"PK"):
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []
    size = sum(file.file_size for file in files)
    if size > MOST_BYTES or (size > HARMLESS_BYTES and size > MOST_RATIO * len(content)):
        raise SheetError(
            f"{name} would unpack from {len(content):,} to {size:,} bytes, which no grade sheet does:"
            " do not open it, and ask where it comes from."
        )
    return [file.filename for file in files]
