"""Schedules and notification rules as JSON: the one form in which they leave the server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from endpoints.api.shapes import usage_shape
from endpoints.domain.recurrence import Rule, upcoming
from endpoints.domain.time_zones import read_zone
from endpoints.models import Delivery, NotificationRule, Schedule, ScheduleTick
from endpoints.selectors import Usage
from endpoints.services.schedules import rule_of
from pipelines.models import Run
from workspaces.domain.times import iso


def schedule_url(schedule: Schedule) -> str:
    """The page of a schedule, absolute."""
    return f"{settings.FOREBAY_URL}/w/{schedule.workspace.name}/schedules/{schedule.uid}/"


def schedule_shape(row: Schedule, usage: Usage, last_tick: ScheduleTick | None) -> dict[str, Any]:
    """A schedule as in lists and by itself."""
    published, endpoint = row.published, row.endpoint
    return {
        "id": row.uid,
        "name": row.name,
        "description": row.description,
        "status": row.status,
        "published_pipeline": None
        if published is None
        else {"id": published.uid, "name": published.name, "version": published.version},
        "endpoint": None if endpoint is None else {"id": endpoint.uid, "name": endpoint.name},
        "experiment": row.experiment_name or None,
        "parameters": row.parameters,
        "continue_on_step_failure": row.continue_on_step_failure,
        "trigger": row.trigger,
        "recurrence": row.recurrence,
        "cron": row.cron or None,
        "time_zone": row.time_zone,
        "start_at": iso(row.start_at),
        "end_at": iso(row.end_at),
        "missed_policy": row.missed_policy,
        "datastore": None if row.datastore is None else row.datastore.name,
        "path_on_datastore": row.path_on_datastore,
        "polling_interval": row.polling_interval,
        "data_path_parameter_name": row.data_path_parameter_name,
        "include_subfolders": row.include_subfolders,
        "one_run_per_change": row.one_run_per_change,
        "next_due_at": iso(row.next_due_at),
        "last_tick": None if last_tick is None else tick_shape(last_tick),
        "runs_as": row.runs_as.get_username(),
        "url": schedule_url(row),
        "created_by": row.created_by.get_username(),
        "created_at": iso(row.created_at),
        "updated_by": row.updated_by.get_username(),
        "updated_at": iso(row.updated_at),
        **usage_shape(usage),
    }


def tick_shape(row: ScheduleTick) -> dict[str, Any]:
    """What became of one due time; `outcome` is submitted, skipped or failed."""
    return {
        "due_at": iso(row.due_at),
        "path": row.path or None,
        "outcome": row.outcome,
        "sentence": row.sentence,
        "missed": row.missed,
        "repeats": row.repeats,
        "done_at": iso(row.done_at),
        "run": _run(row.run),
    }


def due_shapes(rule: Rule, zone_name: str, after: datetime, count: int = 5) -> list[dict[str, Any]]:
    """The next due times: the instant, and what the wall clock of the zone reads then."""
    zone: ZoneInfo = read_zone(zone_name)
    return [
        {
            "at": iso(moment),
            "local": moment.astimezone(zone).isoformat(timespec="seconds"),
            "time_zone": zone_name,
        }
        for moment in upcoming(rule, after, count)
    ]


def next_shape(schedule: Schedule) -> dict[str, Any]:
    """The next due times of a schedule; none while it is disabled."""
    active = schedule.status == Schedule.ACTIVE
    rule = rule_of(schedule)
    return {
        "time_zone": schedule.time_zone,
        "items": due_shapes(rule, schedule.time_zone, timezone.now()) if active else [],
    }


def rule_shape(row: NotificationRule, counts: Mapping[str, int]) -> dict[str, Any]:
    """A rule. Of a webhook's address only the host and the last letters are shown."""
    endpoint, schedule = row.endpoint, row.schedule
    events = {"failed": row.on_failed, "completed": row.on_completed}
    return {
        "id": row.uid,
        "endpoint": None if endpoint is None else {"id": endpoint.uid, "name": endpoint.name},
        "schedule": None if schedule is None else {"id": schedule.uid, "name": schedule.name},
        "on": [event for event, wanted in events.items() if wanted],
        "channel": row.channel,
        "address": row.shown_address,
        "enabled": row.enabled,
        "deliveries": {
            state: counts.get(state, 0)
            for state in (Delivery.WAITING, Delivery.SENT, Delivery.FAILED)
        },
        "created_by": row.created_by.get_username(),
        "created_at": iso(row.created_at),
        "updated_by": row.updated_by.get_username(),
        "updated_at": iso(row.updated_at),
    }


def delivery_shape(row: Delivery) -> dict[str, Any]:
    """One message: `state` is waiting, sent or failed; `next_at` is when it is tried (again)."""
    return {
        "id": row.uid,
        "event": row.event,
        "state": row.state,
        "attempts": row.attempts,
        "next_at": iso(row.next_at),
        "last_error": row.last_error,
        "created_at": iso(row.created_at),
        "ended_at": iso(row.ended_at),
        "run": _run(row.run),
        "due_at": None if row.tick is None else iso(row.tick.due_at),
    }


def _run(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "id": run.uid,
        "number": run.number,
        "experiment": run.experiment.name,
        "status": run.status,
    }
