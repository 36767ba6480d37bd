"""A push: guards, journal, workers, read-back, receipt.

Theory of operation. The calling thread is the clerk: it takes outcomes from the workers, commits
them to the journal in batches and tells progress. One feeder thread reads what is there now and
puts tasks into a short queue; the workers take them, one request at a time each. Nobody but the
clerk touches the journal, nobody but the workers writes to the gradebook. Stop, a refusal that
concerns everybody, a full disk or a mistake of ours ends the feeding; what is in flight is finished
and recorded. The books stay open until the last worker has gone, whatever happens to the clerk.
"""

from __future__ import annotations

import contextlib
import queue
import random
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

from gradetools.errors import GradebookError, JournalError, PlanError
from gradetools.gradebook import Gradebook
from gradetools.journal import Journal, Outcome, list_environments, open_journal
from gradetools.plan import Plan
from gradetools.push.feed import make_task, make_tasks
from gradetools.push.guards import check_host, check_plan
from gradetools.push.progress import Progress, Reporter
from gradetools.push.write import Task, verify_entry, write_entry
from gradetools.receipt import Receipt

Verify = Literal["sample", "all"]
#: Up to so many written entries, every one is read back; beyond, 2 % and at least twenty.
_READ_ALL = 200
_BATCH, _BATCH_SECONDS = 100, 0.1
_STOPPED = "The push was stopped before this was sent; resume it to send it."
_NOT_KEPT = "What came of the last entries could not be kept; resume the push to find out."
_MISTAKE = "Something unforeseen happened while this was sent; resume the push to find out whether it was stored."


