"""The scores of a sheet side by side, with what the gradebook knows, for the checks of who they belong to."""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks.standing import (
    FEW_STUDENTS,
    Floats,
    Integers,
    Stray,
    find_stray_sheet,
    find_strays,
    log_orders,
)
from gradetools.checks.values import FAR_ABOVE, Kind
from gradetools.columns import Columns
from gradetools.dialects import parse
from gradetools.sheet import Sheet
from gradetools.snapshot import Snapshot

#: So many scores are looked at, of the first and the last rows; more would tell nothing new.
MOST_SCORES, MOST_ROWS, LEAST_ROWS = 60_000, 2_000, 200
#: So many results of the gradebook are read for the students' standing.
MOST_RESULTS = 20_000
#: A score far above the maximum is a slip, where at most such a share of a column is.
MOST_SLIPS = 0.1
#: Rows are in order where so large a share of neighbours is, of so many at least.
MOSTLY, FEW_NEIGHBOURS = 0.9, 7
#: Two columns of fewer rows than these may be the same by chance, and of fewer different scores than these with good reason:
#: attendance, ticks, a zero for whoever was away. Nor does it tell much where one order in so few would be the same.
FEW_ROWS, FEW_VALUES, SAME_BY_CHANCE = 6, 3, 50


@dataclass(frozen=True, eq=False)
class ComparedColumn:
    """The scores that are compared: a column's, or in a long sheet those of one line item."""

    key: str
    title: str
    item: int
    rows: Integers
    scores: Floats


