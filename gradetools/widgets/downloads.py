"""The files of a receipt, to be downloaded by whoever has no other way to the folder that they are in.

ipywidgets has no such button, and a link would either lead out of JupyterLab or hold the grades in the notebook. So
the browser asks for a file when its button is pressed, and nothing of it is kept in the widget.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from gradetools.report import FILES

_HERE = Path(__file__)
#: Jupyter drops what comes faster than a megabyte a second.
MOST_BYTES = 2_000_000


class Downloads(anywidget.AnyWidget):
    """A button for each file of a receipt that is small enough.

    Attributes:
        files: name and size in words of each.
        left: the names of those that are too large, or gone.
    """

    _esm = _HERE.with_suffix(".js")

    files: traitlets.List[list[str]] = traitlets.List().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.folder: Path | None = None
        self.left: list[str] = []
        self.add_class("gt-downloads")
        self.on_msg(self._hear)

    def show(self, folder: Path | None) -> None:
        """Offer the files of a folder; None offers nothing."""
        self.folder = folder
        named = () if folder is None else FILES
        there = [path for name in named if folder and (path := folder / name).is_file()]
        sizes = {path.name: path.stat().st_size for path in there}
        self.left = [name for name, size in sizes.items() if size > MOST_BYTES]
        self.files = [
            [name, _tell_size(size)] for name, size in sizes.items() if size <= MOST_BYTES
        ]

    def read(self, name: str) -> bytes:
        """Give the content of one of the files.

        Raises:
            KeyError: it is none of them.
        """
        if self.folder is None or name not in {name for name, _ in self.files}:
            raise KeyError(name)
        return (self.folder / name).read_bytes()

    def _hear(self, _: object, message: Mapping[str, Any], __: object) -> None:
        match message:
            case {"kind": "file", "name": str(name)} if name in {name for name, _ in self.files}:
                self.send({"kind": "file", "name": name}, [self.read(name)])


def _tell_size(size: int) -> str:
    return f"{size:,} bytes" if size < 1_000 else f"{size / 1_000:,.0f} kB"
