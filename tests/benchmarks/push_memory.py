"""The memory of a push: how much more than its tables it needs at its peak, for 2,000 to 200,000 entries.

Run it as `python tests/benchmarks/push_memory.py [ENTRIES ...]`, on Linux. Each push runs in a process of its own, against
a server that answers at once. Told are megabytes of the process: with the plan's table before, at the peak, and
after, when the receipt's table is there as well; and the peak above these two tables.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from push import make_plan, make_settings, serving

import gradetools as gt

ENTRIES = (2_000, 20_000, 200_000)
_STATUS = Path("/proc/self/status")


def megabytes(name: str) -> float:
    """Read one of the process's own figures."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def push_once(entries: int) -> None:
    """Push so many entries and print what it took."""
    with (
        serving(0) as base_url,
        tempfile.TemporaryDirectory() as folder,
        gt.connect(make_settings(base_url, Path(folder))) as gradebook,
    ):
        plan = make_plan(gradebook.environment, entries, 60, "memory")
        agreed = plan.fingerprint
        before = megabytes("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
        receipt = gt.push_plan(plan, gradebook, agreed=agreed, workers=16)
        peak, after = megabytes("VmHWM"), megabytes("VmRSS")
        if receipt.states["created"] != entries:
            raise RuntimeError(f"not everything was written: {receipt.states}")
        sys.stdout.write(
            f"{entries:7,} entries: {before:4.0f} MB before, {peak:4.0f} MB at the peak, {after:4.0f} MB after: "
            f"{peak - after:3.0f} MB above the tables\n"
        )


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "one":
        push_once(int(sys.argv[2]))
    else:
        for count in sys.argv[1:] or map(str, ENTRIES):
            subprocess.run([sys.executable, __file__, "one", count], check=True)
