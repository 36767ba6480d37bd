"""The OneRoster service: one method per operation that a grade importer needs, and the snapshot made of them.

Sources: 1EdTech OneRoster 1.2 Gradebook and Rostering services; Timeback's own OpenAPI for paths
with a trailing slash, the limit of 3000 and totals in the body.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd
from pydantic import ValidationError

from gradetools.answers import Answer, name_scopes
from gradetools.dialects import Record, not_representable, to_wire
from gradetools.embedded import sandbox_settings, start_sandbox
from gradetools.errors import ColumnsError, GradebookError, NotFoundError, RefusedError
from gradetools.models import Class, LineItem, Result, Student
from gradetools.pace import Patience
from gradetools.paging import iter_records, list_models, read_list, read_model, read_page, unwrap
from gradetools.score_scale import ScoreScale
from gradetools.settings import Settings, load_settings
from gradetools.snapshot import (
    LINE_ITEM_COLUMNS,
    RESULT_COLUMNS,
    STUDENT_COLUMNS,
    Environment,
    Snapshot,
    is_listed,
    line_item_row,
    make_table,
    result_row,
    student_row,
)
from gradetools.transport import Transport, encode_segment

if TYPE_CHECKING:
    from gradetools.sandbox import Sandbox

GRADEBOOK = "/ims/oneroster/gradebook/v1p2"
ROSTERING = "/ims/oneroster/rostering/v1p2"
# What a server answers that does not have a list, or does not show it to this client.
_NOT_OFFERED = {403, 404, 405, 501}


class Gradebook:
    """One OneRoster 1.2 gradebook, seen as one client.

    Built by `connect`. Usable as a context manager; safe for many threads.

    Attributes:
        environment: the name and address that plans and the journal are bound to.
        settings: where it is and who we are; its secret does not show.
        transport: the wire underneath.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        patience: Patience | None = None,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        on_close: Callable[[], None] | None = None,
        told: Callable[[str], None] | None = None,
    ) -> None:
        self.settings = settings
        self.environment = Environment(
            settings.env, "embedded" if settings.embedded else settings.base_url
        )
        self.transport = Transport(settings, patience=patience, told=told)
        self.clock = clock
        self._on_close = on_close
        # Timeback documents its collections with a trailing slash and was seen to answer 404 without.
        self._classes = f"{ROSTERING}/classes" + ("/" if settings.dialect == "timeback" else "")

    def __repr__(self) -> str:
        """Name the environment, its address and the client."""
        return f"<Gradebook {self.environment.name} at {self.settings.base_url} as the client {self.settings.client_id}>"

    def __enter__(self) -> Self:
        """Use it for the length of a block."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it at the block's end."""
        self.close()

    def close(self) -> None:
        """Close the connections, and the sandbox if `connect` opened one."""
        self.transport.close()
        if self._on_close is not None:
            self._on_close()

    def check_connection(self) -> str:
        """Fetch a token and one class, and say in a sentence that it works.

        Raises:
            GradetoolsError: it does not; the message says what to do.
        """
        self.transport.auth.token()
        read_page(self.transport, self._classes, {"limit": "1"})
        told = f"Connected to {self.environment.name} at {self.settings.base_url} with the client id {self.settings.client_id}"
        if lacking := self.transport.auth.lacking:
            return f"{told}, but the token server did not grant {name_scopes(lacking)}; ask its operators for that."
        return f"{told}."

    # -- the roster

    def list_classes(self) -> list[Class]:
        """List the active classes that this client may see; the list shows itself as a table."""
        records = read_list(self.transport, self._classes, "classes")
        return list_models(Class, filter(is_listed, records))

    def get_class(self, sourced_id: str) -> Class:
        """Get one class.

        Raises:
            NotFoundError: there is none; the message names those there are.
        """
        try:
            answer = self.transport.request(
                "GET", f"{ROSTERING}/classes/{encode_segment(sourced_id)}"
            )
        except NotFoundError as error:
            known = [f"{one.sourced_id} ({one.title})" for one in self.list_classes()[:10]]
            there = f"there are {', '.join(known)}" if known else "it shows us no class at all"
            raise NotFoundError(
                f"{self.environment.name} has no class {sourced_id!r}; {there}.",
                status=error.status,
            ) from None
        return read_model(Class, unwrap(answer, "class"))

    def list_students(self, class_id: str) -> list[Student]:
        """List the students of a class, the withdrawn ones included (see `take_snapshot`)."""
        path = f"{ROSTERING}/classes/{encode_segment(class_id)}/students"
        # The document says `students`, the wire says `users`.
        records = read_list(self.transport, path, "students", "users")
        return list_models(Student, records)

    def list_enrollments(self, class_id: str, school_id: str) -> list[Record]:
        """List the enrollments of a class, as the server writes them."""
        path = f"{ROSTERING}/schools/{encode_segment(school_id)}/classes/{encode_segment(class_id)}/enrollments"
        return read_list(self.transport, path, "enrollments")

    # -- the gradebook

    def list_line_items(self, class_id: str) -> list[LineItem]:
        """List the active line items of a class."""
        path = f"{GRADEBOOK}/classes/{encode_segment(class_id)}/lineItems"
        records = read_list(self.transport, path, "lineItems")
        return list_models(LineItem, filter(is_listed, records))

    def get_line_item(self, sourced_id: str) -> LineItem:
        """Get one line item.

        Raises:
            NotFoundError: there is none with this id.
        """
        try:
            answer = self.transport.request(
                "GET", f"{GRADEBOOK}/lineItems/{encode_segment(sourced_id)}"
            )
        except NotFoundError as error:
            raise NotFoundError(
                f"{self.environment.name} has no line item {sourced_id!r}; name one that it has by its sourcedId.",
                status=error.status,
            ) from None
        return read_model(LineItem, unwrap(answer, "lineItem"))

    def list_score_scales(self, class_id: str) -> list[ScoreScale]:
        """List the active score scales of a class; none where this client may not read them."""
        path = f"{GRADEBOOK}/classes/{encode_segment(class_id)}/scoreScales"
        try:
            records = read_list(self.transport, path, "scoreScales")
        except GradebookError as error:
            if error.status not in _NOT_OFFERED:
                raise
            return []
        return list_models(ScoreScale, filter(is_listed, records))

    def list_results(self, class_id: str, line_item_id: str | None = None) -> list[Record]:
        """List the results of a class, or of one of its line items, as the server writes them.

        Those `tobedeleted` are among them. A list may lag behind a write; `get_result` does not.
        """
        path = _results_path(class_id, line_item_id)
        return read_list(self.transport, path, "results")

    def get_record(self, sourced_id: str) -> Record | None:
        """Get one result as the server writes it, unknown fields included; None where there is none."""
        try:
            answer = self.transport.request(
                "GET", f"{GRADEBOOK}/results/{encode_segment(sourced_id)}"
            )
        except NotFoundError:
            return None
        return unwrap(answer, "result")

    def get_result(self, sourced_id: str) -> Result:
        """Get one result, also when it is `tobedeleted`.

        Raises:
            NotFoundError: there is none with this id.
            RefusedError: it does not keep to the standard.
        """
        record = self.get_record(sourced_id)
        if record is None:
            raise NotFoundError(
                f"{self.environment.name} has no result {sourced_id!r}; check its id.", status=404
            )
        try:
            return Result.model_validate(record)
        except ValidationError as error:
            wrong = sorted({str(part) for fault in error.errors() for part in fault["loc"][:1]})
        # Not read leniently: what was left out would be lost when somebody puts the result back.
        raise RefusedError(
            f"{self.environment.name} holds {', '.join(wrong)} of result {sourced_id!r} in a form outside the "
            "standard; read it with get_record."
        )

    def put_result(self, result: Result) -> Result:
        """Create or replace one result: the raw call, repeated under Patience.

        It replaces the whole record: fields that are not in `result` are lost on the server. It
        merges nothing, journals nothing and cannot be undone; `upsert_result` does all that.
        `PUT /ims/oneroster/gradebook/v1p2/results/{sourcedId}`, "Update or Create a Result".

        Returns:
            What the server says it stored; the `result` given, where it answers without a body.

        Raises:
            RefusedError: `sourced_id`, `score_status` or `score_date` is not set, a field holds what this
                server's dialect has no form for, or the server refuses it.
            GradebookError: any other failure; its subclass says which.
        """
        record = result.to_record()
        lacking = [
            name for name in ("sourcedId", "scoreStatus", "scoreDate") if not record.get(name)
        ]
        if lacking:
            raise RefusedError(
                f"This result lacks {', '.join(lacking)}; set it, or use upsert_result."
            )
        wrong = not_representable(record, self.settings.dialect)
        if wrong:
            raise RefusedError(
                f"{self.environment.name} has no form for this result's {', '.join(wrong)}; correct it."
            )
        _, echo = self.put_record(record)
        try:
            return Result.model_validate(echo) if echo else result
        except ValidationError:
            # It was stored; that its echo cannot be read is no reason to say otherwise.
            return result

    def put_record(self, record: Mapping[str, Any]) -> tuple[Answer, Record | None]:
        """Create or replace one result given as a record; the writer's own call.

        Returns:
            The answer, and what it says was stored: None where it has no readable body.
        """
        wire = to_wire(
            record, self.settings.dialect, base_url=self.settings.base_url, now=self.clock()
        )
        path = f"{GRADEBOOK}/results/{encode_segment(str(record['sourcedId']))}"
        answer = self.transport.request("PUT", path, body={"result": wire})
        body = answer.body()
        echo = body.get("result", body) if isinstance(body, dict) else None
        return answer, echo if isinstance(echo, dict) and echo.get("sourcedId") else None

    # -- the snapshot

    def take_snapshot(self, class_ids: Sequence[str] | str | None = None) -> Snapshot:
        """Read all that a plan needs to know of some classes: students, line items, results.

        Args:
            class_ids: sourcedIds of classes, or one of them; without any, the only class there is.

        Returns:
            A `Snapshot`, which no later change on the server touches.

        Raises:
            ColumnsError: there are several classes and none was named.
            NotFoundError: a class is not there.
        """
        named = [class_ids] if isinstance(class_ids, str) else class_ids or ()
        classes = [
            self.get_class(class_id) for class_id in dict.fromkeys(named)
        ] or self._only_class()
        taken_at = self.clock()
        students = [row for one in classes for row in self._student_rows(one)]
        line_items = [
            line_item_row(item, one.sourced_id)
            for one in classes
            for item in self.list_line_items(one.sourced_id)
        ]
        # Only the compact text of each record is kept, and each result once, whatever lists it is in.
        results = {
            str(record["sourcedId"]): result_row(record)
            for one in classes
            for record in iter_records(self.transport, _results_path(one.sourced_id), "results")
        }
        return Snapshot(
            environment=self.environment,
            dialect=self.settings.dialect,
            taken_at=taken_at,
            time_zone=self.settings.time_zone,
            classes={one.sourced_id: one.title for one in classes},
            students=make_table(students, STUDENT_COLUMNS),
            line_items=make_table(line_items, LINE_ITEM_COLUMNS),
            results=make_table(results.values(), RESULT_COLUMNS),
        )

    def _only_class(self) -> list[Class]:
        classes = self.list_classes()
        if len(classes) == 1:
            return classes
        known = ", ".join(f"{one.sourced_id} ({one.title})" for one in classes[:10])
        raise ColumnsError(
            f"Name the class: {self.environment.name} has {known or 'none that we may see'}."
        )

    def take_students(self, class_id: str) -> pd.DataFrame:
        """Read the students of one class as a table of STUDENT_COLUMNS."""
        return make_table(self._student_rows(self.get_class(class_id)), STUDENT_COLUMNS)

    def _student_rows(self, one: Class) -> Iterable[tuple[object, ...]]:
        withdrawn = self._withdrawn(one)
        for student in self.list_students(one.sourced_id):
            yield student_row(student, one.sourced_id, withdrawn=student.sourced_id in withdrawn)

    def _withdrawn(self, one: Class) -> set[str]:
        """Name the students whose every enrollment in the class has ended."""
        if one.school is None:
            return set()
        try:
            enrollments = self.list_enrollments(one.sourced_id, one.school.sourced_id)
        except GradebookError as error:
            # A client that may not read enrollments, or a server that has none, can still be used for
            # an import: nobody counts as withdrawn.
            if error.status not in _NOT_OFFERED:
                raise
            return set()
        mine = [(str((e.get("user") or {}).get("sourcedId")), is_listed(e)) for e in enrollments]
        return {user for user, _ in mine} - {user for user, active in mine if active}


