"""What is known of a sheet's layout: values that each format fills in, and what the formats share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gradetools.cells import Cells
from gradetools.cells.defused import is_defusable

#: The fields of a student that a key column may hold, the most certain first.
STUDENT_FIELDS = ("sourcedId", "identifier", "userIds", "username", "email")
#: What a column can mean. "student" is a key; a companion of a score column names it in `belongs_to`.
MEANINGS = (
    "student", "name", "section", "class", "score", "line_item", "points", "text_score", "comment", "score_date",
    "score_status", "late", "missing", "incomplete", "in_progress", "ignored",
)  # fmt: skip
#: What a row can be. Only "student" rows hold grades.
ROLES = (
    "student",
    "preamble",
    "header",
    "points",
    "posting",
    "dates",
    "test_student",
    "deleted",
    "summary",
    "blank",
)
#: An export's header stands among so many first rows, below what somebody may have put above it.
FIRST_ROWS = 15
#: A row above the header that groups the columns has so many names.
_FEWEST_GROUPS = 2
#: A row of averages or the like stands among so many first or last ones below the header.
_OUTER_ROWS = 20
#: What such a row is called, without blanks and signs.
_SUMMARIES = frozenset(
    (
        "average", "averages", "classaverage", "courseaverage", "avg", "mean", "means", "classmean", "median", "classmedian",
        "total", "totals", "grandtotal", "classtotal", "coursetotal", "sum", "count", "highest", "lowest", "maximum", "minimum", "stdev", "standarddeviation",
        "stddev", "standarddev", "classavg", "courseavg", "classmax", "classmin", "classhigh", "classlow", "highscore", "lowscore",
        "durchschnitt", "klassendurchschnitt", "mittelwert", "klassenmittel", "notenschnitt", "summe", "gesamt", "anzahl",
        "standardabweichung",  # German
        "moyenne", "moyennes", "moyennedelaclasse", "moyennedeclasse", "médiane", "somme", "écarttype",  # French
        "promedio", "promediodelaclase", "mediana", "suma",  # Spanish
        "mediadellaclasse", "somma", "gemiddelde", "klassengemiddelde", "totaal",  # Italian, Dutch
    )
)  # fmt: skip
#: The same in words that may be somebody's name; such a row tells that it is none by what else stands in it.
_SHORT_SUMMARIES = frozenset(("max", "min", "high", "low", "sd", "std", "n", "media"))
#: A row so called holds the highest number of each column, or it may be one of full marks.
_HIGHEST = frozenset(("max", "high"))
#: The columns that a receipt adds to a sheet begin so; no export has them.
OWN_COLUMN = "gradetools_"
#: What may stand behind a line item's title: a full mark as `checks.headings` reads it, or a bracket of any kind.
_MARK = re.compile(r"(?<=\S)\s*(?:%|[(\[][^()\[\]]*[)\]]|/\s*\d+|\bout of\s+\d+)$", re.IGNORECASE)
#: Moodle's way to write a header after a blank.
_QUOTED = re.compile(r'^\s+"(.*)"\s*$', re.DOTALL)
#: A text that stands for no grade at all.
SKIP: Mapping[str, Any] = {"skip": True}
#: A text that means one thing in one school and another in the next: the analyst is asked.
ASK: Mapping[str, Any] = {"ask": True}


@dataclass(frozen=True)
class Recognition:
    """Which export a table is, and what its rows are.

    Attributes:
        format: the module's name in `gradetools.formats`.
        header_line: the line of the header.
        roles: line to role, of every row that holds no student.
        maxima: column position to the highest possible score, as text.
        certainty: 0 to 1; the format with the highest wins.
        reason: why, as a sentence for the analyst.
    """

    format: str
    header_line: int
    roles: Mapping[int, str]
    maxima: Mapping[int, str]
    certainty: float
    reason: str


@dataclass(frozen=True)
class ColumnDescription:
    """What one column means.

    Attributes:
        position: of the column, from 0.
        means: one of MEANINGS.
        title: of the line item, for a score column.
        header_id: the id that the export wrote into the header.
        keys: which of STUDENT_FIELDS this column may hold; a column of names may turn out to hold ids.
        belongs_to: the position of the score column, for a companion.
        reason: why, as words for the analyst.
        prefix: what the export writes before each text and does not mean.
        own_figure: whether it is ignored as a teacher's total, rank or the like, by its header alone.
    """

    position: int
    means: str
    title: str = ""
    header_id: str = ""
    keys: tuple[str, ...] = ()
    belongs_to: int | None = None
    reason: str = ""
    prefix: str = ""
    own_figure: bool = False


@dataclass(frozen=True)
class Description:
    """What every column means, and which texts stand for something else than a number.

    Attributes:
        columns: one for each column, in order.
        tokens: text to the fields of a result that it stands for, or to `SKIP`.
    """

    columns: tuple[ColumnDescription, ...]
    tokens: Mapping[str, Mapping[str, Any]]

    def beside(self, position: int) -> tuple[int, ...]:
        """Give the positions of the comments, dates and flags that belong to the score column at a position."""
        return tuple(each.position for each in self.columns if each.belongs_to == position)

    @property
    def holds_grades(self) -> bool:
        """Whether one column may say whose the grades are, and another holds some."""
        scores = any(each.means in ("score", "text_score") for each in self.columns)
        return scores and any(each.keys or each.means == "student" for each in self.columns)

    @property
    def names_people(self) -> bool:
        """Whether a column is headed as one of students, by their ids or their names."""
        return any(each.means in ("student", "name") for each in self.columns)


def tidy(text: str) -> str:
    """Take off blanks at both ends, and make one blank of several blanks or line breaks."""
    return " ".join(text.split())


def strip_mark(title: str) -> str:
    """Take a heading's full mark, sign of percent or bracket off its end: `Midterm (out of 80)`, `Midterm %`, `Quiz 1 /10`."""
    return _MARK.sub("", tidy(title))


