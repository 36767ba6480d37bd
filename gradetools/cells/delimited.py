"""Bytes into a table of text: which encoding, which delimiter, where each row ends."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator

import pandas as pd

from gradetools.cells.limits import refuse_vast
from gradetools.errors import SheetError

DELIMITERS = (",", ";", "\t", "|")
#: The delimiters of sheets, and their names.
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
#: How much of a text is looked at to find its delimiter.
SAMPLE_CHARACTERS = 65_536
SAMPLE_ROWS = 200

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TABLES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x1f\x8b", "a compressed file"),
    (b"PK\x03\x04", "a damaged workbook or archive"),
    (b"{\\rtf", "a text document"),
)
#: A line with its end.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+")
#: In what is meant to be text, these betray an image, a program, a workbook of another kind.
_NO_TEXT = "\x00\x01\x02\x03\x04\x1b"


def read_delimited(
    content: bytes, name: str, encoding: str | None, delimiter: str | None
) -> tuple[pd.DataFrame, dict[str, str], dict[int, int]]:
    """Read the table of a CSV file; say which encoding and delimiter it was read with, and the widths as `read_text`.

    Raises:
        SheetError: the bytes are no text, or the text is no table.
    """
    if encoding is None and delimiter is None:
        _refuse_what_is_no_table(content, name)
    text, encoding = _decode(content, name, encoding)
    frame, detected, widths = read_text(text, name, delimiter)
    return frame, {"encoding": encoding, **detected}, widths


def read_text(
    text: str, name: str, delimiter: str | None
) -> tuple[pd.DataFrame, dict[str, str], dict[int, int]]:
    """Read the table of a text; say which delimiter it was read with, and how many cells each line has where that differs.

    Raises:
        SheetError: the text is no table.
    """
    text = text.lstrip("\ufeff")
    if text.isspace() or not text:
        raise SheetError(f"{name} is empty: export the sheet again.")
    if delimiter is None:
        delimiter = find_delimiter(text, name)
    elif len(delimiter) != 1 or delimiter in '\r\n"\x00 ':
        raise SheetError(f"{delimiter!r} is no delimiter: name one character, such as ',' or ';'.")
    text = _mend_header(text, delimiter)
    frame = _parse(text, delimiter, name)
    return frame, {"delimiter": delimiter}, _find_widths(text, delimiter, frame)


def _find_widths(text: str, delimiter: str, frame: pd.DataFrame) -> dict[int, int]:
    """Give each line's number of cells; nothing where the first rows are as wide as any, for then none is wider than the header."""
    if all(len(row) == frame.shape[1] for row in _first_rows(text, delimiter)):
        return {}
    widths = {line: len(row) for line, row in enumerate(_rows(text, delimiter), start=1)}
    return widths if len(widths) == len(frame) else {}


def _mend_header(text: str, delimiter: str) -> str:
    """Take off the blanks that Moodle writes before a quoted title, where a delimiter in it would part it in two.

    By the letter of CSV such quotes mean nothing; in the first line they can mean nothing else.
    """
    end = re.search(r"[\r\n]|$", text)
    line = text[: end.start()] if end else text
    sign = re.escape(delimiter)
    quoted = rf'(?<={sign})[ ]+("[^"]*{sign}[^"]*")(?=[ ]*(?:{sign}|$))'
    return re.sub(quoted, r"\1", line) + text[len(line) :] if f'{delimiter} "' in line else text


def find_delimiter(text: str, name: str) -> str:
    """Take the delimiter under which most rows have the same number of cells, and the more cells the better.

    Raises:
        SheetError: under none of them are most rows wider than one cell.
    """
    found = [(*_evenness(text, delimiter), delimiter) for delimiter in DELIMITERS]
    share, _, best = max(found, key=lambda each: each[:2])
    if share:
        return best
    raise SheetError(
        f"{name} is no table: a grade sheet has at least two columns, parted by comma, semicolon, tab or bar;"
        " save it as CSV or XLSX, or name the delimiter."
    )


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    """Give the share of rows that have the commonest width above one, and that width."""
    rows = itertools.islice(_rows(text[:SAMPLE_CHARACTERS], delimiter), SAMPLE_ROWS)
    widths = [len(row) for row in rows if any(row)]
    if not any(width > 1 for width in widths):
        return 0.0, 0
    width, count = Counter(width for width in widths if width > 1).most_common(1)[0]
    # A somewhat ragged table is still a table, but prose with a comma here and there is none.
    return (count / len(widths), width) if count * 2 >= len(widths) else (0.0, 0)


