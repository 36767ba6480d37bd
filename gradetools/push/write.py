"""One entry: compared with what is there, PUT, read back. What the server holds decides, not its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from gradetools.dialects import Record, canonical, compact, differences
from gradetools.errors import (
    AuthError,
    BusyError,
    GradebookError,
    StoppedError,
    UnreachableError,
)
from gradetools.gradebook import Gradebook
from gradetools.journal import Outcome
from gradetools.plan import KEPT_THEIRS, Editor, OnConflict, is_active, next_ids, tell_change
from gradetools.receipt import MAYBE_SENT, NOT_AS_SENT
from gradetools.telling import tell_unlike


@dataclass(frozen=True)
class Task:
    """One entry to write; `before` and `after` as the plan has them, `rivals` what else is active for its grade now.

    `current` is what a list showed under its id a moment ago. `moved` from the planned id to the next one,
    because the server would not take that back.
    """

    entry: int
    sourced_id: str
    before: Record | None
    after: Record
    current: Record | None = None
    rivals: tuple[Record, ...] = ()
    moved: bool = False

    def moved_to(self, sourced_id: str, before: Record | None) -> Task:
        """Give the same grade under another id, which holds `before`."""
        after = {**self.after, "sourcedId": sourced_id}
        return Task(self.entry, sourced_id, before, after, current=before, moved=True)


_STOPPED = "Stopped before this could be tried again; the gradebook does not hold it. Go on with the push to send it."
_FOUND = "It is there as it was to be written: sent before the push was cut short, without an answer or a record."
_UNKNOWN = "It was sent and no answer came; resume the push to find out whether it was stored."

#: What a person adds to a result and a server does not.
_BY_HAND = ("score", "comment")

#: Says whose change of an entry it is that is there now.
FindEditor = Callable[[Task, Record | None], Editor]
#: Says whether what is there may be this push's own write, whose answer or record was lost.
MayBeOurs = Callable[[Task, Record | None], bool]
#: What came of an entry, and the reason why no further entry should be tried, if there is one.
Written = tuple[Outcome, GradebookError | None]


def write_entry(
    task: Task,
    gradebook: Gradebook,
    find_editor: FindEditor,
    *,
    on_conflict: OnConflict,
    resumed: bool,
    may_be_ours: MayBeOurs,
    read_back: bool,
) -> Written:
    """Bring one result from *before* to *after*, unless somebody else moved it.

    A removed result that the server does not take back gets the next of the ids derived for its grade.
    """
    first = written = _write(
        task,
        gradebook,
        find_editor,
        on_conflict=on_conflict,
        resumed=resumed,
        may_be_ours=may_be_ours,
        read_back=read_back,
    )
    line_item, student = (str(task.after[name]["sourcedId"]) for name in ("lineItem", "student"))
    ids = next_ids(gradebook.environment.name, line_item, student, task.sourced_id)
    while _refuses_the_id(task, written[0]) and (sourced_id := next(ids, "")):
        written = _write(
            task,
            gradebook,
            find_editor,
            on_conflict=on_conflict,
            read_back=read_back,
            under=sourced_id,
        )
    return first if _refuses_the_id(task, written[0]) else written


def verify_entry(task: Task, gradebook: Gradebook, written: Outcome) -> Written:
    """Read one written result back and compare it; the outcome as it was, where it holds."""
    try:
        stored = gradebook.get_record(task.sourced_id)
    except (UnreachableError, BusyError, AuthError) as error:
        # It was answered with success; that it cannot be read back now proves nothing else.
        return written, error
    except GradebookError:
        return written, None
    return _judge(task, stored, written), None


def _write(
    task: Task,
    gradebook: Gradebook,
    find_editor: FindEditor,
    *,
    on_conflict: OnConflict,
    read_back: bool,
    resumed: bool = True,
    may_be_ours: MayBeOurs = lambda *_: True,
    under: str = "",
) -> Written:
    """Write under the planned id, or `under` another, and tell an error as what came of the entry."""
    try:
        task = _move(task, under, gradebook) if under else task
        settled = _settle(
            task,
            gradebook,
            find_editor,
            on_conflict=on_conflict,
            resumed=resumed,
            may_be_ours=may_be_ours,
        )
        return (settled, None) if settled else _put(task, gradebook, read_back=read_back)
    except StoppedError as error:
        return _left_unsent(task, "stopped", error), None
    except BusyError as error:
        return _left_unsent(task, "server-busy", error), error
    except UnreachableError as error:
        return _left_unsent(task, "unreachable", error), error
    except AuthError as error:
        # Without a token nothing was written; what met a refusal of the gradebook's says so itself.
        end = _left_unsent if error.without_token or error.sent else _ended
        return end(task, "not-allowed", error), error
    except GradebookError as error:
        return _ended(task, "refused", error), None


def _refuses_the_id(task: Task, outcome: Outcome) -> bool:
    """Whether a removed result was not taken back; a server may also hide what was removed."""
    hidden = task.before is None and outcome.http_status in (409, 410)
    removed = task.before is not None and not is_active(task.before)
    return outcome.reason == "refused" and is_active(task.after) and (removed or hidden)


def _move(task: Task, sourced_id: str, gradebook: Gradebook) -> Task:
    held = gradebook.get_record(sourced_id)
    return task.moved_to(sourced_id, None if is_active(held) else held)


def done_state(task: Task) -> str:
    """Say whether writing it creates or updates: a soft-deleted result that comes back is created."""
    return "created" if is_active(task.after) and not is_active(task.before) else "updated"


def unlike(task: Task, stored: Mapping[str, object] | None) -> list[str]:
    """Name the fields in which what is stored is not what was sent; a server may add fields of its own."""
    if not differences(task.after, stored):
        return []
    sent, held, old = canonical(task.after), canonical(stored), canonical(task.before)
    asked = [name for name in sent if sent[name] != held.get(name)]
    # A field that was to be removed and is still there as it was.
    kept = [name for name in old if name not in sent and held.get(name) == old[name]]
    return asked + kept


def _settle(
    task: Task,
    gradebook: Gradebook,
    find_editor: FindEditor,
    *,
    on_conflict: OnConflict,
    resumed: bool,
    may_be_ours: MayBeOurs,
) -> Outcome | None:
    """Look at what is there now; an outcome where nothing is to be sent, None where it is."""
    if task.rivals and is_active(task.after):
        made = (f"{tell_change(None, each)} ({each['sourcedId']})" for each in task.rivals)
        told = f"Somebody made a result for the same grade since the preview: {'; '.join(made)}."
        # Ours beside theirs would be two grades for one; a new plan overwrites theirs under its own id.
        doubles = on_conflict == "ours" and done_state(task) == "created"
        return _conflict(task, told, "stop" if doubles else on_conflict)
    current = task.current
    if resumed or differences(current, task.before):
        # A list may lag behind a write; a GET by id does not.
        current = gradebook.get_record(task.sourced_id)
    if not differences(current, task.before):
        return None
    if current is not None and not unlike(task, current):
        if not may_be_ours(task, current):
            told = "The gradebook holds it already."
            return Outcome(task.entry, "unchanged", "already-there", told)
        found = _done(task, "found-done", told=_FOUND)
        # An undo asks before it takes away what somebody wrote beside it.
        return found if _adds_by_hand(task, current) else _judge(task, current, found)
    told = f"{find_editor(task, current).tell(task.before, current, 'since the preview')}."
    return _conflict(task, told, on_conflict)


def _adds_by_hand(task: Task, current: Record) -> bool:
    """Whether there is more than would be written, such as no server adds of its own."""
    held, sent = canonical(current), canonical(task.after)
    return any(name in held and name not in sent for name in _BY_HAND)


def _conflict(task: Task, message: str, on_conflict: OnConflict) -> Outcome | None:
    if on_conflict == "ours":
        return None
    if on_conflict == "theirs":
        return Outcome(task.entry, "skipped", KEPT_THEIRS, message)
    return Outcome(
        task.entry, "conflict", "changed-since-plan", f"{message} Try it again to see both."
    )


def _put(task: Task, gradebook: Gradebook, *, read_back: bool) -> Written:
    try:
        answer, echo = gradebook.put_record(task.after)
    except GradebookError as error:
        if not error.sent:
            raise
        return _find_out(task, gradebook, error)
    written = _done(task, status=answer.status, request_id=answer.request_id)
    # What took another id than the planned one is not written on trust.
    if echo is not None and not read_back and not task.moved:
        judged = _judge(task, echo, written)
        if judged.state != "failed":
            return judged, None
    return verify_entry(task, gradebook, written)[0], None


def _find_out(task: Task, gradebook: Gradebook, error: GradebookError) -> Written:
    """An answer was lost, or was an error that may hide a success: only what the gradebook holds tells."""
    ends_all = isinstance(error, (BusyError, AuthError))
    try:
        stored = gradebook.get_record(task.sourced_id)
    except GradebookError:
        outcome = _ended(task, "outcome-unknown", error, message=_UNKNOWN)
        return outcome, error if ends_all or isinstance(error, UnreachableError) else None
    if differences(stored, task.before):
        written = _done(task, status=error.status, request_id=error.request_id)
        return _judge(task, stored, written), error if ends_all else None
    if isinstance(error, StoppedError):
        raise StoppedError(_STOPPED, sent=True) from error
    if ends_all:
        raise error
    refused = error.status is not None and error.status < 500
    return _ended(task, "refused" if refused else "server-error", error), None


def _done(
    task: Task,
    reason: str = "",
    *,
    told: str = "",
    status: int | None = None,
    request_id: str = "",
) -> Outcome:
    if not task.moved:
        return Outcome(task.entry, done_state(task), reason, told, status, request_id)
    told = f"The gradebook did not take the removed result back; the grade is a new one, {task.sourced_id}."
    return Outcome(
        task.entry, done_state(task), "new-id", told, status, request_id, sent=compact(task.after)
    )


def _judge(task: Task, stored: Record | None, written: Outcome) -> Outcome:
    if not differences(task.after, stored):
        return written
    wrong = unlike(task, stored)
    text = compact(stored) if stored is not None else None
    if not wrong:
        # What a server adds of its own is kept, so that nobody takes it for somebody's edit later.
        return replace(written, stored=text)
    told = tell_unlike(task.after, stored or {}, wrong)
    message = (
        f"The gradebook holds something else than was sent ({told}). Try it again; if it comes out so "
        "again, tell its operators."
    )
    return replace(written, state="failed", reason=NOT_AS_SENT, message=message, stored=text)


def _left_unsent(task: Task, reason: str, error: GradebookError) -> Outcome:
    """Say that it was not written; what was sent all the same may come late."""
    return _ended(task, MAYBE_SENT if error.sent else reason, error, state="unsent")


def _ended(
    task: Task,
    reason: str,
    error: GradebookError,
    *,
    state: str = "failed",
    message: str | None = None,
) -> Outcome:
    return Outcome(task.entry, state, reason, message or str(error), error.status, error.request_id)
