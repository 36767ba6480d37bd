"""A sheet of another class is told before everything that follows from it."""

from __future__ import annotations

from pathlib import Path

from command import Run


def test_the_wrong_class_is_told_first(run: Run, tmp_path: Path) -> None:
    """The question whether it is the right file stands above the errors of its rows, and the way to answer it below."""
    path = tmp_path / "grades.csv"
    path.write_text("Student ID,Quiz 1\n" + "".join(f"X{i},9\n" for i in range(30)))
    ended = run("check", path, "--class", "algebra-1")
    assert 0 < ended.out.index("wrong-class") < ended.out.index("student-unknown")
    assert "None of 30 students of this sheet are in Algebra 1" in ended.out
    assert "--answer wrong-class=accept" in ended.out
    assert ended.code == 1
