"""A bench for faults: one school, a class for each push, a wire to spoil, and an audit that asks the server.

What the sandbox logged and holds is read from the sandbox itself; nothing here asks the client what it did.
"""

from __future__ import annotations

import io
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from faulty_proxy import Asked, Fault, FaultyProxy

import gradetools as gt
from gradetools.errors import GradebookError
from gradetools.gradebook import Gradebook
from gradetools.journal import open_journal
from gradetools.pace import Clock
from gradetools.plan import OnConflict
from gradetools.transport import Transport

WORKERS = 32
RESULTS = "/ims/oneroster/gradebook/v1p2/results/"
STAMP = "2026-09-01T00:00:00.000Z"
#: A minute of waiting takes three seconds; only an answer that never comes takes its real time.
SPEED = 20
PATIENCE = gt.Patience(attempts=4, seconds=60, first_wait=0.2, longest_wait=1, read_timeout=1.5)
#: For thousands of entries, whose lists alone take a busy machine seconds: an answer may take eight real ones.
LONG_PATIENCE = replace(PATIENCE, seconds=600, read_timeout=8)
WRITTEN = {"created", "updated"}
BAD = {"failed", "conflict", "unsent"}
TOKEN = "/oauth2/token"  # noqa: S105 - a path

Choice = Callable[[Asked], Fault | None]


def occurring(receipt: gt.Receipt) -> set[str]:
    """Give the states that occur in a receipt."""
    return {state for state, count in receipt.states.items() if count}


def quick_now() -> float:
    """Seconds since 1970, as the quick clock has them."""
    return 1_800_000_000 + time.monotonic() * SPEED


def quick_clock(now: Callable[[], float] = quick_now) -> Clock:
    """Give a clock by which all waits are over sooner."""
    return Clock(
        lambda: time.monotonic() * SPEED, now, lambda stop, seconds: stop.wait(seconds / SPEED)
    )


def record_of(sourced_id: str, **fields: object) -> dict[str, Any]:
    """Make a plain OneRoster record."""
    return {"sourcedId": sourced_id, "status": "active", "dateLastModified": STAMP, **fields}


def ref(sourced_id: str) -> dict[str, str]:
    """Make a bare reference."""
    return {"sourcedId": sourced_id}


@dataclass
class Bench:
    """A sandbox for all faults, each on a class of its own; `students` per class, two line items each."""

    sandbox: gt.Sandbox
    students: int
    ahead: list[float]
    patience: gt.Patience = PATIENCE
    made: int = 0

    @cached_property
    def sheet(self) -> gt.Sheet:
        """The sheet that all classes share."""
        rows = [f"id-{n:04d},{self.score('A', n)},{self.score('B', n)}" for n in self.everybody]
        text = "\n".join(["Student ID,A,B", *rows, "id-9999,5,6", "id-0000,,"]) + "\n"
        return gt.read_sheet(io.StringIO(text))

    @property
    def everybody(self) -> range:
        """Number the students."""
        return range(self.students)

    @classmethod
    @contextmanager
    def open(cls, students: int, patience: gt.Patience = PATIENCE) -> Iterator[Bench]:
        """Start the school; `ahead` is by how much the server's clock for tokens goes ahead."""
        ahead = [0.0]
        users = [
            record_of(
                f"student-{n:04d}",
                givenName="Ada",
                familyName=f"Example {n}",
                identifier=f"id-{n:04d}",
                username=f"ada{n}",
                roles=[{"role": "student", "roleType": "primary", "org": ref("school")}],
            )
            for n in range(students)
        ]
        seed = {
            "orgs": [record_of("school", name="School", type="school")],
            "courses": [record_of("course", title="Course", org=ref("school"))],
            "categories": [record_of("category", title="Tests")],
            "users": users,
        }
        with gt.Sandbox(seed=seed, clock=lambda: time.monotonic() + ahead[0]) as sandbox:
            yield cls(sandbox, students, ahead, patience)

    @property
    def port(self) -> int:
        """Where the sandbox listens."""
        return int(self.sandbox.base_url.rsplit(":", 1)[1])

    def add_class(self) -> str:
        """Make a class with everybody in it; every second student has both grades already."""
        self.made += 1
        class_id = f"class-{self.made:03d}"
        put, own = self.sandbox.put_record, {"class": ref(class_id), "school": ref("school")}
        one = record_of(class_id, title=class_id, course=ref("course"), school=ref("school"))
        put("classes", one)
        for item in ("A", "B"):
            about = {
                "title": item,
                "category": ref("category"),
                "resultValueMax": 4 * self.students,
            }
            dates = {"assignDate": STAMP, "dueDate": STAMP, "resultValueMin": 0}
            put("lineItems", record_of(f"{class_id}-{item}", **own, **about, **dates))
        for n in self.everybody:
            user = {"user": ref(f"student-{n:04d}"), "role": "student"}
            put("enrollments", record_of(f"{class_id}-{n:04d}", **own, **user))
            if n % 2 == 0:
                for item in ("A", "B"):
                    put(
                        "results", self.result(class_id, item, n, f"{class_id}-{item}-{n:04d}", 0.5)
                    )
        return class_id

    def result(
        self, class_id: str, item: str, n: int, sourced_id: str, score: float
    ) -> dict[str, Any]:
        """Make a result as somebody else would have made it."""
        graded = {"score": score, "scoreStatus": "fully graded", "scoreDate": STAMP}
        whose = {"lineItem": ref(f"{class_id}-{item}"), "student": ref(f"student-{n:04d}")}
        return record_of(sourced_id, **whose, **{"class": ref(class_id)}, **graded)

    def score(self, item: str, n: int) -> float:
        """Say what the sheet says; never a whole number, so that rounding shows."""
        return n + {"A": 1.25, "B": 2.25}[item]


