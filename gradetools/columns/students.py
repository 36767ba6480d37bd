"""Finding students: exactly first, then by a unique match ignoring case, and never by name alone."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from gradetools.columns.meanings import Columns
from gradetools.formats.recognition import STUDENT_FIELDS, tidy
from gradetools.sheet import Sheet
from gradetools.snapshot import Snapshot

#: A spreadsheet program wrote the id as a number, and lost digits or zeros.
MANGLED = re.compile(r"[0-9]+\.0+|[0-9](\.[0-9]+)?[eE]\+?[0-9]+")
#: Likenesses are looked for in so many unmatched texts; who has more has chosen the wrong class.
MOST_LIKENESSES = 100

_COLUMN = {"sourcedId": "sourced_id", "userIds": "user_ids"}
_CASELESS = ("username", "email")


@dataclass(frozen=True)
class Match:
    """Whom one text of the student column means.

    Attributes:
        sourced_id: the student; "" where none or several fit.
        how: "exact", "ignoring case", "chosen" (by a person), "ambiguous", or "" for nobody.
        candidates: sourcedIds of those who fit, or who come near.
    """

    sourced_id: str = ""
    how: str = ""
    candidates: tuple[str, ...] = ()


class StudentIndex:
    """The students of a snapshot, to be found by one of their fields.

    Args:
        students: DataFrame of `snapshot.STUDENT_COLUMNS`.
        field: one of `formats.recognition.STUDENT_FIELDS`; "" looks in all of them.
    """

    def __init__(self, students: pd.DataFrame, field: str) -> None:
        people = students.drop_duplicates("sourced_id")
        self.names: dict[str, str] = dict(
            zip(people["sourced_id"], _full_names(people), strict=True)
        )
        self._exact: defaultdict[str, list[str]] = defaultdict(list)
        self._folded: defaultdict[str, list[str]] = defaultdict(list)
        self._caseless = field in _CASELESS
        for each in (field,) if field else STUDENT_FIELDS:
            for text, sourced_id in _texts(people, each):
                _add(self._exact[text], sourced_id)
                _add(self._folded[text.casefold()], sourced_id)

    def match(
        self, texts: Iterable[str], chosen: Mapping[str, str] | None = None
    ) -> dict[str, Match]:
        """Say whom each distinct text means; one who is matched exactly is matched in no other spelling."""
        chosen = chosen or {}
        distinct = dict.fromkeys(texts)
        found = {text: self._match_exactly(text, chosen) for text in distinct}
        taken = {match.sourced_id for match in found.values() if match.sourced_id}
        return {
            text: match if match.how else self._match_folded(text, taken)
            for text, match in found.items()
        }

    def _match_exactly(self, text: str, chosen: Mapping[str, str]) -> Match:
        if text in chosen:
            known = chosen[text] in self.names
            return Match(chosen[text], "chosen") if known else Match()
        return _one_of(self._exact.get(text, []), "exact")

    def _match_folded(self, text: str, taken: set[str]) -> Match:
        candidates = [each for each in self._folded.get(text.casefold(), []) if each not in taken]
        return _one_of(candidates, "exact" if self._caseless else "ignoring case")

    def count(self, texts: Iterable[str]) -> tuple[int, int]:
        """Count the distinct texts that find a student: in all, and exactly."""
        found = self.match(texts).values()
        return sum(bool(match.sourced_id) for match in found), sum(
            match.how == "exact" for match in found
        )

    def near(self, text: str, name: str = "") -> tuple[str, ...]:
        """Give the sourcedIds of those who come near: the same number, the same name, a similar text."""
        found: list[str] = []
        if MANGLED.fullmatch(text):
            value = float(text)
            same = (
                key
                for key in self._exact
                if key.isascii() and key.isdigit() and _looks_like(key, value, text)
            )
            found += [sourced_id for key in same for sourced_id in self._exact[key]]
        if name:
            wanted = _name_parts(name)
            found += [
                sourced_id
                for sourced_id, known in self.names.items()
                if _name_parts(known) == wanted
            ]
        for key in difflib.get_close_matches(text.casefold(), list(self._folded), n=3, cutoff=0.75):
            found += self._folded[key]
        return tuple(dict.fromkeys(found))[:3]


def students_matched(sheet: Sheet, columns: Columns, snapshot: Snapshot) -> pd.DataFrame:
    """Say for each student row of the sheet whom it means.

    Returns:
        DataFrame, one row per student row in order: line, text (the cell), sourced_id ("" for nobody),
        name (as the gradebook has it), how ("exact", "ignoring case", "chosen", "ambiguous", ""),
        candidates (a tuple of sourcedIds that come near, empty for those who are found).
    """
    rows = (sheet.roles == "student").to_numpy()
    key = columns.student_column
    if key is None:
        texts = pd.Series("", index=sheet.frame.index[rows], dtype="str")
    else:
        texts = sheet.column(key.column)[rows]
    index = StudentIndex(snapshot.students, key.key if key else "")
    matches = index.match(texts.unique(), columns.student_matches)
    nobody = [text for text, match in matches.items() if not match.how and text]
    names = _names_in_sheet(sheet, columns, texts, set(nobody[:MOST_LIKENESSES]))
    for text in nobody[:MOST_LIKENESSES]:
        matches[text] = Match(candidates=index.near(text, names.get(text, "")))
    found = {text: match.sourced_id for text, match in matches.items()}
    sourced_id = texts.map(found)
    return pd.DataFrame(
        {
            "line": texts.index.to_numpy(),
            "text": texts.array,
            "sourced_id": sourced_id.array,
            "name": sourced_id.map({**index.names, "": ""}).array,
            "how": texts.map({text: match.how for text, match in matches.items()}).array,
            "candidates": pd.Series(
                [matches[text].candidates for text in texts], dtype=object
            ).array,
        }
    ).astype({"text": "str", "sourced_id": "str", "name": "str", "how": "str"})


def _names_in_sheet(
    sheet: Sheet, columns: Columns, texts: pd.Series, wanted: set[str]
) -> dict[str, str]:
    """Put together what the sheet calls some students, to suggest somebody; nobody is matched by it."""
    lines = texts.index[texts.isin(wanted)]
    parts = [sheet.column(each.column)[lines] for each in columns.of("name")]
    joined = (" ".join(row) for row in zip(*parts, strict=True))
    return dict(zip(texts[lines], joined, strict=False))


def _texts(people: pd.DataFrame, field: str) -> Iterable[tuple[str, str]]:
    values = people[_COLUMN.get(field, field)]
    for value, sourced_id in zip(values, people["sourced_id"], strict=True):
        for text in value if isinstance(value, tuple | list) else (value,):
            if isinstance(text, str) and text.strip():
                yield text.strip(), sourced_id


def _full_names(people: pd.DataFrame) -> list[str]:
    """Put the names together; who has none is called by the sourcedId."""
    given, family = people["given_name"].fillna(""), people["family_name"].fillna("")
    parts = zip(given, family, people["sourced_id"], strict=True)
    return [tidy(f"{first} {last}") or sourced_id for first, last, sourced_id in parts]


def _name_parts(name: str) -> tuple[str, ...]:
    return tuple(sorted(re.findall(r"\w+", name.casefold())))


def _looks_like(key: str, value: float, text: str) -> bool:
    if "e" not in text.casefold():
        return int(key) == value
    digits = len(text.casefold().partition("e")[0].partition(".")[2])
    return f"{int(key):.{digits}e}" == f"{value:.{digits}e}"


def _add(group: list[str], sourced_id: str) -> None:
    if sourced_id not in group:
        group.append(sourced_id)


def _one_of(candidates: list[str], how: str) -> Match:
    if len(candidates) == 1:
        return Match(candidates[0], how)
    return Match(how="ambiguous", candidates=tuple(candidates)) if candidates else Match()
