"""What the sandbox refuses, and the error body it answers with."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Flaw:
    """One thing that is wrong with a request: where, and what."""

    path: str
    message: str


class Refusal(Exception):  # noqa: N818 - an answer the contract foresees, not an error of ours
    """A request that is answered with an error.

    `minor` is one of the standard's words (1EdTech OneRoster 1.2 Gradebook,
    imsx_codeMinorFieldValue).
    """

    def __init__(
        self,
        status: int,
        minor: str,
        message: str,
        *,
        faults: tuple[Flaw, ...] = (),
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.minor = minor
        self.message = message
        self.faults = faults
        self.headers = headers

    def body(self, dialect: str) -> bytes:
        """Say the refusal in the standard's error object.

        `imsx_error_details` is Timeback's own; the official schema allows no such field, so that
        dialect carries everything in the description.
        """
        wrong = "; ".join(f"{fault.path}: {fault.message}" for fault in self.faults)
        answer: dict[str, object] = {
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_description": f"{self.message} {wrong}".strip(),
            "imsx_CodeMinor": {
                "imsx_codeMinorField": [
                    {
                        "imsx_codeMinorFieldName": "TargetEndSystem",
                        "imsx_codeMinorFieldValue": self.minor,
                    }
                ]
            },
        }
        if dialect == "timeback" and self.faults:
            answer["imsx_error_details"] = [
                {"path": fault.path, "message": fault.message} for fault in self.faults
            ]
        return json.dumps(answer).encode()


def not_found(what: str) -> Refusal:
    """Refuse because something named in the path or the body is not there."""
    return Refusal(404, "unknownobject", f"{what} not found.")


def not_valid(message: str, *faults: Flaw) -> Refusal:
    """Refuse a body that is JSON but not what the contract asks for."""
    return Refusal(422, "invaliddata", message, faults=faults)
