"""A push: guards, journal, workers, read-back, receipt.

Theory of operation. The calling thread is the clerk: it takes outcomes from the workers, commits
them to the journal in batches and tells progress. While it commits the plan itself, lists are read
already; nothing is written before. The workers take in turn what one iterator gives them,
lists to read and entries to write, one request at a time each. Nobody but the clerk writes to the journal,
nobody but the workers writes to the gradebook. Stop, a refusal that concerns everybody, a full disk
or a mistake of ours keeps further tasks from being begun; what is in flight is finished and recorded.
The books stay open until the last worker has gone, whatever happens to the clerk. A gradebook that
was caught storing something else is asked again for everything that was written on trust.
"""

from __future__ import annotations

import array
import contextlib
import queue
import threading
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from gradetools.dialects import Record
from gradetools.errors import GradebookError, JournalError, PlanError
from gradetools.gradebook import Gradebook
from gradetools.journal import (
    Journal,
    Left,
    Outcome,
    draw_push_id,
    forget_older,
    list_environments,
    open_journal,
)
from gradetools.plan import Plan
from gradetools.push.feed import ListRead, Turns, draw_sample, make_task, make_tasks
from gradetools.push.guards import check_host, check_plan
from gradetools.push.log import log_outcomes
from gradetools.push.progress import Progress, Reporter
from gradetools.push.reread import OwnPushes
from gradetools.push.resume import read_left
from gradetools.push.write import Task, done_state, verify_entry, write_entry
from gradetools.receipt import MAYBE_SENT, MAYBE_SENT_TOLD, NOT_AS_SENT, Receipt

