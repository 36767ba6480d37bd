"""What is wrong with the sheet: what was found, questions to answer, and the sheet itself, to be corrected in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import pandas as pd

from gradetools.checks import CHECKS
from gradetools.checks.scaled import SCALED_BY, propose_full_mark, show_scale
from gradetools.columns import tell_lines
from gradetools.errors import ColumnsError
from gradetools.widgets.corrections import ANSWERS, SCALED, Corrections, tell_scales, tell_to_do
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
#: The answers give way in a narrow window, so that the button stays beside them.
_SHRINKING = {"width": "34em", "flex": "0 1 auto", "min_width": "0"}
#: So many sentences of one kind in one column are told one by one.
MOST_ALIKE = 5
_RANK = {"error": 0, "question": 1, "warning": 2, "info": 3}
_HINT = "To correct a cell, double-click it, or press Enter on it; Delete empties it. The file itself is not touched."
_CALLED = {"error": "error", "question": "question", "warning": "warning", "info": "note"}


class CheckStep(Step):
    """Look at what was found, answer, correct, and look again.

    Attributes:
        counts, findings: what was found, kind by kind.
        grid: the sheet, what is wrong with a cell marked in it; `grid.view` chooses which rows and findings are
            shown, `grid.edit_cell(line, column, text)` corrects a cell.
        question, asked: a question that is open, and the whole of it in words.
        answer, give: an answer, and the button that gives it.
        scale_from, scale, example: the full mark in the sheet, the button that scales from it, and what that would do.
        corrections: what was changed and answered so, each with its way back.
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
        self._messages: dict[tuple[str, str], str] = {}
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
        self.corrections = Corrections(on_put_back=self._put_back, on_take_back=self._take_back)
        self.body.children = [
            *(self.counts, self.findings, questions, self.grid),
            *(self.corrections.view, self.export, self._exported, self.go),
        ]

    def _build_questions(self) -> ipw.VBox:
        self.question = ipw.Dropdown(description="Question", style=LABEL, layout=WIDE)
        self.asked = ipw.HTML().add_class("gt-asked")
        self.answer = ipw.Dropdown(description="Answer", style=LABEL, layout=_SHRINKING)
        self.give = ipw.Button(description="Answer").add_class("gt-answer")
        self.scale_from = ipw.Text(
            description="or full mark in sheet", placeholder="such as 20", style=LABEL
        ).add_class("gt-scale-from")
        self.example = ipw.HTML().add_class("gt-example")
        self.scale = ipw.Button(description="Scale from it").add_class("gt-scale")
        self.question.add_class("gt-question-choice").observe(self._choose_question, "value")
        self.give.on_click(self._answer)
        self.scale.on_click(self._scale)
        self.scale_from.observe(lambda _: self._show_example(), "value")
        self._questions = ipw.VBox(
            [
                *(self.question, self.asked),
                ipw.HBox([self.answer, self.give]),
                ipw.HBox([self.scale_from, self.scale, self.example], layout=WRAP).add_class(
                    "gt-line"
                ),
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
            *(say("info", f"{each}.") for each in tell_scales(self._draft).values()),
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
        blocks = f"{count(entries['blocked'], 'entry is', 'entries are')} blocked by {_tell_blocking(counts)}."
        warned = "What has a warning is written all the same, unless its cell is emptied."
        # A warning of a whole column, such as one of which nothing is taken, speaks of no grade that is written.
        findings = self._draft.checked.findings
        of_cells = ((findings["severity"] == "warning") & (findings["line"] > 0)).any()
        parts = (blocks if entries["blocked"] else "", warned if of_cells else "")
        return say(worst, f"Found: {', '.join(told)}. ", " ".join(filter(None, parts)))

    def _show_findings(self) -> None:
        """Tell what was found, a line for each sentence, and for each kind in a column where there are many."""
        findings = choose_findings(self._draft.checked.findings, self.grid.view)
        told = [
            row
            for _, kind in findings.groupby(["code", "column"], sort=False)
            for row in _tell_kind(kind)
        ]
        told.sort(key=lambda row: _RANK[row["severity"]])
        rows = (
            (mark(row["severity"], row["code"]), row["where"], row["column"], row["message"], row["suggestion"])
            for row in told[:MOST_FINDINGS]
        )  # fmt: skip
        head = ("finding", "where", "column", "what", "to do")
        shared = f"{count(len(findings), 'finding')}, listed in {count(len(told), 'line')}: "
        shared += "what says the same, or comes often in a column, shares one."
        listed = table(head, rows, len(told))
        few = len(told) < len(findings)
        self.findings.value = join(element("div", shared, hook="gt-reason") if few else "", listed)

    def _show_questions(self) -> None:
        findings = self._draft.checked.findings
        asked = findings[(findings["severity"] == "question").to_numpy()]
        asked = asked.drop_duplicates(["code", "column"])
        options = [
            (
                ": ".join(filter(None, (row["column"], row["code"].replace("-", " ")))),
                (row["code"], row["column"]),
            )
            for row in asked.to_dict(orient="records")
        ]
        self._messages = {
            (row["code"], row["column"]): row["message"] for row in asked.to_dict(orient="records")
        }
        offer(self.question, options)
        self._tell_question()
        self.question.layout.display = None if len(options) > 1 else "none"
        self._questions.layout.display = None if options else "none"

    def _choose_question(self, change: Mapping[str, Any]) -> None:
        code = change["new"][0] if change["new"] else ""
        answers = CHECKS[code].answers if code else ()
        given = [(ANSWERS.get(answer, answer), answer) for answer in answers]
        offer(self.answer, [("choose an answer", ""), *given] if given else [])
        self._tell_question()

    def _tell_question(self) -> None:
        """Say the whole question, and offer to scale where that may answer it, from the full mark that is likely."""
        code, column = self.question.value or ("", "")
        message = self._messages.get((code, column), "")
        self.asked.value = say("question", f"{column}: " if column else "", message) if code else ""
        scales = code in SCALED_BY
        for control in (self.scale_from, self.scale, self.example):
            control.layout.display = None if scales else "none"
        if scales:
            self.scale_from.value = propose_full_mark(self._draft.checked, code, column)
            self._show_example()

    def _show_example(self) -> None:
        """Say what scaling from this full mark would do."""
        self.example.value = ""
        with suppress(ColumnsError):
            top = _read_number(self.scale_from.value)
            column = self.question.value[1]
            example = show_scale(self._draft.checked, self._draft.snapshot, column, top)
            self.example.value = (
                element("span", f"{example} then", hook="gt-reason") if example else ""
            )

    def _answer(self, _: object) -> None:
        if self.question.value and not self.answer.value:
            self.alert.value = say("error", "No answer is chosen; choose one, then press Answer.")
        elif self.question.value:
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

    def _take_back(self, code: str, column: str) -> None:
        """Let a question be asked anew."""
        with self._again():
            columns = self._draft.columns
            self._draft.columns = (
                columns.unscaled(column) if code == SCALED else columns.unanswered(code, column)
            )

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
            place = "in the notebook's folder " if path.parent == Path() else ""
            told = f"Saved {place}as {path}: {count(len(self._draft.checked.findings), 'finding')}, with line, column and what to do."
            self._exported.value = say("good", told)

    def _preview(self, _: object) -> None:
        with telling(self.alert):
            self._on_done()
            found = self._draft.checked.findings_by_severity
            errors, questions = count(found["error"], "error"), count(found["question"], "question")
            warnings = f", {count(found['warning'], 'warning')}" if found["warning"] else ""
            doubt = found["error"] + found["question"] > 0
            self.settle(f"checked: {errors}, {questions} open{warnings}", doubt=doubt)


def _tell_kind(findings: pd.DataFrame) -> Iterator[dict[str, str]]:
    """Tell the findings of one kind in one column: sentence by sentence, or the first of many, with their lines."""
    several = findings["message"].nunique() > MOST_ALIKE
    parts = [findings] if several else [part for _, part in findings.groupby("message", sort=False)]
    for part in parts:
        lines = part["line"].tolist()
        row = {
            name: str(part[name].iloc[0])
            for name in ("code", "column", "severity", "message", "suggestion")
        }
        if several:
            row["message"] = f"line {lines[0]}: {row['message']}"
        if part["suggestion"].nunique() > 1:
            row["suggestion"] = CHECKS[row["code"]].fix
        row["suggestion"] = tell_to_do(row["suggestion"])
        yield row | {"where": tell_lines(lines) if lines[0] else "sheet"}


def _tell_blocking(counts: Mapping[str, int]) -> str:
    """Name the findings that block: `the error and the question`, `the 2 errors`."""
    kinds = [(kind, counts[kind]) for kind in ("error", "question") if counts[kind]]
    return " and ".join(f"the {kind}" if n == 1 else f"the {count(n, kind)}" for kind, n in kinds)


def _read_number(text: str) -> float:
    """Read the full mark in the sheet.

    Raises:
        ColumnsError: it is no number above zero.
    """
    with suppress(ValueError):
        number = float(text.strip().replace(",", "."))
        if 0 < number < float("inf"):
            return number
    raise ColumnsError(f"{text!r} is no full mark to scale from; give a number such as 20.")
