"""What the pages tell a reader to run, runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gradetools as gt
from gradetools.cli.app import app

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
    "page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/flow.md", "docs/checks.md"]
)
def test_links_lead_somewhere(page: str) -> None:
    """A link or picture of a page that is a file of ours is there."""
    path = ROOT / page
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []
