"""What is asked of the line item that a column was given, beside what the column is called."""

from __future__ import annotations

from collections.abc import Iterator

from gradetools.checks.facts import Facts
from gradetools.checks.registry import Finding, check
from gradetools.columns import LineItemIndex


@check(
    "title-of-another",
    "warning",
    means="A column is called as one line item of the gradebook, and its scores go to another.",
    fix="Look which line item it is, and choose that one; nothing, if the column is called wrongly.",
)
def _title_of_another(facts: Facts) -> Iterator[Finding]:
    index = LineItemIndex(facts.snapshot.line_items)
    for meaning in facts.score_columns:
        chosen = {
            index.titles.get(each) for each in (meaning.line_item, *meaning.line_items) if each
        }
        found = index.find(meaning.column.name)
        # What is not in the gradebook, or of no certain title, is told otherwise.
        if found.title and chosen - {None} and found.title not in chosen:
            goes = " and ".join(sorted(repr(each) for each in chosen if each))
            message = f"{str(meaning.column)!r} goes to {goes}, and the gradebook has a line item called {found.title!r}."
            yield Finding(0, str(meaning.column), message)
