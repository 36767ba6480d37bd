"""The cells of all score columns at once: each distinct text is read once for all columns that read it alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.checks.coded import Objects
from gradetools.checks.values import (
    COMMA_ANSWERS,
    TOKEN_ANSWERS,
    Kind,
    read_scores,
    show_comma,
)
from gradetools.columns import ColumnMeaning, Columns
from gradetools.sheet import Sheet

Codes = NDArray[np.intp]

#: In a column of letters these stay what they are; all else is a letter.
_NO_LETTERS = (Kind.BLANK, Kind.SKIP, Kind.CLEAR, Kind.TOKEN, Kind.ASKED)
#: What the commas of a text show: nothing, or the word at this place.
_SHOWN = ("", *COMMA_ANSWERS)


class _Manner(NamedTuple):
    """How a column is read: columns of one manner read the same text alike."""

    prefix: str
    comma: str
    comma_answer: str
    token_answer: str
    letters: bool


class _Reading(NamedTuple):
    """What the distinct texts say, read in one manner."""

    texts: Objects
    kinds: NDArray[np.uint8]
    values: NDArray[np.float64]
    letters: NDArray[np.bool_]
    fields: dict[int, Mapping[str, Any]]


class ScoreCells:
    """Every cell of a student row under a score column, and what it says. Entry i of m columns is in row i // m.

    Args:
        sheet: the sheet.
        columns: which of its columns means what.
        score_columns: the columns of entries, in the sheet's order.
        rows: for each row of `sheet.frame` whether it is a student's.

    Attributes:
        codes: for each entry the number of its text.
        found: the distinct texts as they stand in the cells.
    """

    def __init__(
        self,
        sheet: Sheet,
        columns: Columns,
        score_columns: tuple[ColumnMeaning, ...],
        rows: NDArray[np.bool_],
    ) -> None:
        self._sheet, self._columns, self._width = sheet, columns, len(score_columns)
        self.codes, self.found = self._number(score_columns, rows)
        self._meant: dict[str, tuple[Objects, NDArray[np.uint8] | None]] = {}
        manners = [self._manner(k, column) for k, column in enumerate(score_columns)]
        known = {manner: number for number, manner in enumerate(dict.fromkeys(manners))}
        self._readings = [self._read(manner) for manner in known]
        self._numbers = np.array([known[manner] for manner in manners], dtype=np.intp)

    def _number(
        self, score_columns: tuple[ColumnMeaning, ...], rows: NDArray[np.bool_]
    ) -> tuple[Codes, Objects]:
        """Number the distinct texts of all columns together."""
        cells = np.empty((len(score_columns), int(rows.sum())), dtype=object)
        for k, column in enumerate(score_columns):
            position = self._sheet.position(column.column)
            cells[k] = self._sheet.frame.iloc[:, position].to_numpy(dtype=object)[rows]
        codes, found = pd.factorize(cells.ravel())
        return codes.reshape(cells.shape).T.ravel(), found

    def _manner(self, k: int, column: ColumnMeaning) -> _Manner:
        name, prefix = str(column.column), self._sheet.prefix(column.column)
        comma = self._columns.answer_to("score-ambiguous", name)
        token = self._columns.answer_to("token-unclear", name)
        return _Manner(
            prefix,
            self._find_comma(k, prefix),
            comma if comma in COMMA_ANSWERS else "",
            token if token in TOKEN_ANSWERS else "",
            column.means == "text_score",
        )

    def _texts(self, prefix: str) -> tuple[Objects, NDArray[np.uint8] | None]:
        """Give the texts as they are meant, and what the commas of each show; None where there are no commas."""
        if prefix not in self._meant:
            texts = self._sheet.unwrap(self.found, prefix)
            shown = [_SHOWN.index(show_comma(text)) for text in texts]
            self._meant[prefix] = texts, np.array(shown, dtype=np.uint8) if any(shown) else None
        return self._meant[prefix]

    def _find_comma(self, k: int, prefix: str) -> str:
        """Say what a comma means in a column; see `values.find_comma`."""
        shown = self._texts(prefix)[1]
        if shown is None:
            return ""
        there = np.unique(shown[self.codes[k :: self._width]])
        there = there[there > 0]
        return _SHOWN[there[0]] if len(there) == 1 else ""

    def _read(self, manner: _Manner) -> _Reading:
        texts, tokens = self._texts(manner.prefix)[0], self._tokens(manner.token_answer)
        kinds, values = read_scores(texts, tokens, manner.comma_answer, shown=manner.comma)
        letters = ~np.isin(kinds, _NO_LETTERS) & manner.letters
        kinds[letters] = Kind.TOKEN
        named = np.flatnonzero(kinds == Kind.TOKEN).tolist()
        fields = {i: tokens[texts[i].casefold()] for i in named if texts[i].casefold() in tokens}
        return _Reading(texts, kinds, values, letters, fields)

    def _tokens(self, answer: str) -> dict[str, Mapping[str, Any]]:
        """Give the tokens in small letters; an answer says what those stand for that were asked about."""
        return {
            text.casefold(): TOKEN_ANSWERS[answer] if answer and fields.get("ask") else fields
            for text, fields in self._columns.tokens.items()
        }

    @cached_property
    def _places(self) -> Codes:
        """For each entry the place of its text in the readings, one after the other."""
        if len(self._readings) == 1:
            return self.codes
        shifts = self._numbers * len(self.found)
        return self.codes + np.tile(shifts, len(self.codes) // max(self._width, 1))

    def _spread(self, parts: list[NDArray[Any]]) -> NDArray[Any]:
        """Give each entry what one of the readings says of its text."""
        return np.concatenate(parts or [np.empty(0)]).take(self._places)

    @cached_property
    def kinds(self) -> NDArray[np.uint8]:
        """For each entry its `Kind`."""
        return self._spread([each.kinds for each in self._readings])

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """For each entry the number, or the share of 1, that was read; NaN for none."""
        return self._spread([each.values for each in self._readings])

    def letters(self) -> Iterator[tuple[Codes, Codes, Objects]]:
        """Give for each column of letters the entries that have one, the numbers of their texts, and the texts."""
        for k, reading in self._columns_with(lambda each: bool(each.letters.any())):
            codes = self.codes[k :: self._width]
            rows = np.flatnonzero(reading.letters[codes])
            yield rows * self._width + k, codes[rows], reading.texts

    def tokens(self) -> Iterator[tuple[Codes, Mapping[str, Any]]]:
        """Give for each column and token the entries where it stands, and the fields that it stands for."""
        for k, reading in self._columns_with(lambda each: bool(each.fields)):
            stands = np.zeros(len(self.found), dtype=bool)
            stands[list(reading.fields)] = True
            codes = self.codes[k :: self._width]
            rows = np.flatnonzero(stands[codes])
            for i in np.unique(codes[rows]).tolist():
                yield rows[codes[rows] == i] * self._width + k, reading.fields[i]

    def _columns_with(self, wanted: Callable[[_Reading], bool]) -> Iterator[tuple[int, _Reading]]:
        chosen = [bool(wanted(reading)) for reading in self._readings]
        for k, number in enumerate(self._numbers.tolist()):
            if chosen[number]:
                yield k, self._readings[number]
