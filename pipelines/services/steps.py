"""Steps as the runner moves them: claimed, running, finalizing, finished, or queued again.

Each function is one short transaction; each change of status is conditional on the attempt's
number and the status before, so that a stale attempt changes nothing. The queue is the rows that
are Queued: a claim costs the same with ten of them and with ten thousand.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.db import transaction

from compute.models import EnvironmentBuild
from pipelines.domain.records import finite
from pipelines.domain.status import ACTIVE, TRANSITIONS, Reason, Status
from pipelines.models import Artifact, Attempt, Output, Run, StepRun
from pipelines.services import progress
from pipelines.services.children import end_children_of
from pipelines.services.events import NewEvent, record_events, step_status_event
from pipelines.services.hot_rows import insert_attempt, load_claimed, lock_run_row
from pipelines.services.output_datasets import register_outputs
from pipelines.services.retries import try_again
from workspaces.models import Snapshot
from workspaces.raw_sql import change, fetch, moment
from workspaces.services import access

log = logging.getLogger(__name__)

# What a claimed step's transaction and its runner need; never the run's whole graph.
RUN_LOADED = ("experiment", "workspace", "submitted_by")
LOADED = (*(f"run__{name}" for name in RUN_LOADED), "snapshot", "environment")
HEAVY = ("run__graph", "known_parts", "fingerprint_parts")
CACHED_ROWS = 100


@dataclass(frozen=True)
class ClaimedStep:
    """A step this runner now owns. `token` is the run token's text; it is kept nowhere else."""

    step: StepRun
    attempt: Attempt
    token: str


@dataclass(frozen=True)
class FoundOutput:
    """A published output, described."""

    name: str
    datastore_id: int
    path: str
    is_directory: bool
    content_id: str
    identity: str
    file_count: int
    size: int


@dataclass(frozen=True)
class FoundArtifact:
    """A file that is in the blob store already."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended."""

    status: Status
    reason: Reason = Reason.NONE
    reason_data: dict[str, Any] | None = None  # None keeps what the row has
    exit_code: int | None = None
    outputs: tuple[FoundOutput, ...] = ()
    artifacts: tuple[FoundArtifact, ...] = ()
    error_lines: tuple[str, ...] = ()

    def storable(self) -> Outcome:
        """Without what no database takes: NUL and lone surrogates, of odd file names for one."""
        return replace(
            self,
            reason_data=finite(self.reason_data),
            error_lines=tuple(finite(list(self.error_lines))),
        )


@dataclass
class Rotation:
    """Whose turn it is, and rows that steps of one run share.

    After each claim the next compute target and the next run are asked. Runs are kept for what
    never changes in them; snapshots never change; of environments only Ready ones are kept.
    """

    target: int = 0
    after: dict[int, int] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    snapshots: dict[int, Snapshot] = field(default_factory=dict)
    environments: dict[int, EnvironmentBuild] = field(default_factory=dict)


def claim_step(*, host: str, limit: int, rotation: Rotation, now: datetime) -> ClaimedStep | None:
    """Take one queued step, if a node and one of the host's `limit` slots are free.

    Compute targets and runs take turns; inside a run the order is that of the steps. The row of
    the attempt and the run token are made in the same transaction.
    """
    picked = _pick(limit, rotation)  # before the transaction: looking must not lock others out
    if picked is None:
        return None
    step_id, run_id = picked
    with transaction.atomic():
        lock_run_row(run_id)
        if not _move(step_id, None, Status.PREPARING, _CLAIM):
            return None  # canceled meanwhile: that change brings the next beat
        step = _load_step(step_id, run_id, rotation)
        attempt = Attempt(
            step_run=step,
            number=step.attempt,
            folder=f"runs/{step.run.uid}/{step.uid}.{step.attempt}",
            host=host,
            created_at=now,
        )
        insert_attempt(attempt)
        token = access.create_run_token(
            user=step.run.submitted_by,
            workspace=step.run.workspace,
            step_run_uid=step.uid,
            name=f"Step {step.name}"[:100],
            now=now,
        )
        events: list[NewEvent] = []
        if step.run.status == Status.NOT_STARTED.value:
            progress.mark_runs_started([run_id], now=now, events=events)
        events.append(_event(step))
        record_events(events, now=now)
    if step.run.status == Status.NOT_STARTED.value:
        rotation.runs.pop(run_id, None)  # read anew by its next step
    return ClaimedStep(step, attempt, token)


def mark_running(*, attempt: Attempt, pid: int, now: datetime) -> bool:
    """The script's process exists. False: the attempt is stale or is being canceled."""
    with transaction.atomic():
        change(
            "UPDATE pipelines_attempt SET pid = %s, started_at = %s WHERE id = %s",
            [pid, moment(now), attempt.pk],
        )
        if not _move(
            attempt.step_run_id, attempt.number, Status.RUNNING, "started_at = %s", moment(now)
        ):
            return False
        step = attempt.step_run
        step.status, step.started_at = Status.RUNNING.value, now
        attempt.started_at = now
        record_events([_event(step)], now=now)
    return True