def header_cells(cells: Cells, line: int) -> list[str]:
    """Give the header's cells, tidied.

    After a blank, quotes are part of a cell; Moodle writes headers so and does not mean them
    (`moodle/moodle`, the text of its import tests).
    """
    return _tidy_header([str(text) for text in cells.frame.loc[line]])


def column_names(cells: Cells, line: int) -> list[str]:
    """Give what the columns are called: by the header, or where that is blank by a row above it that groups the columns."""
    header = header_cells(cells, line)
    if all(header) or line - 1 not in cells.frame.index:
        return header
    above = header_cells(cells, line - 1)
    # One text alone is a title of the sheet; numbers are no names.
    if sum(map(bool, above)) < _FEWEST_GROUPS:
        return header
    worded = [text if re.search(r"[^\W\d_]", text) else "" for text in above]
    return [text or over for text, over in zip(header, worded, strict=True)]


def _tidy_header(row: list[str]) -> list[str]:
    return [tidy(_QUOTED.sub(r"\1", text)) for text in row]


def find_row(cells: Cells, is_wanted: Callable[[list[str]], bool]) -> tuple[int, list[str]] | None:
    """Find the first of the first rows that could be the wanted header: its line and its tidied cells."""
    for line, row in _rows_as_found(cells, FIRST_ROWS):
        header = _tidy_header(row)
        if any(header) and is_wanted(header):
            return line, header
    return None


def outline(cells: Cells, header_line: int) -> dict[int, str]:
    """Give the roles that every sheet has: the preamble above the header, the header, blank rows below."""
    frame = cells.frame
    roles = {int(line): "preamble" for line in frame.index[frame.index < header_line]}
    return roles | {header_line: "header"} | blank_lines(frame.loc[header_line + 1 :])


