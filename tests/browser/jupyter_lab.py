"""JupyterLab, Notebook 7 and Voilà in a real browser: start one, open a notebook, run it, look at it.

    with start_lab(ROOT / "notebooks") as lab, start_browser() as browser:
        notebook = open_notebook(browser, lab, "import_grades.ipynb")
        notebook.locator(".gt-check button").click()

Everything is this run's own: home folder, configuration, port, token and a copy of the notebooks. The
browser is the system's Chromium, driven by playwright; nothing is downloaded.
"""

from __future__ import annotations

import ast
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import requests
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as BootTimeoutError

HOST = "127.0.0.1"
BOOT_SECONDS = 60
CELL_SECONDS = 120
WIDTH, HEIGHT = 1400, 1000
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
FrontEnd = Literal["lab", "notebook", "voila"]
# Where each shows a notebook.
ADDRESSES: dict[FrontEnd, str] = {
    "lab": "lab/tree/{name}?reset",
    "notebook": "notebooks/{name}?factory=Notebook",
    "voila": "voila/render/{name}?",
}
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-default-apps", "--no-first-run", "--no-pings", "--metrics-recording-only"),
)
LAB_SETTINGS = {
    # No look at a server for news or updates; every cell drawn, also one that is out of sight, and
    # no empty window's height below the last, which would grow with each taller picture.
    "apputils-extension/notification": '{"checkForUpdates": false, "fetchNews": "false"}',
    "notebook-extension/tracker": '{"windowingMode": "none", "scrollPastEnd": false}',
    "docmanager-extension/plugin": '{"autosave": false}',
}
RUN = """async (number) => {
    const app = window.jupyterapp;
    const { sessionContext, content } = app.shell.currentWidget;
    await sessionContext.ready;
    await sessionContext.session.kernel.info;
    if (number === null) return app.commands.execute('notebook:run-all-cells');
    content.activeCellIndex = number;
    content.deselectAll();
    await app.commands.execute('notebook:run-cell');
}"""
ASK = """async (expression) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    const told = `__import__('json').dumps(${expression})`;
    const asked = { code: '', store_history: false, user_expressions: { told } };
    const { told: answer } = (await kernel.requestExecute(asked).done).content.user_expressions;
    return answer.data?.['text/plain'] ?? JSON.stringify(answer);
}"""
IS_IDLE = """() => {
    const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
    return context?.session?.kernel?.status === 'idle';
}"""
CELL_ERRORS = """() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap(
    cell => cell.model.type !== 'code' ? [] : cell.model.outputs.toJSON()
        .filter(output => output.output_type === 'error')
        .map(output => `${output.ename}: ${output.evalue}`))"""
