"""What should have moved long ago, found from the whole graph when a runner starts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from pipelines.domain.readiness import next_moves
from pipelines.domain.status import Reason, Status
from pipelines.models import Run, StepEdge, StepRun
from pipelines.services.events import NewEvent, record_events
from pipelines.services.progress import advance_steps, close_steps, lock_run


def repair_open_runs(*, now: datetime) -> int:
    """At the start of a runner: what should have moved long ago moves now. How many steps.

    Every move is in the transaction of what brings it about, so 0 is normal; a database that was
    put back from a copy, or changed by hand, need not be so.
    """
    open_runs = Run.objects.filter(status__in=[Status.NOT_STARTED.value, Status.RUNNING.value])
    moved = 0
    for run_id in list(open_runs.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            events: list[NewEvent] = []
            moved += _repair_run(lock_run(run_id), now=now, events=events)
            record_events(events, now=now)
    return moved


def _repair_run(run: Run, *, now: datetime, events: list[NewEvent]) -> int:
    steps = {step.node_id: step for step in StepRun.objects.filter(run_id=run.pk)}
    names = {step.pk: step.node_id for step in steps.values()}
    upstream: dict[str, list[str]] = {node_id: [] for node_id in steps}
    for before, after in StepEdge.objects.filter(run_id=run.pk).values_list(
        "before_id", "after_id"
    ):
        upstream[names[after]].append(names[before])
    moves = next_moves(
        upstream,
        {node_id: Status(step.status) for node_id, step in steps.items()},
        continue_on_step_failure=run.continue_on_step_failure,
    )
    ready = [steps[node] for node in moves.ready if steps[node].reason == Reason.NONE.value]
    for step in ready:
        StepRun.objects.filter(pk=step.pk).update(waits_for=0)
    closed = advance_steps(run, ready, now=now, events=events)
    close_steps(run, closed, now=now, events=events)
    return len(ready)
