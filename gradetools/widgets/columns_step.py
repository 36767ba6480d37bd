"""What each column means: the student column, the line items, and whom no row was found for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ipywidgets as ipw
import pandas as pd

from gradetools.columns import (
    ColumnMeaning,
    find_example,
    find_remarks,
)
from gradetools.columns.guesses import tell_chosen
from gradetools.formats.recognition import STUDENT_FIELDS
from gradetools.sheet import ColumnKey
from gradetools.widgets.attempt_choice import AttemptChoice
from gradetools.widgets.draft import Draft
from gradetools.widgets.kept_columns import KeptColumns
from gradetools.widgets.line_item_choice import (
    Choice,
    choose_companion,
    choose_line_item,
    leave_open,
    may_hold_scores,
    offer_anew,
    offer_companion,
    offer_line_item,
    tell_column,
    tell_ignored,
)
from gradetools.widgets.look import LABEL, WIDE, count, element, join, say
from gradetools.widgets.step import Step, telling
from gradetools.widgets.student_picks import StudentPicks
from gradetools.widgets.token_table import TokenTable

_BLANK = element(
    "div",
    "A blank cell leaves alone what the gradebook holds, a comment too; the word CLEAR takes it away.",
    hook="gt-reason gt-blank",
)


class ColumnsStep(Step):
    """Look at what was suggested, and correct it.

    Attributes:
        student, key: the column that says whose the grades are, and the field that it holds.
        found: how many students were found by it.
        zeros: takes ids that lost the zeros at their front for those of the students who have them.
        line_items: column to its line item, or a tuple of several classes' of which each row takes its own;
            "" for none chosen yet, "ignore" to take nothing from the column.
        companions: column that belongs to a score column, such as one of comments, to what it is taken as, or "ignore".
        several, attempts: which of several grades of a student counts, and who has several.
        tokens: the words that are understood, and a row to add one.
        ignore: ignores all columns of scores that have no line item yet, where they are several.
        kept: columns of earlier weeks: `kept.use` takes them, `kept.save` saves these.
        go: goes on to the checks.
    """

    def __init__(
        self, draft: Draft, *, on_done: Callable[[], None], on_change: Callable[[], None]
    ) -> None:
        super().__init__("3. Columns", "columns", waits_for="Sheet")
        self._draft, self._on_done, self._on_change = draft, on_done, on_change
        self.student = ipw.Dropdown(description="Whose grades", style=LABEL, layout=WIDE)
        self.key = ipw.Dropdown(description="is the student's", style=LABEL, layout=WIDE)
        self._students = StudentPicks(draft, changing=self._changing, on_matched=self._show_matched)
        self.found, self.zeros = self._students.found, self._students.zeros
        self.line_items: dict[str, ipw.Dropdown] = {}
        self.companions: dict[str, ipw.Dropdown] = {}
        self._told: dict[str, ipw.HTML] = {}
        self._scores, self._others = ipw.VBox(), ipw.HTML()
        self._ignored = ipw.Accordion(children=[ipw.VBox()], selected_index=None)
        self.go = ipw.Button(description="Check the grades", button_style="primary")
        self.go.add_class("gt-check").on_click(self._check)
        self.student.add_class("gt-student")
        self.key.add_class("gt-key")
        self.several = AttemptChoice(draft, changing=self._changing)
        self.attempts = self.several.choice
        self.open_columns = ipw.HTML().add_class("gt-open-columns")
        self.ignore = ipw.Button(layout={"width": "max-content"})
        self.ignore.add_class("gt-ignore-open").on_click(self._ignore_open)
        self.kept = KeptColumns(draft, on_use=self._use_kept)
        self.tokens = TokenTable(draft, changing=self._changing)
        self.body.children = [
            *(self.kept.view, self.student, self.key, self._students.view, self.several.view),
            *(self._others, self.open_columns, self.ignore, self._scores, ipw.HTML(_BLANK)),
            *(self._ignored, self.tokens.view, self.kept.below, self.go),
        ]
        self._filling = False
        self._beside: list[ColumnKey] = []  # what holds no scores
        self._remarks: Mapping[str, int] = {}  # as they were when the choices were shown
        self.student.observe(self._choose_student, "value")
        self.key.observe(self._choose_key, "value")

    def start(self) -> None:
        """Show what is suggested."""
        columns = self._draft.columns
        self._filling = True
        names = [str(meaning.column) for meaning in columns.meanings]
        self.student.options = [("choose the column", ""), *((name, name) for name in names)]
        self.key.options = [
            ("whichever id fits", ""),
            *((self._label_key(field), field) for field in STUDENT_FIELDS),
        ]
        chosen = columns.student_column
        self.student.value = str(chosen.column) if chosen else ""
        self.key.value = chosen.key if chosen else ""
        self._filling = False
        self.several.label()
        self.kept.show()
        self.tokens.show()
        self._show_columns()
        self.show_students()
        self.open("look whether each column means what it should, then check the grades")
        if self.kept.offers or self._list_questions():
            self._ask()

    def _label_key(self, field: str) -> str:
        """Call a field of a student with an example: which of a school's numbers it is, its name does not say."""
        example = find_example(self._draft.snapshot, field)
        return f"{field}, such as {example}" if example else f"{field}, which nobody has here"

    def _use_kept(self) -> None:
        with self._changing():
            if self._draft.using_saved:
                self._draft.use_suggested()
            else:
                self._draft.use_saved()
            self.start()

    def _show_columns(self) -> None:
        meanings = self._draft.columns.meanings
        self._remarks = self._find_open_remarks()
        proposed = {str(m.column): m.means for m in self._draft.suggested.meanings}
        beside = [m for m in meanings if m.belongs_to and proposed[str(m.column)] != "ignored"]
        takes = [m for m in meanings if (may_hold_scores(m) or m.belongs_to) and m not in beside]
        self.line_items = {str(m.column): self._offer_line_item(m) for m in takes}
        self.companions = {
            str(m.column): self._offer_companion(m, proposed[str(m.column)]) for m in beside
        }
        choices = {**self.line_items, **self.companions}
        self._told = {str(m.column): ipw.HTML(tell_column(m)) for m in (*takes, *beside)}
        rows = {
            m.column: ipw.VBox([self._told[str(m.column)], choices[str(m.column)]])
            for m in (*takes, *beside)
        }
        ignored = [m for m in takes if m.means == "ignored" and str(m.column) not in self._remarks]
        own = {
            m.column: [rows[each.column] for each in beside if each.belongs_to == m.column]
            for m in takes
        }
        scores = [[rows[m.column], *own[m.column]] for m in takes if m not in ignored]
        self._scores.children = [row for several in scores for row in several]
        self._ignored.children[0].children = [
            row for m in ignored for row in (rows[m.column], *own[m.column])
        ]
        self._folded = [str(m.column) for m in ignored]
        self._title_ignored()
        self._ignored.layout.display = None if ignored else "none"
        self._tell_open()
        self._beside = [m.column for m in meanings if m.column not in rows]
        self._tell_others("")

    def _tell_others(self, found: str) -> None:
        """Say of the columns that hold no scores what they are; of the students' how many of its ids are `found`, if that is known."""
        now = [self._draft.columns.meaning(each) for each in self._beside]
        self._others.value = join(
            *(
                tell_column(
                    m.model_copy(update={"reason": found}) if found and m.means == "student" else m
                )
                for m in now
            )
        )

    def _title_ignored(self) -> None:
        """Name what is ignored, so that nobody overlooks a column; what was chosen to be taken stays where it was chosen."""
        folded = [self._draft.columns.meaning(column) for column in self._folded]
        self._ignored.set_title(0, tell_ignored(folded))

    def _tell_open(self) -> None:
        """Say for how many columns of scores no line item is known, before the check blocks their grades."""
        number = len(self._list_open())
        self.ignore.description = f"Ignore the {number:,} columns without a line item"
        self.ignore.layout.display = None if number > 1 else "none"
        told = (
            f"{count(number, 'column of scores has', 'columns of scores have')} no line item yet, and would not be "
            "written. A line item is what the gradebook calls an assignment or a test: choose it below, or ignore the column."
        )
        parts = [say("warning", told)] if number else []
        for column, remarks in self._find_open_remarks().items():
            told = f"{count(remarks, 'remark')} in {column!r} would not be sent, for the header names no score column that "
            told += f"{'it' if remarks == 1 else 'they'} could belong to: choose below whose comment it is, or ignore the column."
            parts.append(say("warning", told))
        self.open_columns.value = join(*parts)

    def _find_open_remarks(self) -> Mapping[str, int]:
        """Find the columns of remarks of which nobody has said whose comment they are, or that they are ignored."""
        return find_remarks(self._draft.sheet, self._draft.columns)

    def _list_open(self) -> list[str]:
        """List the columns of scores of which nobody has said the line item, or that they are ignored."""
        columns = self._draft.columns
        if columns.of("line_item"):  # each row names its own
            return []
        scores = columns.score_columns
        return [str(each.column) for each in scores if not (each.line_item or each.line_items)]

    def _ignore_open(self, _: object) -> None:
        """Take nothing from what has no line item, as choosing so for each would."""
        for column in self._list_open():
            self.line_items[column].value = "ignore"

    @property
    def taken(self) -> Mapping[str, ipw.Dropdown]:
        """The same for ids that were taken with their zeros, folded away."""
        return self._students.taken

    @property
    def unmatched(self) -> Mapping[str, ipw.Dropdown]:
        """Text of the student column to the student to pick for it."""
        return self._students.unmatched

    def show_students(self) -> None:
        """Say how many students of the sheet were found, and offer somebody for the others."""
        with telling(self.alert):
            self._students.show()

    def _show_matched(self, matched: pd.DataFrame) -> None:
        """Say how many ids are found now, and ask which of several grades counts, where somebody has several rows or it was said before."""
        self._tell_others(tell_chosen(self._draft.columns, matched))
        self.several.show(matched)

    def _offer_line_item(self, meaning: ColumnMeaning) -> ipw.Dropdown:
        def choose(choice: Choice) -> None:
            if self._filling:
                return
            with self._changing():
                column = str(meaning.column)
                if column in self._remarks and choice == "":
                    self._draft.columns = leave_open(self._draft.columns, meaning)
                else:
                    self._draft.columns = choose_line_item(self._draft.columns, column, choice)
                self._tell_again(column)
                self._offer_anew()

        columns = self._draft.columns
        return offer_line_item(
            meaning,
            self._draft.snapshot,
            by_row=bool(columns.of("line_item")),
            scores=self._list_scores(meaning),
            remarks=str(meaning.column) in self._remarks,
            on_choose=choose,
        )

    def _list_scores(self, meaning: ColumnMeaning) -> list[str]:
        """List the score columns that a column can belong to; scores, or letters, are nobody's comments."""
        if meaning.means in ("score", "text_score"):
            return []
        return [str(each.column) for each in self._draft.columns.score_columns]

    def _offer_anew(self) -> None:
        """What a column can belong to, and by what the latest is known, follows from what the others are taken as."""
        self._filling = True
        for column, choice in self.line_items.items():
            offer_anew(choice, self._list_scores(self._draft.columns.meaning(column)))
        self._filling = False
        self.several.label()
        self.several.tell()

    def _offer_companion(self, meaning: ColumnMeaning, proposed: str) -> ipw.Dropdown:
        def choose(choice: str) -> None:
            with self._changing():
                column = str(meaning.column)
                self._draft.columns = choose_companion(self._draft.columns, column, choice)
                self._tell_again(column)

        return offer_companion(meaning, proposed, on_choose=choose)

    def _tell_again(self, column: str) -> None:
        """Say of a column what it means now."""
        self._told[column].value = tell_column(self._draft.columns.meaning(column))
        self._title_ignored()

    def _choose_student(self, change: Mapping[str, Any]) -> None:
        if self._filling or not change["new"]:
            return
        with self._changing():
            self._draft.columns = self._draft.columns.with_meaning(
                change["new"], means="student", key=""
            )
            self._filling = True
            self.key.value = ""
            self._filling = False
            self._show_columns()
        self.show_students()
        self._ask()

    def _choose_key(self, change: Mapping[str, Any]) -> None:
        chosen = self._draft.columns.student_column
        if self._filling or chosen is None:
            return
        with self._changing():
            self._draft.columns = self._draft.columns.with_meaning(chosen.column, key=change["new"])
        self.show_students()
        self._ask()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Change the columns; what was decided from them before no longer holds."""
        self._on_change()
        with telling(self.alert):
            yield
        self._tell_open()
        self._ask()

    def _list_questions(self) -> list[str]:
        """List what is to be said before the check, the first thing first."""
        if self._draft.columns.student_column is None:
            return ["choose the column that says whose the grades are"]
        number, told = len(self._list_open()), self._students.list_questions()
        if self.several.is_open:
            told.append("say which of several grades counts")
        if number:
            told.append(f"choose the line item of {count(number, 'column')}")
        told += [f"say whose comment {column!r} is" for column in self._find_open_remarks()]
        return told

    def _ask(self) -> None:
        """Say the next thing to do: whose the grades are, and line items, come before the check."""
        told = "".join(f"{each}, then " for each in self._list_questions())
        side = ""
        self.go.button_style = "" if self.kept.is_next else "primary"
        if self.kept.is_next:
            told = f"use the columns that are kept (“{self.kept.use.description}”), or {told or 'go on as suggested and '}"
        elif self.kept.offers:
            side = " (columns that nearly fit are offered above)"
        self._tell("next", f"● next: {told}check the grades{side}")

    def _check(self, _: object) -> None:
        self._on_change()
        self.work("checking")
        with telling(self.alert):
            self._draft.check()
            columns = self._draft.columns
            told = f"{count(len(columns.score_columns), 'score column')}, {len(columns.ignored)} ignored"
            number, remarks = len(self._list_open()), self._find_open_remarks()
            twice = (self._draft.checked.findings["code"] == "duplicate-entry").any()
            several = ", which of several grades counts is not said" if twice else ""
            left = several + "".join(f", remarks in {column!r} not sent" for column in remarks)
            self.settle(f"{told}{_tell_without(number)}{left}", doubt=number > 0 or bool(left))
            self._on_done()


def _tell_without(number: int) -> str:
    return f", {count(number, 'column')} without a line item" if number else ""
