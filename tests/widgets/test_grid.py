"""What the grid and the browser say to each other, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from form_driving import write_sheet

import gradetools as gt
from gradetools.checks import check_entries
from gradetools.sandbox import Sandbox
from gradetools.widgets.grid import FIRST_ROWS, MOST_ROWS, Grid
from gradetools.widgets.grid_changes import CHANGES, show_changes
from gradetools.widgets.grid_sheet import FOUND, first_view, show_sheet
from gradetools.widgets.grid_window import ALL, Table

NAUGHTY = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "\u202eabc",
    "😀",
    "=1+1",
    "a\tb\nc",
    "\x00",
    "NaN",
    "' OR 1",
]


class Browser:
    """The browser's half of the conversation: it sets traits, sends messages and keeps what it hears."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.heard: list[dict[str, Any]] = []
        grid.send = lambda content, buffers=None: self.heard.append(content)  # noqa: ARG005 - as ipywidgets has it

    def say(self, **message: Any) -> list[dict[str, Any]]:
        """Send a message; give the answers."""
        self.heard.clear()
        self.grid._handle_custom_msg(message, [])  # noqa: SLF001 - what the kernel does with a message
        return list(self.heard)

    def choose(self, **state: Any) -> dict[str, Any]:
        """Set what the browser may set; give the page that comes of it."""
        self.grid.set_state(state)
        page: dict[str, Any] = self.grid.page
        return page


@pytest.fixture
def frame() -> pd.DataFrame:
    """Give a thousand rows."""
    return pd.DataFrame({"a": [str(n) for n in range(1_000)], "b": "x"}, index=range(10, 1_010))


@pytest.fixture
def sheet_path(tmp_path: Any) -> Iterator[Any]:
    """Write a small sheet with mistakes."""
    path = tmp_path / "mistakes.csv"
    path.write_text(
        "Student number,Quiz 1,Quiz 2\n00041,8o,5\n99999,7,5\n00123,,200\n", encoding="utf-8"
    )
    return path


def test_rows_are_fetched_in_windows(frame: pd.DataFrame) -> None:
    """The page brings the first rows, a message others; never more than a few at once."""
    grid = Grid(Table(frame))
    page = grid.page
    assert (page["total"], len(page["rows"])) == (1_000, FIRST_ROWS)
    browser = Browser(grid)
    (answer,) = browser.say(kind="rows", version=page["version"], first=500, count=3)
    assert [row["texts"][1] for row in answer["rows"]] == ["500", "501", "502"]
    (answer,) = browser.say(kind="rows", version=page["version"], first=0, count=10**9)
    assert len(answer["rows"]) == MOST_ROWS
    (answer,) = browser.say(kind="rows", version=page["version"], first=998, count=50)
    assert len(answer["rows"]) == 2
    assert browser.say(kind="rows", version=page["version"] - 1, first=0, count=3) == []
    assert browser.say(kind="nonsense") == []


def test_order_and_choice_make_a_new_page(frame: pd.DataFrame) -> None:
    """Whatever is chosen makes one new page, which begins at the top."""
    grid = Grid(Table(frame, views={"some": frame["a"].str.endswith("7").to_numpy()}))
    browser, before = Browser(grid), grid.page["version"]
    page = browser.choose(sort=["a", "descending"])
    assert (page["version"], page["kept"], page["rows"][0]["label"]) == (before + 1, False, 1_009)
    page = browser.choose(view="some")
    assert (page["total"], page["rows"][0]["texts"][1]) == (100, "997")
    page = browser.choose(search="99")  # the label 997 has it too
    assert [row["texts"][1] for row in page["rows"]] == ["997", "987"]
    assert browser.choose(sort=["nowhere"], search="", view=ALL)["total"] == 1_000


def test_a_cell_is_edited(frame: pd.DataFrame) -> None:
    """An edit is handed on and answered; a column that cannot be changed, or a row that is not there, is left alone."""
    edits: list[Any] = []
    grid = Grid(Table(frame, editable=frozenset("a")), on_edit=lambda *edit: edits.append(edit))
    browser = Browser(grid)
    assert browser.say(kind="edit", label=12, column="a", text="new") == [{"kind": "edited"}]
    for label, column in ((12, "b"), (5, "a"), ("12", "a"), (None, "a")):
        browser.say(kind="edit", label=label, column=column, text="new")
    assert edits == [(12, "a", "new")]
    Browser(Grid(Table(frame, editable=frozenset("a")))).say(
        kind="edit", label=12, column="a", text="x"
    )


