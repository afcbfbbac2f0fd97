"""Queues that start at once leave nothing behind that stops the next one."""

from __future__ import annotations

from django_q.models import Schedule

from studio.management.commands.queue import keep_schedule


def test_a_schedule_that_two_queues_made_is_one_again(db: None) -> None:
    for _ in range(2):
        Schedule.objects.create(name="forebay due", func="old.name", schedule_type="I", minutes=9)
    keep_schedule("forebay due", "endpoints.tasks.catch_up", 1)
    kept = Schedule.objects.get()
    assert (kept.func, kept.minutes, kept.repeats) == ("endpoints.tasks.catch_up", 1, -1)
    keep_schedule("forebay due", "endpoints.tasks.catch_up", 1)
    assert Schedule.objects.count() == 1
