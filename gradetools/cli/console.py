"""What a person sees in the terminal; with `--json`, all of it goes to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from itertools import islice

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gradetools.cells import DELIMITER_NAMES
from gradetools.checks import Checked
from gradetools.cli.terminal import Terminal, escape_json
from gradetools.columns import ColumnMeaning, Columns, students_matched
from gradetools.dialects import parse
from gradetools.errors import DeclinedError
from gradetools.formats import tell_format
from gradetools.plan import BY_OWN_PUSH, WRITES, Plan, mark_harm, retried_entries, tell_fields
from gradetools.receipt import GOOD_STATES, PushSummary, Receipt
from gradetools.sheet import ColumnKey, Sheet
from gradetools.snapshot import Snapshot
from gradetools.telling import tell_whose

#: More changes than this are not listed; those that lower or remove a grade always are.
_ROWS = 500
#: So many options are told that would settle findings; more belong into a file of columns.
_OPTIONS = 12
#: So many grades are named beside the reason why they were not written.
_NAMED = 5
#: How a conflict of a push is decided: first what changes nothing.
WAYS = "--on-conflict theirs (what is there stays), or ours (writes over it)"
_WAY_OUT = (
    "A conflict is left out. To decide it, give the sheet again with --on-conflict ours, which writes over what others changed, "
    "or --on-conflict theirs, which leaves that."
)
_STYLES = {"error": "red", "question": "magenta", "warning": "yellow", "info": "dim"}


def make_console(*, as_json: bool) -> Console:
    """Give where people read: stdout, or stderr when stdout is for a program."""
    return Terminal(stderr=as_json, highlight=False, emoji=False)


def say_error(message: str) -> None:
    """Say on stderr what stopped and what to do next."""
    Terminal(stderr=True, highlight=False, emoji=False, soft_wrap=True).print(
        f"[bold red]Error:[/] {escape(message)}"
    )


def say_waiting(sentence: str) -> None:
    """Say on stderr what is waited for, so that nobody looks at a terminal that says nothing."""
    Terminal(stderr=True, highlight=False, emoji=False, soft_wrap=True).print(
        f"[dim]{escape(sentence)}[/]"
    )


def print_json(facts: object) -> None:
    """Print facts for a program, on stdout."""
    typer.echo(escape_json(json.dumps(facts, ensure_ascii=False, indent=2)))


def ask(console: Console, question: str, *, yes: bool, kept: str = "nothing was sent") -> None:
    """Ask before going on, unless `--yes` has answered; `kept` says how things stand after a no.

    Raises:
        DeclinedError: the answer was no, or nobody is there to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise DeclinedError(
            f"Nobody is there to ask; {kept}. Look at what is said above, and add --yes if it is what you want."
        )
    try:
        agreed = console.input(f"{escape(question)} [bold]\\[y/N][/] ").strip().lower() in {
            "y",
            "yes",
        }
    except (EOFError, KeyboardInterrupt):
        agreed = False
    if not agreed:
        raise DeclinedError(f"Declined; {kept}.")


def ask_number(console: Console, writes: int) -> int:
    """Let a person type how many results go to production.

    Raises:
        DeclinedError: what was typed is no number.
    """
    question = f"Type the number of results to write to production ({writes}): "
    try:
        typed = console.input(question).strip()
    except (EOFError, KeyboardInterrupt):
        typed = ""
    if not typed.isdecimal():
        told = f"{typed!r} is no number" if typed else "Declined"
        raise DeclinedError(f"{told}; nothing was sent.")
    return int(typed)


