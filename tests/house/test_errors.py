"""The tree of errors is what its drawing says, and there is no error outside it."""

from __future__ import annotations

import ast
import builtins
import re
from pathlib import Path

from house_source import PACKAGE, read_modules

from gradetools import errors

# name to (its parent among ours, the builtins it also is)
Tree = dict[str, tuple[str, tuple[str, ...]]]
BRANCH = re.compile(r"(?P<indent>[│ ]*)[├└]── (?P<name>\w+)(?: \((?P<also>[\w, ]+)\))?")


def read_drawing(docstring: str) -> Tree:
    """Read the tree drawn in a docstring; its root hangs from nothing."""
    lines = docstring.splitlines()
    above = ["GradetoolsError"]
    tree: Tree = {"GradetoolsError": ("", ("Exception",))}
    margin = next(line for line in lines if line.strip() == "GradetoolsError").index("G")
    for line in lines:
        if branch := BRANCH.match(line[margin:]):
            depth = len(branch["indent"]) // 4 + 1
            above = [*above[:depth], branch["name"]]
            also = tuple(filter(None, (branch["also"] or "").split(", ")))
            tree[branch["name"]] = (above[depth - 1], also)
    return tree


def read_classes() -> Tree:
    """Read the same tree from the classes themselves."""
    tree: Tree = {}
    for name, thing in vars(errors).items():
        if isinstance(thing, type) and thing.__module__ == errors.__name__:
            parents = [base.__name__ for base in thing.__bases__]
            also = tuple(parent for parent in parents if hasattr(builtins, parent))
            ours = [parent for parent in parents if parent not in also]
            tree[name] = (ours[0] if ours else "", also)
    return tree


def find_errors_elsewhere(package: Path) -> list[str]:
    """List exceptions defined outside `errors`; the sandbox, which imports nothing of ours, may."""
    return [
        f"{module.name}.{node.name}"
        for module in read_modules(package).values()
        if module.room not in {"errors", "sandbox"}
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith(("Error", "Exception")) for base in node.bases)
    ]


def test_drawing_is_the_tree() -> None:
    """The tree drawn in the docstring is the tree of the classes: names, parents and builtins."""
    assert read_drawing(errors.__doc__ or "") == read_classes()


def test_every_error_is_one_of_ours() -> None:
    """To catch GradetoolsError is to catch everything that is raised on purpose."""
    for name in read_classes():
        assert issubclass(getattr(errors, name), errors.GradetoolsError)


def test_every_error_says_what_it_is() -> None:
    """Every error has a docstring of its own."""
    assert [name for name in read_classes() if not getattr(errors, name).__doc__] == []


def test_no_error_elsewhere() -> None:
    """Every error class is in gradetools/errors.py."""
    assert find_errors_elsewhere(PACKAGE) == []


def test_reading_a_drawing() -> None:
    """A drawing with two levels and two builtins is read as it is meant."""
    drawing = """All of them.

        GradetoolsError
        ├── SheetError (ValueError, OSError)   the file
        │   └── CellError            a cell
        └── PlanError                the plan
    """
    assert read_drawing(drawing) == {
        "GradetoolsError": ("", ("Exception",)),
        "SheetError": ("GradetoolsError", ("ValueError", "OSError")),
        "CellError": ("SheetError", ()),
        "PlanError": ("GradetoolsError", ()),
    }


def test_an_error_elsewhere_is_found(tmp_path: Path) -> None:
    """An exception that hides beside its first use is found."""
    (tmp_path / "push.py").write_text("class Late(errors.PlanError): pass\nclass A(B): pass")
    assert find_errors_elsewhere(tmp_path) == ["push.Late"]
