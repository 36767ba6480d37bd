"""Pushes that are under way already, as when a cell was run again or a page was loaded again."""

from __future__ import annotations

import ipywidgets as ipw

from gradetools.gradebook import Gradebook
from gradetools.widgets.look import say
from gradetools.widgets.push_panel import find_runs
from gradetools.widgets.writing import Writing


def find_again(gradebook: Gradebook | None) -> list[ipw.Widget]:
    """Show the pushes to a gradebook, or to any, that are under way in this kernel."""
    found: list[ipw.Widget] = []
    for run in find_runs(gradebook.environment if gradebook else None):
        writing = Writing(run.receipts)
        writing.attach(run)
        name = run.plan.environment.name
        found += [ipw.HTML(say("warning", f"A push to {name} is under way:")), writing.view]
    return found
