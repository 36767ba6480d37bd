"""Files and folders that only their owner may read: what holds grades, and what leads to them.

Whoever made the process may have set any umask: modes are given when a file is made, so that there is no
moment in which somebody else could open it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO


def make_folder(folder: Path) -> Path:
    """Make a folder that only its owner can enter, and those above it that are not there yet.

    Raises:
        OSError: it cannot be made.
    """
    for each in (*reversed(folder.parents), folder):
        # `parents=True` would give the mode to the last one alone.
        with contextlib.suppress(FileExistsError):
            if not each.is_dir():
                each.mkdir(mode=0o700)
    if not folder.is_dir():
        raise NotADirectoryError(20, "there is a file of this name")
    return folder


def make_file(path: Path) -> None:
    """Make an empty file that only its owner can read, unless it is there.

    Raises:
        OSError: it cannot be made.
    """
    with contextlib.suppress(FileExistsError):
        os.close(_create(path))


@contextlib.contextmanager
def open_new(path: Path) -> Iterator[IO[bytes]]:
    """Open a new file that only its owner can read; no link is followed.

    Raises:
        FileExistsError: there is something of this name, be it a link that leads nowhere.
        OSError: it cannot be written; what was begun is taken away, as it is after any other error.
    """
    handle = _create(path)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def encode(text: str) -> bytes:
    """Give a text as UTF-8; half a character, which that has no form for, is written as its number."""
    return text.encode("utf-8", "backslashreplace")


def replace_file(path: Path, text: str) -> None:
    """Put a file that only its owner can read in the place of whatever bears its name.

    It is there whole or not at all. A file that others could read becomes one that they cannot, and a
    link is replaced, not followed.

    Raises:
        OSError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open_new(beside) as file:
        file.write(encode(text))
    try:
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
