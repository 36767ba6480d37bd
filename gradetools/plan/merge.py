"""One record from what is there and what is wanted: nothing else of it is lost.

A PUT replaces the whole record, so the existing one is carried over and only wanted fields change,
with what follows from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradetools.dialects import (
    FIELDS,
    FLAGS,
    Record,
    canonical,
    compact,
    differences,
    dropped_fields,
    not_representable,
    shape,
)
from gradetools.telling import call_field, tell_needless_score

#: What a new score lifts: a graded result is neither missing nor unfinished.
_LIFTED = ("missing", "incomplete", "inProgress")
#: The reason of a grade whose score is there already, and that is marked as if there were none.
STATUS_STAYS = "status-stays"
#: What is no loss by itself: whose it is and in which state, and a score, whose going is told as `cleared`.
_NO_LOSS = frozenset(("sourcedId", "status", "dateLastModified", "scoreStatus", "score", *FLAGS))


@dataclass(frozen=True)
class Change:
    """What happens to one result.

    `before` and `after` are records, None where there is none.
    """

    action: str
    sourced_id: str = ""
    before: Record | None = None
    after: Record | None = None
    reason: str = ""
    message: str = ""

    def to_columns(self) -> dict[str, object]:
        """Give the plan's columns that a change decides."""
        old, new = _score(self.before), _score(self.after)
        before = compact(self.before) if self.before is not None else None
        # What is left alone is one text, not two.
        same = self.after is self.before
        after = before if same else compact(self.after) if self.after is not None else None
        cleared = not same and is_graded(self.before) and not is_graded(self.after)
        wiped, replaced = ("", "") if same else _losses(self.before, self.after, cleared=cleared)
        return {
            "action": self.action,
            "reason": self.reason,
            "message": self.message,
            "sourced_id": self.sourced_id,
            "before": before,
            "after": after,
            "lowered": old is not None and new is not None and new < old,
            "cleared": cleared,
            "wiped": wiped,
            "replaced": replaced,
        }


def make_identity(sourced_id: str, line_item: str, student: str, class_id: str) -> Record:
    """Make the part of a new record that says whose grade for what it is."""
    identity: Record = {"sourcedId": sourced_id, "status": "active"}
    identity |= {"lineItem": {"sourcedId": line_item}, "student": {"sourcedId": student}}
    return identity | ({"class": {"sourcedId": class_id}} if class_id else {})


def merge(before: Mapping[str, Any] | None, wanted: Mapping[str, Any], *, date: str) -> Record:
    """Carry a record over and change what is wanted, with what follows from it.

    A changed score sets `fully graded` and lifts `missing`, `incomplete` and `inProgress` unless
    those are wanted otherwise; a removed one that leaves no grade, `not submitted`. A new result takes
    `date` as its score date.

    Args:
        before: the existing record; None for a new one.
        wanted: field to value; None removes the field.
        date: ISO 8601, for a result that has no score date yet.
    """
    after = {
        name: value
        for name, value in {**(before or {}), **wanted}.items()
        if value is not None or not (name in FIELDS or name in wanted)
    }
    changed = set(differences(before, after))
    if any(name in changed and name in after for name in ("score", "textScore")):
        if "scoreStatus" not in wanted:
            after["scoreStatus"] = "fully graded"
        after.update(
            {flag: "false" for flag in _LIFTED if flag not in wanted and _is_set(after.get(flag))}
        )
    cleared = any(name in changed and name in wanted for name in ("score", "textScore"))
    if cleared and "scoreStatus" not in wanted and not is_graded(after):
        after["scoreStatus"] = "not submitted"
    after.setdefault("status", "active")
    after.setdefault("scoreDate", date)
    after.setdefault("scoreStatus", "fully graded" if is_graded(after) else "not submitted")
    return after


def decide(
    before: Record | None, identity: Record, wanted: Mapping[str, Any], *, dialect: str, date: str
) -> Change:
    """Decide what a PUT of the wanted fields would do: create, update, unchanged, or blocked.

    Fields that only follow from others never make an update by themselves. A `before` that is
    `tobedeleted` counts as no grade: the id is used again with a fresh record.

    Args:
        before: what the gradebook holds under the id; None where it holds nothing.
        identity: the fields of a new record that say whose grade for what it is, `sourcedId` among them.
        wanted: field to value; None removes the field.
        dialect: "timeback" or "oneroster".
        date: ISO 8601, for a result that has no score date yet.
    """
    sourced_id = str(identity["sourcedId"])
    living = before if is_active(before) else None
    if living is None and _only_clears(wanted):
        return Change(
            "unchanged", sourced_id, before, None, "nothing-to-clear", "There is no grade to clear."
        )
    if living is not None and _says_all(living, wanted):
        return _leave(sourced_id, living, living, wanted)
    merged = merge(living or identity, wanted, date=date)
    old, new = canonical(living), canonical(merged)
    if living is not None and all(old.get(name) == new.get(name) for name in wanted):
        return _leave(sourced_id, before, living, wanted)
    action = "create" if living is None else "update"
    return to_write(action, sourced_id, before, merged, dialect=dialect)


