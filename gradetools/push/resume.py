"""Going on with a push that did not finish: whether it may be, what is left of it, and how that is told."""

from __future__ import annotations

from gradetools.errors import PlanError
from gradetools.gradebook import Gradebook
from gradetools.journal import Journal, Left, check_resumable, open_journal
from gradetools.plan import Plan
from gradetools.push.reread import look_at_rest


def plan_rest(push_id: str, gradebook: Gradebook) -> tuple[Plan, Plan]:
    """Give the plan of a push that did not finish, and what is left of that as going on would find it.

    The first is what `push_plan(plan, resume=push_id)` goes on with; the second is there to be looked at. Nothing is
    written.

    Raises:
        JournalError: there is no such push, it is done, was taken back or forgotten.
        GradebookError: the gradebook cannot be read.
    """
    with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
        plan, left = read_rest(journal, push_id)
    return plan, look_at_rest(plan, left, gradebook)


def read_rest(journal: Journal, push_id: str) -> tuple[Plan, list[int]]:
    """Give the plan of a push that did not finish, and its entries that have no sure outcome yet.

    Raises:
        JournalError: there is no such push, it is done, was taken back or forgotten.
    """
    check_resumable(journal.read_summary(push_id))
    return journal.read_plan(push_id), journal.unsent(push_id)


def read_left(journal: Journal, plan: Plan, push_id: str) -> Left:
    """Give what going on with a push takes up.

    Raises:
        PlanError: the push was of another plan.
        JournalError: there is no such push, it is done, was taken back or forgotten.
    """
    push = journal.read_summary(push_id)
    check_resumable(push)
    if push.fingerprint != plan.fingerprint:
        raise PlanError(
            f"The push {push_id} was of another plan; resume it with its own (Journal.read_plan)."
        )
    return journal.read_left(push_id)


def tell_rest(push_id: str, plan: Plan, rest: Plan) -> str:
    """Say of what is left of a push that it is not the whole, such as that 3 of its 6 grades are done."""
    done, grades = plan.writes - len(rest.changes), "grade" if plan.writes == 1 else "grades"
    are = "is" if done == 1 else "are"
    return f"This is what may be missing of push {push_id}; {done:,} of its {plan.writes:,} {grades} {are} done."
