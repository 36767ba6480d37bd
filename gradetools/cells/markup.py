"""The XML of a workbook as a stream of elements: never a tree in memory, never an entity of the file's own."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import IO, TypeVar
from xml.parsers import expat

Attributes = dict[str, str]

_CHUNK = 1 << 16
#: Styles, worksheets, relations: a workbook has some hundreds of them.
_MOST_ELEMENTS = 200_000
_MOST_NAMES = 1_000


def stream_xml(
    source: IO[bytes],
    *,
    start: Mapping[str, Callable[[Attributes], object]],
    end: Mapping[str, Callable[[], object]],
    text: Callable[[str], object],
) -> None:
    """Go through an XML document; what begins and ends is told to those who wait for its name, without namespace.

    The names of attributes keep their namespace and a blank before them, where they have one.

    Raises:
        ValueError: it declares a document type, which no workbook does and every entity bomb must.
        expat.ExpatError: it is no XML.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = _CHUNK
    starts, ends = _Waiting(start), _Waiting(end)

    def begin(name: str, attributes: Attributes) -> None:
        if action := starts[name]:
            action(attributes)

    def finish(name: str) -> None:
        if action := ends[name]:
            action()

    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_document_type
    while chunk := source.read(_CHUNK):
        parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no names
    parser.Parse(b"", True)  # noqa: FBT003 - expat takes no names


_Action = TypeVar("_Action")


class _Waiting(dict[str, _Action | None]):
    """Who waits for an element, by its name with its namespace."""

    def __init__(self, local: Mapping[str, _Action]) -> None:
        self._local = local

    def __missing__(self, name: str) -> _Action | None:
        found = self._local.get(name.rpartition(" ")[2])
        if len(self) < _MOST_NAMES:  # a document may invent names without end
            self[name] = found
        return found


def _refuse_document_type(*_: object) -> None:
    raise ValueError("a workbook has no document type")


def collect_elements(
    archive: zipfile.ZipFile, part: str, wanted: Collection[str]
) -> list[tuple[str, Attributes]]:
    """List the elements of those names in a small part of a workbook, in its order."""
    found: list[tuple[str, Attributes]] = []

    def note(name: str, attributes: Attributes) -> None:
        found.append((name, attributes))
        if len(found) > _MOST_ELEMENTS:
            raise ValueError(f"{part} has too many elements")

    with archive.open(part) as source:
        stream_xml(source, start={name: partial(note, name) for name in wanted}, end={}, text=len)
    return found


def resolve_part(base: str, target: str) -> str:
    """Find the part that another one names, from its own folder or, after a slash, from the root."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target)).lstrip("/")
