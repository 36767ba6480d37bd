"""What a push does: that plan, all of it, once, and an honest receipt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from desk import PREFIX, Desk
from faulty_proxy import Asked, Fault, FaultyProxy, Rule, reply

import gradetools as gt
from gradetools.errors import PlanError, PushRunningError, SettingsError, UnsafePlanError
from gradetools.gradebook import Gradebook
from gradetools.journal import open_journal
from gradetools.snapshot import Environment

FAST = gt.Patience(attempts=3, seconds=5, first_wait=0.01, read_timeout=1)
IS_PUT = "PUT"


def states(receipt: gt.Receipt) -> dict[str, int]:
    """Give the states that occur."""
    return {state: count for state, count in receipt.states.items() if count}


@pytest.fixture
def behind(desk: Desk) -> Iterator[Callable[..., FaultyProxy]]:
    """Put a proxy that spoils the wire between the desk's gradebook and the sandbox."""
    with ExitStack() as stack:

        def spoil(faults: Sequence[Rule] | Callable[[Asked], Fault | None]) -> FaultyProxy:
            port = int(desk.sandbox.base_url.rsplit(":", 1)[1])
            proxy = stack.enter_context(FaultyProxy(port, faults))
            settings = desk.gradebook.settings.model_copy(update={"base_url": proxy.base_url})
            desk.gradebook = stack.enter_context(Gradebook(settings, patience=FAST))
            return proxy

        yield spoil


def test_a_sheet_reaches_the_gradebook(desk: Desk) -> None:
    """Every entry ends in one state, the counts add up, and the sandbox holds what the sheet says (P1)."""
    receipt = desk.push(desk.plan(desk.sheet("Quiz 1", "9", "8", "", "x")))
    assert states(receipt) == {"updated": 1, "unchanged": 1, "skipped": 1, "blocked": 1}
    assert sum(receipt.states.values()) == receipt.rows == 4
    assert (desk.result("algebra-quiz-1", 1)["score"], desk.puts()) == (9, 1)


def test_what_is_there_already_is_not_sent(desk: Desk) -> None:
    """The same sheet again sends no PUT, and still has a receipt of its own (P5)."""
    first = desk.push(desk.plan(desk.sheet("Midterm", "80", "90")))
    again = desk.push(desk.plan(desk.sheet("Midterm", "80", "90")))
    assert (states(first), states(again), desk.puts()) == ({"created": 2}, {"unchanged": 2}, 2)
    assert again.push_id != first.push_id


def test_undo_restores_what_was_there(desk: Desk) -> None:
    """After an undo the same active results are there as before; what was created is `tobedeleted` (P10)."""
    before = desk.active()
    student = desk.students
    text = (
        f"Student ID,Quiz 1,Midterm\n{student[0]},9,80\n{student[1]},CLEAR,90\n{student[2]},,70\n"
    )
    receipt = desk.push(desk.plan(desk.sheet_of(text)))
    assert states(receipt) == {"created": 3, "updated": 2, "skipped": 1}
    undone = desk.push(desk.undo(receipt))
    assert states(undone) == {"updated": 5}
    assert desk.active() == before
    assert len(desk.results("algebra-midterm", active=False)) == 3
    assert not desk.sandbox.requests(method="DELETE")


def test_an_undo_can_be_undone(desk: Desk) -> None:
    """Undo of an undo brings back what the push wrote (P10)."""
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "80", "90")))
    pushed = desk.active()
    undone = desk.push(desk.undo(receipt))
    redone = desk.push(desk.undo(undone))
    assert states(redone) == {"created": 2}
    assert desk.active() == pushed


def test_undo_leaves_what_others_changed(desk: Desk) -> None:
    """A grade that someone else touched since is a conflict of the undo, and stays (P10)."""
    receipt = desk.push(desk.plan(desk.sheet("Quiz 1", "9", "7")))
    desk.change("algebra-quiz-1", 1, score=10)
    undone = desk.push(desk.undo(receipt))
    assert states(undone) == {"updated": 1, "conflict": 1}
    assert undone.tell_states() == "1 taken back (restored), 1 conflict"
    assert sorted(undone.words) == ["conflict", "restored"]
    assert [desk.result("algebra-quiz-1", n)["score"] for n in (1, 2)] == [10, 8]


