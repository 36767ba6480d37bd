"""Nothing grows out of sight: modules, functions, and rooms for everything."""

from __future__ import annotations

import ast
from pathlib import Path

from house_source import PACKAGE, read_modules

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
ROOMS_FOR_EVERYTHING = {"common", "helper", "helpers", "misc", "shared", "tools", "util", "utils"}


def find_long_modules(package: Path) -> list[str]:
    """List modules with too many lines."""
    lengths = {
        str(module.path.relative_to(package)): module.path.read_text(encoding="utf-8").count("\n")
        for module in read_modules(package).values()
    }
    return [f"{name}: {lines} lines" for name, lines in lengths.items() if lines > LONGEST_MODULE]


def find_long_functions(package: Path) -> list[str]:
    """List functions that are too long, from `def` to the last line, the docstring left out."""
    wrong = []
    for module in read_modules(package).values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = _length(node) - _docstring_length(node)
                if lines > LONGEST_FUNCTION:
                    wrong.append(f"{module.name}.{node.name}: {lines} lines")
    return wrong


def _docstring_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return _length(node.body[0]) if ast.get_docstring(node) is not None else 0


def _length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def find_rooms_for_everything(package: Path) -> list[str]:
    """List modules whose name says nothing of what lives there."""
    return [
        name
        for name in read_modules(package)
        if ROOMS_FOR_EVERYTHING.intersection(part.strip("_") for part in name.split("."))
    ]


def test_no_long_module() -> None:
    """No module has more than 400 lines."""
    assert find_long_modules(PACKAGE) == []


def test_no_long_function() -> None:
    """No function has more than 50 lines without its docstring."""
    assert find_long_functions(PACKAGE) == []


def test_no_room_for_everything() -> None:
    """No module is called utils, or as good as that."""
    assert find_rooms_for_everything(PACKAGE) == []


def test_a_long_module_is_found(tmp_path: Path) -> None:
    """One line more than 400 is too many."""
    (tmp_path / "fits.py").write_text("x = 1\n" * 400)
    (tmp_path / "long.py").write_text("x = 1\n" * 401)
    assert find_long_modules(tmp_path) == ["long.py: 401 lines"]


def test_a_long_function_is_found(tmp_path: Path) -> None:
    """One line more than 50 is too many, nested or not; a docstring costs nothing."""
    body = "    x = 1\n"
    docstring = '    """Told\n' + "    at length\n" * 9 + '    """\n'
    (tmp_path / "a.py").write_text("def fits():\n" + docstring + body * 49)
    (tmp_path / "b.py").write_text("class A:\n    async def long(self):\n" + ("    " + body) * 50)
    assert find_long_functions(tmp_path) == ["b.long: 51 lines"]


def test_a_room_for_everything_is_found(tmp_path: Path) -> None:
    """Neither a module nor a package may be a drawer for the rest."""
    for name in ("cells.py", "_utils.py", "common/__init__.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert find_rooms_for_everything(tmp_path) == ["_utils", "common"]