def begin_finalizing(*, attempt: Attempt, now: datetime) -> bool:
    """The exit code was read: from here on a cancel loses. False: the attempt is stale."""
    with transaction.atomic():
        if not _move(
            attempt.step_run_id, attempt.number, Status.FINALIZING, "cancel_requested = FALSE"
        ):
            return False
        attempt.step_run.status = Status.FINALIZING.value
        record_events([_event(attempt.step_run)], now=now)
    return True


def finish_step(*, attempt: Attempt, outcome: Outcome, now: datetime) -> bool:
    """Write how an attempt ended, and all that follows from it, in one transaction.

    A failure that the step's retry covers queues it again instead of ending it. A short script
    passes Finalizing inside this transaction. False: the attempt was stale and nothing changed.
    """
    step, outcome = attempt.step_run, outcome.storable()
    with transaction.atomic():
        lock_run_row(step.run_id)
        if (
            outcome.status is Status.FAILED
            and step.retry
            and try_again(attempt=attempt, outcome=outcome, now=now)
        ):
            end_children_of(step=step, status=outcome.status, now=now)
            access.revoke_run_tokens(step_run_uid=step.uid, now=now)
            record_events([_event(step)], now=now)
            return True
        if not _write_outcome(attempt, outcome, now):
            log.warning("attempt %s of step %s is stale: nothing written", attempt.number, step.uid)
            return False
        end_children_of(step=step, status=outcome.status, now=now)
        events = [_event(step)]
        access.revoke_run_tokens(step_run_uid=step.uid, now=now)
        progress.after_finish(step=step, status=outcome.status, now=now, events=events)
        record_events(events, now=now)
    return True


def requeue_step(*, attempt: Attempt, now: datetime) -> bool:
    """The attempt was fenced before its script began: the step waits for a node again."""
    step = attempt.step_run
    with transaction.atomic():
        lock_run_row(step.run_id)
        if not _move(step.pk, attempt.number, Status.QUEUED, "started_at = NULL"):
            return False
        Attempt.objects.filter(pk=attempt.pk).update(
            ended_at=now, outcome=Status.FAILED.value, reason=Reason.NEVER_STARTED.value
        )
        step.status, step.started_at = Status.QUEUED.value, None
        access.revoke_run_tokens(step_run_uid=step.uid, now=now)
        record_events([_event(step)], now=now)
    return True


def active_attempts() -> list[Attempt]:
    """The current attempts of all active steps, for a runner that starts."""
    rows = (
        Attempt.objects.filter(ended_at=None, step_run__status__in=[one.value for one in ACTIVE])
        .select_related("step_run", *(f"step_run__{name}" for name in LOADED))
        .defer(*(f"step_run__{name}" for name in HEAVY))
        .order_by("id")
    )
    return [row for row in rows if row.number == row.step_run.attempt]


def steps_to_cancel() -> set[int]:
    """Ids of the steps whose processes somebody wants ended."""
    return {row[0] for row in fetch(_CANCELED)}


def _load_step(step_id: int, run_id: int, rotation: Rotation) -> StepRun:
    """The claimed row with what belongs to it; what steps share is read once."""
    step = load_claimed(step_id)
    if run_id not in rotation.runs:
        run = Run.objects.select_related(*RUN_LOADED).defer("graph").get(pk=run_id)
        _keep(rotation.runs, run_id, run)
    if step.snapshot_id not in rotation.snapshots:
        _keep(rotation.snapshots, step.snapshot_id, step.snapshot)
    step.run, step.snapshot = rotation.runs[run_id], rotation.snapshots[step.snapshot_id]
    kept = rotation.environments.get(step.environment_id)
    if kept is not None:
        step.environment = kept
    elif step.environment.status == EnvironmentBuild.READY:
        _keep(rotation.environments, step.environment_id, step.environment)
    return step


def _keep(rows: dict[int, Any], key: int, row: Any) -> None:
    if len(rows) >= CACHED_ROWS:
        rows.clear()
    rows[key] = row