def test_undo_twice_changes_nothing(desk: Desk) -> None:
    """What is undone already is unchanged the second time."""
    receipt = desk.push(desk.plan(desk.sheet("Quiz 1", "9", "7")))
    desk.push(desk.undo(receipt))
    assert desk.undo(receipt).counts["unchanged"] == 2


def test_only_the_agreed_plan_is_pushed(desk: Desk) -> None:
    """A fingerprint that is not this plan's stops the push before anything is sent (P6)."""
    plan, other = desk.plan(desk.sheet("Midterm", "80")), desk.plan(desk.sheet("Midterm", "81"))
    with pytest.raises(PlanError, match="agreed"):
        gt.push_plan(plan, desk.gradebook, agreed=other.fingerprint)
    assert desk.puts() == 0


def test_a_plan_is_bound_to_its_environment(desk: Desk) -> None:
    """A plan made for one gradebook is refused by another (P6)."""
    plan = desk.plan(desk.sheet("Midterm", "80"))
    elsewhere = replace(plan, environment=Environment("staging", "https://staging.example.org"))
    with pytest.raises(PlanError, match="staging"):
        gt.push_plan(elsewhere, desk.gradebook, agreed=elsewhere.fingerprint)
    assert desk.puts() == 0


def production(desk: Desk) -> None:
    """Call the desk's gradebook production."""
    settings = desk.gradebook.settings.model_copy(update={"env": "production"})
    desk.gradebook = Gradebook(settings, patience=FAST)


@pytest.mark.parametrize("confirm", [None, 1, 3])
def test_production_wants_the_number(desk: Desk, confirm: int | None) -> None:
    """Production refuses a push whose number of writes was not typed, or typed wrong (P8)."""
    production(desk)
    plan = desk.plan(desk.sheet("Midterm", "80", "90"))
    with pytest.raises(UnsafePlanError, match="2 grades"):
        desk.push(plan, confirm=confirm)
    assert desk.puts() == 0
    assert states(desk.push(plan, confirm=2)) == {"created": 2}


def test_a_harmful_plan_is_not_pushed(desk: Desk) -> None:
    """A push refuses a plan that lowers more than 30 % of ten grades, until it is allowed by name (P8)."""
    users = {user["sourcedId"]: user.get("identifier") for user in desk.sandbox.records("users")}
    held = [
        (student, record)
        for student, record in sorted(desk.results("algebra-quiz-1").items())
        if "score" in record
    ][:10]
    rows = [f"{users[student]},{record['score'] - 1}" for student, record in held]
    plan = desk.plan(desk.sheet_of("\n".join(["Student ID,Quiz 1", *rows]) + "\n"))
    with pytest.raises(UnsafePlanError, match="lowers or clears 10 of the 10"):
        desk.push(plan)
    assert desk.puts() == 0
    assert plan.tell_unsafe() == "This plan lowers or clears 10 of the 10 grades it changes"
    assert states(desk.push(plan, allow_unsafe=True)) == {"updated": 10}


def test_what_is_counted_as_harmed_agrees_with_the_updates(desk: Desk) -> None:
    """Grades that are updated and had no score are named beside those of which a share is lowered."""
    for number, score in ((1, 8.5), (2, 8)):
        desk.change("algebra-quiz-1", number, score=score)
    bare = {**desk.result("algebra-quiz-1", 2), "scoreStatus": "exempt"}
    del bare["score"]
    desk.sandbox.put_record("results", bare)
    plan = desk.plan(desk.sheet("Quiz 1", "7", "8"))
    told = (
        "This plan lowers or clears 1 of the 1 grades it changes (and updates 1 that had no score)"
    )
    assert (plan.counts["update"], plan.tell_unsafe(at_least=1)) == (2, told)


def test_a_host_of_production_keeps_its_name(desk: Desk) -> None:
    """A host once used as production is refused under another name (DESIGN section 4)."""
    name = desk.gradebook
    production(desk)
    desk.push(desk.plan(desk.sheet("Midterm", "80")), confirm=1)
    desk.gradebook = name
    with pytest.raises(SettingsError, match="production"):
        desk.push(desk.plan(desk.sheet("Midterm", "81")))


