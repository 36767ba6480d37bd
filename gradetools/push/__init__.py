"""Doing: the only writer. Everything that changes a gradebook goes through `push_plan`."""

from gradetools.push.guards import PRODUCTION, check_plan
from gradetools.push.progress import Progress
from gradetools.push.reread import plan_entries, plan_retry, plan_undo
from gradetools.push.resume import plan_rest, tell_rest
from gradetools.push.run import push_plan
from gradetools.push.single import plan_result, upsert_result

__all__ = [
    "PRODUCTION",
    "Progress",
    "check_plan",
    "plan_entries",
    "plan_rest",
    "plan_result",
    "plan_retry",
    "plan_undo",
    "push_plan",
    "tell_rest",
    "upsert_result",
]
