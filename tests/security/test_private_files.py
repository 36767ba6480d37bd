"""Files: readable by their owner alone whatever the umask, data whoever wrote them, and never outside their folder."""

from __future__ import annotations

import json
import os
import pickle
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Run

import gradetools as gt
from gradetools.errors import ColumnsError, JournalError, PlanError
from gradetools.files import write_private
from gradetools.private import make_folder, replace_file
from gradetools.report import choose_folder

LIVING = (".sqlite3", ".sqlite3-wal", ".sqlite3-shm", ".lock")


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test under each umask that a machine may have."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def write_sheet(folder: Path, *rows: str) -> Path:
    """Write a sheet; 00041 and 00082 are students of algebra-1 in the sandbox."""
    path = folder / "quiz.csv"
    path.write_text("\n".join(["Student ID,Midterm", *(rows or ("00041,9", "00082,x"))]) + "\n")
    return path


def modes(*roots: Path) -> dict[str, str]:
    """Give name and mode of everything below some folders, themselves included."""
    found = [path for root in roots for path in (root, *root.rglob("*"))]
    return {str(path): oct(stat.S_IMODE(path.lstat().st_mode)) for path in found}


@pytest.mark.usefixtures("_umask")
def test_only_the_owner_can_read(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journal, sandbox, receipts, plans and columns are 0600 in folders that are 0700, made on the way or not."""
    data = tmp_path / "new" / "data"
    monkeypatch.setenv("GRADETOOLS_DATA_DIR", str(data))
    sheet, options = write_sheet(tmp_path), ("--class", "algebra-1", "--token", "x=no-grade")
    out, plan, columns = (tmp_path / name for name in ("o/u/t", "plan.json", "columns.json"))
    saving = ("--save", plan, "--save-columns", columns)
    codes = [
        run("plan", sheet, *options, *saving).code,
        run("import", sheet, *options, "--yes", "--out", out).code,
        run("import", sheet, "--rehearse", "--yes").code,
    ]
    found = modes(tmp_path / "new", tmp_path / "o", tmp_path / "receipts", plan, columns)
    files = {path: mode for path, mode in found.items() if not Path(path).is_dir()}
    folders = {path: mode for path, mode in found.items() if path not in files}
    assert (codes, len(files) > 10) == ([0, 0, 1], True), found
    assert {path: mode for path, mode in files.items() if mode != "0o600"} == {}
    assert {path: mode for path, mode in folders.items() if mode != "0o700"} == {}


@pytest.mark.usefixtures("_umask")
def test_what_stands_beside_the_journal(tmp_path: Path, sandbox: gt.Sandbox) -> None:
    """While a push runs, what SQLite puts beside the journal is as private as the journal."""
    with gt.connect(sandbox) as gradebook:
        seen: dict[str, str] = {}
        sheet = gt.read_sheet(write_sheet(tmp_path))
        snapshot = gradebook.take_snapshot(["algebra-1"])
        checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
        plan = gt.make_plan(checked, snapshot)
        folder = gradebook.settings.data_dir
        gt.push_plan(
            plan,
            gradebook,
            agreed=plan.fingerprint,
            progress=lambda _: seen.update(modes(folder)),
        )
    living = {path: mode for path, mode in seen.items() if path.endswith(LIVING)}
    assert {Path(path).suffix for path in living} >= {".sqlite3", ".sqlite3-wal", ".sqlite3-shm"}
    assert set(living.values()) == {"0o600"}


def test_saved_columns_that_others_could_read(tmp_path: Path) -> None:
    """Columns saved over a file that everybody could read are the owner's alone; a link is replaced, not followed."""
    sheet = gt.read_sheet(write_sheet(tmp_path))
    columns = gt.suggest_columns(sheet, empty_snapshot())
    target, elsewhere, link = (tmp_path / name for name in ("old.json", "elsewhere", "link.json"))
    for path in (target, elsewhere):
        path.write_text("old")
        path.chmod(0o666)
    link.symlink_to(elsewhere)
    for path in (target, link):
        gt.write_columns(columns, path)
        assert (stat.S_IMODE(path.lstat().st_mode), path.is_symlink()) == (0o600, False)
        assert gt.read_columns(path).header_fingerprint == sheet.fingerprint
    assert elsewhere.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["quiz.csv", "old.json", "elsewhere", "link.json"]
    )


