"""Submitting what is due, each due time once, whoever looks and however often.

    look ─> plan (domain/missed.py) ─> for each due time, in one transaction:
            run + tick (unique) + `next_due_at` moved from what was read to the following time

Two schedulers that come to the same due time both make a run; the second fails on the unique tick
(or on `next_due_at`, which moved) and its run is taken back with it. A process killed anywhere
leaves either all of it or nothing, and then the time is still due.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Min, QuerySet

from endpoints.domain.missed import MissedPolicy, left_out_sentence, merged_sentence, plan_ticks
from endpoints.domain.recurrence import next_due
from endpoints.models import Schedule, ScheduleTick
from endpoints.services.deliveries import note_failed_tick
from endpoints.services.schedule_runs import owner_of, submit_scheduled
from endpoints.services.schedules import rule_of
from pipelines.models import Run
from workspaces.domain.errors import ForebayError

logger = logging.getLogger(__name__)

REPAIR_BATCH = 500
RELATED = ("workspace", "published", "endpoint", "datastore", "runs_as")
INTERNAL = "The studio could not submit it; what went wrong is in the log of its queue."


class AlreadyDone(Exception):
    """Another scheduler was first, or the schedule was changed meanwhile."""


def next_wake() -> datetime | None:
    """When a schedule of the clock is due next; None when there is none."""
    found: datetime | None = _timed().aggregate(at=Min("next_due_at"))["at"]
    return found


def fire_due(*, now: datetime) -> int:
    """Submits for every schedule of the clock that is due; how many there were."""
    due = _timed().filter(next_due_at__lte=now).order_by("next_due_at")
    count = 0
    for schedule in due.select_related(*RELATED):
        try:
            fire_schedule(schedule, now=now)
            count += 1
        except OperationalError:  # the database is busy or away: it stays due
            logger.exception("schedule %s waits", schedule.uid)
        except Exception:
            logger.exception("schedule %s could not be looked at", schedule.uid)
    return count


def fire_schedule(schedule: Schedule, *, now: datetime) -> None:
    """Does everything that is due of one schedule, as its row was when it was read."""
    if schedule.next_due_at is None or schedule.next_due_at > now:
        return
    policy = MissedPolicy(schedule.missed_policy)
    try:
        rule = rule_of(schedule)
    except ForebayError as error:
        _stop(schedule, error, now)
        return
    plan = plan_ticks(rule, first=schedule.next_due_at, now=now, policy=policy)
    following = [*plan.due[1:], plan.following]
    try:
        if plan.left_out and plan.last_left_out is not None:
            tick = ScheduleTick(
                schedule=schedule,
                due_at=plan.last_left_out,
                outcome=ScheduleTick.SKIPPED,
                missed=plan.left_out - 1,
                sentence=left_out_sentence(plan, policy),
                done_at=now,
            )
            _finish(tick, plan.due[0] if plan.due else plan.following)
        elif not plan.due:  # the rule of its zone changed since
            advance(schedule, plan.following)
        for number, due_at in enumerate(plan.due):
            tick = ScheduleTick(schedule=schedule, due_at=due_at, done_at=now)
            if number == 0:
                tick.missed, tick.sentence = plan.merged, merged_sentence(plan)
            _submit(tick, following[number])
    except AlreadyDone:
        logger.info("schedule %s was looked at by another scheduler", schedule.uid)


def _stop(schedule: Schedule, error: ForebayError, now: datetime) -> None:
    """Its rule can't be read any more, as when a time zone lost its name: it is told, once, and
    waits until `repair_due_times` can read it again."""
    tick = ScheduleTick(schedule=schedule, due_at=schedule.next_due_at or now, done_at=now)
    tick.outcome, tick.sentence = ScheduleTick.FAILED, error.detail
    try:
        _finish(tick, None)
    except AlreadyDone:
        logger.info("schedule %s was looked at by another scheduler", schedule.uid)


def _submit(tick: ScheduleTick, following: datetime | None) -> None:
    """The run of one due time, or a failed tick that says why there is none."""
    schedule = tick.schedule

    def note(run: Run) -> None:
        tick.outcome, tick.run = ScheduleTick.SUBMITTED, run
        write_tick(tick)
        advance(schedule, following)

    try:
        submit_or_explain(
            tick,
            lambda: submit_scheduled(
                schedule=schedule,
                actor=owner_of(schedule),
                due_at=tick.due_at,
                note_stored=note,
            ),
        )
    except AlreadyDone:
        _pass_by(tick, following)
        raise
    if tick.outcome != ScheduleTick.SUBMITTED:
        _finish(tick, following)
    schedule.next_due_at = following


def submit_or_explain(tick: ScheduleTick, submit: Callable[[], Run]) -> None:
    """Submits; a refusal becomes the outcome and sentence of the tick, which is not stored."""
    try:
        submit()
    except (AlreadyDone, OperationalError):
        raise
    except ForebayError as error:
        tick.outcome, tick.run, tick.sentence = ScheduleTick.FAILED, None, error.detail
    except Exception:
        logger.exception("schedule %s could not submit", tick.schedule.uid)
        tick.outcome, tick.run, tick.sentence = ScheduleTick.FAILED, None, INTERNAL


def _finish(tick: ScheduleTick, following: datetime | None) -> None:
    """Stores a tick without a run and moves on, in one transaction."""
    try:
        with transaction.atomic():
            write_tick(tick)
            advance(tick.schedule, following)
            if tick.outcome == ScheduleTick.FAILED:
                note_failed_tick(tick)
    except AlreadyDone:
        _pass_by(tick, following)
        raise
    tick.schedule.next_due_at = following


def write_tick(tick: ScheduleTick) -> None:
    """In the caller's transaction, which is undone by AlreadyDone when the due time has one."""
    try:
        tick.save(force_insert=True)
    except IntegrityError:
        raise AlreadyDone from None


