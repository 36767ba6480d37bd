"""The rules about security: on for every file, each exception told, and nothing runs what a file holds."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from house_source import PACKAGE, ROOT, read_modules, tracked_files

#: What runs, or could run, what it reads.
RUNNING = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "runpy", "code", "ctypes"}  # fmt: skip
CALLS = {"eval", "exec", "compile", "literal_eval", "query", "read_pickle", "to_pickle", "read_hdf"}


def find_running(tree: ast.Module) -> Iterator[str]:
    """List what a module imports or calls that runs what it reads; `re.compile` is no such thing."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        yield from (name for name in names if name.split(".")[0] in RUNNING)
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.rpartition(".")[2] in CALLS and called != "re.compile":
                yield called


def test_nothing_is_run_that_was_read() -> None:
    """The package neither imports nor calls anything that runs what a file holds."""
    found = {
        name: list(find_running(module.tree)) for name, module in read_modules(PACKAGE).items()
    }
    assert {name: running for name, running in found.items() if running} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import pickle", ["pickle"]),
        ("from yaml import load", ["yaml"]),
        ("eval(text)", ["eval"]),
        ("pd.read_pickle(path)", ["pd.read_pickle"]),
        ("frame.query(text)", ["frame.query"]),
        ("re.compile(text); code = 1", []),
    ],
)
def test_what_runs_is_found(source: str, found: list[str]) -> None:
    """The search sees imports and calls, and leaves regular expressions alone."""
    assert list(find_running(ast.parse(source))) == found


def test_the_security_rules_are_on() -> None:
    """Ruff's rules about security hold everywhere; a test may assert and start its own commands, a notebook assert."""
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"][
        "lint"
    ]
    excepted = {
        pattern: sorted(rule for rule in rules if re.fullmatch(r"S\d*|ALL", rule))
        for pattern, rules in lint["per-file-ignores"].items()
    }
    assert "S" in lint["select"]
    assert [rule for rule in lint["ignore"] if re.fullmatch(r"S\d*|ALL", rule)] == []
    assert {pattern: rules for pattern, rules in excepted.items() if rules} == {
        "tests/**": ["S101", "S603"],
        "notebooks/**": ["S101"],
    }


def test_each_general_exception_is_told() -> None:
    """Every rule that a folder is excepted from carries its reason on its line, or the line above stands for several."""
    page = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    table = page.split("[tool.ruff.lint.per-file-ignores]")[1].split("\n\n")[0]
    lines = [line for line in table.splitlines() if re.match(r'\s+"[A-Z]+\d*"', line)]
    assert [line for line in lines if not re.search(r"# \w+ \w+", line)] == []


def test_each_exception_is_for_one_line() -> None:
    """No file excepts itself as a whole from a rule, and no line from a whole family of rules."""
    wide = re.compile(r"#\s*(ruff|flake8):\s*noqa|#\s*noqa:\s*[A-Z, ]*\bS\b")
    found = [
        f"{path}:{number}"
        for path in tracked_files()
        if path.suffix == ".py" and path != Path(__file__).relative_to(ROOT)
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1)
        if wide.search(line)
    ]
    assert found == []
