"""The source of a package as the house tests see it: its modules, and what each of them imports."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gradetools"


@dataclass(frozen=True)
class Module:
    """One file: its dotted name without the package's own, empty for the package itself."""

    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.path.read_text(encoding="utf-8"), filename=str(self.path))

    @property
    def room(self) -> str:
        """The module or package directly below the front door: `formats` for `formats.canvas`."""
        return self.name.split(".")[0] or "gradetools"


def read_modules(package: Path) -> dict[str, Module]:
    """Find every module of a package by its dotted name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = list(path.relative_to(package).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        name = ".".join(parts)
        found[name] = Module(name, path)
    return found


def foreign_imports(module: Module) -> Iterator[str]:
    """List the dotted paths a module imports from outside, wherever in it the import stands."""
    return (target for target in _targets(module) if target.split(".")[0] != "gradetools")


def own_imports(module: Module, modules: dict[str, Module]) -> Iterator[str]:
    """List the modules of its own package that a module imports, wherever the import stands.

    `from gradetools.formats import canvas` is `formats.canvas` when that is a module, `formats` when
    it is a name in it; a name taken from `gradetools` itself is the front door, the empty name.
    """
    for target in _targets(module):
        first, *rest = target.split(".")
        if first == "gradetools":
            while rest and ".".join(rest) not in modules:
                rest.pop()
            yield ".".join(rest)


def _targets(module: Module) -> Iterator[str]:
    """Give the full dotted path of everything imported, by statement or by `import_module("…")`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
            argument = node.args[0] if node.args else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def _base(module: Module, node: ast.ImportFrom) -> str:
    """Resolve the dots of a relative import."""
    if not node.level:
        return node.module or ""
    parts = ["gradetools", *module.name.split(".")] if module.name else ["gradetools"]
    if module.path.name == "__init__.py":
        parts.append("__init__")
    base = parts[: -node.level]
    return ".".join([*base, node.module] if node.module else base)


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def tracked_files() -> list[Path]:
    """List the repository's files, relative to it, as git knows them.

    Raises:
        pytest's skip: this is no checkout, as in an unpacked archive.
    """
    # The run's own home folder has no `safe.directory`, which a checkout of another user needs.
    command = ["git", "-C", str(ROOT), "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [Path(name) for name in names.split("\0") if name and (ROOT / name).is_file()]
