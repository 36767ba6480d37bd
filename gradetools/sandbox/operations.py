"""What the sandbox serves: one row per operation of the contract (section 2.2).

Timeback's collections end in a slash, and are found only so. The official dialect has no slash
there and no POST of a single record; with the slash it is found all the same.
"""

from __future__ import annotations

from gradetools.sandbox.actions import (
    Operation,
    create_records,
    delete_record,
    get_record,
    list_records,
    put_record,
)
from gradetools.sandbox.dialects import GRADEBOOK, GRADEBOOK_KINDS, ROSTERING


def get_operations(dialect: str) -> list[Operation]:
    """List the operations of a dialect."""
    return [
        operation
        for operation in _OPERATIONS
        if dialect == "timeback" or operation.many or operation.method != "POST"
    ]


def get_paths(operation: Operation, dialect: str) -> list[str]:
    """Name the paths that an operation is found at; the first is the documented one."""
    if dialect == "timeback" or not operation.path.endswith("/"):
        return [operation.path]
    return [operation.path.rstrip("/"), operation.path]


def _row(request: str, name: str, kind: str, scope: str = "1") -> Operation:
    method, path = request.split()
    is_item = path.endswith("{sourcedId}")
    actions = {"PUT": put_record, "DELETE": delete_record, "POST": create_records}
    actions["GET"] = get_record if is_item else list_records
    prefix = GRADEBOOK if kind in GRADEBOOK_KINDS else ROSTERING
    # A POST to a collection's own root takes one record, below a parent it takes many.
    many = not is_item and not (method == "POST" and path.endswith("/"))
    return Operation(name, method, prefix + path, kind, actions[method], scope, many)


_IN_CLASS = "class_id = :classSourcedId"
_IN_SCHOOL = "school_id = :schoolSourcedId"
# Timeback lists a class's students with those who have left it; the standard does not.
_ENROLLED = (
    "sourced_id IN (SELECT user_id FROM record AS e WHERE e.kind = 'enrollments'"
    " AND e.class_id = :classSourcedId AND e.role = '{role}'"
    " AND (e.status = 'active' OR :dialect = 'timeback'))"
)
_STUDENTS = _ENROLLED.format(role="student")
_TEACHERS = _ENROLLED.format(role="teacher")
_IS_STUDENT = (
    "(role = 'student' OR sourced_id IN (SELECT user_id FROM record AS e"
    " WHERE e.kind = 'enrollments' AND e.role = 'student'))"
)
_CLASSES_OF = (
    "sourced_id IN (SELECT class_id FROM record AS e WHERE e.kind = 'enrollments'"
    " AND e.user_id = :{name} AND e.status = 'active')"
)
_SCALES_OF_SCHOOL = (
    "class_id IN (SELECT sourced_id FROM record AS c WHERE c.kind = 'classes'"
    " AND c.school_id = :schoolSourcedId)"
)
_USED_CATEGORIES = (
    "sourced_id IN (SELECT json_extract(l.body, '$.category.sourcedId') FROM record AS l"
    " WHERE l.kind = 'lineItems' AND l.class_id = :classSourcedId)"
)

