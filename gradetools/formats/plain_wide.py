"""A plain sheet with one row per student and one column per line item; what every table is taken for at last."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from gradetools.cells import Cells
from gradetools.formats.recognition import (
    OWN_COLUMN,
    STUDENT_FIELDS,
    ColumnDescription,
    Description,
    Recognition,
    column_names,
    strip_mark,
)
from gradetools.formats.words import (
    COMPANIONS,
    TOKENS,
    assign_roles,
    describe_person,
    find_header,
    first_students,
    hold_ids,
    hold_scores,
    meaning_of,
    number_rows,
    plain_word,
    tell_own_figure,
)

#: Why such a column is ignored.
_OWN_FIGURE = "by its header it is {}, and no line item is called so"


def recognise(cells: Cells) -> Recognition | None:
    """Take any table with a header for a plain one."""
    line = find_header(cells)
    if line is None:
        return None
    roles, maxima = assign_roles(cells, line)
    return Recognition(
        "plain_wide",
        line,
        roles,
        maxima,
        0.1,
        "it has one row per student and one column per line item, and is not an export of Canvas, Moodle or the like",
    )


def describe(cells: Cells, recognition: Recognition) -> Description:
    """Say what each column means: by its header, and by what stands below it."""
    header = column_names(cells, recognition.header_line)
    body = first_students(cells, recognition)
    columns = [
        describe_person(i, title) or _describe_column(i, title, body[i].tolist())
        for i, title in enumerate(header)
    ]
    columns = _set_own_figures_aside(columns)
    return Description(
        tuple(_join_companion(column, columns, header) for column in columns), TOKENS
    )


def _set_own_figures_aside(columns: list[ColumnDescription]) -> list[ColumnDescription]:
    """Ignore a teacher's totals, ranks and the like, unless nothing else holds scores; a line item called so takes them up."""
    told = {
        each.position: figure
        for each in columns
        if each.means == "score" and not each.keys and (figure := tell_own_figure(each.title))
    }
    if all(each.position in told for each in columns if each.means == "score"):
        return columns
    return [
        replace(
            each, means="ignored", own_figure=True, reason=_OWN_FIGURE.format(told[each.position])
        )
        if each.position in told
        else each
        for each in columns
    ]


def _describe_column(position: int, title: str, texts: list[str]) -> ColumnDescription:
    means = meaning_of(title)
    if means in ("section", "class"):
        return ColumnDescription(position, means, reason=f"{title!r} is the student's {means}")
    if means and means not in ("score", "line_item", "student", "name"):
        return ColumnDescription(position, means)
    if title.startswith(OWN_COLUMN):
        return ColumnDescription(position, "ignored", reason="gradetools wrote it itself")
    if not any(text.strip() for text in texts):
        return ColumnDescription(position, "ignored", title=title, reason="it is empty")
    if number_rows(title, texts):
        return ColumnDescription(position, "ignored", title=title, reason="it numbers the rows")
    if not hold_scores(texts):
        return ColumnDescription(
            position, "ignored", title=title, reason="most of its cells are no scores"
        )
    if not title:
        return ColumnDescription(
            position, "score", reason="its cells are scores, but it has no name"
        )
    keys = STUDENT_FIELDS if hold_ids(texts) else ()
    return ColumnDescription(
        position, "score", title=title, keys=keys, reason="its cells are scores"
    )


def _join_companion(
    column: ColumnDescription, columns: list[ColumnDescription], header: list[str]
) -> ColumnDescription:
    """Tie "Quiz 1 comment" to "Quiz 1", and a lone "Comment" to the only score column."""
    title = header[column.position]
    scores = [each.position for each in columns if each.means == "score"]
    # A column of scores may still be empty, while its comments are not.
    titled = [each.position for each in columns if each.title]
    if column.means in COMPANIONS:
        if len(scores) == 1:
            return ColumnDescription(
                column.position,
                column.means,
                belongs_to=scores[0],
                reason=f"belongs to {header[scores[0]]!r}",
            )
        return ColumnDescription(
            column.position,
            "ignored",
            reason=f"{title!r} names no score column that it could belong to",
        )
    others = {each: header[each] for each in titled if each != column.position}
    # "Midterm remarks" are of "Midterm (out of 80)", too, but where two columns are of the Midterm nobody knows whose.
    stems = {each: strip_mark(name) for each, name in others.items()}
    count = Counter(map(str.casefold, stems.values()))
    single = {each: stem for each, stem in stems.items() if count[stem.casefold()] == 1}
    for names in (others, single):
        for score in sorted(names, key=lambda position: -len(names[position])):
            if means := _companion_of(title, names[score]):
                reason = f"belongs to {header[score]!r}"
                return ColumnDescription(column.position, means, belongs_to=score, reason=reason)
    return column


def _companion_of(title: str, score_title: str) -> str:
    if not score_title or not title.casefold().startswith(score_title.casefold()):
        return ""
    rest = title[len(score_title) :]
    if not re.match(r"[\s:_(\[-]", rest):
        return ""
    means = meaning_of(plain_word(rest))
    return means if means in COMPANIONS else ""
