"""What was sent, on disk: the journal of an environment, and where all journals are."""

from gradetools.journal.folder import find_push, list_environments, list_pushes, open_journal
from gradetools.journal.record import Journal, Outcome

__all__ = ["Journal", "Outcome", "find_push", "list_environments", "list_pushes", "open_journal"]
