"""The whole library used through a careless gateway, and every way in which a value or an error shows itself."""

from __future__ import annotations

import inspect
import io
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import ipywidgets as ipw
import pytest
from echoing_gateway import Gateway
from IPython.core.ultratb import VerboseTB
from planted import CLIENT, KEY, SECRET
from rich.console import Console
from rich.traceback import Traceback

import gradetools as gt

QUICK = gt.Patience(attempts=2, seconds=2, first_wait=0.001, longest_wait=0.01)
SHEET = "Student ID,Midterm,Midterm comment\n00041,9,x\n00082,8,\n"


#: What a job makes, in the order in which it is made.
VALUES = ("sheet", "columns", "checked", "plan", "receipt", "snapshot", "gradebook", "settings")


class World:
    """Every public name of the library, used once; what is needed is made while the gateway works."""

    def __init__(self, gateway: Gateway, folder: Path) -> None:
        self.settings = gateway.settings(data_dir=folder / "data")
        self.folder = folder
        self.made = 0
        (folder / "sheet.csv").write_text(SHEET)
        self.gradebook = self.connect()
        self.sheet = gt.read_sheet(folder / "sheet.csv")
        self.snapshot = self.gradebook.take_snapshot(["algebra-1"])
        self.columns = gt.suggest_columns(self.sheet, self.snapshot)
        self.checked = gt.check_entries(self.sheet, self.columns, self.snapshot)
        self.plan = gt.make_plan(self.checked, self.snapshot)
        self.receipt = self.push()
        self.result = gt.Result(line_item="algebra-midterm", student="student-001", score=5)
        self.record = self.gradebook.list_results("algebra-1")[0]

    def connect(self) -> gt.Gradebook:
        """Connect anew, so that a token has to be fetched."""
        return gt.connect(self.settings, patience=QUICK)

    def push(self) -> gt.Receipt:
        """Push the plan."""
        return gt.push_plan(self.plan, self.connect(), agreed=self.plan.fingerprint)

    def path(self, name: str) -> Path:
        """Name a new file."""
        self.made += 1
        return self.folder / f"{self.made}-{name}"

    def uses(self) -> dict[str, Callable[[], Any]]:
        """Give a use of every public name."""
        data, environment = self.settings.data_dir, self.gradebook.environment
        shown = {name.capitalize(): (lambda name=name: getattr(self, name)) for name in VALUES}
        return {
            **shown,
            "Class": lambda: self.connect().list_classes(),
            "GradetoolsError": lambda: self.connect().get_record("none"),
            "HeaderChange": lambda: self.columns.compare_header(self.sheet),
            "Journal": lambda: gt.open_journal(environment, data),
            "LineItem": lambda: self.connect().list_line_items("algebra-1"),
            "Patience": lambda: self.connect().transport.patience,
            "Progress": lambda: gt.push_plan(
                self.plan, self.connect(), agreed=self.plan.fingerprint, progress=repr
            ),
            "PutRequest": lambda: gt.make_put_request(self.plan, 0, self.connect()),
            "Result": lambda: self.connect().put_result(gt.Result.model_validate(self.record)),
            "Sandbox": lambda: repr(gt.Sandbox(client_secret=SECRET)),
            "SavedColumns": lambda: gt.list_columns(self.sheet, self.folder),
            "ScoreStatus": lambda: list(gt.ScoreStatus),
            "Student": lambda: self.connect().list_students("algebra-1"),
            "check_entries": lambda: gt.check_entries(self.sheet, self.columns, self.snapshot),
            "connect": lambda: self.connect().check_connection(),
            "find_student": lambda: gt.find_student("nobody", self.connect().take_snapshot()),
            "forget_push": lambda: gt.forget_push(self.push().push_id, data),
            "list_columns": lambda: gt.list_columns(self.sheet, self.folder),
            "list_pushes": lambda: gt.list_pushes(data),
            "load_settings": lambda: gt.load_settings("staging"),
            "make_plan": lambda: gt.make_plan(
                self.checked, self.connect().take_snapshot("algebra-1")
            ),
            "make_put_request": lambda: gt.make_put_request(self.plan, 0, self.connect()),
            "make_result_plan": lambda: gt.make_result_plan(self.result, self.snapshot),
            "make_retry_plan": lambda: gt.make_retry_plan(self.receipt, self.snapshot),
            "make_undo_plan": lambda: gt.make_undo_plan(
                self.receipt, self.connect().take_snapshot("algebra-1")
            ),
            "open_journal": lambda: gt.open_journal(environment, data).list_pushes(),
            "open_rehearsal": lambda: gt.open_rehearsal(self.sheet, data_dir=data).close(),
            "plan_entries": lambda: gt.plan_entries(self.checked, self.snapshot, self.connect()),
            "plan_result": lambda: gt.plan_result(self.result, self.connect()),
            "plan_retry": lambda: gt.plan_retry(self.receipt, self.connect()),
            "plan_undo": lambda: gt.plan_undo(self.receipt, self.connect()),
            "push_plan": self.push,
            "read_columns": lambda: gt.read_columns(self.folder / "sheet.csv"),
            "read_plan": lambda: gt.read_plan(self.folder / "sheet.csv"),
            "read_sheet": lambda: gt.read_sheet(self.folder / "none.csv"),
            "reconnect": lambda: gt.reconnect(environment, data_dir=data),
            "rehearse": lambda: gt.rehearse(self.sheet, data_dir=data),
            "suggest_columns": lambda: gt.suggest_columns(self.sheet, self.snapshot),
            "upsert_result": lambda: gt.upsert_result(self.result, self.connect()),
            "write_columns": lambda: gt.write_columns(self.columns, self.path("columns.json")),
            "write_findings": lambda: gt.write_findings(self.checked, self.path("findings.csv")),
            "write_plan": lambda: gt.write_plan(self.plan, self.path("plan.json")),
            "write_receipt": lambda: gt.write_receipt(
                self.push(), self.path("out"), sheet=self.sheet
            ),
        }

    def gradebook_methods(self) -> dict[str, Callable[[], Any]]:
        """Give a use of every method of a gradebook, each on a connection of its own."""

        def new(use: Callable[[gt.Gradebook], Any]) -> Callable[[], Any]:
            return lambda: use(self.connect())

        record = {**self.record, "comment": "said twice"}
        return {
            "check_connection": new(lambda each: each.check_connection()),
            "close": new(lambda each: each.close()),
            "get_class": new(lambda each: each.get_class("algebra-1")),
            "get_line_item": new(lambda each: each.get_line_item("algebra-midterm")),
            "get_record": new(lambda each: each.get_record(record["sourcedId"])),
            "get_result": new(lambda each: each.get_result(record["sourcedId"])),
            "list_classes": new(lambda each: each.list_classes()),
            "list_enrollments": new(
                lambda each: each.list_enrollments("algebra-1", "example-school")
            ),
            "list_line_items": new(lambda each: each.list_line_items("algebra-1")),
            "list_results": new(lambda each: each.list_results("algebra-1", "algebra-midterm")),
            "list_score_scales": new(lambda each: each.list_score_scales("algebra-1")),
            "list_students": new(lambda each: each.list_students("algebra-1")),
            "put_record": new(lambda each: each.put_record(record)),
            "put_result": new(lambda each: each.put_result(gt.Result.model_validate(record))),
            "take_snapshot": new(lambda each: each.take_snapshot(["algebra-1"])),
            "take_students": new(lambda each: each.take_students("algebra-1")),
        }

    def plain_members(self) -> dict[str, Callable[[], Any]]:
        """Give a use of every public property and method without arguments, of every value that a job makes."""
        found: dict[str, Callable[[], Any]] = {}
        # A comment that nobody has written yet, for nothing is sent for what is there.
        other = self.result.model_copy(update={"comment": str(self.folder)})
        request = gt.make_put_request(gt.make_result_plan(other, self.snapshot), 0, self.gradebook)
        for value in (*map(self.__dict__.get, VALUES), request):
            for name in public_members(type(value)):
                found[f"{type(value).__name__}.{name}"] = lambda value=value, name=name: _use(
                    getattr(value, name)
                )
        return found


