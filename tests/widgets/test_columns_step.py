"""The columns step of the import form: what it shows of the columns, and what choosing does to them."""

from __future__ import annotations

import html
from pathlib import Path

import ipywidgets as ipw
import pytest
from form_driving import page, write_sheet

import gradetools as gt
from gradetools.columns.tokens import tell_token
from gradetools.sandbox import Sandbox
from gradetools.widgets import ImportForm

EVIL = "<img src=x onerror=alert(1)>"
OF_OWN_CLASS = ("algebra-quiz-1", "biology-quiz-1")


@pytest.fixture
def gradebook(sandbox: Sandbox) -> gt.Gradebook:
    """Connect to the sandbox of the test."""
    return gt.connect(sandbox, patience=gt.Patience(attempts=1))


def open_columns(
    gradebook: gt.Gradebook, path: Path, *rows: str, classes: tuple[str, ...] = ("algebra-1",)
) -> ImportForm:
    """Open the form at the columns of a sheet of these rows."""
    form = ImportForm(gradebook, folder=path)
    form.where.connect.click()
    form.sheet.path.value = str(write_sheet(path / "sheet.csv", *rows))
    form.sheet.read.click()
    form.sheet.classes.value = classes
    form.sheet.use_classes.click()
    return form


def is_shown(form: ImportForm, widget: ipw.Widget) -> bool:
    """Say whether a widget of the columns step is in sight, and all that it is in."""

    def path(parent: ipw.Widget) -> list[ipw.Widget]:
        if parent is widget:
            return [parent]
        below = (path(child) for child in getattr(parent, "children", ()))
        return next(([parent, *found] for found in below if found), [])

    found = path(form.columns.body)
    return bool(found) and all(each.layout.display != "none" for each in found)


