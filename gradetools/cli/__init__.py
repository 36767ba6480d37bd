"""The command line: the library's steps with a person at the other end.

Exit codes: 0, every entry was created, updated, unchanged or skipped; 1, some entry is blocked, in
conflict, failed or unsent; 2, it stopped before anything was sent; 130, Ctrl-C ended it before
a push was begun.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code; no traceback reaches an analyst.

    Args:
        arguments: by default the process's own.
    """
    try:
        # It takes a second or two, in which somebody may press Ctrl-C.
        from gradetools.cli.app import run
    except KeyboardInterrupt:
        sys.stderr.write("Error: Stopped before anything was done.\n")
        sys.exit(130)
    run(arguments)
