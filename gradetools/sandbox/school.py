"""The invented school: what a new sandbox knows. Nobody in it exists.

Made by rule, without chance: the same ids, names, scores and dates every time.
"""

from __future__ import annotations

from typing import Any

_GIVEN = (
    *("Ada", "Ben", "Cleo", "Dov", "Edda", "Finn", "Gia", "Hugo", "Ines", "Juno"),
    *("Kai", "Lena", "Milo", "Nora", "Otto", "Pia", "Quinn", "Rosa", "Sami", "Tess"),
    *("Ugo", "Vera", "Wim", "Xenia", "Yara", "Zeno", "Åsa", "Béla", "Chloë", "Dán"),
)
_FAMILY = ("Example", "Sample-Doe", "O'Specimen")
_STAMP = "2026-09-01T08:00:00.000Z"

# Class: title, subject, and for each line item: id, title, category, maximum, day it is due.
_CLASSES: dict[str, tuple[str, tuple[tuple[str, str, str, float, str], ...]]] = {
    "algebra-1": (
        "Algebra 1",
        (
            ("algebra-quiz-1", "Quiz 1", "quizzes", 10, "2026-09-11"),
            ("algebra-homework-1", "Homework 1", "homework", 7.5, "2026-09-18"),
            ("algebra-quiz-2", "Quiz 2", "quizzes", 10, "2026-09-25"),
            ("algebra-midterm", "Midterm", "exams", 100, "2026-10-16"),
        ),
    ),
    "biology-1": (
        "Biology 1",
        (
            ("biology-lab-1", "Lab Report 1", "homework", 20, "2026-09-14"),
            ("biology-quiz-1", "Quiz 1", "quizzes", 10, "2026-09-21"),
            ("biology-lab-2", "Lab Report 2", "homework", 20, "2026-10-05"),
            ("biology-midterm", "Midterm", "exams", 100, "2026-10-19"),
        ),
    ),
    "world-history-1": (
        "World History 1",
        (
            ("history-essay-1", "Essay 1", "homework", 50, "2026-09-16"),
            ("history-quiz-1", "Map Quiz", "quizzes", 12, "2026-09-23"),
            ("history-essay-2", "Essay 2", "homework", 50, "2026-10-07"),
            ("history-midterm", "Midterm", "exams", 100, "2026-10-20"),
        ),
    ),
}


def invented_school() -> dict[str, Any]:
    """Make the school as plain OneRoster JSON: kind to list of records.

    Three classes of thirty students each and a few who sit in two, twelve line items, and grades
    on the first two of each class. One student has withdrawn, two share a name.
    """
    students = [_student(number) for number in range(1, 91)]
    # Two people, one name: only their ids tell them apart.
    students[46] |= {"givenName": "Ada", "familyName": "Example"}
    return {
        "orgs": [_record("example-school", name="Example School", type="school")],
        "academicSessions": [
            _record(
                "autumn-2026",
                title="Autumn 2026",
                type="term",
                startDate="2026-08-24",
                endDate="2026-12-18",
                schoolYear="2027",
            )
        ],
        "courses": [
            _record(f"course-{class_id}", title=title, org=_ref("example-school"))
            for class_id, (title, _) in _CLASSES.items()
        ],
        "classes": [_class(class_id, title) for class_id, (title, _) in _CLASSES.items()],
        "users": [*students, *(_teacher(number) for number in range(1, 4))],
        "enrollments": _enrollments(),
        "categories": [
            _record("homework", title="Homework", weight=30),
            _record("quizzes", title="Quizzes", weight=30),
            _record("exams", title="Exams", weight=40),
        ],
        "scoreScales": [_letter_scale()],
        "lineItems": [
            _line_item(class_id, *line_item)
            for class_id, (_, line_items) in _CLASSES.items()
            for line_item in line_items
        ],
        "results": _results(),
    }


def _record(sourced_id: str, **fields: object) -> dict[str, Any]:
    return {
        "sourcedId": sourced_id,
        "status": "active",
        "dateLastModified": _STAMP,
        **fields,
    }


def _ref(sourced_id: str) -> dict[str, str]:
    return {"sourcedId": sourced_id}


def _person(sourced_id: str, given: str, family: str, role: str) -> dict[str, Any]:
    return _record(
        sourced_id,
        enabledUser="true",
        givenName=given,
        familyName=family,
        roles=[{"roleType": "primary", "role": role, "org": _ref("example-school")}],
        agents=[],
        userProfiles=[],
        primaryOrg=_ref("example-school"),
    )


