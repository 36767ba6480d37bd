"""What came of a push: every entry's end, what failed and why, the files, and Undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ipywidgets as ipw

from gradetools.receipt import GOOD_STATES, Receipt
from gradetools.widgets.look import Html, count, element, join, mark, say, table, tell_counts

MOST_ROWS = 50


class ReceiptPanel:
    """Look at a receipt, and take the push back.

    Attributes:
        told: counts, reasons, files.
        undo: shows what taking it back would change; nothing is written by it.
        alert: why that did not work.
        below: where the undo's own preview, push and receipt are shown.
        receipt: the receipt that is shown; None before the push has ended.
    """

    receipt: Receipt | None = None

    def __init__(self, *, on_undo: Callable[[], None]) -> None:
        self.told = ipw.HTML().add_class("gt-receipt-told")
        self.alert = ipw.HTML()
        self.undo = ipw.Button(description="Undo: show what that would change", icon="undo")
        self.undo.layout.width = "max-content"
        self.undo.add_class("gt-undo").on_click(lambda _: on_undo())
        self.below = ipw.VBox()
        self.view = ipw.VBox([self.told, self.undo, self.alert, self.below]).add_class("gt-receipt")
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self.receipt = None
        self.told.value = self.alert.value = ""
        self.below.children = []
        self.undo.layout.display = "none"

    def show(self, receipt: Receipt, folder: Path | None) -> None:
        """Show a receipt and where its files are."""
        self.receipt = receipt
        self.below.children = []
        self.told.value = tell_receipt(receipt, folder)
        written = receipt.states["created"] + receipt.states["updated"] + receipt.states["failed"]
        self.undo.layout.display = None if written else "none"


def tell_receipt(receipt: Receipt, folder: Path | None) -> Html:
    """Tell what came of a push: counts by state, what went wrong and why, where the files are."""
    states = {state: number for state, number in receipt.states.items() if number}
    summary = f"{count(receipt.rows, 'entry', 'entries')} on {receipt.environment.name}: {tell_counts(states)}."
    bad = receipt.entries[~receipt.entries["state"].isin(GOOD_STATES)]
    rows = (
        (row["line"] or "", row["student_name"] or row["student"], row["line_item_title"] or row["column"],
         mark("error" if row["state"] == "failed" else "warning", row["state"]), row["message"] or row["reason"])
        for row in bad.head(MOST_ROWS).to_dict(orient="records")
    )  # fmt: skip
    head = ("line", "student", "line item", "state", "why")
    return join(
        say("good" if receipt.ok else "warning", summary),
        table(head, rows, len(bad)),
        element("div", "The receipt's files are in ", element("code", str(folder)), ".") if folder else "",
        element("div", f"Push {receipt.push_id}", hook="gt-reason"),
    )  # fmt: skip
