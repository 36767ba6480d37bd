"""Plant bugs in the forms, one at a time, and count how many the notebooks alone notice.

    python tests/mutate_notebooks.py            # all of them; some minutes
    python tests/mutate_notebooks.py push_panel # those of one file

Each bug is planted in a copy of the package, and only the notebooks are run on it. A bug that no notebook notices makes
the exit code 1: somewhere in a Rehearsal an assertion is missing. The other tests notice more, and are not asked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORKERS = 2
LONGEST = 600  # seconds for the notebooks of one bug
IMPORT, UPSERT = "import_grades.ipynb", "upsert_result.ipynb"
HISTORY = "history.ipynb"


@dataclass(frozen=True)
class Mutation:
    """One bug: `old` in a file below `gradetools/`, which stands there once, becomes `new`.

    `breaks` says what an analyst would see; `notebook` is the one in which it should be noticed first.
    """

    file: str
    old: str
    new: str
    breaks: str
    notebook: str = IMPORT


MUTATIONS = (
    Mutation(
        "widgets/where_step.py",
        'self.settle(f"connected to {name}")',
        "pass",
        "Where does not say that it is connected",
    ),
    Mutation(
        "widgets/where_step.py",
        'self.banner.value = tell_environment(name, "(not connected)")',
        'self.banner.value = tell_environment("staging", "(not connected)")',
        "the banner names another environment",
    ),
    Mutation(
        "widgets/sheet_step.py",
        "            self._propose_class()\n",
        "",
        "no class is proposed for the sheet",
    ),
    Mutation(
        "widgets/sheet_step.py",
        '        self._source, self._name = None, ""\n        self._on_change()\n',
        '        self._source, self._name = None, ""\n',
        "another sheet leaves the plan of the first in sight",
    ),
    Mutation(
        "widgets/columns_step.py",
        "self._draft.columns = choose_line_item(self._draft.columns, column, choice)",
        "pass",
        "a line item that is chosen is not taken",
    ),
    Mutation(
        "widgets/student_picks.py",
        'self._draft.columns = self._draft.columns.match_student(row["text"], change["new"])',
        "pass",
        "a student picked for an unknown id is not taken",
    ),
    Mutation(
        "widgets/columns_step.py",
        'self._draft.columns = self._draft.columns.with_meaning(chosen.column, key=change["new"])',
        "pass",
        "the key that students are found by cannot be changed",
    ),
    Mutation(
        "widgets/check_step.py",
        "            self._draft.correct(line, column, text)\n",
        "",
        "a cell that is corrected stays as it was",
    ),
    Mutation(
        "widgets/check_step.py",
        "self._draft.columns = self._draft.columns.scaled(self.question.value[1], number)",
        "pass",
        "scaling from the sheet's maximum does nothing",
    ),
    Mutation(
        "widgets/check_step.py",
        "findings = choose_findings(self._draft.checked.findings, self.grid.view)",
        "findings = self._draft.checked.findings",
        "the filter does not choose the findings",
    ),
    Mutation(
        "widgets/grid_sheet.py",
        "marks=pd.concat([_mark(there, frame), _mark_corrected(corrections)]),",
        "marks=_mark_corrected(corrections),",
        "bad cells are not marked",
    ),
    Mutation(
        "widgets/grid_changes.py",
        "marked = harmful | (writes",
        "marked = ~harmful & (writes",
        "a lowered grade is not marked",
    ),
    Mutation(
        "widgets/grid_changes.py",
        "tell_fields(parse(before[entry]), parse(after[entry]), whole=whole)",
        "tell_fields(None, parse(after[entry]), whole=whole)",
        "the preview does not show what is there",
    ),
    Mutation(
        "widgets/preview.py",
        '        say("warning", f"{of}{harm}.") if harm else "",\n',
        "",
        "grades lowered and removed are not counted in the preview",
    ),
    Mutation(
        "widgets/preview.py",
        "self.drawn.value = render_distributions(make_distributions(plan))",
        "pass",
        "the scores before and after are not drawn",
    ),
    Mutation(
        "widgets/preview.py",
        "            self._on_policy(decisions)",
        "            pass",
        "the way out of conflicts cannot be chosen",
    ),
    Mutation(
        "distribution.py",
        '    after[writes] = read_scores(changes["after"][writes])\n',
        "",
        "the drawing shows no change",
    ),
    Mutation(
        "put_request.py",
        'json.dumps({"result": self.result}, ensure_ascii=False, indent=2)',
        "json.dumps({}, ensure_ascii=False, indent=2)",
        "the exact JSON is empty",
    ),
    Mutation(
        "put_request.py",
        "headers = ['\"Authorization: Bearer $TOKEN\"', ",
        "headers = [",
        "the curl command lacks the token",
        UPSERT,
    ),
    Mutation(
        "widgets/push_panel.py",
        "            self.run.stop.set()\n",
        "",
        "Stop does not stop",
    ),
    Mutation(
        "widgets/push_panel.py",
        "        self.go.disabled = plan.writes == 0\n",
        "        self.go.disabled = False\n",
        "the button can be pressed with nothing to write",
    ),
    Mutation(
        "widgets/push_panel.py",
        'f"{plan.verb.capitalize()} {grades} {where}"',
        'f"Write {grades} to {name}"',
        "the button of an undo says that it writes",
    ),
    Mutation(
        "widgets/push_panel.py",
        "self._offer = (run.plan, run.gradebook, receipt.push_id)",
        "self._offer = (run.plan, run.gradebook, None)",
        "a push that is gone on with is another push",
    ),
    Mutation(
        "widgets/push_panel.py",
        "note=self.note.value.strip(),",
        'note="",',
        "the note is lost",
    ),
    Mutation(
        "widgets/receipt_panel.py",
        "        self._base = tell_receipt(receipt, folder, self.downloads.left)\n",
        '        self._base = Html("")\n',
        "the receipt says nothing",
    ),
    Mutation(
        "widgets/writing.py",
        "        one.begin(make, self._written_to, note=note)\n",
        "        one.begin(make, self._written_to, note=note)\n        one.push.go.click()\n",
        "Undo writes before it was looked at",
    ),
    Mutation(
        "widgets/writing.py",
        "lambda policy: plan_undo(receipt, gradebook, on_conflict=policy)",
        "lambda _: plan_undo(receipt, gradebook)",
        "an undo cannot overwrite what others changed since",
    ),
    Mutation(
        "widgets/history_form.py",
        'self.go_on: push.standing == "unfinished",',
        "self.go_on: True,",
        "a push that is done is offered to be gone on with",
        HISTORY,
    ),
    Mutation(
        "widgets/history_form.py",
        "                forget_push(self.push.value, self.data_dir)\n",
        "",
        "what was to be forgotten stays",
        HISTORY,
    ),
    Mutation(
        "widgets/history_form.py",
        "        self.told.value = join(*retries, tell_push(push, self.pushes))\n",
        "",
        "nothing is said of the push that was chosen",
        HISTORY,
    ),
    Mutation(
        "widgets/writing.py",
        "        self.push.note.value = note\n",
        "",
        "a retry does not say of what",
        HISTORY,
    ),
    Mutation(
        "widgets/grid_entries.py",
        '        return "\\n".join(fields)',
        '        return ""',
        "what a push changed is not shown",
        HISTORY,
    ),
    Mutation(
        "widgets/picker.py",
        "fitting = [(label, key) for label, key in self._all if key in found]",
        "fitting = list(self._all)",
        "the search by name does not narrow the choice",
        UPSERT,
    ),
    Mutation(
        "widgets/result_fields.py",
        "            if field.name not in touched:\n",
        "            if False:\n",
        "fields that were left alone are written",
        UPSERT,
    ),
    Mutation(
        "plan/merge.py",
        '        after["scoreStatus"] = "not submitted"\n',
        "        pass\n",
        "a score that is taken away stays graded",
        UPSERT,
    ),
    Mutation(
        "widgets/result_fields.py",
        '            message.value = say("error", self.wrong[name]) if name in self.wrong else ""\n',
        '            message.value = ""\n',
        "nothing is said beside a field that is wrong",
        UPSERT,
    ),
    Mutation(
        "widgets/result_fields.py",
        "new = old if after is None else tell_field(after.get(field.name), field.kind)",
        "new = old",
        "what would be does not stand beside the field",
        UPSERT,
    ),
    Mutation(
        "widgets/field_kinds.py",
        'STATES = (UNSET, ("true", "true"), ("false", "false"))',
        'STATES = (("true", "true"), ("false", "false"))',
        "a flag cannot be unset",
        UPSERT,
    ),
    Mutation(
        "widgets/objectives.py",
        '                typed["score"] = read_typed_score(str(typed["score"]))\n',
        "                pass\n",
        "an objective's score is not read as a number",
        UPSERT,
    ),
    Mutation(
        "widgets/objectives.py",
        "        self.rows.remove(row)\n",
        "",
        "an objective that is removed stays",
        UPSERT,
    ),
    Mutation(
        "widgets/objectives.py",
        "        self.groups.append(group)\n",
        "",
        "a group of objectives cannot be added",
        UPSERT,
    ),
    Mutation(
        "score_scale.py",
        "if text_score is not None and self.names and text_score not in self.names:",
        "if False:",
        "a text score that the scale does not have is not told",
        UPSERT,
    ),
    Mutation(
        "written_json.py",
        "parse_constant=_refuse, object_pairs_hook=pair",
        "object_pairs_hook=pair",
        "metadata may hold what is no JSON",
        UPSERT,
    ),
    Mutation(
        "widgets/conflicts.py",
        "            self._single[self.whose.value] = how\n",
        "            self._general, self._single = how, {}\n",
        "what is decided of one conflict is done with all",
    ),
    Mutation(
        "widgets/result_form.py",
        "        self._hold.begin()\n",
        "        pass\n",
        "another grade can be chosen while one is written",
        UPSERT,
    ),
    Mutation(
        "widgets/result_form.py",
        "            if receipt.ok and not self._later:\n                self._load()\n",
        "            if receipt.ok and not self._later:\n                pass\n",
        "after a push the form shows what was there before",
        UPSERT,
    ),
    Mutation(
        "widgets/result_form.py",
        "            if self._changes_nothing():\n",
        "            if False:\n",
        "what is there already is still offered to be written",
        UPSERT,
    ),
    Mutation(
        "widgets/where_step.py",
        'self.told.value = say("good", sentence)',
        "pass",
        "nobody says as whom one is connected",
    ),
    Mutation(
        "widgets/look.py",
        'words = "PRODUCTION: real grades of real students" if loud else name',
        "words = name",
        "production looks like any other environment",
    ),
    Mutation(
        "widgets/where_step.py",
        "about = _tell_address(name, settings)",
        "about = repr(vars(settings)['client_secret'].get_secret_value())",
        "the banner holds the secret",
    ),
    Mutation(
        "widgets/sheet_step.py",
        '            self.path.value = change["new"]\n',
        "            pass\n",
        "a sheet that is chosen from the folder is not taken",
    ),
    Mutation(
        "widgets/sheet_step.py",
        "                self._read(str(target))\n",
        "                pass\n",
        "an uploaded file is not read",
    ),
    Mutation(
        "widgets/sheet_step.py",
        "        self._read(io.StringIO(self.paste.value))\n",
        "        pass\n",
        "what was pasted is not read",
    ),
    Mutation(
        "widgets/sheet_step.py",
        "self._draft.read(source, **self.detected.take_options())",
        "self._draft.read(source)",
        "what was detected cannot be corrected",
    ),
    Mutation(
        "widgets/sheet_step.py",
        'button.button_style = "primary" if button is wanted else ""',
        'button.button_style = "primary"',
        "two buttons that read stand out at once",
    ),
    Mutation(
        "widgets/line_item_choice.py",
        'element("span", meaning.reason, hook="gt-reason"),',
        "",
        "nobody says why a column means what it does",
    ),
    Mutation(
        "widgets/line_item_choice.py",
        'element("span", f"({samples}) ", hook="gt-samples"),',
        "",
        "no samples of a column are shown",
    ),
    Mutation(
        "widgets/columns_step.py",
        'self.settle(f"{told}{_tell_without(number)}{left}", doubt=number > 0 or bool(left))',
        "self.settle(told)",
        "Columns has a plain tick although a column has no line item",
    ),
    Mutation(
        "widgets/student_picks.py",
        'if key in row["candidates"]]',
        "if False]",
        "nobody who comes near an unknown id is offered first",
    ),
    Mutation(
        "widgets/student_picks.py",
        "                self._draft.columns = self._draft.columns.match_student(text, student)\n",
        "                pass\n",
        "ids that lost their zeros are not taken",
    ),
    Mutation(
        "widgets/student_picks.py",
        'open_ones &= ~matched["text"].isin(list(elsewhere))',
        "pass",
        "strangers are offered for students of a class that is not chosen",
    ),
    Mutation(
        "widgets/sheet_step.py",
        "        self.classes.value = tuple(proposed)\n",
        "        self.classes.value = tuple(proposed[:1])\n",
        "of the classes that the rows name one is proposed",
    ),
    Mutation(
        "columns/by_class.py",
        '        found = found.where(found != "", texts.map(elsewhere))\n',
        "        pass\n",
        "a row of a class that is not chosen is written to another",
    ),
    Mutation(
        "widgets/draft.py",
        "        keep_columns(self.columns, self.gradebook.settings.columns_folder)\n",
        "        pass\n",
        "Save columns saves nothing",
    ),
    Mutation(
        "widgets/draft.py",
        "            self.columns = suggest_columns(self.sheet, self.snapshot, earlier=earlier)\n",
        "            self.columns = self.suggested\n",
        "saved columns are not taken",
    ),
    Mutation(
        "widgets/draft.py",
        "        return write_findings(self.checked, path)\n",
        "        return path\n",
        "Save the findings writes no file",
    ),
    Mutation(
        "report/__init__.py",
        "findings = checked.findings.astype(object).map(to_text)",
        "findings = checked.findings.head(1).astype(object).map(to_text)",
        "the file of findings lacks rows",
    ),
    Mutation(
        "checks/calling.py",
        '    told = f"{typed} ({said})" if typed and said else typed or said\n',
        '    told = ""\n',
        "who was not found has no name in the preview",
    ),
    Mutation(
        "widgets/check_step.py",
        "{checked.tell_counts()}.",
        "{checked.counts}.",
        "nobody says why entries are skipped",
    ),
    Mutation(
        "widgets/check_step.py",
        'blocks if entries["blocked"] else ""',
        '""',
        "the findings do not say how many entries they block",
    ),
    Mutation(
        "widgets/grid_sheet.py",
        '"tip": findings["message"] + advice,',
        '"tip": "",',
        "a bad cell has no tooltip",
    ),
    Mutation(
        "widgets/grid_sheet.py",
        '    views += sorted(set(findings["code"]))\n',
        "",
        "the findings of one code cannot be looked at alone",
    ),
    Mutation(
        "widgets/grid_changes.py",
        '"update", "create", "blocked", ',
        '"create", "update", "blocked", ',
        "what changes a grade that is there does not come first",
    ),
    Mutation(
        "widgets/preview.py",
        "self.grid.show(shown, view=CHANGES if CHANGES in shown.views else ALL)",
        "self.grid.show(shown, view=ALL)",
        "the unchanged stand among the changed",
    ),
    Mutation(
        "widgets/preview.py",
        'element("div", element("b", plan.tell_counts()), hook="gt-actions"),',
        '"",',
        "the preview does not count by action",
    ),
    Mutation(
        "plan/harm.py",
        'scores = int(changes["cleared"].sum()) + wiped.pop("score", 0)',
        'scores = wiped.pop("score", 0)',
        "removed scores are not counted in the preview",
    ),
    Mutation(
        "widgets/push_panel.py",
        "        _show(self.confirm, when=production and plan.writes > 0)\n",
        "        _show(self.confirm, when=False)\n",
        "production has no field for the number of grades",
    ),
    Mutation(
        "widgets/push_panel.py",
        "confirm = int(typed) if typed.isdecimal() else None",
        "confirm = plan.writes",
        "production writes without the number being typed",
    ),
    Mutation(
        "widgets/push_run.py",
        "            self._thread.start()\n",
        "            self._thread.start()\n            self._thread.join()\n",
        "the notebook stands still while a push is under way",
    ),
    Mutation(
        "widgets/push_panel.py",
        "            self.run, self._offer = run, None\n",
        "            self.run = run\n",
        "a second click begins a second push",
    ),
    Mutation(
        "widgets/push_panel.py",
        'told.append(f"the gradebook asks to wait, {progress.waiting:.0f} s more")',
        "pass",
        "nobody says that the gradebook asks to wait",
    ),
    Mutation(
        "widgets/push_panel.py",
        'told += [f"about {progress.eta:.0f} s left"] if progress.eta is not None else []',
        "pass",
        "nobody says how long a push will take",
    ),
    Mutation(
        "widgets/find_again.py",
        "    for run in find_runs(environment, kept_in):\n",
        "    for run in ():\n",
        "a cell that is run again does not find the push",
    ),
    Mutation(
        "widgets/receipt_panel.py",
        "        self.grid.show(shown, view=PROBLEMS if PROBLEMS in shown.views else ALL)\n",
        "        pass\n",
        "the receipt does not show every row's end",
    ),
    Mutation(
        "widgets/receipt_panel.py",
        "        _tell_reasons(rest or receipt, gone=gone),\n",
        "",
        "the receipt does not say why something failed",
    ),
    Mutation(
        "widgets/receipt_panel.py",
        "        self.downloads.show(folder)\n",
        "",
        "the receipt's files cannot be downloaded",
    ),
    Mutation(
        "widgets/writing.py",
        "lambda policy: plan_retry(receipt, gradebook, on_conflict=policy)",
        "lambda policy: plan_undo(receipt, gradebook, on_conflict=policy)",
        "another try takes back instead",
    ),
    Mutation(
        "widgets/history_form.py",
        "            self.forget: not push.being_written,\n",
        "            self.forget: True,\n",
        "what is being written is offered to be forgotten",
        HISTORY,
    ),
    Mutation(
        "widgets/history_list.py",
        '    if push.standing not in {"done", "taken back"}:\n        return push.standing\n',
        '    if push.standing not in {"done", "taken back"}:\n        return push.status\n',
        "the list does not say what is being written now",
        HISTORY,
    ),
    Mutation(
        "widgets/result_form.py",
        "            result = self.fields.read(self._identity())\n",
        "            self._look()\n            result = self.fields.read(self._identity())\n",
        "each keystroke asks the gradebook",
        UPSERT,
    ),
    Mutation(
        "widgets/result_fields.py",
        "                self._count_inside(name),\n",
        '                "",\n',
        "a fold does not say what is in there",
        UPSERT,
    ),
    Mutation(
        "widgets/result_fields.py",
        "            blank = new == old == NOTHING\n",
        "            blank = False\n",
        "fields without anything say so one by one",
        UPSERT,
    ),
)


def plant(mutation: Mutation, package: Path) -> None:
    """Plant a bug in a copy of the package.

    Raises:
        ValueError: the text is not there, or more than once.
    """
    path = package / mutation.file
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = text.count(mutation.old)
    if found != 1:
        raise ValueError(f"{mutation.file}: {mutation.old!r} stands there {found} times, not once")
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")


@contextmanager
def copied() -> Iterator[Path]:
    """Copy what the notebooks need to run, into a folder that goes."""
    left_out = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", ".*", "receipts")
    with tempfile.TemporaryDirectory(prefix="gradetools-mutation-") as folder:
        for name in ("gradetools", "notebooks", "tests"):
            shutil.copytree(ROOT / name, Path(folder, name), ignore=left_out)
        shutil.copy(ROOT / "pyproject.toml", folder)
        yield Path(folder)


def run_notebooks(folder: Path, notebooks: Sequence[str]) -> str:
    """Run the notebooks of a copy, one after the other; give where the first failed, "" where none did.

    Raises:
        RuntimeError: a notebook could not be run at all.
    """
    for name in notebooks:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider"]
        run = subprocess.run(
            [*command, f"notebooks/{name}"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        if run.returncode == 0:
            continue
        failed = [line for line in run.stdout.splitlines() if line.startswith("FAILED")]
        if run.returncode != 1 or not failed:
            raise RuntimeError(
                f"{name} could not be run:\n{run.stdout[-3000:]}{run.stderr[-1000:]}"
            )
        return failed[0].removeprefix("FAILED notebooks/").partition(" - ")[0]
    return ""


def try_out(mutation: Mutation) -> str:
    """Plant one bug and say where the notebooks notice it, "" where they do not."""
    first = [mutation.notebook]
    notebooks = first + [name for name in list_notebooks() if name not in first]
    with copied() as folder:
        plant(mutation, folder / "gradetools")
        return run_notebooks(folder, notebooks)


def list_notebooks() -> list[str]:
    """List the notebooks."""
    return sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def main(words: Sequence[str]) -> int:
    """Try all bugs whose file or description holds one of the words, or all, and tell."""
    wanted = [
        each
        for each in MUTATIONS
        if not words or any(word in f"{each.file} {each.breaks}" for word in words)
    ]
    with copied() as folder:
        if failed := run_notebooks(folder, list_notebooks()):
            sys.stdout.write(f"Without any bug, {failed} fails: mend that first.\n")
            return 1
    survived = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        for mutation, noticed in zip(wanted, pool.map(try_out, wanted), strict=True):
            survived += not noticed
            told = f"noticed in {noticed}" if noticed else "NOT NOTICED"
            sys.stdout.write(f"{mutation.file}: {mutation.breaks}: {told}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(wanted) - survived} of {len(wanted)} planted bugs were noticed.\n")
    return 1 if survived else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
