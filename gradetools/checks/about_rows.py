"""Checks of what a row says besides its grades: the class it is of, and whose its other ids are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradetools.checks.about_tables import find_tables_beside
from gradetools.checks.facts import Facts
from gradetools.checks.registry import MOST_TOLD, Finding, check
from gradetools.checks.surplus import find_surplus
from gradetools.checks.values import read_flag
from gradetools.columns import (
    IN_NONE,
    IN_SEVERAL,
    STUDENT_COLUMN,
    ColumnMeaning,
    Excuses,
    OtherKey,
    StudentIndex,
    find_excuses,
    find_named_classes,
    is_excuse,
    tell_lines,
)
from gradetools.sheet import ColumnKey

_NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?%?")

#: What to do about a row of a class that was not chosen.
_UNREAD = (
    "Choose that class too, in step 2 of the form (--class on the command line, take_snapshot in Python), correct the row, "
    'or answer "accept" if the line item is right all the same.'
)


@check(
    "row-too-wide",
    "error",
    means="A row of a CSV file or pasted text has more cells than the header: perhaps a comma in a cell without quotes, as in "
    "5,5, parted it in two, and all after it stands under the wrong column. Empty cells at the end are no reason, nor is a "
    "column without a header that is filled in most rows.",
    fix='Put the cell in quotes in the file ("5,5") or write 5.5, and load it again; if nothing is parted, empty the last cell '
    "or give its column a header.",
)
def _row_too_wide(facts: Facts) -> Iterator[Finding]:
    key = facts.columns.student_column
    sign = {"\t": "a tab"}.get(given := facts.sheet.detected.get("delimiter", ""), repr(given))
    for row in find_surplus(facts):
        why = f"a cell with {sign} in it was perhaps parted in two"
        if len(row.decimals) == 1:
            why = f"{row.decimals[0]} is perhaps one score, parted at its comma"
        message = (
            f"Line {row.line} has {row.cells} cells and the header {row.header}: {why}, and all after it stands under the "
            "wrong column."
        )
        yield Finding(row.line, str(key.column) if key else "", message)


@check(
    "keys-disagree",
    "question",
    means="Another column of ids says that the row is somebody else's.",
    fix='Correct the id, choose the other column as the key, or answer "accept" if the key is right.',
    answers=("accept",),
)
def _keys_disagree(facts: Facts) -> Iterator[Finding]:
    chosen, known = facts.columns.student_column, facts.students.set_index("line")
    names, asking = StudentIndex(facts.snapshot.students, "sourcedId").names, _asking_lines(facts)
    others = facts.other_keys
    # The ids of a second table beside the first are asked about once.
    tables = find_tables_beside(facts) if others else ()
    beside = {str(each) for table in tables for each in table.repeated}
    for other in (each for each in others if each.column not in beside):
        differs = (other.others != "") & (other.others != other.students)
        for i in np.flatnonzero(differs & np.isin(other.lines, asking)).tolist():
            line, key = int(other.lines[i]), str(chosen and chosen.column)
            row = known.loc[line]
            message = (
                f"{key!r} says {row['name']} ({row['text']}), but {other.column!r} says {names[other.others[i]]} "
                f"({other.texts[i]})."
            )
            yield Finding(line, key, message)


@check(
    "second-id-unknown",
    "warning",
    means="Another column of ids agrees with most other rows, and holds an id in this one that nobody in the gradebook "
    f"has. More than {MOST_TOLD} such rows of a column are told as one.",
    fix="Look whose row it is, and correct the id that is wrong; nothing, if the student only has a new one.",
)
def _second_id_unknown(facts: Facts) -> Iterator[Finding]:
    asking, chosen = _asking_lines(facts), facts.columns.student_column
    for other in facts.other_keys:
        rows = np.flatnonzero(other.unknown & np.isin(other.lines, asking)).tolist()
        if not rows or not _usually_agrees(other):
            continue
        by = str(chosen and chosen.column)
        if len(rows) <= MOST_TOLD:
            yield from _tell_unknown(facts, other, rows, by)
            continue
        lines = tell_lines([int(other.lines[i]) for i in rows], MOST_TOLD)
        message = f"{len(rows):,} rows hold an id here that nobody has, and were taken for whom {by!r} says: {lines}."
        yield Finding(0, other.column, message)


def _usually_agrees(other: OtherKey) -> bool:
    """Whether a column means the same students as the key in more than half of the rows besides the doubtful one."""
    filled = int((other.texts != "").sum())
    return int((other.others == other.students).sum()) > (filled - 1) / 2


def _tell_unknown(facts: Facts, other: OtherKey, rows: list[int], by: str) -> Iterator[Finding]:
    people = facts.snapshot.students.drop_duplicates("sourced_id").set_index(
        "sourced_id", drop=False
    )
    known = facts.students.set_index("line")
    for i in rows:
        line, field = int(other.lines[i]), other.field
        held = people.loc[other.students[i], STUDENT_COLUMN.get(field, field)]
        own = " or ".join(held) if isinstance(held, tuple) else str(held or "")
        row = known.loc[line]
        message = (
            f"Nobody has the {field} {other.texts[i]!r}. The row was taken for {row['name']}, whom {by!r} says "
            f"({row['text']}) and who has {f'the {field} {own!r}' if own else f'no {field} in the gradebook'}."
        )
        yield Finding(line, other.column, message)


@check(
    "excused-has-score",
    "question",
    means="The row is marked in a column such as Excused, Exempt or Absent, of which nothing is sent, and has a score that would be; "
    "where the student was only absent, or the column is beside several scores, a score of 0. So is a 0 whose comment begins with such a word.",
    fix='In the sheet, write EX in place of the score of who is excused, or empty the cell, and load it again; or answer "accept" to send the scores as they stand.',
    answers=("accept",),
)
def _excused_has_score(facts: Facts) -> Iterator[Finding]:
    lines = facts.students["line"].tolist()
    found = find_excuses(facts.columns)
    for score, points in _list_scores(facts):
        for column, is_marked, any_score in _list_excuses(facts, score, found):
            said, marked = _read_marks(facts, column, is_marked)
            for i in np.flatnonzero(marked & (points == points if any_score else points == 0)):
                message = (
                    f"{str(column)!r} says {said[i]!r}, and the score {points[i]:g} would be sent."
                )
                yield Finding(lines[i], str(score.column), message)


@check(
    "excuses-not-sent",
    "warning",
    means="Rows without a score are marked in a column such as Excused or Exempt, of which nothing is sent.",
    fix="Write EX in place of the score of who is excused, in the sheet or in step 4 of the form; nothing, if the gradebook need "
    "not know it.",
)
def _excuses_not_sent(facts: Facts) -> Iterator[Finding]:
    lines, width = facts.students["line"].to_numpy(), len(facts.score_columns)
    asks = facts.entries["asks"].to_numpy().reshape(len(lines), width)
    for column, of, excused, ticked in find_excuses(facts.columns):
        if not excused or not width:
            continue
        place = slice(None) if of is None else [facts.score_columns.index(of)]
        _, marked = _read_marks(facts, column, _choose_mark(ticked=ticked))
        told = lines[marked & ~asks[:, place].any(axis=1)].tolist()
        if told:
            rows = "1 row is" if len(told) == 1 else f"{len(told):,} rows are"
            message = f"{rows} marked in {str(column)!r} and without a score ({tell_lines(told)}): of an excuse nothing is sent."
            yield Finding(0, str(column), message)


def _list_excuses(
    facts: Facts, score: ColumnMeaning, found: list[Excuses]
) -> Iterator[tuple[ColumnKey, Callable[[str], bool], bool]]:
    """Give the columns that may excuse from a score, what is a mark in each, and whether it speaks against any score or a 0."""
    for column, of, excused, ticked in found:
        if column != score.column and of in (None, score):
            alone = of is not None or len(facts.score_columns) == 1
            yield column, _choose_mark(ticked=ticked), excused and alone
    for each in facts.columns.companions(score.column):
        if each.means == "comment":
            yield each.column, lambda text: is_excuse(text, absent=False), False


def _read_marks(
    facts: Facts, column: ColumnKey, is_marked: Callable[[str], bool]
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Give what a column says in each student row, and whether that is a mark; each distinct text is looked at once."""
    codes, texts = facts.sheet.distinct(column, _student_rows(facts))
    marks = np.array([is_marked(text) for text in texts], dtype=bool)
    return texts[codes], marks[codes]


