"""What a cell of a workbook holds is read as a spreadsheet program shows it, from XLSX, ODS and XLS alike."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from reading_samples import write_workbook
from workbooks import Formatted, Spanned, write_ods, write_xls, write_xlsx

from gradetools.cells import Cells, Merged, read_cells
from gradetools.sheet import read_sheet

WRITERS = [write_xlsx, write_ods, write_xls]
Write = Callable[..., Path]


def rows_of(cells: Cells) -> list[list[str]]:
    """Give the cells as rows."""
    return cells.frame.to_numpy(dtype=object).tolist()


SHOWN = [
    (Formatted(123.0, "00000", "00123"), "00123"),
    (Formatted(12345678.0, "000-00-000", "123-45-678"), "123-45-678"),
    (Formatted(123.0, '"S"00000', "S00123"), "S00123"),
    (Formatted(0.85, "0%", "85%"), "85%"),
    (Formatted(0.855, "0.0%;[Red]-0.0%", "85.5%"), "85.5%"),
    (Formatted(1234.5, '#,##0.00 "pts"', "1,234.50 pts"), "1234.5"),
    (Formatted(0.5, "0.00", "0,50"), "0.5"),
    (Formatted(0.0, "0.00", "0.00"), "0"),
    (Formatted(7.5, "0", "8"), "7.5"),
    (Formatted(7.0, "00.0", "07,0"), "7"),
    (0.1 + 0.2, "0.3"),
    (8.0, "8"),
    (1e15, "1000000000000000"),
    (1.2345678901234568e18, "1.23456789012346e+18"),
    ("00123", "00123"),
]


@pytest.mark.parametrize("write", WRITERS)
def test_numbers_are_read_as_they_are_meant(tmp_path: Path, write: Write) -> None:
    """Ids get back the zeros of their format, percentages their sign; rounding and currency are for the eye."""
    rows = [["ID", "Quiz 1"], *([value, "x"] for value, _ in SHOWN)]
    found = [row[0] for row in rows_of(read_cells(write(tmp_path, rows)))[1:]]
    assert found == [shown for _, shown in SHOWN]


def test_a_percent_sign_as_text_is_one_too(tmp_path: Path) -> None:
    """A number that a format shows with a literal percent sign counts out of a hundred, as it is shown."""
    path = write_xlsx(tmp_path, [["ID", "Quiz 1"], ["1", Formatted(85.0, '0"%"', "85%")]])
    assert rows_of(read_cells(path))[1] == ["1", "85%"]


def test_dates_times_and_errors(tmp_path: Path) -> None:
    """Dates and times are ISO 8601, a duration keeps its hours, an error its name, truth is TRUE."""
    values = {
        dt.datetime(2026, 5, 10): "d-mmm",  # noqa: DTZ001 - a workbook knows no zone
        dt.datetime(2026, 5, 31, 8, 5): "yyyy-mm-dd h:mm",  # noqa: DTZ001 - a workbook knows no zone
        dt.time(8, 5): "h:mm",
        dt.timedelta(hours=36, minutes=5): "[h]:mm:ss",
        False: "General",
        "#N/A": "General",
        "#DIV/0!": "General",
    }
    path = tmp_path / "grades.xlsx"
    for from_1904 in (False, True):
        book = openpyxl.Workbook()
        book.epoch = openpyxl.utils.datetime.MAC_EPOCH if from_1904 else book.epoch
        for line, (value, number_format) in enumerate(values.items(), start=1):
            cell = book.worksheets[0].cell(line, 1)
            cell.value, cell.number_format = value, number_format
            book.worksheets[0].cell(line, 2).value = "x"
        book.save(path)
        found = [row[0] for row in rows_of(read_cells(path))]
        whole = ["2026-05-10", "2026-05-31T08:05:00", "08:05:00", "36:05:00", "FALSE"]
        assert found == [*whole, "#N/A", "#DIV/0!"]


def test_rich_text_is_text(tmp_path: Path) -> None:
    """Runs of fonts make one text, and what XML has no room for is unescaped."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = CellRichText("Quiz ", TextBlock(InlineFont(b=True), "One"), " (10)")
    book.worksheets[0]["B1"] = "a_x000D_b"
    book.save(tmp_path / "grades.xlsx")
    assert rows_of(read_cells(tmp_path / "grades.xlsx")) == [["Quiz One (10)", "a\rb"]]


def test_a_reading_aid_is_no_text(tmp_path: Path) -> None:
    """What tells how a name is pronounced is not read as a part of it."""
    name = '<is><t>Rin</t><rPh sb="0" eb="1"><t>aside</t></rPh><t> Example</t></is>'
    row = f'<row r="2"><c t="inlineStr">{name}</c><c><v>8</v></c></row>'
    path = write_xlsx(tmp_path, [["Name", "Quiz 1"]], after=row)
    assert rows_of(read_cells(path))[1] == ["Rin Example", "8"]


