"""What the checks look at: every entry with what was read in it, as one table.

An entry is one cell of a student row under a score column. The table is built column by column: with n
student rows and m score columns, entry i stands in row i // m under score column i % m.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks.names import find_differing
from gradetools.checks.values import (
    CLEAR,
    COMMA_ANSWERS,
    DATE_ANSWERS,
    TOKEN_ANSWERS,
    Kind,
    find_day_first,
    read_date,
    read_each,
    read_flag,
    read_number,
    read_score_status,
    read_scores,
)
from gradetools.columns import ColumnMeaning, Columns, LineItemIndex, students_matched
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
_FLAGS = ("late", "missing", "incomplete", "in_progress")

#: How a student stands to the class of a line item.
ENROLLED, LEFT, NEVER = 1, 0, -1
#: What the checks of several entries at once look at, and what a finding tells of a single one.
ASKING = (
    "line", "key", "student", "student_name", "line_item", "line_item_title", "class_id", "item", "stated", "high",
)  # fmt: skip
TOLD = ("line", "key", "text", "line_item_title", "score", "low", "high")

Objects = NDArray[np.object_]


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
    """

    sheet: Sheet
    columns: Columns
    snapshot: Snapshot
    score_columns: tuple[ColumnMeaning, ...]
    students: pd.DataFrame
    entries: pd.DataFrame
    misread: pd.DataFrame

    @cached_property
    def asking(self) -> pd.DataFrame:
        """The entries that ask for something; a blank cell asks for nothing."""
        return self.entries.loc[self.entries["asks"].to_numpy(), list(ASKING)]

    @cached_property
    def enrolment(self) -> pd.Series:
        """For each asking entry whose student and class are known: ENROLLED, LEFT or NEVER in that class; else NaN."""
        asking = self.asking
        found = pd.Series(np.nan, index=asking.index)
        for class_id in self.snapshot.line_items["class_id"].unique():
            students = self.snapshot.students
            students = students[(students["class_id"] == class_id).to_numpy()]
            known = (
                students.groupby("sourced_id")["active"].any().map({True: ENROLLED, False: LEFT})
            )
            here = (asking["class_id"] == class_id) & (asking["student"] != "")
            found[here] = asking.loc[here, "student"].map(known).fillna(NEVER)
        return found

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
        said = [part[people["line"]].array for part in parts]
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


