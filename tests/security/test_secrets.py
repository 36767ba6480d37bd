"""No secret is shown: not by any public name, command, form or failure, in any spelling, anywhere that is kept."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from command import Run
from echoing_gateway import MODES, Gateway
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
from secret_world import QUICK, SHEET, World, plant, public_members, show, show_error

import gradetools as gt
from gradetools.cli.app import app
from gradetools.transport.veil import hide

#: What a failing gateway does not touch; used while it works.
LOCAL = {"rehearse", "open_rehearsal", "Sandbox", "read_sheet", "suggest_columns", "check_entries"}


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


def test_every_method_of_a_gradebook_is_used(world: World) -> None:
    """The walk below forgets no method that speaks with the server."""
    assert sorted(world.gradebook_methods()) == public_members(gt.Gradebook)


@pytest.mark.parametrize("mode", MODES)
def test_no_method_shows_a_secret(
    world: World, gateway: Gateway, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Every method of a gradebook, and every property of what a job makes, shows and logs nothing of what was planted."""
    gateway.mode = mode
    shown: dict[str, str] = {}
    failed: dict[str, BaseException] = {}
    with caplog.at_level(logging.DEBUG):
        for name, use in (world.gradebook_methods() | world.plain_members()).items():
            try:
                shown[name] = show(use())
            except gt.GradetoolsError as error:
                shown[name] = show(error) + "".join(traceback.format_exception(error))
                failed[name] = error
    # Each kind of failure once with its variables, which takes long.
    kinds = {type(error): error for error in failed.values()}
    shown |= {kind.__name__: show_error(error) for kind, error in kinds.items()}
    shown["log"] = caplog.text
    assert {name: found for name, text in shown.items() if (found := find_planted(text))} == {}
    # Score scales are done without where a client may not read them.
    speaking = {*world.gradebook_methods()} - {"close", "list_score_scales"}
    assert speaking & {*failed} == (set() if mode == "fine" else speaking)
    assert find_planted_files([world.folder]) == {}


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


@pytest.mark.usefixtures("interruptible")
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
#: They start something that runs until it is stopped, and by what they print it is known to run.
WAITING = {
    "lab": (("lab", "notebooks", "--no-browser"), "/lab/tree/import_grades.ipynb"),
    "sandbox": (("sandbox", "--data", "kept/sandbox.db"), "runs until you press"),
}
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


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("name", WAITING)
def test_no_server_shows_a_secret(
    name: str, gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands that serve, started amid what was planted and stopped, print and keep nothing of it."""
    plant(gateway, monkeypatch)
    for kept_by_jupyter in (
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_RUNTIME_DIR",
        "IPYTHONDIR",
    ):
        monkeypatch.setenv(kept_by_jupyter, str(tmp_path / kept_by_jupyter))
    monkeypatch.setenv("GRADETOOLS_DATA_DIR", str(tmp_path / "data"))
    words, sign = WAITING[name]
    printed = tmp_path / "printed.txt"
    with printed.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gradetools", *words], cwd=tmp_path, stdout=out, stderr=out
        )
    try:
        until = time.monotonic() + 60
        while sign not in printed.read_text() and time.monotonic() < until:
            assert process.poll() is None, printed.read_text()
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, 143)
    finally:
        process.kill()
        process.wait()
    assert sign in printed.read_text()
    assert find_planted_files([tmp_path]) == {}
