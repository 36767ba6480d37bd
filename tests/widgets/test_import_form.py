"""What the import form does when something is wrong, dangerous, or not meant well."""

from __future__ import annotations

import html
import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from form_driving import MIDTERM, drive, make_upload, page, states, walk, write_sheet

import gradetools as gt
from gradetools.errors import PushRunningError
from gradetools.push import Progress
from gradetools.receipt import is_settled, note_retry
from gradetools.sandbox import Sandbox, invented_school
from gradetools.widgets import ImportForm
from gradetools.widgets.grid_window import ALL
from gradetools.widgets.push_panel import tell_progress
from gradetools.widgets.push_run import PushRun, find_runs

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def gradebook(sandbox: Sandbox) -> gt.Gradebook:
    """Connect to the sandbox of the test."""
    return gt.connect(sandbox, patience=gt.Patience(attempts=1))


def start_and_hold(form: ImportForm) -> threading.Event:
    """Begin a push that waits at its first look at the progress, until the event is set."""
    gate = threading.Event()
    reached = threading.Event()

    def hold(run: PushRun) -> None:
        reached.set()
        if not run.ended:
            gate.wait(30)

    form.push.go.click()
    assert form.push.run is not None
    form.push.run.watch(hold)
    assert reached.wait(30)
    return gate


def test_missing_settings_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without settings says what is missing, and nothing is asked."""
    form = ImportForm()
    form.where.env.value = "staging"
    form.where.connect.click()
    assert 'role="alert"' in form.where.alert.value
    assert "GRADETOOLS_STAGING_CLIENT_ID" in form.where.alert.value
    assert "a gradebook for trials, before production" in form.where.banner.value
    assert "not connected" in form.where.banner.value
    monkeypatch.setenv("GRADETOOLS_ENV", "elsewhere")
    assert "There is no environment called" in ImportForm().where.alert.value


def test_the_practice_school_is_named_as_such_when_connected(tmp_path: Path) -> None:
    """That nothing real is at stake stays in sight after connecting, beside the address."""
    form = ImportForm(folder=tmp_path, data_dir=tmp_path / "data")
    form.where.connect.click()
    with form.where.gradebook:
        assert "an invented school on this machine" in form.where.banner.value
        assert "127.0.0.1" in form.where.banner.value
        assert "(connected)" in form.where.banner.value


def test_no_answer_is_a_sentence(sandbox: Sandbox, gradebook: gt.Gradebook) -> None:
    """A gradebook that does not answer is told in the form, and connecting can be tried again."""
    form = ImportForm(gradebook)
    sandbox.stop()
    form.where.connect.click()
    assert 'role="alert"' in form.where.alert.value
    assert "next: connect" in form.where.state.value
    assert form.steps["sheet"].body.layout.display == "none"


def test_wrong_secret_is_a_sentence(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong secret is told without showing it, and is in no widget."""
    for line in sandbox.settings_text().splitlines():
        name, value = line.split("=", 1)
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GRADETOOLS_SANDBOX_CLIENT_SECRET", "wrong-and-secret")
    form = ImportForm()
    form.where.connect.click()
    assert 'role="alert"' in form.where.alert.value
    assert "wrong-and-secret" not in states(form.view)


def test_unexpected_error_is_a_sentence(gradebook: gt.Gradebook) -> None:
    """Even a mistake of ours ends in one sentence, without a traceback and without its details."""
    gradebook.check_connection = lambda: {}["Ada Example"]  # type: ignore[method-assign]  # a mistake of ours
    form = ImportForm(gradebook)
    form.where.connect.click()
    assert "This did not work (KeyError)" in form.where.alert.value
    assert "Ada Example" not in page(form.view)
    assert "Traceback" not in page(form.view)


def test_everything_is_escaped(tmp_path: Path) -> None:
    """Names, headers, cells and file names from outside are shown as text, wherever they are shown."""
    school = invented_school()
    for kind in ("users", "lineItems", "classes"):
        for record in school[kind]:
            for name in ("givenName", "title"):
                if name in record:
                    record[name] += EVIL
    path = write_sheet(
        tmp_path / f"{EVIL[:4]}.csv",
        f"Student number,Midterm{EVIL},Quiz 1{EVIL},{EVIL},Note{EVIL}",
        f"00041,50,{EVIL},x{EVIL},",
        f"{EVIL},60,1,,{EVIL}",
    )
    with Sandbox(seed=school) as sandbox:
        form = ImportForm(gt.connect(sandbox), folder=tmp_path)
        drive(form, path)
        form.preview.entry.value = form.preview.entry.options[-1][1]
        form.push.note.value = EVIL
        form.push.go.click()
        form.push.wait(30)
        form.receipt.undo.click()
        shown = page(form.view) + page(form.columns.view)
        assert "&lt;img src=x" in shown
        assert "<img" not in shown
        described = [getattr(each, "description_allow_html", False) for each in walk(form.view)]
        assert not any(described)


