"""Any container of any size is read in bounded time, or refused in one sentence."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_samples import write_sheet

from gradetools.cells import Cells, read_cells
from gradetools.errors import SheetError

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


RAGGED = st.lists(st.sampled_from(["a", "1", ",", '"', '""', "\n", "\r", "\r\n", " ", "é"]))


@given(RAGGED.map("".join).filter(str.strip))
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
