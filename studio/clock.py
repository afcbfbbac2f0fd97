"""The clock of the queue process: at the very moment a schedule is due it is submitted.

django-q looks at its own schedules every half minute and at its tasks every few seconds; that is
the net, not the clock. What may take long (watched paths, messages) becomes a task for a worker,
so a hanging store or a slow receiver never delays a schedule.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import Error, close_old_connections, connections
from django_q.models import OrmQ
from django_q.tasks import async_task

from endpoints.services.deliveries import collect_ended_runs, next_delivery
from endpoints.services.schedule_ticks import fire_due, next_wake
from endpoints.services.watching import next_look

logger = logging.getLogger(__name__)

LOOK_EVERY = 2.0  # seconds; a schedule that somebody made or changed is seen within these
AGAIN_AFTER = 10.0  # seconds before a worker is asked again for the same work
MOST_WAITING = 5  # tasks in the queue; above this it is behind, and more would not help
LOOK, DELIVER = "endpoints.tasks.look", "endpoints.tasks.deliver"


@dataclass
class Clock:
    """Call `tick` again and again; it answers how many seconds to wait before the next time."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    asked: dict[str, tuple[datetime, float]] = field(default_factory=dict)

    def tick(self) -> float:
        """One look at what is due. Never raises: the next look may go better."""
        try:
            close_old_connections()
            return self._look()
        except Error:
            logger.exception("the clock could not reach the database")
            connections.close_all()
        except Exception:
            logger.exception("the clock stumbled")
        return LOOK_EVERY

    def _look(self) -> float:
        moment = self.now()
        due = next_wake()
        if due is not None and due <= moment:
            fire_due(now=moment)
            due = next_wake()
        collect_ended_runs(now=moment)
        self._ask(LOOK, next_look())
        self._ask(DELIVER, next_delivery())
        if due is None or due <= moment:  # what is still due could not be done: not at once again
            return LOOK_EVERY
        left = (due - self.now()).total_seconds()
        return min(LOOK_EVERY, max(0.05, left))

    def _ask(self, task: str, due: datetime | None) -> None:
        """Hands due work to a worker; the same again only after a while, as it may be busy."""
        if due is None or due > self.now():
            return
        before, at = self.asked.get(task, (None, 0.0))
        if before == due and time.monotonic() - at < AGAIN_AFTER:
            return
        if OrmQ.objects.count() < MOST_WAITING:
            self.asked[task] = (due, time.monotonic())
            async_task(task)
