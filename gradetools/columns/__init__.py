"""Which column means what: suggested, looked at, changed, saved, and found again next week.

`Columns` is the value; `suggest_columns` makes a first one; `students_matched` says whom its key finds.
"""

from gradetools.columns.by_class import (
    IN_NONE,
    IN_SEVERAL,
    UNKNOWN,
    find_elsewhere,
    find_named_classes,
    find_own_classes,
    list_named_classes,
)
from gradetools.columns.categories import categorise, spread
from gradetools.columns.guesses import NAMELESS, looks_like_name
from gradetools.columns.headers import HeaderChange
from gradetools.columns.keys import OtherKey, read_other_keys
from gradetools.columns.meanings import ATTEMPTS, BY_HAND, Answer, Attempts, ColumnMeaning, Columns
from gradetools.columns.names import split_initials, split_name
from gradetools.columns.remarks import Excuses, find_excuses, find_remarks, is_excuse
from gradetools.columns.repeated import list_repeated, list_shared
from gradetools.columns.saved import (
    SavedColumns,
    find_lacking,
    list_columns,
    read_columns,
    write_columns,
)
from gradetools.columns.spoiled_ids import find_spoiled_ids, only_zeros
from gradetools.columns.students import (
    MANGLED,
    MOST_LIKENESSES,
    STUDENT_COLUMN,
    StudentIndex,
    find_example,
    find_student,
    students_matched,
    tell_lines,
)
from gradetools.columns.suggestions import (
    ClassGuess,
    ClassProposal,
    guess_class,
    propose_classes,
    suggest_columns,
)
from gradetools.columns.titles import Found, LineItemIndex

__all__ = [
    "ATTEMPTS",
    "BY_HAND",
    "IN_NONE",
    "IN_SEVERAL",
    "MANGLED",
    "MOST_LIKENESSES",
    "NAMELESS",
    "STUDENT_COLUMN",
    "UNKNOWN",
    "Answer",
    "Attempts",
    "ClassGuess",
    "ClassProposal",
    "ColumnMeaning",
    "Columns",
    "Excuses",
    "Found",
    "HeaderChange",
    "LineItemIndex",
    "OtherKey",
    "SavedColumns",
    "StudentIndex",
    "categorise",
    "find_elsewhere",
    "find_example",
    "find_excuses",
    "find_lacking",
    "find_named_classes",
    "find_own_classes",
    "find_remarks",
    "find_spoiled_ids",
    "find_student",
    "guess_class",
    "is_excuse",
    "list_columns",
    "list_named_classes",
    "list_repeated",
    "list_shared",
    "looks_like_name",
    "only_zeros",
    "propose_classes",
    "read_columns",
    "read_other_keys",
    "split_initials",
    "split_name",
    "spread",
    "students_matched",
    "suggest_columns",
    "tell_lines",
    "write_columns",
]