class _Table:
    """The entries while they are being read: one n x m array per column, filled a score column at a time."""

    def __init__(self, sheet: Sheet, columns: Columns, snapshot: Snapshot) -> None:
        self.sheet, self.columns, self.snapshot = sheet, columns, snapshot
        self.rows = (sheet.roles == "student").to_numpy()
        self.lines = sheet.frame.index.to_numpy()[self.rows]
        self.score_columns = tuple(
            sorted(columns.score_columns, key=lambda each: sheet.position(each.column))
        )
        shape = (len(self.lines), len(self.score_columns))
        self.kind = np.zeros(shape, dtype=np.uint8)
        self.numbers = {
            name: np.full(shape, np.nan) for name in ("value", "score", "low", "high", "stated")
        }
        self.item = np.full(shape, -1, dtype=np.int64)
        self.fields: dict[str, Objects] = {
            name: np.full(shape, None, dtype=object) for name in FIELDS
        }
        self.clears: Objects = np.full(shape, "", dtype=object)
        self.misread: list[tuple[str, int, str, str]] = []
        self.items = snapshot.line_items.drop_duplicates("sourced_id").reset_index(drop=True)

    def texts(self, meaning: ColumnMeaning) -> pd.Series:
        return self.sheet.column(meaning.column)[self.rows]

    def read_column(self, k: int, column: ColumnMeaning) -> None:
        self._find_line_items(k, column)
        self._read_scores(k, column)
        stated = read_number(self.sheet.maxima.get(column.column, ""))
        self.numbers["stated"][:, k] = np.nan if stated is None else stated
        for companion in self.columns.companions(column.column):
            if companion.means == "points":
                self.numbers["stated"][:, k] = read_scores(self.texts(companion), {})["value"]
            elif companion.means in FIELDS:
                self._read_companion(k, companion)

    def _find_line_items(self, k: int, column: ColumnMeaning) -> None:
        """Take the line item of the column, or of each row where a column names it."""
        code = {str(sourced_id): i for i, sourced_id in enumerate(self.items["sourced_id"])}
        named = next(iter(self.columns.of("line_item")), None)
        if column.line_item or named is None:
            self.item[:, k] = code.get(column.line_item, -1)
        else:
            texts, index = self.texts(named), LineItemIndex(self.items)
            chosen = self.columns.line_item_matches
            found = {
                text: chosen.get(text) or index.find(text).line_item for text in texts.unique()
            }
            self.item[:, k] = [code.get(found[text], -1) for text in texts]
        for name, source in (("low", "result_value_min"), ("high", "result_value_max")):
            self.numbers[name][:, k] = self._of_item(source, self.item[:, k], np.nan).astype(float)

    def _of_item(self, column: str, items: NDArray[np.int64], missing: object) -> Objects:
        known = np.append(self.items[column].to_numpy(dtype=object), [missing])
        taken: Objects = known[items]  # -1 takes the last
        return taken

    def _read_scores(self, k: int, column: ColumnMeaning) -> None:
        texts, name = self.texts(column), str(column.column)
        answer = self.columns.answer_to("score-ambiguous", name)
        comma = answer if answer in COMMA_ANSWERS else ""
        tokens = self._tokens_of(name)
        read = read_scores(texts, tokens, comma)
        kind, value = read["kind"].to_numpy().copy(), read["value"].to_numpy()
        if column.means == "text_score":
            letters = ~np.isin(kind, (Kind.BLANK, Kind.SKIP, Kind.CLEAR, Kind.TOKEN, Kind.ASKED))
            self.fields["text_score"][letters, k] = read_each(texts[letters], _one_line).to_numpy()
            kind[letters] = Kind.TOKEN
        low, high = self.numbers["low"][:, k], self.numbers["high"][:, k]
        start = np.nan_to_num(low)
        scale = self.columns.scale.get(name)
        share = value if scale is None else np.where(kind == Kind.NUMBER, value / scale, value)
        scaled = (kind == Kind.SHARE) | ((kind == Kind.NUMBER) & (scale is not None))
        # Ten digits after the point are more than a float32 of the wire holds; they take off 6.000000000000001.
        score = np.where(scaled, np.round(start + share * (high - start), 10), value)
        self.numbers["score"][:, k] = np.where(
            np.isin(kind, (Kind.NUMBER, Kind.SHARE)), score, np.nan
        )
        self.kind[:, k], self.numbers["value"][:, k] = kind, value
        self._read_tokens(k, texts, kind, tokens)
        cleared = kind == Kind.CLEAR
        letters_only = column.means == "text_score"
        self.clears[cleared, k] = "textScore" if letters_only else "score,textScore"
        if not letters_only:
            self.fields["score_status"][cleared, k] = "not submitted"

    def _tokens_of(self, column: str) -> dict[str, Mapping[str, Any]]:
        """Give the tokens of a column, in small letters; an answer says what those stand for that were asked about."""
        answer = TOKEN_ANSWERS.get(self.columns.answer_to("token-unclear", column))
        return {
            text.casefold(): answer if answer and fields.get("ask") else fields
            for text, fields in self.columns.tokens.items()
        }

    def _read_tokens(
        self,
        k: int,
        texts: pd.Series,
        kind: NDArray[np.uint8],
        tokens: Mapping[str, Mapping[str, Any]],
    ) -> None:
        for i in np.flatnonzero(kind == Kind.TOKEN):
            fields = tokens.get(texts.iloc[i].casefold(), {})
            for name, field in FIELDS.items():
                if field in fields:
                    self.fields[name][i, k] = str(fields[field])
            if "score" in fields:
                self.numbers["score"][i, k] = float(fields["score"])

    def _read_companion(self, k: int, companion: ColumnMeaning) -> None:
        texts, field = self.texts(companion), self.fields[companion.means]
        filled = ((texts != "") & (texts != CLEAR)).to_numpy()
        if companion.means == "text_score":
            filled = filled & ~texts.str.casefold().isin(self._no_grades).to_numpy()
        read, code = self._reader(companion, texts)
        values = read_each(texts[filled], read).to_numpy()
        rows = np.flatnonzero(filled)
        for i, value in zip(rows, values, strict=True):
            if value:
                field[i, k] = value
            else:
                # A date that is "" was understood, but for which of the two is the day.
                bad = "date-ambiguous" if value == "" else code
                self.misread.append((bad, int(self.lines[i]), str(companion.column), texts.iloc[i]))
        for i in np.flatnonzero((texts == CLEAR).to_numpy()):
            name = FIELDS[companion.means]
            self.clears[i, k] = ",".join(filter(None, (self.clears[i, k], name)))

    @cached_property
    def _no_grades(self) -> list[str]:
        """The texts that stand for no grade, such as `-`, in small letters."""
        tokens = self.columns.tokens.items()
        return [text.casefold() for text, fields in tokens if fields.get("skip")]

    def _reader(self, companion: ColumnMeaning, texts: pd.Series) -> tuple[Any, str]:
        """Give the function that reads a companion's texts, and the code of what it cannot read."""
        if companion.means == "score_date":
            answer = self.columns.answer_to("date-ambiguous", str(companion.column))
            known = DATE_ANSWERS.get(answer)
            first = find_day_first(texts.unique()) if known is None else known
            zone = zoneinfo.ZoneInfo(self.snapshot.time_zone)
            return lambda text: read_date(text, zone, day_first=first), "date-not-a-date"
        if companion.means == "score_status":
            return read_score_status, "status-unknown"
        if companion.means in _FLAGS:
            return read_flag, "flag-unknown"
        return (_one_line if companion.means == "text_score" else str), ""

    def asks(self) -> NDArray[np.bool_]:
        """Say which entries ask for something: a grade, or with a blank cell a remark about it."""
        asks: NDArray[np.bool_] = (self.kind > Kind.SKIP) | (self.clears != "")
        for name in ("comment", "text_score", "score_status"):
            asks |= pd.notna(self.fields[name])
        for name in _FLAGS:
            asks |= self.fields[name] == "true"
        return asks

    def to_frame(self, students: pd.DataFrame) -> pd.DataFrame:
        n, m = self.kind.shape
        keys = [each.column for each in self.score_columns]
        item = self.item.ravel()
        positions = [self.sheet.position(key) for key in keys]
        asks = self.asks()
        for field in self.fields.values():
            field[~asks] = None
        columns: Mapping[str, Any] = {
            "line": np.repeat(self.lines, m).astype(np.int64),
            "column": _text(np.tile(np.array([key.name for key in keys], dtype=object), n)),
            "occurrence": np.tile(np.array([key.occurrence for key in keys], dtype=np.int64), n),
            "student": _text(np.repeat(students["sourced_id"].to_numpy(dtype=object), m)),
            "student_name": _text(np.repeat(students["name"].to_numpy(dtype=object), m)),
            "line_item": _text(self._of_item("sourced_id", item, "")),
            "line_item_title": _text(self._of_item("title", item, "")),
            "class_id": _text(self._of_item("class_id", item, "")),
            "text": _text(
                self.sheet.frame.iloc[self.rows, positions].to_numpy(dtype=object).ravel()
            ),
            **{name: array.ravel() for name, array in self.numbers.items()},
            **{name: pd.Series(array.ravel(), dtype=object) for name, array in self.fields.items()},
            "clears": _text(self.clears.ravel()),
            "kind": self.kind.ravel(),
            "key": _text(np.tile(np.array([str(key) for key in keys], dtype=object), n)),
            "how": _text(np.repeat(students["how"].to_numpy(dtype=object), m)),
            "item": item,
            "asks": asks.ravel(),
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(n * m, name="entry"))


def gather_facts(sheet: Sheet, columns: Columns, snapshot: Snapshot) -> Facts:
    """Read every entry, and find its student and its line item."""
    students = students_matched(sheet, columns, snapshot)
    table = _Table(sheet, columns, snapshot)
    for k, column in enumerate(table.score_columns):
        table.read_column(k, column)
    misread = pd.DataFrame(table.misread, columns=["code", "line", "column", "text"])
    return Facts(
        sheet, columns, snapshot, table.score_columns, students, table.to_frame(students), misread
    )


def _text(values: Objects) -> pd.Series:
    return pd.Series(values, dtype="str")


def _one_line(text: str) -> str:
    """A NormalizedString holds no line break and no tab (OneRoster 1.2, `textScore`)."""
    return " ".join(text.split())