def _refuse_what_is_no_table(content: bytes, name: str) -> None:
    what = next((what for magic, what in _NO_TABLES if content.startswith(magic)), "")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        what = "a web page or XML"
    if what:
        raise SheetError(f"{name} is {what}, not a table: save the sheet as CSV or XLSX.")


def _decode(content: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    marked = next((known for mark, known in _BYTE_ORDER_MARKS if content.startswith(mark)), None)
    marked = marked or _guess_wide(content)
    for candidate in filter(
        None, (encoding or marked, *(() if encoding or marked else ("utf-8", "cp1252")))
    ):
        try:
            text = content.decode(candidate)
            if candidate != "utf-8":
                text.encode()  # what some encodings give is no text that could be written anywhere
        except LookupError:
            raise SheetError(
                f"There is no encoding {candidate!r}: try utf-8, utf-16 or cp1252."
            ) from None
        except UnicodeError as error:
            if not encoding and candidate == "utf-8" and _is_cut_off(content, error):
                raise SheetError(
                    f"{name} ends in the middle of a character, for it is cut off: export it again."
                ) from None
            continue
        if "\x00" not in text and not any(map(text[:SAMPLE_CHARACTERS].__contains__, _NO_TEXT)):
            return text, candidate
    if encoding:
        raise SheetError(
            f"{name} is no text in {encoding}: leave the encoding out or name another."
        )
    raise SheetError(f"{name} is neither text nor a workbook: save the sheet as CSV or XLSX.")


def _guess_wide(content: bytes) -> str | None:
    """Know UTF-16 without a mark: delimiters, digits and line ends have a zero as every other byte."""
    sample = content[:SAMPLE_CHARACTERS]
    low, high = sample[::2].count(0), sample[1::2].count(0)
    if not low + high or len(content) % 2:
        return None
    if high * 20 > len(sample) and not low:
        return "utf-16-le"
    return "utf-16-be" if low * 20 > len(sample) and not high else None


def _is_cut_off(content: bytes, error: UnicodeError) -> bool:
    """Say whether a text is UTF-8 throughout, accents and all, but for its last character."""
    return (
        isinstance(error, UnicodeDecodeError)
        and error.reason == "unexpected end of data"
        and not content[: error.start].isascii()
    )


def _parse(text: str, delimiter: str, name: str) -> pd.DataFrame:
    """Read the rows as the csv module would, by pandas' parser, which needs a third of the time and memory.

    The two agree on an even table; a ragged one is made even for pandas, which refuses it.
    """
    csv.field_size_limit(max(len(text), csv.field_size_limit()))
    rows = max(text.count("\n"), text.count("\r"))
    width = max(map(len, _first_rows(text, delimiter)))
    refuse_vast(name, rows, width)
    try:
        return _read_frame(text, delimiter, width)
    except pd.errors.ParserError:  # a row further down is wider, or a quote stays open
        width = _measure(text, delimiter, name)
        refuse_vast(name, rows, width)
        return _read_frame(_fill(text, delimiter, width), delimiter, width)


def _read_frame(text: str, delimiter: str, width: int) -> pd.DataFrame:
    frame = pd.read_csv(
        io.BytesIO(text.encode()),
        sep=delimiter,
        header=None,
        names=range(width),
        dtype="str",
        na_filter=False,
        skip_blank_lines=False,
        low_memory=True,  # piece by piece, which is also the quicker way
        encoding="utf-8",
    )
    return frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="line"), axis="index")


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    """Give the first rows; a text of many megabytes is not copied for them."""
    lines = (line[0] for line in _LINE.finditer(text))
    return list(itertools.islice(csv.reader(lines, delimiter=delimiter), SAMPLE_ROWS))


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _measure(text: str, delimiter: str, name: str) -> int:
    """Give the width of the widest row.

    Raises:
        SheetError: a quote is opened and never closed.
    """
    # Within an open quote this last row would be swallowed like all before it; that is how it shows.
    lines = itertools.chain(io.StringIO(text, newline=""), ['"\x00"'])
    widths, row = [], [""]
    for row in csv.reader(lines, delimiter=delimiter):
        widths.append(len(row))
    if row != ["\x00"]:
        raise SheetError(
            f"Line {len(widths)} of {name} opens a quote that is never closed: close it, or export the file"
            " again, for it may be cut off."
        )
    return max(widths)


def _fill(text: str, delimiter: str, width: int) -> str:
    """Write the same table with every row as wide as the widest."""
    out = io.StringIO(newline="")
    # Both characters in the line's end make the writer quote both where they stand in a cell.
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows(row + [""] * (width - len(row)) for row in _rows(text, delimiter))
    return out.getvalue()
