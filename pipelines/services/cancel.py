"""Canceling a run or one step of it: rows that the runner sees at its next beat."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from pipelines.domain.status import FINAL, Reason, Status
from pipelines.models import Run, StepRun
from pipelines.services.events import NewEvent, record_events
from pipelines.services.progress import (
    ask_step_to_end,
    cancel_steps,
    close_steps,
    lock_run,
    stop_waiting_steps,
)
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit


@transaction.atomic
def cancel_run(*, run: Run, actor: Actor) -> Run:
    """Ask a run to end. A run that has ended, or was asked before, is left as it is."""
    now = timezone.now()
    locked = lock_run(run.pk)
    if Status(locked.status) in FINAL or locked.status == Status.CANCEL_REQUESTED.value:
        return locked
    events: list[NewEvent] = []
    data = {"actor": actor.name}
    cancel_steps(locked, reason=Reason.CANCELED_BY_USER, data=data, now=now, events=events)
    record_audit(
        actor=actor,
        workspace=locked.workspace,
        action="run.canceled",
        kind="run",
        uid=locked.uid,
        name=f"{locked.experiment.name} Run {locked.number}",
    )
    record_events(events, now=now)
    return locked


@transaction.atomic
def cancel_step(*, step: StepRun, actor: Actor) -> None:
    """Ask one step to end; what is below it will not start, everything else goes on.

    A step that waits, for others or for its next attempt, is Canceled at once. One that is
    Finalizing keeps its result, but gets no further attempt. One that has ended stays as it is.
    """
    now = timezone.now()
    run = lock_run(step.run_id)
    row = StepRun.objects.select_for_update().get(pk=step.pk)
    events: list[NewEvent] = []
    at_once = ask_step_to_end(
        run,
        row,
        reason=Reason.CANCELED_BY_USER,
        data={"actor": actor.name},
        now=now,
        events=events,
    )
    if at_once:
        closed = 1 + stop_waiting_steps(run, row, Status.CANCELED, now=now, events=events)
        close_steps(run, closed, now=now, events=events)
    no_more_tries = row.status == Status.FINALIZING.value and bool(row.retry)
    if no_more_tries and not at_once:
        StepRun.objects.filter(pk=row.pk).update(cancel_requested=True)
    if events or no_more_tries:
        record_audit(
            actor=actor,
            workspace=run.workspace,
            action="step.canceled",
            kind="step run",
            uid=row.uid,
            name=row.name,
            detail={"run": run.uid},
        )
    record_events(events, now=now)