FULL_HEIGHT = """() => {
    const scroller = document.querySelector('.jp-WindowedPanel-outer') ?? document.body;
    return scroller.scrollHeight + window.innerHeight - scroller.clientHeight;
}"""


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab, Notebook or Voilà."""

    base_url: str
    token: str = field(repr=False)
    folder: Path
    front_end: FrontEnd = "lab"

    def address(self, name: str) -> str:
        """Where a notebook of the folder is opened, in a fresh workspace."""
        return f"{self.base_url}/{ADDRESSES[self.front_end].format(name=name)}&token={self.token}"


@contextmanager
def start_lab(
    notebooks: Path,
    *,
    front_end: FrontEnd = "lab",
    arguments: Sequence[str] = (),
    **environment: str,
) -> Iterator[Lab]:
    """Serve a copy of a folder of notebooks; nothing of the caller's own Jupyter is used.

    Args:
        notebooks: the folder.
        front_end: what shows them.
        arguments: more for its command line.
        environment: more variables of the environment.
    """
    with tempfile.TemporaryDirectory(
        prefix="gradetools-lab-", ignore_cleanup_errors=True
    ) as home_name:
        home = Path(home_name)
        folder = home / "notebooks"
        shutil.copytree(notebooks, folder, ignore=shutil.ignore_patterns(".*", "receipts"))
        for name, text in LAB_SETTINGS.items():
            path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        lab = Lab(f"http://{HOST}:{_free_port()}", secrets.token_hex(16), folder, front_end)
        with _process([*_command(lab), *arguments], lab, home, environment):
            yield lab


def _command(lab: Lab) -> list[str]:
    port = f"--port={urlsplit(lab.base_url).port}"
    if lab.front_end == "voila":
        command = [sys.executable, "-m", "voila", str(lab.folder), "--no-browser", port]
        return [*command, f"--Voila.ip={HOST}", f"--token={lab.token}"]
    module = {"lab": "jupyterlab", "notebook": "notebook"}[lab.front_end]
    return [
        *(sys.executable, "-m", module, "--no-browser", "--allow-root", port),
        *(f"--ip={HOST}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={lab.token}"),
        *("--expose-app-in-browser", f"--ServerApp.root_dir={lab.folder}"),
    ]


@contextmanager
def _process(
    command: Sequence[str], lab: Lab, home: Path, environment: Mapping[str, str]
) -> Iterator[None]:
    """Run the server until the block ends; its log is shown when it does not come up."""
    log = home / "jupyter.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            command,
            cwd=home,
            env=_environment(home) | environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(lab, server, log)
            yield
        finally:
            server.terminate()
            try:
                server.wait(timeout=15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _environment(home: Path) -> dict[str, str]:
    """The caller's environment without what is its own: settings, Jupyter, proxies."""
    from isolation import is_own

    return {name: value for name, value in os.environ.items() if not is_own(name)} | {
        "HOME": str(home),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "GRADETOOLS_DATA_DIR": str(home / "data"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _wait_for(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            # Each answers this; without the token Voilà refuses what JupyterLab gives.
            requests.get(f"{lab.base_url}/api/status", params={"token": lab.token}, timeout=5)
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The server did not start:\n{log.read_text(encoding='utf-8')}")


def find_chromium() -> str | None:
    """Give the path of the system's Chromium, None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def start_browser() -> Iterator[Browser]:
    """Start the system's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class NotebookPage:
    """A notebook in JupyterLab, in a browser.

    Attributes:
        page: playwright's page, for whatever is not offered here.
        console_errors: what the browser's console called an error, and uncaught exceptions.
        external_requests: every address asked for that is not of this JupyterLab.
    """

    page: Page
    lab: Lab
    console_errors: list[str] = field(default_factory=list)
    external_requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", self._fail)
        self.page.on("request", self._watch)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console_errors.append(f"{message.text} ({message.location['url']})")

    def _fail(self, error: Error) -> None:
        self.console_errors.append(f"uncaught: {error}")

    def _watch(self, request: Request) -> None:
        ours = urlsplit(self.lab.base_url).netloc
        if urlsplit(request.url).netloc not in {ours, ""}:  # data: and blob: have no host
            self.external_requests.append(request.url)

    def locator(self, selector: str) -> Locator:
        """Find by CSS; widgets carry hooks such as `.gt-check`."""
        return self.page.locator(selector)

    def run(self, number: int | None = None) -> None:
        """Run every cell, or only one, and wait until the kernel is idle.

        Raises:
            AssertionError: a cell ended in an error; its name and message are given.
        """
        self.page.evaluate(RUN, number)
        self.wait_until_idle()
        errors = self.page.evaluate(CELL_ERRORS)
        if errors:
            raise AssertionError("; ".join(errors))

    def ask(self, expression: str) -> Any:
        """Ask the kernel for the value of a Python expression, as JSON tells it."""
        return json.loads(ast.literal_eval(self.page.evaluate(ASK, expression)))

    def wait_until_idle(self) -> None:
        """Wait until the kernel has nothing to do."""
        self.page.wait_for_function(IS_IDLE, timeout=CELL_SECONDS * 1000)

    def set_theme(self, theme: str) -> None:
        """Change to the "light" or the "dark" theme."""
        change = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
        self.page.evaluate(change, THEMES[theme])
        changed = f"body[data-jp-theme-name='{THEMES[theme]}']"
        self.page.wait_for_selector(changed, state="attached")

    def hide_sidebar(self) -> None:
        """Give the notebook the whole width of the window."""
        self.page.evaluate("""() => {
            const app = window.jupyterapp;
            if (!app.shell.leftCollapsed) return app.commands.execute('application:toggle-left-area');
        }""")

    def fit_height(self, width: int = WIDTH) -> None:
        """Make the window as tall as the notebook is long."""
        for _ in range(3):  # a taller window may reflow what is in it
            height = max(HEIGHT, int(self.page.evaluate(FULL_HEIGHT)))
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(200)

    def take_screenshot(self, path: Path) -> None:
        """Write a PNG of the whole notebook, however long, not only of what fits in the window."""
        self.fit_height()
        self.page.screenshot(path=path)


def open_notebook(
    browser: Browser,
    lab: Lab,
    name: str,
    *,
    theme: str = "light",
    run: bool = True,
    only: int | None = None,
) -> NotebookPage:
    """Open a notebook of the lab's folder on a page of its own, and run all of its cells, or one only.

    Raises:
        AssertionError: a cell ended in an error.
    """
    viewport: Any = {"width": WIDTH, "height": HEIGHT}
    notebook = NotebookPage(browser.new_context(viewport=viewport).new_page(), lab)
    if lab.front_end == "voila":
        return _open_voila(notebook, name)
    notebook.page.goto(lab.address(name))
    try:
        notebook.page.wait_for_function(IS_IDLE, timeout=BOOT_SECONDS * 1000)
    except BootTimeoutError:
        # Now and then JupyterLab misses its kernel's first word, and waits for it until the page is loaded again.
        notebook.page.reload()
        notebook.page.wait_for_function(IS_IDLE, timeout=BOOT_SECONDS * 1000)
    notebook.set_theme(theme)
    if run:
        notebook.run(only)
    return notebook


def _open_voila(notebook: NotebookPage, name: str) -> NotebookPage:
    """Open a notebook in Voilà, which runs every cell as it loads; what it asks of other hosts is not let through."""
    ours = notebook.lab.base_url
    notebook.page.route(lambda url: not url.startswith(ours), lambda route: route.abort())
    notebook.page.goto(notebook.lab.address(name))
    notebook.locator(".jp-OutputArea-output").first.wait_for(timeout=CELL_SECONDS * 1000)
    return notebook
