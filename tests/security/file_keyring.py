"""A keyring in a file, for tests: what the operating system's own would keep, where a test can look at it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class FileKeyring(KeyringBackend):
    """Keeps everything in the file that TEST_KEYRING names."""

    priority = 1.0  # type: ignore[assignment]  # keyring's own backends do the same

    def _kept(self) -> dict[str, str]:
        path = Path(os.environ["TEST_KEYRING"])
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def _keep(self, kept: dict[str, str]) -> None:
        Path(os.environ["TEST_KEYRING"]).write_text(json.dumps(kept), encoding="utf-8")

    def get_password(self, service: str, username: str) -> str | None:
        """Give what is kept."""
        return self._kept().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self._keep(self._kept() | {f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        """Keep it no longer."""
        kept = self._kept()
        del kept[f"{service}/{username}"]
        self._keep(kept)


class LockedKeyring(FileKeyring):
    """A keyring that nobody unlocks, and whose errors repeat what they were given."""

    def get_password(self, service: str, username: str) -> str | None:
        """Refuse."""
        raise RuntimeError(f"locked: {service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Refuse."""
        raise RuntimeError(f"locked: {service} {username} {password}")