def test_a_change_since_the_plan_is_a_conflict(desk: Desk) -> None:
    """What someone changes between plan and push is not overwritten (P7)."""
    plan = desk.plan(desk.sheet("Quiz 1", "9", "7"))
    desk.change("algebra-quiz-1", 1, score=10)
    receipt = desk.push(plan)
    assert states(receipt) == {"updated": 1, "conflict": 1}
    assert desk.result("algebra-quiz-1", 1)["score"] == 10


def test_a_rival_since_the_plan_is_a_conflict(desk: Desk) -> None:
    """A grade that someone else created between plan and push is not doubled (P7)."""
    plan = desk.plan(desk.sheet("Midterm", "80"))
    rival = {
        **desk.result("algebra-quiz-1", 1),
        "sourcedId": "theirs",
        "lineItem": {"sourcedId": "algebra-midterm"},
    }
    desk.sandbox.put_record("results", rival)
    assert states(desk.push(plan)) == {"conflict": 1}
    assert list(desk.results("algebra-midterm")) == ["student-001"]


def test_the_plan_is_journaled_before_anything_is_sent(
    desk: Desk, behind: Callable[..., FaultyProxy]
) -> None:
    """When the first PUT arrives, the whole plan is on disk as unsent (P22)."""
    seen: list[dict[str, int]] = []

    def look(asked: Asked) -> None:
        if asked.method == IS_PUT:
            seen.extend(
                dict(receipt.states) for receipt in gt.list_pushes(desk.gradebook.settings.data_dir)
            )

    behind(look)
    desk.push(desk.plan(desk.sheet("Midterm", "80", "90")), workers=1)
    assert (seen[0]["unsent"], seen[0]["created"]) == (2, 0)


FAULTS = {
    "429": Fault(answer=reply(429)),
    "429 with Retry-After": Fault(answer=reply(429, retry_after="0")),
    "500": Fault(answer=reply(500, b"<html><title>Oops</title></html>")),
    "502": Fault(answer=reply(502)),
    "503": Fault(answer=reply(503, b"", retry_after="0")),
    "504": Fault(answer=reply(504)),
    "reset before": Fault(reset="before"),
    "reset after": Fault(reset="after"),
    "hang after storing": Fault(hang=True),
    "cut": Fault(cut_after=40),
    "garbled": Fault(garble=True),
    "empty 201": Fault(answer=None, cut_after=None, delay_answer=0.01),
    "401 once": Fault(answer=reply(401)),
    "asked twice": Fault(twice=True),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("first", [1, 3, 5])
def test_a_passing_fault_loses_nothing(
    desk: Desk, behind: Callable[..., FaultyProxy], name: str, first: int
) -> None:
    """One spoiled PUT, at the start, middle or end: every grade arrives, once, and is reported so (P19, P20)."""
    plan_first = desk.sheet("Midterm", "10", "20", "30", "40", "50")
    behind([Rule(fault=FAULTS[name], method=IS_PUT, first=first, times=1)])
    receipt = desk.push(desk.plan(plan_first), workers=2)
    assert states(receipt) == {"created": 5}
    assert sorted(r["score"] for r in desk.results("algebra-midterm").values()) == [
        10,
        20,
        30,
        40,
        50,
    ]


def test_a_success_that_nobody_heard_of_is_a_success(
    desk: Desk, behind: Callable[..., FaultyProxy]
) -> None:
    """Stored, and the answer lost every time: what the gradebook holds decides (P20)."""
    behind([Rule(fault=Fault(reset="after"), method=IS_PUT, times=FAST.attempts)])
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "10", "20")), workers=1)
    assert states(receipt) == {"created": 2}


def test_a_server_error_that_stored_nothing_fails_its_entry(
    desk: Desk, behind: Callable[..., FaultyProxy]
) -> None:
    """500 until patience ends, and nothing stored: that entry is failed, the next is written (P20)."""
    behind([Rule(fault=Fault(answer=reply(500)), method=IS_PUT, times=FAST.attempts)])
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "10", "20")), workers=1)
    assert states(receipt) == {"created": 1, "failed": 1}
    assert list(receipt.entries["reason"]) == ["server-error", ""]


