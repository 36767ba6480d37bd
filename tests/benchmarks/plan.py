"""Planning a sheet against a gradebook that has all of its grades already: time and memory for 10,000 to a million.

Run it as `python tests/benchmarks/plan.py [ENTRIES ...]`, on Linux. Of the sheet's grades, one in ten differs from what is
there. Linear means that the time and the memory for one entry stay the same.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
from push_memory import megabytes
from read_and_check import make_snapshot, write_wide

from gradetools.checks import Checked, check_entries
from gradetools.columns import suggest_columns
from gradetools.plan import Plan, make_plan
from gradetools.sheet import read_sheet
from gradetools.snapshot import RESULT_COLUMNS, Snapshot, make_table, result_row

ENTRIES = (10_000, 100_000, 1_000_000)
ITEMS = 30


def make_gradebook(checked: Checked, snapshot: Snapshot) -> Snapshot:
    """Give a snapshot that holds a grade for every entry, one in ten another than the sheet's."""
    rows = []
    for number, (item, student, score) in enumerate(
        zip(
            checked.entries["line_item"],
            checked.entries["student"],
            checked.entries["score"].fillna(0),
            strict=True,
        )
    ):
        rows.append(
            result_row(
                {
                    "sourcedId": f"result-{number}",
                    "status": "active",
                    "lineItem": {"sourcedId": item},
                    "student": {"sourcedId": student},
                    "class": {"sourcedId": "algebra-1"},
                    "score": score + (number % 10 == 0),
                    "scoreStatus": "fully graded",
                    "scoreDate": "2026-09-01T00:00:00.000Z",
                    "comment": "Kept as it is.",
                }
            )
        )
    return replace(snapshot, results=make_table(rows, RESULT_COLUMNS))


def check_sheet(entries: int) -> tuple[Checked, Snapshot]:
    """Read and check a sheet of so many entries."""
    snapshot = make_snapshot(entries // ITEMS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "grades.csv"
        write_wide(path, entries // ITEMS)
        sheet = read_sheet(path)
    return check_entries(sheet, suggest_columns(sheet, snapshot), snapshot), snapshot


def remember_all(plan: Plan) -> pd.DataFrame:
    """Give the plan as what was sent last, as the journal would."""
    known = plan.changes[plan.changes["before"].notna()]
    return known[["line_item", "student", "before"]].set_axis(
        ["line_item", "student", "record"], axis="columns"
    )


def tell(entries: int) -> None:
    """Plan one size and print what it took: microseconds of the processor, and megabytes on top of what was there."""
    checked, snapshot = check_sheet(entries)
    gradebook = make_gradebook(checked, snapshot)
    begun = time.process_time()
    plan = make_plan(checked, gradebook)
    alone = time.process_time() - begun
    sent = remember_all(plan)
    held = megabytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    begun = time.process_time()
    again = make_plan(checked, gradebook, last_sent=sent)
    after = time.process_time() - begun
    peak = megabytes("VmHWM") - held
    del again
    count = len(plan.changes)
    table = plan.changes.memory_usage(deep=True).sum() / 1e6
    sys.stdout.write(
        f"{count:9,} entries: {1e6 * alone / count:5.1f} us each, with what was sent last {1e6 * after / count:5.1f} us; "
        f"peak {peak:5.0f} MB, {peak / table:.2f} x the plan's table; {dict(plan.counts)}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    for size in sys.argv[1:] or ENTRIES:
        tell(int(size))
