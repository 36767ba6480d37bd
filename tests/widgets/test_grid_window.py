"""What the grid shows of a table: chosen, searched, sorted, cut to a window."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gradetools.widgets.grid import Grid
from gradetools.widgets.grid_window import ALL, INDEX, MARK_COLUMNS, Table

FRAME = pd.DataFrame(
    {
        "student": pd.Series(["Ada", "ben", "", "Cleo"], dtype="category"),
        "score": ["10", "9,5x", "", "9"],
        "number": [1.0, np.nan, 3.0, 2.5],
    }
).set_axis(pd.Index([2, 3, 5, 8], name="line"))


def mark(*rows: tuple[int, str, str, str, str]) -> pd.DataFrame:
    """Make marks."""
    return pd.DataFrame(list(rows), columns=list(MARK_COLUMNS), dtype=object)


def lines(table: Table, **how: object) -> list[int]:
    """Give the labels of the rows that are shown, in order."""
    return [row["label"] for row in table.window(table.arrange(**how))]  # type: ignore[arg-type]  # the options as they come


@pytest.mark.parametrize(
    ("sort", "descending", "expected"),
    [
        (None, False, [2, 3, 5, 8]),
        ("score", False, [8, 2, 3, 5]),  # numbers as numbers, then text, then blank
        ("score", True, [3, 2, 8, 5]),  # blank comes last in either case
        ("student", False, [2, 3, 8, 5]),  # whatever the case
        ("number", True, [5, 8, 2, 3]),
        (INDEX, True, [8, 5, 3, 2]),
        ("nowhere", False, [2, 3, 5, 8]),
    ],
)
def test_rows_are_sorted(sort: str | None, descending: bool, expected: list[int]) -> None:  # noqa: FBT001 - given by name
    """Numbers are sorted as numbers, text whatever its case, and what is blank comes last."""
    assert lines(Table(FRAME), sort=sort, descending=descending) == expected


def test_equal_rows_keep_their_order() -> None:
    """Rows that are equal stay in the table's order, downwards too."""
    same = Table(pd.DataFrame({"a": ["x"] * 50}))
    assert lines(same, sort="a", descending=True) == list(range(50))


def test_rows_are_chosen_and_searched() -> None:
    """A view and a search narrow what is shown, together; an unknown view has no rows."""
    table = Table(FRAME, views={"odd": np.array([False, True, True, False])})
    assert lines(table, view=ALL) == [2, 3, 5, 8]
    assert lines(table, view="odd") == [3, 5]
    assert lines(table, view="odd", search=" BEN ") == [3]
    assert lines(table, search="9") == [3, 8]
    assert lines(table, search="8") == [8]  # the label is searched too
    assert lines(table, search=".*") == []
    assert lines(table, view="mended") == []


def test_window_is_plain_data() -> None:
    """A window holds texts, whatever stood in the frame, and the marks of its cells."""
    marks = mark((3, "score", "warning", "odd", "Look."), (3, "score", "error", "bad", "Mend."), (9, "score", "error", "", ""))  # fmt: skip
    window = Table(FRAME, marks).window(np.array([1, 0]))
    assert window == [
        {"label": 3, "texts": ["3", "ben", "9,5x", ""], "marks": {2: ("error", "bad (+1)", "Mend.\nLook.")}},
        {"label": 2, "texts": ["2", "Ada", "10", "1"], "marks": {}},
    ]  # fmt: skip


def test_a_row_can_be_marked() -> None:
    """A mark of no column stands at the row's label; one of a column that is not there nowhere."""
    table = Table(FRAME, mark((5, INDEX, "question", "who", "?"), (5, "x", "error", "", "")))
    assert table.window(np.array([2]))[0]["marks"] == {0: ("question", "who", "?")}


def test_told_cells_are_made_for_the_window_alone() -> None:
    """What is told row by row is put into words only for rows that are shown, and sorted by the frame."""
    asked: list[int] = []

    def tell(label: int) -> str:
        asked.append(label)
        return f"row {label}"

    table = Table(FRAME, told={"number": tell}, labelled=False)
    first = table.arrange(sort="number")[:1]
    assert asked == []
    assert table.window(first)[0]["texts"] == ["Ada", "10", "row 2"]
    assert asked == [2]


def test_columns_are_described() -> None:
    """Columns have a title, a width that their cells ask for, and what can be done with them."""
    heads = {"score": ("warning", "other maximum", "The maxima differ.")}
    index, student, score, _ = Table(
        FRAME, mark((3, "score", "error", "not a number", "")), editable=frozenset(["score"]), heads=heads
    ).describe()  # fmt: skip
    assert (index["name"], index["title"], index["editable"]) == (INDEX, "line", False)
    assert (score["title"], score["editable"], score["mark"]) == ("score", True, heads["score"])
    assert score["width"] > student["width"]


def test_empty_table_has_no_rows() -> None:
    """A table without rows or columns is shown as such."""
    table = Table(pd.DataFrame())
    assert lines(table, search="x", sort=INDEX) == []
    assert [column["title"] for column in table.describe()] == ["row"]


def test_a_word_has_room_for_wide_letters() -> None:
    """A column may become as narrow as its longest word, with some room: bold letters are wider than digits."""
    (_, column) = Table(pd.DataFrame({"Homework 1": ["8"]})).describe()
    assert column["least"] == len("Homework") + 2


def test_a_spare_column_takes_no_room_where_it_is_blank() -> None:
    """A column that is spare is there while anything stands in it in the rows that are shown, or they are sorted by it."""
    frame = pd.DataFrame({"name": ["Ada", "Ben"], "why": ["", "late"], "note": ["", ""]})
    marks = mark((1, "note", "info", "", ""), (1, "why", "warning", "see", ""))
    table = Table(frame, marks, labelled=False, spare=frozenset({"why"}), views={"first": np.array([True, False])})  # fmt: skip
    grid = Grid(table)
    assert [column["name"] for column in grid.columns] == ["name", "why", "note"]
    grid.view = "first"
    assert [column["name"] for column in grid.columns] == ["name", "note"]
    assert [row["texts"] for row in grid.page["rows"]] == [["Ada", ""]]
    grid.sort = ["why", "ascending"]
    assert [column["name"] for column in grid.columns] == ["name", "why", "note"]
    names = ["name", "note"]
    assert table.window(np.array([1]), names=names) == [
        {"label": 1, "texts": ["Ben", ""], "marks": {1: ("info", "", "")}}
    ]


def test_rows_that_are_out_of_sight_widen_nothing() -> None:
    """A column is as wide as the rows that are looked at ask for; what only others say in it makes it no wider."""
    frame = pd.DataFrame(
        {"name": ["Ada", "Ben"], "note": ["", "a reason of some forty characters, or more"]}
    )
    seen = Table(frame, labelled=False, measured=np.array([True, False]))
    widths = [Table(frame, labelled=False).describe()[1]["share"], seen.describe()[1]["share"]]
    assert widths[0] > 40 > 10 > widths[1]
