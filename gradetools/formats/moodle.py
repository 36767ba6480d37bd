"""Moodle grade export: one column per grade item, `Assignment: Essay (Real)`, perhaps several per item.

Sources of the layout: `moodle/moodle`, `grade/export/txt/grade_export_txt.php` and the text of its import tests, which
also has `Feedback: Essay` (older) and headers without `(Real)`. German names: public exports, `(Punkte)`
for `(Real)`; what German Moodle writes for percentages and letters is unsourced, and such a column keeps
its whole header as title. The last column is when the file was written, in seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gradetools.cells import Cells
from gradetools.formats.recognition import (
    OWN_COLUMN,
    SKIP,
    ColumnDescription,
    Description,
    Recognition,
    find_row,
    header_cells,
    outline,
)
from gradetools.formats.words import first_students, hold_scores

_IDS, _EMAILS = ("identifier", "userIds", "sourcedId"), ("email", "username")
_USERNAMES = ("username", "email", "identifier")
KEYS = {
    "ID number": _IDS, "Email address": _EMAILS, "Username": _USERNAMES,
    "ID-Nummer": _IDS, "Matrikelnummer": _IDS, "E-Mail-Adresse": _EMAILS, "Anmeldename": _USERNAMES,
}  # fmt: skip
TOKENS = {"-": SKIP}

_NAMES = {"First name", "Surname", "Last name", "Vorname", "Nachname"}
_PERSON = {"Institution", "Department", "Abteilung", "Gruppe", "Group", "gesperrt"}
_STAMPS = {"Last downloaded from this course", "Zuletzt aus diesem Kurs geladen"}
_TOTAL = re.compile(r"(Course total|Kurs gesamt)( \(.*\))?")
_DISPLAY = re.compile(
    r"(?P<item>.+?) \((?P<display>Real|Percentage|Letter|Feedback|Punkte)\)", re.DOTALL
)
_FEEDBACK = re.compile(r"Feedback: (?P<item>.+)", re.DOTALL)
#: Moodle puts the kind of activity before the title that a teacher gave it.
_ACTIVITY = re.compile(
    r"^(Assignment|Quiz|Forum|Lesson|Workshop|SCORM package|H5P|H5P activity|External tool|Database|Glossary"
    r"|Aufgabe|Test|Lektion|Gegenseitige Beurteilung|Lernpaket|Externes Tool|Datenbank|Glossar): "
)


class _Part(NamedTuple):
    """What a column shows of a grade item: "Real", "Percentage", "Letter", "Feedback", or "" unsaid."""

    item: str
    display: str


def recognise(cells: Cells) -> Recognition | None:
    """Know a Moodle export by its names of people, and by its last column or how it names grade items."""
    found = find_row(cells, _is_header)
    if found is None:
        return None
    line, header = found
    certainty = 0.9 if _STAMPS.intersection(header) else 0.8
    reason = "its header is that of a Moodle grade export"
    return Recognition("moodle", line, outline(cells, line), {}, certainty, reason)


def _is_header(header: list[str]) -> bool:
    known = set(header)
    person = len(known & _NAMES) >= 2 and not known.isdisjoint(KEYS)
    items = (_DISPLAY.fullmatch(title) or _TOTAL.fullmatch(title) for title in header)
    return person and (not known.isdisjoint(_STAMPS) or any(items))


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what each column of a Moodle export means."""
    header = header_cells(cells, recognition.header_line)
    body = first_students(cells, recognition)
    parts: dict[int, _Part] = {}
    columns: dict[int, ColumnDescription] = {}
    for i, title in enumerate(header):
        if known := _describe_person(i, title):
            columns[i] = known
        elif part := _part(title, body[i]):
            parts[i] = part
        else:
            reason = "it names no kind of grade, and its cells are no scores"
            columns[i] = ColumnDescription(i, "ignored", title=title, reason=reason)
    owners = _choose_scores(parts)
    columns |= {i: _describe_part(i, parts, owners) for i in parts}
    return Description(tuple(columns[i] for i in range(len(header))), TOKENS)


def _describe_person(position: int, title: str) -> ColumnDescription | None:
    if title in KEYS:
        return ColumnDescription(
            position, "student", keys=KEYS[title], reason="a key that Moodle writes"
        )
    if title in _NAMES:
        return ColumnDescription(position, "name", reason="the student's name")
    if title in _PERSON:
        return ColumnDescription(position, "ignored", reason="it tells of the student")
    if title in _STAMPS:
        return ColumnDescription(position, "ignored", reason="when the file was written")
    if _TOTAL.fullmatch(title):
        return ColumnDescription(
            position, "ignored", reason="Moodle computes it from the other grades"
        )
    return None


def _part(title: str, texts: Iterable[str]) -> _Part | None:
    if found := _DISPLAY.fullmatch(title):
        display = found["display"]
        return _Part(found["item"], "Real" if display == "Punkte" else display)
    if found := _FEEDBACK.fullmatch(title):
        return _Part(found["item"], "Feedback")
    if title.startswith(OWN_COLUMN):
        return None
    return _Part(title, "") if _ACTIVITY.match(title) or hold_scores(texts) else None


def _choose_scores(parts: Mapping[int, _Part]) -> dict[str, int]:
    """Choose for each grade item the column that is its score: points before percentages before letters."""
    order = ("Real", "", "Percentage", "Letter")
    shown = [(order.index(part.display), i) for i, part in parts.items() if part.display in order]
    owners: dict[str, int] = {}
    for _, i in sorted(shown):
        owners.setdefault(parts[i].item, i)
    return owners


def _describe_part(
    position: int, parts: Mapping[int, _Part], owners: Mapping[str, int]
) -> ColumnDescription:
    item, display = parts[position]
    owner = owners.get(item)
    # Two items of one name are two columns of scores, whose line item the checks ask for.
    if owner is not None and parts[owner].display == display:
        means = "text_score" if display == "Letter" else "score"
        reason = f"the grades of {item!r}"
        return ColumnDescription(
            position, means, title=_ACTIVITY.sub("", item, count=1), reason=reason
        )
    if owner is not None and display in ("Letter", "Feedback"):
        means = "comment" if display == "Feedback" else "text_score"
        return ColumnDescription(position, means, belongs_to=owner, reason=f"belongs to {item!r}")
    reason = "no column holds the grade" if owner is None else "another column holds the same grade"
    return ColumnDescription(position, "ignored", reason=f"{reason} of {item!r}")