def connect(
    to: str | Settings | Sandbox | None = None,
    *,
    patience: Patience | None = None,
    told: Callable[[str], None] | None = None,
) -> Gradebook:
    """Open a gradebook: an environment by name, settings of your own, or a running sandbox.

    Nothing is sent yet. Without any settings it is the sandbox: a gradebook of an invented school on
    this machine, kept in the data folder, which needs no account.

    Args:
        to: "sandbox", "staging" or "production"; `Settings`; a `Sandbox`; by default what `GRADETOOLS_ENV`
            names, else the sandbox.
        patience: how long one request is repeated before it counts as failed.
        told: called with a sentence when an answer has to be waited for, every few seconds; by any thread.

    Raises:
        SettingsError: the settings are missing or unsafe.
        MissingExtraError: the sandbox is asked for and its packages are not installed.
    """
    if to is None or isinstance(to, str):
        to = load_settings(to)
    if not isinstance(to, Settings):
        return Gradebook(sandbox_settings(to, to.folder, embedded=False), patience=patience)
    if not to.needs_sandbox:
        return Gradebook(to, patience=patience, told=told)
    sandbox = start_sandbox(to.data_dir / "sandbox" / "sandbox.sqlite3", name="sandbox")
    return connect_embedded(sandbox, to.data_dir, keep_days=to.keep_days, patience=patience)


def connect_embedded(
    sandbox: Sandbox,
    data_dir: Path,
    *,
    keep_days: int | None = None,
    patience: Patience | None = None,
) -> Gradebook:
    """Open a sandbox that is known by its name, whatever port it got; closing stops it."""
    settings = sandbox_settings(sandbox, data_dir, embedded=True)
    settings = settings.model_copy(update={"keep_days": keep_days})
    return Gradebook(settings, patience=patience, on_close=sandbox.stop)


def _results_path(class_id: str, line_item_id: str | None = None) -> str:
    path = f"{GRADEBOOK}/classes/{encode_segment(class_id)}"
    if line_item_id is not None:
        path += f"/lineItems/{encode_segment(line_item_id)}"
    return f"{path}/results"
