"""Every export is known by its own shape and by no other, and a rehearsal takes all of its grades."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from reading_samples import make_line_item, make_snapshot, make_student, write_sheet

import gradetools as gt
from gradetools.cells import read_cells
from gradetools.checks import Checked, check_entries
from gradetools.columns import suggest_columns
from gradetools.formats import list_formats
from gradetools.sheet import Sheet, read_sheet

SAMPLES = Path(__file__).parent / "samples"
PLAIN = {"plain_wide", "plain_long"}
OUTSIDE = {
    "canvas/gradelib-canvas.csv": "canvas",
    "canvas/prairielearn-sample.csv": "canvas",
    "canvas/root-account-letter-grades.csv": "canvas",
    "gradescope/gradelib-gradescope.csv": "gradescope",
}
#: Sample to its format, and how many of its entries a rehearsal creates and skips.
OWN = {
    "blackboard.csv": ("blackboard", 5, 1),
    "brightspace.csv": ("brightspace", 5, 1),
    "canvas.csv": ("canvas", 4, 2),
    "google_classroom.csv": ("google_classroom", 3, 1),
    "google_classroom_ukrainian.csv": ("google_classroom", 3, 1),
    "gradescope_assignment.csv": ("gradescope", 2, 2),
    "gradescope_course.csv": ("gradescope", 4, 2),
    "moodle.csv": ("moodle", 2, 4),
    "moodle_german.csv": ("moodle", 5, 1),
    "plain_long.csv": ("plain_long", 2, 0),
    "plain_wide.csv": ("plain_wide", 3, 1),
    "powerschool_pst.csv": ("powerschool", 3, 1),
    "schoology.csv": ("schoology", 5, 1),
}
STUDENTS = [
    make_student(f"s{number}", identifier=f"0012{number}", given_name=name, family_name="Example")
    for number, name in enumerate(["Ada", "Ben", "Cleo"], start=3)
]


def read_sample(name: str) -> Sheet:
    """Read one of our own samples."""
    return read_sheet(SAMPLES / name)


def claims(path: Path) -> set[str]:
    """Name the formats that take a file for theirs, the plain ones left out."""
    cells = read_cells(path)
    formats = {name: import_module(f"gradetools.formats.{name}") for name in list_formats()}
    return {name for name, module in formats.items() if module.recognise(cells)} - PLAIN


def meanings(sheet: Sheet) -> dict[str, list[str]]:
    """Give the columns of each meaning, by their addresses."""
    found: dict[str, list[str]] = {}
    for key, column in zip(sheet.header, sheet.description.columns, strict=True):
        found.setdefault(column.means, []).append(str(key))
    return found


def titles(sheet: Sheet) -> list[tuple[str, str]]:
    """Give the title and the id of each score column."""
    columns = sheet.description.columns
    return [(each.title, each.header_id) for each in columns if each.means == "score"]


def maxima(sheet: Sheet) -> list[str]:
    """Give the maxima that a sheet states, in the order of its columns."""
    return list(sheet.maxima.values())


def check(sheet: Sheet, *items: tuple[str, float]) -> Checked:
    """Check a sheet against line items of these titles and maxima, and three students."""
    snapshot = make_snapshot(
        STUDENTS,
        [
            make_line_item(f"item-{title}", title, high, score_scale="letters")
            for title, high in items
        ],
    )
    return check_entries(sheet, suggest_columns(sheet, snapshot), snapshot)


def read_entries(checked: Checked, *fields: str) -> list[tuple[object, ...]]:
    """Give fields of the entries; what is left alone is None."""
    entries = checked.entries[list(fields)].astype(object)
    return [tuple(row) for row in entries.where(entries.notna(), None).to_numpy()]


def test_every_sample_is_listed() -> None:
    """Every sample has its expectations, and every format its sample."""
    assert {path.name for path in SAMPLES.iterdir()} == set(OWN)
    ours = {format_ for format_, _, _ in OWN.values()}
    assert set(list_formats()) - {"oneroster_csv"} == ours


@pytest.mark.parametrize("name", OWN)
def test_one_format_claims_a_sample(name: str) -> None:
    """A sample is recognised by its own format and by no other; the plain ones take what is left."""
    expected = OWN[name][0]
    assert (read_sample(name).format, claims(SAMPLES / name)) == (expected, {expected} - PLAIN)


@pytest.mark.parametrize("name", OUTSIDE)
def test_one_format_claims_an_outside_sample(shared: Path, name: str) -> None:
    """An outside sample is recognised by its own format and by no other."""
    path = shared / "sheets" / name
    assert (read_sheet(path).format, claims(path)) == (OUTSIDE[name], {OUTSIDE[name]})


@pytest.mark.parametrize("name", OWN)
def test_a_rehearsal_takes_every_grade(name: str) -> None:
    """A rehearsal of a sample creates each of its grades and skips its blanks; nothing is blocked."""
    _, created, skipped = OWN[name]
    receipt = gt.rehearse(SAMPLES / name)
    taken = {state: count for state, count in receipt.states.items() if count}
    assert taken == {state: n for state, n in (("created", created), ("skipped", skipped)) if n}


@pytest.mark.parametrize("name", OWN)
def test_blank_rows_above_change_no_format(name: str, tmp_path: Path) -> None:
    """An export is known, with its maxima, below blank rows that somebody has put above it."""
    sample = read_sample(name)
    mark = sample.detected["delimiter"] * (len(sample.header) - 1)
    text = f"{mark}\n{mark}\n" + (SAMPLES / name).read_text(encoding="utf-8-sig")
    sheet = read_sheet(write_sheet(tmp_path, text))
    assert (sheet.format, sheet.description, sheet.maxima) == (
        sample.format, sample.description, sample.maxima,
    )  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_every_column_has_its_reason(name: str) -> None:
    """Each column of an export is described, in order, with a reason."""
    columns = read_sample(name).description.columns
    assert [column.position for column in columns] == list(range(len(columns)))
    assert [column.position for column in columns if not column.reason] == []


# Canvas


def test_canvas_muted_points_and_thousands() -> None:
    """Muted is no student, nor are points behind ten blanks, of which some are in thousands."""
    sheet = read_sample("canvas.csv")
    roles = sheet.roles[sheet.roles != "student"].to_dict()
    assert roles == {2: "posting", 3: "points", 7: "test_student"}
    checked = check(sheet, ("Essay", 10), ("Project 2: Bridges", 1000))
    scores = read_entries(checked, "score", "score_status")
    assert scores == [
        (8.5, None), (1000, None), (None, "exempt"), (985.5, None), (None, None), (None, None),
    ]  # fmt: skip
    assert len(checked.findings) == 0


def test_canvas_computed_columns_of_a_grading_period(tmp_path: Path) -> None:
    """A total with a period's name is computed, even one that looks like an id; one with points is not."""
    text = (
        "Student,ID,SIS User ID,Section,Quiz (7),Final Score (2026),Override Score (2026),My Final Score (9)\n"
        "Points Possible,,,,5,(read only),,10\nAda Example,1,00123,A,4,80,80,9\n"
    )
    found = meanings(read_sheet(write_sheet(tmp_path, text)))
    assert found["score"] == ["Quiz (7)", "My Final Score (9)"]
    assert found["ignored"] == ["Final Score (2026)", "Override Score (2026)"]


