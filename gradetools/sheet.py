"""A file understood as a grade sheet: every cell as found, what each row is, which export it came from."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Self, TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.cells import DELIMITER_NAMES, Cells, make_frame, read_cells
from gradetools.errors import ColumnsError, SheetError
from gradetools.formats import describe, recognise
from gradetools.formats.recognition import (
    OWN_COLUMN,
    ColumnDescription,
    Description,
    Recognition,
    column_names,
    is_receipt,
    unquote_text,
    unwrap_text,
)
from gradetools.formats.words import call_rows, find_outer_rows
from gradetools.showing import MOST_COLUMNS, MOST_ROWS, Showing, Shown

#: Of a workbook without a grade sheet so many worksheets are told why they are none.
_MOST_REASONS = 3
_NUMBERED = re.compile(r"(?P<name>.*) #(?P<occurrence>[1-9][0-9]*)", re.DOTALL)


class ColumnKey(NamedTuple):
    """A column's address: its header, and which of several columns with that header it is, from 1."""

    name: str
    occurrence: int = 1

    def __str__(self) -> str:
        """Write `Quiz 1`, or `Quiz 1 #2` for the second of that name."""
        if self.occurrence == 1 and not _NUMBERED.fullmatch(self.name):
            return self.name
        return f"{self.name} #{self.occurrence}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` writes."""
        found = _NUMBERED.fullmatch(text)
        return cls(found["name"], int(found["occurrence"])) if found else cls(text)


