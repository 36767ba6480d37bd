"""A pytest plugin that keeps the developer's own machine out of every test and every notebook.

It is loaded for whatever pytest runs (`-p isolation` in pyproject.toml), because a notebook's kernel
is a process of its own: what must not reach it has to be gone before it starts. For the whole run
there is another home folder, and no setting, proxy, keyring or Jupyter configuration of the person
who runs it. `conftest.py` does the rest for each test function.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

SHARED = pytest.StashKey[Path | None]()
HOME = pytest.StashKey[Path]()

OWN_PREFIXES = ("GRADETOOLS_", "TIMEBACK_", "JUPYTER", "IPYTHON", "XDG_", "PYTEST_ADDOPTS")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")

# Each kernel works in a copy of the folder it starts in: it finds the files beside the notebook, but
# no `.env`; and what it writes, receipts and a data folder, is gone after the run.
KERNEL_STARTUP = """
def _isolate():
    import os, shutil, tempfile
    work = os.path.join(tempfile.mkdtemp(prefix="kernel-", dir=os.path.expanduser("~")), "work")
    shutil.copytree(os.getcwd(), work, ignore=shutil.ignore_patterns(".*", "receipts"))
    os.chdir(work)
    os.environ["GRADETOOLS_DATA_DIR"] = os.path.join(os.path.dirname(work), "data")

_isolate()
del _isolate
"""


def is_own(name: str) -> bool:
    """Say whether a variable of the environment is the developer's and none of a test's business."""
    return name.startswith(OWN_PREFIXES) or name.lower() in PROXIES


def pytest_configure(config: pytest.Config) -> None:
    """Move into a home folder of the run's own, before the first test and the first kernel."""
    # A worker starts after the variable was taken away, and is told by the run's own process.
    told = getattr(config, "workerinput", {})
    shared = told.get("shared") or os.environ.get("GRADETOOLS_SHARED")
    config.stash[SHARED] = Path(shared).resolve() if shared else None
    before = dict(os.environ)
    # What differs from run to run in outputs that are compared; nbval would look for it in the working folder.
    config.option.nbval_sanitize_with = str(Path(__file__).with_name("notebook_outputs.cfg"))
    home = tempfile.TemporaryDirectory(prefix="gradetools-tests-", ignore_cleanup_errors=True)
    atexit.register(home.cleanup)  # a worker of pytest-xdist ends without its cleanups
    config.stash[HOME] = Path(home.name)
    for name in [name for name in os.environ if is_own(name)]:
        del os.environ[name]
    os.environ |= {
        "HOME": home.name,
        "GRADETOOLS_DATA_DIR": str(Path(home.name, "data")),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "JUPYTER_PLATFORM_DIRS": "1",  # jupyter_core warns without it
    }
    startup = Path(home.name, ".ipython", "profile_default", "startup", "isolate.py")
    startup.parent.mkdir(parents=True)
    startup.write_text(KERNEL_STARTUP, encoding="utf-8")

    def restore() -> None:
        os.environ.clear()
        os.environ.update(before)
        home.cleanup()

    config.add_cleanup(restore)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the outside samples are."""
    shared = node.config.stash[SHARED]
    node.workerinput["shared"] = str(shared) if shared else ""
