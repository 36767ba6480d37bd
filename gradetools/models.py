"""A grade and what it hangs on, in OneRoster's words.

The only place where names change case: `snake_case` in Python, `camelCase` on the wire. Fields that
these models do not know are kept, because a PUT replaces the whole record and what we do not
know, we do not erase. Source of the fields: 1EdTech OneRoster 1.2 Gradebook, `ResultDType`,
`LineItemDType`; Rostering, `UserDType`, `ClassDType`.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import math
import re
import uuid
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from gradetools.showing import Showing, Shown


class ScoreStatus(StrEnum):
    """How far the grading of a result has come (OneRoster 1.2, `scoreStatus`)."""

    EXEMPT = "exempt"
    FULLY_GRADED = "fully graded"
    NOT_SUBMITTED = "not submitted"
    PARTIALLY_GRADED = "partially graded"
    SUBMITTED = "submitted"


def _read_flag(value: object) -> object:
    """Take a bool or any spelling of one for the strings that the standard wants."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower()
    return value


def _read_status(value: object) -> object:
    """Read OneRoster 1.0's `inactive` as the `tobedeleted` that replaced it."""
    return "tobedeleted" if value == "inactive" else value


def _a_number(value: object) -> object:
    """Refuse what is no finite number; a yes or no, also one of numpy's, would pass for 1 or 0."""
    if type(value).__name__ in {"bool", "bool_"}:
        raise ValueError("a score is a number, not yes or no")
    try:
        finite = math.isfinite(float(value))  # type: ignore[arg-type] # what float refuses is refused here
    except OverflowError:
        finite = False
    except (TypeError, ValueError):
        raise ValueError("a score is a number") from None
    if not finite:
        raise ValueError("a score is a finite number")
    return value


def _a_date(value: object) -> object:
    """Refuse text that is no ISO 8601 date or date-time, and keep it as it was written."""
    if isinstance(value, dt.date):  # a date-time is one, too
        return value.isoformat()
    if isinstance(value, str):
        try:
            dt.datetime.fromisoformat(value).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            raise ValueError(_tell_date(value)) from None
    return value


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([0-9]{2}):([0-9]{2}).*", re.DOTALL)


def _tell_date(text: str) -> str:
    """Say why text is no date; one that is written well may be none of the calendar's."""
    written = _DAY.match(text)
    if written is not None and not _is_day(written[0]):
        return "there is no such day in the calendar; correct the month or the day"
    clock = _CLOCK.fullmatch(text)
    if clock is not None and (int(clock[1]) > 23 or int(clock[2]) > 59):
        return "there is no such time of day; correct the hour or the minutes"
    return "a date is written like 2026-10-16, or 2026-10-16 14:30 (UTC)"


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _one_line(value: str) -> str:
    """A NormalizedString holds no carriage return, line feed or tab."""
    if any(character in value for character in "\r\n\t"):
        raise ValueError("this text must stay on one line, without tabs")
    return value


Flag = Annotated[Literal["true", "false"], BeforeValidator(_read_flag)]
Status = Annotated[Literal["active", "tobedeleted"], BeforeValidator(_read_status)]
Score = Annotated[int | float, BeforeValidator(_a_number)]
DateText = Annotated[str, BeforeValidator(_a_date)]
OneLine = Annotated[str, AfterValidator(_one_line)]
Id = Annotated[str, Field(min_length=1)]


class OneRosterModel(BaseModel):
    """What all OneRoster objects share: camelCase outside, unknown fields kept, never changed in place."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="allow",
        frozen=True,
        allow_inf_nan=False,
        # A message must not repeat what was typed: it may be a grade or a secret.
        hide_input_in_errors=True,
    )

    def to_record(self) -> dict[str, Any]:
        """Give the object as the standard writes it: camelCase keys, unset and empty fields left out."""
        return self.model_dump(by_alias=True, exclude_none=True, mode="json")


class Ref(OneRosterModel):
    """A pointer to another object (OneRoster 1.2, `GUIDRef`); `href` and `type` are the official dialect's."""

    sourced_id: Id
    href: str | None = None
    type: str | None = None


def _to_ref(value: object) -> object:
    return {"sourcedId": value} if isinstance(value, str) else value


