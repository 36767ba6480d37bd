"""The page about security tells what is so: folders, modes, commands and settings that are there."""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs

from gradetools.cli.app import app
from gradetools.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_its_commands_are_there() -> None:
    """Every command that it names exists."""
    known = {command.name for command in app.registered_commands}
    assert set(re.findall(r"`gradetools ([a-z]+)", PAGE)) - known == set()


def test_its_settings_are_there() -> None:
    """Every variable that it names is a setting, or the log's level."""
    named = {name.lower() for name in re.findall(r"GRADETOOLS_([A-Z_]+)", PAGE)}
    assert named - set(Settings.model_fields) == {"log_level"}


def test_its_folders_are_those() -> None:
    """The folders of the data folder that it names are those that the code makes, and no other."""
    source = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "gradetools").rglob("*.py"))
    made = set(re.findall(r"(?:data_dir|folder) / \"(\w+)\"", source))
    named = set(re.findall(r"`(\w+)/`", PAGE))
    assert (named, named - made) == ({"journal", "rehearsals", "sandbox", "columns"}, set())


def test_the_data_folder_is_the_systems() -> None:
    """The data folder is where the system keeps such files."""
    assert Settings().data_dir == platformdirs.user_data_path("gradetools")


def test_the_readme_leads_there() -> None:
    """The README has a link to it."""
    assert "(docs/security.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
