"""Finding students: exactly first, then by a unique match ignoring case, and never by name alone."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.columns.categories import categorise
from gradetools.columns.likenesses import Likenesses
from gradetools.columns.meanings import Columns
from gradetools.errors import ColumnsError
from gradetools.formats.recognition import STUDENT_FIELDS, tidy
from gradetools.sheet import Sheet
from gradetools.snapshot import Snapshot

#: A spreadsheet program wrote the id as a number, and lost digits or zeros.
MANGLED = re.compile(r"[0-9]+[.,]0+|[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")
#: Likenesses are looked for in so many unmatched texts; who has more has chosen the wrong class.
MOST_LIKENESSES = 100

#: Where a snapshot's students have the fields whose columns are not called as the field.
STUDENT_COLUMN = {"sourcedId": "sourced_id", "userIds": "user_ids"}
_CASELESS = ("username", "email")
#: The cells of a column of students: the rows of the frame that are students', each one's text as a number, the texts.
_Cells = tuple[NDArray[np.bool_], NDArray[np.intp], NDArray[np.object_]]


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


@dataclass(frozen=True, eq=False)
class Matches:
    """Whom the texts of a student column mean.

    Nearly every text is exactly the id of one student: these are kept without an object for each.

    Attributes:
        exact: the sourcedId of each text that means one student exactly.
        other: what is known of every other text, in their order.
    """

    exact: Mapping[str, str]
    other: Mapping[str, Match]

    def __getitem__(self, text: str) -> Match:
        """Give what is known of one text."""
        return Match(self.exact[text], "exact") if text in self.exact else self.other[text]

    @property
    def unknown(self) -> list[str]:
        """The texts that mean nobody, the blank one left out."""
        return [text for text, match in self.other.items() if not match.how and text]

    def list_candidates(self, text: str) -> tuple[str, ...]:
        """List the sourcedIds of those whom an ambiguous text fits; none for any other text."""
        return self.other[text].candidates if text in self.other else ()

    def sourced_ids(self, texts: Iterable[str]) -> list[str]:
        """Give for each text the student, "" where none or several fit."""
        known = {**self.exact, **{text: match.sourced_id for text, match in self.other.items()}}
        return list(map(known.__getitem__, texts))


class _Known(NamedTuple):
    """Whom each spelling means: one student, as nearly all do, or several."""

    one: dict[str, str]
    several: dict[str, tuple[str, ...]]

    def list_all(self, spelling: str) -> tuple[str, ...]:
        """Give the sourcedIds of all who bear it."""
        if spelling in self.one:
            return (self.one[spelling],)
        return self.several.get(spelling, ())


class StudentIndex:
    """The students of a snapshot, to be found by one of their fields.

    Args:
        students: DataFrame of `snapshot.STUDENT_COLUMNS`.
        field: one of `formats.recognition.STUDENT_FIELDS`; "" looks in all of them.
    """

    def __init__(self, students: pd.DataFrame, field: str) -> None:
        self._people = students.drop_duplicates("sourced_id")
        self._caseless = field in _CASELESS
        self._fields = (field,) if field else STUDENT_FIELDS

    @cached_property
    def names(self) -> dict[str, str]:
        """The students' full names by sourcedId."""
        return dict(
            zip(self._people["sourced_id"].tolist(), _full_names(self._people), strict=True)
        )

    @cached_property
    def spellings(self) -> tuple[list[str], list[str]]:
        """The texts by which students are known, and beside them whose they are."""
        parts = [_texts(self._people, field) for field in self._fields]
        texts, ids = zip(*parts, strict=True)
        return list(itertools.chain(*texts)), list(itertools.chain(*ids))

    @cached_property
    def _exact(self) -> _Known:
        return _group(*self.spellings)

    @cached_property
    def _folded(self) -> _Known:
        texts, ids = self.spellings
        return _group([text.casefold() for text in texts], ids)

    @cached_property
    def _by_name(self) -> _Known:
        names = self.names
        return _group([_name_key(name) for name in names.values()], list(names))

    @cached_property
    def _numbers(self) -> tuple[list[str], NDArray[np.float64]]:
        """The texts that are whole numbers, and the numbers."""
        texts = dict.fromkeys(self.spellings[0])
        found = [text for text in texts if text.isascii() and text.isdigit()]
        return found, np.array([float(text) for text in found], dtype=np.float64)

    @cached_property
    def _likenesses(self) -> Likenesses:
        return Likenesses([*self._folded.one, *self._folded.several])

    def match(self, texts: Iterable[str], chosen: Mapping[str, str] | None = None) -> Matches:
        """Say whom each distinct text means; where case counts, who is matched exactly is so in no other spelling."""
        chosen = chosen or {}
        one, several = self._exact
        exact, other = dict[str, str](), dict[str, Match]()
        for text in texts:
            if text in chosen:
                known = chosen[text] in self.names
                other[text] = Match(chosen[text], "chosen") if known else NOBODY
            elif text in one:
                exact[text] = one[text]
            elif text in several:
                other[text] = Match(how="ambiguous", candidates=several[text])
            else:
                other[text] = NOBODY
        missing = [text for text, match in other.items() if not match.how]
        if missing:
            taken = {*exact.values(), *(match.sourced_id for match in other.values())}
            other |= {text: self._match_folded(text, taken) for text in missing}
        return Matches(exact, other)

    def _match_folded(self, text: str, taken: Collection[str]) -> Match:
        known = self._folded.list_all(text.casefold())
        if self._caseless:
            return _one_of(known, "exact")
        return _one_of(tuple(each for each in known if each not in taken), "ignoring case")

    def count(self, texts: Iterable[str]) -> tuple[int, int]:
        """Count the distinct texts that find a student: in all, and exactly."""
        found = self.match(texts)
        others = [match for match in found.other.values() if match.sourced_id]
        exact = len(found.exact) + sum(match.how == "exact" for match in others)
        return len(found.exact) + len(others), exact

    def near(self, text: str, name: str = "") -> tuple[str, ...]:
        """Give the sourcedIds of those who come near: the same number but for zeros, the same name, a similar text."""
        found: list[str] = []
        if MANGLED.fullmatch(text) or (text.isascii() and text.isdigit()):
            text = text.replace(",", ".")
            for key in self._list_same_number(text):
                found += self._exact.list_all(key)
        if name:
            found += self._by_name.list_all(_name_key(name))
        for key in self._likenesses.find(text.casefold()):
            found += self._folded.list_all(key)
        return tuple(dict.fromkeys(found))[:3]

    def _list_same_number(self, text: str) -> list[str]:
        """List the texts that a spreadsheet program may have turned into this number."""
        keys, numbers = self._numbers
        value = float(text)
        if not np.isfinite(value):
            return []
        # Few are so near that it is worth writing them as this one is written.
        close = np.abs(numbers - value) <= value * 10.0 ** -_count_digits(text)
        near = [keys[i] for i in np.flatnonzero(close)]
        return [key for key in near if _looks_like(key, value, text)]


