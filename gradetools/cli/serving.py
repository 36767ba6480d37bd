"""Commands that start something and wait: `lab` and `sandbox`."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from gradetools.cli.console import make_console
from gradetools.errors import MissingExtraError, SheetError
from gradetools.sandbox import Sandbox

_PACKAGE = Path(__file__).resolve().parents[1]
_UPLOAD_MB = 200
_START = "import_grades.ipynb"


def lab(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            help="Where the notebooks go; by default gradetools-notebooks, in a checkout its own notebooks/.",
        ),
    ] = None,
    no_browser: Annotated[
        bool,
        typer.Option("--no-browser", metavar="", help="Print the address instead of opening it."),
    ] = False,
) -> None:
    """Start JupyterLab on the notebooks."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise MissingExtraError("The notebooks", "lab")
    target = place_notebooks(folder)
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={target}",
        f"--LabApp.default_url=/lab/tree/{_START}",
        # Uploads over 10 MB would else be dropped without a word.
        f"--ServerApp.tornado_settings={{'websocket_max_message_size': {_UPLOAD_MB * 1024 * 1024}}}",
        # Of Jupyter's own log only what is wrong, so that the address is not lost in it.
        "--Application.log_level=WARN",
        # Nothing leaves this machine but to the gradebook, no question for news either.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        *(["--no-browser"] if no_browser else []),
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]
    make_console(as_json=False).print(
        f'Notebooks in {escape(str(target))}; stop with Ctrl-C. Jupyter may warn that its kernel runs "over TCP '
        'without encryption": that is between two programs on this machine, and leaves it nowhere.',
        soft_wrap=True,
    )
    with tempfile.TemporaryDirectory(prefix="gradetools-lab-") as config:
        write_lab_defaults(Path(config), tracked=target == _find_checkout())
        # The forms say how large an upload may be.
        environment = {
            **os.environ,
            "GRADETOOLS_UPLOAD_MB": str(_UPLOAD_MB),
            "JUPYTER_CONFIG_PATH": os.pathsep.join(
                filter(None, (config, os.environ.get("JUPYTER_CONFIG_PATH")))
            ),
        }
        ended = _run_until_stopped(command, environment)
    raise typer.Exit(ended)


def _run_until_stopped(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program to its end, which comes at the latest with the end of this one; give its exit code."""
    with subprocess.Popen(command, env=environment) as process:  # noqa: S603 - our own arguments
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        while True:
            # A Ctrl-C goes to both: Jupyter asks whether it is meant, and decides.
            with contextlib.suppress(KeyboardInterrupt):
                return process.wait()


def write_lab_defaults(folder: Path, *, tracked: bool) -> None:
    """Write what JupyterLab takes for its defaults; whatever a person has set there themselves goes before.

    Args:
        folder: a folder of Jupyter's configuration.
        tracked: the notebooks are those of a checkout: without autosave no outputs get into them unasked.
    """
    defaults: dict[str, dict[str, object]] = {
        # No question whether it may fetch news, which would stand before the form.
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
        }
    }
    if tracked:
        defaults["@jupyterlab/docmanager-extension:plugin"] = {"autosave": False}
    path = folder / "labconfig" / "default_setting_overrides.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(defaults), encoding="utf-8")


def place_notebooks(folder: Path | None) -> Path:
    """Copy the packaged notebooks to a folder, never over what is there; in a checkout use its own."""
    packaged = _PACKAGE / "_notebooks"
    checkout = _find_checkout()
    if folder is None and checkout is not None:
        return checkout
    source = checkout or packaged
    target = (folder or Path("gradetools-notebooks")).resolve()
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path in sorted([*source.glob("*.ipynb"), *source.glob("samples/*")]):
            copy = target / path.relative_to(source)
            if not copy.exists():
                copy.parent.mkdir(exist_ok=True)
                shutil.copy(path, copy)
    except OSError as error:
        raise SheetError(
            f"The folder {target} cannot be used ({error.strerror}); name another."
        ) from None
    return target


def _find_checkout() -> Path | None:
    """Give the folder of notebooks of a checkout; None where the package is installed with its own."""
    return None if (_PACKAGE / "_notebooks").is_dir() else _PACKAGE.parent / "notebooks"


def sandbox(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")
    ] = 0,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="FILE", help="Keep its SQLite file here; else it goes at the end."
        ),
    ] = None,
) -> None:
    """Run a gradebook of an invented school on this machine, and print the settings to reach it."""
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    try:
        with Sandbox(data=data, port=port) as server:
            typer.echo(server.settings_text())
            make_console(as_json=True).print("The sandbox runs until you press Ctrl-C.")
            while not stopped.wait(0.5):
                pass
    except ImportError:
        raise MissingExtraError("The sandbox", "sandbox") from None
    except OSError as error:
        raise SheetError(
            f"The sandbox cannot start ({error.strerror}); try another --port or --data."
        ) from None
