"""From a file to a plan: the steps that `import`, `check` and `plan` share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from gradetools.checks import Checked, check_entries
from gradetools.cli.changes import Changes, apply_changes
from gradetools.cli.console import ask, say_waiting
from gradetools.cli.header import tell_header, tell_other_header
from gradetools.cli.options import Reading
from gradetools.cli.remembering import choose_columns
from gradetools.columns import Columns, guess_class, propose_classes, read_columns
from gradetools.columns.guesses import tell_zeros
from gradetools.errors import ColumnsError, DeclinedError
from gradetools.gradebook import Gradebook, connect
from gradetools.models import Class
from gradetools.plan import Plan
from gradetools.push import plan_entries
from gradetools.rehearsal import CLASS_ID, open_rehearsal
from gradetools.sheet import Sheet
from gradetools.snapshot import Snapshot

#: More classes than this are not searched for the sheet's students; then one must be named.
_SEARCHED = 50
_REHEARSAL = (
    "Rehearsal: students and line items are made from this sheet, so unknown students and wrong maxima cannot show "
    "here; `gradetools check` against your gradebook shows them."
)


@dataclass(frozen=True)
class Job:
    """A sheet on its way: everything up to the plan, nothing sent."""

    sheet: Sheet
    gradebook: Gradebook
    snapshot: Snapshot
    columns: Columns
    checked: Checked
    plan: Plan


@contextmanager
def open_job(
    path: Path, how: Reading, changes: Changes, console: Console, *, yes: bool
) -> Iterator[Job]:
    """Read the sheet, ask the gradebook, check and plan; the gradebook is closed at the block's end."""
    sheet = how.read(path)
    given = read_columns(how.columns) if how.columns else None
    gradebook = (
        open_rehearsal(sheet, columns=given) if how.rehearse else connect(how.env, told=say_waiting)
    )
    if how.rehearse:
        console.print(_REHEARSAL)
    with gradebook:
        class_ids = [CLASS_ID] if how.rehearse else list(how.class_ids or ())
        classes = [] if class_ids else gradebook.list_classes()
        class_ids = class_ids or choose_classes(sheet, gradebook, classes, how, console, yes=yes)
        if other := tell_other_header(sheet, how):
            console.print(escape(other), soft_wrap=True)
        snapshot = gradebook.take_snapshot(class_ids).beside(classes)
        folder = gradebook.settings.columns_folder
        columns = choose_columns(sheet, snapshot, given, folder, how, console)
        columns = apply_changes(columns, changes, snapshot)
        checked = check_entries(sheet, columns, snapshot)
        if checked.entries.empty:
            raise ColumnsError(f"{_why_nothing(checked)} {tell_header(sheet, how)}")
        plan = plan_entries(checked, snapshot, gradebook, on_conflict=how.on_conflict.value)
        yield Job(sheet, gradebook, snapshot, columns, checked, plan)


def _why_nothing(checked: Checked) -> str:
    serious = checked.findings[checked.findings["severity"] == "error"]
    told = " ".join(serious["message"]) or "No column holds grades."
    return f"{checked.sheet.name} has nothing to write: {told}"


def choose_classes(
    sheet: Sheet,
    gradebook: Gradebook,
    classes: Sequence[Class],
    how: Reading,
    console: Console,
    *,
    yes: bool,
) -> list[str]:
    """Take the only class there is, or propose those that the rows name, or the one whose students match best.

    Raises:
        DeclinedError: none stands out, or the proposal was declined.
    """
    if len(classes) == 1:
        return [classes[0].sourced_id]
    titles = {one.sourced_id: one.title for one in classes[:_SEARCHED]}
    known = ", ".join(f"{sourced_id} ({title})" for sourced_id, title in list(titles.items())[:10])
    if len(classes) > _SEARCHED:
        raise DeclinedError(
            f"Name the class with --class: there are {len(classes)}, such as {known}."
        )
    ranked = guess_class(
        sheet, {sourced_id: gradebook.take_students(sourced_id) for sourced_id in titles}
    )
    proposed, why = propose_classes(sheet, titles, ranked)
    if why in ("named", "named-unknown"):
        told = " and ".join(f"{titles[each]} ({each})" for each in proposed)
        doubt = "" if why == "named" else " None of their ids is known there as it stands."
        console.print(f"Classes: the sheet's rows name {escape(told)}.{doubt}")
        these = "Is this the class?" if len(proposed) == 1 else "Are these the classes?"
        ask(console, these, yes=yes)
        return proposed
    if not proposed:
        any_found = any(guess.fits for guess in ranked)
        doubt = "several have its students" if any_found else "none of them has its students"
        there_are = f"There are {known or 'none that we may see'}."
        # Where nobody is found, the names of the columns may have been looked for in the wrong line.
        header = "" if any_found else f" {tell_header(sheet, how)}"
        raise DeclinedError(f"Name the class with --class: {doubt}. {there_are}{header}")
    best = ranked[0]
    zeros = tell_zeros(best)
    known = f"{best.matched or 'none'} of the sheet's {best.rows} ids{' as they stand' if zeros else ''}."
    told = f"{titles[best.class_id]} ({best.class_id}) has {known} {zeros}"
    console.print(f"Class: {escape(told.strip())}")
    ask(console, f"Is {titles[best.class_id]} the class?", yes=yes)
    return [best.class_id]
