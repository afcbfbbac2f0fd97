"""Looks at watched paths: what is new or changed there becomes a run.

    poll ──(something differs from what is known)──> pending ──SETTLE later──> second look
    second look: what is still the same as at the first is settled, and submitted for;
                 what changed again is being written, and is found by the next poll

The due time of a run is when its changes were first seen. What was submitted for becomes known in
the transaction of its run, so a process killed anywhere neither doubles nor loses a change. A
refused submit leaves the changes to the next poll.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Min, QuerySet

from endpoints.domain.recurrence import next_due
from endpoints.domain.watch import Look, plan_look
from endpoints.models import Schedule, ScheduleTick, WatchState
from endpoints.services.deliveries import note_failed_tick
from endpoints.services.schedule_runs import owner_of, submit_scheduled, target_of
from endpoints.services.schedule_ticks import (
    RELATED,
    AlreadyDone,
    advance,
    submit_or_explain,
    write_tick,
)
from endpoints.services.schedules import rule_of
from endpoints.services.watched_files import list_watched
from pipelines.models import Run
from workspaces.domain.errors import ForebayError

logger = logging.getLogger(__name__)

SETTLE = timedelta(seconds=15)  # between the two looks at what changed
MOST_RUNS = 100  # of one poll, where each change has its own run; the rest waits for the next one
SHOWN_PATHS = 100  # changed files that a run's origin names


def next_look() -> datetime | None:
    """When a watched path is to be looked at next; None when there is none."""
    found: datetime | None = _watching().aggregate(at=Min("next_due_at"))["at"]
    return found


def look_at_due(*, now: datetime) -> int:
    """Looks at every watched path that is due; how many there were."""
    count = 0
    due = _watching().filter(next_due_at__lte=now).order_by("next_due_at")
    for schedule in due.select_related(*RELATED):
        try:
            look_at(schedule, now=now)
            count += 1
        except OperationalError:
            logger.exception("watch %s waits", schedule.uid)
        except AlreadyDone:
            logger.info("watch %s was looked at by another scheduler", schedule.uid)
        except Exception:
            logger.exception("watch %s could not be looked at", schedule.uid)
            _move_on(schedule, now)
    return count


def look_at(schedule: Schedule, *, now: datetime) -> None:
    """One look, as the schedule's row was when it was read. Raises AlreadyDone."""
    if schedule.next_due_at is None or schedule.next_due_at > now:
        return
    try:
        found = list_watched(schedule)
    except (ForebayError, OSError) as error:
        sentence = error.detail if isinstance(error, ForebayError) else f"{error.strerror}."
        tick = ScheduleTick(schedule=schedule, due_at=now, done_at=now)
        tick.outcome, tick.sentence = ScheduleTick.FAILED, sentence
        _finish_failed(tick, _next_poll(schedule, now))
        return
    state = WatchState.objects.filter(schedule=schedule).first()
    if state is None:  # made without one: what lies there is no change
        with transaction.atomic():
            WatchState.objects.get_or_create(
                schedule=schedule, defaults={"files": found, "looked_at": now}
            )
            advance(schedule, _next_poll(schedule, now))
        return
    look = plan_look(found, known=state.files, pending=state.pending)
    if state.pending_since is None or not look.settled:
        _wait(schedule, state, look, now)
    elif schedule.one_run_per_change:
        _submit_each(schedule, state, look, now)
    else:
        _submit_batch(schedule, state, look, now)


def _wait(schedule: Schedule, state: WatchState, look: Look, now: datetime) -> None:
    """Nothing to submit: note what is pending, if this was a poll, and when to look again."""
    was_poll = state.pending_since is None
    begins = was_poll and bool(look.changed)
    files, pending = state.files, state.pending
    state.files = look.known
    state.pending = look.changed if begins else {}
    state.pending_since = now if begins else None
    state.looked_at = now
    with transaction.atomic():
        if files != state.files or pending != state.pending or not was_poll:
            state.save()
        advance(schedule, now + SETTLE if begins else _next_poll(schedule, now))