def test_what_was_typed_for_one_plan_is_not_taken_for_another(gradebook: gt.Gradebook) -> None:
    """The number typed and the box ticked for a plan are gone with it, so that each plan to production asks anew."""
    form = ImportForm(gradebook)
    drive(form)
    form.push.confirm.value, form.push.allow_unsafe.value = "28", True
    form.check.go.click()
    assert (form.push.confirm.value, form.push.allow_unsafe.value) == ("", False)
    assert "28" in form.push.confirm.placeholder


def test_production_asks_for_the_number(tmp_path: Path) -> None:
    """Production cannot be mistaken, and nothing is written until the number of grades is typed."""
    with Sandbox(name="production") as sandbox:
        form = ImportForm(gt.connect(sandbox), folder=tmp_path)
        assert "PRODUCTION: real grades" in form.where.banner.value
        drive(form)
        assert "(this would write 28 grades)" in form.preview.told.value
        assert form.push.confirm.layout.display is None
        assert form.push.go.button_style == "danger"
        for typed in ("", "27", "all"):
            form.push.confirm.value = typed
            form.push.go.click()
            assert 'role="alert"' in form.push.alert.value
            assert not form.push.running
        assert sandbox.requests(method="PUT") == []
        form.push.confirm.value = " 28 "
        form.push.go.click()
        receipt = form.push.wait(30)
        assert receipt is not None
        assert receipt.states["created"] == 28
        assert form.push.confirm.layout.display == "none", "nothing more is to be typed"


def test_lowering_many_grades_needs_a_tick(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """A plan that lowers many grades says so, and its button is off until the box is ticked; then the error is gone."""
    snapshot = gradebook.take_snapshot(["algebra-1"])
    ids = snapshot.students["identifier"]
    path = write_sheet(tmp_path / "low.csv", "Student number,Quiz 1", *(f"{i},1" for i in ids))
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form, path)
    plan = form.preview.plan
    assert plan is not None
    assert f"lowers or clears {plan.harmed} of the " in form.push.alert.value
    assert f" {plan.harmed} grades" in form.push.allow_unsafe.description
    assert form.push.allow_unsafe.layout.display is None
    assert f"tick “{form.push.allow_unsafe.description}”" in form.push.alert.value
    assert "next: tick that you have looked, then write" in form.steps["push"].state.value
    assert "allow" not in form.push.alert.value  # the names of other ways in
    assert (form.push.go.disabled, form.push.go.button_style) == (True, "")
    form.push.go.click()
    assert form.push.run is None
    assert "✖" not in form.push.alert.value  # nothing has failed
    assert "⚠" in form.push.alert.value
    assert f"tick “{form.push.allow_unsafe.description}”" in form.push.alert.value
    form.push.allow_unsafe.value = True
    assert (form.push.go.disabled, form.push.go.button_style) == (False, "primary")
    assert ("⚠" in form.push.alert.value, "lowers or clears" in form.push.alert.value) == (
        False,
        True,
    )
    form.push.go.click()
    receipt = form.push.wait(30)
    assert receipt is not None
    assert receipt.ok
    # What was ticked was about that plan: the next one, which lowers none, wants no tick and can be written.
    form.sheet.path.value = str(
        write_sheet(tmp_path / "one.csv", "Student number,Quiz 1", "00041,9")
    )
    form.sheet.read.click()
    form.sheet.use_classes.click()
    form.columns.go.click()
    form.check.go.click()
    assert (form.push.go.disabled, form.push.go.description) == (False, "Write 1 grade to sandbox")
    assert form.push.allow_unsafe.layout.display == "none"


