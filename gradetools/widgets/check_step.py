"""What is wrong with the sheet: every finding, questions to answer, cells to correct."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ipywidgets as ipw
import pandas as pd

from gradetools.checks import CHECKS
from gradetools.errors import ColumnsError, SheetError
from gradetools.widgets.corrections import Corrections
from gradetools.widgets.draft import Draft
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
    tell_counts,
)
from gradetools.widgets.step import Step, offer, telling

MOST_FINDINGS = 100
_SHOWN = {
    "all findings": ("error", "question", "warning", "info"),
    "errors and questions": ("error", "question"),
    "errors": ("error",),
    "questions": ("question",),
    "warnings": ("warning",),
    "notes": ("info",),
}

_CALLED = {"error": "error", "question": "question", "warning": "warning", "info": "note"}


class CheckStep(Step):
    """Look at what was found, answer, correct, and look again.

    Attributes:
        counts, findings: what was found.
        severity: which findings are shown.
        question, answer, give: a question that is open, an answer, and the button that gives it.
        scale_from, scale: the maximum in the sheet, and the button that scales from it.
        finding, line, column, text, fix: a cell, what should stand there, and the button that writes it.
        corrections: what was changed so, each with its way back.
        go: goes on to the preview.
    """

    def __init__(
        self,
        draft: Draft,
        *,
        on_done: Callable[[], None],
        on_change: Callable[[], None],
        on_fix: Callable[[], None],
    ) -> None:
        super().__init__("4. Check", "check", waits_for="Columns")
        self._draft, self._on_done = draft, on_done
        self._on_change, self._on_fix = on_change, on_fix
        self.counts = ipw.HTML().add_class("gt-counts")
        self.findings = ipw.HTML().add_class("gt-findings")
        self.severity = ipw.Dropdown(options=list(_SHOWN), description="Show", style=LABEL)
        self.severity.add_class("gt-severity").observe(lambda _: self._show_findings(), "value")
        self.go = ipw.Button(description="Preview the changes", button_style="primary")
        self.go.add_class("gt-preview").on_click(self._preview)
        self.go.layout.width = "max-content"
        questions, cells = self._build_questions(), self._build_cells()
        self.corrections = Corrections(on_put_back=self._put_back)
        self.body.children = [
            *(self.counts, self.severity, self.findings, questions, cells),
            *(self.corrections.view, self.go),
        ]

    def _build_questions(self) -> ipw.VBox:
        self.question = ipw.Dropdown(description="Question", style=LABEL, layout=WIDE)
        self.answer = ipw.Dropdown(description="Answer", style=LABEL)
        self.give = ipw.Button(description="Answer").add_class("gt-answer")
        self.scale_from = ipw.Text(
            description="Sheet's maximum", placeholder="such as 20", style=LABEL
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

    def _build_cells(self) -> ipw.Accordion:
        self.finding = ipw.Dropdown(description="Finding", style=LABEL, layout=WIDE)
        self.line = ipw.Text(description="Line", style=LABEL).add_class("gt-line")
        self.column = ipw.Dropdown(description="Column", style=LABEL).add_class("gt-column")
        self.text = ipw.Text(description="should be", style=LABEL).add_class("gt-text")
        self.fix = ipw.Button(description="Change the cell").add_class("gt-fix")
        self.finding.add_class("gt-finding").observe(self._choose_finding, "value")
        self.fix.on_click(self._fix)
        place = ipw.HBox([self.line, self.column, self.text, self.fix], layout=WRAP)
        hint = element("div", "The file itself is not touched.", hook="gt-reason")
        inside = ipw.VBox([self.finding, place, ipw.HTML(hint)])
        return ipw.Accordion(children=[inside], titles=("Correct a cell",), selected_index=None)

    def start(self) -> None:
        """Show what was found."""
        checked = self._draft.checked
        self.counts.value = join(
            element("div", f"Entries: {tell_counts(checked.counts)}"),
            self._tell_findings(checked.findings_by_severity),
        )
        self._show_findings()
        self._show_questions()
        self._show_cells()
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
        told = (count(number, _CALLED[severity]) for severity, number in counts.items() if number)
        return say(worst, f"{', '.join(told)}.")

    def _chosen(self) -> pd.DataFrame:
        findings = self._draft.checked.findings
        return findings[findings["severity"].isin(_SHOWN[self.severity.value]).to_numpy()]

    def _show_findings(self) -> None:
        findings = self._chosen()
        rows = (
            (row["line"] or "sheet", row["column"], mark(row["severity"], row["code"]), row["message"], row["suggestion"])
            for row in findings.head(MOST_FINDINGS).to_dict(orient="records")
        )  # fmt: skip
        head = ("line", "column", "finding", "what", "to do")
        self.findings.value = table(head, rows, len(findings))
        self.severity.layout.display = None if len(self._draft.checked.findings) else "none"

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
        offer(self.answer, CHECKS[code].answers if code else ())
        scales = "accept" in self.answer.options
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

    def _show_cells(self) -> None:
        sheet = self._draft.sheet
        offer(self.column, [str(key) for key in sheet.header])
        findings = self._draft.checked.findings
        there = findings[(findings["line"] > 0).to_numpy()].head(MOST_FINDINGS)
        places = [
            (f"line {row['line']}, {row['column']}: {row['message']}", (row["line"], row["column"]))
            for row in there.to_dict(orient="records")
        ]
        offer(self.finding, [("choose a finding, or fill in line and column", None), *places])

    def _choose_finding(self, change: Mapping[str, Any]) -> None:
        if change["new"] is None:
            return
        line, column = change["new"]
        with telling(self.alert):
            self.line.value, self.column.value = str(line), column
            self.text.value = str(self._draft.sheet.column(column)[line])

    def _fix(self, _: object) -> None:
        if not (self.line.value or self.text.value):
            return  # a second click: the fields were cleared by the first
        with self._again():
            if not self.line.value.strip().isdecimal():
                raise SheetError("Name the line as a number, as a spreadsheet program shows it.")
            self._draft.correct(int(self.line.value), self.column.value, self.text.value)
            self._on_fix()
            self.line.value = self.text.value = ""

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
            self.start()

    def _preview(self, _: object) -> None:
        with telling(self.alert):
            self._on_done()
            found = self._draft.checked.findings_by_severity
            errors, questions = count(found["error"], "error"), count(found["question"], "question")
            self.settle(f"checked: {errors}, {questions} open")


def _read_number(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise ColumnsError(
            f"{text!r} is no maximum to scale from; give a number such as 20."
        ) from None