def test_canvas_letters_are_text_scores(tmp_path: Path) -> None:
    """An assignment on a GPA scale is graded in letters; other text in a score column stays an error."""
    text = (
        "Student,ID,SIS User ID,Section,Talk (8),Quiz (9)\nPoints Possible,,,,4,5\n"
        "Ada Example,1,00123,A,A-,unwell\nBen Example,2,00124,A,EX,\n"
    )
    checked = check(read_sheet(write_sheet(tmp_path, text)), ("Talk", 4), ("Quiz", 5))
    assert read_entries(checked, "text_score", "state") == [
        ("A-", "ready"), (None, "blocked"), (None, "ready"), (None, "skipped"),
    ]  # fmt: skip
    assert checked.findings["code"].tolist() == ["score-not-a-number"]


# Gradescope


def test_gradescope_lateness_and_scores_above_the_maximum() -> None:
    """Any lateness above zero is late, none is not; a score above the maximum warns and is taken."""
    checked = check(read_sample("gradescope_course.csv"), ("HW1", 10), ("HW2", 20))
    assert read_entries(checked, "score", "late") == [
        (11.5, "false"), (20, "false"), (7, "true"), (None, None), (None, None), (18.5, "true"),
    ]  # fmt: skip
    assert checked.findings["code"].tolist() == ["score-above-maximum"]