def test_a_second_preview_looks_again(
    gradebook: gt.Gradebook, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Who presses for the preview with one in sight sees what has changed in the gradebook since."""
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form, write_sheet(tmp_path / "one.csv", "Student number,Quiz 1", "00041,9"))
    held = next(
        each
        for each in sandbox.records("results")
        if each["sourcedId"] == "algebra-quiz-1.student-001"
    )
    sandbox.put_record(
        "results", {**held, "score": 6.5, "dateLastModified": "2026-11-01T08:00:00.000Z"}
    )
    form.check.go.click()
    assert "score 6.5 → 9" in page(form.preview.view)


def test_second_push_is_refused(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """While a push is under way in this kernel, another form may not begin one to the same gradebook."""
    first, second = (ImportForm(gradebook, folder=tmp_path) for _ in range(2))
    drive(first)
    drive(second)
    gate = start_and_hold(first)
    second.push.go.click()
    assert "Another push to sandbox is under way" in second.push.alert.value
    assert not second.push.running
    assert not second.push.go.disabled  # it may be tried again later
    gate.set()
    receipt = first.push.wait(30)
    assert receipt is not None
    assert receipt.states["created"] == 28


def test_run_again_finds_the_push(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """A cell that is run again shows the push that is under way, with its Stop, and then its receipt."""
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form)
    gate = start_and_hold(form)
    again = ImportForm(gradebook, folder=tmp_path)
    assert "A push of algebra_midterm.csv to sandbox is under way" in page(again.view)
    told = page(again.view)
    assert ("is writing 28 grades" in told, "would write" in told) == (True, False)
    hooks = [hook for each in walk(again.view) for hook in each._dom_classes]  # noqa: SLF001 - the hooks are stable
    assert hooks.index("gt-push") < hooks.index("gt-plan")  # how far it is comes first
    stop = next(w for w in walk(again.view) if "gt-stop" in w._dom_classes and not w.disabled)  # noqa: SLF001 - the hooks are stable
    stop.click()
    assert form.push.run is not None
    assert form.push.run.stop.is_set()
    gate.set()
    receipt = form.push.wait(30)
    assert receipt is not None
    assert receipt.push_id in page(again.view)
    assert "to sandbox is under way" not in page(again.view)
    assert find_runs() == []
    assert "under way" not in page(ImportForm(gradebook, folder=tmp_path).view)
    # A form of another data folder has nothing to do with it, as the one above a rehearsal.
    assert receipt.push_id in page(ImportForm(gradebook, folder=tmp_path).view)
    assert receipt.push_id not in page(ImportForm(folder=tmp_path, data_dir=tmp_path).view)
    assert "The last push" not in page(ImportForm().view)


@pytest.mark.parametrize(
    ("done", "states", "rate", "held_up", "told"),
    [
        (
            0,
            {},
            0.0,
            (0.0, 0),
            "0 of 90 · waiting for the first answers; what fails is tried again",
        ),
        (34, {"created": 34}, 12.2, (0.0, 0), "34 of 90 · 12 per second · about 5 s left"),
        (
            2,
            {"created": 1, "failed": 1},
            0.1,
            (0.0, 0),
            "2 of 90 · 1 of these with a problem · 6 per minute · about 5 s left",
        ),
        (3, {"created": 3}, 9.0, (7.0, 1), "3 of 90 · the gradebook asks to wait, 7 s more"),
        (
            3,
            {"created": 3},
            9.0,
            (0.0, 2),
            "3 of 90 · 2 answers failed just now: the gradebook may be busy; each is tried again",
        ),
    ],
)
def test_progress_in_words(
    done: int, states: dict[str, int], rate: float, held_up: tuple[float, int], told: str
) -> None:
    """How far a push is says what was not written so far, a slow rate by the minute, and that what fails is tried again."""
    eta = 5.0 if done else None
    progress = Progress(done, 90, states, rate, eta, *held_up, finished=False)
    assert tell_progress(progress) == told
    stopping = "stopping: what was under way already is still written"
    assert tell_progress(progress, stopping=True).endswith(f" · {stopping}")


def test_plan_stays_while_it_is_written(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """While a push is under way, going back to an earlier step takes neither its plan nor its Stop away."""
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form)
    gate = start_and_hold(form)
    drive(form)
    assert "A push is under way" in form.check.alert.value
    assert form.preview.plan is not None
    assert form.steps["push"].body.layout.display is None
    gate.set()
    receipt = form.push.wait(30)
    assert receipt is not None
    assert receipt.ok


def test_wait_raises_what_ended_the_push(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """What ends a push is a sentence in the form, is raised by `wait`, and can be tried again."""
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form)
    with (
        gt.open_journal(gradebook.environment, gradebook.settings.data_dir) as journal,
        journal.lock(),
    ):
        form.push.go.click()
        with pytest.raises(PushRunningError):
            form.push.wait(30)
    assert "Another push to sandbox" in form.push.alert.value
    assert not form.push.go.disabled
    form.push.go.click()
    receipt = form.push.wait(30)
    assert receipt is not None
    assert receipt.ok


def test_upload_is_read(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """An uploaded file is read at once, from a private folder that its name cannot lead out of."""
    form = ImportForm(gradebook, folder=tmp_path)
    form.where.connect.click()
    form.sheet.upload.value = (make_upload("../../algebra.csv", MIDTERM.read_bytes()),)
    assert "algebra.csv: 30 student rows" in form.sheet.told.value
    assert form.sheet.path.value == "algebra.csv (uploaded)"
    assert form.sheet.upload.value == ()
    kept = Path(form.sheet.uploaded[form.sheet.path.value])
    assert kept.name == "algebra.csv"
    assert kept.parent.stat().st_mode & 0o077 == 0


def test_files_of_the_folder_are_offered(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Sheets in the folder and one level below are offered; other files and hidden ones are not."""
    (tmp_path / "below").mkdir()
    for name in ("a.csv", "b.xlsx", "c.pdf", ".d.csv", "below/e.csv"):
        (tmp_path / name).touch()
    form = ImportForm(gradebook, folder=tmp_path)
    labels = [label for label, path in form.sheet.files.options if path]
    assert labels == ["a.csv", "b.xlsx", "below/e.csv"]
    (tmp_path / "f.csv").touch()
    form.sheet.again.click()
    assert len(form.sheet.files.options) == 5


def test_what_was_not_written_is_offered(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Of the last three pushes, the newest first, the file of what was not written is offered, with the push's name."""
    for day, name in enumerate(("csv", "xlsx", "csv", "csv"), start=1):
        folder = tmp_path / "receipts" / f"2026112{day}-080000-abcdef"
        folder.mkdir(parents=True)
        (folder / f"failed.{name}").touch()
        (folder / "succeeded.csv").touch()
    form = ImportForm(gradebook, folder=tmp_path)
    assert [label for label, path in form.sheet.files.options if path] == [
        "failed.csv: not written in push 20261124-080000-abcdef",
        "failed.csv: not written in push 20261123-080000-abcdef",
        "failed.xlsx: not written in push 20261122-080000-abcdef",
    ]
    # Once a push was gone on with, only its last receipt tells what is still not written.
    for day, files in ((4, ["receipt.json"]), (3, ["failed.csv"])):
        folder = tmp_path / "receipts" / f"2026112{day}-080000-abcdef-2"
        folder.mkdir()
        for name in files:
            (folder / name).touch()
    form.sheet.list_files()
    folders = [Path(path).parent.name for _, path in form.sheet.files.options if path]
    assert folders == [
        "20261123-080000-abcdef-2",
        "20261122-080000-abcdef",
        "20261121-080000-abcdef",
    ]


def test_what_is_settled_is_not_offered(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """The file of what was not written is offered until the push is taken back, or all of it was tried again and ended well."""
    form = ImportForm(gradebook, folder=tmp_path)
    form.where.connect.click()
    form.sheet.path.value = str(
        write_sheet(tmp_path / "a.csv", "Student number,Quiz 1", "00041,7", "x,8")
    )
    form.sheet.read.click()
    form.sheet.classes.value = ("algebra-1",)
    for button in (form.sheet.use_classes, form.columns.go, form.check.go, form.push.go):
        button.click()
    receipt = form.push.wait(30)
    assert receipt is not None
    offered = f"failed.csv: not written in push {receipt.push_id}"
    assert offered in [label for label, _ in form.sheet.files.options]
    (push,) = gt.list_pushes(gradebook.settings.data_dir)
    good = dict.fromkeys(push.states, 0)
    again = replace(
        push, push_id="again", note=note_retry(push.push_id), states={**good, "updated": 1}
    )
    assert not is_settled(push, [push])
    assert is_settled(push, [again, push])
    assert not is_settled(push, [replace(again, taken_back_by="undo"), push])
    form.receipt.undo.click()
    form.writing.undo.push.go.click()
    form.writing.undo.push.wait(30)
    form.sheet.again.click()
    assert [label for label, path in form.sheet.files.options if path] == ["a.csv"]


def test_class_that_does_not_stand_out_is_asked_for(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """A sheet whose students are in no class, or in several alike, is taken for none of them."""
    path = write_sheet(tmp_path / "nobody.csv", "Student number,Midterm", "99999,5")
    form = ImportForm(gradebook, folder=tmp_path)
    form.where.connect.click()
    form.sheet.path.value = str(path)
    form.sheet.read.click()
    assert form.sheet.classes.value == ()
    told = (
        "No class stands out: the only id in &#x27;Student number&#x27; is not known in any class."
    )
    assert told in form.sheet.guess.value
    form.sheet.use_classes.click()
    assert "No class is chosen" in form.sheet.alert.value


def test_question_is_answered(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """A question is answered in the form, and its entries are blocked no more."""
    rows = ("00041,0.5", "00082,0.7", "00123,1")
    path = write_sheet(tmp_path / "shares.csv", "Student number,Midterm", *rows)
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form, path, until="check")
    assert form.draft.checked.counts["blocked"] == 3
    form.check.give.click()
    assert "No answer is chosen" in form.check.alert.value
    assert form.draft.checked.counts["blocked"] == 3
    form.check.answer.value = "accept"
    form.check.give.click()
    assert form.draft.checked.counts["blocked"] == 0
    assert form.check.question.options == ()
    told = "You answered &#x27;accept: it is right as it stands&#x27;."
    assert told in page(form.check.corrections.view)
    form.check.corrections.take_back["all-at-most-one", "Midterm"].click()
    assert form.draft.checked.counts["blocked"] == 3
    assert told not in page(form.check.corrections.view)


def test_scaling_is_shown_told_and_taken_back(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """What scaling would do is shown before, told after, above the preview too, and after a slip it is asked anew."""
    rows = ("00041,0.5", "00082,0.7", "00123,1", "00164,")
    path = write_sheet(tmp_path / "shares.csv", "Student number,Midterm", *rows)
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form, path, until="check")
    assert "Midterm: All 3 scores" in form.check.asked.value
    assert "3 entries are blocked by the question." in form.check.counts.value
    assert form.check.question.layout.display == "none"  # one alone is no choice
    assert ["rows with questions", "rows with questions (3)", 3] in form.check.grid.views
    assert form.check.scale_from.value == "1"
    assert "0.5 becomes 50 then" in form.check.example.value
    form.check.scale_from.value = "10"
    assert "0.5 becomes 5 then" in form.check.example.value
    for wrong in ("nothing", "0", "inf"):
        form.check.scale_from.value = wrong
        assert form.check.example.value == ""
        form.check.scale.click()
        assert "is no full mark to scale from" in form.check.alert.value
    form.check.scale_from.value = "10"
    form.check.scale.click()
    slip = "Midterm: scaled from 10, so 0.5 becomes 5"
    assert slip in page(form.check.corrections.view)
    assert f"{slip}." in form.check.counts.value  # beside what was found, which may be far above
    form.check.corrections.take_back["scaled", "Midterm"].click()
    assert slip not in page(form.check.corrections.view)
    form.check.scale_from.value = "1"
    form.check.scale.click()
    form.check.go.click()
    assert "Midterm: scaled from 1, so 0.5 becomes 50." in page(form.steps["preview"].view)
    assert "✔ checked: 0 errors, 0 questions open" in form.check.state.value
    assert list(form.draft.checked.entries["score"][:3]) == [50, 70, 100]


def test_warnings_stand_beside_what_was_checked(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """The heading counts the warnings, too."""
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form, write_sheet(tmp_path / "extra.csv", "Student number,Midterm", "00041,101"))
    assert "✔ checked: 0 errors, 0 questions open, 1 warning" in form.check.state.value


def test_long_sheet_goes_through(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """A sheet with one grade per row names its line items in the rows."""
    rows = ("00041,Midterm,50", "00041,Quiz 2,5", "00082,Midterm,60")
    path = write_sheet(tmp_path / "long.csv", "Student number,Assignment,Score", *rows)
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form, path)
    assert form.columns.line_items["Score"].label == "as each row says"
    assert form.preview.plan is not None
    assert form.preview.plan.counts["create"] == 3


def test_corrected_cell_is_told_and_put_back(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """A corrected cell says what it was and is, above the preview too, and has a way back."""
    path = write_sheet(tmp_path / "typo.csv", "Student number,Quiz 1", "00041,8o", "00082,7")
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form, path, until="check")
    form.check.grid.edit_cell(2, "Quiz 1", "8")
    assert "line 2, Quiz 1: &#x27;8o&#x27; → &#x27;8&#x27;" in page(form.check.view)
    assert form.check.grid.text() == ""  # nothing of what was found is left
    form.check.grid.view = ALL
    assert "8 corrected" in form.check.grid.text()
    form.check.go.click()
    told = "1 cell was corrected here; the file itself is unchanged."
    assert told in page(form.steps["preview"].view)
    assert form.preview.plan is not None
    form.check.corrections.put_back[2, "Quiz 1"].click()
    assert form.draft.sheet.column("Quiz 1")[2] == "8o"
    assert form.draft.checked.counts["blocked"] == 1
    assert form.check.corrections.put_back == {}
    form.check.go.click()
    assert told not in page(form.steps["preview"].view)


def test_the_upload_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the upload stands how large a file may be: 10 MB, or what `gradetools lab` has raised it to."""
    from gradetools.widgets.sheet_step import _tell_limit

    assert "10 MB" in _tell_limit()
    monkeypatch.setenv("GRADETOOLS_UPLOAD_MB", "200")
    assert "up to 200 MB" in _tell_limit()


def test_findings_can_be_saved(tmp_path: Path) -> None:
    """The list of findings becomes a file beside the sheet, the next one under another name; without any there is no button."""
    form = ImportForm(folder=tmp_path)
    drive(
        form,
        write_sheet(tmp_path / "wrong.csv", "Student number,Quiz 1", "00041,oops"),
        until="check",
    )
    form.check.export.click()
    form.check.export.click()
    first, second = tmp_path / "wrong-findings.csv", tmp_path / "wrong-findings-2.csv"
    assert "score-not-a-number" in first.read_text() == second.read_text()
    assert "wrong-findings-2.csv" in page(form.check.view)
    drive(
        form, write_sheet(tmp_path / "right.csv", "Student number,Quiz 1", "00041,8"), until="check"
    )
    assert (form.check.export.layout.display, "findings-2" in page(form.check.view)) == (
        "none",
        False,
    )


def test_answers_are_called_as_they_are_listed(sandbox: Sandbox, tmp_path: Path) -> None:
    """What is to be done about a question names its answers in the words of their list, in the table and in the cell."""
    form = ImportForm(gt.connect(sandbox), folder=tmp_path)
    rows = ("Student number,Quiz 1", "00041,ABS", '00082,"1,234"')
    drive(form, write_sheet(tmp_path / "quiz.csv", *rows), until="check")
    told = html.unescape(form.check.findings.value)
    listed = 'Answer "no grade", "missing, not submitted" or "exempt".'
    assert (listed in told, 'Answer "decimal" or "thousands".' in told) == (True, True)
    assert "no-grade" not in told
    tips = [mark[2] for row in form.check.grid.page["rows"] for mark in row["marks"].values()]
    assert any(listed in tip for tip in tips)
    form.check.question.value = ("token-unclear", "Quiz 1")
    assert [label for label, _ in form.check.answer.options] == [
        "choose an answer",
        "no grade: nothing is sent",
        "missing, not submitted",
        "exempt",
    ]


def test_findings_name_their_lines(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """A few findings stand one by one, many in one line with the first five lines; what to do is said in the form's words."""
    rows = ("Name,Student number,Midterm,Quiz 1", "X,99998,1,1", "Y,99999,1,1", "Z,,1,1")
    path = write_sheet(tmp_path / "a.csv", *rows, "A,00041,2,8", "A,00041,3,8", "B,00082,1,0")
    form = ImportForm(gradebook, folder=tmp_path)
    drive(form, path, until="check")
    told = html.unescape(re.sub("</td>", " | ", form.check.findings.value))
    told = re.sub("<[^>]+>", "", told)
    assert "line 2 | Student number | Nobody has the identifier '99998'. | Correct the cell" in told
    assert "line 3 | Student number | Nobody has the identifier '99999'." in told
    assert "line 4 | Student number | The row has grades but no student's id. | Enter the" in told
    assert "or leave it, if it is no student: nothing is sent for it." in told
    assert "lines 5 and 6 | Midterm | Ada Example has 2 grades" in told
    assert "say in step 3 of the form which of several counts" in told
    assert "--student" not in told
    assert "match_student" not in told
    assert "with_" not in page(form.check.body)
    words = [f"000{n}x,1,1" for n in range(10, 18)]
    many = write_sheet(tmp_path / "b.csv", "Student number,Midterm,Quiz 1", "00041,1,1", *words)
    drive(form, many, until="check")
    told = html.unescape(re.sub("<[^>]+>", "", form.check.findings.value))
    assert "lines 3 to 10" in told
    assert "line 3: Nobody has" in told
