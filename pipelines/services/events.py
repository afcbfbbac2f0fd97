"""Writing events: always the last statement of the transaction they tell of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.domain.status import sentence as sentence_of
from pipelines.models import Run, StepRun
from pipelines.services.hot_rows import insert_events
from pipelines.services.notices import announce_events
from workspaces.domain.times import iso


@dataclass(frozen=True)
class NewEvent:
    """An event that its transaction has not written yet."""

    workspace_id: int
    run_id: int | None
    kind: str
    data: dict[str, Any]


def record_events(events: Sequence[NewEvent], *, now: datetime) -> None:
    """Store events in order. Nothing may be written after this in the same transaction."""
    if not events:
        return
    announce_events()
    insert_events([(e.workspace_id, e.run_id, e.kind, e.data) for e in events], now)


def run_status_event(run: Run) -> NewEvent:
    """`run.status`: all that a list row or the title of a run page shows."""
    return NewEvent(
        run.workspace_id,
        run.pk,
        "run.status",
        {
            "run": run.uid,
            "number": run.number,
            "experiment": run.experiment.name,
            "status": run.status,
            "reason": run.reason,
            "sentence": sentence_of(run.reason, run.reason_data),
            "submitted_at": iso(run.submitted_at),
            "started_at": iso(run.started_at),
            "ended_at": iso(run.ended_at),
        },
    )


def step_status_event(step: StepRun, *, run_uid: str, workspace_id: int) -> NewEvent:
    """`step.status`: all that a node of the graph or a row of the Steps tab shows."""
    data: dict[str, Any] = {
        "run": run_uid,
        "step": step.uid,
        "node": step.node_id,
        "name": step.name,
        "status": step.status,
        "reused": step.reused,
        "reason": step.reason,
        "sentence": sentence_of(step.reason, step.reason_data),
        "why": step.why,
        "attempt": step.attempt,
        "queued_at": iso(step.queued_at),
        "started_at": iso(step.started_at),
        "ended_at": iso(step.ended_at),
        "exit_code": step.exit_code,
    }
    if step.retries:
        data["retries"] = step.retries
    if step.error_lines:
        data["error_lines"] = step.error_lines
    return NewEvent(workspace_id, step.run_id, "step.status", data)
