"""Invented sheets in every dialect, the same ones for the same seed, and how many of them are understood."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gradetools.errors import SheetError
from gradetools.sheet import read_sheet

#: Headers of id and names, titles of items, given names and family names, remarks.
LANGUAGES = {
    "English": (
        ["Student ID", "Last name", "First name"], ["Quiz", "Essay, draft", "Final exam"],
        ["Ada", "Ben", "Cleo"], ["Example", "O'Sample", "Specimen-Smith"], ["Good, but late", "", "See me; soon"],
    ),
    "German": (
        ["Matrikelnummer", "Nachname", "Vorname"], ["Klausur", "Übung", "Referat, mündlich"],
        ["Jörg", "Zoë", "Änne"], ["Beispiel", "Müster", "Größe"], ["Gut; weiter so", "", "fehlt häufig, bitte melden"],
    ),
    "French": (
        ["Identifiant", "Nom", "Prénom"], ["Devoir", "Contrôle", "Épreuve, orale"],
        ["Anaïs", "Élodie", "François"], ["Exemple", "Modèle", "D'Échantillon"], ["Très bien", "", "Peut mieux faire, hélas"],
    ),
    "Polish": (
        ["Numer ucznia", "Nazwisko", "Imię"], ["Kartkówka", "Egzamin", "Odpowiedź, ustna"],
        ["Łucja", "Grażyna", "Świętosław"], ["Przykład", "Wzór", "Próbka"], ["Bardzo dobrze", "", "Spóźnia się; często"],
    ),
    "Greek": (
        ["Αριθμός", "Επώνυμο", "Όνομα"], ["Τεστ", "Εργασία", "Εξέταση, τελική"],
        ["Άννα", "Βασίλης", "Χλόη"], ["Παράδειγμα", "Δείγμα", "Πρότυπο"], ["Πολύ καλά", "", "Λείπει, συχνά"],
    ),
}  # fmt: skip
#: UTF-16 without a mark and cp1250 are what programs should not write, and do.
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp1250")
WRITES = {"cp1252": ["English", "German", "French"], "cp1250": ["English", "German", "Polish"]}
SIGNS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ROWS = (1, 2, 5, 30, 200)
PREAMBLES = (
    [],
    [["Algebra 1"]],
    [["Algebra 1, autumn"], []],
    [["Exported by", "A. Example"], ["Date: 2026-05-31; 12:00"], []],
    [[], [], [], ["Class", "Algebra 1", "Teacher", "A. Example"]],
)


@dataclass(frozen=True)
class Sample:
    """One sheet: its bytes, what it was written as, and what should be found."""

    content: bytes
    cases: dict[str, str]
    rows: list[list[str]]
    header_line: int


def make_samples(count: int, seed: int = 2026) -> Iterator[Sample]:
    """Draw sheets from every combination of dialects, each as likely as the other."""
    chance = random.Random(seed)  # noqa: S311 - the same sheets every time, no secret
    for _ in range(count):
        encoding = chance.choice(ENCODINGS)
        language = chance.choice(WRITES.get(encoding, list(LANGUAGES)))
        preamble = chance.choice(PREAMBLES)
        delimiter, rows = chance.choice(list(SIGNS)), chance.choice(ROWS)
        comma, quoted = chance.random() < 0.5, chance.random() < 0.3
        table = [*preamble, *_draw_table(chance, language, rows, comma=comma)]
        out = io.StringIO(newline="")
        quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
        ending = chance.choice(["\n", "\r\n"])
        writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=ending)
        writer.writerows(table)
        cases = {
            "encoding": encoding,
            "delimiter": SIGNS[delimiter],
            "header row": str(len(preamble) + 1),
            "decimals": "comma" if comma else "point",
            "quotes": "all" if quoted else "where needed",
            "language": language,
            "rows": str(rows),
        }
        yield Sample(out.getvalue().encode(encoding), cases, table, len(preamble) + 1)


def _draw_table(
    chance: random.Random, language: str, rows: int, *, comma: bool
) -> Iterator[list[str]]:
    person, titles, given, family, remarks = LANGUAGES[language]
    items = [f"{chance.choice(titles)} {k + 1}" for k in range(chance.randint(1, 8))]
    remarked = chance.random() < 0.5
    yield [*person, *items, *(["Comment"] if remarked else [])]
    for i in range(rows):
        scores = [
            "" if chance.random() < 0.05 else str(chance.randrange(201) / 2).removesuffix(".0")
            for _ in items
        ]
        shown = [score.replace(".", ",") if comma else score for score in scores]
        names = [chance.choice(family), chance.choice(given)]
        yield [f"{i:05}", *names, *shown, *([chance.choice(remarks)] if remarked else [])]


def judge(sample: Sample, path: Path) -> tuple[bool, bool]:
    """Say whether every cell was read as it was written, and whether the header was found as well."""
    path.write_bytes(sample.content)
    try:
        sheet = read_sheet(path)
    except SheetError:
        return False, False
    width = max(map(len, sample.rows))
    filled = [row + [""] * (width - len(row)) for row in sample.rows]
    right = sheet.cells.frame.to_numpy(dtype=object).tolist() == filled
    return right, right and sheet.recognition.header_line == sample.header_line


def count_right(samples: list[Sample], path: Path) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Count, for all and for each case, the samples, those with right cells, and those with the header too."""
    counts: dict[tuple[str, str], list[int]] = {}
    for sample in samples:
        cells, header = judge(sample, path)
        for case in (("all", ""), *sample.cases.items()):
            for place, one in enumerate((True, cells, header)):
                counts.setdefault(case, [0, 0, 0])[place] += one
    order = ["all", *samples[0].cases]
    ordered = sorted(counts, key=lambda case: (order.index(case[0]), case[1].zfill(3)))
    return {case: (counts[case][0], counts[case][1], counts[case][2]) for case in ordered}
