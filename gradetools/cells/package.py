"""A OneRoster CSV package, zip or folder, into one table: each result with its line item and what else is said of it.

Source of the layout: 1EdTech OneRoster CSV Binding, 1.1 and 1.2 (manifest.csv, results.csv, lineItems.csv,
resultLearningObjectiveIds.csv, resultScoreScales.csv, scoreScales.csv). Files are read leniently: a byte order
mark, a header in another case, a file without rows.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

import pandas as pd

from gradetools.cells.delimited import read_text
from gradetools.cells.limits import list_archive
from gradetools.errors import SheetError

RESULTS = "results.csv"
#: Columns that are joined to those of results.csv, at their right end.
JOINED = (
    "lineItemTitle", "resultValueMin", "resultValueMax", "learningObjectives", "scoreScaleSourcedId", "scoreScaleTitle",
)  # fmt: skip

Rows = list[list[str]]
Records = list[dict[str, str]]


def holds_package(source: str | Path) -> bool:
    """Say whether this is a folder or a zip archive that holds results.csv."""
    try:
        path = Path(source).expanduser()
        if path.is_dir():
            return (path / RESULTS).is_file()
        with zipfile.ZipFile(path) as archive:
            return any(PurePosixPath(name).name == RESULTS for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return False


def read_package(path: Path) -> tuple[Rows, dict[str, str]]:
    """Read the results of a package, joined with their line items, learning objectives and score scales.

    Returns:
        A header and one row per row of results.csv, in its order; and "version" and "mode".

    Raises:
        SheetError: results.csv is missing, or absent by the manifest, or damaged.
    """
    try:
        read = _open_folder(path) if path.is_dir() else _open_archive(path)
        return _join(path.name, read)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise SheetError(f"{path.name} is a damaged package: export it again.") from None


def _open_folder(path: Path) -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        return (path / name).read_bytes() if (path / name).is_file() else b""

    return read


def _open_archive(path: Path) -> Callable[[str], bytes]:
    list_archive(path.read_bytes(), path.name)  # refuses what would unpack to far too much

    def read(name: str) -> bytes:
        with zipfile.ZipFile(path) as archive:
            # The standard wants them at the root; many a zip holds the folder instead.
            found = [each for each in archive.namelist() if PurePosixPath(each).name == name]
            return archive.read(min(found, key=len)) if found else b""

    return read


def _join(name: str, read: Callable[[str], bytes]) -> tuple[Rows, dict[str, str]]:
    manifest = {
        row.get("propertyName", ""): row.get("value", "")
        for row in _records(read("manifest.csv"), "manifest.csv")
    }
    version = manifest.get("oneroster.version", "")

    def records(file: str) -> Records:
        absent = manifest.get(f"file.{file}", "").lower() == "absent"
        return [] if absent else _records(read(f"{file}.csv"), f"{file}.csv of {name}")

    results = records("results")
    if not any(row.get("lineItemSourcedId") for row in results):
        raise SheetError(f"{name} is a OneRoster package without results: export it with them.")
    mode = manifest.get("file.results", "") or _guess_mode(results)
    header = list(results[0])
    joined = _joined_columns(records)
    rows = [
        [*row.values(), *joined(row.get("sourcedId", ""), row.get("lineItemSourcedId", ""))]
        for row in results
    ]
    return [[*header, *JOINED], *rows], {"version": version or _guess_version(header), "mode": mode}


def _joined_columns(records: Callable[[str], Records]) -> Callable[[str, str], list[str]]:
    """Give the JOINED columns for a result's and a line item's sourcedId."""
    items = {row.get("sourcedId", ""): row for row in records("lineItems")}
    titles = {row.get("sourcedId", ""): row.get("title", "") for row in records("scoreScales")}
    scales = {
        row.get("resultSourcedId", ""): row.get("scoreScaleSourcedId", "")
        for row in records("resultScoreScales")
    }
    objectives: dict[str, list[str]] = {}
    for row in records("resultLearningObjectiveIds"):
        if row.get("status") != "tobedeleted":
            objectives.setdefault(row.get("resultSourcedId", ""), []).append(_objective(row))

    def joined(result: str, line_item: str) -> list[str]:
        item, scale = items.get(line_item, {}), scales.get(result, "")
        range_ = [item.get(field, "") for field in ("title", "resultValueMin", "resultValueMax")]
        return [*range_, "; ".join(objectives.get(result, [])), scale, titles.get(scale, "")]

    return joined


def _objective(row: Mapping[str, str]) -> str:
    reached = " ".join(filter(None, (row.get("score", ""), row.get("textScore", ""))))
    named = f"{row.get('source', '')}:{row.get('learningObjectiveId', '')}"
    return f"{named} = {reached}" if reached else named


def _guess_mode(results: Records) -> str:
    """A bulk file leaves status and dateLastModified blank, a delta file fills both."""
    return "delta" if any(row.get("dateLastModified") for row in results) else "bulk"


def _guess_version(header: list[str]) -> str:
    return "1.2" if "textScore" in header else "1.1"


_NAMES = (
    "sourcedId", "status", "dateLastModified", "lineItemSourcedId", "studentSourcedId", "scoreStatus", "score",
    "scoreDate", "comment", "textScore", "classSourcedId", "inProgress", "incomplete", "late", "missing", "title",
    "resultValueMin", "resultValueMax", "resultSourcedId", "source", "learningObjectiveId", "scoreScaleSourcedId",
    "propertyName", "value",
)  # fmt: skip
_SPELLING = {name.lower(): name for name in _NAMES}


def _records(content: bytes, name: str) -> Records:
    """Read a file's rows by the standard's own spelling of its header; none where it has no rows."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SheetError(
            f"{name} is not UTF-8, as the standard asks: export the package again."
        ) from None
    if not text.strip():
        return []
    frame: pd.DataFrame = read_text(text, name, ",")[0]
    header, *rows = frame.to_numpy(dtype=object).tolist()
    spelled = [_SPELLING.get(text.strip().lower(), text.strip()) for text in header]
    return [dict(zip(spelled, row, strict=True)) for row in rows]
