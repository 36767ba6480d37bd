"""What the tests of security share: a keyring of their own, a careless gateway, and a world behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from echoing_gateway import Gateway, serve_gateway
from file_keyring import FileKeyring
from secret_world import World, plant

import gradetools as gt


@pytest.fixture(scope="module")
def running_gateway() -> Iterator[Gateway]:
    """Serve the careless gateway for the tests of a module."""
    with gt.Sandbox() as sandbox, serve_gateway(sandbox) as running:
        yield running


@pytest.fixture
def gateway(running_gateway: Gateway) -> Gateway:
    """Let a test begin with a gateway that works."""
    running_gateway.mode = "fine"
    return running_gateway


@pytest.fixture
def world(gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Give a world whose settings can also be found in the environment."""
    plant(gateway, monkeypatch)
    return World(gateway, tmp_path)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Use a keyring in a file for one test; gives the file."""
    before = keyring.get_keyring()
    path = tmp_path / "keyring.json"
    monkeypatch.setenv("TEST_KEYRING", str(path))
    keyring.set_keyring(FileKeyring())
    yield path
    keyring.set_keyring(before)
