"""Canceling a run: a row that the runner sees at its next beat."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from pipelines.domain.status import FINAL, Status
from pipelines.models import Run
from pipelines.services.events import NewEvent, record_events
from pipelines.services.progress import cancel_steps, lock_run
from workspaces.services.access import Actor


@transaction.atomic
def cancel_run(*, run: Run, actor: Actor) -> Run:
    """Ask a run to end. A run that has ended, or was asked before, is left as it is."""
    now = timezone.now()
    locked = lock_run(run.pk)
    if Status(locked.status) in FINAL or locked.status == Status.CANCEL_REQUESTED.value:
        return locked
    events: list[NewEvent] = []
    cancel_steps(locked, actor_name=actor.name, now=now, events=events)
    record_events(events, now=now)
    return locked