Verify = Literal["sample", "all"]
#: Outcomes are in the journal after so many entries, or after so many seconds and a little.
_BATCH, _NAP = 100, 0.05
_STOPPED = "Not sent: the push was stopped before its turn. Go on with the push to send it."
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
        allow_unsafe: whether more than 30 % of the touched grades may be lowered or cleared; what was allowed when a push
            began holds where it is gone on with.
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
        JournalError: the record cannot be written, and nothing more is sent; or there is nothing to be resumed.
        GradebookError: the gradebook could not be read, and nothing was sent.
    """
    if workers < 1:
        raise PlanError(f"A push needs at least one worker, not {workers}; leave it at 8.")
    # A push that is gone on with would not have begun if its harm had not been allowed.
    allowed = allow_unsafe or resume is not None
    check_plan(plan, gradebook, agreed=agreed, confirm=confirm, allow_unsafe=allowed)
    settings = gradebook.settings
    check_host(plan.environment, list_environments(settings.data_dir))
    with open_journal(plan.environment, settings.data_dir) as journal, journal.lock():
        left = None if resume is None else read_left(journal, plan, resume)
        forget_older(journal, settings.keep_days, now=gradebook.clock())
        run = _Run(
            plan,
            gradebook,
            journal,
            push_id=resume or "",
            agreed=agreed,
            note=note,
            workers=workers,
            stop=stop or threading.Event(),
            reporter=Reporter(progress, plan.writes if left is None else len(left.entries)),
            verify=verify,
            left=left,
        )
        with _closing_unsent(run), gradebook.transport.paced(workers, run.stop):
            run.go()
        return _close(run)


@contextlib.contextmanager
def _closing_unsent(run: _Run) -> Iterator[None]:
    """Say in the journal that a push has ended of which nothing was sent; else it looks as if it might have been."""
    try:
        yield
    except BaseException:
        # What a push that was killed left may have been sent before.
        if run.push_id and run.unsent and (run.left is None or run.left.never_sent):
            with contextlib.suppress(JournalError):
                run.journal.finish(run.push_id, now=run.gradebook.clock(), why_unsent=_STOPPED)
        raise


def _close(run: _Run) -> Receipt:
    """Say in the journal that the push has ended, and give its receipt, or raise what ended it."""
    unforeseen = [error for error in run.trouble if not isinstance(error, GradebookError)]
    if run.unsaved:
        # What came of these is not on disk: the push must look like one that was killed.
        raise unforeseen[0] if unforeseen else JournalError(_NOT_KEPT)
    why_unsent = str(run.trouble[0]) if run.trouble else _STOPPED
    run.journal.finish(run.push_id, now=run.gradebook.clock(), why_unsent=why_unsent)
    if unforeseen or (run.trouble and not run.tried):
        raise (unforeseen or run.trouble)[0]
    return run.journal.read_receipt(run.push_id, plan=run.plan)


@dataclass
class _Run:
    """One push under way."""

    plan: Plan
    gradebook: Gradebook
    journal: Journal
    #: Empty until the plan is in the journal.
    push_id: str
    agreed: str
    note: str
    workers: int
    stop: threading.Event
    reporter: Reporter
    verify: Verify
    #: What is left of the push, where it is gone on with.
    left: Left | None = None
    #: The entries that are read back; None stands for all.
    sample: Container[int] | None = None
    #: Set when the plan is in the journal, or will never be; until then lists are read, and nothing is written.
    begun: threading.Event = field(default_factory=threading.Event)
    #: What came of the entries; None from a worker that has gone.
    outcomes: queue.SimpleQueue[Outcome | None] = field(default_factory=queue.SimpleQueue)
    #: Set when a worker has gone, so that the end is not waited for.
    news: threading.Event = field(default_factory=threading.Event)
    #: What the clerk holds and the journal does not yet.
    unsaved: list[Outcome] = field(default_factory=list)
    #: The entries that were written on trust; numbers alone, for they may be a million.
    trusted: array.array[int] = field(default_factory=lambda: array.array("q"))
    #: Set when nothing more is to be begun, for whatever reason.
    ended: threading.Event = field(default_factory=threading.Event)
    #: Set when the gradebook was caught storing something else: from then on every entry is read back.
    distrust: threading.Event = field(default_factory=threading.Event)
    #: Set when the journal has refused: it is tried again at the end, and not for each outcome, for it may take its time.
    refused: bool = False
    trouble: list[Exception] = field(default_factory=list)
    #: What was begun and is not noted yet.
    in_flight: set[int] = field(default_factory=set)
    #: Whether it surely ended before anything was sent.
    unsent: bool = False
    #: Whether any entry was sent, or settled without sending.
    tried: bool = False
    own: OwnPushes = field(init=False)

    def __post_init__(self) -> None:
        self.own = OwnPushes(self.gradebook)

    def go(self) -> None:
        """Write everything, and end with every outcome in the journal."""
        ahead = 2 * self.workers
        only = None if self.left is None else self.left.entries
        tasks = make_tasks(self.plan, self.gradebook, only=only, ahead=ahead)
        self._run_workers(tasks, self._write, self._note_written, first=self._begin)
        if self.distrust.is_set() and not self.stop.is_set():
            self.ended.clear()
            doubted = (make_task(self.plan, entry) for entry in self.trusted)
            self._run_workers(doubted, self._verify, self._note_verified)
        with self._guarded():
            self.reporter.report(0.0, finished=True)

    def _begin(self) -> None:
        """Commit the plan to the journal, and let the workers write from then on."""
        if self.push_id:
            self.journal.begin_again(self.push_id)
        else:
            # Known before it is committed: an interrupt may come as soon as it is.
            self.push_id = draw_push_id(self.gradebook.clock())
            self.journal.begin(
                self.plan,
                client_id=self.gradebook.settings.client_id,
                note=self.note,
                now=self.gradebook.clock(),
                fingerprint=self.agreed,  # as check_plan has just found it
                push_id=self.push_id,
            )
        self.sample = None if self.verify == "all" else draw_sample(self.plan, self.push_id)
        self.begun.set()

    def _run_workers(
        self,
        tasks: Iterator[Task | ListRead],
        work: Callable[[Task], Outcome],
        note: Callable[[Outcome], None],
        *,
        first: Callable[[], None] = lambda: None,
    ) -> None:
        """Let the workers do all tasks, and keep the books meanwhile, beginning with what comes first."""
        turns = Turns(tasks)
        threads = [
            threading.Thread(target=self._work, args=(turns, work), daemon=True)
            for _ in range(self.workers)
        ]
        try:
            for thread in threads:
                thread.start()
            first()
        except BaseException:  # an interrupt, too: nothing was written, and nothing will be
            self.unsent = not self.begun.is_set()
            self.ended.set()
            self.begun.set()
            for thread in filter(threading.Thread.is_alive, threads):
                thread.join()
            raise
        working = self.workers
        # The count is the quick way to see the end; should an interrupt lose one, the threads tell.
        while working and (any(map(threading.Thread.is_alive, threads)) or self.outcomes.qsize()):
            with self._guarded():
                # To wake up for each outcome would cost the workers a tenth of their speed.
                self.news.wait(_NAP)
                self.news.clear()
                working -= self._take_outcomes(note)
                pace = self.gradebook.transport.pace
                waiting, repeating = pace.waiting_seconds, pace.repeating
                self.reporter.report(waiting, repeating, stopping=self._over())
        for _ in range(2):  # an interrupt may hit the first
            with self._guarded():
                self._note_lost()
                self._save(anyway=True)
        for thread in threads:
            while thread.is_alive():
                with self._guarded():
                    thread.join()

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """Let nothing tear the clerk away: an interrupt is a Stop, a mistake ends the push."""
        try:
            yield
        except KeyboardInterrupt:
            self.stop.set()
        except Exception as error:  # noqa: BLE001 - raised again by push_plan, when the books are closed
            self._end(error)

    def _work(self, turns: Turns, work: Callable[[Task], Outcome]) -> None:
        try:
            while not self._over() and (task := turns.take()) is not None:
                if isinstance(task, ListRead):
                    task.run()
                    continue
                self.begun.wait()
                if self._over():
                    break
                try:
                    self.outcomes.put(work(task))
                except Exception as error:  # noqa: BLE001 - push_plan raises it again, when the books are closed
                    self._end(error)
                    self.outcomes.put(Outcome(task.entry, "failed", "outcome-unknown", _MISTAKE))
        except Exception as error:  # noqa: BLE001 - a list that could not be read; raised again by push_plan
            self._end(error)
        self.outcomes.put(None)
        self.news.set()

    def _write(self, task: Task) -> Outcome:
        self.in_flight.add(task.entry)
        outcome, cause = write_entry(
            task,
            self.gradebook,
            self.own.find_editor,
            on_conflict=self.plan.on_conflict,
            resumed=self.left is not None,
            may_be_ours=self._may_be_ours,
            read_back=self._sampled(task.entry) or self.distrust.is_set(),
        )
        if cause is not None:
            self._end(cause)
        if outcome.reason == NOT_AS_SENT:
            self.distrust.set()
        return outcome

    def _may_be_ours(self, task: Task, held: Record | None) -> bool:
        """Whether what is there for an entry may have been written when this push was begun, or gone on with before."""
        if self.left is None or task.entry in self.left.never_sent:
            return False
        # What a later push of ours sent was not there then.
        editors = (self.own.find_editor(task, each) for each in (task.after, held))
        return not any(each.push_id in self.left.later for each in editors)

    def _verify(self, task: Task) -> Outcome:
        outcome, cause = verify_entry(task, self.gradebook, Outcome(task.entry, done_state(task)))
        if cause is not None:
            self._end(cause)
        return outcome

    def _take_outcomes(self, note: Callable[[Outcome], None]) -> int:
        """Take what outcomes there are, into the journal, and say how many workers have gone."""
        gone = 0
        for _ in range(self.outcomes.qsize()):
            outcome = self.outcomes.get_nowait()
            if outcome is None:
                gone += 1
            else:
                note(outcome)
            if len(self.unsaved) >= _BATCH:
                self._save()
        self._save()
        return gone

    def _note_written(self, outcome: Outcome) -> None:
        kept = replace(outcome, reason=MAYBE_SENT) if self._stays_unsure(outcome) else outcome
        self.unsaved.append(kept)
        self.in_flight.discard(outcome.entry)
        self.tried |= outcome.state != "unsent" or outcome.reason not in {
            "unreachable",
            "not-allowed",
        }
        if outcome.state != "unsent":
            self.reporter.count(outcome.state)
        done = outcome.state in {"created", "updated"}
        if done and outcome.sent is None and not self._sampled(outcome.entry):
            self.trusted.append(outcome.entry)

    def _note_lost(self) -> None:
        """Note what was begun and of which an interrupt took the outcome away."""
        lost = [Outcome(each, "unsent", MAYBE_SENT, MAYBE_SENT_TOLD) for each in self.in_flight]
        self.unsaved += lost
        self.in_flight.clear()

    def _stays_unsure(self, outcome: Outcome) -> bool:
        """Whether an entry may have been sent before, and this time nothing came of it."""
        unsure = self.left is not None and outcome.entry not in self.left.never_sent
        return unsure and outcome.state == "unsent"

    def _note_verified(self, outcome: Outcome) -> None:
        """Record what was believed and is not so; when and by which request it was written stays."""
        if outcome.state == "failed":
            known = self.journal.read_outcome(self.push_id, outcome.entry)
            judged = replace(outcome, http_status=known.http_status, request_id=known.request_id)
            self.unsaved.append(judged)
            self.reporter.recount(known.state, outcome.state)

    def _save(self, *, anyway: bool = False) -> None:
        """Commit what the clerk holds; it is kept until the journal has taken it."""
        if not self.unsaved or (self.refused and not anyway):
            return
        try:
            self.journal.record(self.push_id, self.unsaved)
        except JournalError:
            self.refused = True
            raise
        log_outcomes(self.plan, self.unsaved)
        self.unsaved.clear()

    def _sampled(self, entry: int) -> bool:
        return self.sample is None or entry in self.sample

    def _over(self) -> bool:
        return self.ended.is_set() or self.stop.is_set()

    def _end(self, error: Exception) -> None:
        self.trouble.append(error)
        self.ended.set()
