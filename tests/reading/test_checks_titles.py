"""A column that is called as one line item and goes to another is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

from gradetools.checks import check_entries
from gradetools.columns import suggest_columns
from gradetools.sheet import read_sheet

SCHOOL = make_snapshot(
    [make_student("s1", identifier="00041")],
    [make_line_item("l1", "Quiz 1"), make_line_item("l2", "Quiz 2")],
)


@pytest.mark.parametrize(
    ("title", "line_item", "told"),
    [
        ("Quiz 1", "l2", ["'Quiz 1' goes to 'Quiz 2', and the gradebook has a line item called 'Quiz 1'."]),
        ("Quiz 1", "l1", []),
        ("First quiz", "l2", []),
        ("Quiz 1", "gone", []),
    ],
)  # fmt: skip
def test_a_title_of_another(tmp_path: Path, title: str, line_item: str, told: list[str]) -> None:
    """It is a warning where the title is another line item's, and nothing where it is its own or nobody's."""
    sheet = read_sheet(write_sheet(tmp_path, f"ID,{title}\n00041,8\n"))
    columns = suggest_columns(sheet, SCHOOL).with_meaning(title, means="score", line_item=line_item)
    found = check_entries(sheet, columns, SCHOOL).findings
    titled = found[(found["code"] == "title-of-another").to_numpy()]
    assert titled["message"].tolist() == told
    assert set(titled["severity"]) <= {"warning"}
