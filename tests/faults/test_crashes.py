"""A push that dies, and a journal that cannot be written: nothing is lost, and nothing doubled."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from bench import BAD, WORKERS, Bench, Choice, Scene, occurring
from dying import start
from faulty_proxy import Asked, Fault, reply
from page import Page, tell
from table import CRASHES
from test_faults import noted

import gradetools as gt
from gradetools.errors import JournalError, PushRunningError
from gradetools.journal import Journal, Outcome, open_journal
from gradetools.push.progress import Reporter
from gradetools.push.run import _Run


@pytest.mark.parametrize("number", range(5))
def test_a_death(number: int, bench: Bench, tmp_path: Path, page: Page, seed: int) -> None:
    """Killed at a random instant and resumed, a push writes every grade once (P22)."""
    die(bench, tmp_path / "scene", page, seed + number)


@pytest.mark.long
@pytest.mark.parametrize("number", range(50))
def test_many_deaths(number: int, bench: Bench, tmp_path: Path, page: Page, seed: int) -> None:
    """The same, fifty times."""
    die(bench, tmp_path / "scene", page, seed + number)


def die(bench: Bench, folder: Path, page: Page, seed: int) -> None:
    """Kill a push a moment after one of its PUTs, and resume it."""
    with noted(seed), Scene.open(bench, folder, seed) as scene:
        reached = at_put(scene, scene.rng.randrange(len(scene.queue)))
        process, _ = start(scene)
        assert reached.wait(30), "it never came so far"
        time.sleep(scene.rng.uniform(0, 0.03))
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join(30)
        receipt = scene.journaled()
        left = {
            "written" if state in {"created", "updated"} else state for state in occurring(receipt)
        }
        assert left <= {"written", "unsent", "skipped", "blocked"}
        sent = scene.puts()
        how = scene.go_on(receipt) if receipt.status == "unfinished" else "resume the push"
        again = scene.puts()
        # What was there already when the resume began was read, and not sent once more.
        assert {one: len(again[one]) for one in sent} == {one: len(sent[one]) for one in sent}
    see(page, "killed", "", how)


@pytest.mark.parametrize("name", ["disk full before", "locked before"])
def test_a_journal_that_takes_no_plan(
    name: str, bench: Bench, tmp_path: Path, page: Page, seed: int
) -> None:
    """Where the plan cannot be journaled nothing is sent, and it is told what to do (P22)."""
    with noted(seed), Scene.open(bench, tmp_path / "scene", seed) as scene:
        journal = open_journal(scene.gradebook.environment, scene.settings.data_dir)
        journal.close()
        with closing(sqlite3.connect(journal.path, isolation_level=None)) as other:
            if name.startswith("locked"):
                other.execute("BEGIN IMMEDIATE")
            error = fail(scene, max_page_count=12, busy_timeout=200)
        assert (scene.puts(), gt.list_pushes(scene.settings.data_dir)) == ({}, [])
        assert not occurring(scene.push()) & BAD
        scene.is_whole()
    see(page, name, error, "push again")


@pytest.mark.parametrize("name", ["disk full during", "locked during"])
def test_a_journal_that_takes_no_outcomes(
    name: str, bench: Bench, tmp_path: Path, page: Page, seed: int
) -> None:
    """Outcomes that cannot be kept end the push, and a resume finds out what came of them (P22)."""
    with noted(seed), Scene.open(bench, tmp_path / "scene", seed) as scene, lock(scene) as locked:
        scene.choose = locked if name.startswith("locked") else verbose()
        pages = pages_of_plan(scene, tmp_path / "scratch")
        error = fail(scene, max_page_count=pages + 1, busy_timeout=200)
        locked.release()
        receipt = scene.journaled()
        assert (receipt.finished, bool(scene.puts())) == (None, True)
        how = scene.go_on(receipt)
    see(page, name, error, how)


class Refusing(Journal):
    """A journal that takes the plan and no outcome, and counts how often it was asked."""

    asked = 0

    def record(self, push_id: str, outcomes: Sequence[Outcome]) -> None:  # noqa: ARG002 - it takes none
        """Refuse, a while after it was asked."""
        self.asked += 1
        time.sleep(0.2)
        raise JournalError("no room")


def test_a_journal_that_refuses_is_not_asked_for_each_entry(
    bench: Bench, tmp_path: Path, seed: int
) -> None:
    """Each refusal may take ten seconds, so the journal is asked once more at the end, and not for each outcome."""
    with noted(seed), Scene.open(bench, tmp_path / "scene", seed) as scene:
        made = open_journal(scene.gradebook.environment, scene.settings.data_dir)
        journal = Refusing(made.path, made.environment, sqlite3.connect(made.path))
        with made, journal:
            run = _Run(
                scene.plan,
                scene.gradebook,
                journal,
                push_id="",
                agreed=scene.plan.fingerprint,
                note="",
                workers=WORKERS,
                stop=threading.Event(),
                reporter=Reporter(None, scene.plan.writes),
                verify="sample",
            )
            run.go()
        assert journal.asked <= 3
        assert len(run.unsaved) == len(scene.puts()) > WORKERS


def test_a_journal_locked_for_a_moment(bench: Bench, tmp_path: Path, page: Page, seed: int) -> None:
    """A journal that another program holds for a moment is waited for."""
    with noted(seed), Scene.open(bench, tmp_path / "scene", seed) as scene, lock(scene) as locked:
        scene.choose = locked
        threading.Timer(0.5, locked.release).start()
        receipt = scene.push()
        scene.audit(receipt)
        assert not occurring(receipt) & BAD
        how = scene.go_on(receipt)
    see(page, "locked a while", "", how)


def test_a_second_process_is_refused(bench: Bench, tmp_path: Path, seed: int) -> None:
    """While one process pushes, another one is refused before it sends anything (P22)."""
    with noted(seed), Scene.open(bench, tmp_path / "scene", seed) as scene:
        reached = at_put(scene, 1)
        # One answer takes longer than the second process waits for its turn.
        watch, slow = scene.choose, iter([Fault(delay_answer=1.2)])
        scene.choose = lambda asked: (
            watch(asked) or (next(slow, None) if reached.is_set() else None)
        )
        process, heard = start(scene)
        assert reached.wait(30)
        with pytest.raises(PushRunningError, match="under way"):
            scene.push()
        assert heard.recv() == ("", "")
        process.join(30)
        scene.audit(scene.journaled())
        scene.is_whole()


def at_put(scene: Scene, number: int) -> threading.Event:
    """Give an event that is set when the server is about to hear its `number`-th PUT, counted from 0."""
    reached, count = threading.Event(), iter(range(1_000_000))

    def choose(asked: Asked) -> None:
        if asked.method == "PUT" and next(count) == number:
            reached.set()

    scene.choose = choose
    return reached


def verbose() -> Choice:
    """Name every PUT with a long id, so that its outcome takes more room than its intent."""
    return lambda asked: (
        Fault(instead=reply(201, asked.body, x_request_id=600 * "r"))
        if asked.method == "PUT"
        else None
    )


class Lock:
    """Another program's hold on a journal: taken at the first PUT, until it is released."""

    def __init__(self, path: Path) -> None:
        self._other = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=5
        )
        self._taken = False

    def __call__(self, asked: Asked) -> None:
        """Take it when the first PUT comes."""
        if asked.method == "PUT" and not self._taken:
            self._taken = True
            self._other.execute("BEGIN IMMEDIATE")

    def release(self) -> None:
        """Let the journal go."""
        if self._other.in_transaction:
            self._other.execute("ROLLBACK")

    def close(self) -> None:
        """Go away."""
        self._other.close()


