"""The history form: what it lists, what it offers for each push, and that it tells instead of failing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty_proxy import Asked, Fault, FaultyProxy, reply
from form_driving import drive, page, states, write_sheet

import gradetools as gt
from gradetools.errors import PushRunningError
from gradetools.journal import open_journal
from gradetools.journal.record import Outcome
from gradetools.receipt import note_retry
from gradetools.sandbox import Sandbox
from gradetools.widgets import HistoryForm, ImportForm
from gradetools.widgets.history_list import show_pushes
from gradetools.widgets.preview import tell_plan

EVIL = "<img src=x onerror=alert(1)>"
ROWS = ("00041,50", "00082,60", "00123,70")


class Refusing:
    """Refuses every PUT of the first student, while `on`."""

    on = False

    def wait(self) -> object:
        """Wait before a PUT, where a test says so."""
        return None

    def __call__(self, asked: Asked) -> Fault | None:
        """Choose what becomes of a request."""
        if asked.method == "PUT":
            self.wait()
        hit = self.on and asked.method == "PUT" and b"student-001" in asked.body
        return Fault(answer=reply(422, b'{"message":"not today"}')) if hit else None


@pytest.fixture
def refusing() -> Refusing:
    """Stand between client and sandbox, letting everything through."""
    return Refusing()


@pytest.fixture
def gradebook(sandbox: Sandbox, refusing: Refusing) -> Iterator[gt.Gradebook]:
    """Connect to the sandbox of the test, through the one that refuses."""
    with FaultyProxy(int(sandbox.base_url.rsplit(":", 1)[1]), refusing) as proxy:
        direct = gt.connect(sandbox)
        settings = direct.settings.model_copy(update={"base_url": proxy.base_url})
        yield gt.Gradebook(settings, patience=gt.Patience(attempts=1))


def push_sheet(
    gradebook: gt.Gradebook, folder: Path, *rows: str, name: str = "midterm.csv"
) -> gt.Receipt:
    """Push a sheet through the import form."""
    form = ImportForm(gradebook, folder=folder)
    drive(form, write_sheet(folder / name, "Student number,Midterm", *(rows or ROWS)))
    form.push.go.click()
    receipt = form.push.wait(30)
    assert receipt is not None
    return receipt


def leave_unfinished(gradebook: gt.Gradebook, folder: Path, *rows: str) -> str:
    """Leave a push as a process that died before its first PUT leaves it, and give its id."""
    sheet = gt.read_sheet(write_sheet(folder / "killed.csv", "Student number,Midterm", *rows))
    snapshot = gradebook.take_snapshot(["algebra-1"])
    checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
    plan = gt.make_plan(checked, snapshot)
    with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
        return journal.begin(plan, client_id="x", note="", now=gradebook.clock())


def shown(form: HistoryForm) -> list[str]:
    """Name the buttons that are in sight."""
    names = ("go_on", "retry", "undo", "forget")
    return [name for name in names if getattr(form, name).layout.display is None]


def test_nothing_pushed_is_said(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Without any push the form says so, and asks nobody."""
    form = HistoryForm(gradebook, folder=tmp_path)
    assert "write grades with import_grades.ipynb or upsert_result.ipynb" in page(form.view)
    assert "Nothing was pushed from this machine yet" in page(form.view)
    assert form.push.layout.display == "none"
    assert form.steps["push"].body.layout.display == "none"


