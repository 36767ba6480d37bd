"""Finding students: exactly first, then by a unique match ignoring case, and never by name alone."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.columns.categories import categorise
from gradetools.columns.meanings import Columns
from gradetools.formats.recognition import STUDENT_FIELDS, tidy
from gradetools.sheet import Sheet
from gradetools.snapshot import Snapshot

#: A spreadsheet program wrote the id as a number, and lost digits or zeros.
MANGLED = re.compile(r"[0-9]+[.,]0+|[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")
#: Likenesses are looked for in so many unmatched texts; who has more has chosen the wrong class.
MOST_LIKENESSES = 100

_COLUMN = {"sourcedId": "sourced_id", "userIds": "user_ids"}
_CASELESS = ("username", "email")
Spelling = TypeVar("Spelling", str, tuple[str, ...])


class Match(NamedTuple):
    """Whom one text of the student column means.

    Attributes:
        sourced_id: the student; "" where none or several fit.
        how: "exact", "ignoring case", "chosen" (by a person), "ambiguous", or "" for nobody.
        candidates: sourcedIds of those who fit, or who come near.
    """

    sourced_id: str = ""
    how: str = ""
    candidates: tuple[str, ...] = ()


NOBODY = Match()


class StudentIndex:
    """The students of a snapshot, to be found by one of their fields.

    Args:
        students: DataFrame of `snapshot.STUDENT_COLUMNS`.
        field: one of `formats.recognition.STUDENT_FIELDS`; "" looks in all of them.
    """

    def __init__(self, students: pd.DataFrame, field: str) -> None:
        self._people = students.drop_duplicates("sourced_id")
        self._caseless = field in _CASELESS
        fields = (field,) if field else STUDENT_FIELDS
        self._pairs = [pair for each in fields for pair in _texts(self._people, each)]

    @cached_property
    def names(self) -> dict[str, str]:
        """The students' full names by sourcedId."""
        return dict(
            zip(self._people["sourced_id"].tolist(), _full_names(self._people), strict=True)
        )

    @cached_property
    def _exact(self) -> dict[str, tuple[str, ...]]:
        return _group(self._pairs)

    @cached_property
    def _folded(self) -> dict[str, tuple[str, ...]]:
        return _group((text.casefold(), sourced_id) for text, sourced_id in self._pairs)

    @cached_property
    def _by_name(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        return _group((_name_parts(name), sourced_id) for sourced_id, name in self.names.items())

    def match(
        self, texts: Iterable[str], chosen: Mapping[str, str] | None = None
    ) -> dict[str, Match]:
        """Say whom each distinct text means; where case counts, who is matched exactly is so in no other spelling."""
        chosen = chosen or {}
        distinct = dict.fromkeys(texts)
        found = {text: _one_of(self._exact.get(text, ()), "exact") for text in distinct}
        for text in distinct.keys() & chosen.keys():
            known = chosen[text] in self.names
            found[text] = Match(chosen[text], "chosen") if known else NOBODY
        missing = [text for text, match in found.items() if not match.how]
        if respelled := [text for text in missing if text.casefold() in self._folded]:
            taken = {match.sourced_id for match in found.values() if match.sourced_id}
            found |= {text: self._match_folded(text, taken) for text in respelled}
        return found

    def _match_folded(self, text: str, taken: set[str]) -> Match:
        known = self._folded[text.casefold()]
        if self._caseless:
            return _one_of(known, "exact")
        return _one_of(tuple(each for each in known if each not in taken), "ignoring case")

    def count(self, texts: Iterable[str]) -> tuple[int, int]:
        """Count the distinct texts that find a student: in all, and exactly."""
        found = self.match(texts).values()
        return sum(bool(match.sourced_id) for match in found), sum(
            match.how == "exact" for match in found
        )

    def near(self, text: str, name: str = "") -> tuple[str, ...]:
        """Give the sourcedIds of those who come near: the same number but for zeros, the same name, a similar text."""
        found: list[str] = []
        if MANGLED.fullmatch(text) or (text.isascii() and text.isdigit()):
            text = text.replace(",", ".")
            value = float(text)
            same = (
                key
                for key in self._exact
                if key.isascii() and key.isdigit() and _looks_like(key, value, text)
            )
            found += [sourced_id for key in same for sourced_id in self._exact[key]]
        if name:
            found += self._by_name.get(_name_parts(name), ())
        for key in difflib.get_close_matches(text.casefold(), list(self._folded), n=3, cutoff=0.75):
            found += self._folded[key]
        return tuple(dict.fromkeys(found))[:3]


def students_matched(sheet: Sheet, columns: Columns, snapshot: Snapshot) -> pd.DataFrame:
    """Say for each student row of the sheet whom it means.

    Returns:
        DataFrame, one row per student row in order: line, text (the cell), sourced_id ("" for nobody),
        name (as the gradebook has it), how ("exact", "ignoring case", "chosen", "ambiguous", ""),
        candidates (a tuple of sourcedIds that come near, empty for those who are found). The texts are categories.
    """
    rows = (sheet.roles == "student").to_numpy()
    key, count = columns.student_column, int(rows.sum())
    codes, texts = np.zeros(count, dtype=np.intp), np.array([""], dtype=object)
    if key is not None:
        codes, texts = sheet.distinct(key.column, rows)
    index = StudentIndex(snapshot.students, key.key if key else "")
    found = index.match(texts, columns.student_matches)
    nobody = [text for text, match in found.items() if not match.how and text][:MOST_LIKENESSES]
    names = _names_in_sheet(sheet, columns, texts[codes], nobody)
    for text in nobody:
        found[text] = Match(candidates=index.near(text, names.get(text, "")))
    matches = [found[text] for text in texts]
    told = {
        "text": texts.tolist(),
        "sourced_id": [match.sourced_id for match in matches],
        "name": [index.names[match.sourced_id] if match.sourced_id else "" for match in matches],
        "how": [match.how for match in matches],
    }
    candidates = pd.Series([match.candidates for match in matches], dtype=object).array
    return pd.DataFrame(
        {
            "line": sheet.frame.index.to_numpy()[rows],
            **{name: categorise(values, codes) for name, values in told.items()},
            "candidates": candidates.take(codes),
        }
    )


def _names_in_sheet(
    sheet: Sheet, columns: Columns, texts: NDArray[np.object_], wanted: Sequence[str]
) -> dict[str, str]:
    """Put together what the sheet calls some students, to suggest somebody; nobody is matched by it."""
    if not wanted:
        return {}
    rows = np.isin(texts, wanted)
    parts = [
        sheet.column(each.column)[(sheet.roles == "student").to_numpy()][rows].tolist()
        for each in columns.of("name")
    ]
    joined = (" ".join(row) for row in zip(*parts, strict=True))
    return dict(zip(texts[rows], joined, strict=False))


def _texts(people: pd.DataFrame, field: str) -> list[tuple[str, str]]:
    values, ids = people[_COLUMN.get(field, field)].tolist(), people["sourced_id"].tolist()
    pairs = list(zip(values, ids, strict=True))
    if field == "userIds":
        pairs = [(text, sourced_id) for texts, sourced_id in pairs for text in texts]
    return [
        (stripped, sourced_id)
        for text, sourced_id in pairs
        if isinstance(text, str) and (stripped := text.strip())
    ]


def _group(pairs: Iterable[tuple[Spelling, str]]) -> dict[Spelling, tuple[str, ...]]:
    """Put together whom each spelling may mean."""
    found: dict[Spelling, tuple[str, ...]] = {}
    for spelling, sourced_id in pairs:
        known: tuple[str, ...] = found.get(spelling, ())
        if sourced_id not in known:
            found[spelling] = (*known, sourced_id)
    return found


def _full_names(people: pd.DataFrame) -> list[str]:
    """Put the names together; who has none is called by the sourcedId."""
    given, family = (
        people["given_name"].fillna("").tolist(),
        people["family_name"].fillna("").tolist(),
    )
    parts = zip(given, family, people["sourced_id"].tolist(), strict=True)
    return [tidy(f"{first} {last}") or sourced_id for first, last, sourced_id in parts]


def _name_parts(name: str) -> tuple[str, ...]:
    return tuple(sorted(re.findall(r"\w+", name.casefold())))


def _looks_like(key: str, value: float, text: str) -> bool:
    if "e" not in text.casefold():
        return int(key) == value
    digits = len(text.casefold().partition("e")[0].partition(".")[2])
    return f"{int(key):.{digits}e}" == f"{value:.{digits}e}"


def _one_of(candidates: tuple[str, ...], how: str) -> Match:
    if len(candidates) == 1:
        return Match(candidates[0], how)
    return Match(how="ambiguous", candidates=candidates) if candidates else NOBODY