def test_a_refused_row_stops_nobody_else(desk: Desk, behind: Callable[..., FaultyProxy]) -> None:
    """A 422 fails its own entry with the server's words; the others are written (P1)."""
    body = b'{"imsx_codeMajor":"success","imsx_description":"score out of range"}'
    behind([Rule(fault=Fault(answer=reply(422, body)), method=IS_PUT, first=2, times=1)])
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "10", "20", "30")), workers=1)
    assert states(receipt) == {"created": 2, "failed": 1}
    failed = receipt.entries[receipt.entries["state"] == "failed"].iloc[0]
    assert (failed["http_status"], "score out of range" in failed["message"]) == (422, True)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_of_us_stops_the_run(
    desk: Desk, behind: Callable[..., FaultyProxy], status: int
) -> None:
    """401 with a fresh token, or 403, stops the run; a resume writes that entry and the rest (P19)."""
    tries = 2 if status == 401 else 1
    proxy = behind([Rule(fault=Fault(answer=reply(status)), method=IS_PUT, first=2, times=tries)])
    plan = desk.plan(desk.sheet("Midterm", "10", "20", "30", "40"))
    receipt = desk.push(plan, workers=1)
    assert states(receipt) == {"created": 1, "failed": 1, "unsent": 2}
    assert sum(exchange.method == IS_PUT for exchange in proxy.log) == 1 + tries
    resumed = desk.push(plan, resume=receipt.push_id, workers=1)
    assert (states(resumed), resumed.push_id) == ({"created": 4}, receipt.push_id)


def test_a_lie_is_reported(desk: Desk, behind: Callable[..., FaultyProxy]) -> None:
    """A 201 that stores nothing is `failed`, whatever it answered (P9)."""
    behind([Rule(fault=Fault(answer=reply(201)), method=IS_PUT, first=1, times=1)])
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "10", "20")), workers=1)
    assert states(receipt) == {"created": 1, "failed": 1}
    assert list(receipt.entries["reason"]) == ["stored-differently", ""]


def test_a_rounded_score_is_reported_with_both_values(
    desk: Desk, behind: Callable[..., FaultyProxy]
) -> None:
    """A score that is stored rounded is `failed`, and both values are told (P9)."""

    def round_it(asked: Asked) -> None:
        if asked.method == "GET" and asked.path.startswith(f"{PREFIX}/results/"):
            desk.change("algebra-midterm", 1, score=10)

    behind(round_it)
    receipt = desk.push(desk.plan(desk.sheet("Midterm", "10.4")), workers=1)
    message = receipt.entries.loc[0, "message"]
    assert states(receipt) == {"failed": 1}
    assert ("10.4" in message, "10" in receipt.entries.loc[0, "stored"]) == (True, True)


def test_a_removal_that_did_not_happen_is_reported(
    desk: Desk, behind: Callable[..., FaultyProxy]
) -> None:
    """A comment that was to be removed and is still there is `failed` (P9)."""
    before = desk.result("algebra-quiz-1", 1)

    def keep_it(asked: Asked) -> None:
        if asked.method == "GET" and asked.path.startswith(f"{PREFIX}/results/"):
            desk.change("algebra-quiz-1", 1, comment=before["comment"])

    behind(keep_it)
    receipt = gt.upsert_result(
        gt.Result(line_item="algebra-quiz-1", student="student-001", comment=None), desk.gradebook
    )
    assert (states(receipt), "comment" in receipt.entries.loc[0, "message"]) == (
        {"failed": 1},
        True,
    )


def test_a_dead_server_leaves_the_rest_unsent(
    desk: Desk, behind: Callable[..., FaultyProxy]
) -> None:
    """When nothing answers any more the push ends, and a resume finds out what became of it (P20, P22)."""
    alive = iter([True, True, False])
    down = threading.Event()

    def die(asked: Asked) -> Fault | None:
        if asked.method == IS_PUT and not next(alive, True):
            down.set()
        return Fault(reset="after") if down.is_set() else None

    behind(die)
    plan = desk.plan(desk.sheet("Midterm", "10", "20", "30", "40", "50"))
    receipt = desk.push(plan, workers=1)
    assert (states(receipt), receipt.status) == (
        {"created": 2, "failed": 1, "unsent": 2},
        "unfinished",
    )
    assert receipt.entries.loc[2, "reason"] == "outcome-unknown"
    down.clear()
    resumed = desk.push(plan, resume=receipt.push_id, workers=1)
    assert (states(resumed), resumed.status) == ({"created": 5}, "done")
    assert len(desk.results("algebra-midterm")) == 5