def show_sheet(console: Console, sheet: Sheet, columns: Columns, snapshot: Snapshot) -> None:
    """Show what was understood of the sheet: format, students, columns."""
    # Here the first line is named, too: a title that stands there may have been taken for the header.
    known = {**sheet.detected, "header row": str(sheet.recognition.header_line)}
    detected = ", ".join(
        f"{name} {DELIMITER_NAMES.get(value, value)}"
        for name, value in known.items()
        if value and name != "other worksheets"
    )
    rows = int((sheet.roles == "student").sum())
    console.print(
        f"[bold]{escape(sheet.name)}[/]: {escape(tell_format(sheet.format))}, {rows} student rows ({escape(detected)})"
    )
    if others := sheet.detected.get("other worksheets"):
        read = f"Only the worksheet {sheet.detected['worksheet']!r} is read; the workbook also has: {others}."
        console.print(f"[yellow]{escape(read)} Name another with --sheet.[/]")
    student = columns.student_column
    if student is not None:
        matched = students_matched(sheet, columns, snapshot)
        found = int((matched["sourced_id"] != "").sum())
        console.print(
            f"Students: column {escape(str(student.column))!r} as {student.key or 'any id'}: {found} of {len(matched)} rows found"
        )
    else:
        console.print("Students: [red]no column says whose the grades are[/]")
    items = snapshot.line_items
    titles = dict(zip(items["sourced_id"], items["title"], strict=True))
    for meaning in columns.score_columns:
        called = f"{escape(str(meaning.column))}{_tell_which(meaning.column)}"
        console.print(f"  {called} {_target(meaning, columns, titles)}")
    told = {*columns.score_columns, *columns.ignored, student}
    also = [
        f"{str(each.column)!r} ({_call_meaning(each)})"
        for each in columns.meanings
        if each not in told
    ]
    if also:
        console.print(f"Also read: {escape(', '.join(also))}")
    if columns.ignored:
        console.print(f"Ignored columns ({len(columns.ignored)}):")
        for meaning in columns.ignored:
            console.print(f"  [dim]{escape(str(meaning.column))}: {escape(meaning.reason)}[/]")


def _tell_which(column: ColumnKey) -> str:
    """Say of `Quiz 1 #2` which column that is, for none is called so in the sheet; "" of the first of a name."""
    if column.occurrence == 1:
        return ""
    which = {2: "second", 3: "third"}.get(column.occurrence, f"{column.occurrence}th")
    return f" (the {which} column of that name)"


def _call_meaning(meaning: ColumnMeaning) -> str:
    of = f" of {meaning.belongs_to}" if meaning.belongs_to else ""
    return f"{meaning.means.replace('_', ' ')}{of}"


def _target(meaning: ColumnMeaning, columns: Columns, titles: Mapping[str, str]) -> str:
    chosen = (meaning.line_item, *meaning.line_items)
    called = dict.fromkeys(titles.get(each, each) for each in chosen if each)
    title = escape(", ".join(called))
    if meaning.line_item:
        return f"→ {title}"
    if meaning.line_items:
        return f"→ {title} of the class that each student is in"
    if columns.of("line_item"):
        return "→ the line item that each row names"
    return f"[red]→ no line item[/] ({escape(meaning.reason)})"


def show_findings(console: Console, checked: Checked, options: Iterable[str]) -> None:
    """Show what the checks found, the serious first, and the options that would settle it."""
    findings = checked.findings
    if findings.empty:
        console.print("Checks: nothing found.")
        return
    order = {severity: place for place, severity in enumerate(_STYLES)}
    findings = findings.sort_values("severity", key=lambda column: column.map(order), kind="stable")
    # What concerns the whole file comes before what follows from it.
    whole = (findings["line"] == 0) & (findings["column"] == "")
    findings = pd.concat([findings[whole], findings[~whole]])
    counts = findings["severity"].value_counts()
    told = ", ".join(_tell_number(counts[each], each) for each in order if each in counts)
    table = Table(title=f"Checks: {told}", title_justify="left", show_edge=False)
    table.add_column("line", no_wrap=True)
    table.add_column("column")
    # A code is there to be looked up.
    table.add_column("", no_wrap=True)
    table.add_column("what")
    table.add_column("to do")
    names = ("line", "column", "severity", "code", "message", "suggestion")
    for line, column, severity, code, message, suggestion in zip(
        *(findings[name].head(_ROWS).tolist() for name in names), strict=True
    ):
        mark = f"[{_STYLES[severity]}]{severity}:\n{code}[/]"
        table.add_row(str(line or ""), escape(column), mark, escape(message), escape(suggestion))
    console.print(table)
    _and_more(console, len(findings), _ROWS)
    settling = list(islice(options, _OPTIONS + 1))
    if settling:
        console.print("Besides correcting the sheet, these options settle what is open:")
        for option in settling[:_OPTIONS]:
            console.print(f"  {escape(option)}", soft_wrap=True)
    if len(settling) > _OPTIONS:
        console.print("  [dim]… and more[/]")


