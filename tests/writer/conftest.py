"""What the tests of the writer share: a gradebook of the invented school, and a desk to work at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk

import gradetools as gt


@pytest.fixture
def gradebook(sandbox: gt.Sandbox) -> Iterator[gt.Gradebook]:
    """Connect to the invented school; the journal goes with it."""
    with gt.connect(sandbox) as opened:
        yield opened


@pytest.fixture
def desk(sandbox: gt.Sandbox, gradebook: gt.Gradebook, tmp_path: Path) -> Desk:
    """Give the class algebra-1 of the invented school and everything to grade it with."""
    return Desk(sandbox, gradebook, tmp_path)
