"""A push in a process of its own, which may be killed or have a disk that is full.

It is forked from a server that has everything imported, so that fifty deaths take no minute.
"""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from bench import PATIENCE, WORKERS, Scene, quick_clock
from pydantic import SecretStr

import gradetools as gt
from gradetools.gradebook import Gradebook
from gradetools.transport import Transport


def fork_server() -> ForkServerContext:
    """Give the context whose processes start with all of this imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["gradetools.push", "gradetools.gradebook", "dying"])
    return context


def start(scene: Scene, **pragmas: int) -> tuple[ForkServerProcess, Connection]:
    """Push a scene's plan in another process; it sends the error's class and sentence, or two empty texts.

    `pragmas` are set on each connection to the journal, as a disk or a patience that is smaller.
    """
    context = fork_server()
    here, there = context.Pipe(duplex=False)
    plan = gt.write_plan(scene.plan, scene.folder / "plan.json")
    settings = scene.settings.model_dump()
    settings["client_secret"] = scene.settings.client_secret.get_secret_value()
    process = context.Process(target=push, args=(settings, plan, pragmas, there))
    process.start()
    there.close()
    return process, here


def push(
    settings: Mapping[str, Any], path: Path, pragmas: Mapping[str, int], tell: Connection
) -> None:
    """Push a plan file, and tell how it ended."""
    chosen = gt.Settings(**{**settings, "client_secret": SecretStr(settings["client_secret"])})
    gradebook = Gradebook(chosen)
    gradebook.transport = Transport(chosen, patience=PATIENCE, clock=quick_clock())
    plan = gt.read_plan(path)
    limit(pragmas)
    try:
        gt.push_plan(plan, gradebook, agreed=plan.fingerprint, workers=WORKERS)
        tell.send(("", ""))
    except gt.GradetoolsError as error:
        tell.send((type(error).__name__, str(error)))


def limit(pragmas: Mapping[str, int]) -> None:
    """Set pragmas on each connection that this process opens: a full disk cannot be handed in as an argument."""
    connect = sqlite3.connect

    def connect_limited(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name} = {value}")
        return connection

    sqlite3.connect = connect_limited  # type: ignore[assignment]  # only for this process, which ends after one push
