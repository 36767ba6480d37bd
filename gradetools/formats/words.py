"""The words that people head their columns with and write below, for sheets that no system exported."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from gradetools.cells import Cells
from gradetools.formats.recognition import (
    ASK,
    SKIP,
    STUDENT_FIELDS,
    ColumnDescription,
    Description,
    Recognition,
    find_summaries,
    first_rows,
    header_cells,
    outline,
    tidy,
)

TOKENS: Mapping[str, Mapping[str, Any]] = {
    "EX": {"scoreStatus": "exempt"},
    "MIS": {"missing": "true", "scoreStatus": "not submitted"},
    "INC": {"incomplete": "true"},
    "N/A": SKIP,
    "-": SKIP,
}

#: Words in a cell of scores that say a status in OneRoster's own terms; what an absence means is asked. They are tokens
#: where they stand in a sheet, and no sign of a column of scores.
STATUS_WORDS: Mapping[str, Mapping[str, Any]] = {
    **dict.fromkeys(("exempt", "exempted", "excused"), TOKENS["EX"]),
    **dict.fromkeys(("missing", "not submitted"), TOKENS["MIS"]),
    "incomplete": TOKENS["INC"],
    **dict.fromkeys(("abs", "absent"), ASK),
}

#: A column is one of scores when so much of what it holds could be one.
SHARE_OF_SCORES = 0.5
#: In a column of ids so much is another in each row; a student may have several.
MOSTLY = 0.8
#: A header has names for so much of the widest row.
NEARLY = 0.75
#: So long at least is a number that is taken for an id although its column's header says nothing of one.
ID_DIGITS = 4
#: So many rows are looked at.
SAMPLE_ROWS = 1000

_SCORE_LIKE = re.compile(
    r"[-+]?[0-9.,/'\u2019\s]*[0-9][0-9.,/'\u2019\s]*%?|CLEAR|" + "|".join(map(re.escape, TOKENS)),
    re.IGNORECASE,
)
#: A day with its year, a time of it behind that or not.
_DATE = re.compile(
    r"(?:[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\2[0-9]{4})(?:[T ][0-9:]+.*)?$"
)
#: So many words, looked for at the beginning of a text, may be a sentence.
_SENTENCE, _BEGINNING = 3, 200
_LETTER = re.compile(r"[A-F][-+]?", re.IGNORECASE)
_ANY = STUDENT_FIELDS
#: Header, without blanks and signs, to the fields of a student that it may hold.
STUDENT_WORDS: dict[str, tuple[str, ...]] = {
    "sourcedid": ("sourcedId", "identifier", "userIds"),
    "studentsourcedid": ("sourcedId", "identifier", "userIds"),
    "usersourcedid": ("sourcedId", "identifier", "userIds"),
    **dict.fromkeys(
        (
            "id", "ids", "idnumber", "number", "identifier", "sid", "matriculation",
            "matrikelnummer", "matrikelnr", "schülernummer", "idnummer",  # German
            "identifiant", "numéroétudiant", "matricule",  # French
            "matrícula", "númerodematrícula", "matricola", "studentnummer",  # Spanish, Italian, Dutch
        ),
        _ANY,
    ),
    **dict.fromkeys(("email", "emailaddress", "mail", "studentemail", "schoolemail", "emailadresse", "courriel"), ("email", "username")),
    **dict.fromkeys(
        ("username", "login", "loginid", "sisloginid", "user", "account", "netid", "studentlogin", "benutzername", "anmeldename", "kennung", "benutzerkennung"),
        ("username", "email", "userIds", "identifier"),
    ),
}  # fmt: skip
#: Whose number it is, and what numbers are called: "SIS number", "Student ID", "Roll no."
_NUMBER = re.compile(
    r"(?:sis|lms|student|students|pupil|learner|child|user|unique|school|district|local|state|org|defined|candidate|"
    r"matriculation|registration|enrolment|enrollment|admission|roll|index|register|personal|person)+"
    r"(?:identifier|idnumber|ids?|number|num|nr|no)"
    r"|(?:student|pupil|learner|candidate)code"
)
#: Such a column holds names, but in some sheets ids.
_PERSON_WORDS = (
    "student", "students", "pupil", "learner", "name", "schüler", "schülerin", "élève", "étudiant", "alumno", "alumna",
)  # fmt: skip
_NAME_WORDS = (
    "studentname", "fullname", "firstname", "lastname", "givenname", "familyname", "surname", "forename",
    "middlename", "preferredname", "lastfirst", "lastnamefirstname", "displayname",
    "nachname", "vorname", "familienname", "nom", "prénom", "nomdefamille", "apellido", "apellidos", "nombre",
    "cognome", "nome", "achternaam", "voornaam",
)  # fmt: skip
#: Who is named in a column with such a word in its header is not the one whose grades the row holds.
_OTHER_PERSONS = frozenset(
    (
        "instructor", "professor", "counselor", "counsellor", "mother", "father", "contact", "evaluator", "eltern", "mutter", "vater",
        "betreuer", "betreuerin", "professeur", "enseignant", "tuteur", "profesor", "profesora", "docente", "insegnante", "leraar",
    )
)  # fmt: skip
#: The same of a word that has such a part.
_OTHER_PART = re.compile(
    r"partner|team|buddy|peer|pair|review|grader|marker|teacher|tutor|mentor|advis|coach|parent|guardian|sibling|lehr|binôme",
    re.IGNORECASE,
)
_OTHER_WORDS = {
    "section": ("section", "sections", "sectionname", "period", "group"),
    "class": ("class", "classid", "classname", "course", "coursename", "classsourcedid", "classcode"),
    "line_item": (
        "lineitem", "lineitemid", "lineitemsourcedid", "lineitemtitle", "assignment", "assignmentid",
        "assignmentname", "assignmenttitle", "assessment", "assessmentname", "item", "activity", "task", "testname",
        "quizname",
    ),
    "points": ("maxpoints", "pointspossible", "outof", "maximum", "max", "totalpoints", "maxscore", "maximumscore"),
    "text_score": ("textscore", "letter", "lettergrade"),
    "comment": ("comment", "comments", "feedback", "remark", "remarks", "note", "notes"),
    "score_date": ("scoredate", "date", "dategraded", "gradedon", "graded"),
    "score_status": ("scorestatus", "status"),
    "late": ("late", "islate"),
    "missing": ("missing", "ismissing"),
    "incomplete": ("incomplete", "isincomplete"),
    "in_progress": ("inprogress", "isinprogress"),
}  # fmt: skip
SCORE_WORDS = (
    "score",
    "scores",
    "grade",
    "grades",
    "mark",
    "marks",
    "points",
    "result",
    "earned",
    "pointsearned",
)
#: What may stand below or behind a score column and belong to it.
COMPANIONS = (
    "points", "text_score", "comment", "score_date", "score_status", "late", "missing", "incomplete", "in_progress",
)  # fmt: skip
#: What a column of running numbers is headed with, beside a sign alone and nothing.
_ROW_NUMBERS = frozenset(
    (
        "", "no", "nos", "nr", "n", "nº", "num", "sn", "sno", "sr", "srno", "slno", "serial", "serialno", "serialnumber",
        "row", "rowno", "rownumber", "line", "lineno", "linenumber", "index", "idx", "seat", "seatno", "seatnumber",
        "position", "pos", "order", "count", "unnamed0", "lfdnr", "lfd", "laufendenummer", "nummer", "zeile", "reihe",
        "numéro", "ordre", "número", "numero", "núm", "orden", "ordine", "volgnummer", "lp",
    )
)  # fmt: skip
#: The last word of a header of what a teacher works out, or keeps beside the grades, and what that is.
_OWN_FIGURES = {
    word: told
    for told, words in {
        "a total": "total totals sum subtotal overall summe gesamt gesamtpunkte somme suma somma totale totaal",
        "an average": "average avg mean gpa schnitt durchschnitt mittelwert notenschnitt moyenne promedio media gemiddelde",
        "a percentage": "percent percentage pct prozent pourcentage porcentaje percentuale",
        "a rank": "rank ranking place placing percentile rang platz classement puesto",
        "about the student": "age alter âge edad età year yearlevel gradelevel yeargroup yearofbirth birthyear locker lockerno "
        "lockernumber phone phoneno phonenumber telephone mobile telefon téléphone",
        "about attendance": "absences daysabsent tardies tardy dayslate fehltage fehlzeiten",
    }.items()
    for word in words.split()
}
#: The same, where the word alone would say too little.
_OWN_HEADERS = {
    "totalscore": "a total", "totalmarks": "a total", "overallgrade": "an average", "overallscore": "an average",
    "gradesofar": "an average", "currentgrade": "an average", "currentscore": "an average",
}  # fmt: skip
#: A header of more words is rather the title of an assignment: "Lab on the mean".
_MOST_WORDS = 3
#: Fewer running numbers may be anything.
_FEWEST_NUMBERS = 3
#: So many that leave none out are running numbers in whatever order.
_MANY_NUMBERS = 10
_MEANING = {word: means for means, words in _OTHER_WORDS.items() for word in words}
_POINTS_ROW = {"pointspossible", "maxpoints", "maximum", "outof", "max", "points", "possiblepoints"}


def plain_word(header: str) -> str:
    """Reduce a header to its letters and digits: "SIS User ID" is "sisuserid"."""
    return re.sub(r"[\W_]+", "", header.casefold())


def student_fields(word: str) -> tuple[str, ...]:
    """Give the fields of a student that a column may hold by the plain word it is headed with; none for another."""
    return STUDENT_WORDS.get(word) or (_ANY if _NUMBER.fullmatch(word) else ())


def meaning_of(header: str) -> str:
    """Say what a header by itself means: one of MEANINGS, "" where no word is known."""
    word = plain_word(header)
    if student_fields(word):
        return "student"
    if word in _PERSON_WORDS or word in _NAME_WORDS:
        return "name"
    return "score" if word in SCORE_WORDS else _MEANING.get(word, "")


def describe_person(position: int, header: str) -> ColumnDescription | None:
    """Describe a column that says who the student is; None for any other."""
    word = plain_word(header)
    if keys := student_fields(word):
        return ColumnDescription(
            position, "student", keys=keys, reason=f"{header!r} is a student's id"
        )
    if word in _PERSON_WORDS:
        return ColumnDescription(
            position, "name", keys=_ANY, reason="the student's name, compared with the ids"
        )
    if word in _NAME_WORDS:
        return ColumnDescription(position, "name", reason="the student's name")
    return None


def number_rows(header: str, texts: Iterable[str]) -> bool:
    """Say whether a column numbers the rows, by its header and as each number is one more than the last.

    They may start anew, as those of several classes; many may stand in another order, as the table was sorted.
    """
    if plain_word(header) not in _ROW_NUMBERS:
        return False
    filled = filter(None, map(str.strip, texts))  # a row of averages has none
    found = [re.fullmatch(r"([0-9]{1,6})(?:\.0*)?", text) for text in filled]
    numbers = [int(each[1]) for each in found if each]
    if len(numbers) < max(_FEWEST_NUMBERS, len(found)) or min(numbers) not in (0, 1):
        return False
    steps = list(itertools.pairwise(numbers))
    starts = 1 + sum(after != before + 1 for before, after in steps)
    if numbers[0] < 2 and all(after in (1, before + 1) for before, after in steps):
        return _FEWEST_NUMBERS * starts <= len(numbers)
    whole = len(set(numbers)) == len(numbers) == max(numbers) - min(numbers) + 1
    return bool(header.strip()) and whole and len(numbers) >= _MANY_NUMBERS


def tell_own_figure(header: str) -> str:
    """Say what a teacher keeps in a column beside the grades: "a total", "an average"; "" for any other header."""
    words = re.findall(r"[^\W_]+", header.casefold().replace("%", " percent "))
    joined = "".join(words)
    told = _OWN_HEADERS.get(joined) or _OWN_FIGURES.get(joined)
    return told or (_OWN_FIGURES.get(words[-1], "") if 0 < len(words) <= _MOST_WORDS else "")


def names_other_person(header: str) -> bool:
    """Say whether a header names somebody else than the student: a partner, a teacher, a parent."""
    words = re.findall(r"[^\W_]+", header.casefold())
    return bool(_OTHER_PART.search(header)) or not _OTHER_PERSONS.isdisjoint(words)


def find_header(cells: Cells) -> int | None:
    """Find the header among the first rows: one that names a student's key or name.

    Where none does, it is the first with two words that is nearly as wide as the widest row: what stands above a table
    is narrow.
    """
    rows = [(line, [text for text in row if text]) for line, row in first_rows(cells, 25)]
    worded = [(line, row) for line, row in rows if _count_words(row) >= 2]
    people = [(line, row) for line, row in worded if _names_person(row)]
    for (line, row), (_, below) in itertools.zip_longest(people, people[1:], fillvalue=(0, [])):
        # A line that groups the columns may say "Student" too; the header below it names more of them, and holds no scores.
        if len(row) >= len(below) or any(map(_SCORE_LIKE.fullmatch, below)):
            return line
    widest = max((len(row) for _, row in rows), default=0)
    wide = [line for line, row in worded if len(row) >= NEARLY * widest]
    return next(iter(wide), worded[0][0] if worded else None)


def _names_person(row: list[str]) -> bool:
    return any(meaning_of(text) in ("student", "name") for text in row)


def _count_words(row: list[str]) -> int:
    return len({tidy(text).casefold() for text in row if re.search(r"[^\W\d_]", text)})


def assign_roles(cells: Cells, header_line: int) -> tuple[dict[int, str], dict[int, str]]:
    """Give the rows that hold no student their role, and read the maxima of a row of points below the header."""
    roles = outline(cells, header_line)
    for line, row in first_rows(cells, 1, after=header_line):
        texts = [(position, text) for position, text in enumerate(row) if text]
        if texts and plain_word(texts[0][1]) in _POINTS_ROW:
            return roles | {line: "points"}, dict(texts[1:])
    return roles, {}


def find_outer_rows(
    cells: Cells, recognition: Recognition, description: Description
) -> dict[int, str]:
    """Give the rows their roles anew: those of averages and the like, and the header of a further table below the first."""
    roles = find_summaries(cells, recognition, description)
    top = recognition.header_line
    roles = {line: role for line, role in roles.items() if role != "header" or line <= top}
    lines = _find_headings(cells.frame.loc[top + 1 :], header_cells(cells, top), description)
    return roles | dict.fromkeys(lines, "header")


def call_rows(cells: Cells, lines: list[int], description: Description) -> dict[int, str]:
    """Give what rows that are not blank are called: what stands under the names or the ids, or else first."""
    people = [each.position for each in description.columns if each.means in ("name", "student")]
    rows = cells.frame.loc[lines, [*people, *cells.frame]].to_numpy(dtype=object).tolist()
    return {line: next(filter(str.strip, row)) for line, row in zip(lines, rows, strict=True)}


def _find_headings(below: pd.DataFrame, head: list[str], description: Description) -> list[int]:
    """Find the lines whose cells under the columns of ids and names all head such columns; two of them at least where there are two."""
    people = [each for each in description.columns if each.means in ("student", "name")]
    rows = np.arange(len(below)) if people else np.arange(0)
    filled = np.zeros(len(rows), dtype=int)
    # Hardly an id looks so, and then no names are looked at.
    for each in sorted(people, key=lambda each: each.means != "student"):
        texts = below[each.position].to_numpy(dtype=object)[rows].tolist()
        told = [not text or _is_heading(text, head[each.position]) for text in texts]
        filled = (filled + [bool(text) for text in texts])[told]
        rows = rows[told]
    return below.index[rows[filled >= min(2, len(people))]].tolist()


def _is_heading(text: str, head: str) -> bool:
    if text[-1].isdigit() or "@" in text:
        return False
    return tidy(text) == head or meaning_of(text) in ("student", "name")


def first_students(cells: Cells, recognition: Recognition) -> pd.DataFrame:
    """Give the first rows below the header that hold students; columns by position."""
    below = cells.frame.loc[recognition.header_line + 1 :]
    below = below.head(SAMPLE_ROWS + len(recognition.roles))
    return below[~below.index.isin(list(recognition.roles))].head(SAMPLE_ROWS)


def hold_scores(texts: Iterable[str]) -> bool:
    """Say whether what stands in a column could be scores; blank cells say nothing."""
    filled = [text.strip() for text in texts if text.strip()]
    found = sum(bool(_SCORE_LIKE.fullmatch(text)) for text in filled)
    return bool(filled) and found / len(filled) >= SHARE_OF_SCORES


def hold_ids(texts: Iterable[str]) -> bool:
    """Say whether a column's numbers look like ids: whole, as long as one another, and hardly one twice."""
    filled = [text.strip() for text in texts if text.strip()]
    digits = {len(text) for text in filled if text.isdecimal()}
    alike = len(digits) == 1 and min(digits) >= ID_DIGITS and all(map(str.isdecimal, filled))
    return alike and len(filled) > 1 and len(set(filled)) >= MOSTLY * len(filled)