def test_each_push_offers_what_can_be_done(
    gradebook: gt.Gradebook, sandbox: Sandbox, refusing: Refusing, tmp_path: Path
) -> None:
    """What failed can be tried again, what is unfinished gone on with, and what is forgotten neither undone nor resumed."""
    refusing.on = True
    failed = push_sheet(gradebook, tmp_path).push_id
    refusing.on = False
    killed = leave_unfinished(gradebook, tmp_path, "00123,80")
    asked = len(sandbox.requests())
    form = HistoryForm(gradebook, folder=tmp_path)
    assert [push.push_id for push in form.pushes] == [killed, failed]
    assert "midterm.csv" in form.list.text()
    assert "unfinished some not sent" in form.list.text()
    form.push.value = failed
    assert shown(form) == ["retry", "undo", "forget"]
    told = form.steps["push"].state.value
    assert "you can try again what failed or take it back or forget it" in told
    assert "midterm.csv" in form.steps["pushes"].state.value
    assert "score nothing → 60" in form.entries.text()
    assert "not today" in form.entries.text()
    form.list.open_row(killed)
    assert form.push.value == killed
    assert shown(form) == ["go_on", "undo", "forget"]
    assert "you can go on with it or take it back or forget it" in form.steps["push"].state.value
    form.forget.click()
    assert "can no longer be undone or resumed" in form.loss.value
    assert "next: erase them, or keep them" in form.steps["push"].state.value
    form.keep.click()
    assert "you can go on with it or take it back or forget it" in form.steps["push"].state.value
    assert len(sandbox.requests()) == asked  # looking asks nothing of the gradebook
    form.erase.click()  # out of sight, and so without effect
    assert gt.list_pushes(gradebook.settings.data_dir)[0].forgotten is None
    form.forget.click()
    form.erase.click()
    assert shown(form) == []
    assert "forgotten" in form.steps["push"].state.value
    assert form.push.value == killed
    form.push.value = None
    assert "next: choose a push" in form.steps["pushes"].state.value


def test_retry_resume_and_undo_go_through_the_same_writer(
    gradebook: gt.Gradebook, sandbox: Sandbox, refusing: Refusing, tmp_path: Path
) -> None:
    """Each is a plan with a preview, written by the same button, and the list shows what came of it."""
    refusing.on = True
    failed = push_sheet(gradebook, tmp_path).push_id
    refusing.on = False
    killed = leave_unfinished(gradebook, tmp_path, "00123,80")
    form = HistoryForm(gradebook, folder=tmp_path)
    for push_id, button, told in (
        (failed, form.retry, "Write 1 grade to sandbox"),
        (killed, form.go_on, "Go on: write the other 1 grade"),
        (failed, form.undo, "Take back 1 grade in sandbox"),
    ):
        form.push.value = push_id
        sent = len(sandbox.requests(method="PUT"))
        button.click()
        assert form.alert.value == ""
        assert form.writing is not None
        assert form.writing.push.go.description == told
        assert len(sandbox.requests(method="PUT")) == sent  # only shown
        form.writing.push.go.click()
        receipt = form.writing.push.wait(30)
        assert receipt is not None
        if button is not form.undo:
            assert receipt.ok, receipt.entries["message"]
    listed = {push.push_id: push for push in form.pushes}
    assert listed[killed].status == "done"
    assert any(push.note == f"retry of {failed}" for push in form.pushes)
    form.push.value = failed
    # The third grade was changed by the push that was gone on with: that is said, and it stays.
    assert listed[failed].standing == "taken back"
    assert "take it back" not in form.steps["push"].state.value
    assert "Taken back by push" in form.told.value


