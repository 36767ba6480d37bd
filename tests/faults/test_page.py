"""The page about faults has every one of them; each walk compares its own row."""

from __future__ import annotations

from page import Page, read_rows
from table import CRASHES, FAULTS


def test_the_page_is_whole(page: Page) -> None:
    """docs/faults.md has a row for every fault, in their order, and no other."""
    order = [(fault.name, fault.where) for fault in FAULTS]
    order += [key for key, _ in CRASHES.values()]
    if page.write:
        page.write_seen(order)
    assert [row[:2] for row in read_rows()] == order