def test_stop_is_honest(desk: Desk) -> None:
    """Stop ends with what was written as created and the rest unsent; a resume writes the rest (P23)."""
    stop = threading.Event()
    plan = desk.plan(desk.sheet("Midterm", "10", "20", "30", "40", "50"))

    def press(progress: gt.Progress) -> None:
        if progress.done:
            stop.set()

    stop_at_once = threading.Event()
    stop_at_once.set()
    receipt = desk.push(plan, stop=stop_at_once, workers=1)
    assert states(receipt) == {"unsent": 5}
    assert desk.puts() == 0
    resumed = desk.push(plan, resume=receipt.push_id, stop=stop, progress=press, workers=1)
    assert sum(resumed.states.values()) == 5
    # Stop may have come too late.
    done = resumed if resumed.status == "done" else desk.push(plan, resume=receipt.push_id)
    assert (states(done), done.status) == ({"created": 5}, "done")
    assert desk.puts() == 5


def test_a_stop_is_told_while_it_takes_its_time(
    desk: Desk, behind: Callable[..., FaultyProxy]
) -> None:
    """While what is under way is finished, progress says that nothing more is begun; neither before nor at the end."""
    behind([Rule(fault=Fault(delay_answer=0.6), method=IS_PUT, times=9)])
    stop, seen = threading.Event(), []

    def press(progress: gt.Progress) -> None:
        seen.append(progress.stopping)
        stop.set()

    desk.push(desk.plan(desk.sheet("Midterm", "10", "20")), stop=stop, progress=press, workers=1)
    assert (seen[0], True in seen, seen[-1]) == (False, True, False)


def test_a_resume_leaves_what_is_done(desk: Desk, behind: Callable[..., FaultyProxy]) -> None:
    """A resumed push takes up what has no outcome, and nothing that was done before (P22)."""
    proxy = behind([Rule(fault=Fault(answer=reply(403)), method=IS_PUT, first=2, times=1)])
    plan = desk.plan(desk.sheet("Midterm", "10", "20", "30"))
    receipt = desk.push(plan, workers=1)
    assert states(receipt) == {"created": 1, "failed": 1, "unsent": 1}
    desk.change("algebra-midterm", 1, score=11)
    asked = len(proxy.log)
    resumed = desk.push(plan, resume=receipt.push_id, workers=1)
    assert states(resumed) == {"created": 3}
    done = str(plan.changes.loc[0, "sourced_id"])
    assert [e.method for e in proxy.log[asked:] if e.path.endswith(done)] == []


def test_a_second_push_at_the_same_time_is_refused(desk: Desk) -> None:
    """One push per environment at a time (P22)."""
    with (
        open_journal(desk.gradebook.environment, desk.gradebook.settings.data_dir) as journal,
        journal.lock(),
        pytest.raises(PushRunningError, match="under way"),
    ):
        desk.push(desk.plan(desk.sheet("Midterm", "10")))
    assert desk.puts() == 0


def test_progress_ends_with_the_final_state(desk: Desk) -> None:
    """The last look at a push says that it is finished, with every entry counted (P23)."""
    looks: list[gt.Progress] = []
    desk.push(desk.plan(desk.sheet("Midterm", "10", "20", "30")), progress=looks.append)
    assert (looks[-1].finished, looks[-1].done, looks[-1].total) == (True, 3, 3)


def test_journal_and_receipt_are_private(desk: Desk, tmp_path: Path) -> None:
    """Journal and receipt files are readable by their owner alone (P25)."""
    plan = desk.plan(desk.sheet("Midterm", "10", "x"))
    folder = gt.write_receipt(desk.push(plan), tmp_path / "out", sheet=plan.sheet)
    files = [*folder.iterdir(), *(desk.gradebook.settings.data_dir / "journal").glob("*.sqlite3")]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert {path.name for path in folder.iterdir()} == {
        "receipt.json",
        "receipt.html",
        "succeeded.csv",
        "failed.csv",
    }