def test_what_cannot_be_replaced_leaves_nothing(tmp_path: Path) -> None:
    """When a file cannot be put in its place, what was written beside it is taken away."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        replace_file(tmp_path / "folder", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    """A file in the way is told, and stays."""
    (tmp_path / "a").write_text("x")
    with pytest.raises(NotADirectoryError):
        make_folder(tmp_path / "a")
    with pytest.raises(OSError, match="a"):
        make_folder(tmp_path / "a" / "b")


# -- what a stranger sends


def empty_snapshot() -> gt.Snapshot:
    """Give what a gradebook without anything knows."""
    with gt.Sandbox() as sandbox, gt.connect(sandbox) as gradebook:
        return gradebook.take_snapshot(["algebra-1"])


class Bomb:
    """What runs when somebody unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (sys.exit, ("unpickled",))


HOSTILE = [
    b"", b"{", b"null", b"[]", b"0", b'""', b"\x00", b"\xff\xfe", b"[" * 100_000, pickle.dumps(Bomb()),
    b'{"__class__": "os.system", "args": ["id"]}', b"!!python/object/apply:os.system [id]",
    b'{"format": "gradetools/plan/1"}', b'{"meanings": [{"column": {"name": "__import__(\'os\')"}}]}',
]  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE, ids=lambda content: ascii(content[:30]))
def test_a_strange_file_is_refused(tmp_path: Path, run: Run, content: bytes) -> None:
    """A file that is no plan and no columns is one sentence, in the library and as exit code 2."""
    path, sheet = tmp_path / "strange.json", write_sheet(tmp_path)
    path.write_bytes(content)
    with pytest.raises(PlanError):
        gt.read_plan(path)
    with pytest.raises(ColumnsError):
        gt.read_columns(path)
    ended = [run("push", path, "--yes"), run("check", sheet, "--columns", path)]
    assert [(each.code, each.err.startswith("Error: ")) for each in ended] == [(2, True)] * 2


def saved_plan(run: Run, folder: Path) -> Path:
    """Save a plan for the sandbox."""
    sheet, path = write_sheet(folder, "00041,9", "00082,8"), folder / "plan.json"
    assert run("plan", sheet, "--class", "algebra-1", "--save", path).code == 0
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan["changes"]["after"].__setitem__(0, plan["changes"]["after"][1]),
        lambda plan: plan["changes"]["sourced_id"].__setitem__(0, "../../users/u1"),
        lambda plan: plan["changes"]["action"].__setitem__(0, "delete"),
        lambda plan: plan["environment"].update(name="../../elsewhere"),
        lambda plan: plan["environment"].update(base_url="https://elsewhere.example.org"),
        lambda plan: plan.update(undo_of="20260101-000000-000000"),
        lambda plan: plan["entries"].pop(),
    ],
    ids=["after", "id", "action", "name", "address", "undo", "entry"],
)
def test_a_changed_plan_is_refused(run: Run, tmp_path: Path, change: object) -> None:
    """A plan that somebody changed is refused before anything is sent."""
    path = saved_plan(run, tmp_path)
    plan = json.loads(path.read_text())
    assert callable(change)
    change(plan)
    path.write_text(json.dumps(plan))
    ended = run("push", path, "--yes")
    assert (ended.code, run("history", "--json").facts) == (2, []), ended


def test_a_replaced_plan_is_caught(run: Run, tmp_path: Path) -> None:
    """A whole plan in the place of the one that was looked at is caught by its fingerprint, else pushed as it is."""
    path = saved_plan(run, tmp_path)
    seen = gt.read_plan(path).fingerprint
    path.unlink()
    write_sheet(tmp_path, "00041,1", "00082,2")
    assert run("plan", tmp_path / "quiz.csv", "--class", "algebra-1", "--save", path).code == 0
    refused = run("push", path, "--yes", "--agreed", seen)
    assert (refused.code, run("history", "--json").facts) == (2, [])
    assert run("push", path, "--yes", "--agreed", gt.read_plan(path).fingerprint).code == 0


