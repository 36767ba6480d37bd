"""A secret and a token to be searched for, in every spelling in which they could come out again."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

#: Of every kind of character that some encoding changes.
SECRET = "planted+se/cr:et%41&=\"<x>'\\ü"  # noqa: S105 - invented, to be searched for
TOKEN = "planted.tok+en/41=="  # noqa: S105 - invented, to be searched for
KEY = "planted-gate+way/key&1"
CLIENT = "planted client:1"


def spell(secret: str) -> set[str]:
    """List the spellings of a secret: plain, quoted for addresses, forms, JSON, HTML and Python, and in base64."""
    plain = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
    plain |= {quote_lower(text) for text in plain}
    told = {json.dumps(secret, ensure_ascii=plain_only)[1:-1] for plain_only in (True, False)}
    told |= {text.replace("/", r"\/") for text in told}
    told |= {html.escape(secret), html.escape(secret, quote=False), repr(secret)[1:-1]}
    pairs = (
        {f"{CLIENT}:{secret}", f"{quote_plus(CLIENT)}:{quote_plus(secret)}"}
        if secret == SECRET
        else set()
    )
    coded = {
        encode(text.encode()).decode().rstrip("=")
        for text in plain | pairs
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
    }
    return plain | told | coded


def quote_lower(text: str) -> str:
    """Write percent-encoding with small letters, as some servers do."""
    parts = text.split("%")
    return "%".join([parts[0], *(part[:2].lower() + part[2:] for part in parts[1:])])


SPELLED = {secret: frozenset(spell(secret)) for secret in (SECRET, TOKEN, KEY)}
SPELLINGS = frozenset().union(*SPELLED.values())


def find_planted(text: str) -> list[str]:
    """List the spellings of what was planted that a text holds."""
    return sorted(spelling for spelling in SPELLINGS if spelling in text)


def find_planted_files(
    folders: Iterable[Path], besides: Iterable[Path] = ()
) -> dict[str, list[str]]:
    """List the files that hold what was planted, every byte of them searched, names included."""
    found = {}
    for path in _files(folders):
        if path not in set(besides):
            text = f"{path}\n{path.read_bytes().decode('utf-8', 'replace')}"
            wide = path.read_bytes().decode("utf-16-le", "replace")
            if spellings := find_planted(text) + find_planted(wide):
                found[path.name] = spellings
    return found


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def raise_with(headers: dict[str, str]) -> None:
    """Fail in a line whose variables a verbose traceback shows."""
    raise ValueError(len(headers))
