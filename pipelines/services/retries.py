"""A failed attempt that is tried again, in the very transaction that stores how it ended."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.domain.control import read_retry
from pipelines.domain.status import Reason, Status, sentence
from pipelines.models import Artifact, Attempt, Metric, StepRun
from workspaces.raw_sql import fetch, moment

if TYPE_CHECKING:
    from pipelines.services.steps import Outcome

# A step that somebody wants ended is CancelRequested, or Finalizing with its mark set.
_AGAIN = """
UPDATE pipelines_steprun
SET status = 'Queued', retries = retries + 1, not_before = %s, queued_at = %s, started_at = NULL,
    reason = 'retrying', reason_data = %s, exit_code = %s, error_lines = %s
WHERE id = %s AND attempt = %s AND NOT cancel_requested
    AND status IN ('Preparing', 'Running', 'Finalizing')
RETURNING retries
"""
# A run that ends, or that a failure stopped, starts nothing again.
_GOES_ON = """
SELECT status IN ('NotStarted', 'Running') AND (continue_on_step_failure OR NOT EXISTS (
    SELECT 1 FROM pipelines_steprun WHERE run_id = pipelines_run.id AND status = 'Failed'))
FROM pipelines_run WHERE id = %s
"""


def try_again(*, attempt: Attempt, outcome: Outcome, now: datetime) -> bool:
    """Queue the step of a failed attempt again, if its retry covers that. The run is locked.

    What the attempt logged as metrics or left as artifacts goes: a step's results are those of
    its last attempt. Its folder, log and reason stay with it.
    """
    step = attempt.step_run
    policy, _ = read_retry(step.retry or None)
    if policy is None or not policy.covers(outcome.reason, step.retries):
        return False
    if not fetch(_GOES_ON, [step.run_id])[0][0]:
        return False
    why = outcome.reason_data or {}
    delay = policy.delay_seconds
    data: dict[str, Any] = {
        "attempt": attempt.number,
        "detail": sentence(outcome.reason.value, why).rstrip("."),
        "when": f"after {delay} s" if delay else "at once",
        "reason": outcome.reason.value,
        "reason_data": why,
    }
    not_before = now + timedelta(seconds=delay) if delay else None
    lines = list(outcome.error_lines)
    moved = fetch(
        _AGAIN,
        [
            None if not_before is None else moment(not_before),
            moment(now),
            json.dumps(data),
            outcome.exit_code,
            json.dumps(lines),
            step.pk,
            attempt.number,
        ],
    )
    if not moved:
        return False
    step.status, step.retries, step.not_before = Status.QUEUED.value, moved[0][0], not_before
    step.queued_at, step.started_at, step.ended_at = now, None, None
    step.reason, step.reason_data = Reason.RETRYING.value, data
    step.exit_code, step.error_lines = outcome.exit_code, lines
    Attempt.objects.filter(pk=attempt.pk).update(
        ended_at=now,
        exit_code=outcome.exit_code,
        outcome=Status.FAILED.value,
        reason=outcome.reason.value,
        reason_data=why,
    )
    Metric.objects.filter(step_run_id=step.pk).delete()
    Artifact.objects.filter(step_run_id=step.pk).delete()
    return True


def give_up(step: StepRun, *, now: datetime) -> None:
    """A step that waits to be tried again and will not be: it failed as its last attempt did."""
    step.status, step.ended_at, step.not_before = Status.FAILED.value, now, None
    step.reason = str(step.reason_data["reason"])
    step.reason_data = step.reason_data["reason_data"]