def _submit_batch(schedule: Schedule, state: WatchState, look: Look, now: datetime) -> None:
    """One run for all settled changes: it gets the file's path, or the folder's for several."""
    paths = sorted(look.settled)
    path = paths[0] if len(paths) == 1 else schedule.path_on_datastore
    assert state.pending_since is not None
    tick = ScheduleTick(schedule=schedule, due_at=state.pending_since, done_at=now)
    following = _next_poll(schedule, now)

    def note(run: Run) -> None:
        tick.outcome, tick.run = ScheduleTick.SUBMITTED, run
        write_tick(tick)
        _close(state, {**look.known, **look.settled}, now)
        advance(schedule, following)

    submit_or_explain(
        tick,
        lambda: submit_scheduled(
            schedule=schedule,
            actor=owner_of(schedule),
            due_at=tick.due_at,
            parameters=_path_parameter(schedule, path),
            changed={"count": len(paths), "paths": paths[:SHOWN_PATHS]},
            note_stored=note,
        ),
    )
    if tick.outcome == ScheduleTick.FAILED:
        _finish_failed(tick, following, state)


def _submit_each(schedule: Schedule, state: WatchState, look: Look, now: datetime) -> None:
    """A run for each settled change. Killed between two, the next look goes on with the rest."""
    done: dict[str, str] = {}
    since = state.pending_since
    assert since is not None
    for path in sorted(look.settled)[:MOST_RUNS]:
        tick = ScheduleTick(schedule=schedule, due_at=since, path=path, done_at=now)

        def note(run: Run, tick: ScheduleTick = tick) -> None:
            tick.outcome, tick.run = ScheduleTick.SUBMITTED, run
            write_tick(tick)
            advance(schedule, schedule.next_due_at)  # still ours: nothing moves, but it is checked

        def submit(tick: ScheduleTick = tick) -> Run:
            return submit_scheduled(
                schedule=schedule,
                actor=owner_of(schedule),
                due_at=tick.due_at,
                parameters=_path_parameter(schedule, tick.path),
                changed={"count": 1, "paths": [tick.path]},
                note_stored=note,
            )

        try:
            submit_or_explain(tick, submit)
        except AlreadyDone:
            if not ScheduleTick.objects.filter(schedule=schedule, due_at=since, path=path).exists():
                raise
        if tick.outcome == ScheduleTick.FAILED:
            _finish_failed(tick, _next_poll(schedule, now), state, {**look.known, **done})
            return
        done[path] = look.settled[path]
    with transaction.atomic():
        _close(state, {**look.known, **done}, now)
        advance(schedule, _next_poll(schedule, now))


def _finish_failed(
    tick: ScheduleTick,
    following: datetime | None,
    state: WatchState | None = None,
    files: Mapping[str, str] | None = None,
) -> None:
    """Notes the refusal and waits for the next poll; the same one again is only counted."""
    last = ScheduleTick.objects.filter(schedule=tick.schedule).order_by("-id").first()
    same = last is not None and (last.outcome, last.sentence) == (tick.outcome, tick.sentence)
    with transaction.atomic():
        if same and last is not None:
            last.repeats += 1
            last.done_at = tick.done_at
            last.save(update_fields=["repeats", "done_at"])
        else:
            write_tick(tick)
            note_failed_tick(tick)
        if state is not None:
            _close(state, state.files if files is None else files, tick.done_at)
        advance(tick.schedule, following)


def _close(state: WatchState, files: Mapping[str, str], now: datetime) -> None:
    """These files are known from now on, and nothing is pending."""
    WatchState.objects.filter(pk=state.pk).update(
        files=dict(files), pending={}, pending_since=None, looked_at=now
    )


def _path_parameter(schedule: Schedule, path: str) -> dict[str, Any]:
    name = schedule.data_path_parameter_name
    if not name or schedule.datastore is None:
        return {}
    kinds = {one["name"]: one["type"] for one in target_of(schedule)[1].parameters}
    if kinds.get(name) == "string":
        return {name: path}
    return {name: {"datastore": schedule.datastore.name, "path": path}}


def _next_poll(schedule: Schedule, now: datetime) -> datetime | None:
    return next_due(rule_of(schedule), now)


def _move_on(schedule: Schedule, now: datetime) -> None:
    """After an error of ours: look again at the next poll, not at once and forever."""
    try:
        advance(schedule, _next_poll(schedule, now))
    except (AlreadyDone, ForebayError):
        pass


def _watching() -> QuerySet[Schedule]:
    return Schedule.objects.filter(
        next_due_at__isnull=False, status=Schedule.ACTIVE, trigger=Schedule.DATASTORE
    )
