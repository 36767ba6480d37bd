"""The bugs that are planted to try the notebooks can still be planted."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from mutate_notebooks import MUTATIONS, ROOT, Mutation, list_notebooks, plant


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.breaks)
def test_a_bug_can_be_planted(mutation: Mutation, tmp_path: Path) -> None:
    """What a bug replaces stands in its file once, and what comes of it is still Python."""
    source = ROOT / "gradetools" / mutation.file
    copy = tmp_path / mutation.file
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    plant(mutation, tmp_path)
    planted = copy.read_text(encoding="utf-8")
    assert planted != source.read_text(encoding="utf-8")
    ast.parse(planted)
    assert mutation.notebook in list_notebooks()


def test_a_bug_that_has_no_place_is_an_error(tmp_path: Path) -> None:
    """A text that is gone, or stands twice, is an error and not a bug that nobody noticed."""
    (tmp_path / "a.py").write_text("x = 1\nx = 1\ny = 2\n")
    for old in ("x = 1", "z = 3"):
        with pytest.raises(ValueError, match="not once"):
            plant(Mutation("a.py", old, "", "something"), tmp_path)


def test_every_form_has_its_bugs() -> None:
    """There are at least twenty bugs, and some in each part of the forms."""
    files = {mutation.file for mutation in MUTATIONS}
    parts = ("where", "sheet", "columns", "check")
    assert {f"widgets/{part}_step.py" for part in parts} <= files
    others = ("preview", "push_panel", "receipt_panel", "writing", "result_form", "result_fields")
    assert {f"widgets/{part}.py" for part in others} <= files
    assert len(MUTATIONS) >= 20
