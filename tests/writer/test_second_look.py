"""What a second pair of eyes found in the writer: bad instants, lying lists, foreign files."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from desk import CLASS_ID, Desk
from faulty_proxy import Asked, Fault, FaultyProxy, reply

import gradetools as gt
from gradetools.answers import Answer
from gradetools.errors import JournalError, PlanError
from gradetools.gradebook import Gradebook
from gradetools.journal import Journal, Outcome, open_journal
from gradetools.plan import Plan
from gradetools.plan.undo import restore
from gradetools.push import plan_undo
from gradetools.report import choose_folder, render_part
from gradetools.sandbox import Fault as Order
from gradetools.snapshot import RESULT_COLUMNS, make_table, result_row

FAST = gt.Patience(attempts=3, seconds=5, first_wait=0.01, read_timeout=1)
MIDTERM, QUIZ = "algebra-midterm", "algebra-quiz-1"
Behind = Callable[[Callable[[Asked], Fault | None]], FaultyProxy]


def states(receipt: gt.Receipt) -> dict[str, int]:
    """Give the states that occur."""
    return {state: count for state, count in receipt.states.items() if count}


def actions(plan: Plan) -> list[str]:
    """Give the action of every entry."""
    return list(plan.changes["action"])


def in_time(work: Callable[[], object], seconds: float = 30) -> BaseException | object:
    """Do something that must not hang, and give what it gave or raised."""
    ended: list[BaseException | object] = []

    def run() -> None:
        try:
            ended.append(work())
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
            ended.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert ended, f"it still runs after {seconds} s"
    return ended[0]


@pytest.fixture
def behind(desk: Desk) -> Iterator[Behind]:
    """Put a proxy that spoils the wire between the desk's gradebook and the sandbox."""
    with ExitStack() as stack:

        def spoil(faults: Callable[[Asked], Fault | None]) -> FaultyProxy:
            port = int(desk.sandbox.base_url.rsplit(":", 1)[1])
            proxy = stack.enter_context(FaultyProxy(port, faults))
            settings = desk.gradebook.settings.model_copy(update={"base_url": proxy.base_url})
            desk.gradebook = stack.enter_context(Gradebook(settings, patience=FAST))
            return proxy

        yield spoil


@pytest.fixture
def journal(desk: Desk) -> Iterator[Journal]:
    """Open the journal of the desk's gradebook."""
    with open_journal(desk.gradebook.environment, desk.gradebook.settings.data_dir) as opened:
        yield opened


def stopped() -> threading.Event:
    """Give a Stop that was pressed already."""
    event = threading.Event()
    event.set()
    return event


# -- threads and bad instants


class Buggy(Gradebook):
    """A gradebook with a mistake of ours in it."""

    def put_record(self, record: Mapping[str, Any]) -> tuple[Answer, dict[str, Any] | None]:
        """Fail as no server does."""
        raise RuntimeError(f"a mistake of ours with {len(record)} fields")


def test_a_mistake_of_ours_ends_the_push(tmp_path: Path) -> None:
    """An unforeseen error with a long queue before the only worker is raised; nobody waits for ever."""
    rows = [f"id-{n:03d},{n % 10}" for n in range(80)]
    (tmp_path / "many.csv").write_text("\n".join(["Student ID,A", *rows]) + "\n")
    sheet = gt.read_sheet(tmp_path / "many.csv")
    with gt.open_rehearsal(sheet) as inner, Buggy(inner.settings) as gradebook:
        snapshot = gradebook.take_snapshot()
        checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
        plan = gt.make_plan(checked, snapshot)
        ended = in_time(lambda: gt.push_plan(plan, gradebook, agreed=plan.fingerprint, workers=1))
        (push,) = gt.list_pushes(gradebook.settings.data_dir)
    assert isinstance(ended, RuntimeError)
    # It may have been sent: what is not known is not called unsent.
    assert (push.states["failed"], push.states["unsent"]) == (1, 79)


