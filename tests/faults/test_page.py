"""The page about faults, when all of them were walked."""

from __future__ import annotations

import pytest
from page import Page
from table import CRASHES, FAULTS


def test_the_page_is_whole(page: Page) -> None:
    """docs/faults.md has a row for every fault, in their order, and no other."""
    order = [(fault.name, fault.where) for fault in FAULTS]
    order += [key for key, _ in CRASHES.values()]
    if not page.seen.keys() >= set(order):
        pytest.skip("only a part of the faults was walked")
    page.finish(order)
