"""What the checks look at: every entry with what was read in it, as one table.

An entry is one cell of a student row under a score column: with n student rows and m score columns, entry i
stands in row i // m under score column i % m.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks.compared import Compared, compare_columns
from gradetools.checks.names import find_differing
from gradetools.columns import ColumnMeaning, Columns, categorise
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

#: How a student stands to the class of a line item.
ENROLLED, LEFT, NEVER = 1, 0, -1
#: What the checks of several entries at once look at, and what a finding tells of a single one.
ASKING = (
    "line", "key", "student", "student_name", "line_item", "line_item_title", "class_id", "item", "stated", "high",
)  # fmt: skip
TOLD = ("line", "key", "text", "line_item_title", "score", "low", "high")


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
        entries = self.entries["asks"].to_numpy().copy()
        entries[entries] = marked
        return np.asarray(entries.reshape(len(self.students), len(self.score_columns)).any(axis=1))

    @cached_property
    def enrolment(self) -> pd.Series:
        """For each asking entry whose student and class are known: ENROLLED, LEFT or NEVER in that class; else NaN."""
        student, class_id = self.asking["student"].cat, self.asking["class_id"].cat
        people = self.snapshot.students
        # How each student stands to each class; nobody, and no class, is neither in nor out.
        stands = np.full((len(class_id.categories), len(student.categories)), np.nan)
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
        stands[:, student.categories == ""] = np.nan
        place = class_id.codes.to_numpy() * np.intp(len(student.categories))
        return pd.Series(stands.ravel().take(place + student.codes.to_numpy()), self.asking.index)

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
        grades = self.grades.to_numpy()
        grades = grades[grades >= 0]
        if grades.max(initial=0) > 4 * len(grades):
            return bool(pd.Series(grades).duplicated().any())
        # Where most numbers are used, to count them is quicker.
        return bool((np.bincount(grades) > 1).any())

    @cached_property
    def names(self) -> pd.DataFrame:
        """The student rows that ask for something, and whose names can be compared with the gradebook's.

        Columns: line, text (the id), said (the name in the sheet), name (in the gradebook), differs. A student
        whom a person chose is not compared.
        """
        students, said = self.students, self._said_names
        name, sourced_id = students["name"].cat, students["sourced_id"].cat
        # Who has no name in the gradebook is called by the sourcedId.
        nameless = name.categories.get_indexer(sourced_id.categories).take(sourced_id.codes)
        compared = self.row_asks & (name.codes != nameless).to_numpy()
        compared &= students["how"].isin(["exact", "ignoring case"]).to_numpy()
        rows = np.flatnonzero(compared & bool(self.columns.of("name")))
        people = students.loc[rows, ["line", "text"]].assign(
            name=students["name"].array[rows], said=said[rows]
        )
        numbers = name.codes.to_numpy(np.int64)[rows] * len(said.categories) + said.codes[rows]
        pairs, distinct = pd.factorize(numbers)
        known, words = np.divmod(distinct, max(len(said.categories), 1))
        differs = find_differing(
            said.categories.take(words), name.categories.take(known), self._list_everybody
        )
        people["differs"] = differs.take(pairs)
        return people[people["differs"].notna().to_numpy()].astype({"differs": bool})

    @cached_property
    def _said_names(self) -> pd.Categorical:
        """What each student row calls its student, in one column of names or several."""
        rows = (self.sheet.roles == "student").to_numpy()
        numbers, names = np.zeros(len(self.students), dtype=np.int64), [""]
        for meaning in self.columns.of("name"):
            codes, texts = self.sheet.distinct(meaning.column, rows)
            numbers, distinct = pd.factorize(numbers * len(texts) + codes)
            first, second = np.divmod(distinct, max(len(texts), 1))
            pairs = zip(first.tolist(), texts.take(second), strict=True)
            names = [
                f"{names[i]} {text}" if names[i] and text else names[i] or text for i, text in pairs
            ]
        return categorise(names, numbers)

    def _list_everybody(self) -> Iterable[str]:
        listed = self.snapshot.students[["given_name", "family_name"]].fillna("").drop_duplicates()
        return listed["given_name"] + " " + listed["family_name"]

    @cached_property
    def compared(self) -> Compared | None:
        """The scores side by side, for the checks of who they belong to; None where there are none."""
        return compare_columns(self.sheet, self.columns, self.snapshot, self.students, self.entries)

    def where(self, mask: pd.Series | NDArray[np.bool_]) -> Iterator[Any]:
        """Go through the few entries that a check has marked, as named tuples of the columns TOLD."""
        marked = np.asarray(mask)
        if marked.any():
            yield from self.entries.loc[marked, list(TOLD)].itertuples()
