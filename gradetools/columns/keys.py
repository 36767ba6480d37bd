"""Which column says whose the grades are: the one whose texts find most students, with the count beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from gradetools.columns.meanings import Columns
from gradetools.columns.students import StudentIndex
from gradetools.formats.recognition import STUDENT_FIELDS
from gradetools.sheet import ColumnKey, Sheet

#: Another column is heard about whose a row is when it finds so much of what it holds.
HEARD = 0.5


class Key(NamedTuple):
    """One way to match: a column, a field, the distinct texts found in all and exactly, of how many.

    `named` says that the header is that of a key, which decides where several find as many.
    """

    column: ColumnKey
    field: str
    matched: int
    exact: int
    rows: int
    named: bool

    @property
    def told(self) -> str:
        """How far it gets, such as `identifier: 28 of 30`."""
        return f"{self.field}: {self.matched} of {self.rows}"


class KeyFinder:
    """Every way to match a sheet's students with those of a gradebook.

    Args:
        sheet: the sheet.
        students: DataFrame of `snapshot.STUDENT_COLUMNS`.
    """

    def __init__(self, sheet: Sheet, students: pd.DataFrame) -> None:
        self._sheet = sheet
        self._rows = (sheet.roles == "student").to_numpy()
        self._indexes = {field: StudentIndex(students, field) for field in STUDENT_FIELDS}
        self.keys = tuple(self._list())

    def _list(self) -> Iterator[Key]:
        for described in self._sheet.description.columns:
            if described.keys:
                column = self._sheet.header[described.position]
                texts = self.texts(column)
                for field in described.keys:
                    counts = self._indexes[field].count(texts)
                    named = described.means == "student"
                    yield Key(column, field, *counts, len(texts), named=named)

    def texts(self, column: ColumnKey) -> list[str]:
        """Give the distinct texts of a column's student rows, without the blank one."""
        return [text for text in self._sheet.column(column)[self._rows].unique() if text]

    def of(self, column: ColumnKey) -> tuple[Key, ...]:
        """Give the ways to match that one column offers."""
        return tuple(key for key in self.keys if key.column == column)

    def rivals(self, key: Key) -> tuple[Key, ...]:
        """Give the other fields of the same column that find as many, but not the same students."""
        texts, own = self.texts(key.column), (key.matched, key.exact)
        return tuple(
            other
            for other in self.of(key.column)
            if other != key
            and (other.matched, other.exact) == own != (0, 0)
            and self.find(other, texts) != self.find(key, texts)
        )

    def find(self, key: Key, texts: Sequence[str]) -> dict[str, str]:
        """Say whom each text means by one way to match, "" for nobody."""
        ids = self._indexes[key.field].match(texts).sourced_ids(texts)
        return dict(zip(texts, ids, strict=True))


def choose_key(keys: Sequence[Key]) -> Key | None:
    """Take the way to match that finds most; the first of several that find as many."""
    return max(keys, key=lambda key: (key.matched, key.exact, key.named), default=None)


def find_other_students(
    sheet: Sheet, columns: Columns, students: pd.DataFrame, matched: pd.DataFrame
) -> pd.DataFrame:
    """Find the rows that another id column says to be somebody else's.

    Args:
        sheet: the sheet.
        columns: which of its columns means what.
        students: DataFrame of `snapshot.STUDENT_COLUMNS`.
        matched: `students_matched`.

    Returns:
        DataFrame, one row per student row and other column: line, column (its address), text (what stands in
        it), other (the sourcedId that it means). Students whom a person picked are not doubted, and a column
        that finds less than half of its texts is not heard.
    """
    chosen = columns.student_column
    sure = matched[matched["how"].isin(["exact", "ignoring case"]).to_numpy()]
    found = [pd.DataFrame({"line": [], "column": [], "text": [], "other": []})]
    # A column of names might have held ids, but was seen to hold names.
    names = {each.column for each in columns.of("name")}
    described = [
        each
        for each in sheet.description.columns
        if each.keys and sheet.header[each.position] not in names
    ]
    if chosen is None or len(described) < 2:
        return found[0]
    finder = KeyFinder(sheet, students)
    for column in dict.fromkeys(key.column for key in finder.keys if key.column != chosen.column):
        key = choose_key(finder.of(column))
        if key is None or not key.matched or key.matched < HEARD * key.rows:
            continue
        texts = sheet.column(column)[sure["line"]]
        other = texts.map(finder.find(key, finder.texts(column))).fillna("").to_numpy()
        differs = (other != "") & (other != sure["sourced_id"].to_numpy())
        lines, told = sure["line"][differs], texts.to_numpy()[differs]
        found.append(
            pd.DataFrame(
                {"line": lines, "column": str(column), "text": told, "other": other[differs]}
            )
        )
    return pd.concat(found[1:] or found, ignore_index=True)