def first_rows(cells: Cells, count: int, *, after: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Go through the first rows after a line: each row's line and its stripped cells."""
    for line, row in _rows_as_found(cells, count, after=after):
        yield line, [text.strip() for text in row]


def _rows_as_found(cells: Cells, count: int, *, after: int = 0) -> Iterator[tuple[int, list[str]]]:
    part = cells.frame.loc[after + 1 : after + count]
    return zip(part.index.tolist(), part.to_numpy(dtype=object).tolist(), strict=True)


def blank_lines(frame: pd.DataFrame) -> dict[int, str]:
    """Give the role "blank" to each row without any text."""
    rows = np.arange(len(frame))
    for position in frame.columns:
        texts = frame[position].to_numpy(dtype=object)
        texts = (texts if len(rows) == len(texts) else texts[rows]).tolist()
        # Most sheets have a column without any blank cell, which is soon seen.
        if all(map(str.strip, texts)):
            return {}
        rows = rows[[not text.strip() for text in texts]]
        if not len(rows):
            return {}
    return dict.fromkeys(frame.index[rows].tolist(), "blank")


def find_summaries(
    cells: Cells, recognition: Recognition, description: Description
) -> dict[int, str]:
    """Give the rows their roles anew, "summary" to each that is called "Average" or the like where others have a name or an id.

    They stand at the top or the end of a table. A row with an id is a student's, whatever the name.
    """
    roles = {line: role for line, role in recognition.roles.items() if role != "summary"}
    below = cells.frame.loc[recognition.header_line + 1 :]
    # The rows are many, and looked at one by one only where a word was found.
    lines = below.index[~below.index.isin(list(roles))]
    names = [each.position for each in description.columns if each.means == "name"]
    ids = [each.position for each in description.columns if each.means == "student"]
    outer = [*lines[:_OUTER_ROWS], *lines[_OUTER_ROWS:][-_OUTER_ROWS:]]
    called = below.loc[outer, [*names, *ids]].to_numpy(dtype=object).tolist()
    words = dict(zip(outer, map(_call_row, called), strict=True))
    found = [line for line, word in words.items() if word in _SUMMARIES]
    short = [line for line, word in words.items() if word in _SHORT_SUMMARIES]
    if short and ids:
        rows = below.loc[lines].drop(index=[*found, *short])
        found += _find_short(below.loc[short], rows, description, words)
    if found and not ids:
        rows = below.loc[lines]
        found = [line for line in found if _has_no_id(rows, line, names, found)]
    return roles | dict.fromkeys(found, "summary")


def _find_short(
    short: pd.DataFrame, students: pd.DataFrame, description: Description, words: Mapping[int, str]
) -> list[int]:
    """Find of rows that are called as somebody may be those that are no student's.

    They have no id, where each student's row has one and a name of several words; one called "Max" may be of full marks,
    which are to be seen.
    """
    names, ids, scores = (
        [each.position for each in description.columns if each.means == means]
        for means in ("name", "student", "score")
    )
    full = all(" ".join(texts).split()[1:] for texts in students[names].to_numpy(dtype=object))
    if not full or not students[ids].map(str.strip).any(axis=1).all():
        return []
    return [
        line
        for line, row in zip(
            short.index.tolist(), short.to_numpy(dtype=object).tolist(), strict=True
        )
        if not any(row[position].strip() for position in ids)
        and (words[line] not in _HIGHEST or _holds_highest(row, students[scores]))
    ]


def _holds_highest(row: Sequence[str], scores: pd.DataFrame) -> bool:
    """Whether a row holds of each column of scores, as far as it is filled, the highest number."""
    for position in map(int, scores.columns):
        known = [number for text in scores[position] if (number := _number(text)) is not None]
        own = _number(row[position])
        if known and own is not None and own != max(known):
            return False
    return True


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _has_no_id(rows: pd.DataFrame, line: int, names: list[int], summaries: list[int]) -> bool:
    """Whether a row lacks what every student's row has, where no header says which the ids are."""
    students = rows.drop(index=summaries)
    others = [place for place in range(rows.shape[1]) if place not in names]
    full = [place for place in others if all(map(str.strip, students[place].tolist()))]
    return not rows.loc[line, full].map(str.strip).all()


def _call_row(names: list[str]) -> str:
    return re.sub(r"[\W_]+", "", "".join(names).casefold())


def unwrap_text(text: str, *, receipt: bool) -> str:
    """Give a cell's text, which has no blanks around it, as it is meant; see `Sheet.column`."""
    text = unquote_text(text, receipt=receipt).strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1].strip()
    return text


def unquote_text(text: str, *, receipt: bool) -> str:
    """Take off the `'` that a receipt puts before what a spreadsheet program would run as a formula."""
    return text[1:] if receipt and text.startswith("'") and is_defusable(text[1:]) else text


def is_receipt(names: Iterable[str]) -> bool:
    """Say whether a header is that of a receipt: it has columns that gradetools added."""
    return any(name.startswith(OWN_COLUMN) for name in names)
