"""A desk with one class's grades on it: sheets from text, plans from sheets, what the sandbox holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradetools as gt
from gradetools.journal import open_journal

CLASS_ID = "algebra-1"
PREFIX = "/ims/oneroster/gradebook/v1p2"


@dataclass
class Desk:
    """One class of a sandbox, seen by a test.

    `students` are identifiers of five students, in the order of their sourcedIds, of whom the first
    two already have a Quiz 1 (8.5 and 8) and nobody has a Midterm.
    """

    sandbox: gt.Sandbox
    gradebook: gt.Gradebook
    folder: Path
    made: int = field(default=0)

    @property
    def students(self) -> list[str]:
        """The identifiers of the first five students."""
        users = {user["sourcedId"]: user for user in self.sandbox.records("users")}
        return [users[f"student-{number:03d}"]["identifier"] for number in range(1, 6)]

    def sheet(self, column: str, *scores: str) -> gt.Sheet:
        """Make a sheet with one score column, one row per score; the column may be `Quiz 1,Quiz 1 comment`."""
        rows = [f"{student},{score}" for student, score in zip(self.students, scores, strict=False)]
        return self.sheet_of("\n".join([f"Student ID,{column}", *rows]) + "\n")

    def sheet_of(self, text: str) -> gt.Sheet:
        """Make a sheet from CSV text."""
        self.made += 1
        path = self.folder / f"sheet-{self.made}.csv"
        path.write_text(text, encoding="utf-8")
        return gt.read_sheet(path)

    def snapshot(self) -> gt.Snapshot:
        """Ask the gradebook what it knows of the class."""
        return self.gradebook.take_snapshot([CLASS_ID])

    def plan(self, sheet: gt.Sheet, *, remembered: bool = True, **options: Any) -> gt.Plan:
        """Plan a sheet, with what was sent last unless a test says otherwise."""
        snapshot = self.snapshot()
        checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
        if remembered:
            with open_journal(
                self.gradebook.environment, self.gradebook.settings.data_dir
            ) as journal:
                options["last_sent"] = journal.last_sent()
        return gt.make_plan(checked, snapshot, **options)

    def push(self, plan: gt.Plan, **options: Any) -> gt.Receipt:
        """Push a plan as somebody who has looked at it."""
        return gt.push_plan(plan, self.gradebook, agreed=plan.fingerprint, **options)

    def undo(self, receipt: gt.Receipt, **options: Any) -> gt.Plan:
        """Plan the undo of a push."""
        return gt.make_undo_plan(receipt, self.snapshot(), **options)

    def results(self, line_item: str, *, active: bool = True) -> dict[str, dict[str, Any]]:
        """Give what the sandbox holds for a line item: student to record."""
        return {
            record["student"]["sourcedId"]: record
            for record in self.sandbox.records("results")
            if record["lineItem"]["sourcedId"] == line_item
            and (record["status"] == "active") == active
        }

    def result(self, line_item: str, number: int) -> dict[str, Any]:
        """Give the active result of one of the five students, counted from 1."""
        return self.results(line_item)[f"student-{number:03d}"]

    def change(self, line_item: str, number: int, **fields: object) -> None:
        """Change one result behind our back, as somebody else would."""
        self.sandbox.put_record("results", {**self.result(line_item, number), **fields})

    def puts(self) -> int:
        """How many results were PUT so far, by anybody, as the sandbox's own log says."""
        return len(self.sandbox.requests(method="PUT"))

    def active(self) -> Mapping[str, dict[str, Any]]:
        """Every active result the sandbox holds, by sourcedId, without the server's own time stamp."""
        return {
            record["sourcedId"]: {
                key: value for key, value in record.items() if key != "dateLastModified"
            }
            for record in self.sandbox.records("results")
            if record["status"] == "active"
        }
