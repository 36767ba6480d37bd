"""No secret is shown: not by any public name, command, form or failure, in any spelling, anywhere that is kept."""

from __future__ import annotations

import io
import logging
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote_plus

import ipywidgets as ipw
import pytest
from command import Run
from echoing_gateway import MODES, Gateway, serve_gateway
from IPython.core.ultratb import VerboseTB
from planted import (
    CLIENT,
    KEY,
    SECRET,
    SPELLINGS,
    TOKEN,
    find_planted,
    find_planted_files,
    raise_with,
)
from rich.console import Console
from rich.traceback import Traceback

import gradetools as gt
from gradetools.cli.app import app
from gradetools.transport.veil import hide

QUICK = gt.Patience(attempts=2, seconds=2, first_wait=0.001, longest_wait=0.01)
SHEET = "Student ID,Midterm,Midterm comment\n00041,9,x\n00082,8,\n"


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """Serve the careless gateway."""
    with gt.Sandbox() as sandbox, serve_gateway(sandbox) as running:
        yield running


@pytest.fixture(autouse=True)
def _repaired(gateway: Gateway) -> None:
    """Let each test begin with a gateway that works."""
    gateway.mode = "fine"


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
        values = ("sheet", "columns", "checked", "plan", "receipt", "snapshot", "gradebook", "settings")  # fmt: skip
        shown = {name.capitalize(): (lambda name=name: getattr(self, name)) for name in values}
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


#: What a failing gateway does not touch; used while it works.
LOCAL = {"rehearse", "open_rehearsal", "Sandbox", "read_sheet", "suggest_columns", "check_entries"}


@pytest.fixture
def world(gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Give a world whose settings can also be found in the environment."""
    plant(gateway, monkeypatch)
    return World(gateway, tmp_path)


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


def test_every_public_name_is_used(world: World) -> None:
    """The walk below forgets no name that the package exports."""
    assert sorted(world.uses()) == gt.__all__


def test_what_is_searched_for_is_found() -> None:
    """The search finds what it should, in every spelling, and so can fail."""
    assert len(SPELLINGS) > 40
    assert all(find_planted(f"x{spelling}x") for spelling in SPELLINGS)
    try:
        raise_with({"Authorization": f"Bearer {TOKEN}"})
    except ValueError as error:
        shown = VerboseTB(theme_name="nocolor").text(type(error), error, error.__traceback__)
    assert find_planted(shown) == [TOKEN]


def test_every_spelling_is_taken_out() -> None:
    """What a server says of our secrets is taken out in whatever spelling it says it."""
    pairs = (f"{CLIENT}:{SECRET}", f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}")
    left = {s: hide(f"said {s} so", (SECRET, TOKEN, KEY, *pairs)) for s in SPELLINGS}
    assert {s: text for s, text in left.items() if find_planted(text)} == {}


@pytest.mark.parametrize("mode", MODES)
def test_no_public_name_shows_a_secret(
    world: World, gateway: Gateway, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Every public name, used while the gateway works or fails, shows, logs and keeps nothing of what was planted."""
    gateway.mode = mode
    uses = {n: use for n, use in world.uses().items() if mode == "fine" or n not in LOCAL}
    errors: dict[type[BaseException], BaseException] = {}
    shown: dict[str, str] = {}
    with caplog.at_level(logging.DEBUG):
        for name, use in uses.items():
            try:
                shown[name] = show(use())
            except gt.GradetoolsError as error:
                shown[name] = show(error) + "".join(traceback.format_exception(error))
                errors.setdefault(type(error), error)
    # Showing variables takes long, and one of each kind is enough.
    shown |= {kind.__name__: show_error(error) for kind, error in errors.items()}
    shown["log"] = caplog.text
    assert {name: found for name, text in shown.items() if (found := find_planted(text))} == {}
    assert find_planted_files([world.folder]) == {}
    assert (len(errors) > 1) == (mode != "fine") or mode == "fine"


@pytest.mark.parametrize("where", ["unreachable", "no tls", "no host"])
def test_no_lost_connection_shows_a_secret(world: World, gateway: Gateway, where: str) -> None:
    """Where nobody answers, or nobody that could be trusted, no error leads to the request."""
    ends = {
        "unreachable": "http://127.0.0.1:1",
        "no tls": f"https://localhost:{gateway.port}",
        "no host": "https://gradebook.invalid",
    }
    for field in ("base_url", "token_url"):
        settings = world.settings.model_copy(update={field: ends[where]})
        with gt.connect(settings, patience=QUICK) as gradebook:
            with pytest.raises(gt.GradetoolsError) as caught:
                gradebook.list_classes()
            assert find_planted(show_error(caught.value)) == []


@pytest.mark.parametrize("path", ["/token", "/ims"])
def test_an_interrupted_request_shows_no_secret(world: World, gateway: Gateway, path: str) -> None:
    """Interrupted while a request is under way, a traceback that shows variables shows no token and no secret."""
    reached = []

    def interrupt(method: str, asked: str, *rest: Any) -> Any:
        if asked.startswith(path) and not reached:
            reached.append(asked)
            os.kill(os.getpid(), signal.SIGINT)
        return answer(method, asked, *rest)

    answer = gateway.answer
    gateway.answer = interrupt  # type: ignore[method-assign]  # the server's own side
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            world.connect().list_classes()
    finally:
        gateway.answer = answer  # type: ignore[method-assign]  # as it was
    assert (len(reached), find_planted(show_error(caught.value))) == (1, [])


# -- the command line

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "check": ("check", "sheet.csv", "--class", "algebra-1", "--save-columns", "columns{n}.json"),
    "plan": ("plan", "sheet.csv", "--class", "algebra-1", "--save", "plan{n}.json", "--json"),
    "push": ("push", "plan0.json", "--yes", "--json"),
    "import": ("import", "sheet.csv", "--class", "algebra-1", "--yes", "--out", "out{n}"),
    "put": ("put", "result.json", "--yes"),
    "undo": ("undo", "{push}", "--yes"),
    "history": ("history", "--json"),
    "forget": ("forget", "{push}", "--yes"),
    "login": ("login", "--client-id", CLIENT),
}
#: They start something that runs until it is stopped; `sandbox` prints its own invented secret, which is what it is for.
WAITING = {"lab", "sandbox"}
RESULT = '{"lineItem": {"sourcedId": "algebra-midterm"}, "student": {"sourcedId": "student-001"}, "score": 7}'


