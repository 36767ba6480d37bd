"""Everything that gradetools raises on purpose, as one tree.

    GradetoolsError
    ├── SettingsError (ValueError)        where to go and who we are is missing or unsafe
    ├── MissingExtraError (ImportError)   a part of the work needs an extra that is not installed
    ├── DeclinedError (InterruptedError)  a person said no, or could not be asked
    ├── SheetError (ValueError)           the file cannot be read as a grade sheet
    ├── ColumnsError (ValueError)         the columns named do not fit the sheet
    ├── PlanError (ValueError)            the plan cannot be made, read or pushed as it stands
    │   └── UnsafePlanError               it lowers or clears too much, or lacks the typed number
    ├── JournalError (OSError)            the record of pushes cannot be read or written
    │   └── PushRunningError              another push to this environment is under way
    └── GradebookError (RuntimeError)     the gradebook did not do what was asked
        ├── UnreachableError (ConnectionError)   no answer came
        ├── AuthError (PermissionError)   it does not accept who we are
        ├── NotFoundError (LookupError)   it does not know that id
        ├── RefusedError                  it answered with an error
        ├── BusyError (TimeoutError)      it asks to wait longer than we may
        └── StoppedError                  we were told to stop while waiting for it

Each is also the builtin that fits, so that code which knows nothing of gradetools can catch it.
Each message is one sentence that says what to do next, free of secrets.
"""

from __future__ import annotations

from collections.abc import Iterable


class GradetoolsError(Exception):
    """Something an analyst can act on; the message says how."""


class SettingsError(GradetoolsError, ValueError):
    """Where to go and who we are is missing or unsafe."""


class MissingExtraError(GradetoolsError, ImportError):
    """A part of the work needs packages that come with an extra."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what}: packages are missing; bring them with pip install 'gradetools[{extra}]'."
        )


class DeclinedError(GradetoolsError, InterruptedError):
    """A person said no, or could not be asked."""


class SheetError(GradetoolsError, ValueError):
    """The file cannot be read as a grade sheet.

    Attributes:
        worksheets: of a workbook, the names of its worksheets, of which another may be one.
    """

    def __init__(self, message: str, *, worksheets: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.worksheets = tuple(worksheets)


class ColumnsError(GradetoolsError, ValueError):
    """The columns named do not fit the sheet or the gradebook."""


class PlanError(GradetoolsError, ValueError):
    """The plan cannot be made, read or pushed as it stands."""


class UnsafePlanError(PlanError):
    """The plan does more harm than anyone agreed to by name."""


class JournalError(GradetoolsError, OSError):
    """The record of what was sent cannot be read or written."""


class PushRunningError(JournalError):
    """Another push to the same environment is under way on this machine."""


class GradebookError(GradetoolsError, RuntimeError):
    """The gradebook did not do what was asked.

    Attributes:
        status: the HTTP status, None where no answer came.
        request_id: the server's own name for the request, for its operators; may be empty.
        sent: whether it was sent, and what came of that is not known: an answer was lost, or hid it.
    """

    def __init__(self, message: str, *, status: int | None = None, request_id: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.request_id = request_id
        self.sent = False


class UnreachableError(GradebookError, ConnectionError):
    """No answer came, although it was asked for as often as patience allowed."""


class AuthError(GradebookError, PermissionError):
    """The gradebook or its token server does not accept who we are.

    Attributes:
        without_token: whether it was the token server, so that the gradebook was not asked, or refused an old token.
    """

    without_token = False


class NotFoundError(GradebookError, LookupError):
    """The gradebook does not know that id."""


class RefusedError(GradebookError):
    """The gradebook answered with an error."""


class BusyError(GradebookError, TimeoutError):
    """The gradebook asks to wait longer than patience allows, or stayed busy as long as that.

    Attributes:
        retry_after: seconds it asked for; 0 where it did not say.
    """

    def __init__(
        self, message: str, *, retry_after: float, status: int | None = None, request_id: str = ""
    ) -> None:
        super().__init__(message, status=status, request_id=request_id)
        self.retry_after = retry_after


class StoppedError(GradebookError):
    """Somebody pressed Stop while a request waited for its turn."""

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent
