"""Checks of sheets that hold several tables: one below the other, or side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradetools.checks.facts import Facts
from gradetools.checks.names import DIFFERENT, find_differing
from gradetools.checks.registry import Finding, check
from gradetools.columns import ColumnMeaning, StudentIndex
from gradetools.formats.recognition import tidy
from gradetools.formats.words import plain_word
from gradetools.sheet import ColumnKey

Texts = NDArray[np.object_]
Marks = NDArray[np.bool_]

#: In so many rows at least a table beside the first names others.
_FEWEST = 3


class TableBeside(NamedTuple):
    """A table beside the first that names others.

    Attributes:
        people: its columns of ids and names.
        repeated: those of ids that are headed as one of the first table's.
        scores: its columns of scores; none where all were set aside.
        differing, compared: in how many of how many rows it names others.
        told: whom in the first of them.
    """

    people: list[ColumnKey]
    repeated: list[ColumnKey]
    scores: list[ColumnMeaning]
    differing: int
    compared: int
    told: str


@check(
    "header-repeated",
    "info",
    means="A row below the header repeats what the columns of names and ids are called: it is no student, and nothing is taken from it.",
    fix="Nothing; if it is a student, enter the id in the sheet and load it again.",
)
def _header_repeated(facts: Facts) -> Iterator[Finding]:
    for line in _list_headers(facts):
        yield Finding(
            line, "", f"Line {line} repeats the header: it is no student, and is left out."
        )


@check(
    "table-below",
    "question",
    means="The header comes again further down, with another title over the scores: what stands below is of a second table.",
    fix='Save each table as a sheet of its own and load one after the other; or answer "accept" if these scores are meant for '
    "the line item of the first table all the same.",
    answers=("accept",),
)
def _table_below(facts: Facts) -> Iterator[Finding]:
    headers, lines = _list_headers(facts), facts.students["line"].to_numpy()
    for place, line in enumerate(headers):
        below = lines[lines > line].tolist()
        if nexts := headers[place + 1 :]:
            below = [each for each in below if each < nexts[0]]
        for column in facts.score_columns:
            position, key = facts.sheet.position(column.column), str(column.column)
            title = tidy(str(facts.sheet.frame.loc[line].iloc[position]))
            if plain_word(title) == plain_word(str(facts.sheet.frame.columns[position])):
                continue
            called = repr(title) if title else "blank"
            message = f"Line {line} is the header of a second table, where this column is {called} and not {key!r}."
            for each in below:
                yield Finding(each, key, message)


def _list_headers(facts: Facts) -> list[int]:
    roles = facts.sheet.recognition.roles
    top = facts.sheet.recognition.header_line
    return sorted(line for line, role in roles.items() if role == "header" and line > top)


@check(
    "table-beside",
    "question",
    means="A second table stands beside the first, and the ids or names in most of its rows are not those of the row's student: "
    "its scores would be written to the students of the first table.",
    fix="Save each table as a sheet of its own and load one after the other, or ignore this column in step 3 of the form (--ignore "
    'on the command line, with_meaning in Python); answer "accept" if its scores are those of the row\'s student.',
    answers=("accept",),
)
def _table_beside(facts: Facts) -> Iterator[Finding]:
    for table in find_tables_beside(facts):
        message = (
            f"It stands in a second table, which begins with {str(table.people[0])!r} and names others in {table.differing} of "
            f"{table.compared} rows ({table.told}): its scores would be written to the students of the first table."
        )
        for column in table.scores:
            yield Finding(0, str(column.column), message)


def find_tables_beside(facts: Facts) -> Iterator[TableBeside]:
    """Find the tables that stand beside the one with the key, and whose ids or names are not those of the rows' students."""
    key = facts.columns.student_column
    tables = list(_part_columns(facts)) if key and not facts.columns.of("line_item") else []
    home = next((people for people, _ in tables if key and key.column in people), None)
    for people, scores in tables:
        if home is None or people is home:
            continue
        asks: Marks = facts.row_asks
        if scores:
            places = [facts.score_columns.index(each) for each in scores]
            grid = facts.entries["asks"].to_numpy().reshape(-1, len(facts.score_columns))
            asks = np.asarray(grid[:, places].any(axis=1))
        known = (facts.students["sourced_id"] != "").to_numpy()
        repeated = _find_repeated(facts, people, home)
        for said, differs in _compare(facts, people, home, repeated):
            compared = asks & known & (said != "")
            rows = np.flatnonzero(compared & differs)
            if len(rows) >= _FEWEST and 2 * len(rows) > compared.sum():
                row = facts.students.iloc[rows[0]]
                told = f"line {row['line']}: {said[rows[0]]!r} in the row of {row['name']}"
                yield TableBeside(people, repeated, scores, len(rows), int(compared.sum()), told)
                break


def _part_columns(facts: Facts) -> Iterator[tuple[list[ColumnKey], list[ColumnMeaning]]]:
    """Part the columns where ids or names follow on scores: each table's ids and names, and its scores."""
    # Whose columns of scores were set aside is a table all the same.
    of_scores = {each.column for each in facts.score_columns}
    key, names = facts.columns.student_column, facts.columns.of("name")
    people = {each.column for each in (*names, *((key,) if key else ()))}
    for each in facts.sheet.description.columns:
        if each.means in ("student", "name"):
            people.add(facts.sheet.header[each.position])
        elif each.means in ("score", "text_score"):
            of_scores.add(facts.sheet.header[each.position])
    table: tuple[list[ColumnKey], list[ColumnMeaning]] = [], []
    ended = False
    for column in facts.sheet.header:
        if column in people:
            if ended:
                yield table
                table, ended = ([], []), False
            table[0].append(column)
        elif column in of_scores:
            ended = True
            table[1].extend(each for each in facts.score_columns if each.column == column)
    if ended:
        yield table


def _find_repeated(facts: Facts, people: list[ColumnKey], home: list[ColumnKey]) -> list[ColumnKey]:
    """Find the columns of ids that are headed as one of the first table's; others are its second ids, and may disagree."""
    names = {each.column for each in facts.columns.of("name")}
    titles = {plain_word(column.name) for column in home if column not in names}
    return [each for each in people if each not in names and plain_word(each.name) in titles]


def _compare(
    facts: Facts, people: list[ColumnKey], home: list[ColumnKey], repeated: list[ColumnKey]
) -> Iterator[tuple[Texts, Marks]]:
    """Give what the ids, and then the names, of a table beside the first say in each row, and whether that is somebody else."""
    rows = (facts.sheet.roles == "student").to_numpy()
    names = {each.column for each in facts.columns.of("name")}
    index = StudentIndex(facts.snapshot.students, "")
    for column in repeated:
        codes, texts = facts.sheet.distinct(column, rows)
        found = index.match(texts)
        whose = [{found[text].sourced_id, *found[text].candidates} for text in texts]
        said = texts.take(codes)
        own = zip(codes.tolist(), facts.students["sourced_id"], strict=True)
        differs = np.array([student not in whose[code] for code, student in own], dtype=bool)
        yield said, differs & (said != facts.students["text"].to_numpy(dtype=object))
    # Without other names in the sheet the names of students are these, and compared as such.
    if names.isdisjoint(home):
        return
    parts = [facts.sheet.column(each)[rows] for each in people if each in names]
    if parts:
        said = np.array(
            [" ".join(filter(None, texts)) for texts in zip(*parts, strict=True)], dtype=object
        )
        answers = find_differing(said, facts.students["name"].astype(str), facts.list_everybody)
        yield said, answers == DIFFERENT
