"""Reading and checking a million entries, beside pandas, beside pandera and beside a loop that builds an object per entry.

Run it as `python tests/benchmarks/read_and_check.py [ENTRIES]`; every ratio is measured in this one run. One entry in a
hundred is bad, in ten ways. The wide sheet has a column per line item, the long one a row per entry, with comments.
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors
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

ENTRIES, ITEMS = 1_000_000, 30
#: The loop gets so many entries, and its time is scaled up.
LOOP_ENTRIES = 15_000
BAD = ("abc", "-1", "101", "NaN", "inf", "1,234", "85%x", "true", "8/0", "1e9")

Write = Callable[[Path, int], None]


def make_rows(students: int) -> Iterator[tuple[list[str], list[str]]]:
    """Give each student's id and name, and the scores: one in a hundred bad, in ten ways."""
    chance = random.Random(2026)  # noqa: S311 - the same scores every time, no secret
    for i in range(students):
        scores = [
            chance.choice(BAD) if chance.random() < 0.01 else str(chance.randrange(201) / 2)
            for _ in range(ITEMS)
        ]
        yield [f"{i:06}", f"Person{i} Example"], scores


def write_rows(path: Path, rows: list[list[str]]) -> None:
    """Write rows as a CSV."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8", newline="")


def write_wide(path: Path, students: int) -> None:
    """Write a sheet with a column of scores for each line item."""
    header = ["Student ID", "Name", "Section", *(f"Quiz {k + 1}" for k in range(ITEMS))]
    write_rows(path, [header, *([*who, "A", *scores] for who, scores in make_rows(students))])


def write_long(path: Path, students: int) -> None:
    """Write a sheet with a row for each score; every fifth has a comment of its own."""
    rows = [["Student ID", "Name", "Assignment", "Score", "Comment"]]
    for who, scores in make_rows(students):
        for k, score in enumerate(scores):
            comment = "" if k % 5 else f"Look at page {len(rows)}."
            rows.append([*who, f"Quiz {k + 1}", score, comment])
    write_rows(path, rows)


def make_snapshot(rows: int) -> Snapshot:
    """Make a class of those students and line items."""
    students = pd.DataFrame("", index=range(rows), columns=list(STUDENT_COLUMNS), dtype=object)
    students["sourced_id"] = [f"{i:06}" for i in range(rows)]
    students["given_name"] = [f"Person{i}" for i in range(rows)]
    students["family_name"], students["user_ids"] = "Example", [()] * rows
    students["class_id"], students["active"] = "algebra-1", True
    items = [
        {
            "sourced_id": f"quiz-{k + 1}", "title": f"Quiz {k + 1}", "class_id": "algebra-1", "score_scale": "", "assign_date": "",
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


def list_scores(row: pd.Series) -> list[tuple[str, str]]:
    """Give the line items and scores that a row of either sheet holds."""
    if "Assignment" in row.index:
        return [(row["Assignment"], row["Score"])]
    return [(f"Quiz {k + 1}", row[f"Quiz {k + 1}"]) for k in range(ITEMS)]


def loop_over(frame: pd.DataFrame, students: set[str], items: set[str]) -> int:
    """Check entry by entry, as one would without thinking of speed; give the number of bad ones."""
    bad = 0
    for _, row in frame.iterrows():
        for title, score in list_scores(row):
            try:
                entry = Entry(student=row["Student ID"], line_item=title, score=score)  # type: ignore[arg-type]  # read out of text
                bad += entry.student not in students or entry.line_item not in items
            except ValidationError:
                bad += 1
    return bad


def make_schema(frame: pd.DataFrame, students: set[str], items: set[str]) -> pa.DataFrameSchema:
    """Make pandera's rules: known students, known line items, scores from 0 to 100."""
    score = pa.Column(float, pa.Check.in_range(0, 100), coerce=True)
    columns = {title: score for title in frame.columns if title in items or title == "Score"}
    columns["Student ID"] = pa.Column(str, pa.Check.isin(students))
    if "Assignment" in frame.columns:
        columns["Assignment"] = pa.Column(str, pa.Check.isin(items))
    return pa.DataFrameSchema(columns)


