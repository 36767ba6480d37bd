"""Which sheet, and of which class."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ipywidgets as ipw

from gradetools.cells import DELIMITER_NAMES
from gradetools.columns import ClassGuess, propose_classes
from gradetools.columns.guesses import tell_doubt, tell_other_class, tell_zeros
from gradetools.errors import SheetError
from gradetools.formats import tell_format
from gradetools.receipt import count_mended, is_settled
from gradetools.report import find_receipt, name_push
from gradetools.sheet import Sheet
from gradetools.widgets.detected import Detected
from gradetools.widgets.draft import SEARCHED, Draft
from gradetools.widgets.look import LABEL, WIDE, WRAP, Html, count, element, join, say
from gradetools.widgets.step import Step, offer, telling

_ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".zip")
_WORKBOOKS = (".xlsx", ".xls", ".ods")
#: A list of which several can be chosen does not look like one.
_SEVERAL = element(
    "div", "Grades of several classes: choose these with Ctrl (or Cmd) held down.", hook="gt-reason"
)
#: What was detected of a workbook, and has a line of its own.
_TOLD_APART = ("other worksheets", "hidden")
#: Of so many pushes, the newest, the list offers what they did not write.
_PUSHES = 3


def _tell_limit() -> Html:
    """Say how large an upload may be: `gradetools lab` raises what Jupyter allows, and tells how far."""
    raised = os.environ.get("GRADETOOLS_UPLOAD_MB", "")
    if raised.isdecimal():
        return element("span", f"up to {raised} MB", hook="gt-reason")
    return element(
        "span",
        "up to 10 MB; a larger one does not arrive: put it into the folder and press Look again, or start with ",
        element("code", "gradetools lab"),
        " (200 MB).",
        hook="gt-reason",
    )


def _tell_unseen(sheet: Sheet) -> Html:
    """Say what an analyst who has the workbook before them does not think of: its other worksheets, and what is hidden."""
    told = []
    if others := sheet.detected.get("other worksheets"):
        read = f"Only the worksheet {sheet.detected['worksheet']!r} is read"
        told.append(
            f"{read}; the workbook also has: {others}. Choose under Worksheet if you meant another."
        )
    if hidden := sheet.detected.get("hidden"):
        told.append(f"Hidden in the spreadsheet: {hidden}.")
    return join(*(say("info", each) for each in told))


class SheetStep(Step):
    """Choose a file from the folder, name its path, upload it, or paste; then say whose grades they are.

    Attributes:
        files, again: the sheets in the folder and one level below; looks again, and renews `upload`.
        path: the file to read; an upload is called by its name.
        upload: a file of the person's own computer.
        uploaded: what `path` calls an upload, and the private file that it was kept as.
        paste, read_pasted: cells copied from elsewhere; reads these.
        read: reads the file. Of `read`, `read_pasted` and `use_classes` only what is next stands out.
        told, detected: what was detected, in words and as fields that correct it.
        classes: the classes that the sheet's students are in; the likeliest is proposed.
        use_classes: confirms them.
    """

    def __init__(
        self,
        draft: Draft,
        *,
        folder: str | Path,
        on_done: Callable[[], None],
        on_change: Callable[[], None],
    ) -> None:
        super().__init__("2. Sheet", "sheet", waits_for="Where")
        self._draft, self._folder = draft, Path(folder)
        self._on_done, self._on_change = on_done, on_change
        self._source: str | io.StringIO | None = None
        self._name = ""  # of the sheet that was read
        self._ranked: Sequence[ClassGuess] = ()
        self.uploaded: dict[str, str] = {}
        self._uploads: tempfile.TemporaryDirectory[str] | None = None
        self._build()
        self.files.observe(self._choose, "value")
        self.again.on_click(self._look_again)
        self.path.observe(self._name_path, "value")
        self.read.on_click(lambda _: self._read(self._find_path()))
        self.read_pasted.on_click(lambda _: self._read_pasted())
        self.use_classes.on_click(self._take)
        self.classes.observe(lambda _: self._name_chosen(), "value")
        self.list_files()

    def _build(self) -> None:
        # However long a name in it is, the button stays beside it.
        beside = {**WIDE, "width": "auto", "flex": "1 1 24em", "min_width": "0"}
        self.files = ipw.Dropdown(description="In this folder", style=LABEL, layout=beside)
        self.again = ipw.Button(description="Look again", icon="refresh").add_class("gt-again")
        self.path = ipw.Text(description="or a path", style=LABEL, layout=WIDE)
        limit = ipw.HTML(_tell_limit(), layout={"flex": "1 1 18em", "width": "auto"})
        self._uploading = ipw.HBox([limit], layout=WRAP).add_class("gt-line")
        self._renew_upload()
        self.paste = ipw.Textarea(
            placeholder="rows copied from a spreadsheet, with their header", rows=6, layout=WIDE
        ).add_class("gt-paste")
        self.read_pasted = ipw.Button(description="Read what was pasted")
        self.read_pasted.add_class("gt-read-pasted").layout.width = "max-content"
        inside = ipw.VBox([self.paste, self.read_pasted])
        self.pasting = ipw.Accordion(
            children=[inside], titles=("or paste a block of cells",), selected_index=None
        )
        self.paste.observe(lambda _: self._change_paste(), "value")
        self.detected = Detected(on_change=self._read_again)
        self.read = ipw.Button(description="Read this file", button_style="primary")
        self.told = ipw.HTML().add_class("gt-detected")
        self.guess = ipw.HTML()
        self.classes = ipw.SelectMultiple(description="Class", style=LABEL, layout=WIDE, rows=4)
        self.use_classes = ipw.Button(description="Use this class", button_style="primary")
        self.use_classes.layout.width = "max-content"
        hooks = {
            "gt-files": self.files,
            "gt-path": self.path,
            "gt-read": self.read,
            "gt-classes": self.classes,
            "gt-use-classes": self.use_classes,
        }
        for hook, widget in hooks.items():
            widget.add_class(hook)
        self.use_classes.add_class("gt-under")
        self.read.add_class("gt-under")
        files = ipw.HBox([self.files, self.again])
        self.whose = ipw.VBox([self.guess, self.classes, self.use_classes]).add_class("gt-appears")
        self.body.children = [
            ipw.VBox([files, self.path, self.read]).add_class("gt-way"),
            self._uploading.add_class("gt-way"),
            self.pasting.add_class("gt-way"),
            self.told,
            self.detected.view,
            self.whose,
        ]
        self.whose.layout.display = "none"

    def _change_paste(self) -> None:
        if self.paste.value.strip():
            self._put_aside("What was pasted", self.read_pasted)
        else:
            self._emphasise(self.use_classes if self._name else self.read)

    def _emphasise(self, wanted: ipw.Button) -> None:
        """Let the one button stand out that is next."""
        for button in (self.read, self.read_pasted, self.use_classes):
            button.button_style = "primary" if button is wanted else ""

    def _put_aside(self, chosen: str, button: ipw.Button) -> None:
        """Let go of the sheet that was read, because another is chosen; nobody takes the one for the other."""
        self._emphasise(button)
        if self._source is None:
            return
        aside = f" What was read before, {self._name}, is put aside." if self._name else ""
        self._let_go()
        self.detected.reset()
        told = f"{chosen} is not read yet: press “{button.description}”.{aside}"
        self.told.value = say("warning", told)
        self.open("read the sheet that is chosen")

    def _renew_upload(self) -> None:
        """Put another upload button in the place of the one there is.

        One whose file was too large waits for ever for an answer from the kernel, which never got it.
        """
        self.upload = ipw.FileUpload(accept=",".join(_ENDINGS), description="or upload a file")
        self.upload.layout.width = "max-content"
        self.upload.add_class("gt-upload").add_class("gt-under").observe(self._receive, "value")
        self._uploading.children = [self.upload, self._uploading.children[-1]]

    def _look_again(self, _: object) -> None:
        self.list_files()
        self._renew_upload()

    def start(self) -> None:
        """Begin with the gradebook that was connected to."""
        self.whose.layout.display = "none"
        self.told.value = ""
        self._source = None
        self._emphasise(self.read)
        self.detected.reset()
        self.list_files()
        self.open("choose the sheet and read it")

    def list_files(self) -> None:
        """Look what sheets there are now; the one that is chosen stays chosen."""
        chosen = self.files.value
        found = [path for path in sorted(self._folder.glob("*")) if _is_sheet(path)]
        below = [path for path in sorted(self._folder.glob("[!.]*/*")) if _is_sheet(path)]
        paths = {str(path.relative_to(self._folder)): str(path) for path in (*found, *below)}
        paths |= {
            f"{path.name}: not written in push {told}": str(path)
            for path, told in self._list_failed()
        }
        first = "choose a sheet" if paths else "there is none; name a path or upload one"
        offer(self.files, [(first, ""), *paths.items()])
        if chosen in paths.values():
            self.files.value = chosen

    def _list_failed(self) -> list[tuple[Path, str]]:
        """List the files of what the last few pushes did not write, the newest first, and which push that was.

        Those that are settled since are left out, and so are those of a push before it was gone on with.
        """
        receipts = self._folder / "receipts"
        failed = [(name_push(path.parent), path) for path in receipts.glob("*/failed.*")]
        # Most folders have none, and need no look at every push of the journal.
        known = self._draft.list_pushes() if failed else []
        settled = {push.push_id for push in known if is_settled(push, known)}
        mended = {push.push_id: count_mended(push, known) for push in known}
        found = [
            (path, f"{push}{f', {since:,} of it since' if (since := mended.get(push, 0)) else ''}")
            for push, path in sorted(failed, reverse=True)
            if push not in settled
            and _is_sheet(path)
            and path.parent == find_receipt(receipts, push)
        ]
        return found[:_PUSHES]

    def _choose(self, change: Mapping[str, Any]) -> None:
        if change["new"]:
            self.path.value = change["new"]

    def _name_path(self, change: Mapping[str, Any]) -> None:
        """Begin anew with another path; the list names no file that is not the one to be read."""
        self.detected.reset()
        if self.files.value not in ("", change["new"]):
            self.files.value = ""
        if path := change["new"].strip():
            self._put_aside(Path(path).name, self.read)

    def _find_path(self) -> str:
        path = self.path.value.strip()
        return self.uploaded.get(path, path) or "."

    def _receive(self, _: object) -> None:
        """Keep an uploaded file in a private folder for as long as the form lives, and read it."""
        with telling(self.alert):
            files, self.upload.value = self.upload.value, ()  # or the button would count it
            for file in files:
                self._uploads = self._uploads or tempfile.TemporaryDirectory(prefix="gradetools-")
                target = Path(self._uploads.name, Path(file["name"]).name)
                target.write_bytes(file["content"])
                self.path.value = f"{target.name} (uploaded)"
                self.uploaded[self.path.value] = str(target)
                self._read(str(target))

    def _read_pasted(self) -> None:
        self.path.value = ""
        self.detected.reset()
        self._read(io.StringIO(self.paste.value))

    def _read_again(self) -> None:
        """Read the same once more, in another way."""
        if self._source is not None:
            self._read(self._source)

    def _let_go(self) -> None:
        """Let go of what was read, and of all that was made of it."""
        self._source, self._name = None, ""
        self._on_change()
        self.whose.layout.display = "none"
        self.told.value = ""

    def _read(self, source: str | io.StringIO) -> None:
        self._let_go()
        self.open("choose the sheet and read it")
        pasted = isinstance(source, io.StringIO)
        self._emphasise(self.read_pasted if pasted else self.read)
        with telling(self.alert):
            if isinstance(source, io.StringIO):
                source.seek(0)
            try:
                self._draft.read(source, **self.detected.take_options())
            except SheetError as error:
                text = pasted or Path(str(source)).suffix.lower() not in _WORKBOOKS
                self.detected.show(None, error.worksheets, text=text)
                raise
            finally:
                self._source = source
            self._name = self._draft.sheet.name
            self.detected.show(self._draft.sheet)
            self._tell_sheet()
            self._propose_class()

    def _tell_sheet(self) -> None:
        sheet = self._draft.sheet
        detected = ", ".join(
            f"{name} {DELIMITER_NAMES.get(value, value)}"
            for name, value in sheet.detected.items()
            if value and name not in _TOLD_APART
        )
        rows, columns = len(sheet.student_rows), len(sheet.header)
        long = any(each.means == "line_item" for each in sheet.description.columns)
        kind = ("row of a grade", "rows of grades") if long else ("student row", "")
        self.told.value = say(
            "good",
            f"{sheet.name}: {count(rows, *kind)}, {count(columns, 'column')}. ",
            f"Taken for {tell_format(sheet.format)}: {sheet.reason} ({detected}). ",
            "Below, change only what is wrong.",
        )
        self.told.value += _tell_unseen(sheet)
        if sheet.summaries:
            left = ", ".join(f"line {line} {text!r}" for line, text in sheet.summaries.items())
            which = "no student" if len(sheet.summaries) == 1 else "no students"
            self.told.value += say("info", f"Left out, as {which} and without an id: {left}.")

    def _propose_class(self) -> None:
        classes = {one.sourced_id: one.title for one in self._draft.classes}
        self.classes.options = [(f"{title} ({key})", key) for key, title in classes.items()]
        ranked = self._ranked = self._draft.guess_class()
        proposed, why = propose_classes(self._draft.sheet, classes, ranked)
        self.classes.value = tuple(proposed)
        if why == "students":
            best = ranked[0]
            told = f"{best.matched or 'None'} of {best.rows} students of the sheet are in {classes[best.class_id]}"
            zeros = tell_zeros(best)
            told += f" as their ids stand. {zeros} Step 3 asks about them." if zeros else "."
        elif why:
            titles = " and ".join(classes[each] for each in proposed)
            told = f"The sheet's rows name {count(len(proposed), 'class', 'classes')}: {titles}. Each row's grades go to its own."
            # Step 3 finds out why. Of many classes none was searched, so that nothing is known of it.
            if why == "named-unknown" and len(classes) <= SEARCHED:
                told += " None of their ids is known there as it stands; step 3 says more."
        elif len(classes) > SEARCHED:
            told = f"There are {len(classes)} classes, too many to look for the students in: choose the class."
        else:
            told = f"No class stands out: {tell_doubt(self._draft.sheet, ranked, classes)}"
        self.guess.value = join(say("info" if proposed else "warning", told), _SEVERAL)
        self.whose.layout.display = None
        self._emphasise(self.use_classes)
        self._name_chosen()
        self.open("confirm the class" if proposed else "choose the class")

    def _name_chosen(self) -> None:
        """Say on the button how many classes are chosen."""
        number = len(self.classes.value)
        self.use_classes.description = (
            "Use this class" if number < 2 else f"Use these {number} classes"
        )

    def _take(self, _: object) -> None:
        self._on_change()
        with telling(self.alert):
            chosen = self.classes.value
            if not chosen:
                self.alert.value = say(
                    "error", "No class is chosen; choose the class of these grades."
                )
                return
            self.work("reading the gradebook")
            self._draft.take(chosen)
            titles = ", ".join(self._draft.snapshot.classes.values())
            classes = {one.sourced_id: one.title for one in self._draft.classes}
            other = tell_other_class(self._ranked, chosen, classes)
            told = f"{self._draft.sheet.name} for {titles}"
            self.settle(f"{told}, {other}" if other else told, doubt=bool(other))
            self._on_done()


def _is_sheet(path: Path) -> bool:
    return path.suffix.lower() in _ENDINGS and path.is_file() and not path.name.startswith(".")
