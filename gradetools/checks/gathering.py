"""Reading every entry of a sheet, and finding its student and its line item: `Facts` out of cells.

Theory of operation. With n student rows and m score columns everything is kept in arrays of n x m entries in the
order of line and column: numbers as numbers, texts as `CodedTexts`. What the cells say is worked out for the
distinct texts, of which scores have few, and then spread over the entries. What no cell asks for (comments where
no column holds any) costs nothing.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks.calling import call_students
from gradetools.checks.coded import CodedTexts, Objects
from gradetools.checks.facts import FIELDS, FLAGS, Facts
from gradetools.checks.headings import read_stated
from gradetools.checks.scores import ScoreCells
from gradetools.checks.values import (
    CLEAR,
    DATE_ANSWERS,
    Kind,
    find_day_first,
    read_date,
    read_flag,
    read_maximum,
    read_score_status,
    to_points,
)
from gradetools.columns import (
    IN_SEVERAL,
    UNKNOWN,
    ColumnMeaning,
    Columns,
    Found,
    LineItemIndex,
    categorise,
    find_named_classes,
    find_own_classes,
    spread,
    students_matched,
)
from gradetools.sheet import Sheet
from gradetools.snapshot import Snapshot

Codes = NDArray[np.intp]
Mask = NDArray[np.bool_]


def gather_facts(sheet: Sheet, columns: Columns, snapshot: Snapshot) -> Facts:
    """Read every entry, and find its student and its line item."""
    students = students_matched(sheet, columns, snapshot)
    table = _Table(sheet, columns, snapshot, students["sourced_id"])
    for k, column in enumerate(table.score_columns):
        table.find_line_items(k, column)
    table.take_scores()
    for k, column in enumerate(table.score_columns):
        table.read_companions(k, column)
    misread = pd.DataFrame(table.misread, columns=["code", "line", "column", "text"])
    entries = table.to_frame(students)
    return Facts(sheet, columns, snapshot, table.score_columns, students, entries, misread)


class _Table:
    """The entries while they are being read."""

    def __init__(
        self, sheet: Sheet, columns: Columns, snapshot: Snapshot, students: pd.Series
    ) -> None:
        self.sheet, self.columns, self.snapshot = sheet, columns, snapshot
        self.students, self._own = students, dict[tuple[str, ...], Codes]()
        self.rows = (sheet.roles == "student").to_numpy()
        self.lines = sheet.frame.index.to_numpy()[self.rows]
        self.score_columns = tuple(
            sorted(columns.score_columns, key=lambda each: sheet.position(each.column))
        )
        self.width = len(self.score_columns)
        self.shape = (len(self.lines), self.width)
        self.cells = ScoreCells(sheet, columns, self.score_columns, self.rows)
        self.kinds, self.values = self.cells.kinds, self.cells.values
        self.item = np.full(self.shape, UNKNOWN, dtype=np.intp)
        self.stated = np.full(self.shape, np.nan)
        self.fields: dict[str, CodedTexts] = {}
        self.clears = CodedTexts.blank(self.item.size, "")
        self.misread: list[tuple[str, int, str, str]] = []
        self.items = snapshot.line_items.drop_duplicates("sourced_id").reset_index(drop=True)
        self.low = self._of_items("result_value_min", np.nan).astype(float)
        self.high = self._of_items("result_value_max", np.nan).astype(float)

    def _of_items(self, column: str, missing: object) -> Objects:
        """Give something of each line item, and last, where UNKNOWN, IN_SEVERAL and IN_NONE look, what stands for none."""
        return np.append(self.items[column].to_numpy(dtype=object), [missing] * 3)

    def _title_items(self) -> Objects:
        """Call each line item by its title; where classes share that, with its class: `Quiz 1 (Biology 1)`."""
        titles, classes = self.items["title"], self.items["class_id"].map(self.snapshot.classes)
        shared = classes.groupby(titles).transform("nunique") > 1
        called = titles.where(~shared, titles + " (" + classes.fillna("") + ")")
        return np.append(called.to_numpy(dtype=object), [""] * 3)

    def _distinct(self, meaning: ColumnMeaning) -> tuple[Codes, Objects]:
        return self.sheet.distinct(meaning.column, self.rows)

    def _field(self, name: str) -> CodedTexts:
        if name not in self.fields:
            self.fields[name] = CodedTexts.blank(self.item.size, None)
        return self.fields[name]

    def read_companions(self, k: int, column: ColumnMeaning) -> None:
        """Read what belongs to a score column: dates, comments, the sheet's own maximum."""
        self._read_stated(k, column)
        for companion in self.columns.companions(column.column):
            if companion.means == "points":
                codes, texts = self._distinct(companion)
                read = np.array([read_maximum(text) for text in texts]).reshape(-1, 2)
                self._state_maximum(k, read[codes].T)
            elif companion.means in FIELDS:
                self._read_companion(k, companion)

    def _read_stated(self, k: int, column: ColumnMeaning) -> None:
        """Read the maximum that the sheet states for a whole column; a heading says nothing of a column of shares alone."""
        rows = slice(k, None, self.width)
        numbers = self.kinds[rows] == Kind.NUMBER
        if text := read_stated(self.sheet, column.column, self.values[rows][numbers]):
            self._state_maximum(k, np.array(read_maximum(text)))

    def _state_maximum(self, k: int, read: NDArray[np.float64]) -> None:
        """Take the likely reading of a stated maximum, or the other one where it is the line item's."""
        likely, other = read
        high = self.high[self.item[:, k]]
        self.stated[:, k] = np.where(other == high, other, likely)

    def find_line_items(self, k: int, column: ColumnMeaning) -> None:
        """Take the line item of the column, or of each row where a column names it or the classes have their own."""
        code = {str(sourced_id): i for i, sourced_id in enumerate(self.items["sourced_id"])}
        named = next(iter(self.columns.of("line_item")), None)
        if column.line_items:
            self.item[:, k] = self._find_own(column.line_items, slice(None))
        elif column.line_item or named is None:
            self.item[:, k] = code.get(column.line_item, UNKNOWN)
        else:
            codes, texts = self._distinct(named)
            index, chosen = LineItemIndex(self.items), self.columns.line_item_matches
            found = [Found(chosen[text]) if text in chosen else index.find(text) for text in texts]
            known = [code.get(each.line_item, UNKNOWN) for each in found]
            self.item[:, k] = np.array(known, dtype=int)[codes]
            for number in [i for i, each in enumerate(found) if each.line_items]:
                rows = np.flatnonzero(codes == number)
                self.item[rows, k] = self._find_own(found[number].line_items, rows)

    def _find_own(self, line_items: Sequence[str], rows: slice | Codes) -> Codes:
        """Find for some rows the one of several classes' line items that is of the student's own class."""
        here = self.items[self.items["sourced_id"].isin(line_items).to_numpy()]
        by_class: dict[str, int] = {}
        for i, class_id in zip(here.index.tolist(), here["class_id"], strict=True):
            by_class[class_id] = IN_SEVERAL if class_id in by_class else int(i)
        if not by_class:
            return np.array(UNKNOWN)
        own = self._own_classes(tuple(sorted(by_class)))[rows]
        items = np.array([by_class[each] for each in sorted(by_class)])
        return np.where(own >= 0, items[np.maximum(own, 0)], own)

    def _own_classes(self, class_ids: tuple[str, ...]) -> Codes:
        """Find each row's own one of some classes, once for all titles that these classes share."""
        if class_ids not in self._own:
            self._own[class_ids] = find_own_classes(
                class_ids, self.students, self._named_classes, self.snapshot.students
            )
        return self._own[class_ids]

    @cached_property
    def _named_classes(self) -> pd.Series:
        return find_named_classes(self.sheet, self.columns, self.snapshot.classes)

    def take_scores(self) -> None:
        """Take what the score cells say: points, letters, tokens, and what is to be cleared."""
        self.score = self._to_points()
        for places, codes, texts in self.cells.letters():
            self._field("text_score").put(places, codes, [_one_line(text) for text in texts])
        for places, fields in self.cells.tokens():
            self._take_token(places, fields)
        cleared = np.flatnonzero(self.kinds == Kind.CLEAR)
        if len(cleared):
            letters = np.array([each.means == "text_score" for each in self.score_columns])
            of_letters = letters[cleared % self.width]
            self.clears.put(cleared, of_letters, ["score,textScore", "textScore"])
            if not of_letters.all():
                self._field("score_status").put(cleared[~of_letters], 0, ["not submitted"])

    def _to_points(self) -> NDArray[np.float64]:
        """Give the points of numbers and shares; NaN for all else."""
        number, share, values = self.kinds == Kind.NUMBER, self.kinds == Kind.SHARE, self.values
        score = np.where(number, values, np.nan)
        for k, column in enumerate(self.score_columns):
            scale = self.columns.scale.get(str(column.column))
            if scale is not None:
                rows = slice(k, None, self.width)
                values = values.copy() if values is self.values else values
                values[rows] = np.where(number[rows], values[rows] / scale, values[rows])
                share[rows] |= number[rows]
        places = np.flatnonzero(share)
        items = self.item.ravel()[places]
        low, high = np.nan_to_num(self.low[items]), self.high[items]
        score[places] = to_points(values[places], low, high)
        return score

    def _take_token(self, places: Codes, fields: Mapping[str, Any]) -> None:
        for name, field in FIELDS.items():
            if field in fields:
                self._field(name).put(places, 0, [str(fields[field])])
        if "score" in fields:
            self.score[places] = float(fields["score"])

    def _read_companion(self, k: int, companion: ColumnMeaning) -> None:
        codes, texts = self._distinct(companion)
        read, code = self._reader(companion, texts)
        skipped = self._no_grades if companion.means == "text_score" else frozenset()
        filled = [text not in ("", CLEAR) and text.casefold() not in skipped for text in texts]
        values = [read(text) if there else None for text, there in zip(texts, filled, strict=True)]
        understood = np.array(list(map(bool, values)), dtype=bool)
        if understood.any():
            rows = np.flatnonzero(understood[codes])
            self._field(companion.means).put(rows * self.width + k, codes[rows], values)
        for i in np.flatnonzero((np.array(filled, dtype=bool) & ~understood)[codes]):
            # A date that is "" was understood, but for which of the two is the day.
            bad = "date-ambiguous" if values[codes[i]] == "" else code
            self.misread.append((bad, int(self.lines[i]), str(companion.column), texts[codes[i]]))
        cleared = np.flatnonzero((texts == CLEAR)[codes])
        self.clears.add(cleared * self.width + k, FIELDS[companion.means])

    @cached_property
    def _no_grades(self) -> frozenset[str]:
        """The texts that stand for no grade, such as `-`, in small letters."""
        tokens = self.columns.tokens.items()
        return frozenset(text.casefold() for text, fields in tokens if fields.get("skip"))

    def _reader(
        self, companion: ColumnMeaning, texts: Objects
    ) -> tuple[Callable[[str], str | None], str]:
        """Give the function that reads a companion's texts, and the code of what it cannot read."""
        if companion.means == "score_date":
            answer = self.columns.answer_to("date-ambiguous", str(companion.column))
            known = DATE_ANSWERS.get(answer)
            first = find_day_first(texts) if known is None else known
            zone = zoneinfo.ZoneInfo(self.snapshot.time_zone)
            return lambda text: read_date(text, zone, day_first=first), "date-not-a-date"
        if companion.means == "score_status":
            return read_score_status, "status-unknown"
        if companion.means in FLAGS:
            return read_flag, "flag-unknown"
        return (_one_line if companion.means == "text_score" else str), ""

    def asks(self) -> Mask:
        """Say which entries ask for something: a grade, or with a blank cell a remark about it."""
        asks: Mask = (self.kinds > Kind.SKIP) | (self.clears.codes > 0)
        for name in {"comment", "text_score", "score_status"} & set(self.fields):
            asks |= self.fields[name].codes > 0
        for name in set(FLAGS) & set(self.fields):
            field = self.fields[name]
            asks |= np.array([text == "true" for text in field.texts])[field.codes]
        return asks

    def to_frame(self, students: pd.DataFrame) -> pd.DataFrame:
        """Make the table of `Facts.entries`, in the order of line and column."""
        n, m = self.shape
        item, asks = self.item.ravel(), self.asks()
        keys = [each.column for each in self.score_columns]
        for field in self.fields.values():
            field.codes[~asks] = 0
        columns: Mapping[str, Any] = {
            "line": np.repeat(self.lines.astype(np.int64), m),
            "column": self._by_column([key.name for key in keys]),
            "occurrence": np.tile(np.array([key.occurrence for key in keys], dtype=np.int64), n),
            "student": spread(students["sourced_id"], m),
            "student_name": spread(self._call_students(students), m),
            "line_item": categorise(self._of_items("sourced_id", ""), item),
            "line_item_title": categorise(self._title_items(), item),
            "class_id": categorise(self._of_items("class_id", ""), item),
            "text": categorise(self.cells.found, self.cells.codes),
            "value": self.values,
            "score": self.score,
            "low": self.low.take(item),
            "high": self.high.take(item),
            "stated": self.stated.ravel(),
            **self._written_fields(),
            "clears": self.clears.to_categories(),
            "kind": self.kinds,
            "key": self._by_column([str(key) for key in keys]),
            "how": spread(students["how"], m),
            "item": item,
            "asks": asks,
        }
        index = pd.RangeIndex(n * m, name="entry")
        return pd.DataFrame(columns, index=index, copy=False)

    def _call_students(self, students: pd.DataFrame) -> pd.Series:
        return call_students(students, self.sheet, self.columns, self.snapshot.namesakes)

    def _by_column(self, texts: Sequence[str]) -> pd.Categorical:
        """Give every row one text for each column."""
        return categorise(texts, np.tile(np.arange(self.width), self.shape[0]))

    def _written_fields(self) -> dict[str, pd.Series]:
        """Write out the fields of results; those that nothing asks for share one empty column."""
        nothing = np.full(self.item.size, None, dtype=object)
        index = pd.RangeIndex(self.item.size, name="entry")
        written = {name: field.to_objects() for name, field in self.fields.items()}
        return {
            name: pd.Series(written.get(name, nothing), index, dtype=object, copy=False)
            for name in FIELDS
        }


def _one_line(text: str) -> str:
    """A NormalizedString holds no line break and no tab (OneRoster 1.2, `textScore`)."""
    return " ".join(text.split())