def test_gradescope_maximum_of_each_row_is_compared(tmp_path: Path) -> None:
    """Where the points differ from row to row the column has no maximum, and each row is asked about."""
    text = (SAMPLES / "gradescope_course.csv").read_text().replace("7.0,10.0", "7.0,12.0")
    sheet = read_sheet(write_sheet(tmp_path, text))
    findings = check(sheet, ("HW1", 10), ("HW2", 20)).findings
    asked = findings[findings["code"] == "maximum-differs"]
    assert (maxima(sheet), asked["line"].tolist()) == (["20.0"], [3])


def test_gradescope_assignments_of_one_title_stay_apart(tmp_path: Path) -> None:
    """Two assignments with the same title keep their own points."""
    one = "HW,HW - Max Points,HW - Submission Time,HW - Lateness (H:M:S)"
    text = f"SID,Email,{one},{one}\n00123,ada@example.org,1,10,,0:00:00,2,20,,1:00:00\n"
    sheet = read_sheet(write_sheet(tmp_path, text))
    owners = [column.belongs_to for column in sheet.description.columns if column.means == "late"]
    assert (owners, maxima(sheet)) == ([2, 6], ["10", "20"])


def test_gradescope_assignment_has_no_title() -> None:
    """The file of one assignment does not name it, its questions are parts of the total, and its status is left."""
    sheet = read_sample("gradescope_assignment.csv")
    found = meanings(sheet)
    assert (titles(sheet), maxima(sheet), found["points"], found["late"]) == (
        [("", "")], ["10.0"], ["Max Points"], ["Lateness (H:M:S)"],
    )  # fmt: skip
    assert {"Status", "1.1: Proof (4.0 pts)"} <= set(found["ignored"])


def test_outside_gradescope_export(shared: Path) -> None:
    """An outside export of a course has its assignments, maxima and latenesses, and four students."""
    sheet = read_sheet(shared / "sheets" / "gradescope" / "gradelib-gradescope.csv")
    found = meanings(sheet)
    assert len(found["score"]) == len(sheet.maxima) == len(found["points"]) == len(found["late"])
    assert (len(found["score"]), len(sheet.student_rows)) == (18, 4)
    assert gt.rehearse(sheet).ok


# Moodle


def test_moodle_columns_of_one_item_belong_together() -> None:
    """Points are the score, the letter and the feedback belong to them, and the percentage is set aside."""
    sheet = read_sample("moodle.csv")
    essay = "Assignment: Essay: part 1"
    found = meanings(sheet)
    assert found["score"] == [f"{essay} (Real)", "Quiz: Fractions (Percentage)"]
    assert (found["text_score"], found["comment"]) == (
        [f"{essay} (Letter)"],
        [f"{essay} (Feedback)"],
    )
    assert titles(sheet) == [("Essay: part 1", ""), ("Fractions", "")]
    checked = check(sheet, ("Essay: part 1", 10), ("Fractions", 20))
    essays = read_entries(checked, "score", "text_score", "comment", "state")[::2]
    assert essays == [
        (8.5, "B", "Well argued, and short", "ready"), (None, None, None, "skipped"), (10, "A", None, "ready"),
    ]  # fmt: skip


def test_moodle_percentages_become_points(tmp_path: Path) -> None:
    """`85.00 %` is a share of the line item's maximum, and a dash is no grade."""
    text = "First name,Surname,ID number,Quiz: Fractions (Percentage)\nAda,Example,00123,85.00 %\nBen,Example,00124,-\n"
    checked = check(read_sheet(write_sheet(tmp_path, text)), ("Fractions", 20))
    assert read_entries(checked, "score", "state") == [(17, "ready"), (None, "skipped")]


