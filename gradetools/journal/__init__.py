"""What was sent, on disk: the journal of an environment, and where all journals are."""

from gradetools.journal.folder import (
    complete_id,
    find_push,
    list_environments,
    list_pushes,
    open_journal,
)
from gradetools.journal.forgetting import forget_older, forget_push, list_forgettable, tell_loss
from gradetools.journal.left import Left
from gradetools.journal.record import Journal, Outcome, draw_push_id
from gradetools.journal.summaries import check_resumable

__all__ = [
    "Journal",
    "Left",
    "Outcome",
    "check_resumable",
    "complete_id",
    "draw_push_id",
    "find_push",
    "forget_older",
    "forget_push",
    "list_environments",
    "list_forgettable",
    "list_pushes",
    "open_journal",
    "tell_loss",
]