def test_title_of_several_classes_is_shown_as_chosen(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """A column whose title two classes share shows that each student's own class's is meant, and goes through."""
    rows = ("Student number,Quiz 1", "00041,8", "00082,7")
    form = open_columns(gradebook, tmp_path, *rows, classes=("algebra-1", "biology-1"))
    choice = form.columns.line_items["Quiz 1"]
    assert choice.label == "Quiz 1 of each student's own class (2 classes)"
    assert choice.value == OF_OWN_CLASS
    choice.value = "biology-quiz-1"
    assert choice.label == "Quiz 1 (0 to 10, Biology 1, biology-quiz-1)"
    assert form.draft.columns.meaning("Quiz 1").line_item == "biology-quiz-1"
    assert form.draft.columns.meaning("Quiz 1").line_items == ()
    choice.value = OF_OWN_CLASS
    assert form.draft.columns.meaning("Quiz 1").line_items == OF_OWN_CLASS
    assert form.draft.columns.meaning("Quiz 1").line_item == ""
    choice.value = "ignore"
    choice.value = OF_OWN_CLASS
    assert [str(each.column) for each in form.draft.columns.score_columns] == ["Quiz 1"]
    choice.value = ""
    assert form.draft.columns.meaning("Quiz 1").line_items == ()


def test_an_ignored_column_can_hold_comments(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """What is ignored is named; a column of texts under any header can be taken as the comments of a score column, and back."""
    rows = ("Student number,Quiz 1,Quiz 2,Said of Q1", "00041,8,,Neat", "00082,7,,Mind it")
    form = open_columns(gradebook, tmp_path, *rows)
    columns = form.columns
    title = columns._ignored.get_title  # noqa: SLF001 - what the analyst reads
    assert title(0) == "Ignored: Said of Q1"
    choice = columns.line_items["Said of Q1"]
    choice.value = next(
        value for label, value in choice.options if label == "the comment of Quiz 1"
    )
    assert title(0) == "Nothing in here is ignored; taken: Said of Q1"
    columns.go.click()
    assert form.draft.checked.entries["comment"].dropna().tolist() == ["Neat", "Mind it"]
    columns.start()
    assert columns.line_items["Said of Q1"].label == "the comment of Quiz 1"
    columns.line_items["Said of Q1"].value = "algebra-quiz-2"
    meaning = form.draft.columns.meaning("Said of Q1")
    assert (meaning.means, meaning.belongs_to) == ("score", None)
    columns.line_items["Said of Q1"].value = "ignore"
    assert form.draft.columns.meaning("Said of Q1").means == "ignored"
    assert "the comment of" not in str([label for label, _ in columns.line_items["Quiz 1"].options])
    # Nothing belongs to a column that is ignored.
    columns.line_items["Quiz 2"].value = "ignore"
    labels = [label for label, _ in columns.line_items["Said of Q1"].options]
    assert [label for label in labels if label.startswith("the comment of")] == [
        "the comment of Quiz 1"
    ]


def test_remarks_of_no_score_column_are_asked_about(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Remarks that belong to no score column stand in sight and are asked about, until it is said whose they are or none's."""
    rows = ("Student number,Quiz 1,Comments,Quiz 2", "00041,8,Neat,7", "00082,7,,6")
    form = open_columns(gradebook, tmp_path, *rows)
    columns, told = form.columns, form.columns.open_columns
    choice = columns.line_items["Comments"]
    assert is_shown(form, choice)
    assert choice.label == "not said yet: choose whose comment it is"
    assert "1 remark in &#x27;Comments&#x27; would not be sent" in told.value
    asked = "next: say whose comment &#x27;Comments&#x27; is, then check the grades"
    assert asked in columns.state.value
    columns.go.click()
    assert (
        "⚠ 2 score columns, 1 ignored, remarks in &#x27;Comments&#x27; not sent"
        in columns.state.value
    )
    assert form.draft.checked.findings["code"].tolist() == ["remarks-not-sent"]
    assert "Found: 1 warning." in form.check.counts.value
    assert "is written all the same" not in form.check.counts.value
    choice.value = "ignore"
    assert (told.value, "next: check the grades" in columns.state.value) == ("", True)
    columns.go.click()
    assert form.draft.checked.findings.empty
    choice.value = ""
    assert asked in columns.state.value
    choice.value = next(
        value for label, value in choice.options if label == "the comment of Quiz 2"
    )
    assert (told.value, "next: check the grades" in columns.state.value) == ("", True)
    columns.go.click()
    assert form.draft.checked.entries["comment"].dropna().tolist() == ["Neat"]


def test_an_ignored_column_can_hold_dates(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """A column of dates under any header can be taken as the dates of a score column; then the latest counts by its date."""
    rows = ("Student number,Quiz 1,Quiz 2,Handed in", "00041,8,,02/10/2026", "00041,7,,01/10/2026")
    form = open_columns(gradebook, tmp_path, *rows)
    columns = form.columns
    handed_in = form.draft.columns.meaning("Handed in")
    assert (handed_in.means, handed_in.reason) == ("ignored", "its cells are dates")
    assert "⚠" in columns.several.told.value
    assert [label for label, _ in columns.attempts.options][2] == "the latest counts: the lower row"
    columns.attempts.value = "latest"
    assert "⚠" not in columns.several.told.value
    choice = columns.line_items["Handed in"]
    choice.value = next(value for label, value in choice.options if label == "the date of Quiz 1")
    assert [label for label, _ in columns.attempts.options][2].startswith(
        "the latest counts: by its date"
    )
    assert columns.attempts.value == "latest"
    form.draft.correct(2, "Handed in", "2026-10-02")
    form.draft.correct(3, "Handed in", "2026-10-01")
    columns.go.click()
    entries = form.draft.checked.entries
    ready = entries[(entries["state"] == "ready").to_numpy()]
    assert (ready["line"].tolist(), ready["score"].tolist()) == ([2], [8.0])


def test_what_was_decided_stays(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Who confirms the class once more keeps all that was decided; of another class what does not depend on it."""
    rows = ("Student number,Quiz 1,Notes", "00041,8,1", "Grace,7,2")
    form = open_columns(gradebook, tmp_path, *rows)
    person = form.columns.unmatched["Grace"].options[-1][1]
    form.columns.unmatched["Grace"].value = person
    form.columns.line_items["Quiz 1"].value = "algebra-quiz-2"
    decided = form.draft.columns
    form.sheet.use_classes.click()
    assert form.draft.columns == decided
    assert form.columns.unmatched["Grace"].value == person
    form.draft.columns = form.draft.columns.with_attempts("best")
    form.sheet.classes.value = ("algebra-1", "biology-1")
    form.sheet.use_classes.click()
    assert form.draft.columns.student_matches == {"Grace": person}
    assert form.draft.columns.attempts == "best"
    assert form.draft.columns.meaning("Quiz 1") == form.draft.suggested.meaning("Quiz 1")
    form.sheet.classes.value = ("biology-1",)
    form.sheet.use_classes.click()
    in_biology = set(form.draft.snapshot.students["sourced_id"])
    assert form.draft.columns.student_matches == ({"Grace": person} if person in in_biology else {})
    form.sheet.read.click()
    form.sheet.classes.value = ("algebra-1",)
    form.sheet.use_classes.click()
    assert form.draft.columns == form.draft.suggested


def test_title_of_one_class_is_offered_alone(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Of a single class, each line item is offered once and without the class's name."""
    form = open_columns(gradebook, tmp_path, "Student number,Quiz 1", "00041,8")
    labels = [label for label, _ in form.columns.line_items["Quiz 1"].options]
    assert form.columns.line_items["Quiz 1"].label == "Quiz 1 (0 to 10, algebra-quiz-1)"
    assert not [label for label in labels if "own class" in label or "Algebra" in label]


def test_saved_columns_are_offered_and_taken(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """What was saved is offered when the header comes again, taken only by a click, and left again by another."""
    rows = ("Student number,Score", "00041,8")
    form = open_columns(gradebook, tmp_path, *rows)
    assert form.columns.kept.view.layout.display == "none"
    form.columns.line_items["Score"].value = "algebra-quiz-2"
    form.columns.kept.save.click()
    assert "saved" in form.columns.kept.told.value
    folder = gradebook.settings.columns_folder
    assert folder.parent.parent == gradebook.settings.data_dir
    saved = list(folder.glob("*.json"))
    assert [gt.read_columns(path).meaning("Score").line_item for path in saved] == [
        "algebra-quiz-2"
    ]

    form = open_columns(gradebook, tmp_path, *rows)
    day = gt.list_columns(form.draft.sheet, folder)[0].day
    told = f"Columns for this header were saved on {day}. With them: Score is Quiz 2."
    assert told in form.columns.kept.offered.value
    assert form.columns.line_items["Score"].value == ""
    form.columns.go.click()
    form.columns.kept.use.click()
    assert (
        form.steps["check"].body.layout.display == "none"
    )  # what followed from the others is gone
    assert form.columns.line_items["Score"].value == "algebra-quiz-2"
    assert form.draft.columns.meaning("Score").samples == ("8",)
    assert "are used" in form.columns.kept.offered.value
    form.columns.kept.use.click()
    assert form.columns.line_items["Score"].value == ""


def test_saved_columns_that_say_nothing_new(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Of saved columns that are what is suggested it is said that nothing is to be taken from them, not that nothing is to be done."""
    rows = ("Student number,Score", "00041,8")
    open_columns(gradebook, tmp_path, *rows).columns.kept.save.click()
    form = open_columns(gradebook, tmp_path, *rows)
    assert "choose the line item of 1 column" in form.steps["columns"].state.value
    told = form.columns.kept.offered.value
    assert "they say the same as what is suggested, so there is nothing to take from them." in told
    assert form.columns.kept.use.layout.display == "none"


def test_changed_header_is_told_before_saved_columns_are_taken(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Where the header has changed, what changed is said first, as text; then what still fits is kept."""
    form = open_columns(gradebook, tmp_path, "Student number,Score,Old", "00041,8,1")
    form.columns.line_items["Score"].value = "algebra-quiz-2"
    form.columns.kept.save.click()
    form = open_columns(gradebook, tmp_path, f"Student number,Score,Midterm,{EVIL}", "00041,8,50,1")
    told = form.columns.kept.offered.value
    assert "nearly fit" in told
    assert "&lt;img" in told
    assert "<img" not in told
    assert "&#x27;Old&#x27; is gone" in told
    form.columns.kept.use.click()
    assert form.columns.line_items["Score"].value == "algebra-quiz-2"
    assert form.columns.line_items["Midterm"].value == "algebra-midterm"


def test_saved_columns_of_other_line_items_are_not_offered(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Columns that name line items which the class does not have are not offered."""
    rows = ("Student number,Score", "00041,8")
    form = open_columns(gradebook, tmp_path, *rows)
    form.columns.line_items["Score"].value = "algebra-quiz-2"
    form.columns.kept.save.click()
    form = open_columns(gradebook, tmp_path, *rows, classes=("biology-1",))
    assert form.columns.kept.view.layout.display == "none"


def test_what_was_decided_is_saved_with_a_push(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """A push saves the columns if a person decided anything; a plain suggestion is not saved."""
    folder = gradebook.settings.columns_folder
    for header, chosen, kept in (("Quiz 1", "", 0), ("Score", "algebra-quiz-2", 1)):
        form = open_columns(gradebook, tmp_path, f"Student number,{header}", "00041,8")
        if chosen:
            form.columns.line_items[header].value = chosen
        form.columns.go.click()
        form.check.go.click()
        assert len(list(folder.glob("*.json"))) == 0  # not before it is written
        form.push.go.click()
        receipt = form.push.wait(30)
        assert receipt is not None
        assert receipt.ok
        assert len(list(folder.glob("*.json"))) == kept
        assert ("Saved with the push" in form.columns.kept.told.value) == bool(kept)
    form = open_columns(gradebook, tmp_path, "Student number,Score", "00041,8")
    assert "Columns for this header are kept from the push of" in form.columns.kept.offered.value
    assert "With them: Score is Quiz 2." in form.columns.kept.offered.value
    assert (
        "next: use the columns that are kept (“Use them”), or choose the line item of"
        in form.columns.state.value
    )
    blue = {form.columns.kept.use: "primary", form.columns.go: ""}
    assert {button: button.button_style for button in blue} == blue
    form.columns.kept.use.click()
    blue = {form.columns.kept.use: "", form.columns.go: "primary"}
    assert {button: button.button_style for button in blue} == blue
    assert "use the columns that are kept" not in form.columns.state.value
    assert "The columns that are kept from the push of" in form.columns.kept.offered.value


def test_columns_that_cannot_be_saved_are_a_sentence(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """A folder that cannot be made is told in one sentence, and a push has worked all the same."""
    form = open_columns(gradebook, tmp_path, "Student number,Score", "00041,8")
    form.columns.line_items["Score"].value = "algebra-quiz-2"
    gradebook.settings.columns_folder.parent.write_text("in the way", encoding="utf-8")
    form.columns.kept.save.click()
    assert 'role="alert"' in form.columns.kept.told.value
    form.columns.go.click()
    form.check.go.click()
    form.push.go.click()
    receipt = form.push.wait(30)
    assert receipt is not None
    assert receipt.ok
    assert "cannot be made" in form.columns.kept.told.value


def test_which_of_several_rows_counts_is_asked(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Where a student has several rows, and only there, one says which counts; until then none is sent."""
    form = open_columns(gradebook, tmp_path, "Student number,Quiz 1", "00041,8", "00082,7")
    several = form.columns.attempts
    assert not is_shown(form, several)
    form = open_columns(
        gradebook, tmp_path, "Student number,Quiz 1", "00041,8", "00041,9", "00082,7"
    )
    several = form.columns.attempts
    assert is_shown(form, several)
    assert "1 student has several rows" in page(form.columns.view)
    form.columns.go.click()
    assert form.draft.checked.counts["blocked"] == 2
    several.value = "best"
    assert form.steps["check"].body.layout.display == "none"
    form.columns.go.click()
    assert form.draft.checked.counts["blocked"] == 0
    ready = form.draft.checked.entries
    assert sorted(ready[ready["state"] == "ready"]["score"]) == [7, 9]


def test_rows_of_several_line_items_are_not_several_attempts(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """In a sheet with one grade per row, only the same line item twice is asked about."""
    rows = ("Student number,Assignment,Score", "00041,Midterm,50", "00041,Quiz 2,5")
    form = open_columns(gradebook, tmp_path, *rows)
    assert not is_shown(form, form.columns.attempts)
    form = open_columns(gradebook, tmp_path, *rows, "00041,Quiz 2,6")
    assert is_shown(form, form.columns.attempts)


def test_rows_of_two_classes_are_not_several_attempts(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Who has a row in each of two classes has one grade in each, and nothing is to be chosen; two rows of one class are several."""
    header, rows = "Student number,Class,Quiz 1", ("00041,Algebra 1,8", "00041,Biology 1,9")
    path = write_sheet(tmp_path / "two.csv", header, *rows, "00082,Algebra 1,7")
    form = ImportForm(gradebook, folder=tmp_path)
    for lines, asked in ((rows, False), ((*rows, "00041,Biology 1,6"), True)):
        write_sheet(path, header, *lines, "00082,Algebra 1,7")
        form.where.connect.click()
        form.sheet.path.value = str(path)
        form.sheet.read.click()
        form.sheet.classes.value = ("algebra-1", "biology-1")
        form.sheet.use_classes.click()
        assert is_shown(form, form.columns.attempts) == asked


def test_two_columns_of_one_line_item_are_told(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Which of two columns of one line item counts can be said at once; where a student has both it has to be, and no ✔ hides that."""
    form = open_columns(gradebook, tmp_path, "Student number,Quiz 1,Retake", "00041,8,9")
    assert not is_shown(form, form.columns.attempts)
    form.columns.line_items["Retake"].value = "algebra-quiz-1"
    assert is_shown(form, form.columns.attempts)
    told = html.unescape(form.columns.several.told.value)
    assert "'Quiz 1' and 'Retake' go to one line item, 'Quiz 1'" in told
    assert "they are not added up" in told
    form.columns.go.click()
    assert "duplicate-entry" in set(form.draft.checked.findings["code"])
    assert "⚠ 2 score columns, 0 ignored, which of several grades counts is not said" in (
        form.columns.state.value
    )
    form.columns.line_items["Retake"].value = "ignore"
    assert not is_shown(form, form.columns.attempts)


def test_words_that_are_understood_are_listed_and_added(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """The words that stand for no score are listed, folded; one more is understood once it is added."""
    form = open_columns(gradebook, tmp_path, "Student number,Quiz 1", "00041,ABS", "00082,EX")
    tokens = form.columns.tokens
    assert tokens.view.selected_index is None
    assert "EX, MIS, INC" in tokens.view.get_title(0)
    assert "<td>MIS</td><td>missing, not submitted</td>" in tokens.told.value
    assert "<td>CLEAR</td><td>takes the grade away that is there</td>" in tokens.told.value
    form.columns.go.click()
    assert form.draft.checked.counts["blocked"] == 1
    tokens.word.value = " ABS "
    tokens.meaning.value = "missing"
    tokens.add.click()
    assert tokens.word.value == ""
    tokens.add.click()  # a second click does nothing
    assert form.columns.alert.value == ""
    assert "<td>ABS</td><td>missing, not submitted</td>" in tokens.told.value
    assert form.steps["check"].body.layout.display == "none"
    form.columns.go.click()
    assert form.draft.checked.counts["blocked"] == 0
    tokens.word.value, tokens.meaning.value = "abs", "nothing: it is not understood any more"
    tokens.add.click()
    assert "ABS" not in form.draft.columns.tokens
    tokens.word.value, tokens.meaning.value = "12", "exempt"
    tokens.add.click()
    assert "cannot be a token" in form.columns.alert.value
    tokens.word.value = EVIL
    tokens.add.click()
    assert "&lt;img" in tokens.told.value
    assert "<img" not in tokens.told.value


def test_every_field_of_a_token_is_told() -> None:
    """Whatever a saved token sets is told in words."""
    fields = {
        "score": 0.5,
        "textScore": "F",
        "comment": "none",
        "late": "false",
        "inProgress": "true",
    }
    told = "the score 0.5, the text score F, the comment none, not late, in progress"
    assert tell_token(fields) == told
    assert tell_token({"ask": True}) == "you are asked about it"
    assert tell_token({"skip": True}) == "no grade: nothing is sent"


def test_unknown_students_are_named_as_the_sheet_does(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Beside an id that finds nobody stands what the sheet calls its owner."""
    rows = (
        "Student number,First name,Last name,Quiz 1",
        "00041,Ada,Example,8",
        "999,Zoë,Nowhere,7",
    )
    form = open_columns(gradebook, tmp_path, *rows)
    assert form.columns.unmatched["999"].description == "line 3: 999, Zoë Nowhere"
    form = open_columns(gradebook, tmp_path, "Student number,Quiz 1", "00041,8", "999,7")
    assert form.columns.unmatched["999"].description == "line 3: 999"


def test_columns_without_a_line_item_are_told_before_the_check(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Columns of scores that no line item is known for are counted, and no longer once they are chosen or ignored."""
    rows = ("Student number,Midterm,Essay,Bonus", "00041,8,1,2")
    form = open_columns(gradebook, tmp_path, *rows)
    told = form.columns.open_columns
    form.columns.line_items["Essay"].value = ""
    form.columns.line_items["Bonus"].value = ""
    assert "2 columns of scores have no line item yet" in told.value
    form.columns.go.click()
    assert "⚠ 3 score columns, 0 ignored, 2 columns without a line item" in form.columns.state.value
    form.columns.line_items["Essay"].value = "ignore"
    assert "1 column of scores has no line item yet" in told.value
    form.columns.line_items["Bonus"].value = "algebra-quiz-1"
    assert told.value == ""


def test_columns_without_a_line_item_are_ignored_at_once(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Where several columns have no line item yet one press ignores them, and leaves the others as they are."""
    form = open_columns(gradebook, tmp_path, "Student number,Quiz 1,Essay,Bonus", "00041,8,1,2")
    step = form.columns
    for column in ("Essay", "Bonus"):
        step.line_items[column].value = ""
    assert step.ignore.description == "Ignore the 2 columns without a line item"
    assert is_shown(form, step.ignore)
    step.ignore.click()
    assert [step.line_items[column].value for column in ("Essay", "Bonus")] == ["ignore"] * 2
    assert [str(each.column) for each in form.draft.columns.score_columns] == ["Quiz 1"]
    assert not is_shown(form, step.ignore)
    step.line_items["Essay"].value = ""
    assert not is_shown(form, step.ignore)  # one is ignored where it is told


def test_a_companion_can_be_left_out(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Comments stand below their score column, can be ignored and taken again, and a blank one is said to change nothing."""
    rows = ("Student number,Quiz 1,Quiz 1 comment,Quiz 1 late", "00041,8,Good,yes")
    form = open_columns(gradebook, tmp_path, *rows)
    assert "A blank cell leaves alone what the gradebook holds, a comment too" in page(
        form.columns.body
    )
    choice = form.columns.companions["Quiz 1 comment"]
    assert is_shown(form, choice)
    assert [label for label, _ in choice.options] == ["the comment of Quiz 1", "ignore this column"]
    form.columns.go.click()
    assert list(form.draft.checked.entries["comment"]) == ["Good"]
    choice.value = "ignore"
    assert "comes after" in form.steps["check"].state.value
    assert "<b>Quiz 1 comment</b>: ignored <" in page(form.columns.body)
    form.columns.go.click()
    assert list(form.draft.checked.entries["comment"]) == [None]
    assert list(form.draft.checked.entries["late"]) == ["true"]
    form.columns.student.value = "Student number"
    form.columns.start()  # as after saved columns were taken
    assert form.columns.companions["Quiz 1 comment"].value == "ignore"
    form.columns.companions["Quiz 1 comment"].value = "comment"
    form.columns.go.click()
    assert list(form.draft.checked.entries["comment"]) == ["Good"]


def test_what_was_chosen_is_told(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """A column whose line item was chosen by hand no longer says why another was proposed."""
    form = open_columns(gradebook, tmp_path, "Student number,Quiz 1", "00041,8")
    assert "the line item called" in page(form.columns.body)
    form.columns.line_items["Quiz 1"].value = "algebra-quiz-2"
    assert "the line item called" not in page(form.columns.body)
    assert "chosen by hand" in page(form.columns.body)


def test_the_next_thing_is_what_is_open(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Whose the grades are comes first, then who somebody is, which of several rows counts, and what a column is."""
    form = open_columns(gradebook, tmp_path, "Colour,Quiz 1", "red,8", "blue,7")
    assert (
        "next: choose the column that says whose the grades are, then" in form.columns.state.value
    )
    assert "Choose above, in “Whose grades”, the column" in form.columns.found.value
    rows = ("Student number,Quiz 1,Own", "00041,8,1", "00082,7,1", "00041,9,1", "99999,6,1")
    form = open_columns(gradebook, tmp_path, *rows)
    told = (
        "next: choose who 1 student is, or leave “nobody”, then say which of several grades counts, "
        "then choose the line item of 1 column, then check"
    )
    assert told in form.columns.state.value
    assert "Ada Example (lines 2 and 4)" in page(form.columns.view)
    form.columns.attempts.value = "best"
    form.columns.unmatched["99999"].value = "student-004"
    form.columns.line_items["Own"].value = "ignore"
    assert "next: check the grades" in form.columns.state.value
    form.columns.student.value = "Quiz 1"
    assert "look whether it is the right class and the right column" in form.columns.state.value


def test_an_example_says_which_number_a_field_is(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Beside the fields of a student stands what one of the students has there."""
    form = open_columns(gradebook, tmp_path, "Student number,Quiz 1", "00041,8")
    assert form.columns.key.label == "identifier, such as 00041"


def test_ids_without_their_zeros_are_taken_at_once(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Ids that lost the zeros at their front are said to be so, and taken for the students who have them, when a person says it."""
    form = open_columns(gradebook, tmp_path, "Student number,Quiz 1", "41,8", "82,7", "99999,6")
    columns = form.columns
    told = columns.found.value
    assert "2 of the others are known but for zeros at the front, such as 00041 for 41" in told
    assert "Look whether it is the right class" not in told
    assert columns.zeros.description == "Take 2 ids with the zeros"
    assert (
        "next: take the ids with their zeros, then choose who 1 student is" in columns.state.value
    )
    assert form.draft.columns.student_matches == {}
    assert list(columns.unmatched) == ["99999"]
    assert columns.key.label == "identifier, such as 00041"
    assert "identifier: 0 of 3 ids found, 2 but for zeros at the front" in page(columns.body)
    columns.zeros.click()
    assert "identifier: 2 of 3 ids found, 2 of them as you chose" in page(columns.body)
    assert "0 of 3 ids found" not in page(columns.body)
    assert form.draft.columns.student_matches == {"41": "student-001", "82": "student-002"}
    assert columns.zeros.layout.display == "none"
    assert "2 of 3 students found" in columns.found.value
    # Each can be given to somebody else, but nobody has to look at all of them.
    assert list(columns.unmatched) == ["99999"]
    assert columns.taken["41"].value == "student-001"
    title = columns._students._fold.title  # noqa: SLF001 - what the analyst sees
    assert title == "Ids that were taken at once: 2, each of which can be given to somebody else"
    columns.taken["41"].value = "student-003"
    assert form.draft.columns.student_matches["41"] == "student-003"


def test_who_is_still_to_be_picked_is_in_sight(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """However many ids were taken with their zeros, the one that nobody has stands before them; one alone is picked like any other."""
    ids = [str(41 * number) for number in range(1, 26)]
    form = open_columns(
        gradebook, tmp_path, "Student number,Quiz 1", *(f"{each},8" for each in ids), "99999,6"
    )
    form.columns.zeros.click()
    assert list(form.columns.unmatched) == ["99999"]
    assert len(form.columns.taken) == 20
    assert "… and 5 more" in page(form.columns.body)
    one = open_columns(gradebook, tmp_path, "Student number,Quiz 1", "41,8", "00082,7")
    one.columns.unmatched["41"].value = "student-001"
    one.columns._students.show()  # noqa: SLF001 - as when the step is drawn anew
    assert list(one.columns.unmatched) == ["41"]


def test_names_are_compared_once_zeros_are_taken(gradebook: gt.Gradebook, tmp_path: Path) -> None:
    """Ids that lost their zeros and names that slid by one row are a question once the ids are taken, as whole ids are."""
    rows = ("41,Ben Example,8", "82,Cleo Example,7", "123,Dov Example,6")
    form = open_columns(gradebook, tmp_path, "Student number,Name,Quiz 1", *rows)
    form.columns.zeros.click()
    assert "3 of 3 students found" in form.columns.found.value
    form.columns.go.click()
    assert form.draft.checked is not None
    assert form.draft.checked.counts == {"ready": 0, "skipped": 0, "blocked": 3}
    assert form.draft.checked.findings["code"].tolist() == ["names-shifted"]


def open_two_classes(gradebook: gt.Gradebook, tmp_path: Path) -> ImportForm:
    """Read a sheet whose rows name two classes; Ada is in both."""
    form = ImportForm(gradebook, folder=tmp_path)
    form.where.connect.click()
    rows = (
        "student-001,Algebra 1,7",
        "student-003,Algebra 1,8",
        "student-031,Biology 1,9",
        "student-032,Biology 1,6",
    )
    path = write_sheet(tmp_path / "two.csv", "Student ID,Section,Quiz 1", *rows)
    form.sheet.path.value = str(path)
    form.sheet.read.click()
    return form


def test_the_classes_that_the_rows_name_are_proposed(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Of a sheet of several classes all that its rows name are proposed, and each grade is called with its class."""
    form = open_two_classes(gradebook, tmp_path)
    assert set(form.sheet.classes.value) == {"algebra-1", "biology-1"}
    assert "name 2 classes" in page(form.sheet.body)
    assert form.sheet.use_classes.description == "Use these 2 classes"
    form.sheet.use_classes.click()
    form.columns.go.click()
    form.check.go.click()
    assert form.preview.plan is not None
    changes = form.preview.plan.changes
    assert changes["class_id"].astype(str).tolist() == ["algebra-1"] * 2 + ["biology-1"] * 2
    assert (
        changes["line_item_title"].astype(str).tolist()
        == ["Quiz 1 (Algebra 1)"] * 2 + ["Quiz 1 (Biology 1)"] * 2
    )


def test_a_row_of_a_class_that_is_not_chosen_is_not_written(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Who is in the chosen class too is asked about where the row names another, and strangers are not offered for the others."""
    form = open_two_classes(gradebook, tmp_path)
    form.sheet.classes.value = ("biology-1",)
    form.sheet.use_classes.click()
    assert "The other is of a class that is not chosen (Algebra 1)" in form.columns.found.value
    assert list(form.columns.unmatched) == []
    form.columns.go.click()
    codes = dict(
        zip(form.draft.checked.findings["line"], form.draft.checked.findings["code"], strict=True)
    )
    assert (codes[2], codes[3]) == ("class-differs", "student-unknown")
    assert form.draft.checked.counts["blocked"] == 2


def test_named_classes_are_proposed_whatever_the_ids(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Where no id is known as it stands, the classes that the rows name are proposed all the same, and the doubt is told."""
    form = ImportForm(gradebook, folder=tmp_path)
    form.where.connect.click()
    path = write_sheet(
        tmp_path / "two.csv", "ID,Section,Quiz 1", "41,Algebra 1,7", "82,Algebra 1,8"
    )
    form.sheet.path.value = str(path)
    form.sheet.read.click()
    assert form.sheet.classes.value == ("algebra-1",)
    assert "None of their ids is known there as it stands; step 3 says more." in page(
        form.sheet.body
    )
    form.sheet.use_classes.click()
    assert form.columns.zeros.description == "Take 2 ids with the zeros"
    assert form.columns.zeros.button_style == "primary"
    assert list(form.columns.unmatched) == []  # by one press, and not one by one


def test_columns_of_one_class_do_not_take_those_of_several(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Columns kept of a sheet of one class leave it to each row of a sheet of several whose line item it means, and stand aside."""
    one = open_columns(gradebook, tmp_path, "Student number,Quiz 1,Note", "00041,8,", "00082,7,")
    one.columns.kept.save.click()
    form = open_two_classes(gradebook, tmp_path)
    form.sheet.use_classes.click()
    assert "next: use the columns" not in form.columns.state.value
    if form.columns.kept.offers:
        form.columns.kept.use.click()
    assert set(form.draft.columns.meaning("Quiz 1").line_items) == {
        "algebra-quiz-1",
        "biology-quiz-1",
    }


def test_a_pick_that_makes_two_rows_of_one_student_is_asked_about(
    gradebook: gt.Gradebook, tmp_path: Path
) -> None:
    """Who is picked for an unknown id and has a row already has several rows then, and it is asked which of them counts."""
    form = open_columns(gradebook, tmp_path, "Student number,Quiz 1", "00041,8", "99999,7")
    assert form.columns.several.view.layout.display == "none"
    form.columns.unmatched["99999"].value = "student-001"
    assert form.columns.several.view.layout.display is None
    assert "say which of several grades counts" in form.columns.state.value