def test_moodle_letters_alone_are_text_scores(tmp_path: Path) -> None:
    """Where only letters were exported, they are what is graded, under the line item's title."""
    text = "First name,Surname,ID number,Assignment: Essay (Letter)\nAda,Example,00123,B+\n"
    checked = check(read_sheet(write_sheet(tmp_path, text)), ("Essay", 20))
    assert read_entries(checked, "text_score", "line_item", "state") == [
        ("B+", "item-Essay", "ready")
    ]


def test_moodle_without_displays(tmp_path: Path) -> None:
    """Older exports name no display, and put `Feedback: ` before the item, quoted after a blank."""
    text = (
        '"First name",Surname,"ID number",Institution,Department,"Email address","Assignment: Essay",'
        ' "Feedback: Assignment: Essay",Essay two,Team,"Course total","Last downloaded from this course"\n'
        'Ada,Example,00123,"Example School",,ada@example.org,56.00,"Good.",7,red,56.00,1790000000\n'
    )
    sheet = read_sheet(write_sheet(tmp_path, text))
    found = meanings(sheet)
    assert (found["score"], found["comment"]) == (
        ["Assignment: Essay", "Essay two"], ["Feedback: Assignment: Essay"],
    )  # fmt: skip
    assert "Team" in found["ignored"]


def test_moodle_items_of_one_name_both_stay(tmp_path: Path) -> None:
    """Two items with the same name are two score columns, and neither is dropped in silence."""
    text = "First name,Surname,ID number,Quiz: A (Real),Quiz: A (Real)\nAda,Example,00123,1,2\n"
    checked = check(read_sheet(write_sheet(tmp_path, text)), ("A", 10))
    assert checked.findings["code"].tolist() == ["duplicate-entry", "duplicate-entry"]


def test_moodle_in_german() -> None:
    """German headers, a blank that does not break after the activity, semicolons and decimal commas."""
    sheet = read_sample("moodle_german.csv")
    assert [title for title, _ in titles(sheet)] == ["Aufsatz", "Brüche", "Mitarbeit"]
    checked = check(sheet, ("Aufsatz", 10), ("Brüche", 12), ("Mitarbeit", 2))
    assert [score for (score,) in read_entries(checked, "score")] == [8.5, 12, 1, None, 9.25, 2]


# Blackboard


def test_blackboard_headers_hold_maximum_and_id() -> None:
    """Title, maximum and id are taken out of the header; what is computed says `up to` and is ignored."""
    sheet = read_sample("blackboard.csv")
    assert titles(sheet) == [("Quiz 1", "574283"), ('Essay: "Home"', "574284")]
    assert maxima(sheet) == ["10", "25"]
    computed = sheet.description.columns[
        sheet.position("Total [Total Pts: up to 35 Score] |574281")
    ]
    assert (computed.means, computed.reason) == (
        "ignored", 'Blackboard computes it: it says "up to"',
    )  # fmt: skip


def test_blackboard_tokens() -> None:
    """In Progress and Needs Grading are states of a grade, not errors."""
    checked = check(read_sample("blackboard.csv"), ("Quiz 1", 10), ('Essay: "Home"', 25))
    ben = read_entries(checked, "in_progress", "score_status", "state")[2:4]
    assert ben == [("true", None, "ready"), (None, "submitted", "ready")]


def test_blackboard_xls_is_tabbed_text(tmp_path: Path) -> None:
    """A download called .xls that is UTF-16 text parted by tabs reads as the CSV does."""
    text = (SAMPLES / "blackboard.csv").read_text(encoding="utf-8-sig").replace('","', '"\t"')
    path = tmp_path / "gradebook.xls"
    path.write_bytes(text.encode("utf-16"))
    sheet, other = read_sheet(path), read_sample("blackboard.csv")
    assert (sheet.format, sheet.description) == ("blackboard", other.description)


