"""What was detected of a file, as small fields: what is filled in there is taken instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as ipw

from gradetools.cells import DELIMITER_NAMES
from gradetools.errors import SheetError
from gradetools.formats import list_formats, tell_format
from gradetools.sheet import Sheet
from gradetools.widgets.look import WRAP

_ENCODINGS = ("utf-8", "cp1252", "utf-16", "latin-1")
_NARROW, _BROAD = {"width": "21em"}, {"width": "34em", "max_width": "100%"}
_BESIDE = {"description_width": "6.5em"}


class Detected:
    """How a sheet was read; a field that is filled in reads it again.

    Attributes:
        worksheet, encoding, header_row, delimiter, format: empty takes what is detected, which they show; only those
            are in sight that such a file has.
        fields: these five, by the name of the option of `read_sheet`.
        view: the widget.
    """

    def __init__(self, *, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._filling = False
        self._worksheets: tuple[str, ...] = ()
        self.worksheet = ipw.Dropdown(description="Worksheet", style=_BESIDE, layout=_BROAD)
        self.format = ipw.Dropdown(description="Format", style=_BESIDE, layout=_BROAD)
        self.header_row = ipw.Text(description="Header row", style=_BESIDE, layout=_NARROW)
        self.encoding = ipw.Combobox(
            description="Encoding", options=_ENCODINGS, style=_BESIDE, layout=_NARROW
        )
        self.delimiter = ipw.Dropdown(description="Delimiter", style=_BESIDE, layout=_NARROW)
        self.fields = {
            "worksheet": self.worksheet,
            "format": self.format,
            "header_row": self.header_row,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
        }
        for name, field in self.fields.items():
            field.add_class(f"gt-{name.replace('_', '-')}")
            field.continuous_update = False
            field.observe(lambda _: self._changed(), "value")
        below = ipw.HBox([*self.fields.values()][1:], layout=WRAP)
        self.view = ipw.VBox([self.worksheet, below])
        self.reset()

    def take_options(self) -> dict[str, Any]:
        """Give what was filled in, as options of `read_sheet`.

        Raises:
            SheetError: the header row is no number.
        """
        given = {name: field.value for name, field in self.fields.items()}
        given = {
            name: text if name == "delimiter" else text.strip() for name, text in given.items()
        }
        row = given.pop("header_row")
        if row and not row.isdecimal():
            raise SheetError(f"{row!r} is no row: give the header's row as a number, such as 3.")
        options: dict[str, Any] = {name: text or None for name, text in given.items()}
        return {**options, "header_row": int(row) if row else None}

    def reset(self) -> None:
        """Take everything as it is detected, and show nothing until something was read."""
        self._filling = True
        self._worksheets = ()
        self._show({})
        for field in self.fields.values():
            field.value = ""
        self._filling = False
        self.view.layout.display = "none"

    def show(
        self, sheet: Sheet | None, worksheets: Sequence[str] = (), *, text: bool = True
    ) -> None:
        """Show how a sheet was read, in the fields that it has.

        Args:
            sheet: the sheet; None for a file that could not be read.
            worksheets: of a workbook that could not be read.
            text: whether a file that could not be read may be a text.
        """
        known = dict.fromkeys(("format", "header_row"), "")
        known |= dict.fromkeys(("encoding", "delimiter") if text and not worksheets else (), "")
        found = tuple(worksheets) or self._worksheets if sheet is None else sheet.cells.worksheets
        self._worksheets = found
        if sheet is not None:
            row = str(sheet.recognition.header_line)
            known = {**sheet.detected, "format": sheet.format, "header_row": row}
        self._filling = True
        self._show(known)
        self._filling = False
        for name, field in self.fields.items():
            there = len(self._worksheets) > 1 if name == "worksheet" else name in known
            field.layout.display = None if there else "none"
        self.view.layout.display = None

    def _show(self, known: dict[str, str]) -> None:
        """Say in each field what it holds by itself."""
        for name in ("header_row", "encoding"):
            self.fields[name].placeholder = known.get(name) or "as detected"
        formats = {name: _label(name) for name in list_formats()}
        titles = {title: title for title in self._worksheets}
        shown = {"delimiter": DELIMITER_NAMES, "format": formats, "worksheet": titles}
        for name, choices in shown.items():
            field, kept = self.fields[name], self.fields[name].value or ""
            here = known.get(name, "")
            first = f"{choices.get(here, here)} (detected)" if here and not kept else "as detected"
            field.options = [(first, ""), *((label, text) for text, label in choices.items())]
            field.value = kept if kept in choices else ""

    def _changed(self) -> None:
        if not self._filling:
            self._on_change()


def _label(format_name: str) -> str:
    """Call a format as short as it goes: `Canvas`, `plain table, one row per student`."""
    return tell_format(format_name).removeprefix("an export of ").removeprefix("a ")
