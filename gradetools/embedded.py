"""A sandbox on this machine: started from a file, and told as settings."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from gradetools.errors import MissingExtraError, SettingsError
from gradetools.private import make_folder
from gradetools.settings import Settings

if TYPE_CHECKING:
    from gradetools.sandbox import Sandbox


def start_sandbox(data: Path, *, name: str, seed: Mapping[str, Any] | None = None) -> Sandbox:
    """Start a sandbox on a file of this machine, seeded when the file is new.

    Raises:
        MissingExtraError: the sandbox's packages are not installed.
        SettingsError: the file or its folder cannot be used.
    """
    try:
        from gradetools.sandbox import Sandbox

        make_folder(data.parent)
        # What it holds may be a real sheet's grades: no other user of this machine may read them.
        secret = secrets.token_urlsafe()
        return Sandbox(data=data, name=name, seed=seed, client_secret=secret).start()
    except ImportError:
        raise MissingExtraError("The sandbox", "sandbox") from None
    except OSError:
        raise SettingsError(
            f"The sandbox cannot keep its records in {data.name}; set GRADETOOLS_DATA_DIR to a folder you may write "
            "to, or move that file away."
        ) from None


def sandbox_settings(sandbox: Sandbox, data_dir: Path, *, embedded: bool) -> Settings:
    """Write down where a running sandbox is and how to enter it; `embedded` when its name alone is its identity."""
    return Settings(
        env=sandbox.name,
        base_url=sandbox.base_url,
        token_url=sandbox.token_url,
        client_id=sandbox.client_id,
        client_secret=SecretStr(sandbox.client_secret),
        dialect="oneroster" if sandbox.dialect == "oneroster" else "timeback",
        data_dir=data_dir,
        embedded=embedded,
    )