def _choose_mark(*, ticked: bool) -> Callable[[str], bool]:
    return _is_ticked if ticked else is_excuse


def _is_ticked(text: str) -> bool:
    return read_flag(text) == "true" or text in ("✓", "✔") or is_excuse(text)


def _list_scores(facts: Facts) -> Iterator[tuple[ColumnMeaning, NDArray[np.float64]]]:
    """Give each score column with the points that its rows would send, NaN for none."""
    width = len(facts.score_columns)
    for k, score in enumerate(facts.score_columns):
        yield score, facts.entries["score"].to_numpy(dtype=float)[k::width]


def _student_rows(facts: Facts) -> NDArray[np.bool_]:
    return (facts.sheet.roles == "student").to_numpy()


@check(
    "exempt-has-score",
    "warning",
    means=f"The status of the grade is exempt, and a score is sent with it. More than {MOST_TOLD} of a column are told as one.",
    fix="Empty the cell of the score, if the student is exempt; nothing, if the score is to stand beside that.",
)
def _exempt_has_score(facts: Facts) -> Iterator[Finding]:
    status, lines = (
        facts.entries["score_status"].to_numpy(dtype=object),
        facts.students["line"].tolist(),
    )
    for k, (score, points) in enumerate(_list_scores(facts)):
        exempt = status[k :: len(facts.score_columns)] == "exempt"
        rows = np.flatnonzero(exempt & ~np.isnan(points)).tolist()
        if len(rows) > MOST_TOLD:
            message = f"{len(rows):,} grades are exempt and have a score, in {tell_lines([lines[i] for i in rows])}."
            yield Finding(0, str(score.column), message)
            continue
        for i in rows:
            yield Finding(
                lines[i],
                str(score.column),
                f"The grade is exempt, and has the score {points[i]:g}.",
            )