AnyRef = Annotated[Ref, BeforeValidator(_to_ref)]


class LearningObjectiveResult(OneRosterModel):
    """How one learning objective went (OneRoster 1.2, `LearningObjectiveResultsDType`)."""

    learning_objective_id: OneLine
    score: Score | None = None
    text_score: OneLine | None = None


class LearningObjectiveScoreSet(OneRosterModel):
    """Learning objectives of one source, `case` or `unknown`, and how each went.

    The official form wants at least one (OneRoster 1.2, `LearningObjectiveScoreSetDType`); Timeback does not.
    """

    source: str
    learning_objective_results: list[LearningObjectiveResult]


#: So much of a name must be right for it to be taken for a slip.
_NEARLY = 0.8


class Result(Shown, OneRosterModel):
    """One student's grade for one line item (OneRoster 1.2 Gradebook, `ResultDType`).

    `line_item`, `student`, `class_` and `score_scale` take a sourcedId or a `Ref`. The four flags take
    `True`/`False` or the strings "true"/"false", which is what the standard sends. `score_date` is an
    ISO 8601 date or date-time and is kept as given. Without `sourced_id` one is derived when the
    result is upserted; `Gradebook.put_result` needs it.

    Raises:
        pydantic.ValidationError: a field is missing or not of the standard's form.
    """

    sourced_id: Id | None = None
    status: Status = "active"
    date_last_modified: DateText | None = None
    metadata: dict[str, Any] | None = None
    line_item: AnyRef
    student: AnyRef
    class_: AnyRef | None = Field(default=None, alias="class")
    score_scale: AnyRef | None = None
    score_status: ScoreStatus | Annotated[str, Field(pattern=r"^ext:[a-zA-Z0-9.\-_]+$")] | None = (
        None
    )
    score: Score | None = None
    text_score: OneLine | None = None
    score_date: DateText | None = None
    comment: str | None = None
    learning_objective_set: list[LearningObjectiveScoreSet] | None = None
    in_progress: Flag | None = None
    incomplete: Flag | None = None
    late: Flag | None = None
    missing: Flag | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_what_was_meant(cls, given: Any) -> Any:  # noqa: ANN401 - whatever is to be validated
        """Name a field that must be there and goes by nearly its name: fields that nobody knows are kept otherwise."""
        if isinstance(given, Mapping):
            unknown = {str(name).lower().replace("_", ""): name for name in given}
            for wanted in ("line_item", "student"):
                if wanted not in given and to_camel(wanted) not in given:
                    bare = wanted.replace("_", "")
                    for near in difflib.get_close_matches(bare, unknown, 1, _NEARLY):
                        raise ValueError(
                            f"there is no field {unknown[near]!r}; it is called {wanted}"
                        )
        return given

    def _show(self) -> Showing:
        given = {name: getattr(self, name) for name in type(self).model_fields} | (
            self.model_extra or {}
        )
        rows = [(name, _tell(value)) for name, value in given.items() if value is not None]
        graded = next(
            (each for each in (self.score, self.text_score) if each is not None), "no score"
        )
        return Showing(
            f"<Result of {self.student.sourced_id} for {self.line_item.sourced_id}: {graded}>",
            columns=("field", "value"),
            rows=rows,
            of="fields",
            most=len(type(self).model_fields),
        )


def _tell(value: object) -> object:
    """Give a field's value as it is typed: a pointer by its id, what has parts as JSON."""
    if isinstance(value, Ref):
        return value.sourced_id
    if isinstance(value, (dict, list)):
        parts = (
            [one.to_record() if isinstance(one, OneRosterModel) else one for one in value]
            if isinstance(value, list)
            else value
        )
        return json.dumps(parts, ensure_ascii=False)
    return value


class LineItem(OneRosterModel):
    """Something that is graded: a quiz, an essay (OneRoster 1.2 Gradebook, `LineItemDType`)."""

    sourced_id: Id
    status: Status = "active"
    title: str
    description: str | None = None
    assign_date: DateText | None = None
    due_date: DateText | None = None
    class_: AnyRef | None = Field(default=None, alias="class")
    school: AnyRef | None = None
    category: AnyRef | None = None
    score_scale: AnyRef | None = None
    result_value_min: float | None = None
    result_value_max: float | None = None

    @model_validator(mode="after")
    def _range_is_a_range(self) -> Self:
        low, high = self.result_value_min, self.result_value_max
        if low is not None and high is not None and low > high:
            raise ValueError("resultValueMin is above resultValueMax")
        return self