def _write_outcome(attempt: Attempt, outcome: Outcome, now: datetime) -> bool:
    """Everything that belongs to the attempt itself; False when it is stale."""
    step, data = attempt.step_run, outcome.reason_data
    found = fetch(
        _FINISH,
        [
            outcome.status.value,
            None if outcome.status is Status.CANCELED and data is None else outcome.reason.value,
            None if data is None else json.dumps(data),
            outcome.exit_code,
            moment(now),
            json.dumps(list(outcome.error_lines)),
            step.pk,
            attempt.number,
        ],
    )
    if not found:
        return False
    step.status, step.reason = outcome.status.value, found[0][0]
    step.reason_data = json.loads(found[0][1])
    step.exit_code, step.ended_at = outcome.exit_code, now
    step.error_lines, step.cancel_requested = list(outcome.error_lines), False
    change(
        "UPDATE pipelines_attempt SET ended_at = %s, exit_code = %s, outcome = %s, reason = %s, "
        "reason_data = %s WHERE id = %s",
        [
            *(moment(now), outcome.exit_code, outcome.status.value, step.reason, found[0][1]),
            attempt.pk,
        ],
    )
    if outcome.outputs:
        made = Output.objects.bulk_create(
            [Output(step_run_id=step.pk, **vars(output)) for output in outcome.outputs]
        )
        register_outputs(attempt=attempt, outputs=made)
    if outcome.artifacts:
        Artifact.objects.bulk_create(
            (
                Artifact(run_id=step.run_id, step_run_id=step.pk, **vars(artifact))
                for artifact in outcome.artifacts
            ),
            ignore_conflicts=True,  # an artifact that the script uploaded itself
        )
    return True


def _event(step: StepRun) -> NewEvent:
    return step_status_event(step, run_uid=step.run.uid, workspace_id=step.run.workspace_id)


def _quoted(statuses: Iterable[Status]) -> str:
    return ", ".join(f"'{status.value}'" for status in sorted(statuses))


_QUEUED_TARGETS = """
WITH RECURSIVE waiting(target) AS (
    SELECT MIN(compute_target_id) FROM pipelines_steprun
    WHERE status = 'Queued' AND not_before IS NULL
    UNION ALL
    SELECT (SELECT MIN(compute_target_id) FROM pipelines_steprun
            WHERE status = 'Queued' AND not_before IS NULL
            AND compute_target_id > waiting.target)
    FROM waiting WHERE waiting.target IS NOT NULL
)
SELECT waiting.target, compute_computetarget.max_nodes
FROM waiting JOIN compute_computetarget ON compute_computetarget.id = waiting.target
WHERE compute_computetarget.paused_at IS NULL
"""
_BUSY = f"""
SELECT compute_target_id, COUNT(*) FROM pipelines_steprun
WHERE status IN ({_quoted(ACTIVE)}) GROUP BY compute_target_id
"""  # noqa: S608 - nothing but our own status words
# A row that is tried again still tells of the attempt before.
_CLAIM = (
    "attempt = attempt + 1, reason = '', reason_data = '{}', exit_code = NULL, error_lines = '[]'"
)
_CANCELED = "SELECT id FROM pipelines_steprun WHERE status = 'CancelRequested'"
_FINISH = f"""
UPDATE pipelines_steprun
SET status = %s, reason = COALESCE(%s, NULLIF(reason, ''), 'canceled_by_user'),
    reason_data = COALESCE(%s, reason_data), exit_code = %s,
    ended_at = %s, error_lines = %s, cancel_requested = FALSE
WHERE id = %s AND attempt = %s AND status IN ({_quoted(ACTIVE)})
RETURNING reason, reason_data
"""  # noqa: S608 - nothing but our own status words
_NEXT = """
SELECT id, run_id FROM pipelines_steprun
WHERE status = 'Queued' AND not_before IS NULL AND compute_target_id = %s AND run_id > %s
ORDER BY run_id, id LIMIT 1
"""


def _pick(limit: int, rotation: Rotation) -> tuple[int, int] | None:
    """(step id, run id) whose turn it is, or None. Reads only the ends of an index."""
    targets = fetch(_QUEUED_TARGETS)
    if not targets:
        return None
    busy = dict(fetch(_BUSY))
    if sum(busy.values()) >= limit:
        return None
    free = sorted(target for target, nodes in targets if busy.get(target, 0) < nodes)
    if not free:
        return None
    target = next((one for one in free if one > rotation.target), free[0])
    for after in {rotation.after.get(target, 0): None, 0: None}:
        for step_id, run_id in fetch(_NEXT, [target, after]):
            rotation.target, rotation.after[target] = target, run_id
            return int(step_id), int(run_id)
    return None


def _move(step_id: int, attempt: int | None, status: Status, also: str, *parameters: Any) -> bool:
    """Change one status if `TRANSITIONS` allows it from where the row is now."""
    key = (step_id,) if attempt is None else (step_id, attempt)
    return bool(fetch(_move_sql(status, also, attempt is not None), [*parameters, *key]))


@cache
def _move_sql(status: Status, also: str, of_attempt: bool) -> str:
    before = _quoted(one for one, after in TRANSITIONS.items() if status in after)
    guard = " AND attempt = %s" if of_attempt else ""
    return (
        f"UPDATE pipelines_steprun SET status = '{status.value}', {also} "  # noqa: S608
        f"WHERE id = %s{guard} AND status IN ({before}) RETURNING id"
    )