#: So many comments at least tell a column of numbers.
_FEW_COMMENTS = 3


@check(
    "comments-are-numbers",
    "warning",
    means="More than half of a column's comments, of at least three, are numbers: scores stand under the wrong title, perhaps.",
    fix="Look whether they are scores; if so, give the column the title of its line item in the sheet and load it again, or choose the "
    "line item in step 3 of the form (--line-item on the command line, with_meaning in Python).",
)
def _comments_are_numbers(facts: Facts) -> Iterator[Finding]:
    rows = _student_rows(facts)
    for score in facts.score_columns:
        for each in facts.columns.companions(score.column):
            if each.means != "comment":
                continue
            codes, texts = facts.sheet.distinct(each.column, rows)
            times = np.bincount(codes, minlength=len(texts))
            filled = int(times[texts != ""].sum())
            numbers = int(times[[bool(_NUMBER.fullmatch(text)) for text in texts]].sum())
            if numbers >= _FEW_COMMENTS and 2 * numbers > filled:
                message = f"{numbers:,} of {filled:,} comments of {str(score.column)!r} are numbers: they would be sent as words."
                yield Finding(0, str(each.column), message)


def _asking_lines(facts: Facts) -> NDArray[Any]:
    return facts.students["line"].to_numpy()[facts.row_asks]


@check(
    "line-item-unresolved",
    "error",
    means="A title stands for line items of several classes, and the student is in none of them, or in more than one.",
    fix="Name the class in a column of the sheet, or choose one class's line item.",
)
def _line_item_unresolved(facts: Facts) -> Iterator[Finding]:
    asking = facts.asking
    doubtful = asking["item"].isin([IN_SEVERAL, IN_NONE]) & (asking["student"] != "")
    rows = asking[doubtful.to_numpy()]
    if rows.empty:
        return
    named = _named_classes(facts, rows["line"].to_numpy())
    enrolments = facts.snapshot.students.groupby("sourced_id")["class_id"].agg(list)
    for row, said in zip(rows.itertuples(), named, strict=True):
        title = _title(facts, int(str(row.line)), str(row.key))
        own = [_call(facts, each) for each in dict.fromkeys(enrolments[str(row.student)])]
        if said:
            message = f"The row says {_call(facts, said)}, which has no {title!r}."
        elif row.item == IN_SEVERAL:
            message = f"{row.student_name} is in {' and '.join(own)}: whose {title!r} it is, nothing says."
        else:
            message = f"{row.student_name} is in {' and '.join(own)}, which has no {title!r}."
        yield Finding(int(str(row.line)), str(row.key), message)


@check(
    "class-differs",
    "question",
    means="The row names a class, and the line item belongs to another one.",
    fix='Choose the line item of that class, correct the row, or answer "accept" if the line item is right.',
    answers=("accept",),
)
def _class_differs(facts: Facts) -> Iterator[Finding]:
    if not (facts.columns.of("class") or facts.columns.of("section")):
        return
    said = find_named_classes(facts.sheet, facts.columns, facts.snapshot.classes)
    # A class that was not read has no sourcedId here; its name will do.
    said = said.where(facts.elsewhere == "", facts.elsewhere)
    if not (said != "").any():
        return
    asking = facts.asking
    class_id = asking["class_id"].to_numpy(dtype=object)
    named = np.repeat(said.to_numpy(dtype=object), len(facts.score_columns))[asking.index]
    strange = np.repeat((facts.elsewhere != "").to_numpy(), len(facts.score_columns))[asking.index]
    known = (class_id != "") & (asking["student"] != "").to_numpy()
    differs = (named != "") & known & (named != class_id)
    rows = zip(asking[differs].itertuples(), named[differs], strange[differs], strict=True)
    for row, said, unread in rows:
        message = (
            f"The row says {_call(facts, said)}, and {row.line_item_title!r} belongs to "
            f"{_call(facts, str(row.class_id))}."
        )
        yield Finding(int(str(row.line)), str(row.key), message, _UNREAD if unread else "")


def _named_classes(facts: Facts, lines: NDArray[Any]) -> NDArray[np.object_]:
    """Say for each line which class it names itself, "" for none."""
    if not (facts.columns.of("class") or facts.columns.of("section")):
        return np.full(len(lines), "", dtype=object)
    named = find_named_classes(facts.sheet, facts.columns, facts.snapshot.classes)
    return named[lines].to_numpy(dtype=object)


def _title(facts: Facts, line: int, key: str) -> str:
    column = next(iter(facts.columns.of("line_item")), None)
    meaning = facts.columns.meaning(key)
    if column is None or meaning.line_items:
        return meaning.line_item_title or key
    return str(facts.sheet.column(column.column)[line])


def _call(facts: Facts, class_id: str) -> str:
    return facts.snapshot.classes.get(class_id, class_id)
