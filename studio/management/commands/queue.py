"""`manage.py queue`: django-q's cluster for short side work. Started by the supervisor."""

from __future__ import annotations

from typing import Any

import setproctitle
from django.core.management.base import BaseCommand
from django_q.cluster import Cluster
from django_q.models import Schedule
from django_q.tasks import async_task

from studio import health
from studio.tasks import touch_beat

SCHEDULES = {
    "forebay beat": ("studio.tasks.beat", health.BEAT_EVERY // 60),
    "forebay sweep": ("studio.tasks.sweep", 60),
}  # name -> function, minutes


class Command(BaseCommand):
    """One cluster with one worker; see Q_CLUSTER in the settings."""

    help = "Runs the queue of short side work (sweeps, later notifications)."
    requires_system_checks = ()  # those are for `manage.py check` and the tests

    def handle(self, *args: Any, **options: Any) -> None:
        for name, (function, minutes) in SCHEDULES.items():
            Schedule.objects.update_or_create(
                name=name,
                defaults={
                    "func": function,
                    "schedule_type": Schedule.MINUTES,
                    "minutes": minutes,
                    "repeats": -1,
                },
            )
        touch_beat()
        async_task("studio.tasks.beat")
        cluster = Cluster()
        cluster.start()
        setproctitle.setproctitle("forebay queue")
        cluster.sentinel.join()
