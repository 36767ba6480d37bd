"""Doing: the only writer. Everything that changes a gradebook goes through `push_plan`."""

from gradetools.push.guards import PRODUCTION
from gradetools.push.progress import Progress
from gradetools.push.run import push_plan
from gradetools.push.single import upsert_result

__all__ = ["PRODUCTION", "Progress", "push_plan", "upsert_result"]
