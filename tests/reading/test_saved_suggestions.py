"""Whatever is suggested for a sheet is the same after it was saved and loaded."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_samples import make_line_item, make_snapshot, make_student

from gradetools.columns import read_columns, suggest_columns, write_columns
from gradetools.errors import SheetError
from gradetools.sheet import read_sheet

SNAPSHOT = make_snapshot(
    [make_student("00123", identifier="00123"), make_student("00124", email="ada@example.org")],
    [make_line_item("quiz-1", "Quiz 1"), make_line_item("essay", "Essay, draft")],
)
WORDS = st.sampled_from(
    ["ID", "Email", "Student", "Name", "Quiz 1", "quiz 1", "Essay, draft", "Quiz 1 comment", "Score", "Late", "Section",
     "Points Possible", "Assignment", "Comment", "Max", "Quiz 1 #2", "gradetools_line", ""]
)  # fmt: skip
HEADER = st.one_of(WORDS, st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=8))
CELL = st.sampled_from(
    ["00123", "00124", "ada@example.org", "8", "7,5", "8/10", "85%", "EX", "-", "A", "", "CLEAR"]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data(), width=st.integers(2, 6))
def test_every_suggestion_survives_save_and_load(data: st.DataObject, width: int) -> None:
    """Columns read from the file that they were written to are those that were suggested."""
    header = data.draw(st.lists(HEADER, min_size=width, max_size=width))
    row = st.lists(CELL, min_size=width, max_size=width)
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *data.draw(st.lists(row, min_size=1, max_size=6))])
    try:
        sheet = read_sheet(io.StringIO(out.getvalue()), delimiter=",")
    except SheetError:  # no header in it
        return
    suggested = suggest_columns(sheet, SNAPSHOT)
    with tempfile.TemporaryDirectory() as folder:
        write_columns(suggested, path := Path(folder) / "columns.json")
        assert read_columns(path, sheet) == suggested