def test_blackboard_displays_and_feedback(tmp_path: Path) -> None:
    """Text is a text score, a percentage counts out of 100, feedback belongs to the only item."""
    text = "Username,Term paper [Total Pts: 40 Percentage] |9,Grading Notes,Feedback to Learner\n00123,85,x,good\n"
    one = read_sheet(write_sheet(tmp_path, text))
    found = meanings(one)
    assert (maxima(one), found["comment"], found["ignored"]) == (
        ["100"], ["Feedback to Learner"], ["Grading Notes"],
    )  # fmt: skip
    two = read_sheet(
        write_sheet(tmp_path, text.replace("Grading Notes", "Topic [Total Pts: 0 Text] |10"))
    )
    assert meanings(two)["text_score"] == ["Topic [Total Pts: 0 Text] |10"]
    assert meanings(two)["ignored"] == ["Feedback to Learner"]


# Brightspace


def test_brightspace_marks_are_taken_off_ids() -> None:
    """`#` before an id is not part of it, and stays in the sheet as found."""
    sheet = read_sample("brightspace.csv")
    assert sheet.column("OrgDefinedId").tolist() == ["00123", "00124", "00125"]
    assert sheet.frame["Username"].tolist() == ["#ada", "#ben", "#cleo"]
    columns = suggest_columns(sheet, make_snapshot(STUDENTS, []))
    key = columns.student_column
    assert key is not None
    assert (str(key.column), key.key, key.reason) == (
        "OrgDefinedId", "identifier", "identifier: 3 of 3 ids found",
    )  # fmt: skip


def test_brightspace_points_and_texts() -> None:
    """Maxima stand in the header where they do; symbols and texts belong to their item's points."""
    sheet = read_sample("brightspace.csv")
    assert (titles(sheet), maxima(sheet)) == ([("Quiz 1", ""), ("Reading", "")], ["10"])
    checked = check(sheet, ("Quiz 1", 10), ("Reading", 3))
    assert read_entries(checked, "score", "text_score")[:4] == [
        (9.5, "A"), (3, "good"), (6, "C"), (None, "absent"),
    ]  # fmt: skip
    reason = {str(sheet.header[each.position]): each.reason for each in sheet.description.columns}
    assert reason["End-of-Line Indicator"] == "it marks the end of each row"
    assert reason["Adjusted Final Grade Numerator"] == "Brightspace computes it"


# Google Classroom


def test_google_classroom_rows_of_dates_and_points() -> None:
    """The rows of dates and points are no students, in whatever language their words are."""
    for name in ("google_classroom.csv", "google_classroom_ukrainian.csv"):
        sheet = read_sample(name)
        roles = sheet.roles[sheet.roles != "student"].to_dict()
        assert (roles, maxima(sheet)) == ({2: "dates", 3: "points"}, ["5.0", "100.0"])


def test_google_classroom_needs_its_three_rows(tmp_path: Path) -> None:
    """Without the row of dates it is a plain sheet."""
    lines = (SAMPLES / "google_classroom.csv").read_text().splitlines()
    sheet = read_sheet(write_sheet(tmp_path, "\n".join(lines[:1] + lines[2:]) + "\n"))
    assert sheet.format == "plain_wide"


def test_google_classroom_needs_its_email_addresses(tmp_path: Path) -> None:
    """Two rows of labels above students without email addresses make no Google Classroom."""
    text = (SAMPLES / "google_classroom.csv").read_text().replace("@", " at ")
    assert read_sheet(write_sheet(tmp_path, text)).format == "plain_wide"


# Schoology


def test_schoology_is_known_by_its_key_alone(tmp_path: Path) -> None:
    """Whatever else stands in the header, `Unique User ID` makes it Schoology's, and is its key."""
    sheet = read_sheet(write_sheet(tmp_path, "Whoever,Unique User ID,Essay\nAda,00123,9\n"))
    assert (sheet.format, meanings(sheet)["student"]) == ("schoology", ["Unique User ID"])
    other = read_sheet(write_sheet(tmp_path, "Whoever,User ID,Essay\nAda,00123,9\n"))
    assert other.format == "plain_wide"


# PowerSchool


