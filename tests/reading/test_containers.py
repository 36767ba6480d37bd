"""Any container of any size is read in bounded time, or refused in one sentence."""

from __future__ import annotations

import csv
import io
import random
import re
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reading_samples import write_sheet, write_workbook
from workbooks import write_ods, write_xls

from gradetools.cells import Cells, read_cells
from gradetools.errors import SheetError
from gradetools.sheet import read_sheet

#: Far more than any of these needs, and far less than a person would wait.
SECONDS = 20


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Fail a test that was slow."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < SECONDS


def rows_of(cells: Cells) -> list[list[str]]:
    """Give the cells as rows."""
    return cells.frame.to_numpy(dtype=object).tolist()


#: A blank before a quote in the first line is mended for the sake of Moodle.
RAGGED = st.lists(st.sampled_from(["a", "1", ",", '"', '""', "\n", "\r", "\r\n", " ", "é"]))


@given(text=RAGGED.map("".join).filter(lambda text: text.strip() and ', "' not in text))
@example(text="\r,")  # pandas' parser overruns its buffer here
def test_a_text_reads_as_the_csv_module_reads_it(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """However ragged and oddly quoted a text is, its cells are those that the csv module finds."""
    path = write_sheet(tmp_path_factory.mktemp("csv"), text)
    # A row after the end shows whether a quote is still open there.
    *expected, last = csv.reader([*io.StringIO(text, newline=""), '"end"'])
    width = max(map(len, expected), default=0)
    if last == ["end"]:
        filled = [row + [""] * (width - len(row)) for row in expected]
        assert rows_of(read_cells(path, delimiter=",")) == filled
    else:
        with pytest.raises(SheetError, match=f"^Line {len(expected) + 1} of .* never closed"):
            read_cells(path, delimiter=",")


def test_a_row_far_down_may_be_wider(tmp_path: Path) -> None:
    """A row that is wider than all above it loses no cell."""
    text = "Name,A\n" + "Ada,1\n" * 1000 + 'Ben,2,"x\ny",z\n'
    frame = read_cells(write_sheet(tmp_path, text)).frame
    assert (frame.shape, list(frame.loc[1002])) == ((1002, 4), ["Ben", "2", "x\ny", "z"])


@pytest.mark.parametrize(
    "text",
    ["Name,A\n" + "," * 100_000 + "\n", "," * 9_000 + "\n" + "Ada,1\n" * 100_000],
    ids=["more columns than there are", "filled up"],
)
def test_one_long_row_does_not_fill_the_memory(tmp_path: Path, text: str) -> None:
    """A table that would be little but filling is refused."""
    with pytest.raises(SheetError, match=r"more than a sheet of .* rows can have"):
        read_cells(write_sheet(tmp_path, text), delimiter=",")


def test_a_mark_alone_is_empty(tmp_path: Path) -> None:
    """A file of a byte order mark and blanks is empty, also when its dialect is given."""
    with pytest.raises(SheetError, match=r"^grades\.csv is empty"):
        read_cells(write_sheet(tmp_path, "\ufeff \r\n"), delimiter=",", encoding="utf-8")


def test_three_hundred_columns(tmp_path: Path) -> None:
    """A sheet of 300 columns and 1,000 rows is read whole."""
    row = ",".join(map(str, range(300)))
    cells = read_cells(write_sheet(tmp_path, f"{row}\n" * 1000))
    assert (cells.frame.shape, cells.frame.iloc[-1, -1]) == ((1000, 300), "299")


def test_a_million_rows(tmp_path: Path) -> None:
    """A sheet of a million rows is read whole."""
    cells = read_cells(write_sheet(tmp_path, "ID,Quiz 1\n" + "00123,8\n" * 1_000_000))
    assert (len(cells.frame), list(cells.frame.iloc[-1])) == (1_000_001, ["00123", "8"])


def test_a_cell_of_a_megabyte(tmp_path: Path) -> None:
    """A cell may hold a million characters, line breaks among them."""
    essay = "To be or not to be;\n" * 50_000
    cells = read_cells(write_sheet(tmp_path, f'ID,Quiz 1,Comment\n00123,8,"{essay}"\n'))
    assert cells.frame.loc[2].to_list() == ["00123", "8", essay]


def change_workbook(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Write one part of an XLSX workbook anew."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, change(content) if name == part else content)
    return path


FIRST = "xl/worksheets/sheet1.xml"
ROWS = [["ID", "Quiz 1"], ["00123", "8"], ["00124", "7.5"]]


def test_a_file_cut_off_within_a_character_says_so(tmp_path: Path) -> None:
    """A UTF-8 file that ends in half a character is not read as if all its accents were others."""
    path = tmp_path / "grades.csv"
    path.write_bytes("Name,A\nZoë,1\nRené".encode()[:-1])
    with pytest.raises(SheetError, match=r"^grades\.csv ends in the middle of a character"):
        read_cells(path)
    path.write_bytes("Name,A\nAda,1\nRené".encode("cp1252"))
    assert read_cells(path).frame.loc[3, 0] == "René"


def test_half_a_workbook_is_refused(tmp_path: Path) -> None:
    """A workbook that is truncated in the middle is refused in one sentence."""
    path = write_workbook(tmp_path, {"Grades": ROWS})
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(SheetError, match=r"^grades\.xlsx is a damaged workbook"):
        read_cells(path)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A workbook of 200 kB that would unpack to 200 MB is refused before it is."""
    path = write_workbook(tmp_path, {"Grades": ROWS})
    change_workbook(path, FIRST, lambda content: content + b" " * 200_000_000)
    assert path.stat().st_size < 250_000
    with pytest.raises(SheetError, match=r"would unpack from .* which no grade sheet does"):
        read_cells(path)


@pytest.mark.parametrize("place", ["A2000000", "XFD1048576", "A999999999999"])
def test_a_cell_far_away_does_not_fill_the_memory(tmp_path: Path, place: str) -> None:
    """A single cell at the end of the world makes no table of everything before it."""
    row = re.sub("[A-Z]", "", place)
    far = f'<row r="{row}"><c r="{place}" t="str"><v>x</v></c></row></sheetData>'.encode()
    path = write_workbook(tmp_path, {"Grades": ROWS})
    change_workbook(path, FIRST, lambda content: content.replace(b"</sheetData>", far))
    with pytest.raises(SheetError, match=r"^grades\.xlsx has (more than 1,048,576 rows|a row of)"):
        read_cells(path)


def test_what_a_workbook_says_of_its_size_is_not_believed(tmp_path: Path) -> None:
    """A worksheet whose stated size is too small or too large hides no cell and adds none."""
    path = write_workbook(tmp_path, {"Grades": ROWS})
    for size in (b"A1", b"A1:XFD1048576"):
        change_workbook(path, FIRST, lambda content, size=size: content.replace(b"A1:B3", size))
        assert rows_of(read_cells(path)) == ROWS


def test_formulas_that_were_never_calculated_are_no_blanks(tmp_path: Path) -> None:
    """A formula without a value stops the reading and names its cell; one whose value is "" is blank."""
    path = write_workbook(tmp_path, {"Grades": ROWS})
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["B2"] = "=4+4"
    book.save(path)
    with pytest.raises(SheetError, match=r"a formula that was never calculated, in B2"):
        read_cells(path)
    blank = b'<c r="B2" t="str"><f>4+4</f><v></v></c>'
    pattern = rb'<c r="B2".*?</c>'
    change_workbook(path, FIRST, lambda content: re.sub(pattern, blank, content))
    assert read_cells(path).frame.loc[2, 1] == ""


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    """Merged title rows stand above the header, which is found and told."""
    path = write_workbook(
        tmp_path, {"Cover": [["Grades of 2026"]], "Grades": [["Algebra 1"], [], *ROWS]}
    )
    book = openpyxl.load_workbook(path)
    book["Grades"].merge_cells("A1:B1")
    book.save(path)
    sheet = read_sheet(path, worksheet="Grades")
    assert (list(sheet.column("Quiz 1")), sheet.detected["header row"]) == (["8", "7.5"], "3")


@pytest.mark.parametrize("write", [write_ods, write_xls])
def test_other_workbooks_read_the_same(
    tmp_path: Path, write: Callable[[Path, Iterable[Iterable[object]]], Path]
) -> None:
    """ODS and XLS give the same cells as XLSX; whole numbers lose their point, text keeps its zeros."""
    path = write(tmp_path, [["ID", "Quiz 1"], ["00123", 8.0], ["00124", 7.5]])
    cells = read_cells(path)
    found = (rows_of(cells), cells.container, dict(cells.detected))
    assert found == (ROWS, path.suffix[1:], {"worksheet": "Grades"})


@pytest.mark.parametrize("write", [write_ods, write_xls])
def test_damaged_other_workbooks_are_refused(
    tmp_path: Path, write: Callable[[Path, Iterable[Iterable[object]]], Path]
) -> None:
    """However an ODS or XLS workbook is damaged, it is read or refused in one sentence."""
    content = write(tmp_path, ROWS).read_bytes()
    chance = random.Random(3)  # noqa: S311 - the same damage every time
    for _ in range(200):
        damaged = bytearray(content)
        for _ in range(8):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path = tmp_path / "damaged"
        path.write_bytes(damaged)
        try:
            found = str(read_cells(path))
        except SheetError as error:
            found = str(error)
        assert "damaged" in found


def test_a_locked_workbook_says_so(tmp_path: Path) -> None:
    """A workbook that a password locks is told from a damaged one."""
    path = tmp_path / "grades.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(SheetError, match="is locked with a password: save it without one"):
        read_cells(path)


def test_a_pasted_block_is_read() -> None:
    """What is pasted from a spreadsheet program is read as it would be from a file."""
    sheet = read_sheet(io.StringIO('ID\tQuiz 1\n00123\t8\n00124\t"a\nb"\n'))
    assert (list(sheet.column("ID")), list(sheet.column("Quiz 1"))) == (
        ["00123", "00124"],
        ["8", "a\nb"],
    )
    assert (sheet.name, dict(sheet.detected)) == ("pasted text", {"delimiter": "\t"})
    with pytest.raises(SheetError, match="The pasted text is no table"):
        read_sheet(io.StringIO("Dear all"))


def test_a_dataframe_is_read() -> None:
    """A DataFrame's cells become text: no .0 behind whole numbers, blanks for what is missing, no index."""
    frame = pd.DataFrame(
        {
            "ID": ["00123", "00124"],
            "Quiz 1": [8.0, None],
            "Quiz 2": [7.25, 9.0],
            "Date": pd.to_datetime(["2026-05-31", None]),
        },
        index=[7, 9],
    )
    sheet = read_sheet(frame)
    expected = [["00123", "8", "7.25", "2026-05-31"], ["00124", "", "9", ""]]
    assert sheet.frame.to_numpy(dtype=object).tolist() == expected
    assert list(sheet.frame.index) == [2, 3]


def test_header_row_and_format_can_be_given(tmp_path: Path) -> None:
    """A given header row and format are taken, whatever would have been found."""
    text = "Student,Quiz,Tests\nID,Quiz 1,Quiz 2\n00123,8,9\n"
    path = write_sheet(tmp_path, text)
    given_row = read_sheet(path, header_row=2)
    assert ([str(key) for key in given_row.header], len(given_row.frame)) == (
        ["ID", "Quiz 1", "Quiz 2"],
        1,
    )
    assert read_sheet(path).recognition.header_line == 1
    with pytest.raises(SheetError, match=r"grades\.csv is no canvas export"):
        read_sheet(path, format="canvas")
    with pytest.raises(SheetError, match="There is no format 'cnavas': choose one of blackboard"):
        read_sheet(path, format="cnavas")
    with pytest.raises(SheetError, match=r"grades\.csv has no line 9"):
        read_sheet(path, header_row=9)


def test_a_header_far_down_can_be_given(tmp_path: Path) -> None:
    """A header below the lines that are searched is taken when its row is given."""
    sheet = read_sheet(write_sheet(tmp_path, "Notes,x\n" * 40 + "A,B\n00123,8\n"), header_row=41)
    assert ([str(key) for key in sheet.header], sheet.frame.index.tolist()) == (["A", "B"], [42])
    assert set(sheet.recognition.roles.values()) == {"preamble", "header"}


@pytest.mark.parametrize(
    ("source", "option"),
    [
        (io.StringIO("ID,Quiz 1\n1,8\n"), "encoding"),
        (pd.DataFrame({"ID": ["1"], "Quiz 1": [8]}), "delimiter"),
    ],
)
def test_an_option_without_effect_is_refused(source: Any, option: str) -> None:
    """An option that the source leaves no choice of is refused rather than passed over."""
    with pytest.raises(SheetError, match=f"has no {option} to choose: leave the {option} out"):
        read_sheet(source, **{option: "utf-8"})
