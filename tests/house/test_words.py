"""What the repository's files do not say: where they were written; and what they always say: why."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import pytest
from house_source import ROOT, tracked_files

# Put together from pieces, so that this file may stay among those that are read.
MACHINE_PATHS = "|".join(
    "/" + "/".join(parts)
    for parts in (("work",), ("opt", "gt"), ("root",), ("tmp", r"\w+"), ("home", r"\w+"))
)
REGISTRIES = "|".join(
    r"\.".join(parts)
    for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("conda", "anaconda"))
)
FOREIGN = re.compile(rf"(?<![\w./:~$}}\])-])(?:{MACHINE_PATHS})(?![\w-])|\b(?:{REGISTRIES})\b")
EXCEPTION = re.compile(r"#\s*(noqa|type:\s*ignore|pragma)\b(?P<rest>[^#]*(?:#.*)?)")
REASON = re.compile(r"(?: - |#\s*(?:- )?)\w.{3,}")


def find_foreign_words(text: str) -> list[str]:
    """List paths of one machine and hosts of package registries."""
    return FOREIGN.findall(text)


def find_bare_exceptions(source: str) -> list[str]:
    """List `noqa`, `type: ignore` and `pragma` comments that give no reason."""
    return [
        f"line {token.start[0]}: {token.string}"
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
        and (found := EXCEPTION.search(token.string))
        and not REASON.search(found["rest"])
    ]


def read_text(path: Path) -> str:
    """Read a tracked file; what is no text has no words."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_machine_is_named() -> None:
    """No file names a path of somebody's machine or the host of a package registry."""
    found = {str(path): find_foreign_words(read_text(path)) for path in tracked_files()}
    assert {path: words for path, words in found.items() if words} == {}


def test_every_exception_has_its_reason() -> None:
    """Every `noqa` and `type: ignore` carries its reason on its line."""
    found = {
        str(path): find_bare_exceptions(read_text(path))
        for path in tracked_files()
        if path.suffix == ".py"
    }
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see /" + "work/main", ["/" + "work"]),
        ("'/" + "opt/gt/bin'", ["/" + "opt/gt"]),
        ("cd /" + "root", ["/" + "root"]),
        ("https://pypi." + "org/x", ["pypi." + "org"]),
        ("../work/x and https://example.org/work", []),
        ("the account's root; /roots; /opt/other", []),
        ("{base}/work and /homework", []),
    ],
)
def test_a_foreign_word_is_found(text: str, found: list[str]) -> None:
    """A machine's path is found at its start, and nowhere inside another path or address."""
    assert find_foreign_words(text) == found


@pytest.mark.parametrize(
    ("comment", "bare"),
    [
        ("# noqa", True),
        ("# noqa: S105", True),
        ("# noqa: S105 -", True),
        ("# noqa: S105 - an invented secret", False),
        ("# type: ignore[attr-defined]", True),
        ("# type: ignore[attr-defined]  # not in the stubs", False),
        ("# type: ignore[attr-defined]  # - not in the stubs", False),
        ("# pragma: no cover", True),
        ("# why this is so", False),
    ],
)
def test_a_bare_exception_is_found(comment: str, bare: bool) -> None:  # noqa: FBT001 - given by pytest
    """A code alone is no reason; text in a string is no exception."""
    source = f'text = "# noqa"\nx = 1  {comment}\n'
    assert find_bare_exceptions(source) == ([f"line 2: {comment}"] if bare else [])
