"""A walk through every fault of the table: at the first, a middle and the last entry, and at random."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from bench import LONG_PATIENCE, WRITTEN, Bench, Scene, spread
from page import Page, Row, tell
from table import FAULTS, Ordered

import gradetools as gt


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault(fault: Ordered, bench: Bench, tmp_path: Path, page: Page, seed: int) -> None:
    """States add up, the server's log agrees, nothing is doubled or foreign, and it ends well (P1-P10, P19-P22)."""
    page.see(walk(fault, bench, tmp_path, seed))


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_among_thousands(
    fault: Ordered, thousands: Bench, tmp_path: Path, page: Page, seed: int
) -> None:
    """The same over 2,000 entries."""
    page.see(walk(fault, thousands, tmp_path, seed))


@pytest.fixture(scope="module")
def thousands() -> Iterator[Bench]:
    """Start a school whose sheet makes 2,000 writes."""
    with Bench.open(students=1000, patience=LONG_PATIENCE) as opened:
        yield opened


def walk(fault: Ordered, bench: Bench, folder: Path, seed: int) -> Row:
    """Push into one fault, at all its places, and give the row that tells what was seen."""
    with noted(seed):
        names = ("first", "middle", "last") if fault.apart else ("everywhere",)
        seen = [go_through(fault, bench, folder / name, seed, name) for name in names]
        ((entry, told, goes_on),) = {row for row, _ in seen}
        # Before the first place nothing, before the last nearly all is written: together they tell it.
        others = frozenset().union(*(others for _, others in seen))
        assert others == fault.rest or (fault.slow and others <= fault.rest), others
    return (fault.name, fault.where, entry, " or ".join(sorted(fault.rest)[::-1]), told, goes_on)


def go_through(
    fault: Ordered, bench: Bench, folder: Path, seed: int, name: str
) -> tuple[Row, frozenset[str]]:
    """Push into a fault at one place, or at all of them, and go on when it has passed."""
    with Scene.open(bench, folder, seed) as scene:
        places = spread(scene, fault.within)
        scene.hit = {places[name][0]} if name in places else set().union(*places.values())
        scene.choose = fault.order(scene)
        receipt = scene.push(**fault.options)
        scene.audit(receipt)
        fault.more(scene)
        hit, others = split(receipt, scene)
        assert set(zip(hit["state"], hit["reason"], strict=True)) == {(fault.state, fault.reason)}
        goes_on = scene.go_on(receipt)
    assert goes_on == fault.goes_on
    state = fault.state + (f" (`{fault.reason}`)" if fault.reason else "")
    return (state, tell(hit["message"].iloc[0]), goes_on), frozenset(others["state"])


def split(receipt: gt.Receipt, scene: Scene) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the entries that were to be written, hit and others, in the order of their writing."""
    entries = receipt.entries.set_index("sourced_id").loc[scene.queue]
    entries["state"] = entries["state"].replace(dict.fromkeys(WRITTEN, "written"))
    is_hit = entries.index.isin(scene.hit)
    return entries[is_hit], entries[~is_hit]


@contextmanager
def noted(seed: int) -> Iterator[None]:
    """Say the seed when something fails."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"FAULTS_SEED={seed}")
        raise
