"""What one choice of columns means otherwise than another, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gradetools.columns.meanings import ColumnMeaning, Columns
from gradetools.columns.spoiled_ids import find_spoiled_ids, only_zeros
from gradetools.columns.students import StudentIndex
from gradetools.columns.tokens import tell_token
from gradetools.formats.recognition import ASK
from gradetools.snapshot import Snapshot

#: The question what a word such as ABS stands for.
_UNCLEAR = "token-unclear"
#: So many ids that lost their zeros are named one by one.
_FEW = 3


def tell_differences(now: Columns, then: Columns, snapshot: Snapshot) -> list[str]:
    """Say what would be otherwise with other columns of the same sheet, one piece of a sentence for each.

    Args:
        now: the columns as they are.
        then: the others.
        snapshot: what the gradebook knows, by which students and line items are named.
    """
    people = snapshot.students.drop_duplicates("sourced_id").set_index("sourced_id")
    called = (people["given_name"] + " " + people["family_name"]).str.strip()
    names = {str(key): name for key, name in called.items()}
    items = snapshot.line_items
    titles = {
        str(key): str(title) for key, title in zip(items["sourced_id"], items["title"], strict=True)
    }
    told = list(_tell_meanings(now, then, titles))
    told += _tell_picks(now, then, snapshot, names)
    told += _tell_new(now.line_item_matches, then.line_item_matches, "is", titles)
    before, after = ({name: f"{top:g}" for name, top in each.scale.items()} for each in (now, then))
    told += _tell_new(before, after, "is scaled from", {})
    words = {**now.tokens, **then.tokens}
    told += [
        _tell_word(text, then.tokens.get(text, {}))
        for text in words
        if now.tokens.get(text) != then.tokens.get(text)
    ]
    told += _tell_answers(now, then)
    if now.attempts != then.attempts:
        told.append(
            "of several grades none is sent"
            if then.attempts == "refuse"
            else f"of several grades the {then.attempts} counts"
        )
    return told


def _tell_word(text: str, fields: Mapping[str, Any]) -> str:
    if fields == ASK:
        return f"it is asked what {text} stands for"
    return f"the word {text} stands for {tell_token(fields) or 'nothing any more'}"


def _tell_answers(now: Columns, then: Columns) -> list[str]:
    """Say which questions are answered, and how; and which are not any more."""
    given = {(each.code, each.column): each.value for each in then.answers}
    before = {(each.code, each.column): each.value for each in now.answers}
    told = []
    for place in dict.fromkeys([*given, *before]):
        code, column = place
        if given.get(place) == before.get(place):
            continue
        if code == _UNCLEAR and place in given:
            told.append(
                f"an unclear word in {column or 'any column'}, such as ABS, counts as {given[place]!r}"
            )
            continue
        of = f" of {column}" if column else ""
        answer = f"is answered {given[place]!r}" if place in given else "is open again"
        told.append(f"the question {code.replace('-', ' ')!r}{of} {answer}")
    return sorted(told)


def _tell_picks(
    now: Columns, then: Columns, snapshot: Snapshot, names: Mapping[str, str]
) -> list[str]:
    """Say whom ids mean then: each that somebody picked, and in one word those that only lost their zeros, if they are many."""
    key = then.student_column
    index = StudentIndex(snapshot.students, key.key if key else "")
    zeros = find_spoiled_ids(then.student_matches, index)
    if len(zeros) <= _FEW:
        zeros = {}
    picks = {
        text: student
        for text, student in then.student_matches.items()
        if zeros.get(text, ("",))[0] != student
    }
    before = {text: now.student_matches[text] for text in now.student_matches if text not in zeros}
    told = _tell_new(before, picks, "is", names)
    taken = [text for text in then.student_matches if text not in picks]
    new = [text for text in taken if now.student_matches.get(text) != zeros[text][0]]
    if new:
        example = f"{zeros[new[0]][1]} for {new[0]}"
        told.append(
            f"{len(new):,} ids mean who has them {'with zeros at the front' if only_zeros(new) else 'but for how they are written'}, "
            f"such as {example}"
        )
    return told


def _tell_meanings(now: Columns, then: Columns, titles: Mapping[str, str]) -> Iterator[str]:
    before = {each.column: _target(each, titles) for each in now.meanings}
    for each in then.meanings:
        target = _target(each, titles)
        if before.get(each.column) != target:
            yield f"{each.column} is {target}"


def _target(meaning: ColumnMeaning, titles: Mapping[str, str]) -> str:
    ids = (meaning.line_item, *meaning.line_items)
    named = next((titles.get(each, each) for each in ids if each), "")
    if meaning.means == "score" or (meaning.means == "text_score" and named):
        return named or "without a line item"
    means = meaning.means.replace("_", " ")
    if meaning.belongs_to and meaning.means != "ignored":
        return f"the {means} of {meaning.belongs_to}"
    return f"{means} ({meaning.key})" if meaning.key else means


def _tell_new(
    now: Mapping[str, object], then: Mapping[str, object], verb: str, names: Mapping[str, str]
) -> list[str]:
    told = [
        f"{text} {verb} {names.get(str(value), value)}"
        for text, value in then.items()
        if now.get(text) != value
    ]
    return told + [
        f"{text} no longer {verb} {names.get(str(now[text]), now[text])}"
        for text in now
        if text not in then
    ]
