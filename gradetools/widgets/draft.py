"""An import on its way through the form: each step is one call of the library."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from gradetools.checks import Checked, check_entries
from gradetools.columns import (
    ClassGuess,
    Columns,
    SavedColumns,
    guess_class,
    list_columns,
    suggest_columns,
)
from gradetools.columns.differences import tell_differences
from gradetools.columns.saved import keep_columns
from gradetools.errors import GradetoolsError
from gradetools.gradebook import Gradebook
from gradetools.journal import list_pushes
from gradetools.models import Class
from gradetools.plan import Decisions, Plan
from gradetools.push import plan_entries
from gradetools.receipt import PushSummary
from gradetools.report import findings_suffix, write_findings
from gradetools.sheet import Sheet, read_sheet
from gradetools.snapshot import Snapshot

#: In more classes than these the sheet's students are not looked for.
SEARCHED = 50


class Draft:
    """What is known so far; a later part is there once its step is done.

    Attributes:
        gradebook, classes: where, and which classes it has.
        sheet, snapshot, columns, checked: as in the library.
        suggested: the columns as they were proposed.
        saved: columns of an earlier week that fit the sheet and the gradebook, if there are any.
        using_saved: whether these were taken.
        decided: the columns of the last plan, if a person chose anything else than what is suggested.
        corrections: line and column of each corrected cell to what the file says and what it says now.
    """

    gradebook: Gradebook
    classes: Sequence[Class]
    sheet: Sheet
    snapshot: Snapshot
    suggested: Columns
    columns: Columns
    checked: Checked

    def __init__(self) -> None:
        self.corrections: dict[tuple[int, str], tuple[str, str]] = {}
        self.saved: SavedColumns | None = None
        self.using_saved = False
        self.decided: Columns | None = None
        #: The classes that the sheet was taken for; none for a new sheet.
        self._classes: frozenset[str] = frozenset()

    def read(self, source: str | TextIO, **options: Any) -> None:  # noqa: ANN401 - the options of read_sheet
        """Read a sheet from a path, or from what was pasted."""
        self.sheet = read_sheet(source, **options)
        self.corrections = {}
        self._classes = frozenset()

    def correct(self, line: int, column: str, text: str) -> None:
        """Let a cell say something else; the file is not touched.

        Raises:
            SheetError: there is no such line below the header.
        """
        corrected = self.sheet.with_cell(line, column, text)
        now = str(self.sheet.cells.frame.loc[line, self.sheet.position(column)])
        before, _ = self.corrections.pop((line, column), (now, now))
        if text != before:
            self.corrections[line, column] = (before, text)
        self.sheet = corrected

    def put_back(self, line: int, column: str) -> None:
        """Let a corrected cell say again what the file says."""
        self.correct(line, column, self.corrections[line, column][0])

    def guess_class(self) -> list[ClassGuess]:
        """Rank the classes by how many of the sheet's students each has, those without any left out."""
        if len(self.classes) > SEARCHED:
            return []
        ids = [one.sourced_id for one in self.classes]
        students = {class_id: self.gradebook.take_students(class_id) for class_id in ids}
        return [guess for guess in guess_class(self.sheet, students) if guess.fits]

    def list_pushes(self) -> list[PushSummary]:
        """List the pushes of the journals, newest first; none while no gradebook is connected to."""
        if not hasattr(self, "gradebook"):
            return []
        with suppress(GradetoolsError):  # what is wrong with a journal, the push says
            return list_pushes(self.gradebook.settings.data_dir)
        return []

    def take(self, class_ids: Sequence[str]) -> None:
        """Read what the gradebook knows of some classes, propose what each column means, and look for saved columns.

        Of a sheet that was taken before, what a person decided stays: for the same classes all of it, for others
        what is not about their line items.
        """
        self.snapshot = self.gradebook.take_snapshot(class_ids).beside(self.classes)
        self.suggested = suggest_columns(self.sheet, self.snapshot)
        saved = list_columns(self.sheet, self.gradebook.settings.columns_folder)
        self.saved = next((each for each in saved if each.fits(self.snapshot)), None)
        if not self._classes:
            self.use_suggested()
        elif self._classes != frozenset(class_ids):
            self._keep_what_fits()
        self._classes = frozenset(class_ids)

    def _keep_what_fits(self) -> None:
        """Take what is suggested, with the students that a person picked, the words and which attempt counts."""
        known = set(self.snapshot.students["sourced_id"])
        picked = self.columns.student_matches.items()
        update = {
            "student_matches": {text: student for text, student in picked if student in known},
            "tokens": self.columns.tokens,
            "attempts": self.columns.attempts,
        }
        self.use_suggested()
        self.columns = self.suggested.model_copy(update=update)

    def use_suggested(self) -> None:
        """Take what is suggested."""
        self.columns, self.using_saved = self.suggested, False

    def use_saved(self) -> None:
        """Take the saved columns as far as they fit; the rest is suggested."""
        if self.saved is not None:
            earlier = self.saved.columns
            self.columns = suggest_columns(self.sheet, self.snapshot, earlier=earlier)
            self.using_saved = True

    def tell_saved(self) -> list[str]:
        """Say what the saved columns would change of what is suggested."""
        if self.saved is None:
            return []
        used = suggest_columns(self.sheet, self.snapshot, earlier=self.saved.columns)
        return tell_differences(self.suggested, used, self.snapshot)

    def keep(self) -> None:
        """Save the columns for the next week, where the command line finds them too."""
        keep_columns(self.columns, self.gradebook.settings.columns_folder)

    def check(self) -> None:
        """Check every entry."""
        self.checked = check_entries(self.sheet, self.columns, self.snapshot)

    def export_findings(self, folder: Path) -> Path:
        """Save what was found as a file named after the sheet, a workbook if that is one; give its path."""
        stem, suffix = Path(self.sheet.name).stem or "sheet", findings_suffix(self.checked)
        names = (f"{stem}-findings{f'-{n}' if n > 1 else ''}{suffix}" for n in itertools.count(1))
        path = next(path for name in names if not (path := folder / name).exists())
        return write_findings(self.checked, path)

    def look_again(self) -> None:
        """Read the same classes anew, because a push has changed them, and check once more."""
        classes = list(self.snapshot.classes)
        self.snapshot = self.gradebook.take_snapshot(classes).beside(self.classes)
        self.check()

    def plan(self, on_conflict: Decisions) -> Plan:
        """Decide what a push would do."""
        self.decided = self.columns if self.columns != self.suggested else None
        return plan_entries(self.checked, self.snapshot, self.gradebook, on_conflict=on_conflict)
