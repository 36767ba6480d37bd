"""What must hold before the first PUT; a guard that is given is always checked."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from gradetools.errors import PlanError, SettingsError, UnsafePlanError
from gradetools.gradebook import Gradebook
from gradetools.plan import Plan
from gradetools.receipt import Receipt
from gradetools.snapshot import Environment

PRODUCTION = "production"


def check_plan(
    plan: Plan, gradebook: Gradebook, *, agreed: str, confirm: int | None, allow_unsafe: bool
) -> None:
    """Refuse what nobody agreed to.

    Raises:
        PlanError: it was made for another gradebook, or is not the plan that was agreed to.
        UnsafePlanError: it harms too many grades, or the number of writes was not typed or is wrong.
    """
    if plan.environment != gradebook.environment or plan.dialect != gradebook.settings.dialect:
        raise PlanError(
            f"This plan was made for {_told(plan.environment)}, not for {_told(gradebook.environment)}; make it again "
            "there."
        )
    if not isinstance(agreed, str):
        raise PlanError(
            "To agree is to name the plan that was looked at: give agreed=plan.fingerprint."
        )
    if agreed != plan.fingerprint:
        raise PlanError(
            f"The plan that was agreed to ({agreed[:8] or 'none'}) is not this one ({plan.fingerprint[:8]}); look at "
            "this one and agree to it."
        )
    if confirm is not None and confirm != plan.writes:
        raise UnsafePlanError(
            f"This plan writes {_count(plan.writes)}, not {confirm}; nothing was sent. Look again, then type that number."
        )
    if plan.environment.name == PRODUCTION and confirm is None and plan.writes:
        raise UnsafePlanError(
            f"This writes {_count(plan.writes)} to production; type that number to go on (on the command line "
            f"--confirm {plan.writes}, in Python confirm={plan.writes})."
        )
    if not allow_unsafe:
        plan.raise_if_unsafe()


def check_receipt(receipt: Receipt) -> None:
    """Refuse what is no receipt, such as the id of a push, and say how its receipt is had again.

    Raises:
        PlanError: it is none.
    """
    if not isinstance(receipt, Receipt):
        raise PlanError(
            "This is no receipt of a push; from its id it is had with gt.open_journal(gradebook.environment, "
            "gradebook.settings.data_dir).read_receipt(push_id)."
        )


def check_host(environment: Environment, known: Iterable[Environment]) -> None:
    """Refuse a host that was once used as production, when it goes by another name now.

    Raises:
        SettingsError: it is one.
    """
    host = urlsplit(environment.base_url).netloc
    for other in known:
        if (
            other.name == PRODUCTION != environment.name
            and host
            and urlsplit(other.base_url).netloc == host
        ):
            raise SettingsError(
                f"{host} was used as production before and is called {environment.name} now; correct the settings."
            )


def _count(grades: int) -> str:
    return f"{grades} grade{'' if grades == 1 else 's'}"


def _told(environment: Environment) -> str:
    return f"{environment.name} ({environment.address})"