@dataclass(frozen=True, eq=False, repr=False)
class Sheet(Shown):
    """The file as found: every cell's text, what was detected, and the role of each row.

    To change a sheet is to make another (`with_cell`).

    Attributes:
        cells: every cell of the file, the rows above the header too.
        recognition: which export it is, and what its rows are.
        description: what the export says that each column means.
    """

    cells: Cells
    recognition: Recognition
    description: Description

    @property
    def name(self) -> str:
        """The file's name."""
        return self.cells.source

    @property
    def format(self) -> str:
        """The export's name, as in `gradetools.formats`."""
        return self.recognition.format

    @property
    def reason(self) -> str:
        """Why it was taken for that export, as words for the analyst."""
        return self.recognition.reason

    @property
    def detected(self) -> Mapping[str, str]:
        """What was detected or given: encoding and delimiter, or worksheet; and the header's row if it is not the first."""
        line = self.recognition.header_line
        row = {"header row": str(line)} if line > 1 else {}
        return {**self.cells.detected, **row}

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Every row below the header as text; columns are the header's texts as found, index "line"."""
        top = self.recognition.header_line
        below = self.cells.frame.loc[top + 1 :]
        return below.set_axis(list(self.cells.frame.loc[top]), axis="columns")

    @property
    def preamble(self) -> pd.DataFrame:
        """The rows above the header as text; columns 0 to n - 1, index "line"."""
        return self.cells.frame.loc[: self.recognition.header_line - 1]

    @cached_property
    def header(self) -> tuple[ColumnKey, ...]:
        """The columns' addresses, in order; one without a name is called by what groups it, or its letter."""
        seen: Counter[str] = Counter()
        keys = []
        texts = column_names(self.cells, self.recognition.header_line)
        receipt = is_receipt(texts)
        for position, text in enumerate(texts):
            name = unquote_text(text, receipt=receipt) or f"(column {name_column(position)})"
            seen[name] += 1
            keys.append(ColumnKey(name, seen[name]))
        return tuple(keys)

    @cached_property
    def roles(self) -> pd.Series:
        """The role of each row of `frame`, as in `formats.recognition.ROLES`."""
        known = self.recognition.roles
        lines = self.frame.index
        return pd.Series([known.get(line, "student") for line in lines], index=lines, dtype="str")

    @property
    def student_rows(self) -> pd.DataFrame:
        """The rows of `frame` that hold a student."""
        return self.frame[(self.roles == "student").to_numpy()]

    @property
    def summaries(self) -> dict[int, str]:
        """The rows of averages and the like, which are no students: line to what they are called."""
        lines = [line for line, role in self.recognition.roles.items() if role == "summary"]
        return call_rows(self.cells, lines, self.description)

    @cached_property
    def maxima(self) -> dict[ColumnKey, str]:
        """The highest possible scores that the sheet states, as text."""
        return {self.header[position]: text for position, text in self.recognition.maxima.items()}

    @cached_property
    def fingerprint(self) -> str:
        """A short name of the header's shape, under which its columns are found again."""
        names = [list(key) for key in self.header if not key.name.startswith(OWN_COLUMN)]
        return hashlib.sha256(json.dumps([self.format, names]).encode()).hexdigest()[:16]

    @cached_property
    def content_fingerprint(self) -> str:
        """The SHA-256 of every cell, in hexadecimal."""
        digest = hashlib.sha256()
        for position in self.cells.frame.columns:
            digest.update(json.dumps(self.cells.frame[position].tolist()).encode())
        return digest.hexdigest()

    def key(self, column: ColumnKey | str) -> ColumnKey:
        """Find a column's address, given as such or as text (`Quiz 1`, `Quiz 1 #2`).

        Raises:
            ColumnsError: there is no such column; the message names those there are.
        """
        key = ColumnKey.parse(column) if isinstance(column, str) else ColumnKey(*column)
        if key in self.header:
            return key
        there_are = ", ".join(repr(str(each)) for each in self.header)
        raise ColumnsError(
            f"{self.name} has no column {str(key)!r}; it has {there_are}: name one of these."
        )

    def position(self, column: ColumnKey | str) -> int:
        """Find a column's position, from 0. Raises `ColumnsError` as `key` does."""
        return self.header.index(self.key(column))

    def column(self, column: ColumnKey | str) -> pd.Series:
        """Give a column's texts as they are meant, index "line".

        Blanks at both ends are taken off, `="00123"` is unwrapped, and so is the `'` that a receipt puts
        before what a spreadsheet program would run as a formula, and what the export itself puts before ids.
        """
        codes, texts = self.distinct(column)
        meant = pd.array(texts, dtype="str").take(codes)
        return pd.Series(meant, index=self.frame.index, name=str(self.key(column)), copy=False)

    def distinct(
        self, column: ColumnKey | str, rows: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
        """Give a column's distinct texts as they are meant, and for each row which of them stands there.

        A column of scores has few distinct texts: who reads these has read the column. Cells that are
        written differently and mean the same (`5`, ` 5`) may give the same text twice.

        Args:
            column: the column.
            rows: for each row of `frame` whether it counts; without it all do.

        Returns:
            For each row that counts the number of its text; and the texts.
        """
        position = self.position(column)
        found = self.frame.iloc[:, position].to_numpy(dtype=object)
        codes, texts = pd.factorize(found if rows is None else found[rows])
        return codes, self.unwrap(texts, self.prefix(column))

    def prefix(self, column: ColumnKey | str) -> str:
        """Give what the export itself puts before each text of a column, "" for nothing."""
        return self.description.columns[self.position(column)].prefix

    def unwrap(self, texts: Iterable[str], prefix: str) -> NDArray[np.object_]:
        """Give texts of cells as they are meant; see `column`."""
        stripped = [text.strip() for text in texts]
        # Few cells begin so, and it is soon seen; a million calls are not soon made.
        meant = [
            unwrap_text(text, receipt=self._is_receipt) if text[:1] in ("=", "'") else text
            for text in stripped
        ]
        if prefix:
            meant = [text.removeprefix(prefix) for text in meant]
        return np.array(meant, dtype=object)

    @cached_property
    def _is_receipt(self) -> bool:
        return is_receipt(key.name for key in self.header)

    def with_cell(self, line: int, column: ColumnKey | str, value: str) -> Sheet:
        """Make the same sheet with another text in one cell.

        Raises:
            SheetError: there is no such line below the header.
            ColumnsError: there is no such column.
        """
        position = self.position(column)
        if line not in self.frame.index:
            top = self.recognition.header_line
            first, last = top + 1, top + len(self.frame)
            raise SheetError(f"{self.name} has no line {line}: name one from {first} to {last}.")
        changed = replace(self, cells=self.cells.with_text(line, position, value))
        # A row of averages, or of titles, that is given an id is a student's.
        told = self.roles[line] in ("summary", "header")
        return _set_summaries_apart(changed) if told else changed

    def without_texts(self, columns: Iterable[ColumnKey | str]) -> Sheet:
        """Make the same sheet with some columns blank in every student row.

        Raises:
            ColumnsError: there is no such column.
        """
        students = self.frame.index[(self.roles == "student").to_numpy()]
        frame = self.cells.frame.copy()
        for column in columns:
            frame.loc[students, self.position(column)] = ""
        return replace(self, cells=replace(self.cells, frame=frame))

    def to_dict(self) -> dict[str, Any]:
        """Give the sheet as plain JSON data."""
        return {
            "source": self.cells.source,
            "container": self.cells.container,
            "detected": dict(self.cells.detected),
            "rows": self.cells.frame.to_numpy(dtype=object).tolist(),
            "recognition": {
                **asdict(self.recognition),
                "roles": {str(line): role for line, role in self.recognition.roles.items()},
                "maxima": {
                    str(position): text for position, text in self.recognition.maxima.items()
                },
            },
            "description": asdict(self.description),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the sheet again from what `to_dict` gave."""
        known = data["recognition"]
        recognition = Recognition(
            **{
                **known,
                "roles": {int(line): role for line, role in known["roles"].items()},
                "maxima": {int(position): text for position, text in known["maxima"].items()},
            }
        )
        columns = tuple(
            ColumnDescription(**{**column, "keys": tuple(column["keys"])})
            for column in data["description"]["columns"]
        )
        cells = Cells(
            make_frame(data["rows"]), data["source"], data["container"], dict(data["detected"])
        )
        return cls(cells, recognition, Description(columns, data["description"]["tokens"]))

    def _show(self) -> Showing:
        below = len(self.frame)
        known = (role for line, role in self.recognition.roles.items() if self._is_below(line))
        students = below - sum(role != "student" for role in known)
        first = self.frame.head(MOST_ROWS)
        roles = [self.recognition.roles.get(line, "student") for line in first.index]
        # A row that holds no student says what it is instead.
        rows = [
            (line, "" if role == "student" else role.replace("_", " "), *cells[: MOST_COLUMNS - 2])
            for line, role, cells in zip(
                first.index, roles, first.to_numpy(dtype=object).tolist(), strict=True
            )
        ]
        detected = (f"{k} {DELIMITER_NAMES.get(v, v)}" for k, v in self.detected.items())
        return Showing(
            f"<Sheet {self.name}: {self.format}, {students} student rows, {len(self.header)} columns>",
            [
                ("why", self.reason),
                ("detected", ", ".join(detected)),
            ],
            ("line", "row", *map(str, self.header)),
            rows,
            below,
        )

    def _is_below(self, line: int) -> bool:
        header = self.recognition.header_line
        return header < line <= header + len(self.frame)


@lru_cache(maxsize=1_000)
def name_column(position: int) -> str:
    """Give the letters by which a spreadsheet program calls a column; positions count from 0."""
    before, last = divmod(position, 26)
    return (name_column(before - 1) if before else "") + chr(ord("A") + last)


def read_sheet(
    source: str | Path | TextIO | pd.DataFrame,
    *,
    worksheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
    format: str | None = None,  # noqa: A002 - the word under which people look for it
) -> Sheet:
    """Read a grade sheet and recognise which export it is.

    Args:
        source: the path of a CSV, of an XLSX, XLS or ODS workbook, or of a OneRoster CSV package (zip or folder);
            or what was pasted, as a stream (`io.StringIO(text)`); or a DataFrame, whose index is left out.
        worksheet: which worksheet of a workbook; without it the one that holds students and scores, the first of several.
        encoding: of a CSV; without it it is detected.
        delimiter: of a text; without it it is detected.
        header_row: the line of the header, from 1; without it it is found among the first lines.
        format: the export's name, as in `gradetools.formats.list_formats()`; without it it is recognised.

    Raises:
        SheetError: there is no such file, or it holds no grade sheet.
        MissingExtraError: for XLS, xlrd is not installed.
    """
    cells = read_cells(source, worksheet=worksheet, encoding=encoding, delimiter=delimiter)
    options = {"format_name": format, "header_row": header_row}
    if not cells.worksheets:
        return _understand(cells, **options)
    return _choose_worksheet(source, cells, worksheet is not None, options)


def _understand(cells: Cells, **options: Any) -> Sheet:  # noqa: ANN401 - the options of `recognise`
    recognition = recognise(cells, **options)
    sheet = _set_summaries_apart(Sheet(cells, recognition, describe(cells, recognition)))
    if not len(sheet.frame):
        raise SheetError(f"{sheet.name} has a header and no rows below it: export the sheet again.")
    return sheet


def _set_summaries_apart(sheet: Sheet) -> Sheet:
    """Make the same sheet with its rows of averages, and of further titles, known as such."""
    found = find_outer_rows(sheet.cells, sheet.recognition, sheet.description)
    return replace(sheet, recognition=replace(sheet.recognition, roles=found))


def _choose_worksheet(source: Any, first: Cells, named: bool, options: Mapping[str, Any]) -> Sheet:  # noqa: ANN401, FBT001 - of `read_sheet`
    """Take the worksheet that looks most like one of grades, the first of several; or the one named."""
    looked_at = first.detected["worksheet"]
    others = [title for title in first.worksheets if title != looked_at]
    found, refused = list[Sheet](), list[str]()
    for title in (looked_at, *(() if named else others)):
        try:
            cells = first if title == looked_at else read_cells(source, worksheet=title)
            found.append(_understand(cells, **options))
        except SheetError as error:
            refused.append(f"Of the worksheet {title!r}: {error}")
            continue
        if all(_tell_apart(found[-1])):
            return found[-1]
    if found:
        return max(found, key=_tell_apart)
    also = "There are also the worksheets" if named else "No grade sheets are the others either:"
    left = others if named else others[_MOST_REASONS - 1 :]
    told = [f"{also} {', '.join(map(repr, left))}."] if left else []
    raise SheetError(" ".join([*refused[:_MOST_REASONS], *told]), worksheets=first.worksheets)


def _tell_apart(sheet: Sheet) -> tuple[bool, bool, bool]:
    """Say how much a worksheet looks like one of grades: by its columns, the head of some, and several students."""
    told = sheet.description
    return told.holds_grades, told.names_people, len(sheet.student_rows) > 1