def test_an_id_or_a_yes_is_answered_with_what_is_wanted(desk: Desk) -> None:
    """The id of a push is no receipt and a yes no fingerprint: what to give instead is said in one sentence."""
    plan = desk.plan(desk.sheet("Midterm", "10"))
    with pytest.raises(PlanError, match=r"give agreed=plan\.fingerprint"):
        gt.push_plan(plan, desk.gradebook, agreed=True)
    receipt = desk.push(plan)
    for make in (gt.plan_undo, gt.plan_retry):
        with pytest.raises(PlanError, match=r"read_receipt\(push_id\)"):
            make(receipt.push_id, desk.gradebook)


def test_no_workers_are_refused(desk: Desk) -> None:
    """A push by nobody is refused instead of waited for."""
    plan = desk.plan(desk.sheet("Midterm", "80"))
    assert isinstance(in_time(lambda: desk.push(plan, workers=0)), PlanError)


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, ZeroDivisionError])
def test_trouble_in_telling_loses_no_outcome(
    desk: Desk, journal: Journal, trouble: type[BaseException]
) -> None:
    """An interrupt, or a mistake, in the progress callback ends the push with every outcome in the books."""
    plan = desk.plan(desk.sheet("Midterm", "81", "82", "83", "84", "85"))
    # So that all of it takes longer than from one telling to the next.
    desk.sandbox.order(Order(method="PUT", times=None, delay=0.05))

    def tell(progress: gt.Progress) -> None:
        if progress.done and not progress.finished:
            raise trouble

    ended = in_time(lambda: desk.push(plan, progress=tell, workers=1))
    puts = desk.puts()
    (push,) = journal.list_pushes()
    assert isinstance(ended, gt.Receipt if trouble is KeyboardInterrupt else trouble)
    assert push.finished is not None
    assert (push.states["created"], push.states["unsent"]) == (puts, 5 - puts)
    assert desk.puts() == puts, "somebody went on writing after the push had ended"


def test_outcomes_that_cannot_be_kept_are_not_called_unsent(desk: Desk, journal: Journal) -> None:
    """A journal that fails in the middle leaves a push that counts as killed; its undo takes all back."""
    before = desk.active()
    plan = desk.plan(desk.sheet("Quiz 1", "1", "2", "3"), remembered=False)
    with sqlite3.connect(journal.path) as other:
        other.execute(
            "CREATE TRIGGER full BEFORE UPDATE OF state ON entries BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with pytest.raises(JournalError, match="full"):
        desk.push(plan)
    with sqlite3.connect(journal.path) as other:
        other.execute("DROP TRIGGER full")
    (push,) = journal.list_pushes()
    assert (push.finished, desk.puts() > 0) == (None, True)
    undone = desk.push(desk.undo(journal.read_receipt(push.push_id)))
    assert undone.ok
    assert desk.active() == before


def test_undo_of_a_killed_push_takes_back_what_was_written(desk: Desk, journal: Journal) -> None:
    """An entry that was written, and whose outcome was not, is taken back; what was never sent is left."""
    before = desk.active()
    plan = desk.plan(desk.sheet("Midterm", "10", "20"))
    push_id = journal.begin(plan, client_id="x", note="", now=desk.gradebook.clock())
    desk.gradebook.put_record(json.loads(plan.changes.loc[0, "after"]))
    undo = desk.undo(journal.read_receipt(push_id))
    assert actions(undo) == ["update", "unchanged"]
    desk.push(undo)
    assert desk.active() == before


def test_what_a_finished_push_never_sent_is_no_part_of_its_undo(desk: Desk) -> None:
    """A stopped push knows what it did not send; others may change that without troubling the undo."""
    receipt = desk.push(desk.plan(desk.sheet("Quiz 1", "1", "2")), stop=stopped())
    desk.change(QUIZ, 1, score=9)
    assert actions(desk.undo(receipt)) == []


# -- answers that were lost


def lost_then(status: int, headers: Mapping[str, str]) -> Callable[[Asked], Fault | None]:
    """Lose the answer to the first PUT, and answer all later ones with an error."""
    puts: list[int] = []

    def choose(asked: Asked) -> Fault | None:
        if asked.method != "PUT":
            return None
        puts.append(asked.n)
        if len(puts) == 1:
            return Fault(reset="after")
        return Fault(answer=reply(status, b"{}", **headers))

    return choose


@pytest.mark.parametrize(
    ("status", "headers"), [(429, {"retry_after": "3600"}), (422, {}), (403, {})]
)
def test_a_refused_repetition_hides_no_success(
    desk: Desk, behind: Behind, status: int, headers: Mapping[str, str]
) -> None:
    """Stored, the answer lost, the repetition refused: what the gradebook holds decides."""
    behind(lost_then(status, headers))
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "80")))
    assert (states(receipt), desk.result(MIDTERM, 1)["score"]) == ({"created": 1}, 80)


