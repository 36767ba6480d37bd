"""What was sent, on disk: the journal of an environment, and where all journals are."""

from gradetools.journal.folder import find_push, list_environments, list_pushes, open_journal
from gradetools.journal.forgetting import forget_older, forget_push, list_forgettable, tell_loss
from gradetools.journal.record import Journal, Outcome

__all__ = [
    "Journal",
    "Outcome",
    "find_push",
    "forget_older",
    "forget_push",
    "list_environments",
    "list_forgettable",
    "list_pushes",
    "open_journal",
    "tell_loss",
]
