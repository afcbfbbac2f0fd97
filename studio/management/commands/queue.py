"""`manage.py queue`: the clock of schedules, and django-q's cluster for short side work.

Started by the supervisor. The clock runs in this process, beside the cluster's own.
"""

from __future__ import annotations

import gc
from typing import Any

import setproctitle
from django.core.management.base import BaseCommand
from django.db import connections
from django_q.cluster import Cluster
from django_q.models import Schedule
from django_q.tasks import async_task

from studio import health
from studio.clock import Clock
from studio.tasks import touch_beat

SCHEDULES = {
    "forebay beat": ("studio.tasks.beat", health.BEAT_EVERY // 60),
    "forebay sweep": ("studio.tasks.sweep", 60),
    "forebay due": ("endpoints.tasks.catch_up", 1),
}  # name -> function, minutes


class Command(BaseCommand):
    """One cluster with one worker; see Q_CLUSTER in the settings."""

    help = "Submits what schedules say, and runs short side work (notifications, sweeps)."
    requires_system_checks = ()  # those are for `manage.py check` and the tests

    def handle(self, *args: Any, **options: Any) -> None:
        for name, (function, minutes) in SCHEDULES.items():
            keep_schedule(name, function, minutes)
        touch_beat()
        async_task("studio.tasks.beat")
        connections.close_all()  # the cluster's processes are forked: none may share ours
        gc.collect()
        gc.freeze()  # its processes are forks: what no collection touches stays shared
        cluster = Cluster()
        cluster.start()
        setproctitle.setproctitle("forebay queue")
        clock = Clock()
        while cluster.sentinel.is_alive():
            cluster.sentinel.join(clock.tick())


def keep_schedule(name: str, function: str, minutes: int) -> None:
    """One row of django-q for each; two queues that start at once may leave two, for a while."""
    fields = {"func": function, "minutes": minutes, "schedule_type": Schedule.MINUTES}
    kept = Schedule.objects.filter(name=name).order_by("id").first()
    if kept is None:
        Schedule.objects.create(name=name, repeats=-1, **fields)
        return
    Schedule.objects.filter(name=name).exclude(pk=kept.pk).delete()
    Schedule.objects.filter(pk=kept.pk).update(repeats=-1, **fields)
