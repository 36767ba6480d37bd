"""Which column says whose the grades are: the one whose texts find most students, with the count beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.columns.meanings import Columns
from gradetools.columns.spoiled_ids import find_spoiled_ids, is_number_of_id
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
        """How far it gets, such as `identifier: 28 of 30 ids found`."""
        return f"{self.field}: {self.matched} of {self.rows} ids found"


class KeyFinder:
    """Every way to match a sheet's students with those of a gradebook.

    Args:
        sheet: the sheet.
        students: DataFrame of `snapshot.STUDENT_COLUMNS`.
    """

    def __init__(self, sheet: Sheet, students: pd.DataFrame) -> None:
        self._sheet, self._students = sheet, students
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
                    # What looks like scores and not like a name is one of ids when it finds students.
                    if described.means == "score" and counts[0] < max(1, HEARD * len(texts)):
                        continue
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

    def find_unknown(self, column: ColumnKey) -> set[str]:
        """Give the texts of a column that are nobody's id, in whatever way it may be read; the blank one is none."""
        unknown = self.texts(column)
        for key in self.of(column):
            unknown = self._indexes[key.field].match(unknown).unknown
        return set(unknown)

    def find_spoiled_ids(self, column: ColumnKey, field: str = "") -> dict[str, str]:
        """Give of several texts of a column that are ids but for zeros at their front, or signs, these ids; one alone says nothing.

        Args:
            column: the column.
            field: as what they are read, in place of all that there is.
        """
        numbers = [text for text in self.texts(column) if is_number_of_id(text)]
        unknown = self.find_unknown(column).intersection(numbers) if numbers else set[str]()
        found = find_spoiled_ids(
            [text for text in numbers if text in unknown], StudentIndex(self._students, field)
        )
        return {text: whole for text, (_, whole) in found.items()} if len(found) > 1 else {}

    def find(self, key: Key, texts: Sequence[str]) -> dict[str, str]:
        """Say whom each text means by one way to match, "" for nobody."""
        ids = self._indexes[key.field].match(texts).sourced_ids(texts)
        return dict(zip(texts, ids, strict=True))


def choose_key(keys: Sequence[Key]) -> Key | None:
    """Take the way to match that finds most; the first of several that find as many."""
    return max(keys, key=lambda key: (key.matched, key.exact, key.named), default=None)


class OtherKey(NamedTuple):
    """What another column of ids says of the rows whose students were found; the arrays have one place for each.

    Attributes:
        column: its address.
        field: as what its texts are read.
        lines: the rows.
        students: the sourcedId of whom the chosen column means.
        texts: what stands in this one.
        others: the sourcedId of whom this one means; "" for nobody, or for several.
        unknown: whether something stands in it that is nobody's id of any kind.
    """

    column: str
    field: str
    lines: NDArray[np.int64]
    students: NDArray[np.object_]
    texts: NDArray[np.object_]
    others: NDArray[np.object_]
    unknown: NDArray[np.bool_]


def _find_sure(matched: pd.DataFrame, index: StudentIndex) -> NDArray[np.bool_]:
    """Say of each row whether its id means the student by itself: an id that lost its zeros does, once it was taken.

    Args:
        matched: `students_matched`.
        index: the students, by the field that the ids are of.
    """
    sure = matched["how"].isin(["exact", "ignoring case"]).to_numpy(copy=True)
    picked = (matched["how"] == "chosen").to_numpy()
    rows = matched[picked]
    zeros = find_spoiled_ids(rows["text"].unique(), index)
    whose = [zeros.get(text, ("", ""))[0] for text in rows["text"]]
    sure[picked] = rows["sourced_id"].to_numpy(dtype=object) == np.array(whose, dtype=object)
    return sure


def read_other_keys(
    sheet: Sheet, columns: Columns, students: pd.DataFrame, matched: pd.DataFrame
) -> Iterator[OtherKey]:
    """Read the columns of ids that were not chosen as the key, each that finds at least half of its texts.

    Args:
        sheet: the sheet.
        columns: which of its columns means what.
        students: DataFrame of `snapshot.STUDENT_COLUMNS`.
        matched: `students_matched`; students whom a person picked are not doubted, and so left out, but for those whose
            id only lost its zeros.
    """
    chosen = columns.student_column
    # A column of names might have held ids, but was seen to hold names.
    names = {each.column for each in columns.of("name")}
    described = [
        each
        for each in sheet.description.columns
        if each.keys and sheet.header[each.position] not in names
    ]
    if chosen is None or len(described) < 2:
        return
    finder, rows = KeyFinder(sheet, students), (sheet.roles == "student").to_numpy()
    sure = _find_sure(matched, StudentIndex(students, chosen.key or ""))
    known = matched["sourced_id"].to_numpy(dtype=object)[sure]
    for column in dict.fromkeys(key.column for key in finder.keys if key.column != chosen.column):
        key = choose_key(finder.of(column))
        if key is None or not key.matched or key.matched < HEARD * key.rows:
            continue
        codes, texts = sheet.distinct(column, rows)
        codes, others, nobody = (
            codes[sure],
            finder.find(key, texts.tolist()),
            finder.find_unknown(column),
        )
        yield OtherKey(
            str(column),
            key.field,
            matched["line"].to_numpy()[sure],
            known,
            texts.take(codes),
            np.array([others[text] for text in texts], dtype=object).take(codes),
            np.array([text in nobody for text in texts], dtype=bool).take(codes),
        )