def test_what_is_shown_stays_after_an_edit(frame: pd.DataFrame) -> None:
    """After a change the view, the order and the place stay, also when the view has no rows left."""
    bad = frame.index == 12
    grid = Grid(Table(frame, views={"bad": bad}))
    grid.view, grid.sort = "bad", ["a", "ascending"]
    grid.show(Table(frame))
    assert (grid.view, grid.sort) == ("bad", ["a", "ascending"])
    assert (grid.page["total"], grid.page["kept"]) == (0, True)
    assert grid.views == [[ALL, "all rows (1,000)", 1_000], ["bad", "bad (0)", 0]]
    grid.show(Table(frame), view=ALL)
    assert (grid.view, grid.sort, grid.page["total"]) == (ALL, [], 1_000)


def test_naughty_text_arrives_as_it_is() -> None:
    """Text of any kind goes to the browser unchanged, as data; the browser sets it as text."""
    grid = Grid(Table(pd.DataFrame({"<b>": NAUGHTY})))
    assert [row["texts"][1] for row in grid.page["rows"]] == NAUGHTY
    assert "innerHTML" not in grid._esm + grid._css  # noqa: SLF001 - anywidget's own name
    assert "http" not in grid._esm + grid._css  # noqa: SLF001 - nothing is fetched from anywhere


def test_ignored_columns_come_last(sandbox: Sandbox, tmp_path: Path) -> None:
    """Columns that nothing is taken from stand behind the others; what a receipt said of its rows is not shown."""
    with gt.connect(sandbox) as gradebook:
        snapshot = gradebook.take_snapshot(["algebra-1"])
    rows = (
        "gradetools_line,Student number,Misc,Quiz 1,Quiz 1 comment",
        "7,00041,some,8,Extraordinary",
    )
    sheet = gt.read_sheet(write_sheet(tmp_path / "again.csv", *rows))
    checked = check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
    titles = [column["title"] for column in show_sheet(checked, {}).describe()]
    names = ["Student number", "Quiz 1", "Quiz 1 comment", "Misc"]
    assert titles == ["line", FOUND, *names]


def test_a_bad_cell_is_marked(sandbox: Sandbox, sheet_path: Any) -> None:
    """Each finding stands in its cell, in words; whoever is found stands beside the sheet's own columns."""
    with gt.connect(sandbox) as gradebook:
        snapshot = gradebook.take_snapshot(["algebra-1"])
    sheet = gt.read_sheet(sheet_path)
    checked = check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot)
    table = show_sheet(checked, {(4, "Quiz 2"): ("20", "200")})
    assert first_view(table) == "rows with findings"
    rows = {row["label"]: row for row in table.window(table.arrange())}
    assert [column["title"] for column in table.describe()][:2] == ["line", FOUND]
    assert rows[2]["texts"][1] == "Ada Example"
    kind, words, tip = rows[2]["marks"][3]
    assert (kind, words) == ("error", "score not a number")
    assert "8o" in tip
    assert " → " in tip  # what to do
    assert rows[3]["marks"][2][1] == "student unknown"
    assert rows[4]["marks"][4][:2] == ("question", "score far above maximum (+1)")
    assert "The file says '20'" in rows[4]["marks"][4][2]
    assert list(table.arrange(view="rows with errors")) == [0, 1]
    assert list(table.arrange(view="student-unknown")) == [1]
    assert FOUND not in table.editable


def test_changes_come_first(sandbox: Sandbox, sheet_path: Any) -> None:
    """What changes a grade comes first, with old and new; what is blocked says why; the rest is out of sight."""
    sheet_path.write_text(
        "Student number,Quiz 1,Quiz 2\n00123,,5\n00082,1,8o\n00041,9,7\n", encoding="utf-8"
    )
    with gt.connect(sandbox) as gradebook:
        snapshot = gradebook.take_snapshot(["algebra-1"])
    sheet = gt.read_sheet(sheet_path)
    plan = gt.make_plan(
        check_entries(sheet, gt.suggest_columns(sheet, snapshot), snapshot), snapshot
    )
    table = show_changes(plan)
    rows = table.window(table.arrange())
    assert [row["texts"][3] for row in rows] == [
        "update",
        "update",
        "create",
        "create",
        "blocked",
        "skip",
    ]
    assert rows[0]["texts"][:3] == ["3", "Ben Example", "Quiz 1"]
    assert rows[0]["texts"][4] == "score 8 → 1"
    assert rows[0]["marks"][3][:2] == ("warning", "lowered")
    assert rows[4]["marks"][3][:2] == ("error", "not written")
    assert len(table.arrange(view=CHANGES)) == 5
    shares = {column["name"]: column["share"] for column in table.describe()}
    assert shares["old → new"] == max(shares.values())  # it is what one comes for
    by_score = table.window(table.arrange(view="update", sort="old → new", descending=True))
    assert [row["texts"][4] for row in by_score] == ["score 8.5 → 9", "score 8 → 1"]
