"""The bar of a push that is under way."""

from __future__ import annotations

from collections.abc import Callable

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars

from gradetools.cli.terminal import Terminal
from gradetools.push import Progress


class PushBar:
    """A progress bar on stderr, silent where stderr is no terminal.

    Attributes:
        tried: whether any entry has ended, so that something may have been sent.
        whole: whether every entry has ended.

    Args:
        verb: what the push does to grades; see `Plan.verb`.
        silent: whether nothing is shown.
        on_end: called as soon as the push has ended.
    """

    def __init__(
        self,
        verb: str = "write",
        *,
        silent: bool = False,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self.tried = self.whole = False
        self._on_end = on_end
        console = Terminal(stderr=True)
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            console=console,
            disable=silent or not console.is_terminal,
        )
        doing = {"take back": "Taking back", "restore": "Restoring"}.get(verb, "Writing")
        self._task = self._bars.add_task(doing, total=None, told="")

    def __enter__(self) -> PushBar:  # noqa: PYI034 - never subclassed
        """Show it."""
        self._bars.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """Leave its last state on the screen."""
        self._bars.stop()

    def __call__(self, progress: Progress) -> None:
        """Move it."""
        self.tried |= progress.done > 0
        self.whole = progress.finished and progress.done == progress.total
        if progress.finished:
            self._on_end()
        if progress.stopping:
            told = "stopping: what is under way is finished"
        elif progress.waiting > 0:
            told = f"the gradebook asks to wait {progress.waiting:.0f} s"
        else:
            eta = "" if progress.eta is None else f", {progress.eta:.0f} s left"
            bad = progress.unwritten
            told = f"{progress.rate:.0f}/s{eta}{f', {bad} not written' if bad else ''}"
        self._bars.update(self._task, completed=progress.done, total=progress.total, told=told)