_OPERATIONS = [
    _row("GET /results/", "getAllResults", "results"),
    _row("POST /results/", "createResult", "results"),
    _row("GET /results/{sourcedId}", "getResult", "results"),
    _row("PUT /results/{sourcedId}", "putResult", "results"),
    _row("DELETE /results/{sourcedId}", "deleteResult", "results"),
    _row("GET /classes/{classSourcedId}/results", "getResultsForClass", "results", _IN_CLASS),
    _row(
        "GET /classes/{classSourcedId}/lineItems/{lineItemSourcedId}/results",
        "getResultsForLineItemForClass",
        "results",
        f"{_IN_CLASS} AND line_item_id = :lineItemSourcedId",
    ),
    _row(
        "GET /classes/{classSourcedId}/students/{studentSourcedId}/results",
        "getResultsForStudentForClass",
        "results",
        f"{_IN_CLASS} AND user_id = :studentSourcedId",
    ),
    _row("POST /lineItems/{lineItemSourcedId}/results", "postResultsForLineItem", "results"),
    _row(
        "POST /classes/{classSourcedId}/academicSessions/{academicSessionSourcedId}/results",
        "postResultsForAcademicSessionForClass",
        "results",
    ),
    _row("GET /lineItems/", "getAllLineItems", "lineItems"),
    _row("POST /lineItems/", "createLineItem", "lineItems"),
    _row("GET /lineItems/{sourcedId}", "getLineItem", "lineItems"),
    _row("PUT /lineItems/{sourcedId}", "putLineItem", "lineItems"),
    _row("DELETE /lineItems/{sourcedId}", "deleteLineItem", "lineItems"),
    _row("GET /classes/{classSourcedId}/lineItems", "getLineItemsForClass", "lineItems", _IN_CLASS),
    _row("POST /classes/{classSourcedId}/lineItems", "postLineItemsForClass", "lineItems"),
    _row(
        "GET /schools/{schoolSourcedId}/lineItems", "getLineItemsForSchool", "lineItems", _IN_SCHOOL
    ),
    _row("POST /schools/{schoolSourcedId}/lineItems", "postLineItemsForSchool", "lineItems"),
    _row("GET /categories/", "getAllCategories", "categories"),
    _row("POST /categories/", "createCategory", "categories"),
    _row("GET /categories/{sourcedId}", "getCategory", "categories"),
    _row("PUT /categories/{sourcedId}", "putCategory", "categories"),
    _row("DELETE /categories/{sourcedId}", "deleteCategory", "categories"),
    _row(
        "GET /classes/{classSourcedId}/categories",
        "getCategoriesForClass",
        "categories",
        _USED_CATEGORIES,
    ),
    _row("GET /scoreScales/", "getAllScoreScales", "scoreScales"),
    _row("POST /scoreScales/", "createScoreScale", "scoreScales"),
    _row("GET /scoreScales/{sourcedId}", "getScoreScale", "scoreScales"),
    _row("PUT /scoreScales/{sourcedId}", "putScoreScale", "scoreScales"),
    _row("DELETE /scoreScales/{sourcedId}", "deleteScoreScale", "scoreScales"),
    _row(
        "GET /classes/{classSourcedId}/scoreScales",
        "getScoreScalesForClass",
        "scoreScales",
        _IN_CLASS,
    ),
    _row(
        "GET /schools/{schoolSourcedId}/scoreScales",
        "getScoreScalesForSchool",
        "scoreScales",
        _SCALES_OF_SCHOOL,
    ),
    _row("GET /classes/", "getAllClasses", "classes"),
    _row("GET /classes/{sourcedId}", "getClass", "classes"),
    # The documented key is `students`; on the wire it is `users`.
    _row("GET /classes/{classSourcedId}/students", "getStudentsForClass", "users", _STUDENTS),
    _row("GET /classes/{classSourcedId}/teachers", "getTeachersForClass", "users", _TEACHERS),
    _row(
        "GET /schools/{schoolSourcedId}/classes/{classSourcedId}/students",
        "getStudentsForClassInSchool",
        "users",
        _STUDENTS,
    ),
    _row(
        "GET /schools/{schoolSourcedId}/classes/{classSourcedId}/enrollments",
        "getEnrollmentsForClassInSchool",
        "enrollments",
        f"{_IN_CLASS} AND {_IN_SCHOOL}",
    ),
    _row(
        "GET /schools/{schoolSourcedId}/enrollments",
        "getEnrollmentsForSchool",
        "enrollments",
        _IN_SCHOOL,
    ),
    _row(
        "GET /schools/{schoolSourcedId}/students",
        "getStudentsForSchool",
        "users",
        f"{_IN_SCHOOL} AND {_IS_STUDENT}",
    ),
    _row("GET /students/", "getAllStudents", "users", _IS_STUDENT),
    _row("GET /students/{sourcedId}", "getStudent", "users", _IS_STUDENT),
    _row(
        "GET /students/{studentSourcedId}/classes",
        "getClassesForStudent",
        "classes",
        _CLASSES_OF.format(name="studentSourcedId"),
    ),
    _row("GET /users/", "getAllUsers", "users"),
    _row("GET /users/{sourcedId}", "getUser", "users"),
    _row(
        "GET /users/{userSourcedId}/classes",
        "getClassesForUser",
        "classes",
        _CLASSES_OF.format(name="userSourcedId"),
    ),
    _row("GET /enrollments/", "getAllEnrollments", "enrollments"),
    _row("GET /enrollments/{sourcedId}", "getEnrollment", "enrollments"),
]
