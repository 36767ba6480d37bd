"""Entries and findings: what the sheet asks for, and everything that is wrong with it, at once.

Pure: nothing is read but the arguments. Each check is a small named function in a module `about_...`;
`CHECKS` lists them, `docs/checks.md` explains them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks import (
    about_columns,
    about_letters,
    about_merged,
    about_mixed,
    about_moved,
    about_numbers,
    about_rows,
    about_scales,
    about_standing,
    about_students,
    about_tables,
    about_titles,
    about_values,
)
from gradetools.checks.attempts import compare_attempts
from gradetools.checks.coded import CodedTexts
from gradetools.checks.facts import FIELDS, Facts
from gradetools.checks.gathering import gather_facts
from gradetools.checks.registry import CHECKS, Check, Finding
from gradetools.checks.values import Kind
from gradetools.columns import Columns
from gradetools.sheet import Sheet
from gradetools.showing import Showing, Shown, tell_counts
from gradetools.snapshot import Snapshot
from gradetools.telling import tell_entries

__all__ = [
    "CHECKS",
    "ENTRY_COLUMNS",
    "FINDING_COLUMNS",
    "Check",
    "Checked",
    "Finding",
    "check_entries",
]

#: One row per entry, index "entry", in the order of line and column; see `Checked`.
ENTRY_COLUMNS = (
    "line", "column", "occurrence", "student", "student_name", "line_item", "line_item_title", "class_id", "text",
    "state", "reason", "score", *FIELDS, "clears",
)  # fmt: skip
FINDING_COLUMNS = ("line", "column", "code", "severity", "message", "suggestion")
#: What else is wrong with an entry decides about these.
_LAST = ("duplicate-entry", "attempt-chosen")
STATES = ("ready", "skipped", "blocked")
SEVERITIES = ("error", "question", "warning", "info")

#: Importing them puts their checks on the list; this is the order in which they are told.
_MODULES = (
    about_columns, about_numbers, about_scales, about_mixed, about_letters, about_titles, about_students, about_tables,
    about_rows, about_standing, about_moved, about_values, about_merged,
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Checked(Shown):
    """What a sheet asks for, entry by entry, and what was found.

    Attributes:
        sheet: the sheet.
        columns: which of its columns means what.
        entries: DataFrame of ENTRY_COLUMNS. `state` is "ready", "skipped" (`reason` "blank", "no-grade" or
            "other-attempt") or "blocked" (`reason`: codes, joined by commas). A field that is None, or a score
            that is NaN, is left alone; `student_name` says what the sheet has of a student who was not found, and that;
            `clears` names the fields to remove, as the standard calls them, joined by commas.
            Texts that come again and again are of dtype "category" (a category may stand nowhere); `astype(str)` writes them out.
        findings: DataFrame of FINDING_COLUMNS; `line` 0 is the sheet or the column as a whole, `column` is
            the column's address as text.
    """

    sheet: Sheet
    columns: Columns
    entries: pd.DataFrame
    findings: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many entries are in each state."""
        found = self.entries["state"].value_counts()
        return {state: int(found.get(state, 0)) for state in STATES}

    def tell_counts(self) -> str:
        """Say how many entries are in each state, and why some are skipped: `27 ready, 2 skipped (blank cells)`."""
        reasons = self.entries["reason"][(self.entries["state"] == "skipped").to_numpy()]
        return tell_entries(self.counts, reasons)

    @property
    def findings_by_severity(self) -> dict[str, int]:
        """How many findings there are of each severity."""
        found = self.findings["severity"].value_counts()
        return {severity: int(found.get(severity, 0)) for severity in SEVERITIES}

    @cached_property
    def messages(self) -> dict[int, str]:
        """For each blocked entry, by its number, the sentences that say why."""
        return self._collect("blocked", self.findings["severity"].isin(["error", "question"]))

    @cached_property
    def warnings(self) -> dict[int, str]:
        """For each ready entry, by its number, what was warned of in its own row or cell."""
        about_rows = self.findings["line"] > 0
        return self._collect("ready", about_rows & (self.findings["severity"] == "warning"))

    def _collect(self, state: str, chosen: pd.Series) -> dict[int, str]:
        """Give entries in one state the sentences of the chosen findings that concern them."""
        found = self.findings[chosen]
        if found.empty:
            return {}
        places = _Places(self.entries, self.columns)
        wanted = (self.entries["state"] == state).to_numpy()
        messages: dict[int, str] = {}
        for line, column, message in zip(
            found["line"], found["column"], found["message"], strict=True
        ):
            for entry in places.concerned(int(line), column):
                if wanted[entry]:
                    messages[entry] = (
                        f"{messages[entry]} {message}" if entry in messages else message
                    )
        return messages

    def _show(self) -> Showing:
        found = len(self.findings)
        times = self.findings.groupby(["severity", "code"]).size().to_dict()
        kinds = self.findings.drop_duplicates(["severity", "code"]).to_dict(orient="records")
        kinds.sort(key=lambda row: SEVERITIES.index(row["severity"]))
        return Showing(
            f"<Checked {self.sheet.name}: {self.tell_counts()}; {found} finding{'' if found == 1 else 's'}>",
            [("findings", tell_counts(self.findings_by_severity))],
            ("severity", "code", "times", "line", "column", "message"),
            [
                (
                    row["severity"],
                    row["code"],
                    times[row["severity"], row["code"]],
                    row["line"] or "",
                    row["column"],
                    row["message"],
                )
                for row in kinds
            ],
            len(kinds),
            "kinds of findings",
        )


