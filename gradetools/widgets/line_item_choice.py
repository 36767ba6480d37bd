"""What is taken of a column: a score column means one line item, that of each student's own class, or none; a companion may be left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as ipw

from gradetools.columns import ColumnMeaning, Columns, LineItemIndex
from gradetools.snapshot import Snapshot
from gradetools.widgets.look import LABEL, WIDE
from gradetools.widgets.picker import label_line_items

#: Chosen to take nothing from a column.
IGNORE = "ignore"
#: A line item's sourcedId; those of several classes, of which each row takes its own; "" for none yet; or IGNORE.
Choice = str | tuple[str, ...]


def offer_line_item(
    meaning: ColumnMeaning,
    snapshot: Snapshot,
    *,
    by_row: bool,
    on_choose: Callable[[Choice], None],
) -> ipw.Dropdown:
    """Offer a score column the line items of some classes, what it means now chosen.

    Args:
        meaning: what the column means now.
        snapshot: what the gradebook knows.
        by_row: whether each row of the sheet names its line item.
        on_choose: called with the value of what is chosen.
    """
    shared = _label_shared(snapshot)
    now: Choice = IGNORE if meaning.means == "ignored" else meaning.line_items or meaning.line_item
    if isinstance(now, tuple) and now not in [ids for _, ids in shared]:
        shared = [(_label(meaning.line_item_title or meaning.column.name, now), now), *shared]
    options: list[tuple[str, Choice]] = [
        ("as each row says" if by_row else "none yet: choose the line item", ""),
        ("ignore this column", IGNORE),
        *shared,
        *label_line_items(snapshot.line_items, snapshot.classes),
    ]
    choice = ipw.Dropdown(
        options=options,
        value=now if now in [value for _, value in options] else "",
        description="Line item",
        style=LABEL,
        layout=WIDE,
    ).add_class("gt-line-item")

    def choose(change: Mapping[str, Any]) -> None:
        on_choose(change["new"])

    choice.observe(choose, "value")
    return choice


def offer_companion(
    meaning: ColumnMeaning, proposed: str, *, on_choose: Callable[[str], None]
) -> ipw.Dropdown:
    """Offer to leave out a column that belongs to a score column, such as one of comments.

    Args:
        meaning: what the column means now.
        proposed: what it means if it is not ignored.
        on_choose: called with what it is to mean.
    """
    taken = f"the {proposed.replace('_', ' ')} of {meaning.belongs_to}"
    choice = ipw.Dropdown(
        options=[(taken, proposed), ("ignore this column", IGNORE)],
        value=IGNORE if meaning.means == "ignored" else proposed,
        description="Taken as",
        style=LABEL,
        layout=WIDE,
    ).add_class("gt-companion")

    def choose(change: Mapping[str, Any]) -> None:
        on_choose(change["new"])

    choice.observe(choose, "value")
    return choice


def choose_companion(columns: Columns, column: str, choice: str) -> Columns:
    """Make the same columns with what was chosen for one that belongs to a score column."""
    return columns.with_meaning(column, means="ignored" if choice == IGNORE else choice)


def choose_line_item(columns: Columns, column: str, choice: Choice) -> Columns:
    """Make the same columns with what was chosen for one."""
    if choice == IGNORE:
        return columns.with_meaning(column, means="ignored", line_item="")
    taken = "score" if columns.meaning(column).means == "ignored" else None
    if isinstance(choice, tuple):
        return columns.with_meaning(column, means=taken, line_items=choice)
    return columns.with_meaning(column, means=taken, line_item=choice)


def _label_shared(snapshot: Snapshot) -> list[tuple[str, tuple[str, ...]]]:
    """Label the titles that several classes share, each with the sourcedIds of its line items."""
    index = LineItemIndex(snapshot.line_items, snapshot.classes)
    found = (index.find(title) for title in index.titles.values())
    shared = {each.line_items: each.title for each in found if each.line_items}
    return [(_label(title, ids), ids) for ids, title in shared.items()]


def _label(title: str, ids: tuple[str, ...]) -> str:
    return f"{title} of each student's own class ({len(ids)} classes)"
