"""Which class's line item a row means, where one title stands for line items of several classes.

A column "Quiz 1" of a sheet with several classes means the Quiz 1 of the class that each student is in. A row
that names its class itself (by sourcedId or title) means that class's, whoever the student is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.columns.meanings import Columns
from gradetools.sheet import Sheet
from gradetools.snapshot import Snapshot

#: What stands in place of a line item: it is unknown; the student is in several of the classes; in none of them.
UNKNOWN, IN_SEVERAL, IN_NONE = -1, -2, -3


def find_own_classes(
    class_ids: Sequence[str], students: pd.Series, named: pd.Series, enrolments: pd.DataFrame
) -> NDArray[np.int64]:
    """Say for each row which of several classes it is of.

    Args:
        class_ids: the sourcedIds of the classes.
        students: the sourcedId of each row's student, "" for nobody.
        named: the sourcedId of the class that each row names itself, "" for none; rows as in `students`.
        enrolments: DataFrame of `snapshot.STUDENT_COLUMNS`.

    Returns:
        For each row the place in `class_ids`, IN_SEVERAL or IN_NONE. Who has left a class belongs to it only
        where no other one claims the student.
    """
    by_class = {class_id: place for place, class_id in enumerate(class_ids)}
    here = enrolments[enrolments["class_id"].isin(class_ids).to_numpy()]
    here = here.drop_duplicates(["sourced_id", "class_id", "active"])
    places = here["class_id"].map(by_class)
    known: dict[str, int] = {}
    for active in (False, True):  # the active ones last, for they win
        part = (here["active"] == active).to_numpy()
        own = places[part].groupby(here.loc[part, "sourced_id"])
        one = own.first().where(own.size() == 1, IN_SEVERAL)
        known |= {str(student): int(place) for student, place in one.items()}
    found = np.array(students.map(known).fillna(IN_NONE), dtype=np.int64)
    says = (named != "").to_numpy()
    found[says] = named[says].map(by_class).fillna(IN_NONE)
    return found


def find_named_classes(sheet: Sheet, columns: Columns, classes: Mapping[str, str]) -> pd.Series:
    """Say which class each student row names itself, in a column of classes or sections.

    Returns:
        The class's sourcedId, "" where none is named or several bear that title; index "line".
    """
    rows = (sheet.roles == "student").to_numpy()
    found = pd.Series("", index=sheet.frame.index[rows], dtype="str")
    known = _list_spellings(classes)
    for meaning in (*columns.of("class"), *columns.of("section")):
        texts = sheet.column(meaning.column)[rows]
        here = texts.map({text: known.get(text.casefold(), "") for text in texts.unique()})
        found = found.where(found != "", here)
    return found


def find_elsewhere(sheet: Sheet, columns: Columns, snapshot: Snapshot) -> pd.Series:
    """Say what each student row calls its class, where that is none of the snapshot's.

    A text is another class where the gradebook has one of that name, or where other rows of its column name the
    snapshot's classes: there sections are called as the classes are, and what is not of these is another one.

    Returns:
        The text; "" where the row names a class of the snapshot, or none; index "line".
    """
    rows = (sheet.roles == "student").to_numpy()
    found = pd.Series("", index=sheet.frame.index[rows], dtype="str")
    own = {name.casefold() for each in snapshot.classes.items() for name in each}
    others = {name.casefold() for each in snapshot.other_classes.items() for name in each} - own
    # Several may be named in one cell: `Algebra 1 and Honors`.
    ours = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(own)))
    for meaning in (*columns.of("class"), *columns.of("section")):
        texts = sheet.column(meaning.column)[rows]
        folded = {text: text.casefold() for text in texts.unique()}
        names_ours = any(fold in own for fold in folded.values())
        elsewhere = {
            text: text if fold in others or (names_ours and fold and not ours.search(fold)) else ""
            for text, fold in folded.items()
        }
        found = found.where(found != "", texts.map(elsewhere))
    return found


def list_named_classes(sheet: Sheet, classes: Mapping[str, str]) -> list[str]:
    """List the classes that a sheet's rows name in a column of classes or sections, the most named first.

    Args:
        sheet: the sheet.
        classes: class sourcedId to title.
    """
    rows, known = (sheet.roles == "student").to_numpy(), _list_spellings(classes)
    counts = Counter[str]()
    for described in sheet.description.columns:
        if described.means in ("class", "section"):
            texts = sheet.column(sheet.header[described.position])[rows]
            named = (known.get(text.casefold(), "") for text in texts)
            counts.update(class_id for class_id in named if class_id)
    return [class_id for class_id, _ in counts.most_common()]


def _list_spellings(classes: Mapping[str, str]) -> dict[str, str]:
    """List how a class may be named, in small letters: by its title, if no other bears it, and by its sourcedId."""
    titles = Counter(title.casefold() for title in classes.values())
    known = {
        title.casefold(): key for key, title in classes.items() if titles[title.casefold()] == 1
    }
    return known | {key.casefold(): key for key in classes}
