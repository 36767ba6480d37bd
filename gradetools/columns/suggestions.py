"""A first proposal of what each column means, from the export's layout and what the gradebook knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import pandas as pd

from gradetools.columns.by_class import list_named_classes
from gradetools.columns.keys import Key, KeyFinder, choose_key
from gradetools.columns.meanings import ColumnMeaning, Columns
from gradetools.columns.names import find_name_columns
from gradetools.columns.saved import take_samples
from gradetools.columns.spoiled_ids import tell_lost
from gradetools.columns.titles import LineItemIndex
from gradetools.formats.recognition import ColumnDescription, tidy
from gradetools.formats.words import COMPANIONS, STATUS_WORDS, hold_dates, hold_letters, meaning_of
from gradetools.sheet import ColumnKey, Sheet
from gradetools.snapshot import Snapshot


class ClassGuess(NamedTuple):
    """How well the students of a class fit a sheet: `matched` of `rows` distinct ids, in which column by which field.

    `zeros` are those of the others that are ids of the class but for the zeros at their front: the text, and the id.
    """

    class_id: str
    matched: int
    rows: int
    column: str
    key: str
    zeros: tuple[tuple[str, str], ...] = ()

    @property
    def fits(self) -> int:
        """How many ids are known, those without their zeros counted in."""
        return self.matched + len(self.zeros)


class ClassProposal(NamedTuple):
    """The classes that a sheet is likely of, and `why`: what was looked at that says so.

    Its rows name them and some of its students are in each ("named"); they do so and nobody's id is known as it stands
    ("named-unknown"); more of its students are in it than in any other ("students"), also where all are so but for the
    zeros at the front of their ids. "" where no class stands out.
    """

    class_ids: list[str]
    why: Literal["named", "named-unknown", "students", ""]


def suggest_columns(
    sheet: Sheet,
    snapshot: Snapshot,
    *,
    class_ids: Iterable[str] | None = None,
    earlier: Columns | None = None,
) -> Columns:
    """Propose what each column of a sheet means, each with a reason; nothing doubtful is chosen.

    A score column whose line item is in doubt is left without one, and the checks say so.

    Args:
        sheet: the sheet.
        snapshot: what the gradebook knows.
        class_ids: only of these classes; without it of all in the snapshot.
        earlier: columns of another header, of which everything is kept that still fits, with tokens, answers and
            chosen students; `earlier.compare_header(sheet)` says what does not.
    """
    students, line_items = snapshot.students, snapshot.line_items
    if class_ids is not None:
        wanted = list(class_ids)
        students = students[students["class_id"].isin(wanted)]
        line_items = line_items[line_items["class_id"].isin(wanted)]
    finder, index = KeyFinder(sheet, students), LineItemIndex(line_items, snapshot.classes)
    best = choose_key(finder.keys)
    long = any(each.means == "line_item" for each in sheet.description.columns)
    meanings = []
    for described in sheet.description.columns:
        meaning = _describe(sheet, described)
        meaning = _with_key(meaning, described, finder, best)
        if not long:
            meaning = _with_line_item(meaning, described, index, sheet)
        meanings.append(meaning)

    def are_ids(column: ColumnKey) -> bool:
        own = choose_key(finder.of(column))
        return own is not None and own.matched > 0

    for column in find_name_columns(sheet, meanings, students, are_ids=are_ids):
        place = sheet.header.index(column)
        told = {"means": "name", "reason": "it holds names of students"}
        meanings[place] = meanings[place].model_copy(update=told)
    if sheet.format == "plain_wide":
        own = [each for each in meanings if each.belongs_to is None]
        scores = {each.column for each in own if each.means in ("score", "text_score")}
        meanings = [_with_owner(each, scores) for each in meanings]
    suggested = Columns(
        format=sheet.format,
        header_fingerprint=sheet.fingerprint,
        meanings=tuple(meanings),
        tokens=_propose_words(sheet, meanings),
    )
    return suggested if earlier is None else _carry_over(earlier, suggested, sheet, finder)


def _with_owner(meaning: ColumnMeaning, scores: Collection[ColumnKey]) -> ColumnMeaning:
    """Leave a companion to nobody where that is ignored, or it names none and there are two by now: line items were found for them."""
    if meaning.belongs_to is None:
        return meaning
    alone = meaning_of(meaning.column.name) in COMPANIONS and len(scores) > 1
    if meaning.belongs_to in scores and not alone:
        return meaning
    reason = f"{meaning.column.name!r} names no score column that it could belong to"
    return meaning.model_copy(update={"means": "ignored", "belongs_to": None, "reason": reason})


def _propose_words(
    sheet: Sheet, meanings: Iterable[ColumnMeaning]
) -> Mapping[str, Mapping[str, Any]]:
    """Give the format's tokens, and behind them the words for a status that stand in the score columns, as they stand there."""
    tokens = dict(sheet.description.tokens)
    known = {token.casefold() for token in tokens}
    rows = (sheet.roles == "student").to_numpy()
    for meaning in meanings:
        if meaning.means != "score":
            continue
        for text in sheet.distinct(meaning.column, rows)[1]:
            fields = None if text[:1].isdecimal() else STATUS_WORDS.get(tidy(text).casefold())
            if fields and text.casefold() not in known:
                known.add(text.casefold())
                tokens[text] = fields
    return tokens


