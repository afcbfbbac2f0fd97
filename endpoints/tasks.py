"""Side work of schedules and notifications, each short and safe to do again."""

from __future__ import annotations

from django.utils import timezone

from endpoints.services.deliveries import collect_ended_runs, deliver_due
from endpoints.services.schedule_ticks import fire_due, repair_due_times
from endpoints.services.watching import look_at_due

DELIVERY_SECONDS = 60.0  # of one task; what is left waits for the next


def look() -> None:
    """Looks at watched paths that are due. In a worker: a store that hangs holds up only this."""
    look_at_due(now=timezone.now())


def deliver() -> None:
    """Sends the messages that are due. In a worker: a receiver may be slow."""
    deliver_due(seconds=DELIVERY_SECONDS)


def catch_up() -> None:
    """All of it, every minute: the net below the clock of the queue."""
    now = timezone.now()
    repair_due_times(now=now)
    fire_due(now=now)
    collect_ended_runs(now=now)
    look_at_due(now=now)
    deliver_due(seconds=DELIVERY_SECONDS)
