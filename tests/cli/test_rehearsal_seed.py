"""A rehearsal's gradebook is made of the sheet's own line items, whatever their grades look like."""

from __future__ import annotations

from pathlib import Path

import pytest

import gradetools as gt


@pytest.mark.parametrize(
    ("text", "created"),
    [
        ("Student ID,Essay\na1,85%\na2,90%\n", 2),
        ('Student ID,Assignment,Score\na1,Essay,3\na1,Quiz,"4"\na2,Essay,5\n', 3),
    ],
    ids=["percentages", "long"],
)
def test_every_grade_of_a_sheet_can_be_rehearsed(tmp_path: Path, text: str, created: int) -> None:
    """Percentages and long sheets find a line item of their own in the rehearsal."""
    path = tmp_path / "sheet.csv"
    path.write_text(text)
    assert gt.rehearse(path).states["created"] == created


def test_maxima_with_thousands_are_numbers(tmp_path: Path) -> None:
    """A "Points Possible" of 1,000.00 is a maximum of 1000."""
    path = tmp_path / "canvas.csv"
    path.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Big Project (7)\n"
        '    Points Possible,,,,,"1,000.00"\n'
        '"Example, Ada",11,S1,ada,A,"950.00"\n'
    )
    with gt.open_rehearsal(gt.read_sheet(path)) as gradebook:
        assert gradebook.take_snapshot().line_items["result_value_max"].tolist() == [1000]
