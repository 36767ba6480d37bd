"""Files made to fill the memory or to take for ever, or that are not what they are called, end soon and in one sentence.

They are read in a process of their own, with bounded memory and time: a true hang would hold up no test run.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from workbooks import write_ods, write_xls, write_xlsx

#: For all of a test's files together; each takes far less.
SECONDS = 120
#: Of address space, beyond what Python and pandas take.
MEGABYTES = 1500

_READ = """
import resource, sys, time
import openpyxl, xlrd
from gradetools.errors import SheetError
from gradetools.sheet import read_sheet
read = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (read + int(sys.argv[1]) * 2**20,) * 2)
import json, warnings
warnings.simplefilter("ignore")
for path in sys.stdin.read().splitlines():
    begun = time.monotonic()
    try:
        told = str(read_sheet(path))
    except SheetError as error:
        told = f"SheetError: {error}"
    print(json.dumps([path, told, time.monotonic() - begun]), flush=True)
"""


def read_apart(paths: list[Path]) -> dict[str, str]:
    """Read files in a process of their own; give what came of each, by its name."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the memory of a process is bounded as Linux does it")
    found: list[list[str]] = []
    command = [sys.executable, "-c", _READ, str(MEGABYTES)]
    names = "\n".join(map(str, paths))
    try:
        run = subprocess.run(
            command, input=names, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        output, trouble = run.stdout, run.stderr
    except subprocess.TimeoutExpired as late:
        output, trouble = (late.stdout or b"").decode(), "it hangs"
    found = [json.loads(line) for line in output.splitlines()]
    unread = [path.name for path in paths[len(found) :]]
    assert not unread, f"{unread[0]}: {trouble[-600:]}"
    return {Path(path).name: told for path, told, _ in found}


ROWS = [["ID", "Quiz 1"], ["00123", "8"], ["00124", "7.5"]]
FAR = "would|more than|a row of"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "'
    + "ha" * 500
    + '">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 100}">'
        for before, name in zip("abcdef", "bcdefg", strict=True)
    )
    + "]>"
)


