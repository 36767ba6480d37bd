"""What a push tells the log: lines of the sheet and what came of them, never a name, an id, a score or a server's words."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from gradetools.journal import Outcome
from gradetools.plan import Plan
from gradetools.receipt import GOOD_STATES

_log = logging.getLogger(__name__)


def log_outcomes(plan: Plan, outcomes: Sequence[Outcome]) -> None:
    """Log what came of some entries: at DEBUG what is as it should be, at INFO the rest."""
    if not _log.isEnabledFor(logging.INFO):
        return
    lines = plan.changes["line"]
    for outcome in outcomes:
        level = logging.DEBUG if outcome.state in GOOD_STATES else logging.INFO
        told = (outcome.state, outcome.reason, f"HTTP {outcome.http_status or '-'}")
        where = f"line {lines.loc[outcome.entry]}, entry {outcome.entry}"
        _log.log(level, "%s: %s", where, ", ".join(filter(None, told)))
