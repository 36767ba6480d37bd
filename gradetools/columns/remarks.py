"""Columns of remarks that belong to no score column, so that nothing is taken from them although nobody said so."""

from __future__ import annotations

from gradetools.columns.meanings import BY_HAND, Columns
from gradetools.formats.recognition import OWN_COLUMN
from gradetools.formats.words import hold_remarks, meaning_of, plain_word
from gradetools.sheet import Sheet

#: Exports with a column of notes for those who grade, which are not for the students.
_PRIVATE = {"canvas": "notes", "blackboard": "gradingnotes"}


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
        known = meaning_of(title) == "comment"
        if count and (known or hold_remarks(texts.tolist(), of=count)):
            found[str(meaning.column)] = count
    return found
