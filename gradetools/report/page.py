"""A receipt as one HTML page that stands alone."""

from __future__ import annotations

import datetime as dt
import html
from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from gradetools.dialects import parse
from gradetools.plan import tell_fields
from gradetools.receipt import GOOD_STATES, WRITTEN, Receipt

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Receipt {push_id}</title>
<style>body{{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td,th{{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;
vertical-align:top;white-space:pre-line}}
.bad{{color:#a00;font-weight:600}}@media print{{body{{margin:0}}}}</style>
<h1>Receipt of push {push_id}</h1>
<table>{facts}</table>
<h2>{rows}</h2>
<table><tr><th>State<th>Entries</tr>{states}</table>
{trouble}{written}
</html>
"""


def render_receipt(receipt: Receipt, *, sheet_name: str = "") -> str:
    """Write a receipt as one HTML page that stands alone; every text in it is escaped.

    What was not written comes first, then old and new of what was.
    """
    facts = _tell_facts(receipt, sheet_name or receipt.sheet)
    entries = receipt.entries
    bad = entries[~entries["state"].isin(list(GOOD_STATES))]
    good = entries[entries["state"].isin(WRITTEN)]
    if len(good):
        undone = receipt.undo_of and not receipt.brings_back
        again = "undo the undo with" if undone else "take it back with"
        facts.append((again, f"gradetools undo {receipt.push_id}"))
    changed = [
        "\n".join(tell_fields(parse(before), parse(after)))
        for before, after in zip(good["before"], good["after"], strict=True)
    ]
    return _PAGE.format(
        push_id=html.escape(receipt.push_id),
        facts=_rows_html(facts),
        rows="1 entry" if receipt.rows == 1 else f"{receipt.rows:,} entries",
        states=_rows_html(Counter(receipt.words).items()),
        trouble=_section(
            "Not written, or not as it should be", "Why", bad, bad["message"].tolist()
        ),
        written=_section(
            _call_written(receipt),
            "Old → new",
            good.assign(state=receipt.words[good.index]),
            changed,
        ),
    )


def _call_written(receipt: Receipt) -> str:
    if receipt.brings_back:
        return "Brought back"
    return "Taken back" if receipt.undo_of else "Written"


def _tell_facts(receipt: Receipt, sheet: str) -> list[tuple[str, str]]:
    """Give the facts of a push in an analyst's words; those without a value are left out."""
    environment = receipt.environment
    facts = {
        "sheet": sheet,
        "grade": receipt.about,
        "gradebook": environment.name,
        "its address": environment.address,
        "ended": receipt.standing,
        "began": _tell_time(receipt.started),
        "finished": _tell_time(receipt.finished),
        "connected as": receipt.client_id,
        "by": receipt.system_user,
        "note": receipt.note,
        "takes back push": receipt.undo_of,
        "taken back by push": receipt.taken_back_by,
        "push": receipt.push_id,
        "mark of the plan that was agreed to": receipt.fingerprint,
    }
    return [(name, value) for name, value in facts.items() if value]


def _tell_time(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _section(title: str, last: str, entries: pd.DataFrame, told: Sequence[str]) -> str:
    if entries.empty:
        return ""
    columns = {
        "Line": [line or "" for line in entries["line"].tolist()],
        "Student": entries["student_name"].tolist(),
        "Line item": entries["line_item_title"].tolist(),
        "State": entries["state"].tolist(),
        last: list(told),
    }
    # A grade that came from no sheet has no line.
    kept = {name: texts for name, texts in columns.items() if name != "Line" or any(texts)}
    rows = zip(*kept.values(), strict=True)
    heads = "".join(f"<th>{head}" for head in kept)
    return f"<h2>{title}</h2><table><tr>{heads}</tr>{_rows_html(rows)}</table>"


def _rows_html(rows: Iterable[Iterable[object]]) -> str:
    return "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(value))}" for value in row) + "</tr>"
        for row in rows
    )