@dataclass(frozen=True, eq=False)
class Compared:
    """The scores of a sheet as one table of persons, beside what the gradebook knows of them.

    Attributes:
        sheet: the sheet.
        meanings: which of its columns means what.
        snapshot: what the gradebook knows.
        students: `Facts.students`.
        columns: what is compared.
    """

    sheet: Sheet
    meanings: Columns
    snapshot: Snapshot
    students: pd.DataFrame
    columns: list[ComparedColumn]

    @property
    def wide(self) -> bool:
        """Whether every row is one person's, and has all the scores."""
        return not self.meanings.of("line_item")

    @cached_property
    def rows(self) -> Integers:
        """The rows of the sheet that are looked at."""
        return np.unique(np.concatenate([each.rows for each in self.columns]))

    @cached_property
    def persons(self) -> Integers:
        """For each of these rows the number of its person: of a wide sheet every row is one."""
        alone = np.arange(len(self.rows))
        if self.wide:
            return alone
        text = self.students["text"].cat
        codes = text.codes.to_numpy().astype(np.intp)[self.rows]
        nobody = (text.categories == "").take(codes)
        return pd.factorize(np.where(nobody, -1 - alone, codes))[0]

    @cached_property
    def orders(self) -> list[Integers]:
        """For each column the persons in the order of its rows."""
        return [self.persons[np.searchsorted(self.rows, each.rows)] for each in self.columns]

    @cached_property
    def scores(self) -> Floats:
        """The scores, persons x columns."""
        table = np.full((self.persons.max() + 1, len(self.columns)), np.nan)
        for k, (order, column) in enumerate(zip(self.orders, self.columns, strict=True)):
            table[order, k] = column.scores
        return table

    @cached_property
    def known(self) -> pd.DataFrame:
        """The scores that the gradebook has of these persons: persons x line items."""
        people = pd.Series(self.persons, self.students["sourced_id"].iloc[self.rows].array)
        people = people[people.index != ""]
        people = people[~people.index.duplicated()]
        results = self.snapshot.results
        results = results[results["active"].to_numpy(dtype=bool)]
        results = results[results["student"].isin(people.index).to_numpy()]
        counts = results["line_item"].value_counts()
        chosen = counts.index[(counts.cumsum() <= MOST_RESULTS).to_numpy()]
        results = results[results["line_item"].isin(chosen).to_numpy()]
        person = people.reindex(results["student"]).to_numpy()
        item = chosen.get_indexer(pd.Index(results["line_item"]))
        table = np.full((self.persons.max() + 1, len(chosen)), np.nan)
        table[person, item] = [_score(record) for record in results["record"]]
        return pd.DataFrame(table, columns=list(chosen))

    @cached_property
    def strays(self) -> list[Stray]:
        """What was found: about the sheet as a whole, with the column -1, or else about its columns."""
        known = self.known.to_numpy()
        sheet = find_stray_sheet(self.scores, known) if self.wide else None
        if sheet and not self._is_held(sheet):
            return [sheet]
        found = find_strays(
            self.scores,
            known,
            twins=self._twins,
            orders=self.orders,
            has_other_order=lambda k: self.has_other_order(self.columns[k]),
        )
        return [stray for stray in found if not self._is_held(stray)]

    @cached_property
    def _twins(self) -> list[int]:
        """For each column the position of its line item among what is known, or -1."""
        ids = self.snapshot.line_items["sourced_id"].drop_duplicates().to_numpy()
        own = [str(ids[each.item]) if each.item >= 0 else "" for each in self.columns]
        return [int(twin) for twin in self.known.columns.get_indexer(pd.Index(own))]

    @cached_property
    def held(self) -> list[Floats]:
        """For each column the scores that the gradebook has of its line item, by person; NaN for none."""
        known = self.known.to_numpy()
        nothing = np.full(len(known), np.nan)
        return [known[:, twin] if twin >= 0 else nothing for twin in self._twins]

    def _is_held(self, stray: Stray) -> bool:
        """Whether most of the scores that seem to stray are the ones that these students have already.

        So it is after a push that failed in part: what was written then speaks for the sheet.
        """
        same = there = 0
        for k in range(len(self.columns)) if stray.column < 0 else [stray.column]:
            persons = self.orders[k][stray.start :]
            apart = self.scores[persons, k] - self.held[k][persons]
            same += int((apart == 0).sum())
            there += int((~np.isnan(apart)).sum())
        return there >= FEW_STUDENTS and same > there / 2

    def has_other_order(self, column: ComparedColumn) -> bool:
        """Whether the rows stand in the order of ids or names, also where one score follows another."""
        there = ~np.isnan(column.scores)
        students = self.students.iloc[column.rows[there]]
        people = self.snapshot.students.drop_duplicates("sourced_id").set_index("sourced_id")
        said = [self.sheet.column(each.column) for each in self.meanings.of("name")]
        changes = np.diff(column.scores[there]) != 0
        texts = [students["text"], *(each[students["line"]] for each in said)]
        texts.append(people["family_name"].reindex(students["sourced_id"]).fillna(""))
        folded = [
            [unicodedata.normalize("NFKD", each.casefold()) for each in text] for text in texts
        ]
        # Numbers without leading zeros are in order by length first.
        folded.append([f"{len(each):06} {each}" for each in folded[0]])
        return any(_is_in_order(text, changes) for text in folded)


def _is_in_order(texts: list[str], changes: NDArray[np.bool_]) -> bool:
    """Whether most neighbours rise, or most fall, both everywhere and where something changes."""
    pairs = itertools.pairwise(texts)
    steps = np.array([(a < b) - (a > b) for a, b in pairs], dtype=int)
    for way in (1, -1):
        everywhere, there = steps[steps != 0] == way, steps[changes & (steps != 0)] == way
        if len(everywhere) >= FEW_NEIGHBOURS and everywhere.mean() >= MOSTLY:
            return bool(len(there)) and bool(there.mean() > 1 / 2)
    return False


def _score(record: str) -> float:
    score = (parse(record) or {}).get("score")
    return float(score) if isinstance(score, int | float) else np.nan