def hold_dates(texts: Iterable[str]) -> bool:
    """Say whether all that stands in a column is dates with their years, which are nobody's scores."""
    filled = {text.strip() for text in texts if text.strip()}
    return bool(filled) and all(map(_DATE.match, filled))


def hold_remarks(texts: Iterable[str], *, of: int) -> bool:
    """Say whether most of what stands in a column is sentences, of which hardly one comes again.

    Args:
        texts: the different texts; the blank one says nothing.
        of: how many cells hold them.
    """
    filled = [text.strip() for text in texts if text.strip()]
    return sum(map(_is_sentence, filled)) > len(filled) / 2 and 2 * len(filled) >= of


def _is_sentence(text: str) -> bool:
    """Say whether a text is several words, not all with capitals as those of a name or an address are."""
    words = [word for word in text[:_BEGINNING].split() if word[0].isalpha() and "@" not in word]
    small = any(word[0].islower() for word in words[1:])
    return len(words) >= _SENTENCE and (small or text[-1] in ".!?")


def hold_letters(texts: Iterable[str]) -> bool:
    """Say whether a column holds letters from A to F and nothing else, but for blank cells and tokens."""
    filled = {text.strip() for text in texts if text.strip()} - set(TOKENS)
    filled = {text for text in filled if text.casefold() not in STATUS_WORDS}
    return bool(filled) and all(map(_LETTER.fullmatch, filled))
