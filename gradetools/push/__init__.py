"""Doing: the only writer. Everything that changes a gradebook goes through `push_plan`."""

from gradetools.push.guards import PRODUCTION, check_plan
from gradetools.push.progress import Progress
from gradetools.push.reread import look_at_rest, plan_entries, plan_retry, plan_undo
from gradetools.push.run import push_plan
from gradetools.push.single import plan_result, upsert_result

__all__ = [
    "PRODUCTION",
    "Progress",
    "check_plan",
    "look_at_rest",
    "plan_entries",
    "plan_result",
    "plan_retry",
    "plan_undo",
    "push_plan",
    "upsert_result",
]
