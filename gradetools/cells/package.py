"""A OneRoster CSV package, zip or folder, into one table: each result with its line item and what else is said of it.

Source of the layout: 1EdTech OneRoster CSV Binding, 1.1 and 1.2 (manifest.csv, results.csv, lineItems.csv,
resultLearningObjectiveIds.csv, resultScoreScales.csv, scoreScales.csv). Files are read leniently: a byte order
mark, a header in another case, a file without rows.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

import pandas as pd

from gradetools.cells.delimited import read_text
from gradetools.errors import SheetError

RESULTS = "results.csv"
#: Columns that are joined to those of results.csv, at their right end.
JOINED = (
    "lineItemTitle", "resultValueMin", "resultValueMax", "learningObjectives", "scoreScaleSourcedId", "scoreScaleTitle",
)  # fmt: skip

Read = Callable[[str], bytes]


def read_package(source: Path | bytes, name: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read the results of a package, a folder or a zip archive, with their line items, objectives and score scales.

    Returns:
        The frame of `Cells`: a header and one row per row of results.csv, in its order; and "version", "mode", and
        what is "left out" of what is sent.

    Raises:
        SheetError: results.csv is missing, or absent by the manifest, or damaged.
    """
    try:
        if isinstance(source, Path):
            return _join(name, _open_folder(source))
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            if any(file.flag_bits & 1 for file in archive.infolist()):
                raise SheetError(f"{name} is locked with a password: save it without one.")
            return _join(name, _open_archive(archive, name))
    except SheetError:
        raise
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError):
        raise SheetError(f"{name} is a damaged package: export it again.") from None


def _open_folder(path: Path) -> Read:
    def read(file: str) -> bytes:
        return (path / file).read_bytes() if (path / file).is_file() else b""

    return read


def _open_archive(archive: zipfile.ZipFile, name: str) -> Read:
    """Read from the one folder that holds results.csv: the root, as the standard wants, or the folder that was packed."""
    places = [place for place in archive.namelist() if PurePosixPath(place).name == RESULTS]
    if len(places) > 1:
        raise SheetError(
            f"{name} holds {len(places)} packages ({', '.join(places[:3])}): unpack it and choose the folder of one."
        )
    base = places[0].removesuffix(RESULTS)
    known = set(archive.namelist())

    def read(file: str) -> bytes:
        return archive.read(base + file) if base + file in known else b""

    return read


def _join(name: str, read: Read) -> tuple[pd.DataFrame, dict[str, str]]:
    manifest = _read_table(read("manifest.csv"), f"manifest.csv of {name}")
    told = dict(zip(_column(manifest, "propertyName"), _column(manifest, "value"), strict=True))

    def table(file: str) -> pd.DataFrame:
        absent = told.get(f"file.{file}", "").strip().lower() == "absent"
        return _read_table(b"" if absent else read(f"{file}.csv"), f"{file}.csv of {name}")

    results = table("results")
    if not _column(results, "lineItemSourcedId").any():
        raise SheetError(f"{name} is a OneRoster package without results: export it with them.")
    detected = {
        "version": told.get("oneroster.version", "") or _guess_version(results),
        "mode": told.get("file.results", "").strip().lower() or _guess_mode(results),
    }
    for title, texts in _join_columns(results, table).items():
        results[title] = texts
    left_out = [what for title, what in _LEFT_OUT.items() if results[title].any()]
    if left_out:
        detected["left out"] = " and ".join(left_out)
    # The header is the first row of the frame of `Cells`.
    header = pd.DataFrame([list(results.columns)], columns=results.columns, dtype="str")
    frame = pd.concat([header, results])
    lines = pd.RangeIndex(1, len(frame) + 1, name="line")
    return frame.set_axis(lines, axis="index").set_axis(
        range(frame.shape[1]), axis="columns"
    ), detected


#: What is shown beside a result and never sent.
_LEFT_OUT = {"learningObjectives": "learning objectives", "scoreScaleSourcedId": "score scales"}


def _join_columns(
    results: pd.DataFrame, table: Callable[[str], pd.DataFrame]
) -> dict[str, pd.Series]:
    """Give the JOINED columns, each row by its result's and its line item's sourcedId."""
    items, titles, scales = table("lineItems"), table("scoreScales"), table("resultScoreScales")
    result, line_item = _column(results, "sourcedId"), _column(results, "lineItemSourcedId")
    scale = _look_up(result, scales, "scoreScaleSourcedId", key="resultSourcedId")
    return {
        "lineItemTitle": _look_up(line_item, items, "title"),
        "resultValueMin": _look_up(line_item, items, "resultValueMin"),
        "resultValueMax": _look_up(line_item, items, "resultValueMax"),
        "learningObjectives": _map(result, _list_objectives(table)),
        "scoreScaleSourcedId": scale,
        "scoreScaleTitle": _look_up(scale, titles, "title"),
    }


def _look_up(
    ids: pd.Series, table: pd.DataFrame, column: str, *, key: str = "sourcedId"
) -> pd.Series:
    return _map(ids, dict(zip(_column(table, key), _column(table, column), strict=True)))


def _map(ids: pd.Series, known: Mapping[str, str]) -> pd.Series:
    texts = [known.get(one, "") if one else "" for one in ids]
    return pd.Series(texts, index=ids.index, dtype="str")


def _list_objectives(table: Callable[[str], pd.DataFrame]) -> dict[str, str]:
    found = table("resultLearningObjectiveIds")
    wanted = ("resultSourcedId", "status", "source", "learningObjectiveId", "score", "textScore")
    objectives: dict[str, list[str]] = {}
    for result, status, source, objective, *reached in zip(
        *(_column(found, name) for name in wanted), strict=True
    ):
        if status != "tobedeleted":
            score = " ".join(filter(None, reached))
            named = f"{source}:{objective}" + (f" = {score}" if score else "")
            objectives.setdefault(result, []).append(named)
    return {result: "; ".join(named) for result, named in objectives.items()}


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """Give the column of that name, or an empty text for each row."""
    return table[name] if name in table.columns else pd.Series("", index=table.index, dtype="str")


def _guess_mode(results: pd.DataFrame) -> str:
    """A bulk file leaves status and dateLastModified blank, a delta file fills both."""
    return "delta" if _column(results, "dateLastModified").any() else "bulk"


def _guess_version(results: pd.DataFrame) -> str:
    return "1.2" if "textScore" in results.columns else "1.1"


_NAMES = (
    "sourcedId", "status", "dateLastModified", "lineItemSourcedId", "studentSourcedId", "scoreStatus", "score",
    "scoreDate", "comment", "textScore", "classSourcedId", "inProgress", "incomplete", "late", "missing", "title",
    "resultValueMin", "resultValueMax", "resultSourcedId", "source", "learningObjectiveId", "scoreScaleSourcedId",
    "propertyName", "value",
)  # fmt: skip
_SPELLING = {name.lower(): name for name in _NAMES}


def _read_table(content: bytes, name: str) -> pd.DataFrame:
    """Read a file's rows by the standard's own spelling of its header; none where it has no rows.

    Of two columns of one name the first counts; the other keeps its place, as an extension.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SheetError(
            f"{name} is not UTF-8, as the standard asks: export the package again."
        ) from None
    if not text.strip():
        return pd.DataFrame()
    frame = read_text(text, name, ",")[0]
    names: list[str] = []
    for found in frame.iloc[0]:
        spelled = _SPELLING.get(found.strip().lower(), found.strip())
        names.append(f"{spelled} #{len(names) + 1}" if spelled in names else spelled)
    return frame.iloc[1:].set_axis(names, axis="columns")