def to_write(
    action: str, sourced_id: str, before: Record | None, record: Record, *, dialect: str
) -> Change:
    """Give the change that writes a record in the dialect's form, or the one that says why it cannot."""
    wrong = not_representable(record, dialect)
    if wrong:
        told = f"The gradebook's form cannot carry this result's {', '.join(wrong)}; correct it there first."
        return Change("blocked", sourced_id, before, None, "not-representable", told)
    lost = dropped_fields(record, dialect)
    told = f"The gradebook's form forbids {', '.join(lost)}: these fields would go." if lost else ""
    return Change(action, sourced_id, before, shape(record, dialect), "", told)


def is_active(record: Mapping[str, Any] | None) -> bool:
    """Whether there is a record and it is not soft-deleted."""
    return record is not None and record.get("status", "active") == "active"


def is_graded(record: Mapping[str, Any] | None) -> bool:
    """Whether there is an active record with a score or a text score."""
    if record is None or not is_active(record):
        return False
    return record.get("score") is not None or record.get("textScore") is not None


def _leave(
    sourced_id: str, before: Record | None, living: Record, wanted: Mapping[str, Any]
) -> Change:
    """Give the change of a grade that is as it is wanted, with what the gradebook goes on saying beside a score that is there."""
    scored = any(wanted.get(name) is not None for name in ("score", "textScore"))
    stays = []
    if scored and "scoreStatus" not in wanted and tell_needless_score(living):
        stays.append(f"the score status stays {living['scoreStatus']}")
    if scored:
        flags = [flag for flag in _LIFTED if flag not in wanted and _is_set(living.get(flag))]
        stays += [f"{call_field(flag)} stays true" for flag in flags]
    if not stays:
        return Change("unchanged", sourced_id, before, living)
    told = f"The score is there already; {', and '.join(stays)}."
    return Change("unchanged", sourced_id, before, living, STATUS_STAYS, told)


def call_stays(records: Sequence[Mapping[str, Any]]) -> str:
    """Name what marks grades as if they had no score, although they have one: `exempt`, or of one `not submitted and missing`."""
    called = dict.fromkeys(word for record in records for word in _name_stays(record))
    *first, last = called
    return f"{', '.join(first)} {'and' if len(records) == 1 else 'or'} {last}" if first else last


def _name_stays(record: Mapping[str, Any]) -> list[str]:
    status = [str(record["scoreStatus"])] if tell_needless_score(record) else []
    return status + [call_field(flag) for flag in _LIFTED if _is_set(record.get(flag))]


def _losses(before: Record | None, after: Record | None, *, cleared: bool) -> tuple[str, str]:
    """Name the fields that a living record loses beside its score, and what of it is replaced: a comment, an exemption."""
    if before is None or after is None or not (is_active(before) and is_active(after)):
        return "", ""
    wiped = [
        name
        for name, value in before.items()
        if value
        and not after.get(name)
        and name not in _NO_LOSS
        and not (cleared and name == "textScore")
    ]
    # A score that only a text score is left of, or put in the place of.
    if not cleared and _score(before) is not None and _score(after) is None:
        wiped.insert(0, "score")
    old, new = before.get("comment"), after.get("comment")
    replaced = ["comment"] if old and new and old != new else []
    # Somebody took care to excuse the student.
    if before.get("scoreStatus") == "exempt" != after.get("scoreStatus"):
        replaced.append("scoreStatus")
    return ",".join(wiped), ",".join(replaced)


def _only_clears(wanted: Mapping[str, Any]) -> bool:
    says = any(wanted.get(name) is not None for name in ("score", "textScore", "comment"))
    flagged = any(_is_set(wanted.get(flag)) for flag in FLAGS)
    return None in wanted.values() and not says and not flagged


def _says_all(record: Record, wanted: Mapping[str, Any]) -> bool:
    """Whether a record has what is wanted to the letter, which is quicker to see than what it means."""
    return all(
        type(value) in (str, int, float)
        and type(held := record.get(name)) in (str, int, float)
        and held == value
        for name, value in wanted.items()
    )


def _is_set(flag: object) -> bool:
    # Some servers keep the standard's strings as the booleans that they stand for.
    return flag in ("true", True)


def _score(record: Mapping[str, Any] | None) -> float | None:
    score = record.get("score") if record is not None and is_active(record) else None
    return score if isinstance(score, (int, float)) and not isinstance(score, bool) else None
