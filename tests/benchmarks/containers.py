"""Reading the largest tables that each container can hold: seconds, and memory as a multiple of the frame.

Run it as `python tests/benchmarks/containers.py [ROWS [KIND...]]`. Each table is read in a process of its own. "traced"
is the peak that tracemalloc sees; "process" is by how much the process itself grew, whatever took the memory
(Linux only).
"""

from __future__ import annotations

import importlib
import itertools
import json
import subprocess
import sys
import tempfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from gradetools.sheet import Sheet, read_sheet

sys.path.insert(0, str(Path(__file__).parents[1]))
from workbooks import write_ods, write_xls, write_xlsx

ROWS, ITEMS = 1_000_000, 8
XLS_ROWS = 65_536
TARGET = 3


def make_rows(rows: int) -> Iterator[list[object]]:
    """Make a header and rows of an id, a name that is the only one of its kind, and scores."""
    yield ["Student ID", "Name", *(f"Quiz {k + 1}" for k in range(ITEMS))]
    for i in range(rows - 1):
        yield [
            f"{i:07}",
            f"Example {i}",
            *(float((i * 7 + k * 13) % 201) / 2 for k in range(ITEMS)),
        ]


def write_csv(folder: Path, rows: Iterator[list[object]]) -> Path:
    """Write a table as CSV."""
    path = folder / "grades.csv"
    with path.open("w") as out:
        out.writelines(",".join(map(str, row)) + "\n" for row in rows)
    return path


def write_package(folder: Path, rows: Iterator[list[object]]) -> Path:
    """Write a OneRoster package with one result per row."""
    header = "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment"
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("results.csv", "w") as out:
            out.write(f"{header}\n".encode())
            for row in itertools.islice(rows, 1, None):
                line = f"r-{row[0]},,,quiz-{int(str(row[0])) % 60},{row[0]},fully graded,{row[2]},2026-05-31,\n"
                out.write(line.encode())
        items = [f"quiz-{k},,,Quiz {k},0,10" for k in range(60)]
        header = "sourcedId,status,dateLastModified,title,resultValueMin,resultValueMax"
        archive.writestr("lineItems.csv", "\n".join([header, *items]))
    return path


def make_frame(folder: Path, rows: Iterator[list[object]]) -> Path:
    """Keep a DataFrame as it is."""
    header, *body = rows
    path = folder / "frame.pickle"
    pd.DataFrame(body, columns=[str(name) for name in header]).to_pickle(path)
    return path


WRITERS: dict[str, Callable[[Path, Iterator[list[object]]], Path]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "ods": write_ods,
    "xls": lambda folder, rows: write_xls(folder, (row[:5] for row in rows)),  # 7 MB at most
    "oneroster": write_package,
    "frame": make_frame,
}


def measure(path: Path, *, traced: bool) -> dict[str, float]:
    """Read one table in this process, and give seconds, megabytes of its frame and of the peak."""
    for name in ("openpyxl", "xlrd"):
        importlib.import_module(name)
    read_sheet(pd.DataFrame({"ID": ["1"], "Quiz 1": [8]}))  # imports the formats
    source: Any = pd.read_pickle(path) if path.suffix == ".pickle" else path  # noqa: S301 - our own, just written
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = _peak()
    if traced:
        tracemalloc.start()
    begun = time.process_time()
    sheet: Sheet = read_sheet(source)
    seconds = time.process_time() - begun
    peak = tracemalloc.get_traced_memory()[1] / 1e6 if traced else _peak() - before
    tracemalloc.stop()
    deep = float(sheet.frame.memory_usage(deep=True).sum()) / 1e6
    return {"seconds": seconds, "peak": peak, "deep": deep, "rows": len(sheet.frame)}


def _peak() -> float:
    """Give the most megabytes that this process ever had (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1e3


def measure_apart(path: Path, *, traced: bool) -> dict[str, float]:
    """Read one table in a process of its own."""
    command = [sys.executable, __file__, "--measure", str(path), "traced" if traced else "process"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    measured: dict[str, float] = json.loads(found)
    return measured


def main(rows: int, kinds: list[str]) -> None:
    """Measure and tell."""
    sys.stdout.write(
        "| container | rows | processor seconds | frame | traced peak | process peak |\n|---|---|---|---|---|---|\n"
    )
    for kind in kinds or list(WRITERS):
        with tempfile.TemporaryDirectory() as folder:
            most = min(rows, XLS_ROWS) if kind == "xls" else rows
            path = WRITERS[kind](Path(folder), make_rows(most))
            apart, traced = measure_apart(path, traced=False), measure_apart(path, traced=True)
        deep = apart["deep"]
        sys.stdout.write(
            f"| {kind} | {apart['rows']:,} | {apart['seconds']:.1f} | {deep:.0f} MB"
            f" | {traced['peak'] / deep:.2f} x | {apart['peak'] / deep:.2f} x |\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        sys.stdout.write(json.dumps(measure(Path(sys.argv[2]), traced=sys.argv[3] == "traced")))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS, sys.argv[2:])
