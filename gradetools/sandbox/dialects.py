"""How a stored record is said on the wire, and how what came over the wire is stored.

Records are stored as Timeback says them: a gradebook record as it was sent, a reference as its
sourcedId. The official dialect and all roster answers spell references out: href, sourcedId,
type. In the official dialect a scoreDate is a date.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from gradetools.sandbox.schemas import KIND_OF_TYPE, REFERENCES

GRADEBOOK = "/ims/oneroster/gradebook/v1p2"
ROSTERING = "/ims/oneroster/rostering/v1p2"
GRADEBOOK_KINDS = frozenset({"results", "lineItems", "categories", "scoreScales"})


class Presenter:
    """Says records in one dialect, with addresses under one base URL."""

    def __init__(self, dialect: str, base_url: str) -> None:
        self.dialect = dialect
        self.base_url = base_url

    def present_texts(
        self, kind: str, texts: Iterable[str], fields: tuple[str, ...] = ()
    ) -> Iterable[str]:
        """Say stored JSON texts as JSON texts; only `fields` of each, if any are named."""
        if self.dialect == "timeback" and kind in GRADEBOOK_KINDS and not fields:
            return texts
        return (_to_text(self.present(kind, json.loads(text), fields)) for text in texts)

    def present(
        self, kind: str, record: Mapping[str, Any], fields: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Say one stored record."""
        said = {name: record[name] for name in fields or record if name in record}
        if self.dialect == "timeback" and kind in GRADEBOOK_KINDS:
            return said
        for field, name in REFERENCES[kind].items():
            value = said.get(field)
            if isinstance(value, list):
                said[field] = [self._spell_out(each, name) for each in value]
            elif value is not None:
                said[field] = self._spell_out(value, name)
        if kind == "users" and "roles" in said:
            said["roles"] = [
                role | {"org": self._spell_out(role["org"], "org")} if "org" in role else role
                for role in said["roles"]
            ]
        return self._say_officially(kind, said) if self.dialect == "oneroster" else said

    def _say_officially(self, kind: str, said: dict[str, Any]) -> dict[str, Any]:
        if kind == "results" and "scoreDate" in said:
            said["scoreDate"] = said["scoreDate"][:10]
        if kind in GRADEBOOK_KINDS:
            return {name: value for name, value in said.items() if value is not None}
        return said

    def _spell_out(self, value: dict[str, Any], name: str) -> dict[str, str]:
        kind = KIND_OF_TYPE[name]
        service = GRADEBOOK if kind in GRADEBOOK_KINDS else ROSTERING
        sourced_id = value["sourcedId"]
        href = f"{self.base_url}{service}/{kind}/{quote(sourced_id, safe='')}"
        return {"href": href, "sourcedId": sourced_id, "type": name}


def store_form(kind: str, record: Mapping[str, Any], dialect: str) -> dict[str, Any]:
    """Turn a checked gradebook record of the dialect into what is stored."""
    kept = dict(record)
    if dialect == "timeback":
        return kept
    for field in REFERENCES[kind]:
        if field in kept:
            kept[field] = {"sourcedId": kept[field]["sourcedId"]}
    if kind == "results":
        kept["scoreDate"] = f"{kept['scoreDate']}T00:00:00.000Z"
    return kept


def _to_text(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))
