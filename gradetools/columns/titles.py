"""Finding line items: by sourcedId, by the id in a header, by title."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from gradetools.formats.recognition import strip_mark, tidy
from gradetools.formats.words import tell_own_figure

#: What assignments are called in short.
_SHORT = {
    "hw": "homework", "qz": "quiz", "asgn": "assignment", "assn": "assignment", "asst": "assignment", "proj": "project",
    "mid": "midterm", "exm": "exam", "ch": "chapter", "ws": "worksheet", "ha": "hausaufgabe", "no": "", "nr": "",
}  # fmt: skip
#: A header that is so much like a title may be meant for it; see `difflib.get_close_matches`.
_NEARLY_SO = 0.8


@dataclass(frozen=True)
class Found:
    """The line item that a text means, or why none was chosen.

    `line_items` are those of several classes that bear one title, one in each.
    """

    line_item: str = ""
    line_items: tuple[str, ...] = ()
    title: str = ""
    reason: str = ""


class LineItemIndex:
    """The line items of a snapshot, to be found by what a sheet calls them.

    Args:
        line_items: DataFrame of `snapshot.LINE_ITEM_COLUMNS`.
        classes: class sourcedId to title, to call them by.
    """

    def __init__(self, line_items: pd.DataFrame, classes: Mapping[str, str] | None = None) -> None:
        known = zip(line_items["sourced_id"], line_items["class_id"], strict=True)
        self._class = {str(sourced_id): str(class_id) for sourced_id, class_id in known}
        self._called = classes or {}
        pairs = zip(line_items["sourced_id"], line_items["title"], strict=True)
        self.titles: dict[str, str] = {str(sourced_id): str(title) for sourced_id, title in pairs}
        self._maxima = set(line_items["result_value_max"].dropna())
        self._by_title: defaultdict[str, list[str]] = defaultdict(list)
        for sourced_id, title in self.titles.items():
            self._by_title[_fold(title)].append(sourced_id)

    def find(self, *names: str, header_id: str = "") -> Found:
        """Find the one line item that a column means; nothing doubtful is chosen.

        Args:
            names: what the sheet calls it, the likeliest first.
            header_id: the id that an export wrote into the header.
        """
        for text in filter(None, (*names, header_id)):
            if text in self.titles:
                return Found(text, (), self.titles[text], f"the line item with the id {text!r}")
        for name in filter(None, map(tidy, names)):
            matches = self._by_title.get(_fold(name), [])
            if matches:
                return self._choose(name, matches)
        return Found(reason=self._did_you_mean(next(filter(None, names), "")))

    def _choose(self, name: str, matches: list[str]) -> Found:
        title, classes = self.titles[matches[0]], [self._class[each] for each in matches]
        if len(matches) == 1:
            return Found(matches[0], (), title, f"the line item called {name!r}")
        if len(set(classes)) == len(matches):
            called = ", ".join(self._called.get(class_id, class_id) for class_id in classes)
            reason = f"the line item called {name!r} of the class that the student is in ({called})"
            return Found("", tuple(matches), title, reason)
        ids = ", ".join(matches)
        return Found(reason=f"{len(matches)} line items are called {name!r} ({ids}): choose one")

    def near(self, name: str) -> list[str]:
        """Give the titles that resemble a name, nearest first; one that several line items share is named by their ids.

        Where one is the same but for a full mark behind it, signs, zeros before numbers and common short forms, it is given alone.
        """
        ways = {_spell_out(name), _spell_out(strip_mark(name))}
        spelled = [title for title in self._by_title if _spell_out(title) in ways]
        if len(spelled) == 1 and len(self._by_title[spelled[0]]) == 1:
            return [self.titles[self._by_title[spelled[0]][0]]]
        folded = difflib.get_close_matches(_fold(name), list(self._by_title), n=3, cutoff=0.6)
        same = self._by_title.get(_fold(name), [])
        return (
            same if len(same) > 1 else [self.titles[self._by_title[title][0]] for title in folded]
        )

    def resembles(self, name: str) -> bool:
        """Say whether a total, an average or the like may be a line item's: one is called nearly so, or it is named in it."""
        folded = _fold(name)
        if difflib.get_close_matches(folded, list(self._by_title), n=1, cutoff=_NEARLY_SO):
            return True
        kind = tell_own_figure(name)
        if any(tell_own_figure(title) == kind for title in self._by_title):
            return True
        rest = " ".join(re.findall(r"[^\W_]+", folded.replace("%", " percent "))[:-1])
        begin = [title for title in self._by_title if rest and title.startswith(rest)]
        # A percentage is one item's where it might be; a total is one of many where many are called so.
        return bool(begin) and (kind == "a percentage" or len(begin) == 1)

    def has_maximum(self, text: str) -> bool:
        """Say whether some line item goes up to what a sheet states as a maximum."""
        try:
            return float(text) in self._maxima
        except ValueError:
            return False

    def _did_you_mean(self, name: str) -> str:
        if not name:
            return "the column has no name: choose its line item"
        near = " or ".join(repr(title) for title in self.near(name))
        return f"no line item is called {name!r}" + (f"; did you mean {near}?" if near else "")


def _spell_out(title: str) -> str:
    """Write a title without signs and blanks, without zeros before numbers, and without short forms: `HW #03` as `homework3`."""
    parts = re.findall(r"[0-9]+|[^\W\d_]+", title.casefold())
    return "".join(
        part.lstrip("0") or part if part.isdecimal() else _SHORT.get(part, part) for part in parts
    )


def _fold(title: str) -> str:
    return tidy(title).casefold()