@pytest.mark.parametrize("name", ["rehearsal-../../../elsewhere", "rehearsal-", "rehearsal-x"])
def test_a_plan_opens_no_file_by_its_name(run: Run, tmp_path: Path, name: str) -> None:
    """A plan that names a rehearsal opens no other file than one that a rehearsal made."""
    path = saved_plan(run, tmp_path)
    data = Path(os.environ["GRADETOOLS_DATA_DIR"])
    for folder in (data / "rehearsals" / "rehearsal-", data / "rehearsals" / "rehearsal-.."):
        folder.mkdir(parents=True, exist_ok=True)
    for place in (data / "elsewhere.sqlite3", data.parent / "elsewhere.sqlite3", data / "rehearsals" / f"{name[:11]}.sqlite3"):  # fmt: skip
        place.touch()
    plan = gt.read_plan(path)
    strange = gt.Plan(
        type(plan.environment)(name, "embedded"), plan.dialect, plan.changes, sheet=plan.sheet
    )
    path.unlink()
    gt.write_plan(strange, path)
    ended = run("push", path, "--yes", "--agreed", strange.fingerprint)
    assert (ended.code, "Error: " in ended.err) == (2, True), ended
    assert {each.stat().st_size for each in data.parent.rglob("*elsewhere.sqlite3")} == {0}


# -- where a receipt goes


def test_no_link_is_followed_out_of_the_folder(run: Run, tmp_path: Path) -> None:
    """Links that wait in the folder of `--out` under a receipt's names are not followed; the receipt goes below."""
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    for name in ("receipt.json", "receipt.html", "failed.csv", "succeeded.csv", "unsent.csv"):
        (out / name).symlink_to(elsewhere / name)
    elsewhere.mkdir()
    ended = run("import", write_sheet(tmp_path), "--class", "algebra-1", "--yes", "--out", out)
    below = [path for path in out.iterdir() if path.is_dir()]
    assert (ended.code, len(below), list(elsewhere.iterdir())) == (1, 1, [])
    assert (below[0] / "receipt.json").is_file()


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    """A private file is never written where a link leads, also where that leads nowhere yet."""
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JournalError, match="there already"):
        write_private(link, ["grades"])
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["../up.csv", "/abs.csv", "..", "C:\\x.csv", "a\nb", "\x00"])
def test_no_sheet_names_a_file(tmp_path: Path, sandbox: gt.Sandbox, name: str) -> None:
    """Whatever a sheet, a column or a worksheet is called, a receipt has its own five names and stays in its folder."""
    with gt.connect(sandbox) as gradebook:
        sheet = gt.read_sheet(write_sheet(tmp_path))
        snapshot = gradebook.take_snapshot(["algebra-1"])
        checked = gt.check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
        plan = gt.make_plan(checked, snapshot)
        receipt = gt.push_plan(plan, gradebook, agreed=plan.fingerprint)
    for kind, detected in ((".csv", {}), (".xlsx", {"worksheet": name})):
        renamed = {**sheet.to_dict(), "name": name, "detected": {**sheet.detected, **detected}}
        before = set(tmp_path.rglob("*"))
        out = tmp_path / f"out{kind}"
        folder = gt.write_receipt(receipt, out, sheet=gt.Sheet.from_dict(renamed))
        made = set(tmp_path.rglob("*")) - before
        names = {out.name, "receipt.json", "receipt.html", f"failed{kind}", f"succeeded{kind}"}
        assert ({path.name for path in made}, folder) == (names, out)


def test_a_push_names_its_folder() -> None:
    """The folder of a receipt is `receipts` and the push's id, which the journal made."""
    assert choose_folder(None, "20260101-000000-abcdef").parts == (
        "receipts",
        "20260101-000000-abcdef",
    )
