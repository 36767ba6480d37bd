"""Names of students in a sheet: the words they are made of, and the columns that hold them under whatever header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from gradetools.columns.meanings import ColumnMeaning
from gradetools.formats.words import names_other_person
from gradetools.sheet import ColumnKey, Sheet

#: A word; in scripts that set no blanks between names (Chinese, Japanese, Korean), each sign.
_WORD = re.compile("[\u2e80-\U0003ffff]|[^\\W_\u2e80-\U0003ffff]+")
#: What a login, an address or a number has in it, and a name has not.
_LOGIN = re.compile(r"[@_0-9]|\.\S")
#: A column of names has so many different ones, and so much of them is made of words of students' names.
_FEWEST, _MOSTLY = 3, 0.6
#: It stands so near to the ids: farther off, a student's name is that of somebody else, as a partner.
_NEAR = 2


def split_name(name: str) -> frozenset[str]:
    """Give the words of a name without case, accents, order and initials; empty where there are none."""
    return frozenset(word for word in _list_words(name) if not _is_initial(word))


def split_initials(name: str) -> frozenset[str]:
    """Give the single letters of a name, without case and accents: `a` and `b` of `Example, A. B.`."""
    return frozenset(filter(_is_initial, _list_words(name)))


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word < "\u2e80"


def _list_words(name: str) -> list[str]:
    """List the words of a name without case and accents."""
    folded = name.casefold()
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded)
        bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
        # Korean syllables came apart as well, and are put together again.
        folded = unicodedata.normalize("NFC", bare)
    return _WORD.findall(folded)


def find_name_columns(
    sheet: Sheet,
    meanings: Sequence[ColumnMeaning],
    students: pd.DataFrame,
    *,
    are_ids: Callable[[ColumnKey], bool],
) -> list[ColumnKey]:
    """Find the columns that nothing is known of by their headers, and that hold names of students beside the ids.

    Args:
        sheet: the sheet.
        meanings: what is known of its columns; nothing is found where one of them has names, or none has ids.
        students: DataFrame of `snapshot.STUDENT_COLUMNS`.
        are_ids: whether a column finds students by an id, as one of `ada.example` does, which is a name to look at.
    """
    ids = [place for place, each in enumerate(meanings) if each.means == "student"]
    if not ids or any(each.means == "name" for each in meanings):
        return []
    near = meanings[max(ids[0] - _NEAR, 0) : ids[0] + _NEAR + 1]
    ignored = [
        each.column
        for each in near
        if each.means == "ignored"
        and not names_other_person(each.column.name)
        and not are_ids(each.column)
    ]
    if not ignored:
        return []
    people = students.drop_duplicates("sourced_id")
    words = frozenset[str]().union(
        *map(split_name, {*people["given_name"], *people["family_name"]})
    )
    rows = (sheet.roles == "student").to_numpy()
    return [column for column in ignored if _holds_names(sheet.distinct(column, rows)[1], words)]


def _holds_names(texts: Iterable[str], words: frozenset[str]) -> bool:
    names = [split_name(text) for text in texts if text]
    if any(_LOGIN.search(text) for text in texts):
        return False
    known = sum(1 for name in names if name and name <= words)
    return len(names) >= _FEWEST and known >= _MOSTLY * len(names)
