"""What came of a push: every entry's end, what failed and why, the files, another try, and Undo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import ipywidgets as ipw

from gradetools.plan import retried_entries, written_entries
from gradetools.receipt import GOOD_STATES, STATES, PushSummary, Receipt, name_retried
from gradetools.report import find_part
from gradetools.telling import tell_whose
from gradetools.widgets.downloads import Downloads
from gradetools.widgets.grid import Grid
from gradetools.widgets.grid_entries import NEVER_SENT, PROBLEMS, show_entries
from gradetools.widgets.grid_window import ALL
from gradetools.widgets.look import WRAP, Html, count, element, join, mark, say, tell_counts

#: So many reasons are told above the table.
_MOST_REASONS = 5
#: So many pushes before are named.
_MOST_BEFORE = 3
#: The files that keep the sheet's shape, and what they hold.
_PARTS = {
    "failed": "what could not be written (failed, blocked or in conflict)",
    "unsent": "what was not sent",
    "succeeded": "all the rest, in the shape of the sheet",
}
#: Of a push of which something was written at first and something by another try.
_OWN_UNDO = "To take back the whole, press Undo here and at the other try below."
#: In the order in which they are told: what can be tried again comes first.
_KINDS = {"failed": "error", "conflict": "question", "unsent": "warning", "blocked": "error"}


class ReceiptPanel:
    """Look at a receipt, try again what failed, and take the push back.

    Attributes:
        told: counts and reasons, and where the files are.
        grid: every entry's end, each state alone if wanted.
        downloads: the files.
        retry: shows what trying again what failed would change; nothing is written by it.
        undo: shows what taking the push back would change; nothing is written by it.
        alert: why that did not work.
        below: where the retry's or the undo's own preview, push and receipt are shown.
        receipt: the receipt that is shown; None before the push has ended.
        rest: of that the entries that were not tried again.
        taken_back: whether it was taken back as a whole.
        partly: whether it was taken back, but for some of it.
        kept: how many grades the undo left, because somebody had changed them and a person decided so.
        tries: how many grades other tries at it wrote that were not taken back.
    """

    receipt: Receipt | None = None
    rest: Receipt
    taken_back = partly = _retried = False
    tries = kept = 0
    _before = ""
    _base: Html
    _folder: Path | None
    _news: dict[str, Html]

    def __init__(self, *, on_undo: Callable[[], None], on_retry: Callable[[], None]) -> None:
        self.told = ipw.HTML().add_class("gt-receipt-told")
        self.alert = ipw.HTML()
        self.grid = Grid(label="What came of each entry")
        self.grid.add_class("gt-entries")
        self.downloads = Downloads()
        self.retry = ipw.Button(icon="repeat", layout={"width": "max-content"})
        self.retry.add_class("gt-retry").on_click(lambda _: on_retry())
        self.undo = ipw.Button(description="Undo: show what that would change", icon="undo")
        self.undo.layout.width = "max-content"
        self.undo.add_class("gt-undo").on_click(lambda _: on_undo())
        self.below = ipw.VBox()
        buttons = ipw.HBox([self.retry, self.undo], layout=WRAP)
        parts = [self.told, self.grid, self.downloads, buttons, self.alert, self.below]
        self.view = ipw.VBox(parts).add_class("gt-receipt")
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self.receipt = None
        self.told.value = self.alert.value = ""
        self.below.children = []
        self.downloads.show(None)
        for widget in (self.grid, self.retry, self.undo):
            widget.layout.display = "none"

    @property
    def settled(self) -> bool:
        """Whether of what is shown, with all other tries at it, nothing is left to be tried."""
        return self.receipt is not None and self.rest.ok

    @property
    def can_undo(self) -> bool:
        """Whether there is something left that can be taken back, here or by another try at an undo."""
        receipt = self.receipt
        return receipt is not None and not self.taken_back and len(written_entries(receipt)) > 0

    def put_aside(self, *, retried: bool = False) -> None:
        """Keep in sight, while something else is being prepared, what of the push before can still be taken back, and Undo.

        Args:
            retried: whether another try at it wrote something, which is taken back by itself.
        """
        receipt = self.receipt
        if receipt is None or not self.can_undo:
            self.clear()
            return
        of = receipt.sheet or (
            tell_whose(receipt.entries.iloc[0].to_dict()) if receipt.rows == 1 else ""
        )
        wrote = ": ".join(part for part in (of, receipt.tell_states()) if part)
        what = "What is left of the last push" if self.partly else "The last push"
        told = f"{what} to {receipt.environment.name} ({wrote}) can still be taken back, here or in history.ipynb."
        self._retried = self._retried or retried
        more = (
            " What was tried again of it can be taken back in history.ipynb, too."
            if self._retried
            else ""
        )
        self.told.value = join(
            *reversed(self._news.values()), say("info", told, more), _tell_push(receipt)
        )
        self.below.children = []
        self.downloads.show(None)
        self.undo.layout.display = None
        for widget in (self.grid, self.retry):
            widget.layout.display = "none"

    def follow(self, later: Receipt, *, whole: bool = False) -> None:
        """Tell what a retry or an undo of what is shown came to, and offer it no second time where it left nothing to do.

        Args:
            later: of that.
            whole: whether of an undo, with all tries at it, nothing is left to be tried.
        """
        if self.receipt is None:
            return
        self.retry.layout.display = "none"  # a retry says itself what is still to be tried
        if later.undo_of == self.receipt.push_id:
            wrote = later.written > 0
            told = tell_came("Taken back" if wrote or later.ok else "Not taken back", later)
            # What was in vain is told until another try has come to something.
            self._news.pop("undo in vain", None)
            name = f"undo {later.push_id}" if wrote or later.ok else "undo in vain"
            self._news[name] = join(told, _tell_stay(later.of_others - self.tries))
            self.kept = later.states["skipped"] - later.of_others
            self.taken_back, self.partly = whole, not whole and (wrote or self.partly)
            # What could not be taken back is tried again, or gone on with, where that is said, and not by a second undo.
            again = len(retried_entries(later)) > 0 or later.status != "done"
            self.undo.layout.display = "none" if whole or again else None
            self.undo.description = "Undo what is left: show what that would change"
            if wrote or later.ok:
                self.grid.layout.display = "none"  # its rows say how things stood before
                self._tell_base(gone=True)
        else:
            self._news[f"retry {later.push_id}"] = tell_came("Tried again", later)
            # Of what was tried twice the last try tells.
            self.rest = later_rest(self.rest, later)
            self._show_entries(self.rest)
            self._tell_base()
        self._tell()

    def come_back(self, later: Receipt) -> None:
        """Tell that the undo was taken back itself: what was written stands as before, and can be taken back again."""
        if self.receipt is None or not any(name.startswith("undo") for name in self._news):
            return
        self.taken_back = self.partly = False
        self._keep_retries()
        self._news["undo"] = tell_came("The undo was taken back", later)
        self._tell_base()
        self._tell()
        self._show_entries(self.rest)
        self._offer_undo(self.receipt)

    def follow_below(self, later: Receipt) -> None:
        """Tell that what a retry wrote was taken back as well; then there is nothing of it that stays."""
        self._news[f"retry {later.undo_of}"] = tell_came(
            "What was tried again is taken back", later
        )
        self._tell()

    def _keep_retries(self) -> None:
        """Forget what was told of an undo; another word takes its place."""
        self._news = {name: told for name, told in self._news.items() if name.startswith("retry")}

    def point_up(self) -> None:
        """Say what came of it and no more, where its entries, its files and what can be done about it are in sight above."""
        self.downloads.show(None)
        for widget in (self.grid, self.retry, self.undo):
            widget.layout.display = "none"

    def _tell_base(self, *, gone: bool = False) -> None:
        """Say what came of the push itself; what was tried again of it is told above, and not gone on with once it is `gone`."""
        if self.receipt is not None:
            rest = None if self.rest is self.receipt else self.rest
            left = self.downloads.left
            self._base = tell_receipt(self.receipt, self._folder, left, rest=rest, gone=gone)

    def _tell(self) -> None:
        undone = self.receipt is not None and bool(self.receipt.undo_of)
        both = say("info", _OWN_UNDO) if self.tries and self.can_undo and not undone else ""
        if self.tries and self.taken_back:
            both = say(
                "warning", f"{tell_tries(self.tries)}; to take that back, too, press Undo there."
            )
        before = say("info", self._before) if self._before else ""
        self.told.value = join(*reversed(self._news.values()), both, self._base, before)

    def _show_entries(self, receipt: Receipt) -> None:
        shown = show_entries(receipt)
        self.grid.show(shown, view=PROBLEMS if PROBLEMS in shown.views else ALL)
        self.grid.layout.display = None if len(shown.frame) else "none"

    def show(self, receipt: Receipt, folder: Path | None, *, earlier: Iterable[str] = ()) -> None:
        """Show a receipt and where its files are.

        Args:
            receipt: of a push that has ended.
            folder: where its files are.
            earlier: the ids of pushes of which something stands, and which are in reach here no more.
        """
        self._before = _tell_before([each for each in earlier if each != receipt.push_id])
        self.receipt = receipt
        self.alert.value = ""
        self.below.children = []
        self.downloads.show(folder)
        self._folder, self._news, self.rest = folder, {}, receipt
        self.taken_back = self.partly = self._retried = False
        self.tries = self.kept = 0
        self._base = tell_receipt(receipt, folder, self.downloads.left)
        self._tell()
        self._show_entries(receipt)
        failed = len(retried_entries(receipt))
        self.retry.description = f"Try {count(failed, 'grade')} again: show what that would change"
        self.retry.layout.display = None if failed else "none"
        self._offer_undo(receipt)

    def _offer_undo(self, receipt: Receipt) -> None:
        written = len(written_entries(receipt))
        of = f"this undo, {count(written, 'grade')}" if receipt.undo_of else count(written, "grade")
        self.undo.description = f"Undo {of}: show what that would change"
        self.undo.layout.display = None if written else "none"


def _tell_before(push_ids: Sequence[str]) -> str:
    """Name the last of the pushes that are in reach here no more; "" for none."""
    if not push_ids:
        return ""
    more = len(push_ids) - _MOST_BEFORE
    named = f"{', '.join(push_ids[-_MOST_BEFORE:])}{f' and {more:,} more' if more > 0 else ''}"
    which = "it" if len(push_ids) == 1 else "each"
    return f"Written before this, here, and still there: push {named}; {which} can be taken back in history.ipynb."


def tell_tries(number: int) -> str:
    """Say that so many grades of other tries stand: `1 grade of the other try below still stands`."""
    stand = "stands" if number == 1 else "stand"
    return f"{count(number, 'grade')} of the other try below still {stand}"


def later_rest(receipt: Receipt, retry: Receipt) -> Receipt:
    """Give the receipt of a push without the entries that a retry took up."""
    entries = receipt.entries.drop(index=retry.entries.index, errors="ignore")
    counts = entries["state"].value_counts()
    return replace(
        receipt, entries=entries, states={each: int(counts.get(each, 0)) for each in STATES}
    )


def tell_receipt(
    receipt: Receipt,
    folder: Path | None,
    left: list[str],
    *,
    rest: Receipt | None = None,
    gone: bool = False,
) -> Html:
    """Tell what came of a push: counts by state, what went wrong and why, where the files are.

    Args:
        receipt: of the push.
        folder: where its files are.
        left: the files that are too large to be downloaded.
        rest: what was not tried again, where something was; the others' reasons no longer count.
        gone: whether it was taken back, so that what was not sent is not gone on with.
    """
    summary = f"{count(receipt.rows, 'entry', 'entries')} on {receipt.environment.name}: {receipt.tell_states()}."
    if rest is not None:
        again = receipt.rows - rest.rows
        told = "1 entry of these was" if again == 1 else f"{again:,} entries of these were"
        table = "; the table here has the rest" if rest.rows and not gone else ""
        summary += f" {told} tried again, as told above{table}."
    # What is no longer so, or was tried again as told above, is only how it began.
    kind = "info" if gone or rest is not None else "good" if receipt.ok else "warning"
    return join(
        say(kind, f"Before that: {summary}" if gone else summary),
        _tell_reasons(rest or receipt, gone=gone),
        tell_files(folder, left) if folder else "",
        _tell_push(receipt),
    )


def tell_came(what: str, later: PushSummary) -> Html:
    """Say which push did something about another, and what came of it."""
    told = f"{what} by push {later.push_id}: {later.tell_states()}."
    if later.taken_back_by:
        return say("info", f"{told} Taken back since by push {later.taken_back_by}.")
    return say("good" if later.ok else "warning", told)


def _tell_stay(number: int) -> Html:
    """Say of an undo that it left so many grades, because another push of ours wrote them, and no try below."""
    if number <= 0:
        return Html("")
    grades = f"Not taken back: {count(number, 'grade')} that another push of yours wrote"
    return say(
        "warning",
        f"{grades}; the note of each names it. Take that one back too, here below or in history.ipynb.",
    )


def tell_never(others: int) -> str:
    """Say of so many entries of an undo that the push that it takes back never wrote them; "" for none."""
    were = "entry more was" if others == 1 else "entries more were"
    return (
        f" {others:,} {were} not written by that push, but by another of yours." if others else ""
    )


def _tell_push(receipt: Receipt) -> Html:
    noted = (
        f", noted as “{receipt.note}”" if receipt.note and not name_retried(receipt.note) else ""
    )
    return element("div", f"Push {receipt.push_id}{noted}", hook="gt-reason")


def _tell_reasons(receipt: Receipt, *, gone: bool) -> Html:
    """Tell each reason why something was not written, once, with how many entries it concerns."""
    entries = receipt.entries
    # What a push that is gone left in dispute is nobody's to decide any more.
    told = [*GOOD_STATES, "conflict"] if gone else list(GOOD_STATES)
    bad = entries[~entries["state"].isin(told)]
    bad = bad.assign(
        message=bad["message"].where((bad["state"] != "unsent") | (not gone), NEVER_SENT)
    )
    why = bad["message"].where(bad["message"] != "", bad["reason"])
    found = Counter(zip(bad["state"].tolist(), why.tolist(), strict=True))
    rows = [
        element("div", mark(_KINDS[state], tell_counts({state: number})), " ", sentence)
        for (state, sentence), number in sorted(found.items(), key=_rank)[:_MOST_REASONS]
    ]
    more = len(found) - len(rows)
    return join(*rows, element("div", f"… and {count(more, 'reason')} more.") if more > 0 else "")


def _rank(reason: tuple[tuple[str, str], int]) -> tuple[int, int]:
    """Tell first what can be tried again, then what is the most."""
    (state, _), number = reason
    return [*_KINDS].index(state), -number


def tell_files(folder: Path, left: list[str]) -> Html:
    """Say where a receipt's files are, and what is in those that keep the sheet's shape."""
    large = f" To be had there alone, for their size: {', '.join(left)}." if left else ""
    named = {find_part(folder, part): what for part, what in _PARTS.items()}
    there = [f"{name} has {what}" for name, what in named.items() if (folder / name).is_file()]
    if len(there) == 1:
        there = [there[0].replace("all the rest", "all of it")]
    parts = f": {', '.join(there)}." if there else "."
    return element("div", "The receipt's files are in ", element("code", str(folder)), parts, large)