def public_members(kind: type) -> list[str]:
    """List the public properties and methods that a class has from this package."""
    ours = [each for each in kind.__mro__ if each.__module__.startswith("gradetools")]
    return sorted(
        {n for each in ours for n, value in vars(each).items() if n[0] != "_" and _is_used(value)}
    )


def _is_used(value: object) -> bool:
    return inspect.isfunction(value) or hasattr(value, "__get__")


def _use(member: Any) -> Any:
    """Call a method that wants nothing; a property is used already."""
    if not inspect.ismethod(member):
        return member
    wanted = [p for p in inspect.signature(member).parameters.values() if p.default is p.empty]
    return None if wanted else member()


def plant(gateway: Gateway, monkeypatch: pytest.MonkeyPatch, **given: str) -> None:
    """Put everything into the environment, where a command finds it."""
    url = f"http://127.0.0.1:{gateway.port}"
    facts = {
        "BASE_URL": url,
        "TOKEN_URL": f"{url}/token",
        "CLIENT_ID": CLIENT,
        "CLIENT_SECRET": SECRET,
        "HEADERS": f'{{"x-api-key": "{KEY}"}}',
    }
    for name, value in (facts | given).items():
        monkeypatch.setenv(f"GRADETOOLS_STAGING_{name}", value)
    monkeypatch.setenv("GRADETOOLS_ENV", "staging")
    monkeypatch.setenv("GRADETOOLS_LOG_LEVEL", "DEBUG")


def show(value: object) -> str:
    """Show a value in every way in which a notebook or a person would."""
    shown = [repr(value), str(value), f"{value}"]
    shown += [str(getattr(value, name)()) for name in ("_repr_html_", "to_json") if hasattr(value, name)]  # fmt: skip
    shown += [repr(vars(value))] if hasattr(value, "__dict__") else []
    for part in ("transport", "settings", "auth", "entries", "changes"):
        inside = getattr(value, part, None)
        shown += [repr(inside), repr(vars(inside)) if hasattr(inside, "__dict__") else ""]
    return "\n".join(shown)


def show_error(error: BaseException) -> str:
    """Show an error and its chain in every way: its sentence, its traceback, and those that show variables."""
    kind, way = type(error), _ours(error.__traceback__)
    shown = [show(error), "".join(traceback.format_exception(error))]
    shown.append(VerboseTB(theme_name="nocolor").text(kind, error, way))
    page = io.StringIO()
    told = Traceback.from_exception(
        kind, error, way, show_locals=True, locals_max_length=100, locals_max_string=None
    )
    Console(file=page, width=500).print(told)
    return "\n".join([*shown, page.getvalue()])


def _ours(way: TracebackType | None) -> TracebackType | None:
    """Leave out the frames of the test itself, whose variables are its own business."""
    while way is not None and "gradetools" not in Path(way.tb_frame.f_code.co_filename).parts:
        way = way.tb_next
    return way


def walk(widget: ipw.Widget) -> Iterator[ipw.Widget]:
    """Give a widget and all that are inside it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def states(widget: ipw.Widget) -> str:
    """Give all that the browser is told of a widget and of those inside it, which is what a notebook file keeps."""
    return "\n".join(
        f"{each.get_state()} {each.get_state().get('tooltip')}" for each in walk(widget)
    )
