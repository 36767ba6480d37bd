"""Ids that lost the zeros at their front in a spreadsheet program: `1271` for `01271`."""

from __future__ import annotations

from collections.abc import Iterable

from gradetools.columns.students import StudentIndex


def find_without_zeros(texts: Iterable[str], index: StudentIndex) -> dict[str, tuple[str, str]]:
    """Find whose ids some texts are, but for the zeros at their front; a person is to say whether that is meant.

    Args:
        texts: ids that mean nobody.
        index: the students, by the field that the ids are of.

    Returns:
        Of each text that is exactly one student's id without its zeros: the sourcedId, and the id with its zeros.
    """
    known: dict[str, dict[str, str]] = {}
    for spelling, student in zip(*index.spellings, strict=True):
        if spelling.isascii() and spelling.isdigit() and spelling.startswith("0"):
            known.setdefault(spelling.lstrip("0"), {})[student] = spelling
    found = ((text, known.get(text, {})) for text in texts)
    return {text: next(iter(whose.items())) for text, whose in found if len(whose) == 1}