def lock(scene: Scene) -> closing[Lock]:
    """Stand ready to lock a scene's journal."""
    with open_journal(scene.gradebook.environment, scene.settings.data_dir) as journal:
        return closing(Lock(journal.path))


def fail(scene: Scene, **pragmas: int) -> str:
    """Push in another process that must fail, and give its error as it is told."""
    process, heard = start(scene, **pragmas)
    assert heard.poll(60), "it never ended"
    name, sentence = heard.recv()
    process.join(30)
    assert name == "JournalError", (name, sentence)
    return f"{name}: {sentence}"


def pages_of_plan(scene: Scene, folder: Path) -> int:
    """How many pages of SQLite's the scene's plan takes before anything of it is sent."""
    with open_journal(scene.gradebook.environment, folder) as journal:
        journal.begin(scene.plan, client_id="sandbox", note="", now=scene.gradebook.clock())
        with closing(sqlite3.connect(journal.path)) as other:
            return int(other.execute("PRAGMA page_count").fetchone()[0])


def see(page: Page, name: str, told: str, goes_on: str) -> None:
    """Hold what was told, and how it went on, against the table."""
    key, (entry, others, *_) = CRASHES[name]
    row = (*key, entry, others, tell(told), goes_on)
    assert row[4:] == CRASHES[name][1][2:]
    page.see(row)
