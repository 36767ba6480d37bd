"""The cells of a notebook in which whatever comes from outside is naughty: a school, a sheet, its file, what a server answers."""

from __future__ import annotations

SCHOOL = r'''
import csv
import datetime as dt
import io
import json
import re
from pathlib import Path

import gradetools as gt
from gradetools.sandbox import Fault, Sandbox, invented_school
from gradetools.widgets import HistoryForm, ImportForm, ResultForm

NAUGHTY = json.loads(Path("naughty.json").read_text(encoding="utf-8"))
WHOLE = " ".join(text for text in NAUGHTY if len(text) < 200)
# A file's name is short, and has no slash.
NAME = "<img src=x onerror=\"console.log('naughty')\"><svg onload=\"console.log('naughty')\"> $x$ \\(x\\) **x** {{x}} &lt;"
school = invented_school()
for number, user in enumerate(school["users"][:30]):
    user |= {"givenName": " ".join(NAUGHTY[number::30]), "familyName": NAUGHTY[number % 30]}
for kind in ("classes", "lineItems", "scoreScales"):
    for record in school[kind]:
        record["title"] += f" {WHOLE}"
for record in school["results"]:
    record |= {"comment": WHOLE, "textScore": NAUGHTY[0], "metadata": {WHOLE: WHOLE}}
refused = json.dumps({"imsx_codeMajor": "failure", "imsx_severity": "error", "imsx_description": WHOLE[:2_000]})
sandbox = Sandbox(seed=school, faults=[Fault(method="PUT", status=422, body=refused.encode())]).start()
gradebook = gt.connect(sandbox)
folder = sandbox.folder / NAME
folder.mkdir(parents=True)


def write_sheet():
    """Write a sheet whose every text is naughty, under a name that is."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["Student number", f"Name {WHOLE}", f"Quiz 1 {WHOLE}", f"Midterm {WHOLE}", f"Other {WHOLE}"])
    for number, user in enumerate(school["users"][:30]):
        bad = NAUGHTY[number % len(NAUGHTY)]
        student = user["identifier"] if number else bad
        table.writerow([student, user["givenName"], number % 10, bad if number > 9 else 60 + number, bad])
    # A file with control characters is no text, and is refused.
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", "", out.getvalue())


(folder / f"{NAME}.csv").write_text(write_sheet(), encoding="utf-8")
'''
IMPORT = r"""
form = ImportForm(gradebook, folder=sandbox.folder)
form
"""
CHECK = r"""
content = write_sheet()
form.where.connect.click()
form.sheet.upload.value = ({"name": f"{NAME}.csv", "type": "text/csv", "size": len(content), "content": memoryview(content.encode()),
    "last_modified": dt.datetime(2026, 10, 16, tzinfo=dt.UTC)},)
form.sheet.paste.value = content
form.sheet.read_pasted.click()
form.sheet.path.value = f"nowhere/{WHOLE}"
form.sheet.read.click()  # the sentence that says so stands beside it
form.sheet.path.value = str(folder / f"{NAME}.csv")
form.sheet.read.click()
assert form.sheet.alert.value == "", form.sheet.alert.value
form.sheet.classes.value = ("algebra-1",)
form.sheet.use_classes.click()
for name, choice in form.columns.line_items.items():
    if name.startswith(("Quiz 1", "Midterm")):
        choice.value = "algebra-quiz-1" if name.startswith("Quiz") else "algebra-midterm"
form.columns.go.click()
"""
PUSH = r"""
form.check.go.click()
form.push.note.value = WHOLE
entry = form.preview.plan.changes.query("action == 'update'").index[0]
form.preview.grid.open_row(entry)
form.push.allow_unsafe.value = True
form.push.go.click()
receipt = form.push.wait(60)
assert (receipt.states['failed'], receipt.states['blocked']) == (1, 22), receipt.states
form.receipt.undo.click()
back = form.writing.undo.preview
held = back.plan.changes.query("action == 'update' and line_item == 'algebra-quiz-1'")
back.grid.open_row(held.index[0])
"""
RESULT = r"""
one = ResultForm(gradebook, folder=sandbox.folder)
one.where.connect.click()
one.class_.value = "algebra-1"
one.line_item.value = "algebra-homework-1"
one.student.value = "student-003"
one.student.search.value = "<"
for field, text in (("comment", WHOLE + WHOLE), ("textScore", NAUGHTY[1]), ("score", NAUGHTY[0]), ("metadata", json.dumps({WHOLE: NAUGHTY})), ("score", "5")):
    one.fields.inputs[field].value = text
one
"""
HISTORY = r"""
history = HistoryForm(gradebook, folder=sandbox.folder)
history.push.value = receipt.push_id
history.retry.click()
history
"""
VALUES = r"""
from IPython.display import HTML, display

snapshot = gradebook.take_snapshot(["algebra-1"])
result = gt.Result.model_validate(school["results"][0])
display(form.draft.sheet, form.draft.columns, form.draft.checked, form.preview.plan, receipt, snapshot, result)
display(HTML('<p class="formula">$y$</p>'))
"""

CELLS = (SCHOOL, IMPORT, CHECK, PUSH, RESULT, HISTORY, VALUES)