def change_part(path: Path, part: str, change: Callable[[str], str]) -> None:
    """Write one part of an archive anew."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, change(content.decode()) if name == part else content)


def xlsx_cell(place: str) -> Callable[[Path], Path]:
    """Write a workbook with one cell at an absurd place."""
    line = re.sub("[A-Z]", "", place)
    cell = f'<row r="{line}"><c r="{place}" t="str"><v>x</v></c></row>'
    return lambda folder: write_xlsx(folder, ROWS, after=cell)


def ods_cells(row: int, column: int, text: str = "x") -> Callable[[Path], Path]:
    """Write a spreadsheet whose last cell is repeated so often, downwards and to the right."""
    cells = (
        f'<table:table-row table:number-rows-repeated="{row}"><table:table-cell office:value-type="string"'
        f' table:number-columns-repeated="{column}"><text:p>{text}</text:p></table:table-cell></table:table-row>'
    )
    return lambda folder: write_ods(folder, ROWS, after=cells)


def xlsx_entities(folder: Path, part: str, declared: str = LAUGHS) -> Path:
    """Write a workbook with an entity bomb in one part."""
    path = write_xlsx(folder, ROWS)
    if part == "xl/sharedStrings.xml":
        change_part(path, part, lambda text: declared + text.replace("Quiz 1", "&g;"))
    else:
        change_part(path, part, lambda text: declared + text)
    return path


def ods_entities(folder: Path) -> Path:
    """Write a spreadsheet with an entity bomb."""
    path = write_ods(folder, ROWS)
    change_part(path, "content.xml", lambda text: LAUGHS + text.replace("Quiz 1", "&g;"))
    return path


def shared_string_bomb(folder: Path) -> Path:
    """A text of a megabyte, to which a million cells refer."""
    row = '<row r="{}">' + '<c t="s"><v>0</v></c>' * 1000 + "</row>"
    return write_xlsx(
        folder, [["x" * 1_000_000, "Quiz 1"]], after="".join(map(row.format, range(2, 1002)))
    )


def vast_archive(part: str) -> Callable[[Path], Path]:
    """Write an archive of 200 kB that would unpack to 200 MB."""

    def write(folder: Path) -> Path:
        path = folder / "bomb.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml" if part.startswith("xl") else part, "x")
            archive.writestr(part, b" " * 200_000_000) if part.startswith("xl") else None
            archive.writestr("more.csv", b" " * 200_000_000)
        return path

    return write


def archive_of(files: dict[str, bytes], name: str = "grades.zip") -> Callable[[Path], Path]:
    """Write an archive of these files."""

    def write(folder: Path) -> Path:
        path = folder / name
        with zipfile.ZipFile(path, "w") as archive:
            for inside, content in files.items():
                archive.writestr(inside, content)
        return path

    return write


def nested_archive(folder: Path) -> Path:
    """An archive in an archive in an archive."""
    path = folder / "inner.zip"
    for depth in range(20):
        outer = folder / f"outer{depth}.zip"
        with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner.zip", path.read_bytes() if path.is_file() else b" " * 1_000_000)
        path = outer
    return path


RESULTS = b"sourcedId,lineItemSourcedId,studentSourcedId,scoreStatus,score\nr1,quiz-1,ada,fully graded,8\n"
READS = "^<Sheet"
HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "letters beyond all columns": (xlsx_cell("ZZZZZZZ1"), FAR),
    "letters without end": (xlsx_cell("Z" * 5000 + "1"), FAR),
    "the row after the last": (xlsx_cell("A1048577"), FAR),
    "a row far beyond": (xlsx_cell("A99999999"), FAR),
    "the last cell of all": (xlsx_cell("XFD1048576"), FAR),
    "a row that is no number": (xlsx_cell("A-1"), "cannot be read as an XLSX"),
    "ods: a thousand million columns": (ods_cells(1, 1_000_000_000), FAR),
    "ods: a thousand million rows": (ods_cells(1_000_000_000, 1), FAR),
    "ods: both": (ods_cells(1_048_000, 16_000), FAR),
    "ods: a long text, often": (ods_cells(1_000_000, 20, "x" * 500), "more than"),
    "ods: empty cells without end": (ods_cells(10**9, 10**9, ""), READS),
    "ods: a text of blanks": (ods_cells(1, 1, '<text:s text:c="1000000000"/>x'), READS),
    "xlsx: a size that lies": (
        lambda folder: write_xlsx(folder, ROWS, before='<dimension ref="A1:XFD1048576"/>'),
        READS,
    ),
    "xlsx: a text that a million cells share": (shared_string_bomb, "more than"),
    "xlsx: entities in the texts": (
        lambda folder: xlsx_entities(folder, "xl/sharedStrings.xml"),
        "cannot be read",
    ),
    "xlsx: entities in the workbook": (
        lambda folder: xlsx_entities(folder, "xl/workbook.xml"),
        "cannot be read",
    ),
    "xlsx: entities in the styles": (
        lambda folder: xlsx_entities(folder, "xl/styles.xml"),
        "cannot be read",
    ),
    "xlsx: one harmless entity": (
        lambda folder: xlsx_entities(
            folder, "xl/worksheets/sheet1.xml", '<!DOCTYPE x [<!ENTITY a "ha">]>'
        ),
        "cannot be read",
    ),
    "ods: entities": (ods_entities, "cannot be read"),
    "bomb as xlsx": (vast_archive("xl/worksheets/sheet1.xml"), "would unpack"),
    "bomb as ods": (vast_archive("content.xml"), "would unpack"),
    "bomb as package": (vast_archive("results.csv"), "would unpack"),
    "archives in archives": (nested_archive, "an archive with neither"),
    "an archive of a sheet": (archive_of({"grades.csv": b"ID,Quiz 1\n1,8\n"}), "an archive with"),
    "a package that climbs": (archive_of({"../../results.csv": RESULTS}), READS),
    "two packages": (
        archive_of({"a/results.csv": RESULTS, "b/results.csv": RESULTS}),
        "holds 2 packages",
    ),
    "a package of nothing": (archive_of({"results.csv": b""}), "without results"),
    "a workbook of nothing": (archive_of({"[Content_Types].xml": b""}), "cannot be read"),
    "a spreadsheet of nothing": (archive_of({"content.xml": b""}), "cannot be read"),
}


def test_hostile_files_end_soon(tmp_path: Path) -> None:
    """No bomb, absurd place or lie about sizes takes long, fills the memory, or is more than one sentence."""
    paths = []
    for name, (write, _) in HOSTILE.items():
        folder = tmp_path / str(len(paths))
        folder.mkdir()
        paths.append(shutil.move(write(folder), folder / f"{name.replace(':', '')}.xlsx"))
    found = list(read_apart([Path(path) for path in paths]).items())
    wrong = {
        name: told
        for (name, told), (_, sentence) in zip(found, HOSTILE.values(), strict=True)
        if not re.search(sentence, told) or "\n" in told
    }
    assert wrong == {}


def test_nothing_is_written_beside_a_package_that_climbs(tmp_path: Path) -> None:
    """A name such as ../../results.csv in an archive leads nowhere: nothing is unpacked to the disk."""
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    read_apart([HOSTILE["a package that climbs"][0](folder)])
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["grades.zip"]


FALSE_NAMES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "xlsx called csv": (lambda folder: write_xlsx(folder, ROWS), READS),
    "ods called xlsx": (lambda folder: write_ods(folder, ROWS), READS),
    "xls called xlsx": (lambda folder: write_xls(folder, ROWS), READS),
    "csv called xlsx": (lambda folder: _write(folder, b"ID,Quiz 1\n00123,8\n"), READS),
    "tabs called xls": (
        lambda folder: _write(folder, "ID\tQuiz 1\n1\t8\n".encode("utf-16")),
        READS,
    ),
    "page called xls": (
        lambda folder: _write(folder, b"<html><table><tr><td>ID</td></tr></table>"),
        "is a web page or XML, not a table",
    ),
    "xml called xls": (
        lambda folder: _write(folder, b'<?xml version="1.0"?><Workbook/>'),
        "is a web page or XML, not a table",
    ),
    "pdf called csv": (lambda folder: _write(folder, b"%PDF-1.7\n1,2\n"), "is a PDF document"),
    "locked": (
        lambda folder: _write(
            folder, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
        ),
        "is locked with a password",
    ),
}


def _write(folder: Path, content: bytes) -> Path:
    path = folder / "grades"
    path.write_bytes(content)
    return path


def test_a_file_is_read_by_its_content(tmp_path: Path) -> None:
    """What portals call by a wrong name is read all the same, or its true kind is told."""
    paths = []
    for name, (write, _) in FALSE_NAMES.items():
        folder = tmp_path / str(len(paths))
        folder.mkdir()
        paths.append(Path(shutil.move(write(folder), folder / name.replace(" called ", "."))))
    found = read_apart(paths).values()
    sentences = [sentence for _, sentence in FALSE_NAMES.values()]
    assert [
        told for told, each in zip(found, sentences, strict=True) if not re.search(each, told)
    ] == []


@pytest.mark.parametrize("write", [write_xlsx, write_ods, write_xls])
def test_workbooks_cut_off_anywhere(tmp_path: Path, write: Callable[..., Path]) -> None:
    """A workbook that is cut off, wherever, is read or refused in one sentence."""
    content = write(tmp_path, ROWS).read_bytes()
    paths = []
    for size in range(1, len(content), max(1, len(content) // 60)):
        paths.append(tmp_path / f"{size}.workbook")
        paths[-1].write_bytes(content[:size])
    found = read_apart(paths)
    assert {"\n" in told for told in found.values()} == {False}
    assert len(found) == len(paths)


@pytest.mark.parametrize("write", [write_xlsx, write_ods, write_xls])
def test_workbooks_damaged_anywhere(tmp_path: Path, write: Callable[..., Path]) -> None:
    """However a workbook's bytes, or the XML in it, are damaged, it is read or refused in one sentence."""
    original = write(tmp_path, ROWS)
    content = original.read_bytes()
    chance = random.Random(3)  # noqa: S311 - the same damage every time
    paths = []
    for k in range(150):
        paths.append(tmp_path / f"{k}.workbook")
        damaged = bytearray(content)
        for _ in range(chance.choice([1, 3, 8])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        paths[-1].write_bytes(damaged)
        if k % 2 and zipfile.is_zipfile(original):
            _damage_inside(original, paths[-1], chance)
    found = read_apart(paths)
    assert {"\n" in told for told in found.values()} == {False}
    assert len(found) == len(paths)


def _damage_inside(original: Path, path: Path, chance: random.Random) -> None:
    """Change some characters of a part, and pack it again."""
    with zipfile.ZipFile(original) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    part = bytearray(parts[name := chance.choice([each for each in parts if parts[each]])])
    for _ in range(chance.choice([1, 2, 5])):
        part[chance.randrange(len(part))] = chance.choice(b'<>/"= 0123456789rstv')
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, bytes(part) if each == name else content)
