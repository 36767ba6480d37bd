"""The notebooks find their samples wherever `gradetools lab` puts them."""

from __future__ import annotations

from pathlib import Path

from gradetools.cli.serving import place_notebooks


def test_samples_come_along(tmp_path: Path) -> None:
    """The samples are copied beside the notebooks, and never over what is there."""
    kept = tmp_path / "samples" / "algebra_midterm.csv"
    kept.parent.mkdir()
    kept.write_text("mine")
    place_notebooks(tmp_path)
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")}
    assert {"import_grades.ipynb", "samples/algebra_mistakes.csv"} <= names
    assert kept.read_text() == "mine"
