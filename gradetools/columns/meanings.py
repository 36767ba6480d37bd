"""`Columns`: which column of a sheet means what, as a value that is saved as a small JSON file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from gradetools.columns.headers import HeaderChange, compare_headers
from gradetools.columns.tokens import check_token
from gradetools.errors import ColumnsError
from gradetools.formats.recognition import MEANINGS, OWN_COLUMN, STUDENT_FIELDS
from gradetools.sheet import ColumnKey, Sheet
from gradetools.showing import MOST_ROWS, Showing, Shown, tell_counts


def _read_key(value: object) -> object:
    return ColumnKey.parse(value) if isinstance(value, str) else value


def _known(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(f"one of {', '.join(filter(None, known))}")
    return value


def _fitting_tokens(tokens: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    for text, fields in tokens.items():
        if wrong := check_token(text, fields):
            raise ValueError(wrong)
    return tokens


#: What to do with several scores of one student for one line item.
Attempts = Literal["refuse", "best", "latest", "first"]
ATTEMPTS: tuple[Attempts, ...] = get_args(Attempts)

_TARGETS = ("line_item", "line_items")
#: The reason of what a person chose.
BY_HAND = "chosen by hand"

Key = Annotated[ColumnKey, BeforeValidator(_read_key), PlainSerializer(str, return_type=str)]


class Answer(NamedTuple):
    """What an analyst answered to a question; `column` "" answers it for every column."""

    code: str
    column: str
    value: str


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ColumnMeaning(_Value):
    """What one column means.

    Attributes:
        column: its address; in the file as text, `Quiz 1` or `Quiz 1 #2`.
        means: one of `formats.recognition.MEANINGS`.
        line_item: the sourcedId of a score column's line item; "" where none is chosen yet.
        line_items: instead, the sourcedIds of several classes' line items of one title; each row takes
            that of the class its student is in.
        line_item_title: the title, for people.
        key: for the student column, the field of a student that it holds; "" takes whichever fits.
        belongs_to: for a companion, its score column.
        reason: why it was suggested.
        samples: some of its cells; not saved, for they may be names and grades.
    """

    column: Key
    means: Annotated[str, BeforeValidator(lambda value: _known(value, MEANINGS))]
    line_item: str = ""
    line_items: tuple[str, ...] = ()
    line_item_title: str = ""
    key: Annotated[str, BeforeValidator(lambda value: _known(value, ("", *STUDENT_FIELDS)))] = ""
    belongs_to: Key | None = None
    reason: str = ""
    samples: Annotated[tuple[str, ...], Field(exclude=True)] = ()


class Columns(Shown, _Value):
    """Which column means what. To change it is to make another.

    A column is addressed by its header, or by (header, occurrence) where several share one.

    Attributes:
        format: the export's name.
        header_fingerprint: of the sheet's header, by which a saved file is found again.
        meanings: one for each column of the sheet, in order.
        tokens: text to the fields of a result that it stands for; `{"skip": true}` for no grade.
        answers: to the questions of the checks.
        attempts: what to do with several scores of one student for one line item: "refuse" all, or take the
            "best", the "latest" or the "first".
        scale: score column to the maximum that its numbers are scaled from.
        student_matches: text of the student column to the sourcedId that a person chose.
        line_item_matches: text of a long sheet's line item column to the sourcedId that a person chose.
        kept_by: of saved columns, "push" where a push kept them by itself.
    """

    format: str
    header_fingerprint: str
    meanings: tuple[ColumnMeaning, ...]
    tokens: Annotated[Mapping[str, Mapping[str, Any]], AfterValidator(_fitting_tokens)] = Field(
        default_factory=dict
    )
    answers: tuple[Answer, ...] = ()
    attempts: Attempts = "refuse"
    scale: Mapping[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(
        default_factory=dict
    )
    student_matches: Mapping[str, str] = Field(default_factory=dict)
    line_item_matches: Mapping[str, str] = Field(default_factory=dict)
    kept_by: Literal["", "push"] = ""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        """Refuse what a hand may have written wrongly into the file, and what would be passed over in silence."""
        known = Counter(each.column for each in self.meanings)
        if twice := next((key for key, count in known.items() if count > 1), None):
            raise ValueError(f"the column {str(twice)!r} stands there twice")
        if len(self.of("student")) > 1:
            raise ValueError("more than one column is the student column")
        named = {each.belongs_to for each in self.meanings if each.belongs_to}
        named |= {ColumnKey.parse(name) for name in self.scale}
        if gone := next((key for key in sorted(named) if key not in known), None):
            raise ValueError(f"`belongs_to` or `scale` names {str(gone)!r}, which is no column")
        return self

    @property
    def student_column(self) -> ColumnMeaning | None:
        """The column that says whose the grades are."""
        return next(iter(self.of("student")), None)

    @property
    def score_columns(self) -> tuple[ColumnMeaning, ...]:
        """The columns whose cells are entries: scores, and letters that stand in a column of their own."""
        return tuple(
            each
            for each in self.meanings
            if each.means == "score" or (each.means == "text_score" and each.belongs_to is None)
        )

    @property
    def ignored(self) -> tuple[ColumnMeaning, ...]:
        """The columns that nothing is taken from; each says why."""
        return self.of("ignored")

    def of(self, means: str) -> tuple[ColumnMeaning, ...]:
        """Give the columns of one meaning, in order."""
        return tuple(each for each in self.meanings if each.means == means)

    def companions(self, column: ColumnKey) -> tuple[ColumnMeaning, ...]:
        """Give the columns that belong to a score column."""
        return tuple(each for each in self.meanings if each.belongs_to == column)

    def meaning(self, column: ColumnKey | str) -> ColumnMeaning:
        """Find what one column means.

        Raises:
            ColumnsError: there is no such column; the message names those there are.
        """
        key = ColumnKey.parse(column) if isinstance(column, str) else ColumnKey(*column)
        for each in self.meanings:
            if each.column == key:
                return each
        there_are = ", ".join(repr(str(each.column)) for each in self.meanings)
        raise ColumnsError(
            f"There is no column {str(key)!r}; there are {there_are}: name one of these."
        )

    def with_meaning(
        self,
        column: ColumnKey | str,
        *,
        means: str | None = None,
        line_item: str | None = None,
        line_items: Iterable[str] | None = None,
        key: str | None = None,
        belongs_to: ColumnKey | str | None = None,
    ) -> Columns:
        """Make the same columns with another meaning for one; what is not named stays.

        A sheet has one student column: choosing one sets the other aside. A score column has one line item, or
        several of which each row takes its own class's: choosing one takes the other away; it belongs to no other.

        Raises:
            ColumnsError: there is no such column, meaning or key.
        """
        old = self.meaning(column)
        given: dict[str, object] = {"means": means, "line_item": line_item, "key": key}
        if line_items is not None:
            given = {**given, "line_items": tuple(line_items), "line_item": line_item or ""}
        elif line_item is not None:
            given = {**given, "line_items": ()}
        changed: dict[str, object] = {
            name: value for name, value in given.items() if value is not None
        }
        if belongs_to is not None:
            changed["belongs_to"] = self.meaning(belongs_to).column
        elif means == "score":
            changed["belongs_to"] = None
        if any(changed.get(name, getattr(old, name)) != getattr(old, name) for name in _TARGETS):
            changed["line_item_title"] = ""
        new = self._make_meaning({**dict(old), **changed, "reason": BY_HAND})
        others = {"means": "ignored", "reason": f"{new.column} was chosen as the key"}
        meanings = tuple(
            new
            if each is old
            else each.model_copy(update=others)
            if new.means == each.means == "student"
            else each
            for each in self.meanings
        )
        return self.model_copy(update={"meanings": meanings})

    @staticmethod
    def _make_meaning(fields: Mapping[str, Any]) -> ColumnMeaning:
        try:
            return ColumnMeaning.model_validate(fields)
        except ValidationError as error:
            raise ColumnsError(f"{_first_problem(error)}.") from None

    def match_student(self, text: str, sourced_id: str) -> Columns:
        """Make the same columns, with the student that a text of the student column stands for."""
        return self.model_copy(
            update={"student_matches": {**self.student_matches, text.strip(): sourced_id}}
        )

    def match_line_item(self, text: str, sourced_id: str) -> Columns:
        """Make the same columns, with the line item that a text of a long sheet stands for."""
        return self.model_copy(
            update={"line_item_matches": {**self.line_item_matches, text.strip(): sourced_id}}
        )

    def answer(self, code: str, column: ColumnKey | str, value: str = "accept") -> Columns:
        """Make the same columns with the answer to a question; "" answers it for every column.

        `docs/checks.md` lists each question's answers.
        """
        name = "" if column == "" else str(self.meaning(column).column)
        kept = tuple(each for each in self.answers if each[:2] != (code, name))
        return self.model_copy(update={"answers": (*kept, Answer(code, name, value))})

    def unanswered(self, code: str, column: ColumnKey | str) -> Columns:
        """Make the same columns without the answer to a question, which is asked anew then."""
        kept = tuple(each for each in self.answers if each[:2] != (code, str(column)))
        return self.model_copy(update={"answers": kept})

    def answer_to(self, code: str, column: str) -> str:
        """Give the answer to a question about a column, "" without one."""
        found = {each.column: each.value for each in self.answers if each.code == code}
        return found.get(column, found.get("", ""))

    def scaled(self, column: ColumnKey | str, from_maximum: float) -> Columns:
        """Make the same columns with a score column's numbers scaled to its line item's range.

        Args:
            column: the score column.
            from_maximum: the number in the sheet that stands for the line item's maximum.

        Raises:
            ColumnsError: there is no such column, or the maximum is not above zero.
        """
        if not 0 < from_maximum < float("inf"):
            raise ColumnsError(
                f"{from_maximum} is no maximum to scale from: give a number above zero."
            )
        name = str(self.meaning(column).column)
        return self.model_copy(update={"scale": {**self.scale, name: float(from_maximum)}})

    def unscaled(self, column: ColumnKey | str) -> Columns:
        """Make the same columns with a score column's numbers taken as they stand."""
        kept = {name: top for name, top in self.scale.items() if name != str(column)}
        return self.model_copy(update={"scale": kept})

    def with_token(self, text: str, fields: Mapping[str, Any]) -> Columns:
        """Make the same columns with what a text of the score columns stands for, in any case.

        Args:
            text: the word, such as "ABS".
            fields: of a result, as the standard writes them, such as `{"missing": "true"}`; `{"skip": True}` for no
                grade; `{}` to make it a word like any other again.

        Raises:
            ColumnsError: the text is a number or CLEAR, or a result has no such field or value.
        """
        text = text.strip()
        others = {
            each: known for each, known in self.tokens.items() if each.upper() != text.upper()
        }
        if fields and (wrong := check_token(text, fields)):
            raise ColumnsError(f"{wrong}.")
        return self.model_copy(
            update={"tokens": {**others, text: dict(fields)} if fields else others}
        )

    def with_attempts(self, attempts: Attempts) -> Columns:
        """Make the same columns with what to do with several scores of one student for one line item.

        Raises:
            ColumnsError: it is none of ATTEMPTS.
        """
        if attempts not in ATTEMPTS:
            raise ColumnsError(f"{attempts!r} is none of {', '.join(ATTEMPTS)}: name one of these.")
        return self.model_copy(update={"attempts": attempts})

    def compare_header(self, sheet: Sheet) -> HeaderChange:
        """Say how a sheet's header differs from the one that these columns are for; false where it does not."""
        known = [meaning.column for meaning in self.meanings]
        # Names in a file that was edited by hand may be others than those of its fingerprint.
        if sheet.fingerprint == self.header_fingerprint and set(known) <= set(sheet.header):
            return HeaderChange()
        return compare_headers(
            [key for key in known if not key.name.startswith(OWN_COLUMN)],
            [key for key in sheet.header if not key.name.startswith(OWN_COLUMN)],
            (self.format, sheet.format),
        )

    def _show(self) -> Showing:
        counts = Counter(each.means for each in self.meanings)
        # Columns that are ignored are the last to be looked at.
        told = sorted(self.meanings, key=lambda each: each.means == "ignored")
        chosen = {BY_HAND: len(self.student_matches) + len(self.line_item_matches)}
        return Showing(
            f"<Columns of {self.format}: {tell_counts(counts)}>",
            [
                ("answers", ", ".join(f"{each.code} {each.value}" for each in self.answers)),
                (
                    "several scores for one grade",
                    self.attempts if self.attempts != "refuse" else "",
                ),
                ("scaled from", ", ".join(f"{name}: {top:g}" for name, top in self.scale.items())),
                ("students and line items", tell_counts(chosen) if any(chosen.values()) else ""),
                ("words for scores", ", ".join(self.tokens)),
            ],
            ("column", "means", "of", "reason", "samples"),
            [
                (
                    each.column,
                    each.means,
                    each.belongs_to or _target(each),
                    each.reason,
                    " · ".join(each.samples),
                )
                for each in told[:MOST_ROWS]
            ],
            len(told),
            "columns",
        )

    def to_json(self) -> str:
        """Write the columns as readable JSON."""
        return self.model_dump_json(indent=2, exclude_defaults=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            ColumnsError: the text is something else.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise ColumnsError(
                f"These are no saved columns: {_first_problem(error)}; save them again."
            ) from None


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg'].removeprefix('Value error, ')}" if where else first["msg"]


def _target(meaning: ColumnMeaning) -> str:
    several = f" of {len(meaning.line_items)} classes" if meaning.line_items else ""
    return (meaning.line_item_title or meaning.line_item or meaning.key) + several
