"""What the walks through the faults share: one school, a seed, and the page they print."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest
from bench import Bench
from page import Page


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the walk write the table of docs/faults.md: `pytest -n 0 tests/faults --write-table`."""
    parser.addoption("--write-table", action="store_true", help="write docs/faults.md anew")


@pytest.fixture(scope="session")
def page(request: pytest.FixtureRequest) -> Page:
    """Give the page that the walk compares itself with, or writes."""
    return Page(write=bool(request.config.getoption("--write-table", default=False)))


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Start a school whose sheet makes a little more than 200 writes, so that a sample is read back."""
    with Bench.open(students=101) as opened:
        yield opened


@pytest.fixture
def seed() -> int:
    """Give the seed of one walk; `FAULTS_SEED=…` repeats it."""
    return int(os.environ.get("FAULTS_SEED") or secrets.randbelow(1_000_000))
