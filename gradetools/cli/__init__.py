"""The command line: the library's steps with a person at the other end.

Exit codes: 0, every entry was created, updated, unchanged or skipped; 1, some entry is blocked, in
conflict, failed or unsent; 2, it stopped before anything was sent; 130, Ctrl-C ended it before
a push was begun.
"""

from gradetools.cli.app import main

__all__ = ["main"]
