"""What would change, and how to take it back: decided without touching network, disk or clock."""

from gradetools.plan.dispute import (
    KEPT_THEIRS,
    OVER,
    Decisions,
    Editor,
    OnConflict,
    Pushes,
    dispute,
    find_editor,
)
from gradetools.plan.existing import index_last_sent, next_ids
from gradetools.plan.harm import HARM, call_loss, mark_harm
from gradetools.plan.make import make_plan
from gradetools.plan.merge import STATUS_STAYS, Change, is_active
from gradetools.plan.retry import make_retry_plan, retried_entries
from gradetools.plan.single import find_scale_id, make_result_plan
from gradetools.plan.undo import BY_OWN_PUSH, index_later_pushes, make_undo_plan, written_entries
from gradetools.plan.value import ACTIONS, CHANGE_COLUMNS, WRITES, Plan
from gradetools.telling import tell_change, tell_fields

__all__ = [
    "ACTIONS",
    "BY_OWN_PUSH",
    "CHANGE_COLUMNS",
    "HARM",
    "KEPT_THEIRS",
    "OVER",
    "STATUS_STAYS",
    "WRITES",
    "Change",
    "Decisions",
    "Editor",
    "OnConflict",
    "Plan",
    "Pushes",
    "call_loss",
    "dispute",
    "find_editor",
    "find_scale_id",
    "index_last_sent",
    "index_later_pushes",
    "is_active",
    "make_plan",
    "make_result_plan",
    "make_retry_plan",
    "make_undo_plan",
    "mark_harm",
    "next_ids",
    "retried_entries",
    "tell_change",
    "tell_fields",
    "written_entries",
]
