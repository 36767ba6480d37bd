"""The filter grammar (contract section 2.4), turned into a condition in SQL.

filter = term { (AND | OR) term }       AND binds closer
term   = field op value                 student.sourcedId='s-1'
op     = '=' '!=' '>' '>=' '<' '<=' '~' (contains) '@' (is one of, by commas)
value  = 'text with '' for a quote', or a bare number, true or false
"""

from __future__ import annotations

import re
from typing import Any

from gradetools.sandbox.errors import Flaw, Refusal
from gradetools.sandbox.schemas import REFERENCES, fields_of

_TERM = re.compile(
    r"\s*(?P<field>[A-Za-z][\w.:-]*)\s*(?P<op>!=|>=|<=|=|>|<|~|@)\s*"
    r"(?:'(?P<quoted>(?:[^']|'')*)'|(?P<bare>-?\d[\d.eE+-]*|true|false))\s*",
    re.ASCII,
)
_JOINT = re.compile(r"(AND|OR)\s+")
_MOST_TERMS = 100  # SQLite allows an expression a certain depth

# Fields that have a column, and so an index; the others are looked up in the record's JSON.
_COLUMNS = {"sourcedId": "sourced_id", "status": "status", "dateLastModified": "modified"}
_OWN_COLUMNS = {
    ("results", "student.sourcedId"): "user_id",
    ("results", "lineItem.sourcedId"): "line_item_id",
    ("enrollments", "user.sourcedId"): "user_id",
    ("enrollments", "class.sourcedId"): "class_id",
    ("lineItems", "class.sourcedId"): "class_id",
}


def filter_to_sql(text: str, kind: str) -> tuple[str, dict[str, Any]]:
    """Compile a filter: a condition on table `record`, and the values bound in it."""
    terms: list[str] = []
    values: dict[str, Any] = {}
    place = 0
    while True:
        term = _TERM.match(text, place)
        if term is None or len(terms) > _MOST_TERMS:
            raise _refuse("Error in filter query.", text[place:] or text)
        expression = field_to_sql(term["field"], kind, "invalid_filter_field")
        terms.append(_term_to_sql(expression, term, f"f{len(values)}_", values))
        place = term.end()
        if place == len(text):
            return " ".join(terms), values
        joint = _JOINT.match(text, place)
        if joint is None:
            raise _refuse("Error in filter query.", text[place:])
        terms.append(joint[1])
        place = joint.end()


def field_to_sql(field: str, kind: str, minor: str) -> str:
    """Say where a field of a kind is found: a column, or a place in the record's JSON.

    A dotted field reaches into a reference (`student.sourcedId`) or into `metadata`, nowhere
    else.
    """
    first, *rest = field.split(".")
    reaches = not rest or first == "metadata" or (len(rest) == 1 and first in REFERENCES[kind])
    if first not in fields_of(kind) or not reaches or "" in rest:
        raise Refusal(
            400, minor, "Error in filter query.", faults=(Flaw(field, f"is no field of {kind}"),)
        )
    column = _COLUMNS.get(field) or _OWN_COLUMNS.get((kind, field))
    path = ".".join(f'"{part}"' for part in (first, *rest))
    return column or f"json_extract(body, '$.{path}')"


def _term_to_sql(field: str, term: re.Match[str], name: str, values: dict[str, Any]) -> str:
    bare, quoted = term["bare"], term["quoted"]
    text = bare if bare is not None else quoted.replace("''", "'")
    if term["op"] == "~":
        values[name] = text
        return f"contains_text({field}, :{name})"
    if term["op"] in {"=", "!=", "@"}:
        wanted = text.split(",") if term["op"] == "@" else [text]
        names = []
        for number, each in enumerate(_with_numbers(wanted, is_bare=bare is not None)):
            values[f"{name}{number}"] = each
            names.append(f":{name}{number}")
        found = f"ifnull({field} IN ({', '.join(names)}), 0)"
        return f"NOT {found}" if term["op"] == "!=" else found
    values[f"{name}t"] = text
    values[f"{name}n"] = _number_in(text)
    # SQLite puts every number before every text; a number is compared with numbers only.
    return (
        f"CASE WHEN typeof({field}) IN ('integer', 'real') THEN {field} {term['op']} :{name}n"
        f" ELSE {field} {term['op']} :{name}t END"
    )


def _with_numbers(texts: list[str], *, is_bare: bool) -> list[Any]:
    """Add to each text the JSON value it may stand for: '8' finds "8" and 8."""
    found: list[Any] = list(texts)
    for text in texts:
        if (number := _number_in(text)) is not None:
            found.append(number)
        elif is_bare:
            found.append(text == "true")
    return found


def _number_in(text: str) -> float | None:
    if not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text, re.ASCII):
        return None
    return float(text)


def _refuse(message: str, where: str) -> Refusal:
    fault = Flaw("filter", f"cannot be read from here: {where[:40]}")
    return Refusal(400, "invalid_filter_field", message, faults=(fault,))