def find_student(text: str, snapshot: Snapshot) -> str:
    """Find the one student that an id, username or email address names, and give the sourcedId; never by name.

    Args:
        text: a sourcedId, or else an identifier, userId, username or email address, in capital or small letters.
        snapshot: whose students are looked through.

    Raises:
        ColumnsError: it names nobody, or several.
    """
    index, text = StudentIndex(snapshot.students, ""), text.strip()
    if text in index.names:
        return text
    found = index.match([text])[text]
    if found.sourced_id:
        return found.sourced_id
    people = [
        f"{index.names[each]} ({each})" for each in found.candidates or index.near(text, text)
    ]
    if found.how == "ambiguous":
        raise ColumnsError(
            f"{text!r} may be {' or '.join(people)}; give the sourcedId, which stands in brackets."
        )
    near = f"; did you mean {' or '.join(people)}?" if people else "; give an id, not a name."
    raise ColumnsError(
        f"Nobody in these classes has the sourcedId, identifier, userId, username or email {text!r}{near}"
    )


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
    ids = found.sourced_ids(texts)
    told = {
        "text": texts,
        "sourced_id": ids,
        "name": [index.names[each] if each else "" for each in ids],
        "how": ["exact" if text in found.exact else found.other[text].how for text in texts],
    }
    near = _list_near(index, sheet, columns, found.unknown[:MOST_LIKENESSES], (rows, codes, texts))
    candidates = [near.get(text) or found.list_candidates(text) for text in texts]
    return pd.DataFrame(
        {
            "line": sheet.frame.index.to_numpy()[rows],
            **{name: categorise(values, codes) for name, values in told.items()},
            "candidates": pd.Series(candidates, dtype=object).array.take(codes),
        }
    )


