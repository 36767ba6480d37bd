"""What is wrong with the sheet: what was found, questions to answer, and the sheet itself, to be corrected in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ipywidgets as ipw

from gradetools.checks import CHECKS
from gradetools.errors import ColumnsError
from gradetools.widgets.corrections import Corrections
from gradetools.widgets.draft import Draft
from gradetools.widgets.grid import Grid
from gradetools.widgets.grid_sheet import choose_findings, first_view, show_sheet
from gradetools.widgets.look import (
    LABEL,
    WIDE,
    WRAP,
    Html,
    count,
    element,
    join,
    mark,
    say,
    table,
)
from gradetools.widgets.step import Step, offer, telling

MOST_FINDINGS = 100
_RANK = {"error": 0, "question": 1, "warning": 2, "info": 3}
_HINT = "To correct a cell, double-click it, or press Enter on it; the file itself is not touched."
#: The answers to questions in words; each other one says what it means by itself.
_ANSWERS = {
    "accept": "accept: it is right as it stands",
    "decimal": "decimal: it parts whole numbers from tenths",
    "thousands": "thousands: it parts thousands from hundreds",
    "no-grade": "no grade: nothing is sent",
    "missing": "missing, not submitted",
    "day-first": "day first: 05/06 is 5 June",
    "month-first": "month first: 05/06 is May 6",
}
_CALLED = {"error": "error", "question": "question", "warning": "warning", "info": "note"}


class CheckStep(Step):
    """Look at what was found, answer, correct, and look again.

    Attributes:
        counts, findings: what was found, kind by kind.
        grid: the sheet, what is wrong with a cell marked in it; `grid.view` chooses which rows and findings are
            shown, `grid.edit_cell(line, column, text)` corrects a cell.
        question, answer, give: a question that is open, an answer, and the button that gives it.
        scale_from, scale: the maximum in the sheet, and the button that scales from it.
        corrections: what was changed so, each with its way back.
        export: saves what was found as a file, for whoever has to mend the sheet.
        go: goes on to the preview.
    """

    def __init__(
        self,
        draft: Draft,
        *,
        folder: str | Path = ".",
        on_done: Callable[[], None],
        on_change: Callable[[], None],
        on_fix: Callable[[], None],
    ) -> None:
        super().__init__("4. Check", "check", waits_for="Columns")
        self._draft, self._on_done, self._folder = draft, on_done, Path(folder)
        self._on_change, self._on_fix = on_change, on_fix
        self.counts = ipw.HTML().add_class("gt-counts")
        self.findings = ipw.HTML().add_class("gt-findings")
        self.grid = Grid(label="The sheet", hint=_HINT, on_edit=self._correct)
        self.grid.observe(lambda _: self._show_findings(), "view")
        self.go = ipw.Button(description="Preview the changes", button_style="primary")
        self.go.add_class("gt-preview").on_click(self._preview)
        self.go.layout.width = "max-content"
        self.export = ipw.Button(description="Save the findings as a file", icon="save")
        self.export.add_class("gt-export").on_click(self._export)
        self.export.layout.width = "max-content"
        self._exported = ipw.HTML()
        questions = self._build_questions()
        self.corrections = Corrections(on_put_back=self._put_back)
        self.body.children = [
            *(self.counts, self.findings, questions, self.grid),
            *(self.corrections.view, self.export, self._exported, self.go),
        ]

    def _build_questions(self) -> ipw.VBox:
        self.question = ipw.Dropdown(description="Question", style=LABEL, layout=WIDE)
        self.answer = ipw.Dropdown(description="Answer", style=LABEL, layout={"width": "32em"})
        self.give = ipw.Button(description="Answer").add_class("gt-answer")
        self.scale_from = ipw.Text(
            description="or its maximum is", placeholder="such as 20", style=LABEL
        )
        self.scale = ipw.Button(description="Scale from it").add_class("gt-scale")
        self.question.add_class("gt-question-choice").observe(self._choose_question, "value")
        self.give.on_click(self._answer)
        self.scale.on_click(self._scale)
        self._questions = ipw.VBox(
            [
                self.question,
                ipw.HBox([self.answer, self.give], layout=WRAP),
                ipw.HBox([self.scale_from, self.scale], layout=WRAP),
            ]
        )
        return self._questions

    def start(self) -> None:
        """Show what was found."""
        self._show(anew=True)

    def _show(self, *, anew: bool) -> None:
        """Show what was found; the grid stays where it is unless it begins anew."""
        checked = self._draft.checked
        self.counts.value = join(
            element(
                "div",
                f"{count(len(checked.entries), 'entry', 'entries')}: {checked.tell_counts()}.",
            ),
            self._tell_findings(checked.findings_by_severity),
        )
        shown = show_sheet(checked, self._draft.corrections)
        self.grid.show(shown, view=first_view(shown) if anew else None)
        self._exported.value = ""
        self.export.layout.display = None if len(checked.findings) else "none"
        self._show_findings()
        self._show_questions()
        self.corrections.show(self._draft)
        blocked = checked.counts["blocked"]
        told = (
            f"{count(blocked, 'entry is', 'entries are')} blocked: answer and correct, or "
            if blocked
            else ""
        )
        self.open(f"{told}preview the changes")

    def _tell_findings(self, counts: Mapping[str, int]) -> Html:
        if not any(counts.values()):
            return say("good", "Nothing was found to be wrong.")
        worst = next(severity for severity, number in counts.items() if number)
        told = [count(number, _CALLED[severity]) for severity, number in counts.items() if number]
        entries = self._draft.checked.counts
        blocks = f"{count(entries['blocked'], 'entry is', 'entries are')} blocked by them."
        return say(worst, f"Found: {', '.join(told)}. ", blocks if entries["blocked"] else "")

    def _show_findings(self) -> None:
        """Tell what was found, one line for each kind and column: its number, its first place and sentence."""
        findings = choose_findings(self._draft.checked.findings, self.grid.view)
        kinds = findings.groupby(["code", "column"], sort=False)
        first = kinds.head(1).assign(number=kinds["line"].transform("size"))
        first = first.iloc[first["severity"].map(_RANK).argsort(kind="stable")]
        rows = (
            (mark(row["severity"], row["code"]), _tell_place(row), row["column"], row["message"], row["suggestion"])
            for row in first.head(MOST_FINDINGS).to_dict(orient="records")
        )  # fmt: skip
        head = ("finding", "where", "column", "what", "to do")
        shared = f"{count(len(findings), 'finding')} in {count(len(first), 'line')}: "
        told = element("div", shared, "what is the same in a column shares one.", hook="gt-reason")
        listed = table(head, rows, len(first))
        self.findings.value = join(told if len(first) < len(findings) else "", listed)

    def _show_questions(self) -> None:
        findings = self._draft.checked.findings
        asked = findings[(findings["severity"] == "question").to_numpy()]
        asked = asked.drop_duplicates(["code", "column"])
        options = [
            (f"{row['column']}: {row['message']}", (row["code"], row["column"]))
            for row in asked.to_dict(orient="records")
        ]
        offer(self.question, options)
        self._questions.layout.display = None if options else "none"

    def _choose_question(self, change: Mapping[str, Any]) -> None:
        code = change["new"][0] if change["new"] else ""
        answers = CHECKS[code].answers if code else ()
        offer(self.answer, [(_ANSWERS.get(answer, answer), answer) for answer in answers])
        scales = "accept" in answers
        self.scale_from.layout.display = self.scale.layout.display = None if scales else "none"

    def _answer(self, _: object) -> None:
        if self.question.value:
            code, column = self.question.value
            with self._again():
                self._draft.columns = self._draft.columns.answer(code, column, self.answer.value)

    def _scale(self, _: object) -> None:
        if self.question.value:
            with self._again():
                number = _read_number(self.scale_from.value)
                self._draft.columns = self._draft.columns.scaled(self.question.value[1], number)

    def _correct(self, line: int, column: str, text: str) -> None:
        with self._again():
            self._draft.correct(line, column, text)
            self._on_fix()

    def _put_back(self, line: int, column: str) -> None:
        if (line, column) in self._draft.corrections:
            with self._again():
                self._draft.put_back(line, column)
                self._on_fix()

    @contextmanager
    def _again(self) -> Iterator[None]:
        """Change something and check once more; what was decided before no longer holds."""
        self._on_change()
        with telling(self.alert):
            yield
            self._draft.check()
            self._show(anew=False)

    def _export(self, _: object) -> None:
        with telling(self.alert):
            path = self._draft.export_findings(self._folder)
            told = f"Saved as {path}: {count(len(self._draft.checked.findings), 'finding')}, with line, column and what to do."
            self._exported.value = say("good", told)

    def _preview(self, _: object) -> None:
        with telling(self.alert):
            self._on_done()
            found = self._draft.checked.findings_by_severity
            errors, questions = count(found["error"], "error"), count(found["question"], "question")
            doubt = found["error"] + found["question"] > 0
            self.settle(f"checked: {errors}, {questions} open", doubt=doubt)


def _tell_place(finding: Mapping[Any, Any]) -> str:
    """Say where a kind of finding stands: `line 3`, `line 3 and 11 more`."""
    if not finding["line"]:
        return "sheet"
    more = f" and {finding['number'] - 1:,} more" if finding["number"] > 1 else ""
    return f"line {finding['line']}{more}"


def _read_number(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise ColumnsError(
            f"{text!r} is no maximum to scale from; give a number such as 20."
        ) from None