def test_stop_while_the_server_wants_us_to_wait(desk: Desk, behind: Behind) -> None:
    """What was answered 429 was not written: after a Stop it is unsent, not unknown."""
    stop = threading.Event()

    def tell(progress: gt.Progress) -> None:
        if progress.waiting:
            stop.set()

    busy = Fault(answer=reply(429, b"{}", retry_after="4"))
    behind(lambda asked: busy if asked.method == "PUT" else None)
    plan = desk.plan(desk.sheet("Midterm", "80", "90"))
    receipt = desk.push(plan, stop=stop, progress=tell)
    assert (stop.is_set(), states(receipt)) == (True, {"unsent": 2})
    assert all(receipt.entries["message"])


# -- other people


def test_a_resumed_push_doubles_no_grade(desk: Desk) -> None:
    """What somebody else created under an id of their own since a push stopped is a conflict on resume."""
    plan = desk.plan(desk.sheet("Midterm", "80", "90"))
    first = desk.push(plan, stop=stopped())
    rival = {**json.loads(plan.changes.loc[0, "after"]), "sourcedId": "theirs", "score": 1}
    desk.sandbox.put_record("results", rival)
    receipt = desk.push(plan, resume=first.push_id)
    assert states(receipt) == {"created": 1, "conflict": 1}
    assert desk.result(MIDTERM, 1)["sourcedId"] == "theirs"


def test_ours_does_not_double_a_grade(desk: Desk) -> None:
    """`ours` overwrites, but it does not put a second active result beside somebody's."""
    plan = desk.plan(desk.sheet("Midterm", "80"), on_conflict="ours")
    rival = {**json.loads(plan.changes.loc[0, "after"]), "sourcedId": "theirs", "score": 1}
    desk.sandbox.put_record("results", rival)
    receipt = desk.push(plan)
    assert (states(receipt), desk.puts()) == ({"conflict": 1}, 0)
    assert receipt.entries.loc[0, "message"] == (
        "Somebody made a result for the same grade since the preview: score nothing → 1 (theirs). Try it again to see both."
    )
    again = desk.push(desk.plan(desk.sheet("Midterm", "80"), on_conflict="ours"))
    assert (states(again), desk.result(MIDTERM, 1)["score"]) == ({"updated": 1}, 80)


def test_undo_removes_ours_beside_a_rival(desk: Desk) -> None:
    """That somebody made another result for the grade is no reason to keep ours."""
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "80")))
    desk.sandbox.put_record("results", {**desk.result(MIDTERM, 1), "sourcedId": "theirs"})
    assert desk.push(desk.undo(receipt)).ok
    assert [each["sourcedId"] for each in desk.results(MIDTERM).values()] == ["theirs"]


def test_an_upsert_does_not_take_the_id_of_another_grade(desk: Desk) -> None:
    """A new result whose sourcedId belongs to another student's grade is blocked, and that grade stays."""
    other = desk.result(QUIZ, 2)
    result = gt.Result(
        sourced_id=other["sourcedId"], line_item=MIDTERM, student="student-001", score=50
    )
    receipt = gt.upsert_result(result, desk.gradebook, on_conflict="ours")
    assert (states(receipt), desk.puts()) == ({"blocked": 1}, 0)
    assert other["sourcedId"] in receipt.entries.loc[0, "message"]