def find_example(snapshot: Snapshot, field: str) -> str:
    """Give what some student has in a field of `STUDENT_FIELDS`, "" where nobody has anything."""
    return next(iter(_texts(snapshot.students.head(100), field)[0]), "")


def tell_lines(lines: Sequence[int], most: int = 5) -> str:
    """Name lines, in their order: `line 3`, `lines 3 and 14`, `lines 3 to 18`, `lines 3, 5, 6, 7, 9 and 12 more`."""
    if len(lines) > 2 and list(lines) == list(range(lines[0], lines[-1] + 1)):
        return f"lines {lines[0]} to {lines[-1]}"
    shown, left = [f"{line}" for line in lines[:most]], len(lines) - most
    last = f"{left:,} more" if left > 0 else shown.pop() if len(shown) > 1 else ""
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(shown)}{f' and {last}' if last else ''}"


def _list_near(
    index: StudentIndex, sheet: Sheet, columns: Columns, unknown: Sequence[str], cells: _Cells
) -> dict[str, tuple[str, ...]]:
    """List for some texts that mean nobody who comes near, also by what the sheet calls the student; see `near`."""
    if not unknown:
        return {}
    rows, codes, texts = cells
    # Of several rows of one student the last counts.
    last = np.zeros(len(texts), dtype=np.intp)
    last[codes] = np.flatnonzero(rows)
    places = dict.fromkeys(unknown, 0)
    for text, row in zip(texts, last.tolist(), strict=True):
        if text in places:
            places[text] = max(places[text], row)
    found = sheet.frame.iloc[list(places.values())]
    parts = [
        sheet.unwrap(found.iloc[:, sheet.position(each.column)], sheet.prefix(each.column))
        for each in columns.of("name")
    ]
    names = [" ".join(each) for each in zip(*parts, strict=True)] or [""] * len(unknown)
    return {text: index.near(text, name) for text, name in zip(unknown, names, strict=True)}


def _texts(people: pd.DataFrame, field: str) -> tuple[list[str], list[str]]:
    """Give the texts of a field that are not blank, and whose they are."""
    values, ids = people[STUDENT_COLUMN.get(field, field)].tolist(), people["sourced_id"].tolist()
    if field == "userIds":
        ids = [each for texts, each in zip(values, ids, strict=True) for _ in texts]
        values = list(itertools.chain.from_iterable(values))
    texts = [text.strip() if isinstance(text, str) else "" for text in values]
    if all(texts):
        return texts, ids
    return [text for text in texts if text], list(itertools.compress(ids, texts))


def _group(spellings: Sequence[str], ids: Sequence[str]) -> _Known:
    """Put together whom each spelling may mean."""
    one = dict(zip(spellings, ids, strict=True))
    if len(one) == len(spellings):
        return _Known(one, {})
    pairs = list(zip(spellings, ids, strict=True))
    several: dict[str, dict[str, None]] = {text: {} for text, each in pairs if one[text] != each}
    for text, sourced_id in pairs:
        if text in several:
            several[text][sourced_id] = None
    for text in several:
        del one[text]
    return _Known(one, {text: tuple(students) for text, students in several.items()})


def _full_names(people: pd.DataFrame) -> list[str]:
    """Put the names together; who has none is called by the sourcedId."""
    given, family = (
        people["given_name"].fillna("").tolist(),
        people["family_name"].fillna("").tolist(),
    )
    parts = zip(given, family, people["sourced_id"].tolist(), strict=True)
    return [tidy(f"{first} {last}") or sourced_id for first, last, sourced_id in parts]


def _name_key(name: str) -> str:
    return " ".join(sorted(re.findall(r"\w+", name.casefold())))


def _count_digits(text: str) -> int:
    """Count the digits after the point of a number with an exponent; a whole number has all of them."""
    number, exponent, _ = text.casefold().partition("e")
    return len(number.partition(".")[2]) if exponent else sys.float_info.dig


def _looks_like(key: str, value: float, text: str) -> bool:
    if "e" not in text.casefold():
        return int(key) == value
    digits = _count_digits(text)
    return f"{int(key):.{digits}e}" == f"{value:.{digits}e}"


def _one_of(candidates: tuple[str, ...], how: str) -> Match:
    if len(candidates) == 1:
        return Match(candidates[0], how)
    return Match(how="ambiguous", candidates=candidates) if candidates else NOBODY
