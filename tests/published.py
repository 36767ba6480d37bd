"""Published schemas in JSON Schema's words."""

from __future__ import annotations

from typing import Any


def mend(part: Any) -> Any:
    """Say `nullable`, a word of OpenAPI 3.0, in JSON Schema's way; Timeback's `metadata` mixes the two."""
    if isinstance(part, list):
        return [mend(each) for each in part]
    if not isinstance(part, dict):
        return part
    mended = {name: mend(each) for name, each in part.items() if name != "nullable"}
    if part.get("nullable") is True:
        mended["type"] = [part["type"], "null"]
    return mended
