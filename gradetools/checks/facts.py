"""What the checks look at: every entry with what was read in it, as one table.

An entry is one cell of a student row under a score column: with n student rows and m score columns, entry i
stands in row i // m under score column i % m.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks.names import find_differing
from gradetools.columns import ColumnMeaning, Columns
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
            as text), `how` (the student was found), `asks` (the entry asks for something). Texts that
            come again and again (student, line item, class, key) are categories.
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
        return self.entries.loc[self.entries["asks"].to_numpy(), list(ASKING)]

    @cached_property
    def enrolment(self) -> pd.Series:
        """For each asking entry whose student and class are known: ENROLLED, LEFT or NEVER in that class; else NaN."""
        student, class_id = self.asking["student"].cat, self.asking["class_id"].cat
        people = self.snapshot.students
        # How each student stands to each class; nobody, and no class, is neither in nor out.
        stands = np.full((len(student.categories), len(class_id.categories)), np.nan)
        for k, each in enumerate(class_id.categories):
            if each:
                active = (
                    people[(people["class_id"] == each).to_numpy()]
                    .groupby("sourced_id")["active"]
                    .any()
                )
                known = active.map({True: ENROLLED, False: LEFT}).reindex(student.categories)
                stands[:, k] = known.fillna(NEVER)
        stands[student.categories == ""] = np.nan
        found = stands[student.codes.to_numpy(), class_id.codes.to_numpy()]
        return pd.Series(found, index=self.asking.index)

    @cached_property
    def grades(self) -> pd.Series:
        """For each asking entry the number of the grade it asks for; below 0 where student or line item are unknown.

        Entries of one student for one line item have the same number.
        """
        student, item = self.asking["student"], self.asking["item"].to_numpy(dtype=np.int64)
        grade = student.cat.codes.to_numpy() * (item.max(initial=0) + 1) + item
        known = (student != "").to_numpy() & (item >= 0)
        return pd.Series(np.where(known, grade, -1), index=self.asking.index)

    @cached_property
    def names(self) -> pd.DataFrame:
        """The student rows that ask for something, and whose names can be compared with the gradebook's.

        Columns: line, text (the id), said (the name in the sheet), name (in the gradebook), differs. A student
        whom a person chose is not compared.
        """
        parts = [self.sheet.column(each.column) for each in self.columns.of("name")]
        people = self.students[self.students["how"].isin(["exact", "ignoring case"]).to_numpy()]
        # Who has no name in the gradebook is called by the sourcedId.
        named = (people["name"] != people["sourced_id"]) & people["line"].isin(self.asking["line"])
        people = people.loc[named.to_numpy() & bool(parts), ["line", "text", "name"]]
        said = [part[people["line"]].tolist() for part in parts]
        people["said"] = [" ".join(filter(None, words)) for words in zip(*said, strict=True)]
        listed = self.snapshot.students[["given_name", "family_name"]].fillna("").drop_duplicates()
        everybody = listed["given_name"] + " " + listed["family_name"]
        people["differs"] = find_differing(people["said"], people["name"], everybody)
        return people[people["differs"].notna().to_numpy()].astype({"differs": bool})

    def where(self, mask: pd.Series | NDArray[np.bool_]) -> Iterator[Any]:
        """Go through the few entries that a check has marked, as named tuples of the columns TOLD."""
        marked = np.asarray(mask)
        if marked.any():
            yield from self.entries.loc[marked, list(TOLD)].itertuples()