def test_another_push_is_not_begun_meanwhile(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """While a push of the form is under way its panel stays, and no other is begun."""
    push_id = push_sheet(gradebook, tmp_path).push_id
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = push_id
    form.undo.click()
    writing = form.writing
    assert writing is not None
    gate = threading.Event()
    writing.push.go.click()
    assert writing.push.run is not None
    writing.push.run.watch(lambda _: gate.wait(30) and None)
    if writing.running:
        form.undo.click()
        assert form.writing is writing
    gate.set()
    assert writing.push.wait(30) is not None


def test_what_is_written_is_not_mixed_with_another_push(
    gradebook: gt.Gradebook, refusing: Refusing, tmp_path: Path
) -> None:
    """Who looks at another push meanwhile sees which one is being written, and at its end what came of it and no button of it."""
    first = push_sheet(gradebook, tmp_path)
    second = push_sheet(gradebook, tmp_path, "00041,51", name="second.csv")
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = first.push_id
    marks = [mark for row in form.list.page["rows"] for mark in row["marks"].values()]
    shown = {tip for _, words, tip in marks if not words}
    assert shown == {"shown below"}
    # A column that widened when a push is chosen would move the list under the mouse.
    widths = [(column["name"], column["width"]) for column in form.list.columns]
    assert ("id ends in", len("id ends in") + 2) in widths
    form.undo.click()
    assert form.writing is not None
    gate, reached = threading.Event(), threading.Event()
    refusing.wait = lambda: (reached.set(), gate.wait(30))
    form.writing.push.go.click()
    assert reached.wait(30)
    form.push.value = second.push_id
    told = f"Of another push, …{first.push_id[-6:]}: this is being written"
    assert told in page(form.view)
    form.push.value = first.push_id
    assert told not in page(form.view)
    form.push.value = second.push_id
    gate.set()
    assert form.writing.push.wait(30) is not None
    assert form.writing is None
    assert "Meanwhile this has ended: undo of midterm.csv, push " in page(form.view)
    assert "Choose it above to see more." in page(form.view)


def test_everything_is_escaped(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Notes and names from outside are shown as text."""
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form, write_sheet(tmp_path / f"{EVIL[:4]}.csv", "Student number,Midterm", *ROWS))
    form.push.note.value = EVIL
    form.push.go.click()
    receipt = form.push.wait(30)
    assert receipt is not None
    history = HistoryForm(gradebook, folder=tmp_path)
    history.push.value = receipt.push_id
    history.forget.click()
    assert "&lt;img" in page(history.view)
    assert "<img" not in page(history.view)


def test_a_push_elsewhere_needs_its_settings(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """A push whose gradebook the settings do not lead to says so, and no secret is in a widget."""
    push_id = push_sheet(gradebook, tmp_path).push_id
    form = HistoryForm(folder=tmp_path, data_dir=gradebook.settings.data_dir)
    form.push.value = push_id
    form.undo.click()
    assert "It belongs to sandbox" in form.alert.value
    assert form.writing is None
    assert gradebook.settings.client_secret.get_secret_value() not in states(form.view)


def test_an_unfinished_push_is_offered_by_the_import(
    gradebook: gt.Gradebook, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Once connected, the import form offers to go on with what a dead kernel left, or to leave it."""
    older, killed = (leave_unfinished(gradebook, tmp_path, *rows) for rows in (ROWS[:1], ROWS))
    form = ImportForm(gradebook, folder=tmp_path)
    offered = form.unfinished
    assert offered.view.layout.display == "none"
    form.where.connect.click()
    assert offered.push is not None
    assert (offered.push.push_id, offered.view.layout.display) == (killed, None)
    assert "Unfinished push of killed.csv" in offered.told.value
    offered.go_on.click()
    assert sandbox.requests(method="PUT") == []
    assert offered.writing is not None
    assert "would write 3 grades" in offered.writing.preview.told.value
    assert "3 create" in offered.writing.preview.told.value
    offered.writing.push.go.click()
    receipt = offered.writing.push.wait(30)
    assert receipt is not None
    assert (receipt.push_id, receipt.states["created"]) == (killed, 3)
    form.where.connect.click()
    assert offered.push.push_id == older
    offered.leave.click()
    assert offered.view.layout.display == "none"
    form.where.connect.click()
    assert offered.view.layout.display == "none"


def test_going_on_shows_what_is_left(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """The preview of going on with a push has the grades that are left of it, and no other; all of it is the plan that is pushed."""
    pushed = leave_unfinished(gradebook, tmp_path, *ROWS)
    with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
        plan, (first, *left) = journal.read_plan(pushed), sorted(journal.unsent(pushed))
        journal.record(pushed, [Outcome(first, "created")])
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = pushed
    form.go_on.click()
    assert form.writing is not None
    shown = form.writing.preview
    assert shown.plan is not None
    assert list(shown.plan.changes.index) == left
    assert "1 of its 3 grades is done" in shown.told.value
    assert form.writing.push.go.description == "Go on: write the other 2 grades"
    form.writing.push.go.click()
    receipt = form.writing.push.wait(30)
    assert receipt is not None
    assert receipt.rows == len(plan.changes)


def test_going_on_where_another_push_wrote_it_writes_nothing(
    gradebook: gt.Gradebook, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The button says that nothing is left to write; what the other push wrote is called unchanged, and stays that one's."""
    killed = leave_unfinished(gradebook, tmp_path, *ROWS)
    push_sheet(gradebook, tmp_path)
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = killed
    form.go_on.click()
    assert form.writing is not None
    told = "Go on: nothing to write, settle the other 3 grades"
    assert form.writing.push.go.description == told
    sent = len(sandbox.requests(method="PUT"))
    receipt = press(form)
    assert (receipt.states["unchanged"], len(sandbox.requests(method="PUT"))) == (3, sent)
    assert form.writing.receipt.undo.layout.display == "none"


def test_what_was_left_is_counted_by_itself(
    gradebook: gt.Gradebook, refusing: Refusing, tmp_path: Path
) -> None:
    """After going on it says how many were left, and how many of these were written and how many not."""
    killed = leave_unfinished(gradebook, tmp_path, *ROWS)
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = killed
    form.go_on.click()
    refusing.on = True
    press(form)
    assert form.writing is not None
    assert form.writing.push.told.value == "3 that were left: 2 done, 1 not"


def test_going_on_can_be_tried_again(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Where going on could not begin, the next click goes on with the same push, and begins no other."""
    killed = leave_unfinished(gradebook, tmp_path, *ROWS)
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = killed
    form.go_on.click()
    assert form.writing is not None
    panel = form.writing.push
    with (
        open_journal(gradebook.environment, gradebook.settings.data_dir) as journal,
        journal.lock(),
    ):
        panel.go.click()
        with pytest.raises(PushRunningError):
            panel.wait(30)
    panel.go.click()
    receipt = panel.wait(30)
    assert receipt is not None
    assert (receipt.push_id, len(gt.list_pushes(gradebook.settings.data_dir))) == (killed, 1)


def test_a_push_under_way_elsewhere_is_not_offered(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """What another program is writing just now looks unfinished, and is not offered."""
    leave_unfinished(gradebook, tmp_path, *ROWS)
    form = ImportForm(gradebook, folder=tmp_path)
    with (
        open_journal(gradebook.environment, gradebook.settings.data_dir) as journal,
        journal.lock(),
    ):
        form.where.connect.click()
    assert form.unfinished.view.layout.display == "none"


def test_the_receipt_offers_another_try_and_its_files(
    gradebook: gt.Gradebook, sandbox: Sandbox, refusing: Refusing, tmp_path: Path
) -> None:
    """The import's receipt shows every entry's end, tells reasons once, retries what failed, and gives its files out."""
    refusing.on = True
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form, write_sheet(tmp_path / "midterm.csv", "Student number,Midterm", *ROWS))
    form.push.go.click()
    form.push.wait(30)
    assert "1 failed" in form.receipt.told.value
    assert "not today" in form.receipt.told.value
    assert "failed not written" in form.receipt.grid.text()
    form.receipt.grid.view = "created"
    assert "failed" not in form.receipt.grid.text()
    names = [name for name, _ in form.receipt.downloads.files]
    assert names == ["succeeded.csv", "failed.csv", "receipt.json", "receipt.html"]
    assert b"gradetools_state" in form.receipt.downloads.read("failed.csv")
    with pytest.raises(KeyError):
        form.receipt.downloads.read("../midterm.csv")
    assert "gradetools_state" not in states(form.view)  # nothing of it is kept in the page
    refusing.on = False
    assert form.receipt.retry.description.startswith("Try 1 grade again")
    form.receipt.retry.click()
    assert form.writing.retry is not None
    assert "retry of" in form.writing.retry.push.note.value
    sent = len(sandbox.requests(method="PUT"))
    form.writing.retry.push.go.click()
    receipt = form.writing.retry.push.wait(30)
    assert receipt is not None
    assert (receipt.ok, receipt.rows, len(sandbox.requests(method="PUT")) - sent) == (True, 1, 1)
    assert form.writing.retry.receipt.retry.layout.display == "none"


def test_what_an_undo_did_is_called_so(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """The entries of an undo are removed or restored, not created and updated, and can be looked at by these words."""
    pushed = push_sheet(gradebook, tmp_path)
    undo = gt.plan_undo(pushed, gradebook)
    taken_back = gt.push_plan(undo, gradebook, agreed=undo.fingerprint)
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = taken_back.push_id
    form.entries.view = "removed"
    assert form.entries.page["total"] == len(ROWS)
    assert "updated" not in form.entries.text()


def test_a_single_grade_is_listed_as_whose_it_is(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """A push of one grade says whose grade for what it was, so does its undo, and a push is found by the end of its id."""
    one = gt.Result(line_item="algebra-quiz-1", student="student-001", score=9)
    pushed = gt.upsert_result(one, gradebook)
    undo = gt.plan_undo(pushed, gradebook)
    undone = gt.push_plan(undo, gradebook, agreed=undo.fingerprint)
    sheet = push_sheet(gradebook, tmp_path)
    form = HistoryForm(gradebook, folder=tmp_path)
    rows = [line.split("\t") for line in form.list.text().splitlines()]
    what = [
        "midterm.csv",
        "undo of Ada Example, Quiz 1 (Algebra 1)",
        "Ada Example, Quiz 1 (Algebra 1)",
    ]
    assert [row[2] for row in rows] == what
    ends = [each.push_id[-6:] for each in (sheet, undone, pushed)]
    assert [row[1] for row in rows] == ends
    assert rows[0][0] == f"{sheet.started.astimezone():%Y-%m-%d %H:%M %Z}"
    form.push.value = pushed.push_id
    assert f"Taken back by push {undone.push_id}" in form.told.value
    gt.forget_push(pushed.push_id, gradebook.settings.data_dir)
    form.look()
    assert "Ada Example" not in form.list.text()


def test_what_was_not_written_is_in_the_status(
    gradebook: gt.Gradebook, refusing: Refusing, tmp_path: Path
) -> None:
    """A push that is done but for what was refused says how many were not written."""
    refusing.on = True
    push_sheet(gradebook, tmp_path)
    form = HistoryForm(gradebook, folder=tmp_path)
    assert "done, 1 not written" in form.list.text()
    assert "with problems" in [name for name, *_ in form.list.views]
    refusing.on = False
    form.push.value = form.pushes[0].push_id
    form.retry.click()
    assert "look at what trying again would change, then write it" in form.steps["push"].state.value
    assert form.writing is not None
    form.writing.push.go.click()
    form.writing.push.wait(30)
    assert "done, 1 tried again" in form.list.text()
    assert "with problems" not in [name for name, *_ in form.list.views]


def test_what_an_undo_left_is_in_the_status(
    gradebook: gt.Gradebook, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A push that was taken back but for what others changed says so in the list, and offers what is left."""
    pushed = push_sheet(gradebook, tmp_path)
    theirs = next(r for r in sandbox.records("results") if r["sourcedId"] == pushed.entries["sourced_id"].iloc[0])  # fmt: skip
    sandbox.put_record("results", theirs | {"score": 1})
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = pushed.push_id
    form.undo.click()
    assert "choose under Conflicts" in form.steps["push"].state.value
    assert form.writing is not None
    form.writing.push.go.click()
    assert "being written" in form.steps["push"].state.value or not form.writing.running
    form.writing.push.wait(30)
    assert not any(getattr(form, name).disabled for name in ("undo", "forget"))
    assert "taken back, 1 left alone" in form.list.text()
    assert "which left 1 entry alone" in form.told.value
    assert "you can take back what is left or forget it" in form.steps["push"].state.value


def test_while_it_is_written_nothing_else_is_offered(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """While a push is gone on with, the title says so and the other buttons are grey; then they are not."""
    killed = leave_unfinished(gradebook, tmp_path, *ROWS)
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = killed
    form.go_on.click()
    assert form.writing is not None
    grey: list[bool] = []
    told: list[str] = []
    form.undo.observe(lambda change: grey.append(change["new"]), "disabled")
    form.steps["push"].state.observe(lambda change: told.append(change["new"]), "value")
    form.writing.push.go.click()
    form.writing.push.wait(30)
    assert grey == [True, False]
    assert "being written, see below" in told[0]


def test_what_is_forgotten_is_no_alarm(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """What was forgotten is told calmly, with the address it went to."""
    pushed = push_sheet(gradebook, tmp_path)
    gt.forget_push(pushed.push_id, gradebook.settings.data_dir)
    form = HistoryForm(gradebook, folder=tmp_path)
    assert "(erased)" in form.list.text()
    form.push.value = pushed.push_id
    assert "Warning:" not in form.told.value
    assert f"sandbox, {gradebook.environment.base_url}" in form.told.value


def press(form: HistoryForm) -> gt.Receipt:
    """Write what the form shows below a push, and wait for the end."""
    assert form.writing is not None
    form.writing.push.go.click()
    receipt = form.writing.push.wait(30)
    assert receipt is not None
    return receipt


def change_first(sandbox: Sandbox, receipt: gt.Receipt, score: float) -> None:
    """Let somebody else change the first grade of a push."""
    wanted = receipt.entries["sourced_id"].iloc[0]
    theirs = next(each for each in sandbox.records("results") if each["sourcedId"] == wanted)
    sandbox.put_record("results", theirs | {"score": score})


def test_what_was_tried_again_is_no_problem_any_more(
    gradebook: gt.Gradebook, refusing: Refusing, tmp_path: Path
) -> None:
    """A retry is listed as that of its sheet, and the entries that it wrote are no longer marked as not written."""
    refusing.on = True
    failed = push_sheet(gradebook, tmp_path)
    refusing.on = False
    plan = gt.plan_retry(failed, gradebook)
    noted = note_retry(failed.push_id, "by the command line")
    gt.push_plan(plan, gradebook, agreed=plan.fingerprint, note=noted)
    form = HistoryForm(gradebook, folder=tmp_path)
    rows = [line.split("\t") for line in form.list.text().splitlines()]
    assert rows[0][2] == "retry of midterm.csv"
    assert f"by the command line (retry of {failed.push_id[-6:]})" in form.list.text()
    assert "done, 1 tried again" in rows[1]
    form.push.value = failed.push_id
    assert "Tried again by push" in form.told.value
    assert "tried again with success" in form.entries.text()
    assert "problems" not in [name for name, *_ in form.entries.views]
    form.forget.click()
    assert "What tried some of it again keeps its grades" in form.loss.value


def test_what_only_a_retry_wrote_is_not_offered_to_the_undo(
    gradebook: gt.Gradebook, refusing: Refusing, tmp_path: Path
) -> None:
    """Once a push is taken back, what another push of ours wrote is not offered as left, and nobody says that it is gone."""
    refusing.on = True
    failed = push_sheet(gradebook, tmp_path)
    refusing.on = False
    retry = gt.plan_retry(failed, gradebook)
    noted = note_retry(failed.push_id)
    gt.push_plan(retry, gradebook, agreed=retry.fingerprint, note=noted)
    undo = gt.plan_undo(failed, gradebook)
    gt.push_plan(undo, gradebook, agreed=undo.fingerprint)
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = failed.push_id
    assert "take back what is left" not in form.steps["push"].state.value
    assert "undo" not in shown(form)
    told = tell_plan(gt.plan_undo(failed, gradebook))
    assert "Already taken back" not in told
    assert "1 grade of it was written by another push of yours: take that one back." in told


def test_an_undo_of_an_undo_is_called_so(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Taking an undo back is headed so, and the step says what is next as for the first one."""
    first = push_sheet(gradebook, tmp_path)
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = first.push_id
    form.undo.click()
    undo = press(form)
    assert form.writing is not None
    form.writing.receipt.undo.click()
    again = "next: look at what taking the undo back would change, then take the undo back"
    assert again in form.steps["push"].state.value
    assert "Undo of the undo" in page(form.view)
    form.push.value = undo.push_id
    form.undo.click()
    assert again in form.steps["push"].state.value


def test_an_undo_counts_what_the_push_wrote(
    gradebook: gt.Gradebook, sandbox: Sandbox, refusing: Refusing, tmp_path: Path
) -> None:
    """Of N entries so many were taken back or left: N are those that the push wrote, and not what another push of ours did."""
    refusing.on = True
    failed = push_sheet(gradebook, tmp_path)
    refusing.on = False
    push_sheet(gradebook, tmp_path, ROWS[0], name="later.csv")
    wrote = failed.entries.iloc[2]["sourced_id"]
    theirs = next(each for each in sandbox.records("results") if each["sourcedId"] == wrote)
    sandbox.put_record("results", theirs | {"score": 1})
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = failed.push_id
    form.undo.click()
    press(form)
    assert form.writing is not None
    told = form.writing.preview.told.value
    assert "1 of 2 entries were taken back; the receipt says why not the others." in told
    assert "1 entry more was not written by that push, but by another of yours." in told
    assert "which left 1 entry alone" in form.told.value
    assert "1 entry more was not written by that push" in form.told.value
    assert "taken back, 1 not written, 1 left alone" in form.list.text()
    assert "1 taken back, 1 conflict, 1 left to another push" in form.list.text()
    assert "take back what is left" in form.steps["push"].state.value


def test_what_stays_can_be_settled(
    gradebook: gt.Gradebook, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A conflict that is decided for what is there can be settled, and then the push is done with."""
    first = push_sheet(gradebook, tmp_path)
    sheet = gt.read_sheet(write_sheet(tmp_path / "new.csv", "Student number,Midterm", "00041,90"))
    snapshot = gradebook.take_snapshot(["algebra-1"])
    plan = gt.make_plan(
        gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot), snapshot
    )
    change_first(sandbox, first, 1)
    gt.push_plan(plan, gradebook, agreed=plan.fingerprint)
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = form.pushes[0].push_id
    assert "done, 1 not written" in form.list.text()
    form.retry.click()
    assert form.writing is not None
    form.writing.preview.on_conflict.value = "theirs"
    assert form.writing.push.go.description == "Settle it: leave 1 grade as it is"
    assert "settle it below: what is there stays" in form.steps["push"].state.value
    assert press(form).states["skipped"] == 1
    assert form.writing.push.go.description == "Settled"
    assert "done, 1 tried again" in form.list.text()
    assert "with problems" not in [name for name, *_ in form.list.views]
    form.push.value = form.pushes[1].push_id
    assert "settled: what is there stays" in form.entries.text()
    assert "with success" not in form.entries.text()


def test_going_on_looks_first(gradebook: gt.Gradebook, sandbox: Sandbox, tmp_path: Path) -> None:
    """What somebody changed after a push was killed is shown before it is gone on with, and the push is on the screen once."""
    first = push_sheet(gradebook, tmp_path)
    killed = leave_unfinished(gradebook, tmp_path, "00041,90", "00082,91")
    change_first(sandbox, first, 1)
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = killed
    form.go_on.click()
    assert form.writing is not None
    told = page(form.writing.preview.view)
    assert "Somebody changed score 50 → 1 since the preview" in told
    assert "would write 1 grade" in told
    receipt = press(form)
    assert (receipt.states["conflict"], receipt.states["updated"]) == (1, 1)
    below = form.writing.receipt
    assert [each.layout.display for each in (below.grid, below.retry, below.undo)] == ["none"] * 3
    assert shown(form) == ["retry", "undo", "forget"]


def test_the_files_of_a_push_are_found(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """The receipt's files of an old push can be had from the history, and where they are not here it says where they may be."""
    pushed = push_sheet(gradebook, tmp_path)
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = pushed.push_id
    names = [name for name, _ in form.downloads.files]
    assert names == ["succeeded.csv", "receipt.json", "receipt.html"]
    assert str(tmp_path / "receipts" / pushed.push_id) in form.files.value
    form.push.value = None
    assert (form.downloads.files, form.files.value) == ([], "")
    elsewhere = HistoryForm(gradebook, folder=tmp_path / "elsewhere")
    elsewhere.push.value = pushed.push_id
    assert elsewhere.downloads.files == []
    assert f"receipts/{pushed.push_id}" in elsewhere.files.value


def test_a_push_under_way_is_not_called_cut_short(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Of a push that another program is writing the end is told as not yet come, and its counts are those of its entries."""
    running = leave_unfinished(gradebook, tmp_path, *ROWS)
    with (
        open_journal(gradebook.environment, gradebook.settings.data_dir) as journal,
        journal.lock(),
    ):
        form = HistoryForm(gradebook, folder=tmp_path)
        journal.record(running, [Outcome(journal.unsent(running)[0], "created")])
        form.push.value = running
    assert "not yet: it is being written" in form.told.value
    assert "cut short" not in form.told.value
    assert "1 created, 2 unsent" in form.told.value


def test_what_was_taken_back_before_it_was_forgotten_is_still_told(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Whether the grades of a forgotten push are still in the gradebook is told, and its undo names it."""
    pushed = push_sheet(gradebook, tmp_path)
    plan = gt.plan_undo(pushed, gradebook)
    undo = gt.push_plan(plan, gradebook, agreed=plan.fingerprint)
    gt.forget_push(pushed.push_id, gradebook.settings.data_dir)
    form = HistoryForm(gradebook, folder=tmp_path)
    assert "forgotten, taken back before" in form.list.text()
    assert f"undo of …{pushed.push_id[-6:]}" in form.list.text()
    form.push.value = pushed.push_id
    assert f"Before that it was taken back by push {undo.push_id}." in form.told.value


def test_a_retry_settles_only_what_it_tried(
    gradebook: gt.Gradebook, refusing: Refusing, tmp_path: Path
) -> None:
    """Where some of a push is blocked and the rest was tried again, the list still says how many were not written."""
    refusing.on = True
    failed = push_sheet(gradebook, tmp_path, *ROWS, "nobody,5")
    refusing.on = False
    assert (failed.states["failed"], failed.states["blocked"]) == (1, 1)
    form = HistoryForm(gradebook, folder=tmp_path)
    form.push.value = failed.push_id
    form.retry.click()
    assert press(form).ok
    assert "done, 1 tried again, 1 not written" in form.list.text()
    assert "with problems" in [name for name, *_ in form.list.views]
    assert "retry" not in shown(form)


def test_what_is_settled_is_not_red_in_the_list(
    gradebook: gt.Gradebook, sandbox: Sandbox, refusing: Refusing, tmp_path: Path
) -> None:
    """What was tried again and taken back with its push is not called unwritten, and what was left on purpose is no problem."""
    refusing.on = True
    pushed = push_sheet(gradebook, tmp_path)
    refusing.on = False
    again = gt.plan_retry(pushed, gradebook)
    noted = note_retry(pushed.push_id)
    retry = gt.push_plan(again, gradebook, agreed=again.fingerprint, note=noted)
    wrote = pushed.entries.iloc[2]["sourced_id"]
    theirs = next(each for each in sandbox.records("results") if each["sourcedId"] == wrote)
    sandbox.put_record("results", theirs | {"score": 1})
    undo = gt.plan_undo(pushed, gradebook, on_conflict="theirs")
    gt.push_plan(undo, gradebook, agreed=undo.fingerprint)

    def status() -> tuple[str, str | None]:
        table = show_pushes(form.pushes)
        marks = table.marks[(table.marks["row"] == pushed.push_id).to_numpy()]
        kinds = marks["kind"][(marks["column"] == "status").to_numpy()].tolist()
        return table.frame["status"][pushed.push_id], *(kinds or [None])

    form = HistoryForm(gradebook, folder=tmp_path)
    assert status() == ("taken back, 1 tried again, 1 left alone", "info")
    back = gt.plan_undo(retry, gradebook)
    gt.push_plan(back, gradebook, agreed=back.fingerprint)
    form.look()
    assert status() == ("taken back, 1 left alone", "info")
    assert "with problems" not in [name for name, *_ in form.list.views]
