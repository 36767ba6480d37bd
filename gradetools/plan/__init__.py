"""What would change, and how to take it back: decided without touching network, disk or clock."""

from gradetools.plan.dispute import (
    KEPT_THEIRS,
    OVER_THEIRS,
    Decisions,
    OnConflict,
    dispute,
    tell_edit,
)
from gradetools.plan.existing import index_last_sent, next_ids
from gradetools.plan.make import make_plan
from gradetools.plan.merge import STATUS_STAYS, Change, is_active
from gradetools.plan.retry import make_retry_plan, retried_entries
from gradetools.plan.single import find_scale_id, make_result_plan
from gradetools.plan.undo import BY_OWN_PUSH, make_undo_plan, written_entries
from gradetools.plan.value import ACTIONS, CHANGE_COLUMNS, HARM, WRITES, Plan, mark_harm
from gradetools.telling import tell_change, tell_fields

__all__ = [
    "ACTIONS",
    "BY_OWN_PUSH",
    "CHANGE_COLUMNS",
    "HARM",
    "KEPT_THEIRS",
    "OVER_THEIRS",
    "STATUS_STAYS",
    "WRITES",
    "Change",
    "Decisions",
    "OnConflict",
    "Plan",
    "dispute",
    "find_scale_id",
    "index_last_sent",
    "is_active",
    "make_plan",
    "make_result_plan",
    "make_retry_plan",
    "make_undo_plan",
    "mark_harm",
    "next_ids",
    "retried_entries",
    "tell_change",
    "tell_edit",
    "tell_fields",
    "written_entries",
]