def _student(number: int) -> dict[str, Any]:
    given = _GIVEN[(number - 1) % 30]
    family = _FAMILY[(number - 1) // 30]
    username = f"student{number:03d}"
    student = _person(f"student-{number:03d}", given, family, "student")
    student |= {
        "identifier": f"{number * 41:05d}",
        "username": username,
        "email": f"{username}@example.org",
        "grades": ["09"],
    }
    if number % 3 == 0:
        student["userIds"] = [{"type": "SIS", "identifier": f"S-{number:06d}"}]
    return student


def _teacher(number: int) -> dict[str, Any]:
    teacher = _person(f"teacher-{number}", f"Tutor{number}", "Placeholder", "teacher")
    return teacher | {"username": f"teacher{number}", "email": f"teacher{number}@example.org"}


def _class(class_id: str, title: str) -> dict[str, Any]:
    return _record(
        class_id,
        title=title,
        classCode=class_id.upper(),
        classType="scheduled",
        location=None,
        grades=["09"],
        course=_ref(f"course-{class_id}"),
        school=_ref("example-school"),
        terms=[_ref("autumn-2026")],
    )


def _members(class_number: int) -> list[int]:
    """Number the students of a class: its own thirty, and two of the class before."""
    own = range(class_number * 30 + 1, class_number * 30 + 31)
    return [*own, *(range(1, 3) if class_number == 1 else range(31, 33) if class_number else ())]


def _enrollments() -> list[dict[str, Any]]:
    enrollments = []
    for class_number, class_id in enumerate(_CLASSES):
        people = [(f"student-{number:03d}", "student") for number in _members(class_number)]
        for user_id, role in [*people, (f"teacher-{class_number + 1}", "teacher")]:
            enrollment = _record(
                f"{class_id}.{user_id}",
                role=role,
                primary="true" if role == "teacher" else "false",
                beginDate="2026-08-24",
                endDate="2026-12-18",
                user=_ref(user_id),
            )
            enrollment |= {"class": _ref(class_id), "school": _ref("example-school")}
            enrollments.append(enrollment)
    withdrawn = next(each for each in enrollments if each["user"] == _ref("student-030"))
    withdrawn |= {"status": "tobedeleted", "endDate": "2026-09-30"}
    return enrollments


def _letter_scale() -> dict[str, Any]:
    bounds = {"90": "A", "80": "B", "70": "C", "60": "D", "0": "F"}
    scale = _record(
        "letters",
        title="Letters",
        type="letter",
        scoreScaleValue=[
            {"itemValueLHS": least, "itemValueRHS": letter} for least, letter in bounds.items()
        ],
    )
    return scale | {"class": _ref("world-history-1")}


def _line_item(
    class_id: str, sourced_id: str, title: str, category: str, maximum: float, due: str
) -> dict[str, Any]:
    line_item = _record(
        sourced_id,
        title=title,
        description=None,
        assignDate="2026-08-31T00:00:00.000Z",
        dueDate=f"{due}T23:59:59.000Z",
        school=_ref("example-school"),
        category=_ref(category),
        academicSession=_ref("autumn-2026"),
        resultValueMin=0,
        resultValueMax=maximum,
    )
    return line_item | {"class": _ref(class_id)}


def _results() -> list[dict[str, Any]]:
    """Grade the first two line items of each class; every sixth student has none yet."""
    results = []
    for class_number, (class_id, (_, line_items)) in enumerate(_CLASSES.items()):
        for sourced_id, _, _, maximum, due in line_items[:2]:
            for number in _members(class_number):
                if number % 6 != 5:
                    result = _result(sourced_id, number, maximum, due)
                    results.append(result | {"class": _ref(class_id)})
    by_id = {each["sourcedId"]: each for each in results}
    for result_id, fields in _PECULIAR.items():
        by_id[result_id] |= fields
    for result_id in ("algebra-quiz-1.student-004", "biology-quiz-1.student-034"):
        del by_id[result_id]["score"]
    return results


def _result(line_item: str, number: int, maximum: float, due: str) -> dict[str, Any]:
    # A student does alike on everything, give or take a little: half of the range and up.
    ability = 50 + (number * 37) % 46 + (number + len(line_item)) % 5
    steps = 20 if maximum < 10 else 2
    score = round(ability / 100 * maximum * steps) / steps
    return _record(
        f"{line_item}.student-{number:03d}",
        lineItem=_ref(line_item),
        student=_ref(f"student-{number:03d}"),
        scoreStatus="fully graded",
        score=score,
        scoreDate=f"{due}T00:00:00.000Z",
    )


# What stands beside the plain scores, so that each part of a Result is there once at least.
_PECULIAR: dict[str, dict[str, Any]] = {
    "algebra-quiz-1.student-001": {"comment": "Shows every step."},
    "algebra-quiz-1.student-002": {"late": "true", "comment": "Two days late; not reduced."},
    "algebra-quiz-1.student-003": {"metadata": {"source": "paper", "attempt": 1, "reviewed": True}},
    "algebra-quiz-1.student-004": {"scoreStatus": "exempt"},
    "algebra-quiz-1.student-006": {
        "learningObjectiveSet": [
            {
                "source": "case",
                "learningObjectiveResults": [
                    {
                        "learningObjectiveId": "5f1b6f0e-0000-4000-8000-000000000001",
                        "score": 4.5,
                        "textScore": "meets",
                    }
                ],
            }
        ]
    },
    "algebra-quiz-1.student-007": {"status": "tobedeleted"},
    "biology-quiz-1.student-034": {"scoreStatus": "not submitted", "missing": "true"},
    "history-essay-1.student-061": {"scoreScale": _ref("letters"), "textScore": "B"},
    "history-essay-1.student-062": {"scoreStatus": "partially graded", "incomplete": "true"},
}
