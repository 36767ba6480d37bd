"""Columns of remarks and excuses that belong to no score column, so that nothing is taken from them although nobody said so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gradetools.columns.meanings import BY_HAND, ColumnMeaning, Columns
from gradetools.formats.recognition import OWN_COLUMN
from gradetools.formats.words import hold_remarks, meaning_of, plain_word
from gradetools.sheet import ColumnKey, Sheet

#: Exports with a column of notes for those who grade, which are not for the students.
_PRIVATE = {"canvas": "notes", "blackboard": "gradingnotes"}
#: What a column is called that says who is excused from the work, and one that says who was not there.
_EXCUSED = frozenset(
    (
        "excused", "isexcused", "excuse", "exempt", "isexempt", "exempted", "ex", "exc", "excusedabsence",
        "entschuldigt", "befreit", "dispensiert", "excusé", "excusée", "dispensé", "dispensée",  # German, French
        "justificado", "exento", "giustificato", "esonerato", "vrijgesteld",  # Spanish, Italian, Dutch
    )
)  # fmt: skip
_ABSENT = frozenset(
    (
        "absent",
        "isabsent",
        "absence",
        "abs",
        "abwesend",
        "gefehlt",
        "fehlt",
        "ausente",
        "assente",
        "afwezig",
    )
)
_ATTENDANCE = frozenset(("attendance", "anwesenheit", "présence", "asistencia"))


class Excuses(NamedTuple):
    """A column that says in which rows somebody is excused, or was absent.

    Attributes:
        column: its address.
        of: the score column that it names; None for all.
        excused: whether it is one of excuses; of absences otherwise.
        ticked: whether a tick is a mark in it, and not only a word such as `absent`.
    """

    column: ColumnKey
    of: ColumnMeaning | None
    excused: bool
    ticked: bool


def find_excuses(columns: Columns) -> list[Excuses]:
    """Find the columns of excuses and absences, of which nothing is sent."""
    found = []
    for meaning in columns.meanings:
        if meaning.means not in ("ignored", "score", "text_score") or meaning.line_item_title:
            continue
        for of, title in _list_titles(meaning.column.name, columns):
            word = plain_word(title)
            if word in _EXCUSED | _ABSENT | _ATTENDANCE:
                ticked = word not in _ATTENDANCE
                found.append(Excuses(meaning.column, of, word in _EXCUSED, ticked))
                break
    return found


def _list_titles(name: str, columns: Columns) -> Iterator[tuple[ColumnMeaning | None, str]]:
    """Give the title of a column, and what is left of it behind that of each score column that it begins with."""
    yield None, name
    for score in columns.score_columns:
        title = score.column.name
        if name.casefold().startswith(title.casefold()) and len(name) > len(title):
            yield score, name[len(title) :]


def is_excuse(text: str, *, absent: bool = True) -> bool:
    """Say whether a text begins with a word for somebody who is excused, or `absent`: `excused (sick)`."""
    word = plain_word(text.split(maxsplit=1)[0]) if text.strip() else ""
    return word in _EXCUSED or (absent and word in _ABSENT)


def find_remarks(sheet: Sheet, columns: Columns) -> dict[str, int]:
    """Find the ignored columns that look like remarks, by their header or by what stands in them.

    One of which a person has said that it is to be ignored is not among them.

    Returns:
        Column to how many of its student rows say something.
    """
    rows, found = (sheet.roles == "student").to_numpy(), dict[str, int]()
    for meaning in columns.ignored if columns.score_columns else ():
        title = meaning.column.name
        own = title.startswith(OWN_COLUMN) or plain_word(title) == _PRIVATE.get(sheet.format)
        if own or meaning.reason == BY_HAND or meaning.column not in sheet.header:
            continue
        codes, texts = sheet.distinct(meaning.column, rows)
        count = int((texts != "")[codes].sum())
        # "Lab remarks" as "Remarks", however short they are.
        known = "comment" in (meaning_of(title), meaning_of(title.split()[-1]))
        if count and (known or hold_remarks(texts.tolist(), of=count)):
            found[str(meaning.column)] = count
    return found