class UserId(OneRosterModel):
    """An id that another system gave a user, such as a state student number."""

    type: str
    identifier: str


class Student(OneRosterModel):
    """A user in the role of student (OneRoster 1.2 Rostering, `UserDType`), as far as matching needs it.

    Nothing else is kept: a user's record may hold passwords, and students are never written.
    """

    model_config = ConfigDict(extra="ignore")

    sourced_id: Id
    status: Status = "active"
    given_name: str = ""
    family_name: str = ""
    identifier: str | None = None
    username: str | None = None
    email: str | None = None
    user_ids: list[UserId] = Field(default_factory=list)


class Class(OneRosterModel):
    """A group of students taught together (OneRoster 1.2 Rostering, `ClassDType`)."""

    sourced_id: Id
    status: Status = "active"
    title: str
    class_code: str | None = None
    school: AnyRef | None = None


class CodeMinorField(OneRosterModel):
    """One of the reasons in an error body."""

    imsx_code_minor_field_name: str = Field(default="", alias="imsx_codeMinorFieldName")
    imsx_code_minor_field_value: str = Field(default="", alias="imsx_codeMinorFieldValue")


def _absent(value: object) -> object:
    return {} if value is None else value


def _as_list(value: object) -> object:
    """Take a single thing for a list of one, and null for none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _as_details(value: object) -> object:
    """Take details that are mere text, or no text, for what they say."""
    listed = _as_list(value)
    assert isinstance(listed, list)  # noqa: S101 - for the type checker
    return [
        {str(key): str(text) for key, text in one.items()}
        if isinstance(one, Mapping)
        else {"": str(one)}
        for one in listed
    ]


class CodeMinor(OneRosterModel):
    """The list of reasons in an error body."""

    fields: Annotated[list[CodeMinorField], BeforeValidator(_as_list)] = Field(
        default_factory=list, alias="imsx_codeMinorField"
    )


class StatusInfo(OneRosterModel):
    """The standard's error body (OneRoster 1.2, `imsx_StatusInfoDType`).

    `imsx_codeMajor` is not trusted: what counts is the HTTP status. `imsx_error_details` is an
    extension of Timeback's, a list of string-to-string objects. Read leniently, because nothing is
    worse than an error that hides another.
    """

    code_major: str = Field(default="failure", alias="imsx_codeMajor")
    severity: str = Field(default="error", alias="imsx_severity")
    description: str | None = Field(default=None, alias="imsx_description")
    code_minor: Annotated[CodeMinor, BeforeValidator(_absent)] = Field(
        default_factory=CodeMinor, alias="imsx_CodeMinor"
    )
    error_details: Annotated[list[dict[str, str]], BeforeValidator(_as_details)] = Field(
        default_factory=list, alias="imsx_error_details"
    )

    def sentence(self) -> str:
        """Say what the server said, on one line; empty where it said nothing."""
        details = [
            "; ".join(f"{key}: {text}" if key else text for key, text in detail.items())
            for detail in self.error_details
        ]
        minor = [field.imsx_code_minor_field_value for field in self.code_minor.fields]
        parts = [self.description or ", ".join(minor), *details]
        return " ".join(" ".join(part for part in parts if part).split())


# The namespace of every result id that gradetools makes; changing it would double every grade.
RESULT_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:gradetools:results")


def new_result_id(environment: str, line_item: str, student: str, *, attempt: int = 0) -> str:
    """Derive the sourcedId of a new result: the same grade of the same environment always gets the same.

    A UUIDv5 of the environment's name, the line item and the student, so that a push repeated
    after a crash creates nothing twice. `attempt` counts ids that the server would not take back.
    """
    parts = [environment, line_item, student, *([str(attempt)] if attempt else [])]
    # A length before each part keeps ("a", "bc") and ("ab", "c") apart.
    return str(uuid.uuid5(RESULT_IDS, "".join(f"{len(part)}:{part}" for part in parts)))
