"""Practise on the real file without touching a real gradebook: a sandbox seeded from the sheet itself.

One SQLite file per content of the sheet, in the data folder: seeded once with the sheet's own
students and line items and no results, and opened again by later commands. Its name is its
identity, whatever port it gets.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gradetools.checks import check_entries
from gradetools.checks.values import read_maximum
from gradetools.columns import Columns, suggest_columns
from gradetools.embedded import start_sandbox
from gradetools.errors import JournalError, PlanError
from gradetools.formats.recognition import ColumnDescription
from gradetools.gradebook import Gradebook, connect, connect_embedded
from gradetools.journal import open_journal
from gradetools.plan import make_plan
from gradetools.push import Progress, push_plan
from gradetools.receipt import Receipt
from gradetools.settings import load_settings
from gradetools.sheet import ColumnKey, Sheet, read_sheet
from gradetools.snapshot import Environment

CLASS_ID = "rehearsal"
_PREFIX = "rehearsal-"
_DATE = "2026-09-01T00:00:00.000Z"
_CLASS, _SCHOOL = {"sourcedId": CLASS_ID}, {"sourcedId": "school"}


def rehearse(
    sheet: Sheet | str | Path,
    *,
    columns: Columns | None = None,
    data_dir: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Receipt:
    """Run the whole job on a sandbox seeded from the sheet: read, match, check, plan, push, journal.

    The second run finds everything as the first one left it. Nothing leaves this machine.

    Args:
        sheet: a sheet, or the path of its file.
        columns: which column means what; by default as suggested.
        data_dir: where the sandbox and its journal are kept; by default the data folder.
        progress: as in `push_plan`.

    Returns:
        The receipt of the push.

    Raises:
        SheetError: the file is no grade sheet.
        MissingExtraError: the sandbox's packages are not installed.
    """
    sheet = sheet if isinstance(sheet, Sheet) else read_sheet(sheet)
    with open_rehearsal(sheet, columns=columns, data_dir=data_dir) as gradebook:
        snapshot = gradebook.take_snapshot([CLASS_ID])
        checked = check_entries(sheet, columns or suggest_columns(sheet, snapshot), snapshot)
        with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
            plan = make_plan(checked, snapshot, last_sent=journal.last_sent())
        # Practice: what would be unsafe on a real gradebook may be tried here.
        return push_plan(
            plan, gradebook, agreed=plan.fingerprint, allow_unsafe=True, progress=progress
        )


def open_rehearsal(
    sheet: Sheet, *, columns: Columns | None = None, data_dir: Path | None = None
) -> Gradebook:
    """Open the sandbox that belongs to a sheet, seeded from it when it is new.

    Args:
        sheet: whose students and line items it has.
        columns: which column means what; line items chosen in it keep their ids.
        data_dir: where it is kept; by default the data folder.
    """
    content = sheet.content_fingerprint + (columns.to_json() if columns else "")
    name = _PREFIX + hashlib.sha256(content.encode()).hexdigest()[:12]
    habits = load_settings("sandbox")
    folder = data_dir or habits.data_dir
    sandbox = start_sandbox(_path(name, folder), name=name, seed=make_seed(sheet, columns))
    return connect_embedded(sandbox, folder, keep_days=habits.keep_days)


def reopen_rehearsal(name: str, data_dir: Path) -> Gradebook:
    """Open the sandbox of an earlier rehearsal by its name, which the journal knows.

    Raises:
        JournalError: its file is gone.
    """
    path = _path(name, data_dir)
    if not path.is_file():
        raise JournalError(f"The rehearsal {name} is no longer there; rehearse the sheet again.")
    keep_days = load_settings("sandbox").keep_days
    return connect_embedded(start_sandbox(path, name=name), data_dir, keep_days=keep_days)


def reconnect(
    environment: Environment,
    *,
    env: str | None = None,
    data_dir: Path | None = None,
    told: Callable[[str], None] | None = None,
) -> Gradebook:
    """Open the gradebook that an earlier push or plan belongs to, with the settings of today.

    Args:
        environment: where it went, as the journal or the plan knows it.
        env: the environment whose settings are to be used; by default the one of that name.
        data_dir: the data folder; by default that of the settings.
        told: as in `connect`.

    Raises:
        PlanError: the settings are for another gradebook.
        JournalError: it was a rehearsal, and that is gone.
        SettingsError: the settings are missing or unsafe.
    """
    if is_rehearsal(environment.name):
        return reopen_rehearsal(environment.name, data_dir or load_settings(env).data_dir)
    settings = load_settings(env or environment.name)
    if data_dir is not None:
        settings = settings.model_copy(update={"data_dir": data_dir})
    gradebook = connect(settings, told=told)
    if gradebook.environment != environment:
        other = f"{gradebook.environment.name} ({gradebook.environment.address})"
        gradebook.close()
        raise PlanError(
            f"It belongs to {environment.name} ({environment.address}), and the settings here are for {other}; go to the "
            "folder whose .env names that address, or write it there, and try again."
        )
    return gradebook


def is_rehearsal(name: str) -> bool:
    """Whether an environment's name is a rehearsal's; in a plan that somebody sent it may be anything."""
    return re.fullmatch(_PREFIX + "[0-9a-f]{12}", name) is not None


def _path(name: str, data_dir: Path) -> Path:
    return data_dir / "rehearsals" / f"{name}.sqlite3"


def make_seed(sheet: Sheet, columns: Columns | None = None) -> dict[str, Any]:
    """Make a gradebook out of a sheet's own students and line items, as plain OneRoster JSON.

    Each key column of the sheet fills the field of a student that it most likely holds.
    """
    users = list(_users(sheet))
    course, term, category = (
        {"sourcedId": "course"},
        {"sourcedId": "term"},
        {"sourcedId": "category"},
    )
    the_class = {
        "title": sheet.name,
        "classType": "scheduled",
        "course": course,
        "school": _SCHOOL,
        "terms": [term],
    }
    kinds: dict[str, list[dict[str, Any]]] = {
        "orgs": [{**_SCHOOL, "name": "Rehearsal", "type": "school"}],
        "academicSessions": [{**term, "title": "Rehearsal", "type": "term"}],
        "courses": [{**course, "title": sheet.name, "org": _SCHOOL}],
        "classes": [{**_CLASS, **the_class}],
        "users": users,
        "enrollments": [_enrollment(number, user) for number, user in enumerate(users, start=1)],
        "categories": [{**category, "title": "Rehearsal"}],
        "lineItems": [{**item, "category": category} for item in _line_items(sheet, columns)],
        "scoreScales": [],
        "results": [],
    }
    common = {"status": "active", "dateLastModified": _DATE}
    return {kind: [{**record, **common} for record in records] for kind, records in kinds.items()}


def _enrollment(number: int, user: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sourcedId": f"enrollment-{number}",
        "role": "student",
        "primary": "false",
        "user": {"sourcedId": user["sourcedId"]},
        "class": _CLASS,
        "school": _SCHOOL,
    }


def _users(sheet: Sheet) -> Iterator[dict[str, Any]]:
    fields = _student_fields(sheet)
    names = [sheet.header[c.position] for c in sheet.description.columns if c.means == "name"]
    lines = sheet.student_rows.index
    columns = {field: sheet.column(key).loc[lines].tolist() for field, key in fields.items()}
    name_columns = [sheet.column(key).loc[lines].tolist() for key in names]
    seen: set[tuple[str, ...]] = set()
    for number in range(len(lines)):
        values = {field: texts[number] for field, texts in columns.items()}
        who = tuple(values.values())
        if not any(who) or who in seen:
            continue
        seen.add(who)
        name = " ".join(texts[number] for texts in name_columns).strip()
        yield _user(len(seen), values, name)


def _user(number: int, values: Mapping[str, str], name: str) -> dict[str, Any]:
    family, _, given = name.partition(",") if "," in name else name.rpartition(" ")[::-1]
    user_ids = [{"type": "SIS", "identifier": values["userIds"]}] if values.get("userIds") else []
    return {
        "sourcedId": values.get("sourcedId") or f"student-{number}",
        "enabledUser": "true",
        "givenName": given.strip() or "Student",
        "familyName": family.strip() or str(number),
        "identifier": values.get("identifier", ""),
        "username": values.get("username", ""),
        "email": values.get("email", ""),
        "userIds": user_ids,
        "roles": [{"roleType": "primary", "role": "student", "org": {"sourcedId": "school"}}],
        "agents": [],
        "userProfiles": [],
    }


def _student_fields(sheet: Sheet) -> dict[str, ColumnKey]:
    """Give each key column to the first field of a student that it may hold and that is still free."""
    fields: dict[str, ColumnKey] = {}
    for column in sheet.description.columns:
        free = [field for field in column.keys if field not in fields]
        if column.means == "student" and free:
            fields[free[0]] = sheet.header[column.position]
    return fields


def _line_items(sheet: Sheet, columns: Columns | None) -> Iterator[dict[str, Any]]:
    # There is one class here: of several classes' line items of one title the first stands for all.
    known = columns.score_columns if columns else ()
    chosen = {m.column: (m.line_item, *m.line_items) for m in known if m.line_item or m.line_items}
    called = {m.column: m.line_item_title for m in known}
    described = sheet.description.columns
    listed = [sheet.header[c.position] for c in described if c.means == "line_item"]
    if listed:
        titles = sheet.column(listed[0]).loc[sheet.student_rows.index]
        for number, title in enumerate(dict.fromkeys(text for text in titles if text), start=1):
            yield _line_item(f"line-item-{number}", title, None)
        return
    graded = (c for c in described if c.means == "score" or _is_letter_column(c))
    for number, column in enumerate(graded, start=1):
        key = sheet.header[column.position]
        maximum = _maximum(sheet, key)
        if key in chosen:
            sourced_id = next(filter(None, chosen[key]))
            yield _line_item(sourced_id, called[key] or column.title, maximum)
        else:
            yield _line_item(f"line-item-{number}", column.title or key.name, maximum)


def _line_item(sourced_id: str, title: str, maximum: float | None) -> dict[str, Any]:
    item: dict[str, Any] = {
        "sourcedId": sourced_id,
        "title": title,
        "assignDate": _DATE,
        "dueDate": _DATE,
    }
    item |= {"class": _CLASS, "school": _SCHOOL, "resultValueMin": 0}
    return item if maximum is None else item | {"resultValueMax": maximum}


def _is_letter_column(column: ColumnDescription) -> bool:
    return column.means == "text_score" and column.belongs_to is None


def _maximum(sheet: Sheet, key: ColumnKey) -> float | None:
    """Read the maximum that the sheet states for a column; 100 where it holds percentages and states none."""
    maximum = read_maximum(sheet.maxima.get(key, ""))[0]
    if math.isnan(maximum) and sheet.column(key).str.endswith("%").any():
        return 100.0
    # A line item's range begins at 0, and JSON has no word for infinity.
    return maximum if 0 <= maximum < math.inf else None