def push_plan(
    plan: Plan,
    gradebook: Gradebook,
    *,
    agreed: str,
    confirm: int | None = None,
    allow_unsafe: bool = False,
    resume: str | None = None,
    workers: int = 8,
    verify: Verify = "sample",
    note: str = "",
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Receipt:
    """Write a plan to its gradebook: that plan and nothing else.

    The plan is in the journal before the first PUT, so that a push that is killed can be resumed. What
    somebody else changed since the plan was made becomes a `conflict`; what was written is read back
    and compared. The receipt has every entry in exactly one state.

    Args:
        plan: what to write.
        gradebook: where; the environment that the plan was made for.
        agreed: the fingerprint of the plan that somebody looked at and agreed to.
        confirm: the number of results it writes, typed by a person; production wants it.
        allow_unsafe: whether more than 30 % of the touched grades may be lowered or cleared.
        resume: the id of a push of this plan that did not finish.
        workers: how many requests are under way at once, at most.
        verify: "sample" reads back every entry of a push up to 200, else 2 %; "all" every entry.
        note: anything to remember about this push.
        progress: called with a `Progress` at most ten times a second, from the calling thread.
        stop: set it to finish what is in flight and end with an honest receipt.

    Raises:
        PlanError: this plan may not be pushed here.
        UnsafePlanError: it harms more than was allowed, or the number is missing or wrong.
        PushRunningError: another push to this environment is under way.
        JournalError: the record cannot be written; nothing more is sent.
        GradebookError: the gradebook could not be read, and nothing was sent.
    """
    if workers < 1:
        raise PlanError(f"A push needs at least one worker, not {workers}; leave it at 8.")
    check_plan(plan, gradebook, agreed=agreed, confirm=confirm, allow_unsafe=allow_unsafe)
    settings = gradebook.settings
    check_host(plan.environment, list_environments(settings.data_dir))
    with open_journal(plan.environment, settings.data_dir) as journal, journal.lock():
        if resume is None:
            push_id = journal.begin(
                plan, client_id=settings.client_id, note=note, now=gradebook.clock()
            )
            left = None
        else:
            push_id, left = resume, _left(journal, plan, resume)
        run = _Run(plan, gradebook, journal, push_id, verify, stop or threading.Event(), only=left)
        total = plan.writes if left is None else len(left)
        with gradebook.transport.paced(workers, run.stop):
            run.go(workers, Reporter(progress, total))
        unforeseen = [error for error in run.trouble if not isinstance(error, GradebookError)]
        if run.unsaved:
            # What came of these is not on disk: the push must look like one that was killed.
            raise unforeseen[0] if unforeseen else JournalError(_NOT_KEPT)
        why_unsent = str(run.trouble[0]) if run.trouble else _STOPPED
        journal.finish(push_id, now=gradebook.clock(), why_unsent=why_unsent)
        if unforeseen or (run.trouble and not run.tried):
            raise (unforeseen or run.trouble)[0]
        return journal.read_receipt(push_id, plan=plan)


def _left(journal: Journal, plan: Plan, push_id: str) -> list[int]:
    if journal.read_plan(push_id).fingerprint != plan.fingerprint:
        raise PlanError(
            f"The push {push_id} was of another plan; resume it with its own (Journal.read_plan)."
        )
    return journal.unsent(push_id)


@dataclass
class _Run:
    """One push under way."""

    plan: Plan
    gradebook: Gradebook
    journal: Journal
    push_id: str
    verify: Verify
    stop: threading.Event
    only: Collection[int] | None = None
    tasks: queue.Queue[Task | None] = field(default_factory=lambda: queue.Queue(32))
    #: What came of the entries; None from a worker that has gone.
    outcomes: queue.Queue[Outcome | None] = field(default_factory=queue.Queue)
    #: What the clerk holds and the journal does not yet.
    unsaved: list[Outcome] = field(default_factory=list)
    #: Set when nothing more is to be begun, for whatever reason.
    ended: threading.Event = field(default_factory=threading.Event)
    #: Set when the gradebook was caught storing something else: from then on every entry is read back.
    distrust: threading.Event = field(default_factory=threading.Event)
    trouble: list[Exception] = field(default_factory=list)
    #: Whether any entry was sent, or settled without sending.
    tried: bool = False

    def go(self, workers: int, reporter: Reporter) -> None:
        """Write everything, and end with every outcome in the journal."""
        threads = [threading.Thread(target=self._feed, args=(workers,), daemon=True)]
        threads += [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]
        for thread in threads:
            thread.start()
        unread: list[Outcome] = []
        saved, working = time.monotonic(), workers
        # The count is the quick way to see the end; should an interrupt lose one, the threads tell.
        while working and (any(map(threading.Thread.is_alive, threads)) or self.outcomes.qsize()):
            with self._guarded():
                working -= self._take_outcome(unread, reporter)
                if len(self.unsaved) >= _BATCH or time.monotonic() - saved >= _BATCH_SECONDS:
                    saved = time.monotonic()
                    self._save()
                reporter.report(self.gradebook.transport.pace.waiting_seconds)
        for _ in range(2):  # an interrupt may hit the first
            with self._guarded():
                self._save()
        for thread in threads:
            thread.join()
        with self._guarded():
            if self.distrust.is_set():
                self._read_back(unread)
            reporter.report(0.0, finished=True)

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """Let nothing tear the clerk away: an interrupt is a Stop, a mistake ends the push."""
        try:
            yield
        except KeyboardInterrupt:
            self.stop.set()
        except Exception as error:  # noqa: BLE001 - raised again by push_plan, when the books are closed
            self._end(error)

    def _feed(self, workers: int) -> None:
        try:
            for task in make_tasks(self.plan, self.gradebook, only=self.only):
                while not self._over():
                    try:
                        self.tasks.put(task, timeout=0.1)
                        break
                    except queue.Full:
                        continue
                if self._over():
                    break
        except Exception as error:  # noqa: BLE001 - the clerk raises it again, when the books are closed
            self._end(error)
        for _ in range(workers):
            self.tasks.put(None)

    def _work(self) -> None:
        # To the last task, whatever happens: a worker that leaves would block the feeder for ever.
        while (task := self.tasks.get()) is not None:
            if self._over():
                continue
            try:
                self.outcomes.put(self._write(task))
            except Exception as error:  # noqa: BLE001 - push_plan raises it again, when the books are closed
                self._end(error)
                self.outcomes.put(Outcome(task.entry, "failed", "outcome-unknown", _MISTAKE))
        self.outcomes.put(None)

    def _write(self, task: Task) -> Outcome:
        outcome, cause = write_entry(
            task,
            self.gradebook,
            on_conflict=self.plan.on_conflict,
            resumed=self.only is not None,
            read_back=self._sampled(task.entry) or self.distrust.is_set(),
        )
        if cause is not None:
            self._end(cause)
        if outcome.reason == "stored-differently":
            self.distrust.set()
        return outcome

    def _take_outcome(self, unread: list[Outcome], reporter: Reporter) -> int:
        """Take the next outcome, if one comes soon, and say how many workers have gone.

        It is noted in `unread` if it was written on trust.
        """
        try:
            outcome = self.outcomes.get(timeout=_BATCH_SECONDS)
        except queue.Empty:
            return 0
        if outcome is None:
            return 1
        self.unsaved.append(outcome)
        self.tried |= outcome.reason != "unreachable"
        if outcome.state != "unsent":
            reporter.count(outcome.state)
        if outcome.state in {"created", "updated"} and not self._sampled(outcome.entry):
            unread.append(outcome)
        return 0

    def _save(self) -> None:
        """Commit what the clerk holds; it is kept until the journal has taken it."""
        if self.unsaved:
            self.journal.record(self.push_id, self.unsaved)
            self.unsaved.clear()

    def _read_back(self, unread: list[Outcome]) -> None:
        """After one lie, look at everything that was believed before; Stop ends it."""
        for outcome in unread:
            if self.stop.is_set():
                return
            judged = verify_entry(make_task(self.plan, outcome.entry), self.gradebook, outcome)
            if judged != outcome:
                self.unsaved.append(judged)
                self._save()

    def _sampled(self, entry: int) -> bool:
        writes = self.plan.writes
        if self.verify == "all" or writes <= _READ_ALL:
            return True
        share = max(20, 0.02 * writes) / writes
        # Chance, but the same for the same push, so that the clerk and the workers agree.
        return random.Random(f"{self.push_id}/{entry}").random() < share  # noqa: S311 - a sample, no secret

    def _over(self) -> bool:
        return self.ended.is_set() or self.stop.is_set()

    def _end(self, error: Exception) -> None:
        self.trouble.append(error)
        self.ended.set()