def test_what_is_hidden_is_read_and_told(tmp_path: Path) -> None:
    """Hidden rows and columns are read like the others, and said; a hidden worksheet is the last that is tried."""
    rows = [["ID", "Quiz 1", "Quiz 2"], ["00123", "8", "9"], ["00124", "7", "6"]]
    path = write_workbook(tmp_path, {"Old": rows[:2], "Grades": rows})
    book = openpyxl.load_workbook(path)
    book["Old"].sheet_state = "hidden"
    book["Grades"].row_dimensions[3].hidden = True
    book["Grades"].column_dimensions["B"].hidden = True
    book.save(path)
    cells = read_cells(path)
    assert (rows_of(cells), dict(cells.detected)) == (
        rows,
        {
            "worksheet": "Grades",
            "other worksheets": "Old",
            "hidden": "1 row and 1 column, read like the others",
        },
    )


@pytest.mark.parametrize("write", WRITERS)
def test_what_is_merged_is_known(tmp_path: Path, write: Write) -> None:
    """Cells that are shown as one are read as they are held: the first with the text, the others blank; and they are named."""
    rows = [["ID", "Quiz 1"], ["00041", "8"], ["00082", Spanned("7", 2)], ["00123", ""]]
    cells = read_cells(write(tmp_path, rows))
    assert rows_of(cells)[1:] == [["00041", "8"], ["00082", "7"], ["00123", ""]]
    assert cells.merged == (Merged(3, 1, 4, 1),)


def test_xls_names_its_extra(tmp_path: Path) -> None:
    """Without xlrd an XLS workbook says what to install; XLSX and ODS need nothing."""
    code = (
        "import sys; sys.modules['xlrd'] = None\n"
        "from gradetools.sheet import read_sheet\n"
        "for path in sys.argv[1:]:\n"
        "    try: print(read_sheet(path))\n"
        "    except ImportError as error: print(error)\n"
    )
    rows = [["ID", "Quiz 1"], ["1", 8.0]]
    paths = [str(write(tmp_path, rows)) for write in WRITERS]
    run = subprocess.run(
        [sys.executable, "-c", code, *paths], capture_output=True, text=True, check=True
    )
    assert [line.partition(":")[0] for line in run.stdout.splitlines()] == [
        "<Sheet grades.xlsx",
        "<Sheet grades.ods",
        "Reading grades.xls, an XLS workbook,",
    ]
    assert "pip install 'gradetools[sheets]'" in run.stdout


#: A workbook's texts: no control but line feed and tab, no half character, and no escape of its own.
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n\t"), max_size=12
).filter(lambda text: "_x" not in text)
CELL = st.one_of(
    TEXT, st.integers(-(10**12), 10**12).map(float), st.integers(0, 4000).map(lambda k: k / 4)
)


def shown(value: object) -> str:
    """Give a value as it is read."""
    if isinstance(value, float):
        return f"{value:.15g}" if not value.is_integer() else str(int(value))
    return str(value)


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data(), write=st.sampled_from(WRITERS), width=st.integers(2, 5))
def test_any_table_reads_back_from_any_workbook(
    data: st.DataObject, write: Write, width: int
) -> None:
    """Texts and numbers written into XLSX, ODS or XLS read back cell for cell."""
    header = data.draw(
        st.lists(TEXT.filter(str.strip), min_size=width, max_size=width, unique=True)
    )
    row = st.lists(CELL, min_size=width, max_size=width)
    table = [header, *data.draw(st.lists(row, max_size=5)), header]
    with tempfile.TemporaryDirectory() as folder:
        found = rows_of(read_cells(write(Path(folder), table)))
    assert found == [[shown(value) for value in row] for row in table]


def test_any_kind_of_dataframe_is_read() -> None:
    """Names twice, in levels or no text, and every kind of missing value become text."""
    frame = pd.DataFrame(
        {
            "a": pd.Series([1, None], dtype="Int64"),
            "b": pd.Series(["x", None], dtype="category"),
            "c": [np.nan, 7.0],
            "d": pd.to_datetime(["2026-05-31", None]),
            "e": [pd.NA, "00123"],
            "f": [True, False],
            "g": [pd.Timedelta(minutes=65), pd.NaT],
        }
    )
    frame.columns = pd.Index(["ID", "ID", 3, dt.date(2026, 5, 31), None, True, ("Quiz", 1)])
    cells = read_cells(frame)
    assert rows_of(cells) == [
        ["ID", "ID", "3", "2026-05-31", "None", "True", "Quiz 1"],
        ["1", "x", "", "2026-05-31", "", "TRUE", "1:05:00"],
        ["", "", "7", "", "00123", "FALSE", ""],
    ]
    levels = pd.DataFrame(
        [["1", 8.0]], columns=pd.MultiIndex.from_tuples([("ID", ""), ("Quiz", "1")])
    )
    assert rows_of(read_cells(levels))[0] == ["ID", "Quiz 1"]


def test_small_and_odd_texts() -> None:
    """A header alone, a mark within, a lone quote: read or refused, and nothing is lost."""
    with pytest.raises(ValueError, match="has a header and no rows below it"):
        read_sheet(io.StringIO("ID,Quiz 1\n"))
    with pytest.raises(ValueError, match="opens a quote that is never closed"):
        read_sheet(io.StringIO('ID,Quiz 1\n1,"\n'))
    assert rows_of(read_cells(io.StringIO("ID,Quiz\ufeff 1\n1,8\n")))[0] == ["ID", "Quiz\ufeff 1"]