# -- servers with habits of their own


def grow(desk: Desk) -> Callable[[Asked], Fault | None]:
    """Add a field of the server's own to every Midterm as soon as somebody reads it by id."""

    def choose(asked: Asked) -> Fault | None:
        if asked.method == "GET" and asked.path.rsplit("/", 1)[0].endswith("/results"):
            for record in desk.results(MIDTERM).values():
                if "vendorRank" not in record:
                    desk.sandbox.put_record("results", {**record, "vendorRank": 7})
        return None

    return choose


def test_what_the_server_adds_is_no_edit_of_somebody(desk: Desk, behind: Behind) -> None:
    """A field that the server adds to what it stores makes the undo no conflict, and no failure."""
    behind(grow(desk))
    before = desk.active()
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "80")))
    undo = desk.undo(receipt)
    assert (states(receipt), actions(undo)) == ({"created": 1}, ["update"])
    assert states(desk.push(undo)) == {"updated": 1}
    assert desk.active() == before


def test_what_we_left_is_not_held_against_somebody(desk: Desk, behind: Behind) -> None:
    """After a score that was stored rounded, the next sheet is no conflict: nobody else touched it."""
    rounded: list[str] = []

    def choose(asked: Asked) -> Fault | None:
        if rounding.is_set() and asked.path.endswith("/results/algebra-quiz-1.student-001"):
            rounded.append(asked.path)
            if asked.method == "GET":
                desk.change(QUIZ, 1, score=6.5)
        return None

    rounding = threading.Event()
    behind(choose)
    desk.push(desk.plan(desk.sheet("Quiz 1", "5.25")))
    rounding.set()
    failed = desk.push(desk.plan(desk.sheet("Quiz 1", "6.45")))
    assert (states(failed), bool(rounded)) == ({"failed": 1}, True)
    assert actions(desk.plan(desk.sheet("Quiz 1", "7"))) == ["update"]


def test_a_list_that_lags_hides_nothing_from_undo(desk: Desk, behind: Behind) -> None:
    """Lists that still show the time before the push do not make its undo believe that all is done."""
    before = desk.active()
    snapshot = desk.gradebook.list_results(CLASS_ID)
    old = json.dumps({"results": snapshot, "totalCount": len(snapshot)}).encode()
    receipt = desk.push(desk.plan(desk.sheet("Quiz 1", "1", "2")))
    new = desk.push(desk.plan(desk.sheet("Midterm", "1", "2")))

    def choose(asked: Asked) -> Fault | None:
        lists = asked.path.split("?")[0].endswith(f"/classes/{CLASS_ID}/results")
        return Fault(answer=reply(200, old)) if lists else None

    behind(choose)
    for pushed in (new, receipt):
        # The environment is the same, seen through the proxy.
        undo = plan_undo(replace_environment(pushed, desk), desk.gradebook)
        assert actions(undo) == ["update", "update"]
        desk.push(undo)
    assert desk.active() == before


def replace_environment(receipt: gt.Receipt, desk: Desk) -> gt.Receipt:
    """Take a receipt for one of the desk's present gradebook."""
    return replace(receipt, environment=desk.gradebook.environment)


def test_the_whole_job_in_the_official_dialect(tmp_path: Path) -> None:
    """In the official 1.2 form a sheet is created, updated, read back and taken back like in ours."""
    with gt.Sandbox(dialect="oneroster") as sandbox, gt.connect(sandbox) as gradebook:
        desk = Desk(sandbox, gradebook, tmp_path)
        before = desk.active()
        first = desk.push(desk.plan(desk.sheet("Midterm", "80", "90")))
        second = desk.push(desk.plan(desk.sheet("Midterm", "81", "90")))
        third = desk.push(desk.plan(desk.sheet("Quiz 1,Quiz 1 comment", "9,Good", "CLEAR,")))
        assert [states(each) for each in (first, second, third)] == [
            {"created": 2},
            {"updated": 1, "unchanged": 1},
            {"updated": 2},
        ]
        for receipt in (third, second, first):
            undone = desk.push(desk.undo(receipt))
            assert undone.ok, undone.entries["message"].tolist()
        assert desk.active() == before


