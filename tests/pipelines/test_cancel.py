"""Canceling a run against each state its steps can be in."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.models import StepRun
from pipelines.services.cancel import cancel_run
from tests.support.submitting import body_of, finish, make_snapshot, make_target, statuses, submit


@pytest.fixture
def snapshot(workspace: Any, owner: Any) -> str:
    make_target(workspace, owner)
    return make_snapshot(workspace, owner, {"main.py": "print(1)"})


def test_a_run_without_active_steps_is_canceled_at_once(workspace: Any, actor: Any, snapshot: str):
    run = submit(workspace, actor, body_of("a -> b", snapshot))
    run = cancel_run(run=run, actor=actor)
    assert (run.status, run.reason) == ("Canceled", "canceled_by_user")
    assert statuses(run) == "a:Canceled b:Canceled"
    assert StepRun.objects.filter(run=run, reason_data={"actor": "ada"}).count() == 2


@pytest.mark.parametrize(
    ("status", "after", "asked"),
    [
        ("Preparing", "CancelRequested", True),
        ("Running", "CancelRequested", True),
        ("Finalizing", "Finalizing", False),
    ],
)
def test_an_active_step_is_asked_or_wins(
    workspace: Any, actor: Any, snapshot: str, status: str, after: str, asked: bool
):
    run = submit(workspace, actor, body_of("a -> b", snapshot))
    StepRun.objects.filter(run=run, node_id="a").update(status=status)
    run = cancel_run(run=run, actor=actor)
    assert run.status == "CancelRequested"
    step = StepRun.objects.get(run=run, node_id="a")
    assert (step.status, step.cancel_requested) == (after, asked)
    assert statuses(run).endswith("b:Canceled")
    if status == "Finalizing":
        finish(run, "a")
        run.refresh_from_db()
        assert run.status == "Canceled"
        assert statuses(run) == "a:Completed b:Canceled"


def test_canceling_twice_or_after_the_end_changes_nothing(
    workspace: Any, actor: Any, snapshot: str
):
    run = submit(workspace, actor, body_of("a", snapshot))
    finish(run, "a")
    assert cancel_run(run=run, actor=actor).status == "Completed"
    again = submit(workspace, actor, body_of("a -> b", snapshot, regenerate_outputs=True))
    cancel_run(run=again, actor=actor)
    ended = cancel_run(run=again, actor=actor).ended_at
    assert cancel_run(run=again, actor=actor).ended_at == ended
