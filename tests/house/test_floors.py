"""The house stands: a module imports only from floors below its own, and what decides touches nothing.

The floors are those drawn in CONTRIBUTING.md, so that the drawing cannot grow stale.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from house_source import PACKAGE, ROOT, Module, foreign_imports, own_imports, read_modules

# What decides: the same arguments give the same value, today and on any machine.
PURE = {"checks", "plan", "dialects", "showing", "telling"}
# What may be handed to them, and so imported by them, although some of it can also read or write.
VALUES = {"columns", "errors", "formats", "models", "receipt", "score_scale", "sheet", "snapshot"}
TOUCHING = {
    *("requests", "urllib3", "urllib.request", "http", "socket", "ssl", "ftplib"),  # the network
    *("os", "io", "pathlib", "shutil", "tempfile", "glob", "sqlite3", "subprocess"),  # the disk
    *("time", "sched", "threading", "asyncio"),  # the clock
    *("random", "secrets"),  # chance
    *("pydantic_settings", "keyring", "platformdirs"),  # the machine it runs on
}
TOUCHING_CALLS = {
    *("open", "read_text", "read_bytes", "write_text", "write_bytes"),
    *("read_csv", "read_excel", "to_csv", "to_excel", "to_parquet"),
    *("now", "today", "utcnow", "localtime"),
    *("uuid1", "uuid4", "default_rng", "sample", "shuffle"),
}


def read_floors(page: str) -> dict[str, int]:
    """Read the table of floors, lowest 0: module or package to the number of its floor."""
    table = page.split("| floor |")[1].split("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    return {
        name: number
        for number, row in enumerate(reversed(rows))
        for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }


FLOORS = read_floors((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))


def find_upward_imports(package: Path, floors: Mapping[str, int]) -> list[str]:
    """List imports that do not lead down, and modules that stand on no floor."""
    modules = read_modules(package)
    wrong = []
    for module in modules.values():
        if module.room not in floors:
            wrong.append(f"{module.room} stands on no floor")
            continue
        for target in own_imports(module, modules):
            below = modules[target].room
            inside = below == module.room and module.room != "gradetools"
            if not inside and floors.get(below, -1) >= floors[module.room]:
                wrong.append(f"{module.name} imports {target or 'gradetools'}")
    return sorted(set(wrong))


def find_cycles(package: Path) -> list[str]:
    """List the first circle of imports, as the names along it."""
    modules = read_modules(package)
    graph = {name: set(own_imports(module, modules)) - {name} for name, module in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        return list(circle.args[1])
    return []


def find_sandbox_imports(package: Path) -> list[str]:
    """List what the sandbox takes from the rest of the house: it must be nothing."""
    modules = read_modules(package)
    return sorted(
        f"{module.name} imports {target or 'gradetools'}"
        for module in modules.values()
        if module.room == "sandbox"
        for target in own_imports(module, modules)
        if modules[target].room != "sandbox"
    )


def find_touching(package: Path) -> list[str]:
    """List where what decides reaches for network, disk, clock or chance."""
    modules = read_modules(package)
    wrong = []
    for module in modules.values():
        if module.room in PURE:
            foreign = {name for path in foreign_imports(module) for name in _touched(path)}
            rooms = {modules[target].room for target in own_imports(module, modules)}
            wrong += [f"{module.name} imports {name}" for name in foreign | (rooms - PURE - VALUES)]
            wrong += [f"{module.name} calls {name}" for name in _calls(module) & TOUCHING_CALLS]
            if "random" in _attributes(module):
                wrong.append(f"{module.name} uses random")
    return sorted(wrong)


def _touched(path: str) -> set[str]:
    parts = path.split(".")
    return TOUCHING.intersection(".".join(parts[: end + 1]) for end in range(len(parts)))


def _calls(module: Module) -> set[str]:
    functions = {node.func for node in ast.walk(module.tree) if isinstance(node, ast.Call)}
    names = {node.id for node in functions if isinstance(node, ast.Name)}
    return names | {node.attr for node in functions if isinstance(node, ast.Attribute)}


def _attributes(module: Module) -> set[str]:
    return {node.attr for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}


def plant(tmp_path: Path, files: Mapping[str, str]) -> Path:
    """Write a small package to break a rule with."""
    package = tmp_path / "gradetools"
    for name, source in {"__init__.py": "", **files}.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return package


def test_floors_are_those_of_the_design() -> None:
    """The floors drawn in CONTRIBUTING.md keep the order of the design."""
    order = [
        *({"widgets", "cli"}, {"rehearsal", "report"}, {"push"}, {"journal"}, {"plan"}),
        *({"checks", "receipt"}, {"columns", "gradebook"}, {"sheet", "snapshot", "transport"}),
        *({"formats"}, {"cells", "models", "settings", "dialects"}, {"errors", "sandbox"}),
    ]
    heights = [{FLOORS[name] for name in names} for names in order]
    assert [len(height) for height in heights] == [1] * len(order)
    numbers = [height.pop() for height in heights]
    assert numbers == sorted(set(numbers), reverse=True)


def test_imports_lead_down() -> None:
    """Every module imports only from floors below its own."""
    assert find_upward_imports(PACKAGE, FLOORS) == []


def test_no_import_goes_in_a_circle() -> None:
    """No module imports, by whatever way round, itself."""
    assert find_cycles(PACKAGE) == []


def test_sandbox_is_independent() -> None:
    """The sandbox imports nothing of ours, so that one mistake is not made twice."""
    assert find_sandbox_imports(PACKAGE) == []


def test_what_decides_touches_nothing() -> None:
    """Checks and plan import no network, disk, clock or chance, and ask none for anything."""
    assert find_touching(PACKAGE) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import gradetools.push", ["plan imports push"]),
        ("from gradetools import push", ["plan imports push"]),
        ("from gradetools.push import push_plan", ["plan imports push"]),
        ("from .push import push_plan", ["plan imports push"]),
        ("from . import push", ["plan imports push"]),
        ("def late():\n    from gradetools import push", ["plan imports push"]),
        ("if TYPE_CHECKING:\n    from gradetools.push import Stop", ["plan imports push"]),
        ("importlib.import_module('gradetools.push')", ["plan imports push"]),
        ("from gradetools import Plan", ["plan imports gradetools"]),
        ("import gradetools.formats.canvas", []),
        ("from gradetools.formats.canvas import TOKENS", []),
    ],
)
def test_an_upward_import_is_found(tmp_path: Path, source: str, found: list[str]) -> None:
    """An import that leads up is found however it is written, and one that leads down is not."""
    files = {"plan.py": source, "push.py": "", "formats/__init__.py": "", "formats/canvas.py": ""}
    assert find_upward_imports(plant(tmp_path, files), FLOORS) == found


def test_a_sideways_import_is_found(tmp_path: Path) -> None:
    """Neighbours on one floor do not import each other; modules of one package may."""
    files = {
        "report.py": "import gradetools.rehearsal",
        "rehearsal.py": "",
        "cli/__init__.py": "from gradetools.cli import app",
        "cli/app.py": "from gradetools.widgets.forms import show",
        "widgets/__init__.py": "",
        "widgets/forms.py": "",
    }
    wrong = ["cli.app imports widgets.forms", "report imports rehearsal"]
    assert find_upward_imports(plant(tmp_path, files), FLOORS) == wrong


def test_a_module_without_a_floor_is_found(tmp_path: Path) -> None:
    """A new module has to be drawn before it may stand."""
    assert find_upward_imports(plant(tmp_path, {"attic.py": ""}), FLOORS) == [
        "attic stands on no floor"
    ]


def test_a_circle_is_found(tmp_path: Path) -> None:
    """Modules of one package that import each other are a circle."""
    files = {
        "cli/__init__.py": "",
        "cli/a.py": "from gradetools.cli import b",
        "cli/b.py": "def late():\n    from gradetools.cli.a import x",
    }
    assert set(find_cycles(plant(tmp_path, files))) == {"cli.a", "cli.b"}


def test_a_dependent_sandbox_is_found(tmp_path: Path) -> None:
    """Even an import of the errors, or of the front door, makes the sandbox dependent."""
    files = {
        "errors.py": "",
        "sandbox/__init__.py": "from gradetools.errors import SheetError",
        "sandbox/store.py": "from gradetools import __version__\nfrom gradetools.sandbox import x",
    }
    wrong = ["sandbox imports errors", "sandbox.store imports gradetools"]
    assert find_sandbox_imports(plant(tmp_path, files)) == wrong


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import requests", "checks imports requests"),
        ("def late():\n    from urllib import request", "checks imports urllib.request"),
        ("import os.path", "checks imports os"),
        ("from time import monotonic", "checks imports time"),
        ("import gradetools.transport", "checks imports transport"),
        ("from datetime import datetime\nx = datetime.now()", "checks calls now"),
        ("import datetime as d\nx = d.date.today()", "checks calls today"),
        ("x = open('grades.csv')", "checks calls open"),
        ("import numpy as np\nx = np.random.rand()", "checks uses random"),
        ("import uuid\nx = uuid.uuid4()", "checks calls uuid4"),
    ],
)
def test_touching_is_found(tmp_path: Path, source: str, found: str) -> None:
    """A check that reaches for network, disk, clock or chance is found."""
    files = {"checks.py": source, "transport.py": ""}
    assert find_touching(plant(tmp_path, files)) == [found]


def test_what_is_pure_passes(tmp_path: Path) -> None:
    """Dates as values, UUIDv5 and the values of lower floors are what deciding is made of."""
    source = "import uuid\nfrom urllib.parse import quote\nfrom datetime import datetime\nfrom gradetools.sheet import Sheet\n"
    files = {"plan.py": source + "x = uuid.uuid5(A, B), datetime.fromisoformat(C)", "sheet.py": ""}
    assert find_touching(plant(tmp_path, files)) == []