def test_undo_says_what_the_form_cannot_carry() -> None:
    """A record that the dialect has no form for is blocked in an undo, too, not sent to be refused."""
    before = {
        "sourcedId": "r",
        "status": "active",
        "scoreStatus": "strange",
        "scoreDate": "2026-09-01",
    }
    after = {**before, "scoreStatus": "fully graded", "score": 1}
    row = {
        "sourced_id": "r",
        "before": json.dumps(before),
        "after": json.dumps(after),
        "stored": None,
        "state": "updated",
    }
    change = restore(row, after, dialect="timeback", on_conflict="stop")
    assert (change.action, change.reason) == ("blocked", "not-representable")


def test_undo_restores_a_result_that_lacked_a_date(desk: Desk) -> None:
    """A result that lacked what a PUT must have is restored with the date that it got since."""
    record = desk.result(QUIZ, 1)
    del record["scoreDate"]
    desk.sandbox.put_record("results", record)
    receipt = desk.push(desk.plan(desk.sheet("Quiz 1", "3")))
    assert states(desk.push(desk.undo(receipt))) == {"updated": 1}
    assert desk.result(QUIZ, 1)["score"] == 8.5


# -- plans


def test_a_flag_beside_clear_is_not_lost(desk: Desk) -> None:
    """CLEAR for a grade that does not exist, with a flag beside it, still sets the flag."""
    plan = desk.plan(desk.sheet("Midterm,Midterm missing", "CLEAR,true"))
    assert actions(plan) == ["create"], plan.changes["message"].tolist()
    assert json.loads(plan.changes.loc[0, "after"])["missing"] == "true"


@pytest.mark.parametrize(
    ("column", "value"),
    [("lowered", False), ("action", "delete"), ("before", "{"), ("after", "[]")],
)
def test_a_changed_plan_is_refused(desk: Desk, column: str, value: object) -> None:
    """A plan file in which anything that decides was changed is no plan any more."""
    data = json.loads(desk.plan(desk.sheet("Quiz 1", "3")).to_json())
    data["changes"][column][0] = value
    with pytest.raises(PlanError):
        Plan.from_json(json.dumps(data))


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: replace(plan, on_conflict="always"),
        lambda plan: replace(plan, changes=plan.changes.assign(action="delete")),
        lambda plan: replace(plan, changes=plan.changes.assign(sourced_id="another")),
        lambda plan: replace(plan, changes=plan.changes.assign(before="{")),
        lambda plan: replace(plan, changes=pd.concat([plan.changes, plan.changes])),
    ],
    ids=["policy", "action", "id", "before", "twice"],
)
def test_a_plan_that_no_push_understands_is_refused(
    desk: Desk, change: Callable[[Plan], Plan]
) -> None:
    """A plan that says what none can say is refused, though its fingerprint is right."""
    plan = desk.plan(desk.sheet("Quiz 1", "3"))
    assert Plan.from_json(plan.to_json()).fingerprint == plan.fingerprint
    with pytest.raises(PlanError):
        Plan.from_json(change(plan).to_json())


def test_half_a_character_stops_nobody(desk: Desk, journal: Journal) -> None:
    """A comment that holds half a character is carried through plan, journal and file like any other."""
    record = {**desk.result(QUIZ, 1), "comment": "half \ud83d ä"}
    snapshot = replace(desk.snapshot(), results=make_table([result_row(record)], RESULT_COLUMNS))
    plan = gt.make_result_plan(gt.Result(line_item=QUIZ, student="student-001", score=9), snapshot)
    again = gt.read_plan(gt.write_plan(plan, desk.folder / "plan.json"))
    push_id = journal.begin(again, client_id="x", note="", now=desk.gradebook.clock())
    (text,) = journal.read_receipt(push_id).entries["after"]
    assert again.fingerprint == plan.fingerprint
    assert json.loads(text)["comment"] == record["comment"]