class _Places:
    """Which entries a finding concerns, by its line and column; see `registry`."""

    def __init__(self, entries: pd.DataFrame, columns: Columns) -> None:
        width = len(columns.score_columns)
        lines = entries["line"].to_numpy()[:: max(width, 1)]
        first = entries.head(width)
        keys = [
            (name, int(n)) for name, n in zip(first["column"], first["occurrence"], strict=True)
        ]
        self._width, self._count, self._lines = width, len(entries), lines
        self._column = {
            str(meaning.column): keys.index(target)
            for meaning in columns.meanings
            if (target := tuple(meaning.belongs_to or meaning.column)) in keys
        }

    @cached_property
    def _row(self) -> dict[int, int]:
        """The row of each line, for those who ask about one after the other."""
        return {line: row for row, line in enumerate(self._lines.tolist())}

    def _find_rows(self, lines: NDArray[np.int64]) -> NDArray[np.intp]:
        """Find the rows of lines, which ascend; -1 where there is none."""
        rows = np.searchsorted(self._lines, lines)
        known = np.append(self._lines, -1).take(rows) == lines
        return np.where(known, rows, -1)

    def concerned(self, line: int, column: str) -> range:
        """Give the numbers of the entries that a finding concerns."""
        position = self._column.get(column)
        if line == 0:
            return (
                range(self._count)
                if position is None
                else range(position, self._count, self._width)
            )
        if line not in self._row:
            return range(0)
        start = self._row[line] * self._width
        return (
            range(start, start + self._width)
            if position is None
            else range(start + position, start + position + 1)
        )

    def all_concerned(self, findings: pd.DataFrame) -> NDArray[np.intp]:
        """Give the numbers of the entries that any of these findings concerns; a number may come again."""
        codes, names = pd.factorize(findings["column"])
        position = np.array([self._column.get(name, -1) for name in names], dtype=np.intp)[codes]
        row = self._find_rows(findings["line"].to_numpy())
        general, single = (findings["line"] == 0).to_numpy(), position >= 0
        there = ~general & (row >= 0)
        cells = there & single
        rows = row[there & ~single, None] * self._width + np.arange(self._width)
        columns = np.unique(position[general & single])
        whole = columns[:, None] + np.arange(0, self._count, max(self._width, 1))
        everything = np.arange(self._count if (general & ~single).any() else 0)
        found = row[cells] * self._width + position[cells], rows.ravel(), whole.ravel(), everything
        return np.concatenate(found)


