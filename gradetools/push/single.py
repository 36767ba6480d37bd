"""One grade the safe way: read, merge, plan, push, journal."""

from __future__ import annotations

from gradetools.errors import NotFoundError
from gradetools.gradebook import Gradebook
from gradetools.journal import open_journal
from gradetools.models import Result
from gradetools.plan import OnConflict, Plan, find_scale_id, make_result_plan
from gradetools.push.reread import with_missed, with_records
from gradetools.push.run import push_plan
from gradetools.receipt import Receipt
from gradetools.score_scale import ScoreScale


def upsert_result(
    result: Result,
    gradebook: Gradebook,
    *,
    confirm: int | None = None,
    on_conflict: OnConflict = "stop",
    note: str = "",
) -> Receipt:
    """Create or change one grade through the same writer as a whole sheet.

    Only the fields that were set when `result` was built are changed; everything else that the
    gradebook holds stays, and a grade that is already there keeps its id. The push is journaled and
    can be undone.

    Args:
        result: what is wanted; a field set to None is removed.
        gradebook: where.
        confirm: 1, which production wants to be typed.
        on_conflict: what to do where somebody else changed it since we sent it.
        note: anything to remember about it.

    Raises:
        NotFoundError: the gradebook has no such line item.
        GradetoolsError: as `push_plan`.
    """
    plan = plan_result(result, gradebook, on_conflict=on_conflict)
    return push_plan(
        plan, gradebook, agreed=plan.fingerprint, confirm=confirm, note=note, workers=1
    )


def plan_result(result: Result, gradebook: Gradebook, *, on_conflict: OnConflict = "stop") -> Plan:
    """Read what one result's class has now, and plan its upsert, without writing anything.

    Where the result or its line item has a score scale, the change's message tells what does not fit it.

    Raises:
        NotFoundError: the gradebook has no such line item.
    """
    class_id = result.class_.sourced_id if result.class_ else _class_of(result, gradebook)
    snapshot = gradebook.take_snapshot([class_id])
    if result.sourced_id:
        # The id may belong to a grade of another class, which the snapshot does not show.
        snapshot = with_records(snapshot, gradebook, [result.sourced_id])
    with open_journal(gradebook.environment, gradebook.settings.data_dir) as journal:
        last_sent = journal.last_sent()

    def plan(scale: ScoreScale | None) -> Plan:
        return make_result_plan(
            result, snapshot, last_sent=last_sent, on_conflict=on_conflict, score_scale=scale
        )

    snapshot = with_missed(snapshot, gradebook, plan(None), last_sent)
    first = plan(None)
    scale_id = find_scale_id(first, snapshot)
    scales = gradebook.list_score_scales(class_id) if scale_id else []
    scale = next((one for one in scales if one.sourced_id == scale_id), None)
    return first if scale is None else plan(scale)


def _class_of(result: Result, gradebook: Gradebook) -> str:
    line_item = gradebook.get_line_item(result.line_item.sourced_id)
    if line_item.class_ is None:
        raise NotFoundError(
            f"The line item {line_item.sourced_id!r} names no class; name the result's class."
        )
    return line_item.class_.sourced_id
