"""The least XLSX, ODS and XLS workbooks: texts and numbers in one worksheet, written by hand and row by row.

A library would write what it reads; these know nothing of it, and have no limit of their own.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

Rows = Iterable[Iterable[object]]


class Formatted(NamedTuple):
    """A number with its format, and how it is shown."""

    value: float
    number_format: str
    shown: str


class Spanned(NamedTuple):
    """A text that is shown in so many rows, one cell in each; all but the first are blank."""

    text: str
    rows: int


_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def write_xlsx(folder: Path, rows: Rows, *, before: str = "", after: str = "") -> Path:
    """Write an XLSX workbook, its texts in the shared strings; `before` and `after` stand around its rows."""
    path = folder / "grades.xlsx"
    strings: dict[str, int] = {}
    formats: dict[str, int] = {}
    merged: list[str] = []

    def cell(place: tuple[int, int, object]) -> str:
        line, position, value = place
        if isinstance(value, Spanned):
            letter = "ABCDEFGH"[position]
            merged.append(f'<mergeCell ref="{letter}{line}:{letter}{line + value.rows - 1}"/>')
            value = value.text
        if isinstance(value, Formatted):
            style = formats.setdefault(value.number_format, len(formats) + 1)
            return f'<c s="{style}"><v>{value.value!r}</v></c>'
        if isinstance(value, float):
            return f"<c><v>{value:.17g}</v></c>"
        return f'<c t="s"><v>{strings.setdefault(str(value), len(strings))}</v></c>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types"/>')
        archive.writestr("_rels/.rels", _relate({"officeDocument": "xl/workbook.xml"}))
        parts = {
            "worksheet": "worksheets/sheet1.xml",
            "sharedStrings": "sharedStrings.xml",
            "styles": "styles.xml",
        }
        archive.writestr("xl/_rels/workbook.xml.rels", _relate(parts))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_SHEET}" xmlns:r="{_RELATIONS}"><sheets><sheet name="Grades" sheetId="1"'
            ' r:id="worksheet"/></sheets></workbook>',
        )
        with archive.open("xl/worksheets/sheet1.xml", "w") as out:
            out.write(f'<worksheet xmlns="{_SHEET}">{before}<sheetData>'.encode())
            for line, row in enumerate(rows, start=1):
                placed = ((line, position, value) for position, value in enumerate(row))
                out.write(f'<row r="{line}">{"".join(map(cell, placed))}</row>'.encode())
            several = f"<mergeCells>{''.join(merged)}</mergeCells>" if merged else ""
            out.write(f"{after}</sheetData>{several}</worksheet>".encode())
        with archive.open("xl/sharedStrings.xml", "w") as out:
            out.write(f'<sst xmlns="{_SHEET}">'.encode())
            out.writelines(
                f'<si><t xml:space="preserve">{escape(text)}</t></si>'.encode() for text in strings
            )
            out.write(b"</sst>")
        archive.writestr("xl/styles.xml", _style(formats))
    return path


def _relate(parts: dict[str, str]) -> str:
    body = "".join(
        f'<Relationship Id="{kind}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for kind, target in parts.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{body}</Relationships>'


def _style(formats: dict[str, int]) -> str:
    quoted = {
        escape(each, {'"': "&quot;"}): 200 + position for position, each in enumerate(formats)
    }
    own = "".join(
        f'<numFmt numFmtId="{known}" formatCode="{code}"/>' for code, known in quoted.items()
    )
    used = "".join(f'<xf numFmtId="{known}"/>' for known in (0, *quoted.values()))
    return f'<styleSheet xmlns="{_SHEET}"><numFmts>{own}</numFmts><cellXfs>{used}</cellXfs></styleSheet>'


def write_ods(folder: Path, rows: Rows, *, before: str = "", after: str = "") -> Path:
    """Write an OpenDocument spreadsheet; `before` and `after` stand around its rows."""

    def cell(value: object) -> str:
        span = ""
        if isinstance(value, Spanned):
            span = f' table:number-rows-spanned="{value.rows}" table:number-columns-spanned="1"'
            value = value.text
        shown, kind = value, "string"
        if isinstance(value, Formatted):
            shown = value.shown
            kind = "percentage" if "%" in value.number_format else "float"
            kind += f'" office:value="{value.value!r}'
        elif isinstance(value, float):
            kind = f'float" office:value="{value!r}'
        text = escape(str(shown)).replace("\n", "<text:line-break/>").replace("\t", "<text:tab/>")
        text = text.replace(" ", "<text:s/>") if "  " in text or text != text.strip() else text
        return f'<table:table-cell{span} office:value-type="{kind}"><text:p>{text}</text:p></table:table-cell>'

    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    path = folder / "grades.ods"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{manifest}"/>')
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        with archive.open("content.xml", "w") as out:
            out.write(
                f"<office:document-content {names}><office:body><office:spreadsheet>"
                f'<table:table table:name="Grades">{before}'.encode()
            )
            for row in rows:
                out.write(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>".encode())
            out.write(
                f"{after}</table:table></office:spreadsheet></office:body></office:document-content>".encode()
            )
    return path


def write_xls(folder: Path, rows: Rows) -> Path:
    """Write a BIFF8 workbook in a compound file of at most 7 MB."""
    formats: list[str] = []
    merged: list[bytes] = []
    cells = []
    for i, row in enumerate(rows):
        for k, value in enumerate(row):
            if isinstance(value, Spanned):
                merged.append(struct.pack("<HHHH", i, i + value.rows - 1, k, k))
            text = value.text if isinstance(value, Spanned) else value
            cells.append(_xls_cell(i, k, text, formats))
    body = b"".join(cells)
    if merged:
        body += _record(0xE5, struct.pack("<H", len(merged)) + b"".join(merged))
    own = [
        _record(0x41E, struct.pack("<HHB", 164 + k, len(code), 0) + code.encode("latin-1"))
        for k, code in enumerate(formats)
    ]
    styles = [
        _record(0xE0, struct.pack("<HHH14x", 0, known, 0))
        for known in (0, *range(164, 164 + len(formats)))
    ]
    end, name = _record(0x0A, b""), b"Grades"
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + b"".join(own + styles)
    offset = len(start) + 4 + 8 + len(name) + len(end)
    sheet = _record(0x85, struct.pack("<IHBB", offset, 0, len(name), 0) + name)
    first = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    path = folder / "grades.xls"
    path.write_bytes(_compound_file(start + sheet + end + first + body + end))
    return path


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _xls_cell(row: int, column: int, value: object, formats: list[str]) -> bytes:
    style = 0
    if isinstance(value, Formatted):
        if value.number_format not in formats:
            formats.append(value.number_format)
        style, value = formats.index(value.number_format) + 1, value.value
    place = struct.pack("<HHH", row, column, style)
    if isinstance(value, float) and value * 100 == int(value * 100) and abs(value) < 5e6:
        return _record(0x27E, place + struct.pack("<i", int(value * 100) << 2 | 3))
    if isinstance(value, int | float):
        return _record(0x203, place + struct.pack("<d", value))
    text = str(value)
    if text.isascii():
        return _record(0x204, place + struct.pack("<HB", len(text), 0) + text.encode())
    wide = text.encode("utf-16-le")
    return _record(0x204, place + struct.pack("<HB", len(wide) // 2, 1) + wide)


def _compound_file(stream: bytes) -> bytes:
    """Put a workbook's stream into the least compound file: header, allocation, folder, stream."""
    none, end, own = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    tables = next(k for k in range(1, 110) if k * 128 >= k + 1 + sectors)
    first = tables + 1
    chain = [*[own] * tables, end, *range(first + 1, first + sectors), end]
    fat = struct.pack(f"<{tables * 128}I", *chain, *[none] * (tables * 128 - len(chain)))

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        links = struct.pack("<HBBIII", len(text), kind, 1, none, none, child)
        return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", first, size)

    entries = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, none, first, len(stream))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables)
    header += struct.pack("<IIIIIII", tables, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", *range(tables), *[none] * (109 - tables))
    return header + fat + entries.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0")
