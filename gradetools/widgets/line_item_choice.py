"""What is taken of a column: a score column means one line item, that of each student's own class, or none; a companion may be left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import ipywidgets as ipw

from gradetools.columns import Attempts, ColumnMeaning, Columns, LineItemIndex
from gradetools.showing import shorten
from gradetools.snapshot import Snapshot
from gradetools.widgets.look import LABEL, WIDE, Html, element
from gradetools.widgets.picker import label_line_items

#: Chosen to take nothing from a column.
IGNORE = "ignore"
#: As what an ignored column can belong to a score column, and what that is called.
_BESIDE = {"comment": "comment", "score_date": "date"}
#: So many ignored columns are named.
_MOST_NAMED = 5


class Beside(NamedTuple):
    """The comment or the date of a score column, as which another column is taken."""

    score: str
    means: str = "comment"


#: A line item's sourcedId; those of several classes, of which each row takes its own; "" for none yet; IGNORE; or beside what.
Choice = str | tuple[str, ...] | Beside


def offer_line_item(
    meaning: ColumnMeaning,
    snapshot: Snapshot,
    *,
    by_row: bool,
    scores: Sequence[str] = (),
    remarks: bool = False,
    on_choose: Callable[[Choice], None],
) -> ipw.Dropdown:
    """Offer a score column the line items of some classes, what it means now chosen.

    Args:
        meaning: what the column means now.
        snapshot: what the gradebook knows.
        by_row: whether each row of the sheet names its line item.
        scores: the score columns, of which a column that is none may hold the comments or the dates.
        remarks: whether the column holds remarks of which nobody has said yet whose comment they are.
        on_choose: called with the value of what is chosen.
    """
    shared = _label_shared(snapshot)
    now: Choice = IGNORE if meaning.means == "ignored" else meaning.line_items or meaning.line_item
    if meaning.means in _BESIDE:
        now = Beside(str(meaning.belongs_to), meaning.means)
    elif isinstance(now, tuple) and now not in [ids for _, ids in shared]:
        shared = [(_label(meaning.line_item_title or meaning.column.name, now), now), *shared]
    if remarks:
        now = ""
    first = "as each row says" if by_row else "none yet: choose the line item"
    options: list[tuple[str, Choice]] = [
        ("not said yet: choose whose comment it is" if remarks else first, ""),
        ("ignore this column", IGNORE),
        *_offer_beside(scores),
        *shared,
        *label_line_items(snapshot.line_items, snapshot.classes),
    ]
    choice = ipw.Dropdown(
        options=options,
        value=now if now in [value for _, value in options] else "",
        description="Taken as"
        if remarks or now == IGNORE or isinstance(now, Beside)
        else "Line item",
        style=LABEL,
        layout=WIDE,
    ).add_class("gt-line-item")

    def choose(change: Mapping[str, Any]) -> None:
        on_choose(change["new"])

    choice.observe(choose, "value")
    return choice


def offer_anew(choice: ipw.Dropdown, scores: Sequence[str]) -> None:
    """Offer an ignored column to belong to these score columns, and to no other; what is chosen stays."""
    chosen = choice.value
    known = dict.fromkeys([*scores, *([chosen.score] if isinstance(chosen, Beside) else [])])
    others = [option for option in choice.options if not isinstance(option[1], Beside)]
    options = [*others[:2], *_offer_beside([*known]), *others[2:]]
    if options != [*choice.options]:
        choice.options = options
        choice.value = chosen


def _offer_beside(scores: Sequence[str]) -> list[tuple[str, Choice]]:
    return [
        (f"the {called} of {score}", Beside(score, means))
        for means, called in _BESIDE.items()
        for score in scores
    ]


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
    taken = "score" if columns.meaning(column).means in ("ignored", *_BESIDE) else None
    if isinstance(choice, Beside):
        return columns.with_meaning(
            column, means=choice.means, line_item="", belongs_to=choice.score
        )
    if isinstance(choice, tuple):
        return columns.with_meaning(column, means=taken, line_items=choice)
    return columns.with_meaning(column, means=taken, line_item=choice)


def leave_open(columns: Columns, suggested: ColumnMeaning) -> Columns:
    """Make the same columns with one as it was suggested, as if nobody had said anything of it."""
    meanings = (suggested if each.column == suggested.column else each for each in columns.meanings)
    return columns.model_copy(update={"meanings": tuple(meanings)})


def tell_ignored(folded: Sequence[ColumnMeaning]) -> str:
    """Name the columns of which nothing was taken, and those that are taken now: `Ignored: Email; taken: Notes`."""
    left = [meaning for meaning in folded if meaning.means == "ignored"]
    taken = [meaning for meaning in folded if meaning.means != "ignored"]
    told = f"Ignored: {_name_columns(left)}" if left else "Nothing in here is ignored"
    return f"{told}; taken: {_name_columns(taken)}" if taken else told


def _name_columns(columns: Sequence[ColumnMeaning]) -> str:
    """Name columns, so that nobody overlooks one: `Email, Notes and 2 more`."""
    named = ", ".join(shorten(meaning.column) for meaning in columns[:_MOST_NAMED])
    left = len(columns) - _MOST_NAMED
    return f"{named} and {left:,} more" if left > 0 else named


def may_hold_scores(meaning: ColumnMeaning) -> bool:
    """Whether a line item is offered for a column: scores, letters of their own, and what is ignored."""
    return meaning.means in ("score", "ignored") or (
        meaning.means == "text_score" and meaning.belongs_to is None
    )


def tell_column(meaning: ColumnMeaning) -> Html:
    """Say what a column is, with samples of its cells and the reason."""
    means = meaning.means.replace("_", " ")
    of = f" of {meaning.belongs_to}" if meaning.belongs_to and means != "ignored" else ""
    samples = " · ".join(meaning.samples) or "empty"
    return element(
        "div",
        element("b", str(meaning.column)),
        f": {means}{of} ",
        element("span", f"({samples}) ", hook="gt-samples"),
        element("span", meaning.reason, hook="gt-reason"),
    )


def label_attempts(dates: Sequence[ColumnMeaning]) -> list[tuple[str, Attempts]]:
    """Label what can be done with several grades of a student, by what these would be told apart: their dates, or the rows."""
    by = {"latest": "lower", "first": "upper"}
    told = {
        way: f"by its date, or where one has none the {row} row" if dates else f"the {row} row"
        for way, row in by.items()
    }
    return [
        ("none is sent", "refuse"),
        ("the best counts", "best"),
        (f"the latest counts: {told['latest']}", "latest"),
        (f"the first counts: {told['first']}", "first"),
    ]


def _label_shared(snapshot: Snapshot) -> list[tuple[str, tuple[str, ...]]]:
    """Label the titles that several classes share, each with the sourcedIds of its line items."""
    index = LineItemIndex(snapshot.line_items, snapshot.classes)
    found = (index.find(title) for title in index.titles.values())
    shared = {each.line_items: each.title for each in found if each.line_items}
    return [(_label(title, ids), ids) for ids, title in shared.items()]


def _label(title: str, ids: tuple[str, ...]) -> str:
    return f"{title} of each student's own class ({len(ids)} classes)"
