"""Checks of whose the grades are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gradetools.checks.facts import LEFT, NEVER, Facts
from gradetools.checks.registry import Finding, check
from gradetools.columns import MANGLED, MOST_LIKENESSES

#: What to do about an id that somebody's comes near.
_PICK = "Pick the student in step 3 of the form (--student on the command line, match_student in Python), or correct the cell."
#: What to do about a row without an id, which nobody can be picked for.
_NO_ID = (
    "Enter the student's id in the cell; or leave it, if it is no student: nothing is sent for it."
)

#: What to do about a row of a class that was not chosen.
_OTHER_CLASS = (
    "Choose that class too, in step 2 of the form (--class on the command line, take_snapshot in Python); or leave it: "
    "nothing is sent for it."
)
#: So many of the chosen classes are named.
_FEW_CLASSES = 3


def _asking_rows(facts: Facts, how: str) -> pd.DataFrame:
    """Give the rows of students that were found so, where some entry asks for something."""
    found = (facts.students["how"] == how).to_numpy()
    return facts.students[found & facts.row_asks] if found.any() else facts.students[found]


def _column(facts: Facts) -> str:
    key = facts.columns.student_column
    return str(key.column) if key else ""


def _field(facts: Facts) -> str:
    key = facts.columns.student_column
    return key.key if key and key.key else "id"


def _names(facts: Facts, candidates: tuple[str, ...]) -> str:
    people = facts.snapshot.students.drop_duplicates("sourced_id").set_index("sourced_id")
    field = {"sourcedId": "", "userIds": "", "id": ""}.get(_field(facts), _field(facts))
    named = []
    for sourced_id in candidates:
        person = people.loc[sourced_id]
        named.append(
            f"{person['given_name']} {person['family_name']} ({(field and person[field]) or sourced_id})"
        )
    return " or ".join(named)


def _tell_slid(facts: Facts, line: int) -> str:
    """Say of the last row, which has scores and no student, that they slid down where the first student has none; "" else."""
    lines = facts.students["line"]
    if line != lines.iloc[-1]:
        return ""
    columns = {str(each.column): facts.sheet.column(each.column) for each in facts.score_columns}
    slid = [
        repr(name) for name, cells in columns.items() if cells[line] and not cells[lines.iloc[0]]
    ]
    told = " and ".join(slid)
    return (
        f" The first student has no score in {told}: all of it may have slid down by a row."
        if slid
        else ""
    )


@check(
    "student-unknown",
    "error",
    means="Nobody in the gradebook's classes has that id.",
    fix="Correct the cell, choose another column of ids, or pick the student in step 3 of the form (--student on the command line, match_student in Python).",
)
def _student_unknown(facts: Facts) -> Iterator[Finding]:
    if facts.columns.student_column is None:
        return
    for row in _asking_rows(facts, "").itertuples():
        text = str(row.text)
        if text and MANGLED.fullmatch(text):
            continue
        message = (
            f"Nobody has the {_field(facts)} {text!r}."
            if text
            else f"The row has grades but no student's id.{_tell_slid(facts, int(str(row.line)))}"
        )
        line = int(str(row.line))
        if said := str(facts.elsewhere[line]):
            # Who comes near here is somebody else.
            here = " or ".join(list(facts.snapshot.classes.values())[:_FEW_CLASSES])
            message = f"{message.removesuffix('.')} in {here}; the row says {said}."
            yield Finding(line, _column(facts), message, _OTHER_CLASS)
            continue
        near = _names(facts, row.candidates)  # type: ignore[arg-type] # - the stubs do not know the columns
        fix = _tell_near(near) or ("" if text else _NO_ID)
        yield Finding(line, _column(facts), message, fix)


@check(
    "id-mangled",
    "error",
    means="A spreadsheet program has turned an id into a number: `1.23E+15`, `123.0`.",
    fix="Format the column as text and enter the id again, or pick the student.",
)
def _id_mangled(facts: Facts) -> Iterator[Finding]:
    if facts.columns.student_column is None:
        return
    for row in _asking_rows(facts, "").itertuples():
        if MANGLED.fullmatch(str(row.text)):
            near = _names(facts, row.candidates)  # type: ignore[arg-type] # - the stubs do not know the columns
            message = f"{row.text} is an id that a spreadsheet program turned into a number."
            yield Finding(
                int(str(row.line)),
                _column(facts),
                message,
                _tell_near(near),
            )


@check(
    "likenesses-limited",
    "info",
    means=f"More than {MOST_LIKENESSES} ids are unknown: who comes near was looked for in the first of them only.",
    fix="Look whether it is the right class and the right column of ids; correct what has a suggestion, and check again.",
)
def _likenesses_limited(facts: Facts) -> Iterator[Finding]:
    rows, text = facts.students, facts.students["text"].cat
    unknown = text.categories[np.unique(text.codes[(rows["how"] == "").to_numpy()])]
    count = int((unknown != "").sum())
    if count > MOST_LIKENESSES and not _asking_rows(facts, "").empty:
        message = (
            f"Who comes near was looked for in the first {MOST_LIKENESSES} of {count:,} unknown ids; "
            "the others have no suggestion."
        )
        yield Finding(0, _column(facts), message)


@check(
    "student-ambiguous",
    "error",
    means="Several students have that id.",
    fix="Pick the student, or choose another column of ids, in step 3 of the form (--student on the command line, match_student in Python).",
)
def _student_ambiguous(facts: Facts) -> Iterator[Finding]:
    for row in _asking_rows(facts, "ambiguous").itertuples():
        near = _names(facts, row.candidates)  # type: ignore[arg-type] # - the stubs do not know the columns
        message = f"{row.text!r} may be {near}."
        yield Finding(int(str(row.line)), _column(facts), message, "Pick one of them.")


@check(
    "summary-row",
    "info",
    means='A row at the top or the end of the table is called "Average", "Total" or the like where others have a name, and has '
    "no id: it is no student, and nothing is taken from it.",
    fix="Nothing; if it is a student, enter the id in the sheet and load it again.",
)
def _summary_row(facts: Facts) -> Iterator[Finding]:
    for line, text in facts.sheet.summaries.items():
        yield Finding(line, "", f"{text!r} is no student: it has no id. The line is left out.")


@check(
    "student-case",
    "warning",
    means="A student was found only when capital and small letters counted as the same.",
    fix="Look whether it is the right person; nothing else is needed.",
)
def _student_case(facts: Facts) -> Iterator[Finding]:
    for row in _asking_rows(facts, "ignoring case").itertuples():
        yield Finding(
            int(str(row.line)),
            _column(facts),
            f"{row.text!r} was taken for {row.name}, ignoring case.",
        )


def _tell_near(near: str) -> str:
    return f"Perhaps {near}? {_PICK}" if near else ""


def _told_names(facts: Facts) -> Iterator[tuple[int, str]]:
    """Give line and words for each row whose name differs, or for whose name somebody else was chosen where there are no ids."""
    rows, beside = facts.names.differing, bool(facts.columns.of("name"))
    for line, text, said, name in zip(
        rows["line"], rows["text"], rows["said"], rows["name"], strict=True
    ):
        yield int(line), f"{said!r}, and {f'{text} is {name}' if beside else f'{name} was chosen'}"


#: Fewer names than these cannot tell a shifted column from a nickname.
_FEW_NAMES = 3


def _most_differ(facts: Facts) -> bool:
    count, differing = facts.names
    beside = bool(facts.columns.of("name"))
    return beside and count >= _FEW_NAMES and len(differing) > count / 2


def _name_column(facts: Facts) -> str:
    names = facts.columns.of("name")
    return str(names[0].column) if names else _column(facts)


@check(
    "names-shifted",
    "question",
    means="More than half of the sheet's names, of at least three, are not those of the students with these ids: "
    "one column was sorted or moved without the other.",
    fix='Put the ids back beside their names and load the sheet again, or answer "accept" if the ids are right.',
    answers=("accept",),
)
def _names_shifted(facts: Facts) -> Iterator[Finding]:
    if _most_differ(facts):
        line, told = next(_told_names(facts))
        message = (
            f"Most names do not belong to their ids: {len(facts.names.differing)} of {facts.names.compared} "
            f"differ (line {line}: the sheet says {told}); the id column may be shifted."
        )
        yield Finding(0, _name_column(facts), message)


@check(
    "name-differs",
    "warning",
    means="The sheet calls the student by another name than the gradebook.",
    fix="Look whether the id or the name is the wrong one, or somebody else was picked; nothing, if it is the right student.",
)
def _name_differs(facts: Facts) -> Iterator[Finding]:
    if not _most_differ(facts):
        for line, told in _told_names(facts):
            yield Finding(line, _name_column(facts), f"The sheet says {told}.")


@check(
    "student-not-in-class",
    "error",
    means="The student is not in the class that the line item belongs to.",
    fix="Look whether the line item or the student is the wrong one.",
)
def _student_not_in_class(facts: Facts) -> Iterator[Finding]:
    for row in facts.asking[facts.enrolment == NEVER].itertuples():
        message = f"{row.student_name} is not in {_title(facts, row.class_id)}, which {row.line_item_title!r} belongs to."
        yield Finding(int(str(row.line)), str(row.key), message)


@check(
    "student-withdrawn",
    "warning",
    means="The student has left the class.",
    fix="Nothing, if the grade is still wanted; otherwise empty the cell of the grade.",
)
def _student_withdrawn(facts: Facts) -> Iterator[Finding]:
    left = facts.asking[facts.enrolment == LEFT]
    for row in left.drop_duplicates(["line", "class_id"]).itertuples():
        message = f"{row.student_name} has left {_title(facts, row.class_id)}."
        yield Finding(int(str(row.line)), _column(facts), message)


def _title(facts: Facts, class_id: object) -> str:
    return facts.snapshot.classes.get(str(class_id), str(class_id))