def guess_class(
    sheet: Sheet, candidates: Mapping[str, Snapshot | pd.DataFrame]
) -> list[ClassGuess]:
    """Rank classes by how many of the sheet's students each knows, also but for the zeros at the front of their ids, best first.

    Args:
        sheet: the sheet.
        candidates: class sourcedId to a snapshot of it, or to its DataFrame of students.
    """
    guesses = []
    for class_id, known in candidates.items():
        students = known.students if isinstance(known, Snapshot) else known
        finder = KeyFinder(sheet, students)
        if best := choose_key(finder.keys):
            guesses.append(_guess(class_id, best, finder))
    return sorted(guesses, key=lambda guess: (-guess.fits, -guess.matched))


def _guess(class_id: str, best: Key, finder: KeyFinder) -> ClassGuess:
    """Say how well a class fits by its best key, or where nobody is found by the one that lost most zeros."""
    zeros = finder.find_spoiled_ids(best.column) if best.matched < best.rows else {}
    if not best.matched:
        for key in finder.keys:
            if len(found := finder.find_spoiled_ids(key.column)) > len(zeros):
                best, zeros = key, found
    return ClassGuess(
        class_id, best.matched, best.rows, str(best.column), best.field, tuple(zeros.items())
    )


def propose_classes(
    sheet: Sheet, classes: Mapping[str, str], ranked: Sequence[ClassGuess]
) -> ClassProposal:
    """Propose the classes that a sheet is of.

    Args:
        sheet: the sheet.
        classes: class sourcedId to title.
        ranked: what `guess_class` says of them.
    """
    known = [each.class_id for each in ranked if each.fits]
    named = list_named_classes(sheet, classes)
    if named and not any(each.matched for each in ranked):
        return ClassProposal(named, "named-unknown")
    named = [each for each in named if each in known]
    if len(named) > 1:
        return ClassProposal(named, "named")
    if known and (len(known) == 1 or ranked[0].fits > ranked[1].fits):
        return ClassProposal(known[:1], "students")
    return ClassProposal([], "")


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
    meaning: ColumnMeaning, described: ColumnDescription, finder: KeyFinder, best: Key | None
) -> ColumnMeaning:
    """Make the best key the student column, and say of each other how far it would have got."""
    own = choose_key(finder.of(meaning.column))
    if own is None or best is None:
        return meaning
    if own == best and (best.matched or described.means == "student"):
        return meaning.model_copy(update={"means": "student", **_describe_key(own, finder)})
    if described.means not in ("student", "score"):
        return meaning
    reason = f"{str(best.column)!r} is the key; this one as {own.told}"
    return meaning.model_copy(update={"means": "ignored", "reason": reason})


def _describe_key(key: Key, finder: KeyFinder) -> dict[str, str]:
    """Name the field of the key, but none where another finds as many students, and others."""
    rivals = finder.rivals(key)
    if not key.matched:
        # An id that lost its zeros is nobody's as it stands, and tells all the same of what kind it is.
        zeros = {
            each: finder.find_spoiled_ids(key.column, each.field) for each in finder.of(key.column)
        }
        if number := max(map(len, zeros.values())):
            key = next(each for each in zeros if len(zeros[each]) == number)
            reason = f"{key.told}, {number} but for {tell_lost(zeros[key])}"
            return {"key": key.field, "reason": reason}
    if not rivals:
        return {"key": key.field, "reason": key.told}
    told = "; ".join(each.told for each in (key, *rivals))
    return {"key": "", "reason": f"{told}, but not the same students: choose which id it is"}


