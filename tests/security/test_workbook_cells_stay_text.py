"""Every cell of a receipt's workbook is text that no program runs or counts, and each comes back as it was."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from failed_entry import make_failed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gradetools as gt
from gradetools.errors import JournalError
from gradetools.report import find_part
from gradetools.report.parts import keep_quote, part_rows
from gradetools.report.workbook import write_workbook

CELLS = [
    "00123", "1.23E+15", "123.0", "-5", "10-May", "TRUE", "=1+1", "+1", "-nan", "@ada", "\t=1", "\r=1", "\n=1", " =1", "'=1", "''=1",
    " '=1", "'a", '="00123"', "_x0001_", "_x005F_", "_x000d_", "a_x0041_b", "a\rb\r\nc\nd\te", "a\x01b\x1f", "\x0b", "\ufffe\uffff", "<b>&amp;]]>\"",
    "  two  ", "\u202e00123", "\U0001f600", "\uff1d1", "#N/A", "x" * 32_767, "\U0001f600" * 16_383,
]  # fmt: skip


def write(rows: list[list[str]], title: str = "Midterm 1") -> bytes:
    """Write a workbook and give its bytes."""
    file = io.BytesIO()
    write_workbook(file, rows, title=title)
    return file.getvalue()


def part_of(cell: str, folder: Path) -> tuple[gt.Sheet, bytes]:
    """Give a sheet with this cell as a remark, and the workbook of its failed entries."""
    path = folder / "midterm.xlsx"
    path.write_bytes(write([["Student ID", "Quiz", "Remark"], ["007", "x", cell]]))
    sheet = gt.read_sheet(path)
    rows = make_failed("refused", "=m", "=r")
    file = io.BytesIO()
    write_workbook(file, part_rows(sheet, rows, rows, keep_quote), title="Midterm 1")
    return sheet, file.getvalue()


def there_and_back(cell: str, folder: Path) -> None:
    """Write a cell in a receipt's workbook and read that again: it is as it was, and so is its sheet's shape."""
    sheet, content = part_of(cell, folder)
    failed = folder / "failed.xlsx"
    failed.write_bytes(content)
    again = gt.read_sheet(failed)
    assert sheet.frame.iloc[0, 2] == cell
    assert again.column("Remark").tolist() == sheet.column("Remark").tolist()
    assert (again.fingerprint, again.detected["worksheet"]) == (sheet.fingerprint, "Midterm 1")
    assert again.column("gradetools_request_id").tolist() == ["=r"]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: ascii(cell)[:20])
def test_a_cell_of_a_workbook_comes_back(cell: str, tmp_path: Path) -> None:
    """Ids, formulas, quotation marks, escapes and control characters come back from a receipt's workbook."""
    there_and_back(cell, tmp_path)


_TEXT = st.text(
    st.sampled_from("=+-@'\"\t\n\r ;0x1_A5F%<&\x00\x01\x1f\uff1d\U0001f600\ufffe"), min_size=1, max_size=9
)  # fmt: skip


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(_TEXT, st.text(st.characters(exclude_categories=["Cs"]), min_size=1)))
def test_every_cell_of_a_workbook_comes_back(tmp_path: Path, cell: str) -> None:
    """Whatever a cell holds, it means the same when the workbook is loaded."""
    there_and_back(cell, tmp_path)


def test_every_cell_is_text(tmp_path: Path) -> None:
    """No cell has a formula or a number; each has the format of text, and one that looks like a formula is marked so."""
    rows = [["Student ID", *CELLS[:20]], ["007", *["5"] * 19, ""]]
    path = tmp_path / "failed.xlsx"
    path.write_bytes(write(rows))
    with zipfile.ZipFile(path) as archive:
        part = archive.read("xl/worksheets/sheet1.xml").decode()
    assert set(re.findall('<c [^>]*?t="(\\w+)"', part)) == {"inlineStr"}
    assert (part.count("<c "), "<f" in part, "<v" in part) == (
        len(CELLS[:20]) * 2 + 1,
        False,
        False,
    )
    widths = re.findall('<col min="(\\d+)" max="(\\d+)" width="(\\d+)"[^>]* style="1"/>', part)
    assert (widths[0][0], widths[-1][1]) == ("1", "16384")  # what is typed into an empty cell
    assert all(14 <= int(width) <= 60 for *_, width in widths)
    sheet = openpyxl.load_workbook(path).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
    marked = {str(cell.value) for cell in cells if cell.quotePrefix}
    assert marked >= {"=1+1", "+1+1", "-nan", "@ada", "''=1", "'=1"} - {"+1+1"}
    assert not marked & {"00123", "-5", "+1", "'a", "5"}


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Quiz & <b>", "Quiz & <b>"),
        ('a/b\\c:d*e?f[g]"', 'a_b_c_d_e_f_g_"'),
        ("n" * 40, "n" * 31),
        ("'", "Grades"),
        ("a\x00b", "a_b"),
    ],
)
def test_a_worksheet_keeps_its_name(title: str, named: str) -> None:
    """The worksheet is called as the sheet's was, as far as a workbook allows."""
    assert openpyxl.load_workbook(io.BytesIO(write([["a"]], title))).sheetnames == [named]


class Table:
    """Rows that exist only while they are written."""

    def __init__(self, height: int, row: list[str]) -> None:
        self.rows = (row for _ in range(height))


