"""The front door: what the package exports, what opening it costs, and how the repository greets."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys

import pytest
from house_source import ROOT, tracked_files

import gradetools

TEST_COMMAND = 'pip install -e ".[test]" && pytest'
LAB_COMMAND = 'pip install -e ".[lab]" && gradetools lab'
TOP_LEVEL = {
    *("pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", ".gitignore"),
    *("gradetools", "notebooks", "tests", "docs", ".ci"),
}


def has_own_docstring(thing: object) -> bool:
    """Say whether somebody wrote a docstring, where one can be written at all."""
    if not (inspect.isclass(thing) or inspect.isroutine(thing) or inspect.ismodule(thing)):
        return True  # a constant is told where it stands
    name = getattr(thing, "__name__", "")
    written = (thing.__doc__ or "").strip()
    return bool(written) and not written.startswith(f"{name}(")  # as dataclasses make one up


def run_python(source: str) -> str:
    """Run a few lines in a fresh interpreter and give back what they print."""
    command = [sys.executable, "-c", source]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_exports_are_sorted() -> None:
    """`__all__` is sorted and holds every name once."""
    assert gradetools.__all__ == sorted(set(gradetools.__all__))


def test_exported_names_are_there() -> None:
    """Every exported name can be had, and says what it is."""
    untold = [n for n in gradetools.__all__ if not has_own_docstring(getattr(gradetools, n))]
    assert untold == []


def test_dir_lists_the_exports() -> None:
    """A notebook's completion offers every exported name, also before it is first used."""
    listed = json.loads(run_python("import json, gradetools; print(json.dumps(dir(gradetools)))"))
    assert set(gradetools.__all__) - set(listed) == set()


def test_unknown_name_is_refused() -> None:
    """A name that is not exported is an AttributeError that names it."""
    with pytest.raises(AttributeError, match="push_everything"):
        _ = gradetools.push_everything


def test_exports_are_listed_in_the_reference() -> None:
    """Every exported name stands in the reference page with the first sentence of its docstring, and no other."""
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", page, re.MULTILINE))
    docs = {name: inspect.getdoc(getattr(gradetools, name)) or "" for name in gradetools.__all__}
    assert written == {name: doc.split("\n\n")[0].replace("\n", " ") for name, doc in docs.items()}


def test_import_is_light() -> None:
    """`import gradetools` opens neither pandas nor ipywidgets nor requests."""
    heavy = {"pandas", "numpy", "ipywidgets", "IPython", "requests", "pydantic", "fastapi"}
    loaded = run_python("import gradetools, sys; print(*sys.modules)").split()
    assert heavy.intersection(loaded) == set()


def test_top_level_holds_what_the_design_lists() -> None:
    """Nothing lies around beside the few things a newcomer has to know."""
    assert {path.parts[0] for path in tracked_files()} - TOP_LEVEL == set()


def test_readme_tells_two_commands() -> None:
    """The README holds the command that starts the lab and the one that runs the tests."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [line.partition("  #")[0].strip() for line in page.splitlines()]
    assert (commands.count(LAB_COMMAND), commands.count(TEST_COMMAND)) == (1, 1)


def test_ci_runs_the_command_of_the_readme() -> None:
    """CI runs exactly the README's test command, and nothing that could soften its failure."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    lines = [line.strip() for line in script.splitlines()]
    assert "set -euo pipefail" in lines
    assert [line for line in lines if "pytest" in line] == [f"step '{TEST_COMMAND}'"]
    assert "|| true" not in script


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("class A:\n    'Told.'", True),
        ("class A: pass", False),
        ("def A(): pass", False),
        ("@dataclass\nclass A:\n    x: int", False),
        ("A = 5", True),
    ],
)
def test_a_missing_docstring_is_found(source: str, expected: bool) -> None:  # noqa: FBT001 - given by pytest
    """Neither nothing nor what a dataclass makes up counts as a docstring."""
    space: dict[str, object] = {}
    exec(f"from dataclasses import dataclass\n{source}", space)  # noqa: S102 - the lines above
    assert has_own_docstring(space["A"]) is expected
