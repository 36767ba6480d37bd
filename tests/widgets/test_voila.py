"""What only a notebook is for ends where Voilà shows it."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from gradetools.widgets import stop_under_voila


@pytest.mark.parametrize(("server", "said"), [("voila/0.5.13", "before"), ("", "after")])
def test_cells_after_the_stop(server: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under Voilà a cell after the stop does nothing; elsewhere it runs as ever."""
    monkeypatch.setenv("SERVER_SOFTWARE", server)
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    try:
        shell.run_cell("said = 'before'")
        hides = stop_under_voila()
        shell.run_cell("said = 'after'")
        assert shell.user_ns["said"] == said
        assert (hides is not None) == bool(server)
    finally:
        InteractiveShell.clear_instance()
