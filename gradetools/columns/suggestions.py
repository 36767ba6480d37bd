"""A first proposal of what each column means, from the export's layout and what the gradebook knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from gradetools.columns.meanings import ColumnMeaning, Columns, take_samples
from gradetools.columns.students import StudentIndex
from gradetools.columns.titles import LineItemIndex
from gradetools.formats.recognition import STUDENT_FIELDS, ColumnDescription
from gradetools.sheet import ColumnKey, Sheet
from gradetools.snapshot import Snapshot


class ClassGuess(NamedTuple):
    """How well the students of a class fit a sheet: `matched` of `rows` distinct ids, in which column by which field."""

    class_id: str
    matched: int
    rows: int
    column: str
    key: str


class _Key(NamedTuple):
    """One way to match: a column, a field, the distinct texts found in all and exactly, of how many.

    `named` says that the header is that of a key, which decides where several find as many.
    """

    column: ColumnKey
    field: str
    matched: int
    exact: int
    rows: int
    named: bool


def suggest_columns(
    sheet: Sheet, snapshot: Snapshot, *, class_ids: Iterable[str] | None = None
) -> Columns:
    """Propose what each column of a sheet means, each with a reason; nothing doubtful is chosen.

    A score column whose line item is in doubt is left without one, and the checks say so.

    Args:
        sheet: the sheet.
        snapshot: what the gradebook knows.
        class_ids: only of these classes; without it of all in the snapshot.
    """
    students, line_items = snapshot.students, snapshot.line_items
    if class_ids is not None:
        wanted = list(class_ids)
        students = students[students["class_id"].isin(wanted)]
        line_items = line_items[line_items["class_id"].isin(wanted)]
    keys = _list_keys(sheet, students)
    best = _choose_key(keys)
    index = LineItemIndex(line_items)
    long = any(each.means == "line_item" for each in sheet.description.columns)
    meanings = []
    for described in sheet.description.columns:
        meaning = _describe(sheet, described)
        meaning = _with_key(meaning, described, keys, best)
        if not long:
            meaning = _with_line_item(meaning, described, index)
        meanings.append(meaning)
    return Columns(
        format=sheet.format,
        header_fingerprint=sheet.fingerprint,
        meanings=tuple(meanings),
        tokens=sheet.description.tokens,
    )


def guess_class(
    sheet: Sheet, candidates: Mapping[str, Snapshot | pd.DataFrame]
) -> list[ClassGuess]:
    """Rank classes by how many of the sheet's students each knows, best first.

    Args:
        sheet: the sheet.
        candidates: class sourcedId to a snapshot of it, or to its DataFrame of students.
    """
    guesses = []
    for class_id, known in candidates.items():
        students = known.students if isinstance(known, Snapshot) else known
        best = _choose_key(_list_keys(sheet, students))
        if best:
            guesses.append(
                ClassGuess(class_id, best.matched, best.rows, str(best.column), best.field)
            )
    return sorted(guesses, key=lambda guess: -guess.matched)


def _list_keys(sheet: Sheet, students: pd.DataFrame) -> list[_Key]:
    rows = (sheet.roles == "student").to_numpy()
    indexes = {field: StudentIndex(students, field) for field in STUDENT_FIELDS}
    keys: list[_Key] = []
    for described in sheet.description.columns:
        if described.keys:
            column = sheet.header[described.position]
            texts = [text for text in sheet.column(column)[rows].unique() if text]
            keys += [
                _Key(
                    column,
                    field,
                    *indexes[field].count(texts),
                    len(texts),
                    named=described.means == "student",
                )
                for field in described.keys
            ]
    return keys


def _choose_key(keys: list[_Key]) -> _Key | None:
    return max(keys, key=lambda key: (key.matched, key.exact, key.named), default=None)


def _describe(sheet: Sheet, described: ColumnDescription) -> ColumnMeaning:
    key = sheet.header[described.position]
    return ColumnMeaning(
        column=key,
        means=described.means,
        belongs_to=None if described.belongs_to is None else sheet.header[described.belongs_to],
        reason=described.reason,
        samples=take_samples(sheet, key),
    )


def _with_key(
    meaning: ColumnMeaning, described: ColumnDescription, keys: list[_Key], best: _Key | None
) -> ColumnMeaning:
    """Make the best key the student column, and say of each other how far it would have got."""
    own = _choose_key([key for key in keys if key.column == meaning.column])
    if own is None or best is None:
        return meaning
    count = f"{own.field}: {own.matched} of {own.rows}"
    if own == best and (best.matched or described.means == "student"):
        return meaning.model_copy(update={"means": "student", "key": own.field, "reason": count})
    if described.means != "student":
        return meaning
    return meaning.model_copy(
        update={
            "means": "ignored",
            "reason": f"{str(best.column)!r} is the key; this one finds {count}",
        }
    )


def _with_line_item(
    meaning: ColumnMeaning, described: ColumnDescription, index: LineItemIndex
) -> ColumnMeaning:
    """Find a score column's line item; a column that was set aside is taken up when a line item bears its name."""
    letters = meaning.means == "text_score" and meaning.belongs_to is None
    takes = letters or meaning.means == "score"
    if not (takes or (meaning.means == "ignored" and described.title)):
        return meaning
    found = index.find(described.title, meaning.column.name, header_id=described.header_id)
    if meaning.means == "ignored" and not found.line_item:
        return meaning
    update = {
        "means": "text_score" if letters else "score",
        "line_item": found.line_item,
        "line_item_title": found.title,
        "reason": found.reason,
    }
    return meaning.model_copy(update=update)
