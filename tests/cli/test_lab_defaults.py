"""What `gradetools lab` takes for the defaults of JupyterLab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gradetools.cli.serving import write_lab_defaults


@pytest.mark.parametrize("tracked", [True, False])
def test_lab_asks_nothing_and_saves_into_no_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, tracked: bool
) -> None:
    """Jupyter reads that it need not ask for news, and for the notebooks of a checkout that it saves only when told to."""
    # Imported here, for it takes seconds.
    from jupyter_server.services.config import ConfigManager

    write_lab_defaults(tmp_path, tracked=tracked)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
    read: Any = ConfigManager(config_dir_name="labconfig").get("default_setting_overrides")  # type: ignore[no-untyped-call]  # has none
    assert read["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    autosave = read.get("@jupyterlab/docmanager-extension:plugin", {}).get("autosave", True)
    assert autosave is not tracked