def _with_line_item(
    meaning: ColumnMeaning, described: ColumnDescription, index: LineItemIndex, sheet: Sheet
) -> ColumnMeaning:
    """Find a score column's line item; a column that was set aside is taken up when a line item bears its name.

    One of letter grades is taken up also where a line item nearly bears its name, and waits to be asked about.
    """
    letters = meaning.means == "text_score" and meaning.belongs_to is None
    set_aside = meaning.means == "ignored" and bool(described.title)
    if not (letters or set_aside or meaning.means == "score"):
        return meaning
    found = index.find(described.title, meaning.column.name, header_id=described.header_id)
    unknown = not (found.line_item or found.line_items or index.near(described.title))
    # Of a line item they would be scores that a spreadsheet program took for dates.
    if unknown and hold_dates(sheet.column(meaning.column)[(sheet.roles == "student").to_numpy()]):
        return meaning.model_copy(update={"means": "ignored", "reason": "its cells are dates"})
    if set_aside:
        letters = hold_letters(sheet.column(meaning.column)[(sheet.roles == "student").to_numpy()])
        known = found.line_item or found.line_items
        doubtful = described.own_figure and _may_be_of_line_item(meaning, index, sheet)
        if not (known or doubtful or (letters and index.near(described.title))):
            return meaning
    update = {
        "means": "text_score" if letters else "score",
        "line_item": found.line_item,
        "line_items": found.line_items,
        "line_item_title": found.title,
        "reason": f"its cells are letters; {found.reason}" if letters else found.reason,
    }
    return meaning.model_copy(update=update)


def _may_be_of_line_item(meaning: ColumnMeaning, index: LineItemIndex, sheet: Sheet) -> bool:
    """Say whether a total or the like may be a line item's all the same: one is called alike, or has the maximum it states."""
    stated = sheet.maxima.get(meaning.column, "")
    return index.resembles(meaning.column.name) or index.has_maximum(stated)


def _carry_over(earlier: Columns, suggested: Columns, sheet: Sheet, finder: KeyFinder) -> Columns:
    """Keep of earlier columns what still fits, and of the suggestion what they do not know."""
    change = earlier.compare_header(sheet)
    known = {
        meaning.column: meaning
        for meaning in earlier.meanings
        if meaning.column in sheet.header and meaning.column.name not in change.recounted
    }
    if earlier.header_fingerprint != suggested.header_fingerprint:
        # Of a sheet of one class; in this one each row takes its own class's.
        several = {each.column: each.line_items for each in suggested.meanings}
        known = {
            column: meaning
            for column, meaning in known.items()
            if meaning.line_item not in several.get(column, ())
        }
    key = next((each.column for each in known.values() if each.means == "student"), None)
    meanings = tuple(_keep_or_take(known, each, key, finder) for each in suggested.meanings)
    kept = {str(column) for column in known}
    return earlier.model_copy(
        update={
            "format": suggested.format,
            "header_fingerprint": suggested.header_fingerprint,
            "meanings": meanings,
            "tokens": _keep_words(earlier.tokens, suggested.tokens, sheet),
            "kept_by": "",
            "answers": tuple(each for each in earlier.answers if each.column in {"", *kept}),
            "scale": {name: high for name, high in earlier.scale.items() if name in kept},
        }
    )


def _keep_words(
    earlier: Mapping[str, Mapping[str, Any]],
    suggested: Mapping[str, Mapping[str, Any]],
    sheet: Sheet,
) -> Mapping[str, Mapping[str, Any]]:
    """Keep the earlier words, and take those that this sheet alone holds; one of the format's that is not kept was taken away."""
    known = {text.casefold() for text in (*earlier, *sheet.description.tokens)}
    new = {text: fields for text, fields in suggested.items() if text.casefold() not in known}
    return {**earlier, **new}


def _keep_or_take(
    known: Mapping[ColumnKey, ColumnMeaning],
    suggested: ColumnMeaning,
    key: ColumnKey | None,
    finder: KeyFinder,
) -> ColumnMeaning:
    """Keep a column's earlier meaning, unless it is new, belonged to one that is gone, or must become the key."""
    old = known.get(suggested.column)
    if suggested.means == "student" and key != suggested.column:
        if key is None:
            return suggested
        reason = f"{str(key)!r} is the key; this one as {suggested.reason}"
        suggested = suggested.model_copy(update={"means": "ignored", "key": "", "reason": reason})
    if old is None or (old.belongs_to is not None and old.belongs_to not in known):
        return suggested
    update: dict[str, object] = {"samples": suggested.samples}
    if old.means == "student":  # how many it finds, it finds of this sheet
        fields = [] if old.key == suggested.key else finder.of(old.column)
        told = (each.told for each in fields if each.field == old.key)
        update["reason"] = next(told, suggested.reason)
    return old.model_copy(update=update)
