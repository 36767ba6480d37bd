"""Values show themselves as the last line of a cell: in text and in HTML, escaped, a screenful at most, at once."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import gradetools as gt
from gradetools.sandbox import Sandbox, invented_school
from gradetools.showing import MOST_LINES, Listed, Showing, Shown, find_first, shorten

MIDTERM = Path(__file__).parents[2] / "notebooks" / "samples" / "algebra_midterm.csv"
PACKAGE = Path(gt.__file__).parent
EVIL = "<img src=x onerror=alert(1)>&\"'\x1b[31m\u202e\r\nsecond line\ud800"
HELD = EVIL.replace("\ud800", "")  # what can be stored at all
MILLION = 1_000_000
SHOWN = {"Sheet", "Snapshot", "Columns", "Checked", "Plan", "Receipt", "Result", "Journal"}


class Values:
    """One value of each class that shows itself, all of the same import."""

    def __init__(self, sheet: gt.Sheet, gradebook: gt.Gradebook) -> None:
        self.sheet = sheet
        self.snapshot = gradebook.take_snapshot(["algebra-1"])
        self.columns = gt.suggest_columns(sheet, self.snapshot)
        self.checked = gt.check_entries(sheet, self.columns, self.snapshot)
        self.plan = gt.make_plan(self.checked, self.snapshot)
        self.receipt = gt.push_plan(self.plan, gradebook, agreed=self.plan.fingerprint, note=HELD)
        self.result = gradebook.get_result("algebra-quiz-1.student-001")
        self.journal = gt.open_journal(gradebook.environment, gradebook.settings.data_dir)
        self.classes = gradebook.list_classes()

    def __iter__(self) -> Iterator[Any]:
        """Give each of them."""
        return iter(vars(self).values())


@pytest.fixture(scope="module")
def plain() -> Iterator[tuple[Values, Sandbox]]:
    """Import the sample sheet."""
    with Sandbox() as sandbox:
        yield Values(gt.read_sheet(MIDTERM), gt.connect(sandbox)), sandbox


@pytest.fixture(scope="module")
def naughty() -> Iterator[Values]:
    """Import a sheet all of whose texts are naughty into a gradebook of naughty names."""
    school = invented_school()
    for user in school["users"]:
        user["givenName"] = HELD
    for one in (*school["classes"], *school["lineItems"]):
        one["title"] = f"{one['title']}{HELD}"
    for record in school["results"]:
        record["comment"] = HELD
        record["metadata"] = {HELD: [HELD]}
    title = next(
        one["title"] for one in school["lineItems"] if one["sourcedId"] == "algebra-midterm"
    )
    frame = pd.DataFrame(
        {"Student ID": ["00041", "<s>x</s>"], title: ["7", EVIL], "<i>Other</i>": ["<u>", EVIL]}
    )
    with Sandbox(seed=school) as sandbox:
        yield Values(gt.read_sheet(frame), gt.connect(sandbox))


def test_every_value_shows_itself_in_both_ways(plain: tuple[Values, Sandbox]) -> None:
    """Each value on the way has a text and an HTML that say the same, and a first line that stands alone."""
    values, _ = plain
    assert {type(value).__name__ for value in values} == SHOWN | {"Listed"}
    for value in values:
        text = repr(value)
        html = value._repr_html_()
        assert text.splitlines()[0] == str(value)
        assert str(value).strip("<>") in read_text(html)
        assert text.count("\n") > 1


def test_a_list_of_classes_is_a_table(plain: tuple[Values, Sandbox]) -> None:
    """A list from the gradebook shows one row for each item, and is a list like any other."""
    classes = plain[0].classes
    assert repr(classes).splitlines() == [
        "<3 classes>",
        "  sourced_id       title            class_code",
        "  algebra-1        Algebra 1        ALGEBRA-1",
        "  biology-1        Biology 1        BIOLOGY-1",
        "  world-history-1  World History 1  WORLD-HISTORY-1",
    ]
    assert classes == list(classes)
    assert [each.title for each in classes[:2]] == ["Algebra 1", "Biology 1"]
    many = Listed([classes[0]] * 30, ("class", "classes"), ("sourced_id",))
    assert repr(many).splitlines()[-1] == "  … and 10 more classes"


def test_no_class_has_only_one_of_both() -> None:
    """Whoever shows itself in HTML does so through `Shown`, which gives the text as well."""
    alone = [
        f"{path.name}: {node.name}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name != "Shown"
        for each in node.body
        if isinstance(each, ast.FunctionDef) and each.name == "_repr_html_"
    ]
    assert alone == []
    for name in SHOWN:
        assert issubclass(getattr(gt, name), Shown)
        assert "__repr__" not in vars(getattr(gt, name))


def test_everything_is_escaped(naughty: Values) -> None:
    """Whatever a sheet, a gradebook or a note holds is text on the page, and turns no line round."""
    for value in naughty:
        html = value._repr_html_()
        assert set(re.findall(r"<(/?\w+)", html)) <= {
            f"{end}{tag}"
            for end in ("", "/")
            for tag in ("div", "b", "table", "thead", "tbody", "tr", "th", "td")
        }
        for told in (html, repr(value), str(value)):
            assert not re.search("[\x00-\x09\x0b-\x1f\u202e\ud800]", told), type(value)
        assert "onerror" in html or type(value).__name__ in {"Checked", "Columns", "Sheet"}
        assert len(repr(value).splitlines()) <= MOST_LINES


def test_no_secret_is_shown(plain: tuple[Values, Sandbox]) -> None:
    """Neither the secret nor the token of a gradebook is in what any value shows."""
    values, sandbox = plain
    gradebook = gt.connect(sandbox)
    secrets = [sandbox.client_secret, gradebook.transport.auth.token().get_secret_value()]
    shown = "".join(f"{value!r}{value}{value._repr_html_()}" for value in values)
    assert [secret for secret in secrets if secret in shown] == []


def test_what_is_looked_at_first_is_told_first(plain: tuple[Values, Sandbox]) -> None:
    """A plan shows what changes a grade before what makes one, a receipt what failed before what was written."""
    values, _ = plain
    changes = values.plan.changes.copy()
    changes.loc[9, ["action", "before", "lowered"]] = ["update", '{"score":99}', True]
    plan = gt.Plan(values.plan.environment, values.plan.dialect, changes)
    first = repr(plan).splitlines()[3]
    assert "warning: 1 grade lowered" in repr(plan)
    assert "Juno Example" in first
    assert "score 99 → 81" in first
    entries = values.receipt.entries.copy()
    entries.loc[9, ["state", "message"]] = ["failed", "The server said no."]
    receipt = type(values.receipt)(**{**vars(values.receipt), "entries": entries})
    row = next(line for line in repr(receipt).splitlines() if "Midterm" in line)
    assert re.search("Juno Example .*failed .*The server said no.", row)
    assert "… and 18 more entries" in repr(receipt)


def test_a_journal_tells_its_pushes() -> None:
    """A journal shows its newest pushes and how many are left; once closed it says so."""
    with gt.Sandbox(seed=invented_school()) as sandbox, gt.connect(sandbox) as gradebook:
        journal = gt.open_journal(gradebook.environment, gradebook.settings.data_dir)
        assert str(journal) == "<Journal of sandbox: 0 pushes, 0 unfinished>"
        values = Values(gt.read_sheet(MIDTERM), gradebook)
        undo = gt.make_undo_plan(values.receipt, gradebook.take_snapshot(["algebra-1"]))
        undone = gt.push_plan(undo, gradebook, agreed=undo.fingerprint)
        lines = repr(journal).splitlines()
        assert lines[0] == "<Journal of sandbox: 2 pushes, 0 unfinished>"
        assert re.search(f"{undone.push_id} .*done .*28 taken back .*{undo.undo_of}", lines[4])
        assert re.search(f"{undo.undo_of} .*taken back .*28 created, 2 skipped", lines[5])
        journal.close()
        assert repr(journal) == "<Journal of sandbox: closed, or out of reach>"


def repeat(frame: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Give a frame's rows over and over."""
    return frame.iloc[np.resize(np.arange(len(frame)), rows)].reset_index(drop=True)


