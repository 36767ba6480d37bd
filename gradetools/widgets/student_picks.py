"""Whom the sheet's ids mean: how many students were found, and somebody to pick for the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import ipywidgets as ipw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gradetools.columns import (
    NAMELESS,
    StudentIndex,
    find_elsewhere,
    find_spoiled_ids,
    only_zeros,
    students_matched,
)
from gradetools.columns.guesses import tell_found
from gradetools.widgets.draft import Draft
from gradetools.widgets.fold import Fold
from gradetools.widgets.look import WIDE, count, element, say

#: So many unmatched students are shown, each with somebody to pick; who has more has the wrong key.
MOST_UNMATCHED = 20


class StudentPicks:
    """How many students were found, and whom to pick for the others.

    Attributes:
        found: how many, in words, and what to do about the others.
        zeros: takes ids that lost the zeros at their front for those of the students who have them.
        unmatched: text of the student column to the student to pick for it.
        taken: the same for ids that were taken with their zeros, out of sight: somebody else can be picked for each.
        view: the widget.
    """

    def __init__(
        self,
        draft: Draft,
        *,
        changing: Callable[[], AbstractContextManager[None]],
        on_matched: Callable[[pd.DataFrame], None],
    ) -> None:
        self._draft, self._changing, self._on_matched = draft, changing, on_matched
        self.found = ipw.HTML().add_class("gt-found")
        self.zeros = ipw.Button(
            icon="check", layout={"width": "max-content"}, button_style="primary"
        )
        self.zeros.add_class("gt-zeros").on_click(lambda _: self._take_zeros())
        self.unmatched: dict[str, ipw.Dropdown] = {}
        self.taken: dict[str, ipw.Dropdown] = {}
        self._fold = Fold("Ids that were taken at once")
        self._picks = ipw.VBox()
        self.view = ipw.VBox([self.found, self.zeros, self._picks])
        self._known = self._open = 0
        self._without_zeros: dict[str, tuple[str, str]] = {}

    def show(self) -> None:
        """Say how many students of the sheet were found, and offer somebody for the others."""
        matched, elsewhere = self.tell()
        open_ones = matched["how"].isin(["", "ambiguous", "chosen"]) & (matched["text"] != "")
        # Who is of a class that was not chosen is nobody of this one.
        open_ones &= ~matched["text"].isin(list(elsewhere))
        # Who lost zeros is taken with them by one press, and can be picked otherwise after it.
        open_ones &= ~matched["text"].isin(list(self._without_zeros))
        missing = matched[open_ones.to_numpy()].drop_duplicates("text")
        by_press = self._find_taken(missing)
        taken, others = missing[by_press], missing[~by_press]
        self.unmatched = self._offer(others.head(MOST_UNMATCHED))
        self.taken = self._offer(taken.head(MOST_UNMATCHED))
        self._fold.hold(ipw.VBox([*self.taken.values(), *_tell_more(taken)]))
        self._fold.tell(f"{len(taken):,}, each of which can be given to somebody else")
        folded = [self._fold.view] if len(taken) else []
        self._picks.children = [*self.unmatched.values(), *_tell_more(others), *folded]

    def _find_taken(self, missing: pd.DataFrame) -> NDArray[np.bool_]:
        """Say of each whether it is an id that was taken with its zeros, as a press does with many."""
        chosen = missing.loc[missing["how"] == "chosen", "text"].astype(str)
        if chosen.empty:
            return np.zeros(len(missing), dtype=bool)
        index = StudentIndex(self._draft.snapshot.students, "")
        zeros = find_spoiled_ids(chosen, index)
        students = [zeros.get(text, ("",))[0] for text in missing["text"].astype(str)]
        same = (missing["sourced_id"].astype(str) == students) & (missing["how"] == "chosen")
        taken: NDArray[np.bool_] = same.to_numpy(dtype=bool)
        # One alone was picked as any other.
        return taken if taken.sum() > 1 else np.zeros_like(taken)

    def _offer(self, missing: pd.DataFrame) -> dict[str, ipw.Dropdown]:
        people = self._people()
        names = [self._draft.sheet.column(each.column) for each in self._draft.columns.of("name")]
        return {
            row["text"]: self._offer_student(
                row, people, " ".join(texts[row["line"]] for texts in names).strip()
            )
            for row in missing.to_dict(orient="records")
        }

    def tell(self) -> tuple[pd.DataFrame, Mapping[str, str]]:
        """Say how many students were found, and what to do about the others.

        Returns:
            `students_matched`; and of who was not found the text, and the class that was not chosen, as the row calls it.
        """
        sheet, columns, snapshot = self._draft.sheet, self._draft.columns, self._draft.snapshot
        matched = students_matched(sheet, columns, snapshot)
        nobody = matched[((matched["sourced_id"] == "") & (matched["text"] != "")).to_numpy()]
        texts = nobody["text"].astype(str).tolist()
        said = find_elsewhere(sheet, columns, snapshot)[nobody["line"].tolist()].tolist()
        elsewhere = {text: where for text, where in zip(texts, said, strict=True) if where}
        key = columns.student_column
        others = [text for text in dict.fromkeys(texts) if text not in elsewhere]
        # By any of their ids: where no zero is left, nothing tells which of these the column holds.
        index = StudentIndex(snapshot.students, "")
        zeros = find_spoiled_ids(others, index)
        # One alone is picked as any other; a spreadsheet program spoils a whole column.
        self._without_zeros = zeros if len(zeros) > 1 else {}
        told, self._known, self._open = tell_found(matched, self._without_zeros, elsewhere)
        if key is None:
            told = f"Choose above, in “Whose grades”, the column of the students' ids. {NAMELESS}"
        all_found = bool((matched["sourced_id"] != "").all())
        self.found.value = say("good" if all_found else "warning", told)
        number = len(self._without_zeros)
        how = "with the zeros" if only_zeros(self._without_zeros) else "as they are meant"
        self.zeros.description = f"Take {count(number, 'id')} {how}"
        self.zeros.layout.display = None if number else "none"
        self._on_matched(matched)
        return matched, elsewhere

    def list_questions(self) -> list[str]:
        """List what is to be said about the students before the check."""
        number, zeros = self._open, len(self._without_zeros)
        how = "with their zeros" if only_zeros(self._without_zeros) else "as they are meant"
        told = [f"take the ids {how}"] if zeros else []
        if number > self._known + zeros:
            told.append("look whether it is the right class and the right column of ids")
        elif number:
            are = "is" if number == 1 else "are"
            told.append(f"choose who {count(number, 'student')} {are}, or leave “nobody”")
        return told

    def _people(self) -> list[tuple[str, str]]:
        students = self._draft.snapshot.students.drop_duplicates("sourced_id")
        columns = (students[name] for name in ("given_name", "family_name", "sourced_id"))
        people = zip(*columns, strict=True)
        return sorted((f"{given} {family} ({key})", key) for given, family, key in people)

    def _offer_student(
        self, row: Mapping[Any, Any], people: list[tuple[str, str]], name: str
    ) -> ipw.Dropdown:
        near = [(f"{name}, comes near", key) for name, key in people if key in row["candidates"]]
        far = [person for person in people if person[1] not in row["candidates"]]
        pick = ipw.Dropdown(
            options=[("nobody: its rows are not written", ""), *near, *far],
            value=row["sourced_id"],
            description=f"line {row['line']}: {row['text']}{f', {name}' if name else ''}",
            style={"description_width": "initial"},
            layout=WIDE,
        ).add_class("gt-pick-student")

        def match(change: Mapping[str, Any]) -> None:
            with self._changing():
                self._draft.columns = self._draft.columns.match_student(row["text"], change["new"])
                self.tell()

        pick.observe(match, "value")
        return pick

    def _take_zeros(self) -> None:
        """Take each id for that of the student who has it with zeros at the front; each can still be picked otherwise."""
        with self._changing():
            for text, (student, _) in self._without_zeros.items():
                self._draft.columns = self._draft.columns.match_student(text, student)
            self.show()


def _tell_more(missing: pd.DataFrame) -> list[ipw.HTML]:
    """Say how many there are of whom none is shown."""
    left = len(missing) - MOST_UNMATCHED
    told = f"… and {left:,} more; another column may fit better."
    return [ipw.HTML(element("div", told))] if left > 0 else []
