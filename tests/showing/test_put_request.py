"""The request of one entry: what is shown is what is sent, and nothing secret is in it."""

from __future__ import annotations

import dataclasses
import json
import shlex
import shutil
import subprocess

import pytest
from pydantic import SecretStr

import gradetools as gt
from gradetools.errors import PlanError
from gradetools.sandbox import Sandbox

NAUGHTY = 'It\'s "$HOME" `id` $(id) \\ \n<b>é</b>'


def make_upsert(gradebook: gt.Gradebook) -> gt.Plan:
    """Plan a grade with a comment that no shell should read."""
    result = gt.Result(line_item="algebra-quiz-1", student="student-001", score=9, comment=NAUGHTY)
    return gt.plan_result(result, gradebook)


def test_what_is_shown_is_what_is_sent(sandbox: Sandbox) -> None:
    """The JSON that is shown is the body that the push sends."""
    gradebook = gt.connect(sandbox)
    plan = make_upsert(gradebook)
    request = gt.make_put_request(plan, 0, gradebook)
    assert sandbox.requests(method="PUT") == []
    gt.push_plan(plan, gradebook, agreed=plan.fingerprint)
    (sent,) = sandbox.requests(method="PUT")
    stored = next(
        r for r in sandbox.records("results") if r["sourcedId"] == "algebra-quiz-1.student-001"
    )
    shown = json.loads(request.to_json())["result"]
    assert {**stored, "dateLastModified": None} == {**shown, "dateLastModified": None}
    assert sent.path == request.path


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_command_runs(sandbox: Sandbox) -> None:
    """The curl command, given a token, writes the grade."""
    gradebook = gt.connect(sandbox)
    request = gt.make_put_request(make_upsert(gradebook), 0, gradebook)
    token = gradebook.transport.auth.token().get_secret_value()
    run = subprocess.run(
        ["/bin/sh", "-c", f"{request.to_curl()} --silent --noproxy '*'"],
        env={"TOKEN": token, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(run.stdout)["result"]["score"] == 9
    stored = next(
        r for r in sandbox.records("results") if r["sourcedId"] == "algebra-quiz-1.student-001"
    )
    assert (stored["score"], stored["comment"]) == (9, NAUGHTY)


def test_no_secret_is_in_the_command(sandbox: Sandbox) -> None:
    """Token and secret headers are variables of the shell, also those of gateways."""
    connected = gt.connect(sandbox)
    settings = connected.settings.model_copy(
        update={"headers": {"X-Api-Key": SecretStr("planted")}}
    )
    gradebook = gt.Gradebook(settings)
    request = gt.make_put_request(make_upsert(gradebook), 0, gradebook)
    words = shlex.split(request.to_curl())
    assert words[:4] == ["curl", "--request", "PUT", sandbox.base_url + request.path]
    assert [words[n + 1] for n, word in enumerate(words) if word == "--header"] == [
        "Authorization: Bearer $TOKEN",
        "X-Api-Key: $X_API_KEY",
        "Content-Type: application/json",
    ]
    assert json.loads(words[-1])["result"]["comment"] == NAUGHTY
    told = request.to_curl() + request.to_json() + repr(request)
    secrets = (
        "planted",
        sandbox.client_secret,
        gradebook.transport.auth.token().get_secret_value(),
    )
    assert [secret for secret in secrets if secret in told] == []


def test_what_is_not_sent_has_no_request(sandbox: Sandbox) -> None:
    """An entry that is not written, is not there, or goes elsewhere has no request, and a sentence says why."""
    gradebook = gt.connect(sandbox)
    plan = make_upsert(gradebook)
    with pytest.raises(PlanError, match="no entry 7"):
        gt.make_put_request(plan, 7, gradebook)
    quiet = dataclasses.replace(plan, changes=plan.changes.assign(action="unchanged"))
    with pytest.raises(PlanError, match="Nothing would be sent"):
        gt.make_put_request(quiet, 0, gradebook)
    with Sandbox() as other, pytest.raises(PlanError, match="This plan is for sandbox"):
        gt.make_put_request(plan, 0, gt.connect(other))
