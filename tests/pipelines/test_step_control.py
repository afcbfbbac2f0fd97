"""Canceling one step against everything that may happen to it at the same moment."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from pipelines.domain.status import Reason, Status
from pipelines.models import StepRun
from pipelines.services.cancel import cancel_step
from pipelines.services.steps import (
    Outcome,
    Rotation,
    begin_finalizing,
    claim_step,
    finish_step,
    mark_running,
    requeue_step,
)
from tests.support.submitting import body_of, event_kinds, make_snapshot, make_target, submit

DONE = Outcome(Status.COMPLETED, reason_data={})
BROKEN = Outcome(Status.FAILED, Reason.EXIT_CODE, {"exit_code": 3}, exit_code=3)
ENDED = Outcome(Status.CANCELED, Reason.CANCELED_BY_USER)


class Scene:
    """One step with one below it and one beside it, moved by hand."""

    def __init__(self, workspace: Any, actor: Any, *, retry: Any = None) -> None:
        self.actor, self.attempt = actor, None
        snapshot = make_snapshot(workspace, actor.user, {"main.py": "pass"})
        body = body_of("a -> b\nc", snapshot)
        for node in body["graph"]["nodes"]:
            node["outputs"], node["inputs"], node["arguments"] = [], [], [node["id"]]
        body["graph"]["nodes"][1]["after"] = ["a"]
        body["graph"]["nodes"][0]["retry"] = retry
        self.run = submit(workspace, actor, body)

    def step(self, node: str = "a") -> Any:
        return StepRun.objects.get(run=self.run, node_id=node)

    def move(self, name: str) -> Any:
        now = timezone.now()
        if name == "cancel":
            return cancel_step(step=self.step(), actor=self.actor)
        if name == "claim":
            claimed = claim_step(host="here", limit=1, rotation=Rotation(), now=now)
            if claimed is not None and claimed.step.node_id == "a":
                self.attempt = claimed.attempt
                self.attempt.step_run = claimed.step
                return True
            return False
        moves = {
            "mark_running": lambda: mark_running(attempt=self.attempt, pid=7, now=now),
            "finalise": lambda: begin_finalizing(attempt=self.attempt, now=now),
            "requeue": lambda: requeue_step(attempt=self.attempt, now=now),
            "complete": lambda: finish_step(attempt=self.attempt, outcome=DONE, now=now),
            "fail": lambda: finish_step(attempt=self.attempt, outcome=BROKEN, now=now),
            "end": lambda: finish_step(attempt=self.attempt, outcome=ENDED, now=now),
        }
        return moves[name]()


def scene(workspace: Any, actor: Any, moves: str, **fields: Any) -> tuple[Scene, list[Any]]:
    make_target(workspace, actor.user)
    made = Scene(workspace, actor, **fields)
    return made, [made.move(move) for move in moves.split()]


# What happened, in this order -> the step; whether the last move changed anything.
TABLE = [
    # against claim
    ("claim cancel", "CancelRequested", None),
    ("cancel claim", "Canceled", False),
    # against mark_running
    ("claim mark_running cancel", "CancelRequested", None),
    ("claim cancel mark_running", "CancelRequested", False),
    # against finalise: the exit code was read, or it is not yet
    ("claim mark_running finalise cancel", "Finalizing", None),
    ("claim mark_running cancel finalise", "Finalizing", True),
    # against finish
    ("claim mark_running complete cancel", "Completed", None),
    ("claim mark_running cancel complete", "Completed", True),
    ("claim mark_running fail cancel", "Failed", None),
    ("claim mark_running cancel fail", "Failed", True),
    ("claim mark_running finalise cancel complete", "Completed", True),
    ("claim mark_running cancel end", "Canceled", True),
    # against requeue (the runner ended before the script began)
    ("claim requeue cancel", "Canceled", None),
    ("claim cancel requeue", "CancelRequested", False),
    ("claim cancel requeue end", "Canceled", True),
    ("cancel cancel", "Canceled", None),
]


@pytest.mark.parametrize(("moves", "status", "changed"), TABLE)
def test_cancel_against_everything_else(
    workspace: Any, actor: Any, moves: str, status: str, changed: bool | None
) -> None:
    made, answers = scene(workspace, actor, moves)
    assert (made.step().status, answers[-1]) == (status, changed)
    below = {"Canceled": "Canceled", "Completed": "Queued"}.get(status, "NotStarted")
    assert made.step("b").status == below
    if status == "Canceled":
        assert made.step("b").reason == made.step().reason == "canceled_by_user"
        assert made.step("b").reason_data == {"actor": "ada"}
        assert "step.status b Canceled" in event_kinds(made.run)


# The same with a step that may be tried again: a cancel ends that, too.
RETRIED = [
    ("claim mark_running fail", "Queued"),
    ("claim mark_running fail cancel", "Canceled"),
    ("claim mark_running cancel fail", "Failed"),
    ("claim mark_running finalise fail", "Queued"),
    ("claim mark_running finalise cancel fail", "Failed"),
    ("claim mark_running finalise cancel complete", "Completed"),
    ("claim mark_running fail claim", "Preparing"),
    ("claim mark_running fail claim cancel", "CancelRequested"),
    ("claim mark_running fail claim mark_running fail", "Queued"),
    ("claim mark_running fail claim mark_running fail claim mark_running fail", "Failed"),
]


@pytest.mark.parametrize(("moves", "status"), RETRIED)
def test_cancel_against_a_retry(workspace: Any, actor: Any, moves: str, status: str) -> None:
    made, _ = scene(workspace, actor, moves, retry={"count": 2})
    step = made.step()
    assert step.status == status
    if status == "Preparing":
        assert (step.reason, step.exit_code, step.error_lines, step.attempt) == ("", None, [], 2)


def test_the_rest_of_the_run_goes_on_and_it_ends_as_canceled(workspace: Any, actor: Any) -> None:
    made, _ = scene(workspace, actor, "cancel")
    made.run.refresh_from_db()
    assert (made.step("c").status, made.run.status) == ("Queued", "NotStarted")
    now = timezone.now()
    claimed = claim_step(host="here", limit=1, rotation=Rotation(), now=now)
    claimed.attempt.step_run = claimed.step
    assert claimed.step.node_id == "c"
    finish_step(attempt=claimed.attempt, outcome=DONE, now=now)
    made.run.refresh_from_db()
    assert (made.run.status, made.run.reason, made.run.open_count) == (
        "Canceled",
        "canceled_by_user",
        0,
    )


def test_a_stopped_run_tries_nothing_again(workspace: Any, actor: Any) -> None:
    made, _ = scene(workspace, actor, "claim mark_running fail", retry={"count": 9})
    StepRun.objects.filter(pk=made.step().pk).update(not_before=timezone.now())  # waits its turn
    now = timezone.now()
    claimed = claim_step(host="here", limit=9, rotation=Rotation(), now=now)
    assert claimed.step.node_id == "c"
    claimed.attempt.step_run = claimed.step
    finish_step(attempt=claimed.attempt, outcome=BROKEN, now=now)
    made.run.refresh_from_db()
    step = made.step()
    assert (step.status, step.reason, step.not_before) == ("Failed", "exit_code", None)
    assert (made.step("b").status, made.step("b").reason) == ("NotStarted", "run_stopped")
    assert (made.run.status, made.run.open_count) == ("Failed", 0)


def test_a_step_is_canceled_by_rest(workspace: Any, actor: Any, api: Any) -> None:
    made, _ = scene(workspace, actor, "")
    answer = api.post(f"/api/v1/workspaces/lab/steps/{made.step().uid}/cancel").json()
    assert (answer["status"], answer["sentence"]) == ("Canceled", "Canceled by ada.")
