"""OneRoster CSV packages become one long sheet: a row for each result, with its line item beside it."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student

import gradetools as gt
from gradetools.checks import check_entries
from gradetools.columns import suggest_columns
from gradetools.errors import SheetError
from gradetools.sheet import Sheet, read_sheet

COMMON = "sourcedId,status,dateLastModified"
RESULTS_11 = f"{COMMON},lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment"
RESULTS_12 = f"{RESULTS_11},textScore,classSourcedId,inProgress,incomplete,late,missing"
WHEN = "2026-05-31T08:00:00.000Z"
FILES = {
    "manifest.csv": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\nfile.results,bulk\n"
    "file.lineItems,bulk\nfile.scoreScales,bulk\nfile.resultScoreScales,bulk\n",
    "results.csv": f"{RESULTS_12}\n"
    "r1,,,quiz-1,ada,fully graded,8,2026-05-31,Well done,,algebra-1,false,false,true,false\n"
    "r2,,,quiz-2,ada,exempt,,2026-05-31,,,algebra-1,,,,\n",
    "lineItems.csv": f"{COMMON},title,description,assignDate,dueDate,classSourcedId,categorySourcedId,"
    "academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId\n"
    "quiz-1,,,Quiz 1,,2026-05-01,2026-05-31,algebra-1,c,s,0,10,o\n",
    "resultLearningObjectiveIds.csv": f"{COMMON},resultSourcedId,source,learningObjectiveId,score,textScore\n"
    "x1,,,r1,unknown,fractions,1,mastered\nx2,,,r1,unknown,decimals,,\n",
    "resultScoreScales.csv": f"{COMMON},title,resultSourcedId,scoreScaleSourcedId\ny1,,,,r1,letters\n",
    "scoreScales.csv": f"{COMMON},title,type,orgSourcedId,courseSourcedId,classSourcedId,scoreScaleValue\n"
    'letters,,,Letters,letter,o,c,algebra-1,"{A:8},{B:6}"\n',
}


def write_folder(folder: Path, files: Mapping[str, str]) -> Path:
    """Write a package as a folder."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_zip(path: Path, files: Mapping[str, str], *, inside: str = "") -> Path:
    """Write a package as a zip archive."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(inside + name, text)
    return path


def means_of(sheet: Sheet) -> dict[str, str]:
    """Give what each column means, where anything is taken from it."""
    described = zip(sheet.header, sheet.description.columns, strict=True)
    return {str(key): each.means for key, each in described if each.means != "ignored"}


@pytest.mark.parametrize("kind", ["folder", "zip", "zip with a folder in it"])
def test_a_package_is_one_long_sheet(tmp_path: Path, kind: str) -> None:
    """Folder or zip, the results stand with their line items, objectives and score scales."""
    path = tmp_path / "package"
    if kind == "folder":
        write_folder(path, FILES)
    else:
        write_zip(path, FILES, inside="export/" if "folder" in kind else "")
    sheet = read_sheet(path)
    assert (sheet.format, dict(sheet.detected)) == (
        "oneroster_csv",
        {
            "version": "1.2",
            "mode": "bulk",
            "left out": "learning objectives and score scales",
        },
    )
    joined = sheet.frame.iloc[:, -6:].to_numpy(dtype=object).tolist()
    assert joined == [
        [
            "Quiz 1",
            "0",
            "10",
            "unknown:fractions = 1 mastered; unknown:decimals",
            "letters",
            "Letters",
        ],
        ["", "", "", "", "", ""],
    ]


def test_the_standard_says_what_each_column_means(tmp_path: Path) -> None:
    """Students and line items are found by sourcedId; what belongs to the score is tied to it."""
    assert means_of(read_sheet(write_folder(tmp_path / "package", FILES))) == {
        "lineItemSourcedId": "line_item",
        "studentSourcedId": "student",
        "scoreStatus": "score_status",
        "score": "score",
        "scoreDate": "score_date",
        "comment": "comment",
        "textScore": "text_score",
        "classSourcedId": "class",
        "inProgress": "in_progress",
        "incomplete": "incomplete",
        "late": "late",
        "missing": "missing",
        "resultValueMax": "points",
    }


def test_a_package_becomes_entries(tmp_path: Path) -> None:
    """Its results are ready to be planned, with all that they say."""
    sheet = read_sheet(write_folder(tmp_path / "package", FILES))
    items = [make_line_item("quiz-1", "Quiz 1"), make_line_item("quiz-2", "Quiz 2")]
    snapshot = make_snapshot([make_student("ada")], items)
    entries = check_entries(sheet, suggest_columns(sheet, snapshot), snapshot).entries
    first = entries.iloc[0][["line_item", "student", "score", "comment", "late", "state"]]
    assert list(first) == ["quiz-1", "ada", 8.0, "Well done", "true", "ready"]
    second = entries.iloc[1][["line_item", "score_status", "state"]]
    assert list(second) == ["quiz-2", "exempt", "ready"]


def test_a_delta_takes_results_back_that_are_no_grades(tmp_path: Path) -> None:
    """A row marked tobedeleted is no student row, whatever score it still bears."""
    results = f"{RESULTS_12}\nr1,active,{WHEN},quiz-1,ada,fully graded,8,2026-05-31,,,,,,,\n"
    results += f"r2,tobedeleted,{WHEN},quiz-2,ada,fully graded,9,2026-05-31,,,,,,,\n"
    sheet = read_sheet(write_folder(tmp_path / "package", {"results.csv": results}))
    assert dict(sheet.detected) == {"version": "1.2", "mode": "delta"}
    assert sheet.roles.to_dict() == {2: "student", 3: "deleted"}


def test_version_1_1_is_read(tmp_path: Path) -> None:
    """A package of version 1.1 has fewer columns, and needs no manifest to be known."""
    results = f"\ufeff{RESULTS_11}\nr1,,,quiz-1,ada,fully graded,8,2026-05-31,fine\n"
    sheet = read_sheet(write_zip(tmp_path / "package.zip", {"results.csv": results}))
    assert (sheet.format, sheet.detected["version"]) == ("oneroster_csv", "1.1")
    assert means_of(sheet)["comment"] == "comment"


def test_the_manifest_is_honoured(tmp_path: Path) -> None:
    """What the manifest calls absent is not read, even where an old file lies there."""
    manifest = FILES["manifest.csv"].replace("lineItems,bulk", "lineItems,absent")
    sheet = read_sheet(write_folder(tmp_path / "one", {**FILES, "manifest.csv": manifest}))
    assert list(sheet.column("lineItemTitle")) == ["", ""]
    manifest = FILES["manifest.csv"].replace("results,bulk", "results,absent")
    with pytest.raises(SheetError, match="two is a OneRoster package without results"):
        read_sheet(write_folder(tmp_path / "two", {**FILES, "manifest.csv": manifest}))


def test_results_alone_are_known(tmp_path: Path) -> None:
    """A results.csv without its package is known by its header, in whatever case it is written."""
    path = tmp_path / "results.csv"
    path.write_text(FILES["results.csv"].replace("lineItemSourcedId", "LineItemSourcedID"))
    sheet = read_sheet(path)
    assert (sheet.format, means_of(sheet)["LineItemSourcedID"]) == ("oneroster_csv", "line_item")


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """A line number is that of results.csv, blank lines counted."""
    text = FILES["results.csv"].replace("\nr2", "\n\nr2")
    sheet = read_sheet(write_folder(tmp_path / "package", {"results.csv": text}))
    assert sheet.roles.to_dict() == {2: "student", 3: "blank", 4: "student"}


def test_a_damaged_package_is_refused(tmp_path: Path) -> None:
    """A file of a package whose bytes are broken says so in one sentence."""
    path = write_zip(tmp_path / "package.zip", FILES)
    content = bytearray(path.read_bytes())
    place = content.index(b"Well done")
    content[place] = ord("X")
    path.write_bytes(content)
    with pytest.raises(SheetError, match=r"^package\.zip is a damaged package"):
        read_sheet(path)


def test_a_package_that_lost_bytes_is_refused(tmp_path: Path) -> None:
    """An archive out of which bytes are missing says so in one sentence."""
    path = write_zip(tmp_path / "package.zip", FILES)
    content = path.read_bytes()
    path.write_bytes(content[:4] + content[20:])
    with pytest.raises(SheetError, match=r"^package\.zip is a damaged package"):
        read_sheet(path)


@pytest.mark.parametrize("mode", ["bulk", "delta"])
def test_outside_packages(shared: Path, mode: str) -> None:
    """The packages of another implementer are read with all their parts."""
    sheet = read_sheet(shared / "sheets" / "oneroster" / f"valid--gradebook-{mode}-package.zip")
    assert (sheet.format, dict(sheet.detected)) == (
        "oneroster_csv",
        {
            "version": "1.2",
            "mode": mode,
            "left out": "learning objectives and score scales",
        },
    )
    wanted = ("score", "lineItemTitle", "learningObjectives", "scoreScaleTitle")
    found = [list(sheet.column(name)) for name in wanted]
    assert found == [["95.5"], ["Unit Quiz"], ["unknown:objective-1 = 1 mastered"], ["Letter"]]
    assert list(sheet.roles) == ["student"]


def test_headers_in_another_case_are_understood(tmp_path: Path) -> None:
    """Vendors break the rule that names are exact; every file is read whatever the case of its header."""
    shouted = {
        name: text.replace(text.split("\n")[0], text.split("\n")[0].upper(), 1)
        for name, text in FILES.items()
    }
    plain = read_sheet(write_folder(tmp_path / "plain", FILES))
    loud = read_sheet(write_folder(tmp_path / "loud", shouted))
    assert loud.frame.equals(plain.frame)


def test_a_package_can_be_rehearsed(tmp_path: Path) -> None:
    """A sandbox made from a package takes all its results, each under its own line item."""
    zipped = write_zip(tmp_path / "package.zip", FILES)
    receipt = gt.rehearse(zipped, data_dir=tmp_path / "data")
    assert receipt.states["created"] == len(receipt.entries) == 2
    assert len(set(receipt.entries["line_item"])) == 2


def test_what_a_package_holds_and_is_not_sent_is_told(tmp_path: Path) -> None:
    """Learning objectives and score scales are shown beside the results, and said to be left out; else nothing is."""
    only = {name: FILES[name] for name in ("results.csv", "lineItems.csv")}
    assert "left out" not in read_sheet(write_folder(tmp_path / "one", only)).detected
    scaled = {**only, "resultScoreScales.csv": FILES["resultScoreScales.csv"]}
    told = read_sheet(write_folder(tmp_path / "two", scaled)).detected
    assert told["left out"] == "score scales"


def test_the_manifest_says_the_mode(tmp_path: Path) -> None:
    """Bulk or delta is as the manifest says, whatever the rows look like."""
    manifest = FILES["manifest.csv"].replace("results,bulk", "results,DELTA")
    sheet = read_sheet(write_folder(tmp_path / "package", {**FILES, "manifest.csv": manifest}))
    assert sheet.detected["mode"] == "delta"


def test_only_the_files_beside_results_belong_to_it(tmp_path: Path) -> None:
    """A line item of another folder in the archive is not taken for one of the package."""
    path = write_zip(tmp_path / "package.zip", {"results.csv": FILES["results.csv"]}, inside="new/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("old/lineItems.csv", FILES["lineItems.csv"])
    assert list(read_sheet(path).column("lineItemTitle")) == ["", ""]