def test_every_command_is_run() -> None:
    """The walk below forgets no command."""
    assert {command.name for command in app.registered_commands} == {*COMMANDS, *WAITING}


@pytest.mark.usefixtures("kept")
def test_no_command_shows_a_secret(
    run: Run,
    gateway: Gateway,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Every command, well or ill, with debug logging, prints, logs and keeps nothing of what was planted."""
    plant(gateway, monkeypatch)
    monkeypatch.setenv("GRADETOOLS_DATA_DIR", str(tmp_path / "data"))
    # Other scores than any other test has pushed.
    (tmp_path / "sheet.csv").write_text(SHEET.replace(",9,", ",4,").replace(",8,", ",3,"))
    (tmp_path / "result.json").write_text(RESULT)
    shown, codes = [], {}
    push_id = ""
    for number, mode in enumerate(("fine", "token 401 html", "403 html", "422 json")):
        gateway.mode = mode
        for name, command in COMMANDS.items():
            words = [word.format(n=number, push=push_id) for word in command]
            with caplog.at_level(logging.DEBUG):
                ended = run(*words, stdin=f"{SECRET}\n")
            shown.append(f"{words} {ended.out} {ended.err}")
            codes[mode, name] = ended.code
            if name == "push" and mode == "fine":
                push_id = ended.facts["push_id"]
    everything = "\n".join(shown) + caplog.text
    assert find_planted(everything) == []
    assert {codes["fine", name] for name in COMMANDS} <= {0, 1}, codes
    assert codes["403 html", "import"] in (1, 2)
    assert find_planted_files([tmp_path], [tmp_path / "keyring.json"]) == {}


# -- the forms


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


NOTEBOOK = """
import gradetools as gt
from gradetools.widgets import ImportForm, ResultForm
form = ImportForm()
form.where.connect.click()
form.sheet.path.value = "sheet.csv"
form.sheet.read.click()
form.sheet.classes.value = ("algebra-1",)
form.sheet.use_classes.click()
form.columns.go.click()
form.check.go.click()
form.preview.grid.open_row(0)
form.push.go.click()
receipt = form.push.wait(60)
assert receipt.ok, receipt
form
---
gradebook = gt.connect("staging")
single = ResultForm(gradebook)
single.where.connect.click()
single
---
gradebook.settings, gradebook, receipt, gradebook.transport, form.draft.plan
---
%xmode Verbose
---
form.draft.gradebook.get_line_item("none")
---
gt.connect(gt.load_settings("staging").model_copy(update={"token_url": "http://127.0.0.1:1"}), patience=gt.Patience(attempts=1)).list_classes()
"""


def test_no_notebook_keeps_a_secret(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook with its outputs, its errors with variables, and the state of its widgets holds nothing of it."""
    import nbformat
    from nbclient import NotebookClient

    plant(gateway, monkeypatch)
    monkeypatch.setenv("GRADETOOLS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    (tmp_path / "sheet.csv").write_text(SHEET)
    cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in NOTEBOOK.split("---")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(
        notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    text = nbformat.writes(notebook)
    failed = [o["ename"] for c in notebook.cells for o in c.outputs if o.output_type == "error"]
    assert (failed, "widget-state+json" in text, "gt-import" in text) == (
        ["NotFoundError", "UnreachableError"],
        True,
        True,
    ), text[:3000]
    assert find_planted(text) == []
    assert find_planted_files([tmp_path]) == {}


@pytest.mark.parametrize("mode", ["token 401 html", "token 200 json", "403 html", "500 standard"])
def test_no_form_shows_a_secret(world: World, gateway: Gateway, mode: str) -> None:
    """A form whose gateway fails, at the first step or in the midst of it, tells and holds nothing of it."""
    from gradetools.widgets import HistoryForm, ImportForm, ResultForm

    forms: list[Any] = [
        ImportForm(world.connect(), folder=world.folder),
        ResultForm(world.connect()),
    ]
    for form in forms:
        form.where.connect.click()
    forms[0].sheet.path.value = str(world.folder / "sheet.csv")
    forms[0].sheet.read.click()
    gateway.mode = mode
    forms += [ImportForm(world.connect(), folder=world.folder), ResultForm(world.connect())]
    for form in forms:
        form.where.connect.click()
    forms[0].sheet.use_classes.click()
    forms.append(HistoryForm(world.connect(), data_dir=world.settings.data_dir))
    told = "\n".join(states(form.view) for form in forms)
    assert (mode.split()[-2] in told, find_planted(told)) == (True, [])


def push_ill(world: World, gateway: Gateway, score: int, mode: str) -> str:
    """Push a sheet whose PUTs the gateway answers in a mode of its own; give the push's id."""
    world.sheet = gt.read_sheet(io.StringIO(f"Student ID,Midterm\n00041,{score}\n00123,2\n"))
    world.snapshot = world.gradebook.take_snapshot(["algebra-1"])
    columns = gt.suggest_columns(world.sheet, world.snapshot)
    world.checked = gt.check_entries(world.sheet, columns, world.snapshot)
    world.plan = gt.make_plan(world.checked, world.snapshot)

    def answer(method: str, *rest: Any) -> Any:
        gateway.mode = mode if method == "PUT" else "fine"
        return usual(method, *rest)

    usual = gateway.answer
    gateway.answer = answer  # type: ignore[method-assign]  # the server's own side
    try:
        agreed = world.plan.fingerprint
        return gt.push_plan(world.plan, world.connect(), agreed=agreed, workers=1).push_id
    finally:
        gateway.answer = usual  # type: ignore[method-assign]  # as it was
        gateway.mode = "fine"


@pytest.mark.parametrize("mode", ["403 html", "token 401 html", "422 json", "500 utf16"])
def test_no_button_of_the_history_shows_a_secret(
    world: World, gateway: Gateway, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Every button of the history form, pressed while the gateway fails and again while it works, shows nothing of it."""
    from gradetools.widgets import HistoryForm

    score = 11 + MODES.index(mode)  # no other test has pushed it through this gateway
    pressed: set[str] = set()
    with caplog.at_level(logging.DEBUG):
        ways = enumerate(("fine", "422 json", "403 html"))
        pushes = [push_ill(world, gateway, score + 20 * n, way) for n, way in ways]
        form = HistoryForm(world.connect(), folder=world.folder, data_dir=world.settings.data_dir)
        shown = [states(form.view)]
        for gateway.mode, push_id in product((mode, "fine"), pushes):
            form.refresh.click()
            form.push.value = push_id
            for name in ("go_on", "retry", "undo", "forget", "keep"):
                button = getattr(form, name)
                if button.layout.display != "none":
                    button.click()
                    pressed.add(name)
                    shown.append(states(form.view))
                if form.writing is not None and name in ("go_on", "retry"):
                    form.writing.push.go.click()
                    with suppress(gt.GradetoolsError):
                        form.writing.push.wait(30)
                    shown.append(states(form.view))
        form.forget.click()
        form.erase.click()
        shown.append(states(form.view))
    assert pressed == {"go_on", "retry", "undo", "forget", "keep"}
    assert find_planted("\n".join(shown) + caplog.text) == []
    assert find_planted_files([world.folder]) == {}
