"""A plan as a value: look at it, count it, save it, refuse it, before anything happens."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, get_args

import pandas as pd

from gradetools.dialects import parse
from gradetools.errors import PlanError, UnsafePlanError
from gradetools.plan.dispute import KEPT_THEIRS, OVER, OnConflict
from gradetools.plan.doubt import find_needless_scores
from gradetools.plan.harm import list_losses, list_replaced
from gradetools.plan.merge import STATUS_STAYS, call_stays, is_graded
from gradetools.sheet import ColumnKey, Sheet
from gradetools.showing import MOST_ROWS, Showing, Shown, find_first
from gradetools.snapshot import Environment
from gradetools.telling import call_undone, tell_change, tell_entries

ACTIONS = ("create", "update", "unchanged", "skip", "blocked", "conflict")
WRITES = frozenset({"create", "update"})

# What a plan shows of itself first.
_LOOKED_AT = ("update", "conflict", "blocked", "create", "unchanged", "skip")

#: The columns of `Plan.changes`, whose index is the entry's number. `before` and `after` are records
#: as compact JSON text, None where there is none; `reason` is a lasting code, `message` a sentence. `wiped` names the fields
#: that the grade would lose beside its score, `replaced` the texts that another replaces, each joined by commas.
CHANGE_COLUMNS = (
    "line", "column", "occurrence", "student", "student_name", "line_item", "line_item_title", "class_id",
    "action", "reason", "message", "sourced_id", "before", "after", "lowered", "cleared", "wiped", "replaced",
)  # fmt: skip
#: What the fingerprint covers of each change: all that decides what is sent, and nothing that is only told.
#: `lowered` and `cleared` decide whether it is refused as unsafe, as does `wiped`, which counts where anything stands in it.
_BINDING = (
    "line_item", "student", "class_id", "action", "sourced_id", "before", "after", "lowered", "cleared",
)  # fmt: skip
_FORMAT = "gradetools/plan/1"
#: So many rows are written at once.
_CHUNK = 10_000


@dataclass(frozen=True, eq=False, repr=False)
class Plan(Shown):
    """One change per entry, frozen: a push writes this and nothing else.

    Attributes:
        environment: the only place where it may be pushed.
        dialect: the form its records have.
        changes: DataFrame of CHANGE_COLUMNS, one row per entry.
        on_conflict: what to do with what somebody changes between plan and push.
        undo_of: the push that this plan takes back; empty for others.
        sheet: the sheet it came from, so that receipts can keep its shape; None for others.
    """

    environment: Environment
    dialect: str
    changes: pd.DataFrame
    on_conflict: OnConflict = "stop"
    undo_of: str = ""
    sheet: Sheet | None = field(default=None, repr=False)

    @property
    def counts(self) -> Mapping[str, int]:
        """Action to number of entries, every action named."""
        counts = self.changes["action"].value_counts()
        return {action: int(counts.get(action, 0)) for action in ACTIONS}

    def tell_counts(self) -> str:
        """Say how many entries it has of each action, and why some are skipped; of an undo, what it removes and restores."""
        reasons = self.changes["reason"][(self.changes["action"] == "skip").to_numpy()]
        counts = dict(self.counts)
        if self.undo_of:
            removed = int((self.words == "remove").sum())
            others = {action: n for action, n in counts.items() if action not in WRITES}
            counts = {"to remove": removed, "to restore": self.writes - removed, **others}
        return tell_entries(counts, reasons)

    @cached_property
    def words(self) -> pd.Series:
        """The action of each entry as an analyst would call it: what an undo writes is to `remove` or to `restore`."""
        actions = self.changes["action"].astype(object)
        if not self.undo_of:
            return actions
        called = ("remove", "restore")
        return call_undone(actions, self.changes["after"], written=WRITES, called=called)

    @property
    def verb(self) -> str:
        """What a push of it does to grades: `write`, `take back`, or `restore` where an undo removes none."""
        if not self.undo_of:
            return "write"
        return "take back" if (self.words == "remove").any() else "restore"

    def tell_harm(self) -> str:
        """Say what grades that are there would lose: `1 grade lowered, 2 comments removed`; "" where they lose nothing.

        Of an undo, only what it restores is looked at: to take away what was created is what it is for.
        """
        changes = self.changes[self._losses.to_numpy()]
        told = list_losses(changes)
        reasons = Counter(self.changes["reason"][self._overwrites.to_numpy()])
        for reason, over in reasons.items():
            told += [f"{over:,} change{'' if over == 1 else 's'} {OVER[reason]} overwritten"]
        return ", ".join(told)

    def tell_replaced(self) -> str:
        """Say what would give way to something else: `2 comments replaced, 1 exemption lifted`; "" for nothing."""
        names = self.changes["replaced"][self.changes["action"].isin(WRITES)]
        return ", ".join(list_replaced(names))

    def tell_stays(self) -> str:
        """Say how many grades are marked as if they had no score, as what, and stay so, for theirs is there already; "" for none."""
        records = self.changes["after"][(self.changes["reason"] == STATUS_STAYS).to_numpy()]
        number = len(records)
        if not number:
            return ""
        told = "1 grade has" if number == 1 else f"{number:,} grades have"
        stays = "its score already and stays" if number == 1 else "their scores already and stay"
        return f"{told} {stays} {call_stays([parse(each) or {} for each in records])}"

    @property
    def harms(self) -> pd.Series:
        """Whether each entry would be written and lower a grade, remove it or something of it, or go over somebody's change."""
        return self._losses | self._overwrites

    @property
    def kept(self) -> pd.Series:
        """Whether each entry is left out because it was decided that somebody else's change stays."""
        return self.changes["reason"] == KEPT_THEIRS

    @property
    def disputed(self) -> pd.Series:
        """Whether each entry is of a grade that somebody else changed, be it decided already or not."""
        return (self.changes["action"] == "conflict") | self.kept | self._overwrites

    @property
    def warned(self) -> pd.Series:
        """Whether each entry would be written although something is to be minded of it, other than somebody's change."""
        changes = self.changes
        told = (changes["message"] != "") & ~changes["reason"].isin(list(OVER))
        return (told & changes["action"].isin(WRITES)) | self.doubtful

    @cached_property
    def doubtful(self) -> pd.Series:
        """Whether each entry would be written with a score, or text score, beside a score status that expects none."""
        written = self.changes["after"].where(self.changes["action"].isin(WRITES), None)
        return find_needless_scores(written)

    @property
    def _losses(self) -> pd.Series:
        changes = self.changes
        harms = changes["lowered"] | changes["cleared"] | (changes["wiped"] != "")
        return harms & self.words.isin({*WRITES, "restore"})

    @property
    def _overwrites(self) -> pd.Series:
        return self.changes["reason"].isin(list(OVER)) & self.changes["action"].isin(WRITES)

    @property
    def writes(self) -> int:
        """How many results a push would write."""
        return self.counts["create"] + self.counts["update"]

    @property
    def fingerprint(self) -> str:
        """A digest of all that decides what is sent; two plans with the same one write the same."""
        digest = hashlib.sha256()
        head = [
            self.environment.name,
            self.environment.base_url,
            self.dialect,
            self.on_conflict,
            self.undo_of,
        ]
        digest.update(json.dumps(head).encode())
        names = [*_BINDING, *(["wiped"] if (self.changes["wiped"] != "").any() else [])]
        for rows in _chunks(self.changes):
            columns = [rows.index.tolist(), *(rows[name].tolist() for name in names)]
            digest.update(json.dumps(columns).encode())
        return digest.hexdigest()[:32]

    def _show(self) -> Showing:
        changes = self.changes
        # A digest of a million entries takes seconds, which nobody wants to wait for to see a few.
        name = f" {self.fingerprint[:8]}" if len(changes) <= _CHUNK else ""
        first = changes.iloc[find_first(changes["action"].tolist(), _LOOKED_AT, MOST_ROWS)]
        first = first.assign(action=self.words[first.index])
        rows = [
            (row["line"] or "", row["student_name"] or row["student"], row["line_item_title"] or row["line_item"],
             row["action"], tell_change(parse(row["before"]), parse(row["after"])), row["message"] or row["reason"])
            for row in first.to_dict(orient="records")
        ]  # fmt: skip
        undo = [("takes back push", self.undo_of)] if self.undo_of else []
        warned = int(self.warned.sum()) if name else 0
        minded = f"; {warned:,} with a warning" if warned else ""
        return Showing(
            f"<Plan{name} for {self.environment.name}: {self.tell_counts()}{minded}>",
            [*undo, ("warning", self.tell_harm())],
            ("line", "student", "line item", "action", "old → new", "why"),
            rows,
            len(changes),
            "entries",
        )

    @property
    def harmed(self) -> int:
        """How many grades would be lowered, cleared, or lose their comment or another field."""
        updates = self._updates
        return int((updates["lowered"] | updates["cleared"] | (updates["wiped"] != "")).sum())

    @property
    def _updates(self) -> pd.DataFrame:
        return self.changes[self.changes["action"] == "update"]

    def raise_if_unsafe(self, *, max_lowered_or_cleared: float = 0.3, at_least: int = 10) -> None:
        """Refuse a plan that lowers, clears or empties a large share of the grades it touches; undo is exempt.

        A grade that loses its comment, or another field, counts as one that loses its score.

        Args:
            max_lowered_or_cleared: the share, 0 to 1, that is still allowed.
            at_least: how many existing grades must be touched before the share says anything.

        Raises:
            UnsafePlanError: it does.
        """
        told = self.tell_unsafe(max_lowered_or_cleared=max_lowered_or_cleared, at_least=at_least)
        if told:
            named = "allow it by name (--allow-unsafe, allow_unsafe=True) if it is"
            raise UnsafePlanError(f"{told}; look whether the sheet is the right one, and {named}.")

    def tell_unsafe(self, *, max_lowered_or_cleared: float = 0.3, at_least: int = 10) -> str:
        """Say how many grades it harms, of how many, where `raise_if_unsafe` would refuse it; "" where it would not."""
        if self.undo_of:
            return ""
        updates, harmed = self._updates, self.harmed
        wipes = updates["wiped"] != ""
        pairs = zip(wipes.tolist(), updates["before"].tolist(), strict=True)
        touched = sum(1 for wiped, text in pairs if wiped or is_graded(parse(text)))
        if touched < at_least or harmed <= max_lowered_or_cleared * touched:
            return ""
        more = ", or takes the comment or another field from," if wipes.any() else ""
        others = len(updates) - touched
        beside = f" (and updates {others} that had no score)" if others else ""
        return (
            f"This plan lowers or clears{more} {harmed} of the {touched} grades it changes{beside}"
        )

    def parts(self) -> Iterator[Plan]:
        """Split it by line item; each part is a plan that can be pushed and undone alone.

        Its sheet keeps the cells of that line item's columns alone, so that its receipt tells of no other.
        """
        columns = self.changes[["column", "occurrence"]].drop_duplicates()
        for _, changes in self.changes.groupby("line_item", sort=False):
            sheet = self.sheet
            if sheet is not None:
                own = set(zip(changes["column"], changes["occurrence"], strict=True))
                others = set(zip(columns["column"], columns["occurrence"], strict=True)) - own
                places = [sheet.position(ColumnKey(*key)) for key in others]
                places += [place for each in places for place in sheet.description.beside(each)]
                sheet = sheet.without_texts(sheet.header[place] for place in places)
            yield replace(self, changes=changes, sheet=sheet)

    def to_json(self) -> str:
        """Write the whole plan as JSON text, its fingerprint included."""
        return "".join(self.iter_json())

    def iter_json(self, *, fingerprint: str | None = None) -> Iterator[str]:
        """Write the whole plan as JSON text, in pieces, so that a large plan is never there twice.

        Args:
            fingerprint: the plan's own, where it was just worked out.
        """
        head = {
            "format": _FORMAT,
            "fingerprint": fingerprint or self.fingerprint,
            "environment": {
                "name": self.environment.name,
                "base_url": self.environment.base_url,
            },
            "dialect": self.dialect,
            "on_conflict": self.on_conflict,
            "undo_of": self.undo_of,
        }
        yield _json(head)[:-1] + ',"entries":['
        yield from _list_json(rows.index.tolist() for rows in _chunks(self.changes))
        yield '],"changes":{'
        for number, name in enumerate(CHANGE_COLUMNS):
            yield f'{"," if number else ""}"{name}":['
            yield from _list_json(rows[name].tolist() for rows in _chunks(self.changes))
            yield "]"
        sheet = _json(self.sheet.to_dict()) if self.sheet is not None else "null"
        yield f'}},"sheet":{sheet}}}'

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Read a plan back, and prove that it is the one that was written.

        Raises:
            PlanError: it is no plan, or it was changed since.
        """
        try:
            data = json.loads(text)
            if data["format"] != _FORMAT:
                raise PlanError(
                    "This plan is of another version of gradetools; make it again from the sheet."
                )
            plan = cls(
                environment=Environment(**data["environment"]),
                dialect=data["dialect"],
                changes=make_changes(data["changes"], data["entries"]),
                on_conflict=data["on_conflict"],
                undo_of=data["undo_of"],
                sheet=Sheet.from_dict(data["sheet"]) if data["sheet"] else None,
            )
            unchanged = plan.fingerprint == data["fingerprint"] and _is_whole(plan)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            if isinstance(error, PlanError):
                raise
            raise PlanError(
                "This file is no plan, or a part of it is missing; make it again."
            ) from None
        if not unchanged:
            raise PlanError(
                "This plan was changed after it was made; make it again from the sheet."
            )
        return plan


def _chunks(changes: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Give the rows in pieces that are small beside a large table and large beside the work of making them."""
    for start in range(0, len(changes), _CHUNK):
        yield changes.iloc[start : start + _CHUNK]


