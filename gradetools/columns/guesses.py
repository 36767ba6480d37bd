"""Whose a sheet's grades are, in words with numbers: why no class stands out, and how many students were found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pandas as pd

from gradetools.columns.meanings import Columns
from gradetools.columns.names import split_name
from gradetools.columns.spoiled_ids import only_zeros, tell_lost
from gradetools.columns.students import tell_lines
from gradetools.columns.suggestions import ClassGuess
from gradetools.sheet import Sheet
from gradetools.showing import shorten

#: What is said where a sheet has names and no ids.
NAMELESS: Final = (
    "Nobody is found by name alone: add a column of ids, usernames or email addresses, or choose the column of names and pick each "
    "student by hand."
)


def tell_doubt(sheet: Sheet, ranked: Sequence[ClassGuess], classes: Mapping[str, str]) -> str:
    """Say why no class was taken for the sheet's, and what to do.

    Args:
        sheet: the sheet.
        ranked: the classes that know some of its students, best first; see `guess_class`.
        classes: class sourcedId to title.
    """
    if ranked:
        best = ranked[0]
        alike = [classes[each.class_id] for each in ranked if each.fits == best.fits]
        others = f"as many in {' and in '.join(alike[1:])}"
        told = f"{best.fits} of {best.rows} ids in {best.column!r} are in {alike[0]}, {others}"
        return f"{told}{_tell_but(best)}. Choose the class."
    others = sheet.detected.get("other worksheets", "")
    place = f"; perhaps they are on another worksheet ({others})" if others else ""
    described = [each for each in sheet.description.columns if each.keys]
    if not described:
        told = f"no column is known to hold the students' ids. {NAMELESS}"
        here = f" Perhaps the grades are on another worksheet ({others})." if others else ""
        return f"{told}{here} If one holds ids all the same, choose the class, and that column in step 3."
    first = next((each for each in described if each.means == "student"), described[0])
    column = sheet.header[first.position]
    texts = sheet.column(column)[(sheet.roles == "student").to_numpy()]
    filled = texts[(texts != "").to_numpy()]
    if 2 * sum(map(looks_like_name, filled)) > len(filled):
        return (
            f"{str(column)!r} holds names, and no column is known to hold ids. {NAMELESS} If one holds ids all the same, choose "
            f"the class here and that column in step 3{place}."
        )
    number = filled.nunique()
    none = "the only id" if number == 1 else f"none of the {number:,} ids"
    unknown = "is not known" if number == 1 else "is known"
    return (
        f"{none} in {str(column)!r} {unknown} in any class. If another column holds the ids, choose the class here and that "
        f"column in step 3{place}; else look whether it is the right environment."
    )


def looks_like_name(text: str) -> bool:
    """Whether a text is several words, as a name is and an id is not."""
    return len(split_name(text)) > 1 and not any(sign.isdigit() or sign in "@_" for sign in text)


def tell_zeros(guess: ClassGuess) -> str:
    """Say how many of a sheet's ids are in a class but for the zeros at their front; "" where none is.

    It follows a sentence that says how many are in it as they stand.
    """
    if not guess.zeros:
        return ""
    text, whole = guess.zeros[0]
    more = " more" if guess.matched else ""
    return f"{len(guess.zeros):,}{more} are but for {_tell_such([each for each, _ in guess.zeros], text, whole)}."


def tell_other_class(
    ranked: Sequence[ClassGuess], chosen: Sequence[str], classes: Mapping[str, str]
) -> str:
    """Say which class more of the sheet's students are in than in any of those that were chosen; "" where there is none.

    Args:
        ranked: as in `tell_doubt`.
        chosen: the sourcedIds of the classes that were chosen.
        classes: class sourcedId to title.
    """
    if not ranked or ranked[0].class_id in chosen:
        return ""
    best = ranked[0]
    here = max((each.fits for each in ranked if each.class_id in chosen), default=0)
    if here == best.fits:
        return ""
    zeros = _tell_but(best).removeprefix(",")
    return f"though {here or 'none'} of {best.rows} students of the sheet {'is' if here == 1 else 'are'} in it, and {best.fits} in {classes[best.class_id]}{zeros}"


def tell_found(
    matched: pd.DataFrame, zeros: Mapping[str, tuple[str, str]], elsewhere: Mapping[str, str]
) -> tuple[str, int, int]:
    """Say how many students were found, in how many rows, and what to do about the others.

    Args:
        matched: `students_matched`.
        zeros: `find_spoiled_ids` of those who were not found.
        elsewhere: ids of those who were not found to what their rows call their class, which is another one.

    Returns:
        The sentences; how many students were found, and how many different ids are nobody's in another way than these.
    """
    there = (matched["sourced_id"] != "").to_numpy()
    texts = matched["text"].astype(str)
    unknown = texts[~there & (texts != "").to_numpy()].nunique()
    nameless = matched["line"][(texts == "").to_numpy()].tolist()
    found, rows = matched["sourced_id"].astype(str)[there].nunique(), len(matched)
    people = found + unknown
    told = f"{found:,} of {people:,} student{'' if people == 1 else 's'} found"
    if rows != people:
        of = "" if there.all() else f"{int(there.sum()):,} of "
        told += f", in {of}{rows:,} row{'' if rows == 1 else 's'}"
    told += "."
    if zeros:
        text, (_, whole) = next(iter(zeros.items()))
        told += (
            f" {_tell_part(len(zeros), unknown)} known but for {_tell_such(zeros, text, whole)}. "
            f"Take them {'with their zeros' if only_zeros(zeros) else 'as they are meant'} below."
        )
    if elsewhere:
        classes = ", ".join(dict.fromkeys(elsewhere.values()))
        told += (
            f" {_tell_part(len(elsewhere), unknown)} of a class that is not chosen "
            f"({shorten(classes)}): choose it too in step 2, or leave them out."
        )
    unknown -= len(zeros) + len(elsewhere)
    if unknown > found + len(zeros):
        told += " Look whether it is the right class, and the right column of ids; or choose below who they are."
    elif unknown:
        who = (
            "who the other is; without it that row stays"
            if unknown == 1
            else "who the others are; without it their rows stay"
        )
        told += f" Choose below {who} blocked."
    return f"{told}{_tell_nameless(nameless)}", found, unknown


def tell_chosen(columns: Columns, matched: pd.DataFrame) -> str:
    """Say how many ids mean a student once a person has chosen some: `8 of 8 ids found, 3 of them as you chose`; "" for none.

    Args:
        columns: which column of the sheet means what.
        matched: `students_matched`.
    """
    ids = matched[(matched["text"] != "").to_numpy()].drop_duplicates("text")
    chosen = int((ids["how"] == "chosen").sum())
    found = int((ids["sourced_id"] != "").sum())
    field = columns.student_column.key if columns.student_column else ""
    told = f"{found} of {len(ids)} ids found, {chosen} of them as you chose"
    return f"{field}: {told}".removeprefix(": ") if chosen else ""


def _tell_but(guess: ClassGuess) -> str:
    """Say, behind how many are known, in what their ids differ; "" where they do not."""
    return f", but for {tell_lost(text for text, _ in guess.zeros)}" if guess.zeros else ""


def _tell_such(texts: Iterable[str], text: str, whole: str) -> str:
    """Say in what ids differ from those that are known, with one as an example, and who makes them so."""
    texts = list(texts)
    takes = "takes them away" if only_zeros(texts) else "writes them so"
    return f"{tell_lost(texts)}, such as {whole} for {text}: a spreadsheet program {takes}"


def _tell_part(number: int, unknown: int) -> str:
    """Begin a sentence about some of those who were not found: `2 of the others are`."""
    if number == unknown:
        return "The other is" if number == 1 else f"The other {number:,} are"
    return f"{number:,} of the others {'is' if number == 1 else 'are'}"


def _tell_nameless(lines: Sequence[int]) -> str:
    """Say of rows without an id what is to be done, which is not to choose somebody."""
    if not lines:
        return ""
    where = tell_lines(lines).capitalize()
    if len(lines) == 1:
        return f" {where} says nobody's id, and stays blocked until it is entered, in step 4 or in the sheet."
    return f" {where} say nobody's id, and stay blocked until these are entered, in step 4 or in the sheet."