def advance(schedule: Schedule, following: datetime | None) -> None:
    """Moves `next_due_at` on from what was read; AlreadyDone when it, or the schedule, changed."""
    moved = Schedule.objects.filter(
        pk=schedule.pk,
        status=Schedule.ACTIVE,
        updated_at=schedule.updated_at,
        next_due_at=schedule.next_due_at,
    ).update(next_due_at=following)
    if not moved:
        raise AlreadyDone


def _pass_by(tick: ScheduleTick, following: datetime | None) -> None:
    """Where the due time has its tick already, as after a clock was put back: go on from it."""
    done = ScheduleTick.objects.filter(
        schedule=tick.schedule, due_at=tick.due_at, path=tick.path
    ).exists()
    if done:
        try:
            advance(tick.schedule, following)
        except AlreadyDone:
            pass


def repair_due_times(*, now: datetime) -> int:
    """Sets `next_due_at` right where it is not the next due time without a tick; how many.

    A clock that ran ahead and was put back, or a new rule of a time zone, leaves it wrong.
    """
    mended = 0
    rows = Schedule.objects.filter(status=Schedule.ACTIVE)
    for schedule in rows.select_related(*RELATED).iterator(REPAIR_BATCH):
        if schedule.next_due_at is not None and schedule.next_due_at <= now:
            continue  # it is due: the next look does it
        try:
            right = _next_without_tick(schedule, now)
        except ForebayError:
            continue  # told when it was due (`_stop`)
        if schedule.trigger == Schedule.DATASTORE:
            slack = timedelta(minutes=schedule.polling_interval + 1)
            if schedule.next_due_at is not None and schedule.next_due_at <= now + slack:
                continue
        if right == schedule.next_due_at:
            continue
        try:
            advance(schedule, right)
            mended += 1
        except AlreadyDone:
            pass
    return mended


def _next_without_tick(schedule: Schedule, now: datetime) -> datetime | None:
    rule = rule_of(schedule)
    done = set(
        ScheduleTick.objects.filter(schedule=schedule, due_at__gt=now).values_list(
            "due_at", flat=True
        )
    )
    moment = next_due(rule, now)
    while moment is not None and moment in done:
        moment = next_due(rule, moment)
    return moment


def _timed() -> QuerySet[Schedule]:
    return Schedule.objects.filter(next_due_at__isnull=False, status=Schedule.ACTIVE).exclude(
        trigger=Schedule.DATASTORE
    )
