"""The request that a push would send for one entry, to be looked at, or sent by hand: JSON and curl, without secrets."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass

from gradetools.dialects import Record, parse, to_wire
from gradetools.errors import PlanError
from gradetools.gradebook import GRADEBOOK, Gradebook
from gradetools.plan import WRITES, Plan
from gradetools.transport import encode_segment


@dataclass(frozen=True)
class PutRequest:
    """One PUT of a result, as it would be sent; the token and other secrets are not in it.

    Attributes:
        base_url: of the gradebook.
        path: below it.
        result: the record in the server's form.
        secret_headers: names of headers that the settings add, whose values stay secret.
    """

    base_url: str
    path: str
    result: Record
    secret_headers: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Write the body as readable JSON."""
        text = json.dumps({"result": self.result}, ensure_ascii=False, indent=2)
        # Half a character, which no page can hold, stays escaped.
        return text.encode(errors="backslashreplace").decode()

    def to_curl(self) -> str:
        """Write a command for a terminal that sends it; the shell's variable TOKEN must hold a bearer token.

        Each header whose value is secret is a variable, too: `X-Api-Key` is `$X_API_KEY`.
        """
        secret = [f'"{name}: ${_variable(name)}"' for name in self.secret_headers]
        headers = ['"Authorization: Bearer $TOKEN"', *secret, "'Content-Type: application/json'"]
        lines = [
            f"curl --request PUT {shlex.quote(self.base_url + self.path)}",
            *(f"--header {header}" for header in headers),
            f"--data-binary {shlex.quote(self.to_json())}",
        ]
        return " \\\n  ".join(lines)


def make_put_request(plan: Plan, entry: int, gradebook: Gradebook) -> PutRequest:
    """Give exactly what a push of this plan would send for one entry, without sending anything.

    Args:
        plan: the plan.
        entry: its number, by which `plan.changes` is indexed.
        gradebook: where it would be pushed.

    Raises:
        PlanError: the plan has no such entry, would send nothing for it, or is for another gradebook.
    """
    if plan.environment != gradebook.environment:
        raise PlanError(
            f"This plan is for {plan.environment.name}, not for {gradebook.environment.name}; name the gradebook it is for."
        )
    if entry not in plan.changes.index:
        raise PlanError(f"The plan has no entry {entry}; name one from its changes.")
    if plan.changes["action"][entry] not in WRITES:
        raise PlanError("Nothing would be sent for this entry.")
    record = parse(plan.changes["after"][entry]) or {}
    settings = gradebook.settings
    wire = to_wire(record, plan.dialect, base_url=settings.base_url, now=gradebook.clock())
    path = f"{GRADEBOOK}/results/{encode_segment(str(record['sourcedId']))}"
    return PutRequest(settings.base_url, path, wire, tuple(settings.headers))


def _variable(header: str) -> str:
    return re.sub(r"\W", "_", header).upper()