def test_powerschool_rows_above_the_header_name_the_assignment() -> None:
    """Title and maximum stand above the header, whose rows are a preamble; tokens become flags."""
    sheet = read_sample("powerschool_pst.csv")
    assert (len(sheet.preamble), titles(sheet), maxima(sheet)) == (
        7, [("Unit 1, Formative", "")], ["7.0"],
    )  # fmt: skip
    checked = check(sheet, ("Unit 1, Formative", 7))
    assert read_entries(checked, "score", "missing", "incomplete")[:3] == [
        (6.5, None, None), (None, "true", None), (None, None, "true"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("no-grade", ("skipped", "no-grade", None, None)),
        ("missing", ("ready", "", "true", "not submitted")),
        ("exempt", ("ready", "", None, "exempt")),
        ("accept", ("blocked", "token-unclear", None, None)),
    ],
)
def test_what_an_absence_stands_for_is_asked(
    tmp_path: Path, answer: str, expected: tuple[str | None, ...]
) -> None:
    """ABS blocks its entry until it is answered, and then stands for what was answered."""
    text = (SAMPLES / "powerschool_pst.csv").read_text().replace("6.5", "Abs")
    sheet = read_sheet(write_sheet(tmp_path, text))
    snapshot = make_snapshot(STUDENTS, [make_line_item("i", "Unit 1, Formative", 7)])
    columns = suggest_columns(sheet, snapshot)
    asked = check_entries(sheet, columns, snapshot).findings
    assert asked[asked["line"] == 9]["code"].tolist() == ["token-unclear"]
    settled = check_entries(sheet, columns.answer("token-unclear", "Score", answer), snapshot)
    fields = ("state", "reason", "missing", "score_status")
    assert read_entries(settled, *fields)[0] == expected


def test_powerschool_letters_on_a_grade_scale(tmp_path: Path) -> None:
    """Letters are text scores where the template says that a grade scale is used, and only there."""
    text = (SAMPLES / "powerschool_pst.csv").read_text()
    for number, letter in (("6.5", "Meets"), ("MIS", "Exceeds"), ("INC", "Meets")):
        text = text.replace(number, letter)
    points = read_sheet(write_sheet(tmp_path, text))
    letters = read_sheet(write_sheet(tmp_path, text.replace("POINTS", "GRADESCALE")))
    assert "text_score" not in meanings(points)
    assert meanings(letters)["text_score"] == ["Score"]
    absent = letters.with_cell(9, "Score", "ABS")
    assert check(absent, ("Unit 1, Formative", 7)).entries["reason"][0] == "token-unclear"


def test_what_a_receipt_adds_changes_no_format(tmp_path: Path) -> None:
    """Columns that a receipt added are no grades in any export."""
    for name, (format_, _, _) in OWN.items():
        text = (SAMPLES / name).read_text(encoding="utf-8-sig")
        mark = ";" if ";" in text.splitlines()[0] else ","
        sample, lines = read_sample(name), text.splitlines()
        header = sample.recognition.header_line
        lines[header - 1] += f"{mark}gradetools_line{mark}gradetools_state"
        for line, role in sample.roles.items():
            told = f"{line}{mark}failed" if role == "student" else mark
            lines[int(str(line)) - 1] += f"{mark}{told}"
        sheet = read_sheet(write_sheet(tmp_path, "\n".join(lines) + "\n"))
        added = [column.means for column in sheet.description.columns[-2:]]
        assert (name, sheet.format, added) == (name, format_, ["ignored", "ignored"])


# docs/formats.md


def test_the_page_of_formats_agrees_with_the_modules() -> None:
    """docs/formats.md has a row for each format, which names all its keys and tokens."""
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", page, re.MULTILINE)
    told = {name: [cell.strip() for cell in cells.split(" | ")] for name, cells in rows}
    assert set(told) == set(list_formats())
    for name in list_formats():
        _, keys, special, _ = told[name]
        module = import_module(f"gradetools.formats.{name}")
        if hasattr(module, "KEYS"):
            assert (name, set(re.findall("`(.*?)`", keys))) == (name, set(module.KEYS))
        tokens = getattr(module, "TOKENS", {})
        assert [token for token in tokens if f"`{token}`" not in special] == []
