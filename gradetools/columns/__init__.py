"""Which column means what: suggested, looked at, changed, saved, and found again next week.

`Columns` is the value; `suggest_columns` makes a first one; `students_matched` says whom its key finds.
"""

from gradetools.columns.meanings import (
    Answer,
    ColumnMeaning,
    Columns,
    read_columns,
    write_columns,
)
from gradetools.columns.students import MANGLED, StudentIndex, students_matched
from gradetools.columns.suggestions import ClassGuess, guess_class, suggest_columns
from gradetools.columns.titles import LineItemIndex

__all__ = [
    "MANGLED",
    "Answer",
    "ClassGuess",
    "ColumnMeaning",
    "Columns",
    "LineItemIndex",
    "StudentIndex",
    "guess_class",
    "read_columns",
    "students_matched",
    "suggest_columns",
    "write_columns",
]
