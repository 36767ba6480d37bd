"""Reading and checking a million entries, beside pandas and beside a loop that builds an object per entry.

Run it as `python tests/benchmarks/read_and_check.py [ROWS]`; every ratio is measured in this one run.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, Field, ValidationError

from gradetools.checks import check_entries
from gradetools.columns import suggest_columns
from gradetools.sheet import Sheet, read_sheet
from gradetools.snapshot import (
    LINE_ITEM_COLUMNS,
    RESULT_COLUMNS,
    STUDENT_COLUMNS,
    Environment,
    Snapshot,
)

ROWS, ITEMS = 33_334, 30
#: The loop gets so many rows, and its time is scaled up.
LOOP_ROWS = 1_000
BAD = ("abc", "-1", "101", "NaN", "inf", "1,234", "85%x", "true", "8/0", "1e9")


def write_grades(path: Path, rows: int) -> None:
    """Write a sheet of scores, one in a hundred bad, in ten ways."""
    chance = random.Random(2026)  # noqa: S311 - the same scores every time, no secret
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["Student ID", "Name", "Section", *(f"Quiz {k + 1}" for k in range(ITEMS))])
    for i in range(rows):
        scores = [
            chance.choice(BAD) if chance.random() < 0.01 else str(chance.randrange(201) / 2)
            for _ in range(ITEMS)
        ]
        writer.writerow([f"{i:06}", f"Example {i}", "A", *scores])
    path.write_text(out.getvalue(), encoding="utf-8", newline="")


def make_snapshot(rows: int) -> Snapshot:
    """Make a class of those students and line items."""
    students = pd.DataFrame("", index=range(rows), columns=list(STUDENT_COLUMNS), dtype=object)
    students["sourced_id"] = [f"{i:06}" for i in range(rows)]
    students["user_ids"] = [()] * rows
    students["class_id"], students["active"] = "algebra-1", True
    items = [
        {
            "sourced_id": f"quiz-{k + 1}", "title": f"Quiz {k + 1}", "class_id": "algebra-1", "score_scale": "",
            "result_value_min": 0.0, "result_value_max": 100.0,
        }
        for k in range(ITEMS)
    ]  # fmt: skip
    return Snapshot(
        environment=Environment("sandbox", "embedded"),
        dialect="timeback",
        taken_at=dt.datetime(2026, 9, 18, tzinfo=dt.UTC),
        time_zone="UTC",
        classes={"algebra-1": "Algebra 1"},
        students=students,
        line_items=pd.DataFrame(items, columns=list(LINE_ITEM_COLUMNS)),
        results=pd.DataFrame([], columns=list(RESULT_COLUMNS)),
    )


class Entry(BaseModel):
    """What the loop makes of each entry."""

    student: str = Field(min_length=1)
    line_item: str = Field(min_length=1)
    score: float = Field(ge=0, le=100, allow_inf_nan=False)


def loop_over(frame: pd.DataFrame, students: set[str], items: set[str]) -> int:
    """Check entry by entry, as one would without thinking of speed; give the number of bad ones."""
    bad = 0
    for _, row in frame.iterrows():
        for title in items:
            try:
                entry = Entry(student=row["Student ID"], line_item=title, score=row[title])
                bad += entry.student not in students
            except ValidationError:
                bad += 1
    return bad


def best_of(count: int, work: Callable[[], Any]) -> float:
    """Give the seconds of the fastest of several runs."""
    seconds = []
    for _ in range(count):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def peak_of(work: Callable[[], Any]) -> float:
    """Give the most megabytes that a run held at one time."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def tell(line: str) -> None:
    """Print one line of figures."""
    sys.stdout.write(line + "\n")


def tell_reading(path: Path) -> Sheet:
    """Read by pandas and by us, turn by turn."""
    sheet = read_sheet(path)
    pandas = best_of(3, lambda: pd.read_csv(path, dtype=str, keep_default_na=False))
    ours = best_of(3, lambda: read_sheet(path))
    deep = float(sheet.frame.memory_usage(deep=True).sum()) / 1e6
    peak = peak_of(lambda: read_sheet(path))
    tell(
        f"reading   pandas {pandas:.2f} s, gradetools {ours:.2f} s: {ours / pandas:.2f} x (target 2.5)"
    )
    tell(f"          frame {deep:.0f} MB deep, peak {peak:.0f} MB: {peak / deep:.2f} x (target 3)")
    return sheet


def tell_checking(sheet: Sheet, rows: int) -> None:
    """Check by a loop over a part, scaled up, and by us."""
    snapshot = make_snapshot(rows)
    columns = suggest_columns(sheet, snapshot)
    part = sheet.frame.head(LOOP_ROWS)
    students = set(snapshot.students["sourced_id"])
    items = set(snapshot.line_items["title"])
    loop = best_of(1, lambda: loop_over(part, students, items)) * rows / len(part)
    ours = best_of(2, lambda: check_entries(sheet, columns, snapshot))
    peak = peak_of(lambda: check_entries(sheet, columns, snapshot))
    checked = check_entries(sheet, columns, snapshot)
    tell(
        f"checking  loop {loop:.1f} s (scaled), gradetools {ours:.2f} s: {loop / ours:.1f} x as fast (target 20)"
    )
    tell(f"          {len(checked.entries) / ours:,.0f} entries a second, peak {peak:.0f} MB")
    tell(f"          {len(checked.findings):,} findings, {checked.counts}")


def main(rows: int) -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "grades.csv"
        write_grades(path, rows)
        tell(f"{rows * ITEMS:,} entries, {path.stat().st_size / 1e6:.1f} MB")
        tell_checking(tell_reading(path), rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