@dataclass
class Scene:
    """One plan of one class behind one spoiled wire.

    `hit` are the ids of the results that the fault is for.
    """

    bench: Bench
    folder: Path
    class_id: str
    rng: random.Random
    hit: set[str] = field(default_factory=set)
    choose: Choice = lambda _: None
    now: Callable[[], float] = quick_now

    @classmethod
    @contextmanager
    def open(cls, bench: Bench, folder: Path, seed: int) -> Iterator[Scene]:
        """Make a class, read its sheet, and plan it behind a proxy that spoils nothing yet."""
        folder.mkdir(parents=True)
        rng = random.Random(seed)  # noqa: S311 - places to spoil, no secret
        scene = cls(bench, folder, bench.add_class(), rng)
        with FaultyProxy(bench.port, lambda asked: scene.choose(asked)) as proxy:
            scene.proxy = proxy
            inner = gt.connect(bench.sandbox)
            scene.settings = inner.settings.model_copy(
                update={
                    "base_url": proxy.base_url,
                    "token_url": f"{proxy.base_url}/oauth2/token",
                    "data_dir": folder / "data",
                }
            )
            scene.gradebook = scene.connect()
            scene.began = len(bench.sandbox.requests())
            scene.plan = scene.make_plan()
            yield scene
            scene.gradebook.close()

    proxy: FaultyProxy = field(init=False)
    settings: gt.Settings = field(init=False)
    gradebook: Gradebook = field(init=False)
    plan: gt.Plan = field(init=False)
    began: int = field(init=False)

    def connect(self, **options: Any) -> Gradebook:
        """Connect with little patience and a quick clock."""
        gradebook = Gradebook(self.settings, **options)
        gradebook.transport = Transport(
            self.settings,
            patience=self.bench.patience,
            clock=quick_clock(lambda: self.now()),
        )
        return gradebook

    def make_plan(self, on_conflict: OnConflict = "stop") -> gt.Plan:
        """Plan the sheet: everybody's two grades, a stranger's, and a row that says nothing."""
        sheet, snapshot = self.bench.sheet, self.gradebook.take_snapshot([self.class_id])
        checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
        with open_journal(self.gradebook.environment, self.settings.data_dir) as journal:
            last_sent = journal.last_sent()
        return gt.make_plan(checked, snapshot, last_sent=last_sent, on_conflict=on_conflict)

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """What the first plan writes: sourcedId to its row, in the order in which a push takes them."""
        writes = self.plan.changes
        writes = writes[writes["action"].isin(["create", "update"])]
        return {
            row["sourced_id"]: row
            for row in rows_of(writes.sort_values("line_item", kind="stable"))
        }

    @property
    def queue(self) -> list[str]:
        """The ids that the plan writes, in the order in which a push takes them."""
        return list(self.rows)

    def push(self, plan: gt.Plan | None = None, **options: Any) -> gt.Receipt:
        """Push the plan as somebody who has looked at it; what ends before a PUT has its receipt, too."""
        plan = plan or self.plan
        options = {"workers": WORKERS, **options}
        try:
            return gt.push_plan(plan, self.gradebook, agreed=plan.fingerprint, **options)
        except GradebookError:
            return self.journaled()

    def journaled(self) -> gt.Receipt:
        """What the journal says of the latest push."""
        with open_journal(self.gradebook.environment, self.settings.data_dir) as journal:
            return journal.read_receipt(journal.list_pushes()[0].push_id)

    def store(self) -> list[dict[str, Any]]:
        """Every result that the server holds of this class."""
        records = self.bench.sandbox.records("results")
        return [one for one in records if one["class"] == ref(self.class_id)]

    def interfere(self, sourced_id: str, *, written: bool = False) -> None:
        """Change a grade as somebody else would, before or after ours; make one where there is none."""
        row = self.rows[sourced_id]
        held = json.loads(row["after"] if written else row["before"] or "null")
        if held is None:
            item, number = row["line_item"][-1], int(row["student"][-4:])
            held = self.bench.result(self.class_id, item, number, f"theirs-{sourced_id}", 0)
        self.bench.sandbox.put_record("results", {**held, "score": 0.75})

    # -- the audit

    def puts(self) -> dict[str, list[Any]]:
        """What the server's own log says that it accepted: sourcedId to the bodies, oldest first."""
        found: dict[str, list[Any]] = defaultdict(list)
        for one in self.bench.sandbox.requests()[self.began :]:
            assert one.method in {"GET", "PUT"} or (one.method, one.path) == ("POST", TOKEN)
            if one.method == "PUT" and one.status == 201:
                assert one.path.startswith(RESULTS)
                found[one.path.removeprefix(RESULTS)].append(json.loads(one.body)["result"])
        return found

    def audit(self, receipt: gt.Receipt) -> None:
        """Compare a receipt, entry by entry, with what the server says of itself."""
        entries, puts = receipt.entries, self.puts()
        counts = entries["state"].value_counts().to_dict()
        assert counts == {state: count for state, count in receipt.states.items() if count}
        assert len(entries) == 2 * self.bench.students + 4
        for sourced_id, bodies in puts.items():
            assert sourced_id in self.rows, "something outside of the plan was written"
            planned = json.loads(self.rows[sourced_id]["after"])
            assert all(body == planned for body in bodies), "not what was planned"
        for entry in rows_of(entries):
            _agrees(entry, puts.get(entry["sourced_id"], []))

    def is_whole(self) -> None:
        """Every grade of the sheet is there, exactly once, and nothing else was touched."""
        held = [one for one in self.store() if one["status"] == "active"]
        grades: dict[tuple[str, str], list[float]] = defaultdict(list)
        for one in held:
            grades[one["lineItem"]["sourcedId"], one["student"]["sourcedId"]].append(one["score"])
        assert grades == {
            (f"{self.class_id}-{item}", f"student-{n:04d}"): [self.bench.score(item, n)]
            for item in ("A", "B")
            for n in self.bench.everybody
        }

    def go_on(self, receipt: gt.Receipt) -> str:
        """When the fault has passed: finish what is left as an analyst would, and say how."""
        self.choose = lambda _: None
        told, done = "nothing is left to do", receipt
        if receipt.status == "unfinished":
            told, done = "resume the push", self.push(resume=receipt.push_id)
            self.audit(done)
        if occurring(done) & BAD:
            # What somebody changed meanwhile is asked about, and nothing else is.
            asked = self.make_plan().counts["conflict"]
            assert asked == done.states["conflict"]
            told = "plan the sheet again"
            done = self.push(self.make_plan("ours" if asked else "stop"))
        assert not occurring(done) & BAD, done
        self.is_whole()
        return told


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a table, by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _agrees(entry: Mapping[str, Any], bodies: list[Any]) -> None:
    """What a receipt says of an entry is what the server's log says of its PUTs."""
    told = f"{entry['sourced_id']} is {entry['state']} ({entry['reason']}); {len(bodies)} PUTs"
    if entry["state"] in WRITTEN:
        assert bodies, told
    elif entry["reason"] not in {"outcome-unknown", "stored-differently"}:
        assert not bodies, told


def spread(scene: Scene, item: str = "", *, share: float = 0.05) -> dict[str, list[str]]:
    """Choose places: the first, a middle and the last entry, and some at random; of one line item or of all."""
    whole = scene.queue
    queue = [one for one in whole if scene.rows[one]["line_item"].endswith(item)]
    middle = queue[scene.rng.randrange(len(queue) // 4, 3 * len(queue) // 4)]
    some = scene.rng.sample(queue, max(1, round(share * len(queue))))
    return {"first": queue[:1], "middle": [middle], "last": queue[-1:], "random": some}
