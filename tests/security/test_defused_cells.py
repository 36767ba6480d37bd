"""No cell of a receipt runs in a spreadsheet program, and each comes back as it was."""

from __future__ import annotations

import csv
import io

import pytest
from failed_entry import make_failed
from hypothesis import given, settings
from hypothesis import strategies as st

import gradetools as gt
from gradetools.report import defuse, render_part

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\tx", "\rx", "'=1+1", "''=1+1",
    "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20x", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.example.org","x")',
    "-2+3+cmd|' /C calc'!A0", "=", "+", "-", "@", "--5", "-5-", "+inf", "-nan", "'-5", "'\t=1", "\xa0=1", "-1 good", " '=", " '=1", "' =1",
]  # fmt: skip
NUMBERS = ["-5", "+5", "-5.25", "-5,25", "-1e5", "-5%", "5", "+0", " -5 "]
#: What makes a program run a cell, once it has taken off the white space in front.
RUNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def is_run(text: str) -> bool:
    """Say whether a spreadsheet program would run a cell: an independent reading of OWASP's page."""
    bare = text.strip()
    number = (
        bare.lstrip("+-").rstrip("%").replace(",", ".", 1).replace("e", "", 1).replace(".", "", 1)
    )
    plain = number.isdecimal() and len(bare) - len(bare.lstrip("+-")) <= 1
    hidden = bool(bare) and text.startswith(("\t", "\r", "\n"))
    return (bare.startswith(RUNS) or hidden) and not plain


def there_and_back(cell: str, delimiter: str = ",") -> tuple[str, str]:
    """Write a sheet with this cell in a receipt and read it again: what stands in the file, and what is meant."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(
        [["Student ID", "Quiz", "Remark"], ["7", "x", cell]]
    )
    sheet = gt.read_sheet(io.StringIO(buffer.getvalue()))
    rows = make_failed(cell, cell, cell)
    text = render_part(sheet, rows, rows)
    written = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert [each for row in written for each in row if is_run(each)] == []
    again = gt.read_sheet(io.StringIO(text))
    assert again.column("Remark").tolist() == sheet.column("Remark").tolist(), (cell, text)
    return written[1][2], again.column("Remark").tolist()[0]


@pytest.mark.parametrize("cell", FORMULAS, ids=ascii)
def test_a_formula_is_defused_and_comes_back(cell: str) -> None:
    """What would run has a ' before it in the file, and none when the file is loaded."""
    written, meant = there_and_back(cell)
    assert (written[0], meant) == ("'", cell.strip())


@pytest.mark.parametrize("cell", NUMBERS)
def test_a_number_is_left_alone(cell: str) -> None:
    """A number is a number, whatever sign it begins with."""
    assert (defuse(cell), there_and_back(cell)) == (cell, (cell, cell.strip()))


@pytest.mark.parametrize(
    ("cell", "meant"), [('="00123"', "00123"), ('="=1+1"', "=1+1"), ("'a", "'a"), ("", "")]
)
def test_other_cells_mean_the_same(cell: str, meant: str) -> None:
    """An id that an export wrapped as a formula is the same id after a receipt, and other signs stay."""
    assert there_and_back(cell)[1] == meant


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.sampled_from("=+-@'\"\t\n ;,1x5%.\uff1d\uff20e"), max_size=6), st.sampled_from(",;")
)
def test_every_cell_is_defused_and_comes_back(cell: str, delimiter: str) -> None:
    """Whatever a cell holds, nothing of it runs, and it means the same when the file is loaded, by comma or semicolon."""
    there_and_back(cell, delimiter)
