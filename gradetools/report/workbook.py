"""A table as an XLSX workbook in which every cell is text, and nothing can run.

Theory of operation. A spreadsheet program decides by a cell's type, not by its text: what is stored as a
string is never calculated, and never made a number (`00123` stays). It would be taken apart again when somebody
goes into the cell and leaves it; the number format `@` ("Text"), given to the columns too, keeps that from happening,
and `quotePrefix`, which is how Excel itself stores a `'` typed before a text, does so even after somebody changed the format. So
the text needs no `'` of its own. Source: ECMA-376, part 1, chapter 18. Written by hand, because openpyxl makes an object of each cell and
refuses control characters; the tests read it with openpyxl.
"""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO
from xml.sax.saxutils import escape

from gradetools.cells.limits import MOST_BYTES, MOST_COLUMNS, MOST_ROWS
from gradetools.report.parts import is_runnable
from gradetools.sheet import name_column

#: A spreadsheet program holds no more in a cell, and cuts what is longer.
MOST_CHARACTERS = 32_767
_MOST_TITLE = 31
_PIECE = 2_000  # rows
# Columns are so many characters wide at least and at most, as so many rows ask for.
_NARROW, _BROAD, _LOOKED_AT = 14, 60, 300

#: What XML has no room for, or would change, and what would be read as the escape of such a thing (ST_Xstring).
_ESCAPED = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x")
_NO_TITLE = re.compile(r"[\x00-\x1f\ud800-\udfff\ufffe\uffff\[\]:*?/\\]")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_XF = '<xf numFmtId="{format}" fontId="0" fillId="0" borderId="0"{more}/>'
_FIXED = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KINDS}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KINDS}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KINDS}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    # Style 1 is text (49 is the number of "@"), style 2 text with a quotation mark that is not part of it.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        f'<cellStyleXfs count="1">{_XF.format(format=0, more="")}</cellStyleXfs><cellXfs count="3">'
        + _XF.format(format=0, more=' xfId="0"')
        + _XF.format(format=49, more=' xfId="0" applyNumberFormat="1"')
        + _XF.format(format=49, more=' xfId="0" applyNumberFormat="1" quotePrefix="1"')
        + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}


def write_workbook(file: IO[bytes], rows: Iterable[Sequence[str]], *, title: str) -> None:
    """Write rows of text as the one worksheet of a workbook, each column as wide as its first rows ask for.

    Raises:
        OverflowError: it has more rows or columns, or a longer cell, than a spreadsheet program holds.
    """
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in _FIXED.items():
            archive.writestr(_part(name), _XML + text)
        archive.writestr(_part("xl/workbook.xml"), _XML + _book(title))
        with archive.open(_part("xl/worksheets/sheet1.xml"), "w") as part:
            _write_sheet(part, rows)


def _part(name: str) -> zipfile.ZipInfo:
    """Name a part of the archive, without the time of day: the same table gives the same bytes."""
    part = zipfile.ZipInfo(name)
    part.compress_type = zipfile.ZIP_DEFLATED
    return part


def _book(title: str) -> str:
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(_title(title), {chr(34): "&quot;"})}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _title(title: str) -> str:
    """Give a worksheet's name as XLSX allows it; ODS allows more."""
    return _NO_TITLE.sub("_", title)[:_MOST_TITLE].strip("' ") or "Grades"


def _write_sheet(part: IO[bytes], rows: Iterable[Sequence[str]]) -> None:
    rest = iter(rows)
    first = list(itertools.islice(rest, _LOOKED_AT))
    head = f'{_XML}<worksheet xmlns="{_MAIN}">{_columns(first)}<sheetData>'
    written = part.write(head.encode())
    pieces: list[str] = []
    for number, row in enumerate(itertools.chain(first, rest), 1):
        if number > MOST_ROWS:
            raise OverflowError(f"more than {MOST_ROWS:,} rows")
        pieces.append(_row(number, row))
        if len(pieces) == _PIECE:
            written += part.write("".join(pieces).encode())
            pieces.clear()
        if written > MOST_BYTES:
            raise OverflowError(f"more than {MOST_BYTES:,} bytes")
    # Ids are numbers stored as text, on purpose: no green corner says so in each.
    every = f"A1:XFD{MOST_ROWS}"
    told = f'<ignoredErrors><ignoredError sqref="{every}" numberStoredAsText="1"/></ignoredErrors>'
    part.write("".join([*pieces, "</sheetData>", told, "</worksheet>"]).encode())


def _columns(rows: Sequence[Sequence[str]]) -> str:
    """Give the columns their widths, and text as their form to every one that there could be: whoever types into an empty cell types text."""
    used = max(map(len, rows), default=0)
    texts = itertools.zip_longest(*rows, fillvalue="")
    widths = [min(max(_NARROW, *(len(text) + 2 for text in column)), _BROAD) for column in texts]
    columns = [
        f'<col min="{n}" max="{n}" width="{w}" customWidth="1" style="1"/>'
        for n, w in enumerate(widths[:MOST_COLUMNS], 1)
    ]
    if used < MOST_COLUMNS:
        columns.append(f'<col min="{used + 1}" max="{MOST_COLUMNS}" width="{_NARROW}" style="1"/>')
    return f"<cols>{''.join(columns)}</cols>"


def _row(number: int, row: Sequence[str]) -> str:
    if len(row) > MOST_COLUMNS:
        raise OverflowError(f"more than {MOST_COLUMNS:,} columns")
    # An empty cell is text by its column.
    cells = [
        f'<c r="{name_column(place)}{number}" {_cell(text)}</c>'
        for place, text in enumerate(row)
        if text
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(text: str) -> str:
    """Write a cell's text, from its style to before its end."""
    if (
        len(text) > MOST_CHARACTERS // 2
        and len(text.encode("utf-16-le", "surrogatepass")) > 2 * MOST_CHARACTERS
    ):
        raise OverflowError(f"a cell of more than {MOST_CHARACTERS:,} characters")
    style = 2 if is_runnable(text) else 1
    if _SPECIAL.search(text):
        text = _escape(text)
    return f's="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is>'


def _escape(text: str) -> str:
    """Give a text as XML, and what that has no room for by its number: a carriage return as `_x000D_`."""
    whole = text.encode("utf-8", "backslashreplace").decode()
    return escape(_ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", whole))
