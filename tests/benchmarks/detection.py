"""How often a sheet's encoding, delimiter and header row are found without a word about them.

Run it as `python tests/benchmarks/detection.py [COUNT]`; it prints the table of docs/formats.md.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from detection_corpus import count_right, make_samples

COUNT = 600


def main(count: int) -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as folder:
        counts = count_right(list(make_samples(count)), Path(folder) / "grades.csv")
    sys.stdout.write("| case | sheets | every cell right | header found too |\n|---|---|---|---|\n")
    for (what, value), (sheets, cells, header) in counts.items():
        named = f"{what}: {value}" if value else what
        sys.stdout.write(
            f"| {named} | {sheets:,} | {cells / sheets:.1%} | {header / sheets:.1%} |\n"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