def show_plan(
    console: Console, plan: Plan, *, part_of: Plan | None = None, push_id: str = ""
) -> None:
    """Show what would change: counts first, then old and new of each change, the harmful first.

    Of what is left of another plan, it is that one's fingerprint by which it is agreed to. Where a push is gone on with or
    tried again, it is by its id that a conflict is decided.
    """
    console.print(_headline(plan))
    changes = plan.changes[plan.changes["action"].isin({*WRITES, "conflict", "blocked"})]
    harmful = plan.harms[changes.index]
    show_harm(console, plan, where="listed first")
    _show_left_to_others(console, plan)
    if changes.empty:
        return
    shown = pd.concat([changes[harmful], changes[~harmful]]).head(max(_ROWS, int(harmful.sum())))
    table = Table(show_edge=False)
    for name in ("line", "student", "line item", "action", "old → new"):
        table.add_column(name)
    rows = zip(
        shown.to_dict(orient="records"), plan.words[shown.index], harmful[shown.index], strict=True
    )
    for change, word, harms in rows:
        fields = tell_fields(parse(change["before"]), parse(change["after"]))
        told = "\n".join([*fields, f"({change['message']})"] if change["message"] else fields)
        if change["action"] == "blocked":
            told = change["message"]
        mark = (
            mark_harm(change)
            if harms or (change["replaced"] and change["action"] in WRITES)
            else ""
        )
        table.add_row(
            str(change["line"] or ""),
            escape(change["student_name"] or change["student"]),
            escape(change["line_item_title"] or change["column"]),
            f"{word}, {mark}" if mark else word,
            escape(told),
        )
    console.print(table)
    _and_more(console, len(changes), len(shown))
    when = "" if part_of is None or part_of is plan else " afterwards"
    _say_way_out(console, plan, push_id, when=when)
    console.print(f"[dim]Fingerprint {(part_of or plan).fingerprint}[/]")


def show_harm(console: Console, plan: Plan, *, where: str) -> None:
    """Warn of what grades that are there would lose, and say where that is listed."""
    if harm := plan.tell_harm():
        of = "of what is restored, " if plan.undo_of else ""
        console.print(f"[yellow]Warning: {of}{escape(harm)}: {where}[/]")
    if stays := plan.tell_stays():
        console.print(f"[yellow]Warning: {escape(stays)}[/]")


def show_conflicts(console: Console, plan: Plan) -> None:
    """Name the grades that somebody else changed, what was done to them, and the way out."""
    disputed = plan.changes[(plan.changes["action"] == "conflict").to_numpy()]
    for change in disputed.head(_ROWS).to_dict(orient="records"):
        told = f"Conflict: line {change['line']}, {tell_whose(change)}: {change['message']}"
        console.print(escape(told), soft_wrap=True)
    _and_more(console, len(disputed), min(len(disputed), _ROWS))
    _say_way_out(console, plan)


def _say_way_out(console: Console, plan: Plan, push_id: str = "", *, when: str = "") -> None:
    if not plan.counts["conflict"]:
        return
    if push_id:
        way = f"gradetools push --retry {push_id} {WAYS}"
        console.print(f"A conflict is left out. Decide it{when} with: {way}", soft_wrap=True)
    elif plan.sheet is not None:
        console.print(_WAY_OUT, soft_wrap=True)


def show_pushed(console: Console, push: PushSummary | None) -> None:
    """Say of a plan that it was pushed already, and what has become of that; nothing where it was not."""
    if push is None:
        return
    when = f"on {push.started:%Y-%m-%d at %H:%M} UTC"
    if push.taken_back_by:
        told = f"This plan was pushed already, {when}, and that was taken back since by push {push.taken_back_by}."
    else:
        told = f"This plan was pushed already: push {push.push_id} ({push.tell_states()}), {when}."
    console.print(f"[yellow]{escape(told)}[/]", soft_wrap=True)
    if push.standing == "unfinished":
        console.print(f"Rather go on with it: gradetools push --resume {push.push_id}", soft_wrap=True)  # fmt: skip
    told = "The list below is of when the plan was made; what the gradebook holds already is not written again."
    if push.taken_back_by and push.states["created"]:
        told = (
            "What it had created is marked as removed since, which this plan does not know: to write the sheet again, make a "
            "new plan of it."
        )
    console.print(told, soft_wrap=True)


