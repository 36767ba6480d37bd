"""What the checks look at: every entry with what was read in it, as one table.

An entry is one cell of a student row under a score column: with n student rows and m score columns, entry i
stands in row i // m under score column i % m.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks.compared import Compared, compare_columns
from gradetools.checks.names import DIFFERENT, SAME, UNKNOWN, find_differing, find_nearer
from gradetools.columns import (
    ColumnMeaning,
    Columns,
    OtherKey,
    find_elsewhere,
    looks_like_name,
    read_other_keys,
)
from gradetools.sheet import Sheet
from gradetools.snapshot import Snapshot

#: Columns of the table and the fields of a result that they stand for.
FIELDS = {
    "text_score": "textScore",
    "score_status": "scoreStatus",
    "score_date": "scoreDate",
    "comment": "comment",
    "late": "late",
    "missing": "missing",
    "incomplete": "incomplete",
    "in_progress": "inProgress",
}
FLAGS = ("late", "missing", "incomplete", "in_progress")

#: How a student stands to the class of a line item; the last where student or class are unknown.
ENROLLED, LEFT, NEVER, UNTOLD = 1, 0, -1, -2
#: What the checks of several entries at once look at, and what a finding tells of a single one.
ASKING = (
    "line", "key", "student", "student_name", "line_item", "line_item_title", "class_id", "item", "stated", "high",
)  # fmt: skip
TOLD = ("line", "key", "text", "line_item_title", "score", "low", "high")


class ComparedNames(NamedTuple):
    """How many names of the sheet could be compared with the gradebook's, and those that differ.

    Attributes:
        compared: how many rows.
        differing: DataFrame of rows: line, text (the id), said (the name in the sheet), name (in the gradebook).
    """

    compared: int
    differing: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Facts:
    """Everything that a check may look at.

    Attributes:
        sheet: the sheet.
        columns: which of its columns means what.
        snapshot: what the gradebook knows.
        score_columns: the columns of entries, in the sheet's order.
        students: `students_matched`, one row per student row.
        entries: one row per entry: the columns of `Checked.entries`, and `kind`, `value` (as read),
            `low`, `high` (the line item's range, NaN for none), `stated` (the sheet's own maximum), `key` (the column's address
            as text), `how` (the student was found), `asks` (the entry asks for something).
        misread: cells of companions that make no sense: code, line, column, text.
        attempts: `attempts.compare_attempts`, once it is known what else is wrong.
    """

    sheet: Sheet
    columns: Columns
    snapshot: Snapshot
    score_columns: tuple[ColumnMeaning, ...]
    students: pd.DataFrame
    entries: pd.DataFrame
    misread: pd.DataFrame
    attempts: pd.DataFrame | None = None

    @cached_property
    def asking(self) -> pd.DataFrame:
        """The entries that ask for something; a blank cell asks for nothing."""
        asks = self.entries["asks"].to_numpy()
        return self.entries[list(ASKING)] if asks.all() else self.entries.loc[asks, list(ASKING)]

    @cached_property
    def row_asks(self) -> NDArray[np.bool_]:
        """For each row of `students`, whether some entry in it asks for something."""
        return self.rows_with(np.ones(len(self.asking), dtype=bool))

    def rows_with(self, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Say of each row of `students` whether one of its asking entries is marked.

        Args:
            marked: for each entry of `asking`, whether it is.
        """
        entries = self.entries["asks"].to_numpy()
        if len(marked) < len(entries):
            entries = entries.copy()
            entries[entries] = marked
        else:
            entries = marked
        return np.asarray(entries.reshape(len(self.students), len(self.score_columns)).any(axis=1))

    @cached_property
    def enrolment(self) -> NDArray[np.int8]:
        """For each asking entry whether its student is ENROLLED in its class, has LEFT, was there NEVER, or is UNTOLD."""
        student, class_id = self.asking["student"].cat, self.asking["class_id"].cat
        people = self.snapshot.students
        # How each student stands to each class; nobody, and no class, is neither in nor out.
        stands = np.full((len(class_id.categories), len(student.categories)), UNTOLD, dtype=np.int8)
        for k, each in enumerate(class_id.categories):
            if each:
                here = people[(people["class_id"] == each).to_numpy()]
                stands[k] = NEVER
                for how, active in (
                    (LEFT, False),
                    (ENROLLED, True),
                ):  # the active ones last, for they win
                    known = here.loc[(here["active"] == active).to_numpy(), "sourced_id"]
                    found = student.categories.get_indexer(pd.Index(known))
                    stands[k, found[found >= 0]] = how
        stands[:, student.categories == ""] = UNTOLD
        place = class_id.codes.to_numpy() * np.intp(len(student.categories))
        return stands.ravel().take(place + student.codes.to_numpy())

    @cached_property
    def item_columns(self) -> NDArray[np.intp]:
        """For each entry the number of its line item under its column; 0 for an unknown one under the first."""
        width = len(self.score_columns)
        items = self.entries["item"].to_numpy().reshape(len(self.students), width)
        return np.asarray(np.maximum(items, 0) * width + np.arange(width)).ravel()

    @cached_property
    def grades(self) -> pd.Series:
        """For each asking entry the number of the grade it asks for; below 0 where student or line item are unknown.

        Entries of one student for one line item have the same number.
        """
        student, item = self.asking["student"].cat, self.asking["item"].to_numpy(dtype=np.int64)
        grade = student.codes.to_numpy() * (item.max(initial=0) + 1) + item
        known = (student.categories != "").take(student.codes.to_numpy()) & (item >= 0)
        return pd.Series(np.where(known, grade, -1), index=self.asking.index)

    @property
    def has_attempts(self) -> bool:
        """Whether several entries ask for one grade."""
        if self._are_grades_apart:
            return False
        grades = self.grades.to_numpy()
        grades = grades[grades >= 0]
        if grades.max(initial=0) > 4 * len(grades):
            return bool(pd.Series(grades).duplicated().any())
        # Where most numbers are used, to count them is quicker.
        return bool((np.bincount(grades) > 1).any())

    @property
    def _are_grades_apart(self) -> bool:
        """Whether each student has one row, and each column another line item: then no grade is asked for twice."""
        student = self.students["sourced_id"].cat
        rows = np.bincount(student.codes, minlength=len(student.categories))
        if rows[student.categories != ""].max(initial=0) > 1 or self.entries.empty:
            return False
        shape = len(self.students), len(self.score_columns)
        items = self.entries["item"].to_numpy().reshape(shape)
        first = items[:1].ravel()
        return bool((items == first).all()) and not pd.Index(first).has_duplicates

    @cached_property
    def names(self) -> ComparedNames:
        """Whether the student rows that ask for something call their students as the gradebook does.

        One whom a person chose is compared as well: the choice may have been made in the wrong row, or for all rows at once.
        """
        students, (numbers, said) = self.students, self._said_names
        found = ["exact", "ignoring case", "chosen"]
        compared = self.row_asks & students["how"].isin(found).to_numpy()
        rows = np.flatnonzero(compared & bool(said))
        # Each student is compared once with each name that stands beside the id, in whichever row.
        student = students["sourced_id"].cat.codes.to_numpy(np.int64)
        pairs, distinct = pd.factorize(student[rows] * max(len(said), 1) + numbers[rows])
        some = np.zeros(len(distinct), dtype=np.intp)
        some[pairs] = rows
        words = [said[i] for i in numbers[some].tolist()]
        known = _write_out(students["name"], some)
        answers = find_differing(words, known, self.list_everybody)
        if not self.columns.of("name"):
            # Of a name alone somebody was chosen by hand, and whose name comes near stands next in the list.
            answers[find_nearer(words, known, self.list_everybody()) & (answers == SAME)] = (
                DIFFERENT
            )
        # Who has no name in the gradebook is called by the sourcedId.
        answers[known == _write_out(students["sourced_id"], some)] = UNKNOWN
        told = answers.take(pairs)
        differing = rows[told == DIFFERENT]
        return ComparedNames(
            int((told != UNKNOWN).sum()),
            students.loc[differing, ["line", "text", "name"]].assign(
                said=[said[i] for i in numbers[differing].tolist()]
            ),
        )

    @cached_property
    def _said_names(self) -> tuple[NDArray[np.int64], list[str]]:
        """What each student row calls its student, in one column of names or several: numbers, and the names."""
        rows = (self.sheet.roles == "student").to_numpy()
        numbers, names = np.zeros(len(self.students), dtype=np.int64), list[str]()
        if not self.columns.of("name"):
            return self._own_names(rows)
        for meaning in self.columns.of("name"):
            codes, texts = self.sheet.distinct(meaning.column, rows)
            if not names:
                numbers, names = codes, texts.tolist()
                continue
            numbers, distinct = pd.factorize(numbers * len(texts) + codes)
            first, second = np.divmod(distinct, max(len(texts), 1))
            pairs = zip(first.tolist(), texts.take(second), strict=True)
            names = [
                f"{names[i]} {text}" if names[i] and text else names[i] or text for i, text in pairs
            ]
        return numbers, names

    def _own_names(self, rows: NDArray[np.bool_]) -> tuple[NDArray[np.int64], list[str]]:
        """What stands in place of an id, where that is a name for which somebody was chosen."""
        key = self.columns.student_column
        if key is None or not (self.students["how"] == "chosen").any():
            return np.zeros(len(self.students), dtype=np.int64), []
        codes, texts = self.sheet.distinct(key.column, rows)
        return codes, [text if looks_like_name(text) else "" for text in texts]

    def list_everybody(self) -> Iterable[str]:
        """List the names of all students of the gradebook."""
        listed = self.snapshot.students[["given_name", "family_name"]].fillna("").drop_duplicates()
        return listed["given_name"] + " " + listed["family_name"]

    @cached_property
    def other_keys(self) -> list[OtherKey]:
        """What the columns of ids say that were not chosen as the key, of the students that were found."""
        people = self.snapshot.students
        return list(read_other_keys(self.sheet, self.columns, people, self.students))

    @cached_property
    def elsewhere(self) -> pd.Series:
        """What each student row calls its class where that is none of the snapshot's, "" otherwise; index "line"."""
        return find_elsewhere(self.sheet, self.columns, self.snapshot)

    @cached_property
    def compared(self) -> Compared | None:
        """The scores side by side, for the checks of who they belong to; None where there are none."""
        return compare_columns(self.sheet, self.columns, self.snapshot, self.students, self.entries)

    def where(self, mask: pd.Series | NDArray[np.bool_]) -> Iterator[Any]:
        """Go through the few entries that a check has marked, as named tuples of the columns TOLD."""
        rows = np.flatnonzero(np.asarray(mask))
        if len(rows):
            yield from self.entries[list(TOLD)].take(rows).itertuples()


def _write_out(column: pd.Series, rows: NDArray[np.intp]) -> NDArray[np.object_]:
    """Give the texts of some rows of a column of categories."""
    texts = column.cat.categories.to_numpy(dtype=object)
    return texts.take(column.cat.codes.to_numpy()[rows])
