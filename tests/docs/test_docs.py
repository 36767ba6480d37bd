"""What the pages tell a reader to run, runs."""

from __future__ import annotations

import re
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import gradetools as gt
from gradetools.cli.app import app
from gradetools.sandbox import Fault

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", ["README.md", "docs/flow.md"])
def test_the_python_of_a_page_runs(page: str, tmp_path: Path, sandbox: gt.Sandbox) -> None:
    """The Python on a page, run from top to bottom, writes the grades of a sheet and can take them back."""
    users = {user["sourcedId"]: user.get("identifier") for user in sandbox.records("users")}
    rows = [f"{users[f'student-{n:03d}']},{70 + n}" for n in range(1, 4)]
    for name in ("midterm.csv", "notebooks/samples/algebra_midterm.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("\n".join(["Student ID,Midterm", *rows]) + "\n")
    code = "\n".join(CODE.findall((ROOT / page).read_text(encoding="utf-8")))
    told: dict[str, object] = {}
    exec(compile(code, page, "exec"), told)  # noqa: S102 - our own page
    receipt, undo = told["receipt"], told["undo"]
    assert isinstance(receipt, gt.Receipt)
    assert isinstance(undo, gt.Plan)
    assert (receipt.states["created"], undo.writes) == (3, 3)


def test_the_fixture_of_the_sandboxs_page_works(tmp_path: Path) -> None:
    """The pytest example of the sandbox's page is a test that passes as it stands, in ten lines of code or so."""
    (example,) = CODE.findall((ROOT / "docs/sandbox.md").read_text(encoding="utf-8"))
    (tmp_path / "test_example.py").write_text(example)
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [*command, str(tmp_path)], capture_output=True, text=True, check=False, timeout=300
    )
    assert "1 passed" in done.stdout, done.stdout
    statements = [line for line in example.splitlines() if line and "import" not in line]
    assert len(statements) <= 10


def test_every_fault_is_told() -> None:
    """The sandbox's page names every field of a fault, and every lie."""
    page = (ROOT / "docs/sandbox.md").read_text(encoding="utf-8")
    hints = typing.get_type_hints(Fault)
    lies = typing.get_args(typing.get_args(hints["lie"])[0])
    names = [*hints, *(f'lie="{lie}"' for lie in lies)]
    assert [name for name in names if not re.search(rf"\b{name}", page)] == []


def test_every_command_is_told() -> None:
    """The README names every command of the command line, and no other."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"\bgradetools ([a-z]+)", text)) - {"works", "checks"}
    commands = {command.name for command in app.registered_commands}
    assert commands <= told
    assert {
        name for name in told if name in {"lab", "sandbox", "import", "login", "forget"}
    } <= commands


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/flow.md",
        "docs/checks.md",
        "docs/sandbox.md",
    ],
)
def test_links_lead_somewhere(page: str) -> None:
    """A link or picture of a page that is a file of ours is there."""
    path = ROOT / page
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []
