"""Put grades from any sheet into a OneRoster 1.2 gradebook, and take them back.

    import gradetools as gt

    gradebook = gt.connect()
    sheet = gt.read_sheet("midterm.csv")
    snapshot = gradebook.take_snapshot(class_ids=["algebra-1"])
    columns = gt.suggest_columns(sheet, snapshot)
    checked = gt.check_entries(sheet, columns, snapshot)
    plan = gt.make_plan(checked, snapshot)
    receipt = gt.push_plan(plan, gradebook, agreed=plan.fingerprint)

Every name is loaded when it is first used, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradetools.checks import Checked as Checked
    from gradetools.checks import check_entries as check_entries
    from gradetools.columns import Columns as Columns
    from gradetools.columns import HeaderChange as HeaderChange
    from gradetools.columns import SavedColumns as SavedColumns
    from gradetools.columns import find_student as find_student
    from gradetools.columns import list_columns as list_columns
    from gradetools.columns import read_columns as read_columns
    from gradetools.columns import suggest_columns as suggest_columns
    from gradetools.columns import write_columns as write_columns
    from gradetools.errors import GradetoolsError as GradetoolsError
    from gradetools.files import read_plan as read_plan
    from gradetools.files import write_plan as write_plan
    from gradetools.gradebook import Gradebook as Gradebook
    from gradetools.gradebook import connect as connect
    from gradetools.journal import Journal as Journal
    from gradetools.journal import forget_push as forget_push
    from gradetools.journal import list_pushes as list_pushes
    from gradetools.journal import open_journal as open_journal
    from gradetools.models import Class as Class
    from gradetools.models import LineItem as LineItem
    from gradetools.models import Result as Result
    from gradetools.models import ScoreStatus as ScoreStatus
    from gradetools.models import Student as Student
    from gradetools.pace import Patience as Patience
    from gradetools.plan import Plan as Plan
    from gradetools.plan import make_plan as make_plan
    from gradetools.plan import make_result_plan as make_result_plan
    from gradetools.plan import make_retry_plan as make_retry_plan
    from gradetools.plan import make_undo_plan as make_undo_plan
    from gradetools.push import Progress as Progress
    from gradetools.push import plan_entries as plan_entries
    from gradetools.push import plan_result as plan_result
    from gradetools.push import plan_retry as plan_retry
    from gradetools.push import plan_undo as plan_undo
    from gradetools.push import push_plan as push_plan
    from gradetools.push import upsert_result as upsert_result
    from gradetools.put_request import PutRequest as PutRequest
    from gradetools.put_request import make_put_request as make_put_request
    from gradetools.receipt import Receipt as Receipt
    from gradetools.rehearsal import open_rehearsal as open_rehearsal
    from gradetools.rehearsal import reconnect as reconnect
    from gradetools.rehearsal import rehearse as rehearse
    from gradetools.report import write_findings as write_findings
    from gradetools.report import write_receipt as write_receipt
    from gradetools.sandbox import Sandbox as Sandbox
    from gradetools.settings import Settings as Settings
    from gradetools.settings import load_settings as load_settings
    from gradetools.sheet import Sheet as Sheet
    from gradetools.sheet import read_sheet as read_sheet
    from gradetools.snapshot import Snapshot as Snapshot

__version__ = "0.1.0"

_HOMES = {
    "checks": ("Checked", "check_entries"),
    "columns": (
        *("Columns", "HeaderChange", "SavedColumns"),
        *("find_student", "list_columns", "read_columns", "suggest_columns", "write_columns"),
    ),
    "errors": ("GradetoolsError",),
    "files": ("read_plan", "write_plan"),
    "gradebook": ("Gradebook", "connect"),
    "journal": ("Journal", "forget_push", "list_pushes", "open_journal"),
    "models": ("Class", "LineItem", "Result", "ScoreStatus", "Student"),
    "pace": ("Patience",),
    "plan": ("Plan", "make_plan", "make_result_plan", "make_retry_plan", "make_undo_plan"),
    "push": (
        "Progress",
        "plan_entries",
        "plan_result",
        "plan_retry",
        "plan_undo",
        "push_plan",
        "upsert_result",
    ),
    "put_request": ("PutRequest", "make_put_request"),
    "receipt": ("Receipt",),
    "rehearsal": ("open_rehearsal", "reconnect", "rehearse"),
    "report": ("write_findings", "write_receipt"),
    "sandbox": ("Sandbox",),
    "settings": ("Settings", "load_settings"),
    "sheet": ("Sheet", "read_sheet"),
    "snapshot": ("Snapshot",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Checked",
    "Class",
    "Columns",
    "Gradebook",
    "GradetoolsError",
    "HeaderChange",
    "Journal",
    "LineItem",
    "Patience",
    "Plan",
    "Progress",
    "PutRequest",
    "Receipt",
    "Result",
    "Sandbox",
    "SavedColumns",
    "ScoreStatus",
    "Settings",
    "Sheet",
    "Snapshot",
    "Student",
    "check_entries",
    "connect",
    "find_student",
    "forget_push",
    "list_columns",
    "list_pushes",
    "load_settings",
    "make_plan",
    "make_put_request",
    "make_result_plan",
    "make_retry_plan",
    "make_undo_plan",
    "open_journal",
    "open_rehearsal",
    "plan_entries",
    "plan_result",
    "plan_retry",
    "plan_undo",
    "push_plan",
    "read_columns",
    "read_plan",
    "read_sheet",
    "reconnect",
    "rehearse",
    "suggest_columns",
    "upsert_result",
    "write_columns",
    "write_findings",
    "write_plan",
    "write_receipt",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module holds anything
    """Load the module behind a public name when the name is first used (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'gradetools' has no attribute {name!r}")
    value = getattr(import_module(f"gradetools.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