def _show_left_to_others(console: Console, plan: Plan) -> None:
    """Name the grades that an undo leaves because another push of ours wrote them, and that push."""
    left = plan.changes[(plan.changes["reason"] == BY_OWN_PUSH).to_numpy()]
    for change in left.head(_ROWS).to_dict(orient="records"):
        console.print(escape(f"{tell_whose(change)}: {change['message']}"), soft_wrap=True)
    _and_more(console, len(left), min(len(left), _ROWS))


def _headline(plan: Plan) -> str:
    where, told = escape(plan.environment.name), plan.tell_counts()
    if plan.undo_of:
        return f"[bold]Taking back push {escape(plan.undo_of)} on {where}[/]: {told}"
    return f"[bold]Plan for {where}[/]: {told}"


def question(plan: Plan) -> str:
    """Say what a yes would do, and what it would not."""
    where = plan.environment.name
    grades = f"{plan.writes} grade{'' if plan.writes == 1 else 's'}"
    if plan.undo_of:
        return f"{plan.verb.capitalize()} {grades} on {where}?"
    harm = plan.tell_harm()
    left = plan.counts["blocked"] + plan.counts["conflict"]
    notes = [
        f"Of the grades that are there: {harm}." if harm else "",
        f"{left} more {'stays' if left == 1 else 'stay'} unwritten." if left else "",
    ]
    return " ".join(filter(None, [f"Write {grades} to {where}?", *notes]))


def show_receipt(console: Console, receipt: Receipt, folder: str) -> None:
    """Show what came of it, where the files are, and how to take it back."""
    style = "green" if receipt.ok else "yellow"
    console.print(f"[bold {style}]{receipt.tell_states()}[/] on {escape(receipt.environment.name)}")
    bad = receipt.entries[~receipt.entries["state"].isin(GOOD_STATES)]
    for message, count in bad["message"].value_counts().head(5).items():
        entries = "1 entry" if count == 1 else f"{count} entries"
        whose = _name_grades(bad[(bad["message"] == message).to_numpy()])
        why = str(message) or "no reason given"
        console.print(f"  {entries} ({escape(whose)}): {escape(why)}", soft_wrap=True)
    console.print(f"Receipt: {escape(folder)}", soft_wrap=True)
    if receipt.status == "unfinished":
        console.print(f"Go on with: gradetools push --resume {receipt.push_id}", soft_wrap=True)
    elif len(retried_entries(receipt)):
        again = f"gradetools push --retry {receipt.push_id}"
        if receipt.states["failed"]:
            console.print(f"Try again what failed with: {again}", soft_wrap=True)
        if receipt.states["conflict"]:
            decide = (
                "For a conflict add"
                if receipt.states["failed"]
                else f"Decide the conflict with: {again}"
            )
            console.print(f"{decide} {WAYS}", soft_wrap=True)
    if receipt.written:
        undone = receipt.undo_of and not receipt.brings_back
        way = "Undo the undo" if undone else "Take it back"
        console.print(f"{way} with: gradetools undo {receipt.push_id}", soft_wrap=True)


def _name_grades(entries: pd.DataFrame) -> str:
    """Name the first few grades: `Hugo Example, Quiz 2; Ida Example, Quiz 2; and 7 more`."""
    names = ("student_name", "student", "line_item_title", "line_item")
    first = zip(*(entries[name].head(_NAMED).tolist() for name in names), strict=True)
    told = [f"{name or key}, {title or item}" for name, key, title, item in first]
    more = len(entries) - len(told)
    return "; ".join([*told, *([f"and {more:,} more"] if more else [])])


def _tell_number(number: int, severity: str) -> str:
    return f"{number} {severity}{'' if number == 1 or severity == 'info' else 's'}"


def _and_more(console: Console, count: int, shown: int) -> None:
    if count > shown:
        console.print(f"[dim]… and {count - shown} more[/]")
