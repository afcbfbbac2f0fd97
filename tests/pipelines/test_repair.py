"""A runner that starts looks once at what should have moved long ago."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from pipelines.models import StepRun
from pipelines.services.repair import repair_open_runs
from tests.support.submitting import body_of, finish, make_snapshot, make_target, submit


def test_a_step_that_was_left_behind_goes_on(workspace: Any, actor: Any) -> None:
    make_target(workspace, actor.user)
    run = submit(
        workspace,
        actor,
        body_of("a -> b -> c", make_snapshot(workspace, actor.user, {"main.py": ""})),
    )
    assert repair_open_runs(now=timezone.now()) == 0
    finish(run, "a")
    # As a database that was put back by hand may be: "b" waits for what has ended.
    StepRun.objects.filter(run=run, node_id="b").update(status="NotStarted", waits_for=1)

    assert repair_open_runs(now=timezone.now()) == 1
    assert run.steps.get(node_id="b").status == "Queued"
    assert run.steps.get(node_id="c").status == "NotStarted"
    assert repair_open_runs(now=timezone.now()) == 0