def compare_columns(
    sheet: Sheet,
    meanings: Columns,
    snapshot: Snapshot,
    students: pd.DataFrame,
    entries: pd.DataFrame,
) -> Compared | None:
    """Lay the scores of a sheet side by side; None where there are none. The arguments are those of `Facts`."""
    columns = _list_columns(meanings, snapshot, entries)
    return Compared(sheet, meanings, snapshot, students, columns) if columns else None


def _list_columns(
    meanings: Columns, snapshot: Snapshot, entries: pd.DataFrame
) -> list[ComparedColumn]:
    m = len(meanings.score_columns)
    n = len(entries) // max(m, 1)
    if not n:
        return []
    scores, high = (entries[name].to_numpy(dtype=float).reshape(n, m) for name in ("score", "high"))
    scores = _without_slips(scores, high)
    items = entries["item"].to_numpy(dtype=np.intp).reshape(n, m)
    named = bool(meanings.of("line_item"))
    columns = []
    for k, meaning in enumerate(meanings.score_columns):
        long = named and not meaning.line_item
        found = np.unique(items[:, k])
        for item in found if long else [found[0] if len(found) == 1 else -1]:
            rows = np.flatnonzero(items[:, k] == item) if long else np.arange(n)
            if not long or (item >= 0 and len(rows) >= FEW_STUDENTS):
                title = _title(snapshot, int(item)) if long else ""
                columns.append((str(meaning.column), title, int(item), rows, k))
    most = max(LEAST_ROWS, min(MOST_ROWS, MOST_SCORES // max(len(columns), 1))) // 2
    ends = [_ends(rows, most) for *_, rows, _ in columns]
    return [
        ComparedColumn(key, title, item, rows, scores[rows, k])
        for (key, title, item, _, k), rows in zip(columns, ends, strict=True)
    ]


def _without_slips(scores: Floats, high: Floats) -> Floats:
    """Leave out the few scores of a column that are far above the maximum: 970 for 97 would make all others look alike."""
    slips = scores > FAR_ABOVE * high
    few = slips.sum(axis=0) <= MOST_SLIPS * (~np.isnan(scores)).sum(axis=0)
    return np.where(slips & few, np.nan, scores)


def _ends(rows: Integers, most: int) -> Integers:
    """Give the first and the last rows."""
    return rows if len(rows) <= 2 * most else np.concatenate([rows[:most], rows[-most:]])


def _title(snapshot: Snapshot, item: int) -> str:
    return str(snapshot.line_items.drop_duplicates("sourced_id")["title"].iloc[item])


def find_same(entries: pd.DataFrame, width: int) -> Iterator[tuple[int, int, int]]:
    """Find the score columns that hold the same scores, each cell as it stands, for other line items.

    Args:
        entries: `Facts.entries`.
        width: how many score columns there are.

    Returns:
        The first of them, another one, and how many scores each holds.
    """
    kinds, items = (
        entries[name].to_numpy().reshape(-1, max(width, 1)) for name in ("kind", "item")
    )
    values = entries["value"].to_numpy(dtype=float).reshape(kinds.shape)
    firsts: dict[bytes, int] = {}
    for k in range(width if width > 1 else 0):
        there = (kinds[:, k] == Kind.NUMBER) | (kinds[:, k] == Kind.SHARE)
        scores = np.where(there, values[:, k], np.nan)
        if not _is_telling(scores[there]):
            continue
        written = np.where(there, kinds[:, k], 0).astype(np.uint8)
        first = firsts.setdefault(scores.tobytes() + written.tobytes(), k)
        # For one line item they are its attempts.
        if first != k and (items[there, first] != items[there, k]).any():
            yield first, k, int(there.sum())


def _is_telling(scores: Floats) -> bool:
    """Whether it would be a wonder if another column held the same scores."""
    counts = np.unique(scores, return_counts=True)[1]
    if len(scores) < FEW_ROWS or len(counts) < FEW_VALUES:
        return False
    return log_orders(counts) > math.log(SAME_BY_CHANCE)