def test_failed_rows_load_again(desk: Desk, tmp_path: Path) -> None:
    """`failed.csv` keeps the sheet's shape: corrected, it is pushed under the same columns (P24)."""
    student = desk.students
    text = f"Student ID,Name,Quiz 1,Midterm\n{student[0]},=Ada,9,80\n{student[1]},Bo,7,oops\n"
    sheet = desk.sheet_of(text)
    plan = desk.plan(sheet)
    folder = gt.write_receipt(desk.push(plan), tmp_path / "out", sheet=plan.sheet)
    failed = gt.read_sheet(folder / "failed.csv")
    assert failed.fingerprint == sheet.fingerprint
    assert failed.frame["Quiz 1"].tolist() == [""]
    assert failed.frame["Midterm"].tolist() == ["oops"]
    mended = failed.with_cell(int(failed.frame.index[0]), "Midterm", "90")
    assert states(desk.push(desk.plan(mended))) == {"created": 1, "skipped": 1}
    assert "'=Ada" in (folder / "succeeded.csv").read_text()


def test_upsert_changes_only_what_was_set(desk: Desk) -> None:
    """A single upsert goes through the same writer: merged, journaled, undone like any push."""
    before = desk.result("algebra-quiz-1", 1)
    result = gt.Result(line_item="algebra-quiz-1", student="student-001", score=9.5)
    receipt = gt.upsert_result(result, desk.gradebook)
    now = desk.result("algebra-quiz-1", 1)
    assert states(receipt) == {"updated": 1}
    assert (now["score"], now["comment"], now["sourcedId"]) == (
        9.5,
        before["comment"],
        before["sourcedId"],
    )
    desk.push(desk.undo(receipt))
    assert desk.result("algebra-quiz-1", 1)["score"] == before["score"]


def test_upsert_can_remove_a_field(desk: Desk) -> None:
    """A field set to None is removed; one never set is left alone."""
    result = gt.Result(line_item="algebra-quiz-1", student="student-001", comment=None)
    gt.upsert_result(result, desk.gradebook)
    now = desk.result("algebra-quiz-1", 1)
    assert ("comment" in now, now["score"]) == (False, 8.5)


def test_upsert_of_a_stranger_is_blocked(desk: Desk) -> None:
    """A result for somebody who is not in the class is blocked, and nothing is sent."""
    receipt = gt.upsert_result(
        gt.Result(line_item="algebra-quiz-1", student="nobody", score=1), desk.gradebook
    )
    assert (states(receipt), desk.puts()) == ({"blocked": 1}, 0)


def test_one_lie_widens_the_read_back(tmp_path: Path) -> None:
    """Beyond 200 entries a sample is read back; one lie that it catches, and every entry is (P9)."""
    rows = [f"id-{n:03d},{n % 10},{n % 7},{n % 5}" for n in range(80)]
    (tmp_path / "many.csv").write_text("\n".join(["Student ID,A,B,C", *rows]) + "\n")
    sheet = gt.read_sheet(tmp_path / "many.csv")
    with gt.open_rehearsal(sheet) as inner:
        port = int(inner.settings.base_url.rsplit(":", 1)[1])
        lies: list[int] = []

        def lie(asked: Asked) -> Fault | None:
            if asked.method != IS_PUT or asked.n % 2:
                return None
            lies.append(asked.n)
            return Fault(answer=reply(201, asked.body))

        with FaultyProxy(port, lie) as proxy:
            settings = inner.settings.model_copy(update={"base_url": proxy.base_url})
            with Gradebook(settings, patience=FAST) as gradebook:
                snapshot = gradebook.take_snapshot()
                checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
                plan = gt.make_plan(checked, snapshot)
                receipt = gt.push_plan(plan, gradebook, agreed=plan.fingerprint)
    assert plan.writes == 240
    assert lies
    assert states(receipt) == {"created": 240 - len(lies), "failed": len(lies)}