def _list_json(parts: Iterable[list[object]]) -> Iterator[str]:
    """Write the inside of one JSON list from several lists, none of them empty."""
    for number, part in enumerate(parts):
        yield ("," if number else "") + _json(part)[1:-1]


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Half a character, which no file can hold, stays escaped.
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def _is_whole(plan: Plan) -> bool:
    """Whether every change is one that a push understands; a fingerprint alone proves only that nothing changed."""
    changes = plan.changes
    writes = changes[changes["action"].isin(WRITES)]
    ids = [(parse(text) or {}).get("sourcedId") for text in writes["after"]]
    befores = [parse(text) for text in changes["before"]]
    return (
        plan.on_conflict in get_args(OnConflict)
        and changes.index.is_unique
        and bool(changes["action"].isin(ACTIONS).all())
        and ids == writes["sourced_id"].tolist()
        and all(isinstance(before, dict) or before is None for before in befores)
    )


def make_changes(columns: Mapping[str, Any], entries: list[int]) -> pd.DataFrame:
    """Build the table of changes from one list per column of CHANGE_COLUMNS, with the dtypes it always has."""
    index = pd.Index(entries, name="entry", dtype="int64")
    none = [""] * len(entries)  # plans of before these columns have none of what is in them
    told = {**dict.fromkeys(("wiped", "replaced"), none), **columns}
    changes = pd.DataFrame(
        {name: list(told[name]) for name in CHANGE_COLUMNS}, index=index, dtype=object
    )
    return changes.astype(
        {"line": "int64", "occurrence": "int64", "lowered": bool, "cleared": bool}
    )