# -- journals


def test_an_empty_journal_is_no_journal_yet(desk: Desk, journal: Journal) -> None:
    """A journal whose making was cut short holds no push, and troubles no other environment."""
    (journal.path.parent / "staging-00000000.sqlite3").touch()
    assert gt.list_pushes(desk.gradebook.settings.data_dir) == []
    assert desk.push(desk.plan(desk.sheet("Midterm", "80"))).ok


@pytest.mark.parametrize("suffix", [".sqlite3", ".lock"])
def test_a_corrupt_journal_is_named(desk: Desk, journal: Journal, suffix: str) -> None:
    """A journal or a lock that is no database stops the push with a sentence that names the file."""
    plan = desk.plan(desk.sheet("Midterm", "80"))
    journal.close()
    broken = journal.path.with_suffix(suffix)
    broken.write_bytes(b"no database" * 1000)
    with pytest.raises(JournalError, match=broken.name):
        desk.push(plan)
    assert desk.puts() == 0


def test_a_foreign_database_is_named(desk: Desk, journal: Journal) -> None:
    """A database of somebody else's in the journal's place is an error of ours, not of SQLite's."""
    foreign = journal.path.parent / "foreign.sqlite3"
    with sqlite3.connect(foreign) as other:
        other.execute("CREATE TABLE pushes (title TEXT)")
        other.execute("CREATE TABLE environment (name TEXT, base_url TEXT)")
        other.execute("INSERT INTO environment VALUES ('a', 'b')")
    with pytest.raises(JournalError, match=r"foreign\.sqlite3"):
        gt.list_pushes(desk.gradebook.settings.data_dir)


def test_the_clock_set_back_does_not_reorder_what_was_sent(desk: Desk, journal: Journal) -> None:
    """What was sent last is what was journaled last, whatever the clock said."""
    for moment, score in (("2026-10-02T00:00:00", 1), ("2026-10-01T00:00:00", 2)):
        plan = desk.plan(desk.sheet("Midterm", str(score)), remembered=False)
        now = desk.gradebook.clock().fromisoformat(moment)
        push_id = journal.begin(plan, client_id="x", note="", now=now)
        journal.record(push_id, [Outcome(0, "created")])
    (text,) = journal.last_sent()["record"]
    assert json.loads(text)["score"] == 2


# -- receipts


def test_a_receipt_always_finds_a_folder(tmp_path: Path) -> None:
    """However often a push is resumed, its receipt goes into a new folder; foreign files are kept, too."""
    chosen = []
    for _ in range(4):
        folder = choose_folder(tmp_path / "out", "p")
        folder.mkdir(parents=True)
        (folder / "receipt.json").touch()
        chosen.append(folder)
    assert len(set(chosen)) == 4
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "failed.csv").touch()
    assert choose_folder(tmp_path / "mine", "p") == tmp_path / "mine" / "p"
    own = tmp_path / "receipts" / "p"
    for name in ("p", "p-2", "p-3"):
        assert choose_folder(own, "p") == own.with_name(name)
        own.with_name(name).mkdir(parents=True)
        (own.with_name(name) / "receipt.json").touch()


def test_formulas_above_the_header_are_defused(desk: Desk) -> None:
    """Rows above the header and cells that begin with a tab cannot run in a spreadsheet program, either."""
    rows = [f"{student},oops,\t=1+1" for student in desk.students]
    sheet = desk.sheet_of(
        "\n".join(["=1+1,x,", ",,", "Student ID,Midterm,Midterm comment", *rows]) + "\n"
    )
    assert len(sheet.preamble) > 0
    receipt = desk.push(desk.plan(sheet))
    text = render_part(sheet, receipt.entries, receipt.entries)
    cells = [cell.strip('"') for line in text.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "\t"))]
    assert "'=1+1" in cells