def validate(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> int:
    """Check by pandera, all at once; give the number of failures."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        return len(errors.failure_cases)
    return 0


def best_of(count: int, work: Callable[[], Any]) -> float:
    """Give the seconds of the processor in the best of several runs; what else the machine does is left out."""
    seconds = []
    for _ in range(count):
        begun = time.process_time()
        work()
        seconds.append(time.process_time() - begun)
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
    """Read by pandas and by us."""
    sheet = read_sheet(path)
    pandas = best_of(3, lambda: pd.read_csv(path, dtype=str, keep_default_na=False))
    ours = best_of(3, lambda: read_sheet(path))
    deep = float(sheet.frame.memory_usage(deep=True).sum()) / 1e6
    peak = peak_of(lambda: read_sheet(path))
    tell(
        f"  reading   pandas {pandas:.2f} s, gradetools {ours:.2f} s: {ours / pandas:.2f} x (target 2.5)"
    )
    tell(
        f"            frame {deep:.0f} MB deep, peak {peak:.0f} MB: {peak / deep:.2f} x (target 3)"
    )
    return sheet


def tell_checking(sheet: Sheet, snapshot: Snapshot) -> None:
    """Check by a loop over a part, scaled up, by pandera, and by us."""
    columns = suggest_columns(sheet, snapshot)
    students, items = set(snapshot.students["sourced_id"]), set(snapshot.line_items["title"])
    checked = check_entries(sheet, columns, snapshot)
    count = len(checked.entries)
    part = sheet.frame.head(LOOP_ENTRIES * len(sheet.frame) // count)
    loop = best_of(1, lambda: loop_over(part, students, items)) * len(sheet.frame) / len(part)
    schema = make_schema(sheet.frame, students, items)
    theirs = best_of(1, lambda: validate(schema, sheet.frame))
    ours = best_of(3, lambda: check_entries(sheet, columns, snapshot))
    peaks = [
        peak_of(work)
        for work in (
            lambda: check_entries(sheet, columns, snapshot),
            lambda: validate(schema, sheet.frame),
        )
    ]
    deep = float(checked.entries.memory_usage(deep=True).sum()) / 1e6
    tell(f"  checking  gradetools {ours:.2f} s, {count / ours:,.0f} entries a second")
    tell(f"            loop {loop:.1f} s (scaled): {loop / ours:.1f} x as fast (target 20)")
    tell(f"            pandera {theirs:.2f} s: {theirs / ours:.1f} x as fast")
    tell(
        f"            peak {peaks[0]:.0f} MB, of which entries {deep:.0f} MB deep; pandera {peaks[1]:.0f} MB"
    )
    tell(f"            {len(checked.findings):,} findings, {checked.counts}")


def tell_growth(path: Path, write: Write, entries: int) -> None:
    """Read and check ever more, and tell the time per entry."""
    for count in (entries // 100, entries // 10, entries):
        rows = count // ITEMS
        write(path, rows)
        snapshot, sheet = make_snapshot(rows), read_sheet(path)
        columns = suggest_columns(sheet, snapshot)
        reading = best_of(3, lambda: read_sheet(path)) / count
        checking = best_of(3, lambda: check_entries(sheet, columns, snapshot)) / count  # noqa: B023 - called at once
        tell(
            f"  {count:>9,} entries: reading {reading * 1e9:.0f} ns, checking {checking * 1e9:.0f} ns each"
        )


def main(entries: int) -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "grades.csv"
        for name, write in (("wide", write_wide), ("long", write_long)):
            rows = -(-entries // ITEMS)
            write(path, rows)
            tell(f"{name}: {rows * ITEMS:,} entries, {path.stat().st_size / 1e6:.1f} MB")
            tell_checking(tell_reading(path), make_snapshot(rows))
            tell_growth(path, write, entries)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES)