@pytest.mark.parametrize(
    "rows",
    [
        [["x" * 32_768]],
        [["\U0001f600" * 16_384]],
        [["a"] * 16_385],
        Table(1_048_577, []).rows,
    ],
    ids=["long", "long in UTF-16", "wide", "high"],
)
def test_what_no_workbook_holds_is_refused(rows: Any) -> None:
    """A cell that a program would cut, and rows and columns that it does not have, are not written."""
    with pytest.raises(OverflowError, match="more than"):
        write_workbook(io.BytesIO(), rows, title="x")


def pushed(folder: Path, sandbox: gt.Sandbox, remark: str, suffix: str = ".xlsx") -> Path:
    """Push a sheet in which one score fails, and write its receipt."""
    rows = [["Student ID", "Midterm", "Remark"], ["00041", "oops", remark], ["00082", "77", "-"]]
    path = folder / f"midterm{suffix}"
    if suffix == ".xlsx":
        path.write_bytes(write(rows, "Algebra"))
    else:
        path.write_text("\n".join(map(",".join, rows)))
    with gt.connect(sandbox) as gradebook:
        sheet = gt.read_sheet(path)
        snapshot = gradebook.take_snapshot(["algebra-1"])
        checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
        plan = gt.make_plan(checked, snapshot)
        receipt = gt.push_plan(plan, gradebook, agreed=plan.fingerprint)
        return gt.write_receipt(
            receipt, folder / "out", sheet=gt.Plan.from_json(plan.to_json()).sheet
        )


def test_the_receipt_of_a_workbook_is_workbooks(tmp_path: Path, sandbox: gt.Sandbox) -> None:
    """Of a workbook the parts are workbooks for their owner alone, which load under the same columns with their zeros."""
    folder = pushed(tmp_path, sandbox, "=1+1")
    names = {path.name for path in folder.iterdir()}
    assert names == {"receipt.json", "receipt.html", "failed.xlsx", "succeeded.xlsx"}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    failed, whole = gt.read_sheet(folder / "failed.xlsx"), gt.read_sheet(tmp_path / "midterm.xlsx")
    assert failed.column("Student ID").tolist() == ["00041"]
    assert failed.column("Remark").tolist() == ["=1+1"]
    assert (failed.fingerprint, failed.detected["worksheet"]) == (whole.fingerprint, "Algebra")
    assert (find_part(folder, "failed"), find_part(folder, "unsent")) == (
        "failed.xlsx",
        "unsent.csv",
    )


def test_a_part_that_no_workbook_holds_is_a_csv_file(tmp_path: Path, sandbox: gt.Sandbox) -> None:
    """A cell that is too long for a workbook does not lose the receipt: that part is a CSV file, the other a workbook."""
    sheet = pd.DataFrame([["00041", "oops", "x" * 32_768], ["00082", "77", "-"]], dtype="str")
    sheet.columns = ["Student ID", "Midterm", "Remark"]
    with gt.connect(sandbox) as gradebook:
        read = gt.read_sheet(sheet)
        data = read.to_dict()
        read = gt.Sheet.from_dict(
            {**data, "container": "ods", "detected": {"worksheet": "Algebra"}}
        )
        snapshot = gradebook.take_snapshot(["algebra-1"])
        checked = gt.check_entries(read, gt.suggest_columns(read, snapshot), snapshot)
        plan = gt.make_plan(checked, snapshot)
        receipt = gt.push_plan(plan, gradebook, agreed=plan.fingerprint)
        folder = gt.write_receipt(receipt, tmp_path / "out", sheet=read)
    names = {path.name for path in folder.iterdir()}
    assert names == {"receipt.json", "receipt.html", "failed.csv", "succeeded.xlsx"}
    assert gt.read_sheet(folder / "failed.csv").column("Remark").tolist() == ["x" * 32_768]


def test_the_receipt_of_a_csv_file_is_csv_files(tmp_path: Path, sandbox: gt.Sandbox) -> None:
    """Whoever works with CSV files gets CSV files."""
    names = {path.name for path in pushed(tmp_path, sandbox, "x", ".csv").iterdir()}
    assert names == {"receipt.json", "receipt.html", "failed.csv", "succeeded.csv"}


def test_findings_are_a_workbook_where_one_is_named(tmp_path: Path, sandbox: gt.Sandbox) -> None:
    """Findings go to a workbook by the name of the file, as text; another kind of file is refused."""
    (tmp_path / "midterm.csv").write_text("Student ID,Midterm\n00041,=1+1\n00099,x\n")
    with gt.connect(sandbox) as gradebook:
        sheet = gt.read_sheet(tmp_path / "midterm.csv")
        snapshot = gradebook.take_snapshot(["algebra-1"])
        checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
    path = gt.write_findings(checked, tmp_path / "found.XLSX")
    rows = [list(row) for row in openpyxl.load_workbook(path).active.values]
    wanted = checked.findings.astype(object).astype(str)
    assert rows[0] == list(checked.findings.columns)
    assert [[text or "" for text in row] for row in rows[1:]] == wanted.to_numpy().tolist() != []
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(JournalError, match="neither"):
        gt.write_findings(checked, tmp_path / "found.xls")
    with pytest.raises(JournalError, match="there already"):
        gt.write_findings(checked, path)