def test_a_million_entries_are_a_screenful_at_once(plain: tuple[Values, Sandbox]) -> None:
    """A million entries show as many lines as thirty, at a fraction of the cost of going through them."""
    values, _ = plain
    plan = gt.Plan(values.plan.environment, "timeback", repeat(values.plan.changes, MILLION))
    entries = repeat(values.receipt.entries, MILLION)
    receipt = type(values.receipt)(**{**vars(values.receipt), "entries": entries})
    finding = {
        "line": 2,
        "column": "Midterm",
        "code": "a-code",
        "severity": "error",
        "message": "x" * 500,
        "suggestion": "",
    }
    findings = repeat(pd.DataFrame([finding]), MILLION)
    checked = gt.Checked(
        values.sheet, values.columns, repeat(values.checked.entries, MILLION), findings
    )
    result = values.result.model_copy(update={"comment": "long " * MILLION})
    spent = cost(lambda: plan.fingerprint)
    for value in (plan, receipt, checked, result):
        shown: list[str] = []
        assert cost(lambda: shown.append(repr(value))) < spent / 2  # noqa: B023 - called at once
        shown.append(value._repr_html_())
        assert len(shown[0].splitlines()) <= MOST_LINES
        assert max(map(len, shown)) < 20_000


def cost(work: Callable[[], object]) -> float:
    """Give the processor time that something takes, in seconds."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def read_text(html: str) -> str:
    """Give the text of a page as one reads it."""
    return unescape(re.sub("<[^>]*>", "", html))


def test_a_table_is_cut_and_says_so() -> None:
    """Rows and columns beyond the screenful are counted; columns in which nothing stands are left out."""
    columns = ["a", "blank", *(f"c{n}" for n in range(20))]
    rows = [[n, "", *range(20)] for n in range(30)]
    showing = Showing("head", [("empty", ""), ("fact", 0)], columns, rows, 400, "things")
    told = showing.to_text().splitlines()
    assert told[:2] == ["head", "  fact: 0"]
    assert told[2].split() == ["a", "c0", "c1", "c2", "c3", "c4", "c5"]
    assert told[-1] == "  … and 388 more things and 14 more columns"
    assert "blank" not in showing.to_html()
    many = Showing("head", [(str(n), n) for n in range(50)], columns, rows)
    assert len(many.to_text().splitlines()) == MOST_LINES


def test_a_long_text_is_whole_on_a_page() -> None:
    """Where a page breaks lines, a reason of more than a column's width is told to its end; as text it is cut, and so stays a table."""
    reason = "'Student number' is the key; this one as usernames would find 30 of 30."
    showing = Showing("it", columns=("reason", "samples"), rows=[(reason, "student001")])
    assert reason in read_text(showing.to_html())
    assert f"{reason[:43]}…" in showing.to_text()
    assert reason not in showing.to_text()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\tand\ra tab", "two lines and a tab"),
        ("a\x1b[31mb\u202ec\ud800", "a�[31mb�c�"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("é" * 50, "é" * 43 + "…"),
    ],
)
def test_a_text_stays_on_its_line(text: str, shown: str) -> None:
    """A text is one line of so many characters; what would spoil it is replaced, and what a language needs is not."""
    assert shorten(text) == shown


def test_first_rows_are_found_in_order() -> None:
    """Rows with the first word come first, words nobody asked for not at all."""
    assert find_first(["b", "x", "a", "b", "a"], ["a", "b"], 3) == [2, 4, 0]
    assert find_first([], ["a"], 3) == []