def check_entries(sheet: Sheet, columns: Columns, snapshot: Snapshot) -> Checked:
    """Say what a sheet asks for, and everything that is wrong with it, at once.

    Args:
        sheet: the sheet.
        columns: which of its columns means what; also holds the answers to questions.
        snapshot: what the gradebook knows.

    Returns:
        The entries, each ready, skipped or blocked, and the findings.

    Raises:
        ColumnsError: `columns` names a column that the sheet lacks.
    """
    facts = gather_facts(sheet, columns, snapshot)
    findings = _find_all(facts, [code for code in CHECKS if code not in _LAST])
    facts, findings = _compare_attempts(facts, findings)
    entries = facts.entries.assign(**_settle(facts, findings, columns))[list(ENTRY_COLUMNS)]
    return Checked(sheet, columns, entries, findings)


def _compare_attempts(facts: Facts, findings: pd.DataFrame) -> tuple[Facts, pd.DataFrame]:
    """Choose between several entries for one grade; what else is wrong with them is known by now."""
    if not facts.has_attempts:
        return facts, findings
    serious = findings[findings["severity"].isin(["error", "question"])]
    # A question about a whole column says nothing against one of its cells beside another.
    serious = serious[(serious["severity"] == "error") | (serious["line"] > 0)]
    blocked = np.zeros(len(facts.entries), dtype=bool)
    blocked[_Places(facts.entries, facts.columns).all_concerned(serious)] = True
    facts = replace(facts, attempts=compare_attempts(facts, blocked))
    findings = pd.concat([findings, _find_all(facts, _LAST)])
    return facts, findings.sort_values("line", kind="stable", ignore_index=True)


def _find_all(facts: Facts, codes: Iterable[str]) -> pd.DataFrame:
    told: dict[str, list[Any]] = {name: [] for name in FINDING_COLUMNS}
    for code in codes:
        for name, values in _tell(CHECKS[code], facts).items():
            told[name] += values
    columns = {
        name: pd.array(values, dtype="int64" if name == "line" else "str")
        for name, values in told.items()
    }
    frame = pd.DataFrame(columns, copy=False)
    return frame.sort_values("line", kind="stable", ignore_index=True)


def _tell(each: Check, facts: Facts) -> Mapping[str, Sequence[object]]:
    """Give what a check finds as columns; a question that was answered is an info."""
    found = list(each.find(facts))
    lines, columns, messages, fixes = zip(*found, strict=True) if found else ((),) * 4
    severities = [each.severity] * len(found)
    suggestions = [fix or each.fix for fix in fixes]
    if each.answers:
        answers = {column: facts.columns.answer_to(each.code, column) for column in set(columns)}
        for i, column in enumerate(columns):
            if answers[column] in each.answers:
                severities[i], suggestions[i] = "info", f"You answered {answers[column]!r}."
    values = lines, columns, [each.code] * len(found), severities, messages, suggestions
    return dict(zip(FINDING_COLUMNS, values, strict=True))


def _settle(facts: Facts, findings: pd.DataFrame, columns: Columns) -> Mapping[str, pd.Categorical]:
    """Give each entry its state, and the reason. What is blocked keeps what was read, to be shown."""
    entries = facts.entries
    asks = entries["asks"].to_numpy()
    skipped = np.where(entries["kind"] == Kind.SKIP, np.int32(2), np.int32(1))
    if facts.attempts is not None:
        left = facts.attempts.index[~(facts.attempts["taken"] | facts.attempts["disputed"])]
        asks, skipped[left] = asks.copy(), 3
        asks[left] = False
    skipped[asks] = 0
    reason = CodedTexts(skipped, ["", "blank", "no-grade", "other-attempt"])
    state = CodedTexts(np.where(asks, np.int32(0), np.int32(2)), ["ready", "blocked", "skipped"])
    places = _Places(entries, columns)
    serious = findings[findings["severity"].isin(["error", "question"])]
    for code, group in serious.groupby("code", sort=False):
        concerned = places.all_concerned(group)
        concerned = concerned[asks[concerned]]
        reason.add(concerned, str(code))
        state.codes[concerned] = 1
    return {"state": state.to_categories(), "reason": reason.to_categories()}
